"""The charts: counts that are true, pictures with words and tables, nothing where there is none."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from app.desk import charts
from app.desk.drawn import week_starts
from tests.board import MESSAGE, Board, Browser
from tests.desk.desk import BROKER, change, decide, held, report
from tests.pages.look import statements, words
from tests.words import own_sides

HTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
NAMES = ("how-far", "by-week", "without-a-reply", "sought", "held", "time-to-decide")


def table(browser: Browser, name: str) -> list[list[str]]:
    """The rows of one table, as its file has them, without the heads."""
    answer = browser.get(f"/desk/figures/{name}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text)))[1:]


def ad(board: Board, number: int, **changes: Any) -> str:
    headline = f"Ad number {number} of the lot"
    changes = {"headline": headline, "email": f"w{number}@members.example"} | changes
    return board.publish(**own_sides(number), **changes)


def log_line(board: Board, at: datetime, what: str, reason: str, **more: Any) -> None:
    """A decision as the log has it."""
    values = (at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), what, reason)
    change(
        board,
        "INSERT INTO moderation_log (at, who, what, kind, subject, reason, case_id, waited) "
        "VALUES (?, 'broker 1', ?, 'ad', 'X', ?, ?, ?)",
        (*values, more.get("case_id"), more.get("waited")),
    )


def test_how_far_ads_come_is_counted_by_ad(board: Board, rhian: Browser) -> None:
    writers = [board.browser() for _ in range(4)]
    boxes = [ad(board, n, browser=browser, capacity="5") for n, browser in enumerate(writers)]
    people = [board.browser() for _ in range(3)]
    threads = [
        board.converse(
            boxes[n], person, email=f"p{n}@letters.example", message=f"{MESSAGE} {own_sides(9 + n)}"
        )
        for n, person in enumerate(people)
    ]
    board.converse(boxes[0], email="p9@letters.example", message=f"{MESSAGE} {own_sides(20)}")
    writers[1].press(threads[1], action="/decline", reason="far")  # a no is an answer
    writers[2].press(threads[2], message="Yes, let’s.")
    people[2].press(threads[2], message="On Tuesday, then.")
    held(board, email="never@members.example")  # was never posted

    assert table(rhian, "how-far") == [
        ["Posted", "4", "100 %"],
        ["Replied to", "3", "75 %"],
        ["Answered", "2", "50 %"],
        ["Talking", "1", "25 %"],
    ]
    assert table(rhian, "by-week")[-1][1:] == ["4", "3", "2", "1"]
    assert len(table(rhian, "by-week")) == 12
    assert table(rhian, "without-a-reply")[0] == ["Under a week", "4", "1"]


def test_each_ad_stands_in_the_week_it_was_posted(board: Board, rhian: Browser) -> None:
    for number in range(4):
        ad(board, number)
    now = datetime.now(UTC)
    starts = week_starts(now)
    moments = (starts[-1], starts[-1] - timedelta(seconds=1), starts[0], starts[0])
    for number, moment in enumerate((*moments[:3], moments[3] - timedelta(seconds=1))):
        posted = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        ad_of = f"person_id = (SELECT id FROM people WHERE email = 'w{number}@members.example')"
        change(board, f"UPDATE ads SET posted_at = '{posted}' WHERE {ad_of}")

    counts = [int(row[1]) for row in table(rhian, "by-week")]

    assert (counts[-1], counts[-2], counts[0], sum(counts)) == (1, 1, 1, 3)


def test_weeks_begin_on_mondays_in_britain() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # a Sunday, an hour before clocks go back
    assert [str(day) for day in week_starts(before, 2)] == [
        "2026-10-12 00:00:00+01:00",
        "2026-10-19 00:00:00+01:00",
    ]
    late = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)  # Monday already, in summer
    assert str(week_starts(late, 1)[0]) == "2026-06-08 00:00:00+01:00"


def test_what_was_held_and_what_of_it_was_honest(board: Board, rhian: Browser) -> None:
    honest, spam = held(board, email="a@b.example"), held(board, email="c@d.example")
    live = ad(board, 1)
    report(board, live, reason="spam")
    decide(rhian, f"/desk/ad/{honest}", "publish")
    decide(rhian, f"/desk/ad/{spam}", "remove", reason="spam")
    decide(rhian, f"/desk/ad/{live}", "remove", reason="spam")  # was reported, never held
    assert table(rhian, "held")[-1][1:] == ["2", "1", "1"]
    assert "Of 2 held ads and first messages" in words(rhian.get("/desk/figures"))


def test_half_and_nine_tenths_are_true_waits(board: Board, rhian: Browser) -> None:
    now = datetime.now(UTC)
    for hours in range(1, 11):
        log_line(board, now, "publish", "fine", waited=hours * 3600, case_id=hours)
    log_line(board, now - timedelta(weeks=3), "remove", "spam", waited=100 * 3600)
    log_line(board, now, "report", "spam", case_id=3)  # no decision, waited for nothing

    weeks = table(rhian, "time-to-decide")

    assert weeks[-1][1:] == ["10", "5 hours", "9 hours"]
    assert weeks[-4][1:] == ["1", "4 days", "4 days"]
    assert weeks[-2][1:] == ["0", "–", "–"]
    assert "In one week it took longer." in words(rhian.get("/desk/figures"))


def test_what_is_sought_and_not_offered(board: Board, rhian: Browser) -> None:
    for number in (0, 1, 2, 5):
        ad(board, number, seeks_skills="thatching")
    ad(board, 3, seeks_skills="=SUM(B1)", offers_skills="thatching")
    ad(board, 4, seeks_skills="=SUM(B1)")
    rhian.get("/ads")
    found = {row[0]: row[1:] for row in table(rhian, "sought")}
    assert found["thatching"] == ["4", "1"]
    assert found["’=SUM(B1)"] == ["2", "0"]  # no sum for a spreadsheet
    assert "The widest gap: thatching" in words(rhian.get("/desk/figures"))


def test_an_empty_board_says_so_in_sentences(board: Board, rhian: Browser) -> None:
    page = rhian.get("/desk/figures")
    assert page.status_code == 200
    said = words(page)
    for sentence in (
        "No ad was posted in the last 12 weeks.",
        "No ad is open just now.",
        "Or nobody seeks anything yet.",
        "Nothing that was held was decided",
        "Nothing was decided in the last 12 weeks.",
    ):
        assert sentence in said
    assert "<svg" not in page.text
    assert "<table" not in page.text


@pytest.fixture
def drawn(board: Board, rhian: Browser) -> Element:
    """The page with all six charts in it."""
    for number in range(3):
        ad(board, number, seeks_skills="thatching")
    decide(rhian, f"/desk/ad/{held(board)}", "publish")
    found: Element = html5lib.parse(rhian.get("/desk/figures").text)
    return found


def test_every_picture_can_be_heard_and_has_its_table(drawn: Element) -> None:
    pictures = [one for one in drawn.iter(f"{SVG}svg") if one.attrib.get("role") == "img"]
    tables = list(drawn.iter(f"{HTML}table"))
    assert len(pictures) == len(tables) == len(list(drawn.iter(f"{HTML}figure"))) == len(NAMES)
    for picture, beside in zip(pictures, tables, strict=True):
        title, desc = (next(picture.iter(f"{SVG}{tag}")) for tag in ("title", "desc"))
        assert picture.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]
        assert title.text
        assert re.search(r"\d", str(desc.text))
        assert next(beside.iter(f"{HTML}caption")).text == title.text
        heads = [th.attrib["scope"] for th in beside.iter(f"{HTML}th")]
        rows = list(next(beside.iter(f"{HTML}tbody")))
        assert heads.count("row") == len(rows) > 0
        assert "None" not in "".join(beside.itertext())


def test_no_picture_carries_a_style_or_leaves_its_frame(drawn: Element) -> None:
    bars = 0
    for picture in drawn.iter(f"{SVG}svg"):
        height = float(picture.attrib["height"].removesuffix("em"))
        for one in picture.iter():
            assert "style" not in one.attrib
            assert "fill" not in one.attrib
            if one.tag == f"{SVG}rect" and picture.attrib.get("role"):
                bars += 1
                x, width = (float(one.attrib[n].rstrip("%")) for n in ("x", "width"))
                assert 0 <= x <= x + width <= 100.01
                y, tall = (float(one.attrib[n].removesuffix("em")) for n in ("y", "height"))
                assert tall > 0
                assert 0 <= y <= y + tall <= height
    assert bars >= len(NAMES)


def test_the_page_asks_as_much_however_much_there_is(board: Board, rhian: Browser) -> None:
    ad(board, 1)
    rhian.get("/desk/figures")
    with statements(board.app) as few:
        rhian.get("/desk/figures")
    for number in range(2, 8):
        ad(board, number)
        log_line(board, datetime.now(UTC), "publish", "fine", waited=60)
    rhian = board.sign_in(BROKER)
    rhian.get("/desk/figures")
    with statements(board.app) as many:
        rhian.get("/desk/figures")
    assert len(many) <= len(few)


def test_another_table_is_not_there(board: Board, rhian: Browser) -> None:
    for name in ("x", "how-far.csv", "..", "%00"):
        assert rhian.get(f"/desk/figures/{name}.csv").status_code == 404
    files = [rhian.get(f"/desk/figures/{name}.csv") for name in NAMES]
    assert {answer.headers["Cache-Control"] for answer in files} == {"no-store"}
    assert all("attachment" in answer.headers["Content-Disposition"] for answer in files)


# --- the drawing itself ---------------------------------------------------------------------------


def test_a_column_is_as_high_as_its_number() -> None:
    chart = charts.columns([[4, 2, 0], [1, 0, 0]], ["a", "b", "c"], most="4", promised=2)
    assert chart is not None
    assert [bar.layer for bar in chart.bars] == [0, 0, 3]
    tall = [bar.height for bar in chart.bars]
    assert tall == pytest.approx([tall[0], tall[0] / 2, tall[0] / 4], abs=0.01)
    assert chart.promised == chart.bars[1].y
    assert chart.bars[0].y == pytest.approx(chart.lines[0])


def test_a_row_is_as_long_as_its_number() -> None:
    chart = charts.rows([("a", "4", (4, 1)), ("b", "2", (2, 0))])
    assert chart is not None
    assert [bar.width for bar in chart.bars] == ["100.00%", "25.00%", "50.00%"]
    assert charts.rows([]) is None
    assert charts.rows([("a", "0", (0, 0))]) is None
    assert charts.columns([[0], [0]], ["a"], most="0") is None


def test_what_is_promised_is_drawn_only_where_it_was_broken() -> None:
    kept = charts.columns([[1.0]], ["a"], most="1", promised=2)
    assert kept is not None
    assert kept.promised is None
