"""What every search index can do; the board knows none of them by name but through this. Pure.

An index is a projection of the database that can be thrown away at any moment and made anew.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.plan import Plan
from app.search.query import SearchQuery

EVERY_MARK = 1 << 62  # beyond any that there will be


class IndexUnavailable(Exception):
    """The index is missing or damaged: answer from the database and have it rebuilt."""


class IndexBusy(Exception):
    """Somebody else is writing to the index."""


@dataclass(frozen=True, slots=True)
class AdDocument:
    """What the index is told of one live ad. Times are seconds since 1970, degrees are WGS 84."""

    id: int
    box: str
    kind: str
    headline: str
    seeks: str
    offers: str
    about: str
    seeks_skills: tuple[str, ...]
    offers_skills: tuple[str, ...]
    sector: str
    modes: tuple[str, ...]
    rhythm: str
    place_id: int | None
    latitude: float | None
    longitude: float | None
    posted: int
    expires: int
    language: str
    person: int = 0  # a number for its writer, by which people are counted

    def fingerprint(self) -> int:
        """63 bits that tell this state of the ad from any other."""
        said = repr(_told(self)).encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big") >> 1


_told = attrgetter(*(field.name for field in fields(AdDocument)))


@dataclass(frozen=True, slots=True)
class Facets:
    """How many ads each choice would show, over the whole match set, by value; zeroes left out.

    The counts of one facet heed every other filter but not its own. `skill` counts all spellings
    of a skill as one and holds the chosen ones, as chosen, before the most frequent others.
    `exact`: over the whole match set; else over the newest MOST of a larger one.
    """

    kind: dict[str, int] = field(default_factory=dict)
    sector: dict[str, int] = field(default_factory=dict)
    skill: dict[str, int] = field(default_factory=dict)
    mode: dict[str, int] = field(default_factory=dict)
    rhythm: dict[str, int] = field(default_factory=dict)
    exact: bool = True


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results: boxes in order, and what is true of the whole match set.

    `exact`: `total` is all there are; else there are more, which are on no page. `took` is in
    seconds. `relaxed`: nothing had all the words, so these have any of them. `miles`: distance by
    box, where a place was named.
    `plan`: what the words were taken for. `newest`: the newest live ad, as SearchQuery.upto.
    """

    boxes: tuple[str, ...]
    total: int
    exact: bool
    facets: Facets
    took: float
    relaxed: bool
    miles: dict[str, float]
    plan: Plan
    newest: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Said:
    """A word of live ads: its term, how many of them have it, the box of the newest of these."""

    term: str
    ads: int
    box: str


class Asked(NamedTuple):
    """By number of the skill: how many people have it on one side, and of how many sectors."""

    people: NDArray[np.int64]
    sectors: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class People:
    """How many different people seek and how many offer each skill, whatever it is spelt like.

    `names` has at least as many skills as the numbers beside it go.
    """

    names: Sequence[str]
    seeks: Asked
    offers: Asked


class Batch(Protocol):
    """The right to write, held by one at a time."""

    def apply(self, documents: Sequence[AdDocument], deleted_ids: Iterable[int]) -> None:
        """Put these ads into the index in place of what it has of them; forget the others."""
        ...

    def rebuild(self, documents: Iterable[AdDocument]) -> int:
        """Make the whole index anew from these; searches go on meanwhile. Returns how many."""
        ...

    def mend(self) -> bool:
        """Make anew what can be made anew from what else is stored. Whether anything was."""
        ...


class Index(Protocol):
    """A search index. Any thread and any process may search while one writes."""

    def search(
        self, query: SearchQuery, now: int, *, size: int = 20, facets: bool = True
    ) -> SearchPage:
        """The page of `query` among ads with posted <= now < expires (seconds since 1970).

        Ties go to the newer ad, then to the higher id. A page past the end is empty.
        Raises IndexUnavailable.
        """
        ...

    def similar(self, document: AdDocument, now: int, *, limit: int = 20) -> tuple[str, ...]:
        """Boxes of live ads that say or want the like of it, likest first, itself left out."""
        ...

    def said(self, terms: Sequence[str], now: int) -> list[Said]:
        """For each of `terms` that live ads have, who says it. Raises IndexUnavailable."""
        ...

    def words_begun(self, prefix: str) -> list[str]:
        """The most frequent terms that begin so, some perhaps of no live ad."""
        ...

    def skills_begun(self, prefix: str, also: Iterable[str], now: int) -> list[tuple[str, int]]:
        """Skills with a word that begins so, and those of `also`: how many live ads have each.

        `prefix` is folded. Skills that no live ad has are left out.
        """
        ...

    def people(self, now: int, *, sector: str = "") -> People:
        """How many different people seek and offer each skill in live ads (of one sector).

        Raises IndexUnavailable.
        """
        ...

    def generation(self) -> int:
        """A number that grows with every write. Raises IndexUnavailable."""
        ...

    def fingerprints(self, now: int) -> dict[int, tuple[str, int]]:
        """Box and AdDocument.fingerprint of every live ad, by id. Raises IndexUnavailable."""
        ...

    def ended(self, now: int) -> list[int]:
        """Ids of the ads that are in and ran out: never found, but not forgotten yet either."""
        ...

    def verify(self) -> None:
        """Read everything that is stored; raises IndexUnavailable if a bit is not as written."""
        ...

    def torn(self) -> bool:
        """Whether Batch.mend has something to do. Raises IndexUnavailable."""
        ...

    def merge(self, *, thorough: bool = True) -> bool:
        """Tidy up if that is due; `thorough`: leave no byte of a forgotten ad. Whether it was.

        Others write meanwhile. Raises IndexBusy, IndexUnavailable.
        """
        ...

    def heeded(self) -> int:
        """The newest stale mark of the database that searches of this process heed.

        EVERY_MARK where all that is committed is in.
        """
        ...

    def outdated(self, oldest: int) -> bool:
        """Whether anything is heeded beside the index from before the mark `oldest` (0: none)."""
        ...

    def heeding(self) -> AbstractContextManager[None]:
        """Be the only one of this process who reads marks for `heed`."""
        ...

    def heed(
        self, marks: Sequence[tuple[int, int]], documents: Sequence[AdDocument], oldest: int
    ) -> None:
        """Search as though these ads were in the index, and those of other marks were not.

        `marks`: (mark, ad id) beyond heeded(); `documents`: those of the ads that are live;
        `oldest`: the oldest mark that waits; what came before it is in the index by now.
        """
        ...

    def wait_to_write(self, seconds: float = 0) -> AbstractContextManager[Batch]:
        """Take the right to write, as a context; raises IndexBusy after `seconds`.

        Lock the index before the first look at the database, so that nobody else puts in
        something newer in between.
        """
        ...

    def close(self) -> None:
        """Let go of memory and files; a later search opens them again."""
        ...
