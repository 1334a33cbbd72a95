"""Whether the board knows an address is told by no answer, and by no work done for it."""

import re
from collections import Counter

import pytest

from tests.board import AD, MESSAGE, Board, Form
from tests.pages.look import statements

KNOWN, UNKNOWN = str(AD["email"]), "nobody.known@letters.example"
DOORS = {
    "/mine": ("/mine", "/mine", {}),
    "erase": ("/mine?wish=erase", "/mine", {}),
    "post": ("/ads/new", "", AD | {"headline": "Yet another ad, by whoever it is", "go": "mail"}),
    "reply": ("/ads/{box}", "/reply", {"message": MESSAGE, "name": "Whoever"}),
    "alert": ("/ads?q=choir", "/alerts", {"pace": "at_once"}),
    "report": ("/ads/{box}/report", "/report", {"reason": "spam"}),
}
# Reading somebody's own rows is what can differ; what is written weighs the most and is told apart.
SPARE = 6  # statements


def asked(board: Board, door: str, email: str, box: str) -> tuple[object, Counter[str], int]:
    """The answer to that form, the tables written to for it, and how many statements it took."""
    path, action, typed = DOORS[door]
    browser = board.browser()
    page = browser.get(path.format(box=box))
    form = Form(page.text, action=action)
    board.clock.shift(20)
    sent = form.filled(**(typed | {"email": email}))
    with statements(board.app) as said:
        answer = browser.client.post(form.action or page.request.path, data=sent)
    written = Counter(s.split()[2] for s in said if s.startswith("INSERT INTO"))
    location = re.sub(r"/reported/\w+", "/reported/…", answer.location or "")
    shown = re.sub(r'name="(?:csrf_token|started)" value="[^"]*"', "", answer.text)
    shown = re.sub(r"/reported/\w+", "/reported/…", shown)
    headers = frozenset(answer.headers.keys())
    return (answer.status_code, location, shown, headers), written, len(said)


@pytest.mark.parametrize("door", DOORS)
def test_known_and_unknown_get_the_same_answer_for_the_same_work(board: Board, door: str) -> None:
    box = board.publish(email="the.writer@members.example", headline="An ad to write to")
    board.publish(email=KNOWN)

    unknown, new, much = asked(board, door, UNKNOWN, box)
    known, old, as_much = asked(board, door, KNOWN, box)

    assert known == unknown
    assert set(old) <= set(new)
    assert abs(much - as_much) <= SPARE


def test_whose_ad_it_is_is_told_to_nobody_who_types_its_writer_s_address(board: Board) -> None:
    box = board.publish()
    mine, _, _ = asked(board, "reply", KNOWN, box)
    other, _, _ = asked(board, "reply", UNKNOWN, box)
    assert mine == other
