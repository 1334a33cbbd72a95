"""Filters as masks, facets as bin counts, pages as partial sorts: all over the cards. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Self

import numpy as np

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.search.cards import Cards, Mask, Numbers, Rows, Sectors, Skills
from app.search.index import Facets
from app.search.query import SearchQuery

TOP_SKILLS = 40


@dataclass(frozen=True)
class Selection:
    """Which of the ads that have the words also fit the query's choices.

    `rows` are live, have the words and lie near enough; `fits` says for each facet with a choice
    made which of them fit it.
    """

    board: Cards
    rows: Rows
    scores: Numbers
    miles: Numbers | None
    fits: dict[str, Mask] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        board: Cards,
        found: tuple[Rows, Numbers] | None,
        query: SearchQuery,
        now: int,
        skills: Skills,
    ) -> Self:
        """Narrow `found` (rows and scores; None for all ads) to what `query` asks for at `now`."""
        live = board.live(now)
        if found is None:
            rows = np.flatnonzero(live)
            scores = np.zeros(len(rows), np.float32)
        else:
            keep = live[found[0]]
            rows, scores = found[0][keep], found[1][keep]
        away = board.miles(rows, query.place) if query.place else None
        if away is not None and query.within is not None:
            keep = away <= query.within
            rows, scores, away = rows[keep], scores[keep], away[keep]
        return cls(board, rows, scores, away, _fits(board, rows, query, skills))

    def but(self, facet: str = "") -> Mask:
        """Which rows fit every choice but those of `facet`."""
        others = [mask for name, mask in self.fits.items() if name != facet]
        return reduce(np.logical_and, others, np.ones(len(self.rows), np.bool_))

    def page(self, sort: str, start: int, size: int) -> tuple[Rows, int]:
        """Positions in `rows` of one page, in order, and how many fit in all."""
        fitting = np.flatnonzero(self.but())
        rows, wanted = self.rows[fitting], start + size
        posted, ids = self.board.cards["posted"][rows], self.board.cards["id"][rows]
        if sort == "nearest" and self.miles is not None:
            first = -np.round(np.nan_to_num(self.miles[fitting], nan=1e6), 1)
        elif sort == "best":
            first = np.round(self.scores[fitting], 4)
        else:
            first = posted
        if 0 < wanted < len(rows):  # only those that can be on a page up to this one
            likely = first >= np.partition(first, len(first) - wanted)[len(first) - wanted]
            first, posted, ids = first[likely], posted[likely], ids[likely]
            order = np.flatnonzero(likely)[np.lexsort((-ids, -posted, -first))]
        else:
            order = np.lexsort((-ids, -posted, -first))
        return fitting[order[start:wanted]], len(rows)

    def facets(self, query: SearchQuery, sectors: Sectors, skills: Skills) -> Facets:
        """Exact counts, each facet's over what fits all other choices."""
        cards = self.board.cards
        kind = np.bincount(cards["kind"][self._rows_but("kind")], minlength=len(KINDS))
        sector = np.bincount(self.board.sector[self._rows_but("sector")], minlength=len(sectors))
        rhythm = np.bincount(cards["rhythm"][self._rows_but("rhythm")], minlength=len(RHYTHMS))
        modes = cards["modes"][self._rows_but("mode")]
        return Facets(
            kind=_named(KINDS, kind),
            sector=dict(sorted(_named(list(sectors), sector).items())),
            skill=self._skill_counts(query, skills),
            mode=_named(MODES, [np.count_nonzero(modes & (1 << n)) for n in range(len(MODES))]),
            rhythm=_named(RHYTHMS, rhythm),
        )

    def _rows_but(self, facet: str) -> Rows:
        return self.rows[self.but(facet)]

    def _skill_counts(self, query: SearchQuery, skills: Skills) -> dict[str, int]:
        inside = np.zeros(len(self.board.cards), np.bool_)
        inside[self._rows_but("skill")] = True
        numbers = self.board.skill_number[inside[self.board.skill_row]]
        counts = np.bincount(numbers, minlength=len(skills.names))
        # all that are as frequent as the last shown, so that names and not chance cut the list off
        least = np.partition(counts, -TOP_SKILLS)[-TOP_SKILLS] if len(counts) > TOP_SKILLS else 1
        often = [(skills.names[n], int(counts[n])) for n in np.flatnonzero(counts >= max(least, 1))]
        chosen = {
            name: number for name in query.skills if (number := skills.find(name)) is not None
        }
        top = sorted(often, key=lambda entry: (-entry[1], entry[0]))[:TOP_SKILLS]
        others = {name: count for name, count in top if skills.find(name) not in chosen.values()}
        own = {name: int(counts[number]) for name, number in chosen.items() if counts[number]}
        return own | others


def _fits(board: Cards, rows: Rows, query: SearchQuery, skills: Skills) -> dict[str, Mask]:
    """For each facet in which something was chosen, which rows fit it."""
    cards, fits = board.cards, dict[str, Mask]()
    if query.kind:
        fits["kind"] = cards["kind"][rows] == KINDS.index(query.kind)
    if query.sectors:
        wanted = [slug.encode() for slug in query.sectors]
        fits["sector"] = np.isin(cards["sector"][rows], wanted)
    if query.modes:
        bits = sum(1 << MODES.index(mode) for mode in query.modes)
        fits["mode"] = (cards["modes"][rows] & bits) > 0
    if query.rhythms:
        fits["rhythm"] = np.isin(cards["rhythm"][rows], [RHYTHMS.index(r) for r in query.rhythms])
    if query.skills:
        numbers = [number for name in query.skills if (number := skills.find(name)) is not None]
        having = np.zeros(len(cards), np.bool_)
        having[board.skill_row[np.isin(board.skill_number, numbers)]] = True
        fits["skill"] = having[rows]
    return fits


def _named(names: Sequence[str], counts: Any) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, counts, strict=False) if count}
