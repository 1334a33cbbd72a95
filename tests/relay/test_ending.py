"""Decline, end, block, and closing by the clock."""

import pytest

from app.relay import service as relay
from tests.relay.talk import HELLO, REPLIER, STRANGER, WRITER, Talk


@pytest.fixture
def box(talk: Talk) -> str:
    return talk.advertise()


@pytest.fixture
def key(talk: Talk, box: str) -> str:
    return talk.begin(box)


def test_a_kind_no_is_mailed_once_and_closes_the_thread(talk: Talk, key: str) -> None:
    talk.decline(key, reason="far")
    talk.decline(key, reason="full")

    assert [m.kind for m in talk.mails(REPLIER)].count("declined") == 1
    assert talk.thread(key).reason == "far"
    for email in (WRITER, REPLIER):
        with pytest.raises(relay.ThreadClosed):
            talk.write(key, "But…", email=email)


def test_only_the_writer_declines_and_only_for_a_known_reason(talk: Talk, key: str) -> None:
    with pytest.raises(relay.WritersOnly):
        talk.decline(key, email=REPLIER)
    with pytest.raises(relay.BadMessage):
        talk.decline(key, reason="age")
    assert talk.thread(key).state == "open"


@pytest.mark.parametrize(("by", "told"), [(WRITER, REPLIER), (REPLIER, WRITER)])
def test_either_side_ends_it_and_the_other_is_told(
    talk: Talk, key: str, by: str, told: str
) -> None:
    talk.end(key, email=by)
    talk.end(key, email=by)

    assert [m.to for m in talk.mails() if m.kind == "ended"] == [told]
    with pytest.raises(relay.ThreadClosed):
        talk.write(key, "One more word", email=told)
    with pytest.raises(relay.ThreadClosed):
        talk.end(key, email=told)


def test_a_block_keeps_back_what_is_on_its_way_and_tells_nobody(talk: Talk, key: str) -> None:
    talk.send_mail()
    talk.write(key, "And another thing", email=REPLIER)

    talk.block(key, email=WRITER)
    talk.block(key, email=WRITER)

    assert talk.mails() == []
    assert talk.seen_by(key, WRITER) == [(HELLO, "sent")]
    assert talk.seen_by(key, REPLIER)[-1] == ("And another thing", "withheld")
    with pytest.raises(relay.ThreadClosed):
        talk.write(key, "Hello?", email=REPLIER)


def test_a_block_closes_every_thread_between_the_two_and_no_other(
    talk: Talk, box: str, key: str
) -> None:
    crossed = talk.begin(talk.advertise(REPLIER, "Harbour stories"), email=WRITER)
    other = talk.begin(box, email=STRANGER)

    talk.block(key, email=WRITER)

    assert (talk.thread(crossed).state, talk.thread(crossed).ended_by) == ("blocked", "replier")
    assert (talk.thread(key).state, talk.thread(key).ended_by) == ("blocked", "writer")
    assert talk.thread(other).state == "open"
    assert [m.to for m in talk.mails() if m.kind == "new_message"] == [WRITER]  # the stranger's


def test_one_may_still_block_after_it_ended(talk: Talk, box: str, key: str) -> None:
    talk.end(key, email=REPLIER)
    talk.block(key, email=WRITER)

    with pytest.raises(relay.NotTaking):
        talk.reply(box, "I am back already, and have so much more to tell you.", known=True)


def test_it_closes_thirty_days_after_its_ad(talk: Talk, box: str, key: str) -> None:
    talk.close_ad(box)
    talk.later(days=29)
    talk.write(key, "Still here", email=REPLIER)
    talk.later(days=1)

    with pytest.raises(relay.ThreadClosed):
        talk.write(key, "Still here?", email=REPLIER)
    assert [line.status for line in talk.lines(WRITER)] == ["Closed by itself"]
