"""Addresses that prove themselves: what counts as one, links that act once, sessions that end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.db import transaction
from app.mail.compose import wire_form
from app.people import service as people
from app.people.models import Link, Person
from app.people.policy import PURPOSES, BadAddress, read_address, session_over

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
GWEN = Address("gwen.prydderch@members.example")


@pytest.fixture
def work(app: Flask) -> Iterator[Session]:
    with app.app_context(), transaction() as session:
        yield session


@pytest.fixture
def gwen(work: Session) -> Person:
    return people.meet(work, email=GWEN, now=NOW)


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" gwen@members.example \n", "gwen@members.example"),
        ("Gwen.P+ads@MEMBERS.example", "Gwen.P+ads@members.example"),
        ("gwen@bŵrdd.example", "gwen@bŵrdd.example"),
        ("o'brien@members.example", "o'brien@members.example"),
    ],
)
def test_what_is_an_address(typed: str, kept: str) -> None:
    assert read_address(typed).reveal() == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "gwen", "gwen@", "@x.example", "a@b", "a@localhost", "a b@x.example"),
        *("<a@x.example>", "Gwen <a@x.example>", "a@x.example, b@x.example", "a@[127.0.0.1]"),
        *("gŵen@x.example", '"a b"@x.example', "a\nb@x.example", "=?x?=@x.example"),
        *("x" * 65 + "@x.example", "a@x..example"),
    ],
)
def test_what_is_none(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        read_address(typed)
    assert "@x" not in str(refused.value)
    assert str(refused.value).endswith(".")


@given(st.text(max_size=80) | st.emails())
def test_every_address_we_take_can_be_mailed_to(typed: str) -> None:
    try:
        address = read_address(typed)
    except BadAddress:
        return
    assert wire_form(address).isascii()
    assert "@" not in repr(address) + str(address) + f"{address}"


def test_letters_case_tells_no_two_people_apart(work: Session, gwen: Person) -> None:
    again = people.meet(work, email=Address("GWEN.Prydderch@members.example"), now=NOW)

    assert again.id == gwen.id
    assert again.email.reveal() == GWEN.reveal()


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_works_until_it_runs_out(work: Session, gwen: Person, purpose: str) -> None:
    token = people.issue_link(work, person=gwen, purpose=purpose, subject="7K2M9Q", now=NOW)
    lasts = PURPOSES[purpose].lasts

    for _ in range(3):
        link = people.look_at_link(work, token, now=NOW + lasts - timedelta(seconds=1))
        assert (link.person_id, link.purpose, link.subject) == (gwen.id, purpose, "7K2M9Q")
    with pytest.raises(people.LinkExpired):
        people.look_at_link(work, token, now=NOW + lasts)
    with pytest.raises(people.LinkExpired):
        people.use_link(work, token, now=NOW + lasts)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_acts_once_unless_it_is_for_many_times(
    work: Session, gwen: Person, purpose: str
) -> None:
    token = people.issue_link(work, person=gwen, purpose=purpose, now=NOW)
    people.use_link(work, token, now=NOW)

    if PURPOSES[purpose].once:
        with pytest.raises(people.LinkUsed):
            people.use_link(work, token, now=NOW)
        with pytest.raises(people.LinkUsed):
            people.look_at_link(work, token, now=NOW + timedelta(days=20))
    else:
        assert people.use_link(work, token, now=NOW).person_id == gwen.id


def test_a_newer_sign_in_link_ends_the_older(work: Session, gwen: Person) -> None:
    other = people.meet(work, email=Address("other@members.example"), now=NOW)
    theirs = people.issue_link(work, person=other, purpose="sign_in", now=NOW)
    publish = people.issue_link(work, person=gwen, purpose="publish", now=NOW)
    older = people.issue_link(work, person=gwen, purpose="sign_in", now=NOW)
    newer = people.issue_link(work, person=gwen, purpose="sign_in", now=NOW)

    with pytest.raises(people.LinkExpired):
        people.look_at_link(work, older, now=NOW)
    for token in (newer, theirs, publish):
        assert people.look_at_link(work, token, now=NOW)


def test_the_token_itself_is_kept_nowhere(work: Session, gwen: Person) -> None:
    token = people.issue_link(work, person=gwen, purpose="publish", now=NOW)

    kept = work.query(Link).one()
    assert token not in {str(value) for value in vars(kept).values()}


# --- sessions and forgetting ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("idle", "age", "over"),
    [
        (timedelta(hours=12), timedelta(hours=12), True),
        (timedelta(hours=11, minutes=59), timedelta(days=6), False),
        (timedelta(0), timedelta(days=7), True),
    ],
)
def test_when_a_session_is_over(idle: timedelta, age: timedelta, over: bool) -> None:
    assert session_over(created_at=NOW - age, seen_at=NOW - idle, now=NOW) == over


def test_a_session_is_found_until_it_is_closed(work: Session, gwen: Person) -> None:
    token = people.open_session(work, person=gwen, now=NOW)
    work.flush()

    found = people.find_session(work, token, now=NOW)
    assert found is not None
    assert found.person_id == gwen.id
    assert people.find_session(work, token + "x", now=NOW) is None
    assert people.find_session(work, token, now=NOW + timedelta(days=7)) is None
    people.close_session(work, token)
    assert people.find_session(work, token, now=NOW) is None


def test_who_never_pressed_a_link_is_forgotten_once_none_works(work: Session, gwen: Person) -> None:
    people.issue_link(work, person=gwen, purpose="publish", now=NOW)
    for days, left in ((2, 1), (4, 1), (7, 0)):
        before = NOW + timedelta(days=days) - PURPOSES["publish"].lasts
        people.purge_unconfirmed(work, before=before)
        assert work.query(Person).count() == left


def test_who_pressed_one_is_kept(work: Session, gwen: Person) -> None:
    people.confirm(gwen, now=NOW)
    work.flush()
    people.purge_unconfirmed(work, before=NOW + timedelta(days=365))

    assert people.find_person(work, GWEN) is not None
