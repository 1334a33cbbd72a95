"""What a person wrote, without what they answered. Pure.

Cosmetics, not protection: addresses are taken out of whatever is left. But where a text certainly
holds a quotation whose beginning can’t be found, nothing of it counts as its sender’s.
"""

import re
import unicodedata
from collections.abc import Sequence

from app.core.marker import is_marker
from app.core.text import fold
from app.relay.incoming.phrases import (
    DATED,
    FROM_LABELS,
    LABELS,
    PASSED_ON,
    STRONGLY_DATED,
    SUBJECT_LABELS,
    WROTE,
)

# Only mails of ours bear such an address, so a line with one came from the mail that was answered.
_ALIAS = re.compile(r"(?<![a-z0-9])m[a-z2-7]{26}@", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()@]@[\w-]+\.\w")
_QUOTED = re.compile(r"\s{0,3}[>＞]")
_LABEL = re.compile(r"[\s*_]{0,6}([^\s:：*][^:：*]{0,22}?)[\s*]{0,3}[:：]")
_RULE = re.compile(r"[\s*]{0,4}[-_=–—]{2,}[\s*]{0,4}(?:(.{0,60}?)[\s*]{0,4}[-_=–—]{2,}[\s*]{0,4})?")
_TITLE = re.compile(r"[\s*]{0,4}([^:：]{5,60})[:：][\s*]{0,4}")
_LONGEST_LEAD = 400
_MOST_LEAD_LINES = 4
_MOST_BLOCK_LINES = 16
_MOST_CONTINUED = 2
_LEAST_LABELS = 3


class _Page:
    """The lines as they are seen, and the label each begins with, folded; '' without one."""

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen
        self.labels = [_label(line) for line in seen]


def own_stretches(text: str) -> list[list[str]]:
    """Return the lines of `text` that are its sender’s, parted where quotations stood between.

    Nothing at all if the end of a quotation can be seen, but not where it begins.
    """
    lines = text.split("\n")
    page = _Page([_visible(line) for line in lines])
    seen = page.seen
    stretches: list[list[str]] = [[]]
    at = 0
    while at < len(lines):
        own = stretches[-1]
        if _QUOTED.match(seen[at]):
            if own:
                stretches.append([])
        elif is_marker(seen[at]):
            # What we sent stands above its marker, and nothing has shown where that begins.
            return []
        elif above := _leads_in(page, at, len(own)):
            del own[len(own) - above + 1 :]
            if not _quoted_next(seen, at):
                break
        elif _begins_block(page, at):
            break
        else:
            own.append(lines[at])
        at += 1
    if at < len(lines):
        _drop_rules(stretches[-1])
    return [stretch for stretch in stretches if stretch]


def _visible(line: str) -> str:
    """The line without what shows nothing, such as marks for writing from right to left."""
    if line.isascii():
        return line.strip()
    return "".join(char for char in line if unicodedata.category(char) != "Cf").strip()


def _leads_in(page: _Page, at: int, own: int) -> int:
    """How many lines, ending with this one and at most `own` before it, say who wrote what follows.

    “On Tuesday Ben wrote:”, wrapped over several lines or not; 0 if this line ends no such thing.
    """
    seen = page.seen
    if len(seen[at]) > _LONGEST_LEAD or not (_ends_lead(seen[at]) or _ALIAS.search(seen[at])):
        return 0
    if _begins_block(page, at):
        return 0
    quoted = _quoted_next(seen, at)
    dated = shortest = 0
    for count in range(1, min(_MOST_LEAD_LINES, own + 1) + 1):
        lead = " ".join(seen[at - count + 1 : at + 1])
        if not seen[at - count + 1] or len(lead) > _LONGEST_LEAD:
            break
        if _is_lead(lead, quoted):
            if STRONGLY_DATED.search(lead):
                return count
            shortest = shortest or count
            dated = dated or (count if DATED.search(lead) else 0)
    return dated or shortest


def _ends_lead(line: str) -> bool:
    bare = line.rstrip(" *_\u00a0")
    return bare.endswith((":", "：")) or bool(WROTE.search(fold(bare[-40:])))


def _is_lead(lead: str, quoted: bool) -> bool:
    """Whether `lead` introduces a quotation; a line marked as quoted below it makes it likelier."""
    dated = bool(DATED.search(lead))
    if _ALIAS.search(lead):
        return True
    wrote = bool(WROTE.search(fold(lead)))
    if dated and (wrote or _ADDRESS.search(lead)):
        return True
    return quoted and (wrote or bool(STRONGLY_DATED.search(lead)))


def _quoted_next(seen: Sequence[str], at: int) -> bool:
    """Whether the next line with something on it is marked with `>`."""
    following = next((line for line in seen[at + 1 : at + 6] if line), "")
    return bool(_QUOTED.match(following))


def _begins_block(page: _Page, at: int) -> bool:
    """Whether a block of “From: … Sent: … To: …” begins here, or a title that says so."""
    line, label = page.seen[at], page.labels[at]
    if not line or len(line) > 1_000:
        return False
    title = _TITLE.fullmatch(line) or _RULE.fullmatch(line)
    if title and title[1]:
        return fold(title[1]).strip() in PASSED_ON
    if label not in LABELS and not (label and _ALIAS.search(line)):
        return False
    return _is_block(*_block(page, at), after_rule=_after_rule(page.seen, at))


def _is_block(names: Sequence[str], text: str, *, after_rule: bool) -> bool:
    known = [name for name in names if name in LABELS]
    if _ALIAS.search(text):
        return bool(known) or len(names) >= _LEAST_LABELS
    sure = after_rule or _ADDRESS.search(text) or not SUBJECT_LABELS.isdisjoint(known)
    has_sender = not FROM_LABELS.isdisjoint(known)
    return has_sender and bool(sure) and len(known) >= _LEAST_LABELS


def _block(page: _Page, at: int) -> tuple[list[str], str]:
    """The labels of the block that may begin here, and the text of it; long values may wrap."""
    names: list[str] = []
    text: list[str] = []
    continued = 0
    last = at + _MOST_BLOCK_LINES
    for line, name in zip(page.seen[at:last], page.labels[at:last], strict=True):
        continued = 0 if name in LABELS else continued + bool(line)
        if continued > _MOST_CONTINUED:
            break
        names += [name] if name else []
        text.append(line[:1_000])
    return names, "\n".join(text)


def _label(line: str) -> str:
    found = _LABEL.match(line)
    return fold(found[1]).strip() if found else ""


def _after_rule(seen: Sequence[str], at: int) -> bool:
    above = next((line for line in reversed(seen[max(0, at - 3) : at]) if line), "")
    return bool(_RULE.fullmatch(above)) and len(above) > 4


def _drop_rules(own: list[str]) -> None:
    """Take away the rules and titles at the end that belong to the block below them."""
    while own and (not own[-1].strip() or _is_rule(_visible(own[-1]))):
        own.pop()


def _is_rule(line: str) -> bool:
    if _RULE.fullmatch(line):
        return True
    title = _TITLE.fullmatch(line)
    return bool(title) and title is not None and fold(title[1]).strip() in PASSED_ON
