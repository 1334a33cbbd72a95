"""The board through its public doors: browsers with cookies, forms as pages carry them, mails."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from app import worker
from app.tasks import TASKS

AD: dict[str, Any] = {
    "kind": "seeks",
    "headline": "Ward sister, new to running things, seeks a shopkeeper’s eye",
    "seeks": "I’ve been handed a budget and a team of fourteen, and I’d love a monthly half hour.",
    "offers": "First aid that sticks, and staying calm when it’s loud.",
    "seeks_skills": "budgets, running a team",
    "offers_skills": "first aid",
    "about": "",
    "sector": "health",
    "sectors_wanted": "different",
    "language": "en",
    "place": "Aberystwyth",
    "modes": ["in_person", "phone"],
    "rhythm": "monthly",
    "capacity": "1",
    "name": "Gwen",
    "email": "gwen.prydderch@members.example",
}
MESSAGE = "Dear Box, I kept a shop in Aberaeron for nineteen years and learnt to write a rota."
FILLING_IN = timedelta(seconds=20)  # how long a person takes over a form


class Form(HTMLParser):
    """The first form of <main>: its action and fields, as a browser would send them."""

    def __init__(self, html: str, *, action: str = "") -> None:
        super().__init__()
        self.wanted, self.action, self.method = action, "", "get"
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, str]] = []
        self._in_main = self._inside = self._done = False
        self._select = ""
        self._textarea: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._in_main = True
        elif tag == "form" and self._in_main and not self._done:
            if not self.wanted or values.get("action", "").endswith(self.wanted):
                self._inside = True
                self.action = values.get("action", "")
                self.method = values.get("method", "get")
        elif self._inside:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str]) -> None:
        name = values.get("name", "")
        if tag == "textarea":
            self._textarea = name
            self.fields.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            self.fields.append((self._select, values.get("value", "")))
        elif tag == "button":
            self.buttons.append((name, values.get("value", "")))
        elif tag == "input":
            if values.get("type") in {"radio", "checkbox"} and "checked" not in values:
                return
            self.fields.append((name, values.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            name, before = self.fields[-1]
            self.fields[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            self._textarea = None
            name, value = self.fields[-1]  # one line break after the tag is not part of the text
            self.fields[-1] = (name, value.removeprefix("\r").removeprefix("\n"))
        elif tag == "select":
            self._select = ""
        elif tag == "form" and self._inside:
            self._inside, self._done = False, True

    def filled(self, **changes: Any) -> dict[str, list[str]]:
        """What pressing its last button sends, with `changes` typed in."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        if self.buttons and self.buttons[-1][0]:
            sent[self.buttons[-1][0]] = [self.buttons[-1][1]]
        for name, value in changes.items():
            sent[name] = value if isinstance(value, list) else [value]
        return {name: values for name, values in sent.items() if name}


class Browser:
    """One browser: its cookies, and the pages and forms it goes through."""

    def __init__(self, app: Flask, clock: time_machine.Traveller) -> None:
        self.client = app.test_client()
        self.clock = clock

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def press(
        self, path: str, *, action: str = "", takes: timedelta = FILLING_IN, **changes: Any
    ) -> TestResponse:
        """Open `path`, fill in its form with `changes`, take some time, press the button."""
        return self.send(self.get(path), action=action, takes=takes, **changes)

    def send(
        self, page: TestResponse, *, action: str = "", takes: timedelta = FILLING_IN, **changes: Any
    ) -> TestResponse:
        """Press the last button of the form on `page`."""
        form = Form(page.text, action=action)
        assert form.action or form.method == "post", f"no form on this page: {page.text[:400]}"
        target = form.action or page.request.path
        self.clock.shift(takes)
        return self.client.post(target, data=form.filled(**changes))


def first_link(mail: EmailMessage) -> str:
    """The path of the first link in a mail."""
    text = mail.get_content()
    found = re.search(r"https?://[^/\s]+(/\S*)", text)
    assert found is not None, text
    return found[1]


class Board:
    """One running board with its mail folder, and a clock that a test may move on."""

    often = 60.0  # seconds: what is done so often is due whenever the worker is let work

    def __init__(self, app: Flask, clock: time_machine.Traveller) -> None:
        self.app = app
        self.clock = clock
        self.folder: Path = app.extensions["settings"].mail_folder
        self._next: dict[str, datetime] = {}  # when a task that is seldom done is due again

    def browser(self) -> Browser:
        """A browser that has never been here."""
        return Browser(self.app, self.clock)

    def work(self) -> None:
        """Let the worker do what is due: everything, but for what it has done and does seldom."""
        now = datetime.now(UTC)
        due = [task for task in TASKS if self._next.get(task.name, now) <= now]
        for task in due:
            if task.every_seconds > self.often:
                self._next[task.name] = now + timedelta(seconds=task.every_seconds)
        worker.run(self.app, once=True, tasks=due)

    def deliver(self) -> None:
        """Let the worker hand over what is promised by now, and do nothing else."""
        worker.run(self.app, once=True, tasks=[])

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The mails handed over so far, oldest first, to one address or to all."""
        self.work()
        return self._handed_over(to)

    def _handed_over(self, to: str) -> list[EmailMessage]:
        found = []
        for path in sorted(self.folder.glob("*.eml")):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if not to or str(mail["To"]) == to:
                found.append(mail)
        return found

    def link(self, to: str) -> str:
        """The path of the first link in the newest mail to that address."""
        return first_link(self.mails(to)[-1])

    def confirm(self, to: str, browser: Browser) -> TestResponse:
        """Press the link that was mailed for what `browser` has just sent; returns the answer."""
        self.deliver()
        answer = browser.press(first_link(self._handed_over(to)[-1]))
        assert answer.status_code == 303, answer.text
        return answer

    def stop(self, to: str) -> str:
        """The path by which the newest mail of a conversation to that address says no to more."""
        for mail in reversed(self.mails(to)):
            if leave := mail["List-Unsubscribe"]:
                return urlsplit(str(leave).strip("<>")).path
        raise AssertionError("no mail of a conversation")

    def post_ad(self, browser: Browser | None = None, **changes: Any) -> TestResponse:
        """Fill in the ad form and go through the preview; returns the last answer."""
        browser = browser or self.browser()
        preview = browser.press("/ads/new", **(AD | changes))
        assert preview.status_code == 200, preview.text
        return browser.send(preview)

    def publish(self, browser: Browser | None = None, **changes: Any) -> str:
        """Post an ad, press the mailed link; returns its Box number, found by search."""
        browser = browser or self.browser()
        email = str(changes.get("email", AD["email"]))
        assert self.post_ad(browser, **changes).status_code == 303
        answer = self.confirm(email, browser)
        self.work()
        return answer.location.split("/")[2]

    def reply(
        self,
        box: str,
        browser: Browser | None = None,
        *,
        email: str = "dafydd.rhys@letters.example",
        name: str = "Dafydd",
        message: str = MESSAGE,
    ) -> TestResponse:
        """Write to an ad; returns the answer to the form."""
        browser = browser or self.browser()
        page = browser.get(f"/ads/{box}", follow_redirects=True)
        return browser.send(page, message=message, name=name, email=email)

    def converse(self, box: str, browser: Browser | None = None, **changes: Any) -> str:
        """Write to an ad and press the mailed link; returns the path of the thread."""
        browser = browser or self.browser()
        assert self.reply(box, browser, **changes).status_code == 303
        answer = self.confirm(changes.get("email", "dafydd.rhys@letters.example"), browser)
        self.work()
        return answer.location

    def sign_in(self, email: str, browser: Browser | None = None) -> Browser:
        """Ask for a link at /mine and press it."""
        browser = browser or self.browser()
        assert browser.press("/mine", email=email).status_code == 303
        assert browser.press(self.link(email)).status_code == 303
        return browser
