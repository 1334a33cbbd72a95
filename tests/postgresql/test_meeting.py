"""Introductions: the same on PostgreSQL."""

from tests.desk.test_meeting import *  # noqa: F403
