"""MAIL_URL taken apart: which mail server, and how much of its word we want to see proved."""

import ssl
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

Tls = Literal["none", "opportunistic", "required"]
_TLS: dict[str, Tls] = {
    "none": "none",
    "opportunistic": "opportunistic",
    "required": "required",
}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """A mail server. `implicit`: TLS from the first byte (smtps); else `tls` says about STARTTLS.

    Without a word on it, a password goes over the network only under a verified certificate, and
    mail without a login is encrypted where the server offers it.
    """

    host: str
    port: int
    implicit: bool
    tls: Tls
    user: str
    password: str
    cafile: str | None

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read `smtp[s]://user:password@host:port?tls=…&cafile=…`, percent-decoded.

        Raises ValueError, which never quotes the address: there is a password in it.
        """
        try:
            parts = urlsplit(url)
            options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
            host, implicit = parts.hostname or "", parts.scheme == "smtps"
            port = parts.port or (465 if implicit else 587 if user else 25)
        except ValueError:
            raise ValueError("can’t be read as an address of a mail server") from None
        safe = "required" if user and host not in LOOPBACK else "opportunistic"
        tls, cafile = _TLS.get(options.pop("tls", safe)), options.pop("cafile", None)
        if not host or tls is None or options:
            raise ValueError("must be smtp://host?tls=none, opportunistic or required")
        if not (user + password).isascii():
            raise ValueError("must have only ASCII in the name and password")
        return cls(host, port, implicit, tls, user, password, cafile)

    def context(self) -> ssl.SSLContext:
        """How to encrypt: proving the certificate, unless encryption is only taken as offered."""
        context = ssl.create_default_context(cafile=self.cafile)
        if not self.implicit and self.tls == "opportunistic":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
