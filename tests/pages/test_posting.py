"""Posting an ad: every rule at its field, nothing typed is lost, one ad however often pressed."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.board import AD, Board, Browser
from tests.pages.look import dump, field_errors, fields, main_of, rows, words
from tests.pages.shelf import stop_clock

EMAIL = AD["email"]
QUICK = timedelta(seconds=1)


def refused(board: Board, **changes: Any) -> TestResponse:
    """The answer to an ad with these changes, which must be a refusal that loses nothing."""
    page = board.browser().press("/ads/new", **(AD | changes))
    assert page.status_code == 422
    kept = fields(page)
    for name, value in (AD | changes).items():
        if name in changes and name in {"kind", "sector", "modes", "rhythm", "language"}:
            continue  # nobody types into these: what is no choice of the page is no loss
        typed = value if isinstance(value, list) else [value]
        assert [v for v in kept.get(name, []) if v] == [v for v in typed if v], name
    return page


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"kind": "sells"}, "kind", "Choose whether your ad leads with seeking or offering"),
        ({"headline": "Help"}, "headline", "at least 5 characters"),
        ({"headline": "x" * 101}, "headline", "it has 101 characters, and there is room for 100"),
        ({"headline": "Maths =?utf-8?q?x?="}, "headline", "=?"),
        ({"seeks": "A mentor"}, "seeks", "what you’d like to learn or ask"),
        ({"seeks": "x" * 501}, "seeks", "room for 500"),
        ({"offers": ""}, "offers", "Say what you could give back"),
        ({"kind": "offers", "seeks": ""}, "seeks", "Say what you’d like in return"),
        ({"kind": "offers", "offers": "Maths"}, "offers", "what you could show somebody"),
        ({"offers": "x" * 501}, "offers", "room for 500"),
        ({"seeks_skills": "a1,b2,c3,d4,e5,f6,g7,h8,i9"}, "seeks_skills", "at most 8 skills"),
        ({"offers_skills": "a1,b2,c3,d4,e5,f6,g7,h8,i9"}, "offers_skills", "you have 9"),
        ({"about": "x" * 401}, "about", "room for 400"),
        ({"sector": ""}, "sector", "Choose the sector nearest to yours"),
        ({"sector": "sorcery"}, "sector", "Choose the sector nearest to yours"),
        ({"sectors_wanted": "some"}, "sectors_wanted", "Tick at least one sector"),
        ({"modes": []}, "modes", "Tick at least one way to meet"),
        ({"modes": ["phone", "pigeon"]}, "modes", "Tick at least one way to meet"),
        ({"place": ""}, "place", "Name your town or village"),
        ({"place": "Aberystwith"}, "place", "Did you mean Aberystwyth"),
        ({"place": "Qqxzzy Parva"}, "place", "Try the nearest larger one"),
        ({"rhythm": "hourly"}, "rhythm", "Choose how often"),
        ({"capacity": "0"}, "capacity", "from 1 to 20"),
        ({"capacity": "21"}, "capacity", "from 1 to 20"),
        ({"capacity": "-1"}, "capacity", "from 1 to 20"),
        ({"capacity": "two"}, "capacity", "from 1 to 20"),
        ({"capacity": "9" * 5000}, "capacity", "from 1 to 20"),
        ({"language": "tlh"}, "language", "Choose the language"),
        ({"name": ""}, "name", "Write a name"),
        ({"name": "x" * 41}, "name", "room for 40"),
        ({"name": "=?x?="}, "name", "=?"),
        ({"email": ""}, "email", "Type your email address"),
        ({"email": "gwen"}, "email", "has an @ in it"),
        ({"email": "gwen@nowhere"}, "email", "Type the whole address"),
        ({"email": "gŵen@members.example"}, "email", "Type the whole address"),
        ({"email": "a@members.example, b@members.example"}, "email", "Type the whole address"),
        ({"email": "x" * 65 + "@members.example"}, "email", "Type the whole address"),
    ],
)
def test_each_rule_speaks_at_its_field(
    board: Board, changes: dict[str, Any], field: str, sentence: str
) -> None:
    page = refused(board, **changes)

    assert list(field_errors(page)) == [field]
    assert sentence in field_errors(page)[field]
    summary = main_of(page).partition('class="errors"')[2].partition("</div>")[0]
    assert "One thing to put right" in summary
    assert re.search(rf'href="#{field}(-0)?"', summary)
    assert "autofocus" in page.text
    assert "<title>Error: " in page.text
    assert board.mails() == []


@pytest.mark.parametrize("name", ["headline", "seeks", "offers", "about", "name"])
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("bob@example.org", "bob@example.org"),
        ("write bob at example dot com", "bob at example dot com"),
        ("ring 07700 900123", "07700 900123"),
        ("see www.example.org/me", "www.example.org/me"),
    ],
)
def test_addresses_numbers_and_links_are_refused_kindly(
    board: Board, name: str, typed: str, named: str
) -> None:
    text = typed if name == "name" else f"{typed}, and a bare word or two to make it long enough"
    page = refused(board, **{name: text})

    assert list(field_errors(page)) == [name]
    assert re.search("Leave (addresses|phone numbers|links) out", field_errors(page)[name])
    assert named in field_errors(page)[name]


@pytest.mark.parametrize("name", ["seeks_skills", "offers_skills"])
@pytest.mark.parametrize("typed", ["knitting, bob@example.org", "www.example.org", "07700 900123"])
def test_addresses_are_refused_among_skills(board: Board, name: str, typed: str) -> None:
    assert list(field_errors(refused(board, **{name: typed}))) == [name]


@pytest.mark.parametrize(
    "innocent",
    ["meet at two", "5 to 7 years", "ASP.NET and socket.io", "Node.js", "tea @ mine, 2 o’clock"],
)
def test_innocent_words_pass(board: Board, innocent: str) -> None:
    page = board.browser().press("/ads/new", **(AD | {"seeks": f"A patient teacher: {innocent}"}))

    assert page.status_code == 200
    assert innocent in words(page)


def test_all_problems_are_named_at_once(board: Board) -> None:
    named = ["headline", "seeks", "offers", "place", "sector", "name", "email"]
    page = board.browser().press("/ads/new", **(AD | dict.fromkeys(named, "")))

    assert list(field_errors(page)) == named
    assert "7 things to put right" in words(page)


def test_a_machine_may_leave_out_what_is_optional(board: Board) -> None:
    optional = {"about", "seeks_skills", "offers_skills", "sectors_wanted", "language", "capacity"}
    browser = board.browser()
    token = fields(browser.get("/ads/new"))["csrf_token"]
    given = {name: value for name, value in AD.items() if name not in optional}

    page = browser.client.post("/ads/new", data=given | {"csrf_token": token})

    assert page.status_code == 200, words(page)
    assert "Any sector" in words(page)
    assert "One person at a time" in words(page)


@pytest.mark.parametrize("missing", ["kind", "headline", "seeks", "sector", "modes", "name"])
def test_a_machine_may_not_leave_out_the_rest(board: Board, missing: str) -> None:
    browser = board.browser()
    token = fields(browser.get("/ads/new"))["csrf_token"]
    given = {name: value for name, value in AD.items() if name != missing}

    page = browser.client.post("/ads/new", data=given | {"csrf_token": token})

    assert page.status_code == 422
    assert missing in field_errors(page)


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("any", "Any sector"),
        ("different", "Any sector but their own"),
        (["law", "health"], "Law"),
        (["some", "law", "health"], "Health"),
    ],
)
def test_whom_one_would_like_to_hear_from(
    board: Board, sent: str | list[str], printed: str
) -> None:
    page = board.browser().press("/ads/new", **(AD | {"sectors_wanted": sent}))

    assert page.status_code == 200
    assert printed in words(page)


# --- places ---------------------------------------------------------------------------------------


def test_an_ambiguous_place_asks_which_and_takes_the_answer(board: Board) -> None:
    browser = board.browser()
    page = browser.press("/ads/new", **(AD | {"place": "Newport"}))

    assert page.status_code == 422
    assert "places called Newport. Choose yours below" in field_errors(page)["place"]
    choices = re.findall(r'name="place_choice" value="(\d+)">\s*<span>([^<]*)', page.text)
    assert len(choices) >= 3
    chosen, label = choices[1]
    printed = browser.send(page, place_choice=chosen)
    assert printed.status_code == 200
    assert label.strip() in words(printed)


def test_another_town_after_the_question_is_not_mistaken_for_an_answer(board: Board) -> None:
    browser = board.browser()
    page = browser.press("/ads/new", **(AD | {"place": "Newport"}))
    chosen = re.findall(r'name="place_choice" value="(\d+)"', page.text)[0]

    printed = browser.send(page, place="Tywyn", place_choice=chosen)

    assert "Tywyn" in words(printed)
    assert "Newport" not in words(printed)


def test_a_welsh_name_is_a_name(board: Board) -> None:
    page = board.browser().press("/ads/new", **(AD | {"place": "Caerdydd"}))

    assert "Cardiff" in words(page)


def test_no_place_is_needed_for_a_call(board: Board) -> None:
    page = board.browser().press("/ads/new", **(AD | {"place": "", "modes": ["video"]}))

    assert page.status_code == 200
    assert "Anywhere" in words(page)


def test_an_endless_place_is_not_repeated_in_full(board: Board) -> None:
    page = board.browser().press("/ads/new", **(AD | {"place": "zz" * 5000}))

    assert page.status_code == 422
    assert len(field_errors(page)["place"]) < 300


# --- the return side ------------------------------------------------------------------------------


def test_an_open_return_needs_no_words(board: Board) -> None:
    page = board.browser().press("/ads/new", **(AD | {"offers": "", "return_open": "y"}))

    assert page.status_code == 200
    assert "Open: ask me what I could do in return" in words(page)


def test_an_open_return_does_not_excuse_the_leading_side(board: Board) -> None:
    page = board.browser().press("/ads/new", **(AD | {"seeks": "", "return_open": "y"}))

    assert list(field_errors(page)) == ["seeks"]


# --- the preview ----------------------------------------------------------------------------------


def test_the_preview_keeps_nothing_and_tells_nobody(board: Board) -> None:
    before = dump(board.app)
    page = board.browser().press("/ads/new", **AD)

    assert page.status_code == 200
    assert dump(board.app) == before
    assert board.mails() == []
    assert page.headers["Cache-Control"] == "no-store"


def test_the_address_stands_on_the_preview_for_its_writer_only(board: Board) -> None:
    page = board.browser().press("/ads/new", **AD)
    article = main_of(page).partition("<article")[2].partition("</article>")[0]

    assert AD["headline"].split(",")[0] in article
    assert "prydderch" not in article
    assert f'<b class="addr">{EMAIL}</b>' in page.text


def test_change_it_brings_everything_back(board: Board) -> None:
    browser = board.browser()
    ad = AD | {"about": "Line one\nLine “two” & <three>", "return_open": "y", "capacity": "3"}
    preview = browser.press("/ads/new", **ad)

    form = browser.send(preview, go="edit")

    assert form.status_code == 200
    assert field_errors(form) == {}
    kept = fields(form)
    assert kept["started"] == fields(preview)["started"]
    for name, value in ad.items():
        typed = value if isinstance(value, list) else [value]
        assert [v.replace("\r", "") for v in kept[name]] == typed, name


def test_what_is_printed_is_text(board: Board) -> None:
    page = board.browser().press(
        "/ads/new", **(AD | {"headline": "<script>alert(1)</script> & co"})
    )

    assert "<script" not in main_of(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in main_of(page)


# --- sending it -----------------------------------------------------------------------------------


def test_the_last_button_mails_one_link(board: Board) -> None:
    answer = board.post_ad()

    assert answer.status_code == 303
    assert answer.location == "/ads/new/sent"
    assert [str(mail["To"]) for mail in board.mails()] == [EMAIL]
    assert "Check your mail" in words(board.browser().get(answer.location))
    assert "Ward sister" not in board.browser().get("/ads").text


def test_a_double_press_makes_one_ad_and_one_mail(board: Board) -> None:
    browser = board.browser()
    preview = browser.press("/ads/new", **AD)

    assert browser.send(preview).status_code == 303
    assert browser.send(preview, takes=QUICK).status_code == 303

    assert rows(board.app, "SELECT count(*) FROM ads") == [(1,)]
    assert len(board.mails(EMAIL)) == 1


def test_presses_at_one_moment_make_one_ad_and_one_mail(board: Board) -> None:
    preview = board.browser().press("/ads/new", **AD)
    board.clock.shift(timedelta(seconds=20))
    sent = fields(preview)

    def press(_number: int) -> int:
        return board.app.test_client().post("/ads/new", data=sent).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(press, range(6))) == {303}

    assert rows(board.app, "SELECT count(*) FROM ads") == [(1,)]
    assert rows(board.app, "SELECT count(*) FROM links") == [(1,)]
    assert len(board.mails(EMAIL)) == 1


def test_sent_once_more_after_some_minutes_is_mailed_again(board: Board) -> None:
    browser = board.browser()
    preview = browser.press("/ads/new", **AD)
    browser.send(preview)
    first = board.link(EMAIL)
    board.clock.shift(timedelta(hours=71))

    fresh = browser.press("/ads/new", **AD)
    assert browser.send(fresh).status_code == 303

    assert rows(board.app, "SELECT count(*) FROM ads") == [(1,)]
    assert len(board.mails(EMAIL)) == 2
    assert board.link(EMAIL) != first
    board.clock.shift(timedelta(hours=71))
    board.work()  # forgets what nobody confirmed: but this was asked for again
    assert browser.press(board.link(EMAIL)).status_code == 303


def test_a_town_put_right_before_the_link_is_pressed_counts(board: Board) -> None:
    browser = board.browser()
    board.post_ad(browser)
    board.post_ad(browser, place="Machynlleth", rhythm="once")

    published = browser.press(board.link(EMAIL))

    ad = browser.get(f"/ads/{published.location.split('/')[2]}")
    assert "Machynlleth" in words(ad)
    assert len(board.mails(EMAIL)) == 1


def test_words_that_are_out_already_bring_the_link_to_one_s_ads(board: Board) -> None:
    board.publish()
    board.clock.shift(timedelta(days=61))  # it has run out; its writer has forgotten

    answer = board.post_ad()

    assert answer.location == "/ads/new/sent"
    assert rows(board.app, "SELECT count(*) FROM ads") == [(1,)]
    page = board.browser()
    assert page.press(board.link(EMAIL)).location == "/mine"
    assert "Renew for 60 days" in words(page.get("/mine"))


def test_the_same_words_from_somebody_else_are_another_ad(board: Board) -> None:
    first = board.publish()
    second = board.publish(email="somebody.else@letters.example")

    assert first != second


# --- the traps ------------------------------------------------------------------------------------


def held(board: Board) -> str:
    return board.app.test_cli_runner().invoke(args=["ads", "held"]).output


@pytest.mark.parametrize("how", ["quick", "honeypot", "no note of the time"])
def test_what_a_machine_may_have_sent_waits_for_the_broker(board: Board, how: str) -> None:
    stop_clock(board)
    browser = board.browser()
    takes = timedelta(seconds=1.2) if how == "quick" else timedelta(seconds=20)
    changes = {
        "quick": {},
        "honeypot": {"leave_this_empty": "https://pills.example"},
        "no note of the time": {"started": "x.y.z"},
    }[how]
    preview = browser.press("/ads/new", takes=takes, **(AD | changes))
    assert browser.send(preview, takes=timedelta(seconds=1.2)).status_code == 303
    assert "0 held" in held(board)

    answer = browser.press(board.link(EMAIL))

    assert answer.location == "/mine#ads"
    assert "Waiting for our broker to look at it" in words(browser.get("/mine"))
    assert "Ward sister" not in board.browser().get("/ads").text
    assert "Ward sister" in held(board)
    assert EMAIL not in held(board)


def hold(board: Board) -> tuple[Browser, str]:
    browser = board.browser()
    board.post_ad(browser, leave_this_empty="x")
    browser.press(board.link(EMAIL))
    found = re.search(r"Box (\w{6})", held(board))
    assert found is not None
    return browser, found[1]


def test_a_broker_lets_a_held_ad_through_and_its_writer_is_told(board: Board) -> None:
    _browser, box = hold(board)
    assert board.browser().get(f"/ads/{box}").status_code == 404

    done = board.app.test_cli_runner().invoke(args=["ads", "publish", box.lower()])

    assert done.exit_code == 0, done.output
    assert done.output == f"Box {box}: live.\n"
    assert board.browser().get(f"/ads/{box}").status_code == 200
    mail = board.mails(EMAIL)[-1]
    assert f"/ads/{box}/" in board.link(EMAIL)
    assert "now everyone can read" in mail.get_content()
    assert box in board.browser().get("/ads?q=shopkeeper").text


def test_a_broker_removes_an_ad_and_its_writer_is_told(board: Board) -> None:
    browser, box = hold(board)

    done = board.app.test_cli_runner().invoke(args=["ads", "remove", box])

    assert done.output == f"Box {box}: removed.\n"
    assert board.browser().get(f"/ads/{box}").status_code == 404
    assert len(board.mails(EMAIL)) == 2
    assert "Ward sister" not in words(browser.get("/mine"))


def test_a_live_ad_that_is_removed_answers_410_without_its_words(board: Board) -> None:
    box = board.publish()
    board.app.test_cli_runner().invoke(args=["ads", "remove", box])

    page = board.browser().get(f"/ads/{box}")

    assert page.status_code == 410
    assert "Ward sister" not in page.text


@pytest.mark.parametrize("args", [["publish", "ZZZZZZ"], ["publish", "x"], ["remove", "ZZZZZZ"]])
def test_a_broker_s_slip_is_told_in_a_sentence(board: Board, args: list[str]) -> None:
    done = board.app.test_cli_runner().invoke(args=["ads", *args])

    assert done.exit_code == 1
    assert done.output == "Error: There is no ad with this Box number.\n"


def test_only_a_held_ad_can_be_let_through(board: Board) -> None:
    box = board.publish()
    done = board.app.test_cli_runner().invoke(args=["ads", "publish", box])

    assert done.exit_code == 1
    assert "can’t be done" in done.output


def test_three_seconds_are_three_seconds(board: Board) -> None:
    """Shown at the end of a second, a form sent 2.2 seconds later was not shown 3 seconds ago."""
    stop_clock(board)
    browser = board.browser()
    form = browser.get("/ads/new")
    preview = browser.send(form, takes=timedelta(seconds=2.2), **AD)
    browser.send(preview, takes=timedelta(0))
    browser.press(board.link(EMAIL))

    assert "too quick" in held(board)
