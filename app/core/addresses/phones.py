"""Where telephone numbers stand in a text: grouped anyhow, or said digit by digit."""

import re
from collections.abc import Iterator
from itertools import pairwise

from app.core.addresses.reading import Reading

Span = tuple[int, int]

_GAP = r"(?:[\s.()\-/_*•|~]{0,3}|,)"
# Not in the middle of a longer figure, date or code.
_FRESH = r"(?<!\d)(?<!\d[-./:,])"
_UNITED_KINGDOM = re.compile(rf"{_FRESH}\(?0{_GAP}[1-35789](?:{_GAP}\d){{8,9}}(?!\d)")
_ABROAD = re.compile(
    rf"(?:(?<![\d+])\(?\+\s?\(?|{_FRESH}00{_GAP})(?P<number>[1-9](?:{_GAP}\d){{7,14}})(?!\d)"
)
_NO_PLUS = re.compile(
    rf"(?<![£$€]){_FRESH}44{_GAP}(?:\(0\){_GAP})?[1-35789](?:{_GAP}\d){{8,9}}(?!\d)"
)
_NO_ZERO = re.compile(r"(?<![\d£$€.,+-])7[1-9]\d\d[ -]?\d{3}[ -]?\d{3}(?!\d)")
_AMERICAN = re.compile(
    rf"{_FRESH}(?:\([2-9]\d\d\)\s?\d{{3}}[-. ]\d{{4}}|[2-9]\d\d([-.])\d{{3}}\1\d{{4}})(?!\d)"
)
_CUED = re.compile(
    r"\b(?:call|ring|phone|tel|telephone|text|mob|mobile|sms|whatsapp|ffon|ffôn|ffoniwch|rhif)\b"
    r"(?:\s(?:me|us|fi|ni|number|no))?(?:\s(?:is|on|at|ar|yw))?[\s:.]{1,3}"
    rf"(?P<number>\d{{6}}|\d(?:{_GAP}\d){{6,14}})(?!\d)"
)
_PATTERNS = (_UNITED_KINGDOM, _ABROAD, _NO_PLUS, _NO_ZERO, _AMERICAN, _CUED)

_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)\d\d|\d\d)(?!\1?\d)"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?!-?\d))"
)
_TIME = re.compile(r"(?<![\d.:])(?:[01]?\d|2[0-3])[.:][0-5]\d(?![\d.:])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FRACTION = re.compile(r"0\.\d+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ ,.]\d{3})+")
_LETTER_DIGITS = re.compile(r"(?<!\w)(?=[oli]{0,9}\d)[\doli]{3,20}(?!\w)")
_AS_DIGITS = str.maketrans("oli", "011")

_WORDS = {
    **dict.fromkeys(("zero", "oh", "o", "nought", "nil", "dim"), "0"),
    **dict.fromkeys(("one", "un"), "1"),
    **dict.fromkeys(("two", "dau"), "2"),
    **dict.fromkeys(("three", "tri"), "3"),
    **dict.fromkeys(("four", "pedwar"), "4"),
    **dict.fromkeys(("five", "pump"), "5"),
    **dict.fromkeys(("six", "chwech"), "6"),
    **dict.fromkeys(("seven", "saith"), "7"),
    **dict.fromkeys(("eight", "wyth"), "8"),
    **dict.fromkeys(("nine", "naw"), "9"),
}
_TIMES = {"double": 2, "dwbl": 2, "triple": 3, "treble": 3, "trebl": 3}
_SPOKEN = rf"(?:(?P<times>{'|'.join(_TIMES)})[\s-])?(?P<digit>{'|'.join(_WORDS)}|\d{{1,6}})"
_ONE = re.compile(rf"\b{_SPOKEN}\b")
_NAMELESS = re.sub(r"\?P<\w+>", "?:", _SPOKEN)
_RUN = re.compile(rf"\b{_NAMELESS}(?:[\s,.\-]{{1,3}}{_NAMELESS}\b){{3,30}}")
_FEWEST_SAID = 7


def phone_spans(reading: Reading) -> Iterator[Span]:
    """Yield the spans of `reading` that hold a telephone number; they may overlap."""
    figures = _LETTER_DIGITS.sub(lambda found: found[0].translate(_AS_DIGITS), reading.plain)
    figures = _TIME.sub(_blotted, _DATE.sub(_blotted, figures))
    for pattern in _PATTERNS:
        for found in pattern.finditer(figures):
            if _plausible(found):
                yield found.span("number" if pattern is _CUED else 0)
    for found in _RUN.finditer(reading.plain):
        if _said_as_number(found[0]):
            yield found.span()


def _blotted(found: re.Match[str]) -> str:
    """Dates and times give no digits to a number; the length stays."""
    return "x" * len(found[0])


def _plausible(found: re.Match[str]) -> bool:
    number = found.groupdict().get("number") or found[0]
    digits = "".join(re.findall(r"\d", number))
    groups = re.findall(r"\d+", number)
    if found.re is _ABROAD and len(digits) < (11 if digits[0] in "17" else 9):
        return False
    if found.re is _CUED and _THOUSANDS.fullmatch(number):
        return False
    return not (
        _FRACTION.fullmatch(number)
        or set(digits) <= {"0", "1"}
        or digits.endswith("000000")
        or number.count("/") > 1
        or _counts([int(group) for group in groups])
        or all(_YEAR.fullmatch(group) for group in groups)
    )


def _counts(figures: list[int]) -> bool:
    """Whether these go up or down by equal steps: a list, a countdown."""
    steps = {second - first for first, second in pairwise(figures)}
    return len(figures) > 3 and len(steps) == 1


def _said_as_number(run: str) -> bool:
    said = [
        (_WORDS.get(found["digit"]), found["digit"], _TIMES.get(found["times"], 1))
        for found in _ONE.finditer(run)
    ]
    words = sum(word is not None for word, _, _ in said)
    digits = "".join((word or figure) * times for word, figure, times in said)
    if len(digits) < _FEWEST_SAID or not words or _counts([int(digit) for digit in digits]):
        return False
    begins_like_one = len(digits) >= 10 and digits[0] == "0"
    return words >= 3 or begins_like_one
