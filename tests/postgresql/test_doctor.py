"""The doctor of a board on PostgreSQL."""

from flask import Flask

from tests.doctor.patient import look


def test_postgresql_is_asked_for_its_version_its_room_and_its_clock(app: Flask) -> None:
    lines = [said for level, said in look(app).of("database") if level == "ok"]
    assert any(line.startswith("PostgreSQL 1") for line in lines)
    assert any("connections are in use" in line for line in lines)
