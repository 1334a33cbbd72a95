"""Saying no to mails, and letting one's own address pass: what each side gets, and the other."""

import pytest

from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from app.relay import service as relay
from app.relay.scrub import ADDRESS_REMOVED, ADDRESS_SHARED
from tests.oracle import assert_no_leak
from tests.relay.talk import HELLO, REPLIER, STRANGER, WRITER, Talk


@pytest.fixture
def key(talk: Talk) -> str:
    """A conversation whose first message has arrived."""
    key = talk.begin(talk.advertise())
    talk.send_mail()
    return key


# --- no more mails --------------------------------------------------------------------------------


def test_who_mutes_gets_no_mail_and_the_other_sees_nothing_of_it(talk: Talk, key: str) -> None:
    talk.mute(key, email=WRITER)
    talk.mute(key, email=WRITER)
    talk.write(key, "And another thing", email=REPLIER)

    assert talk.mails() == []
    assert talk.seen_by(key, WRITER)[-1] == ("And another thing", "sent")
    assert talk.seen_by(key, REPLIER)[-1] == ("And another thing", "sent")
    talk.write(key, "I answer on the page", email=WRITER)
    assert [mail.to for mail in talk.mails()] == [REPLIER]


def test_what_waits_stays_on_the_page_as_sent(talk: Talk, key: str) -> None:
    talk.write(key, "Still waiting to go", email=REPLIER)

    talk.mute(key, email=WRITER)

    assert talk.mails() == []
    assert talk.seen_by(key, REPLIER)[-1] == ("Still waiting to go", "sent")


def test_mails_come_again_from_the_next_message_on(talk: Talk, key: str) -> None:
    talk.mute(key, email=WRITER)
    talk.write(key, "Unheard", email=REPLIER)
    talk.unmute(key, email=WRITER)
    talk.unmute(key, email=WRITER)
    talk.write(key, "Heard", email=REPLIER)

    (mail,) = talk.mails(WRITER)
    assert "Heard" in mail.body
    assert "Unheard" not in mail.body


@pytest.mark.parametrize("closing", ["decline", "end"])
def test_who_mutes_is_not_told_of_the_end_either(talk: Talk, key: str, closing: str) -> None:
    talk.mute(key, email=REPLIER)

    talk.decline(key) if closing == "decline" else talk.end(key, email=WRITER)

    assert talk.mails() == []


def test_one_conversation_muted_leaves_the_others_alone(talk: Talk, key: str) -> None:
    other = talk.begin(talk.advertise(WRITER, "Another ad of mine"))
    talk.send_mail()
    talk.mute(key, email=WRITER)

    talk.write(other, "In the other one", email=REPLIER)

    assert [mail.to for mail in talk.mails()] == [WRITER]


def test_a_dead_mailbox_is_told_at_once_and_gets_no_mail(talk: Talk, key: str) -> None:
    with transaction() as session:
        person = people.find_person(session, Address(WRITER))
        assert person is not None
        person.undeliverable_at = talk.now

    talk.write(key, "Are you there?", email=REPLIER)
    talk.end(key, email=REPLIER)

    assert talk.mails() == []
    assert talk.seen_by(key, REPLIER)[-1] == ("Are you there?", "undeliverable")
    assert talk.seen_by(key, WRITER)[-1] == ("Are you there?", "undeliverable")


# --- one's own address ----------------------------------------------------------------------------


def test_an_address_passes_only_to_the_other_side_and_only_by_mail(talk: Talk, key: str) -> None:
    talk.share(key, email=REPLIER)
    talk.share(key, email=REPLIER)

    (told,) = talk.mails()
    assert (told.to, told.kind) == (WRITER, "shared")
    assert f"\n{REPLIER}\n" in told.body
    assert_no_leak(told.body, WRITER)
    assert talk.events(key) == [("replier", "shared")]


def test_while_shared_ones_own_address_passes_in_ones_own_messages(talk: Talk, key: str) -> None:
    talk.share(key, email=REPLIER)
    talk.write(key, f"Write to {REPLIER.upper()}, or {WRITER}, or {STRANGER}.", email=REPLIER)

    mail = talk.mails(WRITER)[-1]
    assert f"Write to {REPLIER}, or {ADDRESS_REMOVED}, or {ADDRESS_REMOVED}." in mail.body
    assert f"\n{REPLIER}\n" in mail.body
    assert_no_leak(mail.body, WRITER, STRANGER)
    kept = talk.thread(key).messages[-1]
    assert kept.text.startswith(f"Write to {ADDRESS_SHARED}, or {ADDRESS_REMOVED}")
    assert kept.addresses_removed == 2


def test_the_other_sides_address_stays_hidden_while_one_shares(talk: Talk, key: str) -> None:
    talk.share(key, email=REPLIER)
    talk.write(key, f"Is yours {REPLIER}? Mine is {WRITER}.", email=WRITER)

    mail = talk.mails(REPLIER)[-1]
    assert f"Is yours {ADDRESS_REMOVED}? Mine is {ADDRESS_REMOVED}." in mail.body
    assert "never shown" not in " ".join(mail.body.split())
    assert_no_leak(mail.body, WRITER, REPLIER)


@pytest.mark.parametrize(
    "worn", ["chandler.d at seafront dot example", "x.chandler.d@seafront.example"]
)
def test_only_the_address_as_it_is_passes(talk: Talk, key: str, worn: str) -> None:
    talk.share(key, email=REPLIER)
    talk.write(key, f"Write to {worn} then.", email=REPLIER)

    assert talk.thread(key).messages[-1].text == f"Write to {ADDRESS_REMOVED} then."


def test_taken_back_it_stands_in_no_later_mail(talk: Talk, key: str) -> None:
    talk.share(key, email=REPLIER)
    talk.unshare(key, email=REPLIER)
    talk.unshare(key, email=REPLIER)
    talk.write(key, f"It is {REPLIER}, {ADDRESS_SHARED}.", email=REPLIER)

    (mail,) = talk.mails()  # what was to tell the address has not gone either
    assert mail.kind == "new_message"
    assert f"It is {ADDRESS_REMOVED}, {ADDRESS_REMOVED}." in mail.body
    assert_no_leak(mail.raw, REPLIER)
    assert talk.events(key) == [("replier", "shared"), ("replier", "unshared")]


def test_who_once_shared_is_not_told_that_it_was_never_shown(talk: Talk, key: str) -> None:
    talk.share(key, email=REPLIER)
    talk.unshare(key, email=REPLIER)
    talk.write(key, "Thank you", email=WRITER)
    talk.decline(key)

    for mail in talk.mails(REPLIER):
        assert "never shown" not in " ".join(mail.body.split())


def test_an_address_told_to_somebody_muted_waits_for_their_next_mail(talk: Talk, key: str) -> None:
    talk.mute(key, email=WRITER)
    talk.share(key, email=REPLIER)
    assert talk.mails() == []
    talk.unmute(key, email=WRITER)
    talk.write(key, "Hello again", email=REPLIER)

    assert f"\n{REPLIER}\n" in talk.mails(WRITER)[-1].body


def test_a_conversation_that_is_over_shares_nothing(talk: Talk, key: str) -> None:
    waiting = talk.advertise(WRITER, "Another ad of mine")
    talk.reply(waiting)
    unconfirmed = next(line.key for line in talk.lines(REPLIER) if line.key != key)
    with pytest.raises(relay.NotYet):
        talk.share(unconfirmed, email=REPLIER)
    talk.end(key, email=WRITER)
    with pytest.raises(relay.ThreadClosed):
        talk.share(key, email=REPLIER)
    assert talk.events(key) == []


def test_erasing_takes_back_what_was_shared_and_wished(talk: Talk, key: str) -> None:
    talk.share(key, email=REPLIER)
    talk.mute(key, email=REPLIER)
    talk.share(key, email=WRITER)
    talk.write(key, f"I am {REPLIER}", email=REPLIER)
    talk.send_mail()

    talk.erase(REPLIER)

    thread = talk.thread(key)
    assert (thread.replier_shared_at, thread.replier_muted_at) == (None, None)
    assert talk.events(key) == [("writer", "shared")]
    assert [text for text, _ in talk.seen_by(key, WRITER)] == [HELLO, f"I am {ADDRESS_SHARED}"]
