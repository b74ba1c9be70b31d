"""What a plugin's code is and where it comes from, and how it is imported. Both sides use it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

from voiced.errors import PluginError
from voiced.plugin import Announcer, Intent, Undoer

__all__ = ["Members", "Source", "import_plugin", "load_error", "members"]

_MODULE_PREFIX = "_voiced_plugin_"


@dataclass(frozen=True, slots=True)
class Source:
    """A plugin's code: a module that can be imported, or a file with its text.

    ``text`` is the file's as it was read once: that version is run, also after a restart.
    ``paths`` go before the module path; ``version`` tells one version of the code from another.
    """

    name: str
    module: str = ""
    file: str = ""
    text: str = ""
    paths: tuple[str, ...] = ()
    version: str = ""

    def as_row(self) -> dict[str, Any]:
        """The source as JSON types."""
        return {**asdict(self), "paths": list(self.paths)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Source:
        """The source of ``as_row``."""
        texts = {key: str(row[key]) for key in ("name", "module", "file", "text", "version")}
        return cls(**texts, paths=tuple(row["paths"]))


@dataclass(frozen=True, slots=True)
class Members:
    """What is collected from a plugin's module."""

    intents: tuple[Intent, ...]
    undoers: tuple[Undoer, ...]
    settings: type[Any] | None
    announcers: tuple[Announcer, ...] = ()


def import_plugin(source: Source) -> ModuleType:
    """Run the plugin's module. It raises whatever the plugin raises."""
    sys.path[:0] = [path for path in source.paths if path not in sys.path]
    if source.module:
        return importlib.import_module(source.module)
    if not source.name.isidentifier():
        raise PluginError(f"{source.file}: the name of a plugin file must be a Python name")
    name = _MODULE_PREFIX + source.name
    spec = importlib.util.spec_from_file_location(name, source.file)
    if spec is None:
        raise PluginError(f"{source.file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        code = compile(source.text, source.file, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - this is what importing a file is
    except BaseException:
        del sys.modules[name]
        raise
    return module


def members(module: ModuleType) -> Members:
    """The intents, undoers, announcers and settings of a plugin's module.

    Raises:
        PluginError: It has no intents.
    """
    held = list({id(member): member for member in vars(module).values()}.values())
    intents = tuple(member for member in held if isinstance(member, Intent))
    undoers = tuple(member for member in held if isinstance(member, Undoer))
    if not intents:
        where = module.__file__ or module.__name__
        raise PluginError(f"{where} has no intents", mend="make one with @intent")
    settings = getattr(module, "Settings", None)
    has_model = isinstance(settings, type) and hasattr(settings, "model_validate")
    announcers = tuple(member for member in held if isinstance(member, Announcer))
    return Members(intents, undoers, settings if has_model else None, announcers)


def load_error(name: str, error: BaseException, file: str = "") -> PluginError:
    """What is said of a plugin that raised while it was imported: where and why, on one line."""
    place = _place_of(error, file)
    mend = ""
    if isinstance(error, PluginError):
        reason, mend = error.message, error.mend
    elif isinstance(error, SyntaxError):
        reason = error.msg
    else:
        reason = f"{type(error).__name__}: {error}"
    one_line = " ".join(reason.split())
    message = f"{place}: {one_line}" if place and not one_line.startswith(place) else one_line
    return PluginError(f"plugin {name}: {message}", plugin=name, mend=mend)


def _place_of(error: BaseException, plugin_file: str) -> str:
    """File and line of the mistake: where the syntax is wrong, or the plugin's last frame.

    Where the plugin's file is not known, the last module that was being imported stands for it.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        is_import = code.co_name == "<module>" and not code.co_filename.startswith("<")
        if code.co_filename == plugin_file or (is_import and not plugin_file):
            place = f"{code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
