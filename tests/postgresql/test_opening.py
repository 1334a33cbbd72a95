"""First messages: the same on PostgreSQL."""

from tests.relay.test_opening import *  # noqa: F403
