"""Which live ads fit what somebody wrote who has no ad: one thing in a letter is given, one wished.

Which is which it need not say: the two that fit an ad best both ways are taken.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.matching import rules
from app.matching.cards import card_of, live_sharing
from app.matching.first_look import worth_a_look
from app.matching.phrases import phrases
from app.matching.rules import Scale, Side
from app.matching.service import terms_of
from app.matching.vectors import Vectors, read_row, side_of

_LOOKED_AT = 20  # ads for each thing that is said

Both = tuple[Side, Side]  # as a wish, and as an offer


def fitting(
    session: Session, vectors: Vectors, text: str, *, like: Ad, now: datetime, most: int
) -> list[Ad]:
    """Live ads that want what `text` gives and have what it asks for, best first.

    It was written to `like`, so ads that can be met as that one can come into question. None while
    the ads have not been read.
    """
    view, lessons, scale = vectors.shelf.view(), vectors.lessons(), vectors.scale()
    if view is None or lessons is None or vectors.shelf.kind != vectors.encoder().name:
        return []
    things = _read(vectors, text)
    # Whoever wrote may have no sector yet, so none is asked about.
    here = live_sharing(view.cards, card_of(like), now=now)
    looks = [worth_a_look(view, lessons, one, here, scale, most=_LOOKED_AT) for one in things]
    rows = {int(row) for look in looks for row in look}
    at = {int(view.cards["id"][row]): row for row in rows}
    own, found = terms_of(like), []
    for id, ad in ads.by_ids(session, at).items():
        theirs = read_row(view, lessons, ad, at[id])
        if theirs is None or not ads.is_live(ad, now) or not rules.can_meet(own, terms_of(ad)):
            continue
        if score := _fit(things, theirs, scale):
            found.append((score, ad))
    order = rules.best([score for score, _ in found], most)
    return [found[place][1] for place in order]


def _read(vectors: Vectors, text: str) -> list[Both]:
    """Each thing that the letter says, by itself."""
    lessons = vectors.lessons()
    assert lessons is not None
    said = [(phrase,) for phrase in phrases(text, ())]
    rows = vectors.encode([(one, one) for one in said]) if said else []
    return [
        (side_of(one, wish, lessons, wish=True), side_of(one, offer, lessons, wish=False))
        for one, (wish, offer) in zip(said, rows, strict=True)
    ]


def _fit(things: Sequence[Both], theirs: tuple[Side, Side], scale: Scale) -> float:
    """How well the two best things fit both ways, 0 where no two do; one alone may be both."""
    seeks, offers = theirs
    gets = [rules.fit(wish, offers, scale) for wish, _ in things]
    gives = [rules.fit(seeks, offer, scale) for _, offer in things]
    scores = [
        rules.both_ways(get.score, give.score)
        for here, get in enumerate(gets)
        for there, give in enumerate(gives)
        if (here != there or len(things) == 1) and rules.is_mutual(get, give, scale)
    ]
    return max(scores, default=0.0)
