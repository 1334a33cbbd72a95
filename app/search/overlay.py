"""The ads of the last seconds, which no segment on disk has yet: kept in memory. Pure.

Whoever looks at the database learns what changed since; that goes in here, so that an ad is found
by its writer in the second it was posted, whether or not the indexer is awake.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.search.cards import Registry
from app.search.fresh import Fresh
from app.search.index import AdDocument
from app.search.snapshot import Segment, Standing

_MOST_PARTS = 8


class Overlay:
    """What changed, by ad: its newest mark and, if it is live, what it says. Never changes."""

    def __init__(
        self,
        marks: Mapping[int, int],
        documents: Mapping[int, AdDocument],
        parts: Sequence[tuple[Segment, Sequence[int]]] = (),
    ) -> None:
        self.marks, self.documents, self._parts = marks, documents, parts

    def with_news(
        self,
        marks: Iterable[tuple[int, int]],
        documents: Sequence[AdDocument],
        oldest: int,
        registry: Registry,
    ) -> "Overlay":
        """This one with what these marks (id, ad) brought, and without what is before `oldest`."""
        news = {ad: mark for mark, ad in sorted(marks)}
        all_marks = {**self.marks, **news}
        all_marks = {ad: mark for ad, mark in all_marks.items() if mark >= oldest}
        said = {d.id: d for d in self.documents.values() if d.id not in news}
        said |= {document.id: document for document in documents}
        said = {id: document for id, document in said.items() if id in all_marks}
        parts = [part for part in self._parts if any(id in said for id in part[1])]
        fresh = [document for document in documents if document.id in said]
        if len(parts) >= _MOST_PARTS:
            parts, fresh = [], list(said.values())
        if fresh:
            parts.append((_segment(fresh, registry), [document.id for document in fresh]))
        return Overlay(all_marks, said, parts)

    def standing(self) -> list[Standing]:
        """Its segments; of an ad that is in several only the newest lives."""
        seen: set[int] = set()
        found = []
        for segment, ids in reversed(self._parts):
            dead = [row for row, id in enumerate(ids) if id in seen or id not in self.documents]
            seen.update(ids)
            found.append(Standing(segment, dead))
        return found[::-1]


def _segment(documents: Sequence[AdDocument], registry: Registry) -> Segment:
    fresh = Fresh(documents)
    return Segment("", fresh, registry, lambda: fresh)
