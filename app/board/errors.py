"""The designed pages for everything that did not work, each with its sentence and ways on."""

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

TITLES = {
    400: lazy("We couldn’t take that"),
    403: lazy("This page is for somebody we know"),
    404: lazy("There’s nothing at this address"),
    405: lazy("That isn’t how this page works"),
    409: lazy("That can’t be done just now"),
    410: lazy("No longer open"),
    413: lazy("That’s more than we can carry"),
    415: lazy("We couldn’t take that"),
    422: lazy("Something needs putting right"),
    429: lazy("A little slower, please"),
    500: lazy("Something broke on our side"),
    503: lazy("Back in a moment"),
}
SENTENCES = {
    400: lazy(
        "This didn’t come from one of our own pages, or part of it got lost on the way. "
        "Nothing has happened. Open the page again and send it from there."
    ),
    403: lazy("Ask for a link to your ads and messages, press it, and come back here."),
    404: lazy("Perhaps part of the address got lost, or what stood here is gone for good."),
    405: lazy("Nothing has happened. Go back, and use the buttons on the page."),
    409: lazy("Things have moved on since you opened the page. Look at where they stand now."),
    410: lazy("What stood here has ended."),
    413: lazy("Make it shorter and send it again. An ad or a message is words alone."),
    415: lazy("Nothing has happened. Go back, and use the buttons on the page."),
    422: lazy("Go back and look at what you typed."),
    429: lazy("That’s a lot in a short time. Wait a few minutes; nothing is lost."),
    500: lazy(
        "It isn’t your doing, and what you sent before is safe. Try again in a minute; "
        "if it happens again, tell whoever runs this board."
    ),
    503: lazy("The board can’t answer just now. What was accepted is safe. Try again in a minute."),
}


def page(code: int, sentence: str = "") -> Response:
    """The page for `code`, with the refusal's own sentence where there is one."""
    code = code if code in TITLES else 400
    if code >= 500:
        return bare(code)
    ways = [
        (gettext("Browse the ads"), url_for("results.ads")),
        (gettext("Go to the front page"), url_for("home.home")),
    ]
    if code in {403, 409, 410}:
        ways.insert(0, (gettext("Go to my ads and messages"), url_for("mine.mine")))
    html = render_template(
        "errors/error.html",
        code=code,
        title=TITLES[code],
        sentence=sentence or SENTENCES[code],
        ways=ways,
    )
    return make_response(html, code)


def bare(code: int) -> Response:
    """A page that needs neither database nor index."""
    html = render_template(
        "errors/bare.html", code=code, title=TITLES[code], sentence=SENTENCES[code]
    )
    response = make_response(html, code)
    if code == 503:
        response.headers["Retry-After"] = "30"
    return response
