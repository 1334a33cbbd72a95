"""Whatever belongs to somebody is not there for anybody else, by whatever door they try."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.board import AD, MESSAGE, Board
from tests.security.scene import Scene, kept, rules, scene, token_of

TYPED = AD | {"message": MESSAGE, "text": "Words", "reason": "spam", "go": "mail", "do": "stop"}


@pytest.fixture
def here(board: Board) -> Scene:
    return scene(board)


def personal(app: Flask, method: str) -> list[Rule]:
    """The doors to what one person owns."""
    found = [
        rule
        for rule in rules(app, method)
        if rule.arguments and getattr(app.view_functions[rule.endpoint], "personal", False)
    ]
    assert len(found) >= (3 if method == "GET" else 8)
    return found


def test_somebody_else_finds_nothing_at_all(here: Scene) -> None:
    app, token = here.board.app, token_of(here.mair)
    before = kept(app)

    for rule in personal(app, "GET"):
        assert here.mair.get(here.path(rule)).status_code == 404, rule
    for rule in personal(app, "POST"):
        sent = TYPED | {"csrf_token": token}
        answer = here.mair.client.post(here.path(rule), data=sent)
        assert answer.status_code == 404, rule
        assert "Dafydd" not in answer.text
    assert kept(app) == before


def test_neither_side_of_a_conversation_owns_the_other_s_things(here: Scene) -> None:
    app = here.board.app
    before = kept(app)

    for rule in personal(app, "POST"):
        whose = here.gwen if rule.rule.startswith("/alerts") else here.dafydd
        if rule.rule.startswith("/threads"):
            continue
        sent = TYPED | {"csrf_token": token_of(whose)}
        assert whose.client.post(here.path(rule), data=sent).status_code == 404, rule
    assert here.dafydd.get(f"/ads/{here.box}/edit").status_code == 404
    assert kept(app) == before


def test_what_is_unknown_looks_like_what_is_somebody_else_s(here: Scene) -> None:
    pairs = [(f"/threads/{here.key}", "/threads/0123456789abcdef"), (f"/ads/{here.box}/edit", "")]
    for theirs, nobodys in pairs:
        one = here.mair.get(theirs)
        other = here.mair.get(nobodys or "/ads/ZZZZZZ/edit")
        assert (one.status_code, one.text) == (other.status_code, other.text)


def test_whoever_is_not_signed_in_is_asked_who_they_are(here: Scene) -> None:
    app, guest = here.board.app, here.board.browser()
    token, before = token_of(guest), kept(app)

    for rule in personal(app, "GET"):
        answer = guest.get(here.path(rule))
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/mine"), rule
    for rule in personal(app, "POST"):
        sent = TYPED | {"csrf_token": token}
        assert guest.client.post(here.path(rule), data=sent).status_code == 403, rule
    assert kept(app) == before


def test_a_key_of_one_kind_opens_nothing_of_another(here: Scene) -> None:
    for browser in (here.gwen, here.mair, here.board.browser()):
        for kind in ("alert-", "answer-", "appeal-", "meet-", "report-", "stop-"):
            for token in (here.token, here.key, here.alert, here.box):
                answer = browser.get(f"/l/{kind}{token}")
                assert answer.status_code in {404, 410}, (kind, answer.status_code)
    for path in (f"/threads/{here.alert}", f"/threads/{here.box}", f"/ads/{here.key}"):
        assert here.gwen.get(path).status_code == 404, path


def test_a_stolen_number_of_a_session_in_the_database_opens_nothing(here: Scene) -> None:
    """What is kept of sessions and links is a digest: a copied database signs nobody in."""
    text = "\n".join(kept(here.board.app))
    cookie = here.gwen.client.get_cookie("bothways")
    assert cookie is not None
    assert here.token not in text
    with here.gwen.client.session_transaction() as session:
        assert session["sid"] not in text
