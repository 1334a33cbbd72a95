"""What must change no match: ages, years of birth, gender, rank. Taken out before anything. Pure.

What is left is the same whoever wrote it, so that nothing behind this door can react to it. The
words people read are never changed: only what is compared.
"""

import re

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
young younger youngest old-timer oldie older elder elderly aged ageing aging middle-aged
middle-age teenager-myself pensioner pensioners oap oaps retiree retirees retired retiring
retirement-age millennial millennials boomer boomers zoomer zoomers gen-z genz gen-x
octogenarian septuagenarian sexagenarian youthful senior-citizen newly-retired semi-retired
"""
_RANKS = """
senior seniors junior juniors snr jnr sr jr chief executive executives ceo cto cfo coo cmo cio
vp svp evp director directors vice-president president managing head-of deputy associate
principal lead leading experienced inexperienced seasoned veteran veterans established
distinguished eminent top-level high-level entry-level mid-level mid-career early-career
apprentice apprentices trainee trainees intern interns graduate graduates undergraduate
newcomer rookie novice boss bosses superior subordinate sir dame lord lady dr prof professor
emeritus mr mrs ms miss mx
"""
_PERSONS = {  # said with a gender: the same word for all
    "person": "man woman men women gentleman gentlemen ladies lady lad lads lass lasses bloke "
    "blokes guy guys gal gals girl girls boy boys chap chaps fella fellow male males female "
    "females madam",
    "parent": "mother father mum dad mam mom mums dads mothers fathers mummy daddy",
    "partner": "husband wife boyfriend girlfriend fiance fiancee widow widower",
    "child": "son daughter sons daughters",
    "sibling": "brother sister brothers sisters",
    "grandparent": "grandmother grandfather grandma grandpa granny grandad granddad nan nana taid "
    "nain gran",
    "they": "he she",
    "them": "him",
    "their": "his her hers",
    "business person": "businessman businesswoman businessmen businesswomen",
    "chair": "chairman chairwoman",
    "sales": "salesman saleswoman",
    "craft": "craftsman craftswoman tradesman tradeswoman",
    "host": "hostess waitress waiter barmaid barman",
    "actor": "actress",
    "sports": "sportsman sportswoman",
    "crew": "cameraman camerawoman",
}
_SAME = {word: one for one, words in _PERSONS.items() for word in words.split()}

_OUT = re.compile("|".join(_AGES), re.IGNORECASE)
_TWO = re.compile(
    r"\b(?:senior citizens?|middle[ -]aged?|vice[ -]president|head of|gen(?:eration)?[ -][xyz]|"
    r"old age|(?:newly|recently|long|semi)[ -]?(?:retired|qualified)|of a certain age|grown[ -]up|"
    r"old (?:hand|timer|man|woman|lady|person|folk)s?|(?:early|mid|late)[ -]career|"
    r"managing director|entry[ -]level|not as young as i was)\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    rf"(?<![\w-])(?:{'|'.join((*_AGE_WORDS.split(), *_RANKS.split(), *_SAME))})(?:['’]s)?(?![\w-])",
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
    word = found[0].lower().replace("’", "'").removesuffix("'s")
    return _SAME.get(word, " ")
