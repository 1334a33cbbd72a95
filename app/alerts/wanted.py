"""What an alert asks for, as it is kept: one text for one wish. Pure.

A search is kept as the arguments of its address; “who could swap with this ad” as the ad’s Box.
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from app.search.query import SearchQuery, usual_sort

_SWAP = "swap="


class _Kept:
    """Arguments as SearchQuery.from_args asks for them."""

    def __init__(self, kept: str) -> None:
        self.pairs = parse_qsl(kept)

    def get(self, key: str, /) -> str | None:
        return next(iter(self.getlist(key)), None)

    def getlist(self, key: str, /) -> Sequence[str]:
        return [value for name, value in self.pairs if name == key]


def write_query(query: SearchQuery) -> str:
    """What is kept of a search; its order and page say nothing about what it finds."""
    return urlencode(query.to_args(page=1, sort=usual_sort(query.q)))


def read_query(kept: str) -> SearchQuery:
    """The search, newest first."""
    return replace(SearchQuery.from_args(_Kept(kept)), sort="newest", page=1, upto=None)


def write_box(box: str) -> str:
    """What is kept of the wish to hear who could swap with the ad of this Box."""
    return f"{_SWAP}{box}"


def box_of(kept: str) -> str | None:
    """The Box whose matches are asked for; None for a search."""
    return kept.removeprefix(_SWAP) if kept.startswith(_SWAP) else None
