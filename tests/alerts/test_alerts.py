"""Alerts from the search to the mail: only what is new, each ad once, and an easy way out."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask

from app.core.clock import utcnow
from app.core.secret import Address
from app.db import transaction
from app.limits.rules import LIMITS
from app.people import service as people
from tests.alerts.saved import NIA, ONE_CLICK, alerts_of, ask, boxes_in, save, told, way_out
from tests.board import AD, Board
from tests.oracle import assert_no_leak
from tests.pages.look import field_errors, fields, rows, words
from tests.pages.shelf import WRITER, put

DAY = timedelta(days=1)


def the_mail(board: Board) -> EmailMessage:
    (mail,) = alerts_of(board)
    return mail


# --- saving ---------------------------------------------------------------------------------------


def test_a_search_saved_tells_what_comes_after_it(board: Board) -> None:
    put(board, headline="Bread that was here before")
    save(board, "/ads?q=bread")
    assert told(board) == []

    new = put(board, headline="Bread, from the starter up")
    put(board, headline="A clock that runs slow")

    assert told(board) == [[new]]
    mail = the_mail(board)
    assert mail["Subject"] == "New: Bread, from the starter up"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert_no_leak(mail.as_bytes(), AD["email"], WRITER)


def test_nothing_comes_before_the_link_is_pressed(board: Board) -> None:
    ask(board, "/ads?q=bread")
    put(board, headline="Bread, from the starter up")

    assert len(board.mails(NIA)) == 1
    path = board.link(NIA)
    page = board.browser().get(path)
    assert "Ads for “bread”" in words(page)
    assert told(board) == []
    assert board.browser().press(path).location == "/alerts"
    put(board, headline="Bread again")
    assert len(told(board)) == 1


def test_an_empty_search_can_be_saved(board: Board) -> None:
    put(board, headline="Teaching somebody to swim")
    save(board, "/ads?q=thatching+Aberystwyth&kind=seeks")
    put(board, headline="Teaching somebody to dance")
    box = put(board, headline="Thatching, reed and ridge")

    assert told(board) == [[box]]


def test_the_whole_search_counts(board: Board) -> None:
    save(board, "/ads?q=bread&place=Cardiff&within=10&kind=seeks&mode=phone&sector=health")
    fitting = {"headline": "Bread by phone", "place": "Cardiff", "modes": ("phone",)}
    wrong = ({"place": "Bangor"}, {"kind": "offers"}, {"sector": "law"}, {"modes": ("video",)})
    for number, other in enumerate(wrong):
        put(board, **(fitting | {"offers": f"Number {number}"} | other))
    box = put(board, **fitting)

    assert told(board) == [[box]]


def test_a_session_needs_no_second_proof(board: Board) -> None:
    nia = save(board, "/ads?q=bread")
    page = nia.get("/ads?q=butter")
    assert "email" not in fields(page, action="/alerts")

    answer = nia.send(page, action="/alerts", pace="at_once")

    assert (answer.status_code, answer.location) == (303, "/alerts")
    assert "Ads for “butter”" in words(nia.get("/alerts"))
    box = put(board, headline="Butter, churned by hand")
    assert told(board) == [[box]]


def test_a_session_proves_no_other_address(board: Board) -> None:
    nia = save(board, "/ads?q=bread")
    token = fields(nia.get("/ads"), action="/alerts")["csrf_token"]
    sent = {"csrf_token": token, "email": "mair@letters.example", "q": "butter", "pace": "at_once"}

    assert nia.client.post("/alerts", data=sent).location == "/alerts/sent"
    put(board, headline="Butter, churned by hand")

    assert len(board.mails("mair@letters.example")) == 1


@pytest.mark.parametrize("typed", ["", "nia", "nia@"])
def test_a_bad_address_is_asked_for_again_and_the_search_kept(board: Board, typed: str) -> None:
    page = board.browser().press("/ads?q=bread&sector=law", action="/alerts", email=typed)

    assert page.status_code == 422
    assert set(field_errors(page)) == {"email"}
    assert "Ads for “bread” (Law" in words(page)
    assert board.browser().send(page, email=NIA).location == "/alerts/sent"


def test_it_answers_the_same_to_everyone(board: Board) -> None:
    save(board, "/ads?q=bread")
    for email in (NIA, "stranger@letters.example"):
        ask(board, "/ads?q=bread", email=email)
    assert rows(board.app, "SELECT count(*) FROM alerts") == [(2,)]  # the same search once each


def test_nobodys_mailbox_can_be_filled(board: Board) -> None:
    for number in range(LIMITS["alert-address"].most):
        ask(board, f"/ads?q=bread+{number}")
    over = board.browser().press("/ads?q=more", action="/alerts", email=NIA)
    assert over.status_code == 429


def test_there_is_room_for_so_many(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.alerts.policy.MOST", 1)
    nia = save(board, "/ads?q=bread")
    full = nia.press("/ads?q=butter", action="/alerts")
    assert full.status_code == 409
    nia.press("/alerts", do="stop")
    assert "Stopped" in words(nia.get("/alerts"))
    assert nia.press("/ads?q=butter", action="/alerts").location == "/alerts"


# --- telling --------------------------------------------------------------------------------------


def test_each_ad_is_told_of_once(board: Board) -> None:
    save(board, "/ads?q=bread")
    writer = board.browser()
    box = board.publish(writer, headline="Bread, from the starter up")
    assert told(board) == [[box]]

    writer.press(f"/ads/{box}/edit", headline="Bread, with another headline")
    writer.press("/mine", action=f"/ads/{box}/pause")
    board.work()
    writer.press("/mine", action=f"/ads/{box}/resume")
    board.clock.shift(3 * DAY)
    board.sign_in(AD["email"], writer).press("/mine", action=f"/ads/{box}/renew")
    board.clock.shift(40 * DAY)

    assert told(board) == [[box]]


def test_a_daily_alert_gathers_a_day(board: Board) -> None:
    save(board, "/ads?q=bread", pace="daily")
    first = put(board, headline="Bread, from the starter up")
    second = put(board, headline="Bread and nothing else")
    assert told(board) == []

    board.clock.shift(DAY)
    assert told(board) == [[second, first]]
    third = put(board, headline="Bread once more")
    assert len(told(board)) == 1
    board.clock.shift(DAY)
    assert told(board) == [[second, first], [third]]
    assert alerts_of(board)[0]["Subject"] == "2 new ads, ‘Bread and nothing else’ among them"


def test_many_at_once_make_one_mail_that_counts_them(board: Board) -> None:
    save(board, "/ads?q=bread")
    for number in range(12):
        put(board, headline=f"Bread number {number}")

    assert [len(boxes) for boxes in told(board)] == [10]
    assert "And 2 more" in the_mail(board).get_content()
    assert len(told(board)) == 1  # those too count as told of


def test_what_has_ended_before_the_mail_is_not_in_it(board: Board) -> None:
    save(board, "/ads?q=bread", pace="daily")
    writer = board.browser()
    box = board.publish(writer, headline="Bread, from the starter up")
    writer.press("/mine", action=f"/ads/{box}/close")
    board.clock.shift(DAY)
    assert told(board) == []


def test_ones_own_ads_are_no_news(board: Board) -> None:
    save(board, "/ads?q=bread", email=WRITER)
    put(board, headline="Bread, from the starter up")
    assert told(board, WRITER) == []


def test_nothing_comes_from_somebody_who_is_blocked(board: Board) -> None:
    gwen, nia = board.browser(), board.browser()
    path = board.converse(board.publish(gwen), nia, email=NIA)
    nia.press(path, action="/block")
    nia.press("/ads?q=bread", action="/alerts", pace="at_once")

    board.publish(gwen, headline="Bread, from the starter up")
    other = board.publish(email="mair@members.example", headline="Bread by somebody else")

    assert told(board)[-1:] == [[other]]


def test_a_dead_mailbox_gets_no_more(board: Board) -> None:
    save(board, "/ads?q=bread")
    with board.app.app_context(), transaction() as session:
        person = people.find_person(session, Address(NIA))
        assert person is not None
        people.could_not_reach(person, now=utcnow())
    put(board, headline="Bread, from the starter up")
    assert told(board) == []


# --- stopping -------------------------------------------------------------------------------------


def test_one_click_stops_it_without_a_page(board: Board) -> None:
    save(board, "/ads?q=bread")
    put(board, headline="Bread, from the starter up")
    stranger = board.browser()
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = stranger.client.post(
            way_out(the_mail(board)), data=ONE_CLICK, content_type=content_type
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers

    put(board, headline="Bread once more")

    assert len(told(board)) == 1
    assert_no_leak(answer.data, NIA, WRITER)


def test_looking_changes_nothing(board: Board) -> None:
    save(board, "/ads?q=bread")
    put(board, headline="Bread, from the starter up")
    path = way_out(the_mail(board))
    before = rows(board.app, "SELECT * FROM alerts")
    for _ in range(3):
        page = board.browser().get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in page.headers
        assert board.browser().client.head(path).status_code == 200
    assert "Bread, from the starter up" in words(page)
    assert [row[:-1] for row in rows(board.app, "SELECT * FROM alerts")] == [
        row[:-1] for row in before
    ]  # but for when it looked itself


def test_a_stop_by_mistake_can_be_undone_for_a_month(board: Board) -> None:
    save(board, "/ads?q=bread")
    put(board, headline="Bread, from the starter up")
    path = way_out(the_mail(board))
    stranger = board.browser()
    stranger.client.post(path, data=ONE_CLICK)
    missed = put(board, headline="Bread nobody heard of")

    assert "Done: you hear" in words(stranger.press(path))
    again = put(board, headline="Bread once more")

    assert told(board)[1:] == [[again]]
    assert missed not in str(told(board))
    stranger.client.post(path, data={"do": "stop"})
    board.clock.shift(31 * DAY)
    board.work()
    assert stranger.get(path).status_code == 404
    assert rows(board.app, "SELECT * FROM alerts") == []


def test_the_link_shows_the_ads_and_changes_the_pace(board: Board) -> None:
    save(board, "/ads?q=bread&sector=health")
    put(board, headline="Bread, from the starter up")
    path = way_out(the_mail(board))
    stranger = board.browser()

    seen = stranger.press(path)
    assert (seen.status_code, seen.location) == (303, "/ads?q=bread&sector=health&sort=newest")
    slower = stranger.client.post(path, data={"do": "daily"})
    assert "at most one mail a day" in words(slower)
    put(board, headline="Bread once more")
    assert len(told(board)) == 1
    board.clock.shift(DAY)
    assert len(told(board)) == 2
    assert stranger.client.post(path, data={"do": "erase"}).status_code == 400


def test_a_link_works_for_its_own_purpose_alone(board: Board) -> None:
    save(board, "/ads?q=bread")
    put(board, headline="Bread, from the starter up")
    token = way_out(the_mail(board)).removeprefix("/l/alert-")
    stranger = board.browser()
    assert stranger.get(f"/l/{token}").status_code == 404
    assert stranger.get(f"/l/stop-{token}").status_code == 404
    assert stranger.get("/l/alert-nothing").status_code == 404


# --- a rest ---------------------------------------------------------------------------------------


def test_ninety_days_without_a_press_pause_it_and_say_so(board: Board) -> None:
    save(board, "/ads?q=bread")
    board.clock.shift(89 * DAY)
    first = put(board, headline="Bread, from the starter up")
    assert told(board) == [[first]]
    board.clock.shift(DAY)
    board.work()
    put(board, headline="Bread nobody heard of")

    mails = alerts_of(board)
    assert [boxes_in(mail) for mail in mails] == [[first], []]
    assert mails[1]["Subject"] == "Your alert takes a rest: Ads for “bread”"
    board.clock.shift(DAY)
    assert len(alerts_of(board)) == 2

    assert "Done" in words(board.browser().press(way_out(mails[1])))
    again = put(board, headline="Bread once more")
    assert told(board)[2:] == [[again]]


def test_a_press_keeps_it_awake(board: Board) -> None:
    save(board, "/ads?q=bread")
    board.clock.shift(80 * DAY)
    put(board, headline="Bread, from the starter up")
    board.browser().press(way_out(the_mail(board)))
    board.clock.shift(20 * DAY)
    assert len(alerts_of(board)) == 1


def test_a_rest_ends_in_being_forgotten(board: Board) -> None:
    save(board, "/ads?q=bread")
    board.clock.shift(90 * DAY)
    board.work()
    board.clock.shift(179 * DAY)
    board.work()
    assert rows(board.app, "SELECT count(*) FROM alerts") == [(1,)]
    board.clock.shift(DAY)
    board.work()
    assert rows(board.app, "SELECT count(*) FROM alerts") == [(0,)]


# --- mine -----------------------------------------------------------------------------------------


def test_ones_own_alerts_can_be_changed_and_nobody_elses(board: Board) -> None:
    nia = save(board, "/ads?q=bread", pace="daily")
    mair = save(board, "/ads?q=butter", email="mair@letters.example")
    page = nia.get("/alerts")
    assert "Ads for “bread” Once a day" in words(page)
    assert "butter" not in words(page)
    ((key,),) = rows(board.app, "SELECT key FROM alerts WHERE words LIKE '%bread%'")

    token = fields(mair.get("/alerts"))["csrf_token"]
    theirs = mair.client.post(f"/alerts/{key}", data={"csrf_token": token, "do": "stop"})
    assert theirs.status_code == 404
    assert nia.send(page, do="stop").status_code == 303
    assert "Stopped" in words(nia.get("/alerts"))


def test_asking_for_ones_alerts_leads_back_to_them(board: Board) -> None:
    save(board, "/ads?q=bread")
    nia = board.browser()
    asked = nia.get("/alerts")
    assert asked.location == "/mine?next=/alerts"
    nia.press(asked.location, email=NIA)
    assert nia.press(board.link(NIA)).location == "/alerts"


def test_erasing_oneself_erases_them(board: Board) -> None:
    nia = save(board, "/ads?q=breadquill")
    put(board, headline="Breadquill, from the starter up")
    assert len(told(board)) == 1

    nia.press("/mine", action="/mine/erase")
    put(board, headline="Breadquill once more")

    assert rows(board.app, "SELECT * FROM alerts") == []
    assert rows(board.app, "SELECT * FROM alerts_told") == []
    assert len(told(board)) == 1


def test_what_nobody_confirmed_is_forgotten_after_three_days(board: Board, app: Flask) -> None:
    ask(board, "/ads?q=bread")
    link = board.link(NIA)
    board.clock.shift(timedelta(hours=72))
    board.work()
    assert rows(app, "SELECT * FROM alerts") == []
    assert board.browser().get(link).status_code in {404, 410}
