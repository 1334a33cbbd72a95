"""What is promised of the rules: at least 95 % of spam held, at most 1 % of the honest."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.spam import policy
from app.spam.policy import Copies
from app.spam.signals import carried, read_signals
from tests.spam.texts_of import texts

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REAL_ADS = "BOTHWAYS_REAL_ADS"


def held(text: str) -> bool:
    """Whether a newcomer’s text, never said before, is held."""
    signals = read_signals(text)
    return bool(policy.reason(signals, Copies(1, 1), newcomer=True, held_of_source=0))


@pytest.mark.parametrize("half", ["tuned", "kept"])
def test_spam_is_held(half: str) -> None:
    written = texts(f"spam_{half}")

    passed = [text for text in written if not held(text)]

    assert len(written) >= 100
    assert len(passed) <= len(written) / 20, passed


@pytest.mark.parametrize("half", ["tuned", "kept"])
def test_the_honest_are_not(half: str) -> None:
    written = texts(f"honest_{half}")

    kept_back = [text for text in written if held(text)]

    assert len(written) >= 100
    assert len(kept_back) <= len(written) / 100, kept_back


@pytest.mark.parametrize("kind", ["spam", "honest"])
@pytest.mark.parametrize("other", ["kept", "fresh", "unseen"])
def test_no_text_stands_in_two_files(kind: str, other: str) -> None:
    assert not set(texts(f"{kind}_tuned")) & set(texts(f"{kind}_{other}"))


@pytest.mark.parametrize("written", ["fresh", "unseen"])
def test_spam_written_apart_from_the_rules_comes_close(written: str) -> None:
    found = [held(text) for text in texts(f"spam_{written}")]

    assert sum(found) >= 0.8 * len(found)


@pytest.mark.parametrize("written", ["fresh", "unseen"])
def test_the_honest_near_its_subjects_pass(written: str) -> None:
    kept_back = [text for text in texts(f"honest_{written}") if held(text)]

    assert kept_back == []


def test_who_sounds_honest_may_name_a_sum_but_not_a_way_elsewhere() -> None:
    said = "My orchard is small and I earn £40 a month by cider, which I would love to explain. "

    assert not held(said + "I would like to learn to prune from somebody patient.")
    assert held(said + "Add me on Telegram @cider_king and I would like to learn.")


@pytest.mark.skipif(REAL_ADS not in os.environ, reason=f"{REAL_ADS} names no file")
def test_real_ads_are_not_held() -> None:
    lines = Path(os.environ[REAL_ADS]).read_text("utf-8").splitlines()
    ads = [json.loads(line) for line in lines]
    words = ("headline", "seeks", "offers", "about", "name")
    skills = ("seeks_skills", "offers_skills")
    said = [
        "\n".join(
            (*(str(ad.get(w, "")) for w in words), *(", ".join(ad.get(s, ())) for s in skills))
        )
        for ad in ads
    ]

    assert sum(map(held, said)) <= len(said) / 100


@pytest.mark.parametrize(
    "disguise",
    [
        "Double your b1tc01n with me",
        "Double your Ьitсоin with me",
        "Double your b i t c o i n with me",
        "Double your b.i.t.c.o.i.n with me",
        "Double your bit\u200bcoin with me",
        "Double your 𝐛𝐢𝐭𝐜𝐨𝐢𝐧 with me",
        "Double your ｂｉｔｃｏｉｎ with me",
    ],
)
def test_disguises_are_seen_through(disguise: str) -> None:
    assert held(disguise)


def test_whoever_warns_may_quote() -> None:
    talk = "I give talks about scams that promise guaranteed returns."

    assert not held(talk)
    assert held(talk + " Ring me on 07700 900123.")


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("Tea on Friday at three?", False),
        ("I kept a shop from 1998 to 2017 and had 14 staff.", False),
        ("My pots are at hafodpots.wales if you care to look.", True),
        ("Ring me on 01970 555 012.", True),
        ("Find me on Telegram.", True),
        ("Could we talk outside this board?", True),
        ("Write to me at someone@letters.example.", False),  # removed by the relay
    ],
)
def test_what_leads_elsewhere_is_known(text: str, leads: bool) -> None:
    assert bool(carried(text)) is leads


def test_a_newcomer_with_several_links_is_held_and_others_are_not() -> None:
    signals = read_signals("See one-garden.wales and two-gardens.wales for what I grow.")

    assert policy.reason(signals, Copies(1, 1), newcomer=True, held_of_source=0) == policy.LINKS
    assert policy.reason(signals, Copies(1, 1), newcomer=False, held_of_source=0) == ""


def test_where_much_was_held_newcomers_are_looked_at() -> None:
    honest = read_signals("I teach pottery and would like to learn to sail.")
    most = policy.SOURCE_MOST

    assert policy.reason(honest, Copies(1, 1), newcomer=True, held_of_source=most) == policy.SOURCE
    assert policy.reason(honest, Copies(1, 1), newcomer=True, held_of_source=most - 1) == ""
    assert policy.reason(honest, Copies(1, 1), newcomer=False, held_of_source=most) == ""
