"""Who may what: the user's own programs, what voiced started, and everybody else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from voiced.control.peers import Peer, Scope, parent_of, peer_of, scope_of

US = os.getpid()
ME = os.geteuid()


def test_the_kernel_says_who_connected() -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert peer_of(here) == Peer(US, ME)


def test_another_user_may_nothing() -> None:
    assert scope_of(Peer(1234, ME + 1), parent=lambda _: 1) is None


def test_a_program_of_the_user_may_what_the_configuration_gives() -> None:
    assert scope_of(Peer(1234, ME), parent=lambda _: 1) is Scope.ADMIN
    assert scope_of(Peer(1234, ME), Scope.ACT, lambda _: 1) is Scope.ACT
    assert scope_of(Peer(1234, ME), parent=lambda _: 0) is Scope.ADMIN  # entered from outside


def test_a_login_of_root_that_cannot_be_seen_is_none_of_ours() -> None:
    assert scope_of(Peer(1234, ME), parent={1234: 1200}.get) is Scope.ADMIN


@pytest.mark.parametrize(
    "parents",
    [{900: US}, {900: 800, 800: 700, 700: US}, {900: None}, {900: 900}],
    ids=["a child", "a child's child's child", "gone", "in a ring"],
)
def test_what_voiced_started_may_only_look(parents) -> None:
    assert scope_of(Peer(900, ME), parent=parents.get) is Scope.STATUS


def test_whom_the_kernel_cannot_name_may_only_look() -> None:
    assert scope_of(Peer(0, ME), parent=lambda _: 1) is Scope.STATUS


def test_code_inside_the_daemon_may_only_look() -> None:
    assert scope_of(Peer(US, ME)) is Scope.STATUS


def test_a_real_child_is_known_by_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as child:
        assert parent_of(child.pid) == US
        assert scope_of(Peer(child.pid, ME)) is Scope.STATUS
        child.kill()
    assert parent_of(child.pid) is None
