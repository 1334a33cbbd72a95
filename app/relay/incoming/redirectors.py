"""Links as they were typed: out of what mail filters wrap around them, and without secrets. Pure.

A wrapped link often carries the address of the person it was wrapped for.
"""

import base64
import binascii
import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

_LINK = re.compile(r"https?://[^\s<>\"]{3,4000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'’”*_"
# Hosts that send on to where a parameter says.
_WRAPPERS = re.compile(
    r"(?:.+\.)?(?:safelinks\.protection\.outlook\.(?:com|cn|us|de)|safelinks\.protection\.office365\.us"
    r"|urldefense(?:\.proofpoint)?\.(?:com|us)|linkprotect\.cudasvc\.com|secure-web\.cisco\.com"
    r"|clicktime\.symantec\.com|clicktime\.cloud\.postoffice\.net|protection\.sophos\.com"
    r"|protect2?\.fireeye\.com|mimecast(?:protect)?\.com|imsva\d*-ctp\.trendmicro\.com"
    r"|trendmicro\.com|click\.pstmrk\.it|sendgrid\.net|linkscan\.io|avanan\.click)",
    re.IGNORECASE,
)
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}", re.IGNORECASE)
_PARAMETERS = ("url", "u", "q", "a", "target", "dest")
_PROOFPOINT_V3 = re.compile(r"/v3/__(.+?)__;", re.IGNORECASE)
_CISCO = re.compile(r"/(https?%3a.+|https?://.+)", re.IGNORECASE)
_RUNS = (re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}"), re.compile(r"[A-Za-z0-9+_-]{12,}={0,2}"))
_SOMEBODY = re.compile(r"[\w.%+-]@[\w-]+\.\w")
# A link to a page of a board’s that proves who somebody is: it was quoted, and is theirs alone.
_SECRET = re.compile(r"https?://[^\s<>\"]{1,300}/l/(?:[a-z]{1,12}-)?[\w-]{32}[^\s<>\"]{0,200}")
_MAILTO = re.compile(r"\s?<mailto:[^<>\s]{1,500}>|\[mailto:[^\[\]\s]{1,500}\]", re.IGNORECASE)
_DEEPEST = 3


def unwrapped(text: str) -> str:
    """Return `text` with its links as they were meant, and none that is somebody’s secret."""
    plain = _MAILTO.sub("", _LINK.sub(_meant, text))
    return re.sub(r"<>|\[\]", "", _SECRET.sub("", plain))


def _meant(found: re.Match[str]) -> str:
    whole = found[0]
    link = whole.rstrip(_TRAILING)
    after = whole[len(link) :]
    for _ in range(_DEEPEST):
        target = _target(link)
        if target is None:
            break
        link = target
    return _without_address(link) + after


def _target(link: str) -> str | None:
    """Where a wrapped link leads; '' if it doesn’t say; None if it isn’t one."""
    parts = _split(link)
    host = parts.hostname or "" if parts else ""
    if not parts or not (_WRAPPERS.fullmatch(host) or _is_google(parts, host)):
        return None
    for told in _told(link, parts):
        if _LINK.fullmatch(told):
            return told
    return ""


def _is_google(parts: SplitResult, host: str) -> bool:
    return bool(_GOOGLE.fullmatch(host)) and parts.path == "/url"


def _told(link: str, parts: SplitResult) -> list[str]:
    told = [*(found[1] for found in _PROOFPOINT_V3.finditer(link))]
    asked = parse_qs(parts.query[:4_000])
    for value in (asked[name][0] for name in _PARAMETERS if name in asked):
        told += [value, unquote(value.replace("_", "/").replace("-", "%")), _from_base64(value)]
    told += [unquote(found[1]) for found in _CISCO.finditer(parts.path)]
    return told


def _without_address(link: str) -> str:
    """Drop what follows the path, or all but the host, where it carries somebody’s address."""
    parts = _split(link)
    if not parts or not _carries(link):
        return link
    for path in (parts.path, ""):
        shorter = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", ""))
        if not _carries(shorter):
            return shorter
    return ""


def _carries(link: str) -> bool:
    plain = unquote(unquote(link))
    runs = {run for pattern in _RUNS for run in pattern.findall(plain)}
    return any(_SOMEBODY.search(view) for view in (plain, *map(_from_base64, runs)))


def _from_base64(run: str) -> str:
    bare = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _split(link: str) -> SplitResult | None:
    try:
        return urlsplit(link)
    except ValueError:
        return None
