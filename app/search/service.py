"""Finding ads: one search in the index and two queries, whatever is asked."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.ads import service as ads
from app.ads.models import Ad
from app.core.text import fold
from app.search import projection
from app.search.highlights import highlight
from app.search.index import Facets, Index, IndexBusy, IndexUnavailable, SearchPage
from app.search.plan import Plan, Respelt
from app.search.query import DISTANCES, SearchQuery, usual_sort
from app.search.suggestions import Suggestions, suggest, written

__all__ = [
    "Respelling",
    "Results",
    "Suggestions",
    "Widening",
    "find",
    "highlight",
    "meanwhile",
    "related",
    "suggest",
    "widen",
]

log = logging.getLogger(__name__)
_TOKEN = re.compile(r"\w+")

PAGE_SIZE = 20
_SMALL = 300  # ads: an index of no more is made anew while the visitor waits
_MOST_WAYS = 4


@dataclass(frozen=True, slots=True)
class Respelling:
    """A word as it was typed, another that is spelt nearly so, and the query with that instead.

    `taken`: no ad has the one that was typed, so this page shows ads with the other; else it is
    only offered, and `total` says how many ads it would find; `exact`: no more than these.
    """

    typed: str
    written: str
    taken: bool
    query: SearchQuery
    total: int = 0
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Results:
    """One page of found ads.

    `query` is what was looked for: the one that was asked, or what its last words name a town.
    `degraded`: the index is being repaired, so these are the newest ads of that kind and sector,
    words and other choices not heeded. `relaxed`: nothing had all the words. `miles` goes by box;
    `took` is in seconds; `newest` marks the newest ad that counts, for the links to further pages.
    `exact`: there are no more than `total`.
    """

    ads: list[Ad]
    total: int
    page: int
    pages: int
    facets: Facets
    relaxed: bool
    miles: dict[str, float]
    took: float
    degraded: bool
    query: SearchQuery
    plan: Plan
    respelt: tuple[Respelling, ...]
    newest: tuple[int, int] | None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Widening:
    """One change of an empty search that finds something, and how much (or more, if not `exact`).

    `change`: `farther` (to query.within), `anywhere`, `remote` (phone or video from anywhere),
    `any_side`, `fewer_words` (query.q), or the field left out: `sectors`, `skills`, `modes`,
    `rhythms`, `kind`.
    """

    change: str
    query: SearchQuery
    total: int
    exact: bool = True


def find(
    session: Session,
    index: Index,
    query: SearchQuery,
    *,
    now: datetime,
    size: int = PAGE_SIZE,
    skills: bool = False,
) -> Results:
    """The page of `query`; a page past the end is the last one. Works without an index as well.

    `skills`: read the ads' skills with them, which lists do not show.
    """
    try:
        query, page = _page_of(session, index, query, now, size)
    except IndexUnavailable:
        return _from_database(session, query, now, size)
    return Results(
        ads=_live(session, page.boxes, now, skills=skills),
        total=page.total,
        page=query.page,
        pages=_pages(page.total, size),
        facets=page.facets,
        relaxed=page.relaxed,
        miles=page.miles,
        took=page.took,
        degraded=False,
        query=query,
        plan=page.plan,
        respelt=tuple(_respelt(session, index, query, page, now)),
        newest=query.upto or page.newest,
        exact=page.exact,
    )


def _page_of(
    session: Session, index: Index, query: SearchQuery, now: datetime, size: int
) -> tuple[SearchQuery, SearchPage]:
    """What was looked for in the end, and the page of it. Raises IndexUnavailable."""
    page = look_up(session, index, query, now, size)
    if (town := query.read_again()) and _missing_words(page):
        there = index.search(town, _seconds(now), size=size)
        if there.total and not there.relaxed:
            query, page = town, there
    last = _pages(page.total, size)
    if query.page > last:
        query = replace(query, page=last)
        page = index.search(query, _seconds(now), size=size)
    return query, page


def _live(
    session: Session, boxes: Sequence[str], now: datetime, *, skills: bool = False
) -> list[Ad]:
    """The ads of these boxes, in their order, but for those that ended since."""
    found = ads.get_by_boxes(session, boxes, skills=skills)
    return [ad for ad in found if ads.is_live(ad, now)]


def meanwhile(
    session: Session, index: Index, query: SearchQuery, *, now: datetime, limit: int = 3
) -> list[Ad]:
    """Ads for somebody who found none: the newest, or the nearest to the place asked for."""
    instead = SearchQuery(place=query.place, sort="nearest" if query.place else "newest")
    try:
        page = index.search(instead, _seconds(now), size=limit, facets=False)
    except IndexUnavailable:
        return []
    return _live(session, page.boxes, now)


def _missing_words(page: SearchPage) -> bool:
    """No ad has all the words as they were typed."""
    return page.relaxed or not page.total or any(one.taken for one in page.plan.respelt)


def _respelt(
    session: Session, index: Index, query: SearchQuery, page: SearchPage, now: datetime
) -> Iterator[Respelling]:
    """Words taken for others, and others to offer that would find more."""
    told = page.plan.respelt
    terms = [one.term for one in told if not one.written]
    by_ads = written(session, index, terms, now=now) if terms else {}
    for one in told:
        word = one.written or by_ads.get(one.term, ("", 0))[0]
        other = replace(query, q=_instead(query.q, one, word), page=1, upto=None)
        if word and one.taken:
            yield Respelling(one.typed, word, True, other)
        elif word and other.q != query.q:
            try:
                there = index.search(other, _seconds(now), size=1, facets=False)
            except IndexUnavailable:
                continue  # the page is there without this offer
            if there.total > page.total:
                yield Respelling(one.typed, word, False, other, there.total, there.exact)


def _instead(q: str, one: Respelt, word: str) -> str:
    """`q` with `word` where the word stands that was spelt otherwise."""
    return _TOKEN.sub(lambda found: word if fold(found[0]) == one.typed else found[0], q)


def widen(session: Session, index: Index, query: SearchQuery, *, now: datetime) -> list[Widening]:
    """At most four single changes of `query` that would find something, and how much.

    Changes that find only ads with some of the words count where no other finds any.
    """
    whole: list[Widening] = []
    partly: list[Widening] = []
    for change, wider in _wider(query):
        if any(way.change == change for way in whole):
            continue  # the nearest distance that finds something is enough
        try:
            page = look_up(session, index, wider, now, 1, facets=False)
        except IndexUnavailable:
            return []
        if page.total:
            way = Widening(change, wider, page.total, page.exact)
            (partly if page.relaxed else whole).append(way)
        if len(whole) == _MOST_WAYS:
            break
    return whole or partly[:_MOST_WAYS]


def related(session: Session, index: Index, ad: Ad, *, now: datetime, limit: int = 3) -> list[Ad]:
    """Live ads like this one, likest first, none of the same person's."""
    try:
        boxes = index.similar(projection.document(ad), _seconds(now), limit=limit * 5)
    except IndexUnavailable:
        return []
    others = _live(session, boxes, now)
    return [other for other in others if other.person_id != ad.person_id][:limit]


def look_up(
    session: Session,
    index: Index,
    query: SearchQuery,
    now: datetime,
    size: int,
    *,
    facets: bool = True,
) -> SearchPage:
    """Search; a small index that cannot be read is made anew at once and asked again.

    Whatever was committed before is found, whether the index has it yet or not.
    """
    projection.catch_up(session, index, now=now)
    try:
        return index.search(query, _seconds(now), size=size, facets=facets)
    except IndexUnavailable as error:
        if projection.count_live(session, now=now) > _SMALL:
            raise
        log.warning("The search index is made anew: %s", error)
        try:
            projection.rebuild(session, index, now=now)
        except (IndexBusy, OSError):
            raise error from None
        return index.search(query, _seconds(now), size=size, facets=facets)


def _from_database(session: Session, query: SearchQuery, now: datetime, size: int) -> Results:
    wanted = [ads.live_clause(now)]
    if query.kind:
        wanted.append(Ad.kind == query.kind)
    if query.sectors:
        wanted.append(Ad.sector.in_(query.sectors))
    total = session.scalar(select(sa.func.count()).select_from(Ad).where(*wanted)) or 0
    pages = _pages(total, size)
    page = min(query.page, pages)
    newest = select(Ad).where(*wanted).order_by(Ad.posted_at.desc(), Ad.id.desc())
    rows = newest.limit(size).offset((page - 1) * size).options(selectinload(Ad.skills))
    found = list(session.scalars(rows))
    return Results(
        ads=found,
        total=total,
        page=page,
        pages=pages,
        facets=Facets(),
        relaxed=False,
        miles={},
        took=0.0,
        degraded=True,
        query=query,
        plan=Plan(()),
        respelt=(),
        newest=None,
    )


def _wider(query: SearchQuery) -> Iterator[tuple[str, SearchQuery]]:
    """Single changes, most promising first, each from page 1 and in the usual order."""
    first = replace(query, page=1, sort=usual_sort(query.q), taken="", upto=None)
    if query.place and query.within is not None:
        for miles in DISTANCES:
            if miles > query.within:
                yield "farther", replace(first, within=miles)
        yield "anywhere", replace(first, within=None)
        if not query.modes:
            yield "remote", replace(first.without("place"), modes=("phone", "video"))
    if query.side:
        yield "any_side", first.without("side")
    for field in ("sectors", "skills", "modes", "rhythms", "kind"):
        if getattr(query, field):
            yield field, first.without(field)
    if len(query.clauses) > 1:
        yield "fewer_words", replace(first, q=" ".join(map(str, query.clauses[:-1])))


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
