"""Benchmarks that print a table. The application comes first: it says how numpy shall run."""

import app  # noqa: F401
