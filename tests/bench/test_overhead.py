import pytest

from voiced.bench.overhead import as_document, measure

pytestmark = pytest.mark.engine


def test_every_part_costs_something_and_less_than_real_time():
    costs = {cost.part: cost for cost in measure(6.0)}
    assert set(costs) == {
        *("loop, silence", "loop, conversation", "espeak"),
        *("webrtc voice detector", "resampler", "pocketsphinx"),
    }
    for cost in costs.values():
        assert cost.cpu_ms_per_s is not None, cost.what
        assert 0 < cost.cpu_ms_per_s < 1000
    assert costs["loop, silence"].cpu_ms_per_s < 50
    assert as_document(list(costs.values()))["costs"][0]["part"] == "loop, silence"
