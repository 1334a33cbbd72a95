"""Whose words a mail may carry: its one sender, and what our own mail server found out."""

import pytest

from app.core.secret import Address
from app.relay.reading import read, sender_proven
from tests.relay.reading.mails import mail

TRUSTED = "mx.board.example"
BLODWEN = "Blodwen@Harbwr.example"


def proven(*header: str, sender: str = BLODWEN, of: str = BLODWEN, trusted: str = TRUSTED) -> bool:
    reading = read(mail("Hello.", *header, sender=sender), trusted=trusted)
    return sender_proven(reading, Address(of))


def said(results: str, **how: str) -> bool:
    return proven(f"Authentication-Results: {results}", **how)


@pytest.mark.parametrize(
    "results",
    [
        "mx.board.example; dmarc=pass header.from=harbwr.example",
        "mx.board.example; dmarc=pass (p=reject dis=none) header.from=harbwr.example",
        "mx.board.example; dmarc=pass",
        "MX.board.example 1; DMARC=Pass header.from=HARBWR.example",
        '"mx.board.example"; dmarc = pass header.from = harbwr.example',
        "(by us) mx.board.example; dmarc=pass",
        "mx.board.example; dkim=pass (2048-bit key) header.d=harbwr.example header.s=one",
        "mx.board.example; dkim/1=pass header.i=@harbwr.example header.s=one",
        "mx.board.example; spf=pass smtp.mailfrom=bounce@harbwr.example",
        "mx.board.example; spf=pass smtp.mailfrom=harbwr.example smtp.helo=x.example",
        "mx.board.example; spf=fail smtp.mailfrom=x.example; dkim=pass header.d=harbwr.example",
        "mx.board.example;\n\tdkim=fail header.d=harbwr.example;\n\tdkim=pass"
        ' reason="good; (signature)" header.d=harbwr.example',
        "mx.board.example; auth=pass smtp.auth=blodwen; dmarc=pass header.from=harbwr.example",
    ],
)
def test_what_our_server_vouches_for_is_proven(results: str) -> None:
    assert said(results)


@pytest.mark.parametrize(
    "results",
    [
        "",
        "mx.board.example",
        "mx.board.example; none",
        "mx.board.example; dmarc=fail header.from=harbwr.example",
        "mx.board.example; dmarc=none header.from=harbwr.example",
        "mx.board.example; dmarc=passed",
        "mx.board.example; dmarc=pass header.from=forger.example",
        "mx.board.example; dmarc=fail; dkim=pass header.d=harbwr.example",
        "mx.board.example; dkim=pass header.d=forger.example",
        "mx.board.example; dkim=pass header.d=example",
        "mx.board.example; dkim=pass header.d=arbwr.example",
        "mx.board.example; dkim=pass header.d=below.harbwr.example",
        "mx.board.example; dkim=pass header.d=harbwr.example header.d=forger.example",
        "mx.board.example; dkim=pass",
        "mx.board.example; dkim=fail header.d=harbwr.example",
        "mx.board.example; spf=pass smtp.mailfrom=forger.example",
        "mx.board.example; spf=pass smtp.helo=harbwr.example",
        "mx.board.example; spf=softfail smtp.mailfrom=harbwr.example",
        "mx.board.example; iprev=pass policy.iprev=192.0.2.1; arc=pass; auth=pass",
        "mx.board.example; (dmarc=pass",
        "mx.board.example; (dmarc=pass) dkim=fail",
        'mx.board.example; spf=fail smtp.mailfrom="x; dmarc=pass"@forger.example',
        'mx.board.example; spf=fail smtp.mailfrom="x; dmarc=pass',
        "mx.board.example; spf=fail (says \\) ; dmarc=pass ) smtp.mailfrom=forger.example",
        "mx.forger.example; dmarc=pass header.from=harbwr.example",
        "mx.board.example.forger.example; dmarc=pass header.from=harbwr.example",
        "dmarc=pass",
        "; dmarc=pass",
    ],
)
def test_anything_less_proves_nothing(results: str) -> None:
    assert not said(results)


def test_only_the_topmost_results_of_our_server_count() -> None:
    no = "Authentication-Results: mx.board.example; dmarc=fail"
    unreadable = "Authentication-Results: mx.board.example; dmarc=fail ("
    forged = "Authentication-Results: mx.board.example; dmarc=pass"
    elsewhere = "Authentication-Results: mx.other.example; dmarc=fail"

    assert not proven(no, forged)
    assert not proven(unreadable, forged)
    assert proven(elsewhere, forged)


def test_nobody_is_trusted_unless_told() -> None:
    assert not said("mx.board.example; dmarc=pass", trusted="")
    assert not said("; dmarc=pass", trusted="")


def test_a_domain_above_vouches_for_one_below() -> None:
    below = "b@post.harbwr.example"

    assert said("mx.board.example; dkim=pass header.d=harbwr.example", sender=below, of=below)


@pytest.mark.parametrize(
    ("sender", "senders"),
    [
        ("b@harbwr.example", ("b@harbwr.example",)),
        ("<b@harbwr.example>", ("b@harbwr.example",)),
        ("Blodwen <b@harbwr.example>", ("b@harbwr.example",)),
        ('"Hughes, Blodwen" <b@harbwr.example>', ("b@harbwr.example",)),
        ("Hughes, Blodwen <b@harbwr.example>", ("b@harbwr.example",)),
        ("b@harbwr.example (Blodwen :)", ("b@harbwr.example",)),
        ("Blodwen :) <b@harbwr.example>", ("b@harbwr.example",)),
        ('"b@harbwr.example" <b@harbwr.example>', ("b@harbwr.example",)),
        ("b@harbwr.example <b@harbwr.example>", ("b@harbwr.example",)),
        ("=?utf-8?q?Bl=C3=B4dwen?= <b@harbwr.example>", ("b@harbwr.example",)),
        ("Blôdwen <b@harbwr.example>", ("b@harbwr.example",)),
        ("Blodwen\n <b@harbwr.example>", ("b@harbwr.example",)),
        ("blôdwen@harbŵr.example", ("blôdwen@harbŵr.example",)),
        ("b@harbwr.example, c@harbwr.example", ("b@harbwr.example", "c@harbwr.example")),
        ("b@harbwr.example\nFrom: c@x.example", ("b@harbwr.example", "c@x.example")),
        ("b@harbwr.example\nFrom: b@harbwr.example", ("b@harbwr.example", "b@harbwr.example")),
        ("b@harbwr.example\nFrom: nobody", ()),
        ("friends: b@harbwr.example, c@x.example;", ("b@harbwr.example", "c@x.example")),
        ('"c@x.example" <b@harbwr.example>', ("b@harbwr.example",)),
        ("c@x.example <b@harbwr.example>", ()),
        ("<c@x.example> <b@harbwr.example>", ()),
        ("<@x.example:b@harbwr.example>", ()),
        ('"b"@harbwr.example', ()),
        ("Blodwen ( <b@harbwr.example>", ()),
        ('"Blodwen <b@harbwr.example>', ()),
        ("=?utf-8?q?b=40harbwr=2Eexample?=", ()),
        ("nobody", ()),
        ("", ()),
        ("b@harbwr.example, " * 2000, ()),
    ],
)
def test_a_sender_is_read_without_doubt_or_not_at_all(
    sender: str, senders: tuple[str, ...]
) -> None:
    assert read(mail(sender=sender), trusted="").senders == senders


PASS = "Authentication-Results: mx.board.example; dmarc=pass"


@pytest.mark.parametrize(
    ("sender", "of"),
    [
        ("BLODWEN@HARBWR.EXAMPLE", "blodwen@harbwr.example"),
        ("b@harbŵr.example", "b@xn--harbr-ehb.example"),
        ("b@harbwr.example.", "b@harbwr.example"),
    ],
)
def test_one_mailbox_may_be_spelled_in_two_ways(sender: str, of: str) -> None:
    assert proven(PASS, sender=sender, of=of)


@pytest.mark.parametrize(
    "sender",
    [
        *("c@harbwr.example", "b@harbwr.example.forger.example", "b+x@harbwr.example", "b@b"),
        *("b@harbwr.example, c@x.example", "b@harbwr.example\nFrom: b@harbwr.example", "b", ""),
    ],
)
def test_nobody_else_is_proven_to_be_the_one(sender: str) -> None:
    assert not proven(PASS, sender=sender, of="b@harbwr.example")
