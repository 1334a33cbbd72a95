"""Which of very many ads are worth a close look: by their vectors alone, without the database."""

import numpy as np
from numpy.typing import NDArray

from app.matching import rules
from app.matching.cards import OFFERS_OPEN, SEEKS_OPEN
from app.matching.lessons import Lessons
from app.matching.rules import Scale, Side
from app.meaning.shelf import View

_QUICK = 200  # ads that are looked at by all that vectors tell
_ALSO_ONE_WAY = 3  # of which a third, beside the rest, for what they are in one direction
_LEAST = np.float32(1e-3)

Array = NDArray[np.float32]
Rows = NDArray[np.intp]


def worth_a_look(
    view: View,
    lessons: Lessons,
    mine: tuple[Side, Side],
    allowed: NDArray[np.bool_],
    scale: Scale,
    *,
    most: int,
) -> Rows:
    """The rows of some `most` ads, among the allowed: the best both ways, and in one direction."""
    open_sides = view.cards["open"]
    gets = _where_open(view.second @ mine[0].rows[0], mine[0], open_sides == OFFERS_OPEN, scale)
    gives = _where_open(view.first @ mine[1].rows[0], mine[1], open_sides == SEEKS_OPEN, scale)
    rows = _best(gets, gives, np.flatnonzero(allowed), _QUICK)
    return _closely(view, lessons, mine, rows, scale, most)


def _closely(
    view: View, lessons: Lessons, mine: tuple[Side, Side], rows: Rows, scale: Scale, most: int
) -> Rows:
    """Of these the best by all that vectors tell."""
    (wish, offer), open_sides = mine, view.cards["open"][rows]
    offered = lessons.senses(view.second[rows], wish=False)
    wished = lessons.senses(view.first[rows], wish=True)
    gets = rules.fits(wish.rows[0], wish.sense, view.second[rows], offered)
    gives = rules.fits(offer.rows[0], offer.sense, view.first[rows], wished)
    gets = _where_open(gets, wish, open_sides == OFFERS_OPEN, scale)
    gives = _where_open(gives, offer, open_sides == SEEKS_OPEN, scale)
    return rows[_best(gets, gives, np.arange(len(rows)), most)]


def _where_open(fits: Array, mine: Side, theirs: NDArray[np.bool_], scale: Scale) -> Array:
    """As rules.fit has it: modest where one is open, nothing where both are."""
    if mine.is_open:
        fits = np.full(len(theirs), scale.open, np.float32)
        fits[theirs] = 0
    else:
        fits[theirs] = scale.open
    return np.maximum(fits, _LEAST)


def _best(gets: Array, gives: Array, among: Rows, most: int) -> Rows:
    """Of these places the best, in no order."""
    gets, gives = gets[among], gives[among]
    some = most // _ALSO_ONE_WAY
    chosen = [_top(2 * gets * gives / (gets + gives), most), _top(gets, some), _top(gives, some)]
    return among[np.unique(np.concatenate(chosen))]


def _top(scores: Array, most: int) -> Rows:
    if len(scores) <= most:
        return np.arange(len(scores))
    return np.argpartition(-scores, most - 1)[:most]
