"""The offer helper in a browser: a press fills the field, Enter goes on, and all stays as typed."""

from playwright.sync_api import expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.visitor import Visitor, new_address

TEXT = "What could you show somebody?"
SKILLS = "#offers_skills"  # by its label there is the list of suggestions too, with script


def form(mair: Visitor) -> None:
    """Half an ad: what Mair seeks, and nothing yet to give."""
    mair.page.goto("/ads/new")
    mair.fill_ad("Rota wanted, from somebody calm", new_address("mair"), **{TEXT: ""})


def test_a_press_fills_the_field_and_the_ad_goes_on(anyone: MakeVisitor) -> None:
    mair = anyone()
    form(mair)
    suggestion = mair.main.locator("button[name=add_offers]").first
    skill = suggestion.get_attribute("value") or ""
    suggestion.press("Enter")

    field = mair.main.locator(SKILLS)
    expect(field).to_have_value(skill)
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(mair.main.get_by_label(TEXT, exact=True)).to_have_value(f"I could help with {skill}.")
    expect(mair.main.get_by_label("Headline")).to_have_value("Rota wanted, from somebody calm")
    expect(mair.main.get_by_label("Your sector")).to_have_value("hospitality")
    expect(mair.main.get_by_role("status")).to_have_text(f"Added: {skill}.")

    mair.press("See it as printed")
    mair.says("Your ad, as printed")
    expect(mair.main).to_contain_text(f"I could help with {skill}.")


def test_enter_in_a_field_goes_on_and_chooses_nothing(anyone: MakeVisitor) -> None:
    mair = anyone()
    form(mair)
    mair.main.get_by_label("Headline").press("Enter")
    summary = mair.main.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(mair.main.locator(SKILLS)).to_have_value("")
    mair.main.get_by_label(TEXT, exact=True).fill("Bread that rises.")
    mair.main.get_by_label("Your name").press("Enter")
    mair.says("Your ad, as printed")


def test_after_a_press_an_error_still_takes_focus(anyone: MakeVisitor) -> None:
    mair = anyone()
    form(mair)
    mair.main.get_by_label("Headline").fill("No")
    mair.main.locator("button[name=add_offers]").first.click()
    expect(mair.main.get_by_role("alert")).to_have_count(0)
    mair.press("See it as printed")
    expect(mair.main.get_by_role("alert")).to_be_focused()
