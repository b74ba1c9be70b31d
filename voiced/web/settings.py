"""Set-up, settings: every key of voiced.toml explained, changed, checked, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiced.config import Loaded, Row, describe, plugin_settings
from voiced.config.history import Change, changes, undo
from voiced.errors import ConfigError, VoicedError
from voiced.registry import Plugin, load_plugins
from voiced.web.at_home import at_home
from voiced.web.changing import mark_now, put_in_force, told, write
from voiced.web.fields import Field, changed, fields_of, sections_of
from voiced.web.forms import Typed, leads_to, typed
from voiced.web.rendering import page
from voiced.web.site import site_of
from voiced.web.workshop import TABS, workshop_of
from voiced.workers import in_worker

__all__ = ["routes", "set_keys"]

_NOT_THERE = 404
_HERE = "/setup/settings"
_IN_FILE = "its plugin alone knows what may be there: change it in the file"


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A section of voiced.toml: what it is about, and its fields."""

    name: str
    about: str
    is_core: bool
    fields: tuple[Field, ...]
    has_mistake: bool = False

    @property
    def count_set(self) -> int:
        """How many keys the file has."""
        return sum(field.is_set for field in self.fields)


def _sections(loaded: Loaded) -> tuple[SectionPage, ...]:
    """All sections of the core and of the plugins of this process. It blocks."""
    plugins = load_plugins(loaded.config.intents)
    try:
        hosted = [page for plugin in plugins.plugins if (page := _hosted(loaded, plugin))]
    finally:
        plugins.close()
    known = {p.name: p.settings_model for p in plugins.plugins if p.settings_model is not None}
    rows = describe(known)
    pages: list[SectionPage] = []
    for name, model in sections_of(known).items():
        is_core = name in type(loaded.config).model_fields
        try:
            section = _values(loaded, name, model)
        except ConfigError as error:
            wrong = f"It has a mistake, to be mended in the file: {error.key}: {error.reason}."
            pages.append(SectionPage(name, wrong, is_core, (), has_mistake=True))
            continue
        of_section = {row.key: row for row in rows if row.section == name}
        about = (model.__doc__ or "").split("\n\n", 1)[0].replace("\n", " ").strip()
        fields = fields_of(model, section, of_section, loaded)
        pages.append(SectionPage(name, about, is_core, fields))
    return tuple(each for each in (*pages, *hosted) if each.fields or each.has_mistake)


def _hosted(loaded: Loaded, plugin: Plugin) -> SectionPage | None:
    """The section of a plugin in a process of its own: its values, to be read."""
    if plugin.host is None:
        return None
    try:
        told = plugin.host.configure(loaded.config.plugins.get(plugin.name, {}), loaded.file)
    except VoicedError:
        return None
    fields = tuple(
        Field(Row(plugin.name, key, "text", "", "", ""), "text", value, "default", (), _IN_FILE)
        for key, value in told.values
    )
    about = "A plugin in a process of its own."
    return SectionPage(plugin.name, about, is_core=False, fields=fields)


def _values(loaded: Loaded, name: str, model: type[BaseModel]) -> BaseModel:
    core: BaseModel | None = getattr(loaded.config, name, None)
    return core or plugin_settings(loaded.config, name, model, loaded.file)


async def listed(request: Request) -> Response:
    """The sections, and the last change."""
    loaded = await in_worker(site_of(request).load)
    sections = await in_worker(_sections, loaded)
    return page(
        request,
        "setup/settings.html",
        title="Settings",
        tabs=TABS,
        core=[each for each in sections if each.is_core],
        plugins=[each for each in sections if not each.is_core],
        file=loaded.file,
        was_undone="undone" in request.query_params,
        **_last(request, loaded),
    )


def _last(request: Request, loaded: Loaded) -> dict[str, Any]:
    """The last change, and what came of it."""
    kept: Sequence[Change] = changes(Path(loaded.file))
    return {"last": kept[-1] if kept else None, "in_force": workshop_of(request).in_force}


async def shown(request: Request) -> Response:
    """One section."""
    return await _section_page(request, Typed(()), None)


async def _section_page(request: Request, form: Typed, error: ConfigError | None) -> Response:
    loaded = await in_worker(site_of(request).load)
    section = await in_worker(_named, loaded, request.path_params["section"])
    return page(
        request,
        "setup/section.html",
        200 if error is None else 422,
        title=f"[{section.name}]",
        tabs=TABS,
        section=section,
        typed=form.as_mapping(),
        error=error,
        wrong=error.key if error is not None else "",
        mark=await in_worker(mark_now, loaded),
        file=loaded.file,
        **_last(request, loaded),
    )


def _named(loaded: Loaded, name: str) -> SectionPage:
    for section in _sections(loaded):
        if section.name == name:
            return section
    raise HTTPException(_NOT_THERE, "There is no such section.")


async def saved(request: Request) -> Response:
    """Write what was changed, if it is right; else say what is wrong, and lose nothing."""
    form, name = await typed(request), request.path_params["section"]
    loaded = await in_worker(site_of(request).load)
    section = await in_worker(_named, loaded, name)
    try:
        wanted = dict(changed(section.fields, form.as_mapping()))
        wanted |= {f.row.key: None for f in section.fields if f.name == form["reset"]}
        if wanted:
            what = told(section.fields, wanted)
            await in_worker(write, loaded, name, wanted, what, form["mark"])
    except ValueError as error:
        key, _, reason = str(error).partition(": ")
        return await _section_page(request, form, ConfigError(file="", key=key, reason=reason))
    except ConfigError as error:
        return await _section_page(request, form, error)
    if wanted:
        workshop_of(request).in_force = await put_in_force(site_of(request).daemon)
    return leads_to(f"{_HERE}/{name}", saved="yes" if wanted else "no")


async def set_keys(request: Request, section: str, values: Mapping[str, str | float]) -> None:
    """Set keys of a section, as another page of set-up wants it, and put them in force.

    Raises:
        ConfigError: The file would have a mistake, or cannot be written.
    """
    loaded = await in_worker(site_of(request).load)
    fields = (await in_worker(_named, loaded, section)).fields
    await in_worker(write, loaded, section, values, told(fields, values), "")
    workshop_of(request).in_force = await put_in_force(site_of(request).daemon)


async def taken_back(request: Request) -> Response:
    """Put the file back as it was before the last change."""
    loaded = await in_worker(site_of(request).load)
    await in_worker(undo, Path(loaded.file))
    workshop_of(request).in_force = await put_in_force(site_of(request).daemon)
    return leads_to(_HERE, undone="yes")


routes = at_home(
    (
        Route(_HERE, listed),
        Route(f"{_HERE}/undo", taken_back, methods=["POST"]),
        Route(f"{_HERE}/{{section}}", shown),
        Route(f"{_HERE}/{{section}}", saved, methods=["POST"]),
    )
)
