"""Journeys 5 and 6: ask the board who could swap; let it write when somebody new could."""

import re
import time

from playwright.sync_api import expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.visitor import Visitor, new_address

PATIENCE = 120.0  # a new board reads the catalogue first, and machines are busy
LOOMS = {
    "What would you like to learn or ask?": "Mending the lead windows of a chapel.",
    "What could you show somebody?": "Weaving on a floor loom, from warp to cloth.",
}
GLASS = {
    "What would you like to learn or ask?": "Weaving cloth on a loom.",
    "What could you show somebody?": "Mending lead windows: stained glass in any chapel.",
}
MESSAGE = "I mend chapel windows all week and would love an afternoon at your loom."


def wait_for(visitor: Visitor, path: str, words: str) -> None:
    """Look at that page until it says so: what is new is read within a second or two."""
    until = time.monotonic() + PATIENCE
    while True:
        visitor.page.goto(path)
        if words in visitor.main.inner_text():
            return
        assert time.monotonic() < until, visitor.main.inner_text()
        time.sleep(0.3)


def test_asking_who_could_swap_and_writing_to_one(anyone: MakeVisitor) -> None:
    weaver, glazier = anyone(), anyone()
    loom = weaver.publish("Weaver with a draughty chapel", new_address("eirlys"), **LOOMS)
    address = new_address("idris")
    box = glazier.publish("Glazier who would like to make cloth", address, **GLASS)

    wait_for(glazier, f"/ads/{box}/matches", f"Box {loom}")
    glazier.says("Who could swap with you")
    card = glazier.main.get_by_role("listitem").filter(has_text=f"Box {loom}").first
    expect(card.locator("mark")).to_have_count(4)
    card.get_by_role("link").click()
    glazier.says("Weaver with a draughty chapel")
    glazier.main.get_by_label("Your message").fill(MESSAGE)
    glazier.main.get_by_label("Your name").fill("Idris")
    glazier.shown()
    glazier.think()
    glazier.press("Send my reply")
    expect(glazier.main).to_contain_text(MESSAGE)  # known already: no link to press


def test_an_alert_from_nobody_yet_to_no_more_mails(anyone: MakeVisitor, script: bool) -> None:
    address = new_address("nia")
    reader, poster = anyone(), anyone()
    craft = "sailmaking" if script else "ropewalking"  # nobody wants it yet
    reader.page.goto(f"/ads?q={craft}")
    reader.main.get_by_label("Your email address").fill(address)
    reader.main.get_by_label("As soon as there is something").check()
    reader.shown()
    reader.think()
    reader.press("Write to me when one appears")
    reader.says("Check your mail")
    reader.open_mail(address, "Start your alert")
    reader.press("Start my alert")
    reader.says("Your alerts")

    sought = {"What would you like to learn or ask?": f"Anything about {craft}, please."}
    box = poster.publish("Down at the slipway", new_address("huw"), **sought)
    letter = reader.mail(address, "New")
    expect(letter).to_contain_text(f"/ads/{box}")
    reader.open_mail(address, "New")
    reader.press("Stop this alert")
    expect(reader.main).to_contain_text("no more mails from this alert")
    reader.page.goto("/alerts")
    expect(reader.main).to_contain_text(re.compile("Stopped"))
