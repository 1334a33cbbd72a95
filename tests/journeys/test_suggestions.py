"""The list under the search box, as ARIA’s combobox pattern has it; and no script at all."""

import re
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.test_every_page import violations
from tests.journeys.visitor import Visitor

LABEL = "Skill, trade or worry"
BEGUN = "we"  # begins skills, words and towns of the demo ads
SIZES = ((1280, 800), (390, 800), (320, 640))


class Box:
    """A field with suggestions, and the list that belongs to it."""

    def __init__(self, page: Page, label: str = LABEL) -> None:
        self.page = page
        self.field = page.get_by_role("combobox", name=label, exact=True)
        self.list = page.locator(f"[id='{self.field.get_attribute('aria-controls')}']")
        self.options = self.list.get_by_role("option")

    def type(self, words: str) -> None:
        """Type, and wait for the list."""
        self.field.press_sequentially(words)
        expect(self.list).to_be_visible()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def active(self) -> Locator:
        """The option that the keyboard has come to."""
        id = self.field.get_attribute("aria-activedescendant")
        assert id
        return self.page.locator(f"[id='{id}']")

    def expect_closed(self) -> None:
        expect(self.list).to_be_hidden()
        expect(self.field).to_have_attribute("aria-expanded", "false")
        assert not self.field.get_attribute("aria-activedescendant")


@pytest.fixture
def reader(visitor: MakeVisitor) -> Visitor:
    one = visitor()
    one.page.goto("/")
    return one


@pytest.fixture
def box(reader: Visitor) -> Box:
    """The search box of the front page."""
    return Box(reader.page)


def suggested(page: Page, q: str) -> dict[str, list[str]]:
    """What the board suggests, by group, as it should be read in the list."""
    groups = page.request.get("/suggest", params={"q": q}).json()["groups"]
    return {
        group["name"]: [
            item["label"] + (f" ({item['count']})" if "count" in item else "")
            for item in group["items"]
        ]
        for group in groups
    }


def arguments(page: Page) -> dict[str, list[str]]:
    """What the address of the page says."""
    return parse_qs(urlsplit(page.url).query)


# --- what it says of itself -----------------------------------------------------------------------


def test_the_box_says_that_it_has_a_list(box: Box) -> None:
    for name, value in {
        "role": "combobox",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "autocomplete": "off",
    }.items():
        expect(box.field).to_have_attribute(name, value)
    expect(box.list).to_be_hidden()
    box.type(BEGUN)
    expect(box.list).to_have_role("listbox")
    expect(box.list).to_have_accessible_name(LABEL)
    expect(box.field).to_have_attribute("aria-expanded", "true")
    expect(box.field).to_be_focused()


def test_options_stand_in_named_groups_as_the_board_suggests_them(box: Box) -> None:
    wanted = suggested(box.page, BEGUN)
    assert len(wanted) > 1
    box.type(BEGUN)
    groups = box.list.get_by_role("group").all()
    told = {
        group.get_attribute("aria-label"): group.get_by_role("option").all_inner_texts()
        for group in groups
    }
    assert told == wanted
    assert list(told) == list(wanted)
    assert [group.inner_text().split("\n")[0] for group in groups] == list(wanted)
    ids = [option.get_attribute("id") for option in box.options.all()]
    assert len({*ids}) == len(ids) == sum(map(len, wanted.values()))
    expect(box.list.locator("[aria-selected=true]")).to_have_count(0)


# --- by keyboard ----------------------------------------------------------------------------------


def test_arrows_go_round_while_the_focus_and_the_words_stay(box: Box) -> None:
    box.type(BEGUN)
    last = box.options.count() - 1
    for key, at in (
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", last),
        ("ArrowDown", 0),
    ):
        box.press(key)
        expect(box.options.nth(at)).to_have_attribute("aria-selected", "true")
        expect(box.list.locator("[aria-selected=true]")).to_have_count(1)
        assert box.active().get_attribute("id") == box.options.nth(at).get_attribute("id")
        expect(box.options.nth(at)).to_be_in_viewport()
        expect(box.field).to_be_focused()
        expect(box.field).to_have_value(BEGUN)


def test_up_from_the_box_comes_to_the_last(box: Box) -> None:
    box.type(BEGUN)
    box.press("ArrowUp")
    assert box.active().inner_text() == box.options.last.inner_text()


def test_keys_of_the_text_stay_keys_of_the_text(box: Box) -> None:
    box.type(BEGUN)
    box.press("ArrowDown", "Home", "x", "End", "y")
    expect(box.field).to_have_value(f"x{BEGUN}y")


def test_enter_takes_the_option_and_without_one_searches(reader: Visitor, box: Box) -> None:
    box.type(BEGUN)
    box.press("ArrowDown")
    name = re.sub(r" \(\d+\)$", "", box.active().inner_text())
    with reader.page.expect_navigation():
        box.press("Enter")
    assert arguments(reader.page) == {"skill": [name]}
    expect(reader.page.locator(".ad").first).to_be_visible()

    reader.page.goto("/")
    again = Box(reader.page)
    again.type(BEGUN)
    with reader.page.expect_navigation():
        again.press("Enter")
    assert arguments(reader.page)["q"] == [BEGUN]


def test_escape_closes_and_an_arrow_opens_again(box: Box) -> None:
    box.type(BEGUN)
    shown = box.options.all_inner_texts()
    box.press("ArrowDown", "Escape")
    box.expect_closed()
    expect(box.field).to_be_focused()
    expect(box.field).to_have_value(BEGUN)
    box.press("ArrowDown")
    expect(box.list).to_be_visible()
    assert box.options.all_inner_texts() == shown
    assert box.active().inner_text() == shown[0]


def test_tab_closes_takes_nothing_and_goes_on(reader: Visitor, box: Box) -> None:
    box.type(BEGUN)
    box.press("ArrowDown", "Tab")
    box.expect_closed()
    expect(reader.main.get_by_label("Town or village")).to_be_focused()
    expect(box.field).to_have_value(BEGUN)
    assert arguments(reader.page) == {}
    box.press("Shift+Tab")
    expect(box.field).to_be_focused()
    box.expect_closed()


def test_what_was_suggested_for_other_words_is_not_shown_again(box: Box) -> None:
    box.type(BEGUN)
    box.field.fill("")
    box.press("ArrowDown")
    box.expect_closed()


# --- by pointer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_press_takes_an_option(visitor: MakeVisitor, touch: bool) -> None:
    reader = visitor(has_touch=touch)
    reader.page.goto("/")
    box = Box(reader.page)
    box.type(BEGUN)
    option = box.list.get_by_role("group", name="Places").get_by_role("option").first
    town = option.inner_text()
    with reader.page.expect_navigation():
        option.tap() if touch else option.click()
    assert arguments(reader.page) == {"place": [town]}
    reader.page.go_back()
    Box(reader.page).expect_closed()


def test_the_name_of_a_group_is_no_option_and_elsewhere_closes(reader: Visitor, box: Box) -> None:
    box.type(BEGUN)
    box.list.get_by_text("Skills", exact=True).click()
    expect(box.list).to_be_visible()
    expect(box.field).to_be_focused()
    reader.page.get_by_role("heading", level=1).click()
    box.expect_closed()
    assert arguments(reader.page) == {}


# --- what goes along, and what comes late ---------------------------------------------------------


def test_the_town_that_was_typed_goes_along(reader: Visitor, box: Box) -> None:
    reader.main.get_by_label("Town or village").fill("Swansea")
    box.type(BEGUN)
    box.press("ArrowDown")
    with reader.page.expect_navigation():
        box.press("Enter")
    found = arguments(reader.page)
    assert (found["place"], len(found["skill"])) == (["Swansea"], 1)


class Slow:
    """Holds answers back until they are let go."""

    def __init__(self, page: Page, q: str) -> None:
        self.held: list[Route] = []
        page.route(re.compile(rf"/suggest\?q={q}$"), lambda route: self.held.append(route))

    def let_go(self) -> None:
        for route in self.held:
            route.continue_()


def wait_for(page: Page, met: Callable[[], object]) -> None:
    """Let the page live until that is so."""
    for _ in range(200):
        if met():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it never came")


def test_an_answer_that_was_overtaken_is_not_shown(reader: Visitor, box: Box) -> None:
    slow = Slow(reader.page, BEGUN)
    box.field.press_sequentially(BEGUN)
    wait_for(reader.page, lambda: slow.held)
    box.field.fill("")
    box.type("gar")
    shown = box.options.all_inner_texts()
    slow.let_go()
    reader.page.wait_for_timeout(200)
    wanted = suggested(reader.page, "gar")
    assert shown == [label for labels in wanted.values() for label in labels]
    assert box.options.all_inner_texts() == shown


def test_an_answer_after_one_has_gone_on_is_not_shown(reader: Visitor, box: Box) -> None:
    slow = Slow(reader.page, BEGUN)
    box.field.press_sequentially(BEGUN)
    wait_for(reader.page, lambda: slow.held)
    box.press("Tab")
    slow.let_go()
    reader.page.wait_for_timeout(200)
    box.expect_closed()


def test_where_no_answer_comes_one_searches_as_ever(reader: Visitor, box: Box) -> None:
    errors: list[str] = []
    reader.page.on("pageerror", lambda error: errors.append(str(error)))
    failed = threading.Event()

    def fail(route: Route) -> None:
        route.abort()
        failed.set()

    reader.page.route("**/suggest?*", fail)
    box.field.press_sequentially("bread")
    wait_for(reader.page, failed.is_set)
    box.expect_closed()
    with reader.page.expect_navigation():
        box.press("Enter")
    assert arguments(reader.page)["q"] == ["bread"]
    assert errors == []


def test_of_a_list_of_skills_the_last_is_completed(reader: Visitor) -> None:
    reader.page.goto("/ads/new")
    field = reader.page.locator("[name=seeks_skills]")
    label = reader.page.locator("label[for=seeks_skills]").inner_text()
    assert field.get_attribute("aria-controls") != reader.page.locator(
        "[name=offers_skills]"
    ).get_attribute("aria-controls")
    field.press_sequentially("harp, weld")
    list_ = reader.page.locator(f"[id='{field.get_attribute('aria-controls')}']")
    expect(list_).to_be_visible()
    expect(list_).to_have_accessible_name(label)
    assert [group.get_attribute("aria-label") for group in list_.get_by_role("group").all()] == [
        "Skills"
    ]
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("Enter")
    expect(field).to_have_value("harp, welding, ")
    expect(field).to_be_focused()
    expect(list_).to_be_hidden()


# --- for everybody --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/ads", "/ads/new"])
def test_axe_finds_nothing_wrong_with_the_list_open(visitor: MakeVisitor, path: str) -> None:
    page = visitor(reduced_motion="reduce").page
    page.goto(path)
    page.evaluate(AXE_SCRIPT)
    field = page.locator("[role=combobox]").first
    wrong = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        field.fill("")
        field.press_sequentially(BEGUN)
        list_ = page.locator(f"[id='{field.get_attribute('aria-controls')}']")
        expect(list_).to_be_visible()
        page.keyboard.press("ArrowDown")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if found := violations(page):
                wrong[width, scheme] = found
        shape = list_.bounding_box()
        assert shape is not None
        assert shape["x"] >= 0
        assert shape["x"] + shape["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for option in list_.get_by_role("option").all():
            assert (option.bounding_box() or {})["height"] >= 44
        page.keyboard.press("Escape")
    assert wrong == {}


def test_without_script_nothing_is_missing(visitor: MakeVisitor) -> None:
    reader = visitor(java_script_enabled=False)
    for path in ("/", "/ads", "/ads/new"):
        reader.page.goto(path)
        expect(reader.page.locator("[role=combobox], [role=listbox]")).to_have_count(0)
    reader.page.goto("/")
    field = reader.main.get_by_role("searchbox", name=LABEL)
    expect(field).to_have_attribute("type", "search")
    field.fill("bread")
    reader.main.get_by_label("Town or village").fill("Swansea")
    reader.main.get_by_role("button", name="Search", exact=True).click()
    found = arguments(reader.page)
    assert (found["q"], found["place"]) == (["bread"], ["Swansea"])
    expect(reader.main.get_by_role("searchbox", name=LABEL)).to_have_value("bread")
