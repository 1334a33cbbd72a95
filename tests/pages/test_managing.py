"""A writer's own ads: what may be done when, by whom, and what the clock does by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.board import AD, MESSAGE, Board, Browser
from tests.pages.look import boxes, dump, fields, main_of, rows, words

EMAIL = AD["email"]
DAY = timedelta(days=1)
ACTIONS = ("renew", "pause", "resume", "close")


@pytest.fixture
def writer(board: Board) -> Browser:
    return board.browser()


@pytest.fixture
def box(board: Board, writer: Browser) -> str:
    """The Box of a live ad, whose writer is signed in."""
    return board.publish(writer)


def is_seen(board: Board, box: str) -> bool:
    """Whether list, search, front page and sitemap show it: all of them, or none."""
    reader = board.browser()
    paths = ("/", "/ads", "/ads?q=shopkeeper", "/ads?sector=health", "/sitemap.xml")
    seen = [box in reader.get(path).text for path in paths]
    assert len(set(seen)) == 1, dict(zip(paths, seen, strict=True))
    return seen[0]


def act(browser: Browser, box: str, action: str) -> int:
    """Press that button on one's own page."""
    return browser.press("/mine", action=f"/ads/{box}/{action}").status_code


# --- whose it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["edit", *ACTIONS])
def test_another_s_ad_is_as_unknown_as_none(board: Board, box: str, action: str) -> None:
    other = board.browser()
    own = board.publish(
        other, email="somebody.else@letters.example", headline="A quiet word, please"
    )
    token = fields(other.get("/mine"), action=f"/ads/{own}/pause")["csrf_token"]
    before = dump(board.app)

    for wanted in (box, "ZZZZZZ", "nonsense"):
        answer = other.client.post(f"/ads/{wanted}/{action}", data=AD | {"csrf_token": token})
        assert answer.status_code == 404
        if action == "edit":
            assert other.get(f"/ads/{wanted}/edit").status_code == 404
    assert dump(board.app) == before


@pytest.mark.parametrize("action", ["edit", *ACTIONS])
def test_without_a_session_nothing_is_done(board: Board, box: str, action: str) -> None:
    stranger = board.browser()
    token = fields(stranger.get("/ads/new"))["csrf_token"]
    before = dump(board.app)

    answer = stranger.client.post(f"/ads/{box}/{action}", data=AD | {"csrf_token": token})

    assert answer.status_code == 403
    assert "Go to my ads and messages" in words(answer)
    assert dump(board.app) == before


def test_what_was_typed_survives_a_session_that_ended(
    board: Board, box: str, writer: Browser
) -> None:
    form = writer.get(f"/ads/{box}/edit")
    board.clock.shift(timedelta(hours=13))

    answer = writer.send(form, headline="Ward sister, a month on, seeks a shopkeeper")

    assert answer.status_code == 403
    assert "Everything you typed is kept on this page" in words(answer)
    board.sign_in(EMAIL, writer)
    again = writer.send(answer)
    if again.status_code == 400:  # the token is of the session before: asked once more
        again = writer.send(again)
    assert again.status_code == 303
    assert "a month on" in writer.get(f"/ads/{box}").text


@pytest.mark.parametrize("method", ["get", "head"])
def test_the_form_asks_who_is_there_and_comes_back(board: Board, box: str, method: str) -> None:
    answer = getattr(board.browser().client, method)(f"/ads/{box}/edit")

    assert answer.status_code == 303
    assert answer.location == f"/mine?next=/ads/{box}/edit"


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("worker", ["awake", "asleep"])
def test_after_sixty_days_it_is_gone_everywhere(board: Board, box: str, worker: str) -> None:
    page = board.browser().get(f"/ads/{box}")
    assert is_seen(board, box)
    board.clock.shift(60 * DAY - timedelta(minutes=2))
    assert is_seen(board, box)
    assert board.browser().get(f"/ads/{box}").status_code == 200
    page = board.browser().get(f"/ads/{box}")
    board.clock.shift(timedelta(minutes=2))
    if worker == "awake":
        board.work()

    assert not is_seen(board, box)
    gone = board.browser().get(f"/ads/{box}")
    assert gone.status_code == 410
    assert "No longer open" in words(gone)
    sent = board.browser().send(
        page, message=MESSAGE, name="Dafydd", email="d.rhys@letters.example"
    )
    assert sent.status_code == 410
    assert MESSAGE in words(sent)
    assert board.browser().get(f"/ads/{box}/report").status_code == 410
    assert rows(board.app, "SELECT count(*) FROM threads") == [(0,)]


def test_it_can_be_renewed_for_sixty_days_after(board: Board, box: str, writer: Browser) -> None:
    board.clock.shift(119 * DAY)
    board.sign_in(EMAIL, writer)
    assert "Renew for 60 days" in words(writer.get("/mine"))

    assert act(writer, box, "renew") == 303

    assert is_seen(board, box)
    board.clock.shift(60 * DAY)
    assert not is_seen(board, box)


def test_after_that_it_cannot(board: Board, box: str, writer: Browser) -> None:
    board.clock.shift(119.9 * DAY)
    board.sign_in(EMAIL, writer)
    page = writer.get("/mine")
    board.clock.shift(timedelta(hours=3))

    assert writer.send(page, action=f"/ads/{box}/renew").status_code == 409
    assert "Renew for 60 days" not in words(writer.get("/mine"))
    assert not is_seen(board, box)


def test_reminders_go_out_a_week_and_a_day_before_once_each(board: Board, box: str) -> None:
    board.clock.shift(51 * DAY)
    for _ in range(11):
        board.clock.shift(DAY)
        board.work()
        board.work()

    subjects = [str(mail["Subject"]) for mail in board.mails(EMAIL)[1:]]
    headline = AD["headline"]
    assert subjects == [f"Your ad ends in 7 days: {headline}", f"Your ad ends tomorrow: {headline}"]


def test_after_a_long_sleep_one_reminder_says_how_long_is_left(board: Board, box: str) -> None:
    board.clock.shift(56 * DAY)
    board.work()
    board.work()
    assert [str(m["Subject"])[:21] for m in board.mails(EMAIL)[1:]] == ["Your ad ends in 4 day"]

    board.clock.shift(3.5 * DAY)
    board.work()
    assert len(board.mails(EMAIL)) == 3
    board.clock.shift(5 * DAY)
    board.work()
    assert len(board.mails(EMAIL)) == 3


def test_an_ad_that_slept_past_both_reminders_gets_the_last_alone(board: Board, box: str) -> None:
    board.clock.shift(59.5 * DAY)
    board.work()
    board.work()

    assert [str(m["Subject"])[:20] for m in board.mails(EMAIL)[1:]] == ["Your ad ends tomorro"]


def test_a_renewed_ad_is_reminded_anew(board: Board, box: str, writer: Browser) -> None:
    board.clock.shift(53.5 * DAY)
    page = board.browser().press(board.link(EMAIL))
    assert page.status_code == 303
    assert page.location.startswith(f"/ads/{box}")
    board.clock.shift(50 * DAY)
    assert len(board.mails(EMAIL)) == 2
    board.clock.shift(4 * DAY)
    assert len(board.mails(EMAIL)) == 3


# --- the buttons ----------------------------------------------------------------------------------


def test_paused_is_off_everywhere_and_comes_back(board: Board, box: str, writer: Browser) -> None:
    assert act(writer, box, "pause") == 303
    board.work()
    assert not is_seen(board, box)
    assert board.browser().get(f"/ads/{box}").status_code == 410
    assert "nobody can find it" in words(writer.get("/mine"))

    assert act(writer, box, "resume") == 303
    assert is_seen(board, box)


def test_a_pause_stops_no_clock(board: Board, box: str, writer: Browser) -> None:
    act(writer, box, "pause")
    board.clock.shift(60 * DAY)
    board.sign_in(EMAIL, writer)

    assert "Ran out" in words(writer.get("/mine"))
    assert act(writer, box, "renew") == 303
    assert is_seen(board, box)


def test_closed_is_closed(board: Board, box: str, writer: Browser) -> None:
    page = writer.get("/mine")
    assert act(writer, box, "close") == 303

    assert not is_seen(board, box)
    assert board.browser().get(f"/ads/{box}").status_code == 410
    assert "1 closed ad" in words(writer.get("/mine"))
    for action in ("pause", "renew", "close"):
        assert writer.send(page, action=f"/ads/{box}/{action}").status_code == 409
    assert writer.get(f"/ads/{box}/edit").status_code == 409


def test_the_page_for_what_was_just_published_never_says_it_wrongly(
    board: Board, box: str, writer: Browser
) -> None:
    act(writer, box, "close")

    assert writer.get(f"/ads/{box}/published").location == "/mine#ads"


def test_buttons_are_for_post_only(board: Board, box: str, writer: Browser) -> None:
    before = dump(board.app)
    for action in ACTIONS:
        answer = writer.get(f"/ads/{box}/{action}")
        # A slug may follow the Box: to GET, these are slugs of the ad, which is only shown.
        assert answer.status_code in {200, 405}
    assert dump(board.app) == before


# --- editing --------------------------------------------------------------------------------------


def test_an_edit_is_on_the_board_and_in_the_search(board: Board, box: str, writer: Browser) -> None:
    form = writer.get(f"/ads/{box}/edit")
    for name, value in AD.items():
        if name != "email":
            assert fields(form)[name] == (value if isinstance(value, list) else [value]) or (
                name in {"place", "modes"}
            )
    assert "prydderch" not in form.text

    answer = writer.send(form, seeks="I’d like to learn dry stone walling from someone patient.")

    assert answer.status_code == 303
    assert "walling" in writer.get(answer.location).text
    board.work()
    assert boxes(writer.get("/ads?q=walling")) == [box]
    assert boxes(writer.get("/ads?q=fourteen")) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seeks": "Write to bob@example.org about walls, please"}, "bob@example.org"),
        ({"headline": ""}, "at least 5 characters"),
        ({"place": "Newport"}, "Choose yours below"),
        ({"modes": []}, "at least one way"),
    ],
)
def test_an_edit_is_held_to_the_same_rules(
    board: Board, box: str, writer: Browser, changes: dict[str, Any], named: str
) -> None:
    before = dump(board.app)
    page = writer.press(f"/ads/{box}/edit", **changes)

    assert page.status_code == 422
    assert named in words(page)
    assert page.text.count("What you change here is on the board") == 1
    assert dump(board.app) == before


def test_an_edit_cannot_make_two_of_one(board: Board, box: str, writer: Browser) -> None:
    other = board.publish(writer, headline="Another thing altogether, if you please")

    answer = writer.press(f"/ads/{other}/edit", headline=AD["headline"])

    assert answer.status_code == 409
    assert "already have another ad with these very words" in words(answer)
    assert AD["headline"] in words(answer)


def test_two_tabs_at_once_leave_one_whole_ad(board: Board, box: str, writer: Browser) -> None:
    first, second = writer.get(f"/ads/{box}/edit"), writer.get(f"/ads/{box}/edit")

    writer.send(first, headline="From the first tab", seeks_skills="rotas, tea")
    writer.send(second, headline="From the second tab", offers_skills="bandages")

    page = words(writer.get(f"/ads/{box}"))
    assert "From the second tab" in page
    assert "bandages" in page
    assert "rotas" not in page


def test_a_paused_ad_may_be_changed_and_stays_paused(
    board: Board, box: str, writer: Browser
) -> None:
    act(writer, box, "pause")
    answer = writer.press(f"/ads/{box}/edit", headline="Ward sister, wiser by a pause")

    assert answer.location == "/mine#ads"
    assert not is_seen(board, box)


# --- forgetting -----------------------------------------------------------------------------------


def test_what_nobody_confirmed_is_forgotten_after_three_days(board: Board) -> None:
    board.post_ad()
    board.clock.shift(timedelta(hours=71))
    board.work()
    assert rows(board.app, "SELECT count(*) FROM ads") == [(1,)]

    board.clock.shift(timedelta(hours=2))
    board.work()
    assert rows(board.app, "SELECT count(*) FROM ads") == [(0,)]
    board.clock.shift(timedelta(days=4))
    board.work()
    assert rows(board.app, "SELECT count(*) FROM people") == [(0,)]
    assert not any("prydderch" in line for line in dump(board.app))


@pytest.mark.parametrize("end", ["close", "run out", "run out paused"])
def test_what_ended_is_forgotten_after_twelve_months(
    board: Board, box: str, writer: Browser, end: str
) -> None:
    if end == "close":
        act(writer, box, "close")
    else:
        if end == "run out paused":
            act(writer, box, "pause")
        board.clock.shift(60 * DAY)
    board.clock.shift(364 * DAY)
    board.work()
    assert board.browser().get(f"/ads/{box}").status_code == 410

    board.clock.shift(2 * DAY)
    board.work()
    assert board.browser().get(f"/ads/{box}").status_code == 404
    assert not any("shopkeeper" in line for line in dump(board.app))


# --- sessions -------------------------------------------------------------------------------------


def test_a_session_ends_after_twelve_idle_hours(board: Board, box: str, writer: Browser) -> None:
    board.clock.shift(timedelta(hours=11, minutes=55))
    assert EMAIL in words(writer.get("/mine"))
    board.clock.shift(timedelta(hours=12, minutes=1))

    assert EMAIL not in words(writer.get("/mine"))
    assert writer.get(f"/ads/{box}/edit").status_code == 303


def test_a_session_ends_after_seven_days_however_busy(
    board: Board, box: str, writer: Browser
) -> None:
    for _ in range(16):
        board.clock.shift(timedelta(hours=10))
        assert EMAIL in words(writer.get("/mine"))
    board.clock.shift(timedelta(hours=9))

    assert EMAIL not in words(writer.get("/mine"))


def test_a_session_ends_in_the_database_too(
    board: Board, writer: Browser, box: str, make_app: Callable[..., Flask]
) -> None:
    cookie = writer.client.get_cookie("bothways")
    assert cookie is not None
    writer.press("/mine", action="/mine/sign-out")

    thief = board.browser()
    thief.client.set_cookie("bothways", cookie.value)

    assert EMAIL not in words(thief.get("/mine"))
    assert rows(board.app, "SELECT count(*) FROM browser_sessions") == [(0,)]


def test_full_is_shown_among_one_s_own(board: Board, box: str, writer: Browser) -> None:
    dafydd = board.browser()
    path = board.converse(box, dafydd)
    writer.press(path, message="Yes, with pleasure. Friday?")

    assert "full for now" in words(writer.get("/mine"))
    assert "full for now" in main_of(board.browser().get("/ads"))
