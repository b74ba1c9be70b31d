"""Every break of sending, moving and drafting a mail: ``python tests/bench/mail_breaks.py``.

Drops of the connection at every exchange, before and after the server had it, and kill -9 at every
step, on two servers. Exit code 1 where anything was sent twice, lost or doubled.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mail_servers import Dovecot, Pymap
from mail_trials import (
    Ground,
    Outcome,
    back_drops,
    copy_drops,
    draft_drops,
    draft_kills,
    ground,
    move_drops,
    move_kills,
    send_drops,
    send_kills,
)

from voiced.cli.output import print_table

_EXCHANGES = 9
"""Moving a mail without MOVE has no more."""


def trials() -> Iterator[tuple[str, Callable[[Ground], Iterator[Outcome]]]]:
    """What is broken: its name, and how it is played."""
    for what in (send_drops, copy_drops, draft_drops, send_kills, draft_kills):
        yield what.__name__.replace("_", " "), what
    for what in (move_drops, back_drops):
        for has_move in (True, False):
            name = f"{what.__name__.replace('_', ' ')}{'' if has_move else ' without MOVE'}"
            yield name, partial(what, has_move=has_move)
    yield "move kills", partial(move_kills, exchanges=range(1, _EXCHANGES))


def main() -> int:
    rows, bad = [], list[Outcome]()
    for kind in (Dovecot, Pymap):
        server = kind()
        try:
            with ground(server) as place:
                for name, play in trials():
                    outcomes = [each for each in play(place) if each.where != "none"]
                    bad += [each for each in outcomes if not each.held]
                    states = Counter(str(each.state) for each in outcomes)
                    told = ", ".join(f"{number} {state}" for state, number in states.items())
                    held = sum(each.held for each in outcomes)
                    rows.append((kind.__name__, name, str(len(outcomes)), str(held), told))
        finally:
            server.close()
    print_table(("server", "breaks", "number", "held", "and then"), rows)
    for each in bad:
        print(each)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
