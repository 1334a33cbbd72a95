"""An answer by mail: passed on, held until its owner says so, or said why not."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from app.core.secret import Address
from app.db import transaction
from app.limits import service as limits
from app.limits.rules import LIMITS
from app.mail.bounce_address import bounce_address
from app.mail.models import OutboxMail
from app.people import service as people
from app.relay import accepting
from app.relay import service as relay
from app.relay.policy import TEXT_MOST
from tests.oracle import assert_no_leak
from tests.relay.mailin.post import DOMAIN, RELAY, Post
from tests.relay.talk import HELLO, REPLIER, STRANGER, WRITER

FORGED = "mx.board.example; dmarc=fail header.from=seafront.example; spf=fail"
NOTHING = [(250, "2.0.0 Taken")]


def texts(post: Post, email: str = WRITER) -> list[str]:
    """What that side can read of the other, and of itself."""
    return [text for text, _ in post.talk.seen_by(post.key, email)]


def kinds(post: Post, email: str) -> list[str]:
    return [mail.kind for mail in post.talk.mails(email)]


def notices(post: Post, email: str = REPLIER) -> list[str]:
    """Bodies of the mails that say what was not passed on, in one line each."""
    found = [mail for mail in post.talk.mails(email) if mail.kind == "not_passed_on"]
    return [" ".join(mail.body.split()) for mail in found]


# --- passed on ------------------------------------------------------------------------------------


def test_an_answer_by_mail_reaches_the_other_side(post: Post) -> None:
    assert post.answer("Friday it is.\n\nUntil then,\nDafydd") == NOTHING
    assert post.work() == 1

    assert post.outcomes() == ["relayed"]
    assert texts(post)[-1] == "Friday it is.\n\nUntil then,\nDafydd"
    mail = post.talk.mails(WRITER)[-1]
    assert "\n\nFriday it is.\n" in mail.body
    assert_no_leak(mail.raw, REPLIER)


def test_both_answer_each_other_on_and_on(post: Post) -> None:
    for turn in range(3):
        for by in (WRITER, REPLIER):
            post.answer(f"Word {turn} of {by[:3]}", by=by)
            post.work()
    assert texts(post)[2:] == [f"Word {n} of {who}" for n in range(3) for who in ("g.p", "cha")]
    assert post.outcomes() == ["relayed"] * 6


def test_what_came_by_mail_is_a_message_like_any_other(post: Post) -> None:
    post.answer("Friday it is.")
    post.work()
    message = post.talk.thread(post.key).messages[-1]
    assert (message.by_mail, message.files, message.state) == (True, 0, "queued")


def test_a_mail_leaves_no_bytes_once_it_was_dealt_with(post: Post) -> None:
    post.answer("Friday it is.")
    post.work()
    (row,) = post.rows()
    assert (row.raw, row.state, row.lease) == (b"", "done", None)


def test_addresses_in_it_are_taken_out(post: Post) -> None:
    post.answer(f"Write to me at {REPLIER} or {WRITER} or ring 01239 123456.")
    post.work()
    assert_no_leak(texts(post)[-1], REPLIER, WRITER)
    assert "01239 123456" in texts(post)[-1]


def test_the_quoted_mail_does_not_come_back(post: Post) -> None:
    quoted = "\n".join(f"> {line}" for line in post.talk.mails(REPLIER)[-1].body.splitlines())
    intro = "On Mon, 2 Mar 2026 at 12:00, Anwen via Bothways <x@reply.board.example> wrote:"
    post.answer(f"Friday it is.\n\n{intro}\n{quoted}\n")
    post.work()
    assert texts(post)[-1] == "Friday it is."


def test_the_same_words_on_the_page_and_by_mail_are_one_message(post: Post) -> None:
    post.talk.write(post.key, "Friday it is.", email=REPLIER)
    post.answer("Friday it is.")
    post.work()
    assert texts(post).count("Friday it is.") == 1


def test_the_first_answer_of_the_writer_takes_a_place_by_mail_too(post: Post) -> None:
    box = post.talk.advertise(headline="Weaver seeks a carpenter")
    post.key = post.talk.begin(box, email=STRANGER)
    assert not post.talk.is_full(box)
    post.answer("With pleasure.", by=WRITER)
    post.work()
    assert post.talk.is_full(box)


def test_an_answer_to_the_return_path_counts_as_well(post: Post) -> None:
    post.talk.send_mail()
    with transaction() as session:
        query = select(OutboxMail.id).where(OutboxMail.kind == "new_message")
        newest = session.scalars(query.order_by(OutboxMail.id.desc())).first()
    assert newest is not None
    post.bring(post.mail("Friday it is."), bounce_address(RELAY.signer, newest, post.now()))
    post.work()
    assert texts(post)[-1] == "Friday it is."


# --- was this you? --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"checked": FORGED},
        {"checked": "elsewhere.example; dmarc=pass header.from=seafront.example"},
        {"From": STRANGER},
        {"From": f"{REPLIER}, {STRANGER}"},
        {"From": "nobody at all"},
        {"Sender": STRANGER, "checked": "mx.board.example; dkim=pass header.d=elsewhere.example"},
    ],
    ids=["forged", "not our server", "another mailbox", "two senders", "no sender", "not aligned"],
)
def test_what_can_not_be_proved_is_held_and_its_owner_asked(
    post: Post, changes: dict[str, str]
) -> None:
    post.answer("Send money to my new account.", **changes)
    post.work()

    assert post.outcomes() == ["held"]
    assert "Send money" not in " ".join(texts(post))
    assert kinds(post, WRITER).count("new_message") == 1  # the first, none since
    asked = post.talk.mails(REPLIER)[-1]
    assert asked.kind == "was_this_you"
    assert "Send money to my new account." in asked.body
    assert post.talk.mails(STRANGER) == []
    assert post.tallies()["held"] == 1


def send_mine(post: Post, token: str, *texts: str) -> None:
    """Press the link, with the messages of these texts chosen."""
    with transaction() as session:
        person = people.find_person(session, Address(REPLIER))
        assert person is not None
        _, waiting = relay.waiting(session, key=post.key, person=person)
        chosen = {message.id for message in waiting if message.text in texts}
        people.use_link(session, token, now=post.now())
        relay.send_waiting(
            session, key=post.key, person=person, chosen=chosen, now=post.now(), site=RELAY
        )


def test_its_owner_says_yes_and_it_goes_on(post: Post) -> None:
    post.answer("From my phone.", checked=FORGED)
    post.work()
    send_mine(post, post.talk.mails(REPLIER)[-1].token, "From my phone.")
    assert texts(post)[-1] == "From my phone."
    assert "From my phone." in post.talk.mails(WRITER)[-1].body


def test_of_several_only_what_was_chosen_goes_on(post: Post) -> None:
    for text in ("From my phone.", "Send money.", "From my phone too."):
        post.answer(text, checked=FORGED)
    post.work()
    send_mine(post, post.talk.mails(REPLIER)[-1].token, "From my phone.", "From my phone too.")
    assert texts(post)[-2:] == ["From my phone.", "From my phone too."]
    post.talk.later(hours=73)
    post.talk.purge()
    assert "Send money." not in post.talk.messages()


def test_one_asks_once_an_hour_while_nobody_answers(post: Post) -> None:
    for number in range(5):
        post.answer(f"Forgery {number}", checked=FORGED)
    post.work()
    assert kinds(post, REPLIER).count("was_this_you") == 1
    post.talk.later(minutes=61)
    post.answer("Forgery 6", checked=FORGED)
    post.work()
    assert kinds(post, REPLIER).count("was_this_you") == 2


def test_what_comes_after_a_yes_is_asked_about_at_once(post: Post) -> None:
    post.answer("From my phone.", checked=FORGED)
    post.work()
    send_mine(post, post.talk.mails(REPLIER)[-1].token, "From my phone.")
    post.answer("Once more.", checked=FORGED)
    post.work()
    assert kinds(post, REPLIER).count("was_this_you") == 2


def test_nothing_held_goes_out_with_what_its_owner_writes_later(post: Post) -> None:
    post.answer("Send money.", checked=FORGED)
    post.work()
    post.answer("Friday it is.")
    post.work()
    post.talk.write(post.key, "And bring cake.", email=REPLIER)
    post.talk.reply(post.box, "A longer word on your ad's own page, forty letters.", known=True)
    assert "Send money." not in texts(post)


def test_the_same_words_proved_later_are_no_longer_held(post: Post) -> None:
    post.answer("Friday it is.", checked=FORGED)
    post.work()
    post.answer("Friday it is.")
    post.work()
    assert texts(post).count("Friday it is.") == 1
    with pytest.raises(relay.NothingWaits):
        send_mine(post, post.talk.mails(REPLIER)[-1].token, "Friday it is.")


def test_a_muted_side_is_not_asked(post: Post) -> None:
    alias = post.alias(REPLIER)
    post.talk.mute(post.key, email=REPLIER)
    before = len(post.talk.mails(REPLIER))
    post.bring(post.mail("Send money.", checked=FORGED), alias)
    post.bring(post.mail("   "), alias)
    post.work()
    assert len(post.talk.mails(REPLIER)) == before


def test_who_has_not_been_answered_writes_twelve_an_hour(post: Post) -> None:
    post.talk.later(hours=1)
    box = post.talk.advertise(
        "third.writer@hill.example", headline="Another ad, whose writer waits"
    )
    post.key = post.talk.begin(box)
    post.talk.reply(box, "Here is a second thought about it, before you answer.", known=True)
    alias = post.alias_in(post.key)
    for number in range(14):
        post.bring(post.mail(f"Word {number}"), alias)
    post.work()
    assert post.outcomes() == ["relayed"] * 12 + ["held"] * 2
    post.talk.later(hours=1)
    post.bring(post.mail("An hour later"), alias)
    post.work()
    assert post.outcomes()[-1] == "relayed"


@pytest.mark.parametrize("by", [REPLIER, WRITER])
def test_between_two_who_have_talked_nobody_is_limited(post: Post, by: str) -> None:
    for number in range(30):
        post.answer(f"Word {number}", by=by)
    post.work()
    assert post.outcomes() == ["relayed"] * 30


def test_a_machine_that_says_the_same_again_and_again_is_held(post: Post) -> None:
    post.talk.later(minutes=1)
    for _ in range(14):
        post.answer("Thank you for your mail. I shall be back on Monday.")
        post.talk.later(minutes=3)
    post.work()
    assert post.outcomes() == ["relayed"] * 12 + ["held"] * 2


def test_two_machines_in_a_circle_are_stopped_at_last(post: Post) -> None:
    sign = RELAY.signer.sign("mail-circle", post.key)
    with transaction() as session:
        for _ in range(LIMITS["mail-circle"].most):
            limits.count(session, rule="mail-circle", key=sign, now=post.talk.now)
    post.answer("Ping number 4711")
    post.work()
    assert post.outcomes() == ["held"]


# --- machines -------------------------------------------------------------------------------------


def test_an_automatic_answer_is_only_mentioned(post: Post) -> None:
    for number in range(3):
        post.answer(f"I am away until {number} April.", Auto_Submitted="auto-replied")
    post.work()
    assert post.outcomes() == ["automatic"] * 3
    assert post.talk.events(post.key) == [("replier", "automatic")]
    assert len(texts(post)) == 2
    assert notices(post) == []


def test_what_comes_from_nobody_was_written_by_no_person(post: Post) -> None:
    post.bring(post.mail("I am away."), post.alias(REPLIER), sender="")
    post.work()
    assert post.outcomes() == ["automatic"]


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Id": "<x.lists.example>"}, "bulk"),
        ({"From": f"x@{DOMAIN}"}, "loop"),
        ({"From": RELAY.mail_from}, "loop"),
    ],
    ids=["bulk", "list", "our domain", "our sender"],
)
def test_circles_and_heaps_end_here(post: Post, headers: dict[str, str], outcome: str) -> None:
    post.answer("Great offers!", **headers)
    post.work()
    assert post.outcomes() == [outcome]
    assert len(texts(post)) == 2
    assert notices(post) == []


def test_our_own_mark_ends_a_circle_and_a_strangers_does_not(post: Post) -> None:
    post.answer("Round and round", X_Board_Loop=RELAY.signer.sign("loop", post.key))
    post.answer("Straight on", X_Board_Loop=RELAY.signer.sign("loop", "another"))
    post.work()
    assert post.outcomes() == ["loop", "relayed"]


def test_too_many_servers_on_the_way_are_a_circle(post: Post) -> None:
    raw = b"Received: from a by b; Mon, 2 Mar 2026 12:00:00 +0000\r\n" * 25 + post.mail("Hello")
    post.bring(raw, post.alias(REPLIER))
    post.work()
    assert post.outcomes() == ["loop"]


# --- what is not passed on, and who is told -------------------------------------------------------


def closed_meanwhile(post: Post) -> str:
    post.answer("Friday it is.")
    post.talk.end(post.key, email=WRITER)
    return "has ended"


def blocked_meanwhile(post: Post) -> str:
    post.answer("Friday it is.")
    post.talk.block(post.key, email=WRITER)
    return "has ended"


def empty(post: Post) -> str:
    post.answer("\n\n> Would Friday do?\n")
    return "had no words of your own"


def too_long(post: Post) -> str:
    post.answer("word " * (TEXT_MOST // 5) + "and more")
    return f"longer than {TEXT_MOST} characters"


@pytest.mark.parametrize("how", [closed_meanwhile, blocked_meanwhile, empty, too_long])
def test_its_sender_is_told_why_it_was_not_passed_on(
    post: Post, how: Callable[[Post], str]
) -> None:
    why = how(post)
    post.work()
    assert set(texts(post)) <= {HELLO, "Would Friday do?"}
    (notice,) = notices(post)
    assert why in notice
    assert "block" not in notice
    assert "/l/" in notice
    assert post.tallies()["refused"] == 1


def test_only_the_stored_address_is_told(post: Post) -> None:
    post.answer("", From=STRANGER, checked=FORGED)
    post.work()
    assert len(notices(post)) == 1
    assert post.talk.mails(STRANGER) == []


def test_one_is_told_once_an_hour(post: Post) -> None:
    for _ in range(4):
        empty(post)
    post.work()
    assert len(notices(post)) == 1
    post.talk.later(hours=1)
    too_long(post)
    post.work()
    assert len(notices(post)) == 2


def test_the_other_side_hears_nothing_of_it(post: Post) -> None:
    before = len(post.talk.mails(WRITER))
    empty(post)
    too_long(post)
    post.answer("x", checked=FORGED)
    post.work()
    assert len(post.talk.mails(WRITER)) == before


def with_file(post: Post, text: str) -> bytes:
    """A mail with a picture attached."""
    mail = message_from_bytes(post.mail(text), policy=policy.default)
    mail.add_attachment(b"x" * 100, maintype="image", subtype="png", filename="shop.png")  # type: ignore[attr-defined]
    return mail.as_bytes(policy=policy.SMTP)


def test_attachments_stay_here_and_their_sender_is_told_once(post: Post) -> None:
    for day in ("Friday", "Saturday"):
        post.bring(with_file(post, f"The shop on {day}."), post.alias(REPLIER), sender=REPLIER)
        post.talk.later(hours=2)
    post.work()
    assert post.outcomes() == ["relayed"] * 2
    assert [m.files for m in post.talk.thread(post.key).messages[-2:]] == [1, 1]
    (notice,) = notices(post)
    assert "has been passed on. What was attached to it has not" in notice
    assert "png" not in str(post.talk.mails(WRITER)[-1].raw)


# --- what the postmaster gets ---------------------------------------------------------------------

BROKER = "broker@chamber.example"


def test_what_is_written_to_the_board_itself_reaches_the_broker(post: Post) -> None:
    raw = post.mail(f"Your mails are in our spam. Ask {STRANGER}.", by=STRANGER, checked=FORGED)
    post.bring(raw, "postmaster", "abuse")
    post.work()
    first, second = post.talk.mails(BROKER)
    assert (first.subject, second.subject) == (
        "Somebody wrote to postmaster",
        "Somebody wrote to abuse",
    )
    assert "Your mails are in our spam." in first.body
    assert_no_leak(first.raw, STRANGER)


def test_the_broker_gets_twenty_a_day_and_no_machines(post: Post) -> None:
    post.bring(post.mail("I am away.", Auto_Submitted="auto-replied"), "abuse")
    post.bring(post.mail("I am away.", From=f"you@{DOMAIN}"), "abuse")
    for number in range(22):
        post.bring(post.mail(f"Complaint {number}"), "abuse")
    post.work()
    assert len(post.talk.mails(BROKER)) == 20
    assert post.outcomes()[:2] == ["automatic", "loop"]


# --- keeping --------------------------------------------------------------------------------------


def test_what_was_dealt_with_is_forgotten_after_a_week_and_nothing_else(post: Post) -> None:
    post.answer("Friday it is.")
    post.work()
    post.answer("And bring cake.")
    post.talk.later(days=6, hours=23)
    for rows in (2, 1):
        with transaction() as session:
            accepting.purge(session, now=post.now())
        assert len(post.rows()) == rows
        post.talk.now += timedelta(hours=2)
    assert post.rows()[0].state == "new"
    post.work()
    assert texts(post)[-1] == "And bring cake."


def test_an_erased_persons_mails_go_with_them(post: Post) -> None:
    post.answer("Friday it is.")
    post.work()
    post.answer("And bring cake.")
    post.answer("Come to the harbour.", by=WRITER)
    post.talk.erase(REPLIER)
    assert post.rows() == []
    assert post.work() == 0
