"""The offer helper: true counts of people, nothing typed is lost, and nothing published by it."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.ads import service as ads
from app.core.clock import utcnow
from app.db import transaction
from app.matching import refresh
from app.people import service as people
from tests.board import AD, Board
from tests.pages.look import dump, fields, main_of, words
from tests.pages.shelf import put

SEEKERS = ("ann", "bob", "cai", "dee")


@pytest.fixture
def board(board: Board) -> Board:
    """A board whose worker has looked at it once: there is an index."""
    board.work()
    return board


def seek(board: Board, skill: str, *names: str, sector: str = "health", **more: object) -> str:
    """Live ads by these people that seek a skill; returns the Box of the last."""
    box = ""
    for name in names:
        values = {"email": f"{name}@members.example", "sector": sector, "seeks_skills": (skill,)}
        values["seeks"] = f"A patient hand with this, says {name}: {skill}."
        box = put(board, **(values | more))
    return box


def suggested(page: TestResponse, side: str = "offers") -> dict[str, str]:
    """What the helper of that side suggests, and what it says beside it."""
    found = re.findall(
        rf'<button name="add_{side}" value="([^"]*)"[^>]*>(.*?)</button>', main_of(page), re.S
    )
    told = {}
    for value, inside in found:
        count = re.search(r'<span class="n">(.*?)</span>', inside)
        told[unescape(value)] = count[1] if count else ""
    return told


def add(board: Board, skill: str, side: str = "offers", **typed: Any) -> TestResponse:
    """Press one suggestion on a form in which `typed` stands."""
    typed[f"add_{side}"] = skill
    return board.browser().press("/ads/new", **typed)


# --- counts ---------------------------------------------------------------------------------------


def test_people_are_counted_not_ads(board: Board) -> None:
    seek(board, "social media", "ann", "bob", "cai")
    seek(board, "social media", "ann", headline="Another ad by the same hand")
    seek(board, "harp", "dee")
    told = suggested(board.browser().get("/ads/new"))
    assert told["social media"] == "3 people seek it"
    assert told["harp"] == "1 person seeks it"


def test_all_spellings_of_a_skill_are_one(board: Board) -> None:
    seek(board, "CV writing", "ann")
    seek(board, "cv-writing", "bob")
    told = suggested(board.browser().get("/ads/new"))
    assert [text for text in told.values() if text] == ["2 people seek it"]


@pytest.mark.parametrize("action", ["close", "pause"])
def test_an_ad_that_leaves_is_counted_no_more_at_once(board: Board, action: str) -> None:
    seek(board, "social media", "ann", "bob")
    box = seek(board, "social media", "cai")
    reader = board.browser()
    assert suggested(reader.get("/ads/new"))["social media"] == "3 people seek it"
    with board.app.app_context(), transaction() as session:
        ad = ads.find_ad(session, box)
        assert ad is not None
        getattr(ads, action)(session, ad=ad, now=utcnow())
    assert suggested(reader.get("/ads/new"))["social media"] == "2 people seek it"
    board.work()
    assert suggested(reader.get("/ads/new"))["social media"] == "2 people seek it"


def test_an_ad_that_runs_out_is_counted_no_more_whether_or_not_anybody_works(board: Board) -> None:
    seek(board, "social media", "ann")
    board.work()
    board.clock.shift(timedelta(days=30))
    seek(board, "social media", "bob")
    board.work()
    reader = board.browser()
    assert suggested(reader.get("/ads/new"))["social media"] == "2 people seek it"
    board.clock.shift(timedelta(days=30, hours=1))
    assert suggested(reader.get("/ads/new"))["social media"] == "1 person seeks it"
    board.clock.shift(timedelta(days=31))
    assert set(suggested(reader.get("/ads/new")).values()) == {""}


def test_somebody_with_an_old_ad_and_a_new_one_counts_once(board: Board) -> None:
    seek(board, "social media", *SEEKERS)
    board.work()
    seek(board, "social media", "ann", "eve", headline="The newest of all ads")
    assert suggested(board.browser().get("/ads/new"))["social media"] == "5 people seek it"


def test_what_is_sought_and_what_is_offered_are_kept_apart(board: Board) -> None:
    seek(board, "social media", "ann", "bob", offers_skills=("first aid",))
    page = board.browser().get("/ads/new")
    offers, seeks = suggested(page), suggested(page, "seeks")
    assert (offers["social media"], seeks["first aid"]) == ("2 people seek it", "2 people offer it")
    assert offers.get("first aid", "") == "" == seeks.get("social media", "")


# --- order ----------------------------------------------------------------------------------------


def test_what_travels_across_sectors_comes_first(board: Board) -> None:
    seek(board, "shift handovers", *SEEKERS)
    for sector, name in zip(("law", "trades", "farming"), SEEKERS, strict=False):
        seek(board, "social media", name, sector=sector)
    assert list(suggested(board.browser().get("/ads/new")))[:2] == [
        "social media",
        "shift handovers",
    ]


def test_what_somebody_of_the_sector_is_likely_to_know_comes_before(board: Board) -> None:
    for skill in ("social media", "harp", "bricklaying"):
        seek(board, skill, *SEEKERS[: 1 if skill == "bricklaying" else 3])
    refused = board.browser().press("/ads/new", sector="trades", seeks="My first web page")
    assert refused.status_code == 422
    assert next(iter(suggested(refused))) == "bricklaying"


def test_what_was_typed_leads_and_what_stands_there_is_left_out(board: Board) -> None:
    for skill in ("social media", "harp", "watch and clock repair", "bread making"):
        seek(board, skill, "ann", *(["bob"] if skill in {"social media", "harp"} else []))
    with board.app.app_context():
        refresh.refresh_now(board.app.extensions["vectors"], now=utcnow())
    page = board.browser().press(
        "/ads/new",
        headline="Clockmaker seeks a first web page",
        about="I mend clocks by the harbour.",
        offers_skills="Harp",
        seeks_skills="social media",
    )
    told = list(suggested(page))
    assert told[0] == "watch and clock repair"
    assert "bread making" in told
    assert not {"harp", "social media"} & set(told)


def test_a_wish_is_not_led_by_what_its_writer_is(board: Board) -> None:
    for name, skill in zip(
        SEEKERS, ("watch and clock repair", "harp", "bread making"), strict=False
    ):
        seek(board, "small talk", name, offers_skills=(skill,))
    page = board.browser().press("/ads/new", kind="offers", about="I mend clocks by the harbour.")
    assert list(suggested(page, "seeks"))[:2] == ["bread making", "harp"]
    assert "watch and clock repair" not in suggested(page, "seeks")
    wished = board.browser().press("/ads/new", kind="offers", seeks="Somebody to bake bread with")
    assert next(iter(suggested(wished, "seeks"))) == "bread making"


# --- choosing -------------------------------------------------------------------------------------


def test_choosing_fills_the_field_and_loses_nothing(board: Board) -> None:
    seek(board, "social media", "ann", "bob")
    typed = AD | {
        "about": "Ŵyn, ŷd & “gwenyn” <b>",
        "offers_skills": "first aid",
        "sectors_wanted": ["some", "arts", "law"],
        "return_open": "y",
    }
    before = len(dump(board.app))
    page = add(board, "social media", **typed)
    assert page.status_code == 200
    assert field_errors_of(page) == []
    kept = fields(page)
    for name, value in (typed | {"offers_skills": "first aid, social media"}).items():
        assert kept[name] == (value if isinstance(value, list) else [value]), name
    assert "Added: social media." in words(page)
    assert "Set-Cookie" not in page.headers
    assert len(dump(board.app)) == before


def field_errors_of(page: TestResponse) -> list[str]:
    return re.findall(r'class="err"', page.text)


def test_an_empty_text_gets_a_first_sentence_and_a_written_one_stays(board: Board) -> None:
    first = add(board, "social media")
    assert fields(first)["offers"] == ["I could help with social media."]
    assert fields(first)["offers_skills"] == ["social media"]
    both = add(board, "harp", "seeks", seeks="Tunes, please", seeks_skills="fiddle tunes , ")
    assert fields(both)["seeks"] == ["Tunes, please"]
    assert fields(both)["seeks_skills"] == ["fiddle tunes, harp"]


def test_what_was_chosen_can_be_published(board: Board) -> None:
    browser = board.browser()
    typed = {name: value for name, value in AD.items() if not name.startswith("offers")}
    page = browser.press("/ads/new", **typed, add_offers="bread making")
    printed = browser.send(page)
    assert printed.status_code == 200
    assert "I could help with bread making." in words(printed)
    assert browser.send(printed).status_code == 303


def test_enter_in_a_field_still_means_the_last_button(board: Board) -> None:
    """A browser presses the first submit button of a form, which must not be a suggestion."""
    page = board.browser().get("/ads/new")
    buttons = re.findall(r"<button([^>]*)>(.*?)</button>", main_of(page), re.S)
    assert "name=" not in buttons[0][0]
    assert "name=" not in buttons[-1][0]
    assert buttons[0][1] == buttons[-1][1] == "See it as printed"


def test_there_is_room_for_eight(board: Board) -> None:
    seek(board, "social media", "ann")
    eight = ", ".join(f"skill {n}" for n in "abcdefgh")
    page = add(board, "social media", offers_skills=eight)
    assert fields(page)["offers_skills"] == [eight]
    assert suggested(page) == {}
    assert "all there’s room for" in words(page)


@pytest.mark.parametrize(
    ("chosen", "stands"),
    [
        ("", ""),
        ("  ,;. ", ""),
        ("a, b; c", "a"),
        ('"><script>alert(1)</script>', "script>alert(1)</script"),
        ("x" * 5000, "x" * 60),
        ("\x00\u202egardd", "gardd"),
        ("Sgwrs Gymraeg â’r tŷ", "Sgwrs Gymraeg â’r tŷ".lower()),
        ("SOCIAL-MEDIA", "social media"),
    ],
)
def test_whatever_is_sent_as_a_choice(board: Board, chosen: str, stands: str) -> None:
    page = add(board, chosen)
    assert page.status_code == 200
    assert fields(page)["offers_skills"] == [stands]
    assert "<script>alert" not in page.text


def test_the_same_skill_stands_once(board: Board) -> None:
    page = add(board, "social media", offers_skills="Social-media")
    assert fields(page)["offers_skills"] == ["Social-media"]


def test_it_helps_with_an_edit_too_and_saves_nothing(board: Board) -> None:
    seek(board, "social media", "ann", "bob")
    browser = board.browser()
    box = board.publish(browser)
    assert "first aid" not in suggested(browser.get(f"/ads/{box}/edit"))
    before = len(dump(board.app))
    page = browser.press(f"/ads/{box}/edit", add_offers="social media", headline="Changed")
    assert page.status_code == 200
    assert fields(page)["offers_skills"] == ["first aid, social media"]
    assert "Changed" not in words(board.browser().get(f"/ads/{box}", follow_redirects=True))
    assert len(dump(board.app)) == before


# --- where little is known ------------------------------------------------------------------------


def test_an_empty_board_says_so_and_names_general_things(board: Board) -> None:
    page = board.browser().get("/ads/new")
    assert "Nobody has asked for anything yet." in words(page)
    assert "Nobody has offered anything yet." in words(page)
    for side in ("offers", "seeks"):
        told = suggested(page, side)
        assert len(told) == 6
        assert set(told.values()) == {""}


def test_few_true_suggestions_are_filled_up_with_general_ones_apart(board: Board) -> None:
    seek(board, "harp", "ann")
    page = board.browser().get("/ads/new")
    assert list(suggested(page).values()) == ["1 person seeks it", "", "", "", "", ""]
    assert "Nobody has asked" not in words(page)
    assert "Things people often can show:" in words(page)


def test_one_persons_own_word_is_not_suggested(board: Board) -> None:
    seek(board, "wibbling", "ann")
    assert "wibbling" not in suggested(board.browser().get("/ads/new"))
    seek(board, "wibbling", "bob")
    assert "wibbling" in suggested(board.browser().get("/ads/new"))


def test_without_an_index_the_form_still_helps(board: Board) -> None:
    seek(board, "harp", "ann")
    board.work()
    index = board.app.extensions["index"]
    (index.folder.path / "current").unlink()
    index.close()
    page = board.browser().get("/ads/new")
    assert page.status_code == 200
    assert "Nobody has asked" not in words(page)
    assert board.browser().get("/").status_code == 200


# --- an ad whose return is open -------------------------------------------------------------------


def openings(page: TestResponse) -> dict[str, str]:
    """What is suggested beside the reply form: skill and number, and where each leads."""
    section = main_of(page).partition('aria-labelledby="open-return"')[2].partition("</section>")[0]
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', section, re.S)
    texts = [" ".join(re.sub("<[^>]*>", " ", inside).split()) for _, inside in found]
    return dict(zip(texts, (unescape(url) for url, _ in found), strict=True))


def open_ad(board: Board, kind: str) -> str:
    left = "seeks" if kind == "offers" else "offers"
    sides = {left: "", "return_open": True, "offers_skills": (), "seeks_skills": ()}
    return put(board, kind=kind, email="open@members.example", **sides)


def test_what_people_of_the_sector_seek_is_offered_to_whoever_is_open(board: Board) -> None:
    seek(board, "budgeting", "ann", "bob")
    seek(board, "harp", *SEEKERS, sector="arts")
    page = board.browser().get(f"/ads/{open_ad(board, 'offers')}")
    told = openings(page)
    assert "Perhaps you could offer …" in words(page)
    assert list(told)[:2] == ["budgeting 2 in Health and medicine seek it", "harp 4 people seek it"]
    chosen = board.browser().get(next(iter(told.values())).partition("#")[0])
    assert fields(chosen, action="/reply")["message"] == ["In return, I could help with budgeting."]
    assert next(iter(told.values())).endswith("#reply")
    assert "Set-Cookie" not in chosen.headers


def test_what_people_of_the_sector_offer_is_asked_of_whoever_is_open(board: Board) -> None:
    seek(board, "harp", "ann", offers_skills=("first aid",))
    page = board.browser().get(f"/ads/{open_ad(board, 'seeks')}")
    told = openings(page)
    assert "Perhaps you’d like to know about …" in words(page)
    assert next(iter(told)) == "first aid 1 in Health and medicine offers it"
    chosen = board.browser().get(next(iter(told.values())).partition("#")[0])
    assert fields(chosen, action="/reply")["message"] == [
        "In return, could you tell me more about first aid?"
    ]


@pytest.mark.parametrize(
    "words_of_a_stranger", ["call me on 07700 900123", "http://bad.example", "", "x" * 9000, "<b>"]
)
def test_only_a_known_skill_is_put_into_a_message(board: Board, words_of_a_stranger: str) -> None:
    box = open_ad(board, "offers")
    page = board.browser().get(f"/ads/{box}", query_string={"offer": words_of_a_stranger})
    assert fields(page, action="/reply")["message"] == [""]


def test_an_ad_with_both_sides_suggests_nothing(board: Board) -> None:
    box = seek(board, "harp", "ann")
    page = board.browser().get(f"/ads/{box}?offer=harp&ask=harp")
    assert openings(page) == {}
    assert fields(page, action="/reply")["message"] == [""]


def test_a_message_that_was_refused_is_not_offered_to_be_replaced(board: Board) -> None:
    box = open_ad(board, "offers")
    page = board.browser().press(f"/ads/{box}", action="/reply", message="Too short")
    assert page.status_code == 422
    assert openings(page) == {}
    assert fields(page, action="/reply")["message"] == ["Too short"]


# --- the front page -------------------------------------------------------------------------------


def test_the_front_page_shows_what_is_most_wanted_and_least_offered(board: Board) -> None:
    seek(board, "social media", *SEEKERS, "eve")
    seek(board, "social media", "ann", headline="Ann asks twice")
    seek(board, "harp", "ann", "bob", offers_skills=("social media",))
    seek(board, "first aid", "ann")
    page = words(board.browser().get("/"))
    assert "Most wanted, least offered" in page
    assert "social media 5 seek, 2 offer harp 2 seek, none yet" in page
    assert "first aid 1 seeks it" in page
    assert "first aid 1 seek," not in page


def test_the_front_page_is_silent_where_nothing_is_scarce(board: Board) -> None:
    seek(board, "harp", "ann", "bob", offers_skills=("harp",))
    page = words(board.browser().get("/"))
    assert "least offered" not in page
    assert "harp 2 seek it" in page


def test_whoever_is_erased_is_counted_no_more(board: Board) -> None:
    seek(board, "harp", "ann", "bob")
    with board.app.app_context(), transaction() as session:
        box = seek_box(board, "ann")
        ad = ads.find_ad(session, box)
        assert ad is not None
        person = ad.person
        ads.erase_of(session, person=person)
        people.erase(session, person=person)
    assert suggested(board.browser().get("/ads/new"))["harp"] == "1 person seeks it"


def seek_box(board: Board, name: str) -> str:
    found = re.search(r"/ads/(\w{6})", board.browser().get(f"/ads?q=says+{name}").text)
    assert found is not None
    return found[1]
