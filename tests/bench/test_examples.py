import pytest

from voiced.bench.examples import run
from voiced.config import Config, IntentSettings

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_the_examples_of_the_clock_are_understood(tmp_path):
    config = Config(intents=IntentSettings(folder=tmp_path, disabled=("files", "talk")))
    found = await run(config)
    assert found.orders >= 4
    assert found.right == found.orders, found.mistakes
