"""What a program adds to a person’s words: signatures, seals, files written as text. Pure."""

import re

from app.core.text import fold
from app.relay.incoming.phrases import SENT_FROM

_DELIMITER = re.compile(r"\s?(?:--|—|–)\s?")
_LONGEST_SIGNATURE = 15  # lines; what is longer was written for its reader
_LONGEST_SENT_FROM = 160
_LAST_LINES = 3
_ARMOUR = re.compile(r"-----BEGIN (?:PGP|CERTIFICATE)[A-Z ]*-----\s*")
_ARMOUR_END = re.compile(r"-----END (?:PGP|CERTIFICATE)[A-Z ]*-----\s*")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_UUENCODED = re.compile(r"begin [0-7]{3,4} \S.{0,200}")


def without_signature(lines: list[str]) -> list[str]:
    """Return the lines above `--`, and without the last one where a telephone praises itself."""
    for at, line in enumerate(lines):
        if _DELIMITER.fullmatch(line):
            below = [later for later in lines[at + 1 :] if later.strip()]
            if len(below) <= _LONGEST_SIGNATURE:
                lines = lines[:at]
                break
    filled = [at for at, line in enumerate(lines) if line.strip()][-_LAST_LINES:]
    praise = {at for at in filled if _praises(lines, at)}
    return [line for at, line in enumerate(lines) if at not in praise]


def without_armour(text: str) -> tuple[str, int]:
    """Return `text` without PGP’s armour and files in uuencode, and how many files those were.

    What was signed in clear is kept (RFC 4880, section 7), what was encrypted can’t be.
    """
    if "-----BEGIN" not in text and "begin " not in text:
        return text, 0
    kept: list[str] = []
    files, until = 0, ""
    for line in text.split("\n"):
        if until:
            until = "" if _ends(line, until) else until
        elif line.strip() == _SIGNED:
            until = "blank"
        elif _ARMOUR.fullmatch(line):
            until = "armour"
        elif _UUENCODED.fullmatch(line.rstrip()):
            until, files = "uu", files + 1
        else:
            kept.append(line.removeprefix("- ") if line.startswith("- -") else line)
    return "\n".join(kept), files


def _ends(line: str, until: str) -> bool:
    if until == "armour":
        return bool(_ARMOUR_END.fullmatch(line))
    return not line.strip() if until == "blank" else line.strip() == "end"


def _praises(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    alone = at == 0 or not lines[at - 1].strip() or bool(SENT_FROM.match(fold(lines[at - 1])))
    return alone and len(line) <= _LONGEST_SENT_FROM and bool(SENT_FROM.match(fold(line)))
