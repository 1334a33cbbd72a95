"""An ad as the templates see it: the row with its codes turned into words, nothing private."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.ads.models import Ad
from app.ads.policy import Draft
from app.board.language import gettext
from app.catalogue.places import Place, find_place
from app.catalogue.sectors import find_sector
from app.core.site import ad_path
from app.moderation.service import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class AdCard:
    """What a list shows of an ad, in words. Holds no person and no address."""

    box: str
    kind: str
    headline: str
    seeks: str
    offers: str
    return_open: bool
    sector: str
    sector_name: str
    language: str
    place: Place | None
    modes: tuple[str, ...]
    posted_at: datetime | None
    is_full: bool = False
    vouched: tuple[Voucher, ...] = ()  # the networks that vouch for its writer

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AdView(AdCard):
    """One ad in words, whole. Made from a row or from a draft."""

    about: str
    seeks_skills: tuple[str, ...]
    offers_skills: tuple[str, ...]
    sectors_wanted_words: str
    rhythm: str
    capacity: int
    name: str
    expires_at: datetime | None


def card(ad: Ad, *, is_full: bool = False, vouched: tuple[Voucher, ...] = ()) -> AdCard:
    """An ad of the database for a list; its skills are not asked for."""
    return AdCard(**_of_row(ad), **_brief(ad), is_full=is_full, vouched=vouched)


def cards(
    ads: Iterable[Ad], *, full: Collection[str] = (), vouched: Mapping[int, tuple[Voucher, ...]]
) -> list[AdCard]:
    """A list of them. `full`: the Boxes of those; `vouched`: by writer, asked for them together."""
    return [card(ad, is_full=ad.box in full, vouched=vouched.get(ad.person_id, ())) for ad in ads]


def view(ad: Ad, *, is_full: bool = False, vouched: tuple[Voucher, ...] = ()) -> AdView:
    """An ad of the database in words."""
    return AdView(
        **_of_row(ad),
        **_brief(ad),
        **_rest(ad),
        seeks_skills=ad.side_skills("seeks"),
        offers_skills=ad.side_skills("offers"),
        expires_at=ad.expires_at,
        is_full=is_full,
        vouched=vouched,
    )


def preview(draft: Draft, *, vouched: tuple[Voucher, ...] = ()) -> AdView:
    """An ad that is not one yet, as it will be printed."""
    return AdView(
        **_brief(draft),
        **_rest(draft),
        box="",
        modes=draft.modes,
        posted_at=None,
        seeks_skills=draft.seeks_skills,
        offers_skills=draft.offers_skills,
        expires_at=None,
        vouched=vouched,
    )


def _of_row(ad: Ad) -> dict[str, Any]:
    return {"box": ad.box, "modes": tuple(ad.modes.split(",")), "posted_at": ad.posted_at}


def _brief(ad: Ad | Draft) -> dict[str, Any]:
    """What lists and whole ads share."""
    sector = find_sector(ad.sector)
    return {
        "kind": ad.kind,
        "headline": ad.headline,
        "seeks": ad.seeks,
        "offers": ad.offers,
        "return_open": ad.return_open,
        "sector": ad.sector,
        "sector_name": gettext(sector.name) if sector else ad.sector,
        "language": ad.language,
        "place": find_place(ad.place_id) if ad.place_id is not None else None,
    }


def _rest(ad: Ad | Draft) -> dict[str, Any]:
    return {
        "about": ad.about,
        "rhythm": ad.rhythm,
        "capacity": ad.capacity,
        "name": ad.name,
        "sectors_wanted_words": wanted_words(ad.sectors_wanted),
    }


def wanted_words(wanted: str) -> str:
    """Whom the writer would like to hear from, in words."""
    if wanted == "any":
        return gettext("Any sector")
    if wanted == "different":
        return gettext("Any sector but their own")
    names = [gettext(s.name) for slug in wanted.split(",") if (s := find_sector(slug))]
    return ", ".join(names)
