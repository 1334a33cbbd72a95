"""A network from first to last: added, joined by its link, named on an ad, revoked."""

from playwright.sync_api import expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.live import Live, flask
from tests.journeys.visitor import new_address


def test_a_network_vouches_for_a_newcomer_until_it_is_revoked(
    live: Live, anyone: MakeVisitor, script: bool
) -> None:
    rhian, mair, reader = anyone(), anyone(), anyone()
    broker, hers = new_address("rhian"), new_address("mair")
    network = "Guild of Sailmakers" if script else "Guild of Ropemakers"
    flask(live, "brokers", "add", broker)
    rhian.sign_in(broker)
    rhian.follow("The desk")
    rhian.follow("Networks")
    rhian.says("Networks that vouch")
    rhian.main.get_by_label("Its name").fill(network)
    rhian.main.get_by_label("Its own page on the web").fill("guild.example")
    rhian.main.get_by_label("What it means to belong to it").fill("People who sew sails, or rig.")
    rhian.press("Add it")
    rhian.says(network)
    link = rhian.main.get_by_label("Invitation link").input_value()

    mair.page.goto(link)
    mair.says(f"Let {network} vouch for you?")
    mair.main.get_by_label("Your email address").fill(hers)
    mair.press("Mail me the link")
    mair.says("Check your mail")
    mair.open_mail(hers, f"Let {network} vouch for you?")
    mair.press("Let them vouch for me")
    expect(mair.main).to_contain_text(f"{network}")
    box = mair.publish(f"A berth for learners, says the {network[-10:]}", hers)

    reader.page.goto(f"/ads/{box}")
    expect(reader.main.locator(".vouch")).to_contain_text(f"Vouched for by {network}")
    reader.page.goto("/")
    card = reader.main.get_by_role("listitem").filter(has_text=f"Box {box}")
    card.get_by_role("link", name=network).click()
    reader.says(f"Vouched for by {network}")
    expect(reader.main).to_contain_text("It is no reference.")
    expect(reader.main.get_by_role("link", name="Their own page")).to_have_attribute(
        "href", "https://guild.example"
    )

    rhian.page.get_by_role("main").get_by_role("button", name="Revoke this network").click()
    expect(rhian.main.get_by_role("status")).to_contain_text("It vouches for nobody any more.")
    for path in ("/", f"/ads/{box}"):
        reader.page.goto(path)
        expect(reader.main).to_contain_text("A berth for learners")
        expect(reader.main.locator(".vouch").filter(has_text=network)).to_have_count(0)
    reader.page.goto(link)
    reader.says("There’s nothing at this address")
