"""What somebody typed that would let a reader reach them past the board, and what only looks so."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.addresses import Found, find_addresses

ZERO_WIDTH, SOFT_HYPHEN, OVERRIDE = "\u200b", "\u00ad", "\u202e"

EMAILS = [
    "bob@example.com",
    "Bob.Smith+ads@mail.example.co.uk",
    "BOB@EXAMPLE.COM",
    "o'brien@example.com",
    "bob_smith-99@my-site.co.uk",
    "write to bob@example.com.",
    "(bob@example.com)",
    "“bob@example.com”",
    "bob@example.photography",
    "bob@example.brandnewending",
    "bob@xn--bcher-kva.example",
    "bob@bücher.example",
    "żółć@przykład.pl",
    "иван@пример.рф",
    "bob@[192.0.2.1]",
    '"bob smith"@example.com',
    "mailto:bob@example.com",
    "@bob@example.social",
    "bob＠example.com",
    "bob﹫example．com",
    "ｂｏｂ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    "𝐛𝐨𝐛@𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
    "bob@example。com",
    f"bob{ZERO_WIDTH}@{ZERO_WIDTH}example{ZERO_WIDTH}.com",
    f"b{SOFT_HYPHEN}o{SOFT_HYPHEN}b@exam{SOFT_HYPHEN}ple.com",
    f"bob{OVERRIDE}@example.com",
    "bob@exa\u0301mple.com",
    "bob\x00@example.com",
    "bob @ example.com",
    "bob@ example.com",
    "bob @example.com",
    "bob @ example . com",
    "bob@example . co . uk",
    "bob @ example .com",
    "bob@example dot com",
    "bob@example[.]com",
    "bob%40example.com",
    "bob&#64;example.com",
    "bob&commat;example.com",
    "bob at example dot com",
    "Bob AT Example DOT Com",
    "bob at example dot co dot uk",
    "bob at example dot co.uk",
    "bob  at  example  dot  com",
    "bob\nat\nexample\ndot\ncom",
    "bob dot smith at example dot org",
    "b o b @ e x a m p l e . c o m",
    "bob@example,com",
    "bob underscore smith at example dot org",
    "bob (at) example (dot) org",
    "bob(at)example(dot)org",
    "bob [at] example [dot] org",
    "bob[at]example.co.uk",
    "bob {at} example {dot} com",
    "bob <at> example <dot> com",
    "bob(@)example.com",
    "bob(a)example.com",
    "bob_at_example_dot_com",
    "bob arobase example dot fr",
    "bob@gmail",
    "bob @ gmail",
    "bob at gmail",
    "bob AT gmail",
    "bob at gmail dot com",
    "bob at gmail.com",
    "bob99 at outlook",
    "bob.smith at yahoo",
    "bob AT yahoo",
    "anwen at btinternet",
    "anwen (at) icloud",
    "mail me, anwen at hotmail, any time",
    "ebostiwch anwen@example.cymru",
]

PHONES = [
    "07700 900123",
    "07700900123",
    "07700 900 123",
    "077 00 90 01 23",
    "07700-900-123",
    "07700.900.123",
    "07700/900123",
    "07700,900,123",
    "07700~900~123",
    "07 7 0 0 9 0 0 1 2 3",
    "0.7.7.0.0.9.0.0.1.2.3",
    "0-7-7-0-0-9-0-0-1-2-3",
    "0 7 7 0 0 - 9 0 0 - 1 2 3",
    "(07700) 900123",
    "O7700 9OO123",
    "０７７００　９００１２３",
    "٠٧٧٠٠ ٩٠٠١٢٣",
    "0\ufe0f\u20e37\ufe0f\u20e37\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e39001\u200b23",
    "07700‑900‑123",
    "07700–900–123",
    "07700 900123, after 6pm",
    "in 2019 07700 900123",
    "7700 900123",
    "7700900123",
    "029 2087 0000",
    "02920-870-000",
    "(029) 2087 0000",
    "01970 870000",
    "01204 56789",
    "020 7946 0018",
    "0800 123 4567",
    "0300 1234567",
    "+44 (0)29 2087 0000",
    "+44 7700 900123",
    "+447700900123",
    "+44.7700.900123",
    "(+44) 7700 900123",
    "0044 7700 900123",
    "00 44 7700 900 123",
    "44 7700 900123",
    "447700900123",
    "+353 1 234 5678",
    "+1 (555) 010-9999",
    "+49 30 1234567",
    "0033 1 23 45 67 89",
    "(555) 010-9999",
    "555-010-9999",
    "call me on 870000",
    "tel: 2087 0000",
    "oh seven seven double oh nine double oh one two three",
    "zero seven seven zero zero nine zero zero one two three",
    "zero-seven-seven-zero-zero-nine-zero-zero-one-two-three",
    "oh seven seven zero zero, nine hundred, 07700 900 124",
    "077 double oh 900 123",
    "seven seven double oh nine oh oh one",
    "dim saith saith dim dim naw dim dim un dau tri",
    "whatsapp me on 07700 900123",
]

LINKS = [
    "http://example.org",
    "https://example.org/bob?x=1#y",
    "HTTPS://EXAMPLE.ORG",
    "hxxps://example.org",
    "https : //example",
    "https://192.0.2.1/bob",
    "ftp://example.org/file",
    "tg://resolve?domain=bob",
    "www.example.org",
    "www.bob.anything",
    "www dot example dot org",
    "WWW.EXAMPLE.ORG",
    "bothways.example.org",
    "my-site.co.uk",
    "MY-SITE.CO.UK",
    "My-Site.Co.Uk",
    "see example.com.",
    "(example.com)",
    "example.com/bob",
    "example.com:8080/bob",
    "anwen.cymru",
    "anwen.wales",
    "linktr.ee/bob",
    "linktr.ee",
    "t.me/bob",
    "wa.me/447700900123",
    "bit.ly/3abc",
    "youtu.be/abc123",
    "discord.gg/abc",
    "x.com/bob",
    "linkedin.com/in/bob",
    "instagram.com/bob",
    "bob.design/hello",
    "bob.online",
    "github.com/bob",
    "пример.рф",
    "bücher.de",
    "example．com",
    f"exam{ZERO_WIDTH}ple.com",
    "example dot com",
    "example dot co dot uk",
    "example dot co.uk",
    "example (dot) com",
    "example[.]com",
    "I work at example.com",
    "find us at example dot org",
    "@bob.example.com",
    "telegram: @bobsmith",
    "find me on Instagram as @bob_smith",
    "Insta @bobsmith",
    "discord bob#1234",
    "insta: bob_smith",
    "@bobsmith on Twitter",
    "example . com",
]

INNOCENT = [
    "",
    " ",
    "@",
    "meet at two",
    "5 to 7 years",
    "ASP.NET",
    "asp.net core",
    "ASP.NET/C#",
    ".NET",
    "VB.NET and .NET Core",
    "C#.NET",
    "System.Net",
    "dot net developer",
    "good at asp dot net",
    "socket.io",
    "Node.js",
    "Vue.js",
    "next.js",
    "three.js",
    "Node.js/React.js",
    "talk (at) Node.js meetup",
    "main.py and README.md",
    "@app.route",
    "@media queries",
    "@ 6pm",
    "lunch @ the dock",
    "lunch @ the dock. It is good",
    "lunch @ Costa.It is good",
    "engineer @ Yahoo",
    "Engineer @ Big Corp. UK based",
    "teaching (@ University of Somewhere)",
    "l@@k here",
    "p@ssw0rd",
    "e.g.",
    "i.e.",
    "e.g.my own",
    "a.m. to p.m.",
    "9.30",
    "9.30am-5.30pm",
    "09.00-17.30 10.00-16.00",
    "2024-2026",
    "2018-2020 2021-2022",
    "since 2017,18 and 2019",
    "£1,200.50",
    "£1 200 000.00",
    "10 000 people",
    "100 000 000 people",
    "+100 000 000 users",
    "ISO 9001:2015",
    "BS 7671",
    "ISBN 978-0-306-40615-7",
    "GCSE 9-1",
    "1939–1945",
    "VAT Act 1994 s.84",
    "C++/C#",
    "C++ 11/14/17/20",
    "and/or",
    "24/7",
    "call 24/7, 365 days",
    "call 999",
    "text 100 000 people",
    "end.Next sentence begins",
    "I like coding.It is fun",
    "I like coding.it is fun",
    "I live in Cardiff.UK born",
    "I live in Cardiff . UK born",
    "great music.art.design",
    "work.So far.No.Me",
    "Co.Uk",
    "GOV.UK",
    "Smith & Co.London",
    "Machine.learning",
    "ph.d",
    "B.Sc, M.Sc/PhD, B.Com, B.Ed, LL.B",
    "U.K. and U.S.A.",
    "et.al",
    "xamarin.forms",
    "monday.com",
    "7-a-side",
    "0-60",
    "in my 60s",
    "12/11/2026",
    "12.11.2026",
    "12-11-2026",
    "2026-11-12",
    "01/02/2026-03/04/2026",
    "01/02/26 - 03/04/26",
    "01.02.2026 03.04.2026",
    "from 01/02/2026 10:30 to 11:45",
    "1 2 3 4 5 6 7 8 9 10",
    "0 1 2 3 4 5 6 7 8 9",
    "10 9 8 7 6 5 4 3 2 1 0",
    "01, 02, 03, 04, 05",
    "01 02 03 04 05 06",
    "one two three four five six seven eight nine ten",
    "un dau tri pedwar pump chwech saith wyth naw deg",
    "one to one, two by two",
    "0 1 0 1 1 0 1 0 1 0 1",
    "CO2, H2O and 4x4",
    "at home dot by dot",
    "look at things dot the i",
    "look at the dot com boom",
    "I worked at a dot com",
    "a failed dot com",
    "a dot com company",
    "years at various dot com start-ups",
    "polka dot wales",
    "good at Outlook",
    "hopeless at gmail",
    "worked at Yahoo",
    "staff at hotmail",
    "I am at home. Com is a word.",
    "the www. And more",
    "http:// against https://",
    "HTTP/2 and TLS 1.3",
    "Instagram, Twitter and TikTok",
    "Instagram @home",
    "Telegram or Signal: either",
    "gweithio yn Abertawe",
    "mynd at feddyg",
    "...and so on...",
    "wait...what",
    "0.999999999 and 0.0123456789",
    "02 04 06 08 10 12",
    "0,5,10,15,20,25,30",
    "the dot.com boom",
    "full-stack.dev",
    "3.5 stars out of 5.0",
    "v1.2.3.4",
    "192.168.0.1",
    "postcode CF10 1EP",
    "charity no. 1234567",
    "a 2:1 in maths",
    "Level 3 NVQ (2010)",
    "5am 6.15am 7.45am 10.30am",
    "1/2 1/4 3/4",
    "٢٠٢٦",
    "🏴󠁧󠁢󠁷󠁬󠁳󠁿 Cymraeg",
]

TYPED = st.text(
    alphabet=st.sampled_from("abco. @-_+0147()/[]\n\u200b\u0301＠ﬁİ⁉％ﷺ") | st.characters(),
    max_size=120,
)
PHRASES = st.lists(
    st.sampled_from(
        [
            "bob",
            " at ",
            " dot ",
            "com",
            "@",
            ".",
            "gmail",
            "07700",
            " 900123",
            "www",
            "http://",
            "(at)",
        ]
    ),
    max_size=25,
).map("".join)


@pytest.mark.parametrize("text", EMAILS)
def test_an_email_address_is_found(text: str) -> None:
    assert "email" in [found.kind for found in find_addresses(f"Hello, {text}")]


@pytest.mark.parametrize("text", PHONES)
def test_a_telephone_number_is_found(text: str) -> None:
    assert "phone" in [found.kind for found in find_addresses(f"Hello, {text}")]


@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_found(text: str) -> None:
    assert "link" in [found.kind for found in find_addresses(f"Hello, {text}")]


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("frame", ["{}", "I can help with {} and more"])
def test_an_innocent_text_is_left_alone(text: str, frame: str) -> None:
    assert [found.text for found in find_addresses(frame.format(text))] == []


def test_all_are_found_in_order_and_an_email_address_counts_once() -> None:
    text = "See example.org, ring 07700 900123 or write to mailto:bob@example.com!"

    found = find_addresses(text)

    assert [(one.kind, one.text) for one in found] == [
        ("link", "example.org"),
        ("phone", "07700 900123"),
        ("email", "mailto:bob@example.com"),
    ]


def test_offsets_count_the_characters_as_typed() -> None:
    text = f"ﬁrst{ZERO_WIDTH} e\u0301 bob{ZERO_WIDTH}＠example.com, thanks"

    [found] = find_addresses(text)

    assert text[found.start : found.end] == found.text == f"bob{ZERO_WIDTH}＠example.com"


def test_an_address_does_not_show_when_a_finding_is_printed() -> None:
    assert "bob" not in repr(find_addresses("bob@example.com"))


@given(TYPED | PHRASES)
def test_any_text_is_read_and_offsets_lie_inside_it(text: str) -> None:
    end = 0
    for found in find_addresses(text):
        assert isinstance(found, Found)
        assert end <= found.start < found.end <= len(text)
        assert found.text == text[found.start : found.end]
        end = found.end


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "0", "0 ", "1 ", "a.", ".", "a@", "a@a.", "a at b dot c ", "(at)", "www.", "ﷺ",
     "one ", "double ", "a@b.com ", "://a", "+1", "07", "dot ", "a dot ", "at dot ", "&#0000",
     "telegram ", "call me on ", '"@', "a-", "\u200b", "\n", "[dot]", "a_dot_", "bob at gmail ",
     "é", "- ", "bob dot ", "@ ", "b @ e . c o "],
)  # fmt: skip
def test_no_repetition_makes_it_slow(piece: str) -> None:
    """It takes a few hundredths of a second; what looks back again and again would take minutes."""
    before = time.process_time()
    find_addresses((piece * 10_000)[:10_000])
    assert time.process_time() - before < 5


@pytest.mark.skipif("BOTHWAYS_REAL_ADS" not in os.environ, reason="no real ads named")
def test_no_real_ad_is_refused() -> None:
    lines = Path(os.environ["BOTHWAYS_REAL_ADS"]).read_text(encoding="utf-8").splitlines()
    fields = ("headline", "seeks", "offers", "about", "name", "seeks_skills", "offers_skills")
    ads = [json.loads(line) for line in lines]
    assert ads

    refused = [
        (number, name)
        for number, ad in enumerate(ads, start=1)
        for name in fields
        for text in ([ad[name]] if isinstance(ad.get(name), str) else ad.get(name) or [])
        if find_addresses(text)
    ]

    assert refused == []
