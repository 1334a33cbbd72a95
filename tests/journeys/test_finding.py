"""Journey 2: words, sector, skill, town; narrower by what is offered; an ad; the shared address."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.visitor import Visitor


def headlines(page: Page) -> list[str]:
    """What the list of ads shows, from its top."""
    return page.get_by_role("main").locator(".ad h3").all_inner_texts()


def total(reader: Visitor) -> int:
    """The number in the heading over the ads found."""
    found = re.match(r"(\d+) ads?", reader.page.locator("#found").inner_text())
    assert found is not None
    return int(found[1])


def narrow(reader: Visitor, field: str, value: str) -> int:
    """Tick one box among the filters; returns the number that stood beside it."""
    filters = reader.page.locator("details.filters")
    choice = filters.locator(f"label:has(input[name={field}][value='{value}'])")
    if not choice.is_visible():
        filters.locator("summary").click()
    number = int(choice.locator(".n").inner_text())
    choice.click()
    filters.get_by_role("button", name="Apply").click()
    return number


def test_words_and_facets_narrow_down_to_an_address_to_share(anyone: MakeVisitor) -> None:
    reader = anyone()
    reader.page.goto("/")
    reader.main.get_by_label("Town or village").fill("Machynlleth")
    reader.main.get_by_role("button", name="Search", exact=True).click()
    reader.main.get_by_label("Within", exact=True).select_option("Any distance")
    reader.main.get_by_role("button", name="Search", exact=True).click()
    everything = total(reader)

    promised = narrow(reader, "mode", "video")
    assert total(reader) == promised < everything
    first = reader.page.locator("details.filters input[name=sector]").first
    promised = narrow(reader, "sector", first.input_value())
    assert total(reader) == promised
    kept = headlines(reader.page)
    assert kept

    friend = anyone()
    friend.page.goto(reader.page.url)
    assert headlines(friend.page) == kept
    friend.main.get_by_role("link", name=kept[0]).click()
    friend.says(kept[0])
    assert friend.page.context.cookies() == []


def test_a_filter_is_taken_away_by_its_button(anyone: MakeVisitor) -> None:
    reader = anyone()
    reader.page.goto("/ads?mode=video&rhythm=monthly")
    before = total(reader)
    reader.main.get_by_role("link", name=re.compile("^By video")).click()
    assert "mode=" not in reader.page.url
    assert "rhythm=monthly" in reader.page.url
    assert total(reader) > before


def test_a_skill_on_an_ad_leads_to_all_who_share_it(anyone: MakeVisitor) -> None:
    reader = anyone()
    reader.page.goto("/")
    wanted = reader.page.locator("#looking ~ div .lead a").first
    skill = wanted.locator("span").first.inner_text()
    wanted.click()
    assert total(reader) >= 1
    reader.main.locator(".ad h3 a").first.click()
    reader.main.locator(".skills").get_by_role("link", name=skill, exact=True).first.click()
    assert total(reader) >= 1


def test_tabs_pages_and_order_are_links(anyone: MakeVisitor) -> None:
    reader = anyone()
    reader.page.goto("/ads")
    all_ads = total(reader)
    tabs = reader.main.get_by_role("navigation", name="Kind of ad")
    tabs.get_by_role("link", name="Offering").click()
    offering = int(re.findall(r"\d+", reader.page.locator("#found").inner_text())[0])
    assert 0 < offering < all_ads
    assert set(reader.page.locator(".ad .ad-top .tag").all_inner_texts()) == {"Offering"}
    reader.page.goto("/ads")
    first_page = headlines(reader.page)
    reader.main.get_by_role("link", name="Next").click()
    assert not set(headlines(reader.page)) & set(first_page)


def test_an_empty_result_says_what_was_searched_and_leads_on(anyone: MakeVisitor) -> None:
    reader = anyone()
    reader.page.goto("/ads?q=tractor&place=Lerwick&within=5")
    reader.says("No ads for “tractor” within 5 miles of Lerwick")
    reader.main.locator(".ways a").first.click()
    assert total(reader) >= 1


def test_on_a_phone_the_filters_are_folded_and_open_by_a_press(anyone: MakeVisitor) -> None:
    reader = anyone(viewport={"width": 390, "height": 800})
    reader.page.goto("/ads")
    choice = reader.page.locator("details.filters label").first
    expect(choice).not_to_be_visible()
    assert narrow(reader, "mode", "video") == total(reader)
