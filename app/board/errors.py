"""The designed pages for everything that did not work, each with its sentence and ways on."""

from flask import Response, make_response, render_template, request, url_for

from app import logs
from app.board import form_guard
from app.board.language import gettext, lazy_gettext

TITLES = {
    400: lazy_gettext("We couldn’t take that"),
    403: lazy_gettext("This page is for somebody we know"),
    404: lazy_gettext("There’s nothing at this address"),
    405: lazy_gettext("That isn’t how this page works"),
    409: lazy_gettext("That can’t be done just now"),
    410: lazy_gettext("No longer open"),
    413: lazy_gettext("That’s more than we can carry"),
    415: lazy_gettext("We couldn’t take that"),
    422: lazy_gettext("Something needs putting right"),
    429: lazy_gettext("A little slower, please"),
    500: lazy_gettext("Something broke on our side"),
    503: lazy_gettext("Back in a moment"),
}
SENTENCES = {
    400: lazy_gettext(
        "This didn’t come from one of our own pages, or part of it got lost on the way. "
        "Nothing has happened. Open the page again and send it from there."
    ),
    403: lazy_gettext("Ask for a link to your ads and messages, press it, and come back here."),
    404: lazy_gettext("Perhaps part of the address got lost, or what stood here is gone for good."),
    405: lazy_gettext("Nothing has happened. Go back, and use the buttons on the page."),
    409: lazy_gettext(
        "Things have moved on since you opened the page. Look at where they stand now."
    ),
    410: lazy_gettext("What stood here has ended."),
    413: lazy_gettext("Make it shorter and send it again. An ad or a message is words alone."),
    415: lazy_gettext("Nothing has happened. Go back, and use the buttons on the page."),
    422: lazy_gettext("Go back and look at what you typed."),
    429: lazy_gettext("That’s a lot in a short time. Wait a few minutes; nothing is lost."),
    500: lazy_gettext(
        "It isn’t your doing, and what you sent before is safe. Try again in a minute; "
        "if it happens again, tell whoever runs this board."
    ),
    503: lazy_gettext(
        "The board can’t answer just now. What was accepted is safe. Try again in a minute."
    ),
}


_RETRIED = {403, 429}  # the same form may be accepted later, or once one has signed in
_MOVED_ON = {409, 410}
_TEXTS = ("headline", "seeks", "offers", "about", "message", "text")


def page(code: int, sentence: str = "") -> Response:
    """The page for `code`, with the refusal's own sentence where there is one."""
    code = code if code in TITLES else 400 if code < 500 else 500
    if code >= 500:
        return bare(code)
    ways = [
        (gettext("Browse the ads"), url_for("results.ads")),
        (gettext("Go to the front page"), url_for("home.home")),
    ]
    if code in {403, 409, 410}:
        ways.insert(0, (gettext("Go to my ads and messages"), url_for("mine.mine")))
    if code == 409 and request.endpoint == "ad.reply":
        ways = [*_others(), *ways]
    html = render_template(
        "errors/error.html",
        code=code,
        title=TITLES[code],
        sentence=sentence or SENTENCES[code],
        ways=ways,
        again=form_guard.sent_fields() if code in _RETRIED and typed() else [],
        typed=typed() if code in _MOVED_ON else [],
    )
    return make_response(html, code)


def _others() -> list[tuple[str, str]]:
    """Ways on from an ad that takes no message."""
    box = (request.view_args or {})["box"]
    return [
        (gettext("See who else could swap"), url_for("matches.matches", box=box)),
        (gettext("Hear of new ads"), url_for("results.ads", _anchor="alert-title")),
    ]


def typed() -> list[str]:
    """The texts of the form that was sent: a refusal must not lose what somebody wrote."""
    if request.method != "POST":
        return []
    return [text for name in _TEXTS if (text := request.form.get(name, "").strip())]


def bare(code: int) -> Response:
    """A page that needs neither database nor index."""
    html = render_template(
        "errors/bare.html",
        code=code,
        title=TITLES[code],
        sentence=SENTENCES[code],
        reference=logs.noted("request"),
    )
    response = make_response(html, code)
    if code == 503:
        response.headers["Retry-After"] = "30"
    return response
