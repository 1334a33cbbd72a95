"""What brokers decide: the same on PostgreSQL."""

from tests.desk.test_deciding import *  # noqa: F403
