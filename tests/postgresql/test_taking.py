"""Mails taken under a lease: the same on PostgreSQL."""

from tests.relay.mailin.test_taking import *  # noqa: F403
