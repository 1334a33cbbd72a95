"""What a person does at the board, press by press, in a real browser."""

import itertools
import os
import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.journeys.live import Live
from tests.words import own_sides

THINKING = 3.1  # seconds; a form sent sooner is held for the broker
MAILED_WITHIN = 20.0
_people = itertools.count(1)
_ads = itertools.count(1)


def new_address(name: str) -> str:
    """An address nobody else on this board has."""
    return f"{name}.{os.getpid()}.{next(_people)}@members.example"


def _link_in(mail: Locator) -> Locator:
    return mail.locator(".letter").get_by_role("link", include_hidden=True).first


class Visitor:
    """One browser and the person before it."""

    def __init__(self, page: Page, live: Live) -> None:
        self.page = page
        self.live = live
        self.main = page.get_by_role("main")
        self._shown = 0.0

    def press(self, name: str) -> None:
        """Press the button of that name in the page's main part."""
        self.main.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of that name in the page's main part."""
        self.main.get_by_role("link", name=name).first.click()

    def says(self, words: str) -> None:
        """The page's one heading says these words."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def tick(self, group: str, choice: str) -> None:
        """Tick one choice of a group by its label."""
        self.main.get_by_role("group", name=group).get_by_label(choice, exact=True).check()

    def shown(self) -> None:
        """The form is before one's eyes."""
        self._shown = time.monotonic()

    def think(self) -> None:
        """Take as long over the form, since it was shown, as a person does at the very least."""
        time.sleep(max(0.0, self._shown + THINKING - time.monotonic()))

    def fill_ad(self, headline: str, email: str, **changed: str) -> None:
        """Type an ad into the form, as a quick typist would, in words that nobody else has."""
        own = own_sides(next(_ads))
        typed = {
            "Headline": headline,
            "What would you like to learn or ask?": own["seeks"],
            "What could you show somebody?": f"Bread that rises. {own['offers']}",
            "Town or village": "Llandeilo",
            "Your name": "Mair",
            "Your email address": email,
        }
        for label, words in (typed | changed).items():
            self.main.get_by_label(label, exact=True).fill(words)
        self.main.get_by_label("Your sector").select_option("Food, drink and tourism")
        self.tick("How could you meet?", "In person")
        self.tick("How could you meet?", "By phone")

    def post(self, headline: str, email: str, **changed: str) -> None:
        """From the front page to the one that says “Check your mail”."""
        self.page.goto("/")
        self.page.get_by_role("banner").get_by_role("link", name="Post an ad").click()
        self.says("Post an ad")
        self.shown()
        self.fill_ad(headline, email, **changed)
        self.think()
        self.press("See it as printed")
        self.says("Your ad, as printed")
        self.press("Send me the link to publish it")
        self.says("Check your mail")

    def publish(self, headline: str, email: str, **changed: str) -> str:
        """Post an ad and press the mailed link; returns its Box number."""
        self.post(headline, email, **changed)
        self.open_mail(email, "Publish your ad")
        self.says("Publish your ad?")
        self.press("Publish my ad")
        self.says("Your ad is on the board")
        return self.box()

    def box(self) -> str:
        """The first Box number on the page."""
        found = re.search(r"Box (\w{6})", self.main.inner_text())
        assert found is not None
        return found[1]

    def mail(self, to: str, subject: str) -> Locator:
        """The newest mail to that address whose subject begins so and whose link is unused."""
        deadline = time.monotonic() + MAILED_WITHIN
        begins = re.compile(f"^{re.escape(subject)}")
        heading = self.page.get_by_role("heading", name=begins, include_hidden=True)
        while True:
            before = self._mails()
            self.page.goto("/dev/mailbox")
            for found in self.main.locator(".mail").filter(has_text=to, has=heading).all():
                if _link_in(found).get_attribute("href") not in self.live.followed:
                    return found
            while self._mails() == before:  # looking in the browser takes what the board needs
                assert time.monotonic() < deadline, f"no mail “{subject}…” to {to}"
                time.sleep(0.05)

    def _mails(self) -> list[str]:
        return sorted(path.name for path in (self.live.folder / "mail").glob("*.eml"))

    def open_mail(self, to: str, subject: str) -> str:
        """Follow the first link of that mail; returns its path."""
        link = _link_in(self.mail(to, subject))
        path = link.get_attribute("href") or ""
        self.live.followed.add(path)
        if not link.is_visible():
            self.main.locator(".more > summary").click()  # five others have come since
        link.click()
        return path

    def reply(self, name: str, email: str, message: str) -> None:
        """Write to the ad whose page is open."""
        self.shown()
        self.main.get_by_label("Your message").fill(message)
        self.main.get_by_label("Your name").fill(name)
        self.main.get_by_label("Your email address").fill(email)
        self.think()
        self.press("Send my reply")
        self.says("Check your mail")

    def sign_in(self, email: str) -> None:
        """Ask for the link to one's ads and messages, and press it."""
        self.page.goto("/mine")
        self.main.get_by_label("Your email address").fill(email)
        self.press("Mail me the link")
        self.says("Check your mail")
        self.open_mail(email, "Your link to")
        self.press("Open my ads and messages")
        self.says("Your ads and messages")
