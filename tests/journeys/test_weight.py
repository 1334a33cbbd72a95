"""What a first visit costs: requests, bytes, cookies; and that nobody else hears of it."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import MakeVisitor

MOST_BYTES = 60_000  # in all on a first visit
MOST_REQUESTS = 5


def measured(page: Page, path: str) -> tuple[list[str], int]:
    """Open `path` in this new browser: the addresses asked for, and the bytes that came."""
    asked: list[str] = []
    sizes: list[int] = []
    page.on("request", lambda request: asked.append(request.url))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    return asked, int(sum(sizes))


@pytest.mark.parametrize("path", ["/", "/ads", "/ads?q=business&mode=video", "an ad", "/ads/new"])
def test_a_first_visit_is_light(visitor: MakeVisitor, path: str) -> None:
    if path == "an ad":
        finder = visitor().page
        finder.goto("/ads")
        path = finder.locator(".ad h3 a").first.get_attribute("href") or ""
    page = visitor().page
    asked, size = measured(page, path)
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith("data:")}
    assert hosts == {urlsplit(page.url).netloc}
    assert len(asked) <= MOST_REQUESTS, asked
    assert 3_000 < size < MOST_BYTES
    assert page.context.cookies() == []


def test_no_page_of_the_board_asks_another_host(visitor: MakeVisitor) -> None:
    reader = visitor()
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    pages = ["/", "/ads", "/ads/new", "/mine", "/help", "/safety", "/brokering", "/privacy"]
    for path in [*pages, "/terms", "/accessibility", "/dev/mailbox", "/nothing", "/l/nothing"]:
        reader.page.goto(path)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(reader.live.url).netloc}
    assert reader.page.context.cookies() == []


def test_a_second_page_costs_little_more_than_its_words(visitor: MakeVisitor) -> None:
    page = visitor().page
    page.goto("/", wait_until="networkidle")
    _, size = measured(page, "/ads")
    assert size < 20_000
