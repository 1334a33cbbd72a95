"""A form that was sent is sent again: pressed twice, replayed, or kept for later. Once is once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.board import AD, FILLING_IN, MESSAGE, Board, Browser, Form
from tests.security.scene import OUTSIDER, REPLIER, Scene, kept, rules, scene

MOMENT = re.compile(r"'[\d-]{10} [\d:]{8}\.\d+'")
Step = tuple[str, str, str, dict[str, Any]]  # whose browser, page, form, what is typed
SAID = {"message": MESSAGE, "name": "Mair", "email": OUTSIDER}
STEPS: dict[str, Step] = {
    "ad.reply": ("mair", "/ads/{box}", "/reply", SAID),
    "alerts.save": ("guest", "/ads?q=choir", "/alerts", {"email": REPLIER, "pace": "at_once"}),
    "link.act": ("guest", "/l/{token}", "", {}),
    "mine.act": ("gwen", "/mine", "/ads/{box}/pause", {}),
    "mine.ask": ("guest", "/mine", "/mine", {"email": "nobody@letters.example"}),
    "mine.edit": ("gwen", "/ads/{box}/edit", "/edit", {"headline": "A headline put right"}),
    "my_data.sign_out": ("gwen", "/mine", "/sign-out", {}),
    "posting.post": ("guest", "/ads/new", "", AD | {"go": "mail", "email": REPLIER}),
    "report.send": ("guest", "/ads/{box}/report", "/report", {"reason": "spam"}),
    "thread.block": ("gwen", "/threads/{key}", "/block", {}),
    "thread.decline": ("gwen", "/threads/{key}", "/decline", {"reason": "far"}),
    "thread.end": ("dafydd", "/threads/{key}", "/end", {}),
    "thread.mute": ("dafydd", "/threads/{key}", "/mute", {}),
    "thread.report": ("dafydd", "/threads/{key}", "/report", {"reason": "spam", "text": "Look"}),
    "thread.share": ("dafydd", "/threads/{key}", "/share", {}),
    "thread.write": ("gwen", "/threads/{key}", "", {"message": f"And then: {MESSAGE}"}),
}
# What is tried elsewhere, or changes nothing that a second press could repeat.
ELSEWHERE = {
    "alert_link.act": "tests/alerts/test_alerts.py",
    "alerts.change": "tests/alerts/test_alerts.py",
    "answer.act": "tests/followups/test_answering.py",
    "appeal.send": "tests/desk/test_appeals.py",
    "meet.act": "tests/desk/test_meeting.py",
    "joining.ask": "tests/pages/test_vouching.py",
    "joining.join": "tests/pages/test_vouching.py",
    "joining.leave": "tests/pages/test_vouching.py",
    "my_data.erase": "tests/pages/test_my_data.py",
    "my_data.export": "tests/pages/test_my_data.py",
    "report_link.act": "tests/desk/test_reports.py",
    "stop.act": "tests/pages/test_stop.py",
}


@pytest.fixture
def here(board: Board) -> Scene:
    return scene(board)


def pressed(here: Scene, step: Step) -> tuple[Callable[[], TestResponse], Browser]:
    """The press of that form as the browser would send it, again and again byte for byte."""
    who, page, form, typed = step
    values = {"box": here.box, "key": here.key, "token": here.token}
    browser: Browser = here.board.browser() if who == "guest" else getattr(here, who)
    shown = browser.get(page.format(**values))
    read = Form(shown.text, action=form.format(**values))
    here.board.clock.shift(FILLING_IN)
    sent, target = read.filled(**typed), read.action or shown.request.path
    return lambda: browser.client.post(target, data=sent), browser


def settled(here: Scene) -> tuple[set[str], int]:
    """What is kept, and how many mails went out, once the worker has nothing left to do."""
    mails = len(here.board.mails())
    here.board.work()
    # When a thing was last looked at may change; what it is may not.
    return {MOMENT.sub("then", line) for line in kept(here.board.app)}, mails


@pytest.mark.parametrize("endpoint", STEPS)
def test_twice_is_once(here: Scene, endpoint: str) -> None:
    press, _ = pressed(here, STEPS[endpoint])

    first = press()
    assert first.status_code in {200, 303}, first.text
    here.board.work()
    after, mails = settled(here)
    second = press()

    assert second.status_code < 500
    assert settled(here) == (after, mails)


def test_no_door_is_forgotten(here: Scene) -> None:
    there = {rule.endpoint for rule in rules(here.board.app, "POST")}
    assert there <= set(STEPS) | set(ELSEWHERE)


@pytest.mark.parametrize("endpoint", ["thread.write", "mine.act", "thread.share"])
def test_a_request_kept_from_before_signing_out_is_worth_nothing(
    here: Scene, endpoint: str
) -> None:
    press, browser = pressed(here, STEPS[endpoint])
    assert browser.press("/mine", action="/sign-out").status_code == 303
    before = kept(here.board.app)

    assert press().status_code in {400, 403}
    assert kept(here.board.app) == before


@pytest.mark.parametrize("endpoint", ["thread.write", "ad.reply", "report.send", "mine.ask"])
def test_a_request_kept_for_two_days_is_asked_again(here: Scene, endpoint: str) -> None:
    press, _ = pressed(here, STEPS[endpoint])
    here.board.clock.shift(timedelta(days=2))
    before = kept(here.board.app)

    assert press().status_code == 400
    assert kept(here.board.app) == before
