"""On paper: an ad is a poster of one page, a list is a page of small ads."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.gallery import Gallery


def sheets(page: Page) -> int:
    """How many sheets of A4 the page prints on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_an_ad_prints_on_one_sheet_with_strips_to_tear_off(hall: Page, gallery: Gallery) -> None:
    for name in ("ad", "ad of the longest words", "ad in Welsh"):
        gallery.open(hall, name)
        assert sheets(hall) == 1, name
        hall.emulate_media(media="print")
        expect(hall.locator(".tear li")).to_have_count(8)
        expect(hall.locator(".tear li").last).to_be_visible()
        expect(hall.get_by_role("heading", level=1)).to_be_visible()
        for hidden in (".mast nav", ".foot", ".reply", ".crumb"):
            expect(hall.locator(hidden)).not_to_be_visible()
        hall.emulate_media(media="null")


def test_a_list_prints_as_small_ads_without_its_controls(hall: Page, gallery: Gallery) -> None:
    gallery.open(hall, "results")
    ads = hall.locator(".ad").count()
    assert 1 <= sheets(hall) <= 1 + ads // 8
    hall.emulate_media(media="print")
    expect(hall.locator(".ad").first).to_be_visible()
    for hidden in (".search", ".tabs", ".filters", ".pages"):
        expect(hall.locator(hidden)).not_to_be_visible()


def test_the_front_page_prints_on_one_sheet(hall: Page, gallery: Gallery) -> None:
    gallery.open(hall, "home")
    assert sheets(hall) == 1
