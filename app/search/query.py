"""The value a results URL becomes: what somebody looks for, read once from the address. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, Self

from app.ads.policy import KINDS, MODES, RHYTHMS
from app.catalogue.places import Place, find_places
from app.catalogue.sectors import find_sector
from app.catalogue.skills import normalise_skill
from app.search.towns import Said, town_after_word, town_at_end

LONGEST = 400  # characters of q that are looked at; nobody means more
DISTANCES = (5, 10, 20, 40, 80)  # miles, as the form offers them; a URL may name any of 1–500
FARTHEST = 500
USUAL_DISTANCE = 20
LAST_PAGE = 5000
_MARK = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")
SORTS = ("best", "newest", "nearest")
_MOST_WORDS = 24
_MOST_CHOICES = 12  # values of one repeatable field

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_BETWEEN_LETTERS = re.compile(r"(?<=\b\w) & (?=\w\b)")  # “R & D” is one word
_PIECE = re.compile(r'(?P<minus>(?<!\S)[-−–])?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


class Args(Protocol):
    """What a request's arguments offer (werkzeug's MultiDict)."""

    def get(self, key: str, /) -> str | None: ...
    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: a word, or a phrase whose words stand side by side.

    `prefix`: the word may be unfinished, since nothing was typed after it.
    """

    text: str
    phrase: bool = False
    excluded: bool = False
    prefix: bool = False

    def __str__(self) -> str:
        """As it would be typed."""
        typed = f'"{self.text}"' if self.phrase else self.text
        return f"-{typed}" if self.excluded else typed


@dataclass(frozen=True)
class SearchQuery:
    """What to look for, how to order it, which page. Every field holds only values that exist.

    `place` is what `place_text` was taken to mean, `place_choices` what else it may mean.
    `within` is in miles; None with a place means any distance. `taken` is all that was typed when
    its last words were taken to be the place; `plain`: they shall not. `upto` is the newest ad
    there was when the reader began, as (second posted, id): newer ones move no page.
    """

    q: str = ""
    kind: str = ""
    side: str = ""
    sectors: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()  # as normalise_skill prints them; all spellings are found
    modes: tuple[str, ...] = ()
    rhythms: tuple[str, ...] = ()
    place: Place | None = None
    place_text: str = ""
    place_choices: tuple[Place, ...] = ()
    within: int | None = None
    sort: str = "newest"
    page: int = 1
    taken: str = ""
    plain: bool = False
    upto: tuple[int, int] | None = None

    @classmethod
    def from_args(cls, args: Args) -> Self:
        """Read a request's arguments; whatever makes no sense counts as not said."""
        q = clean(args.get("q") or "")
        place_text = " ".join(clean(args.get("place") or "").split())[:100]
        places = find_places(place_text) if place_text else []
        place = places[0] if places else None
        page = _page(args.get("page"))
        plain = not place_text and args.get("plain") == "1" and _names_a_town(q)
        query = cls(
            q=q,
            kind=_one(args.get("kind"), KINDS),
            side=_one(args.get("side"), KINDS),
            sectors=_several(slug for slug in args.getlist("sector") if find_sector(slug)),
            skills=_several(normalise_skill(skill[:200]) for skill in args.getlist("skill")),
            modes=_several(mode for mode in args.getlist("mode") if mode in MODES),
            rhythms=_several(rhythm for rhythm in args.getlist("rhythm") if rhythm in RHYTHMS),
            place=place,
            place_text=place.label if place and len(places) == 1 else place_text,
            place_choices=tuple(places[1:]),
            within=_distance(args.get("within")) if place else None,
            sort=_sort(args.get("sort"), q, place),
            page=page,
            plain=plain,
            upto=_mark(args.get("upto")) if page > 1 else None,
        )
        said = None if place_text or plain else town_after_word(q)
        return query.at(said, args.get("sort"), args.get("within")) if said else query

    def at(self, said: Said, sort: str | None = None, within: str | None = None) -> Self:
        """This query with the words and the town of `said` for what was typed."""
        place = said.places[0]
        return replace(
            self,
            q=said.words,
            place=place,
            place_text=said.name,
            place_choices=said.places[1:],
            within=_distance(within),
            sort=_sort(sort, said.words, place),
            taken=self.q,
        )

    def read_again(self) -> Self | None:
        """The same if its last words, for all that no “in” is before them, are a town."""
        if self.place_text or self.plain or not (said := town_at_end(self.q)):
            return None
        sort = self.sort if self.sort != usual_sort(self.q) else None
        return self.at(said, sort)

    def as_typed(self) -> "SearchQuery":
        """The same with all that was typed as words, none of it as a town."""
        query = replace(self.without("place"), q=self.taken, taken="", plain=True)
        return replace(query, sort=usual_sort(query.q))

    def to_args(self, **changes: object) -> list[tuple[str, str]]:
        """This query with `changes` (fields of this class) as URL arguments, in one fixed order.

        What is as usual is left out. Any change but that of the page goes back to page 1.
        """
        if changes:
            usual: dict[str, object] = {"page": 1, "taken": "", "upto": None}
            return replace(self, **usual | changes).to_args()  # type: ignore[arg-type]
        pairs = [("q", self.taken or self.q), ("kind", self.kind), ("side", self.side)]
        for name, values in self._several_fields():
            pairs += [(name, value) for value in values]
        if not self.taken:
            pairs.append(("place", self.place.label if self.place else self.place_text))
        if self.place and self.within != USUAL_DISTANCE:
            pairs.append(("within", str(self.within or "any")))
        if self.sort != usual_sort(self.q):
            pairs.append(("sort", self.sort))
        if self.plain and not self.place_text:
            pairs.append(("plain", "1"))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
            if self.upto:
                pairs.append(("upto", "-".join(map(str, self.upto))))
        return [(name, value) for name, value in pairs if value.strip()]

    def without(self, field: str, value: str = "") -> "SearchQuery":
        """This query, from page 1, without one `value` of a repeatable field, or without `field`.

        Without `q` or `place` it is also ordered as usual where the order needed them.
        """
        kept: object
        if field in {"sectors", "skills", "modes", "rhythms"}:
            kept = tuple(v for v in getattr(self, field) if value and v != value)
        else:
            kept = None if field in {"within", "place"} else ""
        usual = {"page": 1, "taken": "", "upto": None}
        query = replace(self, **usual | {field: kept})  # type: ignore[arg-type]
        if field == "place":
            query = replace(query, place_text="", place_choices=(), within=None)
            query = replace(query, plain=_names_a_town(query.q))
        return replace(query, sort=_sort(query.sort, query.q, query.place))

    def _several_fields(self) -> list[tuple[str, tuple[str, ...]]]:
        """The repeatable fields under their names in a URL."""
        return [
            ("sector", self.sectors),
            ("skill", self.skills),
            ("mode", self.modes),
            ("rhythm", self.rhythms),
        ]

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for: every live ad is meant."""
        chosen = any(values for _, values in self._several_fields())
        return not (self.q.strip() or self.kind or chosen or self.place_text)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """What `q` asks for, in its order."""
        return parse(self.q)


def parse(text: str) -> tuple[Clause, ...]:
    """Read words, "phrases" and -exclusions from any text whatever; never raises.

    The last word counts as unfinished unless a space follows it or it is a single letter.
    """
    text = _BETWEEN_LETTERS.sub("&", text.translate(_QUOTES))
    if text.count('"') % 2:  # the odd one out opens nothing
        text = '"'.join(text.rsplit('"', 1)[:1]) + " " + text.rsplit('"', 1)[1]
    pieces = list(_PIECE.finditer(text))[:_MOST_WORDS]
    clauses = [_clause(piece, text) for piece in pieces]
    return tuple(clause for clause in clauses if any(c.isalnum() for c in clause.text))


def _clause(piece: re.Match[str], text: str) -> Clause:
    phrase, word = piece["phrase"], piece["word"] or ""
    excluded = piece["minus"] is not None
    if phrase is not None:
        return Clause(phrase.strip(), phrase=True, excluded=excluded)
    unfinished = piece.end() == len(text) and word.isalpha() and len(word) > 1
    return Clause(word, excluded=excluded, prefix=unfinished and not excluded)


def clean(text: str) -> str:
    """Any text as one line without control characters; a space at the end stays, as one."""
    text = unicodedata.normalize("NFC", text[: LONGEST * 2])[:LONGEST]
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text)
    words = " ".join(text.split())
    return words + " " if words and text[-1].isspace() else words


def usual_sort(q: str) -> str:
    """The order when none is asked for: best first when there are words, else newest."""
    return "best" if q.strip() else "newest"


def _sort(value: str | None, q: str, place: Place | None) -> str:
    fits = {"best": bool(q.strip()), "newest": True, "nearest": place is not None}
    return value if value and fits.get(value) else usual_sort(q)


def _one(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known else ""


def _several(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:_MOST_CHOICES]


def _distance(value: str | None) -> int | None:
    """Miles; None for any distance; the usual one for what is no distance."""
    if value == "any":
        return None
    number = _number(value)
    return number if 1 <= number <= FARTHEST else USUAL_DISTANCE


def _names_a_town(q: str) -> bool:
    """Whether the end of `q` may be taken to be a town."""
    return bool(town_after_word(q) or town_at_end(q))


def _mark(value: str | None) -> tuple[int, int] | None:
    found = _MARK.fullmatch(value or "")
    if not found or int(found[1]) >= 1 << 32 or int(found[2]) >= 1 << 31:
        return None
    return int(found[1]), int(found[2])


def _page(value: str | None) -> int:
    return min(max(_number(value), 1), LAST_PAGE)


def _number(value: str | None) -> int:
    """A plain positive number of up to six digits, else 0."""
    return int(value) if value and re.fullmatch(r"[0-9]{1,6}", value) else 0
