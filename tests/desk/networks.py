"""Networks as a broker makes them, and the ways their members come."""

import html
import re
from typing import Any

from werkzeug.test import TestResponse

from tests.board import Board, Browser
from tests.pages.look import main_of

GUILD = "Teifi Makers’ Guild"
NETWORK = {
    "name": GUILD,
    "link": "https://guild.example/about",
    "meaning": "People who make things for a living, near the Teifi.",
    "domain": "",
}


def added(rhian: Browser, **typed: Any) -> str:
    """Add a network; returns the path of its page at the desk."""
    answer = rhian.press("/desk/networks", **(NETWORK | typed))
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def invitation(rhian: Browser, path: str) -> str:
    """The path that its invitation link leads to."""
    found = re.search(r'id="invitation" value="http://localhost([^"]+)"', rhian.get(path).text)
    assert found is not None
    return found[1]


def deed(rhian: Browser, path: str, what: str, **typed: Any) -> TestResponse:
    """Press one of the buttons on a network’s page."""
    return rhian.press(path, action=f"{path}/{what}", **typed)


def by_mail(board: Board, invited: str, email: str) -> Browser:
    """Join by the invitation as somebody whom the browser does not know yet."""
    browser = board.browser()
    answer = browser.press(invited, email=email)
    assert (answer.status_code, answer.location) == (303, f"{invited}/sent"), answer.text
    answer = browser.press(board.link(email))
    assert (answer.status_code, answer.location) == (303, "/mine#networks"), answer.text
    return browser


def badges(page: TestResponse) -> list[tuple[str, str]]:
    """The networks that are named on the page as vouching for somebody: where to, and the name."""
    lines = re.findall(r'<p class="vouch noprint">(.*?)</p>', main_of(page), re.DOTALL)
    found = [pair for line in lines for pair in re.findall(r'<a href="([^"]+)">([^<]+)</a>', line)]
    return [(path, html.unescape(name)) for path, name in found]
