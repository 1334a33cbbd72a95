"""What Whoosh 2.7.4 keeps, words, postings and columns; nothing else knows of Whoosh.

Whoosh writes segments and merges them. Beside each lies its side file (app.search.arrays), which
is what searches read; it is made from what is written, or anew from what Whoosh has.
"""

import os
import secrets
import struct
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from app.search.cards import CARD, LENGTHS
from app.search.entries import BETWEEN, entry
from app.search.index import AdDocument
from app.search.packing import Gathering, Posted, pack, stored

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    from whoosh import columns, fields, formats
    from whoosh.codec.whoosh3 import W3Codec
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.filedb.structfile import BufferFile
    from whoosh.index import TOC
    from whoosh.reading import SegmentReader
    from whoosh.writing import SegmentWriter

SIDE = ".arrays"
_NAME = "ads"
_LIMIT_MB = 64  # memory for sorting postings


class _Words(fields.FieldType):
    """A field that is given its terms as (term, weight, places): analysis is done before."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), None)

    def index(self, value: Any, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, (weight, places) in value.items():
            yield term.encode(), len(places), weight, struct.pack(f"<{len(places)}H", *places)


SCHEMA = fields.Schema(
    **{name: _Words() for name in LENGTHS},
    card=fields.COLUMN(columns.FixedBytesColumn(CARD.itemsize)),
    skills=fields.COLUMN(columns.VarBytesColumn()),
)


class Table:
    """The segments that count, with what was deleted of each since, in the order of their ads."""

    def __init__(self, segments: Sequence[Any], number: int) -> None:
        self.segments, self.number = list(segments), number

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Table":
        """From the one file of these that is a table."""
        named = {name: content for name, content in files.items() if name.endswith(".toc")}
        table = TOC.read(_Memory(named), _NAME, schema=SCHEMA)
        return cls(table.segments, table.generation)

    @property
    def names(self) -> list[str]:
        return [segment.segment_id() for segment in self.segments]

    def write(self, folder: Path) -> str:
        """Keep it as the next table; returns the name of its file."""
        self.number += 1
        TOC(SCHEMA, self.segments, self.number).write(FileStorage(str(folder)), _NAME)
        return str(TOC._filename(_NAME, self.number))

    def files(self, folder: Path) -> list[str]:
        """The files of its segments."""
        heads = tuple(f"{name}." for name in self.names)
        return sorted(name for name in os.listdir(folder) if name.startswith(heads))


class _Whole:
    """What a writer asks of its index: no segment of which it need know."""

    indexname = _NAME

    def __init__(self, storage: Any) -> None:
        self.storage = storage

    def _read_toc(self) -> Any:
        return TOC(SCHEMA, [], 0)


class Codec(W3Codec):
    """Whoosh's own, but the name of a segment is never used again.

    Whoosh takes names from `random`, whose state a program may set back; a reader that knows a
    segment by its name would then take a new one for an old one.
    """

    def new_segment(self, storage: Any, indexname: str) -> Any:
        segment = super().new_segment(storage, indexname)
        segment.segid = secrets.token_hex(8)
        return segment


class _Writer(SegmentWriter):
    """Writes one segment and leaves every table alone."""

    def __init__(self, folder: Path) -> None:
        storage = FileStorage(str(folder), supports_mmap=False)
        codec = Codec(compression=0)  # costs half the time again, for a third of the room
        codec.length_stats = False  # lengths are on the cards; asking Whoosh is slow
        super().__init__(_Whole(storage), _lk=False, limitmb=_LIMIT_MB, compound=False, codec=codec)
        self.written: list[Any] = []

    def _commit_toc(self, segments: list[Any]) -> None:
        self.written = segments


def write_segment(folder: Path, documents: Iterable[AdDocument]) -> Any:
    """Write these ads as one segment with its side file into `folder`, which may hold others."""
    writer, gathering = _Writer(folder), Gathering(LENGTHS)
    try:
        for document in documents:
            said = entry(document)
            writer.add_document(**said)
            gathering.add(said)
        writer.commit(mergetype=_as_it_is)
    except BaseException:
        _give_up(writer)
        raise
    (segment,) = writer.written
    (folder / f"{segment.segment_id()}{SIDE}").write_bytes(gathering.pack())
    return segment


def merge_segments(folder: Path, sources: Sequence[Any], files: Mapping[str, bytes]) -> Any:
    """Write what lives of these segments as one into `folder`, their ads in the same order."""
    storage, writer = _Memory(files), _Writer(folder)
    try:
        for source in sources:
            writer.add_reader(SegmentReader(storage, SCHEMA, source))
        writer.commit(mergetype=_as_it_is)
    except BaseException:
        _give_up(writer)
        raise
    (segment,) = writer.written
    name = segment.segment_id()
    paths = (path for path in folder.iterdir() if path.name.startswith(f"{name}."))
    own = {path.name: path.read_bytes() for path in paths}
    (folder / f"{name}{SIDE}").write_bytes(side_file(segment, own))
    return segment


def side_file(segment: Any, files: Mapping[str, bytes]) -> bytes:
    """The side file of a segment from Whoosh's own files of it."""
    storage, name = _Memory(files), segment.segment_id()
    reader = segment.codec().per_document_reader(storage, segment)
    column = reader.column_reader("skills", SCHEMA["skills"].column_type)
    written = (column[row].decode() for row in range(segment.doc_count_all()))
    skills = [names.split(BETWEEN) if names else [] for names in written]
    terms = segment.codec().terms_reader(storage, segment)
    return pack(files[f"{name}.card.col"], skills, {f: _posted(terms, f) for f in LENGTHS})


def _posted(terms: Any, field: str) -> Iterator[Posted]:
    for name, term in list(terms.terms_from(field, b"")):
        if name != field:
            return
        rows, weights, places = [], [], []
        matcher = terms.matcher(field, term, SCHEMA[field].format)
        while matcher.is_active():
            rows.append(matcher.id())
            weights.append(stored(matcher.weight()))
            places.append(matcher.value())
            matcher.next()
        times = [len(own) // 2 for own in places]
        at = np.frombuffer(b"".join(places), "<u2").tolist()
        yield Posted(term, rows, weights, times, at)


def _as_it_is(_writer: Any, _segments: list[Any]) -> list[Any]:
    return []


def _give_up(writer: Any) -> None:
    with suppress(Exception):  # half closed, or the disk full: what it left is swept later
        writer.cancel()


class _Memory(RamStorage):
    """Files in memory that share their bytes with every reader, where Whoosh's own copies them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__()
        self.files = dict(files)

    def open_file(self, name: str, **_: Any) -> BufferFile:
        return BufferFile(self.files[name], name=name)
