"""What a plugin has to say unasked; one that fails has nothing to say."""

from __future__ import annotations

import logging

import anyio

from voiced.announcements import News, Told
from voiced.dispatch.context import CallContext
from voiced.errors import VoicedError
from voiced.plugin import Announcer

__all__ = ["news_of"]

_log = logging.getLogger(__name__)


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
