"""What people say of the known skills: a need of each and an offer of it, in everyday words."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from app.catalogue.skills import all_skills
from app.catalogue.tables import DATA, CatalogueError, read_rows

_COLUMNS = ("skill", "need", "offer")


@dataclass(frozen=True, slots=True)
class Said:
    """How somebody in need of a skill might put it, and how somebody who has it."""

    need: str
    offer: str


@cache
def all_said() -> tuple[Said, ...]:
    """For every known skill, in the order of `all_skills`."""
    with (DATA / "said.csv").open(encoding="utf-8", newline="") as lines:
        return read_said(lines)


def read_said(lines: Iterable[str], name: str = "said.csv") -> tuple[Said, ...]:
    """Read the columns skill, need and offer; the skill by the name it is printed by.

    Raises CatalogueError for a row of an unknown skill, an empty cell, or a skill without a row.
    """
    names = [skill.name for skill in all_skills()]
    found: dict[str, Said] = dict.fromkeys(names, Said("", ""))
    for line, (skill, need, offer) in read_rows(lines, name=name, columns=_COLUMNS):
        if skill not in found:
            raise CatalogueError(f"{name}, line {line}: “{skill}” is no known skill")
        if not (need and offer):
            raise CatalogueError(f"{name}, line {line}: a need and an offer of “{skill}”, please")
        found[skill] = Said(need, offer)
    for skill, said in found.items():
        if not said.need:
            raise CatalogueError(f"{name}: there is no line for “{skill}”")
    return tuple(found[skill] for skill in names)
