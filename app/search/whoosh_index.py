"""The index on Whoosh's segments, read through their side files, with the newest ads beside them.

One instance serves a whole process. What is open is never touched by a writer: a generation is a
value, and the next one replaces it.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from app.search import merging
from app.search.answer import answer, similar
from app.search.arrays import Arrays, Damaged, Held, OnDisk
from app.search.cards import Registry
from app.search.folder import IndexFolder, Manifest
from app.search.index import AdDocument, IndexUnavailable, People, Said, SearchPage
from app.search.kept import Kept
from app.search.overlay import Overlay
from app.search.people import people
from app.search.query import SearchQuery
from app.search.snapshot import LARGE, Base, Segment, Snapshot, Standing
from app.search.vocabulary import said, skills_begun
from app.search.whoosh_store import SIDE, Table, side_file, write_segment

log = logging.getLogger(__name__)

_KEPT_BYTES = 48 << 20  # joined postings a process keeps
_HELD_BYTES = 24 << 20  # side files up to so much in all are held in memory


class _Batch:
    """Writing to the index, under its lock; see app.search.index.Batch."""

    def __init__(self, owner: "WhooshIndex") -> None:
        self._owner, self._folder = owner, owner.folder

    def apply(self, documents: Sequence[AdDocument], deleted_ids: Iterable[int]) -> None:
        latest = {document.id: document for document in documents}
        standing = self._owner.latest().where([*latest, *deleted_ids])
        same = {
            id
            for id, document in latest.items()
            if id in standing and standing[id][2] == document.fingerprint()
        }
        changed = [document for id, document in latest.items() if id not in same]
        outdated = [place for id, place in standing.items() if id not in same]
        if not changed and not outdated:
            return
        manifest = self._folder.manifest()  # looked over a moment ago, and the lock is ours
        self._folder.sweep(manifest)  # a writer that died may have left something
        table = merging.table_of(self._folder, manifest)
        for segment, row, _ in outdated:
            table.segments[segment].delete_document(row)
        table.segments = [s for s in table.segments if s.deleted_count() < s.doc_count_all()]
        if changed:
            path = self._folder.path / manifest.folder
            table.segments.append(write_segment(path, changed))
        merging.publish(self._folder, manifest, table)

    def rebuild(self, documents: Iterable[AdDocument]) -> int:
        self._folder.path.mkdir(parents=True, exist_ok=True)
        folder, rest = self._folder.new_folder(), iter(documents)
        table = Table((), 0)
        while part := list(islice(rest, merging.SEGMENT_ADS)):
            table.segments.append(write_segment(self._folder.path / folder, part))
        merging.publish(self._folder, Manifest(0, folder, {}), table)
        return sum(segment.doc_count_all() for segment in table.segments)

    def mend(self) -> bool:
        return merging.mend(self._folder)


class WhooshIndex:
    """The index in one folder; see app.search.index.Index. One instance serves a whole process."""

    def __init__(self, folder: Path) -> None:
        self.folder = IndexFolder(folder, spare=SIDE)
        self.registry = Registry()
        self._kept = Kept(_KEPT_BYTES)
        self._lock = threading.Lock()
        self._news = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._overlay = Overlay({}, {})
        self._heeded = 0
        self._view: tuple[Snapshot, Overlay, Snapshot] | None = None

    def search(
        self, query: SearchQuery, now: int, *, size: int = 20, facets: bool = True
    ) -> SearchPage:
        return answer(self.view(), query, now, size=size, facets=facets)

    def similar(self, document: AdDocument, now: int, *, limit: int = 20) -> tuple[str, ...]:
        return similar(self.view(), document, now, limit=limit)

    def said(self, terms: Sequence[str], now: int) -> list[Said]:
        return said(self.view(), terms, now)

    def words_begun(self, prefix: str) -> list[str]:
        return self.view().terms().beginning(prefix)

    def skills_begun(self, prefix: str, also: Iterable[str], now: int) -> list[tuple[str, int]]:
        return skills_begun(self.view(), prefix, also, now)

    def people(self, now: int, *, sector: str = "") -> People:
        return people(self.view().board, now, sector)

    # --- what is newer than the index -----------------------------------------------------------

    def heeded(self) -> int:
        return self._heeded

    def outdated(self, oldest: int) -> bool:
        marks = self._overlay.marks
        return bool(marks) and (not oldest or min(marks.values()) < oldest)

    @contextmanager
    def heeding(self) -> Iterator[None]:
        with self._news:
            yield

    def heed(
        self, marks: Sequence[tuple[int, int]], documents: Sequence[AdDocument], oldest: int
    ) -> None:
        with self._lock:
            if marks or any(mark < oldest for mark in self._overlay.marks.values()):
                self._overlay = self._overlay.with_news(marks, documents, oldest, self.registry)
            self._heeded = max([self._heeded, *(mark for mark, _ in marks)])

    def view(self) -> Snapshot:
        """The newest generation and what is newer still. Raises IndexUnavailable.

        The overlay is looked at first: what has left it is in the generation opened after.
        """
        overlay = self._overlay
        snapshot = self._open()
        if not overlay.marks:
            return snapshot
        view = self._view
        if view is None or view[0] is not snapshot or view[1] is not overlay:
            self._view = view = (snapshot, overlay, self._both(snapshot, overlay))
        return view[2]

    def _both(self, snapshot: Snapshot, overlay: Overlay) -> Snapshot:
        return Snapshot(
            snapshot.folder,
            snapshot.base,
            snapshot.segments,
            self.registry,
            fresh=overlay.standing(),
            hidden=overlay.marks,
        )

    # --- keeping --------------------------------------------------------------------------------

    def generation(self) -> int:
        return self.folder.look_over().generation

    def torn(self) -> bool:
        return bool(self.folder.torn())

    def fingerprints(self, now: int) -> dict[int, tuple[str, int]]:
        return {
            int(row["id"]): (row["box"].decode(), int(row["fingerprint"]))
            for row in self._standing()
            if row["posted"] <= now < row["expires"]
        }

    def ended(self, now: int) -> list[int]:
        return [int(row["id"]) for row in self._standing() if row["expires"] <= now]

    def _standing(self) -> Iterator[Any]:
        """The card of every ad that is in."""
        for standing in self.latest().segments:
            dead = set(standing.deleted.tolist())
            yield from (row for n, row in enumerate(standing.segment.raw) if n not in dead)

    def verify(self) -> None:
        while True:
            manifest = self.folder.look_over()
            try:
                for name in manifest.files:
                    self.folder.prove(manifest, [name])
                return
            except IndexUnavailable:
                if self.folder.manifest().generation == manifest.generation:
                    raise

    def merge(self, *, thorough: bool = True) -> bool:
        return merging.merge(self.folder, self.latest, thorough=thorough)

    @contextmanager
    def wait_to_write(self, seconds: float = 0) -> Iterator[_Batch]:
        with self.folder.lock(seconds):
            yield _Batch(self)

    def close(self) -> None:
        with self._lock:
            self._stamp = self._snapshot = self._view = None

    # --- opening --------------------------------------------------------------------------------

    def latest(self) -> Snapshot:
        """The generation on disk, whatever is in memory. Raises IndexUnavailable."""
        self.folder.look_over()
        return self._open()

    def _open(self) -> Snapshot:
        """The newest generation; while the folder is damaged, the last that could be read."""
        stamp = self.folder.stamp()
        if self._snapshot is not None and stamp == self._stamp:
            return self._snapshot
        with self._lock:
            if self._snapshot is not None and stamp == self._stamp:
                return self._snapshot
            try:
                self._snapshot = self._load()
            except IndexUnavailable as error:
                log.warning("The search index cannot be read: %s", error)
                if self._snapshot is None:
                    raise
            self._stamp = stamp
            return self._snapshot

    def _load(self) -> Snapshot:
        while True:
            manifest = self.folder.manifest()
            try:
                return self._read(manifest)
            except Exception as error:
                if self.folder.manifest().generation != manifest.generation:
                    continue  # a writer was quicker
                self.folder.condemn(manifest)
                if isinstance(error, IndexUnavailable):
                    raise
                raise IndexUnavailable(f"unreadable: {type(error).__name__}") from error

    def _read(self, manifest: Manifest) -> Snapshot:
        before = self._snapshot
        known = {}
        if before is not None and before.folder == manifest.folder:
            known = {standing.name: standing.segment for standing in before.segments}
        table = merging.table_of(self.folder, manifest)
        held = merging.side_bytes(manifest) <= _HELD_BYTES
        segments = []
        for it in table.segments:
            segment = known.get(it.segment_id()) or self._segment(it, manifest, held)
            segments.append(Standing(segment, it.deleted_docs()))
        large = [one.segment for one in segments if one.segment.size >= LARGE]
        base = before.base if before is not None else None
        if base is None or base.segments != tuple(large):
            base = Base(large, self.registry, self._kept)
        return Snapshot(manifest.folder, base, segments, self.registry)

    def _segment(self, it: Any, manifest: Manifest, held: bool) -> Segment:
        def mended() -> Arrays:
            return self._mended(it, manifest)

        try:
            arrays = self._arrays(it, manifest, held)
        except Damaged:
            arrays = mended()
        return Segment(it.segment_id(), arrays, self.registry, mended)

    def _arrays(self, it: Any, manifest: Manifest, held: bool) -> Arrays:
        name = f"{it.segment_id()}{SIDE}"
        path = self.folder.path / manifest.folder / name
        if held or it.doc_count_all() < LARGE:
            try:
                arrays = Arrays(Held(self.folder.read(manifest, [name])[name]))
            except IndexUnavailable as error:
                raise Damaged(str(error)) from error
        else:
            try:
                arrays = Arrays(OnDisk(path))
            except OSError as error:
                raise Damaged("cannot be opened") from error
        if len(arrays.cards) != it.doc_count_all() or arrays.size != manifest.files[name][0]:
            raise Damaged("it is of another segment")
        return arrays

    def _mended(self, it: Any, manifest: Manifest) -> Arrays:
        """The arrays of a segment from Whoosh's own files; whoever writes next shall mend them."""
        name = it.segment_id()
        log.warning("The side file of segment %s is damaged", name)
        own = [n for n in manifest.files if n.startswith(f"{name}.") and not n.endswith(SIDE)]
        try:
            files: Mapping[str, bytes] = self.folder.read(manifest, own)
        except IndexUnavailable:
            self.folder.condemn(manifest)
            raise
        self.folder.remove(manifest, f"{name}{SIDE}")
        return Arrays(Held(side_file(it, files)))
