"""The worker takes mails in: once each, whatever it dies of, and no mail stops the others."""

import time
from datetime import datetime

import pytest
import sqlalchemy as sa

from app.db import transaction
from app.relay import answers, taking
from app.relay.models import Incoming
from app.relay.reader import Reader
from app.relay.reading import Reading
from tests.relay.mailin.post import RELAY, TRUSTED, Post
from tests.relay.talk import REPLIER, WRITER


def texts(post: Post) -> list[str]:
    return [text for text, _ in post.talk.seen_by(post.key, WRITER)]


def work_with(post: Post, reader: taking.Reads) -> int:
    return taking.take_due(reader, now=post.now, site=RELAY, trusted=TRUSTED)


class Mortal:
    """A reader in whose hands the worker dies, so many times."""

    def __init__(self, reader: Reader, deaths: int) -> None:
        self.reader, self.deaths = reader, deaths

    def read(self, raw: bytes, *, trusted: str) -> Reading | None:
        if self.deaths:
            self.deaths -= 1
            raise KeyboardInterrupt
        return self.reader.read(raw, trusted=trusted)


def test_a_worker_killed_while_reading_leaves_the_mail_to_the_next(post: Post) -> None:
    post.answer("Friday it is.")
    mortal = Mortal(post.reader, deaths=1)
    with pytest.raises(KeyboardInterrupt):
        work_with(post, mortal)
    assert work_with(post, mortal) == 0  # still leased
    post.talk.now += taking.LEASE
    assert work_with(post, mortal) == 1
    assert texts(post)[-1] == "Friday it is."


def test_a_worker_that_comes_back_late_changes_nothing(post: Post) -> None:
    post.answer("Friday it is.")

    class Slow:
        def read(self, raw: bytes, *, trusted: str) -> Reading | None:
            post.talk.now += taking.LEASE
            assert post.work() == 1  # another worker, meanwhile
            return post.reader.read(raw, trusted=trusted)

    work_with(post, Slow())
    assert texts(post).count("Friday it is.") == 1
    assert post.outcomes() == ["relayed"]


def test_what_a_mail_leads_to_and_its_being_done_are_one(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post.answer("Friday it is.")
    settle, calls = answers.settle, 0

    def stumble_once(*args: object, **words: object) -> object:
        nonlocal calls
        calls += 1
        outcome = settle(*args, **words)  # type: ignore[arg-type]
        if calls == 1:
            raise RuntimeError(REPLIER)
        return outcome

    monkeypatch.setattr(answers, "settle", stumble_once)
    post.work()
    assert "Friday it is." not in texts(post)
    assert REPLIER not in caplog.text
    post.talk.now += taking.LEASE
    post.work()
    assert texts(post).count("Friday it is.") == 1


def test_a_mail_over_which_we_stumble_for_ever_is_given_up(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.answer("Friday it is.")

    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(answers, "settle", stumble)
    for _ in range(taking.TRIES + 3):
        post.work()
        post.talk.now += taking.LEASE
    assert post.outcomes() == ["failed"]
    assert post.rows()[0].raw == b""


def test_a_mail_that_can_not_be_read_is_told_and_stops_nobody(post: Post) -> None:
    post.answer("One\n" * 100)
    hurried = Reader(seconds=0.000001)
    try:
        assert work_with(post, hurried) == 2  # the second time it counts
    finally:
        hurried.close()
    assert post.outcomes() == ["unreadable"]
    told = [mail for mail in post.talk.mails(REPLIER) if mail.kind == "not_passed_on"]
    assert "made in a way that we couldn’t read" in " ".join(told[0].body.split())


def test_a_good_mail_passes_one_that_gave_trouble(post: Post) -> None:
    class Choosy:
        def __init__(self, reader: Reader) -> None:
            self.reader = reader
            self.order: list[bool] = []

        def read(self, raw: bytes, *, trusted: str) -> Reading | None:
            good = b"Friday it is" in raw
            self.order.append(good)
            return self.reader.read(raw, trusted=trusted) if good else None

    post.answer("Poison")
    post.answer("Friday it is.")
    choosy = Choosy(post.reader)
    work_with(post, choosy)
    assert choosy.order == [False, True, False]
    assert post.outcomes() == ["unreadable", "relayed"]


NESTED = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
POISON = {
    "ten thousand parts": b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 10_000
    + b"--b--\r\n",
    "fifty deep": b"MIME-Version: 1.0\r\n" + b"".join(NESTED % (n, n) for n in range(50)),
    "on and on": b"Subject: x\r\n\r\n" + b"On " * 20_000,
    "empty lines": b"Subject: x\r\n\r\n" + b"\r\n" * 50_000,
    "bad base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=@!\r\n" * 1000,
    "wrong charset": b"Content-Type: text/plain; charset=x-nonsense\r\n\r\n\xff\xfe\xfd",
    "no end": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Ty",
    "two megabytes": b"Subject: x\r\n\r\n" + (b"word " * 15 + b"\r\n") * 26_000,
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_after_a_poisonous_mail_the_next_good_one_goes(post: Post, poison: bytes) -> None:
    began = time.monotonic()
    assert post.bring(poison, post.alias(REPLIER))[0][0] == 250
    post.answer("Friday it is.")
    post.work()
    assert texts(post)[-1] == "Friday it is."
    assert {row.state for row in post.rows()} == {"done"}
    assert time.monotonic() - began < 10


def test_two_workers_never_take_the_same(post: Post) -> None:
    for number in range(4):
        post.answer(f"Word {number}")
    seen: list[int] = []

    class Noting:
        def read(self, raw: bytes, *, trusted: str) -> Reading | None:
            seen.append(raw.count(b"Word"))
            if len(seen) == 1:
                post.work()  # all the others
            return post.reader.read(raw, trusted=trusted)

    work_with(post, Noting())
    assert len(seen) == 1
    assert sorted(texts(post)[-4:]) == [f"Word {number}" for number in range(4)]


def test_nothing_due_takes_no_lock(post: Post) -> None:
    with transaction() as session:  # another writer holds it
        session.execute(sa.select(Incoming))
        assert post.work() == 0


def test_time_is_told(post: Post) -> None:
    post.answer("Friday it is.")
    post.work()
    ended: datetime | None = post.rows()[0].ended_at
    assert ended == post.now()
