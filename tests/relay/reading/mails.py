"""Mails for trying one thing at a time."""

from app.relay.reading import Reading, read
from tests.relay.reading.clients import BLODWEN


def mail(text: str = "Hello Gwilym.", *header: str, sender: str = BLODWEN) -> bytes:
    """A mail by Blodwen with this text and these header lines."""
    lines = (f"From: {sender}", *header)
    kind = (
        ()
        if any(line.lower().startswith("content-type") for line in header)
        else ("Content-Type: text/plain; charset=utf-8",)
    )
    return ("\n".join([*lines, *kind]) + f"\n\n{text}\n").encode()


def reading_of(text: str, *header: str) -> Reading:
    return read(mail(text, *header), trusted="")


def html(markup: str) -> str:
    """What is read of a mail that is HTML only."""
    return reading_of(markup, "Content-Type: text/html; charset=utf-8").text
