"""An ad as the templates see it: the row with its codes turned into words, nothing private."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from app.ads.models import Ad
from app.ads.policy import Draft
from app.catalogue.places import Place, find_place
from app.catalogue.sectors import find_sector
from app.core.site import ad_path


@dataclass(frozen=True, slots=True)
class AdView:
    """One ad in words. Made from a row or from a draft; holds no person and no address."""

    box: str
    kind: str
    headline: str
    seeks: str
    offers: str
    return_open: bool
    about: str
    seeks_skills: tuple[str, ...]
    offers_skills: tuple[str, ...]
    sector: str
    sector_name: str
    sectors_wanted_words: str
    language: str
    place: Place | None
    modes: tuple[str, ...]
    rhythm: str
    capacity: int
    name: str
    posted_at: datetime | None
    expires_at: datetime | None
    is_full: bool = False

    @property
    def url(self) -> str:
        """The path of its page."""
        return ad_path(self.box, self.headline)

    @property
    def place_label(self) -> str | None:
        """Its town, told apart from others of that name."""
        return self.place.label if self.place else None

    @property
    def lead(self) -> str:
        """The text of the side it leads with."""
        return self.seeks if self.kind == "seeks" else self.offers

    @property
    def ret(self) -> str:
        """The text of the return side, '' where it was left open."""
        return self.offers if self.kind == "seeks" else self.seeks


def view(ad: Ad, *, is_full: bool = False) -> AdView:
    """An ad of the database in words."""
    return AdView(
        box=ad.box,
        seeks_skills=ad.side_skills("seeks"),
        offers_skills=ad.side_skills("offers"),
        modes=tuple(ad.modes.split(",")),
        posted_at=ad.posted_at,
        expires_at=ad.expires_at,
        is_full=is_full,
        **_shared(ad),
    )


def preview(draft: Draft) -> AdView:
    """An ad that is not one yet, as it will be printed."""
    return AdView(
        box="",
        seeks_skills=draft.seeks_skills,
        offers_skills=draft.offers_skills,
        modes=draft.modes,
        posted_at=None,
        expires_at=None,
        **_shared(draft),
    )


def _shared(ad: Ad | Draft) -> dict[str, Any]:
    same = ("kind", "headline", "seeks", "offers", "return_open", "about", "sector", "language")
    sector = find_sector(ad.sector)
    return {
        **{field: getattr(ad, field) for field in (*same, "rhythm", "capacity", "name")},
        "sector_name": gettext(sector.name) if sector else ad.sector,
        "sectors_wanted_words": wanted_words(ad.sectors_wanted),
        "place": find_place(ad.place_id) if ad.place_id is not None else None,
    }


def wanted_words(wanted: str) -> str:
    """Whom the writer would like to hear from, in words."""
    if wanted == "any":
        return gettext("Any sector")
    if wanted == "different":
        return gettext("Any sector but their own")
    names = [gettext(s.name) for slug in wanted.split(",") if (s := find_sector(slug))]
    return ", ".join(names)
