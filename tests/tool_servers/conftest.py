"""A place for the servers of a test; none of them outlives it."""

from __future__ import annotations

import os

import pytest
from mcp_lab import Lab


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    yield lab
    left = lab.left()
    for pid in left:
        os.kill(pid, 9)
    assert not left, "a server is left"
