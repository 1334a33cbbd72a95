"""“Vouched for by …”: how people join a network and leave it, and where their ads say so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.board import AD, Board, Browser
from tests.desk.desk import broker
from tests.desk.networks import GUILD, added, badges, by_mail, deed, invitation
from tests.oracle import assert_no_leak
from tests.pages.look import boxes, dump, field_errors, rows, statements, words

GWEN, OTHER = str(AD["email"]), "dafydd.rhys@letters.example"
MEANS = ("/networks/teifi-makers-guild", GUILD)


@pytest.fixture
def rhian(board: Board) -> Browser:
    return broker(board)


@pytest.fixture
def link(board: Board, rhian: Browser) -> str:
    """The path of a network’s invitation."""
    return invitation(rhian, added(rhian))


def members(board: Board) -> list[tuple[object, ...]]:
    return rows(board.app, "SELECT network_id, through FROM network_members ORDER BY person_id")


# --- where it stands ------------------------------------------------------------------------------


def test_a_members_ads_say_so_wherever_they_stand(board: Board, link: str) -> None:
    gwen = by_mail(board, link, GWEN)
    box = board.publish(gwen)
    reader = board.browser()

    for path in ("/", "/ads", "/ads?q=budget", f"/ads/{box}", f"/ads/{box}/report", MEANS[0]):
        page = reader.get(path, follow_redirects=True)
        assert badges(page) == [MEANS], path
        assert page.headers["Cache-Control"] == "no-cache"  # looked up anew, every time
        assert "Set-Cookie" not in page.headers
    told = reader.get(f"/api/v1/ads/{box}").get_json()["vouched_for_by"]
    assert told == [{"name": GUILD, "url": f"http://localhost{MEANS[0]}"}]
    assert reader.get("/api/v1/ads").get_json()["ads"][0]["vouched_for_by"] == told
    # What others keep could not be taken back, so it is not told there.
    assert GUILD not in reader.get("/ads.atom").text
    assert GUILD not in reader.get(f"/ads/{box}", follow_redirects=True).text.partition("<main")[0]
    assert boxes(reader.get("/ads?q=Makers+Guild")) == []


def test_it_stands_beside_the_words_of_a_match_and_on_lines(board: Board, link: str) -> None:
    by_mail(board, link, GWEN)
    box = board.publish()
    other = board.publish(
        email=OTHER,
        headline="Shopkeeper would love a first aider",
        kind="offers",
        seeks="First aid, please.",
        seeks_skills="first aid",
        offers="Budgets, and running a team.",
        offers_skills="budgets, running a team",
        sectors_wanted="any",
    )
    board.work()
    assert badges(board.browser().get(f"/ads/{other}/matches")) == [MEANS]
    near = words(board.browser().get(f"/ads/{other}", follow_redirects=True))
    assert f"Box {box} · vouched for by {GUILD}" in near


def test_at_most_three_are_named_in_the_order_of_joining(board: Board, rhian: Browser) -> None:
    names = [f"Guild number {number}" for number in range(4)]
    first, *others = [invitation(rhian, added(rhian, name=name)) for name in names]
    gwen = by_mail(board, first, GWEN)
    for one in others:
        board.clock.shift(timedelta(seconds=5))
        assert gwen.press(one).status_code == 303
    box = board.publish(gwen)
    page = board.browser().get(f"/ads/{box}", follow_redirects=True)
    assert [name for _, name in badges(page)] == names[:3]


def test_one_question_for_all_ads_of_a_page(board: Board, link: str) -> None:
    by_mail(board, link, GWEN)
    board.publish()
    reader = board.browser()
    counts = []
    for more in (0, 3):
        for number in range(more):
            headline = f"Another ad, with a number on it: {number}"
            board.publish(headline=headline, email=f"writer{number}@members.example")
        with statements(board.app) as said:
            reader.get("/ads")
        counts.append(sum("network_members" in statement for statement in said))
    assert counts == [1, 1]


def test_the_foot_leads_there_only_while_there_is_one(board: Board, rhian: Browser) -> None:
    reader = board.browser()
    assert 'href="/networks"' not in reader.get("/help").text
    assert reader.get("/networks").status_code == 404
    path = added(rhian)
    assert 'href="/networks"' in reader.get("/help").text
    assert GUILD in words(reader.get("/networks"))
    page = words(reader.get(MEANS[0]))
    for said in (
        "It is no reference",
        "no check of anybody’s character",
        "Vouches for people here",
    ):
        assert said in page
    deed(rhian, path, "revoke")
    assert 'href="/networks"' not in reader.get("/help").text


# --- by an invitation -----------------------------------------------------------------------------


def test_looking_at_an_invitation_changes_nothing(board: Board, link: str) -> None:
    before, reader = dump(board.app), board.browser()
    page = reader.get(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert GUILD in words(page)
    assert dump(board.app) == before
    assert reader.get("/robots.txt").text.count("Disallow: /join/") == 1


def test_whoever_is_known_joins_by_one_press(board: Board, link: str) -> None:
    gwen = board.browser()
    box = board.publish(gwen)
    page = gwen.get(link)
    assert GWEN in page.text

    answer = gwen.send(page)

    assert (answer.status_code, answer.location) == (303, "/mine#networks")
    assert members(board) == [(1, "link")]
    assert badges(gwen.get(f"/ads/{box}", follow_redirects=True)) == [MEANS]
    assert gwen.send(page).status_code == 303
    assert members(board) == [(1, "link")]
    assert "vouches for you already" in words(gwen.get(link))


def test_a_mailed_link_shows_first_and_works_once(board: Board, link: str) -> None:
    browser = board.browser()
    assert browser.press(link, email=GWEN).location == f"{link}/sent"
    assert "Check your mail" in words(browser.get(f"{link}/sent"))
    mail = board.mails(GWEN)[-1]
    assert str(mail["Subject"]) == f"Let {GUILD} vouch for you?"
    before = dump(board.app)
    page = browser.get(board.link(GWEN))
    assert "Let them vouch for me" in words(page)
    assert dump(board.app) == before

    assert browser.send(page).location == "/mine#networks"
    assert browser.get(page.request.path).status_code == 410
    assert members(board) == [(1, "link")]
    assert f"{GUILD} Your ads say that it vouches for you" in words(browser.get("/mine"))


def test_every_address_gets_the_same_answer_and_a_mail(
    board: Board, rhian: Browser, link: str
) -> None:
    for email in ("known@members.example", "member@members.example", "out@members.example"):
        board.publish(email=email, headline=f"An ad of {email.partition('@')[0]}’s own")
    by_mail(board, link, "member@members.example")
    by_mail(board, link, "out@members.example")
    handle = rows(board.app, "SELECT handle FROM handles ORDER BY person_id DESC")[0][0]
    deed(rhian, "/desk/networks/1", "out", member=handle)
    answers = set()
    for who in ("stranger", "known", "member", "out"):
        email = f"{who}@members.example"
        browser, mails = board.browser(), len(board.mails(email))
        answer = browser.press(link, email=email)
        shown = browser.get(answer.location)
        headers = tuple(sorted(answer.headers.keys()))
        answers.add((answer.status_code, answer.location, headers, words(shown)))
        assert len(board.mails(email)) == mails + 1
    assert len(answers) == 1
    wrong = board.browser().press(link, email="gwen")
    assert (wrong.status_code, list(field_errors(wrong))) == (422, ["email"])


def test_nobodys_inbox_is_filled(board: Board, link: str) -> None:
    form, browser = board.browser().get(link), board.browser()
    for _ in range(2):
        assert browser.send(form, email=GWEN).status_code == 303
    assert len(board.mails(GWEN)) == 1  # pressed twice
    board.clock.shift(timedelta(minutes=5))
    answers = [board.browser().press(link, email=GWEN).status_code for _ in range(4)]
    assert answers == [303] * 3 + [429]
    assert len(board.mails(GWEN)) == 2


def test_guessed_altered_replaced_and_revoked_sound_the_same(
    board: Board, rhian: Browser, link: str
) -> None:
    reader = board.browser()
    start, signature = link.rpartition("-")[0], link.rpartition("-")[2]
    other = invitation(rhian, added(rhian, name="A choir"))
    flipped = signature[:-1] + ("a" if signature[-1] != "a" else "b")
    tried = [
        *(f"{start}-{flipped}", f"{start}-{'a' * 26}", f"/join/1-2-{signature}", "/join/x"),
        *(f"/join/2-1-{signature}", f"/join/9-1-{signature}", f"{start}-", f"{link}x"),
        *(f"/join/{'9' * 40}-1-{signature}", "/join/٣-1-" + signature, "/join/-"),
    ]
    deed(rhian, "/desk/networks/1", "link")
    deed(rhian, "/desk/networks/2", "revoke")
    tried += [link, other]
    said = set()
    for path in tried:
        page = reader.get(path)
        said.add((page.status_code, page.text))
    assert len(said) == 1
    status, _ = said.pop()
    assert status == 404
    assert "This invitation doesn’t count" in words(reader.get(link))
    form = reader.get("/mine")
    for path in tried:
        assert reader.send(form, email=GWEN).status_code  # a token that counts
        token = {"csrf_token": form.text.split('name="csrf_token" value="')[1].split('"')[0]}
        assert reader.client.post(path, data=token | {"email": GWEN}).status_code == 404, path
    assert members(board) == []


def test_an_invitation_outlives_a_new_secret_key(
    board: Board, make_app: Callable[..., Flask], link: str
) -> None:
    keys = {"secret_key": "another key that is long enough too"}
    board.app = make_app(**keys)
    assert board.browser().get(link).status_code == 404
    board.app = make_app(**keys, secret_key_fallbacks=["a key for tests that is long enough"])
    assert board.browser().get(link).status_code == 200
    by_mail(board, link, GWEN)


# --- by one’s address -----------------------------------------------------------------------------


@pytest.fixture
def at_guild(board: Board, rhian: Browser) -> str:
    """The path of a network whose people have addresses at guild.example."""
    return added(rhian, domain="guild.example")


@pytest.mark.parametrize("email", ["eira@guild.example", "eira@post.guild.example"])
def test_an_address_of_theirs_is_asked_and_never_joins_by_itself(
    board: Board, at_guild: str, email: str
) -> None:
    eira = board.browser()
    assert board.post_ad(eira, email=email).status_code == 303
    answer = eira.press(board.link(email))
    box = answer.location.split("/")[2]
    published = eira.get(answer.location)
    assert badges(published) == []
    for page in (published, eira.get("/mine")):
        assert f"{GUILD} can vouch for you" in words(page)
        assert "tells every reader that you belong there" in words(page)
    assert members(board) == []

    joined = eira.press("/mine", action="/join")

    assert (joined.status_code, joined.location) == (303, "/mine#networks")
    assert members(board) == [(1, "domain")]
    ad = board.browser().get(f"/ads/{box}", follow_redirects=True)
    assert badges(ad) == [MEANS]
    assert_no_leak(ad.data, email)
    assert "can vouch for you" not in words(eira.get("/mine"))
    page = eira.get("/mine")
    for _ in range(2):  # pressed twice is no mistake
        left = eira.send(page, action="/leave")
        assert (left.status_code, members(board)) == (303, [])
    assert badges(board.browser().get(f"/ads/{box}", follow_redirects=True)) == []
    assert "can vouch for you" in words(eira.get("/mine"))


@pytest.mark.parametrize(
    "email",
    ["eira@evilguild.example", "eira@guild.example.evil.example", "guild.example@b.example"],
)
def test_what_only_looks_like_it_is_offered_nothing(
    board: Board, at_guild: str, email: str
) -> None:
    eira = board.browser()
    board.publish(eira, email=email)
    page = eira.get("/mine")
    assert "can vouch for you" not in words(page)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    path = "/mine/networks/teifi-makers-guild/join"
    assert eira.client.post(path, data={"csrf_token": token}).status_code == 404
    assert members(board) == []


def test_a_preview_shows_it_to_nobody_who_has_not_proved_the_address(
    board: Board, link: str
) -> None:
    gwen = by_mail(board, link, GWEN)
    assert badges(gwen.press("/ads/new", **AD)) == [MEANS]
    assert badges(board.browser().press("/ads/new", **AD)) == []
    assert badges(gwen.press("/ads/new", **(AD | {"email": OTHER}))) == []


# --- kept and forgotten ---------------------------------------------------------------------------


def test_erasing_takes_it_along(board: Board, rhian: Browser, link: str) -> None:
    gwen = by_mail(board, link, GWEN)
    assert gwen.press("/mine", action="/mine/erase").status_code == 303
    assert members(board) == []
    assert "No member yet" in words(rhian.get("/desk/networks/1"))


def test_it_goes_after_a_year_without_an_ad(board: Board, link: str) -> None:
    by_mail(board, link, GWEN)
    by_mail(board, link, OTHER)
    board.clock.shift(timedelta(days=340))
    board.publish()
    board.clock.shift(timedelta(days=26))
    board.work()
    assert members(board) == [(1, "link")]
    kept = rows(board.app, "SELECT p.email FROM people p JOIN network_members ON person_id = p.id")
    assert kept == [(GWEN,)]


def test_it_goes_a_year_after_its_network(board: Board, rhian: Browser, link: str) -> None:
    by_mail(board, link, GWEN)
    deed(rhian, "/desk/networks/1", "revoke")
    board.clock.shift(timedelta(days=300))
    board.publish()
    assert members(board) == [(1, "link")]
    board.clock.shift(timedelta(days=66))
    board.work()
    assert members(board) == []
