"""What a plugin has to say unasked; one that fails has nothing to say.

What others may have written is not said beside a locked screen. It was not told then, so that a
plugin which keeps it may offer it again.
"""

from __future__ import annotations

import logging

import anyio

from voiced.announcements import News, Told
from voiced.dispatch.away import whereabouts
from voiced.dispatch.context import CallContext, Environment
from voiced.errors import VoicedError
from voiced.plugin import Announcer, Effect, Integrity
from voiced.policy import Allowance, Door, allowance

__all__ = ["news_for_here", "news_of"]

_log = logging.getLogger(__name__)


async def news_for_here(
    announcer: Announcer, told: Told, context: CallContext, environment: Environment
) -> News:
    """What there is to say where others may be listening, if they may."""
    news = await news_of(announcer, told, context)
    if not news.announcements or announcer.returns is not Integrity.EXTERNAL:
        return news
    where = await whereabouts(Door.MICROPHONE, environment)
    return news if allowance(Effect.R1, where) is Allowance.ALL else News()


async def news_of(announcer: Announcer, told: Told, context: CallContext) -> News:
    """What there is to say; nothing where the plugin fails, which is logged."""
    news: object = None
    try:
        with anyio.move_on_after(announcer.deadline_s):
            news = await announcer.function(context, told)
    except VoicedError as error:
        _log.error("announcer %s: %s", announcer.name, error.message)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
        _log.error("announcer %s raised %s", announcer.name, type(error).__name__)
    return news if isinstance(news, News) else News()
