"""Everything a board gives out while it is used, each piece with the one person it is meant for."""

import html
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest

from tests.board import Board, Browser
from tests.leaks.people import BROKER
from tests.oracle import assert_no_leak

# The mail folder stands in for the mailboxes, and /dev/mailbox shows it: neither is given out.
_NOT_FOLLOWED = re.compile(r"/(static|dev|l)/")
_LINK = re.compile(r'(?:href|action)="([^"]*)"|<loc>([^<]*)</loc>')
_MOST_PAGES = 120
# The one answer that shows a broker somebody’s address: to a press with a reason, which is logged.
_ASKED = re.compile(r"POST /desk/people/P\w{6}/address")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing given out. `owner`: the address of whom it was for, '' when it was for anybody.

    `asked`: the one address that a broker asked to be shown by this very press.
    """

    kind: str
    name: str
    owner: str
    material: bytes
    asked: str = ""


class Watch:
    """A board of which every answer is kept, headers and all, with whose browser it went to."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.answers: list[Piece] = []
        inner: Callable[..., Iterable[bytes]] = board.app.wsgi_app

        def keep(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            head: list[str] = []

            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                head[:] = [status, *(f"{name}: {value}" for name, value in headers)]
                return start_response(status, headers, *rest)

            body = b"".join(inner(environ, start))
            name = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            whole = "\n".join(head).encode() + b"\n\n" + body
            owner, asked = (environ.get(f"board.{it}", "") for it in ("owner", "asked"))
            self.answers.append(Piece("answer", name, owner, whole, asked))
            return [body]

        board.app.wsgi_app = keep  # type: ignore[method-assign]

    def browser(self, owner: str = "") -> Browser:
        """A fresh browser that only `owner` looks at; without a name, anybody's."""
        browser = self.board.browser()
        browser.client.environ_base["board.owner"] = owner
        return browser

    def crawl(self, browser: Browser, *starts: str) -> int:
        """Open everything that can be reached from `starts` by links; returns how many pages."""
        waiting, seen = list(starts), set(starts)
        opened = 0
        while waiting and opened < _MOST_PAGES:
            answer = browser.get(waiting.pop(0))
            opened += 1
            for path in _paths(answer.headers.get("Location", ""), answer.text):
                if path not in seen:
                    seen.add(path)
                    waiting.append(path)
        return opened

    def everything(self, caplog: pytest.LogCaptureFixture) -> list[Piece]:
        """All that has been given out so far."""
        return [*self.answers, *self._mails(), *self._index(), *_log(caplog), *self._commands()]

    def _mails(self) -> Iterator[Piece]:
        for mail in self.board.mails():
            owner = str(mail["To"])
            yield Piece("mail", str(mail["Subject"]), owner, mail.as_bytes())
            decoded = f"{mail.items()}\n{mail.get_content()}"
            yield Piece("mail", str(mail["Subject"]), owner, decoded.encode())

    def _index(self) -> Iterator[Piece]:
        folder: Path = self.board.app.extensions["settings"].search_folder
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield Piece("index", path.name, "", path.read_bytes())

    def _commands(self) -> Iterator[Piece]:
        exported = self.board.folder.with_name("exported.jsonl")
        for line in (
            f"ads export {exported}",
            "ads held",
            "messages held",
            "outbox status",
            "reports",
            "search check",
        ):
            with self.board.app.app_context():
                said = self.board.app.test_cli_runner().invoke(args=line.split())
            assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
            yield Piece("command", line.partition(" /")[0], "", said.output.encode())
        yield Piece("export", exported.name, "", exported.read_bytes())


def _paths(*texts: str) -> Iterator[str]:
    """The addresses on this board that a page leads to, without those that change anything."""
    links = [found[1] or found[2] for text in texts[1:] for found in _LINK.finditer(text)]
    for link in [texts[0], *links]:
        parts = urlsplit(urldefrag(html.unescape(link)).url)
        if parts.netloc in {"", "localhost"} and parts.path.startswith("/"):
            path = parts._replace(scheme="", netloc="").geturl()
            if not _NOT_FOLLOWED.match(path):
                yield path


def _log(caplog: pytest.LogCaptureFixture) -> Iterator[Piece]:
    plain = logging.Formatter()
    for record in caplog.records:
        if record.name != "mail.log":  # the mail server's own, which lives in this process too
            line = f"{plain.format(record)} {getattr(record, 'noted', '')}"
            yield Piece("log", record.name, "", line.encode())


def leaks(pieces: Iterable[Piece], everybody: Iterable[str]) -> list[str]:
    """What can be read where it should not: `kind name: whose address can be seen`, each once.

    The broker answers for the board, so that one address stands at the foot of every mail, and on
    the page that says who answers. A broker who asked for one person’s address, by the press that
    is for that, reads that one in the answer to that press.
    """
    found = set()
    for piece in set(pieces):
        kind, name, material = piece.kind, piece.name, piece.material
        told = kind == "mail" or (kind, name) == ("answer", "GET /brokering")
        known = {piece.owner, BROKER} if told else {piece.owner}
        if kind == "answer" and piece.owner == BROKER and _ASKED.fullmatch(name):
            known.add(piece.asked)
        hidden = [address for address in everybody if address not in known]
        try:
            assert_no_leak(material, *hidden)
        except AssertionError as leak:
            found.add(f"{kind} {name}: {leak}")
    return sorted(found)
