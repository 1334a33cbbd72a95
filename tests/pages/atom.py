"""Whether something is an Atom feed: what RFC 4287 says a feed must and must not have."""

import re
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SPACE = "{http://www.w3.org/2005/Atom}"
ONCE = {"id", "title", "updated"}  # §4.1.1, §4.1.2: exactly one
AT_MOST_ONCE = {"icon", "logo", "subtitle", "summary", "published", "rights", "generator"}
OFTEN = {"author", "category", "link", "contributor"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # RFC 3339


def read_feed(xml: bytes) -> Element:
    """The feed, if it is one."""
    feed = ElementTree.fromstring(xml)
    assert feed.tag == f"{SPACE}feed"
    entries = feed.findall(f"{SPACE}entry")
    for part in (feed, *entries):
        _check_part(part)
    assert feed.find(f"{SPACE}author") is not None  # §4.1.1: here, or in every entry
    assert _link(feed, "self")
    ids = [text(entry, "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        assert _link(entry, "alternate")  # §4.1.2, as there is no content
        assert text(entry, "summary")
        assert text(entry, "published") <= text(entry, "updated") <= text(feed, "updated")
    return feed


def entries(xml: bytes) -> dict[str, Element]:
    """The entries of a feed by their ids, in order."""
    return {text(entry, "id"): entry for entry in read_feed(xml).findall(f"{SPACE}entry")}


def text(part: Element, name: str) -> str:
    return part.findtext(f"{SPACE}{name}") or ""


def _check_part(part: Element) -> None:
    names = [child.tag.removeprefix(SPACE) for child in part]
    assert set(names) <= ONCE | AT_MOST_ONCE | OFTEN | {"entry"}, names
    assert all(names.count(name) == 1 for name in ONCE), names
    assert all(names.count(name) <= 1 for name in AT_MOST_ONCE), names
    assert text(part, "title").strip()
    for child in part:
        _check_child(child)


def _check_child(child: Element) -> None:
    name = child.tag.removeprefix(SPACE)
    if name in {"updated", "published"}:  # §3.3
        assert MOMENT.fullmatch(child.text or "")
        assert datetime.fromisoformat(child.text or "").tzinfo is not None
    if name in {"id", "icon"}:  # §4.2.6: an absolute IRI
        assert urlsplit(child.text or "").scheme in {"http", "https"}
    if name == "link":  # §4.2.7
        assert urlsplit(child.attrib["href"]).netloc
        assert "/" in child.attrib["type"]
    if name == "category":  # §4.2.2
        assert child.attrib["term"]
    if name in {"author", "contributor"}:  # §3.2; never an address
        assert [below.tag.removeprefix(SPACE) for below in child] == ["name"]
        assert text(child, "name")
    if name in {"title", "summary", "subtitle"}:  # §3.1
        assert child.attrib.get("type", "text") == "text"
        assert len(child) == 0


def _link(part: Element, rel: str) -> str:
    found = [one for one in part.findall(f"{SPACE}link") if one.attrib.get("rel") == rel]
    assert len(found) == 1, rel
    return found[0].attrib["href"]
