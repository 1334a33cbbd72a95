"""After /mine/erase nothing of the person is left in any file of the board.

On PostgreSQL: in no row. What its files still hold of rows that were, its vacuum takes away.

The mail folder is left out: in development it stands in for the mailboxes, which belong to their
owners. With a mail server there is no such folder.
"""

import json
from pathlib import Path

import pytest

from tests import postgres
from tests.board import AD, MESSAGE, Board, Browser
from tests.outside import dump, outside

GWEN, DAFYDD = "quillovox.lanternfly@velvetorchard.example", "dafydd.rhys@letters.example"
NAME = "Gwenllianquill"
UNIQUE = {
    "headline": "Xylographer seeks somebody who grafts medlars",
    "seeks": "Show me how a medlarquin is grafted, in one quickthorn winter.",
    "offers": "Cutting letters into boxwood, with my greatuncle’s burinstock.",
    "about": "Kept a pressfolio in Machynlleth.",
    "seeks_skills": "medlarquin grafting",
    "offers_skills": "burinstock engraving",
}
EDITED = "Xylographer seeks a teacher of scionwood"
WORDS = ("medlar", "quickthorn", "burinstock", "pressfolio", "xylograph", "scionwood")
TRACES = [part.encode() for part in (*GWEN.split("@"), NAME)] + [word.encode() for word in WORDS]


def found_in(folder: Path, *, but: tuple[str, ...] = ()) -> list[str]:
    """`file: trace` for everything of hers in any file of the board, and any row."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "mail"]
    bytes_of = {path.name: path.read_bytes().lower() for path in files}
    if postgres.WANTED:
        bytes_of["database"] = "\n".join(dump(folder)).lower().encode()
    return [
        f"{name}: {trace.decode()}"
        for name, content in sorted(bytes_of.items())
        for trace in TRACES
        if trace.lower() in content and trace.decode() not in but
    ]


def busy_board(board: Board, folder: Path) -> None:
    """Sixty other ads, so that hers lies among others on the pages of the files."""
    lines = folder / "others.jsonl"
    with lines.open("w") as file:
        for number in range(60):
            words = {"headline": f"Ad number {number}", "email": f"p{number}@others.example"}
            ad = AD | words | {"place": "Aberystwyth", "capacity": 1, "confirmed": True}
            for side in ("seeks_skills", "offers_skills"):
                ad[side] = str(ad[side]).split(", ")
            file.write(json.dumps(ad) + "\n")
    said = board.app.test_cli_runner().invoke(args=["ads", "import", str(lines)])
    assert "60 added" in said.output, said.output
    lines.unlink()


def a_life(board: Board) -> tuple[Browser, str, str]:
    """Two ads of hers, one edited, one conversation, one report; her browser, Box and thread."""
    gwen = board.browser()
    closed = board.publish(gwen, **(UNIQUE | {"email": GWEN, "name": NAME, "kind": "offers"}))
    gwen.press("/mine", action=f"/ads/{closed}/close")
    box = board.publish(gwen, **(UNIQUE | {"email": GWEN, "name": NAME}))
    gwen.press(f"/ads/{box}/edit", headline=EDITED)
    gwen.press(f"/ads/{box}/report", reason="other", text=f"I am {GWEN}", email=GWEN)
    thread = board.converse(box)
    gwen.press(thread, message="Come on Tuesday, and bring the sharp knife.")
    board.work()
    return gwen, box, thread


def erase(browser: Browser) -> None:
    answer = browser.press("/mine", action="/mine/erase")
    assert (answer.status_code, answer.location) == (303, "/mine/erased")


def test_no_byte_of_an_erased_person_is_left(board: Board, tmp_path: Path) -> None:
    busy_board(board, tmp_path)
    gwen, _, _ = a_life(board)
    stores = {"database"} if postgres.WANTED else {"board.db", "board.db-wal"}
    assert {trace.partition(":")[0] for trace in found_in(tmp_path)} >= stores

    erase(gwen)

    goodbye = GWEN.split("@")  # waits in the outbox until the worker has handed it over
    assert found_in(tmp_path, but=(goodbye[0], goodbye[1])) == []
    board.work()  # hands it over
    board.work()  # empties the log
    assert found_in(tmp_path) == []


def test_the_other_side_keeps_what_was_said_without_a_name(board: Board) -> None:
    gwen, _, thread = a_life(board)
    erase(gwen)

    dafydd = board.sign_in(DAFYDD)
    page = dafydd.get(thread).text
    assert "bring the sharp knife" in page
    assert MESSAGE in page
    for trace in (NAME, *WORDS, *GWEN.split("@")):
        assert trace.lower() not in page.lower()
        assert trace.lower() not in dafydd.get("/mine").text.lower()


def test_an_erased_persons_addresses_lead_nowhere(board: Board) -> None:
    gwen, box, thread = a_life(board)
    assert board.browser().press("/mine", email=GWEN).status_code == 303
    link = board.link(GWEN)
    erase(gwen)

    for path in (f"/ads/{box}", f"/ads/{box}/edit", link):
        assert gwen.get(path).status_code in {303, 404, 410}, path
    assert board.browser().get(f"/ads/{box}").status_code in {404, 410}
    assert board.browser().get(link).status_code == 404
    assert "/mine?next" in gwen.get(thread).location  # nobody knows her here any more


def test_the_same_address_starts_anew(board: Board) -> None:
    gwen, box, thread = a_life(board)
    erase(gwen)

    again = board.browser()
    fresh = board.publish(again, **(UNIQUE | {"email": GWEN, "name": NAME}))

    assert fresh != box
    assert board.browser().get(f"/ads/{fresh}").status_code == 200
    mine = again.get("/mine").text
    assert (box in mine, thread in mine) == (False, False)
    assert again.get(thread).status_code == 404


def test_somebody_reading_meanwhile_only_delays_it(board: Board, tmp_path: Path) -> None:
    gwen, _, _ = a_life(board)
    with outside(tmp_path) as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT * FROM ads").fetchone()
        erase(gwen)
    board.work()
    board.work()
    assert found_in(tmp_path) == []


def test_an_index_that_is_busy_only_delays_it(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gwen, _, _ = a_life(board)
    monkeypatch.setattr("app.search.projection._PATIENCE", 0.1)
    with board.app.extensions["index"].wait_to_write(1):
        erase(gwen)
    board.work()
    board.work()
    assert found_in(tmp_path) == []
