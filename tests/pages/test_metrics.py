"""/metrics: what it counts, and who may ask."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.core.clock import utcnow
from app.db import transaction
from app.mail import tallies
from app.mail.models import Pause
from app.pages.metrics import COUNTED
from tests.board import Board
from tests.oracle import assert_no_leak
from tests.pages.test_stop import DAFYDD, GWEN

TOKEN = "a token for whoever collects"


def numbers(text: str) -> dict[str, float]:
    """Every sample by its name and labels."""
    return {
        name: float(value) for name, value in re.findall(r"^([a-z]\S*) (\S+)$", text, re.MULTILINE)
    }


def asked(board: Board) -> dict[str, float]:
    page = board.browser().get("/metrics")
    assert page.status_code == 200
    assert page.mimetype == "text/plain"
    assert page.headers["Cache-Control"] == "no-store"
    assert_no_leak(page.text, DAFYDD, GWEN)
    return numbers(page.text)


def test_everything_is_counted_from_nothing(board: Board) -> None:
    found = asked(board)

    assert {f"bothways_relay_{name}_total" for name in COUNTED} <= set(found)
    assert set(found.values()) == {0}


def test_what_the_board_does_is_counted(board: Board) -> None:
    box = board.publish(email=GWEN)
    board.converse(box, email=DAFYDD)
    with board.app.app_context(), transaction() as session:
        tallies.count(session, "held", 3)
    board.post_ad(headline="Its mail waits, since the worker sleeps")
    board.clock.shift(timedelta(minutes=2))

    found = asked(board)

    assert found["bothways_relay_relayed_total"] == 1
    assert found["bothways_relay_held_total"] == 3
    assert found['bothways_outbox_mails{state="pending"}'] == 1
    assert found['bothways_outbox_mails{state="sent"}'] == 3
    assert 120 <= found["bothways_outbox_oldest_waiting_seconds"] < 180


def test_a_pause_is_seen_here_on_the_health_page_and_by_the_command(board: Board) -> None:
    with board.app.app_context(), transaction() as session:
        now = utcnow()
        session.add(Pause(transport="mail", trouble="a constant phrase", since=now, until=now))

    assert asked(board)["bothways_outbox_paused"] == 1
    told = board.browser().get("/readyz").json
    assert told is not None
    assert told["mail"]["paused"] == {"since": now.isoformat(), "why": "a constant phrase"}
    said = board.app.test_cli_runner().invoke(args=["outbox", "status"]).output
    assert f"paused since {now:%d %b %H:%M}: a constant phrase" in said
    assert "dead: 0" in said
    assert "none waiting" in said


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_may_ask(board: Board, peer: str) -> None:
    page = board.browser().get("/metrics", environ_base={"REMOTE_ADDR": peer})
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("192.0.2.7", {}),
        ("::ffff:192.0.2.7", {}),
        ("", {}),
        ("nonsense", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"Via": "1.1 front"}),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}),
        ("192.0.2.7", {"Authorization": "Bearer "}),
        ("192.0.2.7", {"Authorization": ""}),
    ],
)
def test_nobody_else_may(board: Board, peer: str, headers: dict[str, str]) -> None:
    browser = board.browser()
    page = browser.get("/metrics", environ_base={"REMOTE_ADDR": peer}, headers=headers)

    assert page.status_code == 403
    assert "bothways_relay" not in page.text


def test_a_proxys_word_makes_nobody_local(make_app: Callable[..., Flask]) -> None:
    """Behind one proxy the address it names counts for limits, but never opens this page."""
    client = make_app(proxy_hops=1).test_client()
    for peer in ("192.0.2.7", "127.0.0.1"):
        answer = client.get(
            "/metrics",
            environ_base={"REMOTE_ADDR": peer},
            headers={"X-Forwarded-For": "127.0.0.1"},
        )
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("given", "status"),
    [(f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 403), (TOKEN, 403), ("Bearer ŵ", 403)],
)
def test_a_token_opens_it_from_anywhere(
    make_app: Callable[..., Flask], given: str, status: int
) -> None:
    client = make_app(metrics_token=TOKEN).test_client()
    answer = client.get(
        "/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}, headers={"Authorization": given}
    )
    assert answer.status_code == status
