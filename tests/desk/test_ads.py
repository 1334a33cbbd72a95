"""Every ad in whatever state can be found at the desk; no list shows an address."""

import re
from datetime import timedelta

import pytest

from tests.board import AD, MESSAGE, Board, Browser
from tests.desk.desk import BROKER, change, command, decide, handle_of, held
from tests.oracle import assert_no_leak
from tests.outside import columns_of
from tests.pages.look import rows, statements, words
from tests.words import own_sides

WRITER = "mabli.writer@members.example"


def found(browser: Browser, **asked: object) -> list[str]:
    """The Boxes in the list, in order."""
    page = browser.get("/desk/ads", query_string=asked)
    assert page.status_code == 200, page.text
    return re.findall(r"Box (\w{6})", words(page))


def ad(board: Board, number: int, headline: str, **changes: object) -> str:
    return board.publish(headline=headline, **own_sides(number) | changes)


def test_an_ad_in_each_state_is_there_and_says_how_it_stands(board: Board, rhian: Browser) -> None:
    writer = board.browser()
    boxes = {
        state: board.publish(writer, headline=f"An ad that will be {state}", **own_sides(number))
        for number, state in enumerate(("open", "paused", "closed", "ran out", "removed"))
    }
    writer.press("/mine", action=f"{boxes['paused']}/pause")
    writer.press("/mine", action=f"{boxes['closed']}/close")
    decide(rhian, f"/desk/ad/{boxes['removed']}", "remove", reason="spam")
    run_out = f"UPDATE ads SET expires_at = posted_at WHERE box = '{boxes['ran out']}'"
    change(board, run_out)
    boxes["held"] = held(board, headline="An ad that is held")
    board.post_ad(email=WRITER, headline="Not confirmed yet, this one", **own_sides(9))
    waiting = str(rows(board.app, "SELECT box FROM ads WHERE state = 'unconfirmed'")[0][0])

    page = rhian.get("/desk/ads")

    assert set(re.findall(r"Box (\w{6})", words(page))) == {*boxes.values(), waiting}
    assert "held: A field was filled in" in words(page)
    assert "not confirmed yet" in words(page)
    assert_no_leak(page.data, WRITER, AD["email"], "held@members.example")
    assert 'href="/desk/ads"' in rhian.get("/desk").text
    names = {"open": "live", "ran out": "expired"}
    for state, box in (boxes | {"unconfirmed": waiting}).items():
        assert found(rhian, state=names.get(state, state)) == [box], state
        assert rhian.get(f"/desk/ad/{box}").status_code == 200
    assert "ran out" in words(rhian.get(f"/desk/ad/{boxes['ran out']}"))


@pytest.mark.parametrize(
    "asked",
    [
        *("Machynlleth", "MACHYNLLETH", "gwenyn", "môr", "mor", "MOR", "Môr gwenyn"),
        *("cafe", "CAFÉ", "café", "naive", "beekeeping", "Anwen", "smörgås", "smorgas"),
    ],
)
def test_words_are_found_however_they_are_written(board: Board, rhian: Browser, asked: str) -> None:
    box = ad(
        board,
        1,
        "A walk by the Môr, near Machynlleth",
        about="Gwenyn, naïve questions, a Smörgås and the CAFÉ.",
        name="Anwen",
        seeks_skills="bookkeeping",
        offers_skills="beekeeping",
    )
    ad(board, 2, "Something else altogether")
    assert found(rhian, q=asked) == [box]


def test_all_words_must_be_there(board: Board, rhian: Browser) -> None:
    box = ad(board, 1, "A walk by the sea and a loaf")
    assert found(rhian, q="loaf walk") == [box]
    assert found(rhian, q="loaf dragon") == []
    assert "Nothing like that" in words(rhian.get("/desk/ads?q=loaf+dragon"))
    assert found(rhian, q="100%_ loaf'; --") == []


def test_a_box_is_found_exactly_and_first(board: Board, rhian: Browser) -> None:
    box = ad(board, 1, "The one that is meant")
    other = ad(board, 2, f"Not this, though it speaks of {box}")
    for asked in (box, box.lower(), f"Box {box}"):
        assert found(rhian, q=asked)[0] == box
    assert other in found(rhian, q=box)
    assert found(rhian, q=box, state="closed") == [box]


def test_a_person_is_found_by_what_the_desk_calls_them(board: Board, rhian: Browser) -> None:
    writer = board.browser()
    boxes = {
        board.publish(writer, headline=f"Ad {n} of one writer", **own_sides(n)) for n in (1, 2)
    }
    ad(board, 3, "Of somebody else", email=WRITER)
    handle = handle_of(rhian, boxes.copy().pop())
    assert set(found(rhian, q=handle)) == boxes
    assert set(found(rhian, q=handle.lower())) == boxes
    assert f'href="/desk/people/{handle}"' in rhian.get(f"/desk/ads?q={handle}").text


def test_replies_are_counted_that_reached_the_writer(board: Board, rhian: Browser) -> None:
    box = ad(board, 1, "An ad that people write to", capacity="5")
    for number in range(2):
        board.converse(box, email=f"one{number}@letters.example", message=f"{MESSAGE} {number}")
    board.reply(box, email="unconfirmed@letters.example", message=f"{MESSAGE} Never confirmed.")
    assert "2 replies" in words(rhian.get("/desk/ads"))
    ad(board, 2, "An ad that nobody writes to")
    assert "no reply" in words(rhian.get("/desk/ads"))


def many(board: Board, count: int) -> None:
    """So many more ads like the one there is."""
    columns = columns_of(board.app, "ads")
    kept = ", ".join(name for name in columns if name not in {"id", "box", "fingerprint"})
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    source = "FROM n, (SELECT * FROM ads ORDER BY id LIMIT 1) AS one"
    change(
        board,
        f"INSERT INTO ads (box, fingerprint, {kept}) {numbers} "
        f"SELECT substr('00000' || i, length('00000' || i) - 5), CAST(i AS VARCHAR), {kept} "
        f"{source}",
        (count,),
    )


def test_pages_follow_one_another_without_a_gap(board: Board, rhian: Browser) -> None:
    oldest = ad(board, 1, "Loaf of bread, the first")
    many(board, 60)
    for asked in ({}, {"q": "bread"}, {"state": "live"}):
        seen: list[str] = []
        page = rhian.get("/desk/ads", query_string=asked)
        for _ in range(3):
            seen += re.findall(r"Box (\w{6})", words(page))
            older = re.search(r'href="([^"]*before=\d+[^"]*)" rel="next"', page.text)
            if older:
                page = rhian.get(older[1].replace("&amp;", "&"))
        assert older is None
        assert len(seen) == len(set(seen)) == 61
        assert seen[-1] == oldest


def test_a_long_way_back_is_gone_in_steps(
    board: Board, rhian: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = ad(board, 1, "Dragon, the oldest ad there is")
    many(board, 300)
    change(board, f"UPDATE ads SET headline = 'A loaf' WHERE box <> '{oldest}'")
    monkeypatch.setattr("app.ads.finding.LOOKED_THROUGH", 120)
    page = rhian.get("/desk/ads?q=dragon")
    assert "There are older ones" in words(page)
    for _ in range(2):
        older = re.search(r'href="([^"]*before=\d+[^"]*)" rel="next"', page.text)
        assert older
        page = rhian.get(older[1].replace("&amp;", "&"))
    assert oldest in words(page)


@pytest.mark.parametrize("before", ["-1", "0", "9" * 30, "x", "1"])
def test_odd_pages_are_pages(board: Board, rhian: Browser, before: str) -> None:
    ad(board, 1, "A loaf")
    for asked in ("", "loaf", "[" * 90, "\0", "%00", "*" * 300):
        query = {"before": before, "q": asked, "state": asked}
        assert rhian.get("/desk/ads", query_string=query).status_code == 200


@pytest.mark.parametrize("path", ["/desk/ads", "/desk/ads?q=loaf", "/desk/ads?state=live"])
def test_a_page_asks_as_much_however_much_there_is(board: Board, rhian: Browser, path: str) -> None:
    ad(board, 1, "Loaf of bread")
    with statements(board.app) as few:
        rhian.get(path)
    many(board, 100)
    with statements(board.app) as lots:
        page = rhian.get(path)
    assert len(re.findall(r"Box \d{6}", words(page))) == 25
    assert len(lots) <= len(few)


def test_an_operator_removes_for_the_same_reasons_as_the_desk(board: Board) -> None:
    box = ad(board, 1, "A shop for lamps")
    command(board, "ads", "remove", box, "--reason", "spam")
    assert rows(board.app, "SELECT what, reason FROM moderation_log") == [("remove", "spam")]
    told = board.mails(AD["email"])[-1].get_content()
    assert "It’s spam, or sells something" in told
    refused = board.app.test_cli_runner().invoke(args=["ads", "remove", box, "--reason", "mood"])
    assert refused.exit_code == 2
    assert BROKER not in refused.output


def test_age_is_told(board: Board, rhian: Browser) -> None:
    ad(board, 1, "A loaf")
    assert "new today" in words(rhian.get("/desk/ads"))
    board.clock.shift(timedelta(days=5, hours=1))
    rhian = board.sign_in(BROKER)
    assert "5 days old" in words(rhian.get("/desk/ads"))
