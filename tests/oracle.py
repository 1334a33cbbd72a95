"""The leak oracle: whether an address can be seen in something, however it is wrapped."""

import base64
import binascii
import html
import quopri
import re
import sys
import unicodedata
from email.header import decode_header, make_header
from functools import cache
from urllib.parse import unquote

LAYERS = 4  # wrappings inside wrappings that are looked through
NAME_LEAST = 5  # letters; a shorter local part turns up in innocent words
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:\s[A-Za-z0-9+/_-]+)*={0,2}")
_WORDS = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)*")


def assert_no_leak(material: bytes | str, *addresses: str) -> None:
    """Fail when one of `addresses`, its local part (5+ letters) or domain can be read in it."""
    for view in _views(material):
        seen = _bare(view)
        for address in addresses:
            _assert_unseen(seen, address)


def _assert_unseen(seen: str, address: str) -> None:
    local, _, domain = address.casefold().rpartition("@")
    name = local.partition("+")[0]
    secrets = {domain, *({local, name} if len(name) >= NAME_LEAST else {f"{local}@{domain}"})}
    undotted = name.replace(".", "")
    for secret in secrets:
        assert _bare(secret) not in seen, f"{secret!r} can be seen"
    if len(undotted) >= NAME_LEAST:
        assert undotted not in seen.replace(".", ""), f"{undotted!r} can be seen"


def _views(material: bytes | str) -> set[str]:
    """`material` and everything it may be taken to say, decoded in every order."""
    text = material if isinstance(material, str) else material.decode("utf-8", "replace")
    found, fresh = {text}, {text}
    for _ in range(LAYERS):
        fresh = {decode(view) for view in fresh for decode in _DECODERS} - found
        found |= fresh
    return found


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.split()).translate(_unseen())


@cache
def _unseen() -> dict[int, None]:
    """What takes no room on a page or hides in a quotation: control and format characters, `>`."""
    every = range(sys.maxunicode + 1)
    return {ord(">"): None} | {
        n: None for n in every if unicodedata.category(chr(n)) in {"Cf", "Cc"}
    }


def _printable(text: str) -> str:
    return quopri.decodestring(text.encode()).decode("utf-8", "replace")


def _encoded_words(text: str) -> str:
    return _WORDS.sub(lambda found: str(make_header(decode_header(found[0]))), text)


def _base64(text: str) -> str:
    return _BASE64.sub(lambda found: _from_base64(found[0]), text)


def _from_base64(run: str) -> str:
    bare = re.sub(r"\s|=", "", run).translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return run


_DECODERS = (unquote, html.unescape, _printable, _encoded_words, _base64)
