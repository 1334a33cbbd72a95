"""Sectors: the fields of work a writer may come from, in plain words."""

from dataclasses import dataclass
from functools import cache

from app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Sector:
    """One field of work.

    `slug` is the stable value in URLs and imports; `name` is an English msgid for an edge to
    translate; `sic` holds section letters of the UK Standard Industrial Classification 2007.
    """

    slug: str
    name: str
    sic: tuple[str, ...]


# In the order forms show them: by English name, with the way out at the end.
_SECTORS = (
    Sector("animals", N_("Animals and vets"), ("A", "M")),
    Sector("arts", N_("Arts, crafts and music"), ("R",)),
    Sector("construction", N_("Building and property"), ("F", "L")),
    Sector("business", N_("Business services and offices"), ("M", "N")),
    Sector("care", N_("Care and social work"), ("Q",)),
    Sector("charity", N_("Charity, faith and community"), ("S",)),
    Sector("technology", N_("Computing and technology"), ("J",)),
    Sector("education", N_("Education and training"), ("P",)),
    Sector("emergency", N_("Emergency services and armed forces"), ("O",)),
    Sector("energy", N_("Energy, water and waste"), ("B", "D", "E")),
    Sector("engineering", N_("Engineering and manufacturing"), ("C", "M")),
    Sector("farming", N_("Farming, forestry and fishing"), ("A",)),
    Sector("hospitality", N_("Food, drink and tourism"), ("I", "N")),
    Sector("beauty", N_("Hair, beauty and wellbeing"), ("S",)),
    Sector("health", N_("Health and medicine"), ("Q",)),
    Sector("home", N_("Home and family"), ("T",)),
    Sector("law", N_("Law"), ("M",)),
    Sector("marketing", N_("Marketing and design"), ("M",)),
    Sector("media", N_("Media and publishing"), ("J",)),
    Sector("finance", N_("Money and insurance"), ("K", "M")),
    Sector("public-service", N_("Public service"), ("O", "U")),
    Sector("science", N_("Science and research"), ("M",)),
    Sector("retail", N_("Shops and selling"), ("G",)),
    Sector("trades", N_("Skilled trades and repairs"), ("F", "S")),
    Sector("sport", N_("Sport and the outdoors"), ("R",)),
    Sector("transport", N_("Transport and delivery"), ("H",)),
    Sector("other", N_("Something else"), ("S",)),
)


def all_sectors() -> tuple[Sector, ...]:
    """Every sector, in display order."""
    return _SECTORS


@cache
def _by_slug() -> dict[str, Sector]:
    return {sector.slug: sector for sector in _SECTORS}


def find_sector(slug: str) -> Sector | None:
    """The sector with exactly this slug, or None."""
    return _by_slug().get(slug)
