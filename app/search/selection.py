"""Filters as masks, facets as bin counts, pages as partial sorts: all over the cards. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Self

import numpy as np

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.search.board import Board, Live
from app.search.cards import PROFILE, Mask, Numbers, Rows
from app.search.index import Facets
from app.search.query import SearchQuery

TOP_SKILLS = 40
_MANY = 16  # one ad in so many is enough to walk the newest instead of sorting


@dataclass(frozen=True)
class Selection:
    """Which of the ads that have the words also fit the query's choices.

    `rows` have the words, None for all ads; every mask is over those. `keep`: live and near
    enough; `fits` says for each facet with a choice made which of them fit it.
    """

    board: Board
    live: Live
    rows: Rows | None
    scores: Numbers | None
    keep: Mask
    miles: Numbers | None = None
    fits: dict[str, Mask] = field(default_factory=dict)

    @classmethod
    def of(
        cls, board: Board, found: tuple[Rows, Numbers | None] | None, query: SearchQuery, now: int
    ) -> Self:
        """Narrow `found` (rows and scores; None for all ads) to what `query` asks for at `now`."""
        rows, scores = found if found is not None else (None, None)
        live = board.live(now)
        there = live.mask
        if query.upto:
            there = there & board.up_to(query.upto)
        keep = there if rows is None else there[rows]
        away = None
        if query.place is not None:
            away = board.miles(query.place, query.within)[_of(board, "spot", rows)]
            if query.within is not None:
                keep = keep & (away <= query.within)
        return cls(board, live, rows, scores, keep, away, _fits(board, rows, query))

    def but(self, facet: str = "") -> Mask:
        """Which of `rows` fit every choice but those of `facet`."""
        others = [mask for name, mask in self.fits.items() if name != facet]
        return reduce(np.logical_and, others, self.keep)

    def page(self, sort: str, start: int, size: int) -> tuple[Rows, int]:
        """The rows of one page, in order, and how many fit in all."""
        if sort == "newest" and self.keep is self.live.mask and not self.fits:  # all there is
            return self.board.newest_live(self.live, start + size)[start:], self.live.total
        keep = self.but()
        total, wanted = int(np.count_nonzero(keep)), start + size
        if sort == "nearest" and self.miles is not None:
            first = -np.round(np.nan_to_num(self.miles, nan=1e6), 1)
        elif sort == "best" and self.scores is not None:
            first = np.round(self.scores, 4)
        elif total * _MANY > self.board.size:
            return self.board.newest(self._inside(keep), wanted)[start:], total
        else:
            first = self._newness(np.arange(len(keep)))
        return self._sorted(np.flatnonzero(keep), first, wanted)[start:], total

    def _sorted(self, fitting: Rows, first: Numbers, wanted: int) -> Rows:
        """The `wanted` rows with most of `first`, then newness, of those at places `fitting`."""
        first = first[fitting]
        if 0 < wanted < len(fitting):  # only those that can be on a page up to this one
            last = len(fitting) - wanted
            likely = first >= np.partition(first, last)[last]
            fitting, first = fitting[likely], first[likely]
        order = fitting[np.lexsort((-self._newness(fitting), -first))][:wanted]
        return order if self.rows is None else self.rows[order]

    def _newness(self, places: Rows) -> Numbers:
        return self.board.of("newness", places if self.rows is None else self.rows[places])

    def _inside(self, mask: Mask) -> Mask:
        """`mask` over all ads."""
        if self.rows is None:
            return mask
        inside = np.zeros(self.board.size, np.bool_)
        inside[self.rows] = mask
        return inside

    def facets(self, query: SearchQuery) -> Facets:
        """Exact counts, each facet's over what fits all other choices."""
        whole = self._profile("")
        counts = {name: self._profile(name) if name in self.fits else whole for name in _FACETS}
        sectors = [name.decode() for name in self.board.registry.sectors]
        modes = counts["mode"].sum(axis=(0, 1, 2))
        bits = np.arange(len(modes))
        by_mode = [modes[bits & (1 << n) > 0].sum() for n in range(len(MODES))]
        return Facets(
            kind=_named(KINDS, counts["kind"].sum(axis=(0, 2, 3))),
            sector=dict(sorted(_named(sectors, counts["sector"].sum(axis=(1, 2, 3))).items())),
            skill=self._skill_counts(query),
            mode=_named(MODES, by_mode),
            rhythm=_named(RHYTHMS, counts["rhythm"].sum(axis=(0, 1, 3))),
        )

    def _profile(self, but: str) -> Numbers:
        """How many ads there are by sector, kind, rhythm and modes."""
        mask = self.but(but)
        rows = np.flatnonzero(mask) if self.rows is None else self.rows[mask]
        sectors = len(self.board.registry.sectors)
        profiles = self.board.of("profile", rows)
        counts = np.bincount(profiles, minlength=sectors * int(np.prod(PROFILE)))
        return counts.reshape(-1, *PROFILE)

    def _skill_counts(self, query: SearchQuery) -> dict[str, int]:
        skills = self.board.registry.skills
        counts = self.board.count_skills(self._inside(self.but("skill")))
        # all that are as frequent as the last shown, so that names and not chance cut the list off
        least = np.partition(counts, -TOP_SKILLS)[-TOP_SKILLS] if len(counts) > TOP_SKILLS else 1
        often = np.flatnonzero(counts >= max(least, 1)).tolist()
        often.sort(key=lambda n: (-counts[n], skills.names[n]))
        chosen = {
            name: number
            for name in query.skills
            if (number := skills.find(name)) is not None and number < len(counts)
        }
        own = {name: int(counts[n]) for name, n in chosen.items() if counts[n]}
        others = [n for n in often[:TOP_SKILLS] if n not in chosen.values()]
        return own | {skills.names[n]: int(counts[n]) for n in others}


_FACETS = ("kind", "sector", "mode", "rhythm")


def _of(board: Board, column: str, rows: Rows | None) -> Numbers:
    return board.column(column) if rows is None else board.of(column, rows)


def _fits(board: Board, rows: Rows | None, query: SearchQuery) -> dict[str, Mask]:
    """For each facet in which something was chosen, which of the rows fit it."""
    fits = dict[str, Mask]()
    if query.kind or query.modes or query.rhythms:
        inner = np.arange(int(np.prod(PROFILE)))
        kind, rhythm, modes = np.unravel_index(inner, PROFILE)
        own = _of(board, "profile", rows) % len(inner)
        if query.kind:
            fits["kind"] = (kind == KINDS.index(query.kind))[own]
        if query.modes:
            bits = sum(1 << MODES.index(mode) for mode in query.modes)
            fits["mode"] = ((modes & bits) > 0)[own]
        if query.rhythms:
            fits["rhythm"] = np.isin(rhythm, [RHYTHMS.index(r) for r in query.rhythms])[own]
    if query.sectors:
        sectors = board.registry.sectors
        wanted = [sectors.get(slug.encode(), -1) for slug in query.sectors]
        fits["sector"] = np.isin(np.arange(len(sectors)), wanted)[_of(board, "sector", rows)]
    if query.skills:
        skills = board.registry.skills
        numbers = [number for name in query.skills if (number := skills.find(name)) is not None]
        having = board.having_skills(numbers)
        fits["skill"] = having if rows is None else having[rows]
    return fits


def _named(names: Sequence[str], counts: Any) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, counts, strict=False) if count}
