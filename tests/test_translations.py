"""Every sentence people read stands in the translators' list, as it will be asked for."""

import ast
from collections.abc import Iterator
from functools import cache

from babel.messages.pofile import read_po
from flask import Flask

from app.config import ROOT
from app.mail.drafting import _environment as mail_environment

TRANSLATES = {"_", "N_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext"}


@cache
def listed() -> frozenset[str]:
    """Every sentence in the translators' list."""
    with (ROOT / "app/translations/messages.pot").open("rb") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return frozenset(s for one in ids for s in ([one] if isinstance(one, str) else one))


def marked(tree: ast.AST, *, also: set[str]) -> Iterator[str]:
    """The sentences given to a function that translates, under whatever name it was imported."""
    names = TRANSLATES | also
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if name in names and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def test_every_sentence_in_the_code_is_in_the_translators_list() -> None:
    for path in (ROOT / "app").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        renamed = {
            alias.asname
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name in TRANSLATES and alias.asname
        }
        missing = {s for s in marked(tree, also=renamed) if s not in listed()}
        assert not missing, f"{path.relative_to(ROOT)}: {sorted(missing)[:3]}"


def test_every_sentence_in_a_template_is_in_the_translators_list_as_it_will_be_asked_for(
    app: Flask,
) -> None:
    templates = ROOT / "app/templates"
    for path in [*templates.rglob("*.html"), *templates.rglob("*.txt")]:
        environment = mail_environment("en") if path.suffix == ".txt" else app.jinja_env
        extract = environment.extract_translations  # type: ignore[attr-defined]
        for line, _, found in extract(path.read_text("utf-8")):
            asked = found if isinstance(found, tuple) else (found,)
            missing = {sentence for sentence in asked if sentence} - listed()
            assert not missing, f"{path.relative_to(ROOT)}, line {line}: {missing}"
