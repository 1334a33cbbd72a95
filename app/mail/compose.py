"""From a draft to the bytes that will be sent: a fixed list of headers, and nothing else.

The header block is written here rather than by `email.message`: its folding puts display names
together differently from how they were given [measured on 3.11.7: half a name can end up outside
its encoded word], and before 3.11.10 it lets `=?…=0D=0A…?=` grow new headers (CVE-2024-6923).
"""

import binascii
import re
import secrets
import textwrap
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import format_datetime, parseaddr

import idna

from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.core.secret import Address
from app.core.site import Site
from app.core.text import is_header_safe, slugify
from app.mail.messages import Draft

LONGEST_PART = 400  # characters; what people may type is far shorter
LINE = 76
SINK = "you"  # the local part of To in a conversation: quoted, or answered to all, it names nobody
_WORD_BYTES = 39  # of text in one encoded word, so that it fits a line behind `Subject: `
_REFERENCES = 10  # as many as a mail client needs to find the conversation
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # make a name read backwards
_WIRE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,100}@[A-Za-z0-9.-]{1,253}>")


class UnsafeHeader(Refusal):
    """Something a person wrote could turn into a header of its own, or not travel as written."""

    kind = Kind.INVALID
    sentence = N_("That name or headline has characters in it which a mail can’t carry.")


@dataclass(frozen=True, slots=True)
class Route:
    """How a conversation's mail can be answered, and how its reader says no to more of them.

    `stop`: the address that RFC 8058 asks for. `thread`: its key. `alias`: the local part the
    reader's own answers go to, '' where mails can't be answered. `earlier`: Message-IDs of mails of
    this conversation that this very reader received, oldest first.
    """

    thread: str
    stop: str
    alias: str = ""
    earlier: Sequence[str] = ()


def compose(
    draft: Draft, *, site: Site, to: Address, now: datetime, route: Route | None = None
) -> bytes:
    """Return the mail as it will be sent: 7-bit, CRLF, `Date` the moment it was promised.

    Raises UnsafeHeader when a name, subject or address could not be carried exactly.
    """
    name = f"{draft.sender_name} via {site.name}" if draft.sender_name else site.name
    alias = f"{route.alias}@{site.relay_domain}" if route and route.alias else ""
    sender = wire_form(Address(alias or site.mail_from))
    hides = alias and site.to_header == "sink"
    headers = {
        "From": f"{_phrase(name)} <{sender}>",
        "To": wire_form(Address(f"{SINK}@{site.relay_domain}") if hides else to),
        **({"Reply-To": sender} if alias else {}),
        "Subject": _text(draft.subject),
        "Date": format_datetime(now.astimezone(UTC)),
        "Message-ID": f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>",
        **_references(route.earlier if route else ()),
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        # A person's own words may be answered by a machine's; a notice never should be.
        **({} if draft.sender_name else {"Auto-Submitted": "auto-generated"}),
        "X-Auto-Response-Suppress": "All",
        **(_of_a_thread(route, draft.kind, site) if route else {}),
    }
    block = "".join(_folded(header, value) for header, value in headers.items())
    mime = block.encode("ascii") + b"\r\n" + _quoted_printable(draft.body)
    _check(mime, headers=list(headers), name=_one_line(name), draft=draft)
    return mime


def message_id_of(mime: bytes) -> str:
    """The Message-ID that `compose` gave a mail."""
    return str(message_from_bytes(mime)["Message-ID"])


def wire_form(address: Address) -> str:
    """The address as SMTP carries it, its domain in ASCII. Raises UnsafeHeader when it can't be."""
    local, _, domain = address.reveal().rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise UnsafeHeader from None
    wire = f"{local}@{ascii_domain}"
    if not _WIRE.fullmatch(wire) or "=?" in wire:
        raise UnsafeHeader
    return wire


def _one_line(text: str) -> str:
    """A header part as it will be read. Raises UnsafeHeader rather than repair what is hostile."""
    if not is_header_safe(text) or _TURNS.search(text) or len(text) > LONGEST_PART:
        raise UnsafeHeader
    return " ".join(text.split())


def _text(text: str) -> str:
    """An unstructured header's value (RFC 5322 §2.2.1), in encoded words if it needs them."""
    line = _one_line(text)
    return line if line.isascii() else _encoded_words(line)


def _phrase(name: str) -> str:
    """A display name (RFC 5322 §3.2.5): a quoted string, or encoded words."""
    line = _one_line(name)
    if not line.isascii():
        return _encoded_words(line)
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded_words(text: str) -> str:
    """RFC 2047 §2: base64 words, none over 75 characters, no character cut in two."""
    chunks, size = [""], 0
    for character in text:
        size += len(character.encode())
        if size > _WORD_BYTES:
            chunks.append("")
            size = len(character.encode())
        chunks[-1] += character
    return " ".join(f"=?utf-8?b?{b64encode(chunk.encode()).decode()}?=" for chunk in chunks)


def _references(message_ids: Sequence[str]) -> dict[str, str]:
    if not message_ids:
        return {}
    if not all(_MESSAGE_ID.fullmatch(message_id) for message_id in message_ids):
        raise UnsafeHeader
    return {"In-Reply-To": message_ids[-1], "References": " ".join(message_ids[-_REFERENCES:])}


def _of_a_thread(route: Route, kind: str, site: Site) -> dict[str, str]:
    """How to leave by one press (RFC 8058 §3.1), and where mails come in, how we know our own."""
    leave = {
        "List-Unsubscribe": f"<{route.stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if not route.alias:
        return leave
    return {
        "X-Board-Loop": site.signer.sign("loop", route.thread),
        **leave,
        "Feedback-ID": f"{kind}:relay:{slugify(site.name, 15) or 'board'}",
    }


def _folded(header: str, value: str) -> str:
    """One header with its line end, folded at spaces only, and never before its first word."""
    lines = textwrap.wrap(
        value,
        LINE,
        initial_indent=f"{header}: ",
        subsequent_indent=" ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\r\n".join(lines) + "\r\n"


def _quoted_printable(body: str) -> bytes:
    """RFC 2045 §6.7: passes any server, also one that takes seven bits and short lines only."""
    return binascii.b2a_qp(body.encode(), istext=True).replace(b"\n", b"\r\n")


def _check(mime: bytes, *, headers: list[str], name: str, draft: Draft) -> None:
    """Read the mail back as a stranger would: exactly these headers, these words, this body."""
    mail = message_from_bytes(mime)
    shown, _ = parseaddr(mail["From"])
    payload = mail.get_payload(decode=True)
    whole = (
        mime.isascii()
        and max(map(len, mime.split(b"\r\n"))) <= 998
        and mail.keys() == headers
        and _decoded(shown) == name
        and _decoded(mail["Subject"]) == _one_line(draft.subject)
        and isinstance(payload, bytes)
        and payload.decode().replace("\r\n", "\n") == draft.body
    )
    if not whole:
        raise UnsafeHeader


def _decoded(value: str) -> str:
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value)
    return str(make_header(decode_header(unfolded)))
