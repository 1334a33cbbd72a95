"""Where an index lives: one folder, one manifest that names what counts, nothing half written.

`current` is the manifest. It is replaced in one step, and it knows size and checksum of every file,
so that readers see one state or the next and a damaged file is noticed before it is believed.
Nothing is synced to disk: what a power cut tears is noticed too, and made anew from the database.
"""

import fcntl
import json
import logging
import os
import re
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.search.index import IndexBusy, IndexUnavailable

log = logging.getLogger(__name__)

FORM = 4  # raise it when files of an earlier version can no longer be read
_MANIFEST, _LOCK = "current", "lock"
_SCRATCH = "merging"
_OURS = re.compile(r"ads-[0-9]+")
_NAP = 0.02  # seconds between two tries


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index consists of: a folder, and (size, CRC-32) of each file in it that counts."""

    generation: int
    folder: str
    files: Mapping[str, tuple[int, int]]


class IndexFolder:
    """The folder of one index."""

    def __init__(self, path: Path, spare: str) -> None:
        self.path, self.spare = path, spare  # how names of files end that could be made anew

    def stamp(self) -> tuple[int, int] | None:
        """What changes with every manifest, cheap to ask for; None if there is none."""
        try:
            known = (self.path / _MANIFEST).stat()
        except OSError:
            return None
        return known.st_mtime_ns, known.st_ino

    def manifest(self) -> Manifest:
        """What counts now. Raises IndexUnavailable when missing, torn or of another form."""
        try:
            check, _, body = (self.path / _MANIFEST).read_bytes().partition(b"\n")
        except OSError as error:
            raise IndexUnavailable("there is none") from error
        if check != _check(body):
            raise IndexUnavailable("the manifest is damaged")
        said = json.loads(body)
        if said["form"] != FORM:
            raise IndexUnavailable(f"the index has form {said['form']}, not {FORM}")
        files = {name: (size, crc) for name, (size, crc) in said["files"].items()}
        return Manifest(said["generation"], said["folder"], files)

    def look_over(self) -> Manifest:
        """The manifest, once every file is there in its size. Raises IndexUnavailable.

        Spare files can be made anew from the others: they are not looked at (see `torn`).
        """
        manifest = self.manifest()
        for name in self._unlike(manifest, spare=False):
            if self.manifest().generation != manifest.generation:
                return self.look_over()  # replaced meanwhile
            raise IndexUnavailable(f"{name} is missing or cut short")
        return manifest

    def torn(self) -> list[str]:
        """The spare files that are missing or cut short. Raises IndexUnavailable."""
        return list(self._unlike(self.manifest(), spare=True))

    def _unlike(self, manifest: Manifest, *, spare: bool) -> Iterator[str]:
        sizes = {}
        with suppress(OSError), os.scandir(self.path / manifest.folder) as found:
            sizes = {entry.name: entry.stat().st_size for entry in found}
        for name, (size, _) in manifest.files.items():
            if name.endswith(self.spare) == spare and sizes.get(name) != size:
                yield name

    def read(self, manifest: Manifest, names: Iterable[str]) -> dict[str, bytes]:
        """These files, checked. Raises IndexUnavailable for one that is not as it was written."""
        files = {}
        for name in names:
            try:
                content = (self.path / manifest.folder / name).read_bytes()
            except OSError as error:
                raise IndexUnavailable(f"{name} cannot be read") from error
            if (len(content), zlib.crc32(content)) != manifest.files[name]:
                raise IndexUnavailable(f"{name} is damaged")
            files[name] = content
        return files

    def prove(self, manifest: Manifest, names: Iterable[str]) -> dict[str, bytes]:
        """`read`, by somebody who is about to build on these files.

        Raises IndexUnavailable, and sees to it that what is damaged is made anew: the index, or a
        spare file by itself.
        """
        files: dict[str, bytes] = {}
        for name in sorted(names, key=lambda name: name.endswith(self.spare)):
            try:
                files |= self.read(manifest, [name])
            except IndexUnavailable:
                if name.endswith(self.spare):
                    self.remove(manifest, name)
                else:
                    self.condemn(manifest)
                raise
        return files

    def publish(self, folder: str, names: Iterable[str], before: Manifest | None) -> Manifest:
        """Let the files of these names in `folder` count from now on, and sweep away all else.

        Files that `before` knows in the same folder never changed and keep their checksums.
        """
        same = before.files if before and before.folder == folder else {}
        files = {}
        for name in names:
            if name not in same:
                content = (self.path / folder / name).read_bytes()
                files[name] = (len(content), zlib.crc32(content))
            else:
                files[name] = same[name]
        manifest = Manifest(self._next_generation(before), folder, files)
        said = {"form": FORM, "generation": manifest.generation, "folder": folder, "files": files}
        body = json.dumps(said).encode()
        fresh = self.path / f"{_MANIFEST}.new"
        fresh.write_bytes(_check(body) + b"\n" + body)
        fresh.replace(self.path / _MANIFEST)
        self.sweep(manifest)
        return manifest

    def new_folder(self) -> str:
        """Make an empty folder for a whole new index, beside the one that counts."""
        name = f"ads-{self._last_number() + 1:08d}"
        (self.path / name).mkdir(mode=0o700, parents=True)
        return name

    def sweep(self, manifest: Manifest | None) -> None:
        """Remove what does not count: leftovers of a writer that died, and former states."""
        for entry in list(os.scandir(self.path)):
            if _OURS.fullmatch(entry.name) and not (manifest and entry.name == manifest.folder):
                shutil.rmtree(entry.path, ignore_errors=True)
        if not manifest:
            return
        for entry in list(os.scandir(self.path / manifest.folder)):
            if entry.is_dir():
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.name not in manifest.files:
                Path(entry.path).unlink(missing_ok=True)

    def condemn(self, manifest: Manifest) -> None:
        """Somebody could not read what `manifest` names: whoever writes next shall make it anew."""
        try:
            if self.manifest().generation == manifest.generation:
                (self.path / _MANIFEST).replace(self.path / f"{_MANIFEST}.damaged")
        except (OSError, IndexUnavailable):
            pass  # gone already, or not ours to touch: the writer will notice by itself

    def remove(self, manifest: Manifest, name: str) -> None:
        """Somebody could not read this spare file: whoever writes next shall make it anew."""
        with suppress(OSError):
            (self.path / manifest.folder / name).unlink()

    @contextmanager
    def scratch(self, seconds: float) -> Iterator[Path]:
        """An empty folder for whoever merges, who is the only one; gone afterwards."""
        path = self.path / _SCRATCH
        with self.lock(seconds, f"{_SCRATCH}.lock"):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(mode=0o700)
            try:
                yield path
            finally:
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def lock(self, seconds: float, name: str = _LOCK) -> Iterator[None]:
        """Be the only writer on this machine; raises IndexBusy after `seconds`."""
        self.path.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + seconds
        with (self.path / name).open("ab") as handle:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise IndexBusy("another process writes to the index") from None
                    time.sleep(_NAP)
            yield

    def _last_number(self) -> int:
        """The highest number of a folder so far, 0 if there is none."""
        names = [path.name for path in self.path.iterdir() if _OURS.fullmatch(path.name)]
        return max((int(name.removeprefix("ads-")) for name in names), default=0)

    def _next_generation(self, before: Manifest | None) -> int:
        """Grows even when the manifest was lost: the clock is ahead of any count of writes."""
        return max(time.time_ns() // 1_000_000, before.generation + 1 if before else 0)


def _check(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x}".encode()
