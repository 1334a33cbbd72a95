"""Skills: one spelling each, whatever people type, and room for any other."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.skills import (
    LONGEST_SKILL,
    all_skills,
    normalise_skill,
    read_skills,
    skill_key,
    split_skills,
    suggest_skills,
    synonyms,
)
from app.catalogue.tables import CatalogueError

SPELLINGS = [
    spelling for skill in all_skills() for spelling in (skill.name.upper(), *skill.synonyms)
]
# Real words between random ones, so that properties meet the data and the signs it knows.
TYPED = st.one_of(
    st.text(),
    st.text(alphabet="aB ß+#.&/-’,;İǅ\u0301\u037e", max_size=80),
    st.lists(st.sampled_from(SPELLINGS), max_size=6).map(" ,;\n".join),
)


def test_there_are_skills_from_every_walk_of_life():
    walks = Counter(skill.walk for skill in all_skills())

    assert sum(walks.values()) >= 400
    assert len(walks) >= 20
    assert min(walks.values()) >= 8


def test_names_are_short_enough_and_hold_no_separator():
    for skill in all_skills():
        for spelling in (skill.name, *skill.synonyms):
            assert 0 < len(spelling) <= LONGEST_SKILL
            assert not set(spelling) & set(",;\n|")


def test_every_spelling_in_the_file_leads_to_its_skill():
    for skill in all_skills():
        for spelling in (skill.name, skill.name.upper(), *skill.synonyms):
            assert normalise_skill(spelling) == skill.name, spelling


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Mountain   Biking!! ", "mountain biking"),
        ("accountancy", "bookkeeping"),
        ("Book-keeping.", "bookkeeping"),
        ("drystone walling", "dry stone walling"),
        ("Dry-Stone Walling", "dry stone walling"),
        ("c++", "C++"),
        ("c#.", "C#"),
        ("c", "C"),
        (".net", ".NET"),
        ("dotnet", ".NET"),
        ("asp.net", "ASP.NET"),
        ("node.js", "Node.js"),
        ("nodejs", "Node.js"),
        ("r&d", "R&D"),
        ("#python", "Python"),
        ("bsl", "BSL"),
        ("sign language", "BSL"),
        ("Cymraeg", "Welsh conversation"),
        ("pel-droed", "football"),
        ("resume writing", "CV writing"),
        ("Résumé Writing", "CV writing"),
    ],
)
def test_a_known_skill_gets_its_own_spelling(typed, printed):
    assert normalise_skill(typed) == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Kite Flying.", "kite flying"),
        ("NVQ Assessing", "NVQ assessing"),
        ("UNICYCLE HOCKEY", "unicycle hockey"),
        ("K9 Handling", "K9 handling"),
        ("Backbone.js,", "Backbone.js"),
        ("“Yodelling”", "yodelling"),
        ("net", "net"),
        ("Zither\u00a0Playing", "zither playing"),
        ("x" * 90, "x" * 60),
        ("…", ""),
        ("+++", ""),
        ("", ""),
    ],
)
def test_any_other_skill_is_welcome_and_made_readable(typed, printed):
    assert normalise_skill(typed) == printed


def test_splitting_keeps_order_and_names_each_skill_once():
    typed = "Book-keeping, accountancy; c++\nC#, ,.NET.,\r\nKite flying;KITE-FLYING"

    assert split_skills(typed) == ["bookkeeping", "C++", "C#", ".NET", "kite flying"]


def test_splitting_has_no_upper_limit():
    assert len(split_skills(", ".join(skill.name for skill in all_skills()))) == len(all_skills())


def test_synonyms_are_all_spellings_in_lower_case():
    assert synonyms("Accountancy") == synonyms("bookkeeping")
    assert {"bookkeeping", "accountancy"} <= synonyms("Book-keeping")
    assert synonyms("C sharp") >= {"c#", "csharp"}
    assert synonyms("Kite flying") == {"kite flying"}
    assert synonyms("…") == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Accountancy", "bookkeeping"),
        ("kite-flying", "Kite Flying"),
        ("crème brûlée", "Creme Brulee"),
        ("JS", "javascript"),
    ],
)
def test_spellings_of_one_skill_share_a_key(one, other):
    assert skill_key(one) == skill_key(other)


def test_different_skills_have_different_keys():
    names = [skill.name for skill in all_skills()]

    assert len({skill_key(name) for name in names}) == len(names)
    assert len({skill_key(name) for name in ("C", "C++", "C#", "R", "net", ".NET")}) == 6


@pytest.mark.parametrize(
    ("prefix", "first"),
    [("mountain b", "mountain biking"), ("accou", "bookkeeping"), ("C+", "C++"), (".n", ".NET")],
)
def test_suggestions_begin_with_the_likeliest(prefix, first):
    assert suggest_skills(prefix)[0] == first


def test_suggestions_look_inside_a_name_too():
    assert "mountain biking" in suggest_skills("biking")


def test_suggestions_keep_to_their_limit_and_to_something_typed():
    assert len(suggest_skills("c", limit=3)) == 3
    assert suggest_skills("  ") == []
    assert suggest_skills("qqqq") == []


def test_a_synonym_of_two_skills_is_refused_with_both_lines():
    lines = ["skill,synonyms,walk", "baking,cakes,food", "", "icing,Cakes|frosting,food"]

    with pytest.raises(CatalogueError, match=r"line 4.*Cakes.*line 2.*baking"):
        read_skills(lines)


def test_a_skill_that_stands_twice_is_refused():
    with pytest.raises(CatalogueError, match=r"line 3.*line 2"):
        read_skills(["skill,synonyms,walk", "baking,,food", "Baking,,food"])


@pytest.mark.parametrize(
    "lines",
    [[], ["skill,walk", "baking,food"], ["skill,synonyms,walk", "baking,food"]],
    ids=["empty", "wrong header", "a cell missing"],
)
def test_a_file_of_the_wrong_shape_is_refused(lines):
    with pytest.raises(CatalogueError, match=r"skills\.csv, line \d"):
        read_skills(lines)


def test_a_file_saved_by_a_spreadsheet_is_read():
    lines = ["\ufeffSkill,Synonyms,Walk,", "# by hand,,", "baking , cakes| ,food,,"]

    (skill,) = read_skills(lines)

    assert (skill.name, skill.synonyms, skill.walk) == ("baking", ("cakes",), "food")


@given(TYPED)
def test_normalising_twice_changes_nothing_more(text):
    once = normalise_skill(text)

    assert normalise_skill(once) == once
    assert len(once) <= LONGEST_SKILL
    assert once == once.strip()


@given(TYPED)
def test_what_was_split_and_joined_splits_the_same(text):
    skills = split_skills(text)

    assert split_skills(", ".join(skills)) == skills
    assert len({skill_key(skill) for skill in skills}) == len(skills)
    assert all(skills)


@given(TYPED)
def test_any_text_is_answered(text):
    name = normalise_skill(text)

    assert skill_key(name) == skill_key(text)
    assert synonyms(name) == synonyms(text)
    assert (name.lower() in synonyms(text)) == bool(name)
    assert len(suggest_skills(text)) <= 8
