import pytest

from voiced.bench.idle import measure
from voiced.config import Config

pytestmark = [pytest.mark.anyio, pytest.mark.engine, pytest.mark.alone]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_a_quiet_room_is_quiet_and_cheap():
    found = await measure(Config(), 1.0)
    assert found.seconds == pytest.approx(1.0, abs=0.3)
    assert found.false_starts == 0
    assert 0 < found.cpu_percent < 100
    assert 20 < found.memory_mb < 2000
    assert 1 <= found.threads < 40
    assert 3 <= found.open_files < 200
    assert found.as_document()["seconds"] == found.seconds
