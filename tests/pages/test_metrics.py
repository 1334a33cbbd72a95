"""/metrics: what it counts, and who may ask."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import utcnow
from app.db import transaction
from app.mail import tallies
from app.mail.models import Pause
from app.pages.metrics import COUNTED
from tests.board import AD, Board
from tests.desk.desk import broker, held, report
from tests.desk.introducing import asked as introduced
from tests.desk.introducing import propose, says
from tests.oracle import assert_no_leak
from tests.pages.test_stop import DAFYDD, GWEN

TOKEN = "a token for whoever collects"
# What this very process did before, and what it is.
OF_THE_PROCESS = re.compile(r"(python|process)_|bothways_(request|search|database_coll|limit_f)")


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
    assert found.pop("bothways_database_up") == 1
    assert found.pop('bothways_database_connections_in_use{database="default"}') == 1  # this page
    assert found.pop('bothways_database_connections_most{database="default"}') > 1
    of_the_board = {name for name in found if not OF_THE_PROCESS.match(name)}
    assert len(of_the_board) > 20
    assert {found[name] for name in of_the_board} == {0}


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


# --- what a process counts of its own -------------------------------------------------------------


def more(board: Board, before: dict[str, float]) -> dict[str, float]:
    """By how much each number has grown."""
    after = asked(board)
    grown = {name: number - before.get(name, 0) for name, number in after.items()}
    return {name: number for name, number in grown.items() if number}


def test_answers_are_counted_by_the_name_of_their_page(board: Board) -> None:
    box = board.publish()
    before, browser = asked(board), board.browser()
    for path in (f"/ads/{box}", f"/ads/{box}", "/nothing", "/nothing/else", "/desk"):
        browser.get(path)
    browser.client.post("/mine")
    browser.client.open("/ads", method="ODD")
    grown = more(board, before)

    def counted(route: str, method: str, status: str) -> float:
        labels = f'method="{method}",route="{route}",status="{status}"'
        return grown.get(f"bothways_requests_total{{{labels}}}", 0)

    assert counted("ad.ad", "GET", "2xx") == 2
    assert counted("none", "GET", "4xx") >= 2
    assert counted("mine.ask", "POST", "4xx") == 1
    assert counted("none", "other", "4xx") == 1
    assert grown['bothways_request_seconds_count{route="ad.ad"}'] == 2
    assert 0 < grown['bothways_request_seconds_sum{route="ad.ad"}'] < 60
    assert grown['bothways_request_seconds_bucket{le="+Inf",route="ad.ad"}'] == 2


def test_whatever_is_asked_makes_no_more_names(board: Board) -> None:
    browser = board.browser()
    browser.get("/nothing")
    browser.client.open("/", method="ODD0")
    asked(board)
    before = set(asked(board))
    for number in range(30):
        browser.get(f"/nothing/{number}")
        browser.get(f"/ads/{number}")
        browser.client.open("/", method=f"ODD{number}")
    new = {name.partition("{")[2] for name in set(asked(board)) - before}

    assert all("ad.ad" in name for name in new)


def test_searches_are_timed_by_every_door(board: Board) -> None:
    board.publish()
    before, browser = asked(board), board.browser()
    for path in ("/ads", "/ads?q=shopkeeper", "/ads.atom", "/api/v1/ads", "/", "/mine"):
        browser.get(path)
    grown = more(board, before)

    assert grown["bothways_search_seconds_count"] == 4
    assert grown["bothways_search_seconds_sum"] > 0


def test_times_that_redis_did_not_answer_are_told(make_app: Callable[..., Flask]) -> None:
    client = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    assert numbers(client.get("/metrics").text)["bothways_limit_fallbacks_total"] == 0
    assert client.get("/api/v1/ads").status_code == 200
    assert numbers(client.get("/metrics").text)["bothways_limit_fallbacks_total"] == 1


def test_pages_done_anew_are_counted(app: Flask) -> None:
    class Refused(Exception):
        sqlstate = "40001"

    turns = iter([sa.exc.OperationalError("UPDATE", {}, Refused())] * 2)

    def page() -> str:
        for error in turns:
            raise error
        return "at last"

    app.add_url_rule("/collides", "collides", page)
    client = app.test_client()
    before = numbers(client.get("/metrics").text)["bothways_database_collisions_total"]
    assert client.get("/collides").text == "at last"
    after = numbers(client.get("/metrics").text)["bothways_database_collisions_total"]
    assert after - before == 2


def test_memory_is_told(board: Board) -> None:
    assert asked(board)["process_resident_memory_bytes"] > 10_000_000


# --- how the board stands -------------------------------------------------------------------------


def test_ads_held_things_and_cases(board: Board) -> None:
    box = board.publish(email=GWEN)
    held(board)
    report(board, box)
    found = asked(board)

    assert found["bothways_ads_live"] == 1
    assert found['bothways_held{kind="ad"}'] == 1
    assert found['bothways_held{kind="message"}'] == 0
    assert found["bothways_cases_open"] == 1
    board.clock.shift(timedelta(days=61))
    assert asked(board)["bothways_ads_live"] == 0


def test_how_far_the_index_is_behind(board: Board) -> None:
    box = board.publish()
    browser = board.sign_in(AD["email"])
    assert asked(board)["bothways_index_marks"] == 0
    browser.press("/mine", action=f"/ads/{box}/pause")
    board.clock.shift(timedelta(seconds=90))
    found = asked(board)

    assert found["bothways_index_marks"] == 1
    assert 90 <= found["bothways_index_lag_seconds"] < 120
    board.work()
    assert asked(board)["bothways_index_lag_seconds"] == 0


def test_mails_by_state_and_age(board: Board) -> None:
    board.post_ad()
    board.clock.shift(timedelta(minutes=3))
    found = asked(board)

    assert 180 <= found['bothways_outbox_oldest_seconds{state="pending"}'] < 210
    assert found['bothways_outbox_oldest_seconds{state="dead"}'] == 0


def test_a_workers_last_sign_of_life(board: Board) -> None:
    assert "bothways_worker_heartbeat_age_seconds" not in asked(board)
    board.work()
    board.clock.shift(timedelta(seconds=40))
    assert 40 <= asked(board)["bothways_worker_heartbeat_age_seconds"] < 60


def test_a_match_is_two_who_both_want_to_talk(board: Board) -> None:
    box = board.publish(email=GWEN)
    path = board.converse(box, email=DAFYDD)
    assert asked(board)['bothways_matches_total{by="answer"}'] == 0
    writer = board.sign_in(GWEN)
    for words in (
        "With pleasure. Friday at three, at the harbour?",
        "Or on Saturday, if you like.",
    ):
        writer.press(path, message=words)
    found = asked(board)

    assert found['bothways_matches_total{by="answer"}'] == 1
    assert found['bothways_matches_total{by="introduction"}'] == 0


def test_two_who_were_introduced_are_a_match(board: Board) -> None:
    rhian = broker(board)
    first, second = (board.publish(email=f"{it}@members.example") for it in ("one", "two"))
    assert propose(rhian, first, second).status_code == 303
    for name in ("one", "two"):
        assert asked(board)['bothways_matches_total{by="introduction"}'] == 0
        says(board, introduced(board, f"{name}@members.example"), "yes")

    assert asked(board)['bothways_matches_total{by="introduction"}'] == 1


def test_without_its_database_a_process_still_tells_of_itself(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(database_url="postgresql://board:s3cret@127.0.0.1:1/board")
    page = app.test_client().get("/metrics")

    assert page.status_code == 200
    found = numbers(page.text)
    assert found["bothways_database_up"] == 0
    assert "bothways_ads_live" not in found
    assert found["process_resident_memory_bytes"] > 0
