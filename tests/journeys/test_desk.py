"""Journey 7: a report arrives, a broker decides, both are told, and the log has it for good."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.exc import DBAPIError

from tests.journeys.conftest import MakeVisitor
from tests.journeys.live import Live, flask
from tests.journeys.visitor import new_address
from tests.outside import say

HEADLINE = "Lampmaker offers an hour on wicks"


def test_a_report_is_decided_at_the_desk(live: Live, anyone: MakeVisitor) -> None:
    mair, finder, rhian = anyone(), anyone(), anyone()
    hers, his, broker = new_address("mair"), new_address("finder"), new_address("rhian")
    box = mair.publish(HEADLINE, hers)

    finder.page.goto(f"/ads/{box}/report")
    finder.tick("What’s wrong with it?", "It’s spam, or selling something")
    finder.main.get_by_label("Anything our broker should know (optional)").fill("A lamp shop.")
    finder.main.get_by_label("Your email address (optional)").fill(his)
    finder.press("Send my report")
    finder.says("Thank you for telling us")
    finder.open_mail(his, "Is this report yours?")
    finder.press("Yes, it’s mine")
    finder.says("Thank you for telling us")

    flask(live, "brokers", "add", broker)
    rhian.sign_in(broker)
    rhian.follow("The desk")
    rhian.says("The desk")
    row = rhian.main.get_by_role("row").filter(has_text="A lamp shop.")
    row.get_by_role("link").first.click()
    rhian.says(f"Box {box}")
    expect(rhian.main).to_contain_text("A lamp shop.")
    rhian.main.get_by_label("Why?").select_option("It’s spam, or sells something")
    rhian.main.get_by_label("A sentence of yours (optional)").fill("Shops are for the market.")
    rhian.press("Remove")
    expect(rhian.main.get_by_role("status")).to_contain_text("Done: removed.")

    told = mair.mail(hers, "Your ad has been taken off the board")
    expect(told).to_contain_text("Shops are for the market.")
    expect(told).not_to_contain_text(his)
    expect(finder.mail(his, "About your report")).to_contain_text("has done something about it")
    rhian.page.goto("/desk/log")
    expect(rhian.main).to_contain_text(box)
    for statement in ("UPDATE moderation_log SET who = 'x'", "DELETE FROM moderation_log"):
        with pytest.raises(DBAPIError, match=r"append-only|twelve months"):
            say(live.folder, statement)

    mair.open_mail(hers, "Your ad has been taken off the board")
    mair.says("A second look")
    mair.main.get_by_label("What should we look at again?").fill("I have no shop.")
    mair.press("Ask for a second look")
    rhian.page.goto("/desk")
    expect(rhian.main).to_contain_text("A second look")
