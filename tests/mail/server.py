"""A real mail server on loopback, that keeps every mail and answers badly on request."""

import asyncio
import ssl
import threading
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROP = "drop"  # an answer: take the mail and hang up without a word
HANG = "hang"  # an answer: take the mail and say nothing until released


class MailServer(Controller):
    """Use as a context manager. `answers[step]` are given in turn, then everything is welcome.

    Steps: MAIL, RCPT, DATA. `mails` are (sender, recipient, bytes), in the order they came,
    refused and dropped ones included: what counts is what this side has seen.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit_tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.mails: list[tuple[str, str, bytes]] = []
        self.encrypted: list[bool] = []
        self.peers: list[object] = []  # over which connection each mail came
        self.answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self.released = threading.Event()
        self.hung = threading.Event()
        self.connections = 0
        self.login = login
        super().__init__(
            self,
            hostname="127.0.0.1",
            port=0,
            tls_context=tls,
            ssl_context=implicit_tls,
            authenticator=self._authenticate if login else None,
            auth_require_tls=False,
            auth_exclude_mechanism=[] if login else ["LOGIN", "PLAIN"],
            timeout=20,
        )

    def url(self, options: str = "", login: str = "", scheme: str = "smtp") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.port}{options}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.stop()

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return self._answer("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        self.mails.append((str(envelope.mail_from), recipient, envelope.original_content or b""))
        self.peers.append(session.peer)
        self.encrypted.append(session.ssl is not None)
        answer = self._answer("DATA", "250 OK")
        if answer == HANG:
            self.hung.set()
            while not self.released.is_set():
                await asyncio.sleep(0.02)
        if answer in (DROP, HANG):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        return answer

    def _answer(self, step: str, welcome: str) -> str:
        return self.answers[step].pop(0) if self.answers[step] else welcome

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)
