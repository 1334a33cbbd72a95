"""Networks at the desk: added, changed, invited to, revoked and restored; members taken out."""

import re

import pytest

from tests.board import AD, Board, Browser
from tests.desk.desk import broker
from tests.desk.networks import GUILD, NETWORK, added, badges, by_mail, deed, invitation
from tests.oracle import assert_no_leak
from tests.pages.look import field_errors, fields, rows, words
from tests.security.test_scripts import clean

GWEN = str(AD["email"])


@pytest.fixture
def guild(board: Board, rhian: Browser) -> str:
    """The desk’s page of a network."""
    return added(rhian)


@pytest.fixture
def box(board: Board, rhian: Browser, guild: str) -> str:
    """The ad of one of its members."""
    return board.publish(by_mail(board, invitation(rhian, guild), GWEN))


def log(board: Board) -> list[tuple[object, ...]]:
    return rows(board.app, "SELECT who, what, kind, subject, reason FROM moderation_log")


def named_on(board: Board, box: str) -> list[str]:
    page = board.browser().get(f"/ads/{box}", follow_redirects=True)
    return [name for _, name in badges(page)]


def handle_of(board: Board) -> str:
    """What the desk calls the writer of the one ad there is."""
    return str(rows(board.app, "SELECT handle FROM handles JOIN ads USING (person_id)")[0][0])


def test_a_network_is_added_and_listed_with_its_numbers(
    board: Board, rhian: Browser, guild: str, box: str
) -> None:
    listed = words(rhian.get("/desk/networks"))
    assert f"{GUILD} 1 member 1 live ad" in listed
    page = rhian.get(guild)
    assert f"Box {box}" in words(page)
    assert handle_of(board) in words(page)
    assert_no_leak(page.data, GWEN)
    assert log(board) == [("broker 1", "net-add", "net", "1", "")]
    assert "network added" in words(rhian.get("/desk/log"))


def test_a_mistake_loses_nothing(board: Board, rhian: Browser) -> None:
    page = rhian.press("/desk/networks", **(NETWORK | {"domain": "gmail.com", "link": "guild"}))
    assert page.status_code == 422
    assert list(field_errors(page)) == ["link", "domain"]
    assert fields(page)["meaning"] == [NETWORK["meaning"]]
    assert rows(board.app, "SELECT count(*) FROM networks") == [(0,)]


def test_a_name_stands_once(board: Board, rhian: Browser, guild: str) -> None:
    again = rhian.press("/desk/networks", **(NETWORK | {"name": GUILD.upper()}))
    assert again.status_code == 422
    assert "already" in field_errors(again)["name"]
    other = added(rhian, name="Teifi Makers Guild")  # another name, the same letters in its address
    assert rows(board.app, "SELECT slug FROM networks ORDER BY id") == [
        ("teifi-makers-guild",),
        ("teifi-makers-guild-2",),
    ]
    taken = rhian.press(other, action=other, **NETWORK)
    assert (taken.status_code, list(field_errors(taken))) == (422, ["name"])
    kept = rhian.press(guild, action=guild, **(NETWORK | {"meaning": "People who make things."}))
    assert kept.status_code == 303


def test_other_words_stand_everywhere_at_once(
    board: Board, rhian: Browser, guild: str, box: str
) -> None:
    said = {"name": "Guild of the Teifi", "link": "guild.example/new", "domain": "guild.example"}
    assert rhian.press(guild, action=guild, **said).status_code == 303
    assert named_on(board, box) == ["Guild of the Teifi"]
    page = board.browser().get("/networks/teifi-makers-guild")  # a link to it still leads there
    assert "Vouched for by Guild of the Teifi" in words(page)
    assert 'href="https://guild.example/new" rel="noopener noreferrer nofollow"' in page.text
    assert log(board)[-1][1] == "net-change"


def test_revoked_it_is_gone_everywhere_and_restored_it_is_back(
    board: Board, rhian: Browser, guild: str, box: str
) -> None:
    reader, link = board.browser(), invitation(rhian, guild)
    places = ("/", "/ads", f"/ads/{box}", "/networks", "/networks/teifi-makers-guild")
    places += ("/api/v1/ads", f"/api/v1/ads/{box}", "/help")

    assert deed(rhian, guild, "revoke").status_code == 303

    for place in places:
        page = reader.get(place, follow_redirects=True)
        assert GUILD not in page.text, place
        assert "networks" not in page.text, place
        assert page.status_code == (404 if place.startswith("/networks") else 200), place
    assert reader.get(link).status_code == 404
    assert "revoked" in words(rhian.get("/desk/networks"))
    assert deed(rhian, guild, "restore").status_code == 303
    assert named_on(board, box) == [GUILD]
    assert reader.get(link).status_code == 200
    assert [line[1] for line in log(board)] == ["net-add", "net-revoke", "net-restore"]


def test_a_new_invitation_stops_the_old_one_and_its_mails(
    board: Board, rhian: Browser, guild: str
) -> None:
    old, browser = invitation(rhian, guild), board.browser()
    form = browser.get(old)
    browser.press(old, email=GWEN)
    mailed = board.link(GWEN)
    shown = browser.get(mailed)
    assert f"{GUILD} vouches for you" in words(shown)

    assert deed(rhian, guild, "link").status_code == 303

    assert invitation(rhian, guild) != old
    assert browser.get(old).status_code == 404
    assert browser.send(form, email=GWEN).status_code == 404
    assert browser.get(mailed).status_code == 404
    assert browser.send(shown).status_code == 404
    assert rows(board.app, "SELECT count(*) FROM network_members") == [(0,)]
    by_mail(board, invitation(rhian, guild), GWEN)
    assert log(board)[-1] == ("broker 1", "net-link", "net", "1", "")


@pytest.mark.parametrize("by", ["handle", "Box", "button"])
def test_a_member_is_taken_out_at_once_and_stays_out(
    board: Board, rhian: Browser, guild: str, box: str, by: str
) -> None:
    handle, link = handle_of(board), invitation(rhian, guild)
    named = {"handle": handle.lower(), "Box": f"Box {box}", "button": handle}[by]
    page = rhian.get(guild)
    if by == "button":
        assert rhian.send(page, action="/out").status_code == 303
    else:
        assert deed(rhian, guild, "out", member=named).status_code == 303

    assert named_on(board, box) == []
    assert log(board)[-1] == ("broker 1", "unvouch", "person", handle, "network 1")
    assert "Network 1" in words(rhian.get("/desk/log"))
    gwen = board.sign_in(GWEN)
    assert "Our broker has taken you out" in words(gwen.get("/mine"))
    assert "taken you out" in words(gwen.get(link))
    asked = board.browser()
    assert asked.press(link, email=GWEN).status_code == 303
    assert asked.press(board.link(GWEN)).status_code == 409
    assert named_on(board, box) == []

    assert rhian.send(rhian.get(guild), action="/back").status_code == 303
    assert named_on(board, box) == [GUILD]
    assert log(board)[-1][1] == "revouch"


def test_whoever_is_no_member_cannot_be_taken_out(
    board: Board, rhian: Browser, guild: str, box: str
) -> None:
    for named in ("", "P0000000", "ZZZZZZ", GWEN, "handle"):
        page = deed(rhian, guild, "out", member=named)
        assert page.status_code == 422, named
        assert list(field_errors(page)) == ["member"]
    assert named_on(board, box) == [GUILD]


def test_pressed_twice_is_pressed_once(board: Board, rhian: Browser, guild: str, box: str) -> None:
    for what in ("revoke", "restore", "out", "back"):
        page = rhian.get(guild)
        for _ in range(2):
            assert rhian.send(page, action=f"/{what}").status_code == 303
    done = [line[1] for line in log(board)]
    assert done == ["net-add", "net-revoke", "net-restore", "unvouch", "revouch"]
    form = rhian.get("/desk/networks")
    answers = [rhian.send(form, **(NETWORK | {"name": "A choir"})).status_code for _ in range(2)]
    assert answers == [303, 422]


def test_what_a_broker_typed_is_text_on_every_page(board: Board, rhian: Browser) -> None:
    bad = "'\"><xbad onxbad=1>{{7*7}}"
    path = added(rhian, name=bad, meaning=f"People who are {bad}.")
    gwen = by_mail(board, invitation(rhian, path), GWEN)
    box = board.publish(gwen)
    slug = str(rows(board.app, "SELECT slug FROM networks")[0][0])
    reader = board.browser()
    pages = ["/", "/ads", f"/ads/{box}", "/networks", f"/networks/{slug}", invitation(rhian, path)]
    shown = [reader.get(one, follow_redirects=True) for one in pages]
    shown += [gwen.get("/mine"), rhian.get("/desk/networks"), rhian.get(path)]
    for page in shown:
        assert "xbad onxbad=1" in page.text, page.request.path
        assert clean(page.text), page.request.path
        assert "xbad onxbad=1&gt;49" not in page.text


def test_many_members_stand_on_several_pages_for_few_questions(
    board: Board, rhian: Browser, guild: str
) -> None:
    from app.core.clock import utcnow
    from app.core.secret import Address
    from app.db import transaction
    from app.moderation import service as moderation
    from app.people import service as people
    from tests.pages.look import statements

    def more(count: int, start: int) -> None:
        with board.app.app_context(), transaction() as work:
            network = moderation.networks.get_any(work, 1)
            for number in range(start, start + count):
                address = Address(f"member{number}@guild.example")
                person = people.meet(work, email=address, now=utcnow())
                moderation.membership.join(
                    work, network=network, person=person, through="link", now=utcnow()
                )

    more(2, 0)
    with statements(board.app) as few:
        rhian.get(guild)
    more(60, 2)
    with statements(board.app) as many:
        page = rhian.get(guild)
    assert len(many) == len(few)
    assert "62 members" in words(page)
    assert len(re.findall("Take out<", page.text)) == 50
    assert len(re.findall("Take out<", rhian.get(f"{guild}?page=2").text)) == 12


def test_nobody_but_a_broker_sees_an_invitation(board: Board, rhian: Browser, guild: str) -> None:
    link = invitation(rhian, guild)
    gwen = by_mail(board, link, GWEN)
    token = link.removeprefix("/join/")
    for path in ("/mine", "/networks", "/networks/teifi-makers-guild"):
        assert token not in gwen.get(path).text
    assert gwen.get(guild).status_code == 404
    seen = rhian.get(guild)
    assert (seen.headers["Cache-Control"], seen.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert token not in "\n".join(str(row) for row in rows(board.app, "SELECT * FROM networks"))
    assert broker(board, "owain@chamber.example").get(guild).text.count(token) == 1
