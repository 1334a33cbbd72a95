"""Two ads that a broker puts to each other, and what their writers press."""

import re
from typing import Any

from werkzeug.test import TestResponse

from tests.board import Board, Browser
from tests.desk.desk import BROKER
from tests.followups.waiting import advertise
from tests.pages.look import rows, words

GWEN, IFAN = "gwen.prydderch@members.example", "ifan.wheelwright@letters.example"
LINE = "You both keep odd hours, and each of you has what the other asks for."
DESK = "/desk/introductions"
SEEN = "Your yes is noted"


def two(board: Board, **changes: Any) -> tuple[str, str]:
    """Gwen’s ad and Ifan’s, live; their Boxes. `changes` are of the first."""
    first = advertise(
        board,
        GWEN,
        **({"headline": "Ward sister seeks a wheel", "name": "Gwenllian", "capacity": 1} | changes),
    )
    second = advertise(
        board,
        IFAN,
        headline="Wheelwright seeks a calm voice",
        seeks="Somebody to tell me what staying calm takes.",
        offers="Spokes, felloes and how a wheel stays round.",
        name="Ifanwyn",
    )
    return first, second


def propose(rhian: Browser, first: str, second: str, line: str = LINE) -> TestResponse:
    """Fill in the form at the desk."""
    return rhian.press(DESK, action=DESK, first=first, second=second, line=line)


def proposed(board: Board, rhian: Browser, **changes: Any) -> tuple[str, str]:
    """Two ads that are introduced; the paths of Gwen’s link and of Ifan’s."""
    first, second = two(board, **changes)
    assert propose(rhian, first, second).status_code == 303
    return asked(board, GWEN), asked(board, IFAN)


def asked(board: Board, email: str) -> str:
    """The path of the link by which that person answers."""
    text = "\n".join(mail.get_content() for mail in board.mails(email))
    return re.findall(r"/l/meet-\S+", text)[-1]


def says(board: Board, link: str, answer: str) -> TestResponse:
    """Press one of the buttons, from a browser that nobody knows."""
    page = board.browser().get(link)
    return board.browser().send(page, do=answer)


def subjects(board: Board, email: str) -> list[str]:
    """What that person’s mails are headed, oldest first."""
    return [str(mail["Subject"]) for mail in board.mails(email)]


def listed(board: Board) -> str:
    """What the desk says of introductions so far, to a broker who has just come in."""
    page = board.sign_in(BROKER).get(DESK)
    return words(page).partition("Introductions so far")[2]


def threads(board: Board) -> list[tuple[object, ...]]:
    return rows(board.app, "SELECT state, box, writer_name, replier_name FROM threads")
