"""Journey 3: the first message and its link, the writer's mail, the conversation, its endings."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import MakeVisitor, new_visitor
from tests.journeys.live import Live
from tests.journeys.visitor import Visitor, new_address
from tests.words import own_words

HEADLINE = "Baker seeks a rota and somebody to argue with about it"
_talks = itertools.count(1)


class Ad(NamedTuple):
    """An ad's Box number, its writer's address, and the browser she wrote it in."""

    box: str
    email: str
    mair: Visitor


@pytest.fixture(scope="module")
def ad(script: bool, live: Live, browser: Browser) -> Iterator[Ad]:
    """An ad with room for everybody who writes to it here."""
    mair, her = new_visitor(live, browser, java_script_enabled=script), new_address("mair")
    box = mair.publish(HEADLINE, her, **{"How many people at a time?": "20"})
    yield Ad(box, her, mair)
    mair.page.context.close()


def meet(ad: Ad, dai: Visitor) -> tuple[Visitor, str]:
    """A first message, confirmed and arrived: its reader, and its writer's address."""
    his, first = new_address("dai"), f"Dear Box, ask me about {own_words(next(_talks))}."
    dai.page.goto(f"/ads/{ad.box}")
    dai.reply("Dai", his, first)
    dai.open_mail(his, f"Send your message to Box {ad.box}")
    dai.says("Send your message?")
    expect(dai.main).to_contain_text(first)
    dai.press("Send my message")
    dai.says("You and Mair")
    mail = ad.mair.mail(ad.email, "Dai answers your ad")
    expect(mail).to_contain_text(first)
    expect(mail).not_to_contain_text(his)
    ad.mair.open_mail(ad.email, "Dai answers your ad")
    ad.mair.press("Continue")
    ad.mair.says("You and Dai")
    return ad.mair, his


def test_two_people_write_to_each_other_and_see_no_address(ad: Ad, anyone: MakeVisitor) -> None:
    dai = anyone()
    mair, his = meet(ad, dai)
    expect(mair.main).to_contain_text("Your turn")
    mair.main.get_by_label("Your message").fill("Lovely! Does Thursday suit you?")
    mair.press("Send to Dai")

    elsewhere = anyone()  # a browser that doesn't know him: the link mails a fresh one first
    elsewhere.open_mail(his, f"Re: {HEADLINE}")
    elsewhere.press("Continue")
    elsewhere.says("Check your mail")
    elsewhere.open_mail(his, "Your link to")
    elsewhere.press("Open my ads and messages")
    elsewhere.says("You and Mair")
    expect(elsewhere.main).to_contain_text("Does Thursday suit you?")
    elsewhere.main.get_by_label("Your message").fill(f"Thursday it is. If late, {his}")
    elsewhere.press("Send to Mair")
    mair.page.reload()
    expect(mair.main).to_contain_text("Thursday it is.")
    expect(mair.main).to_contain_text("[an address was removed here]")
    for visitor, other in ((mair, his), (dai, ad.email)):
        visitor.page.reload()
        assert other not in visitor.page.content()
        visitor.page.goto("/mine")
        assert other not in visitor.page.content()


def test_the_writer_says_a_kind_no(ad: Ad, anyone: MakeVisitor) -> None:
    dai = anyone()
    mair, his = meet(ad, dai)
    mair.main.get_by_text("Decline kindly").click()
    mair.tick("What shall we tell Dai?", "I’ve no time just now")
    mair.press("Send a kind no")
    expect(mair.main).to_contain_text("You said a kind no")
    mair.mail(his, "About your message")
    dai.page.reload()
    expect(dai.main).to_contain_text("I’ve no time just now")
    expect(dai.main.get_by_label("Your message")).to_have_count(0)


def test_either_side_ends_it_and_both_know(ad: Ad, anyone: MakeVisitor) -> None:
    dai = anyone()
    meet(ad, dai)
    dai.main.get_by_text("End this conversation").click()
    dai.press("End it")
    expect(dai.main).to_contain_text("You ended this conversation.")
    expect(dai.mail(ad.email, "Conversation ended")).to_contain_text("Dai")


def test_nobody_reads_that_they_were_blocked(ad: Ad, anyone: MakeVisitor) -> None:
    dai = anyone()
    mair, _ = meet(ad, dai)
    mair.main.get_by_text("Block Dai").first.click()
    mair.press("Block Dai")
    expect(mair.main).to_contain_text("Nothing more from Dai reaches you.")
    dai.page.reload()
    expect(dai.main).not_to_contain_text("block")
    expect(dai.main).to_contain_text("This conversation has ended.")


def test_a_conversation_is_reported_to_the_broker(ad: Ad, anyone: MakeVisitor) -> None:
    mair, _ = meet(ad, anyone())
    mair.main.get_by_text("Report this conversation").click()
    mair.tick("What’s wrong?", "It treats this as dating")
    mair.press("Report to the broker")
    expect(mair.main.get_by_role("status")).to_contain_text("Thank you.")
    mair.mail("broker@chamber.example", "Report")
