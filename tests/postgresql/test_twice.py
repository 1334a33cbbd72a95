"""Every press made twice: the same on PostgreSQL."""

from tests.security.test_again import *  # noqa: F403
