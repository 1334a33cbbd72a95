"""Suggestions for the search box as JSON: skills, sectors, places and words, each with its page."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.board.language import gettext
from app.core.clock import utcnow
from app.current import index
from app.db import db
from app.search import service as search

bp = Blueprint("suggest", __name__)
FOR_A_MINUTE = "public, max-age=60"


@bp.get("/suggest")
def suggest() -> ResponseReturnValue:
    """What the beginning of a word may become; `groups` without items are left out."""
    q = request.args.get("q", "")
    found = search.suggest(db.session, index(), q, now=utcnow())
    groups = [{"name": name, "items": items} for name, items in _groups(found) if items]
    answer = jsonify(q=q[:200], groups=groups)
    answer.headers["Cache-Control"] = FOR_A_MINUTE
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _groups(found: search.Suggestions) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (gettext("Skills"), [_skill(name, count) for name, count in found.skills]),
        (gettext("Sectors"), [_sector(one.slug, gettext(one.name)) for one in found.sectors]),
        (gettext("Places"), [_town(found.before, one.label) for one in found.towns]),
        (gettext("Words"), [_word(word, count) for word, count in found.words]),
    ]


def _skill(name: str, count: int) -> dict[str, Any]:
    return _item(name, url_for("results.ads", skill=name), count)


def _sector(slug: str, name: str) -> dict[str, Any]:
    return _item(name, url_for("results.ads", sector=slug))


def _town(before: str, label: str) -> dict[str, Any]:
    if before:
        words = f"{before} {label}"
        return _item(words, url_for("results.ads", q=words))
    return _item(label, url_for("results.ads", place=label))


def _word(word: str, count: int) -> dict[str, Any]:
    return _item(word, url_for("results.ads", q=word), count)


def _item(label: str, url: str, count: int = 0) -> dict[str, Any]:
    return {"label": label, "url": url} | ({"count": count} if count else {})
