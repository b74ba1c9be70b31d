"""A plugin of others on the page: enabled with what it may do, changed, enabled anew."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from voiced.registry import record as plugin_record

from .conftest import OURS, Page

pytestmark = pytest.mark.engine  # processes of their own

MODULE = '''
    from pydantic import BaseModel
    from voiced.plugin import Context, Effect, Reply, intent

    class Settings(BaseModel):
        word: str = "hi & ho"

    @intent("stranger.greet", sentences=["greet the world"], effect=Effect.R0)
    async def greet(context: Context) -> Reply:
        """Greet <b>everybody</b>."""
        return Reply("hello")

    @intent("stranger.send", sentences=["send the world"], effect=Effect.O2)
    async def send(context: Context) -> Reply:
        """Send."""
        return Reply("sent")
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution of somebody else, with an entry point."""
    place = tmp_path / "site"
    info = place / "stranger_dist-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger-dist\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[voiced.intents]\nstranger = stranger_module\n")
    module = place / "stranger_module.py"
    module.write_text(dedent(MODULE))
    names = [f"{info.name}/METADATA", f"{info.name}/entry_points.txt", module.name]
    (info / "RECORD").write_text("".join(f"{each},,\n" for each in names))
    monkeypatch.syspath_prepend(str(place))
    return module


def test_it_runs_only_as_it_was_enabled_and_may_do_only_what_was_ticked(
    page: Page, module: Path
) -> None:
    def enable(*grant: str) -> int:
        typed = {"foreign": "1", "grant": list(grant)}
        answer = page.client.post("/intents/plugins/stranger/enable", data=typed, headers=OURS)
        return answer.status_code

    assert "not enabled yet" in page.get("/intents/plugins")
    assert enable() == 409
    assert "stranger" not in plugin_record.read().pins
    assert enable("R0", "R1", "W1") == 303
    assert plugin_record.read().pins["stranger"].effects == ("read_public",)
    text = page.get("/intents?q=stranger")
    assert "stranger.greet" in text
    assert "stranger.send" not in text.replace("stranger.send of plugin", "")
    assert "Greet &lt;b&gt;everybody&lt;/b&gt;" in text
    text = page.get("/setup/settings/stranger")
    assert "hi &amp; ho" in text
    assert "Its plugin alone knows what may be there" in text
    module.write_text(module.read_text() + "\n# changed\n")
    text = page.get("/intents/plugins")
    assert "has changed, so it does not run" in text
    assert "Its files are others: sha256" in text
    assert "stranger.greet" not in page.get("/intents?q=stranger")
    assert enable("R0", "O2") == 303
    assert "stranger.send" in page.get("/intents?q=stranger")
