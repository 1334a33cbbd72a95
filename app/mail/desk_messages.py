"""Further mails of moderation, each as in messages.py: one function a mail, its words beside."""

from dataclasses import asdict, dataclass
from datetime import datetime

from app.core.site import Site
from app.mail.drafting import Draft, Writer, one_line


def join_network(
    site: Site, *, network: str, link: str, until: datetime, language: str = "en"
) -> Draft:
    """To an address typed with an invitation: the link by which `network` vouches for it."""
    return Writer(site, "join_network", language)(network=one_line(network), link=link, until=until)


def let_through(
    site: Site, *, headline: str, box: str, more: int, link: str, language: str = "en"
) -> Draft:
    """To whoever wrote a first message that was held: it has gone on its way.

    `more` others of theirs have too; `link` leads to the conversation.
    """
    write = Writer(site, "let_through", language)
    return write(headline=one_line(headline), box=box, more=more, link=link)


@dataclass(frozen=True, slots=True)
class Headed:
    """An ad by its headline and Box."""

    headline: str
    box: str


@dataclass(frozen=True, slots=True)
class Sides:
    """An ad in its own words, without its writer’s name. '' for a side that was left open."""

    headline: str
    box: str
    seeks: str
    offers: str


def introduction(
    site: Site,
    *,
    headline: str,
    box: str,
    theirs: Sides,
    line: str,
    link: str,
    until: datetime,
    language: str = "en",
) -> Draft:
    """To the writer of one of two ads: the broker’s `line`, the other ad, and the link to answer.

    It names nobody, and the same goes to either side.
    """
    write = Writer(site, "introduction", language, typed=line)
    words = {name: one_line(value) for name, value in asdict(theirs).items()}
    return write(
        headline=one_line(headline),
        box=box,
        theirs=words | {"page": site.ad(theirs.box)},
        link=link,
        until=until,
    )


def introduced(
    site: Site,
    *,
    name: str,
    own: Headed,
    theirs: Headed,
    line: str,
    link: str,
    stop: str,
    language: str = "en",
) -> Draft:
    """To each side once both said yes: who the other is, and the way to the conversation."""
    write = Writer(site, "introduced", language, typed=line)
    return write(
        name=one_line(name),
        headline=one_line(own.headline),
        box=own.box,
        theirs={"headline": one_line(theirs.headline), "box": theirs.box},
        said=bool(line.strip()),
        link=link,
        stop=stop,
    )


def introduction_over(
    site: Site, *, headline: str, box: str, page: str, live: bool, language: str = "en"
) -> Draft:
    """To whoever said yes: nothing came of it. The same words whatever the reason was.

    `page`: who could swap with their own ad, or where it is not `live`, all ads.
    """
    write = Writer(site, "introduction_over", language)
    return write(headline=one_line(headline), box=box, page=page, live=live)
