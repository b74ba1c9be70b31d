"""From words to deeds: match, validate slots, policy, confirm, run, record the way back."""

from voiced.dispatch.calls import Call, Question, Report, Result
from voiced.dispatch.context import Environment, InWorker, Waits
from voiced.dispatch.dispatcher import Dispatcher, DispatchMemo
from voiced.dispatch.resolve import AMBIGUITY

__all__ = [
    "AMBIGUITY",
    "Call",
    "DispatchMemo",
    "Dispatcher",
    "Environment",
    "InWorker",
    "Question",
    "Report",
    "Result",
    "Waits",
]
