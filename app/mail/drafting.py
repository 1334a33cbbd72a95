"""How a mail is written: its two templates filled in, our prose wrapped, what was typed kept."""

import gettext
import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from babel.dates import format_datetime, get_timezone
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.config import ROOT
from app.core.marker import REPLY_MARKER
from app.core.site import Site

WIDTH = 76  # characters a line of our own prose may fill
_TYPED = "\0"  # stands where somebody's own text will stand, untouched by our wrapping
_LOCALES = {"en": "en_GB", "cy": "cy_GB"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it has headers. `sender_name` is the person who wrote it, None on notices.

    `holds_link`: the body holds a secret, so that its bytes must not outlive the sending.
    """

    kind: str
    subject: str
    body: str
    sender_name: str | None
    holds_link: bool


@dataclass(frozen=True, slots=True)
class Writer:
    """Fills in the two templates of one mail.

    `typed` is somebody's own text: it goes in as it is, while the prose around it is wrapped.
    """

    site: Site
    kind: str
    language: str
    typed: str = ""
    sender_name: str | None = None

    def __call__(self, **words: object) -> Draft:
        """Return the draft. A mail that is given a `link` holds a secret."""
        environment = _environment(self.language)
        broker_email = self.site.broker_email.reveal() if self.site.broker_email else ""
        values = {
            "site": self.site,
            "broker_email": broker_email,
            "typed": _TYPED,
            "reply_marker": REPLY_MARKER,
            **words,
        }
        subject = environment.get_template(f"{self.kind}/subject.txt").render(values)
        prose = _wrapped(environment.get_template(f"{self.kind}/body.txt").render(values))
        body = prose.replace(_TYPED, _as_typed(self.typed))
        return Draft(self.kind, one_line(subject), body, self.sender_name, "link" in words)


@cache
def _environment(language: str) -> Environment:
    """The templates in one language; sentences not translated yet stay English."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "app/templates/mail"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 – plain text: an escaped apostrophe would be wrong
    )
    words = gettext.translation(
        "messages", ROOT / "app/translations", languages=[language], fallback=True
    )
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["moment"] = lambda moment: _moment(moment, language)
    return environment


def _moment(moment: datetime, language: str) -> str:
    """A time as people at home in Britain read it: `Thursday 6 March, 14:05`."""
    locale = _LOCALES.get(language, language)
    zone = get_timezone("Europe/London")
    return format_datetime(moment, "EEEE d MMMM, HH:mm", tzinfo=zone, locale=locale)


def one_line(text: str) -> str:
    """One line, whatever came: no control characters, no breaks, single spaces."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _as_typed(text: str) -> str:
    """Somebody's own text with its lines and spaces kept, and only the unprintable left out."""
    return _CONTROLS.sub("", re.sub(r"\r\n?", "\n", text)).strip("\n")


def _wrapped(body: str) -> str:
    """Our own prose in lines of `WIDTH`; a link is one word and so stays whole on its line."""
    lines = [
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        if len(line) > WIDTH
        else line
        for line in body.strip("\n").split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"
