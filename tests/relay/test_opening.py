"""How a conversation begins: confirmation, double presses, full ads, blocks, held messages."""

import pytest

from app.ads.service import AdGone
from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from app.people.service import LinkUsed
from app.relay import service as relay
from app.relay.service import Outcome
from tests.relay.talk import HELLO, REPLIER, SITE, STRANGER, WRITER, Talk

AGAIN = "One more thing I forgot: the old rota book is still in the attic."


def test_first_message_waits_for_its_link_and_then_reaches_the_writer(talk: Talk) -> None:
    box = talk.advertise()

    assert talk.reply(box) is Outcome.CONFIRM
    assert [mail.to for mail in talk.mails()] == [REPLIER]
    assert HELLO in " ".join(talk.mails()[0].body.split())

    key = talk.press(talk.mails()[0].token)

    (told,) = talk.mails(WRITER)
    assert told.kind == "new_message"
    assert told.subject == "Dafydd answers your ad: Ward sister seeks a shopkeeper’s eye"
    assert HELLO in told.body
    assert talk.seen_by(key, WRITER) == [(HELLO, "queued")]
    with pytest.raises(LinkUsed):
        talk.press(talk.mails(REPLIER)[0].token)


def test_a_double_press_is_one_message_and_one_mail(talk: Talk) -> None:
    box = talk.advertise()

    assert talk.reply(box) is talk.reply(box, f"  {HELLO}\r\n") is Outcome.CONFIRM
    assert len(talk.mails()) == 1

    talk.press(talk.mails()[0].token)

    assert talk.reply(box) is Outcome.CONFIRM
    assert talk.reply(box, known=True) is Outcome.SENT
    assert talk.messages() == [HELLO]
    assert len(talk.mails(WRITER)) == 1


def test_a_lost_link_is_mailed_again_after_ten_minutes(talk: Talk) -> None:
    box = talk.advertise()
    talk.reply(box)
    talk.later(minutes=10)

    talk.reply(box)

    assert len(talk.mails(REPLIER)) == 2
    talk.press(talk.mails(REPLIER)[1].token)
    assert talk.messages() == [HELLO]


def test_a_second_message_joins_the_same_thread(talk: Talk) -> None:
    box = talk.advertise()
    talk.reply(box)
    talk.reply(box, AGAIN)

    newest = talk.mails(REPLIER)[-1]
    assert HELLO in newest.body
    assert AGAIN in newest.body
    key = talk.press(newest.token)

    assert talk.threads() == 1
    assert [text for text, _ in talk.seen_by(key, WRITER)] == [HELLO, AGAIN]
    assert [mail.subject[:6] for mail in talk.mails(WRITER)] == ["Dafydd", "Re: Wa"]


def test_somebody_typing_anothers_address_adds_nothing_the_writer_sees(talk: Talk) -> None:
    box = talk.advertise()
    key = talk.begin(box)

    assert talk.reply(box, AGAIN) is Outcome.CONFIRM

    assert talk.seen_by(key, WRITER) == [(HELLO, "queued")]
    assert talk.seen_by(key, REPLIER) == [(HELLO, "queued"), (AGAIN, "unconfirmed")]
    assert len(talk.mails(WRITER)) == 1


def test_a_known_browser_goes_straight_on(talk: Talk) -> None:
    box, other = talk.advertise(), talk.advertise(STRANGER, "Help with a harp")
    talk.begin(box)

    assert talk.reply(other, known=True) is Outcome.SENT
    assert [mail.kind for mail in talk.mails(STRANGER)] == ["new_message"]


def test_a_browser_speaks_for_nobody_but_its_own_person(talk: Talk) -> None:
    box, other = talk.advertise(), talk.advertise(STRANGER, "Help with a harp")
    talk.begin(box)

    assert talk.reply(other, email=WRITER, browser_of=REPLIER) is Outcome.CONFIRM
    assert talk.mails(STRANGER) == []


@pytest.mark.parametrize("email", [REPLIER, WRITER, STRANGER])
def test_the_answer_tells_nothing_about_an_address(talk: Talk, email: str) -> None:
    box = talk.advertise()
    talk.block(talk.begin(box, email=REPLIER), email=WRITER)

    assert talk.reply(box, AGAIN, email=email) is Outcome.CONFIRM
    assert talk.mails(email)[-1].kind == "confirm_message"


def test_ones_own_ad_is_refused_once_it_is_clear_who_one_is(talk: Talk) -> None:
    box = talk.advertise()
    talk.reply(box, email=WRITER)

    with pytest.raises(relay.OwnAd):
        talk.press(talk.mails(WRITER)[0].token)
    with pytest.raises(relay.OwnAd):
        talk.reply(box, email=WRITER, known=True)


def test_a_full_ad_takes_no_more_until_a_conversation_ends(talk: Talk) -> None:
    box = talk.advertise(capacity=1)
    key = talk.begin(box)
    talk.reply(box, email=STRANGER)
    assert not talk.is_full(box)

    talk.write(key, "Friday?", email=WRITER)

    assert talk.is_full(box)
    with pytest.raises(relay.AdFull):
        talk.reply(box, AGAIN, email="late@comer.example")
    link = talk.mails(STRANGER)[-1].token
    with pytest.raises(relay.NotTaking):
        talk.press(link)
    assert talk.reply(box, AGAIN, known=True) is Outcome.SENT  # whose place it is may go on

    talk.end(key, email=REPLIER)

    assert not talk.is_full(box)
    talk.press(link)
    assert [m.kind for m in talk.mails(WRITER)].count("new_message") == 3


def test_the_ad_closed_before_the_link_was_pressed(talk: Talk) -> None:
    box = talk.advertise()
    talk.reply(box)
    talk.close_ad(box)

    with pytest.raises(relay.TooLate):
        talk.press(talk.mails(REPLIER)[0].token)
    assert talk.mails(WRITER) == []
    with pytest.raises(AdGone):
        talk.reply(box)


def test_a_block_counts_for_every_other_ad_in_the_words_of_a_full_one(talk: Talk) -> None:
    box, other = talk.advertise(), talk.advertise(headline="Another of mine")
    key = talk.begin(box)
    talk.block(key, email=WRITER)
    sent = len(talk.mails(WRITER))

    talk.reply(other)
    with pytest.raises(relay.NotTaking) as blocked:
        talk.press(talk.mails(REPLIER)[-1].token)
    with pytest.raises(relay.NotTaking):
        talk.reply(other, known=True)

    assert blocked.value.sentence == relay.AdFull.sentence
    assert blocked.value.kind is relay.AdFull.kind
    assert len(talk.mails(WRITER)) == sent


def test_a_no_stands(talk: Talk) -> None:
    box = talk.advertise()
    talk.decline(talk.begin(box))

    with pytest.raises(relay.NotTaking):
        talk.reply(box, AGAIN, known=True)


def test_after_ones_own_goodbye_a_new_message_takes_the_thread_up_again(talk: Talk) -> None:
    box = talk.advertise()
    key = talk.begin(box)
    talk.write(key, "Friday?", email=WRITER)
    talk.end(key, email=REPLIER)

    assert talk.reply(box, AGAIN, known=True) is Outcome.SENT

    assert talk.threads() == 1
    assert talk.thread(key).state == "open"
    assert not talk.is_full(box)  # the place is taken when the writer answers again


def test_an_odd_message_waits_for_the_broker(talk: Talk) -> None:
    box = talk.advertise()
    assert talk.reply(box, held_reason="too quick") is Outcome.CONFIRM
    key = talk.press(talk.mails(REPLIER)[0].token)

    assert talk.thread(key).state == "held"
    assert talk.mails(WRITER) == []
    with pytest.raises(relay.ThreadUnknown):
        talk.seen_by(key, WRITER)
    with transaction() as session:
        assert [thread.key for thread in relay.held(session)] == [key]
        relay.release(session, key=key, now=talk.now, site=SITE)

    assert [mail.kind for mail in talk.mails(WRITER)] == ["new_message"]
    assert talk.thread(key).state == "open"


def test_what_the_broker_keeps_back_stays_unknown_to_the_writer(talk: Talk) -> None:
    box = talk.advertise()
    talk.reply(box, held_reason="honeypot")
    key = talk.press(talk.mails(REPLIER)[0].token)
    with transaction() as session:
        relay.remove_held(session, key=key, now=talk.now)

    assert talk.mails(WRITER) == []
    assert talk.lines(WRITER) == []
    assert talk.seen_by(key, REPLIER) == [(HELLO, "withheld")]
    assert talk.reply(box, known=True) is Outcome.HELD


def test_only_the_replier_can_confirm(talk: Talk) -> None:
    talk.reply(talk.advertise())
    (line,) = talk.lines(REPLIER)

    for email in (WRITER, STRANGER):
        with pytest.raises(relay.ThreadUnknown):
            talk.seen_by(line.key, email)
        with transaction() as session:
            person = people.meet(session, email=Address(email), now=talk.now)
            with pytest.raises(relay.ThreadUnknown):
                relay.confirm_thread(session, key=line.key, person=person, now=talk.now, site=SITE)
    assert talk.mails(WRITER) == []


@pytest.mark.parametrize(
    ("name", "text"), [("Dafydd", "Too short"), ("", HELLO), ("d@shop.example", HELLO)]
)
def test_bad_words_are_refused_below_the_form_too(talk: Talk, name: str, text: str) -> None:
    box = talk.advertise()

    with pytest.raises(relay.BadMessage):
        talk.reply(box, text, name=name)
    assert talk.mails() == []
