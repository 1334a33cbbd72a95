"""Chromium, a live board for each test process, and visitors who have never been there."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import a_database
from tests.journeys import gallery as galleries
from tests.journeys import live as boards
from tests.journeys.gallery import Gallery
from tests.journeys.live import Live
from tests.journeys.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000  # milliseconds, for a slow machine; nothing waits this long on purpose
_networks = itertools.count(1)

Launch = Callable[..., Browser]
MakeVisitor = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str:
    """The machine's own Chromium; without one a test is skipped, but in CI it fails."""
    wanted = (os.environ.get("CHROMIUM", ""), *NAMES)
    path = next((found for name in wanted if name and (found := shutil.which(name))), None)
    if path is not None:
        return path
    sentence = "There is no Chromium here (on Debian: apt install chromium)."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def launch() -> Iterator[Launch]:
    """A function that starts Chromium, with further arguments.

    Playwright's event loop counts as running in this thread as long as it lives, and Flask's
    contexts do not close under one. Hence a Playwright for each module, gone before other tests.
    """
    path = chromium_path()
    with sync_playwright() as playwright:

        def start(*arguments: str) -> Browser:
            return playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])

        yield start


@pytest.fixture(scope="module")
def browser(launch: Launch) -> Iterator[Browser]:
    started = launch()
    yield started
    started.close()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    with a_database(folder), boards.board(folder) as started:
        yield started


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    folder = tmp_path_factory.mktemp("gallery")
    # Away from Playwright's loop: see `launch`.
    with a_database(folder), ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(galleries.walk, folder).result()


def new_visitor(live: Live, browser: Browser, **options: Any) -> Visitor:
    """Open a browser which has never been here, from a network of its own."""
    number = next(_networks)
    network = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    context = browser.new_context(
        base_url=live.url, extra_http_headers={"X-Forwarded-For": network}, **options
    )
    context.set_default_timeout(PATIENCE)
    return Visitor(context.new_page(), live)


@pytest.fixture
def visitor(live: Live, browser: Browser) -> Iterator[MakeVisitor]:
    """A function that opens a browser which has never been here."""
    opened: list[Visitor] = []

    def open_one(**options: object) -> Visitor:
        opened.append(new_visitor(live, browser, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.page.context.close()


@pytest.fixture(scope="session", params=[True, False], ids=["script", "no-script"])
def script(request: pytest.FixtureRequest) -> bool:
    """Whether JavaScript is on; what asks for this is tried with both."""
    return bool(request.param)


@pytest.fixture
def anyone(script: bool, visitor: MakeVisitor) -> MakeVisitor:
    """As `visitor`: once with JavaScript on, once with it off."""

    def open_one(**options: object) -> Visitor:
        return visitor(java_script_enabled=script, **options)

    return open_one


@pytest.fixture
def hall(gallery: Gallery, browser: Browser) -> Iterator[Page]:
    """A page on which `gallery` hangs: every page seen is at /seen/<its name>."""
    # Without motion, or colours would be looked at half-way from one to the next.
    context = browser.new_context(base_url="http://localhost", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.route("**/*", gallery.hang)
    yield page
    context.close()
