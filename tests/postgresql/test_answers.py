"""Answers by mail: the same on PostgreSQL."""

from tests.relay.mailin.test_answers import *  # noqa: F403
