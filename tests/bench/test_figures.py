import json

import pytest
from cases import every

from voiced.bench.figures import Figure, as_documents, median, percentile, rows, share


def test_little_statistics():
    assert median([3, 1, 2]) == 2
    assert percentile([0, 100], 95) == pytest.approx(95)
    assert share(1, 4) == 25
    assert median([]) is percentile([], 95) is share(0, 0) is None


@every(
    ("figure", "is_met"),
    [
        (Figure("stop", 300.0, "ms", 300), True),
        (Figure("stop", 300.1, "ms", 300), False),
        (Figure("caught", 94.9, "%", 95, "least"), False),
        (Figure("caught", 95, "%", 95, "least"), True),
        (Figure("caught", None, "%", 95, "least"), False),
        (Figure("lag", 12.0, "ms"), None),
    ],
)
def test_goals(figure, is_met):
    assert figure.is_met is is_met


def test_figures_as_rows_and_as_documents():
    figures = [
        Figure("stop, median", 297.64, "ms", 300, note="of 200"),
        Figure("caught", 94.26, "%", 95, "least"),
        Figure("history", 0.5, "characters", 3),
        Figure("pulse", None, "ms", note="no sound server"),
    ]
    assert rows(figures) == [
        ("stop, median", "298 ms", "≤ 300 ms", "met", "of 200"),
        ("caught", "94.3 %", "≥ 95 %", "MISSED", ""),
        ("history", "0.50 characters", "≤ 3 characters", "met", ""),
        ("pulse", "-", "", "", "no sound server"),
    ]
    documents = json.loads(json.dumps(as_documents(figures)))
    assert documents[0]["value"] == 297.64
    assert [each["is_met"] for each in documents] == [True, False, True, None]
