"""The rules of an ad by themselves: words, choices, states by the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ads import policy
from app.ads.models import Ad
from app.ads.policy import Draft
from app.ads.rules import FIELDS, problems
from app.catalogue.places import find_places

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOWN = find_places("Aberystwyth")[0].id
GOOD = Draft(
    kind="seeks",
    headline="Ward sister seeks a shopkeeper’s eye",
    seeks="Somebody to show me how a rota is made",
    offers="Staying calm when it is loud",
    sector="health",
    place_id=TOWN,
    modes=("in_person",),
    rhythm="once",
    name="Gwen",
)


def refused(**changes: object) -> list[str]:
    return [problem.field for problem in problems(replace(GOOD, **changes))]  # type: ignore[arg-type]


def test_a_good_ad_has_no_problem() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"headline": "x" * 5}, []),
        ({"headline": "x" * 4}, ["headline"]),
        ({"headline": "x" * 100}, []),
        ({"headline": "x" * 101}, ["headline"]),
        ({"seeks": "x" * 15}, []),
        ({"seeks": "x" * 14}, ["seeks"]),
        ({"seeks": "x" * 500}, []),
        ({"seeks": "x" * 501}, ["seeks"]),
        ({"offers": ""}, ["offers"]),
        ({"offers": "", "return_open": True}, []),
        ({"offers": "Tea"}, []),
        ({"kind": "offers", "offers": "Tea"}, ["offers"]),
        ({"kind": "offers", "seeks": "", "return_open": True}, []),
        ({"kind": "offers", "offers": "x" * 15, "seeks": ""}, ["seeks"]),
        ({"kind": ""}, ["kind"]),
        ({"about": "x" * 400}, []),
        ({"about": "x" * 401}, ["about"]),
        ({"name": "x" * 40}, []),
        ({"name": "x" * 41}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"seeks_skills": tuple("abcdefgh")}, []),
        ({"seeks_skills": tuple("abcdefghi")}, ["seeks_skills"]),
        ({"offers_skills": ("x" * 61,)}, ["offers_skills"]),
        ({"sector": "nonsense"}, ["sector"]),
        ({"sectors_wanted": "different"}, []),
        ({"sectors_wanted": "law,health"}, []),
        ({"sectors_wanted": ""}, ["sectors_wanted"]),
        ({"sectors_wanted": "law,nonsense"}, ["sectors_wanted"]),
        ({"place_id": None}, ["place"]),
        ({"place_id": None, "modes": ("phone",)}, []),
        ({"place_id": -1}, ["place"]),
        ({"modes": ()}, ["modes"]),
        ({"modes": ("video", "pigeon")}, ["modes"]),
        ({"rhythm": ""}, ["rhythm"]),
        ({"capacity": 0}, ["capacity"]),
        ({"capacity": 20}, []),
        ({"capacity": 21}, ["capacity"]),
        ({"language": "cy"}, []),
        ({"language": "fr"}, ["language"]),
    ],
)
def test_each_rule_at_its_edge(changes: dict[str, object], fields: list[str]) -> None:
    assert refused(**changes) == fields


def test_problems_come_in_the_form_s_order_one_a_field() -> None:
    found = [problem.field for problem in problems(Draft())]

    assert found == sorted(found, key=FIELDS.index)
    assert len(found) == len(set(found))


texts = st.text(max_size=700)
drafts = st.builds(
    Draft,
    kind=st.sampled_from(["seeks", "offers", ""]) | texts,
    headline=texts,
    seeks=texts,
    offers=texts,
    return_open=st.booleans(),
    seeks_skills=st.lists(texts, max_size=10).map(tuple),
    about=texts,
    sector=texts,
    sectors_wanted=texts,
    language=texts,
    place_id=st.none() | st.integers(),
    modes=st.lists(texts, max_size=4).map(tuple),
    rhythm=texts,
    capacity=st.integers(),
    name=texts,
)


@given(drafts)
def test_any_draft_whatever_gets_sentences_that_can_be_said(draft: Draft) -> None:
    for problem in problems(draft):
        assert problem.field in FIELDS
        assert problem.sentence % problem.values


# --- the same press -------------------------------------------------------------------------------


def test_the_same_words_have_one_fingerprint_however_spaced() -> None:
    spaced = replace(GOOD, seeks=f"  {GOOD.seeks.upper()}\n\n")

    assert policy.fingerprint(GOOD, "a@x") == policy.fingerprint(spaced, "a@x")
    assert policy.fingerprint(GOOD, "a@x") != policy.fingerprint(GOOD, "b@x")


def test_words_moved_from_one_side_to_the_other_are_other_words() -> None:
    moved = replace(GOOD, seeks=GOOD.offers, offers=GOOD.seeks)

    assert policy.fingerprint(GOOD, "a@x") != policy.fingerprint(moved, "a@x")


# --- the clock ------------------------------------------------------------------------------------


def ad(state: str, left: timedelta | None = 30 * DAY, reminders: int = 0) -> Ad:
    """An ad in `state` with so much of its time left at NOW."""
    expires = NOW + left if left is not None else None
    return Ad(state=state, expires_at=expires, reminders=reminders)


@pytest.mark.parametrize(
    ("stored", "left", "state"),
    [
        ("live", timedelta(seconds=1), "live"),
        ("live", timedelta(0), "expired"),
        ("paused", -DAY, "expired"),
        ("paused", DAY, "paused"),
        ("closed", -DAY, "closed"),
        ("held", None, "held"),
        ("unconfirmed", None, "unconfirmed"),
    ],
)
def test_the_state_goes_by_the_clock(stored: str, left: timedelta | None, state: str) -> None:
    assert policy.state_at(ad(stored, left), NOW) == state
    assert policy.is_live(ad(stored, left), NOW) == (state == "live")


MAY = {
    "unconfirmed": {"publish", "close"},
    "live": {"edit", "renew", "pause", "close"},
    "paused": {"edit", "resume", "close"},
    "held": {"edit", "close"},
    "closed": set(),
    "removed": set(),
}


@pytest.mark.parametrize("state", MAY)
@pytest.mark.parametrize("action", ["publish", "edit", "renew", "pause", "resume", "close"])
def test_what_its_writer_may_do(state: str, action: str) -> None:
    assert policy.may(action, ad(state), NOW) == (action in MAY[state])


@pytest.mark.parametrize(
    ("ago", "renewable"), [(DAY, True), (60 * DAY - timedelta(seconds=1), True), (60 * DAY, False)]
)
def test_what_ran_out_may_be_renewed_for_a_while(ago: timedelta, renewable: bool) -> None:
    for state in ("live", "paused"):
        assert policy.may("renew", ad(state, -ago), NOW) == renewable
        assert not policy.may("resume", ad(state, -ago), NOW)
        assert not policy.may("pause", ad(state, -ago), NOW)


@pytest.mark.parametrize(
    ("left", "sent", "due", "days"),
    [
        (8 * DAY, 0, None, 8),
        (7 * DAY, 0, 1, 7),
        (7 * DAY, 1, None, 7),
        (4.5 * DAY, 0, 1, 5),
        (DAY, 0, 2, 1),
        (DAY, 1, 2, 1),
        (DAY / 2, 2, None, 1),
    ],
)
def test_which_reminder_is_due(left: timedelta, sent: int, due: int | None, days: int) -> None:
    waiting = ad("live", left, sent)

    assert policy.reminder_due(waiting, NOW) == due
    assert policy.days_left(waiting, NOW) == days
