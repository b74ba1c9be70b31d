"""Sends a draft as the intent does, and kills itself at a step of it: started by tests."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from functools import partial

from mail_act import killer

from voiced.testing.context import FakeContext
from voiced_intents.mail import posting, send_draft
from voiced_intents.mail.drafting import entity_of, read
from voiced_intents.mail.sending import Sender
from voiced_intents.mail.settings import Settings


def main() -> int:
    order = json.loads(sys.stdin.read())
    settings = Settings.model_validate_json(order["settings"])
    posting.Sender = partial(Sender, step=killer(order["step"]))  # type: ignore[misc, assignment]
    draft = entity_of(settings, read(settings, "home", order["key"]))
    context = FakeContext(now=datetime(2026, 11, 23, 10, tzinfo=UTC), settings=settings)
    asyncio.run(send_draft.function(context, draft=draft))
    return 0


if __name__ == "__main__":
    sys.exit(main())
