"""Every break of sending a mail and replacing a draft: ``python tests/bench/mail_breaks.py``.

Drops of the connection at every exchange, before and after the server had it, and kill -9 at every
step, on two servers. Exit code 1 where anything was sent twice, lost or doubled.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mail_servers import Dovecot, Pymap
from mail_trials import (
    Outcome,
    copy_drops,
    draft_drops,
    draft_kills,
    ground,
    send_drops,
    send_kills,
)

from voiced.cli.output import print_table


def main() -> int:
    rows, bad = [], list[Outcome]()
    for kind in (Dovecot, Pymap):
        server = kind()
        try:
            with ground(server) as place:
                for what in (send_drops, copy_drops, draft_drops, send_kills, draft_kills):
                    outcomes = [each for each in what(place) if each.where != "none"]
                    bad += [each for each in outcomes if not each.held]
                    states = Counter(str(each.state) for each in outcomes)
                    told = ", ".join(f"{number} {state}" for state, number in states.items())
                    held = sum(each.held for each in outcomes)
                    name = what.__name__.replace("_", " ")
                    rows.append((kind.__name__, name, str(len(outcomes)), str(held), told))
        finally:
            server.close()
    print_table(("server", "breaks", "number", "held", "and then"), rows)
    for each in bad:
        print(each)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
