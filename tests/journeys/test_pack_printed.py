"""The pack on paper: whatever the ads say, the poster is one sheet with every Box on it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from tests.board import AD
from tests.conftest import a_database, let_go, settings_in
from tests.journeys.test_print import sheets

SENTENCE = "Everything anybody ever wanted to know about everything else, and then some more. "
TEXTS = {
    "long": SENTENCE * 8,
    "short": "Sums",
    "one word": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 9,
    "wide": "WM" * 300,
    "odd": "\N{HEBREW LETTER SHIN}\N{ARABIC LETTER MEEM} e\u0301\u0302\u0303\u0304 漢字 <b> & "
    * 30,
}
COUNTS = (0, 1, 2, 3, 4, 5, 6, 7, 9)
CLIPPED = """() => [...document.querySelectorAll('article')].filter(ad => {
  const [place, box] = [ad, ad.querySelector('.foot b')].map(one => one.getBoundingClientRect());
  const head = ad.querySelector('h2').getBoundingClientRect();
  return box.bottom > place.bottom + 1 || box.right > place.right + 1 || head.height < 10;
}).map(ad => ad.textContent)"""
Printed = Callable[[str], Page]


def ads(text: str, count: int) -> str:
    """That many live ads which say it in every field, a line each."""
    lines = []
    for number in range(count):
        headline = f"{number} {text}"[:100].strip()
        said = {name: f"{number}, {text * 5}"[:500].strip() for name in ("seeks", "offers")}
        email = f"writer{number}@members.example"
        own = AD | said | {"headline": headline, "email": email, "confirmed": True}
        lines.append(json.dumps(own | {"seeks_skills": "", "offers_skills": "", "capacity": 1}))
    return "\n".join(lines)


def write(folder: Path, migrated: Path, text: str, count: int, **changes: object) -> None:
    """The pack of a board that has these ads, into `folder/pack`."""
    folder.mkdir()
    (folder / "ads.jsonl").write_text(ads(text, count))
    with a_database(folder, migrated):
        app = create_app(settings_in(folder, **changes))
        for command in (
            ("ads", "import", str(folder / "ads.jsonl")),
            ("pack", str(folder / "pack")),
        ):
            ran = app.test_cli_runner().invoke(args=list(command))
            assert ran.exit_code == 0, ran.output
        let_go(app)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A folder of packs: the longest ads in every number, and nine of every other sort."""
    folder = tmp_path_factory.mktemp("packs")
    wanted = [(f"long {count}", TEXTS["long"], count) for count in COUNTS]
    wanted += [(name, text, 9) for name, text in TEXTS.items() if name != "long"]
    with ThreadPoolExecutor(1) as elsewhere:  # away from Playwright's loop: see `launch`
        for name, text, count in wanted:
            elsewhere.submit(write, folder / name, migrated, text, count).result()
        names = {"site_name": "W" * 60, "broker_name": "A chamber of very many words " * 3}
        names["base_url"] = f"https://{'long-label.' * 12}example.org"
        elsewhere.submit(write, folder / "names", migrated, SENTENCE, 9, **names).result()
    return folder


@pytest.fixture
def sheet(packs: Path, browser: Browser) -> Printed:
    """A function that opens a paper of a pack as a printer gets it: the inside of A4."""

    def opened(name: str) -> Page:
        page = browser.new_page(viewport={"width": 688, "height": 1032})
        page.emulate_media(media="print")
        page.goto((packs / name).as_uri())
        return page

    return opened


@pytest.mark.parametrize("count", COUNTS)
def test_a_poster_of_any_number_is_one_sheet(sheet: Printed, count: int) -> None:
    page = sheet(f"long {count}/pack/poster.html")
    assert page.locator("article").count() == count
    assert page.evaluate(CLIPPED) == []
    assert page.get_by_role("img").is_visible()
    assert sheets(page) == 1
    page.close()


@pytest.mark.parametrize("name", [*(name for name in TEXTS if name != "long"), "names"])
def test_a_poster_of_any_words_is_one_sheet(sheet: Printed, name: str) -> None:
    page = sheet(f"{name}/pack/poster.html")
    assert page.locator("article").count() == 9
    assert page.evaluate(CLIPPED) == []
    assert sheets(page) == 1
    page.close()


def test_the_code_is_large_and_stands_free(sheet: Printed) -> None:
    page = sheet("long 9/pack/poster.html")
    box = page.get_by_role("img").bounding_box()
    assert box is not None
    assert box["width"] > 110  # pixels; 3 cm
    assert box["width"] == pytest.approx(box["height"])
    page.close()


def test_the_guide_is_one_page_and_the_text_for_the_newspaper_too(sheet: Printed) -> None:
    for name in ("broker-guide", "newspaper"):
        page = sheet(f"long 9/pack/{name}.html")
        assert sheets(page) == 1, name
        page.close()
