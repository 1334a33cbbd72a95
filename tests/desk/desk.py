"""A broker at the desk, and what they need to look at."""

import re
from typing import Any

from werkzeug.test import TestResponse

from tests.board import Board, Browser
from tests.outside import say
from tests.pages.look import words

BROKER = "rhian@chamber.example"
OTHER = "owain@chamber.example"


def command(board: Board, *args: str) -> str:
    """What a command of the operator says."""
    ran = board.app.test_cli_runner().invoke(args=list(args))
    assert ran.exit_code == 0, ran.output
    return ran.output


def broker(board: Board, email: str = BROKER) -> Browser:
    """Somebody who has the desk, signed in the way everybody does."""
    command(board, "brokers", "add", email)
    return board.sign_in(email)


def held(board: Board, **changes: Any) -> str:
    """An ad that a machine seems to have posted; returns its Box."""
    browser = board.browser()
    email = str(changes.setdefault("email", "held@members.example"))
    assert board.post_ad(browser, leave_this_empty="x", **changes).status_code == 303
    assert browser.press(board.link(email)).status_code == 303
    listed = command(board, "ads", "held")
    return re.findall(r"Box (\w{6})", listed)[-1]


def report(board: Board, box: str, browser: Browser | None = None, **typed: Any) -> TestResponse:
    """Report an ad, without signing in unless `browser` is known."""
    answer = (browser or board.browser()).press(
        f"/ads/{box}/report", **({"reason": "spam"} | typed)
    )
    assert answer.status_code == 303, answer.text
    return answer


def known(board: Board, email: str) -> Browser:
    """Somebody whose address is proven: they have an ad of their own."""
    browser = board.browser()
    board.publish(browser, email=email, headline=f"An ad of {email.partition('@')[0]}’s own")
    return browser


def decide(browser: Browser, path: str, what: str, **typed: Any) -> TestResponse:
    """Press one of the buttons on that screen."""
    return browser.press(path, action=path, decision=what, **typed)


def queue(browser: Browser) -> str:
    """What the desk’s front page says."""
    page = browser.get("/desk")
    assert page.status_code == 200, page.text
    return words(page)


def change(board: Board, sql: str, values: tuple[object, ...] = ()) -> None:
    """Change something behind the board’s back, as no form would."""
    named = {f"v{place}": value for place, value in enumerate(values)}
    for name in named:
        sql = re.sub(r"(?<=[ (])\?", f":{name}", sql, count=1)
    say(board.app, sql, **named)


def handle_of(browser: Browser, box: str) -> str:
    """What the desk calls the writer of that ad, from now on."""
    answer = browser.press(f"/desk/ad/{box}", action="/desk/people")
    assert answer.status_code == 303, answer.text
    return str(answer.location).rpartition("/")[2]
