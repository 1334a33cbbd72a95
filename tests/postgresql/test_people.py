"""Addresses that prove themselves: the same on PostgreSQL."""

from tests.people.test_people import *  # noqa: F403
