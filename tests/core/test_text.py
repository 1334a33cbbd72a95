"""One clean form of what people type: to store, to compare, to put into a web address."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text import clean_line, clean_text, fold, is_header_safe, slugify

WELSH_FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
FAMILY = "👩\u200d👩\u200d👧"
ANYTHING = st.text(
    alphabet=st.characters()
    | st.sampled_from(
        " \t\r\n\x00\x85\u00a0\u00ad\u200b\u200c\u200d\u2028\u202e\ufeff\u0301e👩\u0628"
    )
)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  two   words ", "two words"),
        ("one\r\ntwo\tthree", "one two three"),
        ("non\u00a0breaking\u2009spaces", "non breaking spaces"),
        ("line\u2028and\u2029paragraph\x85next", "line and paragraph next"),
        ("nul\x00 bell\x07 escape\x1b delete\x7f", "nul bell escape delete"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\u202eevil\u202c \u2066isolated\u2069", "evil isolated"),
        ("half a pair \ud83d", "half a pair"),
        ("no such character \uffff", "no such character"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("dw\u0302r, ty\u0302", "dŵr, tŷ"),
        ("\u3164\u2800\u115f", ""),
        ("", ""),
    ],
)
def test_a_line_is_cleaned(typed: str, clean: str) -> None:
    assert clean_line(typed) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Dŵr, tŷ, ŵyn a siŵr: Cymraeg",
        "مرحبا بالعالم",
        "می\u200cخواهم",
        "क्\u200dष and क्\u200cष",
        "שָׁלוֹם",
        "Tiếng Việt",
        "日本語のメンター",
        "C++, C#, .NET & “quotes” – 50 %…",
        f"{WELSH_FLAG} {FAMILY} 👍🏽 ❤️ 🏳️\u200d🌈 🙂\u200d↔️ 🧑🏽\u200d⚕️",
    ],
)
def test_no_script_and_no_emoji_is_damaged(text: str) -> None:
    assert clean_line(text) == clean_text(text) == text


def test_a_joiner_between_plain_letters_and_a_stray_tag_go() -> None:
    assert clean_line("bo\u200db\u200d \U000e0067hidden") == "bob hidden"


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("  trailing  \n  spaces\t ", "trailing\nspaces"),
        ("one\n\n\n\n\n\ntwo", "one\n\n\ntwo"),
        ("one\n\n\ntwo", "one\n\n\ntwo"),
        ("one\n \n\u200b\n\t\n\ntwo", "one\n\n\ntwo"),
        ("\n\n one \n\n", "one"),
        ("", ""),
    ],
)
def test_a_text_keeps_its_lines(typed: str, clean: str) -> None:
    assert clean_text(typed) == clean


@given(ANYTHING)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@given(ANYTHING)
def test_what_is_clean_can_be_stored_and_stand_in_a_header(text: str) -> None:
    line = clean_line(text).replace("=?", "")

    assert line.encode().decode() == line
    assert unicodedata.is_normalized("NFC", clean_line(text))
    assert is_header_safe(line)
    assert is_header_safe(clean_text(text).replace("\n", " ").replace("=?", ""))
    assert "\n\n\n\n" not in clean_text(text)


@pytest.mark.parametrize(
    "text", ["Anwen", "Siân Ŵ.", "2 + 2 = 4?", f"{WELSH_FLAG} {FAMILY}", "a = ?", "", "مرحبا"]
)
def test_an_ordinary_name_is_safe_in_a_header(text: str) -> None:
    assert is_header_safe(text)


@pytest.mark.parametrize(
    "text",
    [
        "=?UTF-8?Q?=0D=0AReply-To:_x=40y.z?=",
        "=?",
        "a\r\nBcc: b",
        "a\nb",
        "a\tb",
        "a\x00",
        "a\x7f",
        "a\x85b",
        "a\u2028b",
        "a\u2029b",
        "a\ud800",
    ],
)
def test_a_control_character_or_an_encoded_word_is_not(text: str) -> None:
    assert not is_header_safe(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("DŴR", "dwr"),
        ("Tŷ", "ty"),
        ("Crème Brûlée", "creme brulee"),
        ("STRASSE straße", "strasse strasse"),
        ("Łódź Øresund Æsop", "lodz oresund aesop"),
        ("İstanbul", "istanbul"),
        ("ﬁne ＡＢＣ", "fine abc"),
        ("C++ & c#", "c++ & c#"),
        ("が カ", "が カ"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_folding_lets_equal_words_meet(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANYTHING)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Designer into mountain biking", "designer-into-mountain-biking"),
        ("  What’s C++ for? ", "whats-c-for"),
        ("Dysgu’r delyn yn Nhŷ Ddewi", "dysgur-delyn-yn-nhy-ddewi"),
        ("--a__b--", "a-b"),
        ("日本語", ""),
        ("", ""),
    ],
)
def test_a_slug_is_plain_words_and_hyphens(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_a_slug_is_cut_between_words_and_a_long_word_inside() -> None:
    assert slugify("one two three", limit=9) == "one-two"
    assert slugify("one two three", limit=7) == "one-two"
    assert slugify("one two three", limit=3) == "one"
    assert slugify("incomprehensible", limit=5) == "incom"


@given(ANYTHING, st.integers(min_value=1, max_value=80))
def test_a_slug_fits_and_never_begins_or_ends_with_a_hyphen(text: str, limit: int) -> None:
    slug = slugify(text, limit)

    assert len(slug) <= limit
    assert slug == slug.strip("-")
    assert slug.isascii()
    assert slug == slug.lower()
