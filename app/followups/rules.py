"""When somebody has waited too long, and what is done then; how a writer’s answering is put. Pure.

A follow-up is about a first message that was never answered. A no, an end and a block are answers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REMIND_AFTER = timedelta(days=3)
CONSOLE_AFTER = timedelta(days=10)
REST_AFTER = timedelta(days=14)
REST_LEAST = 3  # people left waiting, before their ad rests
LEAST, MOST = 3, 5  # other ads that somebody who waits is told of
_OWES = frozenset({"live", "paused"})  # a paused ad still owes an answer; one that is over doesn’t
_NEARLY_ALL, _MOST, _HALF = 0.9, 0.65, 0.4


class Rate(StrEnum):
    """How much of what they are written a writer answers."""

    NEARLY_ALL = "nearly all"
    MOST = "most"
    HALF = "half"
    FEW = "few"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Wait:
    """A first message as it stands. `state` and `ad` are by the clock; `ad` is '' once erased."""

    state: str
    answered: bool
    since: datetime  # when it reached the ad’s writer
    ad: str
    writer_takes_mail: bool = True
    replier_takes_mail: bool = True
    replier_may_speak: bool = True  # not whom a broker has suspended


def reminds(wait: Wait, now: datetime) -> bool:
    """Whether the ad’s writer is mailed about it. Not who muted it, is gone, or took the ad off."""
    due = _waits(wait) and now - wait.since >= REMIND_AFTER
    return due and wait.ad in _OWES and wait.writer_takes_mail


def consoles(wait: Wait, now: datetime) -> bool:
    """Whether the one who wrote is mailed about it, whatever has become of the ad."""
    return has_waited_long(wait, now) and wait.replier_takes_mail


def has_waited_long(wait: Wait, now: datetime) -> bool:
    """Whether it is time to name others to the one who wrote."""
    return _waits(wait) and now - wait.since >= CONSOLE_AFTER


def days(wait: Wait, now: datetime) -> int:
    """Whole days that somebody has waited."""
    return (now - wait.since) // timedelta(days=1)


def rate(share: float | None) -> Rate:
    """In which words the answered share, 0–1, is put; None is somebody new here."""
    if share is None:
        return Rate.NEW
    if share >= _NEARLY_ALL:
        return Rate.NEARLY_ALL
    if share >= _MOST:
        return Rate.MOST
    return Rate.HALF if share >= _HALF else Rate.FEW


def _waits(wait: Wait) -> bool:
    return wait.state == "open" and not wait.answered and wait.replier_may_speak
