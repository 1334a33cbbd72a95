"""What is drawn and what calls somebody: only numbers that /metrics gives."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from app.config import ROOT
from tests.board import Board

GRAFANA, PROMETHEUS = ROOT / "deploy/grafana", ROOT / "deploy/prometheus"
NAME = re.compile(r"\b(?:bothways|process)_\w+")


def panels() -> Iterator[dict[str, Any]]:
    for path in sorted(GRAFANA.glob("*.json")):
        yield from json.loads(path.read_text("utf-8"))["panels"]


def drawn() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel.get("targets", [])]


def alerts() -> list[str]:
    text = (PROMETHEUS / "bothways.rules.yml").read_text("utf-8")
    return re.findall(r"^ +expr: (.+)$", text, re.MULTILINE)


@pytest.fixture
def given(board: Board) -> str:
    """/metrics of a board that has been used."""
    board.publish()
    board.browser().get("/ads?q=shopkeeper")
    return board.browser().get("/metrics").text


def test_only_what_is_given_is_drawn_and_watched(given: str) -> None:
    names = set(re.findall(r"^([a-z_]+)(?:\{| )", given, re.MULTILINE))
    asked = {name for expression in [*drawn(), *alerts()] for name in NAME.findall(expression)}

    assert len(asked) > 20
    assert asked <= names


def test_every_number_of_the_board_is_drawn(given: str) -> None:
    names = set(re.findall(r"^# TYPE (bothways_[a-z_]+) ", given, re.MULTILINE))
    seen = " ".join(drawn())

    assert len(names) > 18
    assert not [name for name in names if name not in seen]


def test_labels_that_are_asked_for_are_given(given: str) -> None:
    asked = [pair for it in [*drawn(), *alerts()] for pair in re.findall(r'(\w+)=~?"([^"$]+)"', it)]

    assert {"kind", "state", "status"} <= {label for label, _ in asked}
    for label, value in asked:
        if (label, value) not in {("job", "bothways"), ("status", "5xx")}:
            for one in value.split("|"):
                assert f'{label}="{one}"' in given, (label, one)


def test_panels_stand_beside_each_other_and_say_what_they_are() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert panel["title"]
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    numbers = [panel["id"] for panel in panels()]
    assert len(set(numbers)) == len(numbers)


def test_prometheus_takes_them(tmp_path: Any) -> None:
    if not shutil.which("promtool"):
        pytest.skip("there is no promtool here (on Debian: apt install prometheus)")
    expressions = [re.sub(r"\$__rate_interval", "5m", it) for it in drawn()]
    groups = [{"record": f"drawn:{n}", "expr": it} for n, it in enumerate(expressions)]
    drawn_rules = tmp_path / "drawn.yml"
    drawn_rules.write_text(json.dumps({"groups": [{"name": "drawn", "rules": groups}]}))
    for arguments in (
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "bothways.rules.yml"),
        ("check", "rules", str(drawn_rules)),
    ):
        ran = subprocess.run(
            ["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
