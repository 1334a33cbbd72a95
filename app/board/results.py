"""Browse and search in one: every state of the page is an address that can be shared."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from app import logs
from app.ads.policy import MODES, RHYTHMS
from app.ads.service import find_ad, live_of_person
from app.board import access, feed, words
from app.board.alert_form import AlertForm
from app.board.language import gettext, ngettext
from app.board.view import cards
from app.catalogue.places import near_misses
from app.catalogue.sectors import all_sectors, find_sector
from app.catalogue.skills import normalise_skill
from app.core.clock import utcnow
from app.core.tokens import normalise_box
from app.current import index, site, vectors
from app.db import db
from app.matching import service as matching
from app.moderation import service as moderation
from app.relay import service as relay
from app.search import service as search
from app.search.index import IndexUnavailable
from app.search.query import DISTANCES, SearchQuery, usual_sort
from app.search.to_the_letter import find_exactly

bp = Blueprint("results", __name__)
SKILLS_SHOWN = 10
FED = 50  # ads in a feed


class Choice(NamedTuple):
    """One value of a facet: ticked or not, with the number of ads it would give."""

    value: str
    name: str
    number: int
    chosen: bool


class Chosen(NamedTuple):
    """One thing asked for, and the address without it."""

    words: str
    url: str


@bp.get("/ads")
def ads() -> ResponseReturnValue:
    """The ads a query finds, with counts for narrowing and ways on when there are none."""
    query = SearchQuery.from_args(request.args)
    if (box := _box_meant(query.q)) is not None:
        return redirect(url_for("ad.ad", box=box), 303)
    now = utcnow()
    person = access.person()
    own = live_of_person(db.session, person, now=now) if person else []
    found = search.find(db.session, index(), query, now=now, skills=bool(own))
    logs.note(search_ms=round(found.took * 1000, 2))
    query = found.query
    other = [] if found.total else search.meanwhile(db.session, index(), query, now=now)
    chosen = _chosen(query)
    shown = [*found.ads, *other]
    full = relay.full_boxes(db.session, shown)
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in shown])
    ways = [] if found.total else search.widen(db.session, index(), query, now=now)
    unknown = query.place_text if query.place is None else ""
    return render_template(
        "results.html",
        query=query,
        found=found,
        ads=cards(found.ads, full=full, vouched=vouched),
        heading=heading(query, found.total, exact=found.exact),
        asked=", ".join(item.words for item in chosen),
        highlight=highlighter(found),
        respelt=_respelt(found),
        rather=[one for one in found.respelt if not one.taken],
        meanwhile=cards(other, full=full, vouched=vouched),
        facets=_facets(query, found),
        chosen=chosen,
        ways=[(way_words(way), results_url(way.query), way.total, way.exact) for way in ways],
        near=near_misses(unknown)[:3] if unknown else [],
        url=results_url,
        feed_url=feed_url(query),
        alert=AlertForm(formdata=None),
        alert_pairs=replace(query, page=1, upto=None).to_args(),
        known=person is not None,
        matches=matching.between(db.session, vectors(), own, found.ads, now=now) if own else {},
        pages=_pages(found.page, found.pages),
        page_url=lambda page: results_url(
            query, page=page, upto=found.newest if page > 1 else None
        ),
        distances=DISTANCES,
    )


@bp.get("/ads.atom")
def atom() -> ResponseReturnValue:
    """The newest ads that have all a query asks for, as an Atom feed."""
    query, now = SearchQuery.from_args(request.args), utcnow()
    newest = replace(query, sort="newest", page=1, upto=None)
    try:
        found = find_exactly(db.session, index(), newest, now=now, size=FED)
    except IndexUnavailable:
        abort(503)
    logs.note(search_ms=round(found.took * 1000, 2))
    board = site()
    written = feed.atom(
        board,
        title=query_name(query),
        own_url=board.base_url + feed_url(query),
        page_url=board.base_url + results_url(query, page=1),
        ads=found.ads,
        now=now,
    )
    answer = Response(written, mimetype=feed.MEDIA_TYPE)
    answer.add_etag(weak=True)  # the same however it is compressed
    answer.make_conditional(request)
    return answer


def _box_meant(q: str) -> str | None:
    """`Box 7K2M9Q` typed into the search box goes straight there; a box office does not."""
    start, _, rest = q.strip().partition(" ")
    if start.casefold() != "box" or normalise_box(rest.strip()) is None:
        return None
    ad = find_ad(db.session, rest.strip())
    return ad.box if ad is not None and ad.posted_at is not None else None


def results_url(query: SearchQuery, **changes: object) -> str:
    """The shareable address of `query` with `changes`."""
    return url_for("results.ads", **_pairs(query, **changes))  # type: ignore[arg-type]


def feed_url(query: SearchQuery) -> str:
    """The address of the feed of `query`: one for all its orders and pages."""
    usual = usual_sort(query.q)
    return url_for("results.atom", **_pairs(query, sort=usual, page=1))  # type: ignore[arg-type]


def _pairs(query: SearchQuery, **changes: object) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for name, value in query.to_args(**changes):
        pairs.setdefault(name, []).append(value)
    return pairs


def query_name(query: SearchQuery) -> str:
    """A search by what it asks for: `Seeking ads for “bookkeeping” (Health)`."""
    if query.is_empty:
        return gettext("Every ad")
    ads = {
        "": gettext("Ads"),
        "seeks": gettext("Seeking ads"),
        "offers": gettext("Offering ads"),
    }[query.kind]
    named = " ".join([ads, *_what(query), *_near(query)])
    chosen = ", ".join(item.words for item in _chosen(query))
    return f"{named} ({chosen})" if chosen else named


def heading(query: SearchQuery, total: int, *, exact: bool = True) -> str:
    """What was found, in words: `103 ads for “bookkeeping” within 40 miles of Aberystwyth`.

    `2000+ ads` where there are more than were counted.
    """
    ads = _counted(query.kind, total) if exact else _more_than(query.kind, total)
    if not total:
        ads = gettext("No ads")
    return " ".join([ads, *_what(query), *_near(query)])


def _counted(kind: str, total: int) -> str:
    return {
        "": ngettext("%(num)d ad", "%(num)d ads", total),
        "seeks": ngettext("%(num)d seeking ad", "%(num)d seeking ads", total),
        "offers": ngettext("%(num)d offering ad", "%(num)d offering ads", total),
    }[kind]


def _more_than(kind: str, total: int) -> str:
    return {
        "": gettext("%(num)d+ ads", num=total),
        "seeks": gettext("%(num)d+ seeking ads", num=total),
        "offers": gettext("%(num)d+ offering ads", num=total),
    }[kind]


def _what(query: SearchQuery) -> list[str]:
    return [gettext("for “%(words)s”", words=words.shorten(query.q, 60))] if query.q else []


def _near(query: SearchQuery) -> list[str]:
    if query.place is None:
        return []
    if query.within is None:
        return [gettext("at any distance from %(place)s", place=query.place.label)]
    return [
        ngettext(
            "within %(num)d mile of %(place)s",
            "within %(num)d miles of %(place)s",
            query.within,
            place=query.place.label,
        )
    ]


def highlighter(found: search.Results) -> Callable[[str], Markup]:
    """A function that marks in a plain text what was searched for."""

    def highlight(text: str) -> Markup:
        if not found.query.q:
            return escape(text)
        parts = search.highlight(text, found.plan)
        return Markup("").join(
            Markup("<mark>{}</mark>").format(part) if hit else escape(part) for part, hit in parts
        )

    return highlight


def way_words(way: search.Widening) -> str:
    """What one change of an empty search would be, in words."""
    query = way.query
    if way.change == "farther":
        return ngettext("Within %(num)d mile", "Within %(num)d miles", query.within or 0)
    if way.change == "fewer_words":
        return gettext("Only “%(words)s”", words=words.shorten(query.q, 60))
    return {
        "anywhere": gettext("At any distance"),
        "remote": gettext("By phone or video, from anywhere"),
        "any_side": gettext("Sought or offered"),
        "sectors": gettext("In any sector"),
        "skills": gettext("Whatever the skill"),
        "modes": gettext("However you would meet"),
        "rhythms": gettext("However often"),
        "kind": gettext("Seeking and offering"),
    }[way.change]


def _facets(query: SearchQuery, found: search.Results) -> list[tuple[str, str, list[Choice]]]:
    counts = found.facets
    names = {s.slug: gettext(s.name) for s in all_sectors()}
    sectors = _choices(names, counts.sector, query.sectors)
    skill_names = {key: _skill_name(key) for key in (*counts.skill, *query.skills)}
    skills = _choices(skill_names, counts.skill, query.skills)
    skills.sort(key=lambda c: (not c.chosen, -c.number, c.name.casefold()))
    modes = {mode: str(words.MODES[mode]) for mode in MODES}
    rhythms = {rhythm: str(words.RHYTHMS[rhythm]) for rhythm in RHYTHMS}
    return [
        ("sector", gettext("Sector"), sectors),
        ("skill", gettext("Skill"), skills[:SKILLS_SHOWN]),
        ("mode", gettext("How you would meet"), _choices(modes, counts.mode, query.modes)),
        ("rhythm", gettext("How often"), _choices(rhythms, counts.rhythm, query.rhythms)),
    ]


@lru_cache(maxsize=4096)
def _skill_name(key: str) -> str:
    """How a skill is printed; every page has the same few dozen."""
    return normalise_skill(key)


def _respelt(found: search.Results) -> list[tuple[str, list[search.Respelling]]]:
    """By word as typed: those that it was taken for."""
    words: dict[str, list[search.Respelling]] = {}
    for one in found.respelt:
        if one.taken:
            words.setdefault(one.typed, []).append(one)
    return list(words.items())


def _choices(
    names: dict[str, str], counts: dict[str, int], chosen: tuple[str, ...]
) -> list[Choice]:
    rows = [Choice(v, name, counts.get(v, 0), v in chosen) for v, name in names.items()]
    return [row for row in rows if row.number or row.chosen]


def _chosen(query: SearchQuery) -> list[Chosen]:
    """Everything asked for beside words and place, each with the address that drops it."""
    rows = [("sectors", v, gettext(s.name)) for v in query.sectors if (s := find_sector(v))]
    rows += [("skills", v, _skill_name(v)) for v in query.skills]
    rows += [("modes", v, str(words.MODES[v])) for v in query.modes]
    rows += [("rhythms", v, str(words.RHYTHMS[v])) for v in query.rhythms]
    if query.side:
        side = gettext("sought") if query.side == "seeks" else gettext("offered")
        rows.append(("side", query.side, gettext("where it is %(side)s", side=side)))
    return [Chosen(name, results_url(query.without(field, v))) for field, v, name in rows]


def _pages(page: int, pages: int) -> list[int | None]:
    """Page numbers to show: the ends and the neighbours, None for a gap."""
    near = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    shown: list[int | None] = []
    for number in near:
        if shown and shown[-1] is not None and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return shown
