"""Makes a piper voice of a few kilobytes whose every sound is a tone of its own.

The network is written node by node: it looks up the pitch of each phoneme, holds it for
``length_scale`` times four hops, and says how long each lasts as its second output.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ = 22_050
HOP_SAMPLES = 256
HOPS_A_PHONEME = 4
_SYMBOLS = 256
_SILENT = 4  # pad, beginning, end, space


def make_piper_voice(folder: Path, name: str = "tone", *, with_durations: bool = True) -> Path:
    """Write ``name``.onnx and ``name``.onnx.json into the folder; the path of the first."""
    path = folder / f"{name}.onnx"
    model = helper.make_model(
        _graph(with_durations), opset_imports=[helper.make_opsetid("", 15)], ir_version=8
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    path.with_name(path.name + ".json").write_text(json.dumps(_config()), encoding="utf-8")
    return path


def _graph(with_durations: bool) -> onnx.GraphProto:
    pitch_hz = 120.0 * 2 ** ((np.arange(_SYMBOLS) % 36) / 12)
    pitch_hz[:_SILENT] = 0
    constants = {
        "pitch_hz": pitch_hz.astype(np.float32),
        "hops": np.array([HOPS_A_PHONEME], np.float32),
        "hop_samples": np.array([HOP_SAMPLES], np.int64),
        "radians": np.array([2 * np.pi / RATE_HZ], np.float32),
        "loudness": np.array([0.3], np.float32),
        "one_hop": np.array([1], np.float32),
        "axis": np.array(1, np.int64),
        "1": np.array([1], np.int64),
        "2": np.array([2], np.int64),
        "flat": np.array([1, -1], np.int64),
    }
    nodes: list[tuple[str, list[str], str, dict[str, int]]] = [
        ("Slice", ["scales", "1", "2"], "length_scale", {}),
        ("Mul", ["hops", "length_scale"], "scaled", {}),
        # Not Ceil: piper would take its output for the durations of a real voice.
        ("Round", ["scaled"], "whole", {}),
        ("Max", ["whole", "one_hop"], "duration", {}),
        ("Cast", ["duration"], "duration_whole", {"to": TensorProto.INT64}),
        ("Mul", ["duration_whole", "hop_samples"], "samples", {}),
        ("Gather", ["pitch_hz", "input"], "tones", {}),
        ("Unsqueeze", ["tones", "2"], "columns", {}),
        ("Concat", ["1", "1", "samples"], "shape", {"axis": 0}),
        ("Expand", ["columns", "shape"], "held", {}),
        ("Reshape", ["held", "flat"], "line", {}),
        ("Mul", ["line", "radians"], "steps", {}),
        ("CumSum", ["steps", "axis"], "phase", {}),
        ("Sin", ["phase"], "wave", {}),
        ("Sign", ["line"], "sounding", {}),
        ("Mul", ["wave", "sounding"], "gated", {}),
        ("Mul", ["gated", "loudness"], "quieter", {}),
        ("Unsqueeze", ["quieter", "1"], "output", {}),
        ("Shape", ["input"], "input_shape", {}),
        ("Expand", ["duration", "input_shape"], "durations", {}),
    ]
    made = [helper.make_node(kind, ins, [out], **more) for kind, ins, out, more in nodes]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", 1, "t"])]
    if with_durations:
        outputs.append(helper.make_tensor_value_info("durations", TensorProto.FLOAT, ["b", "n"]))
    return helper.make_graph(
        made,
        "tones",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["b", "n"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["b"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        outputs,
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )


def _config() -> dict[str, object]:
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    return {
        "audio": {"sample_rate": RATE_HZ, "quality": "medium"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "num_symbols": _SYMBOLS,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": HOP_SAMPLES,
        "phoneme_id_map": {key: list(ids) for key, ids in DEFAULT_PHONEME_ID_MAP.items()},
    }
