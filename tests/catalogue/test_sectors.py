"""Sectors: known by slug, in plain words, over the whole of the national classification."""

import string

import pytest

from app.catalogue.sectors import all_sectors, find_sector


def test_slugs_and_names_are_each_used_once():
    sectors = all_sectors()

    assert 20 <= len(sectors) <= 30
    assert len({sector.slug for sector in sectors}) == len(sectors)
    assert len({sector.name for sector in sectors}) == len(sectors)


def test_slugs_suit_an_address():
    allowed = set(string.ascii_lowercase + "-")

    assert all(set(sector.slug) <= allowed for sector in all_sectors())


@pytest.mark.parametrize(
    "slug",
    ["technology", "health", "education", "law", "finance", "arts", "trades", "public-service"],
)
def test_a_promised_slug_is_there(slug):
    sector = find_sector(slug)

    assert sector is not None
    assert sector.slug == slug
    assert sector in all_sectors()


def test_every_section_of_the_national_classification_has_a_sector():
    covered = {letter for sector in all_sectors() for letter in sector.sic}

    assert covered == set("ABCDEFGHIJKLMNOPQRSTU")
    assert all(sector.sic for sector in all_sectors())


def test_names_stand_in_order_with_the_way_out_last():
    *named, last = [sector.name for sector in all_sectors()]

    assert named == sorted(named)
    assert last == "Something else"


@pytest.mark.parametrize("slug", ["", "Technology", "astrology", "technology "])
def test_an_unknown_slug_is_no_sector(slug):
    assert find_sector(slug) is None
