"""Every page the board can answer with, walked to once through its public doors and kept.

What is looked at in many ways (contrast, widths, valid HTML) is then looked at here, at no cost.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import time_machine
from flask import Flask, template_rendered
from playwright.sync_api import Page, Route
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from app import create_app
from app.board import errors
from app.boot import prepare
from app.config import ROOT
from app.desk import papers
from tests.board import AD, Board, Browser, Form
from tests.conftest import let_go, settings_in
from tests.journeys import mailed, vouched
from tests.words import own_sides, own_words

GWEN, DAFYDD = AD["email"], "dafydd.rhys@letters.example"
STATIC = ROOT / "app/static"
TYPES = {
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".js": "text/javascript",
}
LONG = (
    "Thank you for writing! I kept putting off the rota because nobody likes it. "
    "Would a Thursday suit you? Above the market hall there is a café with a good cake."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One page as it was answered."""

    status: int
    headers: dict[str, str]
    html: str


class Crowd(Board):
    """Where everybody says it in words of their own, unless told what to say."""

    def __init__(self, app: Flask, clock: time_machine.Traveller) -> None:
        super().__init__(app, clock)
        self._numbers = itertools.count(1)

    def post_ad(self, browser: Browser | None = None, **changes: Any) -> TestResponse:
        return super().post_ad(browser, **(own_sides(next(self._numbers)) | changes))

    def reply(self, box: str, browser: Browser | None = None, **typed: Any) -> TestResponse:
        own = {"message": f"Dear Box, I’d like to hear about {own_words(next(self._numbers))}."}
        return super().reply(box, browser, **(own | typed))


class Gallery:
    """The pages by name; `templates` are the files they were drawn from."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.pages: dict[str, Seen] = {}
        self.templates: set[str] = set()
        self.reader = board.browser()
        template_rendered.connect(self._drawn, board.app)

    def _drawn(self, sender: object, template: object, **_: object) -> None:
        self.templates.add(str(getattr(template, "name", "")))

    def open(self, page: Page, name: str) -> None:
        """Look at a page that was seen, in a browser where `hang` answers."""
        page.goto(f"/seen/{quote(name)}")

    def hang(self, route: Route) -> None:
        """Answer a browser from what was seen, with the headers the board sent."""
        path = unquote(urlsplit(route.request.url).path)
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            seen = self.pages[path.removeprefix("/seen/")]
            route.fulfill(status=seen.status, headers=seen.headers, body=seen.html)

    def keep(self, name: str, answer: TestResponse, *, status: int = 200) -> TestResponse:
        assert answer.status_code == status, f"{name}: {answer.status_code} {answer.text[:300]}"
        assert name not in self.pages
        self.pages[name] = Seen(status, _headers(answer), answer.text)
        return answer

    def look(self, name: str, path: str, browser: Browser | None = None, status: int = 200) -> None:
        self.keep(name, (browser or self.reader).get(path), status=status)

    def after(self, answer: TestResponse, name: str, browser: Browser | None = None) -> None:
        """Keep the page that an answered form leads to."""
        assert answer.status_code == 303, answer.text[:300]
        self.look(name, answer.location, browser)

    def everything(self) -> None:
        self.reading()
        box, gwen = self.posting()
        self.helped()
        self.links(box)
        self.writing(box, gwen)
        self.by_mail()
        self.mine(gwen)
        self.waiting()
        self.desk()
        vouched.hang(self)
        self.introduced()
        self.errors(box, gwen)
        self.look("mailbox", "/dev/mailbox")

    def reading(self) -> None:
        self.look("home", "/")
        self.look("results", "/ads")
        self.look("results second page", "/ads?page=2")
        sectors = "&sector=charity&sector=health&sector=technology&sector=education&sector=media"
        self.look("results narrowed", f"/ads?place=Aberystwyth&within=any{sectors}&mode=video")
        self.look("results by words", "/ads?q=small+business")
        self.look("results relaxed", "/ads?q=managing+zeppelins+people")
        self.look("results unknown town", "/ads?q=bread&place=Aberystwith")
        self.look("results which town", "/ads?place=Newport&within=40")
        self.look("results empty", "/ads?q=thatching&place=Lerwick&within=5&mode=in_person")
        self.look("results hopeless", "/ads?q=zxqv")
        self.look("ad in Welsh", self.address("Sgwrs Gymraeg"))
        for name in ("help", "safety", "brokering", "privacy", "terms", "accessibility", "api"):
            self.look(name, f"/{name}")

    def address(self, headline: str) -> str:
        """The path of the ad on the front page whose headline begins so."""
        page = self.reader.get("/").text
        return page[: page.index(headline)].rpartition('href="')[2].partition('"')[0]

    def longest(self, begins: str = "Everything anybody ever wanted to know") -> str:
        """The path of a new ad whose every field is as long as it may be."""
        words = f"{begins} about everything else and more " * 10
        wide = {
            "headline": words[:99] + ".",
            "seeks": words[:499] + ".",
            "offers": words[1:500] + ".",
            "about": words[:399] + ".",
            "seeks_skills": ", ".join(f"running very large organisations {i}" for i in range(8)),
            "offers_skills": ", ".join(f"conversational {i} in the morning" for i in range(8)),
            "name": "Nest" * 10,
            "email": "nest@members.example",
            "sectors_wanted": ["some", "health", "technology", "education", "media", "charity"],
            "modes": ["in_person", "phone", "video"],
        }
        return f"/ads/{self.board.publish(**wide)}"

    def posting(self) -> tuple[str, Browser]:
        """Everything from the form to the published ad; returns its Box and its writer."""
        gwen, form = self.board.browser(), self.reader.get("/ads/new")
        self.keep("form", form)
        refused = {"headline": "", "seeks": "Call me on 07700 900123", "email": "gwen", "modes": []}
        self.keep("form refused", gwen.press("/ads/new", **(AD | refused)), status=422)
        which = gwen.press("/ads/new", **(AD | {"place": "Newport"}))
        self.keep("form which town", which, status=422)
        preview = self.keep("preview", gwen.press("/ads/new", **AD))
        self.after(gwen.send(preview), "sent ad")
        link = self.board.link(GWEN)
        self.look("link publish", link)
        published = gwen.press(link)
        self.after(published, "published", gwen)
        self.look("link used", link, status=410)
        self.board.work()
        box = published.location.split("/")[2]
        self.look("ad", f"/ads/{box}")
        self.look("ad of the longest words", self.longest())
        self.look("ad own", f"/ads/{box}", gwen)
        self.look("edit", f"/ads/{box}/edit", gwen)
        self.look("matches", f"/ads/{self.swapping()}/matches", gwen)
        self.look("matches, nobody yet", f"/ads/{box}/matches")
        self.look("report", f"/ads/{box}/report")
        self.keep("report refused", self.reader.press(f"/ads/{box}/report"), status=422)
        self.after(self.reader.press(f"/ads/{box}/report", reason="spam"), "reported")
        return box, gwen

    def swapping(self) -> str:
        """The Box of an ad that another could swap with."""
        sides = {"seeks": "First aid, please.", "seeks_skills": "first aid", "kind": "offers"}
        more = {"offers": "Budgets, and running a team.", "offers_skills": "budgets"}
        box = self.board.publish(**sides, **more, sectors_wanted="any", email="eleri@b.example")
        self.board.publish(headline="Ward sister to swap with", email="elin@b.example")
        return box

    def helped(self) -> None:
        """The offer helper: one chosen, no room for more, and beside ads whose return is open."""
        typed = AD | {"offers": "", "offers_skills": "", "add_offers": "social media"}
        self.keep("form with a suggestion chosen", self.reader.press("/ads/new", **typed))
        full = typed | {"offers_skills": ", ".join("abcdefgh")}
        self.keep("form with no room for a suggestion", self.reader.press("/ads/new", **full))
        for kind, returns, skill in (("seeks", "offers", "ask"), ("offers", "seeks", "offer")):
            sides: dict[str, Any] = {"kind": kind, returns: "", f"{returns}_skills": ""}
            sides |= {"return_open": "y"}
            sides |= {"headline": f"An open return: {kind}", "email": f"open-{kind}@b.example"}
            if kind == "offers":
                sides["offers"] = "Rotas that nobody swears at, and first aid that sticks."
            path = f"/ads/{self.board.publish(**sides)}"
            self.look(f"ad open, {kind}", path)
            self.look(f"ad open, {kind}, chosen", f"{path}?{skill}=bookkeeping")

    def links(self, box: str) -> None:
        self.look("link unknown", "/l/nosuchlinknosuchlinknosuchlink", status=404)
        self.look("mine asked for", "/mine")
        self.look("erasing asked for", "/mine?wish=erase")
        self.after(self.reader.press("/mine?wish=erase", email=GWEN), "sent erasing")
        self.look("link erase", self.board.link(GWEN))
        self.keep("mine refused", self.reader.press("/mine", email="gwen"), status=422)
        self.after(self.reader.press("/mine", email=GWEN), "sent sign in")
        link = self.board.link(GWEN)
        self.look("link sign in", link)
        self.alerts()
        self.board.clock.shift(timedelta(hours=1))
        self.look("link expired", link, status=410)

    def alerts(self) -> None:
        """From saving a search to its mail, and what that leads to."""
        nia, search = "nia.haf@letters.example", "/ads?q=sourdough&kind=seeks"
        refused = self.reader.press(search, action="/alerts", email="nia")
        self.keep("alert refused", refused, status=422)
        asked = self.reader.press(search, action="/alerts", email=nia, pace="at_once")
        self.after(asked, "sent alert")
        link = self.board.link(nia)
        self.look("link alert", link)
        known = self.board.browser()
        known.press(link)
        self.look("alerts", "/alerts", known)
        self.look("results of somebody known", search, known)
        self.board.publish(email="baker@letters.example", headline="Sourdough, for a beginner")
        told = self.board.link(nia)
        self.look("alert link", told)
        self.keep("alert stopped", self.reader.press(told, do="stop"))
        self.look("alerts with a stopped one", "/alerts", known)

    def writing(self, box: str, gwen: Browser) -> None:
        dafydd = self.board.browser()
        self.keep("ad refused", self.board.reply(box, email="dafydd", message="Hi"), status=422)
        self.after(self.board.reply(box, dafydd), "sent reply")
        self.warned(self.board.publish(headline="One who is warned", email="iolo@b.example"))
        link = self.board.link(DAFYDD)
        self.look("link message", link)
        thread = dafydd.press(link).location
        self.board.work()
        self.look("link thread", self.board.link(GWEN))
        self.look("thread begun", thread, dafydd)
        gwen = self.board.sign_in(GWEN, gwen)
        self.look("thread to answer", thread, gwen)
        gwen.press(thread, message=LONG)
        dafydd.press(thread, message=f"Thursday it is.\n\nWrite to {DAFYDD} if you’re late!")
        gwen.press(thread, message="See you there!")
        self.board.work()
        self.look("thread", thread, dafydd)
        self.saying_no(thread, gwen, dafydd)
        self.keep("thread refused", gwen.press(thread, message=""), status=422)
        self.look("ad full", f"/ads/{box}")
        full = self.reader.press("/ads/new", **(AD | {"headline": "No form here to press"}))
        token = Form(full.text).filled()["csrf_token"]
        sent = {"csrf_token": token, "name": "Mair", "email": "mair@letters.example"}
        text = "I too would love to talk about rotas, and I bake on Thursdays."
        answer = self.reader.client.post(f"/ads/{box}/reply", data=sent | {"message": text})
        self.keep("error 409", answer, status=409)
        other = self.board.browser()
        again = self.board.publish(other, headline="A second ad, to say no on", email="a@b.example")
        no = self.board.converse(again, self.board.browser(), email="eirlys@letters.example")
        form = other.get(no)
        other.send(form, action="/decline", reason="time")
        self.board.work()
        self.look("thread declined", no, other)
        self.look("mailbox with a conversation", "/dev/mailbox")
        ended = other.client.post(no, data=Form(form.text).filled(message="One more thing"))
        self.keep("error 410", ended, status=410)

    def warned(self, box: str) -> None:
        """A number in a first message: its sender is asked, its reader told that it is there."""
        sender = self.board.browser()
        text = "I keep bees at Pennant, and you can ring 01970 555 012."
        asked = self.board.reply(box, sender, message=text, email="mabon@letters.example")
        self.keep("first message warned of", asked)
        self.keep("first message to be changed", sender.send(asked, sure="change"))
        sender.send(asked)
        thread = sender.press(self.board.link("mabon@letters.example")).location
        self.look("thread with a calm note", thread, self.board.sign_in("iolo@b.example"))

    def saying_no(self, thread: str, gwen: Browser, dafydd: Browser) -> None:
        """What a mail leads to without signing in, and what came between the messages."""
        stop = self.board.stop(GWEN)
        self.look("stop", stop)
        self.keep("stop muted", self.reader.press(stop, do="mute"))
        dafydd.press(thread, action="/share", do="share")
        self.look("thread muted and shared with", thread, gwen)
        self.look("thread shared", thread, dafydd)
        self.reader.press(stop, do="unmute")
        dafydd.press(thread, action="/share", do="stop")

    def by_mail(self) -> None:
        """A conversation by mail with all that can happen beside its messages."""
        eira, huw = "eira@members.example", "huw@letters.example"
        writer, replier = self.board.browser(), self.board.browser()
        box = self.board.publish(writer, headline="Beekeeper seeks a head for sums", email=eira)
        thread = self.board.converse(box, replier, email=huw, name="Huw")
        mailed.answer(self.board, f"Thursday? I am at {eira}.", by=eira, files=2)
        mailed.answer(self.board, "Away!", by=huw, Auto_Submitted="auto-replied")
        replier.press(thread, action="/share", do="share")
        replier.press(thread, action="/share", do="stop")
        replier.press(thread, message="Thursday it is.")
        self.board.work()
        mailed.come_back(self.board, to=eira)
        mailed.answer(self.board, "Or Friday.", by=huw, proven=False)
        link = self.board.link(huw)
        self.look("link was this you", link)
        mailed.answer(self.board, "Or Saturday,\n\nat the market.", by=huw, proven=False)
        self.look("link were these you", link)
        self.look("thread by mail", thread, replier)
        writer.press(thread, action="/mute", do="mute")
        self.look("thread by mail, muted", thread, writer)
        stop = self.board.stop(huw)
        self.look("stop as the one who answered", stop)
        self.keep("stop reported", self.reader.press(stop, do="report", reason="spam"))
        self.keep("stop blocked", self.reader.press(stop, do="block"))

    def waiting(self) -> None:
        """Three who wait for the same writer: reminded of, answered by one press, left alone."""
        tegid, first = "tegid@members.example", "nobody0@letters.example"
        writer, replier = self.board.browser(), self.board.browser()
        sides = {"headline": "Potter seeks a plain-spoken bookkeeper", "capacity": "5"}
        for number in range(3):
            other = {"headline": f"Somebody else to ask, {number}", "capacity": "2"}
            self.board.publish(email=f"other{number}@b.example", **other)
        box = self.board.publish(writer, email=tegid, name="Tegid", **sides)
        thread = self.board.converse(box, replier, email=first, name="Huw")
        self.board.clock.shift(timedelta(days=3, minutes=1))
        link = self.answering(tegid)
        self.look("answer", f"{link}?say=yes")
        self.look("answer, no at hand", f"{link}?say=no")
        for number in (1, 2, 3):
            self.board.converse(box, email=f"nobody{number}@letters.example", name="Ceri")
        self.board.clock.shift(timedelta(days=7))
        self.board.work()
        self.look("thread that waits", thread, self.board.sign_in(first, replier))
        self.keep("answer yes", self.reader.client.post(link, data={"do": "yes"}))
        self.keep("answer already", self.reader.client.post(link, data={"do": "no"}), status=409)
        self.board.clock.shift(timedelta(days=8))
        self.board.work()
        resting = self.board.link(tegid)
        self.look("link resume", resting)
        self.look("mine with an ad that rests", "/mine", self.board.sign_in(tegid))
        again = self.board.sign_in(first)
        again.press(thread, action="/end")
        self.look("answer too late", link, status=410)

    def answering(self, email: str) -> str:
        """The path by which that writer answers by one press, from the first such mail."""
        texts = (mail.get_content() for mail in self.board.mails(email))
        text = next(text for text in texts if "/l/answer-" in text)
        return text[text.index("/l/answer-") :].partition("?")[0]

    def mine(self, gwen: Browser) -> None:
        paused = "Paused while I move house and find the box with the books in"
        boxes = [
            self.board.publish(gwen, headline=headline)
            for headline in (paused, "Closed: found somebody", "Ran out, and can be renewed")
        ]
        self.board.post_ad(gwen, headline="Not confirmed yet")
        gwen.send(gwen.get("/mine"), action=f"{boxes[0]}/pause")
        gwen.send(gwen.get("/mine"), action=f"{boxes[1]}/close")
        self.look("gone", f"/ads/{boxes[1]}", status=410)
        self.look("mine", "/mine", gwen)
        shown = gwen.send(gwen.get("/mine"), action="/mine/export", **{"as": "html"})
        self.keep("my data", shown)
        self.look("mine empty", "/mine", self.newcomer())
        self.board.clock.shift(timedelta(days=53, hours=2))
        self.board.work()
        self.look("link renew", self.renewing(boxes[2]))
        self.board.clock.shift(timedelta(days=8))
        later = self.board.sign_in(GWEN)
        self.look("mine when ads ran out", "/mine", later)
        answer = later.send(later.get("/mine"), action="/mine/erase")
        self.after(answer, "erased", later)

    def desk(self) -> None:
        """A broker’s morning: nothing, then reports, a flood, a second look."""
        runner, broker = self.board.app.test_cli_runner(), "rhian@chamber.example"
        runner.invoke(args=["brokers", "add", broker])
        rhian = self.board.sign_in(broker)
        self.look("desk", "/desk", rhian)
        self.look("desk charts of a quiet board", "/desk/figures", rhian)
        self.look("mine of a broker", "/mine", rhian)
        writer, replier = self.board.browser(), self.board.browser()
        email = "mabli@members.example"
        box = self.board.publish(writer, email=email, headline="Shopkeeper offers lamps for sums")
        thread = self.board.converse(box, replier, email="gruff@letters.example", name="Gruff")
        writer.press(thread, message="Lamps are cheap this week. Bring cash.")
        typed = {"reason": "unsafe", "text": "It was nice until the money.", "attach": "y"}
        replier.press(thread, action="/report", **typed)
        self.reader.press(f"/ads/{box}/report", reason="spam", text="Lamps!", email="ann@b.example")
        link = self.board.link("ann@b.example")
        self.look("report confirm", link)
        self.keep("report confirmed", self.reader.press(link))
        for number in range(3):
            flood = self.board.browser()
            same = {"seeks": AD["seeks"], "offers": AD["offers"], "email": email}
            headline = f"Lanterns by the lorry, lot {number}"
            self.board.post_ad(flood, headline=headline, leave_this_empty="x", **same)
            flood.press(self.board.link(email))
        page = rhian.get("/desk")
        self.keep("desk with things that wait", page)
        paths = re.findall(r'href="(/desk/(?:ad|thread)/[^"]+)"', page.text)
        alike = next(path for path in paths if path.endswith("/alike"))
        self.look("desk ad held", alike.removesuffix("/alike"), rhian)
        talk = next(path for path in paths if path.endswith(thread.removeprefix("/threads")))
        self.look("desk ads alike", alike, rhian)
        self.look("desk conversation", talk, rhian)
        rhian.press(talk, action="/open")
        self.look("desk conversation opened", talk, rhian)
        self.look("desk ad reported", f"/desk/ad/{box}", rhian)
        where, wish = f"/desk/ad/{box}", {"decision": "remove", "reason": ""}
        missing = rhian.press(where, action=where, **wish)
        self.keep("desk without a reason", missing, status=422)
        rhian.press(talk, action=talk, decision="remove", reason="unsafe")
        rhian.press(where, action=where, decision="remove", reason="spam")
        told = self.board.mails(email)[-1].get_content()
        appeal = told[told.index("/l/appeal-") :].split()[0]
        self.look("appeal", appeal)
        self.keep("appeal refused", self.reader.press(appeal), status=422)
        self.keep("appealed", self.reader.press(appeal, text="I sell nothing."))
        self.look("desk second look", f"/desk/ad/{box}", rhian)
        self.look("desk every ad", "/desk/ads", rhian)
        self.look("desk ads found", "/desk/ads?q=lamps&state=removed", rhian)
        self.look("desk no ad found", "/desk/ads?q=dragons", rhian)
        self.look("desk charts", "/desk/figures", rhian)
        person = str(rhian.press(f"/desk/ad/{box}", action="/desk/people").location)
        self.look("desk person", person, rhian)
        refused = rhian.press(person, action="/address")
        self.keep("desk person without a reason", refused, status=422)
        shown = rhian.press(person, action="/address", reason="law")
        self.keep("desk person with their address", shown)
        self.look("desk log", "/desk/log", rhian)
        self.look("desk pack", "/desk/pack", rhian)
        for name in papers.PAPERS:
            self.look(f"pack {name}", f"/desk/pack/{name}", rhian)
        self.look("desk mails", "/desk/mails", rhian)
        self.look("thread read by a broker", thread, replier)
        self.look("brokering year", f"/brokering/{datetime.now(UTC).year}")

    def introduced(self) -> None:
        """Two ads that a broker puts to each other: asked, one yes, both, and what is over."""
        where, rhian = "/desk/introductions", self.board.sign_in("rhian@chamber.example")
        people = ("luned@members.example", "macsen@members.example", "olwen@members.example")
        browsers = [self.board.browser() for _ in people]
        boxes = [
            self.board.publish(
                browser, email=email, name=email.partition("@")[0].title(), headline=headline
            )
            for browser, email, headline in zip(
                browsers,
                people,
                ("Saddler seeks a speller", "Speller seeks a saddle", "Glazier seeks a goat"),
                strict=True,
            )
        ]
        pair = {"first": boxes[0], "second": boxes[1]}
        self.look("desk introductions", f"{where}?first={boxes[0]}&second={boxes[1]}", rhian)
        refused = rhian.press(where, action=where, first=boxes[0], second=boxes[0], line="Hm")
        self.keep("desk introductions refused", refused, status=422)
        line = "You are both up at four, and each of you has what the other asks for."
        long = self.longest("Whatever somebody once found out by themselves")[-6:]
        for both in (pair, {"first": boxes[2], "second": long}):
            asked = rhian.press(where, action=where, line=line, **both)
            assert asked.status_code == 303, asked.text
        luned, macsen, olwen = (self.meeting(email) for email in people)
        self.look("meet", luned)
        self.look("meet with the longest words", olwen)
        self.keep("meet yes", self.reader.press(luned, do="yes"))
        browsers[1].press("/mine", action=f"/ads/{boxes[1]}/pause")
        self.look("meet while an ad rests", luned)
        browsers[1].press("/mine", action=f"/ads/{boxes[1]}/resume")
        self.keep("meet agreed", self.reader.press(macsen, do="yes"))
        self.look("desk introductions so far", where, rhian)
        rhian.press(where, action="/withdraw")
        self.look("meet over", olwen, status=410)
        mine = browsers[1].get("/mine")
        self.keep("mine introduced", mine)
        found = re.search(r'href="(/threads/\w+)"', mine.text)
        assert found is not None
        self.look("thread introduced", found[1], browsers[1])

    def meeting(self, email: str) -> str:
        """The path of that person’s link to an introduction."""
        text = "\n".join(mail.get_content() for mail in self.board.mails(email))
        return text[text.index("/l/meet-") :].split()[0]

    def newcomer(self) -> Browser:
        """Somebody known who has nothing on the board any more."""
        browser = self.board.browser()
        box = self.board.publish(browser, email="nia@members.example", headline="Soon closed")
        browser.send(browser.get("/mine"), action=f"{box}/close")
        return browser

    def renewing(self, box: str) -> str:
        """The path of the link in the mail that says this ad runs out."""
        for mail in reversed(self.board.mails(GWEN)):
            text = mail.get_content()
            if box in text and "/l/" in text:
                return text[text.index("/l/") :].split()[0]
        raise AssertionError(f"no reminder about {box}")

    def errors(self, box: str, gwen: Browser) -> None:
        client = self.reader.client
        self.keep("error 400", client.post("/mine", data={"email": "x"}), status=400)
        self.look("error 404", "/nothing/here", status=404)
        self.keep("error 405", client.post("/help"), status=405)
        page = self.reader.get("/mine")
        fields = Form(page.text).filled()
        self.keep("error 403", client.post(f"/ads/{box}/pause", data=fields), status=403)
        self.keep("error 413", client.post("/mine", data={"email": "x" * 300_000}), status=413)
        self.board.clock.shift(timedelta(hours=25))
        stale = client.post("/mine", data=fields | {"email": GWEN})
        self.keep("form open for too long", stale, status=400)
        presses = (self.reader.press("/mine", email="nobody@letters.example") for _ in range(13))
        slower = next(answer for answer in presses if answer.status_code != 303)
        self.keep("error 429", slower, status=429)
        for code in (500, 503):
            with self.board.app.test_request_context("/"):
                made = errors.bare(code)
            self.pages[f"error {code}"] = Seen(code, _headers(made), made.get_data(as_text=True))


def _headers(answer: Response) -> dict[str, str]:
    """What the page was sent with; its length will not be the same again."""
    return {name: value for name, value in answer.headers if name != "Content-Length"}


def walk(folder: Path) -> Gallery:
    """Make a board in `folder` with the demo ads, and see all of its pages."""
    app = create_app(settings_in(folder, **mailed.SETTINGS))
    app.testing = False
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        prepare(app, demo=False)
        gallery = Gallery(Crowd(app, clock))
        gallery.look("home of a new board", "/")
        gallery.look("form on a new board", "/ads/new")
        prepare(app, demo=True)
        gallery.board.work()
        gallery.everything()
    let_go(app)
    return gallery
