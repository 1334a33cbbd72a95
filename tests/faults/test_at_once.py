"""Many presses at one moment, over HTTP: each counts once, and nobody is kept waiting."""

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.config import ROOT
from app.db import db
from app.mail.models import OutboxMail
from app.people.models import Person
from app.relay.models import Message
from tests.faults.site import Answer, Site, email
from tests.faults.test_refresh_killed import many_ads
from tests.waiting import until

TOGETHER = 5
PATIENT = 5.0  # seconds that anybody waits at most while an import is running


def at_once(*presses: Callable[[], Answer]) -> list[Answer]:
    """Press all of these at the same moment."""
    ready = threading.Barrier(len(presses))

    def press(one: Callable[[], Answer]) -> Answer:
        ready.wait(10)
        return one()

    with ThreadPoolExecutor(len(presses)) as people:
        return list(people.map(press, presses))


def statuses(answers: Iterable[Answer]) -> dict[int, int]:
    return dict(Counter(answer.status for answer in answers))


def count(site: Site, query: sa.Select[Any]) -> int:
    with site.inside(), Session(db.engine) as session:
        return session.scalar(query) or 0


def ads_of(number: int) -> sa.Select[Any]:
    return sa.select(sa.func.count(Ad.id)).join(Person).where(Person.email_key == email(number))


def mails_to(number: int, kind: str) -> sa.Select[Any]:
    person = sa.select(Person.id).where(Person.email_key == email(number)).scalar_subquery()
    return sa.select(sa.func.count(OutboxMail.id)).where(
        OutboxMail.person_id == person, OutboxMail.kind == kind
    )


def messages_with(words: str) -> sa.Select[Any]:
    return sa.select(sa.func.count(Message.id)).where(Message.text.contains(words))


def test_the_same_form_pressed_five_times_is_one_ad_and_one_mail(served: Site) -> None:
    fields = served.ad(1)
    answers = at_once(*[lambda: served.post("/ads/new", fields, source=1)] * TOGETHER)
    assert statuses(answers) == {303: TOGETHER}
    assert count(served, ads_of(1)) == 1
    assert count(served, mails_to(1, "confirm_ad")) == 1


def test_the_same_link_pressed_five_times_acts_once(served: Site) -> None:
    assert served.post("/ads/new", served.ad(2), source=2).status == 303
    link = served.link(2)
    form = served.form(link)
    answers = at_once(*[lambda: served.post(link, form.filled())] * TOGETHER)
    assert statuses(answers) == {303: 1, 410: TOGETHER - 1}
    assert all(not answer.cookie for answer in answers if answer.status == 410)
    (box,) = [answer.location.split("/")[2] for answer in answers if answer.status == 303]
    until(lambda: box in served.get("/ads?q=shopkeeper").text)


def test_two_people_who_reply_at_once_are_both_heard(served: Site) -> None:
    box, writer = served.publish(3)
    path = f"/ads/{box}/reply"
    answers = at_once(*[lambda n=n: served.post(path, served.reply(n), source=n) for n in (4, 5)])
    assert statuses(answers) == {303: 2}
    links = [served.link(number) for number in (4, 5)]
    pressed = at_once(*[lambda link=link: served.press(link) for link in links])
    assert statuses(pressed) == {303: 2}
    first, second = (answer.location for answer in pressed)
    assert first != second
    assert count(served, mails_to(3, "new_message")) == 2

    said = at_once(
        *[lambda t=t: served.press(t, cookie=writer, message="Yes!") for t in (first, second)]
    )
    assert statuses(said) == {303: 2}  # whom to answer is the writer's own choice, also beyond one
    late = served.post(path, served.reply(6), source=6)
    assert late.status == 409  # but now there is no room for anybody else


def test_the_same_message_pressed_five_times_is_one_message_and_one_mail(served: Site) -> None:
    box, writer = served.publish(7)
    fields = served.reply(8)
    path = f"/ads/{box}/reply"
    answers = at_once(*[lambda: served.post(path, fields, source=8)] * TOGETHER)
    assert statuses(answers) == {303: TOGETHER}
    assert count(served, messages_with(fields["message"])) == 1
    assert count(served, mails_to(8, "confirm_message")) == 1

    thread = served.press(served.link(8)).location
    form = served.form(thread, cookie=writer)
    sent = form.filled(message="Tuesday at noon by the clock, number seven?")
    answers = at_once(*[lambda: served.post(thread, sent, cookie=writer)] * TOGETHER)
    assert statuses(answers) == {303: TOGETHER}
    assert count(served, messages_with("Tuesday at noon")) == 1
    assert count(served, mails_to(8, "new_message")) == 1


def test_an_edit_while_it_is_paused_keeps_both(served: Site) -> None:
    box, writer = served.publish(9)
    edit = served.form(f"/ads/{box}/edit", cookie=writer).filled(headline="Quite another headline")
    pause = served.form("/mine", cookie=writer, action="/pause").filled()
    answers = at_once(
        lambda: served.post(f"/ads/{box}/edit", edit, cookie=writer),
        lambda: served.post(f"/ads/{box}/pause", pause, cookie=writer),
    )
    assert statuses(answers) == {303: 2}
    with served.inside(), Session(db.engine) as session:
        ad = session.scalars(sa.select(Ad).where(Ad.box == box)).one()
        assert (ad.state, ad.headline) == ("paused", "Quite another headline")
    until(lambda: box not in served.get("/ads?q=another+headline").text)
    assert served.get(f"/ads/{box}").status == 410


def test_people_go_on_posting_while_two_thousand_ads_are_imported(served: Site) -> None:
    lines = many_ads(served.folder / "many.jsonl", 2000)
    served.ad(0)
    importing = subprocess.Popen(
        [sys.executable, "-m", "flask", "ads", "import", str(lines)],
        cwd=ROOT,
        env=served.surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        until(lambda: count(served, sa.select(sa.func.count(Ad.id))) > 400)
        with ThreadPoolExecutor(4) as people:
            answers = list(
                people.map(
                    lambda n: served.post("/ads/new", served.ad(n), source=n), range(100, 120)
                )
            )
        still = importing.poll() is None
        said, _ = importing.communicate(timeout=60)
    finally:
        importing.kill()
        importing.wait()
    assert statuses(answers) == {303: 20}
    assert max(answer.seconds for answer in answers) < PATIENT
    assert still, "the import was over before the posts were: nothing was tried"
    assert re.search(r"2000 added, 0 refused", said)
    assert sum(count(served, ads_of(n)) for n in range(100, 120)) == 20
    assert served.run("search", "refresh").returncode == 0
    assert served.run("search", "check").stdout == "0 differences.\n"
