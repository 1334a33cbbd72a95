"""Every mail the board sends: one function a mail, its words in templates/mail/<kind>/."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from app.core.secret import Address
from app.core.site import Site
from app.mail.drafting import WIDTH as WIDTH
from app.mail.drafting import Draft as Draft
from app.mail.drafting import Writer, one_line

# Whether the reader's address is shown to the other side: only ever because they shared it.
Known = Literal["never", "now", "once"]


def confirm_ad(
    site: Site, *, headline: str, box: str, link: str, until: datetime, language: str = "en"
) -> Draft:
    """To the writer of a new ad: the link that publishes it, which works until `until`."""
    write = Writer(site, "confirm_ad", language)
    return write(headline=one_line(headline), box=box, link=link, until=until)


def sign_in(site: Site, *, link: str, language: str = "en") -> Draft:
    """To somebody who asked for their ads and conversations: the link that opens them."""
    return Writer(site, "sign_in", language)(link=link)


def erase_me(site: Site, *, link: str, language: str = "en") -> Draft:
    """To somebody who asked to be erased without signing in: the link that shows what will go."""
    return Writer(site, "erase_me", language)(link=link)


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
    write = Writer(site, "expiry_reminder", language)
    return write(headline=one_line(headline), box=box, link=link, expires_at=expires_at, days=days)


@dataclass(frozen=True, slots=True)
class Swap:
    """An ad that could swap with the reader's: what either seeks, and what the other offers for it.

    '' where a side was left open.
    """

    headline: str
    box: str
    seek: str
    they_offer: str
    they_seek: str
    offer: str


def matches(
    site: Site, *, headline: str, box: str, others: Sequence[Swap], language: str = "en"
) -> Draft:
    """To an ad's writer, the day after: `others` that could swap with it, and why."""
    write = Writer(site, "matches", language)
    lines = [{name: one_line(value) for name, value in asdict(other).items()} for other in others]
    return write(headline=one_line(headline), box=box, page=site.matches(box), others=lines)


def ad_published(site: Site, *, headline: str, box: str, language: str = "en") -> Draft:
    """To the writer of an ad that was held: the broker has let it through."""
    write = Writer(site, "ad_published", language)
    return write(headline=one_line(headline), box=box, page=site.ad(box, headline))


def ad_held(site: Site, *, headline: str, box: str, language: str = "en") -> Draft:
    """To the writer of an ad that several people reported: a broker looks at it first."""
    return Writer(site, "ad_held", language)(headline=one_line(headline), box=box)


def decided(
    site: Site,
    *,
    what: str,
    kind: str,
    headline: str,
    box: str,
    more: int,
    reason: str,
    sentence: str,
    link: str,
    language: str = "en",
) -> Draft:
    """To whoever a decision is about: `what` was done, and why.

    `what`: change, pause, warn, remove, suspend or lift. `kind`: ad, thread or person; '' stands
    for a `headline` or `box` there is none of; `more` others like it went the same way. `reason` is
    a sentence of ours, `sentence` the broker’s own; `link` leads to the appeal.
    """
    write = Writer(site, "decided", language, typed=one_line(sentence))
    return write(
        what=what,
        kind=kind,
        headline=one_line(headline),
        box=box,
        more=more,
        reason=reason,
        link=link,
        said=bool(sentence.strip()),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """An ad that a mail names."""

    headline: str
    box: str
    kind: str


def confirm_alert(
    site: Site, *, words: str, daily: bool, link: str, until: datetime, language: str = "en"
) -> Draft:
    """To somebody who saved a search: the link that starts it. `words`: what it asks for."""
    write = Writer(site, "confirm_alert", language)
    return write(words=one_line(words), daily=daily, link=link, until=until)


def alert(
    site: Site, *, words: str, ads: Sequence[Named], total: int, link: str, language: str = "en"
) -> Draft:
    """To somebody whose saved search found `total` new ads, the newest of which are named."""
    lines = [
        {"headline": one_line(ad.headline), "box": ad.box, "kind": ad.kind, "page": site.ad(ad.box)}
        for ad in ads
    ]
    write = Writer(site, "alert", language)
    return write(words=one_line(words), ads=lines, more=total - len(lines), total=total, link=link)


def alert_paused(site: Site, *, words: str, link: str, language: str = "en") -> Draft:
    """To somebody who has pressed nothing of a saved search for 90 days: the way to go on."""
    return Writer(site, "alert_paused", language)(words=one_line(words), link=link)


def ad_paused_unanswered(
    site: Site, *, headline: str, box: str, waiting: int, link: str, language: str = "en"
) -> Draft:
    """To an ad’s writer: it rests, since so many wait for an answer; the link puts it back."""
    write = Writer(site, "ad_paused_unanswered", language)
    return write(headline=one_line(headline), box=box, waiting=waiting, link=link)


def reminder_to_answer(
    site: Site,
    *,
    headline: str,
    box: str,
    author_name: str,
    days: int,
    text: str,
    link: str,
    language: str = "en",
) -> Draft:
    """To an ad’s writer: `author_name` wrote `text` so many days ago; answers by one press."""
    write = Writer(site, "reminder_to_answer", language, typed=text)
    author = one_line(author_name)
    return write(headline=one_line(headline), box=box, author=author, days=days, link=link)


def no_answer_yet(
    site: Site,
    *,
    headline: str,
    box: str,
    days: int,
    others: Sequence[Named],
    more: str,
    language: str = "en",
) -> Draft:
    """To the one who answered an ad: nothing has come back in so many days; `others` are live ads.

    `more`: where one asks to be told of new ones.
    """
    lines = [
        {"headline": one_line(ad.headline), "kind": ad.kind, "page": site.ad(ad.box)}
        for ad in others
    ]
    write = Writer(site, "no_answer_yet", language)
    return write(headline=one_line(headline), box=box, days=days, others=lines, more=more)


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
    write = Writer(site, "confirm_message", language, typed=text)
    return write(headline=one_line(headline), box=box, link=link, until=until)


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
    wary: bool = False,
    language: str = "en",
) -> Draft:
    """To one side of a thread: what the other side wrote. `first`: the answer that opened it.

    `direct`: the address its author shares; `known`: whether its author knows the reader’s;
    `wary`: whether it leads elsewhere, though nothing has been answered yet.
    """
    author = one_line(author_name)
    write = Writer(site, "new_message", language, typed=text, sender_name=author)
    return write(
        headline=one_line(headline),
        box=box,
        link=link,
        stop=stop,
        author=author,
        first=first,
        wary=wary,
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
    write = Writer(site, "shared", language)
    return write(
        headline=one_line(headline),
        box=box,
        author=one_line(author_name),
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
    write = Writer(site, "declined", language)
    return write(
        headline=one_line(headline),
        box=box,
        author=one_line(author_name),
        reason=reason,
        known=known,
    )


def ended(site: Site, *, headline: str, box: str, author_name: str, language: str = "en") -> Draft:
    """To the other side of a thread that `author_name` has ended."""
    write = Writer(site, "ended", language)
    return write(headline=one_line(headline), box=box, author=one_line(author_name))


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
    write = Writer(site, "was_this_you", language, typed=text)
    return write(headline=one_line(headline), box=box, link=link, until=until)


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
    write = Writer(site, "not_passed_on", language)
    return write(headline=one_line(headline), box=box, why=why, link=link, most=most)


def for_broker(site: Site, *, local: str, text: str, language: str = "en") -> Draft:
    """To the broker: what somebody wrote to `local`, one of the board’s own addresses."""
    return Writer(site, "for_broker", language, typed=text)(local=local)


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
    """To the broker: a complaint about an ad (its Box), a thread (its key) or a person (handle)."""
    write = Writer(site, "report_received", language, typed=text)
    return write(number=number, kind=subject_kind, about=subject, reason=one_line(reason), page=url)


def report_thanks(site: Site, *, number: str, days: int, language: str = "en") -> Draft:
    """To whoever reported something, and is known here: a broker decides within `days`."""
    return Writer(site, "report_thanks", language)(number=number, days=days)


def confirm_report(
    site: Site, *, number: str, days: int, link: str, until: datetime, language: str = "en"
) -> Draft:
    """To an address typed into a report: the link by which it counts in full."""
    write = Writer(site, "confirm_report", language)
    return write(number=number, days=days, link=link, until=until)


def report_decided(
    site: Site,
    *,
    number: str,
    acted: bool,
    appeal: bool,
    sentence: str,
    link: str,
    language: str = "en",
) -> Draft:
    """To whoever reported or, with `appeal`, disagreed: whether something was done about it.

    `sentence` is the broker’s own, '' for none; `link` leads to the appeal.
    """
    write = Writer(site, "report_decided", language, typed=one_line(sentence))
    said = bool(sentence.strip())
    return write(number=number, acted=acted, appeal=appeal, said=said, link=link)


def erased(site: Site, *, language: str = "en") -> Draft:
    """The last mail to a person who had everything erased."""
    return Writer(site, "erased", language)()
