"""The real board in processes of its own, on a port of its own: killed, starved and rushed."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from app import create_app
from app.config import ROOT, Settings
from app.db import db
from tests import outside
from tests.board import AD, Form
from tests.outside import database_of
from tests.waiting import PATIENCE, free_port, until
from tests.words import own_sides, own_words

REFUSED, BROKEN = -1, 0  # nobody was listening; nobody knows what became of the request
QUICKEST = 3.1  # seconds after which a form is not taken for a machine's
# What takes minutes is tried with a fifth as many of everything, unless the whole is asked for.
SHARE = 1 if os.environ.get("TEST_FAULTS") == "whole" else 5
SECRET = "only for these tests, and long enough for them"
_DROPPED = {"APP_ENV", "SITE_NAME", "PORT", "DEMO", "RELAY_DOMAIN", "REDIS_URL"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` may be REFUSED or BROKEN where no whole answer came."""

    status: int
    text: str = ""
    location: str = ""
    cookie: str = ""
    seconds: float = 0.0


class Site:
    """One board: its folder, its port, the processes started for it."""

    def __init__(self, folder: Path, *, mail_url: str = "", demo: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.surroundings = {k: v for k, v in os.environ.items() if k not in _DROPPED} | {
            "DATABASE_URL": database_of(folder),
            "SEARCH_URL": f"whoosh:{folder}/index",
            "MAIL_URL": mail_url or f"file:{folder}/mail",
            "MAIL_FROM": "board@board.example.org",
            "SECRET_KEY": SECRET,
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "PORT": str(self.port),
            "DEMO": "1" if demo else "0",
            "PROXY_HOPS": "1",  # so that each visitor here can come from a network of their own
            "MEANING": "off",  # a new board reads the whole catalogue otherwise, for half a minute
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.token: dict[str, list[str]] = {}
        self.shown_at = 0.0

    # --- processes ---

    def start(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        """Start `python -m command…` on this board."""
        with (self.folder / "said.log").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.surroundings | more,
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
        self.processes.append(process)
        return process

    def serve(self, program: str = "app.serve") -> subprocess.Popen[bytes]:
        """Web and worker together, answering."""
        process = self.start(program)
        self.until_it_answers(process)
        return process

    def web(self, **more: str) -> subprocess.Popen[bytes]:
        """The web alone, answering; `BUSY_SECONDS` shortens how long it waits for a lock."""
        bind = ("--bind", f"127.0.0.1:{self.port}")
        process = self.start("tests.faults.web", "--config", "python:app.web_server", *bind, **more)
        self.until_it_answers(process)
        return process

    def until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        def answers() -> bool:
            assert process.poll() is None, self.said()
            return self.get("/healthz").status == 200

        until(answers)

    def said(self) -> str:
        """What the processes wrote to their standard output and error."""
        path = self.folder / "said.log"
        return path.read_text() if path.exists() else ""

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run `flask command…` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *command],
            cwd=ROOT,
            env=self.surroundings,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def end(self) -> None:
        """End every process started here, and what they started, by its id."""
        for process in self.processes:
            for pid in [*family(process.pid), process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.communicate()

    # --- visitors ---

    def get(self, path: str, *, cookie: str = "") -> Answer:
        return self._ask("GET", path, None, {"Cookie": cookie} if cookie else {})

    def post(
        self, path: str, fields: Mapping[str, Any], *, source: int = 1, cookie: str = ""
    ) -> Answer:
        """Send a form as a browser in network number `source` would."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"198.51.{source // 250}.{source % 250 + 1}",
            **({"Cookie": cookie} if cookie else {}),
        }
        return self._ask("POST", path, urlencode(fields, doseq=True), headers)

    def form(self, path: str, *, cookie: str = "", action: str = "") -> Form:
        """The form on a page, or the one that is sent to `action`."""
        return Form(self.get(path, cookie=cookie).text, action=action)

    def press(self, path: str, *, cookie: str = "", action: str = "", **changes: Any) -> Answer:
        """Open `path`, fill in its form, press its button."""
        form = self.form(path, cookie=cookie, action=action)
        return self.post(form.action or path, form.filled(**changes), cookie=cookie)

    def ad(self, number: int, **changes: Any) -> dict[str, Any]:
        """The last step of posting ad `number`, by somebody of that number, in no hurry."""
        words = {"headline": f"Number {number} seeks a shopkeeper’s eye", "email": email(number)}
        words |= own_sides(number)
        return {**self._ripe(), **AD, **words, "go": "mail", **changes}

    def reply(self, number: int, **changes: Any) -> dict[str, Any]:
        """A first message by somebody of that number, in no hurry."""
        own = {"message": f"Dear Box {number}, let’s talk of {own_words(number)}."}
        own |= {"name": "Dafydd", "email": email(number)}
        return {**self._ripe(), **own, **changes}

    def _ripe(self) -> dict[str, list[str]]:
        """The tokens of a form that has been shown for longer than the trap is set."""
        if not self.token:
            shown = self.get("/ads/new")
            assert shown.status == 200, (shown.status, shown.text)
            fields = Form(shown.text).filled()
            self.token = {name: fields[name] for name in ("csrf_token", "started")}
            self.shown_at = time.monotonic()
        time.sleep(max(0.0, self.shown_at + QUICKEST - time.monotonic()))
        return self.token

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except ConnectionRefusedError:
            return Answer(REFUSED)
        except (OSError, http.client.HTTPException):
            return Answer(BROKEN)
        finally:
            connection.close()
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        took = time.monotonic() - begun
        return Answer(answer.status, text, answer.getheader("Location") or "", cookie, took)

    # --- what is there ---

    def app(self) -> Flask:
        """The same board in this process, to look into its database."""
        values: dict[str, Any] = {k.lower(): v for k, v in self.surroundings.items()}
        names = Settings.model_fields
        known = {name: values[name] for name in names if name in values}
        return create_app(Settings(_env_file=None, **known))  # type: ignore[call-arg]

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """A look into the database and index, in this process."""
        app = self.app()
        with app.app_context():
            try:
                yield app
            finally:
                db.engine.dispose()

    @contextmanager
    def renamed(self, table: str) -> Iterator[None]:
        """A database in which a table cannot be found for a while."""
        with outside.renamed(self.surroundings["DATABASE_URL"], table):
            yield

    def count(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Ask the database from outside, without the board."""
        return outside.say(self.surroundings["DATABASE_URL"], query, **values)

    def mails(self, to: str = "") -> list[tuple[str, str]]:
        """(recipient, text) of the mails in the folder, oldest first."""
        found = []
        for path in sorted((self.folder / "mail").glob("*.eml")):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            found.append((str(mail["To"]), str(mail.get_content())))
        return [mail for mail in found if not to or mail[0] == to]

    def link(self, number: int, nth: int = 1) -> str:
        """The path of the first link in that person's nth mail, once it has come."""
        until(lambda: len(self.mails(email(number))) >= nth)
        link = re.search(r"https?://[^/\s]+(/\S*)", self.mails(email(number))[nth - 1][1])
        assert link is not None
        return link[1]

    def publish(self, number: int, **changes: Any) -> tuple[str, str]:
        """A live ad of person `number`: its Box and the writer's cookie."""
        assert self.post("/ads/new", self.ad(number, **changes), source=number).status == 303
        answer = self.press(self.link(number))
        assert answer.status == 303, answer
        return answer.location.split("/")[2], answer.cookie


def email(number: int) -> str:
    """The address of the person of that number."""
    return f"person{number}@number{number}.example"


def family(parent: int) -> set[int]:
    """The children of `parent`, and theirs."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    children = {pid for pid, of in pairs if of == parent}
    return children | {pid for child in children for pid in family(child)}
