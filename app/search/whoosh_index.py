"""The index on Whoosh 2.7.4, which keeps words, postings and columns; nothing else knows of Whoosh.

Whoosh writes segments and merges them. What it wrote is read through its codec, segment by segment:
its own searchers walk posting by posting in Python, and its refresh() and reader(reuse=) bring back
ads that were merged away. Files are checked and held in memory, so that no damage on disk reaches
an open reader (a file cut short while it is mapped would end the process).
"""

import logging
import struct
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from app.search.answer import answer, similar
from app.search.cards import CARD, Cards, Sectors, Skills
from app.search.entries import BETWEEN, entry
from app.search.evaluate import POSITION_BITS
from app.search.folder import IndexFolder, Manifest
from app.search.index import AdDocument, IndexUnavailable, SearchPage
from app.search.kept import Kept
from app.search.query import SearchQuery
from app.search.snapshot import FIELDS, Decoded, Segment, Snapshot, Standing

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    from whoosh import columns, fields, formats
    from whoosh.codec.whoosh3 import W3Codec
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.filedb.structfile import BufferFile
    from whoosh.index import TOC, FileIndex
    from whoosh.reading import SegmentReader
    from whoosh.writing import SegmentWriter

log = logging.getLogger(__name__)

_NAME = "ads"
_KEPT_BYTES = 64 << 20  # decoded postings a process keeps
_LIMIT_MB = 256  # memory for sorting postings; one run sorts all of a small board
_SEGMENT_ADS = 5000  # ads of a segment at most: what forgetting one of them costs to rewrite
_MOST_SMALL = 10  # segments of less than half that size
_PATIENCE = 10  # seconds a merge waits for another writer


class _Words(fields.FieldType):
    """A field that is given its terms as (term, weight, places): analysis is done before."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), None)

    def index(self, value: Any, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, (weight, places) in value.items():
            yield term.encode(), len(places), weight, struct.pack(f"<{len(places)}H", *places)


SCHEMA = fields.Schema(
    **{name: _Words() for name in FIELDS},
    card=fields.COLUMN(columns.FixedBytesColumn(CARD.itemsize)),
    skills=fields.COLUMN(columns.VarBytesColumn()),
)


# --- writing --------------------------------------------------------------------------------------


class _Writer(SegmentWriter):
    """Leaves the files of the former generation alone: they count until the manifest changes."""

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        storage = FileStorage(str(folder), supports_mmap=False)
        whole = (FileIndex.create if new else FileIndex)(storage, SCHEMA, _NAME)
        codec = W3Codec(compression=0)  # costs half the time again, for a third of the room
        codec.length_stats = False  # lengths are on the cards; asking Whoosh is slow
        super().__init__(whole, _lk=False, limitmb=_LIMIT_MB, compound=False, codec=codec)

    def _commit_toc(self, segments: list[Any]) -> None:
        TOC(self.schema, segments, self.generation).write(self.storage, self.indexname)

    def counting(self) -> list[str]:
        """The files that make up what was committed last."""
        table = TOC.read(self.storage, self.indexname, schema=self.schema)
        heads = tuple(f"{segment.segment_id()}." for segment in table.segments)
        own = [name for name in self.storage.list() if name.startswith(heads)]
        return [*own, TOC._filename(self.indexname, table.generation)]


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
        manifest = self._begin()
        with self._writing(manifest.folder) as writer:
            for segment, row, _ in outdated:
                writer.segments[segment].delete_document(row)
            for document in changed:
                writer.add_document(**entry(document))
            writer.commit(mergetype=_drop_empty)
        self._folder.publish(manifest.folder, writer.counting(), manifest)

    def rebuild(self, documents: Iterable[AdDocument]) -> int:
        self._folder.path.mkdir(parents=True, exist_ok=True)
        folder, count, rest = self._folder.new_folder(), 0, iter(documents)
        while (part := list(islice(rest, _SEGMENT_ADS))) or not count:
            with self._writing(folder, new=not count) as writer:
                for document in part:
                    writer.add_document(**entry(document))
                writer.commit(merge=False)
            count += len(part)
            if not part:
                break
        self._folder.publish(folder, writer.counting(), None)
        return count

    def merge(self, *, thorough: bool = False) -> bool:
        segments = self._owner.latest().segments
        if thorough:
            chosen = [segment for segment in segments if not segment.alive.all()]
        else:
            chosen = [segment for segment in segments if segment.alive.sum() < _SEGMENT_ADS / 2]
            if len(chosen) <= _MOST_SMALL:
                return False
        if not chosen:
            return False
        manifest = self._begin(chosen)
        groups = _packed(chosen)
        for group in groups[:1] if thorough else groups:
            with self._writing(manifest.folder) as writer:
                writer.commit(mergetype=partial(_merge_these, group))
        self._folder.publish(manifest.folder, writer.counting(), manifest)
        return True

    def _begin(self, segments: Iterable[Standing] = ()) -> Manifest:
        """What counts now, its table of contents and these segments proved to be whole."""
        manifest = self._folder.look_over()
        heads = tuple(f"{segment.name}." for segment in segments)
        own = [name for name in manifest.files if name.startswith(heads) or name.endswith(".toc")]
        self._folder.prove(manifest, own)
        self._folder.sweep(manifest)  # a writer that died may have left a table of contents
        return manifest

    @contextmanager
    def _writing(self, folder: str, *, new: bool = False) -> Iterator[Any]:
        """A Whoosh writer; what it commits does not count until it is published."""
        writer = _Writer(self._folder.path / folder, new=new)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):  # it may be half closed, or the disk full; all is swept later
                writer.cancel()
            raise


def _packed(segments: Iterable[Standing]) -> list[set[str]]:
    """Names of segments to be merged together, so that none grows too large."""
    groups: list[set[str]] = []
    room = 0
    for segment in sorted(segments, key=lambda s: int(s.alive.sum())):
        size = int(segment.alive.sum())
        if size > room or not groups:
            groups.append(set())
            room = _SEGMENT_ADS
        groups[-1].add(segment.name)
        room -= size
    return groups


def _drop_empty(_writer: Any, segments: list[Any]) -> list[Any]:
    """Merge nothing, but let go of segments all of whose ads are gone."""
    return [segment for segment in segments if segment.deleted_count() < segment.doc_count_all()]


def _merge_these(names: set[str], writer: Any, segments: list[Any]) -> list[Any]:
    """Merge the segments of these names into one, and leave the others."""
    for segment in segments:
        if segment.segment_id() in names and segment.deleted_count() < segment.doc_count_all():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return [segment for segment in segments if segment.segment_id() not in names]


# --- reading --------------------------------------------------------------------------------------


class _Memory(RamStorage):
    """Files in memory that share their bytes with every reader, where Whoosh's own copies them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = files

    def open_file(self, name: str, **_: Any) -> BufferFile:
        return BufferFile(self.files[name], name=name)


class _Source:
    """The postings of one segment as Whoosh's codec reads them; see app.search.snapshot.Source."""

    def __init__(self, segment: Any, storage: _Memory) -> None:
        self._terms = segment.codec().terms_reader(storage, segment)
        self._lock = threading.Lock()  # reading moves a pointer

    def decode(self, field: str, term: str) -> Decoded:
        rows, weights, places = [], [], []
        with self._lock:
            if (field, term.encode()) in self._terms:
                matcher = self._terms.matcher(field, term.encode(), SCHEMA[field].format)
                while matcher.is_active():
                    rows.append(matcher.id())
                    weights.append(matcher.weight())
                    places.append(matcher.value())
                    matcher.next()
        at = np.array(rows, np.int64)
        keys = np.repeat(at, [len(own) // 2 for own in places]) << POSITION_BITS
        keys |= np.frombuffer(b"".join(places), "<u2")
        return at, np.array(weights, np.float32), keys

    def beginning(self, field: str, prefix: str) -> list[tuple[str, int]]:
        start, found = prefix.encode(), []
        with self._lock:
            for name, term in self._terms.terms_from(field, start):
                if name != field or not term.startswith(start):
                    break
                found.append((term.decode(), self._terms.doc_frequency(field, term)))
        return found


class WhooshIndex:
    """The index in one folder; see app.search.index.Index. One instance serves a whole process."""

    def __init__(self, folder: Path) -> None:
        self.folder = IndexFolder(folder)
        self.sectors, self.skills = Sectors(), Skills()
        self._kept = Kept(_KEPT_BYTES)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None

    def search(
        self, query: SearchQuery, now: int, *, size: int = 20, facets: bool = True
    ) -> SearchPage:
        return answer(self._open(), query, now, size=size, facets=facets)

    def similar(self, document: AdDocument, now: int, *, limit: int = 20) -> tuple[str, ...]:
        return similar(self._open(), document, now, limit=limit)

    def generation(self) -> int:
        return self.folder.look_over().generation

    def fingerprints(self, now: int) -> dict[int, tuple[str, int]]:
        board = self.latest().board
        rows = board.cards[board.live(now)]
        return {int(row["id"]): (row["box"].decode(), int(row["fingerprint"])) for row in rows}

    def ended(self, now: int) -> list[int]:
        cards = self.latest().board
        return [int(id) for id in cards.cards["id"][cards.alive & (cards.cards["expires"] <= now)]]

    def verify(self) -> None:
        while True:
            manifest = self.folder.look_over()
            try:
                return self.folder.prove(manifest, manifest.files)
            except IndexUnavailable:
                if self.folder.manifest().generation == manifest.generation:
                    raise

    def merge(self, *, thorough: bool = True) -> bool:
        with self.wait_to_write(_PATIENCE) as batch:
            merged = batch.merge(thorough=thorough)
            while thorough and batch.merge(thorough=True):
                continue
        return merged

    @contextmanager
    def wait_to_write(self, seconds: float = 0) -> Iterator[_Batch]:
        with self.folder.lock(seconds):
            yield _Batch(self)

    def close(self) -> None:
        with self._lock:
            self._stamp = self._snapshot = None

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
        fresh = [name for name in manifest.files if name.split(".")[0] not in known]
        files = self.folder.read(manifest, fresh)
        storage = _Memory({name: files[name] for name in files if name.endswith(".toc")})
        segments = [
            Standing(known.get(it.segment_id()) or self._segment(it, files), it.deleted_docs())
            for it in TOC.read(storage, _NAME, schema=SCHEMA).segments
        ]
        return Snapshot(manifest.folder, segments, self.sectors, self.skills)

    def _segment(self, segment: Any, files: dict[str, bytes]) -> Segment:
        name, size = segment.segment_id(), segment.doc_count_all()
        storage = _Memory({n: files[n] for n in files if n.startswith(f"{name}.")})
        cards = np.frombuffer(storage.files[f"{name}.card.col"], CARD)
        if len(cards) != size:
            raise IndexUnavailable(f"{name} has {len(cards)} cards for {size} ads")
        reader = segment.codec().per_document_reader(storage, segment)
        column = reader.column_reader("skills", SCHEMA["skills"].column_type)
        written = (column[row].decode() for row in range(size))
        skills = [names.split(BETWEEN) if names else [] for names in written]
        board = Cards.read(cards, skills, self.sectors, self.skills)
        return Segment(name, board, _Source(segment, storage), self._kept)
