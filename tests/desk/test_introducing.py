"""A broker puts two ads to each other: the form, its refusals, the list, taking it back."""

from datetime import timedelta
from typing import Any

import pytest

from tests.board import Board, Browser
from tests.desk.desk import BROKER, OTHER, broker
from tests.desk.introducing import (
    DESK,
    GWEN,
    IFAN,
    LINE,
    asked,
    listed,
    propose,
    proposed,
    says,
    subjects,
    two,
)
from tests.followups.waiting import advertise, write
from tests.oracle import assert_no_leak
from tests.pages.look import dump, field_errors, rows, words


def test_each_side_gets_the_line_and_the_other_ad_and_no_name(board: Board, rhian: Browser) -> None:
    first, second = two(board)

    answer = propose(rhian, first, second)

    assert (answer.status_code, answer.location) == (303, DESK)
    assert "Done: both writers are asked by mail" in words(rhian.get(DESK))
    (mail,) = board.mails(GWEN)
    text = mail.get_content()
    assert str(mail["Subject"]) == "Would you like to be introduced? Ward sister seeks a wheel"
    for said in (LINE, "Wheelwright seeks a calm voice", second, "Spokes, felloes", first):
        assert said in " ".join(text.split())
    assert f"/ads/{second}" in text
    (other,) = board.mails(IFAN)
    assert "Somebody to show me how a rota is made." in " ".join(other.get_content().split())
    for one, email in ((mail, IFAN), (other, GWEN)):
        assert_no_leak(one.as_bytes(), email)
        assert "Ifanwyn" not in one.as_string()
        assert "Gwenllian" not in one.as_string()
    assert asked(board, GWEN) != asked(board, IFAN)


def test_the_list_and_the_log_say_that_it_waits(board: Board, rhian: Browser) -> None:
    proposed(board, rhian)

    assert "waiting" in listed(board)
    assert LINE in listed(board)
    ((who, what, kind, subject),) = rows(
        board.app, "SELECT who, what, kind, subject FROM moderation_log"
    )
    assert (who, what, kind) == ("broker 1", "introduced", "pair")
    boxes = {str(box) for (box,) in rows(board.app, "SELECT box FROM ads")}
    assert set(str(subject).split("-")) == boxes
    assert "asked whether to be introduced Two ads" in words(rhian.get("/desk/log"))
    assert_no_leak(rhian.get(DESK).text, GWEN, IFAN)


def test_a_double_press_is_one_introduction(board: Board, rhian: Browser) -> None:
    first, second = two(board)
    page = rhian.get(DESK)
    typed = {"first": first.lower(), "second": second, "line": LINE}

    answers = [rhian.send(page, action=DESK, **typed).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert rows(board.app, "SELECT count(*) FROM introductions") == [(1,)]
    assert len(board.mails(GWEN)) == 1
    assert rows(board.app, "SELECT count(*) FROM moderation_log") == [(1,)]


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "at least 10 characters"),
        ("Too short", "at least 10 characters"),
        ("x" * 301, "it has 301 characters"),
        ("Write to gwen@members.example, both of you.", "Take out “gwen@members.example”"),
        ("Ring each other on 01970 555 012 today.", "Take out “01970 555 012”"),
        ("It all stands at www.chamber.org.uk.", "Take out “www.chamber.org.uk”"),
    ],
)
def test_a_line_that_won_t_do_is_said_beside_it(
    board: Board, rhian: Browser, line: str, said: str
) -> None:
    first, second = two(board)
    before = dump(board.app)

    page = propose(rhian, first, second, line)

    assert page.status_code == 422
    assert said in field_errors(page)["line"]
    assert f'value="{first}"' in page.text
    assert f'value="{second}"' in page.text
    assert line in page.text
    assert dump(board.app) == before


def close(board: Board, email: str, box: str, action: str) -> None:
    assert board.sign_in(email).press("/mine", action=f"/ads/{box}/{action}").status_code == 303


def fill(board: Board, box: str) -> None:
    """Somebody writes and is answered, so that there is no room for more."""
    key = write(board, box, "earlier@letters.example")
    board.sign_in(GWEN).press(f"/threads/{key}", message="With pleasure, on Thursday.")


@pytest.mark.parametrize(
    ("spoil", "field", "said"),
    [
        (lambda board, one, other: ("", other), "first", "no ad with this Box number"),
        (lambda board, one, other: ("ZZZZZZ", other), "first", "no ad with this Box number"),
        (lambda board, one, other: (one, one), "second", "the same ad twice"),
        (
            lambda board, one, other: (one, advertise(board, GWEN, headline="Another of Gwen’s")),
            "second",
            "The same person wrote both",
        ),
        (
            lambda board, one, other: close(board, GWEN, one, "close") or (one, other),
            "first",
            "isn’t on the board just now",
        ),
        (
            lambda board, one, other: close(board, GWEN, one, "pause") or (one, other),
            "first",
            "isn’t on the board just now",
        ),
        (lambda board, one, other: fill(board, one) or (one, other), "first", "full for now"),
    ],
    ids=["nothing", "unknown", "itself", "same person", "closed", "paused", "full"],
)
def test_a_box_that_won_t_do_is_said_beside_it(
    board: Board, rhian: Browser, spoil: Any, field: str, said: str
) -> None:
    first, second = spoil(board, *two(board))
    mails = len(board.mails())

    page = propose(rhian, first, second)

    assert page.status_code == 422
    assert said in field_errors(page)[field]
    assert set(field_errors(page)) == {field}
    assert LINE in page.text
    assert len(board.mails()) == mails


def test_whether_they_met_or_one_blocked_the_other_is_said_alike(
    board: Board, rhian: Browser
) -> None:
    said = []
    for block in (False, True):
        first = advertise(board, GWEN, headline=f"Ward sister, {block}", capacity=5)
        second = advertise(board, f"met{block}@letters.example", headline=f"Somebody, {block}")
        key = write(board, first, f"met{block}@letters.example")
        if block:
            board.sign_in(GWEN).press(f"/threads/{key}", action="/block")
        page = propose(rhian, first, second)
        assert page.status_code == 422
        said.append(words(page).partition("still here.")[2].partition("Introductions")[0])
    assert said[0] == said[1]
    assert "These two have met here, or would rather not." in said[0]


def test_two_ads_meet_once_whoever_comes_first(board: Board, rhian: Browser) -> None:
    first, second = two(board)
    propose(rhian, first, second)
    board.clock.shift(timedelta(days=15))
    board.work()

    again = board.sign_in(BROKER)
    page = propose(again, second, first, "Another line about the two of them.")

    assert page.status_code == 422
    assert "These two ads have been introduced before." in words(page)
    assert page.text.count("introduced before") == 1


def test_an_ad_takes_part_in_one_at_a_time_and_a_person_in_three_a_month(
    board: Board, rhian: Browser
) -> None:
    own = [advertise(board, GWEN, headline=f"Ward sister, number {n}") for n in range(4)]
    others = [
        advertise(board, f"other{n}@letters.example", headline=f"Somebody else, {n}")
        for n in range(5)
    ]
    assert propose(rhian, own[0], others[0]).status_code == 303
    again = propose(rhian, own[0], others[1])
    assert "waits for an answer already" in field_errors(again)["first"]
    backwards = propose(rhian, others[1], others[0])
    assert "waits for an answer already" in field_errors(backwards)["second"]
    for number in (1, 2):
        assert propose(rhian, others[number], own[number]).status_code == 303
    often = propose(rhian, others[3], own[3])
    assert "asked 3 times within a month" in field_errors(often)["second"]
    board.clock.shift(timedelta(days=31))
    assert propose(board.sign_in(BROKER), others[3], own[3]).status_code == 303


def test_an_ad_s_screen_leads_here_with_its_box(board: Board, rhian: Browser) -> None:
    first, _ = two(board)
    assert f'href="{DESK}?first={first}"' in rhian.get(f"/desk/ad/{first}").text
    assert f'value="{first}"' in rhian.get(f"{DESK}?first={first}").text
    assert f'href="{DESK}"' in rhian.get("/desk").text


# --- taking it back -------------------------------------------------------------------------------


def test_what_waits_can_be_withdrawn_and_only_the_links_say_so(
    board: Board, rhian: Browser
) -> None:
    gwen, ifan = proposed(board, rhian)
    says(board, gwen, "yes")
    page = rhian.get(DESK)

    answers = [rhian.send(page, action="/withdraw").status_code for _ in range(2)]

    assert answers == [303, 303]
    assert "withdrawn" in listed(board)
    for link in (gwen, ifan):
        shown = board.browser().get(link)
        assert shown.status_code == 410
        assert "This introduction is over" in words(shown)
    board.clock.shift(timedelta(days=15))
    assert len(subjects(board, GWEN)) == len(subjects(board, IFAN)) == 1
    whats = rows(board.app, "SELECT what FROM moderation_log ORDER BY id")
    assert whats == [("introduced",), ("withdrawn",)]


def test_what_came_about_or_is_over_can_not_be_withdrawn(board: Board, rhian: Browser) -> None:
    gwen, ifan = proposed(board, rhian)
    page = rhian.get(DESK)
    says(board, gwen, "yes")
    says(board, ifan, "yes")
    assert rhian.send(page, action="/withdraw").status_code == 409
    assert "both said yes" in listed(board)
    for odd in ("77", "", "x", "-1", "9" * 40, "٣"):
        assert rhian.send(page, action="/withdraw", number=odd).status_code == 404
        assert rhian.get(f"{DESK}?before={odd}").status_code == 200


def test_another_broker_may_withdraw_it(board: Board, rhian: Browser) -> None:
    proposed(board, rhian)
    owain = broker(board, OTHER)
    assert owain.press(DESK, action="/withdraw").status_code == 303
    assert rows(board.app, "SELECT who FROM moderation_log ORDER BY id")[-1] == ("broker 2",)
