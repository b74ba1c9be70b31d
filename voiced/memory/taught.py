"""Sentences that the user taught: templates of his own for intents that are there.

``taught.yaml`` lies in the folder of the user's plugins and maps names of intents to templates::

    files.move:
      - pop {file} into {folder}

A taught template is another way to say what can be said already. It is plain words and slots; it
changes neither the effect of its intent nor what the policy asks.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from voiced.errors import ConfigError, InvalidSlots
from voiced.grammar import Grammar, Match
from voiced.plugin import Effect, Intent
from voiced.private_files import wiping
from voiced.slots import SlotContext
from voiced.spoken import FILLERS, normalise

__all__ = ["Taught", "TaughtFile", "Templates", "check", "template_of", "try_out"]

_log = logging.getLogger(__name__)

Templates: TypeAlias = Mapping[str, tuple[str, ...]]
"""Names of intents to their templates."""

_DOCUMENT = TypeAdapter(dict[str, list[str]])
_LIMIT_BYTES = 256 * 1024
_MOST_TEMPLATES = 1000
_MOST_WORDS = 40
_EXACT = 0.999
_SLOT = re.compile(r"\{([A-Za-z_]\w*)\}")
_PLAIN = re.compile(r"(?:\{[A-Za-z_]\w*\}|[^\s{}\[\]()<>|;:\\]+)(?: (?!$)|$)")
_HEADER = "# What you taught voiced: `voiced intents teach` and `unteach` write this file.\n"


@dataclass(frozen=True, slots=True)
class Taught:
    """What a file holds: templates that can be used, and sentences on those that cannot."""

    templates: Templates
    problems: tuple[str, ...] = ()


def check(intent: Intent, template: str) -> str:
    """What is wrong with a taught template, or nothing."""
    if "".join(found[0] for found in _PLAIN.finditer(template)) != template or not template:
        return "it may hold plain words and slots such as {name}, and single spaces"
    if intent.effect is Effect.X:
        return f"{intent.name} cannot be spoken"
    return _slot_mistake(intent, _SLOT.findall(template)) or _word_mistake(template)


def _slot_mistake(intent: Intent, slots: Sequence[str]) -> str:
    unknown = [name for name in slots if name not in intent.slots]
    if unknown:
        return f"{unknown[0]} is not a slot of {intent.name}"
    if len(set(slots)) != len(slots):
        return "a slot stands in it twice"
    missing = [s.name for s in intent.slots.values() if s.required and s.name not in slots]
    return f"the slot {missing[0]} is missing" if missing else ""


def _word_mistake(template: str) -> str:
    words = normalise(_SLOT.sub(" ", template))
    if all(word in FILLERS for word in words):
        return "it needs a word of its own: without one it would fit whatever is said"
    return f"it has more than {_MOST_WORDS} words" if len(words) > _MOST_WORDS else ""


def template_of(sentence: str, intent: Intent, slots: Mapping[str, str]) -> str:
    """The template of a sentence: the words of each slot become its place.

    Raises:
        InvalidSlots: The words are not in the sentence, or the template will not do.
    """
    pieces: list[str] = list(normalise(sentence))
    for name, value in slots.items():
        words = list(normalise(value))
        ends = len(pieces) - len(words) + 1
        places = [at for at in range(ends) if words and pieces[at : at + len(words)] == words]
        if len(places) != 1:
            how_often = "more than once" if places else "not"
            reason = f"the words of {name} are {how_often} in the sentence"
            raise InvalidSlots(reason, intent=intent.name, mend=f"write {name}=WORDS as in it")
        pieces[places[0] : places[0] + len(words)] = [f"{{{name}}}"]
    template = " ".join(pieces)
    wrong = check(intent, template)
    if wrong:
        mend = f"voiced intents show {intent.name}"
        raise InvalidSlots(f"that cannot be taught: {wrong}", intent=intent.name, mend=mend)
    return template


def try_out(
    intents: Sequence[Intent], added: tuple[Intent, str], sentence: str, context: SlotContext
) -> str:
    """Why a new template will not do among the others, or nothing.

    Args:
        intents: All that can be spoken, with what they were taught before.
        added: The intent, as one of these, and its new template.
        sentence: What the template was made from.
        context: Given to the slot types.
    """
    owner, template = added
    new = replace(owner, taught=(*owner.taught, template))
    before = Grammar.compile(intents, context)
    meant = _best(before, sentence)
    if meant is not None and meant.score >= _EXACT and meant.intent != owner.name:
        return f"it means {meant.intent} already"
    after = Grammar.compile([new if i.name == owner.name else i for i in intents], context)
    understood = _best(after, sentence)
    if understood is None or understood.intent != owner.name:
        return "it would still be understood as " + (understood.intent if understood else "nothing")
    for intent in intents:
        for example in intent.examples:
            found = _best(before, example)
            if found and found.intent == intent.name and _best(after, example) != found:
                return f'"{example}" would not be understood any more'
    return ""


def _best(grammar: Grammar, text: str) -> Match | None:
    return next(iter(grammar.match([(text, 1.0)])), None)


class TaughtFile:
    """The file of taught templates; it need not exist.

    Args:
        path: Where it lies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def usable(self, intents: Iterable[Intent]) -> Taught:
        """The templates for these intents; those that will not do are named, not used.

        Raises:
            ConfigError: The file cannot be read, or others may write to it.
        """
        known = {intent.name: intent for intent in intents}
        found: dict[str, tuple[str, ...]] = {}
        problems: list[str] = []
        for name, templates in self._read().items():
            intent = known.get(name)
            if intent is None:
                problems.append(f"there is no intent {name[:80]}")
                continue
            wrong = [(template, check(intent, template)) for template in templates]
            found[name] = tuple(template for template, why in wrong if not why)
            problems += [f"{name}: {why}" for _, why in wrong if why]
        return Taught(found, tuple(problems))

    def for_grammar(self) -> Callable[[Sequence[Intent]], Templates]:
        """Reads the file whenever the grammar is made; what is wrong with it is logged, once."""
        told: set[str] = set()

        def read(intents: Sequence[Intent]) -> Templates:
            try:
                taught = self.usable(intents)
            except ConfigError as error:
                taught = Taught({}, (error.reason,))
            for problem in taught.problems:
                if problem not in told:
                    told.add(problem)
                    _log.warning("a taught template is not used: %s", problem)
            return taught.templates

        return read

    def add(self, intent: str, template: str) -> None:
        """Keep one more template.

        Raises:
            ConfigError: The file cannot be read or written.
        """
        templates = dict(self._read())
        templates[intent] = tuple(dict.fromkeys((*templates.get(intent, ()), template)))
        self._write(templates)

    def remove(self, template: str) -> str:
        """Forget a template; the name of the intent that had it, or nothing.

        Raises:
            ConfigError: The file cannot be read or written.
        """
        templates = dict(self._read())
        wanted = " ".join(template.split())
        owner = next((name for name, known in templates.items() if wanted in known), "")
        if owner:
            templates[owner] = tuple(each for each in templates[owner] if each != wanted)
            self._write({name: known for name, known in templates.items() if known})
        return owner

    def forget(self, words: Sequence[str]) -> int:
        """Forget the templates that hold all of these words, and wipe the file; how many.

        Raises:
            ConfigError: The file cannot be read or written.
        """
        templates = self._read()
        kept = {
            name: tuple(each for each in known if not set(words) <= {*normalise(each)})
            for name, known in templates.items()
        }
        count = sum(map(len, templates.values())) - sum(map(len, kept.values()))
        if count:
            with wiping(self.path):
                self._write({name: known for name, known in kept.items() if known})
        return count

    def count(self, words: Sequence[str]) -> int:
        """How many templates ``forget`` would forget.

        Raises:
            ConfigError: The file cannot be read.
        """
        known = (each for templates in self._read().values() for each in templates)
        return sum(1 for each in known if set(words) <= {*normalise(each)})

    def _read(self) -> Templates:
        import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - most users taught nothing

        if not self.path.exists():
            return {}
        try:
            status = self.path.stat()
            if status.st_uid not in (os.getuid(), 0) or status.st_mode & stat.S_IWOTH:
                raise self._mistake(
                    "others may change it, so it is not used", f"chmod o-w {self.path}"
                )
            if status.st_size > _LIMIT_BYTES:
                raise self._mistake("it is too large")
            document: Any = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
            raise self._mistake(f"it cannot be read: {type(error).__name__}") from error
        return self._templates({} if document is None else document)

    def _templates(self, document: object) -> Templates:
        try:
            read = _DOCUMENT.validate_python(document, strict=True)
        except ValidationError as error:
            reason = "it must map names of intents to lists of templates"
            raise self._mistake(reason) from error
        if sum(map(len, read.values())) > _MOST_TEMPLATES:
            raise self._mistake(f"it holds more than {_MOST_TEMPLATES} templates")
        return {name: tuple(" ".join(t.split()) for t in known) for name, known in read.items()}

    def _write(self, templates: Templates) -> None:
        import yaml  # noqa: PLC0415

        plain = {name: list(known) for name, known in templates.items()}
        text = _HEADER + (yaml.safe_dump(plain, allow_unicode=True, width=1000) if plain else "")
        fresh = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self.path)
        except OSError as error:
            raise self._mistake(f"it cannot be written: {error.strerror}") from error

    def _mistake(self, reason: str, mend: str = "") -> ConfigError:
        return ConfigError(file=str(self.path), key="", reason=reason, mend=mend)
