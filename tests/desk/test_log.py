"""The log: the database refuses to alter it, it leaves as a file, and years are counted from it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from tests import postgres
from tests.board import AD, Board, Browser
from tests.desk.desk import change, command, decide, held, known, report
from tests.oracle import assert_no_leak
from tests.pages.look import rows, words


def run(board: Board, sql: str, *values: object) -> None:
    """Say that to the database as anybody could who gets at it."""
    change(board, sql, values)


def add(board: Board, *, days_ago: float) -> None:
    at = (datetime.now(UTC) - timedelta(days=days_ago)).strftime("%Y-%m-%d %H:%M:%S.%f")
    columns = "(at, who, what, kind, subject, reason)"
    run(
        board,
        f"INSERT INTO moderation_log {columns} VALUES (?, 'broker 1', 'remove', 'ad', 'X', 'spam')",
        at,
    )


INSTEAD = "moderation_log (id, at, who, what, kind, subject, reason) "
INSTEAD += "VALUES (1, '2020-01-01', 'nobody', 'none', 'ad', 'X', '')"
ON_SQLITE = (
    f"INSERT OR REPLACE INTO {INSTEAD}",
    "REPLACE INTO moderation_log SELECT id, '2020-01-01', who, what, kind, subject, reason, "
    "case_id, waited FROM moderation_log",
    "UPDATE OR REPLACE moderation_log SET id = 2",
)
ON_POSTGRESQL = (
    f"INSERT INTO {INSTEAD} ON CONFLICT (id) DO UPDATE SET who = excluded.who",
    "TRUNCATE moderation_log",
    "WITH gone AS (DELETE FROM moderation_log RETURNING id) SELECT count(*) FROM gone",
)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE moderation_log SET who = 'broker 2'",
        "UPDATE moderation_log SET at = '2020-01-01 00:00:00'",
        "DELETE FROM moderation_log",
        *(ON_POSTGRESQL if postgres.WANTED else ON_SQLITE),
    ],
)
def test_the_database_refuses_to_alter_the_log(board: Board, sql: str) -> None:
    add(board, days_ago=364)
    before = rows(board.app, "SELECT * FROM moderation_log")

    with pytest.raises(DBAPIError, match=r"append-only|twelve months"):
        run(board, sql)

    assert rows(board.app, "SELECT * FROM moderation_log") == before


def test_after_a_year_lines_go_by_themselves(board: Board) -> None:
    for days in (500, 367, 300):
        add(board, days_ago=days)
    board.work()
    assert rows(board.app, "SELECT count(*) FROM moderation_log") == [(1,)]


def test_every_step_is_a_line_without_an_address(board: Board, rhian: Browser) -> None:
    box = board.publish()
    for number in range(3):
        report(board, box, known(board, f"known{number}@members.example"), text="Odd.")
    decide(rhian, f"/desk/ad/{box}", "remove", reason="spam", sentence="No lamps.")

    lines = rows(board.app, "SELECT who, what, subject FROM moderation_log ORDER BY id")
    assert lines == [
        *[("anybody", "report", box)] * 2,
        ("anybody", "report", box),
        ("board", "hide", box),
        ("broker 1", "remove", box),
    ]
    kept = json.dumps(rows(board.app, "SELECT * FROM moderation_log"), default=str)
    assert_no_leak(kept, AD["email"], "known0@members.example", "rhian@chamber.example")
    assert "No lamps." not in kept


def test_the_log_leaves_as_a_file(board: Board, rhian: Browser, tmp_path: Path) -> None:
    box = held(board)
    decide(rhian, f"/desk/ad/{box}", "publish")
    assert box in words(rhian.get("/desk/log"))

    answer = rhian.press("/desk/log", action="/export")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["who"], line["what"]) for line in lines] == [
        ("broker 1", "publish"),
        ("broker 1", "export"),
    ]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert rhian.client.get("/desk/log/export").status_code == 405
    file = tmp_path / "log.jsonl"
    assert "2 lines written" in command(board, "moderation", "export", str(file))
    assert [json.loads(line) for line in file.read_text().splitlines()] == lines


def test_a_year_is_counted_for_everybody(board: Board, rhian: Browser) -> None:
    first, second = board.publish(), held(board)
    report(board, first, reason="dating")
    board.clock.shift(timedelta(hours=3))
    decide(rhian, f"/desk/ad/{first}", "remove", reason="dating")
    decide(rhian, f"/desk/ad/{second}", "publish")
    year = rows(board.app, "SELECT max(at) FROM moderation_log")[0][0]

    page = board.browser().get("/brokering/years", follow_redirects=True)

    said = words(page)
    assert f"Brokering in {str(year)[:4]}" in said
    for counted in ("treating this as dating 1", "let through 1", "removed 1"):
        assert counted in said
    assert re.search(r"hours to decide, on average 3\b", said)
    assert "Set-Cookie" not in page.headers
    assert first not in page.text
    for other in ("/brokering/1999", "/brokering/2019", "/brokering/12345"):
        assert board.browser().get(other).status_code == 404
    assert 'href="/brokering/years"' in board.browser().get("/brokering").text
