"""A conversation on its page, as two browsers have it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.board import MESSAGE, Board, Browser
from tests.oracle import assert_no_leak

GWEN = "gwen.prydderch@members.example"
DAFYDD = "d.rhys1954@letters.example"
BROKER = "broker@chamber.example"


@dataclass
class Two:
    """Gwen, whose ad it is, and Dafydd, who wrote to it; each in a browser that knows them."""

    board: Board
    path: str
    gwen: Browser
    dafydd: Browser

    def page(self, browser: Browser) -> TestResponse:
        answer = browser.get(self.path)
        assert answer.status_code == 200
        return answer

    def say(self, browser: Browser, text: str) -> TestResponse:
        return browser.press(self.path, message=text)


@pytest.fixture
def two(board: Board) -> Two:
    gwen, dafydd = board.browser(), board.browser()
    box = board.publish(gwen, email=GWEN)
    path = board.converse(box, dafydd, email=DAFYDD)
    return Two(board, urlsplit(path).path, gwen, dafydd)


def mains(page: TestResponse) -> str:
    return page.text.partition("<main")[2]


def test_a_whole_exchange_both_ways(two: Two) -> None:
    page = two.page(two.gwen)
    assert "<h1>You and Dafydd</h1>" in page.text
    assert "Your turn" in page.text

    answer = two.say(two.gwen, "Thank you! Would a Friday do?")
    assert answer.status_code == 303
    assert re.search(r"#m-\d+$", answer.location)
    assert ">on its way</span>" in two.page(two.gwen).text
    assert "Would a Friday do?" in two.board.mails(DAFYDD)[-1].get_content()
    assert ">sent</span>" in two.page(two.gwen).text
    two.say(two.dafydd, "Friday the 27th, three o’clock?")

    assert "Friday the 27th" in two.board.mails(GWEN)[-1].get_content()
    for browser in (two.gwen, two.dafydd):
        said = [mains(two.page(browser)).find(t) for t in (MESSAGE, "Would a Friday", "the 27th")]
        assert -1 not in said
        assert said == sorted(said)


def test_neither_side_sees_the_others_address_anywhere(two: Two) -> None:
    two.say(two.gwen, f"Write to me at {GWEN}, or {GWEN.upper()}.")
    two.say(two.dafydd, "I’m d.rhys1954 at letters dot example.")
    closing = two.gwen.press(two.path, action="/decline")
    assert closing.status_code == 303

    for browser, email, hidden in ((two.gwen, GWEN, DAFYDD), (two.dafydd, DAFYDD, GWEN)):
        page = two.page(browser)
        assert '<span class="cut">[an address was removed here]</span>' in page.text
        for seen in (page, browser.get("/mine"), browser.get("/ads", follow_redirects=True)):
            assert_no_leak(str(seen.headers) + seen.text, hidden)
        for mail in two.board.mails(email):
            assert_no_leak(mail.as_bytes(), hidden)
    assert_no_leak(two.page(two.gwen).text, GWEN)  # nor one's own: somebody may look over it


def test_the_composer_is_the_first_form_and_its_button_says_to_whom(two: Two) -> None:
    main = mains(two.page(two.gwen))
    first = main[main.index("<form") : main.index("</form>")]

    assert 'name="message"' in first
    assert re.findall(r"<button[^>]*>([^<]*)</button>", first) == ["Send to Dafydd"]
    assert "Send a kind no" in main
    assert "Send a kind no" not in two.page(two.dafydd).text


def test_a_double_press_sends_once(two: Two) -> None:
    page = two.page(two.gwen)
    first = two.gwen.send(page, message="Would a Friday do?")
    second = two.gwen.send(page, message="Would a Friday do?")

    assert first.location == second.location
    assert mains(two.page(two.gwen)).count("Would a Friday do?") == 1
    mails = [m for m in two.board.mails(DAFYDD) if "Would a Friday" in m.get_content()]
    assert len(mails) == 1


def test_markup_is_shown_as_it_was_typed(two: Two) -> None:
    two.say(two.dafydd, "<script>alert(1)</script> & {{ 7 * 7 }}\n\n<img src=x onerror=y>")

    page = two.page(two.gwen).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7 * 7 }}" in page
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("text", "why"), [("x" * 4001, "room for 4000"), ("  \r\n ", "Write your message first.")]
)
def test_what_was_typed_is_kept_with_the_reason(two: Two, text: str, why: str) -> None:
    answer = two.say(two.gwen, text)

    assert answer.status_code == 422
    assert why in answer.text
    assert text.strip() in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Error:" in answer.text
    assert two.say(two.gwen, "x" * 4000).status_code == 303


def test_somebody_elses_conversation_is_not_there(two: Two) -> None:
    stranger = two.board.browser()
    two.board.publish(stranger, email="third.party@elsewhere.example", headline="Another ad")

    assert stranger.get(two.path).status_code == 404
    token = {"csrf_token": re.findall(r'csrf_token" value="([^"]+)', stranger.get("/mine").text)[0]}
    for action in ("", "/decline", "/end", "/block", "/report"):
        answer = stranger.client.post(two.path + action, data=token)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    asked = two.board.browser().get(two.path)
    assert (asked.status_code, urlsplit(asked.location).path) == (303, "/mine")


def test_nobody_may_keep_or_index_the_page(two: Two) -> None:
    page = two.page(two.gwen)

    assert page.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text


def test_before_the_link_is_pressed_only_its_sender_knows(two: Two) -> None:
    box = two.board.publish(two.gwen, email=GWEN, headline="A second ad of mine")
    two.board.reply(box, email=DAFYDD)  # from another browser
    (path,) = set(re.findall(r"/threads/\w+", two.dafydd.get("/mine").text)) - {two.path}

    page = two.dafydd.get(path)
    assert "press the link in the mail" in page.text
    assert 'name="message"' not in page.text
    assert two.gwen.get(path).status_code == 404


def test_a_kind_no(two: Two) -> None:
    old = two.page(two.dafydd)
    answer = two.gwen.press(two.path, action="/decline", reason="far")

    assert answer.status_code == 303
    assert two.board.mails(DAFYDD)[-1]["Subject"].startswith("About your message")
    assert "Gwen has said a kind no: ‘It’s too far’." in two.page(two.dafydd).text
    for browser in (two.gwen, two.dafydd):
        assert 'name="message"' not in two.page(browser).text
    late = two.dafydd.send(old, message="But I have a car")
    assert late.status_code == 410
    assert "has ended" in late.text
    assert two.dafydd.send(old, message="").status_code == 410


def test_a_reason_from_elsewhere_is_refused(two: Two) -> None:
    answer = two.gwen.press(two.path, action="/decline", reason="age")

    assert answer.status_code == 422
    assert "Choose what comes nearest." in answer.text
    assert 'name="message"' in two.page(two.gwen).text


def test_the_replier_cannot_decline(two: Two) -> None:
    page = two.page(two.dafydd)
    form = re.findall(r'csrf_token" value="([^"]+)', page.text)[0]

    answer = two.dafydd.client.post(f"{two.path}/decline", data={"csrf_token": form})

    assert answer.status_code == 403


def test_an_end_and_a_block_look_the_same_from_the_other_side(board: Board) -> None:
    pages = []
    for number, action in enumerate(("/end", "/block")):
        gwen, dafydd = board.browser(), board.browser()
        box = board.publish(gwen, email=f"gwen{number}@one{number}.example", headline="Rota help")
        path = urlsplit(board.converse(box, dafydd, email=f"d{number}@letters.example")).path
        assert gwen.press(path, action=action).status_code == 303
        page = mains(dafydd.get(path))
        assert "This conversation has ended." in page
        pages.append(re.sub(rf"{path}|{box}|m-\d+|value=\"[^\"]*\"|<time.*?</time>", "", page))

    assert pages[0] == pages[1]
    assert "locked" not in pages[1]


def test_after_a_block_nothing_is_mailed(two: Two) -> None:
    old, before = two.page(two.dafydd), len(two.board.mails())
    two.gwen.press(two.path, action="/block")

    assert two.dafydd.send(old, message="Are you there?").status_code == 410
    page = two.page(two.gwen).text
    assert "Nothing more from Dafydd reaches you." in page
    assert "Block Dafydd" not in page
    assert len(two.board.mails()) == before


def test_a_report_reaches_the_broker_and_nobody_else(two: Two) -> None:
    empty = two.gwen.press(two.path, action="/report", text="Have a look")
    assert empty.status_code == 422
    assert "Have a look" in empty.text
    before = len(two.board.mails(DAFYDD))

    answer = two.gwen.press(two.path, action="/report", reason="dating", text="Have a look")

    assert answer.status_code == 303
    assert "Thank you. A person reads your report" in two.page(two.gwen).text
    assert "Thank you. A person reads" not in two.page(two.gwen).text
    assert "Have a look" in two.board.mails(BROKER)[-1].get_content()
    assert len(two.board.mails(DAFYDD)) == before
    assert_no_leak(two.board.mails(BROKER)[-1].as_bytes(), DAFYDD)
