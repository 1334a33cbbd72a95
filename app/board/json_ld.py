"""An ad as data for search engines: schema.org’s Person who `seeks` one thing, offers another."""

import json
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from app.board.language import gettext
from app.board.view import AdView
from app.core.site import Site

# Text inside <script> ends at “</script”, whatever quotes it stands in.
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def ad_data(site: Site, ad: AdView) -> Markup:
    """The JSON-LD of a live ad, safe inside <script type="application/ld+json">."""
    said = json.dumps(_person(site, ad), ensure_ascii=False, separators=(",", ":"))
    return Markup(said.translate(_ESCAPES))  # noqa: S704 – nothing in it can end the script


def _person(site: Site, ad: AdView) -> dict[str, Any]:
    person: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": ad.name,
        "url": site.ad(ad.box, ad.headline),
    }
    if seeks := _side(site, ad, "Demand", ad.seeks, ad.seeks_skills):
        person["seeks"] = seeks
    if offers := _side(site, ad, "Offer", ad.offers, ad.offers_skills):
        person["makesOffer"] = offers
    return person


def _side(
    site: Site, ad: AdView, kind: str, text: str, skills: tuple[str, ...]
) -> dict[str, Any] | None:
    """One side of the ad; None where its writer left it open."""
    if not text and not skills:
        return None
    leads = (ad.kind == "seeks") == (kind == "Demand")
    side: dict[str, Any] = {
        "@type": kind,
        "name": ad.headline if leads else gettext("In return"),
        "description": text,
        "category": ad.sector_name,
        "itemOffered": [{"@type": "Service", "name": skill} for skill in skills],
        "areaServed": _place(ad),
        "validFrom": _moment(ad.posted_at),
        "validThrough": _moment(ad.expires_at),
        "url": site.ad(ad.box, ad.headline),
    }
    return {name: value for name, value in side.items() if value}


def _place(ad: AdView) -> dict[str, Any] | None:
    if ad.place is None:
        return None
    where = {"latitude": ad.place.latitude, "longitude": ad.place.longitude}
    return {
        "@type": "Place",
        "name": ad.place.label,
        "geo": {"@type": "GeoCoordinates", **where},
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
