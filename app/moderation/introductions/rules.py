"""What an introduction needs, how long it waits, and how it stands. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from app.ads.models import Ad
from app.ads.policy import Problem
from app.core.addresses import find_addresses
from app.core.i18n import N_
from app.moderation.introductions.models import Introduction

Side = Literal["first", "second"]
Standing = Literal["waiting", "agreed", "over", "withdrawn"]

SIDES: tuple[Side, Side] = ("first", "second")
ANSWERS = ("yes", "no")
AGREED, OVER, WITHDRAWN = "agreed", "over", "withdrawn"
LINE = (10, 300)  # characters of the broker’s line
LASTS = timedelta(days=14)  # how long both sides have to answer
MONTH, IN_A_MONTH = timedelta(days=30), 3  # introductions of one person


def other(side: Side) -> Side:
    """The side across."""
    return "second" if side == "first" else "first"


def pair_of(one: str, another: str) -> str:
    """What two Boxes are called together, in whichever order they come."""
    return "-".join(sorted((one, another)))


def ad_of(introduction: Introduction, side: Side) -> Ad | None:
    """That side’s ad; None once it is erased."""
    return introduction.first if side == "first" else introduction.second


def says(introduction: Introduction, side: Side) -> str:
    """What that side has said: yes, no, or '' for nothing yet."""
    return introduction.first_says if side == "first" else introduction.second_says


def both_say_yes(introduction: Introduction) -> bool:
    """Whether nothing but the board itself keeps the two apart."""
    return all(says(introduction, side) == "yes" for side in SIDES)


def ends_at(introduction: Introduction) -> datetime:
    """Until when either side may answer."""
    return introduction.created_at + LASTS


def standing(introduction: Introduction, now: datetime) -> Standing:
    """How it stands by the clock, for anybody’s eyes: never what one side has said."""
    if introduction.how in {AGREED, WITHDRAWN}:
        return "agreed" if introduction.how == AGREED else "withdrawn"
    over = introduction.ended_at is not None or now >= ends_at(introduction)
    return "over" if over else "waiting"


def line_problem(line: str) -> Problem | None:
    """What is wrong with the broker’s line: as in an ad, no way past the board stands in it."""
    if found := find_addresses(line[: 2 * LINE[1]]):
        sentence = N_(
            "Leave addresses, numbers and links out: the two meet through the board. "
            "Take out “%(found)s”."
        )
        return Problem("line", sentence, {"found": found[0].text})
    least, most = LINE
    if len(line) < least:
        sentence = N_("Say in at least %(least)d characters why they might get on.")
        return Problem("line", sentence, {"least": least})
    if len(line) > most:
        sentence = N_("Shorten this: it has %(length)d characters, and there is room for %(most)d.")
        return Problem("line", sentence, {"length": len(line), "most": most})
    return None
