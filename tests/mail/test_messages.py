"""What the mails say, each tried with words that try to do more than be read."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.config import ROOT
from app.core.marker import REPLY_MARKER
from app.core.secret import Address
from app.core.site import Site
from app.mail import desk_messages, messages
from app.mail.messages import Draft
from tests.mail.conftest import SITE

UNTIL = datetime(2026, 7, 2, 13, 5, tzinfo=UTC)  # in British summer time
LINK = "https://board.example.org/l/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"
STOP = "https://board.example.org/l/stop-Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"
SIAN = Address("sian.powell@members.example")
AD: dict[str, Any] = {"headline": "Potter seeks somebody who knows exports", "box": "7K2M9Q"}
WANTED = "Seeking ads for “bread” within 20 miles of Aberystwyth (Health, By phone)"
TEXT = "Hello,\n\n  two   spaces, and a link: https://elsewhere.example/x\n" + "long " * 40
SWAP = messages.Swap(
    "Baker seeks a web page", "3KRDNB", "somebody to read a contract", "contracts", "a page", "pots"
)
OPEN = messages.Swap("Ask me anything", "81C1C0", "contracts", "", "", "throwing pots")

EVERY: dict[str, Callable[[Site], Draft]] = {
    "confirm_ad": lambda site: messages.confirm_ad(site, **AD, link=LINK, until=UNTIL),
    "sign_in": lambda site: messages.sign_in(site, link=LINK),
    "erase_me": lambda site: messages.erase_me(site, link=LINK),
    "expiry_reminder": lambda site: messages.expiry_reminder(
        site, **AD, expires_at=UNTIL, days=7, link=LINK
    ),
    "ad_published": lambda site: messages.ad_published(site, **AD),
    "ad_held": lambda site: messages.ad_held(site, **AD),
    "decided": lambda site: messages.decided(
        site,
        **AD,
        what="remove",
        kind="ad",
        more=2,
        reason="It’s spam, or sells something",
        sentence="Lamps are for the market.",
        link=LINK,
    ),
    "confirm_report": lambda site: messages.confirm_report(
        site, number="R-12", days=2, link=LINK, until=UNTIL
    ),
    "report_decided": lambda site: messages.report_decided(
        site, number="R-12", acted=True, appeal=False, sentence="It is off the board.", link=LINK
    ),
    "matches": lambda site: messages.matches(site, **AD, others=[SWAP, OPEN]),
    "confirm_alert": lambda site: messages.confirm_alert(
        site, words=WANTED, daily=True, link=LINK, until=UNTIL
    ),
    "alert": lambda site: messages.alert(
        site, words=WANTED, ads=[messages.Named(**AD, kind="seeks")], total=3, link=LINK
    ),
    "alert_paused": lambda site: messages.alert_paused(site, words=WANTED, link=LINK),
    "ad_paused_unanswered": lambda site: messages.ad_paused_unanswered(
        site, **AD, waiting=3, link=LINK
    ),
    "reminder_to_answer": lambda site: messages.reminder_to_answer(
        site, **AD, author_name="Siân", days=3, text=TEXT, link=LINK
    ),
    "no_answer_yet": lambda site: messages.no_answer_yet(
        site,
        **AD,
        days=10,
        others=[messages.Named("Baker seeks a web page", "3N8R5T", "seeks")],
        more=f"{SITE.base_url}/ads?kind=seeks&sector=arts",
    ),
    "confirm_message": lambda site: messages.confirm_message(
        site, **AD, text=TEXT, link=LINK, until=UNTIL
    ),
    "new_message": lambda site: messages.new_message(
        site, **AD, author_name="Siân", text=TEXT, link=LINK, stop=STOP, first=True
    ),
    "shared": lambda site: messages.shared(
        site, **AD, author_name="Siân", address=SIAN, link=LINK, stop=STOP
    ),
    "declined": lambda site: messages.declined(site, **AD, author_name="Siân", reason="far"),
    "ended": lambda site: messages.ended(site, **AD, author_name="Siân"),
    "was_this_you": lambda site: messages.was_this_you(
        site, **AD, text=TEXT, link=LINK, until=UNTIL
    ),
    "not_passed_on": lambda site: messages.not_passed_on(site, **AD, why="empty", link=LINK),
    "for_broker": lambda site: messages.for_broker(site, local="postmaster", text=TEXT),
    "report_received": lambda site: messages.report_received(
        site,
        number="R-12",
        subject_kind="ad",
        subject="7K2M9Q",
        reason="money",
        text=TEXT,
        url=f"{SITE.base_url}/ads/7K2M9Q",
    ),
    "report_thanks": lambda site: messages.report_thanks(site, number="R-12", days=2),
    "introduction": lambda site: desk_messages.introduction(
        site,
        **AD,
        theirs=desk_messages.Sides(
            "Baker seeks a web page", "3N8R5T", "A page", "Bread that rises"
        ),
        line="You both get up at four, and each has what the other asks for.",
        link=LINK,
        until=UNTIL,
    ),
    "introduced": lambda site: desk_messages.introduced(
        site,
        name="Siân",
        own=desk_messages.Headed(**AD),
        theirs=desk_messages.Headed("Baker seeks a web page", "3N8R5T"),
        line="You both get up at four.",
        link=LINK,
        stop=STOP,
    ),
    "introduction_over": lambda site: desk_messages.introduction_over(
        site, **AD, page=f"{SITE.base_url}/ads/7K2M9Q/matches", live=True
    ),
    "let_through": lambda site: desk_messages.let_through(site, **AD, more=1, link=LINK),
    "join_network": lambda site: desk_messages.join_network(
        site, network="Teifi Makers’ Guild", link=LINK, until=UNTIL
    ),
    "erased": lambda site: messages.erased(site),
}
PURPOSE = {
    "no_answer_yet": "https://board.example.org/ads/3N8R5T",
    "matches": "https://board.example.org/ads/7K2M9Q/matches",
    "introduction_over": "https://board.example.org/ads/7K2M9Q/matches",
    "ad_published": "https://board.example.org/ads/7K2M9Q/potter-seeks",
    "ad_held": "https://board.example.org/brokering",
    "declined": "https://board.example.org/ads",
    "ended": "https://board.example.org/mine",
    "report_received": "https://board.example.org/ads/7K2M9Q",
    "report_thanks": "https://board.example.org/safety",
    "for_broker": "https://board.example.org/help",
    "erased": "https://board.example.org",
}


@pytest.fixture(params=EVERY)
def draft(request: pytest.FixtureRequest) -> Draft:
    return EVERY[request.param](SITE)


def test_every_folder_of_words_is_a_mail_tried_here() -> None:
    folders = {path.name for path in (ROOT / "app/templates/mail").iterdir() if path.is_dir()}
    assert folders == set(EVERY)


def test_the_first_link_is_the_purpose(draft: Draft) -> None:
    first = re.search(r"https?://\S+", draft.body)
    assert first is not None
    assert first[0].startswith(PURPOSE.get(draft.kind, LINK))
    assert f"\n{first[0]}\n" in draft.body


def test_a_mail_with_a_secret_says_so(draft: Draft) -> None:
    assert draft.holds_link == ("/l/" in draft.body) == (draft.kind not in PURPOSE)


def test_every_mail_says_who_looks_after_the_board_and_what_is_never_asked(draft: Draft) -> None:
    assert "\n-- \nBothways\nhttps://board.example.org\n" in draft.body
    assert draft.body.endswith("Looked after by Teifi Chamber: broker@chamber.example\n")
    assert "Bothways never asks for money, a code or a password." in draft.body
    assert "{" not in draft.subject + draft.body


def test_prose_is_wrapped_and_links_stand_alone(draft: Draft) -> None:
    ours = draft.body.replace(TEXT, "")
    assert max(len(line) for line in ours.splitlines() if "://" not in line) <= messages.WIDTH
    assert all(line == "" or " " not in line for line in ours.splitlines() if "://" in line)
    assert "\n\n\n" not in ours.partition("\n-- \n")[0].replace("\n\n\n\n", "")


def test_what_is_left_alone_is_said(draft: Draft) -> None:
    said = " ".join(draft.body.split())
    assert any(
        words in said for words in ("If you leave it", "just leave it", "nothing", "Nothing")
    )


@pytest.mark.parametrize(
    "kind", ["confirm_message", "new_message", "reminder_to_answer", "report_received"]
)
def test_what_somebody_wrote_is_kept_as_typed(kind: str) -> None:
    assert f"\n\n{TEXT}\n\n" in EVERY[kind](SITE).body


def test_unprintable_characters_are_left_out_of_what_somebody_wrote() -> None:
    draft = messages.new_message(
        SITE,
        **AD,
        author_name="Si\nân",
        text="one\r\ntwo\x00\x1b[31m\ud800\n",
        link=LINK,
        stop=STOP,
        first=False,
    )
    assert "\n\none\ntwo[31m\n\n" in draft.body
    assert draft.sender_name == "Si ân"


def test_a_first_answer_and_a_later_one_have_their_subjects() -> None:
    words = {**AD, "author_name": "Siân", "text": "Hello", "link": LINK, "stop": STOP}
    first = messages.new_message(SITE, **words, first=True)
    later = messages.new_message(SITE, **words, first=False)
    assert first.subject == "Siân answers your ad: Potter seeks somebody who knows exports"
    assert later.subject == "Re: Potter seeks somebody who knows exports"


def written(site: Site = SITE, **changes: Any) -> str:
    """The body of a message's mail, in one line."""
    words = {**AD, "author_name": "Siân", "text": TEXT, "link": LINK, "stop": STOP, "first": True}
    return messages.new_message(site, **(words | changes)).body


def test_an_answerable_mail_begins_with_its_purpose_then_the_text_and_a_line_to_reply_above() -> (
    None
):
    linked = f"{TEXT}\n\nSee https://exports.example/how"
    body = written(replace(SITE, relay_domain="relay.example.org"), text=linked)
    above, _, below = body.partition(f"\n\n{REPLY_MARKER}\n\n")
    assert above == f"Just reply to this mail, or answer on the board:\n{LINK}\n\n{linked}"
    assert "Reply, and Siân gets your words, without your signature" in " ".join(below.split())
    assert re.findall(r"https?://\S+", below)[0] == STOP
    assert "Answer on the board, not to this mail" not in body


def test_a_mail_that_can_not_be_answered_says_so() -> None:
    assert REPLY_MARKER not in written()
    assert "--- Answer on the board, not to this mail ---" in written()


@pytest.mark.parametrize("relay_domain", ["", "relay.example.org"])
def test_an_address_stands_in_a_mail_only_where_it_is_shared(relay_domain: str) -> None:
    site = replace(SITE, relay_domain=relay_domain)
    assert "you may also write there directly" not in written(site)
    assert f"\n\n{SIAN.reveal()}\n\n" in written(site, direct=SIAN)


def test_nobody_who_shared_an_address_is_told_that_it_is_never_shown() -> None:
    said = "Your address is never shown to Siân."
    assert said in " ".join(written().split())
    for known in ("now", "once"):
        assert "never shown" not in " ".join(written(known=known).split())


def test_percent_signs_and_braces_are_only_words() -> None:
    ad = {"headline": "100% keen %(box)s {{ site }} <b>", "box": "7K2M9Q"}
    draft = messages.confirm_ad(SITE, **ad, link=LINK, until=UNTIL)
    assert draft.subject == "Publish your ad: 100% keen %(box)s {{ site }} <b>"
    assert "‘100% keen %(box)s {{ site }} <b>’, Box 7K2M9Q" in draft.body


def test_a_headline_is_one_line_whatever_came() -> None:
    ad = {"headline": "Potter\r\nBcc: x\x00\u0085y\tz", "box": "7K2M9Q"}
    draft = messages.confirm_ad(SITE, **ad, link=LINK, until=UNTIL)
    assert draft.subject == "Publish your ad: Potter Bcc: x y z"


def test_times_are_british() -> None:
    body = " ".join(messages.confirm_ad(SITE, **AD, link=LINK, until=UNTIL).body.split())
    assert "until Thursday 2 July, 14:05 (UK time)" in body


def test_the_last_day_is_tomorrow() -> None:
    tomorrow, next_week = (
        messages.expiry_reminder(SITE, **AD, expires_at=UNTIL, days=days, link=LINK)
        for days in (1, 7)
    )
    assert tomorrow.subject.startswith("Your ad ends tomorrow: Potter")
    assert next_week.subject.startswith("Your ad ends in 7 days: Potter")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("full", "as many conversations as fit"),
        ("time", "can’t find the time"),
        ("fit", "something a little different"),
        ("far", "a bit too far"),
        ("none", "says no this time"),
    ],
)
def test_each_reason_for_a_no_has_its_kind_words(reason: str, words: str) -> None:
    draft = messages.declined(SITE, **AD, author_name="Siân", reason=reason)
    assert words in " ".join(draft.body.split())


def test_a_board_without_a_broker_signs_with_its_name() -> None:
    site = Site("Bothways", "http://127.0.0.1:8000", "board@localhost", "", None)
    bodies = [write(site).body for write in EVERY.values()]
    assert all(body.endswith("\n-- \nBothways\nhttp://127.0.0.1:8000\n") for body in bodies)


def test_a_language_without_words_yet_speaks_english() -> None:
    assert messages.sign_in(SITE, link=LINK, language="xx").subject == "Your link to Bothways"
