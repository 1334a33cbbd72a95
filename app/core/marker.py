"""The line that parts a reply from what it answers: written into mails, sought in their answers."""

import re

from app.core.i18n import N_

REPLY_MARKER = N_("--- Reply above this line ---")
# As translated: a mail is answered in the language it was written in, so a translation of the
# sentence above is added here too.
REPLY_MARKERS = (REPLY_MARKER, "--- Atebwch uwchben y llinell hon ---")

_NO_LETTER = re.compile(r"[\W\d_]+")


def is_marker(line: str) -> bool:
    """Whether `line` is the marker, whatever quotation marks, dashes or spaces are around it."""
    return _letters(line) in _KNOWN or any(marker in line for marker in REPLY_MARKERS)


def _letters(line: str) -> str:
    return _NO_LETTER.sub("", line[:200]).casefold()


_KNOWN = frozenset(map(_letters, REPLY_MARKERS))
