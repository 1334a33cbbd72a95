"""What a search forgives: slips, other spellings, compounds, towns among the words."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.search.analysis import term_of
from app.search.index import Index
from app.search.query import SearchQuery
from app.search.spelling import Shelf
from app.search.towns import town_after_word, town_at_end
from app.search.welsh import mutations
from tests.search.conftest import Shop
from tests.search.demo_board import look
from tests.search.documents import NOW, ad, ask, fill, found


@pytest.fixture
def shop(any_shop: Shop) -> Shop:
    return any_shop


@pytest.fixture
def index(shop: Shop) -> Index:
    fill(shop.index)
    return shop.index


def ids(index: Index, q: str, **args: str | list[str]) -> list[int]:
    """Ids in order."""
    return [int(box) for box in index.search(ask(q, **args), NOW).boxes]


# --- slips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("bookeeping", "bookkeeping"),
        ("kuberntes", "kubernetes"),
        ("recieving", "receiving"),
        ("lanterm", "lantern"),
        ("laddder", "ladder"),
        ("ketle", "kettle"),
        ("acountancy", "accountancy"),
        ("wesh", "Welsh"),
        ("ehdgehog", "hedgehog"),
    ],
)
def test_a_word_no_ad_has_is_taken_for_the_nearest(index: Index, typed: str, there: str) -> None:
    fill(index, ad(1, headline=f"All about {there}"), ad(2, headline="Something else again"))
    page = index.search(ask(typed), NOW)
    assert page.boxes == ("000001",)
    assert not page.relaxed
    assert [(one.typed, one.taken) for one in page.plan.respelt] == [(typed, True)]


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("cat", "car"),  # three letters
        ("lant", "lamb"),  # four, and no skill is near
        ("c++", "c#"),
        ("web3", "web2"),
        ("r&d", "r&b"),
        ("kettle", "nettles"),  # the first letter
        ("lantern", "lateral"),  # too far
        ("harp", "hard"),  # a skill is spelt right
        ("wales", "walks"),  # a place too
        ("fara", "farm"),  # a short word with another letter in it
        ('"lanterm"', "lantern"),  # meant as it stands
        ("-lanterm", ""),
    ],
)
def test_what_may_be_a_word_is_taken_for_no_other(index: Index, typed: str, there: str) -> None:
    fill(index, ad(1, headline=f"All about {there}"), ad(2, headline="Something else again"))
    assert index.search(ask(typed), NOW).plan.respelt == ()
    assert 1 not in found(index, typed) or typed.startswith("-")


def test_a_word_that_ads_have_is_never_taken_for_another(index: Index) -> None:
    fill(index, ad(1, headline="lanterm"), *(ad(n, headline="lantern") for n in range(2, 12)))
    page = index.search(ask("lanterm"), NOW)
    assert page.boxes == ("000001",)
    assert [(one.term, one.taken) for one in page.plan.respelt] == [(term_of("lantern"), False)]


def test_a_word_only_of_ads_that_are_gone_is_a_slip_again(index: Index) -> None:
    fill(index, ad(1, headline="lanterm", expires=NOW), ad(2, headline="lantern"))
    assert found(index, "lanterm") == {2}


def test_the_reader_is_told_and_offered_what_may_be_meant(shop: Shop) -> None:
    shop.post(headline="Gutiar for the shy")
    for _ in range(6):
        shop.post(headline="Guitars, strummed quietly")
    shop.refresh()
    (offered,) = look(shop, "gutiar").respelt
    assert (offered.written, offered.taken, offered.total) == ("guitar", False, 6)
    assert offered.query.to_args() == [("q", "guitar")]
    (taken,) = look(shop, "Guitra for the shy").respelt
    assert (taken.written, taken.taken) == ("guitar", True)
    assert taken.query.q == "guitar for the shy"


def test_a_word_of_ads_is_shown_as_they_write_it(shop: Shop) -> None:
    shop.post(headline="On Zugzwang. Zugzwangs for beginners", about="zugzwangs and more zugzwangs")
    shop.refresh()
    assert [one.written for one in look(shop, "zugzwamgs").respelt] == ["zugzwangs"]
    shop.post(headline="Evenings with Kierkegaard and friends")
    shop.refresh()
    assert [one.written for one in look(shop, "kirkegaard").respelt] == ["Kierkegaard"]


@given(st.text(alphabet="abc", min_size=1, max_size=6), st.text(alphabet="abc", max_size=6))
def test_slips_are_counted_as_one_would_by_hand(word: str, other: str) -> None:
    shelf = Shelf.of([(other, 1)] if other else [])
    assert shelf.near(word, 2) == ([(other, far, 1)] if other and (far := by_hand(word, other)) <= 2
                                   else [])  # fmt: skip


def by_hand(a: str, b: str) -> int:
    """Optimal string alignment, as the textbook has it."""
    if not a or not b:
        return len(a) + len(b)
    cost = min(by_hand(a[1:], b) + 1, by_hand(a, b[1:]) + 1, by_hand(a[1:], b[1:]) + (a[0] != b[0]))
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        cost = min(cost, by_hand(a[2:], b[2:]) + 1)
    return cost


# --- asking in a sentence -------------------------------------------------------------------------


def test_words_of_asking_are_the_first_that_may_be_missing(index: Index) -> None:
    fill(
        index,
        ad(1, headline="Swimming, unhurried"),
        ad(2, headline="Somebody to learn with", about="I want to know how"),
        ad(3, headline="Swimming and learning"),
    )
    page = index.search(ask("i want to learn swimming"), NOW)
    assert (page.boxes, page.relaxed) == (("000003", "000001"), True)
    page = index.search(ask("i want to learn juggling swimming"), NOW)
    assert (set(page.boxes), page.relaxed) == ({"000001", "000003"}, True)
    assert found(index, "want to learn") == {2}
    assert not index.search(ask("learn swimming"), NOW).relaxed
    assert found(index, "learn swimming") == {3}


# --- other ways to write it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "pair",
    """
    colour color|neighbourly neighborly|favourite favorite|organise organize|organisers organizers
    organisation organization|analyse analyze|centre center|centred centered|theatres theaters
    kilometre kilometer|programme program|programmes programs|licence license|practise practice
    defence defense|counselling counseling|counsellor counselor|travelling traveling
    jewellery jewelry|catalogue catalog|dialogues dialogs|paediatric pediatric|maths math
    tyres tires|mum mom|moulding molding|grey gray|enrolment enrollment|fulfil fulfill|ageing aging
    ploughing plowing|woollen woolen|learnt learned|archaeology archeology|specialities specialties
    """.replace("\n", "|").split("|"),
)
def test_british_and_american_spelling_are_one(pair: str) -> None:
    british, american = pair.split() or ("", "")
    assert term_of(british) == term_of(american)


@pytest.mark.parametrize("word", ["four", "hour", "tour", "fire", "here", "wise", "selling"])
def test_words_that_only_look_british_stay(word: str) -> None:
    assert term_of(word) not in {term_of(other) for other in ("for", "hor", "tor", "fier", "heer")}


def test_several_of_what_is_written_in_capitals() -> None:
    assert term_of("CVs") == term_of("cvs") == term_of("CV")
    assert term_of("CSS") == "css"


@pytest.mark.parametrize("q", ["drystone", "dry-stone", "dry stone", "DRYSTONE", "dry‐stone"])
def test_compounds_meet_joined_hyphened_and_split(index: Index, q: str) -> None:
    fill(
        index,
        ad(1, headline="A drystone wall"),
        ad(2, headline="A dry-stone wall"),
        ad(3, headline="A dry stone wall"),
        ad(4, headline="Stone, or something else that is not wet"),
    )
    assert found(index, q) == {1, 2, 3}


@pytest.mark.parametrize("q", ["start-up", "startup", "start up"])
def test_even_with_a_small_word_in_them(index: Index, q: str) -> None:
    fill(index, ad(1, about="my startup"), ad(2, about="a start-up"), ad(3, about="start up"))
    assert found(index, q) == {1, 2, 3}


def test_a_welsh_word_is_found_however_it_begins(index: Index) -> None:
    fill(
        index,
        ad(1, headline="Cyfrifon heb ddagrau"),
        ad(2, headline="help gyda fy nghyfrifon"),
        ad(3, headline="dysgu am gyfrifon"),
        ad(4, headline="gold and goats"),
    )
    assert ids(index, "cyfrifon")[0] == 1
    assert found(index, "cyfrifon") == found(index, "gyfrifon") == {1, 2, 3}
    assert found(index, "cold ") == set()


def test_english_words_do_not_mutate() -> None:
    assert [word for word in ("cold", "bill", "train", "mentor", "kettle") if mutations(word)] == []


def test_a_synonym_ranks_below_the_word_however_rare_it_is(index: Index) -> None:
    fill(index, ad(99, headline="joinery"), *(ad(n, headline="carpentry") for n in range(1, 9)))
    assert ids(index, "carpentry")[-1] == 99
    assert ids(index, "joinery")[0] == 99


# --- towns ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "words", "town"),
    [
        ("bookkeeping in Caerdydd", "bookkeeping", "Cardiff"),
        ("bookkeeping in cardiff ", "bookkeeping", "Cardiff"),
        ("bookkeeping near newport, wales", "bookkeeping", "Newport, Wales"),
        ("cyfrifon yng Nghaerdydd", "cyfrifon", "Cardiff"),
        ("garddio ym Mangor", "garddio", "Bangor, Wales"),
        ("gwersi ger Abertawe", "gwersi", "Swansea"),
        ("in Leeds", "", "Leeds"),
        ("walks in Stratford-upon-Avon", "walks", "Stratford-upon-Avon"),
        ("confidence in Reading", "confidence", "Reading"),
    ],
)
def test_a_town_after_in_or_near_is_the_place(q: str, words: str, town: str) -> None:
    query = ask(q)
    assert query.place is not None
    assert (query.q, query.place.label, query.within) == (words, town, 20)
    assert SearchQuery.from_args(MultiDict(query.to_args())) == query


@pytest.mark.parametrize(
    "q",
    [
        "confidence in reading",
        "faith in sandwich bars",
        '"in Cardiff"',
        "in",
        "near ",
        "interest in",
    ],
)
def test_words_after_in_that_are_no_town(q: str) -> None:
    assert ask(q).place is None
    assert town_after_word("bread in -Cardiff") is None


def test_a_town_that_is_asked_for_beside_the_words_counts_alone() -> None:
    query = ask("bookkeeping in Cardiff", place="Swansea")
    assert query.place is not None
    assert (query.q, query.place.name) == ("bookkeeping in Cardiff", "Swansea")


def test_the_words_can_be_had_as_they_stand() -> None:
    plain = ask("bookkeeping in Cardiff").as_typed()
    assert (plain.q, plain.place, plain.plain) == ("bookkeeping in Cardiff", None, True)
    assert plain.to_args() == [("q", "bookkeeping in Cardiff"), ("plain", "1")]
    assert SearchQuery.from_args(MultiDict(plain.to_args())) == plain
    assert ask("kettle", plain="1") == ask("kettle")


def test_further_choices_name_the_place_in_its_own_field() -> None:
    query = ask("bookkeeping in Caerdydd")
    assert query.to_args(kind="seeks") == [
        ("q", "bookkeeping"), ("kind", "seeks"), ("place", "Cardiff")
    ]  # fmt: skip
    assert query.without("place").to_args() == [("q", "bookkeeping")]


def test_a_town_at_the_end_is_the_place_where_no_ad_has_all_the_words(shop: Shop) -> None:
    here = shop.post(headline="Sums and ledgers", at="Cardiff")
    shop.post(headline="Sums and ledgers", at="Aberdeen")
    shop.refresh()
    found = look(shop, "ledgers Caerdydd")
    assert ([ad.box for ad in found.ads], found.relaxed) == ([here], False)
    assert (found.query.q, found.query.taken) == ("ledgers", "ledgers Caerdydd")
    assert [ad.box for ad in look(shop, "Cardiff").ads] == [here]
    assert look(shop, "ledgers Caerdydd", plain="1").relaxed
    assert look(shop, "ledgers Leeds").relaxed  # nothing there either
    words = shop.post(headline="I keep ledgers for a Caerdydd museum", at="Leeds")
    shop.refresh()
    assert [ad.box for ad in look(shop, "ledgers Caerdydd").ads] == [words]


def test_the_longest_name_at_the_end_counts() -> None:
    said = town_at_end("choirs Newcastle upon Tyne")
    assert said is not None
    assert (said.words, said.places[0].name) == ("choirs", "Newcastle upon Tyne")


# --- a reader under way ---------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["", "lantern", "lantern ladder"])
@pytest.mark.parametrize("sort", ["newest", "best", "nearest"])
def test_new_ads_move_no_page_of_a_reader_under_way(shop: Shop, q: str, sort: str) -> None:
    towns = ("Cardiff", "Newport, Wales", "Swansea", "")
    for n in range(30):
        filler = "small talk and more " * (n % 7)
        shop.post(headline="lantern ladder " * (1 + n % 3), about=filler, at=towns[n % 4])
    shop.refresh()
    args = {"sort": sort, "place": "Cardiff", "within": "any"}
    first = look(shop, q, **args)
    upto = dict(first.query.to_args(page=2, upto=first.newest))["upto"]
    before = [boxes(look(shop, q, page=str(n), upto=upto, **args)) for n in (2, 3)]
    for n in range(12):
        shop.post(headline="lantern ladder", about="kettle " * n * 9, at=towns[n % 4])
    shop.refresh()
    assert [boxes(look(shop, q, page=str(n), upto=upto, **args)) for n in (2, 3)] == before
    assert set(boxes(first)).isdisjoint(before[0] + before[1])
    assert look(shop, q, page="2", upto=upto, **args).total == 30
    assert look(shop, q, **args).total == 42


def boxes(results: object) -> list[str]:
    return [ad.box for ad in results.ads]  # type: ignore[attr-defined]


def test_the_first_page_has_one_address() -> None:
    assert ask("kettle", upto="1800000000-7").to_args() == [("q", "kettle")]
    query = ask("kettle", page="2", upto="1800000000-7")
    assert query.to_args() == [("q", "kettle"), ("page", "2"), ("upto", "1800000000-7")]
    assert query.to_args(kind="seeks") == [("q", "kettle"), ("kind", "seeks")]


@pytest.mark.parametrize(
    "upto", ["", "x", "1", "-1-1", "9999999999-1", "1-9999999999", "1-1-1", "٣-٣"]
)
def test_a_mark_that_makes_no_sense_counts_as_not_said(upto: str) -> None:
    assert ask("kettle", page="2", upto=upto).upto is None


PIECES = ("in", "near", "yn", "Cardiff", "cyf", "dry", "stone", "-x", '"', "'", "stoen")


# --- anything whatever ----------------------------------------------------------------------------


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_is_understood_somehow(shop: Shop, text: str) -> None:
    if not shop.ads:
        shop.post(headline="A drystone wall in Cardiff")
        shop.refresh()
    found = look(shop, text)
    assert found.total >= len(found.ads)
