"""The operator’s pack: papers to check, sign, give out and hang up, from settings and figures.

One function draws a paper, for the desk’s page and for the command’s file alike.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import flask
from flask import render_template
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from app.ads import figures
from app.ads import service as ads
from app.board.language import gettext, lazy_gettext
from app.board.view import AdCard, card
from app.config import Settings
from app.current import settings, site
from app.desk import newspaper, qr
from app.moderation import service as moderation
from app.pages.plain import values
from app.relay import service as relay

ON_POSTER = 9
ASKED = 3 * ON_POSTER  # ads looked at, since full ones are left out
REVIEW_AFTER = timedelta(days=365)
_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its template, what it is called, and what it is for."""

    template: str
    title: LazyString
    what: LazyString


PAPERS = {
    "risk-assessment": Paper(
        "pack/risk_assessment.html",
        lazy_gettext("Risk assessment"),
        lazy_gettext(
            "For the Online Safety Act: what could go wrong here, what stands against it, and "
            "whether children are likely to come. To be checked, filled in and signed."
        ),
    ),
    "complaints": Paper(
        "pack/complaints.html",
        lazy_gettext("Complaints procedure"),
        lazy_gettext(
            "Who can complain of what, to whom, and by when they hear; with a register to keep."
        ),
    ),
    "data-protection": Paper(
        "pack/data_protection.html",
        lazy_gettext("Data protection notice"),
        lazy_gettext("The privacy page on paper, with what only you know left to fill in."),
    ),
    "broker-guide": Paper(
        "pack/broker_guide.html",
        lazy_gettext("A broker’s guide"),
        lazy_gettext("One page to lie beside the keyboard."),
    ),
    "newspaper": Paper(
        "pack/newspaper.html",
        lazy_gettext("For the newspaper"),
        lazy_gettext("A text about the board that the local paper may print as it is."),
    ),
    "poster": Paper(
        "pack/poster.html",
        lazy_gettext("Poster"),
        lazy_gettext("The newest ads on one sheet for a noticeboard, with the way to the board."),
    ),
}


def draw(session: Session, name: str, *, in_file: bool, now: datetime) -> str:
    """The paper of that name as a whole page, in a request. Every link leads to `BASE_URL`.

    A file has `pack.css` and its fonts beside it; the desk’s page has a way back to the list.
    """
    newest = newest_with_room(session, now=now)
    count = figures.count(session, now=now)
    return render_template(
        PAPERS[name].template,
        name=name,
        paper=PAPERS[name],
        back="" if in_file else flask.url_for("desk_pack.pack"),
        url_for=_whole_address,
        frame="pack/_paper.html",  # the privacy page, printed
        drawn_at=now,
        review_by=now + REVIEW_AFTER,
        unset=unset(settings()),
        host=host(),
        figures=count,
        newest=newest,
        year=moderation.log.year(session, now.year),
        code=qr.of_address(site().base_url),
        news=(newspaper.heading(), news(count, newest)),
        **values(),
    )


def news(count: figures.Figures, newest: list[AdCard]) -> list[str]:
    """The newspaper’s text, a paragraph each."""
    return newspaper.paragraphs(
        site=site().name,
        address=host(),
        broker=site().broker_name,
        figures=count,
        newest=newest,
    )


def news_as_text(session: Session, *, now: datetime) -> str:
    """The newspaper’s text as a plain file."""
    count = figures.count(session, now=now)
    return newspaper.plain(newspaper.heading(), news(count, newest_with_room(session, now=now)))


def newest_with_room(session: Session, *, now: datetime) -> list[AdCard]:
    """The newest live ads one can still write to, as many as the poster has places."""
    found = ads.newest(session, now=now, limit=ASKED)
    full = relay.full_boxes(session, found)
    return [card(ad) for ad in found if ad.box not in full][:ON_POSTER]


def host() -> str:
    """The board’s address as people type it: without `https://`."""
    return site().base_url.partition("//")[2]


def unset(told: Settings) -> list[str]:
    """A sentence for each setting without which a paper cannot say what it should."""
    found = []
    if not told.broker_name:
        found.append(gettext("BROKER_NAME is not set: no paper can say who answers for the board."))
    if not told.broker_email.get_secret_value():
        found.append(gettext("BROKER_EMAIL is not set: no paper can say where to complain."))
    if urlsplit(told.base_url).hostname in _HERE:
        found.append(
            gettext(
                "BASE_URL is still %(address)s: links and the poster’s code lead nowhere from "
                "outside.",
                address=told.base_url,
            )
        )
    return found


def _whole_address(endpoint: str, **parts: Any) -> str:
    return site().base_url + flask.url_for(endpoint, **parts)
