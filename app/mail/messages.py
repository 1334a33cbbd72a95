"""Every mail the board sends: one function a mail, its words in templates/mail/<kind>/."""

import gettext
import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from babel.dates import format_datetime, get_timezone
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.config import ROOT
from app.core.marker import REPLY_MARKER
from app.core.secret import Address
from app.core.site import Site

WIDTH = 76  # characters a line of our own prose may fill
_TYPED = "\0"  # stands where somebody's own text will stand, untouched by our wrapping
_LOCALES = {"en": "en_GB", "cy": "cy_GB"}
# Whether the reader's address is shown to the other side: only ever because they shared it.
Known = Literal["never", "now", "once"]
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


def confirm_ad(
    site: Site, *, headline: str, box: str, link: str, until: datetime, language: str = "en"
) -> Draft:
    """To the writer of a new ad: the link that publishes it, which works until `until`."""
    write = _Writer(site, "confirm_ad", language)
    return write(headline=_line(headline), box=box, link=link, until=until)


def sign_in(site: Site, *, link: str, language: str = "en") -> Draft:
    """To somebody who asked for their ads and conversations: the link that opens them."""
    return _Writer(site, "sign_in", language)(link=link)


def expiry_reminder(
    site: Site,
    *,
    headline: str,
    box: str,
    expires_at: datetime,
    days: int,
    link: str,
    language: str = "en",
) -> Draft:
    """To an ad's writer, `days` (7 or 1) before it ends: the link that renews it."""
    write = _Writer(site, "expiry_reminder", language)
    return write(headline=_line(headline), box=box, link=link, expires_at=expires_at, days=days)


def ad_published(site: Site, *, headline: str, box: str, language: str = "en") -> Draft:
    """To the writer of an ad that was held: the broker has let it through."""
    write = _Writer(site, "ad_published", language)
    return write(headline=_line(headline), box=box, page=site.ad(box, headline))


def ad_removed(site: Site, *, headline: str, box: str, language: str = "en") -> Draft:
    """To the writer of an ad that the broker took off the board."""
    return _Writer(site, "ad_removed", language)(headline=_line(headline), box=box)


def confirm_message(
    site: Site,
    *,
    headline: str,
    box: str,
    text: str,
    link: str,
    until: datetime,
    language: str = "en",
) -> Draft:
    """To somebody who answered an ad: their own `text`, and the link that sends it."""
    write = _Writer(site, "confirm_message", language, typed=text)
    return write(headline=_line(headline), box=box, link=link, until=until)


def new_message(
    site: Site,
    *,
    headline: str,
    box: str,
    author_name: str,
    text: str,
    link: str,
    stop: str,
    first: bool,
    direct: Address | None = None,
    known: Known = "never",
    language: str = "en",
) -> Draft:
    """To one side of a thread: what the other side wrote. `first`: the answer that opened it.

    `direct`: the address its author shares; `known`: whether its author knows the reader’s.
    """
    author = _line(author_name)
    write = _Writer(site, "new_message", language, typed=text, sender_name=author)
    return write(
        headline=_line(headline),
        box=box,
        link=link,
        stop=stop,
        author=author,
        first=first,
        direct=direct.reveal() if direct else "",
        known=known,
    )


def shared(
    site: Site,
    *,
    headline: str,
    box: str,
    author_name: str,
    address: Address,
    link: str,
    stop: str,
    language: str = "en",
) -> Draft:
    """To one side of a thread: the address that the other side wants them to have."""
    write = _Writer(site, "shared", language)
    return write(
        headline=_line(headline),
        box=box,
        author=_line(author_name),
        address=address.reveal(),
        link=link,
        stop=stop,
    )


def declined(
    site: Site,
    *,
    headline: str,
    box: str,
    author_name: str,
    reason: str,
    known: Known = "never",
    language: str = "en",
) -> Draft:
    """To the one who answered: a kind no. `reason`: full, time, fit, far, or none.

    `known`: whether the ad's writer has been shown the reader’s address.
    """
    write = _Writer(site, "declined", language)
    return write(
        headline=_line(headline),
        box=box,
        author=_line(author_name),
        reason=reason,
        known=known,
    )


def ended(site: Site, *, headline: str, box: str, author_name: str, language: str = "en") -> Draft:
    """To the other side of a thread that `author_name` has ended."""
    write = _Writer(site, "ended", language)
    return write(headline=_line(headline), box=box, author=_line(author_name))


def was_this_you(
    site: Site,
    *,
    headline: str,
    box: str,
    text: str,
    link: str,
    until: datetime,
    language: str = "en",
) -> Draft:
    """To one side of a thread: `text` came by mail in their name, and the link that sends it on."""
    write = _Writer(site, "was_this_you", language, typed=text)
    return write(headline=_line(headline), box=box, link=link, until=until)


def not_passed_on(
    site: Site,
    *,
    headline: str,
    box: str,
    why: str,
    link: str,
    most: int = 0,
    language: str = "en",
) -> Draft:
    """To one side of a thread: what they mailed stayed here.

    `why`: unreadable, empty, long (over `most` characters), closed; or files, when only what was
    attached stayed here.
    """
    write = _Writer(site, "not_passed_on", language)
    return write(headline=_line(headline), box=box, why=why, link=link, most=most)


def for_broker(site: Site, *, local: str, text: str, language: str = "en") -> Draft:
    """To the broker: what somebody wrote to `local`, one of the board’s own addresses."""
    return _Writer(site, "for_broker", language, typed=text)(local=local)


def report_received(
    site: Site,
    *,
    number: str,
    subject_kind: str,
    subject: str,
    reason: str,
    text: str,
    url: str,
    language: str = "en",
) -> Draft:
    """To the broker: a complaint about an `ad` (its Box) or a `thread` (its key), seen at `url`."""
    write = _Writer(site, "report_received", language, typed=text)
    return write(
        number=number, is_ad=subject_kind == "ad", about=subject, reason=_line(reason), page=url
    )


def report_thanks(site: Site, *, number: str, language: str = "en") -> Draft:
    """To whoever reported something and left an address."""
    return _Writer(site, "report_thanks", language)(number=number)


def erased(site: Site, *, language: str = "en") -> Draft:
    """The last mail to a person who had everything erased."""
    return _Writer(site, "erased", language)()


@dataclass(frozen=True, slots=True)
class _Writer:
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
        return Draft(self.kind, _line(subject), body, self.sender_name, "link" in words)


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


def _line(text: str) -> str:
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
