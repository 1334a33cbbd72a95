"""The order of the queue: likely spam behind what is honest, and never for longer than promised."""

import re
from datetime import timedelta

from tests.board import AD, MESSAGE, Board, Browser
from tests.desk.desk import BROKER, change, decide, held, report
from tests.pages.look import rows, words
from tests.words import own_sides


def order(browser: Browser) -> list[str]:
    """What waits, from the top, by kind and name."""
    return re.findall(r'href="/desk/((?:ad|thread)/\w+)(?:/alike)?"', browser.get("/desk").text)


def score(board: Board, box: str, number: float) -> None:
    change(board, "UPDATE ads SET spam_score = ? WHERE box = ?", (number, box))


def waiting(board: Board, number: int, spam: float) -> str:
    box = held(board, email=f"w{number}@members.example", **own_sides(number))
    score(board, box, spam)
    board.clock.shift(timedelta(minutes=5))
    return f"ad/{box}"


def test_what_reads_like_spam_comes_last_and_says_so(board: Board, rhian: Browser) -> None:
    spam, honest = waiting(board, 1, 0.9), waiting(board, 2, 0.1)
    worse, later = waiting(board, 3, 0.97), waiting(board, 4, 0.49)
    assert order(rhian) == [honest, later, spam, worse]  # of either the oldest first
    said = words(rhian.get("/desk"))
    assert said.count("likely spam") == 2


def test_it_orders_equals_alone(board: Board, rhian: Browser) -> None:
    overdue_spam = waiting(board, 1, 0.9)
    overdue = waiting(board, 2, 0.1)
    board.clock.shift(timedelta(days=2, hours=5))
    rhian = board.sign_in(BROKER)
    fresh = waiting(board, 3, 0.0)
    reported = board.publish(email="r@members.example", **own_sides(4))
    report(board, reported, reason="unsafe")
    assert order(rhian) == [overdue, overdue_spam, f"ad/{reported}", fresh]


def test_it_decides_nothing(board: Board, rhian: Browser) -> None:
    box = waiting(board, 1, 1.0).partition("/")[2]
    board.work()
    assert rows(board.app, f"SELECT state FROM ads WHERE box = '{box}'") == [("held",)]
    assert decide(rhian, f"/desk/ad/{box}", "publish").status_code == 303
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 200


def held_message(board: Board, box: str, number: int) -> str:
    """A first message that was sent too quickly; returns where the desk decides about it."""
    sender, email = board.browser(), f"s{number}@letters.example"
    page = sender.get(f"/ads/{box}", follow_redirects=True)
    text = f"{MESSAGE} {own_sides(number)['seeks']}"
    sender.send(page, takes=timedelta(seconds=1), message=text, name="Sender", email=email)
    sender.press(board.link(email))
    return str(rows(board.app, "SELECT key FROM threads ORDER BY id DESC LIMIT 1")[0][0])


def test_messages_go_the_same_way(board: Board, rhian: Browser) -> None:
    box = board.publish()
    first, second = held_message(board, box, 1), held_message(board, box, 2)
    change(board, "UPDATE threads SET spam_score = 0.8 WHERE key = ?", (first,))
    assert order(rhian) == [f"thread/{second}", f"thread/{first}"]


def test_both_sides_hear_of_a_message_that_is_let_through(board: Board, rhian: Browser) -> None:
    box = board.publish()
    key = held_message(board, box, 1)
    path = f"/desk/thread/{key}"
    page = rhian.get(path)

    for _ in range(2):  # a double press is one decision, and one mail
        assert rhian.send(page, action=path, decision="publish").status_code == 303

    told = board.mails("s1@letters.example")
    subjects = [str(mail["Subject"]).partition(":")[0] for mail in told]
    assert subjects.count("Your message is on its way") == 1
    assert subjects[-1] == "Your message is on its way"
    assert str(AD["email"]) not in told[-1].as_string()
    link = board.link("s1@letters.example")
    sender = board.sign_in("s1@letters.example")
    assert sender.press(link).location == f"/threads/{key}"
    assert MESSAGE in board.mails(str(AD["email"]))[-1].get_content()
