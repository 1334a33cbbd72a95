"""How many people seek and offer a skill, held against counting them one by one."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.skills import skill_key
from app.search.index import AdDocument, Asked, Index, People
from app.search.whoosh_index import WhooshIndex
from tests.search.documents import DAY, NOW, ad, fill
from tests.search.implementations import IMPLEMENTATIONS, Make

SKILLS = ("harp", "CV writing", "cv-writing", "social media", "Sgwrsio’n Gymraeg", "3D printing")
some_skills = st.lists(st.sampled_from(SKILLS), max_size=3, unique=True).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> list[AdDocument]:
    many = draw(st.integers(1, 14))
    return [
        ad(
            id,
            person=draw(st.integers(1, 5)),
            seeks_skills=draw(some_skills),
            offers_skills=draw(some_skills),
            sector=draw(st.sampled_from(("law", "arts", "trades"))),
            expires=NOW + draw(st.sampled_from((-1, 0, 1, DAY))),
        )
        for id in range(1, many + 1)
    ]


def counted(people: People, side: Asked) -> dict[str, tuple[int, int]]:
    """By key of the skill: people and sectors, where there is anybody."""
    rows = zip(people.names, side.people.tolist(), side.sectors.tolist(), strict=False)
    return {skill_key(name): (who, sectors) for name, who, sectors in rows if who}


def by_hand(ads: Iterable[AdDocument], side: str, now: int) -> dict[str, tuple[int, int]]:
    people: dict[str, set[int]] = defaultdict(set)
    sectors: dict[str, set[str]] = defaultdict(set)
    for one in ads:
        for skill in getattr(one, f"{side}_skills") if one.posted <= now < one.expires else ():
            people[skill_key(skill)].add(one.person)
            sectors[skill_key(skill)].add(one.sector)
    return {key: (len(people[key]), len(sectors[key])) for key in people}


def agree(index: Index, ads: list[AdDocument], now: int = NOW) -> None:
    for sector in ("", "law", "nowhere"):
        told = index.people(now, sector=sector)
        own = [one for one in ads if sector in {"", one.sector}]
        assert counted(told, told.seeks) == by_hand(own, "seeks", now)
        assert counted(told, told.offers) == by_hand(own, "offers", now)


@given(documents(), documents(), st.data())
def test_counts_are_as_by_hand_in_the_index_and_beside_it(
    tmp_path_factory: pytest.TempPathFactory,
    written: list[AdDocument],
    later: list[AdDocument],
    data: st.DataObject,
) -> None:
    index = WhooshIndex(tmp_path_factory.mktemp("index"))
    fill(index, *written)
    agree(index, written)
    agree(index, written, NOW + 1)
    gone = data.draw(st.sets(st.integers(1, 14)))
    changed = [one for one in later if one.id not in gone]
    ids = sorted({one.id for one in later} | gone)
    index.heed([(n, id) for n, id in enumerate(ids, 1)], changed, 1)
    now_there = [one for one in written if one.id not in ids] + changed
    agree(index, now_there)
    with index.wait_to_write(5) as batch:
        batch.apply(changed, gone)
    index.heed([], [], len(ids) + 1)
    agree(index, now_there)
    agree(index, now_there, NOW + DAY)
    index.close()


@pytest.mark.parametrize("make", IMPLEMENTATIONS)
def test_somebody_in_an_old_large_part_and_a_new_one_counts_once(
    tmp_path: Path, make: Make
) -> None:
    index = make(tmp_path)
    many = [ad(id, person=id % 300, seeks_skills=("harp",)) for id in range(1, 700)]
    fill(index, *many)
    late = [ad(id, person=id % 300, seeks_skills=("harp",), sector="law") for id in (701, 999)]
    fresh = ad(1000, person=5000, seeks_skills=("harp",))
    with index.wait_to_write(5) as batch:
        batch.apply([*late, fresh], [])
    agree(index, [*many, *late, fresh])
    assert counted(index.people(NOW), index.people(NOW).seeks) == {"harp": (301, 2)}
