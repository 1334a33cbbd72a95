"""Everything held about me: complete by construction, personal, no secret; erased by link."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.board.record import GIVEN, NOT_GIVEN
from app.board.record_words import LABELS, TITLES
from app.db import AddressText, Base, transaction
from tests.board import AD, MESSAGE, Board, Browser
from tests.oracle import assert_no_leak
from tests.pages.look import dump, fields, rows, words

EMAIL, OTHER = AD["email"], "dafydd.rhys@letters.example"


@pytest.fixture
def gwen(board: Board) -> Browser:
    """Somebody of whom everything is held that can be."""
    browser, dafydd = board.browser(), board.browser()
    box = board.publish(browser, capacity="3")
    path = board.converse(box, dafydd)
    browser.press(path, message="Thank you, Dafydd. My shift ends at four.")
    browser.press(path, action="/share", do="share")
    dafydd.press(path, message="Four it is, by the harbour.")
    nuisance = board.converse(box, email="quibblefox@letters.example", name="Nuisance")
    browser.press(nuisance, action="/block")
    browser.press("/ads", action="/alerts", pace="at_once")
    theirs = board.publish(email=OTHER, headline="A shopkeeper who has time on Mondays")
    board.converse(theirs, browser, email=EMAIL, name="Gwen P")
    browser.press(f"/ads/{theirs}/report", reason="spam", text="It sells lamps.", email=EMAIL)
    board.work()
    who = rows(board.app, f"SELECT id FROM people WHERE email = '{EMAIL}'")[0][0]
    held(board, "bounces", person_id=who)
    held(board, "decisions", about_id=who, subject=box, sentence="Please mind the rules.")
    held(board, "handles", person_id=who, handle="quietfox")
    hers = rows(board.app, f"SELECT id FROM ads WHERE person_id = {who}")[0][0]
    held(board, "introductions", first_ad_id=hers, line="You two would get on.")
    held(board, "networks", id=1, slug="choir", name="Teifi Choir")
    held(board, "network_members", network_id=1, person_id=who, through="link")
    return browser


def held(board: Board, name: str, /, **values: object) -> None:
    """Write a row about somebody that no page of a visitor makes; what must be filled in is."""
    blank: dict[type, object] = {str: "", int: 0, bool: False}
    table = Base.metadata.tables[name]
    filled = {
        column.name: blank.get(column.type.python_type, datetime.now(UTC))
        for column in table.columns
        if not column.nullable and not column.primary_key and column.name not in values
    }
    with board.app.app_context(), transaction() as work:
        work.execute(table.insert().values(filled | values))


def export(browser: Browser, form: str = "json") -> Any:
    page = browser.get("/mine")
    token = fields(page, action="/mine/export")["csrf_token"]
    return browser.client.post("/mine/export", data={"csrf_token": token, "as": form})


# --- complete -------------------------------------------------------------------------------------


def leads_to_people() -> set[str]:
    """Every column that refers to a person, straight or through another table, or is an address."""
    about, found = {"people"}, set[str]()
    while True:
        more = {
            (table.name, column.name)
            for table in Base.metadata.tables.values()
            for column in table.columns
            if any(key.column.table.name in about for key in column.foreign_keys)
            or isinstance(column.type, AddressText)
        }
        if {f"{table}.{column}" for table, column in more} == found:
            return found
        found = {f"{table}.{column}" for table, column in more}
        about |= {table for table, _ in more}


def test_every_column_about_people_is_given_or_has_a_reason() -> None:
    assert leads_to_people() == GIVEN.keys() | NOT_GIVEN.keys()
    assert not GIVEN.keys() & NOT_GIVEN.keys()
    assert set(GIVEN.values()) | {"incoming"} == set(TITLES)


def test_the_file_holds_everything(board: Board, gwen: Browser) -> None:
    answer = export(gwen)

    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    record = json.loads(answer.text)
    for section in set(GIVEN.values()):
        assert record[section], section
    assert record["person"][0]["email"] == EMAIL
    (ad,) = record["ads"]
    for name in ("headline", "seeks", "offers", "name", "sector", "rhythm", "place"):
        assert ad[name] == AD[name], name
    assert ad["seeks_skills"] == AD["seeks_skills"].split(", ")
    assert record["reports"][0]["text"] == "It sells lamps."
    assert record["decisions"][0]["sentence"] == "Please mind the rules."
    assert {link["purpose"] for link in record["links"]} >= {"publish", "thread", "stop", "alert"}
    assert record["alerts"][0]["told_of"]


def test_conversations_are_given_as_one_side_may_see_them(board: Board, gwen: Browser) -> None:
    talks = {talk["their_name"]: talk for talk in json.loads(export(gwen).text)["conversations"]}

    talk = talks["Dafydd"]
    said = [(message["by"], message["text"]) for message in talk["messages"]]
    assert said == [
        ("they", MESSAGE),
        ("you", "Thank you, Dafydd. My shift ends at four."),
        ("they", "Four it is, by the harbour."),
    ]
    assert (talk["your_part"], talk["your_name"]) == ("writer", "Gwen")
    assert talk["your_shared_at"]
    assert talk["events"][0] == {"by": "you", "what": "shared"} | {
        "created_at": talk["events"][0]["created_at"]
    }
    assert [name for name in talk if name.startswith("replier_")] == []
    assert talks["Nuisance"]["you_blocked_them"] is True


def test_every_value_of_a_persons_rows_is_in_the_file(board: Board, gwen: Browser) -> None:
    text = export(gwen).text

    for table, wanted in (
        ("ads", "headline, seeks, offers, about, name, box"),
        ("alerts", "words, pace"),
        ("messages", "text"),
        ("reports", "number, text"),
    ):
        for row in rows(board.app, f"SELECT {wanted} FROM {table}"):
            for value in row:
                if table != "ads" or row[-1] in text:
                    assert json.dumps(value, ensure_ascii=False).strip('"') in text, (table, value)


def test_no_secret_and_nobody_elses_address_is_in_it(board: Board, gwen: Browser) -> None:
    for form in ("json", "html"):
        text = export(gwen, form).text
        assert_no_leak(text, OTHER, "quibblefox@letters.example")
        for (digest,) in rows(
            board.app,
            "SELECT digest FROM links UNION SELECT digest FROM "
            "browser_sessions UNION SELECT mime_digest FROM outbox",
        ):
            assert str(digest) not in text
        for mail in board.mails():
            for secret in re.findall(r"/l/([\w-]{20,})", mail.get_content()):
                assert secret not in text


def test_the_other_side_of_a_block_learns_nothing_of_it(board: Board, gwen: Browser) -> None:
    nuisance = board.sign_in("quibblefox@letters.example")

    record = json.loads(export(nuisance).text)

    assert record["blocks"] == []
    assert record["conversations"][0]["you_blocked_them"] is False


def test_what_has_not_reached_a_writer_is_not_theirs(board: Board, gwen: Browser) -> None:
    box = rows(board.app, "SELECT box FROM ads ORDER BY id LIMIT 1")[0][0]
    board.reply(
        str(box), email="waits@letters.example", message="Not confirmed, so not yours. " * 3
    )

    assert "Not confirmed" not in export(gwen).text
    assert "waits" not in export(gwen).text


# --- as a page ------------------------------------------------------------------------------------


def test_it_can_be_read_on_a_page(board: Board, gwen: Browser) -> None:
    page = export(gwen, "html")
    record = json.loads(export(gwen).text)

    assert page.status_code == 200
    seen = words(page)
    assert re.findall(r'id="(\w+)-title"', page.text) == list(TITLES)
    for said in (EMAIL, AD["headline"], AD["seeks"], "Four it is, by the harbour.", "quietfox"):
        assert said in seen
    assert {*labels_in(record)} <= set(LABELS)


def labels_in(record: dict[str, Any]) -> set[str]:
    """The name of everything that is given, however deep."""
    found: set[str] = set()
    for section, entries in record.items():
        if section in TITLES:
            for entry in entries:
                found |= names_in(entry)
    return found


def names_in(entry: dict[str, Any]) -> set[str]:
    found = set(entry)
    for value in entry.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            found |= set().union(*(names_in(below) for below in value))
    return found


@pytest.mark.parametrize("form", ["json", "html"])
def test_it_is_personal_and_kept_by_nobody(board: Board, gwen: Browser, form: str) -> None:
    answer = export(gwen, form)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert gwen.get("/mine/export").status_code == 405
    stranger = board.browser()
    token = fields(stranger.get("/mine"))["csrf_token"]
    asked = stranger.client.post("/mine/export", data={"csrf_token": token, "as": form})
    assert asked.status_code == 403
    assert gwen.client.post("/mine/export", data={"as": form}).status_code == 400


def test_asking_again_and_again_is_paused(board: Board, gwen: Browser) -> None:
    answers = [export(gwen).status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]


# --- erasing by a mailed link ---------------------------------------------------------------------


def ask_to_be_erased(board: Board, email: str = EMAIL) -> Browser:
    browser = board.browser()
    answer = browser.press("/mine?wish=erase", email=email)
    assert (answer.status_code, answer.location) == (303, "/mine/sent?wish=erase")
    assert browser.get(answer.location).status_code == 200
    return browser


def test_one_mailed_link_and_one_press_erase_me(board: Board, gwen: Browser) -> None:
    browser = ask_to_be_erased(board)
    link = board.link(EMAIL)
    before = dump(board.app)

    page = browser.get(link)

    seen = words(page)
    assert "Your ad goes." in seen
    assert "You leave 3 conversations" in seen
    assert "Your alert goes." in seen
    assert dump(board.app) == before
    answer = browser.send(page)
    assert (answer.status_code, answer.location) == (303, "/mine/erased")
    assert "You’re erased" in words(browser.get(answer.location))
    assert rows(board.app, f"SELECT count(*) FROM people WHERE email = '{EMAIL}'") == [(0,)]
    assert "Erased" in str(board.mails(EMAIL)[-1]["Subject"])
    assert browser.client.get_cookie("bothways") is None
    assert "Mail me the link" in words(gwen.get("/mine"))  # her other browser is nobody's now
    assert browser.get(link).status_code == 404
    assert browser.send(page).status_code == 404


def test_only_the_newest_works_and_for_half_an_hour(board: Board, gwen: Browser) -> None:
    ask_to_be_erased(board)
    old = board.link(EMAIL)
    browser = ask_to_be_erased(board)
    new = board.link(EMAIL)

    assert browser.get(old).status_code == 410
    form = browser.get(new)
    board.clock.shift(timedelta(minutes=31))
    assert browser.send(form).status_code == 410
    assert gwen.get("/mine").status_code == 200


def test_a_sign_in_link_still_works_beside_it(board: Board, gwen: Browser) -> None:
    ask_to_be_erased(board)

    assert "Gwen" in export(board.sign_in(EMAIL)).text


def test_strangers_are_told_the_same(board: Board) -> None:
    ask_to_be_erased(board, "stranger@letters.example")

    assert board.mails("stranger@letters.example") == []
    assert rows(board.app, "SELECT count(*) FROM people") == [(0,)]


def test_somebody_elses_browser_stays_theirs(board: Board, gwen: Browser) -> None:
    dafydd = board.sign_in(OTHER)
    ask_to_be_erased(board)

    assert dafydd.press(board.link(EMAIL)).status_code == 303

    assert OTHER in words(dafydd.get("/mine"))


def test_a_mistake_keeps_the_wish(board: Board) -> None:
    page = board.browser().press("/mine?wish=erase", email="gwen")

    assert page.status_code == 422
    assert fields(page)["wish"] == ["erase"]
