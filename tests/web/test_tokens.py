from __future__ import annotations

import stat

import pytest

from voiced.web.tokens import SESSION_S, TOKEN_S, KeyRing, TokenRefused


class Clock:
    now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(tmp_path, clock):
    return KeyRing(tmp_path / "web", clock)


def refused(keys, token):
    with pytest.raises(TokenRefused) as caught:
        keys.spend(token)
    return caught.value.why


def test_a_token_is_exchanged_once(keys):
    token = keys.issue()
    assert keys.admits(keys.spend(token))
    assert refused(keys, token) == "used"


def test_a_token_of_another_program_is_good_here(keys, tmp_path, clock):
    assert keys.admits(keys.spend(KeyRing(tmp_path / "web", clock).issue()))


def test_sessions_outlive_the_program(keys, tmp_path, clock):
    session = keys.spend(keys.issue())
    assert KeyRing(tmp_path / "web", clock).admits(session)


def test_an_old_token_lets_nobody_in(keys, clock):
    token = keys.issue()
    clock.now_s += TOKEN_S + 1
    assert refused(keys, token) == "old"
    assert refused(keys, token) == "used"


@pytest.mark.parametrize("token", ["x", "../x", "\udcff", "\x00", "a" * 100_000])
def test_what_is_no_token(keys, token):
    assert refused(keys, token) == "unknown"


def test_no_token(keys):
    assert refused(keys, "") == "missing"


def test_a_token_is_no_session_and_a_session_no_token(keys):
    token = keys.issue()
    assert not keys.admits(token)
    session = keys.spend(token)
    assert refused(keys, session) == "unknown"
    assert not keys.admits("")


def test_a_session_ends(keys, clock):
    first, second = keys.spend(keys.issue()), keys.spend(keys.issue())
    keys.end(first)
    assert not keys.admits(first)
    assert keys.admits(second)
    clock.now_s += SESSION_S + 1
    assert not keys.admits(second)


def test_the_folder_does_not_hold_what_lets_one_in(keys, tmp_path, clock):
    token = keys.issue()
    session = keys.spend(keys.issue())
    folder = tmp_path / "web"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert token not in path.name
        assert session not in path.name
        assert not path.read_bytes()


def test_what_is_long_over_is_forgotten(keys, tmp_path, clock):
    keys.spend(keys.issue())
    clock.now_s += SESSION_S + 1
    keys.issue()
    assert len(list((tmp_path / "web").iterdir())) == 1
