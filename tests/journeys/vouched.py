"""The gallery’s part about networks: some are added, people join, ads say so, one is revoked."""

from typing import Any, Protocol

from werkzeug.test import TestResponse

from tests.board import AD, Board, Browser
from tests.desk.desk import broker
from tests.desk.networks import added, deed, invitation

LONG = "The Worshipful Company of Hedgelayers and Drystonewallers"  # nearly as long as may be
EIRA, MELE = "eira@guild.example", "mele@members.example"


class Gallery(Protocol):
    """What hangs pages (tests.journeys.gallery)."""

    board: Board
    reader: Browser

    def keep(self, name: str, answer: TestResponse, *, status: int = 200) -> TestResponse: ...
    def look(
        self, name: str, path: str, browser: Browser | None = None, status: int = 200
    ) -> None: ...
    def after(self, answer: TestResponse, name: str, browser: Browser | None = None) -> None: ...


def hang(gallery: Gallery) -> None:
    """Every page of it."""
    board, rhian = gallery.board, broker(gallery.board, "nerys@chamber.example")
    gallery.look("desk networks, none yet", "/desk/networks", rhian)
    wrong: dict[str, Any] = {"name": "TM", "link": "guild", "domain": "gmail.com"}
    gallery.keep("desk networks refused", rhian.press("/desk/networks", **wrong), status=422)
    guild = added(rhian, domain="guild.example")
    gallery.look("desk network without a member", guild, rhian)
    company = added(rhian, name=LONG)
    link = invitation(rhian, guild)
    joining(gallery, link, invitation(rhian, company))
    offered(gallery)
    gallery.look("home with a vouched ad", "/")
    gallery.look("results with vouched ads", "/ads?q=hedges")
    gallery.look("networks", "/networks")
    gallery.look("network", "/networks/teifi-makers-guild")
    gallery.look("desk networks", "/desk/networks", rhian)
    unknown = deed(rhian, guild, "out", member="ZZZZZZ")
    gallery.keep("desk network, nobody of that name", unknown, status=422)
    rhian.press(guild, action="/out")
    gallery.look("desk network, one taken out", guild, rhian)
    deed(rhian, guild, "revoke")
    gallery.look("desk network revoked", guild, rhian)
    gallery.look("mine when a network is revoked", "/mine", board.sign_in(MELE))
    gallery.look("invitation unknown", link, status=404)


def joining(gallery: Gallery, first: str, second: str) -> None:
    """By two invitations, as somebody whom nobody knows yet, and then by one press."""
    mele = gallery.board.browser()
    gallery.look("join", first)
    gallery.keep("join refused", gallery.reader.press(first, email="mele"), status=422)
    gallery.after(mele.press(first, email=MELE), "sent join")
    gallery.look("link join", gallery.board.link(MELE))
    mele.press(gallery.board.link(MELE))
    gallery.look("join as somebody known", second, mele)
    mele.press(second)
    gallery.look("join once more", second, mele)
    headline = "Hedgelayer seeks a head for rotas"
    box = gallery.board.publish(mele, email=MELE, headline=headline, capacity="2", **own("hedges"))
    gallery.look("ad vouched for", f"/ads/{box}")
    gallery.keep("preview vouched for", mele.press("/ads/new", **(AD | {"email": MELE})))
    gallery.look("mine vouched for", "/mine", mele)


def offered(gallery: Gallery) -> None:
    """Somebody whose address is the network’s own."""
    eira = gallery.board.browser()
    words = own("chutneys")
    assert gallery.board.post_ad(eira, email=EIRA, headline="Chutneys!", **words).status_code == 303
    gallery.after(eira.press(gallery.board.link(EIRA)), "published with an offer", eira)
    gallery.look("mine with an offer", "/mine", eira)
    assert eira.press("/mine", action="/join").status_code == 303


def own(craft: str) -> dict[str, str]:
    """Both sides of an ad about that."""
    return {
        "seeks": f"Somebody who plans ahead, since {craft} won’t.",
        "offers": f"All there is to know of {craft}, and tea in a field.",
    }
