"""Bounce addresses: only ours count, and only for a while."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.signing import Signer
from app.mail.bounce_address import LASTS, bounce_address, read_bounce_address
from tests.mail.conftest import NOON

SIGNER = Signer(("a key that nobody knows",))
MADE = bounce_address(SIGNER, 42, NOON)


@given(st.integers(1, 10**12))
def test_what_was_made_can_be_read_in_any_case(mail_id: int) -> None:
    local = bounce_address(SIGNER, mail_id, NOON)
    assert len(local) <= 64  # RFC 5321 §4.5.3.1.1
    for received in (local, local.upper(), local.title()):
        assert read_bounce_address(SIGNER, received, NOON) == mail_id


def test_it_counts_for_thirty_days_and_a_day_at_most() -> None:
    assert read_bounce_address(SIGNER, MADE, NOON + LASTS) == 42
    assert read_bounce_address(SIGNER, MADE, NOON + LASTS + timedelta(days=1)) is None


def test_it_still_counts_once_the_key_was_changed() -> None:
    after = Signer(("a newer key", *SIGNER.keys))
    assert read_bounce_address(after, MADE, NOON) == 42
    assert read_bounce_address(SIGNER, bounce_address(after, 42, NOON), NOON) is None


@pytest.mark.parametrize(
    "local",
    [
        "", "b", "b-", "b-42", "bounce", MADE[1:], MADE[:-1], MADE + "a",
        MADE.replace("42x", "43x"),
        MADE.replace("b-42x", "b-042x"), MADE.replace("-", "--"), f" {MADE}", f"{MADE}\n",
        MADE.replace("x", "x9", 1), "b-42x20000-" + "a" * 26, "b-٤٢x20000-" + "a" * 26,
        "b-" + "9" * 400 + "x20000-" + "a" * 26,
    ],
)  # fmt: skip
def test_anything_else_is_none_of_ours(local: str) -> None:
    assert read_bounce_address(SIGNER, local, NOON) is None


@given(st.text(max_size=80))
def test_whatever_comes_is_answered(local: str) -> None:
    assert read_bounce_address(SIGNER, local, NOON) is None
