"""Which parts of a mail are its words, and how many are files. Pure.

A file is whatever is not passed on: attachments, calling cards, calendars, mails inside mails.
Another form of the same words, a signature’s logo and a signature made by a program are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from app.relay.incoming.charsets import decoded

_MOST_PARTS = 500
_DEEPEST = 40
_MOST_BYTES = 400_000  # of one text part: markup is many times longer than its words
_SEALS = ("application/pgp-signature", "application/pkcs7-signature")
_SEALS_TOO = ("application/x-pkcs7-signature", "application/pgp-encrypted")


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of words in up to two forms; '' where it has not that form."""

    plain: str = ""
    markup: str = ""


@dataclass(slots=True)
class Content:
    """The words of a mail in order, and the number of its files."""

    pieces: list[Piece]
    files: int = 0
    calendars: int = 0


def content(message: Message) -> Content:
    """Take a mail apart. What is nested too deep, or comes too late, is neither read nor named."""
    found = Content([])
    _Walk(found).take(message, within="", depth=0)
    # An invitation comes twice, as another form of the words and as a file.
    found.files += bool(found.calendars)
    return found


class _Walk:
    """Goes through the parts, and stops after so many."""

    def __init__(self, found: Content) -> None:
        self._found = found
        self._left = _MOST_PARTS

    def take(self, part: Message, *, within: str, depth: int) -> None:
        """Take one part; `within` is what kind of multipart it stands in."""
        kind = part.get_content_type()
        self._left -= 1
        inside = part.get_payload()
        if kind.startswith("multipart/") and isinstance(inside, list):
            self._take_all(inside, kind, depth)
        elif kind == "text/calendar":
            self._found.calendars += 1
        elif _is_attached(part):
            self._found.files += 1
        elif kind in ("text/plain", "text/html"):
            self._found.pieces.append(_piece(part, kind))
        elif not _goes_without_saying(part, kind, within):
            self._found.files += 1

    def _take_all(self, parts: Sequence[object], kind: str, depth: int) -> None:
        before = len(self._found.pieces)
        for part in parts:
            if self._left > 0 and depth < _DEEPEST and isinstance(part, Message):
                self.take(part, within=kind, depth=depth + 1)
        if kind == "multipart/alternative":
            self._found.pieces[before:] = [_one(self._found.pieces[before:])]


def _one(forms: list[Piece]) -> Piece:
    """Several forms of the same words as one piece with two."""
    plain = "\n".join(form.plain for form in forms if form.plain.strip())
    return Piece(plain, "\n".join(form.markup for form in forms if form.markup.strip()))


def _is_attached(part: Message) -> bool:
    """Whether it says it is a file. A text with a name is one, a logo with a name isn’t."""
    disposition = part.get_content_disposition()
    named = part.get_param("filename", header="content-disposition") or part.get_param("name")
    is_text = part.get_content_maintype() == "text"
    return disposition == "attachment" or bool(is_text and named and disposition == "inline")


def _goes_without_saying(part: Message, kind: str, within: str) -> bool:
    if kind in (*_SEALS, *_SEALS_TOO) or within in ("multipart/alternative", "multipart/report"):
        return True
    if kind.startswith("multipart/"):
        return True  # one that has no parts: its end was cut off, or never came
    return within == "multipart/related" and part.get_content_maintype() == "image"


def _piece(part: Message, kind: str) -> Piece:
    text = _text(part)
    if kind == "text/html":
        return Piece(markup=text)
    return Piece(plain=_unflowed(text, part) if _is_flowed(part) else text)


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    text = decoded(raw[:_MOST_BYTES], str(part.get_param("charset", "") or ""))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_flowed(part: Message) -> bool:
    return str(part.get_param("format", "")).casefold() == "flowed"


def _unflowed(text: str, part: Message) -> str:
    """Put paragraphs together again (RFC 3676); quoted lines stay as they are."""
    glue = "" if str(part.get_param("delsp", "")).casefold() == "yes" else " "
    lines: list[str] = []
    open_paragraph = False
    for line in text.split("\n"):
        quoted, bare = line.startswith(">"), line.removeprefix(" ")
        if open_paragraph and not quoted:
            lines[-1] = lines[-1].rstrip(" ") + glue + bare
        else:
            lines.append(line if quoted else bare)
        open_paragraph = line.endswith(" ") and not quoted and bare != "-- "
    return "\n".join(lines)
