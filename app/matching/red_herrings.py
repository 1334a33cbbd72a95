"""What must change no match: ages, years of birth, gender, rank. Taken out before anything. Pure.

What is left is the same whoever wrote it, so that nothing behind this door can react to it. The
words people read are never changed: only what is compared. A word goes only where it is one of
those: the lead in a lead developer, not in lead flashing; see also `ranks`.
"""

import re

from app.matching.ranks import NOT_MEANT, RANK_BEFORE_ROLE, RANKS, SAME, TITLES

_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fourty fifty sixty seventy eighty ninety"


def _any(words: str) -> str:
    return "(?:" + "|".join(words.split()) + ")"


_SPELT = rf"(?:{_any(_TENS)}(?:[ -]{_any(_ONES)})?|{_any(_TEENS)}|{_any(_ONES)})"
_NUMBER = rf"(?:\d{{1,3}}|{_SPELT})"
_ABOUT = r"(?:(?:nearly|almost|about|around|over|under|just|only|some|more than|at least|an?) )*"
_DECADE = (
    r"(?:teens|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|\d0['’]?s)"
)

# A whole turn of phrase goes before the single words in it. In this order.
_AGES = (
    rf"(?:(?:i|we)(?:['’]m| am| was|['’]ve turned| turned|['’]re| are)? )?(?:(?:now )?aged?|"
    rf"(?:at )?the age of|turning) {_ABOUT}{_NUMBER}\b",
    rf"{_ABOUT}{_NUMBER}[ -]?(?:years?|yrs?|y)[ -/]?(?:olds?|o|young|of age)\b",
    rf"(?:in|into|approaching|nearing|past|hitting) (?:my|our|their|his|her|the|your)? ?"
    rf"(?:early|mid|middle|late|later)?[ -]?{_DECADE}\b",
    rf"\b{_any('twenty thirty forty fifty sixty seventy eighty')}[ -]?(?:ish|something)s?\b",
    r"\b\d\d[ -]?(?:ish|something|odd)\b",
    r"\b(?:i was |was )?born (?:and bred )?in (?:the )?(?:19|20)?\d\ds?\b",
    rf"\b(?:i['’]?m|i am|we['’]re|i['’]ll be|i turn) {_ABOUT}{_NUMBER}"
    r"(?= *(?:[,.;:!?)\n]|and\b|$))",
    rf"\b(?:for |after |with |of |over )*{_ABOUT}{_NUMBER}\+? (?:long |happy |good )?"
    r"(?:years?|yrs|decades?|winters|summers|seasons)['’]?"
    r"(?: (?:of|in|as)(?= )(?: it| experience| the (?:job|trade|business))?| experience)?\b",
    r"\b(?:for |over |after )?(?:a |several |many |two |three )?(?:decades?|half a century)\b",
    r"(?<=[,(]) ?[1-9]\d(?= ?(?:[,.)]|$))",  # “Gwen, 34, …”
    r"^[1-9]\d(?= ?[,;])",
)
_AGE_WORDS = """
young younger youngest old-timer oldie older elder elderly ageing middle-aged
middle-age teenager-myself pensioner pensioners oap oaps retiree retirees retired retiring
retirement-age millennial millennials boomer boomers zoomer zoomers gen-z genz gen-x
octogenarian septuagenarian sexagenarian youthful senior-citizen newly-retired semi-retired
"""
_OUT = re.compile("|".join(_AGES), re.IGNORECASE)
_TWO = re.compile(
    r"\b(?:senior citizens?|middle[ -]aged?|vice[ -]president|"
    r"head of(?! (?:cattle|sheep|lettuce|cabbage|garlic|celery|broccoli|cauliflower|hair|steam|"
    r"water|foam|the (?:valley|loch|lake|table|queue|river|household)))|"
    r"gen(?:eration)?[ -][xyz]|"
    r"old age|(?:newly|recently|long|semi)[ -]?(?:retired|qualified)|of a certain age|grown[ -]up|"
    r"old (?:hand|timer|man|woman|lady|person|folk)s?|(?:early|mid|late)[ -]career|"
    r"managing director|chief (?:\w+ )?(?:executive|officer)s?(?: officers?)?|entry[ -]level|"
    r"not as young as i was)\b",
    re.IGNORECASE,
)
_WORDS = "|".join((*_AGE_WORDS.split(), *RANKS.split(), *SAME))
_ONE = re.compile(
    rf"\b(?P<kept>{NOT_MEANT})\b|(?-i:{TITLES})|{RANK_BEFORE_ROLE}|"
    rf"(?<![\w-])(?:{_WORDS})(?:['’]s)?(?![\w-])",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\(\s*[,;]?\s*\)|\s+(?=[,.;:!?)])|(?<=[,;:])(?:\s*[,;:])+|^\s*[,;:.!?–—-]+")


def stripped(text: str) -> str:
    """`text` without what must not matter: for comparing only, never to be shown."""
    text = _OUT.sub(" ", text)
    text = _TWO.sub(" ", text)
    text = _ONE.sub(_one, text)
    for _ in range(3):
        text = _LEFT.sub("", " ".join(text.split()))
    return re.sub(r"\b(?:a|an)\b(?= (?:a|an)\b)|\b(?:an?|the|as an?)(?= ?(?:[,.;:!?]|$))", "", text)


def _one(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    word = found[0].lower().replace("’", "'").removesuffix("'s")
    return SAME.get(word, " ")
