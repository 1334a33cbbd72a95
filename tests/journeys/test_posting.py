"""Journey 1: the form, “check your mail”, the link, Publish my ad, live and found by search."""

import time

from playwright.sync_api import expect

from app.board.form_guard import HONEYPOT
from tests.journeys.conftest import MakeVisitor
from tests.journeys.visitor import new_address

FOUND_WITHIN = 10.0  # seconds, generously: how long it takes is measured by the benchmark


def test_an_ad_is_posted_published_and_found(anyone: MakeVisitor) -> None:
    mair, email = anyone(), new_address("mair")
    word = "quokka" + "".join(filter(str.isdigit, email))
    headline = f"Baker seeks somebody who plans rotas, {word}"
    box = mair.publish(headline, email)

    reader = anyone()
    deadline = time.monotonic() + FOUND_WITHIN
    reader.page.goto(f"/ads?q={word}")
    while not (ad := reader.main.get_by_role("link", name=headline)).count():
        assert time.monotonic() < deadline, "published, but not found"
        reader.page.goto(f"/ads?q={word}")
    ad.click()
    reader.says(headline)
    expect(reader.main).to_contain_text("Bread that rises")
    assert reader.box() == box
    expect(reader.page.locator("body")).not_to_contain_text(email)


def test_what_was_typed_survives_errors_and_a_change_of_mind(anyone: MakeVisitor) -> None:
    mair = anyone()
    mair.page.goto("/ads/new")
    mair.fill_ad("Rota wanted", "mair at members.example")
    mair.press("See it as printed")

    summary = mair.main.get_by_role("alert")
    expect(summary).to_be_focused()
    assert mair.page.title().startswith("Error:")
    summary.get_by_role("link", name="Your email address").click()
    email = mair.main.get_by_label("Your email address")
    expect(email).to_be_focused()
    expect(mair.main.get_by_label("Headline")).to_have_value("Rota wanted")

    email.fill(new_address("mair"))
    mair.press("See it as printed")
    mair.says("Your ad, as printed")
    mair.press("Change it")
    mair.says("Post an ad")
    headline = mair.main.get_by_label("Headline")
    expect(headline).to_have_value("Rota wanted")
    headline.fill("Rota wanted, swap for bread")
    mair.press("See it as printed")
    expect(mair.main).to_contain_text("Rota wanted, swap for bread")


def test_a_town_of_which_there_are_several_is_chosen_on_the_form(anyone: MakeVisitor) -> None:
    mair = anyone()
    mair.page.goto("/ads/new")
    mair.fill_ad("Rota wanted", new_address("mair"), **{"Town or village": "Newport"})
    mair.press("See it as printed")
    mair.tick("Which one?", "Newport, Pembrokeshire, Wales")
    mair.press("See it as printed")
    mair.says("Your ad, as printed")
    expect(mair.main).to_contain_text("Newport, Pembrokeshire")


def test_a_form_with_nothing_left_empty_waits_for_the_broker(visitor: MakeVisitor) -> None:
    machine, email = visitor(), new_address("machine")
    machine.page.goto("/ads/new")
    machine.main.get_by_label("Headline").evaluate(_FILL_ALL, [email, HONEYPOT])
    machine.press("See it as printed")
    machine.press("Send me the link to publish it")
    machine.open_mail(email, "Publish your ad")
    machine.press("Publish my ad")
    machine.says("Your ads and messages")
    expect(machine.main).to_contain_text("Waiting for our broker to look at it")


_FILL_ALL = """(_, [email, honeypot]) => {
  const words = {headline: 'Typed by a machine', seeks: 'Whatever anybody would teach me.',
    offers: 'Nothing much, to be honest.', name: 'Hal', sector: 'hospitality', email};
  words[honeypot] = 'https://everything.example';
  const form = document.querySelector('main form');
  for (const [name, value] of Object.entries(words)) form.elements[name].value = value;
  form.querySelector('[name=modes][value=video]').checked = true;
}"""
