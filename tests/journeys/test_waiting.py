"""Nobody is left waiting: a reminder, a kind no by one press, and the one who wrote is told."""

import itertools
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.live import Live
from tests.journeys.visitor import Visitor, new_address
from tests.outside import say
from tests.words import own_words

_talks = itertools.count(1)


def let_wait(live: Live, box: str, days: int) -> None:
    """So many days have gone by since the first messages to this ad came."""
    then = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S.%f")
    say(live.folder, "UPDATE threads SET reached_at = :then WHERE box = :box", then=then, box=box)


def wait(live: Live, mair: Visitor, dai: Visitor, headline: str) -> tuple[str, str, str]:
    """Dai has written to Mair’s ad; the Box, and both addresses."""
    her, his = new_address("mair"), new_address("dai")
    box = mair.publish(headline, her)
    dai.page.goto(f"/ads/{box}")
    dai.reply("Dai", his, f"Dear Box, I can tell you about {own_words(next(_talks))}.")
    dai.open_mail(his, f"Send your message to Box {box}")
    dai.press("Send my message")
    dai.says("You and Mair")
    mair.mail(her, "Dai answers your ad")
    return box, her, his


def test_a_kind_no_from_the_reminder_reaches_the_one_who_waits(
    live: Live, anyone: MakeVisitor
) -> None:
    mair, dai = anyone(), anyone()
    box, her, his = wait(live, mair, dai, "Carpenter seeks a quiet hour and a second opinion")
    let_wait(live, box, 4)

    elsewhere = anyone()  # nobody has to sign in
    elsewhere.open_mail(her, "Dai waits for a word")
    elsewhere.says("Answer Dai")
    elsewhere.main.get_by_role("button", name="Not now").click()
    expect(elsewhere.main.get_by_role("status")).to_contain_text("Dai gets a kind no")

    expect(dai.mail(his, "About your message")).to_contain_text("can’t find the time")
    dai.page.goto("/mine")
    expect(dai.main).to_contain_text("Ended with a kind no")


def test_whoever_waits_for_long_is_shown_others_to_ask(live: Live, anyone: MakeVisitor) -> None:
    mair, dai = anyone(), anyone()
    box, _, his = wait(live, mair, dai, "Joiner seeks somebody who can read a contract")
    let_wait(live, box, 11)

    mail = dai.mail(his, f"No answer from Box {box} yet")
    expect(mail).to_contain_text("others on the board today")
    dai.page.goto("/mine")
    dai.main.get_by_role("link", name=f"Mair, about Box {box}").click()
    others = dai.main.get_by_role("region", name="Meanwhile, others to ask")
    expect(others.get_by_role("link")).not_to_have_count(0)
    assert others.get_by_role("link").count() >= 3
