"""The cards of all ads in one generation: a large part that seldom changes, a small one. Pure."""

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from app.catalogue.places import EARTH_RADIUS_MILES, Place, miles
from app.search.cards import Cards, Mask, Numbers, Registry, Rows, newness

_CHUNK = 4096  # rows of the newest that are looked at together
_FEW = 12  # below one ad in so many, skills are counted ad by ad
_FIRST = 1000  # newest live ads that are worked out together: what people look through
_BORDER = 1e-6  # miles within which a distance is worked out as the catalogue does it


class Live(NamedTuple):
    """Which ads anybody may see, as long as since <= now < until."""

    mask: Mask
    since: int
    until: int
    total: int


class Part:
    """Cards that stay together, with what is worked out of them once."""

    def __init__(self, cards: Cards) -> None:
        self.cards = cards
        self.size = len(cards.id)
        self._shown: tuple[int, int, Mask] | None = None

    @cached_property
    def order(self) -> Rows:
        """Rows, newest first."""
        return np.argsort(-self.cards.newness, kind="stable")

    def newest(self, inside: Mask, wanted: int) -> Rows:
        """The newest `wanted` rows of those `inside`, newest first."""
        found: list[Rows] = []
        count = 0
        for start in range(0, self.size, _CHUNK):
            chunk = self.order[start : start + _CHUNK]
            found.append(chunk[inside[chunk]])
            count += len(found[-1])
            if count >= wanted:
                break
        return np.concatenate(found)[:wanted] if found else np.zeros(0, np.intp)

    @cached_property
    def moments(self) -> tuple[Numbers, Numbers]:
        """When ads were posted and run out, in order."""
        return np.sort(self.cards.posted), np.sort(self.cards.expires)

    def shown(self, now: int) -> Mask:
        """Which were posted and have not run out at `now`."""
        known = self._shown
        if known is None or not known[0] <= now < known[1]:
            since, until = self.between(now)
            mask = (self.cards.posted <= now) & (self.cards.expires > now)
            known = self._shown = since, until, mask
        return known[2]

    def between(self, now: int) -> tuple[int, int]:
        """Since when no ad has been posted or has run out, and until when none will."""
        since, until = -(1 << 62), 1 << 62
        for moments in self.moments:
            at = int(np.searchsorted(moments, now, "right"))
            since = max(since, int(moments[at - 1])) if at else since
            until = min(until, int(moments[at])) if at < len(moments) else until
        return since, until

    @cached_property
    def by_skill(self) -> tuple[Rows, Numbers, Rows]:
        """Rows of the pairs in order of skill; the skills; where each begins among the rows."""
        order = np.argsort(self.cards.skill_number, kind="stable")
        numbers, starts = np.unique(self.cards.skill_number[order], return_index=True)
        return self.cards.skill_row[order], numbers, starts

    @cached_property
    def _by_id(self) -> tuple[Numbers, Rows]:
        order = np.argsort(self.cards.id, kind="stable")
        return self.cards.id[order], order

    @cached_property
    def _by_row(self) -> Rows:
        """Where the skills of each row begin among the pairs, and where the last ends."""
        return np.searchsorted(self.cards.skill_row, np.arange(self.size + 1))

    def count_skills(self, inside: Mask, counts: Numbers) -> None:
        """Add to `counts`, by number of the skill, how many of the rows `inside` have it."""
        rows, numbers, starts = self.by_skill
        having = np.flatnonzero(inside)
        if not len(rows) or not len(having):
            return
        if len(having) * _FEW > self.size:
            here = inside.view(np.uint8).take(rows)
            counts[numbers] += np.add.reduceat(here, starts, dtype=np.int32)
            return
        first, last = self._by_row[having], self._by_row[having + 1]
        each = last - first
        pairs = np.repeat(first - np.cumsum(each) + each, each) + np.arange(int(each.sum()))
        counts += np.bincount(self.cards.skill_number[pairs], minlength=len(counts))

    def rows_of(self, ids: Iterable[int]) -> Rows:
        """Every row that has one of these ids, dead ones too."""
        known, order = self._by_id
        wanted = np.fromiter(ids, np.int64)
        first, last = (np.searchsorted(known, wanted, side).tolist() for side in ("left", "right"))
        rows = [order[a:b] for a, b in zip(first, last, strict=True) if a < b]
        return np.concatenate(rows) if rows else np.zeros(0, np.intp)


class Board:
    """The cards of one generation, read by any number of threads."""

    def __init__(self, base: Part, recent: Part, alive: Mask, registry: Registry) -> None:
        self.base, self.recent, self.alive, self.registry = base, recent, alive, registry
        self.size = base.size + recent.size
        self._distances = registry.distances
        self._columns: dict[str, Numbers] = {}
        self._live: Live | None = None
        self._newest: tuple[Live, Rows] | None = None

    def of(self, name: str, rows: Rows) -> Numbers:
        """One column of the cards for these rows alone."""
        if (known := self._columns.get(name)) is not None:
            return known[rows]
        base: Numbers = getattr(self.base.cards, name)
        if not self.recent.size:
            return base[rows]
        if len(rows) * _FEW > self.size or not self.base.size:
            return self.column(name)[rows]
        late = rows >= self.base.size
        found = base[np.where(late, 0, rows)]
        if late.any():
            found[late] = getattr(self.recent.cards, name)[rows[late] - self.base.size]
        return found

    def column(self, name: str) -> Numbers:
        """One column of the cards (app.search.cards.Cards) over all rows."""
        if (known := self._columns.get(name)) is None:
            parts = [getattr(part.cards, name) for part in (self.base, self.recent) if part.size]
            if len(parts) == 2:
                known = np.concatenate(parts)
            else:
                known = parts[0] if parts else getattr(self.base.cards, name)
            self._columns[name] = known
        return known

    def up_to(self, newest: tuple[int, int]) -> Mask:
        """Which ads were there when `newest` (SearchQuery.upto) was the newest."""
        mask: Mask = self.column("newness") <= newness(*newest)
        return mask

    def live(self, now: int) -> Live:
        """Which ads anybody may see at `now`; the same object as long as that is so."""
        live = self._live
        if live is None or not live.since <= now < live.until:
            self._live = live = self._live_at(now)
        return live

    def _live_at(self, now: int) -> Live:
        shown = [part.shown(now) for part in (self.base, self.recent)]
        mask = self.alive & np.concatenate(shown)
        times = [part.between(now) for part in (self.base, self.recent)]
        since, until = max(since for since, _ in times), min(until for _, until in times)
        return Live(mask, since, until, int(np.count_nonzero(mask)))

    def newest_live(self, live: Live, wanted: int) -> Rows:
        """The newest `wanted` of the ads that are `live`, newest first."""
        known = self._newest
        if known is None or known[0] is not live or len(known[1]) < min(wanted, live.total):
            known = self._newest = live, self.newest(live.mask, max(wanted, _FIRST))
        return known[1][:wanted]

    def newest(self, inside: Mask, wanted: int) -> Rows:
        """The newest `wanted` rows of those `inside`, newest first."""
        rows = [self.base.newest(inside[: self.base.size], wanted)]
        if self.recent.size:
            late = self.recent.newest(inside[self.base.size :], wanted)
            rows.append(late + self.base.size)
            newness = [self.base.cards.newness[rows[0]], self.recent.cards.newness[late]]
            order = np.argsort(-np.concatenate(newness), kind="stable")[:wanted]
            return np.concatenate(rows)[order]
        return rows[0]

    def count_skills(self, inside: Mask) -> Numbers:
        """By number of the skill, how many of the rows `inside` have it."""
        counts = np.zeros(len(self.registry.skills.names), np.int64)
        self.base.count_skills(inside[: self.base.size], counts)
        self.recent.count_skills(inside[self.base.size :], counts)
        return counts

    def having_skills(self, numbers: Sequence[int]) -> Mask:
        """Which rows have any of these skills."""
        having = np.zeros(self.size, np.bool_)
        start = 0
        for part in (self.base, self.recent):
            rows, known, starts = part.by_skill
            ends = [*starts[1:].tolist(), len(rows)]
            for at in np.flatnonzero(np.isin(known, numbers)).tolist():
                having[rows[starts[at] : ends[at]] + start] = True
            start += part.size
        return having

    def miles(self, place: Place, within: int | None) -> Numbers:
        """Miles from `place` to each spot by its number; NaN for nowhere.

        Distances about `within` are as app.catalogue.places.miles has them, to the last bit.
        """
        spots = self.registry.degrees()
        key = (place.latitude, place.longitude, within, len(spots))
        return self._distances.get(key, lambda: (miles_from(spots, place, within),))[0]


def miles_from(spots: Numbers, place: Place, within: int | None) -> Numbers:
    """Miles from `place` to each of these spots in degrees; exact about `within`."""
    lat, lon = np.radians(spots.T)
    here_lat, here_lon = math.radians(place.latitude), math.radians(place.longitude)
    across = np.cos(lat) * math.cos(here_lat) * np.sin((lon - here_lon) / 2) ** 2
    half = np.sin((lat - here_lat) / 2) ** 2 + across
    away = 2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    if within is not None:
        for n in np.flatnonzero(np.abs(away - within) < _BORDER).tolist():
            away[n] = miles(place.latitude, place.longitude, *spots[n].tolist())
    return np.asarray(away)
