"""Where mails go: a mail server, or a folder. No server's words, address or password gets out."""

import os
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.config import BadSettings, Settings
from app.core.mail_server import Server
from app.core.secret import Address
from app.core.signing import Signer
from app.mail.bounce_address import bounce_address
from app.mail.compose import UnsafeHeader, wire_form
from app.mail.policy import Later, Never, Outcome, Paused, Sent, Trouble

CONNECT_SECONDS = 15
COMMAND_SECONDS = 60
ATTEMPT_SECONDS = 115  # in all: an attempt should end before its lease of 120 does
MAILS_A_CONNECTION = 50
GOODBYE_SECONDS = 2
_OK, _FORWARDED, _PERMANENT, _LOGIN_NEEDED = 250, 251, 500, 530


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a transport needs of a mail: its number, whom it is to, its bytes, when it was made.

    `comes_back`: whether we want to know if it can't be delivered after all; so for our people.
    """

    id: int
    recipient: Address
    mime: bytes
    created_at: datetime
    comes_back: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Returns:
    """Where mails come back to: addresses at RELAY_DOMAIN that nobody but us can make."""

    signer: Signer
    domain: str

    def sender_of(self, parcel: Parcel) -> str:
        """The envelope sender of this mail, the same at every attempt."""
        return f"{bounce_address(self.signer, parcel.id, parcel.created_at)}@{self.domain}"


class Transport(Protocol):
    """Hands a mail over and says what came of it."""

    def deliver(self, parcel: Parcel) -> Outcome:
        """Hand over one mail; never raises for anything the other side does."""

    def close(self) -> None:
        """Nothing more for now; a later `deliver` begins afresh."""


def of(settings: Settings) -> Transport:
    """The transport that MAIL_URL names. Raises BadSettings if its `cafile` is not there."""
    if settings.mail_folder is not None:
        return FolderTransport(settings.mail_folder)
    url, domain = settings.mail_url.get_secret_value(), settings.relay_domain
    returns = Returns(Signer(settings.secrets), domain) if domain else None
    return SmtpTransport(url, mail_from=settings.mail_from, returns=returns)


class FolderTransport:
    """Each mail a file `<time>-<id>.eml`; the same mail again is the same file again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, parcel: Parcel) -> Outcome:
        """Write the file beside its place and move it there: whole, or not at all."""
        name = f"{parcel.created_at:%Y%m%dT%H%M%SZ}-{parcel.id:08d}.eml"
        passing = self._path / f".{name}.{os.getpid()}"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            with passing.open("wb") as file:
                file.write(parcel.mime)
                file.flush()
                os.fsync(file.fileno())
            passing.replace(self._path / name)
        except OSError:
            return Later(Trouble.NO_FOLDER)
        return Sent()

    def close(self) -> None:
        """Files close themselves."""


class SmtpTransport:
    """A mail server, by SMTP (RFC 5321) with STARTTLS or TLS and a login where they are wanted."""

    def __init__(self, url: str, *, mail_from: str, returns: Returns | None = None) -> None:
        """Raises ValueError if the URL can't be read, BadSettings if its `cafile` is not there."""
        self._server = Server.from_url(url)
        if self._server.cafile and not Path(self._server.cafile).is_file():
            raise BadSettings("MAIL_URL: there is no file where its cafile points")
        self._sender = wire_form(Address(mail_from))
        self._returns = returns
        self._smtp: smtplib.SMTP | None = None
        self._mails = 0
        self._deadline = 0.0

    def deliver(self, parcel: Parcel) -> Outcome:
        """Hand over one mail, over the last one's connection if the server still keeps it."""
        self._deadline = time.monotonic() + ATTEMPT_SECONDS
        try:
            recipient = wire_form(parcel.recipient)
        except UnsafeHeader:
            return Never(Trouble.BAD_ADDRESS)
        comes_back = self._returns if parcel.comes_back else None
        sender = comes_back.sender_of(parcel) if comes_back else self._sender
        outcome = self._outcome(
            lambda: self._hand_over(self._connection(), sender, recipient, parcel.mime)
        )
        if not isinstance(outcome, Sent):
            self.close()
        return outcome

    def close(self) -> None:
        """Say goodbye. A server that does not answer it has all the same taken what it took."""
        smtp, self._smtp, self._mails = self._smtp, None, 0
        if smtp is None:
            return
        try:
            if smtp.sock:
                smtp.sock.settimeout(GOODBYE_SECONDS)
            smtp.quit()
        except OSError:  # smtplib's own errors are OSErrors too
            smtp.close()

    def knock(self, seconds: float) -> Outcome:
        """Connect, encrypt and log in, hand nothing over, and say goodbye."""
        self._deadline = time.monotonic() + seconds
        outcome = self._outcome(self._greeted)
        self.close()
        return outcome

    def _greeted(self) -> Outcome:
        self._connection()
        return Sent()

    def _outcome(self, attempt: Callable[[], Outcome]) -> Outcome:
        """One attempt, with everything that smtplib can raise made an outcome."""
        try:
            return attempt()
        except _Unusable as fault:
            return Paused(fault.trouble)
        except smtplib.SMTPServerDisconnected:
            return Later(Trouble.DROPPED)
        except smtplib.SMTPException:
            return Later(Trouble.BUSY)
        except ssl.SSLCertVerificationError:
            return Paused(Trouble.NOT_TRUSTED)
        except OSError:
            return Later(Trouble.UNREACHABLE if self._smtp is None else Trouble.DROPPED)

    def _hand_over(self, smtp: smtplib.SMTP, sender: str, recipient: str, mime: bytes) -> Outcome:
        """MAIL, RCPT, DATA. Only a 5xx about this recipient or this mail is final."""
        self._limit(smtp, COMMAND_SECONDS)
        code, _ = smtp.mail(sender)
        if code != _OK:
            return _refused(code, Later(Trouble.REFUSED_SENDER))
        self._limit(smtp, COMMAND_SECONDS)
        code, _ = smtp.rcpt(recipient)
        if code not in (_OK, _FORWARDED):
            return _refused(code, Never(Trouble.REFUSED_ADDRESS))
        self._limit(smtp, ATTEMPT_SECONDS)
        try:
            code, _ = smtp.data(mime)
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        if code != _OK:
            return _refused(code, Never(Trouble.REFUSED_MAIL))
        self._mails += 1
        return Sent()

    def _connection(self) -> smtplib.SMTP:
        """The open connection if it still answers, or a new one."""
        if self._smtp is not None and self._mails < MAILS_A_CONNECTION:
            try:
                self._limit(self._smtp, CONNECT_SECONDS)
                if self._smtp.rset()[0] == _OK:
                    return self._smtp
            except OSError:
                pass
        self.close()
        self._smtp = self._connect()
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        """Connect, encrypt and log in. Raises _Unusable when no mail could go this way."""
        server, name = self._server, self._sender.rpartition("@")[2]
        if server.implicit:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=CONNECT_SECONDS, context=server.context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, name, timeout=CONNECT_SECONDS)
        try:
            self._limit(smtp, COMMAND_SECONDS)
            self._encrypt(smtp)
            self._log_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        """STARTTLS (RFC 3207), as far as it is wanted and offered."""
        smtp.ehlo_or_helo_if_needed()
        if self._server.implicit or self._server.tls == "none":
            return
        if smtp.has_extn("starttls"):
            smtp.starttls(context=self._server.context())
            smtp.ehlo()  # what was said before is forgotten (RFC 3207 §4.2)
        elif self._server.tls == "required":
            raise _Unusable(Trouble.NO_ENCRYPTION)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        try:
            smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPAuthenticationError:
            raise _Unusable(Trouble.REFUSED_LOGIN) from None
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException:
            raise _Unusable(Trouble.NO_LOGIN) from None

    def _limit(self, smtp: smtplib.SMTP, seconds: float) -> None:
        """Wait at most this long for the next answer, and no longer than the attempt may take."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if smtp.sock:
            smtp.sock.settimeout(min(seconds, left))


class _Unusable(Exception):
    """The server takes nothing from us, whatever the mail."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def _refused(code: int, final: Outcome) -> Outcome:
    """What a refusal means: `final` for 5xx, except that 530 is about us and not about the mail."""
    if code == _LOGIN_NEEDED:
        return Paused(Trouble.NO_LOGIN)
    return final if code >= _PERMANENT else Later(Trouble.BUSY)
