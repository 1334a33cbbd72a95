"""American spellings read as British ones, for comparing only: nobody gets to see these. Pure.

What two spellings share matters, not whether it is a word: “prise” may stand for “prize”, since no
other word becomes it.
"""

import re

# Words whose ends differ, each by what stands before the end. Forms of them follow: colourful.
_OUR = """
arb ard arm behavi cand clam col demean endeavo endeav fav ferv flav glam harb hon hum lab neighb od
parl ranc rig rum savi sav splend succ tum val vap vig
"""
_RE = "cent fib goit lit lust meag met och sab sceptr somb spect theat calib reconnoit"
_DOUBLED = """
bevel cancel carol channel chisel counsel dial duel enamel equal fuel funnel grovel initial jewel
label level libel marvel medal model panel pedal pencil quarrel revel rival shovel signal spiral
swivel total towel trammel travel tunnel unravel wool yodel
"""
_SINGLE = {"enrolment": "enroll", "enrol": "enroll", "fulfil": "fulfill", "instalment": "install"}
_CENSE = "defen offen preten licen practi"
_WITH_AE = """
aesthet anaem anaesthe archaeolog caesar encyclopaed faec gynaecolog haem leukaem mediaeval
orthopaed paediat palaeo homoeopath oestrogen foet diarrhoea manoeuvr
"""
_OTHERS = {
    "aeroplane": "airplane", "ageing": "aging", "aluminium": "aluminum", "artefact": "artifact",
    "cosy": "cozy", "doughnut": "donut", "draughtsman": "draftsman", "grey": "gray",
    "judgement": "judgment", "acknowledgement": "acknowledgment", "kerb": "curb", "maths": "math",
    "mould": "mold", "moult": "molt", "moustache": "mustache", "mum": "mom", "plough": "plow",
    "pyjamas": "pajamas", "sceptic": "skeptic", "sceptical": "skeptical", "smoulder": "smolder",
    "speciality": "specialty", "tyre": "tire", "whisky": "whiskey", "yoghurt": "yogurt",
    "jewellery": "jewelry", "skilful": "skillful", "wilful": "willful", "woollen": "woolen",
    "cheque": "check", "chequebook": "checkbook", "burnt": "burned", "learnt": "learned",
    "spelt": "spelled", "dreamt": "dreamed", "manoeuvre": "maneuver", "tranquillity": "tranquility",
    "counsellor": "counselor", "traveller": "traveler",
}  # fmt: skip
_FORMS = ("", "s", "ed", "d", "ing", "er", "ers")


def _either(stems: str) -> str:
    return "|".join(sorted(stems.split(), key=len, reverse=True))


_ENDINGS = (
    (re.compile(rf"^(dis|mis|un|en)?({_either(_OUR)})our"), r"\1\2or"),
    (re.compile(rf"^(\w*)({_either(_RE)})re(s)?$"), r"\1\2er\3"),
    (re.compile(rf"^({_either(_RE)})red$"), r"\1ered"),
    (re.compile(r"(?<=[a-z]{3})iz(e|ed|es|er|ers|ing|ation|ations|ational)$"), r"is\1"),
    (re.compile(r"yz(e|ed|es|er|ers|ing)$"), r"ys\1"),
    (re.compile(r"(?<=[a-z]{2})ogue(s|d)?$"), r"og\1"),
    (re.compile(r"programme(s)?$"), r"program\1"),
    (re.compile(rf"^({_either(_DOUBLED)})l(ing|ings|ed|er|ers|or|ors|ous|ously)$"), r"\1\2"),
    (re.compile(rf"^({_either(_CENSE)})c(e|es|ed|ing)$"), r"\1s\2"),
)
_DIPHTHONG = re.compile(rf"^({_either(_WITH_AE)})")


def _forms() -> dict[str, str]:
    """Every plain form of the words that follow no rule."""
    told = _OTHERS | _SINGLE
    formed = {word + end: other + end for word, other in told.items() for end in _FORMS}
    plurals = {word[:-1] + "ies": other[:-1] + "ies" for word, other in told.items()
               if word.endswith("y") and other.endswith("y")}  # fmt: skip
    return formed | plurals


_BY_WORD = _forms()


def one_spelling(word: str) -> str:
    """What both spellings of `word` (lower case, a to z) share: “colour”, “color” → “color”."""
    if other := _BY_WORD.get(word):
        return other
    for pattern, instead in _ENDINGS:
        word, changed = pattern.subn(instead, word)
        if changed:
            return word
    if found := _DIPHTHONG.match(word):
        stem = found[1].replace("ae", "e").replace("oe", "e")
        return stem + word[found.end() :]
    return word
