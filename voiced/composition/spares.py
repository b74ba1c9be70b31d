"""Which engine takes over from which: the configuration's own first, what is built in last."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from voiced.composition import engines as composition
from voiced.config import Config, model_folder
from voiced.errors import ModelMissing
from voiced.models.catalogue import installed, listed_models
from voiced.service.starts import Starts
from voiced.stages import Synthesizer, Transcriber, Voice
from voiced.supervision import (
    Change,
    Spare,
    SpokenBy,
    SupervisedSynthesizer,
    SupervisedTranscriber,
    Supervisor,
)

__all__ = [
    "LAST_CONFIGURATION",
    "ONLY_BUILT_IN",
    "after_crashes",
    "built_in_only",
    "spoken",
    "transcriber",
    "voice",
]

ONLY_BUILT_IN = Change("everything", "what is built in", 1, "crashes")
"""It has failed to start too often."""

LAST_CONFIGURATION = Change("configuration", "the one that worked last", 1, "config_error")
"""The configuration has a mistake."""

_BUILT_IN_LANGUAGE = "en"
_BUILT_IN_VOICE = "default"
_WORSE = {
    "transcriber": "My ears are not at their best, so I use a simpler recogniser for now.",
    "synthesizer": "My voice has failed, so I use a simpler one for now.",
    LAST_CONFIGURATION.stage: "My configuration has a mistake, so I use the one that worked last. "
    "The command voiced doctor says more.",
    ONLY_BUILT_IN.stage: "I have failed to start several times, so I use only what is built in. "
    "The command voiced doctor says more.",
    "responder": "My language model has failed too often, so I only do what my skills do for now.",
}
_BACK = {
    "transcriber": "My better recogniser works again.",
    "synthesizer": "My better voice works again.",
    "responder": "My language model works again.",
}


def transcriber(config: Config, supervisor: Supervisor) -> Transcriber:
    """The transcriber of the configuration, a smaller model of it, and the one that is built in."""
    settings = config.transcriber
    spares: list[Spare[Transcriber]] = [_spare(_called(config), config)]
    if settings.engine == "faster-whisper":
        for model in _smaller(settings.whisper_model):
            other = _with(config, "transcriber", model=model)
            spares.append(_spare(_called(other), other))
    if settings.engine != "pocketsphinx" and settings.language == _BUILT_IN_LANGUAGE:
        built_in = _with(config, "transcriber", engine="pocketsphinx", model="")
        spares.append(_spare("pocketsphinx", built_in))
    return SupervisedTranscriber(spares, supervisor)


def _spare(name: str, config: Config) -> Spare[Transcriber]:
    return Spare(name, partial(composition.transcriber, config))


def _called(config: Config) -> str:
    settings = config.transcriber
    model = settings.whisper_model if settings.engine == "faster-whisper" else settings.model
    return " ".join(filter(None, (settings.engine, model)))


def _smaller(model: str) -> Sequence[str]:
    """The largest whisper model that is installed and smaller, if there is one."""
    sizes = {each.name: each.about_mb for each in listed_models() if each.kind == "transcriber"}
    there = {each.name for each in installed(model_folder())}
    is_english = model.endswith(".en")
    smaller = [
        name
        for name, size in sizes.items()
        if name in there and name.endswith(".en") == is_english and size < sizes.get(model, 0)
    ]
    return sorted(smaller, key=lambda name: sizes[name])[-1:]


def voice(config: Config, supervisor: Supervisor) -> tuple[Synthesizer, Voice]:
    """The voice of the configuration and its engine, and behind it the one that is built in."""
    simple = composition.voice(config, _BUILT_IN_VOICE)
    spare: Spare[Synthesizer] = Spare("espeak", partial(composition.synthesizer, config, simple))
    try:
        chosen = composition.voice(config)
    except ModelMissing as error:
        supervisor.tell(Change("synthesizer", spare.name, 1, error.code))
        return SupervisedSynthesizer([SpokenBy(spare)], supervisor), simple
    own = SpokenBy(Spare(chosen.engine, partial(composition.synthesizer, config, chosen)))
    if chosen.engine == "espeak":
        return SupervisedSynthesizer([own], supervisor), chosen
    return SupervisedSynthesizer([own, SpokenBy(spare, simple)], supervisor), chosen


def built_in_only(config: Config) -> Config:
    """The same assistant with nothing but what is built in: for when it cannot start otherwise."""
    if config.transcriber.language == _BUILT_IN_LANGUAGE:
        config = _with(config, "transcriber", engine="pocketsphinx", model="")
    config = _with(config, "synthesizer", voice=_BUILT_IN_VOICE)
    config = _with(config, "audio", detector="webrtc")
    config = _with(config, "turns", end_detector="off")
    config = _with(config, "responder", url="")
    return _with(config, "mcp", servers={})


def after_crashes(config: Config, crashes: int) -> tuple[Config, tuple[Change, ...]]:
    """What is started after so many starts that nobody survived, and what is told of it.

    After one of them a smaller model that is there is used: the memory may not have been enough.
    """
    if Starts.is_too_much(crashes):
        return built_in_only(config), (ONLY_BUILT_IN,)
    if crashes and config.transcriber.engine == "faster-whisper":
        for model in _smaller(config.transcriber.whisper_model):
            lighter = _with(config, "transcriber", model=model)
            return lighter, (Change("transcriber", _called(lighter), 1, "crashes"),)
    return config, ()


def _with(config: Config, section: str, **values: object) -> Config:
    changed = getattr(config, section).model_copy(update=values)
    return config.model_copy(update={section: changed})


def spoken(change: Change) -> str:
    """The sentence that tells of a change."""
    return (_WORSE if change.reason else _BACK)[change.stage]
