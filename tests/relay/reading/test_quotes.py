"""Where what was answered begins, by what programs write above it; what only looks like that."""

import pytest

from tests.relay.reading.clients import ALIAS, RELAY
from tests.relay.reading.mails import html, reading_of

HERE = f"{ALIAS}@{RELAY}"
LEADS = [
    "On Tue, 3 Jun 2025, at 10:04 AM, Gwilym via Bothways wrote:",
    "On 2025-06-03 10:04, Gwilym via Bothways wrote:",
    "On Tue, 2025-06-03 at 10:04 +0100, Gwilym via Bothways wrote:",
    f'On 03/06/2025, 10:04, "Gwilym via Bothways" <{HERE}> wrote:',
    f"On June 3, 2025, at 10:04 AM, Gwilym <{HERE}> wrote:",
    f"On Tue, Jun 3, 2025 at 10:04\u202fAM Gwilym via Bothways\n<{HERE}> wrote:",
    f"On Tue, Jun 3, 2025 at 10:04 AM Gwilym via\nBothways <\n{HERE}> wrote:",
    f"* Gwilym via Bothways <{HERE}> [2025-06-03 10:04]:",
    f"In a message dated 6/3/2025 10:04:00 GMT Daylight Time, {HERE} writes:",
    f"Gwilym via Bothways <{HERE}> schrieb am Di. 3. Juni 2025 um 10:04:",
    "Am 3. Juni 2025 10:04:00 MESZ schrieb Gwilym via Bothways:",
    f"Gwilym via Bothways <{HERE}> ezt írta (időpont: 2025. jún. 3., K, 10:04):",
    f"út 3. 6. 2025 v 10:04 odesílatel Gwilym via Bothways <{HERE}> napsal:",
    f"Vào Th 3, 3 thg 6, 2025 vào lúc 10:04 Gwilym <{HERE}> đã viết:",
    f"Στις Τρί 3 Ιουν 2025 στις 10:04 π.μ., ο χρήστης Gwilym <{HERE}> έγραψε:",
    f"Den tir. 3. juni 2025 kl. 10.04 skrev Gwilym via Bothways <{HERE}>:",
    f"În mar., 3 iun. 2025 la 10:04, Gwilym via Bothways <{HERE}> a scris:",
    f"في الثلاثاء، ٣ يونيو ٢٠٢٥ في ١٠:٠٤ ص تمت كتابة ما يلي بواسطة Gwilym <{HERE}>:",
    f"Some tongue nobody knows, 3/6/2025 Gwilym <{HERE}> zzyzx:",
]
BLOCKS = [
    f"From: Gwilym via Bothways <{HERE}>\nSent: 03 June 2025 10:04\nTo: you\nSubject: Re: Hedges",
    "From: Gwilym via Bothways\nSent: 03 June 2025 10:04\nTo: you@relay\nSubject: Re: Hedges",
    f"*From:* Gwilym via Bothways <{HERE}>\n*Date:* Tue, 3 Jun 2025\n*To:* me\n*Subject:* Hedges",
    f"From: Gwilym <{HERE}>\n\nSent: 03 June 2025\n\nTo: me\n\nSubject: Re: Hedges",
    f"-----Original Message-----\nFrom: Gwilym [mailto:{HERE}]\nSent: 3 June\nTo: me\nSubject: R",
    f"________________________________\nFrom: Gwilym <{HERE}>\nSent: 3 June\nTo: me\nSubject: R",
    f"---------- Forwarded message ---------\nFrom: Gwilym <{HERE}>\nDate: 3 June\nSubject: R",
    f"Begin forwarded message:\n\nFrom: Gwilym <{HERE}>\nSubject: R\nDate: 3 June 2025\nTo: me",
    f"------------------ Original ------------------\nFrom: Gwilym<{HERE}>\nDate: 3\nTo: me\n"
    "Subject: R",
    f"De : Gwilym via Bothways <{HERE}>\nDate : mardi 3 juin 2025\nÀ : moi\nObjet : haies",
    f"差出人: Gwilym <{HERE}>\n日時: 2025年6月3日\n宛先: me\n件名: 生け垣",
    f"From: Gwilym <{HERE}>",
]
THEIRS = "Your note about hedges.\n\n--- Reply above this line ---\nhttps://board.example/threads/x"
OWN = "Thursday is fine.\nSee you at the quay"


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n"])
@pytest.mark.parametrize("lead", LEADS)
def test_what_leads_into_a_quotation_goes_with_it(lead: str, gap: str) -> None:
    unmarked = reading_of(f"{OWN}\n\n{lead}{gap}{THEIRS}")
    marked = reading_of(f"{OWN}\n\n{lead}{gap}> " + THEIRS.replace("\n", "\n> "))

    assert (unmarked.text, marked.text) == (OWN, OWN)


@pytest.mark.parametrize("lead", LEADS)
def test_what_is_answered_below_is_kept(lead: str) -> None:
    quoted = "> " + THEIRS.replace("\n", "\n> ")

    assert reading_of(f"{lead}\n{quoted}\n\n{OWN}").text == OWN


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_labels_ends_what_was_written(block: str) -> None:
    assert reading_of(f"{OWN}\n\n{block}\n\n{THEIRS}").text == OWN


@pytest.mark.parametrize("block", BLOCKS)
def test_a_mail_that_is_only_passed_on_says_nothing(block: str) -> None:
    assert reading_of(f"{block}\n\n{THEIRS}").text == ""


@pytest.mark.parametrize("mark", ["", "| ", "Gwilym: ", "* "])
def test_a_quotation_whose_beginning_cannot_be_found_is_never_passed_on(mark: str) -> None:
    told = f"{OWN}\n\n" + mark + THEIRS.replace("\n", f"\n{mark}")

    assert "Your note" not in reading_of(told).text


@pytest.mark.parametrize(
    "typed",
    [
        "As Jane Austen wrote:\nIt is a truth universally acknowledged.",
        "In 1813 Austen wrote:\nIt is a truth.",
        "I can offer three things:\n- bread\n- cheese\n- 2 hours on Tuesdays",
        "My times:\nFrom: 10:00\nTo: 12:30\nAt: the Lamb, Bridge Street",
        "Date: 3/6/2025\nWe meet then?",
        "Monday: ten till two\nTuesday: at 10:30\nWednesday: never",
        "On 3 June 2025 at 10:04 the ferry leaves.",
        "a -> b and 3 > 2, surely",
        "-----\nPlan\n-----\nFirst we talk.",
        "Subject: maths, to GCSE.\nPlace: the library.",
        "I wrote:\nnot a word",
        "👍",
        "🏴󠁧󠁢󠁷󠁬󠁳󠁿 Diolch!",
        "Sent from my heart to yours:\n\nthank you, and thank you again, my friend.\n\nB\nC",
        "Yes -- and no -- both.",
        "https://hedges.example/how?u=1&lang=cy#top is the page",
    ],
)
def test_what_only_looks_like_a_quotation_is_kept_word_for_word(typed: str) -> None:
    assert reading_of(typed).text == typed


@pytest.mark.parametrize(
    "signed",
    [
        "-- \nBlodwen Hughes\nHarbour Works",
        "--\nBlodwen",
        "Sent from my iPhone",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Yahoo Mail: Search, organise, conquer",
        "Anfonwyd o fy iPad",
        "Sent from my Galaxy\n\n-- \nBlodwen",
        "Gesendet mit der GMX Mail App",
    ],
)
def test_signatures_stay_behind(signed: str) -> None:
    assert reading_of(f"{OWN}\n\n{signed}\n").text == OWN


def test_what_is_long_below_two_dashes_is_no_signature() -> None:
    long = "\n".join(f"Step {number}: cut it low." for number in range(30))

    assert reading_of(f"{OWN}\n--\n{long}").text == f"{OWN}\n--\n{long}"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("a<br>b", "a\nb"),
        ("<p>Seen</p><p style='display: none'>hidden</p>", "Seen"),
        ("<p>Seen</p><span hidden>hidden</span>", "Seen"),
        ("<p>Seen</p><div style='font-size:0px'>hidden</div>", "Seen"),
        ("<p>Seen</p><!-- hidden --><style>p{}</style><script>hidden()</script>", "Seen"),
        ("<title>hidden</title><p>Seen</p>", "Seen"),
        ("<p>See <a href='https://hedges.example/how'>my page</a>.</p>",
         "See my page <https://hedges.example/how>."),
        ("<p><a href='https://hedges.example/'>hedges.example</a></p>", "hedges.example"),
        ("<p>Write <a href='mailto:x@hidden.example'>here</a></p>", "Write here"),
        ("<p>Yes<blockquote type=cite>hidden</blockquote>No", "Yes\n\nNo"),
        ("<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>Set in</blockquote>",
         "Set in"),
        ("<div>Top</div><div class=gmail_quote><div class=gmail_attr>On 3 June:</div>hidden</div>",
         "Top"),
        ("Top<hr id=stopSpelling>hidden<p>hidden", "Top"),
        ("<div><div>Top</div><div id='x_divRplyFwdMsg'>hidden</div></div><p>hidden</p>", "Top"),
        ("<p>caf&eacute; &amp; &#128522;</p>", "café & 😊"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body>Plain</body></html>", "Plain"),
        ("", ""),
        ("<img src=x>", ""),
    ],
)  # fmt: skip
def test_html_is_read_as_it_is_seen(markup: str, shown: str) -> None:
    assert html(markup) == shown
