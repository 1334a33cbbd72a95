"""What a network may be called and where it may lead; whose addresses are its own."""

import pytest

from app.core.secret import Address
from app.moderation import network_rules as rules
from tests.desk.networks import NETWORK


@pytest.mark.parametrize(
    ("domain", "email", "theirs"),
    [
        ("cardiff.ac.uk", "gwen@cardiff.ac.uk", True),
        ("cardiff.ac.uk", "Gwen@CARDIFF.AC.UK", True),
        ("cardiff.ac.uk", "gwen@students.cardiff.ac.uk", True),
        ("cardiff.ac.uk", "gwen@evilcardiff.ac.uk", False),
        ("cardiff.ac.uk", "gwen@cardiff.ac.uk.evil.example", False),
        ("cardiff.ac.uk", "cardiff.ac.uk@evil.example", False),
        ("cardiff.ac.uk", '"x@cardiff.ac.uk"@evil.example', False),
        ("cardiff.ac.uk", "gwen@ac.uk", False),
        ("", "gwen@cardiff.ac.uk", False),
    ],
)
def test_an_address_is_at_a_domain_or_below_it(domain: str, email: str, theirs: bool) -> None:
    assert rules.is_at(domain, Address(email)) is theirs


def wrong(**typed: str) -> dict[str, str]:
    draft = rules.cleaned(**(NETWORK | typed))
    return {problem.field: problem.sentence for problem in rules.problems(draft)}


def test_a_plain_network_has_nothing_wrong() -> None:
    assert wrong() == {}
    assert wrong(domain="students.cardiff.ac.uk", link="http://guild.example") == {}
    assert wrong(name="Code.org Cymru", domain="nhs.net") == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "TM"),
        ("name", "x" * 61),
        ("name", "Ask guild@guild.example"),
        ("name", "Guild, 07700 900123"),
        ("name", "=?utf-8?q?x?="),
        ("link", ""),
        ("link", "javascript:alert(1)"),
        ("link", "javascript://guild.example/%0aalert(1)"),
        ("link", "data:text/html,x"),
        ("link", "ftp://guild.example"),
        ("link", "https://nobody"),
        ("link", "https://guild.example@evil.example"),
        ("link", 'https://guild.example/"onmouseover="x'),
        ("link", "https://guild.example/a b"),
        ("link", "https://guild.example/?ask=gwen@guild.example"),
        ("link", "https://guild.example:port/"),
        ("link", "https://" + "x" * 200 + ".example"),
        ("meaning", "Ours."),
        ("meaning", "x " * 200),
        ("meaning", "People whom gwen@guild.example knows."),
        ("domain", "guild"),
        ("domain", "https://guild.example"),
        ("domain", "gwen@guild.example"),
        ("domain", "uk"),
        ("domain", "ac.uk"),
        ("domain", "co.uk"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field: str, typed: str) -> None:
    assert list(wrong(**{field: typed})) == [field]


@pytest.mark.parametrize(
    "domain",
    [
        *("gmail.com", "@Gmail.com", "googlemail.com", "yahoo.co.uk", "outlook.de", "me.com"),
        *("live.co.uk", "mail.yahoo.com", "btinternet.com", "icloud.com", "proton.me"),
    ],
)
def test_where_everybody_may_have_an_address_says_nothing(domain: str) -> None:
    assert wrong(domain=domain)["domain"].startswith("Anybody can have an address there")


def test_what_was_typed_is_put_right() -> None:
    draft = rules.cleaned(
        name="  Teifi   Guild ", link="guild.example", meaning="One\nline.", domain="@Guild.EXAMPLE"
    )
    assert (draft.name, draft.link, draft.meaning, draft.domain) == (
        "Teifi Guild",
        "https://guild.example",
        "One line.",
        "guild.example",
    )
