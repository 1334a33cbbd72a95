"""The line above which one replies is known again, whatever a mail program made of it."""

import pytest

from app.core.marker import REPLY_MARKER, REPLY_MARKERS, is_marker


@pytest.mark.parametrize("marker", REPLY_MARKERS)
@pytest.mark.parametrize("shape", ["{}", "> {}", ">> {}", "  {}  ", "| {}", "*{}*", "Gwilym: {}"])
def test_it_is_known_in_every_language_behind_every_mark(marker: str, shape: str) -> None:
    assert is_marker(shape.format(marker))


def test_it_is_known_with_other_dashes_and_in_capitals() -> None:
    assert is_marker("— REPLY ABOVE THIS LINE —")


@pytest.mark.parametrize("line", ["", "---", "Reply above!", "Please reply above this line, Ben"])
def test_no_other_line_is_taken_for_it(line: str) -> None:
    assert not is_marker(line)


def test_it_can_stand_in_a_mail_as_it_is() -> None:
    assert REPLY_MARKER.isascii()
    assert len(REPLY_MARKER) < 72
