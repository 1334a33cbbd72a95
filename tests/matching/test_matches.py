"""Who could swap with whom, through the page: both ways, with reasons, whatever the order."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.ads import service as ads
from app.ads import transfer
from app.core.clock import utcnow
from app.db import db, transaction
from app.matching import service
from app.matching.vectors import Vectors
from app.tasks import sweep_vectors
from tests.board import Board

CLOCKS: dict[str, Any] = {
    "headline": "Grandfather’s clock has stopped",
    "seeks": "Somebody to show me clock repair.",
    "offers": "Bookkeeping explained over tea.",
    "seeks_skills": "clock repair",
    "offers_skills": "bookkeeping",
    "email": "clocks@members.example",
    "sectors_wanted": "any",
    "sector": "finance",
}
BOOKS: dict[str, Any] = {
    "kind": "offers",
    "headline": "Horologist with a shoebox of receipts",
    "seeks": "Please explain bookkeeping to me.",
    "offers": "Mending clocks at my bench.",
    "seeks_skills": "bookkeeping",
    "offers_skills": "horology",
    "email": "bench@members.example",
    "sectors_wanted": "any",
    "sector": "trades",
}


def matches(board: Board, box: str) -> str:
    board.work()
    answer = board.browser().get(f"/ads/{box}/matches")
    assert answer.status_code == 200
    return answer.text


def boxes(html: str) -> list[str]:
    return re.findall(r"Box (\w{6})</span>", html)


def test_two_ads_that_could_help_each_other_find_each_other_with_reasons(board: Board) -> None:
    clocks, books = board.publish(**CLOCKS), board.publish(**BOOKS)

    page = matches(board, clocks)
    assert boxes(page) == [books]
    assert "This ad seeks <mark>" in page
    assert "they offer <mark>" in page
    assert "this ad offers <mark>" in page
    assert boxes(matches(board, books)) == [clocks]


def test_two_who_share_no_word_find_each_other(board: Board) -> None:
    none = {"seeks_skills": "", "offers_skills": ""}
    leak = {
        "seeks": "Our kitchen tap drips all night and the floor is always wet.",
        "offers": "Bookkeeping and tax, from receipts to the return.",
    }
    pipes = {
        "seeks": "I dread the ledger and what I owe on my earnings.",
        "offers": "Plumber by trade: washers, boilers and leaking pipes.",
    }
    one, other = board.publish(**(CLOCKS | none | leak)), board.publish(**(BOOKS | none | pipes))
    hens = {"seeks": "Two old bicycles to ride.", "offers": "Keeping hens through a winter."}
    board.publish(**(BOOKS | none | hens | {"email": "hens@members.example"}))

    assert boxes(matches(board, one).partition('id="one-way"')[0]) == [other]


def test_an_ad_page_leads_to_its_matches(board: Board) -> None:
    box = board.publish(**CLOCKS)

    assert f'href="/ads/{box}/matches"' in board.browser().get(f"/ads/{box}").text


def test_nobody_yet_is_said(board: Board) -> None:
    assert "Nobody yet" in matches(board, board.publish(**CLOCKS))


def test_one_direction_alone_is_no_mutual_match(board: Board) -> None:
    clocks = board.publish(**CLOCKS)
    other = {"seeks": "How to keep hens through a winter.", "seeks_skills": "keeping hens"}
    board.publish(**(BOOKS | other))

    page = matches(board, clocks)
    assert "Nobody yet who fits both ways" in page
    assert 'id="one-way"' in page
    assert 'id="mutual"' not in page


@pytest.mark.parametrize(
    "change",
    [
        {"email": CLOCKS["email"]},
        {"modes": ["video"], "place": ""},
        {"modes": ["in_person"], "place": "Inverness"},
        {"sectors_wanted": ["some", "health"]},
    ],
    ids=["same person", "no way to meet", "too far", "another sector wanted"],
)
def test_what_two_must_agree_on(board: Board, change: dict[str, Any]) -> None:
    clocks = board.publish(**(CLOCKS | {"modes": ["in_person"]}))
    board.publish(**(BOOKS | {"modes": ["in_person"]} | change))

    assert not boxes(matches(board, clocks))


def test_an_open_return_is_said_and_ranks_below_a_named_one(board: Board) -> None:
    clocks, books = board.publish(**CLOCKS), board.publish(**BOOKS)
    open_return = {
        "seeks": "",
        "seeks_skills": "",
        "return_open": "y",
        "email": "o@members.example",
    }
    other = board.publish(**(BOOKS | open_return))

    page = matches(board, clocks)
    assert boxes(page) == [books, other]
    assert "What they’d like is open: ask." in page


def test_two_open_returns_make_no_mutual_match(board: Board) -> None:
    open_offer = {"offers": "", "offers_skills": "", "return_open": "y"}
    open_wish = {"seeks": "", "seeks_skills": "", "return_open": "y"}
    clocks = board.publish(**(CLOCKS | open_offer))
    fits = board.publish(**(BOOKS | open_wish))
    both_seek = {"kind": "seeks", "email": "s@members.example"}
    board.publish(**(BOOKS | open_offer | both_seek))

    page = matches(board, clocks)
    assert "Nobody yet who fits both ways" in page
    assert boxes(page) == [fits]  # one way: it offers what is sought
    assert 'id="one-way"' in page


def test_nothing_is_left_in_the_vectors_of_whoever_erased_themselves(board: Board) -> None:
    clocks, writer = board.publish(**CLOCKS), board.browser()
    books = board.publish(writer, **BOOKS)
    assert boxes(matches(board, clocks)) == [books]
    folder = board.app.extensions["settings"].vectors_folder
    view = board.app.extensions["vectors"].shelf.view()
    row = len(view.cards) - 1
    kept = [view.first[row], view.second[row], *view.phrases[row, :, 0], view.cards["stamp"][row]]
    kept = [piece.tobytes() for piece in kept]
    assert [piece in files(folder) for piece in kept] == [True] * len(kept)

    writer.press("/mine", action="/mine/erase")
    board.work()

    assert [piece in files(folder) for piece in kept] == [False] * len(kept)


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("action", ["pause", "close"])
def test_what_is_no_longer_live_leaves_at_once(board: Board, action: str) -> None:
    clocks, writer = board.publish(**CLOCKS), board.browser()
    books = board.publish(writer, **BOOKS)
    assert boxes(matches(board, clocks)) == [books]
    writer.press("/mine", action=f"{books}/{action}")

    assert not boxes(board.browser().get(f"/ads/{clocks}/matches").text)


def test_what_is_edited_is_matched_by_its_new_words(board: Board) -> None:
    clocks, writer = board.publish(**CLOCKS), board.browser()
    books = board.publish(writer, **BOOKS)
    words = {"offers": "Keeping hens through a winter.", "offers_skills": "keeping hens"}
    assert writer.press(f"/ads/{books}/edit", **words).status_code == 303

    assert not boxes(board.browser().get(f"/ads/{clocks}/matches").text)  # not by the old ones
    assert books not in boxes(matches(board, clocks).partition('id="one-way"')[0])


def test_an_ad_that_ran_out_is_gone(board: Board) -> None:
    clocks = board.publish(**CLOCKS)
    board.clock.shift(timedelta(days=61))

    assert board.browser().get(f"/ads/{clocks}/matches").status_code == 410


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("28 year old horologist. {}", "horologist. {}"),
        ("Retired horologist, born in 1950. {}", "horologist. {}"),
        ("{} I’m 61.", "{}"),
        ("Woman in trade, {}", "Man in trade, {}"),
        ("Senior master of it. {}", "Master of it. {}"),
    ],
)
def test_age_gender_and_rank_change_no_score(board: Board, said: str, plain: str) -> None:
    clocks = board.publish(**CLOCKS)
    one = board.publish(**(BOOKS | {"offers": said.format(BOOKS["offers"])}))
    two = board.publish(
        **(BOOKS | {"offers": plain.format(BOOKS["offers"]), "email": "two@members.example"})
    )
    board.work()

    scores = {match.ad.box: match.score for match in found(board, clocks).mutual}
    assert scores[one] == pytest.approx(scores[two], abs=1e-6)


def test_the_fit_is_the_same_from_either_side(board: Board) -> None:
    clocks, books = board.publish(**CLOCKS), board.publish(**BOOKS)
    board.work()

    (there,), (back,) = found(board, clocks).mutual, found(board, books).mutual
    assert there.score == pytest.approx(back.score)
    assert there.gets == back.gives


def found(board: Board, box: str) -> service.Matches:
    with board.app.app_context():
        vectors: Vectors = board.app.extensions["vectors"]
        ad = ads.find_ad(db.session, box)
        assert ad is not None
        return service.find(db.session, vectors, ad, now=utcnow())


def test_torn_and_missing_files_are_made_anew(board: Board) -> None:
    board.often = timedelta(days=1).total_seconds()  # an empty shelf is noticed when it is tidied
    clocks, books = board.publish(**CLOCKS), board.publish(**BOOKS)
    folder = board.app.extensions["settings"].vectors_folder
    for damage in ("first", "cards", "kind.json", "beside.npz"):
        assert boxes(matches(board, clocks)) == [books]
        body = (folder / damage).read_bytes()
        (folder / damage).write_bytes(body[: len(body) // 2] if damage != "cards" else b"")
        board.app.extensions["vectors"] = Vectors(folder, by_meaning=False)
    for missing in ("cards", "kind.json"):
        assert boxes(matches(board, clocks)) == [books]
        (folder / missing).unlink()
        board.app.extensions["vectors"] = Vectors(folder, by_meaning=False)

    with board.app.app_context():
        sweep_vectors()
    assert boxes(matches(board, clocks)) == [books]


def test_a_writer_is_mailed_once_the_day_after(board: Board) -> None:
    board.publish(**CLOCKS)
    board.publish(**BOOKS)
    before = len(board.mails(CLOCKS["email"]))
    board.clock.shift(timedelta(hours=25))

    mails = board.mails(CLOCKS["email"])
    assert len(mails) == before + 1
    assert "could swap with you" in str(mails[-1]["Subject"])
    assert BOOKS["headline"] in mails[-1].get_content()
    assert board.browser().get(board.link(CLOCKS["email"])).status_code == 200
    board.clock.shift(timedelta(days=3))
    assert len(board.mails(CLOCKS["email"])) == before + 1


def test_a_writer_whose_ad_was_not_read_yet_is_told_later(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.publish(**CLOCKS)
    board.publish(**BOOKS)
    before = len(board.mails(CLOCKS["email"]))
    board.clock.shift(timedelta(hours=25))
    with monkeypatch.context() as unread:
        unread.setattr(service, "find", lambda *_, **__: service.Matches(ready=False))
        assert len(board.mails(CLOCKS["email"])) == before
    assert len(board.mails(CLOCKS["email"])) == before + 1


@pytest.mark.parametrize(("days", "told"), [(2, 0), (0, 1)])
def test_an_ad_that_comes_from_elsewhere_is_news_only_while_it_is_new(
    board: Board, days: int, told: int
) -> None:
    posted = (utcnow() - timedelta(days=days)).isoformat()
    lines = [json.dumps(as_line(one) | {"posted_at": posted}) for one in (CLOCKS, BOOKS)]
    with board.app.app_context():
        assert transfer.import_lines(lines, now=utcnow(), transaction=transaction).added == 2
    board.clock.shift(timedelta(hours=25))
    board.work()
    board.work()
    subjects = [str(mail["Subject"]) for mail in board.mails(CLOCKS["email"])]
    assert len([one for one in subjects if "could swap with you" in one]) == told


def as_line(ad: dict[str, Any]) -> dict[str, Any]:
    skills = {side: [ad[side]] for side in ("seeks_skills", "offers_skills")}
    more = {"modes": ["phone"], "rhythm": "once", "name": "Ifor", "confirmed": True}
    return {"kind": "seeks"} | ad | skills | more


def test_nobody_is_mailed_about_nobody(board: Board) -> None:
    board.publish(**CLOCKS)
    before = len(board.mails(CLOCKS["email"]))
    board.clock.shift(timedelta(hours=25))

    assert len(board.mails(CLOCKS["email"])) == before
