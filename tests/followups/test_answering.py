"""How a writer’s answering is put on the ad’s page: fair to newcomers, counting what came."""

import pytest

from tests.board import Board
from tests.followups.waiting import GWEN, advertise, answer, end, pass_days, write
from tests.pages.look import statements, words
from tests.pages.shelf import stop_clock


@pytest.fixture
def box(board: Board) -> str:
    stop_clock(board)
    return advertise(board)


def said(board: Board, box: str) -> str:
    """What the ad’s page says behind the name of its writer."""
    page = words(board.browser().get(f"/ads/{box}"))
    return page.partition("Written by ")[2].partition(" Report this ad")[0].partition(", ")[2][:40]


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ("", "new here"),
        ("aa", "new here"),
        ("..", "new here"),
        ("aaa", "answers nearly everyone"),
        ("nwb", "answers nearly everyone"),  # a no, a goodbye and a block are answers
        ("aan.", "answers most people"),
        ("aa..", "answers about half"),
        ("a...", "often can’t answer"),
        ("...", "often can’t answer"),
        ("aaarrr", "answers nearly everyone"),  # taken back before there was an answer
        ("aaahhu", "answers nearly everyone"),  # never arrived
    ],
)
def test_what_is_said(board: Board, box: str, replies: str, words: str) -> None:
    ends = {"n": "no", "w": "writer", "b": "block", "r": "replier"}
    for number, what in enumerate(replies):
        email = f"r{number}.waits@crowd.example"
        held, known = "too quick" if what == "h" else "", what != "u"
        key = write(board, box, email, held=held, known=known)
        if what == "a":
            answer(board, key)
        elif what in ends:
            end(board, key, ends[what])
    assert said(board, box).startswith("new here")
    pass_days(board, 3)
    assert said(board, box).startswith(words)


def test_what_came_lately_says_nothing_yet(board: Board, box: str) -> None:
    for number in range(3):
        answer(board, write(board, box, f"r{number}.waits@crowd.example"))
    pass_days(board, 3)
    for number in range(3):
        write(board, box, f"s{number}.waits@crowd.example")
    assert said(board, box).startswith("answers nearly everyone")
    pass_days(board, 3)
    assert said(board, box).startswith("answers about half")


def test_all_ads_of_a_writer_count_and_nobody_else_s(board: Board, box: str) -> None:
    other = advertise(board, headline="A second ad of the same writer")
    stranger = advertise(board, "nest.w@b.example", headline="Somebody else’s")
    for number, one in enumerate((box, other, other)):
        answer(board, write(board, one, f"r{number}.waits@crowd.example"))
    pass_days(board, 3)
    assert said(board, box).startswith("answers nearly everyone")
    assert said(board, other).startswith("answers nearly everyone")
    assert said(board, stranger).startswith("new here")


def test_lists_do_not_ask(board: Board, box: str) -> None:
    write(board, box)
    with statements(board.app) as asked:
        board.browser().get("/ads")
    assert not [sql for sql in asked if "ended_by" in sql.partition("WHERE")[2]]
    assert GWEN not in board.browser().get(f"/ads/{box}").text
