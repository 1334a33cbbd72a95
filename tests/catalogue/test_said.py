"""Everyday words for each known skill."""

import pytest

from app.catalogue.said import all_said, read_said
from app.catalogue.skills import all_skills
from app.catalogue.tables import CatalogueError

HEAD = "skill,need,offer"


def test_every_known_skill_has_a_need_and_an_offer_of_its_own() -> None:
    said = all_said()

    assert len(said) == len(all_skills())
    assert len({one.need for one in said}) == len({one.offer for one in said}) == len(said)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("herding unicorns,they stray,I whistle", "line 2: “herding unicorns” is no known skill"),
        ("plumbing,the tap drips,", "line 2: a need and an offer of “plumbing”, please"),
        ("plumbing,the tap drips,I mend taps", "there is no line for"),
    ],
)
def test_what_is_wrong_is_named(row: str, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        read_said([HEAD, row])
