"""One line of an import file: what it may say, and how a refusal names what is wrong."""

from datetime import timedelta
from typing import Any

import pytest

from app.ads.fields import BadLine
from app.ads.lines import dated, read_line
from app.core.secret import Address
from tests.ads.written import NOW, line


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"headline": "Hi"}, "headline", "at least 5"),
        ({"headline": 5}, "headline", "text"),
        ({"headline": "x" * 101}, "headline", "101"),
        ({"kind": "wants"}, "kind", "seeking or offering"),
        ({"kind": ...}, "kind", "seeking or offering"),
        ({"seeks": "Short."}, "seeks", "sentence"),
        ({"offers": ""}, "offers", "give back"),
        ({"seeks": "Write to bob@example.com about accounts."}, "seeks", "addresses"),
        ({"about": "Ring 07700 900123, any time."}, "about", "phone"),
        ({"name": ""}, "name", "name"),
        ({"name": None}, "name", "name"),
        ({"sector": "wizardry"}, "sector", "sector"),
        ({"sectors_wanted": ["law", "wizardry"]}, "sectors_wanted", "sector"),
        ({"sectors_wanted": 7}, "sectors_wanted", "list"),
        ({"modes": []}, "modes", "way to meet"),
        ({"modes": ["telepathy"]}, "modes", "way to meet"),
        ({"modes": [["phone"]]}, "modes", "list"),
        ({"rhythm": "daily"}, "rhythm", "how often"),
        ({"language": "fr"}, "language", "language"),
        ({"place": ""}, "place", "town"),
        ({"place": "Atlantis-on-Sea"}, "place", "town"),
        ({"place": "Cardif"}, "place", "Cardiff"),
        ({"place": {"id": 1}}, "place", "text"),
        ({"capacity": 0}, "capacity", "1 to 20"),
        ({"capacity": 1.5}, "capacity", "1 to 20"),
        ({"capacity": 10**400}, "capacity", "1 to 20"),
        ({"capacity": True}, "capacity", "number"),
        ({"capacity": "3"}, "capacity", "number"),
        ({"return_open": "yes"}, "return_open", "true or false"),
        ({"seeks_skills": list("abcdefghi")}, "seeks_skills", "at most 8"),
        ({"offers_skills": [1]}, "offers_skills", "list"),
        ({"email": ...}, "email", "--with-addresses"),
        ({"email": "not an address"}, "email", "whole address"),
        ({"email": "a@b@members.test"}, "email", "whole address"),
        ({"box": "12"}, "box", "six"),
        ({"state": "asleep"}, "state", "one of"),
        ({"state": "live", "confirmed": False}, "confirmed", "false"),
        ({"confirmed": 1}, "confirmed", "true or false"),
        ({"posted_at": "yesterday"}, "posted_at", "time"),
        ({"posted_at": 1767225600}, "posted_at", "text"),
        ({"posted_at": "0001-01-01T00:00:00+14:00"}, "posted_at", "time"),
        ({"posted_at": "2027-01-01"}, "posted_at", "still to come"),
        ({"posted_at": "2026-02-01", "expires_at": "2026-01-01"}, "expires_at", "before"),
        ({"state": "expired", "expires_at": "2026-04-01"}, "expires_at", "over"),
        ({"days_ago": -1}, "days_ago", "from 0"),
        ({"days_ago": 10**400}, "days_ago", "from 0"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(changed: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(BadLine) as refused:
        dated(read_line(line(**changed)), now=NOW)

    reason = str(refused.value)
    assert reason.startswith(f"{field}: ")
    assert says in reason
    assert "@" not in reason.replace("gwen@example.org", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "curly brackets"),
        ('"an ad"', "curly brackets"),
        ("[" * 50_000, "nests too deeply"),
        ('{"capacity": NaN}', "number no ad has"),
        ('{"capacity": ' + "9" * 5_000 + "}", "number no ad has"),
        ('{"about": "' + "x" * 70_000 + '"}', "longer than 64 kB"),
        ('{"about": "\\ud800"}', "not UTF-8"),
        ('{"about": "\udcff"}', "not UTF-8"),
        ('{"headlin": "Hello"}', "no field called headlin"),
        ('{"bob@members.test": "Hello"}', "no field called …"),
    ],
)
def test_what_is_no_ad_at_all_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(BadLine, match=says):
        read_line(text)


def test_an_ambiguous_town_means_the_most_populous_and_a_label_means_itself() -> None:
    newport = read_line(line(place="Newport")).draft.place_id
    assert newport == read_line(line(place="Newport, Wales")).draft.place_id
    assert newport != read_line(line(place="Newport, Isle of Wight")).draft.place_id


@pytest.mark.parametrize("domain", ["members.test", "demo.invalid", "board.example", "example.org"])
def test_addresses_at_domains_that_reach_nobody_are_welcome(domain: str) -> None:
    email = read_line(line(email=f"gwen@{domain}")).email
    assert email == Address(f"gwen@{domain}")


@pytest.mark.parametrize(
    ("given", "state", "was_live"),
    [
        ({}, "unconfirmed", False),
        ({"confirmed": True}, "live", True),
        ({"state": "live"}, "live", True),
        ({"state": "unconfirmed", "confirmed": True}, "unconfirmed", False),
        ({"state": "paused"}, "paused", True),
        ({"state": "expired"}, "expired", True),
        ({"state": "closed"}, "closed", True),
        ({"state": "closed", "confirmed": False}, "closed", False),
        ({"state": "removed"}, "removed", True),
        ({"state": "held"}, "held", False),
    ],
)
def test_state_and_confirmed_tell_each_other(
    given: dict[str, Any], state: str, was_live: bool
) -> None:
    ad = dated(read_line(line(**{"confirmed": ...} | given)), now=NOW)

    assert ad.state == state
    assert (ad.posted_at is not None) == was_live
    assert (ad.ended_at is not None) == (state in {"closed", "removed"})
    assert (ad.expires_at is not None and ad.expires_at <= NOW) == (state == "expired")


def test_days_ago_counts_back_from_now_and_sixty_days_are_an_ad_s_time() -> None:
    ad = dated(read_line(line(days_ago=1.5)), now=NOW)
    assert ad.posted_at == NOW - timedelta(days=1.5)
    assert ad.expires_at == NOW + timedelta(days=58.5)
