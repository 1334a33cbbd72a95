"""A broker introduces two people: both press yes, neither having signed in, and they talk."""

from playwright.sync_api import expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.live import Live, flask
from tests.journeys.visitor import new_address

LINE = "You both work nights, and each of you has what the other asks for."


def test_two_are_introduced_and_talk(live: Live, anyone: MakeVisitor) -> None:
    gwen, ifan, rhian = anyone(), anyone(), anyone()
    hers, his, broker = new_address("gwen"), new_address("ifan"), new_address("rhian")
    own = gwen.publish("Night nurse seeks a joiner’s eye", hers, **{"Your name": "Gwenllian"})
    other = ifan.publish("Joiner seeks a steady hand", his, **{"Your name": "Ifanwyn"})

    flask(live, "brokers", "add", broker)
    rhian.sign_in(broker)
    rhian.follow("The desk")
    rhian.follow("Introductions")
    rhian.says("Introductions")
    rhian.main.get_by_label("Box number", exact=True).fill(own)
    rhian.main.get_by_label("The other Box number").fill(own)
    rhian.main.get_by_label("A line of yours").fill(LINE)
    rhian.press("Ask both")
    expect(rhian.main.get_by_role("alert")).to_contain_text("This is the same ad twice")
    rhian.main.get_by_label("The other Box number").fill(other)
    rhian.press("Ask both")
    expect(rhian.main.get_by_role("status")).to_contain_text("both writers are asked by mail")

    asked = gwen.mail(hers, "Would you like to be introduced?")
    expect(asked).to_contain_text(LINE)
    expect(asked).to_contain_text("Joiner seeks a steady hand")
    expect(asked).not_to_contain_text("Ifanwyn")
    gwen.open_mail(hers, "Would you like to be introduced?")
    gwen.says("Would you like to be introduced?")
    gwen.press("Yes, introduce us")
    expect(gwen.main.get_by_role("status")).to_contain_text("Your yes is noted.")
    rhian.page.goto("/desk/introductions")
    row = rhian.main.get_by_role("listitem").filter(has_text=f"Box {own}").last
    expect(row).to_contain_text("waiting")

    stranger = anyone()  # pressing needs no browser that is known
    stranger.open_mail(his, "Would you like to be introduced?")
    stranger.press("Yes, introduce us")
    stranger.says("You’re introduced")
    rhian.page.reload()
    expect(row).to_contain_text("both said yes")

    ifan.open_mail(his, "You’re introduced: Gwenllian")
    ifan.press("Continue")
    ifan.says("You and Gwenllian")
    expect(ifan.main).to_contain_text(LINE)
    ifan.main.get_by_label("Your message").fill("Good evening! Tuesday, before your shift?")
    ifan.press("Send to Gwenllian")
    gwen.open_mail(hers, "Re: Night nurse seeks")
    gwen.press("Continue")
    gwen.says("You and Ifanwyn")
    expect(gwen.main).to_contain_text("Tuesday, before your shift?")
    gwen.main.get_by_label("Your message").fill("Tuesday it is.")
    gwen.press("Send to Ifanwyn")
    expect(ifan.mail(his, "Re: Night nurse seeks")).to_contain_text("Tuesday it is.")
