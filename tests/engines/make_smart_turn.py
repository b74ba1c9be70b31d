"""Makes a network of a few hundred bytes with smart-turn's inputs and outputs.

It finds a turn over where the last half second is quieter than a talker: the quieter, the surer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

MELS = 80
FRAMES = 800
_LAST_FRAMES = 50


def make_smart_turn(models: Path, *, frames: int = FRAMES) -> Path:
    """Write the network where it is looked for in the model folder; its path."""
    path = models / "smart-turn" / "smart-turn-v3.2-cpu.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(
        _graph(frames), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def _graph(frames: int) -> onnx.GraphProto:
    constants = {
        "begin": np.array([-_LAST_FRAMES], np.int64),
        "end": np.array([frames], np.int64),
        "time": np.array([2], np.int64),
        "column": np.array([1], np.int64),
        "gain": np.array([-8.0], np.float32),
    }
    nodes: list[tuple[str, list[str], str, dict[str, object]]] = [
        ("Slice", ["input_features", "begin", "end", "time"], "last", {}),
        ("ReduceMean", ["last"], "energy", {"axes": [1, 2], "keepdims": 0}),
        ("Unsqueeze", ["energy", "column"], "scores", {}),
        ("Mul", ["scores", "gain"], "quietness", {}),
        ("Sigmoid", ["quietness"], "logits", {}),
    ]
    return helper.make_graph(
        [helper.make_node(kind, ins, [out], **more) for kind, ins, out, more in nodes],
        "quiet end",
        [helper.make_tensor_value_info("input_features", TensorProto.FLOAT, ["b", MELS, frames])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
