"""Unknown sections and keys, and the nearest known one. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from voiced.config.annotations import table_of
from voiced.config.sections import Config
from voiced.errors import ConfigError

__all__ = ["nearest", "shown", "unknown_section"]

_LONGEST_SHOWN = 60


def shown(text: str) -> str:
    """A name as it goes into a one-line message: plain if harmless, else escaped and cut."""
    if re.fullmatch(r"[\w./~-]{1,200}", text, re.ASCII):
        return text
    return ascii(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that ``name`` most likely stands for, or an empty string."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""


def unknown_section(name: str, table: Any, plugins: Iterable[str], file: str) -> ConfigError:
    """The error for a section that is not known, or a key that stands outside its section."""
    core = [section for section in Config.model_fields if section != "plugins"]
    if not isinstance(table, dict):
        owners = [section for section in core if name in _keys(section)]
        reason = "stands outside of any section"
        if name in core:
            reason = f"must be a section: [{name}]"
        mend = f"put it under [{owners[0]}]" if owners else ""
        return ConfigError(file=file, key=shown(name), reason=reason, mend=mend)
    guess = nearest(name, [*core, *plugins])
    mend = f"the nearest known section is [{guess}]" if guess else ""
    return ConfigError(file=file, key=f"[{shown(name)}]", reason="unknown section", mend=mend)


def _keys(section: str) -> Iterable[str]:
    model = table_of(Config.model_fields[section].annotation)
    return model.model_fields if model else ()
