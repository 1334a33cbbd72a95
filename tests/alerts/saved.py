"""Saving searches as visitors do, and the mails that come of them."""

import re
from email.message import EmailMessage
from urllib.parse import urlsplit

from tests.board import Board, Browser

NIA = "nia.haf@letters.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def ask(board: Board, path: str, *, email: str = NIA, pace: str = "at_once") -> None:
    """Save the search of that page."""
    answer = board.browser().press(path, action="/alerts", email=email, pace=pace)
    assert (answer.status_code, answer.location) == (303, "/alerts/sent"), answer.text


def save(board: Board, path: str, *, email: str = NIA, pace: str = "at_once") -> Browser:
    """Save the search of that page and press the mailed link; returns the browser."""
    ask(board, path, email=email, pace=pace)
    browser = board.browser()
    answer = browser.press(board.link(email))
    assert (answer.status_code, answer.location) == (303, "/alerts"), answer.text
    return browser


def told(board: Board, email: str = NIA) -> list[list[str]]:
    """The Boxes that each alert's mail has named, oldest mail first."""
    return [boxes_in(mail) for mail in alerts_of(board, email)]


def alerts_of(board: Board, email: str = NIA) -> list[EmailMessage]:
    """The mails to that address that came of alerts."""
    return [mail for mail in board.mails(email) if mail["List-Unsubscribe"]]


def boxes_in(mail: EmailMessage) -> list[str]:
    return re.findall(r"^http://localhost/ads/(\w{6})\s*$", mail.get_content(), re.MULTILINE)


def way_out(mail: EmailMessage) -> str:
    """The path that the mail gives for stopping."""
    return urlsplit(str(mail["List-Unsubscribe"]).strip("<>")).path
