"""Anything at all, at every door: no breakdown, no trace of the inside, nothing slow."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from tests.board import AD, MESSAGE, Board
from tests.security.scene import Scene, rules, scene, token_of

EXAMPLES = 12  # for each door and way
SECONDS = 2.0  # of this process alone, whatever else the machine does
INSIDE = ("Traceback", "werkzeug", "sqlalchemy", "sqlite3", "/app/", "jinja2", "whoosh")
FIELDS = sorted(
    {*AD, "message", "text", "reason", "go", "do", "started", "next", "wish", "swap", "pace", "q"}
    | {"side", "skill", "mode", "within", "sort", "page", "cursor", "person", "share", "change"}
    | {"leave_this_empty", "return_open", "place_id", "last", "attach", "mute", "upto", "choose"}
)
ODD = [
    *("\0", "\r\nX: y", "%00", "../../etc/passwd", "{{7*7}}", "${7*7}", "' OR 1=1 --", "\ud800"),
    *("9" * 400, "-1", "1e999", "NaN", "٣", "\u202e", "(" * 300, "a*" * 200, "[" * 99, "~9999"),
]
HONEST = [str(value) for value in AD.values()] + [MESSAGE, "seeks", "1", "any", "yes", "spam"]
text = st.one_of(
    st.text(max_size=60),
    st.sampled_from(HONEST),
    st.sampled_from(ODD),
    st.builds(lambda one, times: one * times, st.text(min_size=1, max_size=3), st.integers(0, 900)),
)
typed = st.lists(st.tuples(st.sampled_from(FIELDS), text), max_size=8)
part = st.text(min_size=1, max_size=40).filter(lambda one: one not in {".", ".."})


@pytest.fixture
def here(board: Board) -> Scene:
    return scene(board)


def sendable(pairs: list[tuple[str, str]]) -> MultiDict[str, str]:
    """What a client can put on the wire: half a character becomes a broken one."""
    return MultiDict((name, value.encode("utf-8", "replace").decode()) for name, value in pairs)


def path_of(here: Scene, rule: Rule, odd: str) -> str:
    """The address of something that is there, or with something odd in its place."""
    path = here.path(rule)
    odd = odd.encode("utf-8", "replace").decode().replace("/", "%2F").replace("?", "%3F")
    for value in (here.box, here.key, here.alert, here.token) if odd else ():
        path = path.replace(value, odd)
    return path


def ask(here: Scene, method: str, path: str, sent: MultiDict[str, str], number: int) -> None:
    """Send it as nobody and as Gwen, each time from another network."""
    for browser in (here.board.browser(), here.gwen):
        data: dict[str, Any] = {"query_string" if method == "GET" else "data": sent}
        began = time.process_time()
        answer = browser.client.open(
            path, method=method, environ_overrides={"REMOTE_ADDR": f"10.{number % 250}.1.2"}, **data
        )
        shown = answer.get_data(as_text=True)
        assert answer.status_code < 500 or path == "/readyz", (method, path, sent)
        assert time.process_time() - began < SECONDS, (method, path, sent)
        assert not [word for word in INSIDE if word in shown], (method, path, sent)
        answer.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_anything_at_every_door(here: Scene, method: str) -> None:
    tokens = (token_of(here.board.browser()), token_of(here.gwen))
    doors = rules(here.board.app, method)
    if method == "POST":  # what ends Gwen's session would leave the rest to nobody
        doors = [rule for rule in doors if rule.endpoint not in {"my_data.sign_out", "link.act"}]

    @settings(
        max_examples=EXAMPLES * len(doors),
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        rule=st.sampled_from(doors),
        odd=st.one_of(st.just(""), part),
        pairs=typed,
        token=st.sampled_from(tokens),
        number=st.integers(0, 250),
    )
    def everywhere(
        rule: Rule, odd: str, pairs: list[tuple[str, str]], token: str, number: int
    ) -> None:
        sent = sendable(pairs)
        if method == "POST":
            sent.add("csrf_token", token)
        ask(here, method, path_of(here, rule, odd), sent, number)

    everywhere()


@pytest.mark.parametrize(
    "path",
    [
        *("/..%2f..%2fetc/passwd", "/static/..%2f..%2f.env", "/static/../config.py", "/.env"),
        *("/static//etc/passwd", "/static/..\\..\\.env", "/static/%00.css", "/%ff%fe", "/static/"),
        *("/ads/%e0%a4%a", "/.git/config", "/instance/bothways.db", "/ads/..;/mine"),
        *("/%2e%2e/%2e%2e/.env", "/l/..%2fmine"),
    ],
)
def test_no_path_leads_out_of_the_house(board: Board, path: str) -> None:
    answer = board.browser().client.get(path)
    assert answer.status_code in {400, 404}
    assert "root:" not in answer.text
    assert "SECRET" not in answer.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "PUT", "PATCH"])
def test_other_methods_do_nothing(board: Board, method: str) -> None:
    for path in ("/", "/ads", "/mine", "/ads/new"):
        answer = board.browser().client.open(path, method=method)
        assert answer.status_code in {400, 405}, path
