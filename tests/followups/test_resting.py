"""An ad that leaves three people waiting for a fortnight rests, and its writer puts it back."""

from datetime import timedelta

import pytest

from tests.board import Board
from tests.followups.waiting import GWEN, advertise, answer, end, pass_days, rests, write
from tests.pages.look import rows, words
from tests.pages.shelf import stop_clock


@pytest.fixture
def box(board: Board) -> str:
    stop_clock(board)
    return advertise(board)


def wait(board: Board, box: str, number: int, *, prefix: str = "r") -> list[str]:
    """So many people write, a minute later; the keys of their threads."""
    board.clock.shift(timedelta(minutes=1))
    return [write(board, box, f"{prefix}{n}.waits@crowd.example") for n in range(number)]


def state(board: Board, box: str) -> str:
    return str(rows(board.app, f"SELECT state FROM ads WHERE box = '{box}'")[0][0])


def test_three_who_wait_for_a_fortnight_let_it_rest(board: Board, box: str) -> None:
    wait(board, box, 3)
    pass_days(board, 13.9)
    assert state(board, box) == "live"
    pass_days(board, 0.1)

    assert state(board, box) == "paused"
    assert board.browser().get(f"/ads/{box}").status_code == 410
    (mail,) = rests(board)
    assert "3 people wrote" in mail.get_content()
    pass_days(board, 2)
    assert len(rests(board)) == 1
    assert "people have waited for an answer" in words(board.sign_in(GWEN).get("/mine"))


def test_the_mailed_link_puts_it_back_and_it_stays(board: Board, box: str) -> None:
    wait(board, box, 3)
    pass_days(board, 14)
    link, gwen = _resume(board), board.browser()
    page = gwen.get(link)
    assert "Put your ad back?" in words(page)
    assert state(board, box) == "paused"

    answered = gwen.press(link)
    assert answered.status_code == 303
    assert gwen.get(answered.location).status_code == 200
    pass_days(board, 1)
    assert state(board, box) == "live"  # those who waited before count no more
    assert gwen.get(link).status_code == 410
    assert len(rests(board)) == 1


def test_only_who_came_after_counts_once_it_is_back(board: Board, box: str) -> None:
    wait(board, box, 3)
    pass_days(board, 14)
    board.browser().press(_resume(board))
    wait(board, box, 2, prefix="s")
    pass_days(board, 15)
    assert state(board, box) == "live"
    wait(board, box, 1, prefix="t")
    pass_days(board, 15)
    assert state(board, box) == "paused"
    assert len(rests(board)) == 2


@pytest.mark.parametrize("how", ["answered", "no", "writer", "replier", "block"])
def test_who_was_answered_or_left_does_not_count(board: Board, box: str, how: str) -> None:
    first, *_ = wait(board, box, 3)
    if how == "answered":
        answer(board, first)
    else:
        end(board, first, how)
    pass_days(board, 15)
    assert state(board, box) == "live"


def test_held_and_unconfirmed_ones_do_not_count(board: Board, box: str) -> None:
    wait(board, box, 2)
    write(board, box, "held.x@crowd.example", held="too quick")
    write(board, box, "unsure.x@crowd.example", known=False)
    pass_days(board, 15)
    assert state(board, box) == "live"


def test_another_ad_of_the_same_writer_goes_on(board: Board, box: str) -> None:
    other = advertise(board, headline="Another ad of the same writer")
    wait(board, box, 2)
    wait(board, other, 1)
    pass_days(board, 15)
    assert (state(board, box), state(board, other)) == ("live", "live")


def test_pausing_by_oneself_is_no_rest(board: Board, box: str) -> None:
    gwen = board.sign_in(GWEN)
    gwen.press("/mine", action=f"/ads/{box}/pause")
    assert "people have waited" not in words(gwen.get("/mine"))
    gwen.press("/mine", action=f"/ads/{box}/resume")
    wait(board, box, 3)
    pass_days(board, 15)
    gwen = board.sign_in(GWEN)
    gwen.press("/mine", action=f"/ads/{box}/resume")
    gwen.press("/mine", action=f"/ads/{box}/pause")
    assert "people have waited" not in words(gwen.get("/mine"))


def test_renewed_after_it_ran_out_it_stays_too(board: Board, box: str) -> None:
    wait(board, box, 3)
    pass_days(board, 15)
    pass_days(board, 46)
    link = _resume(board)
    assert board.browser().get(link).status_code == 410  # it ran out meanwhile
    gwen = board.sign_in(GWEN)
    gwen.press("/mine", action=f"/ads/{box}/renew")
    board.work()
    assert state(board, box) == "live"


def test_an_erased_writer_is_told_of_nothing(board: Board, box: str) -> None:
    wait(board, box, 3)
    gwen = board.sign_in(GWEN)
    gwen.press("/mine", action="/mine/erase")
    pass_days(board, 15)
    assert rests(board) == []
    assert rows(board.app, "SELECT count(*) FROM ads") == [(0,)]


def _resume(board: Board) -> str:
    text = rests(board)[-1].get_content()
    return text[text.index("/l/") :].split()[0]
