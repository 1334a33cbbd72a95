"""One visitor's connection to the board, and the list of all that was asked, by everybody."""

import gzip
import http.client
import re
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.load.network import FRONT, address_of
from tests.board import Form
from tests.deploy.proxy import NAME

BROKEN = 0  # no whole answer came
ANSWERED_WITHIN = 60.0  # seconds; then a visitor gives up


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, or BROKEN."""

    status: int
    text: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its kind of page, when it began (time.monotonic), how long it took."""

    kind: str
    begun: float
    seconds: float
    status: int

    @property
    def failed(self) -> bool:
        return self.status == BROKEN or self.status >= 500


@dataclass
class Deed:
    """What somebody was told was accepted, and when; moments are of time.monotonic."""

    number: int
    accepted: float = 0.0
    confirmed: float = 0.0  # their mailed link was pressed, and that was accepted too
    found_after: float = -1.0  # seconds from there until search found the ad
    box: str = ""


@dataclass
class Notes:
    """Everything that happened, written by all visitors."""

    asked: list[Asked] = field(default_factory=list)
    posts: list[Deed] = field(default_factory=list)
    replies: list[Deed] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)  # answers that nobody should have got


class Postbox:
    """The mails in the folder, by whom they are to; read once, by one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[str] = set()
        self._by: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def to(self, email: str) -> list[str]:
        """The texts of the mails to that address."""
        with self._lock:
            return list(self._by.get(email, ()))

    def look(self) -> None:
        """Read what is new."""
        if not self._folder.exists():
            return
        for path in sorted(self._folder.glob("*.eml")):
            if path.name not in self._seen:
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                with self._lock:
                    self._by.setdefault(str(mail["To"]), []).append(str(mail.get_content()))
                self._seen.add(path.name)

    def everything(self) -> list[tuple[str, str]]:
        """(address, text) of every mail."""
        self.look()
        return [(to, text) for to, texts in self._by.items() for text in texts]


class Line:
    """A browser: a kept connection from an address of its own, and cookies until `forget`."""

    def __init__(self, visitor: int, notes: Notes, trust: ssl.SSLContext) -> None:
        self._address = address_of(visitor)
        self._notes, self._trust = notes, trust
        self._connection: http.client.HTTPSConnection | None = None
        self._cookie = ""

    def forget(self) -> None:
        """Somebody else sits down here."""
        self._cookie = ""
        self._hang_up()

    def get(self, kind: str, path: str) -> Answer:
        """Ask for a page."""
        return self._ask(kind, "GET", path)

    def post(self, kind: str, path: str, fields: Mapping[str, Any]) -> Answer:
        """Send a form."""
        return self._ask(kind, "POST", path, urlencode(fields, doseq=True))

    def press(self, kind: str, page: Answer, path: str, typed: Mapping[str, Any]) -> Answer:
        """Press the last button of the form on `page` that is sent to `path`."""
        form = Form(page.text)
        if form.action not in {"", path}:
            form = Form(page.text, action=path)
        return self.post(kind, path, form.filled(**typed))

    def _ask(self, kind: str, method: str, path: str, body: str | None = None) -> Answer:
        begun = time.monotonic()
        try:
            answer = self._answer(method, path, body)
        except (OSError, http.client.HTTPException, EOFError):
            self._hang_up()
            answer = Answer(BROKEN)
        took = time.monotonic() - begun
        self._notes.asked.append(Asked(kind, begun, took, answer.status))
        return answer

    def _answer(self, method: str, path: str, body: str | None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                FRONT,
                timeout=ANSWERED_WITHIN,
                source_address=(self._address, 0),
                context=self._trust,
            )
        headers = {"Host": NAME, "Accept-Encoding": "gzip"}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Origin": f"https://{NAME}"}
        if self._cookie:
            headers["Cookie"] = self._cookie
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.getheader("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        location = re.sub(r"^https?://[^/]+", "", answer.getheader("Location") or "")
        return Answer(answer.status, raw.decode("utf-8", "replace"), location)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def trust_in(folder: Path) -> ssl.SSLContext:
    """The certificate of our nginx, asked by number."""
    trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    trust.check_hostname = False
    return trust
