"""The README's pictures: made anew with BOTHWAYS_PICTURES=1, otherwise only asked for."""

import os

import pytest

from app.config import ROOT
from tests.journeys.conftest import MakeVisitor
from tests.journeys.pictures import screenshot

FOLDER = ROOT / "docs/pictures"
SIZE = {"width": 1280, "height": 900}
LARGEST = 150_000  # bytes
AD = "One lunch a month, and you may ask me anything"  # one of the demo ads


@pytest.mark.parametrize("name", ["home", "ad"])
def test_the_readme_shows_the_board_as_it_is(visitor: MakeVisitor, name: str) -> None:
    reader = visitor(viewport=SIZE)
    reader.page.goto("/")
    if name == "ad":
        reader.page.goto(f"/ads?q=%22{AD}%22")  # other visitors' ads push it off the front page
        reader.follow(AD)
        reader.says(AD)
    picture = FOLDER / f"{name}.png"
    if os.environ.get("BOTHWAYS_PICTURES") == "1":
        reader.page.evaluate("document.fonts.ready")
        picture.write_bytes(screenshot(reader.page))
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= LARGEST
