"""Journey 4: /mine, its link; change, pause, resume, renew, close; sign out; erase me."""

from playwright.sync_api import expect

from tests.journeys.conftest import MakeVisitor
from tests.journeys.visitor import new_address


def test_an_ad_is_changed_paused_put_back_renewed_and_closed(anyone: MakeVisitor) -> None:
    email = new_address("mair")
    box = anyone().publish("Baker seeks a rota to manage", email)
    mair, reader = anyone(), anyone()
    mair.sign_in(email)
    rows = mair.main.locator("#ads .rows li")

    rows.get_by_role("link", name="Change").click()
    mair.says("Change your ad")
    expect(mair.main.get_by_label("Town or village")).to_have_value("Llandeilo")
    mair.main.get_by_label("Headline").fill("Baker seeks a better rota")
    mair.press("Save my ad")
    mair.says("Baker seeks a better rota")

    mair.page.goto("/mine")
    rows.get_by_role("button", name="Pause").click()
    expect(rows).to_contain_text("Paused")
    reader.page.goto(f"/ads/{box}")
    expect(reader.main).to_contain_text("No longer open")

    rows.get_by_role("button", name="Put it back").click()
    expect(rows).to_contain_text("Open until")
    reader.page.goto(f"/ads/{box}")
    reader.says("Baker seeks a better rota")

    rows.get_by_role("button", name="Renew").click()
    expect(rows).to_contain_text("Open until")
    rows.get_by_role("button", name="Close").click()
    expect(rows).to_have_count(0)
    expect(mair.main).to_contain_text("1 closed ad")
    reader.page.goto(f"/ads/{box}")
    expect(reader.main).to_contain_text("No longer open")


def test_signing_out_leaves_the_computer_clean(anyone: MakeVisitor) -> None:
    mair, email = anyone(), new_address("mair")
    mair.publish("Baker seeks a rota, from the library", email)
    mair.page.goto("/mine")
    mair.says("Your ads and messages")
    mair.main.get_by_role("button", name="Sign out").click()
    mair.page.goto("/mine")
    expect(mair.main.get_by_role("button", name="Mail me the link")).to_be_visible()
    mair.page.go_back()
    expect(mair.page.locator("body")).not_to_contain_text(email)
    assert mair.page.context.cookies() == []


def test_erasing_takes_ads_and_address_away_for_good(anyone: MakeVisitor) -> None:
    mair, email = anyone(), new_address("mair")
    box = mair.publish("Baker seeks a rota, then silence", email)
    mair.page.goto("/mine")
    mair.main.get_by_text("What this does").click()
    mair.press("Erase everything about me, now")
    mair.says("You’re erased")
    mair.mail(email, "Erased, as you asked")
    mair.page.goto(f"/ads/{box}")
    expect(mair.main).not_to_contain_text("then silence")
    mair.page.goto("/mine")
    expect(mair.main.get_by_role("button", name="Mail me the link")).to_be_visible()


def test_a_mailed_link_works_once(anyone: MakeVisitor) -> None:
    mair, email = anyone(), new_address("mair")
    mair.post("Baker seeks a rota, once", email)
    link = mair.open_mail(email, "Publish your ad")
    mair.page.reload()  # looking twice changes nothing
    mair.press("Publish my ad")
    mair.says("Your ad is on the board")
    mair.page.goto(link)
    mair.says("This link has done its work")
