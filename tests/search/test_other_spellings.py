"""One thing in many spellings: each finds the ads with any of the others."""

from collections.abc import Iterable
from itertools import product

import pytest

from app.search.index import Index
from tests.search.conftest import Shop
from tests.search.demo_board import look
from tests.search.documents import NOW, ad, ask, fill, found

OTHERS = ("Something else again", "A walk", "Letters")  # ads that nothing here asks for


@pytest.fixture
def shop(any_shop: Shop) -> Shop:
    return any_shop


@pytest.fixture
def index(shop: Shop) -> Index:
    return shop.index


def stock(index: Index, headlines: Iterable[str], others: Iterable[str] = OTHERS) -> set[int]:
    """Make the index of these ads and of others; the ids of these."""
    told = [*headlines]
    fill(index, *(ad(n, headline=headline) for n, headline in enumerate([*told, *others], 1)))
    return {*range(1, len(told) + 1)}


# --- written together, with a hyphen, apart -------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        "drystone|dry-stone|dry stone|Dry‑stone",
        "start-up|startup|start up",
        "web site|website|web-site",
        "e-mail|email",
        "self-employed|self employed",
        "co-founder|cofounder|co founder",
        "child care|childcare|child-care",
        "Wi-Fi|wifi|wi fi",
        "up-cycling|upcycling",
        "non-profit|nonprofit|non profit",
        "off-line|offline",
        "on-line|online",
        "in-house|inhouse",
        "by-law|bylaw",
    ],
)
def test_however_a_compound_is_written_it_finds_all(index: Index, spellings: str) -> None:
    ways = spellings.split("|")
    wanted = stock(index, (f"All about {way}" for way in ways))
    assert {way: found(index, f"{way} ") for way in ways} == dict.fromkeys(ways, wanted)


@pytest.mark.parametrize(
    ("q", "headline"),
    [
        ("websites", "A web site for the choir"),
        ("web sites", "A website for the choir"),
        ("startups", "My start-up"),
        ("start-ups", "My startup"),
        ("dry stone walling", "A drystone wall"),
        ("drystone walling", "A dry-stone wall"),
    ],
)
def test_compounds_meet_in_other_forms_and_beside_other_words(
    index: Index, q: str, headline: str
) -> None:
    wanted = stock(index, [headline])
    assert found(index, f"{q} ") == wanted
    assert not index.search(ask(q), NOW).relaxed


# --- signs and short words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spellings", "not_found"),
    [
        ("C++|c++", "C#|C, plainly"),
        ("C#|c#", "C++|C, plainly"),
        ("F#|f#", "F, plainly"),
        (".NET|.net", "The net"),
        ("R&D|r&d|R & D", "R, plainly"),
        ("Node.js|NodeJS|node js|node.js", "A knot"),
        ("Vue.js|vue|VueJS", "A view"),
        ("Q&A|q&a|Q & A", "Q, plainly"),
        ("CI/CD|ci/cd|CI CD", "CI, plainly"),
    ],
)
def test_signs_make_a_word_another(index: Index, spellings: str, not_found: str) -> None:
    ways = spellings.split("|")
    wanted = stock(index, [f"Some {way} of an evening" for way in ways], not_found.split("|"))
    assert {way: found(index, f"{way} ") for way in ways} == dict.fromkeys(ways, wanted)


@pytest.mark.parametrize(
    "word", ["AI", "HR", "IT", "UX", "PA", "PR", "GP", "CV", "QA", "R", "C", "3D"]
)
def test_words_of_one_or_two_letters_are_found_in_either_case(index: Index, word: str) -> None:
    fill(index, ad(1, headline=f"{word} for the afraid"), ad(2, offers_skills=(word,)), ad(3))
    for q in (word, word.lower(), f"{word} ", f"{word} afraid"):
        assert found(index, q) == ({1} if "afraid" in q else {1, 2})


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        "café|cafe|CAFÉ|cafe\u0301",
        "naïve|naive",
        "Siân|Sian",
        "tŷ|ty",
        "gitâr|gitar",
        "façade|facade",
        "piñata|pinata",
        "über|uber",
        "Łódź|Lodz",
        "smørrebrød|smorrebrod",
        "Straße|strasse",
        "women’s|women's|womens",
    ],
)
def test_accents_and_signs_count_on_neither_side(index: Index, spellings: str) -> None:
    ways = spellings.split("|")
    wanted = stock(index, (f"All about {way}" for way in ways))
    assert {way: found(index, f"{way} ") for way in ways} == dict.fromkeys(ways, wanted)


@pytest.mark.parametrize(
    "pair",
    [
        "colour color",
        "organise organize",
        "organising organizing",
        "neighbours neighbors",
        "modelling modeling",
        "practise practice",
        "licence license",
        "theatre theater",
        "grey gray",
        "programme program",
    ],
)
def test_either_spelling_finds_the_other(index: Index, pair: str) -> None:
    ways = pair.split()
    wanted = stock(index, (f"All about {way}" for way in ways))
    for way in ways:
        assert found(index, f"{way} ") == found(index, way) == wanted


# --- Welsh ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forms",
    [
        "garddio|arddio|ngarddio",
        "Cymraeg|Gymraeg|Nghymraeg|Chymraeg",
        "trwsio|drwsio|thrwsio|nhrwsio",
        "coginio|goginio|choginio",
        "rhedeg|redeg",
        "llysiau|lysiau",
        "mathemateg|fathemateg",
        "cerddoriaeth|gerddoriaeth|ngherddoriaeth",
        "cyfrifiadur|gyfrifiadur|chyfrifiadur",
        "cyfrifon|gyfrifon|nghyfrifon|chyfrifon",
        "llyfrgell|lyfrgell",
        "dysgu|ddysgu|nysgu",
        "busnes|fusnes",
    ],
)
def test_a_welsh_word_is_found_in_all_its_mutations(index: Index, forms: str) -> None:
    ways = forms.split("|")
    wanted = stock(index, (f"Gair am {way} yma" for way in ways))
    assert {way: found(index, f"{way} ") for way in ways} == dict.fromkeys(ways, wanted)


@pytest.mark.parametrize(
    "q", ["bookkeeping in Caerdydd", "bookkeeping yng Nghaerdydd", "bookkeeping Caerdydd"]
)
def test_a_town_is_understood_among_the_words_in_either_language(shop: Shop, q: str) -> None:
    here = shop.post(headline="Bookkeeping, unhurried", at="Cardiff")
    shop.post(headline="Bookkeeping, unhurried", at="Aberdeen")
    shop.refresh()
    assert [one.box for one in look(shop, q).ads] == [here]


# --- slips ----------------------------------------------------------------------------------------

SLIPS = """
gardning Gardening|gardners Gardening|bugeting Budgeting|budgetting Budget|acounting Accountant
accountent Accounting|managment Managing|photograpy Photography|interveiws Interview|writng Writing
carpentery Carpentry|resturant Restaurant|restaraunt Restaurants|teeching Teaching|sewng Sewing
aprenticeship Apprenticeships|negociating Negotiation|paintng Painting
gardner Gardening|gardner Gardeners|techer Teaching|writter Writing
""".replace("\n", "|").strip("|")


@pytest.mark.parametrize("slip", SLIPS.split("|"))
def test_a_slip_is_forgiven_in_whatever_form_ads_have_the_word(index: Index, slip: str) -> None:
    typed, said = slip.split()
    wanted = stock(index, [f"{said} for all"])
    for q, finished in product((typed, typed.capitalize()), ("", " ")):
        assert found(index, q + finished) == wanted
