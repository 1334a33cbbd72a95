"""Mailed links: the same on PostgreSQL."""

from tests.pages.test_links import *  # noqa: F403
