"""The index follows the database, whatever happens on the way."""

import shutil
from datetime import timedelta

import pytest

from app.search import projection
from app.search.index import IndexUnavailable
from app.search.projection import Difference
from app.search.whoosh_index import WhooshIndex
from tests.search.conftest import NOON, Shop
from tests.search.documents import files, found


def differences(shop: Shop) -> list[Difference]:
    with shop.sessions() as session:
        return projection.check(session, shop.index, now=NOON)


def test_what_was_posted_edited_and_closed_is_followed(shop: Shop) -> None:
    first = shop.post(headline="lantern", at="Cardiff", offers_skills=("harp",))
    second = shop.post(headline="ladder")
    shop.refresh()
    assert found(shop.index, "lantern", place="Cardiff", skill="harp") == {1}
    shop.change(first, headline="kettle")
    shop.change(second, state="closed")
    assert shop.refresh() == 2
    assert found(shop.index) == {1}
    assert found(shop.index, "kettle") == {1}
    assert (shop.marks(), differences(shop)) == (0, [])


def test_the_first_refresh_makes_the_index(shop: Shop) -> None:
    assert shop.refresh() == 0
    shop.post(state="paused")
    assert (shop.refresh(), found(shop.index)) == (1, set())


def test_many_marks_are_drained_in_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BATCH", 3)
    shop.refresh()
    boxes = [shop.post() for _ in range(8)]
    shop.change(boxes[0], headline="lantern")
    shop.delete(boxes[1])
    assert shop.refresh() == 10
    assert (len(found(shop.index)), shop.marks(), differences(shop)) == (7, 0, [])


def test_after_an_import_the_index_is_made_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "_MANY", 5)
    shop.refresh()
    for _ in range(12):
        shop.post()
    assert shop.refresh() == 12
    assert (shop.marks(), differences(shop)) == (0, [])


def test_a_crash_before_the_marks_are_dropped_does_no_harm(shop: Shop) -> None:
    shop.refresh()
    shop.post(headline="lantern")

    def crash() -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        projection.refresh_now(
            shop.index, now=NOON, reading=shop.sessions, writing=crash  # type: ignore[arg-type]
        )  # fmt: skip
    assert (shop.marks(), found(shop.index, "lantern")) == (1, {1})
    generation = shop.index.generation()
    assert shop.refresh() == 1
    assert (shop.marks(), shop.index.generation()) == (0, generation)


def test_while_another_writes_the_marks_wait(shop: Shop) -> None:
    shop.refresh()
    shop.post()
    with WhooshIndex(shop.index.folder.path).wait_to_write():
        assert shop.refresh() == 0
    assert shop.marks() == 1
    assert shop.refresh() == 1


def test_a_lost_index_is_made_anew(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.post(headline="lantern")
    shop.refresh()
    shutil.rmtree(shop.index.folder.path)
    assert shop.refresh() == 1
    assert "anew" in caplog.text
    assert found(WhooshIndex(shop.index.folder.path), "lantern") == {1}


def test_check_names_every_difference(shop: Shop) -> None:
    boxes = [shop.post() for _ in range(4)]
    shop.refresh()
    assert differences(shop) == []
    shop.change(boxes[0], headline="lantern")
    shop.delete(boxes[1])
    missing = shop.post()
    shop.post(state="unconfirmed")
    assert differences(shop) == [
        Difference(boxes[0], "changed"),
        Difference(boxes[1], "left over"),
        Difference(missing, "missing"),
    ]
    with shop.sessions() as session:
        projection.rebuild(session, shop.index, now=NOON)
    assert differences(shop) == []


def test_check_does_not_pass_a_damaged_index(shop: Shop) -> None:
    shop.post()
    shop.refresh()
    assert found(shop.index) == {1}
    largest = max(files(shop.index.folder.path), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[-1] ^= 1
    largest.write_bytes(content)
    with pytest.raises(IndexUnavailable):
        differences(shop)


def test_what_was_erased_is_gone_at_once(shop: Shop) -> None:
    shop.post(headline="lantern")
    box = shop.post(headline="xylographically")
    shop.refresh()
    projection.forget(shop.index, [shop.delete(box)])
    assert found(shop.index) == {1}
    stored = b"".join(path.read_bytes() for path in files(shop.index.folder.path))
    assert b"lantern" in stored
    assert b"xylograph" not in stored


def test_forgetting_does_not_wait_for_an_index_that_is_not_there(shop: Shop) -> None:
    projection.forget(shop.index, [1])


def test_tidying_forgets_what_ran_out(shop: Shop) -> None:
    shop.post(headline="lantern")
    shop.post(headline="ladder", expires_at=NOON + timedelta(days=9))
    shop.refresh()
    later = NOON + timedelta(days=3)
    assert len(shop.index.ended(int(later.timestamp()))) == 1
    projection.tidy(shop.index, now=later)
    assert shop.index.ended(int(later.timestamp())) == []
    stored = b"".join(path.read_bytes() for path in files(shop.index.folder.path))
    assert b"ladder" in stored
    assert b"lantern" not in stored
