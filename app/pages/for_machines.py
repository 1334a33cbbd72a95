"""robots.txt and the sitemap for search engines, and how a browser searches the board itself."""

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from flask import Blueprint, Response, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from app.ads.models import Ad
from app.ads.service import live_clause
from app.core.clock import utcnow
from app.current import site
from app.db import db
from app.pages.plain import PAGES as PLAIN

bp = Blueprint("for_machines", __name__)
PATHS = ("/", "/ads", *(f"/{name}" for name in PLAIN))
MOST_ADS = 50_000 - len(PATHS)  # the protocol's own limit
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SHORT_NAME = 16  # characters, as OpenSearch 1.1 allows

ROBOTS = """User-agent: *
Disallow: /l/
Disallow: /join/
Disallow: /mine
Disallow: /threads/
Disallow: /ads/new
Disallow: /dev/
Disallow: /*/report
Disallow: /ads?

Sitemap: {base}/sitemap.xml
"""


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Ads and pages may be found; personal pages and endless search results are left out."""
    text = ROBOTS.format(base=site().base_url)
    return text, 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Where browsers look without being told."""
    return Response(status=301, headers={"Location": url_for("static", filename="favicon.ico")})


@bp.get("/opensearch.xml")
def opensearch() -> ResponseReturnValue:
    """An OpenSearch 1.1 description, by which a browser offers to search the board."""
    written = ElementTree.tostring(_description(), encoding="utf-8", xml_declaration=True)
    return Response(written, mimetype="application/opensearchdescription+xml")


def _description() -> Element:
    board = site()
    found = Element("OpenSearchDescription", {"xmlns": OPENSEARCH})
    said = {
        "ShortName": board.name[:SHORT_NAME],
        "Description": gettext("Small ads for mutual mentoring: everyone has something to teach."),
        "InputEncoding": "UTF-8",
        "OutputEncoding": "UTF-8",
    }
    for name, text in said.items():
        ElementTree.SubElement(found, name).text = text
    icon = {"width": "16", "height": "16", "type": "image/x-icon"}
    ElementTree.SubElement(found, "Image", icon).text = f"{board.base_url}/favicon.ico"
    for kind, path in (("text/html", "/ads"), ("application/atom+xml", "/ads.atom")):
        template = f"{board.base_url}{path}?q={{searchTerms}}"
        ElementTree.SubElement(found, "Url", {"type": kind, "template": template})
    return found


@bp.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every live ad and every page for readers, streamed."""
    return Response(stream_with_context(_sitemap()), mimetype="application/xml")


def _sitemap() -> Iterator[str]:
    board = site()
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for path in PATHS:
        yield f"<url><loc>{board.base_url}{path}</loc></url>\n"
    rows = (
        select(Ad.box, Ad.headline, Ad.updated_at)
        .where(live_clause(utcnow()))
        .order_by(Ad.posted_at.desc())
        .limit(MOST_ADS)
        .execution_options(yield_per=1000)
    )
    for box, headline, updated_at in db.session.execute(rows):
        yield (
            f"<url><loc>{board.ad(box, headline)}</loc>"
            f"<lastmod>{updated_at:%Y-%m-%d}</lastmod></url>\n"
        )
    yield "</urlset>\n"
