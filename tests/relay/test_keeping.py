"""How long things are kept, and what an erasure leaves."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.db import transaction
from app.mail.models import OutboxMail
from app.relay import service as relay
from tests.relay.talk import HELLO, REPLIER, STRANGER, WRITER, Talk


def test_what_nobody_confirmed_is_forgotten_after_72_hours(talk: Talk) -> None:
    talk.reply(talk.advertise())
    talk.later(hours=71)
    talk.purge()
    assert talk.messages() == [HELLO]

    talk.later(hours=1)
    talk.purge()

    assert (talk.messages(), talk.threads()) == ([], 0)


def test_a_stray_unconfirmed_message_goes_but_its_thread_stays(talk: Talk) -> None:
    box = talk.advertise()
    talk.begin(box)
    talk.reply(box, "This was typed by somebody else under my address, I fear.")
    talk.later(hours=72)

    talk.purge()

    assert (talk.messages(), talk.threads()) == ([HELLO], 1)


def test_silence_closes_a_thread_and_gives_its_place_back(talk: Talk) -> None:
    box = talk.advertise()
    key = talk.begin(box)
    talk.write(key, "Friday?", email=WRITER)
    talk.later(days=180)
    assert talk.is_full(box)

    talk.purge(idle=timedelta(days=360))

    assert talk.thread(key).state == "ended"
    assert not talk.is_full(box)
    talk.later(days=180)
    talk.purge(idle=timedelta(days=360))
    assert (talk.messages(), talk.threads()) == ([], 0)


def test_a_conversation_is_erased_after_180_idle_days_with_what_its_mails_left(talk: Talk) -> None:
    box = talk.advertise()
    key = talk.begin(box)
    talk.send_mail()
    talk.later(days=50)
    talk.write(key, "Friday?", email=WRITER)
    talk.later(days=179)
    talk.purge()
    assert (talk.messages(), talk.is_full(box)) == ([HELLO, "Friday?"], True)

    talk.later(days=1)
    talk.purge()

    assert (talk.messages(), talk.threads(), talk.is_full(box)) == ([], 0, False)
    with transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 0


def test_the_other_side_keeps_what_it_received_without_a_name(talk: Talk) -> None:
    key = talk.begin(talk.advertise())
    talk.send_mail()
    talk.write(key, "I can be there at three", email=WRITER)
    talk.write(key, "Never arrives", email=REPLIER)

    talk.erase(REPLIER)

    thread = talk.thread(key)
    assert (thread.replier_name, thread.replier_id, thread.state) == ("", None, "ended")
    assert [text for text, _ in talk.seen_by(key, WRITER)] == [HELLO, "I can be there at three"]
    assert talk.mails() == []
    assert [line.name for line in talk.lines(WRITER)] == [""]
    with pytest.raises(relay.ThreadClosed):
        talk.write(key, "Where are you?", email=WRITER)
    with pytest.raises(relay.ThreadClosed):
        talk.block(key, email=WRITER)


def test_an_erased_writer_leaves_no_headline_and_no_way_to_confirm(talk: Talk) -> None:
    box = talk.advertise()
    key = talk.begin(box)
    talk.send_mail()
    talk.reply(box, email=STRANGER)
    link = talk.mails(STRANGER)[0].token

    talk.erase(WRITER)

    thread = talk.thread(key)
    assert (thread.headline, thread.writer_name, thread.ad_id) == ("", "", None)
    assert talk.seen_by(key, REPLIER) == [(HELLO, "sent")]
    waiting = talk.press(link)  # nothing is left to send
    assert talk.seen_by(waiting, STRANGER) == [(HELLO, "withheld")]
    assert talk.mails() == []


def test_when_both_are_gone_so_is_the_thread(talk: Talk) -> None:
    talk.begin(talk.advertise())
    talk.send_mail()

    talk.erase(WRITER)
    assert talk.threads() == 1
    talk.erase(REPLIER)

    assert (talk.messages(), talk.threads()) == ([], 0)


def test_a_message_that_reached_nobody_leaves_with_its_author(talk: Talk) -> None:
    talk.begin(talk.advertise())

    talk.erase(REPLIER)

    assert (talk.messages(), talk.threads(), talk.mails()) == ([], 0, [])
