"""What a local newspaper may print of the board: one text, for the page and the plain file."""

from textwrap import fill

from app.ads.figures import Figures
from app.board.language import gettext, ngettext
from app.board.view import AdCard

WIDTH = 72  # characters a line of the plain file
NAMED = 3  # ads


def heading() -> str:
    """What stands above it."""
    return gettext("Everyone has something to teach, and something to learn")


def paragraphs(
    *, site: str, address: str, broker: str, figures: Figures, newest: list[AdCard]
) -> list[str]:
    """The text in plain words, a paragraph each. `address` without `https://`."""
    return [
        gettext(
            "Have you something to teach? Then there is probably somebody nearby who could teach "
            "you something back. %(site)s is a board of small ads where each ad has two sides: "
            "what its writer would like to learn, and what they can show somebody in return. "
            "No money changes hands.",
            site=site,
        ),
        gettext(
            "Think of a baker who keeps putting off the accounts, and a bookkeeper who has always "
            "wanted to make a proper loaf. They meet for an hour, over lunch, on a walk or by "
            "video, and both go home knowing more. It can be once, or every month."
        ),
        _on_it_now(figures, newest),
        gettext(
            "Anyone aged 18 or over can read, search, post and reply at %(address)s. There is no "
            "account to open and no password to remember, and nobody’s email address is shown: "
            "the board passes messages on.",
            address=address,
        ),
        gettext("%(broker)s runs the board and answers for it.", broker=broker)
        if broker
        else gettext("The board is run by people from here."),
    ]


def _on_it_now(figures: Figures, newest: list[AdCard]) -> str:
    if not newest:
        return gettext("The next ad could be yours.")
    return ngettext(
        "One ad is open just now: %(ads)s.",
        "%(num)d ads are open just now, among them %(ads)s.",
        figures.total,
        ads="; ".join(_named(ad) for ad in newest[:NAMED]),
    )


def _named(ad: AdCard) -> str:
    return gettext("‘%(headline)s’ (Box %(box)s)", headline=ad.headline, box=ad.box)


def plain(title: str, lines: list[str]) -> str:
    """The same for a mail to the editor: wrapped lines, an empty one between paragraphs."""
    return "\n\n".join(fill(line, WIDTH) for line in (title.upper(), *lines)) + "\n"
