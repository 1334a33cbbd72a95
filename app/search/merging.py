"""Tidying an index up while others read and write it: merging segments, mending side files.

A merge reads and writes without the lock and takes it only to put the new segment in the place of
the old ones, with what was deleted of them meanwhile.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.search.folder import IndexFolder, Manifest
from app.search.snapshot import Snapshot, Standing
from app.search.whoosh_store import SIDE, Table, merge_segments, side_file

SEGMENT_ADS = 5000  # ads of a segment at most: what forgetting one of them costs to rewrite
_TIER = 8  # so many segments of one size become one of the next
_PATIENCE = 10  # seconds to wait for another writer


def table_of(folder: IndexFolder, manifest: Manifest) -> Table:
    """The table that counts."""
    return Table.of(folder.prove(manifest, [n for n in manifest.files if n.endswith(".toc")]))


def side_bytes(manifest: Manifest) -> int:
    """How large all side files are together."""
    return sum(size for name, (size, _) in manifest.files.items() if name.endswith(SIDE))


def publish(folder: IndexFolder, manifest: Manifest, table: Table) -> None:
    """Let `table` count from now on; its segments lie in the manifest's folder."""
    path = folder.path / manifest.folder
    name = table.write(path)
    before = manifest if manifest.files else None
    folder.publish(manifest.folder, [*table.files(path), name], before)


def merge(folder: IndexFolder, latest: Callable[[], Snapshot], *, thorough: bool) -> bool:
    """Merge what is due; `thorough`: all that holds a deleted ad. Returns whether anything was."""
    if not _groups(latest().segments, thorough=thorough):
        return False
    with folder.scratch(_PATIENCE) as scratch:
        done = False
        for names in _groups(latest().segments, thorough=thorough):
            done |= _merge_group(folder, names, scratch)
    return done


def _groups(segments: Sequence[Standing], *, thorough: bool) -> list[set[str]]:
    if thorough:
        return _packed([one for one in segments if len(one.deleted)])
    tiers: dict[int, list[Standing]] = {}
    for one in segments:
        if one.living < SEGMENT_ADS / 2:
            tiers.setdefault(int(math.log(max(one.living, 1), _TIER)), []).append(one)
    due = [tier for tier in tiers.values() if len(tier) >= _TIER]
    return [group for tier in due for group in _packed(tier)]


def _packed(segments: Sequence[Standing]) -> list[set[str]]:
    """Names of segments to be merged together, so that none grows too large."""
    groups: list[set[str]] = []
    room = 0
    for segment in sorted(segments, key=lambda s: s.living):
        if segment.living > room or not groups:
            groups.append(set())
            room = SEGMENT_ADS
        groups[-1].add(segment.name)
        room -= segment.living
    return groups


def _merge_group(folder: IndexFolder, names: set[str], scratch: Path) -> bool:
    """Put one segment in the place of these; False if they are gone meanwhile."""
    with folder.lock(_PATIENCE):
        manifest = folder.look_over()
        table = table_of(folder, manifest)
        sources = [one for one in table.segments if one.segment_id() in names]
        files = {n for n in manifest.files if n.split(".")[0] in names and not n.endswith(SIDE)}
        contents = folder.prove(manifest, files)
    if len(sources) != len(names):
        return False
    kept = {
        one.segment_id(): np.setdiff1d(np.arange(one.doc_count_all()), list(one.deleted_docs()))
        for one in sources
    }
    merged = merge_segments(scratch, sources, contents)
    with folder.lock(_PATIENCE):
        return _put_in_place(folder, manifest.folder, kept, merged, scratch)


def _put_in_place(
    folder: IndexFolder, where: str, kept: dict[str, NDArray[Any]], merged: Any, scratch: Path
) -> bool:
    """`kept`: the rows of each source that went into `merged`, in this order."""
    manifest = folder.look_over()
    if manifest.folder != where:
        return False
    table = table_of(folder, manifest)
    now = {one.segment_id(): one for one in table.segments}
    start = 0
    for name, rows in kept.items():
        # a source that is gone lost all its ads
        gone = set(now[name].deleted_docs()) if name in now else set(rows.tolist())
        for place in np.flatnonzero(np.isin(rows, list(gone))).tolist():
            merged.delete_document(start + place)
        start += len(rows)
    rest = [one for one in table.segments if one.segment_id() not in kept]
    if merged.deleted_count() < start:
        for path in scratch.iterdir():
            if path.name.startswith(f"{merged.segment_id()}."):
                path.rename(folder.path / where / path.name)
        rest.append(merged)
    table.segments = rest
    publish(folder, manifest, table)
    return True


def mend(folder: IndexFolder) -> bool:
    """Make missing side files anew from what Whoosh has; under the lock. Whether any was."""
    manifest, missing = folder.look_over(), set(folder.torn())
    table = table_of(folder, manifest)
    for one in table.segments:
        name = one.segment_id()
        if f"{name}{SIDE}" in missing:
            own = [n for n in manifest.files if n.startswith(f"{name}.") and not n.endswith(SIDE)]
            path = folder.path / manifest.folder / f"{name}{SIDE}"
            fresh = path.with_suffix(".mended")
            fresh.write_bytes(side_file(one, folder.prove(manifest, own)))
            fresh.replace(path)
    if missing:
        others = {name: sums for name, sums in manifest.files.items() if name not in missing}
        before = Manifest(manifest.generation, manifest.folder, others)
        folder.publish(manifest.folder, list(manifest.files), before)
    return bool(missing)
