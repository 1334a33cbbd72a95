"""What is held about somebody, in words: titles, labels and values for a page to be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from app.board.language import gettext, lazy_gettext
from app.board.record import Entry, Record, Value
from app.board.words import LANGUAGES, MODES, RHYTHMS, STATES, day_and_time
from app.catalogue.sectors import find_sector
from app.moderation.addresses import REASONS as ADDRESS_REASONS

TITLES = {
    "person": lazy_gettext("You"),
    "ads": lazy_gettext("Your ads"),
    "conversations": lazy_gettext("Your conversations"),
    "introductions": lazy_gettext("Introductions by our broker"),
    "alerts": lazy_gettext("Your alerts"),
    "blocks": lazy_gettext("People you blocked"),
    "reports": lazy_gettext("Reports you made"),
    "decisions": lazy_gettext("What our broker decided"),
    "desk": lazy_gettext("You at the broker’s desk"),
    "networks": lazy_gettext("Networks that vouch for you"),
    "links": lazy_gettext("Links we mailed you"),
    "sessions": lazy_gettext("Browsers that know you"),
    "texts": lazy_gettext("Texts we would know again"),
    "mails": lazy_gettext("Mails to you"),
    "bounces": lazy_gettext("Mails that came back"),
    "incoming": lazy_gettext("Mails of yours that are being read"),
}
NOTES = {
    "ads": lazy_gettext(
        "From the words of a live ad we also work out a search index and rows of numbers that find "
        "ads alike. They hold nothing that isn’t here, and go with the ad."
    ),
    "conversations": lazy_gettext("With what the other side wrote, as far as it reached you."),
    "introductions": lazy_gettext("What the other side said is theirs to know."),
    "blocks": lazy_gettext("Only when; the conversation says with whom."),
    "links": lazy_gettext("What for, and when. Their secrets are in your mail and nowhere else."),
    "texts": lazy_gettext(
        "To notice when the same is sent over and over: that it was said, to which ad and when. "
        "What it said, and where it came from, is kept as numbers that nobody can read."
    ),
    "mails": lazy_gettext(
        "Their words are not here: some hold links that are secret, and the rest stands above. "
        "They go as soon as the mail has gone."
    ),
    "incoming": lazy_gettext("In a few seconds their words stand in the conversation."),
}
LABELS = {
    "about": lazy_gettext("About"),
    "added_at": lazy_gettext("Since"),
    "address_shown_at": lazy_gettext("A broker looked at your address"),
    "addresses_removed": lazy_gettext("Addresses taken out"),
    "answered_at": lazy_gettext("First answered"),
    "answers_go_to": lazy_gettext("Your answers by mail go to"),
    "attempts": lazy_gettext("Times tried"),
    "at": lazy_gettext("When"),
    "box": lazy_gettext("Box"),
    "by": lazy_gettext("By"),
    "by_mail": lazy_gettext("Came by mail"),
    "bytes": lazy_gettext("Size in bytes"),
    "capacity": lazy_gettext("People at a time"),
    "clicked_at": lazy_gettext("Last pressed"),
    "confirmed_at": lazy_gettext("Confirmed"),
    "consoled_at": lazy_gettext("Told that no answer had come"),
    "created_at": lazy_gettext("Made"),
    "due_at": lazy_gettext("Due"),
    "email": lazy_gettext("Email address"),
    "ended_at": lazy_gettext("Ended"),
    "ended_by": lazy_gettext("Ended by"),
    "events": lazy_gettext("What else happened"),
    "expires_at": lazy_gettext("Until"),
    "files": lazy_gettext("Attachments not passed on"),
    "from_nobody": lazy_gettext("Sent by a machine"),
    "give_up_at": lazy_gettext("Tried until"),
    "handle": lazy_gettext("Called"),
    "headline": lazy_gettext("Headline"),
    "held": lazy_gettext("Held"),
    "held_reason": lazy_gettext("Why it was held"),
    "introduced_at": lazy_gettext("Told who could swap"),
    "joined_at": lazy_gettext("Joined"),
    "kind": lazy_gettext("Kind"),
    "language": lazy_gettext("Language"),
    "leased_until": lazy_gettext("In hand until"),
    "line": lazy_gettext("The broker’s line"),
    "looked_at": lazy_gettext("Last looked for ads"),
    "message_ref": lazy_gettext("Its number in mail programs"),
    "messages": lazy_gettext("Messages"),
    "modes": lazy_gettext("How to meet"),
    "moved_at": lazy_gettext("Last moved"),
    "name": lazy_gettext("Name"),
    "network": lazy_gettext("Network"),
    "number": lazy_gettext("Number"),
    "offers": lazy_gettext("Offers"),
    "offers_skills": lazy_gettext("Skills offered"),
    "outcome": lazy_gettext("What came of it"),
    "pace": lazy_gettext("How often"),
    "paused_at": lazy_gettext("Paused"),
    "paused_for": lazy_gettext("Why it rests"),
    "place": lazy_gettext("Town"),
    "posted_at": lazy_gettext("Posted"),
    "purpose": lazy_gettext("What for"),
    "query": lazy_gettext("What it asks for"),
    "reached_at": lazy_gettext("First message arrived"),
    "reason": lazy_gettext("Reason"),
    "received_at": lazy_gettext("Came"),
    "reminded_at": lazy_gettext("Reminded to answer"),
    "reminders": lazy_gettext("Mails about its end"),
    "removed_at": lazy_gettext("Until when"),
    "resumed_at": lazy_gettext("Put back"),
    "return_open": lazy_gettext("Open about the return"),
    "rhythm": lazy_gettext("How often to meet"),
    "said": lazy_gettext("In words of the broker’s"),
    "sector": lazy_gettext("Sector"),
    "sectors_wanted": lazy_gettext("Sectors wanted"),
    "seeks": lazy_gettext("Seeks"),
    "seeks_skills": lazy_gettext("Skills sought"),
    "sentence": lazy_gettext("Said to you"),
    "seen_at": lazy_gettext("Last said"),
    "since": lazy_gettext("Counts ads since"),
    "spam_score": lazy_gettext("How like spam a program found it, 0 to 1"),
    "state": lazy_gettext("State"),
    "stopped_at": lazy_gettext("Stopped"),
    "subject": lazy_gettext("About what"),
    "subject_kind": lazy_gettext("About a"),
    "suspended_at": lazy_gettext("Suspended"),
    "text": lazy_gettext("Words"),
    "their_box": lazy_gettext("The other Box"),
    "their_name": lazy_gettext("With"),
    "through": lazy_gettext("By way of"),
    "told_at": lazy_gettext("Told"),
    "told_of": lazy_gettext("Ads told of"),
    "trouble": lazy_gettext("Trouble"),
    "undeliverable_at": lazy_gettext("Takes no mail"),
    "updated_at": lazy_gettext("Changed"),
    "used_at": lazy_gettext("Used"),
    "what": lazy_gettext("What"),
    "words": lazy_gettext("In words"),
    "you_blocked_them": lazy_gettext("You blocked them"),
    "your_answer": lazy_gettext("You said"),
    "your_muted_at": lazy_gettext("No mails wanted since"),
    "your_name": lazy_gettext("Your name there"),
    "your_part": lazy_gettext("Your part"),
    "your_shared_at": lazy_gettext("Your address shared since"),
}
_WORDS = {
    "reason": {code: lazy_gettext(said) for code, said in ADDRESS_REASONS.items()},
    "by": {"you": lazy_gettext("you"), "they": lazy_gettext("them")},
    "ended_by": {"you": lazy_gettext("you"), "they": lazy_gettext("them")},
    "language": LANGUAGES,
    "modes": MODES,
    "rhythm": RHYTHMS,
    "state": {
        **STATES,
        "open": lazy_gettext("Open"),
        "declined": lazy_gettext("Ended with a kind no"),
        "ended": lazy_gettext("Ended"),
        "over": lazy_gettext("Closed by itself"),
        "waiting": lazy_gettext("Waiting"),
        "agreed": lazy_gettext("Both said yes"),
        "withdrawn": lazy_gettext("Ended"),
        "queued": lazy_gettext("on its way"),
        "pending": lazy_gettext("on its way"),
        "leased": lazy_gettext("on its way"),
        "sent": lazy_gettext("sent"),
        "withheld": lazy_gettext("not passed on"),
        "cancelled": lazy_gettext("not sent any more"),
        "undeliverable": lazy_gettext("could not be delivered"),
        "dead": lazy_gettext("could not be delivered"),
        "bounced": lazy_gettext("could not be delivered"),
    },
    "your_answer": {"yes": lazy_gettext("yes"), "no": lazy_gettext("no")},
    "through": {
        "link": lazy_gettext("an invitation"),
        "domain": lazy_gettext("your address"),
    },
    "your_part": {
        "writer": lazy_gettext("you wrote the ad"),
        "replier": lazy_gettext("you wrote to the ad"),
    },
}


_CODES = {"kind", "purpose", "what", "reason", "pace"}  # words of ours, parted by underscores
_BRIEF = 60  # characters that fit among others on a line


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is held: its label, and what it says or the entries below it."""

    label: str
    text: str = ""
    entries: list[list["Line"]] = field(default_factory=list)

    @property
    def is_brief(self) -> bool:
        """Whether it can stand on one line with others."""
        return not self.entries and len(self.text) <= _BRIEF and "\n" not in self.text


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that is held."""

    name: str
    title: str
    note: str
    entries: list[list[Line]]


def in_words(record: Record) -> list[Section]:
    """The record for people: what is empty is left out, but for whole sections."""
    return [
        Section(
            name=name,
            title=str(TITLES[name]),
            note=str(NOTES.get(name, "")),
            entries=[list(_lines(entry)) for entry in entries],
        )
        for name, entries in record.items()
    ]


def _lines(entry: Entry) -> Iterator[Line]:
    for name, value in entry.items():
        label = str(LABELS.get(name, name))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield Line(label, entries=[list(_lines(below)) for below in value])
        elif text := _text(name, value):
            yield Line(label, text)


def _text(name: str, value: Value) -> str:
    """One value in words, '' for nothing."""
    if isinstance(value, list):
        return ", ".join(_text(name, one) for one in value)
    if value is None or value is False or value == 0:
        return ""
    if value is True:
        return gettext("yes")
    if isinstance(value, datetime):
        return f"{day_and_time(value)} ({value:%Y})"
    if name == "sector" and (sector := find_sector(str(value))):
        return gettext(sector.name)
    said = str(_WORDS.get(name, {}).get(str(value), value))
    return said.replace("_", " ") if name in _CODES else said
