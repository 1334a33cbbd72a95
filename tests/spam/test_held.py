"""What visitors see of it: held with a sentence, warned once, and nobody’s honest word lost."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.db import db
from app.relay.models import Message, Thread
from app.spam import policy
from app.spam.models import TextBand, TextGroup, TextSeen
from tests.board import AD, MESSAGE, Board
from tests.spam.texts_of import texts

LINKED = (
    "Dear Box, I make pots and would love to hear how you price yours. You can see them at "
    "hafodpots.wales before we talk."
)


def ads_of(board: Board) -> list[tuple[str, str, str]]:
    with board.app.app_context(), Session(db.engine) as session:
        rows = session.execute(sa.select(Ad.state, Ad.held_reason, Ad.text_group).order_by(Ad.id))
        return [(state, reason, group) for state, reason, group in rows]


def count(board: Board, table: type) -> int:
    with board.app.app_context(), Session(db.engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_an_ad_that_reads_like_spam_waits_for_a_broker_and_its_writer_is_told(board: Board) -> None:
    browser = board.browser()
    sold = "I teach you to double your money with crypto, guaranteed daily profit, no risk."
    board.post_ad(browser, offers=sold)

    page = browser.client.get(browser.press(board.link(AD["email"])).location)

    assert ads_of(board)[0][:2] == ("held", policy.TALK)
    assert "Waiting for our broker to look at it" in page.text
    assert "by mail" in page.text.split("Waiting for our broker to look at it")[1][:300]


def test_nearly_the_same_ad_from_many_addresses_is_held_as_one_group(board: Board) -> None:
    for number in range(policy.PEOPLE_MOST + 2):
        email = f"person{number}@members.example"
        board.post_ad(email=email, headline=f"Number {number} seeks a shopkeeper’s eye")
        board.browser().press(board.link(email))

    found = ads_of(board)

    assert [state for state, _, _ in found] == ["live"] * policy.PEOPLE_MOST + ["held"] * 2
    assert {reason for _, reason, _ in found} == {"", policy.SAME_WORDS}
    assert len({group for _, _, group in found}) == 1
    assert found[0][2] != ""


def test_a_double_press_is_no_copy(board: Board) -> None:
    for _ in range(policy.TIMES_MOST):
        board.post_ad()
        board.clock.shift(timedelta(minutes=1))

    assert [reason for _, reason, _ in ads_of(board)] == [""]
    assert count(board, TextSeen) == 1


def test_a_message_with_a_link_is_asked_about_once_and_then_passes_with_a_note(
    board: Board,
) -> None:
    box = board.publish()
    browser = board.browser()

    asked = board.reply(box, browser, message=LINKED)
    assert asked.status_code == 200
    assert "Send it all the same" in asked.text
    assert "hafodpots.wales" in asked.text
    assert count(board, Message) == 0
    assert browser.send(asked).status_code == 303
    thread = browser.press(board.link("dafydd.rhys@letters.example")).location

    mail = board.mails(AD["email"])[-1].get_content()
    assert "hafodpots.wales" in mail
    assert "There is no hurry" in " ".join(mail.split())
    writer = board.sign_in(AD["email"])
    assert "There’s no hurry" in writer.get(thread).text
    assert "There’s no hurry" not in browser.get(thread).text


def test_what_was_typed_can_still_be_changed(board: Board) -> None:
    box = board.publish()
    browser = board.browser()
    asked = board.reply(box, browser, message=LINKED)

    form = browser.send(asked, sure="change")

    assert form.status_code == 200
    assert "hafodpots.wales" in form.text
    assert browser.send(form, message=MESSAGE).status_code == 303


def test_a_message_without_any_passes_without_a_word(board: Board) -> None:
    box = board.publish()
    board.converse(box)

    mail = " ".join(board.mails(AD["email"])[-1].get_content().split())

    assert "There is no hurry" not in mail


def test_a_message_that_reads_like_spam_is_held_not_lost(board: Board) -> None:
    box = board.publish()
    browser = board.browser()
    asked = board.reply(box, browser, message=texts("spam_tuned")[0])
    assert browser.send(asked).status_code == 303

    page = browser.client.get(browser.press(board.link("dafydd.rhys@letters.example")).location)

    assert "Our broker looks at your message before it goes on" in page.text
    with board.app.app_context(), Session(db.engine) as session:
        thread = session.scalars(sa.select(Thread)).one()
        assert (thread.state, thread.held_reason) == ("held", policy.TALK)
        assert thread.spam_score > 0.5


def test_an_ad_changed_into_spam_leaves_the_board(board: Board) -> None:
    writer = board.browser()
    box = board.publish(writer)

    writer.press(f"/ads/{box}/edit", offers="Double your bitcoin with guaranteed daily profits.")

    assert ads_of(board)[0][:2] == ("held", policy.TALK)
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 410


def test_what_is_known_of_texts_is_forgotten_in_time_and_holds_no_words(board: Board) -> None:
    board.publish()
    assert count(board, TextGroup) == 1
    assert count(board, TextBand) > 0
    with board.app.app_context(), Session(db.engine) as session:
        group = session.scalars(sa.select(TextGroup)).one()
        assert b"shopkeeper" not in group.sketch

    board.clock.shift(policy.TEXTS_KEPT + timedelta(hours=1))
    board.work()

    assert [count(board, table) for table in (TextGroup, TextBand, TextSeen)] == [0, 0, 0]


def test_who_is_erased_leaves_nothing_of_it(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)

    browser.press("/mine", action="/mine/erase")

    assert count(board, TextSeen) == 0
