"""Sentences in the language of a request: Flask-Babel's, found once a request.

Flask-Babel looks for request, domain and language anew with every sentence. A page of results has
some two hundred sentences; asking in this way was a third of its cost.
"""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_babel import get_translations
from flask_babel.speaklater import LazyString
from markupsafe import Markup


def gettext(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, with its values."""
    said: str = _translations().gettext(sentence)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """The sentence for this number of things, which is also its value `num`."""
    said: str = _translations().ngettext(one, many, num)
    return said % {"num": num, **values}


def lazy_gettext(sentence: str) -> LazyString:
    """A sentence that is translated wherever it is printed."""
    return LazyString(gettext, sentence)


def in_templates() -> dict[str, Callable[..., Markup]]:
    """What `_()`, `{% trans %}` and `ngettext()` are in a page: values are escaped, and % is %%."""
    return {"_": _html, "gettext": _html, "ngettext": _html_of_number}


def _html(sentence: str, /, **values: object) -> Markup:
    said = Markup(_translations().gettext(sentence))  # noqa: S704
    return said % values if values or "%" in said else said


def _html_of_number(one: str, many: str, num: int, /, **values: object) -> Markup:
    said = Markup(_translations().ngettext(one, many, num))  # noqa: S704
    return said % {"num": num, **values}


def _translations() -> Any:
    try:
        return g.translations
    except AttributeError:
        g.translations = get_translations()
        return g.translations
