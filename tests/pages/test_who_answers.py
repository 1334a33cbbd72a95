"""The pages say who answers for this board, by when, and where else to turn: as it is set."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.pages.look import main_of, words

BROKER = "broker@chamber.example"


def page(app: Flask, path: str) -> str:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return words(answer)


def test_the_broker_is_named_with_an_address_to_write_to(app: Flask) -> None:
    shown = page(app, "/brokering")
    assert "Bothways is kept by Teifi Chamber" in shown
    assert f"Write to them at {BROKER}" in shown
    assert f'href="mailto:{BROKER}"' in main_of(app.test_client().get("/brokering"))
    assert "This board is run by Teifi Chamber" in page(app, "/terms")


def test_their_address_stands_on_no_other_page(app: Flask) -> None:
    for path in ("/", "/ads", "/safety", "/terms", "/help", "/accessibility", "/mine", "/ads/new"):
        assert "@chamber" not in app.test_client().get(path).text, path


def test_a_board_that_names_nobody_says_so(make_app: Callable[..., Flask]) -> None:
    app = make_app(broker_name="", broker_email="")
    shown = page(app, "/brokering")
    assert "hasn’t named an address for its broker yet" in shown
    assert "use any report link" in shown
    assert "mailto:" not in app.test_client().get("/brokering").text


@pytest.mark.parametrize(("days", "said"), [(1, "within a day"), (5, "within 5 days")])
def test_by_when_is_what_is_set(make_app: Callable[..., Flask], days: int, said: str) -> None:
    app = make_app(decide_within_days=days)
    for path in ("/brokering", "/safety", "/terms"):
        assert said in page(app, path), path


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "Nothing is hidden by reports alone"),
        (1, "Once somebody who has confirmed their address has reported it"),
        (4, "Once 4 different people who have confirmed their addresses"),
    ],
)
def test_how_many_hide_a_thing_is_what_is_set(
    make_app: Callable[..., Flask], number: int, said: str
) -> None:
    assert said in page(make_app(reports_hide=number), "/brokering")


def test_how_to_complain_and_where_else(app: Flask) -> None:
    shown = page(app, "/brokering")
    assert "It works for 180 days, without signing in" in shown
    for name in ("Ofcom", "The ICO", "0303 123 1113", "Online Safety Act"):
        assert name in shown
    safety = page(app, "/safety")
    for name in ("999", "101", "Report Fraud", "0300 123 2040", "Samaritans", "116 123"):
        assert name in safety
