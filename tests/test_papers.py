"""The papers say what is so: settings, commands, layers, limits, links."""

import itertools
import re
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import click
import pytest
from flask import Flask
from pydantic import SecretStr

from app.config import ROOT, Settings
from app.limits.rules import LIMITS

FLASKS_OWN = {"run", "routes", "shell", "db"}
BROWSERS_OWN = "--no-sand" + "box"  # a switch of Chromium's
# Written in two halves, so that this file does not hold them.
FORBIDDEN = [
    "".join(halves)
    for halves in (
        ("/wo", "rk/"),
        ("sand", "box"),
        ("help", "er-"),
        ("clau", "de"),
        ("anthro", "pic"),
        ("AI assis", "tant"),
        ("language mo", "del"),
        ("pypi", ".org"),
        ("npmjs", ".com"),
    )
]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file in git, or about to be."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    if answer.returncode:
        pytest.skip("this is no git checkout")
    paths = (ROOT / name for name in answer.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def texts() -> dict[Path, str]:
    """The text files among them."""
    found = {}
    for path in tracked():
        try:
            found[path] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def papers() -> dict[Path, str]:
    return {path: text for path, text in texts().items() if path.suffix == ".md"}


def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after that heading, without its two head lines."""
    section = text.partition(f"\n## {heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None, heading
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table[0].splitlines()[2:]
    ]


def defaults() -> dict[str, str]:
    """Every setting with its default, as it would be written in the environment."""
    found = {}
    for name, field in Settings.model_fields.items():
        value = field.default
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        found[name.upper()] = "" if plain == () else str(plain)
    return found


# --- settings -------------------------------------------------------------------------------------


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    table = rows(readme(), "Settings")
    said = {name.strip("|` "): default.strip("`") for name, default, _ in table}
    assert {name: "" if value == "empty" else value for name, value in said.items()} == defaults()


def test_every_setting_is_in_the_example_with_its_default_and_a_line_about_it() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    said = {}
    for above, line in itertools.pairwise(lines):
        if found := re.fullmatch(r"#([A-Z_]+)=(.*)", line):
            assert re.match(r"# \S", above), f"nothing is said about {found[1]}"
            said[found[1]] = found[2]
    assert said == defaults()


# --- commands -------------------------------------------------------------------------------------


def commands(app: Flask) -> set[str]:
    """The board's own commands, each as it is typed after `flask`."""
    found = set()
    for name, command in app.cli.commands.items():
        if name in FLASKS_OWN:
            continue
        if isinstance(command, click.Group):
            found |= {f"{name} {below}" for below in command.commands}
        else:
            found.add(name)
    return found


def named(text: str) -> set[tuple[str, str]]:
    """The commands a paper tells its reader to give, and the word after each."""
    code = re.findall(r"```.*?```|`[^`]+`|^    .*$", text, re.MULTILINE | re.DOTALL)
    pattern = r"\bflask\s+([a-z]+)(?:\s+([a-z]+)\b)?"
    return {found for part in code for found in re.findall(pattern, part)}


def test_every_command_is_in_the_readme(app: Flask) -> None:
    table = [row[0].strip("|` ").split() for row in rows(readme(), "Commands")]
    said = {" ".join(w for w in words[1:] if re.fullmatch("[a-z]+", w)) for words in table}
    assert said == commands(app) | {"db upgrade"}


def test_papers_name_only_commands_there_are(app: Flask) -> None:
    for path, text in papers().items():
        for name, below in named(text):
            command = app.cli.commands.get(name)
            assert command is not None, f"{path.name}: flask {name}"
            if isinstance(command, click.Group) and below:
                assert below in command.commands, f"{path.name}: flask {name} {below}"


def test_papers_name_only_targets_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path, text in papers().items():
        said = set(re.findall(r"`(?:[A-Z]+=\S+ )*make ([a-z]+)", text))
        assert said <= targets, path.name


# --- the handbook and operating -------------------------------------------------------------------


def handbook() -> str:
    return (ROOT / "docs/handbook.md").read_text("utf-8")


def test_the_handbook_has_a_line_for_every_folder_and_top_module() -> None:
    app = {p.relative_to(ROOT / "app") for p in tracked_under("app")}
    top = {p.relative_to(ROOT) for p in tracked_under("")}
    wanted = {f"{path.parts[0]}/" if len(path.parts) > 1 else path.name for path in app}
    wanted |= {f"{path.parts[0]}/" for path in top if len(path.parts) > 1}
    wanted -= {".ci/", "search_index/"}
    said = set(re.findall(r"^\| `([^`]+)`", handbook(), re.MULTILINE))
    assert wanted <= said
    assert {name for name in said if not (ROOT / name).exists()} <= wanted


def test_the_handbook_names_every_module_of_the_relay() -> None:
    section = handbook().partition("### Inside `relay/`")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(?:app/relay/)?(\w+)(?:\.py)?`", section))
    there = {path.stem for path in tracked_under("app/relay") if path.suffix == ".py"}
    assert there - {"__init__"} <= named


def tracked_under(folder: str) -> Iterator[Path]:
    return (path for path in tracked() if path.is_relative_to(ROOT / folder))


def test_the_handbook_shows_the_layers_as_they_are_kept() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    kept = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    shown = re.search(r"## Who may import whom.*?```\n(.*?)```", handbook(), re.DOTALL)
    assert shown is not None
    assert shown[1].splitlines() == kept


def test_operating_names_the_limits_as_they_are() -> None:
    words = {timedelta(hours=1): "1 hour", timedelta(days=1): "1 day"}
    table = rows((ROOT / "docs/operating.md").read_text("utf-8"), "Limits")
    said = [(name.strip("|` "), int(most), within.strip("| ")) for name, most, within in table]
    assert said == [(name, limit.most, words[limit.within]) for name, limit in LIMITS.items()]


# --- security -------------------------------------------------------------------------------------


def security() -> str:
    return (ROOT / "docs/security.md").read_text("utf-8")


def test_every_test_that_shows_a_promise_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", security())
    assert len(named) >= 80
    for path, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), name


def test_every_promise_names_its_number_and_its_test() -> None:
    promises = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in security().splitlines()
        if re.match(r"\| \d+\.\d+\.\d+", line)
    ]
    assert len(promises) >= 80
    for row in promises:
        assert all(re.fullmatch(r"\d{1,2}\.\d\.\d{1,2}", number) for number in row[0].split(", "))
        assert len(row) in {3, 4}, row  # those that are not met have a reason instead
        assert len(row) == 3 or re.fullmatch(r"`tests/[\w/]+\.py::\w+`", row[3]), row


# --- links ----------------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    """What a heading is called in an address."""
    plain = re.sub(r"[`*_]|\[|\]\([^)]*\)", "", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(text: str) -> set[str]:
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {anchor(found) for found in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}


def test_every_link_between_papers_leads_somewhere() -> None:
    for path, text in papers().items():
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, part = target.partition("#")
            there = (path.parent / name).resolve() if name else path
            assert there.exists(), f"{path.relative_to(ROOT)}: {target}"
            if part:
                assert part in anchors(there.read_text("utf-8")), f"{path.name}: {target}"


def test_a_paper_named_in_the_code_is_there() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in texts().items()
        if path.suffix in {".py", ".html", ".txt", ".css", ".toml", ".cfg", ""}
        for name in re.findall(r"\b[A-Z]{4,}\.md\b", text)
        if not list(ROOT.glob(name)) and not list((ROOT / "docs").rglob(name))
    ]
    assert missing == []


def test_decisions_are_numbered_and_short() -> None:
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    for number, path in enumerate(files, start=1):
        lines = path.read_text("utf-8").splitlines()
        assert path.name.startswith(f"{number:04d}-")
        assert lines[0].startswith(f"# {number}. ")
        assert {"## Context", "## Decision", "## Consequences"} <= set(lines)
        assert len(lines) <= 60, path.name


# --- words ----------------------------------------------------------------------------------------


def test_the_project_speaks_of_itself_alone() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path, text in texts().items()
        for word in FORBIDDEN
        if word.casefold() in text.replace(BROWSERS_OWN, "").casefold()
    ]
    assert found == []
