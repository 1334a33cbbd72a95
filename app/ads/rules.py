"""The rules of an ad's words and choices, one function a few fields. Pure."""

from collections.abc import Callable, Iterable

from app.ads.policy import (
    ABOUT_MOST,
    CAPACITY_MOST,
    HEADLINE,
    KINDS,
    LANGUAGES,
    LEAD_LEAST,
    MODES,
    NAME_MOST,
    RETURN_LEAST,
    RHYTHMS,
    SIDE_MOST,
    SKILL_MOST,
    SKILLS_MOST,
    Draft,
    Problem,
)
from app.catalogue.places import find_place
from app.catalogue.sectors import find_sector
from app.core.addresses import find_addresses
from app.core.i18n import N_
from app.core.text import is_header_safe

FIELDS = (
    "kind",
    "headline",
    "seeks",
    "seeks_skills",
    "offers",
    "offers_skills",
    "about",
    "sector",
    "sectors_wanted",
    "modes",
    "place",
    "rhythm",
    "capacity",
    "language",
    "name",
)


def problems(draft: Draft) -> list[Problem]:
    """Everything wrong with `draft`, at most one problem a field, in the form's order."""
    found: dict[str, Problem] = {}
    for rule in _RULES:
        for problem in rule(draft):
            found.setdefault(problem.field, problem)
    return sorted(found.values(), key=lambda p: FIELDS.index(p.field))


def _problem(field: str, sentence: str, **values: object) -> Problem:
    return Problem(field, sentence, values)


def _lengths(draft: Draft) -> Iterable[Problem]:
    least, most = HEADLINE
    if len(draft.headline) < least:
        yield _problem(
            "headline", N_("Write a headline of at least %(least)d characters."), least=least
        )
    too_long = N_("Shorten this: it has %(length)d characters, and there is room for %(most)d.")
    for field, limit in (
        ("headline", most),
        ("seeks", SIDE_MOST),
        ("offers", SIDE_MOST),
        ("about", ABOUT_MOST),
        ("name", NAME_MOST),
    ):
        length = len(getattr(draft, field))
        if length > limit:
            yield _problem(field, too_long, length=length, most=limit)


def _sides(draft: Draft) -> Iterable[Problem]:
    if draft.kind not in KINDS:
        yield _problem("kind", N_("Choose whether your ad leads with seeking or offering."))
        return
    if len(draft.lead) < LEAD_LEAST:
        sentence = (
            N_("Say in a sentence what you’d like to learn or ask.")
            if draft.kind == "seeks"
            else N_("Say in a sentence what you could show somebody.")
        )
        yield _problem(draft.kind, sentence)
    other = "offers" if draft.kind == "seeks" else "seeks"
    if not draft.return_open and len(getattr(draft, other)) < RETURN_LEAST:
        yield _problem(
            other,
            N_(
                "Say what you could give back: small things count. "
                "Or tick “I’m open: ask me” just below."
            )
            if other == "offers"
            else N_(
                "Say what you’d like in return: small things count. "
                "Or tick “I’m open: ask me” just below."
            ),
        )


def _skills(draft: Draft) -> Iterable[Problem]:
    for field in ("seeks_skills", "offers_skills"):
        skills = getattr(draft, field)
        if len(skills) > SKILLS_MOST:
            yield _problem(
                field,
                N_("Name at most %(most)d skills; you have %(count)d."),
                most=SKILLS_MOST,
                count=len(skills),
            )
        if any(len(skill) > SKILL_MOST for skill in skills):
            yield _problem(field, N_("Keep each skill under %(most)d characters."), most=SKILL_MOST)


def _choices(draft: Draft) -> Iterable[Problem]:
    if find_sector(draft.sector) is None:
        yield _problem("sector", N_("Choose the sector nearest to yours."))
    wanted = draft.sectors_wanted
    if wanted not in {"any", "different"} and not (
        wanted and all(find_sector(slug) for slug in wanted.split(","))
    ):
        yield _problem("sectors_wanted", N_("Tick at least one sector, or choose any sector."))
    if not draft.modes or not set(draft.modes) <= set(MODES):
        yield _problem("modes", N_("Tick at least one way to meet."))
    if draft.rhythm not in RHYTHMS:
        yield _problem("rhythm", N_("Choose how often you’d like to meet."))
    if draft.language not in LANGUAGES:
        yield _problem("language", N_("Choose the language of your ad."))
    if not 1 <= draft.capacity <= CAPACITY_MOST:
        yield _problem("capacity", N_("Choose a number from 1 to %(most)d."), most=CAPACITY_MOST)


def _place(draft: Draft) -> Iterable[Problem]:
    if draft.place_id is None:
        if "in_person" in draft.modes:
            yield _problem(
                "place", N_("Name your town or village, so that people know whether it’s near.")
            )
    elif find_place(draft.place_id) is None:
        yield _problem("place", N_("We don’t know this town. Try the nearest larger one."))


def _name(draft: Draft) -> Iterable[Problem]:
    if not draft.name:
        yield _problem("name", N_("Write a name to print with your ad; a first name will do."))


_KINDLY = {
    "email": N_("Leave addresses out: replies reach you through the board. Take out “%(found)s”."),
    "phone": N_(
        "Leave phone numbers out: replies reach you through the board. Take out “%(found)s”."
    ),
    "link": N_("Leave links out: an ad is words alone. Take out “%(found)s”."),
}


def _addresses(draft: Draft) -> Iterable[Problem]:
    texts = {f: getattr(draft, f) for f in ("headline", "seeks", "offers", "about", "name")}
    for field in ("seeks_skills", "offers_skills"):
        texts[field] = "\n".join(getattr(draft, field))
    for field, text in texts.items():
        # What is far too long is refused for that already, and need not be read to its end.
        for found in find_addresses(text[: 2 * SIDE_MOST])[:1]:
            yield _problem(field, _KINDLY[found.kind], found=found.text)
        if field in {"headline", "name"} and not is_header_safe(text):
            yield _problem(field, N_("Leave “=?” out: it means something else to mail programs."))


_RULES: tuple[Callable[[Draft], Iterable[Problem]], ...] = (
    _addresses,
    _lengths,
    _sides,
    _skills,
    _choices,
    _place,
    _name,
)
