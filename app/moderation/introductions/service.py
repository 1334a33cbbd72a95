"""Introductions: a broker puts two ads to each other, and nothing passes until both say yes."""

from app.moderation.introductions.answering import answer, can_begin, due, end, find
from app.moderation.introductions.asking import newest, propose, withdraw
from app.moderation.introductions.keeping import forget_gone, of_person, purge
from app.moderation.introductions.models import Introduction
from app.moderation.introductions.refusals import (
    BadIntroduction,
    BothSaidYes,
    IntroductionOver,
    IntroductionUnknown,
    NotJustNow,
)
from app.moderation.introductions.rules import (
    LINE,
    Side,
    ad_of,
    ends_at,
    other,
    says,
    standing,
)
from app.moderation.introductions.suggesting import Suggestion, suggested

# The door of the room: what stands in the modules beside this one is reached through it.
__all__ = [
    "LINE",
    "BadIntroduction",
    "BothSaidYes",
    "Introduction",
    "IntroductionOver",
    "IntroductionUnknown",
    "NotJustNow",
    "Side",
    "Suggestion",
    "ad_of",
    "answer",
    "can_begin",
    "due",
    "end",
    "ends_at",
    "find",
    "forget_gone",
    "newest",
    "of_person",
    "other",
    "propose",
    "purge",
    "says",
    "standing",
    "suggested",
    "withdraw",
]
