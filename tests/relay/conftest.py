"""Conversations below the web, at a time of their own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.relay.talk import Talk


@pytest.fixture
def talk(app: Flask) -> Iterator[Talk]:
    with app.app_context():
        yield Talk()
