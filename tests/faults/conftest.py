"""The faults need the same board and mail server as the tests of mail."""

from tests.mail.conftest import app, person, server

__all__ = ["app", "person", "server"]
