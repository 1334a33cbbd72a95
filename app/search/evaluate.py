"""Which ads have the words, and how well: BM25 over posting arrays. Pure.

An engine lends its words as `Terms`; rows are numbers of ads in the engine's current generation.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.arrays import POSITION_BITS
from app.search.plan import Alternative, Plan, Want

if TYPE_CHECKING:
    from app.search.cards import Mask
    from app.search.spelling import Shelf

K1, B = 1.2, 0.75  # BM25's usual constants
UNFINISHED = 0.5  # what a word that only begins so counts, against the word itself
SURELY_UNFINISHED = 4  # letters from which a last word is always completed as well

_DENSE = 50  # with one row in so many a table of all rows is quicker than a search

Keys = NDArray[np.int64]


class Postings(NamedTuple):
    """Ads in ascending order of row, and how strongly each has it."""

    rows: NDArray[np.intp]
    scores: NDArray[np.float32]


NONE = Postings(np.zeros(0, np.intp), np.zeros(0, np.float32))


class Terms(Protocol):
    """The words of all ads, of one side or of both."""

    def postings(self, term: str) -> Postings:
        """The ads with `term`, each with its BM25 score."""
        ...

    def positions(self, term: str) -> Keys:
        """Every occurrence as row << POSITION_BITS | position, ascending."""
        ...

    def beginning(self, prefix: str) -> list[str]:
        """The most frequent terms that begin with `prefix`, a bounded number."""
        ...

    def known(self, terms: Sequence[str]) -> list[int]:
        """Roughly how many ads have each of these plain terms; cheap."""
        ...

    def shelves(self) -> "list[Shelf]":
        """All plain terms with roughly how many ads have them; one may stand on several."""
        ...

    def as_of(self, then: "Mask") -> "Terms":
        """The same, worth what they were when only the ads in `then` were there."""
        ...


def bm25(weights: NDArray[Any], lengths: NDArray[Any], average: float) -> NDArray[np.float32]:
    """How strongly ads of these lengths have a term of these weights, the term's rarity aside."""
    score = weights * (K1 + 1) / (weights + K1 * (1 - B + B * lengths / max(average, 1.0)))
    return np.asarray(score, np.float32)


def rarity(having: int, of: int) -> np.float32:
    """What a term that `having` of `of` ads have is worth."""
    return np.float32(np.log(1 + (of - having + 0.5) / (having + 0.5)))


def evaluate(plan: Plan, terms: Terms) -> Postings | None:
    """The ads that meet `plan`, with their scores; None when it asks for no word at all."""
    found: Postings | None = None
    required = [_meet(want, terms) for want in plan.required]
    if plan.any_will_do:
        found = add(required)
    elif required:
        found = required[0]
        for other in required[1:]:
            found = both(found, other)
    if found is not None and not plan.any_will_do:
        for want in plan.wants:
            if want.optional:
                found = lifted(found, _meet(want, terms))
    if found is not None and plan.excluded:
        found = _less(found, excluded_rows(plan, terms))
    return found


def excluded_rows(plan: Plan, terms: Terms) -> NDArray[np.intp]:
    """The ads that `plan` excludes."""
    return add(_meet(want, terms) for want in plan.excluded).rows


def _meet(want: Want, terms: Terms) -> Postings:
    """The ads with any of the alternatives, by the one they have best.

    A rare synonym is worth no more than the word itself: who has that comes first.
    """
    met = [(_having(alternative, terms), alternative.weight) for alternative in want.alternatives]
    found = [(having, weight) for having, weight in met if len(having.rows)]
    if len(found) < 2:
        return found[0][0] if found else NONE
    itself = found[0][0]
    most = float(itself.scores.max())
    others = [
        Postings(rows, scores * np.float32(min(1.0, most * weight / float(scores.max()))))
        for (rows, scores), weight in found[1:]
    ]
    return best_of([itself, *others])


def _having(alternative: Alternative, terms: Terms) -> Postings:
    last = len(alternative.terms) - 1
    found: Postings | None = None
    for n, term in enumerate(alternative.terms):
        having = terms.postings(term)
        if alternative.prefix and n == last:
            having = _completed(alternative.prefix, term, having, terms)
        found = having if found is None else both(found, having)
    if found is None or not len(found.rows):
        return NONE
    if alternative.phrase:
        found = _side_by_side(found, alternative, terms)
    return Postings(found.rows, found.scores * np.float32(alternative.weight))


def _completed(begun: str, term: str, having: Postings, terms: Terms) -> Postings:
    """The ads with the word or, unless it is short and stands for itself, one that begins so."""
    if len(having.rows) and len(begun) < SURELY_UNFINISHED:
        return having
    longer = best_of(terms.postings(other) for other in terms.beginning(begun) if other != term)
    return best_of([having, Postings(longer.rows, longer.scores * np.float32(UNFINISHED))])


def _side_by_side(found: Postings, alternative: Alternative, terms: Terms) -> Postings:
    """Those of `found` that have the terms at their offsets; the rarest term leads."""
    places = [
        terms.positions(term) - offset
        for term, offset in zip(alternative.terms, alternative.offsets, strict=True)
    ]
    keys, *others = sorted(places, key=len)
    for other in others:
        keys = keys[_among(keys, other)]
    rows = (keys >> POSITION_BITS)[_firsts(keys)]
    fitting = within(rows, found.rows)
    fitting = fitting[fitting >= 0]
    return Postings(found.rows[fitting], found.scores[fitting])


def _firsts(keys: Keys) -> NDArray[np.bool_]:
    """Which of `keys` are the first of their row."""
    first = np.ones(len(keys), np.bool_)
    rows = keys >> POSITION_BITS
    np.not_equal(rows[1:], rows[:-1], out=first[1:])
    return first


def _among(keys: Keys, others: Keys) -> NDArray[np.bool_]:
    """Which of `keys` are among `others`; both ascending.

    Each key is held against the occurrences in its own row, one after another, which is ten times
    as fast as a search for it among all.
    """
    found = np.zeros(len(keys), np.bool_)
    heads = np.flatnonzero(_firsts(others))
    at = within(keys >> POSITION_BITS, others[heads] >> POSITION_BITS)
    left = np.flatnonzero(at >= 0)
    at = heads[at[left]]
    while len(left):
        here, wanted = others[at], keys[left]
        found[left[here == wanted]] = True
        further = (here < wanted) & (at + 1 < len(others))
        left, at = left[further], at[further] + 1
    return found


def both(one: Postings, other: Postings) -> Postings:
    """The ads in both, scores added."""
    few, many = (one, other) if len(one.rows) <= len(other.rows) else (other, one)
    if not len(few.rows):
        return few
    there = within(few.rows, many.rows)
    here = there >= 0
    return Postings(few.rows[here], few.scores[here] + many.scores[there[here]])


def within(few: NDArray[Any], many: NDArray[Any]) -> NDArray[np.intp]:
    """Where each of the rows `few` stands in `many`, -1 where it does not; both ascending."""
    if not len(many) or not len(few):
        return np.full(len(few), -1, np.intp)
    size = max(int(few[-1]), int(many[-1])) + 2
    if len(few) * _DENSE > size:
        table = np.full(size, -1, np.int32)
        table[many] = np.arange(len(many), dtype=np.int32)
        return table[few].astype(np.intp)
    there = np.searchsorted(many, few)
    there[there == len(many)] = 0
    there[many[there] != few] = -1
    return there


def add(several: Iterable[Postings]) -> Postings:
    """The ads in any, scores added."""
    return _united(several, np.add)


def best_of(several: Iterable[Postings]) -> Postings:
    """The ads in any, each with its best score."""
    return _united(several, np.maximum)


def lifted(found: Postings, extra: Postings) -> Postings:
    """`found`, scores lifted for those that are in `extra` too."""
    shared = both(found, extra)
    scores = found.scores.copy()
    scores[np.searchsorted(found.rows, shared.rows)] = shared.scores
    return Postings(found.rows, scores)


def _less(found: Postings, rows: NDArray[np.intp]) -> Postings:
    kept = within(found.rows, rows) < 0
    return Postings(found.rows[kept], found.scores[kept])


def _united(several: Iterable[Postings], combine: np.ufunc) -> Postings:
    """The rows of all, scores combined; a score is never 0, so that nothing else marks a row."""
    parts = [part for part in several if len(part.rows)]
    if len(parts) < 2:
        return parts[0] if parts else NONE
    scores = np.zeros(max(int(part.rows[-1]) for part in parts) + 1, np.float32)
    first, *others = parts
    scores[first.rows] = first.scores
    for part in others:
        scores[part.rows] = combine(scores[part.rows], part.scores)
    rows = np.flatnonzero(scores > 0)
    return Postings(rows, scores[rows])
