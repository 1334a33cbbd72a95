"""The index on disk: damaged, shared, broken off, and what stays of what was forgotten."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from app.search.index import IndexUnavailable
from app.search.whoosh_index import WhooshIndex
from tests.search.documents import NOW, ad, ask, files, fill, found, put

SECRET = "xylographically"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two segments with a deletion."""
    index = WhooshIndex(tmp_path / "index")
    fill(index, *[ad(id, headline=f"lantern number {id}") for id in range(1, 30)])
    put(index, ad(30, headline="ladder"), gone=(7,))
    return tmp_path / "index"


def everything(index: WhooshIndex) -> object:
    """Whatever can be asked of the index; raises IndexUnavailable or gives the right answer."""
    index.verify()
    return found(index), found(index, "lantern"), index.search(ask('"lantern number"'), NOW).total


def test_any_damage_to_any_file_is_noticed(folder: Path) -> None:
    right = everything(WhooshIndex(folder))
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    for path in files(kept):
        whole = path.read_bytes()
        torn = [b"", whole[: len(whole) // 2], whole + b"x"]
        for at in {0, len(whole) // 3, len(whole) - 1} if whole else set():
            torn.append(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        for content in (None, *torn):
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            damaged = folder / path.relative_to(kept)
            damaged.unlink() if content is None else damaged.write_bytes(content)
            with pytest.raises(IndexUnavailable):
                everything(WhooshIndex(folder))
            fill(WhooshIndex(folder), ad(1, headline="lantern"))
            assert found(WhooshIndex(folder), "lantern") == {1}
    assert right == everything(WhooshIndex(kept))


def test_a_reader_goes_on_with_what_it_has_while_the_folder_is_gone(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = WhooshIndex(folder)
    assert len(found(index)) == 29
    shutil.rmtree(folder)
    assert len(found(index, "lantern")) == 28
    assert "cannot be read" in caplog.text
    with pytest.raises(IndexUnavailable):
        index.generation()
    with pytest.raises(IndexUnavailable):
        found(WhooshIndex(folder))
    fill(WhooshIndex(folder), ad(1))
    assert found(index) == {1}


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_what_one_reader_cannot_read_the_next_writer_notices(folder: Path) -> None:
    flip(next(path for path in files(folder) if path.suffix == ".toc"))
    writer = WhooshIndex(folder)
    assert writer.generation()  # every file is there, in its size
    with pytest.raises(IndexUnavailable):
        found(WhooshIndex(folder))
    with pytest.raises(IndexUnavailable):
        writer.generation()


def test_a_side_file_that_is_damaged_is_read_from_the_rest_and_mended(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    right = everything(WhooshIndex(folder))
    sides = [path for path in files(folder) if path.suffix == ".arrays"]
    whole = [path.read_bytes() for path in sides]
    assert len(sides) == 2
    flip(sides[0])
    sides[1].write_bytes(b"stale")
    index = WhooshIndex(folder)
    assert (len(found(index)), len(found(index, "lantern"))) == (29, 28)
    assert "side file" in caplog.text
    assert index.torn()
    with index.wait_to_write() as batch:
        assert batch.mend()
    assert not index.torn()
    assert [path.read_bytes() for path in sides] == whole
    assert everything(WhooshIndex(folder)) == right


def test_a_segment_whose_files_are_all_damaged_is_given_up(folder: Path) -> None:
    for path in files(folder):
        if path.suffix in {".arrays", ".pst"}:
            flip(path)
    index = WhooshIndex(folder)
    with pytest.raises(IndexUnavailable):
        found(index)
    with pytest.raises(IndexUnavailable):
        index.generation()


def test_a_file_cut_short_does_not_reach_an_open_reader(folder: Path) -> None:
    index = WhooshIndex(folder)
    assert len(found(index)) == 29
    for path in files(folder):
        os.truncate(path, path.stat().st_size // 2)
    assert len(found(index, "lantern")) == 28


def test_leftovers_of_a_writer_that_died_do_no_harm(folder: Path) -> None:
    inside = next(path for path in folder.iterdir() if path.is_dir())
    table = next(inside.glob("*.toc"))
    (inside / "_ads_999.toc").write_bytes(table.read_bytes()[:40])
    (inside / "ads_0000.pst").write_bytes(b"half a file")
    (inside / "ads.tmp").mkdir(exist_ok=True)
    (inside / "ads.tmp" / "run").write_bytes(SECRET.encode())
    (folder / "ads-00009999").mkdir()
    assert len(found(WhooshIndex(folder))) == 29
    put(WhooshIndex(folder), ad(31))
    assert len(found(WhooshIndex(folder))) == 30
    left = {path.name for path in files(folder)}
    assert not left & {"_ads_999.toc", "ads_0000.pst", "run"}
    assert not (folder / "ads-00009999").exists()


def test_no_byte_of_a_forgotten_ad_stays_after_a_merge(folder: Path) -> None:
    index = WhooshIndex(folder)
    put(index, ad(40, headline=SECRET, offers_skills=("zymurgy apprentice",)), ad(41))
    put(index, ad(42), gone=(40,))

    def holds(word: str) -> bool:
        return any(word[:9].encode() in path.read_bytes() for path in files(folder))

    assert holds(SECRET)
    assert holds("zymurgy")
    assert index.merge(thorough=True)
    assert not holds(SECRET)
    assert not holds("zymurgy")
    assert len(found(index)) == 31
    assert not index.merge(thorough=True)


def test_many_small_segments_become_few(folder: Path) -> None:
    index = WhooshIndex(folder)
    for id in range(50, 64):
        put(index, ad(id, headline="kettle"))
    before = len(files(folder))
    assert index.merge(thorough=False)
    assert len(files(folder)) < before / 5
    assert (len(found(index)), len(found(index, "kettle"))) == (43, 14)
    assert found(WhooshIndex(folder), "kettle") == set(range(50, 64))


def test_searches_go_on_while_others_write(folder: Path) -> None:
    index, other = WhooshIndex(folder), WhooshIndex(folder)
    wrong: list[object] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            try:
                if (ids := found(index, "lantern")) != set(range(1, 30)) - {7}:
                    wrong.append(ids)
            except Exception as error:
                wrong.append(error)

    readers = [threading.Thread(target=search) for _ in range(3)]
    for reader in readers:
        reader.start()
    lanterns = [ad(id, headline=f"lantern number {id}") for id in range(1, 30) if id != 7]
    for round in range(6):
        fill(other, *lanterns)
        put(other, ad(100 + round), gone=(99 + round,))
        other.merge()
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_two_writers_take_turns(folder: Path) -> None:
    def write(first: int) -> None:
        index = WhooshIndex(folder)
        for id in range(first, first + 8):
            put(index, ad(id))

    writers = [threading.Thread(target=write, args=(start,)) for start in (200, 300, 400)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    wanted = {*range(200, 208), *range(300, 308), *range(400, 408)}
    assert {id for id in found(WhooshIndex(folder)) if id >= 200} == wanted
