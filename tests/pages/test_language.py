"""Sentences in the reader’s language: values are escaped in pages, plain in Python."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string, request

from app.board.language import gettext, lazy_gettext, ngettext


@pytest.fixture
def request_of(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app


@pytest.mark.parametrize(
    ("template", "html"),
    [
        ("{{ _('Box %(box)s', box='<b>') }}", "Box &lt;b&gt;"),
        ("{{ _('You & I') }}", "You & I"),
        ("{{ _('100%% free') }}", "100% free"),
        ("{% trans name='<i>' %}Hello {{ name }}{% endtrans %}", "Hello &lt;i&gt;"),
        ("{% trans %}<b>50%</b>{% endtrans %}", "<b>50%</b>"),
        ("{{ ngettext('%(num)d ad', '%(num)d ads', 1) }}", "1 ad"),
        ("{{ ngettext('%(num)d ad', '%(num)d ads', 2) }}", "2 ads"),
        (
            "{{ ngettext('One of %(of)s', '%(num)s of %(of)s', 3, num='<3>', of=9) }}",
            "&lt;3&gt; of 9",
        ),
    ],
)
def test_a_page_prints_sentences_as_html_and_values_as_text(
    request_of: Flask, template: str, html: str
) -> None:
    assert render_template_string(template) == html


def test_python_says_sentences_with_plain_values(request_of: Flask) -> None:
    assert gettext("100% sure") == "100% sure"
    assert gettext("No ads for %(what)s", what="<b>") == "No ads for <b>"
    assert [ngettext("%(num)d ad", "%(num)d ads", n) for n in (0, 1, 2)] == [
        "0 ads",
        "1 ad",
        "2 ads",
    ]


def test_every_request_has_its_own_language(app: Flask, tmp_path: Path) -> None:
    speak_welsh(app, tmp_path, {"No ads": "Dim hysbysebion"})
    sentence = lazy_gettext("No ads")
    for language, said in (("cy", "Dim hysbysebion"), ("en", "No ads"), ("cy", "Dim hysbysebion")):
        with app.test_request_context(f"/?{language}"):
            assert (str(sentence), gettext("No ads")) == (said, said)
            assert render_template_string("{{ _('No ads') }}") == said


def speak_welsh(app: Flask, folder: Path, sentences: dict[str, str]) -> None:
    """Let `app` know these sentences in Welsh, for requests that end in ?cy."""
    catalog = Catalog(locale="cy")
    for english, welsh in sentences.items():
        catalog.add(english, welsh)
    (folder / "cy/LC_MESSAGES").mkdir(parents=True)
    with (folder / "cy/LC_MESSAGES/messages.mo").open("wb") as file:
        write_mo(file, catalog)
    babel = app.extensions["babel"]
    babel.translation_directories[:] = [str(folder)]
    babel.locale_selector = lambda: "cy" if "cy" in request.args else "en"
