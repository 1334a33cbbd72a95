"""The offer helper on the ad form and beside an open ad: what it suggests, what choosing does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from flask import request

from app.ads.models import Ad
from app.ads.policy import KINDS, SKILLS_MOST, Draft
from app.board.ad_form import EditForm
from app.board.language import gettext
from app.catalogue.skills import normalise_skill
from app.core.clock import utcnow
from app.core.site import ad_path
from app.current import index, vectors
from app.db import db
from app.matching import offer_helper as helper
from app.matching.cards import OFFERS_OPEN, open_side
from app.matching.nearness import before_the_wish, nearness
from app.matching.offer_helper import Suggestion, Typed

BESIDE_AN_AD = 4  # suggestions, so that the reply form stays in sight


@dataclass(frozen=True, slots=True)
class Helper:
    """What is suggested for one side of the form.

    `asked`: somebody wants something there, or nobody can say. `added`: what was just chosen.
    """

    items: Sequence[Suggestion]
    asked: bool
    is_open: bool
    is_full: bool
    added: str


@dataclass(frozen=True, slots=True)
class Opening:
    """One thing to bring up with somebody who is open, and the address that puts it into words."""

    suggestion: Suggestion
    url: str


def pressed(form: EditForm) -> bool:
    """Whether a suggestion was pressed; if so it stands in its field now."""
    for side in KINDS:
        if f"add_{side}" in request.form:
            form.add_skill(side, request.form[f"add_{side}"])
            return True
    return False


def helpers(form: EditForm) -> dict[str, Helper]:
    """What to put under either side of the form, by the side."""
    people = helper.count(db.session, index(), now=utcnow())
    draft = form.draft()
    taken = (*draft.seeks_skills, *draft.offers_skills)
    shown = {}
    for side in KINDS:
        other = helper.OTHER[side]
        typed = Typed(
            side=side,
            text=getattr(draft, side),
            other=getattr(draft, other),
            about=f"{before_the_wish(draft.headline)}. {draft.about}",
            sector=draft.sector,
            taken=taken,
        )
        shown[side] = Helper(
            items=helper.suggest(people, typed, partial(nearness, vectors())),
            asked=people is None or bool(getattr(people, other).people.any()),
            is_open=side in form.added or _is_wanted(draft, side),
            is_full=len(getattr(draft, f"{side}_skills")) >= SKILLS_MOST,
            added=form.added.get(side, ""),
        )
    return shown


def _is_wanted(draft: Draft, side: str) -> bool:
    """Whether this is the return, and nothing stands there yet."""
    empty = not (getattr(draft, side) or getattr(draft, f"{side}_skills"))
    return draft.kind != side and empty and not draft.return_open


def openings(ad: Ad) -> list[Opening]:
    """What to bring up with the writer of an ad whose return is open; nothing for any other."""
    if not (left := open_side(ad)):
        return []
    side = "offers" if left == OFFERS_OPEN else "seeks"
    now, taken = utcnow(), (*ad.side_skills("seeks"), *ad.side_skills("offers"))
    found = helper.for_open_return(
        helper.count(db.session, index(), now=now),
        helper.count(db.session, index(), now=now, sector=ad.sector),
        side=side,
        taken=taken,
        most=BESIDE_AN_AD,
    )
    path, name = ad_path(ad.box, ad.headline), _parameter(side)
    return [Opening(one, f"{path}?{urlencode({name: one.skill})}#reply") for one in found]


def first_words(ad: Ad) -> str:
    """What `?offer=` or `?ask=` puts into a reply to an ad whose return is open; '' without."""
    if not (left := open_side(ad)):
        return ""
    side = "offers" if left == OFFERS_OPEN else "seeks"
    skill = normalise_skill(request.args.get(_parameter(side), "")[:200])
    if not skill or not helper.is_known(helper.count(db.session, index(), now=utcnow()), skill):
        return ""
    if side == "seeks":
        return gettext("In return, I could help with %(skill)s.", skill=skill)
    return gettext("In return, could you tell me more about %(skill)s?", skill=skill)


def _parameter(side: str) -> str:
    """Whoever left open what they seek is offered something; else something is asked of them."""
    return "offer" if side == "seeks" else "ask"
