"""The description of the API is true: whatever it allows is answered as it says, and only that."""

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode

from tests.board import Board
from tests.pages.shelf import put

EXAMPLES = 40  # for each operation


@pytest.fixture
def described(board: Board) -> dict[str, Any]:
    """The description, with a few ads on the board."""
    put(board, headline="Bread, from the starter up", language="cy")
    put(board, headline="A clock that runs slow", offers="", return_open=True, place="")
    answer = board.browser().get("/api/v1/openapi.json")
    assert answer.json is not None
    return answer.json


def test_it_is_openapi_3_1_and_names_every_answer(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "http://localhost"}]
    assert set(described["paths"]) == {"/api/v1/ads", "/api/v1/ads/{box}"}
    assert all(set(it) == {"get"} for it in described["paths"].values())
    search = described["paths"]["/api/v1/ads"]["get"]
    assert set(search["responses"]) == {"200", "422", "429", "503"}
    assert {it["name"] for it in search["parameters"]} == {
        *("q", "kind", "side", "sector", "skill", "mode", "rhythm"),
        *("place", "within", "sort", "cursor"),
    }
    for needle in ("email", "Address", "phone_number"):
        assert needle not in json.dumps(described)


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/api/v1/ads", GenerationMode.POSITIVE),
        ("/api/v1/ads", GenerationMode.NEGATIVE),
        ("/api/v1/ads/{box}", GenerationMode.POSITIVE),  # no text can be wrong as one
    ],
)
def test_schemathesis_finds_nothing(
    app: Flask, described: dict[str, Any], path: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path]["GET"]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def answered_as_described(case: Case) -> None:
        plain = {"Accept-Encoding": "identity"}  # it reads what is compressed as text
        case.call_and_validate(headers=plain)  # every check that schemathesis knows

    answered_as_described()
