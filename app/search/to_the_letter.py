"""Finding ads to the letter: for feeds, alerts and programs, which nobody reads a remark in.

A page may show ads with some of the words, or with another spelling, since it says so beside them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.search.index import Index, SearchPage
from app.search.query import SearchQuery
from app.search.service import look_up

_NOBODY: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """Live ads that have all that was asked for, in order; `total` counts those on other pages too.

    `query` is what was looked for, its last words perhaps read as a town. `newest` marks the newest
    ad that counts, as SearchQuery.upto; `took` is in seconds. `exact`: there are no
    more than `total`.
    """

    ads: list[Ad]
    total: int
    query: SearchQuery
    newest: tuple[int, int]
    took: float
    exact: bool


def find_exactly(
    session: Session, index: Index, query: SearchQuery, *, now: datetime, size: int
) -> Found:
    """The page of `query`, nothing forgiven but that a town may stand among the words.

    A page past the end is empty. Raises IndexUnavailable.
    """
    page = _exactly(session, index, query, now, size)
    if not page.total and (town := query.read_again()):
        there = _exactly(session, index, town, now, size)
        query, page = (town, there) if there.total else (query, page)
    found = ads.get_by_boxes(session, page.boxes)
    live = [ad for ad in found if ads.is_live(ad, now)]
    return Found(live, page.total, query, page.newest or _NOBODY, page.took, page.exact)


def _exactly(
    session: Session, index: Index, query: SearchQuery, now: datetime, size: int
) -> SearchPage:
    page = look_up(session, index, query, now, size, facets=False)
    if page.relaxed or any(one.taken for one in page.plan.respelt):
        return SearchPage((), 0, True, page.facets, page.took, False, {}, page.plan, page.newest)
    return page
