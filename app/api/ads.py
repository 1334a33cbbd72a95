"""The board for programs: read-only JSON, described by OpenAPI, for anybody and without a key."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from spectree import Response as Answers
from spectree import SpecTree

from app import logs
from app.ads import service as ads
from app.ads.models import Ad
from app.api import cursor
from app.api.shapes import AdOut, AdsOut, AdsQuery, PlaceOut, Refused, Trouble, VouchedOut
from app.catalogue.places import Place, find_place
from app.core.clock import utcnow
from app.core.errors import STATUS as STATUS
from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.current import index, readers, site, source
from app.db import db
from app.moderation import service as moderation
from app.relay import service as relay
from app.search.index import IndexUnavailable
from app.search.query import SearchQuery
from app.search.to_the_letter import Found, find_exactly

bp = Blueprint("api", __name__, url_prefix="/api/v1")
spec = SpecTree(
    "flask",
    mode="strict",
    title="A board of small ads for mutual mentoring",
    description="Read-only. Live ads only. Nobody’s address is in any answer.",
    version="1",
    openapi_version="3.1.0",
    path="api/v1/openapi.json",  # what the description itself is left out of
    page_templates={},
    validation_error_model=list[Refused],
)
PAGE = 50  # ads in one answer


class NoIndex(Refusal):
    kind = Kind.UNAVAILABLE
    sentence = N_("Our index is being mended. Nothing is lost; ask again in a minute.")


@bp.get("/ads")
@spec.validate(query=AdsQuery, resp=Answers(HTTP_200=AdsOut, HTTP_429=Trouble, HTTP_503=Trouble))
def search() -> AdsOut:
    """Search the live ads

    Takes what the page of results takes, but finds to the letter: no other spelling, no ads with
    only some of the words. Follow `next` for more; ads that come or end meanwhile move no page.
    """
    _count()
    now, asked = utcnow(), SearchQuery.from_args(request.args)
    at = request.args.get("cursor") or ""
    query = cursor.at(replace(asked, page=1, upto=None), at)
    try:
        found = find_exactly(db.session, index(), query, now=now, size=PAGE)
        total, exact = found.total, found.exact
        logs.note(search_ms=round(found.took * 1000, 2))
        if cursor.goes_by_newness(at):
            whole = replace(query, page=1, upto=None)
            first = find_exactly(db.session, index(), whole, now=now, size=1)
            total, exact = first.total, first.exact
    except IndexUnavailable:
        raise NoIndex from None
    full = relay.full_boxes(db.session, found.ads)
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in found.ads])
    further = _further(found)
    return AdsOut(
        ads=[
            _ad_out(ad, full=ad.box in full, vouched=vouched.get(ad.person_id, ()))
            for ad in found.ads
        ],
        total=total,
        exact=exact,
        place=_place_out(found.query.place),
        next_cursor=further,
        next=_next_url(further) if further else None,
    )


@bp.get("/ads/<box>")
@spec.validate(
    resp=Answers(HTTP_200=AdOut, HTTP_404=Trouble, HTTP_410=Trouble, HTTP_429=Trouble),
    path_parameter_descriptions={"box": "The ad’s public number: six letters and digits."},
)
def ad(box: str) -> AdOut:
    """One live ad

    410 for one that is no longer live, 404 for one that never was.
    """
    _count()
    found = ads.get_live(db.session, box, now=utcnow())
    vouched = moderation.networks.vouchers_of(db.session, found.person_id)
    return _ad_out(found, full=relay.is_full(db.session, found), vouched=vouched)


@bp.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """What there is, as OpenAPI 3.1."""
    return jsonify({**spec.spec, "servers": [{"url": site().base_url}]})


@bp.errorhandler(Refusal)
def _refused(refusal: Refusal) -> ResponseReturnValue:
    status = STATUS[refusal.kind]
    answer = jsonify(status=status, sentence=gettext(refusal.sentence, **refusal.values))
    answer.status_code = status
    if "seconds" in refusal.values:
        answer.headers["Retry-After"] = str(refusal.values["seconds"])
    return answer


@bp.after_request
def _conditional(answer: Response) -> Response:
    """304 for whoever has the very same answer already (RFC 9110 §13.1.2).

    By ETag alone: a list without an ad that has ended is no newer by any date.
    """
    if answer.status_code == 200:
        answer.add_etag(weak=True)
        answer.make_conditional(request)
        if answer.is_json and request.endpoint == "api.ad" and answer.status_code == 200:
            told = answer.get_json()
            answer.last_modified = datetime.fromisoformat(told["updated_at"])
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _count() -> None:
    """Count this question of the network it comes from. Raises TooMany."""
    readers().count("api-source", source(), now=utcnow())


def _further(found: Found) -> str | None:
    """The cursor of what comes after, None at the end."""
    if not found.ads or found.query.page * PAGE >= found.total:
        return None
    last = found.ads[-1]
    if found.query.sort == "newest" and found.query.page == 1:
        assert last.posted_at is not None
        return cursor.behind(int(last.posted_at.timestamp()), last.id)
    return cursor.next_page(found.query, found.query.upto or found.newest)


def _next_url(further: str) -> str:
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    query = urlencode([*pairs, ("cursor", further)])
    return f"{site().base_url}{current_app.url_for('api.search', _external=False)}?{query}"


def _ad_out(ad: Ad, *, full: bool, vouched: tuple[moderation.Voucher, ...]) -> AdOut:
    wanted = ad.sectors_wanted
    same = ("box", "kind", "headline", "seeks", "offers", "return_open", "about", "sector")
    more = ("language", "rhythm", "capacity", "name", "posted_at", "updated_at", "expires_at")
    values: dict[str, Any] = {name: getattr(ad, name) for name in (*same, *more)}
    return AdOut(
        **values,
        url=site().ad(ad.box, ad.headline),
        seeks_skills=list(ad.side_skills("seeks")),
        offers_skills=list(ad.side_skills("offers")),
        sectors_wanted=wanted.split(","),
        place=_place_out(find_place(ad.place_id) if ad.place_id is not None else None),
        modes=ad.modes.split(","),
        full=full,
        vouched_for_by=[VouchedOut(name=v.name, url=site().network(v.slug)) for v in vouched],
    )


def _place_out(place: Place | None) -> PlaceOut | None:
    if place is None:
        return None
    return PlaceOut(name=place.label, latitude=place.latitude, longitude=place.longitude)
