"""Where a program goes on reading: a place in a search that new and ended ads do not move. Pure."""

import re
from dataclasses import replace

from app.search.query import LAST_PAGE, SearchQuery

PATTERN = r"[0-9]{1,4}-[0-9]{1,10}-[0-9]{1,10}"
_BY_NEWNESS = 0  # in place of a page: go on behind this ad


def behind(posted: int, id: int) -> str:
    """The cursor of what stands behind the ad of this second and id, newest first."""
    return f"{_BY_NEWNESS}-{posted}-{max(id - 1, 0)}"


def next_page(query: SearchQuery, newest: tuple[int, int]) -> str:
    """The cursor of the next page in any other order; ads newer than `newest` do not count."""
    return f"{query.page + 1}-{newest[0]}-{newest[1]}"


def at(query: SearchQuery, cursor: str) -> SearchQuery:
    """`query` from the cursor on; '' and what is no cursor begin at the beginning."""
    if not re.fullmatch(PATTERN, cursor):
        return query
    page, posted, id = map(int, cursor.split("-"))
    if posted >= 1 << 32 or id >= 1 << 31:
        return query
    page = max(1, min(page, LAST_PAGE))
    return replace(query, page=page, upto=(posted, id))


def goes_by_newness(cursor: str) -> bool:
    """Whether this cursor stands behind an ad, rather than at the head of a page."""
    return cursor.startswith(f"{_BY_NEWNESS}-")
