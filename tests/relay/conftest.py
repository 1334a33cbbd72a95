"""Conversations below the web, at a time of their own; after each one everything is looked at."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.oracle import assert_no_leak
from tests.relay.talk import REPLIER, WRITER, Talk


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No address of theirs is ever written to a log."""
    yield
    for record in caplog.get_records("call"):
        assert_no_leak(record.getMessage() + (record.exc_text or ""), WRITER, REPLIER)


@pytest.fixture
def talk(app: Flask) -> Iterator[Talk]:
    with app.app_context():
        talk = Talk()
        yield talk
        talk.assert_no_leak()
