"""What a mail or a page says of the board itself, and every address that leads back to it."""

from dataclasses import dataclass, field
from datetime import timedelta

from app.core.secret import Address
from app.core.signing import Signer
from app.core.text import slugify


@dataclass(frozen=True, slots=True)
class Site:
    """The board's own name and addresses, taken once from the settings."""

    name: str
    base_url: str
    mail_from: str
    broker_name: str
    broker_email: Address | None
    relay_domain: str = ""  # '' where mails point to the conversation's page
    to_header: str = "sink"  # or real: whose address stands in To
    unconfirmed_for: timedelta = timedelta(hours=72)  # how long what nobody confirmed waits
    signer: Signer = field(default_factory=lambda: Signer(("",)), repr=False)

    def link(self, token: str) -> str:
        """Where a mailed link leads."""
        return f"{self.base_url}/l/{token}"

    def stop(self, token: str) -> str:
        """Where one says no to a conversation, from a mail and without signing in."""
        return f"{self.base_url}/l/stop-{token}"

    def answer(self, token: str) -> str:
        """Where an ad’s writer answers a first message by one press."""
        return f"{self.base_url}/l/answer-{token}"

    def confirm_report(self, token: str) -> str:
        """Where one says that a report is one’s own."""
        return f"{self.base_url}/l/report-{token}"

    def appeal(self, token: str) -> str:
        """Where one asks for a second look at a decision."""
        return f"{self.base_url}/l/appeal-{token}"

    def meet(self, token: str) -> str:
        """Where one says yes or no to an introduction."""
        return f"{self.base_url}/l/meet-{token}"

    def join(self, token: str) -> str:
        """A network’s invitation: where its members join."""
        return f"{self.base_url}/join/{token}"

    def network(self, slug: str) -> str:
        """What it means that this network vouches for somebody."""
        return f"{self.base_url}/networks/{slug}"

    def desk(self, kind: str, subject: str) -> str:
        """Where a broker decides about a thing; by way of signing in, where that is needed."""
        return f"{self.base_url}/mine?next=/desk/{kind}/{subject}"

    def alert(self, token: str) -> str:
        """Where one sees what an alert found, and says how it shall go on."""
        return f"{self.base_url}/l/alert-{token}"

    def ad(self, box: str, headline: str = "") -> str:
        """An ad's page; the slug is for people's eyes, the Box alone finds it."""
        return f"{self.base_url}{ad_path(box, headline)}"

    def thread(self, key: str) -> str:
        """A conversation's page."""
        return f"{self.base_url}/threads/{key}"

    def matches(self, box: str) -> str:
        """The page of who could swap with an ad."""
        return f"{self.base_url}/ads/{box}/matches"

    def mine(self) -> str:
        """Where one finds one's own ads and messages."""
        return f"{self.base_url}/mine"

    def report(self, box: str) -> str:
        """Where an ad is reported."""
        return f"{self.base_url}/ads/{box}/report"

    def page(self, name: str) -> str:
        """A plain-words page: help, safety, brokering, privacy, terms or accessibility."""
        return f"{self.base_url}/{name}"


# What stands after a Box in other addresses; a headline of one such word must not lead there.
_TAKEN = {"close", "edit", "pause", "published", "renew", "reply", "report", "resume", "sent"}


def ad_path(box: str, headline: str = "") -> str:
    """The path of an ad's page, with its headline as slug where there is one."""
    slug = slugify(headline)
    if slug in _TAKEN:
        slug += "-ad"
    return f"/ads/{box}/{slug}" if slug else f"/ads/{box}"
