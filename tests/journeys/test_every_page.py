"""Every page: accessible by axe, fits every width, valid, and nothing from elsewhere."""

import re
from collections import Counter
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element

import html5lib
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from app.config import ROOT
from tests.journeys.conftest import Launch
from tests.journeys.gallery import Gallery

WIDTHS = (1280, 390, 320)
TWICE = 640  # 1280 at 200 %
PARTS = 4  # so that several processes share the work
# It would fetch the style sheet once more, for a rule that is off and for sound, which is nowhere.
AXE = "axe.run({preload: false, resultTypes: ['violations']}).then(r => r.violations)"
# All that changes by night; the other rules would say of the same page the same once more.
CONTRAST = AXE.replace("{", "{runOnly: ['color-contrast'], ", 1)
SCHEMES: tuple[tuple[Literal["light", "dark"], str], ...] = (("light", AXE), ("dark", CONTRAST))
HTML = "{http://www.w3.org/1999/xhtml}"


def violations(page: Page, asked: str = AXE) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in page.evaluate(asked)
        for node in found["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """What there is to scroll sideways."""
    needs, has = page.evaluate("(it => [it.scrollWidth, it.clientWidth])(document.documentElement)")
    return [f"needs {needs} px of {has}"] if needs > has else []


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_wrong_at_any_width_by_day_or_night(
    hall: Page, gallery: Gallery, part: int
) -> None:
    """axe finds nothing, and nothing is to be scrolled sideways."""
    wrong = {}
    hall.add_init_script(AXE_SCRIPT)
    for name in list(gallery.pages)[part::PARTS]:
        gallery.open(hall, name)
        for width in (*WIDTHS, TWICE):
            hall.set_viewport_size({"width": width, "height": 800})
            if found := too_wide(hall):
                wrong[name, width, "any"] = found
            for scheme, asked in SCHEMES if width in WIDTHS else ():
                hall.emulate_media(color_scheme=scheme)
                if found := violations(hall, asked):
                    wrong[name, width, scheme] = found
    assert wrong == {}


def test_axe_would_find_something_wrong(hall: Page, gallery: Gallery) -> None:
    gallery.open(hall, "home")
    hall.evaluate(AXE_SCRIPT)
    hall.evaluate("document.querySelector('main label').remove()")
    hall.evaluate("document.querySelector('.lede').style.color = '#aaa'")
    assert {found.partition(":")[0] for found in violations(hall)} == {"color-contrast", "label"}
    hall.evaluate("document.querySelector('.lede').style.color = '#333'")
    hall.emulate_media(color_scheme="dark")
    assert {found.partition(":")[0] for found in violations(hall, CONTRAST)} == {"color-contrast"}


def test_a_page_too_wide_would_be_found(hall: Page, gallery: Gallery) -> None:
    gallery.open(hall, "home")
    hall.evaluate("document.querySelector('.lede').style.minWidth = '1400px'")
    assert too_wide(hall)


def test_text_twice_as_large_still_fits(launch: Launch, gallery: Gallery) -> None:
    """With the browser's own text size set to 200 %, as somebody sets it who needs it."""
    browser = launch("--blink-settings=defaultFontSize=32")
    hall = browser.new_page(base_url="http://localhost")
    hall.route("**/*", gallery.hang)
    gallery.open(hall, "home")
    assert hall.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    wide = {}
    for name in gallery.pages:
        gallery.open(hall, name)
        for width in (1280, 390):
            hall.set_viewport_size({"width": width, "height": 800})
            if found := too_wide(hall):
                wide[name, width] = found
    assert wide == {}
    browser.close()


def test_every_page_is_valid_html(gallery: Gallery) -> None:
    for name, seen in gallery.pages.items():
        parser = html5lib.HTMLParser(strict=False)
        tree: Element = parser.parse(seen.html)
        assert [error[1:] for error in parser.errors] == [], name
        ids = Counter(it.attrib["id"] for it in tree.iter() if "id" in it.attrib)
        assert [it for it, count in ids.items() if count > 1] == [], f"{name}: the same id twice"


def test_every_page_has_one_heading_and_a_title_of_its_own(gallery: Gallery) -> None:
    for name, seen in gallery.pages.items():
        tree = html5lib.parse(seen.html)
        assert len(list(tree.iter(f"{HTML}h1"))) == 1, name
        title = "".join(next(tree.iter(f"{HTML}title")).itertext())
        assert re.fullmatch(r"\S.* – Bothways", title), f"{name}: {title}"


def test_what_a_page_points_to_in_itself_is_there(gallery: Gallery) -> None:
    pointers = ("aria-labelledby", "aria-describedby", "for", "form")
    for name, seen in gallery.pages.items():
        tree = html5lib.parse(seen.html)
        ids = {it.attrib["id"] for it in tree.iter() if "id" in it.attrib}
        wanted = {
            word for it in tree.iter() for at in pointers for word in it.attrib.get(at, "").split()
        } | {
            it.attrib["href"][1:]
            for it in tree.iter(f"{HTML}a")
            if it.attrib["href"].startswith("#")
        }
        assert wanted - ids == set(), name


def test_nothing_is_inline(gallery: Gallery) -> None:
    for name, seen in gallery.pages.items():
        for it in html5lib.parse(seen.html).iter():
            tag = str(it.tag).removeprefix(HTML)
            data = it.attrib.get("type") == "application/ld+json"
            assert tag != "style", name
            assert tag != "script" or "src" in it.attrib or data, name
            assert "style" not in it.attrib, name
            assert not [at for at in it.attrib if str(at).startswith("on")], name


def test_every_page_template_has_been_looked_at(gallery: Gallery) -> None:
    folder = ROOT / "app/templates"
    pages = {str(file.relative_to(folder)) for file in folder.rglob("*.html")}
    frames = {name for name in pages if Path(name).name.startswith("_")} | {"layout.html"}
    assert pages - frames - gallery.templates == set()
