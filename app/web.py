"""The site map and what every answer carries: blueprints, refusals as HTTP, headers, filters."""

import hashlib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, session, url_for
from flask_babel import Babel, gettext
from flask_compress import Compress
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix

from app import logs, replica, trouble
from app.ads.service import AdGone
from app.api import ads as api
from app.board import (
    ad,
    alert_link,
    alerts,
    answer,
    appeal,
    errors,
    form_guard,
    home,
    joining,
    language,
    link,
    matches,
    meet,
    mine,
    my_data,
    networks,
    posting,
    report,
    report_link,
    results,
    stop,
    suggest,
    thread,
    words,
)
from app.config import ROOT, Settings
from app.core.clock import utcnow
from app.core.errors import STATUS, Refusal
from app.core.secret import Address
from app.core.signing import Signer
from app.core.site import Site
from app.desk import ads as desk_ads
from app.desk import figures as desk_figures
from app.desk import guard, introductions, pack, queue, thing
from app.desk import log as desk_log
from app.desk import networks as desk_networks
from app.desk import people as desk_people
from app.each_request import EachRequest
from app.limits.reading import Readers
from app.matching.vectors import Vectors
from app.pages import for_machines, health, mailbox, metrics, plain, yearly
from app.people.policy import SESSION_LASTS
from app.search import postgres_step
from app.search.index import Index
from app.search.whoosh_index import WhooshIndex

LARGEST_REQUEST = 256 * 1024  # bytes; the longest honest form is a tenth of it
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: that makes `Origin: null` and breaks our own check of it over HTTPS.
    "Referrer-Policy": "strict-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_EVER = "public, max-age=31536000, immutable"


def init_app(app: Flask, settings: Settings) -> None:
    """Make `app` the board's website."""
    over_https = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret,
        SECRET_KEY_FALLBACKS=[key.get_secret_value() for key in settings.secret_key_fallbacks],
        # Browsers take a name that begins so from this very host and over HTTPS alone.
        SESSION_COOKIE_NAME="__Host-bothways" if over_https else "bothways",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=over_https,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=200,
        WTF_CSRF_ENABLED=False,  # form_guard checks every POST; Flask-WTF's token needs a cookie
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "app/translations"),
        COMPRESS_ALGORITHM="gzip",
        COMPRESS_LEVEL=5,
        COMPRESS_MIN_SIZE=500,
        TEMPLATES_AUTO_RELOAD=False,
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    noted = EachRequest(app.wsgi_app, trusting=settings.proxy_hops > 0)
    app.wsgi_app = noted  # type: ignore[method-assign]
    app.extensions["site"] = site_of(settings)
    app.extensions["index"] = index_of(settings)
    if settings.search_in_database:
        postgres_step.init_app(app.extensions, clock=utcnow)
    app.extensions["readers"] = Readers(settings.redis_url.get_secret_value(), key=settings.secret)
    app.extensions["vectors"] = Vectors(
        settings.vectors_folder, by_meaning=settings.meaning == "auto"
    )
    Babel(app, locale_selector=lambda: "en")
    Compress(app)
    app.url_map.merge_slashes = False  # its redirects would name whatever host was asked for
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.before_request(_name)
    app.before_request(guard.check)
    app.before_request(form_guard.check)
    app.after_request(_finish)
    if settings.database_read_url.get_secret_value():
        replica.init_app(app)
    _register_pages(app, settings)
    _register_errors(app)
    _register_words(app, settings)


def site_of(settings: Settings) -> Site:
    """What mails and pages say of this board."""
    broker = settings.broker_email.get_secret_value()
    return Site(
        name=settings.site_name,
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        broker_name=settings.broker_name,
        broker_email=Address(broker) if broker else None,
        relay_domain=settings.relay_domain,
        to_header=settings.relay_to_header,
        unconfirmed_for=timedelta(hours=settings.keep_unconfirmed_hours),
        signer=Signer(settings.secrets),
    )


def index_of(settings: Settings) -> Index:
    """The search index that SEARCH_URL names."""
    if settings.search_in_database:
        return postgres_step.board_index()
    return WhooshIndex(settings.search_folder)


def _register_pages(app: Flask, settings: Settings) -> None:
    for page in (
        home,
        results,
        suggest,
        ad,
        matches,
        posting,
        mine,
        my_data,
        alerts,
        alert_link,
        thread,
        link,
        stop,
        answer,
        meet,
        report,
        report_link,
        appeal,
        networks,
        joining,
        api,
    ):
        app.register_blueprint(page.bp)
    for page in (
        queue,
        thing,
        introductions,
        desk_log,
        desk_networks,
        desk_ads,
        desk_people,
        desk_figures,
        pack,
    ):
        app.register_blueprint(page.bp)
    for page in (plain, yearly, health, metrics, for_machines):
        app.register_blueprint(page.bp)
    if settings.app_env == "development" and settings.mail_folder is not None:
        app.register_blueprint(mailbox.bp)


def _register_errors(app: Flask) -> None:
    app.register_error_handler(AdGone, ad.gone_page)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http_error)
    trouble.init_app(app)


def _refused(refusal: Refusal) -> Any:
    sentence = gettext(refusal.sentence, **refusal.values)
    answer = errors.page(STATUS[refusal.kind], sentence)
    if "seconds" in refusal.values:
        answer.headers["Retry-After"] = str(refusal.values["seconds"])
    return answer


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:  # a redirect of the router's
        return error
    answer = errors.page(error.code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _name() -> None:
    """Log lines of this request carry our own name for the page; a path may hold a secret."""
    logs.note(route=request.endpoint or "none")


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000"
    if "Cache-Control" not in response.headers or request.endpoint == "static":
        response.headers["Cache-Control"] = _keeping(response)
    return response


def _keeping(response: Response) -> str:
    """Who may keep this answer, and how long."""
    if request.endpoint == "static" and response.status_code < 400:
        # Fonts never change under one name; everything else is asked for by its content's hash.
        hashed = "v" in request.args or request.path.endswith(".woff2")
        return FOR_EVER if hashed else "public, max-age=3600"
    # Whoever is known, or just sent a form, gets a page nobody may keep. A reader's page is looked
    # up anew each time, but the browser's own Back button still finds what was typed into it.
    own = request.method == "POST" or (session.accessed and "sid" in session)
    return "no-store" if own else "no-cache"


def _register_words(app: Flask, settings: Settings) -> None:
    filters = (words.day, words.date_words, words.full_date, words.day_and_time, words.shorten)
    for word in (*filters, words.modes_words, words.miles_words):
        app.jinja_env.filters[word.__name__] = word
    app.jinja_env.globals.update(
        language.in_templates(),
        asset=asset,
        any_networks=networks.any_networks,
        form_token=form_guard.form_token,
        started=form_guard.started,
        honeypot=form_guard.HONEYPOT,
        words=words,
        site_name=settings.site_name,
        broker_name=settings.broker_name,
        base_url=settings.base_url,
        lang="en",
        in_development=settings.app_env == "development" and settings.mail_folder is not None,
        app_session_days=int(SESSION_LASTS / timedelta(days=1)),
        unconfirmed_hours=settings.keep_unconfirmed_hours,
    )


def asset(name: str) -> str:
    """The address of a static file, with its content's hash, so that it may be kept for ever."""
    return url_for("static", filename=name, v=_hash_of(name))


@cache
def _hash_of(name: str) -> str:
    path = Path(__file__).parent / "static" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
