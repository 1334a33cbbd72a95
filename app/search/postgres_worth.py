"""What a match is worth, in SQL: ts_rank of each term by how rare it is. Pure.

ts_rank knows nothing of rarity, nor that a synonym counts less than the word itself: so each term
is ranked by itself, and put together as app.search.evaluate does it.
"""

from collections.abc import Callable
from math import log
from typing import NamedTuple

from app.search.evaluate import UNFINISHED
from app.search.plan import Alternative, Plan, Want
from app.search.postgres_terms import WEIGHTS, alternative, completed, quoted

# The root, since ts_rank has a headline count three times as much where BM25, which soon has enough
# of a word, has half as much again; and the power of an ad’s length in terms, since BM25 divides by
# so much. Both were found on Cranfield and CISI (bench.relevance).
_AS_LONG, _BY_LENGTH = 27, 0.35
_TENFOLD = 10  # so that four places behind the point tell two ads apart


class Worth(NamedTuple):
    """An expression in SQL, and its parameters."""

    sql: str
    values: list[str]


class Rarity(NamedTuple):
    """How many ads have a term, how many have one that begins so, and how many there are."""

    having: Callable[[str], int]
    beginning: Callable[[str], int]
    ads: int

    def of(self, having: int) -> float:
        """What a term is worth that so many ads have; never nothing."""
        ads = max(self.ads, having)
        return log(1 + (ads - having + 0.5) / (having + 0.5))


def worth(plan: Plan, column: str, rarity: Rarity) -> Worth:
    """What an ad that meets `plan` is worth, from its tsvector in `column`."""
    wants = [_want(want, column, rarity) for want in plan.wants if not want.excluded]
    wants = [one for one in wants if one.sql]
    if not wants:
        return Worth("0", [])
    sql = " + ".join(one.sql for one in wants)
    length = f"power(({_AS_LONG} + length({column}))::float8, {_BY_LENGTH}::float8)"
    return Worth(
        f"{_TENFOLD} * ({sql}) / {length}", [value for one in wants for value in one.values]
    )


def _want(want: Want, column: str, rarity: Rarity) -> Worth:
    """The best of its alternatives: a rare synonym is worth no more than the word itself."""
    found = [one for one in want.alternatives if _rareness(one, rarity)]
    parts: list[Worth] = []
    most = 0.0
    for one in found:
        rareness = _rareness(one, rarity)
        most = most or rareness * one.weight
        scale = one.weight if not parts else min(one.weight, most * one.weight / rareness)
        parts.append(_alternative(one, column, rarity, scale, alone=len(found) == 1))
    values = [value for part in parts for value in part.values]
    if len(parts) < 2:
        return parts[0] if parts else Worth("", [])
    return Worth(f"greatest({', '.join(part.sql for part in parts)})", values)


def _rareness(one: Alternative, rarity: Rarity) -> float:
    """What its terms are worth together; 0 if no ad has one of them, finished or not."""
    last = len(one.terms) - 1
    total = 0.0
    for n, term in enumerate(one.terms):
        having = _having(one, n == last, term, rarity)
        if not having:
            return 0.0
        total += rarity.of(having)
    return total


def _having(one: Alternative, last: bool, term: str, rarity: Rarity) -> int:
    having = rarity.having(term)
    if last and one.prefix and completed(one, rarity.having):
        return having or rarity.beginning(one.prefix)
    return having


def _alternative(
    one: Alternative, column: str, rarity: Rarity, scale: float, *, alone: bool
) -> Worth:
    terms: list[Worth] = []
    for n, term in enumerate(one.terms):
        last = n == len(one.terms) - 1
        rareness = scale * rarity.of(_having(one, last, term, rarity))
        begun = one.prefix if last and one.prefix and completed(one, rarity.having) else ""
        terms.append(_term(term, begun, column, rareness))
    sql = " + ".join(term.sql for term in terms)
    values = [value for term in terms for value in term.values]
    if len(terms) == 1 or alone:
        return Worth(f"({sql})", values)
    asked = alternative(one, rarity.having)
    meets = f"CASE WHEN {column} @@ %s::tsquery THEN {sql} ELSE 0 END"
    return Worth(meets, [asked, *values])


def _term(term: str, begun: str, column: str, rareness: float) -> Worth:
    rank = f"sqrt(ts_rank('{WEIGHTS}', {column}, %s::tsquery, 0))"
    if not begun:
        return Worth(f"{rareness:.5f} * {rank}", [quoted(term)])
    sql = f"{rareness:.5f} * greatest({rank}, {UNFINISHED} * {rank})"
    return Worth(sql, [quoted(term), f"{quoted(begun)}:*"])
