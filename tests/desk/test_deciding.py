"""Decisions: one press does it, both sides are told, the log has it; of two brokers one wins."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.board import AD, Board, Browser
from tests.desk.desk import OTHER, broker, command, decide, held, known, queue, report
from tests.oracle import assert_no_leak
from tests.outside import columns_of, say
from tests.pages.look import field_errors, fields, rows, statements, words

WRITER = "held@members.example"


def state(board: Board, box: str) -> str:
    return str(rows(board.app, f"SELECT state FROM ads WHERE box = '{box}'")[0][0])


def log(board: Board) -> list[tuple[object, ...]]:
    return rows(board.app, "SELECT who, what, kind, subject, reason FROM moderation_log")


def test_a_held_ad_is_let_through(board: Board, rhian: Browser) -> None:
    box = held(board)
    assert "Ad held" in queue(rhian)
    page = rhian.get(f"/desk/ad/{box}")
    assert "A field was filled in that people don’t see" in words(page)
    assert WRITER not in page.text

    answer = decide(rhian, f"/desk/ad/{box}", "publish")

    assert (answer.status_code, answer.location) == (303, "/desk")
    assert state(board, box) == "live"
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 200
    assert f"/ads/{box}" in board.mails(WRITER)[-1].get_content()
    assert log(board) == [("broker 1", "publish", "ad", box, "fine")]
    assert "Nothing waits for you" in queue(rhian)


@pytest.mark.parametrize(
    ("what", "after", "subject"),
    [
        ("remove", "removed", "Your ad has been taken off the board"),
        ("change", "held", "Please change your ad"),
        ("pause", "paused", "Your ad rests"),
        ("warn", "live", "A word from our broker"),
        ("suspend", "held", "Your address is paused here"),
    ],
)
def test_each_decision_about_a_reported_ad(
    board: Board, rhian: Browser, what: str, after: str, subject: str
) -> None:
    box = board.publish()
    report(board, box, text="It sells lamps.", email="finder@letters.example")

    said = {"reason": "spam", "sentence": f"Lamps are for the market, said {AD['email']}."}
    answer = decide(rhian, f"/desk/ad/{box}", what, **said)

    assert answer.status_code == 303, answer.text
    assert state(board, box) == after
    told = board.mails(AD["email"])[-1]
    assert subject in str(told["Subject"])
    for words_ in ("It’s spam, or sells something", "Lamps are for the market", "/l/appeal-"):
        assert words_ in told.get_content()
    assert "finder" not in told.get_content()
    assert_no_leak(told.as_bytes(), "finder@letters.example")
    heard = board.mails("finder@letters.example")[-1]
    assert "has done something about it" in " ".join(heard.get_content().split())
    assert_no_leak(heard.as_bytes(), AD["email"])
    assert log(board)[-1] == ("broker 1", what, "ad", box, "spam")
    assert "Nothing waits for you" in queue(rhian)


def test_nothing_wrong_leaves_it_and_tells_the_reporter(board: Board, rhian: Browser) -> None:
    box = board.publish()
    report(board, box, email="finder@letters.example")
    mails = len(board.mails(AD["email"]))

    assert decide(rhian, f"/desk/ad/{box}", "none").status_code == 303

    assert state(board, box) == "live"
    assert len(board.mails(AD["email"])) == mails
    heard = " ".join(board.mails("finder@letters.example")[-1].get_content().split())
    assert "may stay as it is" in heard


def test_a_hard_decision_needs_a_reason(board: Board, rhian: Browser) -> None:
    box = held(board)

    page = decide(rhian, f"/desk/ad/{box}", "remove", sentence="Not here.")

    assert page.status_code == 422
    assert list(field_errors(page)) == ["reason"]
    assert fields(page, action=f"/desk/ad/{box}")["sentence"] == ["Not here."]
    assert state(board, box) == "held"
    assert log(board) == []


def test_of_two_brokers_at_once_one_wins_and_the_other_is_told(
    board: Board, rhian: Browser
) -> None:
    box, owain = held(board), broker(board, OTHER)
    path = f"/desk/ad/{box}"
    one, two = rhian.get(path), owain.get(path)

    assert rhian.send(one, action=path, decision="publish").status_code == 303
    late = owain.send(two, action=path, decision="remove", reason="spam", sentence="No lamps.")

    assert late.status_code == 409
    assert "Another broker has decided this" in words(late)
    assert fields(late, action=path)["sentence"] == ["No lamps."]
    assert state(board, box) == "live"
    assert [line[1] for line in log(board)] == ["publish"]


def test_the_database_itself_keeps_one_of_two(board: Board, rhian: Browser) -> None:
    box = held(board)
    decide(rhian, f"/desk/ad/{box}", "publish")
    again = "INSERT INTO decisions (kind, subject, what, reason, sentence, after, created_at) "
    again += "SELECT kind, subject, 'remove', 'spam', '', after, created_at FROM decisions"
    with pytest.raises(IntegrityError):
        say(board.app, again)


def test_a_double_press_is_one_decision(board: Board, rhian: Browser) -> None:
    box = held(board)
    path = f"/desk/ad/{box}"
    page = rhian.get(path)
    sent = {"decision": "remove", "reason": "spam"}

    assert rhian.send(page, action=path, **sent).status_code == 303
    mails = len(board.mails(WRITER))
    assert rhian.send(page, action=path, **sent).status_code == 303

    assert len(log(board)) == 1
    assert len(board.mails(WRITER)) == mails


def test_what_is_not_offered_is_refused(board: Board, rhian: Browser) -> None:
    box = held(board)
    path = f"/desk/ad/{box}"
    for what in ("pause", "lift", "dance", ""):
        assert decide(rhian, path, what, reason="spam").status_code == 409
    assert log(board) == []
    assert rhian.get("/desk/ad/ZZZZZZ").status_code == 404
    assert rhian.get("/desk/thread/0000000000000000").status_code == 404
    assert rhian.get("/desk/person/P0000000").status_code == 404


def test_a_changed_ad_comes_back_to_the_desk(board: Board, rhian: Browser) -> None:
    writer = board.browser()
    box = board.publish(writer)
    report(board, box)
    decide(rhian, f"/desk/ad/{box}", "change", reason="unclear", sentence="Which town?")
    assert "Nothing waits for you" in queue(rhian)
    assert board.browser().get(f"/ads/{box}").status_code == 410

    assert writer.press(f"/ads/{box}/edit", about="In Aberaeron.").status_code == 303

    assert "Its writer has changed it" in queue(rhian)
    assert decide(rhian, f"/desk/ad/{box}", "publish").status_code == 303
    assert "In Aberaeron." in board.browser().get(f"/ads/{box}", follow_redirects=True).text


def test_a_suspended_address_can_neither_post_nor_write(board: Board, rhian: Browser) -> None:
    writer, other = board.browser(), board.browser()
    box = board.publish(writer)
    theirs = board.publish(other, email="other@members.example", headline="Another ad altogether")
    board.reply(theirs, writer, email=AD["email"], name="Gwen")
    board.work()  # it is delivered; what was not is in test_suspended.py
    thread = re.findall(r'href="(/threads/\w+)"', writer.get("/mine").text)[0]
    report(board, box)

    decide(rhian, f"/desk/ad/{box}", "suspend", reason="unsafe")

    assert state(board, box) == "held"
    assert board.browser().get(f"/ads/{box}").status_code == 410
    assert "A broker has paused your address" in words(writer.press(thread, message="Hello again"))
    board.post_ad(writer, headline="A further ad of the same writer")
    refused = writer.press(board.link(AD["email"]))
    assert refused.status_code == 409
    assert "A broker has paused your address" in words(refused)
    third = board.publish(email="third@members.example", headline="A third ad, to write to")
    refused = board.reply(third, writer, email=AD["email"], name="Gwen")
    assert "A broker has paused your address" in words(refused)
    assert rows(board.app, "SELECT count(*) FROM messages") == [(1,)]

    assert decide(rhian, f"/desk/ad/{box}", "lift").status_code == 303
    assert state(board, box) == "live"
    assert writer.press(thread, message="Hello again").status_code == 303


def test_a_held_first_message_is_read_and_decided(board: Board, rhian: Browser) -> None:
    box = board.publish()
    sender = board.browser()
    page = sender.get(f"/ads/{box}", follow_redirects=True)
    message = "Dear Box, I kept a shop for nineteen years and can show you a rota."
    typed = {"message": message, "name": "Dafydd", "email": "dafydd@letters.example"}
    sender.send(page, takes=timedelta(seconds=1), **typed)
    sender.press(board.link("dafydd@letters.example"))
    assert "First message held" in queue(rhian)
    path = re.findall(r'href="(/desk/thread/\w+)"', rhian.get("/desk").text)[0]
    assert message in words(rhian.get(path))

    assert decide(rhian, path, "publish").status_code == 303

    assert message in board.mails(AD["email"])[-1].get_content()
    assert log(board)[-1][:3] == ("broker 1", "publish", "thread")


def test_a_flood_by_one_address_is_one_row_and_one_press(board: Board, rhian: Browser) -> None:
    for number in range(5):
        held(board, headline=f"Lamps and lanterns, lot {number}")
    assert "5 ads held, much alike" in queue(rhian)
    path = re.findall(r'href="(/desk/ad/\w+/alike)"', rhian.get("/desk").text)[0]
    mails = len(board.mails(WRITER))

    nothing = decide(rhian, path, "remove")
    answer = decide(rhian, path, "remove", reason="spam")

    assert nothing.status_code == 422
    assert answer.status_code == 303, answer.text
    assert rows(board.app, "SELECT state, count(*) FROM ads GROUP BY state") == [("removed", 5)]
    assert [line[1] for line in log(board)] == ["remove"] * 5
    assert len(board.mails(WRITER)) == mails + 1  # one mail for all of them
    assert "4 more like it" in board.mails(WRITER)[-1].get_content()


def test_the_old_commands_write_the_log_as_the_operator(board: Board) -> None:
    first, second = held(board), board.publish()
    command(board, "ads", "publish", first)
    command(board, "ads", "remove", second)
    assert [(line[0], line[1], line[3]) for line in log(board)] == [
        ("operator", "publish", first),
        ("operator", "remove", second),
    ]


def test_what_is_overdue_comes_first_and_says_so(board: Board, rhian: Browser) -> None:
    old = held(board, headline="An ad that has waited for long")
    board.clock.shift(timedelta(days=2, hours=5))
    rhian = board.sign_in("rhian@chamber.example")
    new = board.publish(email="new@members.example", headline="An ad of today’s")
    report(board, new, reason="unsafe")

    said = queue(rhian)
    assert "Overdue by 5 hours" in said
    assert said.index("An ad that has waited") < said.index("unsafe or against the law")
    page = rhian.get("/desk").text
    assert page.index(old) < page.index(new)


def queue_of(board: Board, count: int) -> None:
    """So many held ads by as many addresses, as rows."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
    say(
        board.app,
        f"INSERT INTO people (email, email_key, created_at) {numbers} SELECT "
        "'p' || i || '@flood.example', 'p' || i || '@flood.example', '2026-01-01 00:00:00' FROM n",
        most=count - 1,
    )
    own = {"id", "box", "person_id", "fingerprint", "text_group"}
    kept = [name for name in columns_of(board.app, "ads") if name not in own]
    say(
        board.app,
        f"INSERT INTO ads (box, person_id, fingerprint, {', '.join(kept)}) "
        "SELECT substr('00000' || people.id, length('00000' || people.id) - 5), people.id, "
        f"CAST(people.id AS VARCHAR), {', '.join('ads.' + c for c in kept)} "
        "FROM ads, people WHERE ads.state = 'held' AND people.email LIKE '%@flood.example'",
    )


def test_two_thousand_held_are_as_cheap_as_two(board: Board, rhian: Browser) -> None:
    held(board)
    with statements(board.app) as few:
        rhian.get("/desk")
    queue_of(board, 2000)
    with statements(board.app) as many:
        page = rhian.get("/desk")
    assert "2001 things wait" in words(page)
    assert "Page 1 of 81" in words(page)
    assert len(many) <= len(few) + 2
    assert len(re.findall(r'href="/desk/ad/', page.text)) == 25


def test_no_screen_of_the_desk_shows_an_address(board: Board, rhian: Browser) -> None:
    box = held(board)
    live = board.publish()
    report(board, live, known(board, "finder@members.example"), text="Odd.", email="")
    screens: list[Any] = [rhian.get(path) for path in ("/desk", "/desk/mails", "/desk/log")]
    screens += [rhian.get(f"/desk/ad/{b}") for b in (box, live)]
    for screen in screens:
        assert screen.status_code == 200
        assert_no_leak(screen.data, WRITER, AD["email"], "finder@members.example")
