"""Whoever is suspended says nothing more: not even what was on its way already."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.board import AD, MESSAGE, Board, Browser
from tests.desk.desk import BROKER, decide
from tests.pages.look import rows, words
from tests.words import own_sides

GWEN, DAFYDD = str(AD["email"]), "dafydd.rhys@letters.example"
PULL = "Come on Tuesday, and bring five hundred pounds in an envelope that nobody has marked."


@dataclass
class Scene:
    """Gwen’s ad, and Dafydd, who has an ad as well, so that the desk can get hold of him."""

    board: Board
    rhian: Browser
    gwen: Browser
    dafydd: Browser
    box: str
    own: str

    def decide(self, what: str) -> None:
        """Without the worker going round: nothing is mailed in between."""
        reason = {} if what == "lift" else {"reason": "unsafe"}
        answer = decide(self.rhian, f"/desk/ad/{self.own}", what, **reason)
        assert answer.status_code == 303, answer.text

    def begin(self) -> str:
        """Dafydd, who is known, writes to Gwen, and it is delivered; the conversation’s path."""
        assert self.board.reply(self.box, self.dafydd, email=DAFYDD).status_code == 303
        self.board.work()
        return f"/threads/{rows(self.board.app, 'SELECT key FROM threads')[0][0]}"

    def told(self, to: str) -> str:
        """All that was mailed to somebody, the worker having gone round."""
        return "\n".join(mail.get_content() for mail in self.board.mails(to))

    def states(self) -> list[str]:
        """What has become of every message, the worker having written it down."""
        self.board.clock.shift(timedelta(minutes=10))
        self.board.work()
        found = rows(self.board.app, "SELECT state FROM messages ORDER BY id")
        return [str(state) for (state,) in found]


@pytest.fixture
def scene(board: Board, rhian: Browser) -> Scene:
    gwen, dafydd = board.browser(), board.browser()
    box = board.publish(gwen, capacity="5")
    own = board.publish(dafydd, email=DAFYDD, headline="His own ad", **own_sides(1))
    return Scene(board, rhian, gwen, dafydd, box, own)


def test_a_message_that_waits_to_go_stays_here(scene: Scene) -> None:
    thread = scene.begin()
    scene.gwen.press(thread, message="Gladly. When?")
    scene.dafydd.press(thread, message=PULL)

    scene.decide("suspend")

    assert MESSAGE in scene.told(GWEN)
    assert PULL not in scene.told(GWEN)
    assert "Gladly. When?" in scene.told(DAFYDD)  # what others say to them still goes
    assert PULL not in words(scene.gwen.get(thread))
    assert PULL in words(scene.dafydd.get(thread))
    assert scene.states() == ["sent", "sent", "withheld"]
    scene.decide("lift")
    assert PULL not in scene.told(GWEN)
    assert scene.dafydd.press(thread, message="Tuesday, then.").status_code == 303
    assert "Tuesday, then." in scene.told(GWEN)


def test_of_a_first_message_that_never_went_nobody_hears(scene: Scene) -> None:
    scene.board.reply(scene.box, scene.dafydd, email=DAFYDD, message=PULL)

    scene.decide("suspend")

    assert PULL not in scene.told(GWEN)
    assert "Dafydd" not in words(scene.gwen.get("/mine"))
    scene.board.clock.shift(timedelta(days=4))
    assert "Dafydd" not in scene.told(GWEN)  # and nobody is reminded of it
    again = scene.board.sign_in(BROKER)
    assert decide(again, f"/desk/ad/{scene.own}", "lift").status_code == 303
    dafydd = scene.board.sign_in(DAFYDD)
    scene.board.reply(scene.box, dafydd, email=DAFYDD, message=f"Once more, kindly. {MESSAGE}")
    assert "Once more, kindly." in scene.told(GWEN)


def test_an_ads_writer_is_not_reminded_of_somebody_suspended(scene: Scene) -> None:
    scene.begin()
    scene.decide("suspend")
    mails = len(scene.board.mails(GWEN))

    for days in (4, 8):
        scene.board.clock.shift(timedelta(days=days))
        assert len(scene.board.mails(GWEN)) == mails


def test_the_other_side_of_their_ad_is_told_that_nobody_answers(scene: Scene) -> None:
    mair = "mair@letters.example"
    scene.board.converse(scene.own, email=mair, message=MESSAGE)
    scene.decide("suspend")
    scene.board.clock.shift(timedelta(days=11))
    assert "no answer" in scene.told(mair)


def test_an_address_is_not_shared_any_more(scene: Scene) -> None:
    thread = scene.begin()
    scene.gwen.press(thread, message="Gladly. When?")
    page = scene.dafydd.get(thread)
    scene.decide("suspend")

    answer = scene.dafydd.send(page, action="/share", do="share")

    assert answer.status_code == 409
    assert DAFYDD not in scene.told(GWEN)
