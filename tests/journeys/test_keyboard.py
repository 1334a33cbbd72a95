"""Journeys 1 and 3 by keyboard alone: Tab, Shift+Tab, Space, Enter and typing."""

import re

from playwright.sync_api import Page

from tests.journeys.conftest import MakeVisitor
from tests.journeys.visitor import Visitor, new_address

FARTHEST = 120  # presses of Tab; nothing on a page is farther
# What has the focus: its name as labelled, and how it is shown to have it.
FOCUSED = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const group = it.closest('fieldset')?.querySelector('legend')?.textContent ?? '';
  const label = it.getAttribute('aria-label') ?? it.labels?.[0]?.textContent ?? it.textContent;
  return {
    name: label.replace(/\\s+/g, ' ').trim(), group: group.trim(), tag: it.tagName,
    outline: style.outlineStyle, width: parseFloat(style.outlineWidth),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    inMain: it.closest('main') !== null,
  };
}"""


class Keyboard:
    """Hands that touch nothing but the keyboard, and eyes that look for the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def to(self, name: str, *, group: str = "", back: bool = False) -> None:
        """Tab on (or back) until what begins with `name` has the focus, and always see it."""
        for _ in range(FARTHEST):
            self.press("Shift+Tab" if back else "Tab")
            found = self.page.evaluate(FOCUSED)
            if found["tag"] == "BODY":
                continue
            assert found["outline"] != "none", f"focus not shown: {found}"
            assert found["width"] >= 2, f"focus hardly shown: {found}"
            assert found["seen"], f"focus out of sight: {found}"
            if found["name"].startswith(name) and group in found["group"]:
                return
        raise AssertionError(f"Tab never came to “{name}”")

    def fill(self, name: str, words: str) -> None:
        self.to(name)
        self.type(words)

    def enter(self, name: str) -> None:
        """Tab to a link or a button, press Enter, and see where that leads."""
        self.to(name)
        with self.page.expect_navigation():
            self.press("Enter")


def follow_mail(visitor: Visitor, keys: Keyboard, to: str, subject: str) -> None:
    """Find the mail, the newest on the page, then go by Tab to its first link."""
    mail = visitor.mail(to, subject)
    assert mail.get_attribute("aria-labelledby") == "mail-1"
    keys.enter(visitor.live.url)


def test_an_ad_is_posted_by_keyboard(anyone: MakeVisitor) -> None:
    mair, email = anyone(), new_address("mair")
    keys = Keyboard(mair.page)
    mair.page.goto("/")
    keys.enter("Post an ad")
    mair.says("Post an ad")
    keys.enter("Skip to the form")
    mair.shown()
    keys.to("I’m seeking")
    keys.press("Space")
    keys.fill("Headline", "Posted without a mouse")
    keys.fill("What would you like to learn", "How to write a rota nobody swears at.")
    keys.fill("What could you show somebody?", "Bread that rises.")
    keys.to("By video", group="How could you meet?")
    keys.press("Space")
    keys.fill("Your sector", "Food")
    keys.fill("Your name", "Mair")
    keys.fill("Your email address", email)
    mair.think()
    keys.enter("See it as printed")
    mair.says("Your ad, as printed")
    keys.to("Send me the link")
    keys.to("Change it", back=True)
    keys.enter("Send me the link")
    mair.says("Check your mail")
    follow_mail(mair, keys, email, "Publish your ad")
    mair.says("Publish your ad?")
    keys.to("Publish my ad")
    keys.press("Space")
    mair.says("Your ad is on the board")


def test_a_refused_form_is_put_right_by_keyboard(anyone: MakeVisitor) -> None:
    mair = anyone()
    keys = Keyboard(mair.page)
    mair.page.goto("/ads/new")
    mair.fill_ad("", new_address("mair"))
    keys.enter("See it as printed")
    assert mair.page.title().startswith("Error:")
    keys.enter("Headline")  # the first link of the summary, which has the focus
    keys.type("Put right without a mouse")
    keys.enter("See it as printed")
    mair.says("Your ad, as printed")


def test_a_reply_is_written_and_answered_by_keyboard(anyone: MakeVisitor) -> None:
    mair, her = anyone(), new_address("mair")
    box = mair.publish("Baker seeks an answer without a mouse", her)
    dai, his = anyone(), new_address("dai")
    keys = Keyboard(dai.page)
    dai.page.goto(f"/ads/{box}")
    dai.shown()
    keys.enter("Skip to the ad")
    keys.fill("Your message", "I ran a café for nine years and wrote forty rotas.")
    keys.fill("Your name", "Dai")
    keys.fill("Your email address", his)
    dai.think()
    keys.enter("Send my reply")
    dai.says("Check your mail")
    follow_mail(dai, keys, his, "Send your message")
    keys.enter("Send my message")
    dai.says("You and Mair")

    hers = Keyboard(mair.page)
    follow_mail(mair, hers, her, "Dai answers your ad")
    hers.enter("Continue")
    mair.says("You and Dai")  # this browser still knows the person who published
    hers.fill("Your message", "Thursday?")
    hers.enter("Send to Dai")
    assert re.search(r"#m-\d+$", mair.page.url)
    hers.to("Decline kindly")
    hers.press("Enter")
    hers.to("I’ve found somebody, thank you")
    hers.press("ArrowDown")
    hers.enter("Send a kind no")
    assert "You said a kind no" in mair.main.inner_text()


def test_a_search_is_narrowed_by_keyboard(anyone: MakeVisitor) -> None:
    reader = anyone()
    keys = Keyboard(reader.page)
    reader.page.goto("/ads")
    keys.to("By video")
    keys.press("Space")
    keys.enter("Apply")
    assert "mode=video" in reader.page.url
    keys.enter("By video ×")  # among what was chosen: the way back
    assert "mode=video" not in reader.page.url
