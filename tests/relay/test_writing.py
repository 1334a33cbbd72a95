"""Both sides write: mails, places, double presses, addresses taken out, fates."""

import pytest

from app.relay import service as relay
from app.relay.scrub import ADDRESS_REMOVED
from tests.oracle import assert_no_leak
from tests.relay.talk import HELLO, REPLIER, STRANGER, WRITER, Talk


@pytest.fixture
def key(talk: Talk) -> str:
    return talk.begin(talk.advertise(capacity=1))


def test_each_side_is_mailed_what_the_other_writes(talk: Talk, key: str) -> None:
    talk.write(key, "Would Friday do?", email=WRITER)
    talk.write(key, "Friday it is.", email=REPLIER)

    assert "Would Friday do?" in talk.mails(REPLIER)[-1].body
    assert "Friday it is." in talk.mails(WRITER)[-1].body
    assert talk.mails(REPLIER)[-1].subject.startswith("Re: ")


def test_the_same_words_within_ten_minutes_are_one_message(talk: Talk, key: str) -> None:
    first = talk.write(key, "Yes", email=WRITER)
    assert talk.write(key, "Yes ", email=WRITER) == first
    assert len([m for m in talk.mails(REPLIER) if m.kind == "new_message"]) == 1
    assert talk.write(key, "Yes", email=REPLIER) != first  # the other side may say it too

    talk.later(minutes=10)

    assert talk.write(key, "Yes", email=WRITER) != first


def test_somebody_elses_thread_is_unknown(talk: Talk, key: str) -> None:
    with pytest.raises(relay.ThreadUnknown):
        talk.write(key, "Let me in", email=STRANGER)
    with pytest.raises(relay.ThreadUnknown):
        talk.write("0" * 16, "Let me in", email=WRITER)


def test_nothing_is_written_before_the_first_message_went_on(talk: Talk) -> None:
    talk.reply(talk.advertise())
    (line,) = talk.lines(REPLIER)

    with pytest.raises(relay.NotYet):
        talk.write(line.key, "Are you there?", email=REPLIER)


def test_a_full_writer_may_answer_as_many_as_they_like(talk: Talk, key: str) -> None:
    box = talk.thread(key).box
    second = talk.begin(box, email=STRANGER)
    talk.write(key, "Friday?", email=WRITER)

    talk.write(second, "You as well, gladly.", email=WRITER)

    assert talk.is_full(box)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_what_is_no_message(talk: Talk, key: str, text: str) -> None:
    with pytest.raises(relay.BadMessage):
        talk.write(key, text, email=WRITER)
    assert talk.messages() == [HELLO]


@pytest.mark.parametrize(
    "typed",
    [
        REPLIER,
        REPLIER.upper(),
        "chandler.d at seafront dot example",
        "c h a n d l e r . d @ s e a f r o n t . e x a m p l e",
        "chandler%2ed%40seafront.example",
        "ｃｈａｎｄｌｅｒ.d＠seafront.example",
        WRITER,
    ],
)
def test_addresses_are_taken_out_before_anything_is_kept(talk: Talk, key: str, typed: str) -> None:
    talk.write(key, f"I am at {typed} if that is easier.", email=REPLIER)

    mail = talk.mails(WRITER)[-1]
    text, _ = talk.seen_by(key, WRITER)[-1]
    assert text == f"I am at {ADDRESS_REMOVED} if that is easier."
    assert talk.thread(key).messages[-1].addresses_removed == 1
    assert ADDRESS_REMOVED in mail.body
    assert_no_leak(text, REPLIER)
    assert_no_leak(mail.raw, REPLIER)


def test_no_mail_shows_its_reader_the_other_sides_address(talk: Talk, key: str) -> None:
    talk.write(key, f"Write to {WRITER}.", email=WRITER)
    talk.write(key, f"Or to {REPLIER}.", email=REPLIER)
    talk.end(key, email=WRITER)

    for to, hidden in ((WRITER, REPLIER), (REPLIER, WRITER)):
        sent = talk.mails(to)
        assert len(sent) >= 2
        for mail in sent:
            assert_no_leak(mail.raw, hidden)
            assert_no_leak(mail.body, hidden)


def test_what_became_of_each_message(talk: Talk, key: str) -> None:
    assert talk.seen_by(key, REPLIER) == [(HELLO, "queued")]
    talk.send_mail()
    assert talk.seen_by(key, REPLIER) == [(HELLO, "sent")]

    talk.refused.add(WRITER)
    talk.write(key, "Hello?", email=REPLIER)
    talk.send_mail()

    assert talk.seen_by(key, REPLIER)[-1] == ("Hello?", "undeliverable")
    talk.purge()
    assert [m.state for m in talk.thread(key).messages] == ["sent", "undeliverable"]
