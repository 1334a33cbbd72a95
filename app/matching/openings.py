"""What stands about a phrase and is not of it: greetings, “and …”, list marks; and whom it is for.

Pure.
"""

import re

_EDGES = " \t\n.,;:!?–—-…•*·"
_NAME = r"(?-i:[A-ZÀ-Þ][\w’'-]+)"
_GREETING = (
    r"(?:hi+|hiya|hello|hey|helo|shwmae|s['’]?mae|greetings|good (?:morning|afternoon|evening|day)|"
    r"dear)(?: (?:there|all|everyone|everybody|folks|friends|neighbours?|pawb))?\b[\s,.!–—-]*"
)
_SELF = r"(?:i['’]m|i am|my name(?: is|['’]s)|this is|it['’]s)"
_OPENING = re.compile(
    rf"(?:{_GREETING}(?:{_SELF} (?:{_NAME}(?: {_NAME})?(?=[\s,.!]*$)|(?:{_NAME}(?:,| and| –) )?))?|"
    rf"{_SELF} {_NAME}(?=[\s,.!]*$)|"
    r"(?:and|or|but|so|also|plus|then|as well as|etc)\b[\s,.:;–—-]*|"
    r"&\s*|\d{1,2}[.)]\s+)",
    re.IGNORECASE,
)
_WHO = (
    r"\b(?:some(?:one|body)|any(?:one|body)|every(?:one|body)|people|persons?|those|individuals|"
    r"folks?|they|you|professionals?|engineers?|developers?|designers?|learners?|students?)\b"
)
_LEARNS = (
    r"\b(?:(?:eager|keen|willing|wants?|wish(?:es|ing)?|hungry|hoping|looking|trying|ready|aims?|"
    r"aspir\w+|prepar\w+|passionate|curious|thirsty)\b.{0,30}\b"
    r"(?:learn\w*|grow\w*|improv\w*|enter\w*|advanc\w*|break\w*|switch\w*|transition\w*|becom\w*|"
    r"progress\w*|develop\w*|start\w*|begin\w*|get\w*|find\w*|interviews?)|"
    r"start(?:ing|ed)?(?: out)?\b.{0,40}\b(?:journey|career|path)|beginners?|newbies?|"
    r"new to\b|motivated|ambitious|transition(?:ing|ed)?\b|switch(?:ing|ed|ers?)\b|open[- ]minded|"
    r"career[- ]changers?|engage in\b.{0,30}\bconversations?)"
)
_AUDIENCE = re.compile(
    rf"\bmentees?\b|{_WHO}.{{0,60}}{_LEARNS}|"
    r"^(?:(?:very |be )?(?:passionate|curious|motivated|eager|keen|ambitious|beginners?|"
    r"career (?:switch|chang)ers?)\b.{0,40})$|"
    r"^who (?:is|are|want|wants|would|needs?)\b",
    re.IGNORECASE | re.DOTALL,
)
# “Somebody patient with beginners”, “someone to show people new to it”: asks all the same.
_ASKS = re.compile(
    r"\b(?:to (?:show|teach|help|explain|tell|guide|walk|coach|look)|(?:teach|show|help)(?:es|s)? "
    r"(?:me|us|our)|who (?:knows|understands|can|could|has|is good|will|teaches)|"
    r"with (?:beginners|learners)|for (?:beginners|me|us|a beginner))\b|\b(?:me|us|my|our)\b",
    re.IGNORECASE,
)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """From where to where the phrase itself goes that stands in `text` from `start` to `end`."""
    before = (-1, -1)
    while before != (start, end):
        before = start, end
        while start < end and text[start] in _EDGES and not _is_name(text, start, end):
            start += 1
        while start < end and text[end - 1] in _EDGES:
            end -= 1
        if opening := _OPENING.match(text, start, end):
            start = opening.end()
        start, end = _unbracketed(text, start, end)
    return start, end


def is_audience(shown: str) -> bool:
    """Whether a wish says only for whom it is, and nothing that could be given."""
    return bool(_AUDIENCE.search(shown)) and not _ASKS.search(shown)


def _is_name(text: str, start: int, end: int) -> bool:
    """The dot of .NET is its own."""
    return text[start] == "." and start + 1 < end and text[start + 1].isalpha()


def _unbracketed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without brackets at its ends that have no other half in it."""
    part = text[start:end]
    if part.startswith("(") and ")" not in part:
        start += 1
    if part.endswith(")") and "(" not in part:
        end -= 1
    return start, end
