"""The operator’s pack: the same papers at the desk and in a folder, filled in from what is set."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import segno
from flask import Flask
from flask.testing import FlaskCliRunner
from html5lib import HTMLParser

from app.desk import papers
from tests.board import AD, Board, Browser
from tests.desk.desk import BROKER, held, report
from tests.pages.look import boxes, dump, words
from tests.security.test_scripts import BAD, clean
from tests.words import own_sides

NAMES = tuple(papers.PAPERS)
PUBLIC = "broker@chamber.example"  # who answers for the board, on every paper to complain with


def written(app: Flask, folder: Path) -> dict[str, str]:
    """Every text the command writes into that folder."""
    ran = app.test_cli_runner().invoke(args=["pack", str(folder)])
    assert ran.exit_code == 0, ran.output
    return {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}


def plain(page: str) -> str:
    """What a reader reads of a paper."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<main")[2])).split())


def own(number: int) -> dict[str, str]:
    """An ad that nobody else has."""
    headline = f"Keeper of {number} hives seeks somebody who adds up"
    return own_sides(number) | {"headline": headline, "email": f"keeper{number}@members.example"}


def test_the_desk_lists_every_paper_and_shows_each(board: Board, rhian: Browser) -> None:
    listed = rhian.get("/desk/pack")
    assert "/desk/pack" in rhian.get("/desk").text
    for name in NAMES:
        assert f'href="/desk/pack/{name}"' in listed.text
        page = rhian.get(f"/desk/pack/{name}")
        assert page.status_code == 200, name
        assert page.text.count("<h1") == 1, name
        assert 'href="/desk/pack"' in page.text
        assert page.headers["X-Robots-Tag"] == "noindex"
    assert rhian.get("/desk/pack/nothing").status_code == 404


def test_page_and_file_are_one(board: Board, rhian: Browser, tmp_path: Path) -> None:
    board.publish()
    files = written(board.app, tmp_path / "pack")
    for name in NAMES:
        assert plain(files[f"{name}.html"]) == plain(rhian.get(f"/desk/pack/{name}").text), name


def test_a_file_needs_nothing_from_elsewhere(board: Board, tmp_path: Path) -> None:
    board.publish()
    files = written(board.app, tmp_path / "pack")

    assert set(files) == {*(f"{name}.html" for name in NAMES), "newspaper.txt", "pack.css"}
    for name in NAMES:
        page = files[f"{name}.html"]
        parser = HTMLParser(strict=False)
        parser.parse(page)
        assert parser.errors == [], name
        loaded = re.findall(r'<(?:link|img|script|iframe)\b[^>]*(?:href|src)="([^"]+)"', page)
        assert loaded == ["pack.css"]
        assert "<script" not in page
        assert "style=" not in page
    for asked in re.findall(r'url\("([^"]+)"\)', files["pack.css"]):
        assert (tmp_path / "pack" / asked).is_file()


def test_nothing_is_left_open_that_the_program_knows(board: Board, tmp_path: Path) -> None:
    board.publish()
    for name, text in written(board.app, tmp_path / "pack").items():
        assert not re.search(r"\{\{|\{%|%\(|\bNone\b|Undefined|&amp;lt;", text), name
        assert "is not set" not in text, name
    shown = plain((tmp_path / "pack/complaints.html").read_text())
    for said in ("Teifi Chamber", PUBLIC, "within 2 days", "for 180 days", "within 30 days"):
        assert said in shown


def test_what_is_not_set_is_said(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(broker_name="", broker_email="", base_url="http://127.0.0.1:8000")
    runner: FlaskCliRunner = app.test_cli_runner()
    ran = runner.invoke(args=["pack", str(tmp_path / "pack")])
    assert ran.exit_code == 0
    for name in ("BROKER_NAME", "BROKER_EMAIL", "BASE_URL"):
        assert f"{name} is " in ran.stderr
        for paper in ("risk-assessment", "complaints", "data-protection"):
            assert f"{name} is " in (tmp_path / f"pack/{paper}.html").read_text(), paper
    assert "A draft to be checked" in (tmp_path / "pack/risk-assessment.html").read_text()


def test_papers_filled_in_are_not_written_over(board: Board, tmp_path: Path) -> None:
    written(board.app, tmp_path / "pack")
    (tmp_path / "pack/complaints.html").write_text("signed")
    ran = board.app.test_cli_runner().invoke(args=["pack", str(tmp_path / "pack")])
    assert ran.exit_code == 1
    assert "Name a new folder" in ran.output
    assert (tmp_path / "pack/complaints.html").read_text() == "signed"


def test_the_risk_assessment_goes_through_every_kind(board: Board, tmp_path: Path) -> None:
    shown = plain(written(board.app, tmp_path / "pack")["risk-assessment.html"])
    kinds = """Terrorism|Child sexual exploitation and abuse|Hate|Harassment, stalking, threats and
    abuse|Controlling or coercive behaviour|Intimate image abuse|Cyberflashing|Extreme pornography|
    Sexual exploitation of adults|Human trafficking|Unlawful immigration|Fraud and financial
    offences|Proceeds of crime|Drugs and psychoactive substances|Firearms, knives and other weapons|
    Suicide and self-harm|Foreign interference|Animal cruelty"""
    asked = [" ".join(kind.split()) for kind in kinds.split("|")]
    assert len(asked) == 18
    assert [kind for kind in asked if kind not in shown] == []
    for step in ("Step 1", "Step 2", "Step 3", "Step 4", "Children’s access", "Signed"):
        assert step in shown


def test_the_risk_assessment_counts_what_was_reported(board: Board, rhian: Browser) -> None:
    assert "there were 0 reports" in words(rhian.get("/desk/pack/risk-assessment"))
    report(board, board.publish())
    assert "there was one report" in words(rhian.get("/desk/pack/risk-assessment"))


def test_the_notice_is_the_privacy_page(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(keep_messages_days=77, keep_unconfirmed_hours=30)
    notice = plain(written(app, tmp_path / "pack")["data-protection.html"])
    page = words(app.test_client().get("/privacy"))
    body = page.partition("The short version")[2]
    assert "77 days" in body
    assert "30 hours" in body
    assert body in notice


def test_the_privacy_page_says_how_to_complain(app: Flask) -> None:
    shown = words(app.test_client().get("/privacy"))
    assert "We tell you within 30 days that we have your complaint" in shown
    assert "0303 123 1113" in shown


@pytest.mark.parametrize("count", [0, 1, 9, 11])
def test_the_poster_has_the_newest_nine(board: Board, rhian: Browser, count: int) -> None:
    newest = [board.publish(**own(number)) for number in range(count)][::-1][:9]
    poster = rhian.get("/desk/pack/poster")

    assert re.findall(r"<b>Box (\w{6})</b>", poster.text) == newest
    assert 'aria-label="A code that leads to localhost"' in poster.text
    assert ("And you?" in poster.text) == (count == 1)
    assert ("The next ad could be yours" in poster.text) == (count == 0)
    assert len(boxes(rhian.get("/ads"))) == count


def test_the_poster_names_no_ad_that_is_full_or_not_live(board: Board, rhian: Browser) -> None:
    writer = board.browser()
    full = board.publish(writer, **own(1), capacity="1")
    writer.press(board.converse(full), message="With pleasure. Friday?")
    waiting = held(board, **(own(2) | {"email": "held@members.example"}))
    left = board.publish(**own(3))

    poster = rhian.get("/desk/pack/poster").text
    assert left in poster
    assert full not in poster
    assert waiting not in poster


def test_the_posters_code_is_the_boards_address(board: Board, rhian: Browser) -> None:
    page = rhian.get("/desk/pack/poster").text
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', page)[0])
    painted = [[0] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", page):
        for column in range(int(x), int(x) + int(width)):
            painted[int(y)][column] = 1

    wanted = segno.make_qr("http://localhost", error="q").matrix_iter(border=4)
    assert painted == [list(row) for row in wanted]


def test_what_people_typed_stays_text(board: Board, rhian: Browser, tmp_path: Path) -> None:
    texts = {name: f"{AD[name]} {BAD}" for name in ("seeks", "offers")}
    board.publish(headline=f"Ward sister {BAD}", **texts)
    for name, text in written(board.app, tmp_path / "pack").items():
        assert name.endswith(".txt") or clean(text), name
    for name in NAMES:
        assert clean(rhian.get(f"/desk/pack/{name}").text), name
    assert "&lt;xbad" in (tmp_path / "pack/poster.html").read_text()
    assert "<xbad onxbad=1>" in (tmp_path / "pack/newspaper.txt").read_text()


def test_no_paper_names_anybody_s_address(board: Board, rhian: Browser, tmp_path: Path) -> None:
    box = board.publish()
    board.converse(box)
    report(board, box, email="finder@letters.example")
    people = {AD["email"], "dafydd.rhys@letters.example", "finder@letters.example", BROKER}
    for name, text in written(board.app, tmp_path / "pack").items():
        found = set(re.findall(r"[\w.+-]+@[\w-]+\.\w+", text))
        assert found <= {PUBLIC}, name
        assert not [email for email in people if str(email) in text], name


def test_the_newspaper_s_text_is_the_page_s(board: Board, tmp_path: Path) -> None:
    box = board.publish(headline="Ward sister & shopkeeper: 100% of the rota, <almost>")
    files = written(board.app, tmp_path / "pack")
    text = " ".join(files["newspaper.txt"].split())
    assert f"100% of the rota, <almost>’ (Box {box})" in text
    assert "One ad is open just now" in text
    for paragraph in files["newspaper.txt"].split("\n\n")[1:]:
        assert " ".join(paragraph.split()) in plain(files["newspaper.html"])
    assert max(map(len, files["newspaper.txt"].splitlines())) <= 72


def test_looking_at_a_paper_changes_nothing(board: Board, rhian: Browser) -> None:
    board.publish()
    before = dump(board.app)
    for name in NAMES:
        rhian.get(f"/desk/pack/{name}")
    assert dump(board.app) == before
