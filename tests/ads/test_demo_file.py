"""The demo ads: every line is an ad the board accepts, and together they show what it is for."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import app.ads
from app.ads.policy import Draft
from app.ads.rules import problems
from app.catalogue.places import Place, find_places
from app.catalogue.sectors import all_sectors

DEMO = Path(app.ads.__file__).with_name("demo.jsonl")
FIELDS = {
    "kind",
    "headline",
    "seeks",
    "offers",
    "return_open",
    "seeks_skills",
    "offers_skills",
    "about",
    "sector",
    "sectors_wanted",
    "language",
    "place",
    "modes",
    "rhythm",
    "capacity",
    "name",
    "email",
    "confirmed",
    "days_ago",
}
OF_A_PERSON = {"he", "she", "him", "her", "hers", "himself", "herself", "senior", "junior"}


@cache
def demo_ads() -> tuple[dict[str, Any], ...]:
    lines = DEMO.read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def place_of(ad: dict[str, Any]) -> Place | None:
    return find_places(ad["place"])[0] if ad["place"] else None


def draft_of(ad: dict[str, Any]) -> Draft:
    wanted, place = ad["sectors_wanted"], place_of(ad)
    return Draft(
        kind=ad["kind"],
        headline=ad["headline"],
        seeks=ad["seeks"],
        offers=ad["offers"],
        return_open=ad.get("return_open", False),
        seeks_skills=tuple(ad["seeks_skills"]),
        offers_skills=tuple(ad["offers_skills"]),
        about=ad.get("about", ""),
        sector=ad["sector"],
        sectors_wanted=wanted if isinstance(wanted, str) else ",".join(wanted),
        language=ad["language"],
        place_id=place.id if place else None,
        modes=tuple(ad["modes"]),
        rhythm=ad["rhythm"],
        capacity=ad["capacity"],
        name=ad["name"],
    )


def each_ad(test: Any) -> Any:
    return pytest.mark.parametrize("ad", demo_ads(), ids=lambda ad: ad["headline"][:30])(test)


@each_ad
def test_the_rules_of_an_ad_find_nothing_wrong_with_it(ad: dict[str, Any]) -> None:
    assert set(ad) <= FIELDS
    assert problems(draft_of(ad)) == []


@each_ad
def test_it_says_something_on_both_sides(ad: dict[str, Any]) -> None:
    lead, other = ("seeks", "offers") if ad["kind"] == "seeks" else ("offers", "seeks")

    assert len(ad[lead]) >= 15
    assert len(ad[other]) >= 15 or ad.get("return_open")
    assert ad[f"{lead}_skills"]


@each_ad
def test_its_town_is_known_and_a_welsh_ad_stands_in_wales(ad: dict[str, Any]) -> None:
    """An ambiguous name would mean the most populous town of that name, perhaps far away."""
    place = place_of(ad)

    assert (place is None) == (ad["place"] == "")
    assert place is not None or "in_person" not in ad["modes"]
    if ad["language"] == "cy" or ad["place"].endswith("Wales"):
        assert place is None or place.nation == "Wales"


@each_ad
def test_it_speaks_plainly_and_ranks_nobody(ad: dict[str, Any]) -> None:
    texts = [ad["headline"], ad["seeks"], ad["offers"], ad.get("about", "")]
    words = {word.strip(".,;:?!’‘()").casefold() for text in texts for word in text.split()}

    if ad["language"] == "en":
        assert not words & OF_A_PERSON
    assert not any(sign in text for text in texts for sign in "'\"<>£")


def test_there_are_sixty_four_with_headlines_of_their_own() -> None:
    assert len(demo_ads()) == 64
    assert len({ad["headline"] for ad in demo_ads()}) == 64
    assert len({(ad["seeks"], ad["offers"]) for ad in demo_ads()}) == 64


def test_both_kinds_and_both_languages_are_well_represented() -> None:
    kinds = Counter(ad["kind"] for ad in demo_ads())
    languages = Counter(ad["language"] for ad in demo_ads())

    assert min(kinds["seeks"], kinds["offers"]) >= 26
    assert languages["cy"] >= 10


def test_nearly_every_sector_has_an_ad() -> None:
    used = {ad["sector"] for ad in demo_ads()}

    assert {sector.slug for sector in all_sectors()} - used <= {"other"}


def test_every_choice_of_the_form_occurs() -> None:
    assert {mode for ad in demo_ads() for mode in ad["modes"]} == {"in_person", "phone", "video"}
    assert len({ad["rhythm"] for ad in demo_ads()}) == 5
    assert any(isinstance(ad["sectors_wanted"], list) for ad in demo_ads())
    assert any(ad["sectors_wanted"] == "different" for ad in demo_ads())
    assert any(ad["capacity"] > 1 for ad in demo_ads())
    assert any(ad.get("return_open") for ad in demo_ads())


def test_one_address_is_one_writer_and_some_have_two_ads() -> None:
    writers = {(ad["email"], ad["name"]) for ad in demo_ads()}
    ads_of = Counter(ad["email"] for ad in demo_ads())

    assert len(writers) == len(ads_of) == len({ad["name"] for ad in demo_ads()})
    assert all(email.startswith("demo") and email.endswith("@demo.invalid") for email in ads_of)
    assert sorted(ads_of.values())[-3:] == [2, 2, 2]


def test_they_are_live_and_spread_over_the_last_forty_days() -> None:
    ages = [ad["days_ago"] for ad in demo_ads()]

    assert all(ad["confirmed"] is True for ad in demo_ads())
    assert min(ages) >= 0
    assert max(ages) <= 40
    assert len(set(ages)) == 64
    assert ages == sorted(ages, reverse=True), "oldest first, so that ids grow with time"
