"""The file of a backup: a zip of one file of lines for each table, and a manifest that is last.

`rows/<table>.jsonl` has a row a line (app.backup.values) in the order of the key. `manifest.json`
says what each comes to. The zip’s comment is the SHA-256 of the manifest.
"""

import fcntl
import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

from app.backup.rows import Source
from app.backup.sums import Part, Sum, Tally
from app.backup.troubles import Newer, Torn, Trouble

FORMAT, EDITION = "bothways backup", 1
MANIFEST = "manifest.json"
ROWS = 1000  # read at a time, or fewer when they are large
BYTES = 4 * 1024 * 1024
LONGEST = 64 * 1024 * 1024  # bytes of a line: nothing on a board is nearly as long
# What zipfile, zlib and json raise on damaged bytes, and what reading a line of another form does
_TORN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
    RuntimeError,
)

Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of the board it is of. `key_proof`: see app.backup.commands."""

    base_url: str
    made_at: str
    key_proof: str


def write(path: Path, source: Source, about: About, *, force: bool, tell: Tell) -> dict[str, Sum]:
    """Make the file, whole or not at all, for its owner’s eyes; it is read again before it counts.

    Returns what each table comes to. Raises Trouble where `path` is there already, without `force`,
    or another backup writes it; Torn where it does not read as it was written; OSError.
    """
    if not force:
        _must_not_be_there(path)
    part = path.with_name(f".{path.name}.part")
    with _alone(part) as file:
        try:
            sums = _fill(file, source, about, tell)
            file.flush()
            os.fsync(file.fileno())
            with Archive(part) as made:
                if made.check(tell) != sums:
                    raise Torn
            if not force:
                _must_not_be_there(path)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sums


def _must_not_be_there(path: Path) -> None:
    if path.exists():
        raise Trouble("This file is there already. Name a new one, or give --force.")


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """The file beside, emptied; what a killed backup left of it is written over."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    with open(handle, "w+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_at(handle, part):  # the other was done in between, and renamed this one
                raise BlockingIOError
        except BlockingIOError:
            raise Trouble("Another backup writes this file just now.") from None
        os.fchmod(handle, 0o600)
        file.truncate(0)
        yield file


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _fill(file: IO[bytes], source: Source, about: About, tell: Tell) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in source.tables:
            tally = Tally()
            with archive.open(_entry(_place(table)), "w", force_zip64=True) as member:
                for lines in source.parts(table):
                    member.write(b"\n".join(lines) + b"\n")
                    tally.add(lines)
                    tell(len(lines))
            sums[table] = tally.sum
        manifest = _manifest(source, about, sums)
        archive.writestr(_entry(MANIFEST), manifest)
        archive.comment = hashlib.sha256(manifest).hexdigest().encode()
    return sums


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _place(table: str) -> str:
    return f"rows/{table}.jsonl"


def _manifest(source: Source, about: About, sums: dict[str, Sum]) -> bytes:
    last = source.last_ids()
    told = {
        "format": FORMAT,
        "edition": EDITION,
        "revision": source.revision,
        "base_url": about.base_url,
        "made_at": about.made_at,
        "key_proof": about.key_proof,
        "tables": {
            table: {
                "columns": source.columns(table),
                "rows": sums[table].rows,
                "sha256": sums[table].sha256,
                "last_id": last.get(table, 0),
            }
            for table in source.tables
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


class Archive:
    """A backup’s file as a source. Raises Torn, or Newer, where it is none that can be read."""

    def __init__(self, path: Path) -> None:
        with _readable():
            self._zip = zipfile.ZipFile(path)
            if {one.compress_type for one in self._zip.infolist()} != {zipfile.ZIP_DEFLATED}:
                raise Torn
            manifest = self._zip.read(MANIFEST)
            told = json.loads(manifest)
            if told["format"] != FORMAT:
                raise Torn
            if told["edition"] != EDITION:
                raise Newer
            digest = hashlib.sha256(manifest).hexdigest()
            if self._zip.comment.decode("ascii") != digest:
                raise Torn
            self.name = f"backup {digest}"
            self.revision = str(told["revision"])
            self.about = About(told["base_url"], told["made_at"], told["key_proof"])
            self._told: dict[str, Any] = dict(told["tables"])
            self.tables = list(self._told)
            self.sums = {name: Sum(of["rows"], of["sha256"]) for name, of in self._told.items()}
            self.total = sum(one.rows for one in self.sums.values())

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def columns(self, table: str) -> list[str]:
        return list(self._told[table]["columns"])

    def last_ids(self) -> dict[str, int]:
        return {name: int(of["last_id"]) for name, of in self._told.items()}

    def check(self, tell: Tell) -> dict[str, Sum]:
        """Read it to the end. Raises Torn where a table is not what the manifest says."""
        for table, right in self.sums.items():
            tally = Tally()
            for part in self.parts(table):
                tally.add(part)
                tell(len(part))
            if tally.sum != right:
                raise Torn
        return self.sums

    def parts(self, table: str) -> Iterator[Part]:
        with _readable(), self._zip.open(_place(table)) as member:
            lines = BufferedReader(cast(Any, member))
            part: Part = []
            size = 0
            while line := lines.readline(LONGEST):
                if not line.endswith(b"\n"):
                    raise Torn
                part.append(line[:-1])
                size += len(line)
                if len(part) == ROWS or size > BYTES:
                    yield part
                    part, size = [], 0
            if part:
                yield part


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever is wrong with the file, it is said in one sentence."""
    try:
        yield
    except _TORN:
        raise Torn from None
