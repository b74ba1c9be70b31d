import re
from collections import Counter

from voiced.bench.material import replies


def test_a_thousand_replies_no_two_alike():
    found = replies(1000)
    assert len(set(found)) == 1000
    assert replies(10) == found[:10]
    lengths = Counter(len(re.findall(r"[.?](?: |$)", reply)) for reply in found)
    assert min(lengths[count] for count in (1, 2, 3, 4)) > 100
    assert all(reply[0].isupper() for reply in found)
    assert not any("{" in reply for reply in found)
    assert sum(bool(re.search(r"\b(stop|wait|no)\b", reply, re.I)) for reply in found) > 50
