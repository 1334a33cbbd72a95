"""A conversation by mail: a door that listens, a reader in a process of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.relay.reader import Reader
from tests.relay.mailin.post import Post


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


@pytest.fixture
def post(app: Flask, reader: Reader) -> Iterator[Post]:
    with app.app_context():
        made = Post(app, reader)
        made.begin()
        thread = made.open()
        yield made
        made.stop.set()
        thread.join(15)
        assert not thread.is_alive()
        made.talk.assert_no_leak()
