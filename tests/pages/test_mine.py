"""One's own page: the link that opens it, the same answer for everyone, signing out, erasing."""

import re
from datetime import timedelta

import pytest

from tests.board import AD, Board, Browser
from tests.oracle import assert_no_leak
from tests.pages.look import dump, field_errors, fields, files, main_of, rows, statements, words

EMAIL = AD["email"]


def test_it_asks_for_an_address_and_nothing_else(board: Board) -> None:
    page = board.browser().get("/mine")

    assert page.status_code == 200
    assert set(fields(page)) == {"csrf_token", "email"}


@pytest.mark.parametrize("typed", ["", "gwen", "gwen@", "@x.example", "a b@x.example", "x" * 5000])
def test_what_is_no_address_is_told_so(board: Board, typed: str) -> None:
    page = board.browser().press("/mine", email=typed)

    assert page.status_code == 422
    assert list(field_errors(page)) == ["email"]
    assert fields(page)["email"] == [typed]


@pytest.mark.parametrize(
    "who", ["stranger", "known", "waiting with an ad", "waiting with a message"]
)
def test_everyone_gets_the_same_answer(board: Board, who: str) -> None:
    box = board.publish()
    board.post_ad(email="ad@letters.example", headline="Waits for its link to be pressed")
    board.reply(box, email="message@letters.example")
    typed = {
        "stranger": "stranger@letters.example",
        "known": EMAIL,
        "waiting with an ad": "ad@letters.example",
        "waiting with a message": "message@letters.example",
    }[who]
    before = len(board.mails(typed))
    browser = board.browser()

    answer = browser.press("/mine", email=typed)
    nobody = board.browser().press("/mine", email="nobody.at.all@letters.example")

    assert (answer.status_code, answer.location) == (303, "/mine/sent")
    assert sorted(answer.headers.keys()) == sorted(nobody.headers.keys())
    assert answer.data.split(b"/mine") == nobody.data.split(b"/mine")
    assert len(board.mails(typed)) == before + (who != "stranger")
    if who != "stranger":
        assert browser.press(board.link(typed)).location == "/mine"


def test_strangers_leave_no_trace(board: Board) -> None:
    board.browser().press("/mine", email="stranger@letters.example")

    assert rows(board.app, "SELECT count(*) FROM people") == [(0,)]
    assert rows(board.app, "SELECT count(*) FROM links") == [(0,)]
    assert rows(board.app, "SELECT count(*) FROM outbox") == [(0,)]


def test_the_same_work_is_done_for_a_stranger(board: Board) -> None:
    board.post_ad()

    def written(email: str) -> set[str]:
        browser = board.browser()
        form = fields(browser.get("/mine"))
        with statements(board.app) as said:
            browser.client.post("/mine", data=form | {"email": email})
        return {" ".join(s.split()[:3]) for s in said if s.startswith(("INSERT", "UPDATE"))}

    known, unknown = written(EMAIL), written("nobody@letters.example")

    assert {"INSERT INTO links", "INSERT INTO outbox"} <= known
    assert known <= unknown


def test_it_lists_ads_and_messages(board: Board) -> None:
    browser = board.browser()
    box = board.publish(browser)
    board.converse(box)

    page = words(browser.get("/mine"))

    assert "Messages: 1 to answer" in page
    assert f"Dafydd, about Box {box}" in page
    assert AD["headline"] in page
    for button in ("Change", "Renew for 60 days", "Pause", "Close", "Sign out", "Erase everything"):
        assert button in page


def test_it_is_kept_by_nobody(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)

    assert browser.get("/mine").headers["Cache-Control"] == "no-store"
    assert 'content="noindex"' in browser.get("/mine").text


def test_signing_out_leaves_nothing(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)

    answer = browser.press("/mine", action="/mine/sign-out")

    assert answer.status_code == 303
    assert browser.client.get_cookie("bothways") is None
    assert EMAIL not in words(browser.get("/mine"))
    assert rows(board.app, "SELECT count(*) FROM browser_sessions") == [(0,)]
    assert browser.press("/mine", action="").status_code == 422  # the form that asks is back


def test_signing_out_twice_is_no_mistake(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)
    page = browser.get("/mine")
    browser.send(page, action="/mine/sign-out")

    again = browser.send(page, action="/mine/sign-out")
    assert again.status_code == 400  # the token was of that session
    assert browser.send(again).status_code == 303


# --- erasing --------------------------------------------------------------------------------------


@pytest.fixture
def gwen(board: Board) -> Browser:
    browser = board.browser()
    box = board.publish(browser)
    path = board.converse(box)
    browser.press(path, message="Thank you, Dafydd. My shift ends at four.")
    board.post_ad(browser, headline="A second one, never confirmed by anybody")
    browser.press(path, action="/report", reason="other", text="A word in passing")
    board.work()
    return browser


def test_erasing_takes_ads_address_and_name(board: Board, gwen: Browser) -> None:
    box = re.findall(r"Box (\w{6})", words(gwen.get("/mine")))[0]
    answer = gwen.press("/mine", action="/mine/erase")

    assert answer.status_code == 303
    assert gwen.get(answer.location).status_code == 200
    assert board.browser().get(f"/ads/{box}").status_code == 404
    assert box not in board.browser().get("/ads").text
    mail = board.mails(EMAIL)[-1]
    assert "erased" in str(mail["Subject"]).lower() + mail.get_content().lower()
    for line in dump(board.app):
        assert_no_leak(line, EMAIL)
        assert "fourteen" not in line
    assert gwen.get("/mine").text.count("Mail me the link") == 1


def test_not_a_byte_of_it_stays_on_the_disk(board: Board, gwen: Browser) -> None:
    gwen.press("/mine", action="/mine/erase")
    board.work()  # sends the goodbye, the last mail to that address
    board.work()  # and folds what this changed into the database's file

    settings = board.app.extensions["settings"]
    kept = files(settings.search_folder) | files(settings.state_folder)
    for name, content in kept.items():
        if not name.startswith(("mail/", "secret")):
            assert b"prydderch" not in content.lower(), name
            assert "I’ve been handed a budget".encode() not in content, name


def test_the_other_side_keeps_what_they_received(board: Board, gwen: Browser) -> None:
    dafydd = board.sign_in("dafydd.rhys@letters.example")
    gwen.press("/mine", action="/mine/erase")

    page = words(dafydd.get("/mine"))
    assert "Somebody who has left" in page
    assert "Gwen" not in page


def test_links_and_other_browsers_of_the_erased_are_dead(board: Board, gwen: Browser) -> None:
    board.clock.shift(timedelta(seconds=5))
    link = board.link(EMAIL)
    other = board.sign_in(EMAIL)
    other_page = other.get("/mine")
    gwen.press("/mine", action="/mine/erase")

    assert board.browser().get(link).status_code == 404
    assert EMAIL not in words(other.get("/mine"))
    assert other.send(other_page, action="/mine/erase").status_code == 403


def test_the_erased_may_come_back_as_anybody(board: Board, gwen: Browser) -> None:
    gwen.press("/mine", action="/mine/erase")

    box = board.publish(gwen)

    assert "Ward sister" in main_of(board.browser().get(f"/ads/{box}"))
