"""Conversations: the same on PostgreSQL."""

from tests.relay.test_writing import *  # noqa: F403
