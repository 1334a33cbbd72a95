"""A search as an Atom feed (RFC 4287): its newest ads, each as long as it is live."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from app.ads.models import Ad
from app.board.language import gettext
from app.board.view import view
from app.catalogue.sectors import find_sector
from app.core.site import Site

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
# What XML 1.0 has no way to write (§2.2), though an address can carry it.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ElementTree.register_namespace("", ATOM)


def atom(
    site: Site, *, title: str, own_url: str, page_url: str, ads: Sequence[Ad], now: datetime
) -> bytes:
    """The feed of `ads`. `own_url` names it for good; `page_url` is the same search for people."""
    feed = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _say(feed, "id", own_url)
    _say(feed, "title", f"{title} – {site.name}")
    _say(feed, "updated", _moment(_changed(ads, now)))
    _add(feed, "link", rel="self", type=MEDIA_TYPE, href=own_url)
    _add(feed, "link", rel="alternate", type="text/html", href=page_url)
    _say(_add(feed, "author"), "name", site.name)
    _say(feed, "icon", f"{site.base_url}/favicon.ico")
    for ad in ads:
        feed.append(_entry(site, ad))
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _entry(site: Site, ad: Ad) -> Element:
    """One ad. Its Box is its id for good; its headline may change, so the slug is left out."""
    assert ad.posted_at is not None
    language = {"{http://www.w3.org/XML/1998/namespace}lang": "cy"} if ad.language == "cy" else {}
    entry = Element(f"{{{ATOM}}}entry", language)
    _say(entry, "id", site.ad(ad.box))
    _say(entry, "title", ad.headline)
    _say(entry, "published", _moment(ad.posted_at))
    _say(entry, "updated", _moment(ad.updated_at))
    _add(entry, "link", rel="alternate", type="text/html", href=site.ad(ad.box, ad.headline))
    _say(_add(entry, "author"), "name", ad.name)
    sector = find_sector(ad.sector)
    _add(entry, "category", term=ad.sector, label=gettext(sector.name) if sector else ad.sector)
    _say(entry, "summary", _summary(ad), type="text")
    return entry


def _summary(ad: Ad) -> str:
    shown = view(ad)
    said = gettext("Offering") if ad.kind == "offers" else gettext("Seeking")
    lines = [f"{said}: {shown.lead}"]
    if shown.ret:
        lines.append(gettext("In return: %(what)s", what=shown.ret))
    elif shown.return_open:
        lines.append(gettext("In return: open; ask me"))
    if shown.place_label:
        lines.append(shown.place_label)
    return "\n".join([*lines, gettext("Box %(box)s", box=ad.box)])


def _changed(ads: Sequence[Ad], now: datetime) -> datetime:
    """When the newest change was; of an empty feed, the day that it is empty on."""
    if ads:
        return max(ad.updated_at for ad in ads)
    return datetime.combine(now.astimezone(UTC), time(), UTC)


def _moment(moment: datetime) -> str:
    """A point in time as RFC 3339 has it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: Element, name: str, **attributes: str) -> Element:
    plain = {key: _NO_XML.sub("", value) for key, value in attributes.items()}
    return ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", plain)


def _say(parent: Element, name: str, text: str, **attributes: str) -> None:
    _add(parent, name, **attributes).text = _NO_XML.sub("", text)
