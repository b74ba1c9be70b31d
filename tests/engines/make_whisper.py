"""Makes small Whisper models with known answers, weight by weight, in CTranslate2's format.

``make_scripted_whisper`` always says its sentence, whatever it hears. ``make_hearing_whisper``
hears: it says whether a tone is low or high. Both run through the real feature extraction,
encoder, decoder and tokenizer. Nothing is trained or downloaded.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Weights = NDArray[np.float32]

WIDTH = 64
MELS = 80
ENCODER_POSITIONS = 1500
DECODER_POSITIONS = 448
_SURE = 4.0
_NEARLY = 3.9
_SPACE = "\u0120"  # how the byte-level vocabulary writes a space
_LANGUAGES = 99
_TIMESTAMPS = 1501


def make_scripted_whisper(
    folder: Path, script: str, *, no_speech: bool = False, rivals: dict[str, str] | None = None
) -> Path:
    """A model that says ``script`` to every sound.

    Each word follows from the one before it, so key terms before the sound change nothing.

    Args:
        folder: Where its files go; made if it is not there.
        script: Words, no two alike.
        no_speech: It is sure all the same that there was no speech.
        rivals: For words of the script another one that is nearly as likely. Then each word
            follows from its place, so that key terms, a token each, move the script on.
    """
    words = script.split()
    by_position = rivals is not None
    rivals = rivals or {}
    tokenizer = _tokenizer([*words, *rivals.values()])
    spec = _silent_spec(tokenizer.get_vocab_size())
    chain = [tokenizer.token_to_id(_SPACE + word) for word in words]
    chain = [_id(tokenizer, "notimestamps"), *chain, _id(tokenizer, "endoftext")]
    if len(set(chain)) < len(chain):
        msg = f"the words of {script!r} must differ"
        raise ValueError(msg)
    directions = _directions()
    projection = _zeros(tokenizer.get_vocab_size(), WIDTH)
    for step, (token, following) in enumerate(pairwise(chain)):
        # The prompt has two tokens, so the first word is said at position 1.
        holder, place = (
            (spec.decoder.position_encodings.encodings, step + 1)
            if by_position
            else (spec.decoder.embeddings.weight, token)
        )
        holder[place] = directions[step] * 8
        projection[following] += directions[step] * _SURE
        for rival in (rivals[word] for word in words[step : step + 1] if word in rivals):
            projection[tokenizer.token_to_id(_SPACE + rival)] += directions[step] * _NEARLY
    if by_position:
        spec.decoder.position_encodings.encodings[len(chain) :] = directions[len(chain)] * 8
        projection[chain[-1]] += directions[len(chain)] * _SURE
    if no_speech:
        start = spec.decoder.embeddings.weight[_id(tokenizer, "startoftranscript")]
        start[:] = directions[-1] * 8
        projection[_id(tokenizer, "nospeech")] += directions[-1] * _SURE
    spec.decoder.projection.weight = projection
    return _save(spec, tokenizer, folder)


def make_hearing_whisper(folder: Path) -> Path:
    """A model that says "low" to sound below about 1 kHz and "high" to sound above it."""
    tokenizer = _tokenizer(["low", "high"])
    spec = _silent_spec(tokenizer.get_vocab_size())
    encoder, decoder = spec.encoder, spec.decoder
    # Dimension 0: more energy in the lower bands than in the upper ones; dimension 1: less.
    tilt = np.where(np.arange(MELS) < MELS // 3, 3.0, -1.5) * 4 / MELS
    tilt -= tilt.mean()  # the same in all bands, as in silence, is neither
    encoder.conv1.weight[0, :, 1] = tilt
    encoder.conv1.weight[1, :, 1] = -tilt
    encoder.conv2.weight[[0, 1], [0, 1], 1] = 1
    heard = decoder.layer[0].attention
    heard.linear[1].weight[WIDTH:] = np.eye(WIDTH)  # the values, after the keys
    heard.linear[2].weight[:] = np.eye(WIDTH)
    low, high = (tokenizer.token_to_id(_SPACE + word) for word in ("low", "high"))
    said = _directions(beyond=2)[0]
    projection = _zeros(tokenizer.get_vocab_size(), WIDTH)
    projection[low, 0] = projection[high, 1] = _SURE
    for token in (low, high):
        decoder.embeddings.weight[token] = said * 100
    projection[_id(tokenizer, "endoftext")] = said * _SURE
    decoder.projection.weight = projection
    return _save(spec, tokenizer, folder)


def _zeros(*shape: int) -> Weights:
    return np.zeros(shape, np.float32)


def _directions(beyond: int = 0) -> Weights:
    """Orthonormal rows whose mean is zero, so that layer norms keep them; 0 before ``beyond``."""
    random = np.random.default_rng(1).normal(size=(WIDTH - beyond, WIDTH - beyond))
    random[:, 0] = 1
    rows = np.linalg.qr(random)[0].T[1:]
    return np.pad(rows, ((0, 0), (beyond, 0))).astype(np.float32)


def _id(tokenizer: Tokenizer, special: str) -> int:
    found: int = tokenizer.token_to_id(f"<|{special}|>")
    return found


def _tokenizer(words: list[str]) -> Tokenizer:
    """Every byte, the words with a space before them, and Whisper's special tokens."""
    tokens = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *(_SPACE + word for word in words)]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["endoftext", "startoftranscript", "en"]
    special += [f"unused{index}" for index in range(_LANGUAGES - 1)]
    special += ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    tokenizer.add_special_tokens(
        [AddedToken(f"<|{name}|>", special=True, normalized=False) for name in special]
    )
    times = [f"<|{index * 0.02:.2f}|>" for index in range(_TIMESTAMPS)]
    tokenizer.add_tokens([AddedToken(time, special=False, normalized=False) for time in times])
    return tokenizer


def _silent_spec(vocabulary: int) -> WhisperSpec:
    """One layer on each side, all weights zero: every block hands on what it got."""
    spec = WhisperSpec(1, 2, 1, 2)
    encoder, decoder = spec.encoder, spec.decoder
    for convolution, inputs in ((encoder.conv1, MELS), (encoder.conv2, WIDTH)):
        convolution.weight = _zeros(WIDTH, inputs, 3)
        convolution.bias = _zeros(WIDTH)
    encoder.position_encodings.encodings = _zeros(ENCODER_POSITIONS, WIDTH)
    decoder.position_encodings.encodings = _zeros(DECODER_POSITIONS, WIDTH)
    decoder.embeddings.weight = _zeros(vocabulary, WIDTH)
    for norm in (encoder.layer_norm, decoder.layer_norm):
        _norm(norm)
    for layer in (*encoder.layer, *decoder.layer):
        _attention(layer.self_attention, (3, 1))
        _norm(layer.ffn.layer_norm)
        _linear(layer.ffn.linear_0, 4 * WIDTH, WIDTH)
        _linear(layer.ffn.linear_1, WIDTH, 4 * WIDTH)
    _attention(decoder.layer[0].attention, (1, 2, 1))
    return spec


def _norm(spec: object) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)  # type: ignore[attr-defined]


def _linear(spec: object, outputs: int, inputs: int) -> None:
    spec.weight, spec.bias = _zeros(outputs, inputs), _zeros(outputs)  # type: ignore[attr-defined]


def _attention(spec: object, widths: tuple[int, ...]) -> None:
    _norm(spec.layer_norm)  # type: ignore[attr-defined]
    for linear, width in zip(spec.linear, widths, strict=True):  # type: ignore[attr-defined]
        _linear(linear, width * WIDTH, WIDTH)


def _save(spec: WhisperSpec, tokenizer: Tokenizer, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    size = tokenizer.get_vocab_size()
    spec.register_vocabulary([tokenizer.id_to_token(index) for index in range(size)])
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [_id(tokenizer, "en")]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    features = {"feature_size": MELS, "hop_length": 160, "n_fft": 400, "sampling_rate": 16_000}
    described = json.dumps(features | {"chunk_length": 30})
    (folder / "preprocessor_config.json").write_text(described, encoding="utf-8")
    return folder
