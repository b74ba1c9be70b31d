from importlib.metadata import entry_points

import pytest

from voiced.bench.examples import run
from voiced.config import Config, IntentSettings

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_the_examples_of_the_clock_are_understood(tmp_path):
    others = {plugin.name for plugin in entry_points(group="voiced.intents")} - {"clock"}
    config = Config(intents=IntentSettings(folder=tmp_path, disabled=tuple(others)))
    found = await run(config)
    assert found.orders >= 4
    assert found.right >= found.orders - 1, found.mistakes  # the ear is not always right
