"""The ad form, for posting and for editing: what was typed, turned into a Draft and checked."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from app.ads.models import Ad
from app.ads.policy import KINDS, SKILLS_MOST, Draft
from app.ads.rules import problems
from app.board.address_field import address_in
from app.board.words import LANGUAGES, MODES, RHYTHMS, shorten
from app.catalogue.places import Place, find_place, find_places, near_misses
from app.catalogue.sectors import all_sectors, find_sector
from app.catalogue.skills import skill_key, split_skills
from app.core.secret import Address
from app.core.text import clean_line, clean_text

SOME = "some"  # the radio button that says: only the sectors ticked below it


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class CheckboxesField(SelectMultipleField):
    """Several choices, each with its own box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class EditForm(FlaskForm):
    """An ad without its address: what may be changed later."""

    kind = RadioField(
        lazy_gettext("What your ad leads with"),
        choices=_choices(
            {"seeks": lazy_gettext("I’m seeking"), "offers": lazy_gettext("I’m offering")}
        ),
        validate_choice=False,
    )
    headline = StringField(lazy_gettext("Headline"))
    seeks = TextAreaField(lazy_gettext("What would you like to learn or ask?"))
    seeks_skills = StringField(lazy_gettext("Skills you’re after, parted by commas"))
    offers = TextAreaField(lazy_gettext("What could you show somebody?"))
    offers_skills = StringField(lazy_gettext("Skills you bring, parted by commas"))
    return_open = BooleanField(lazy_gettext("I’m open: ask me what I could do in return"))
    about = TextAreaField(lazy_gettext("A line or two about you"))
    sector = SelectField(lazy_gettext("Your sector"), validate_choice=False)
    sectors_wanted = CheckboxesField(
        lazy_gettext("Who would you like to hear from?"), validate_choice=False, default=["any"]
    )
    modes = CheckboxesField(
        lazy_gettext("How could you meet?"), choices=_choices(MODES), validate_choice=False
    )
    place = StringField(lazy_gettext("Town or village"))
    place_choice = RadioField(lazy_gettext("Which one?"), choices=[], validate_choice=False)
    rhythm = RadioField(
        lazy_gettext("How often?"),
        choices=_choices(RHYTHMS),
        default="flexible",
        validate_choice=False,
    )
    capacity = StringField(lazy_gettext("How many people at a time?"), default="1")
    language = RadioField(
        lazy_gettext("Which language is your ad in?"),
        choices=_choices(LANGUAGES),
        default="en",
        validate_choice=False,
    )
    name = StringField(lazy_gettext("Your name"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = _choices({s.slug: gettext(s.name) for s in all_sectors()})
        self.sector.choices = [SelectChoice("", gettext("Choose one")), *sectors]
        self.sectors_wanted.choices = sectors
        self.added: dict[str, str] = {}  # by side, the skill that was just put there
        self._places = find_places(clean_line(self.place.data or ""))
        if len(self._places) > 1:
            self.place_choice.choices = _choices({str(p.id): p.label for p in self._places[:30]})

    @property
    def wanted(self) -> str:
        """The answer to whom one would like to hear from: any, different, or slugs with commas."""
        ticked = self.sectors_wanted.data or []
        slugs = [slug for slug in dict.fromkeys(ticked) if find_sector(slug)]
        for plain in ("different", "any"):
            if plain in ticked and SOME not in ticked:
                return plain
        return ",".join(slugs) if ticked else "any"

    def draft(self) -> Draft:
        """What was typed, cleaned, as the value the rules are asked about."""
        place = self._place()
        capacity = clean_line(self.capacity.data or "") or "1"
        return Draft(
            kind=self.kind.data or "",
            headline=clean_line(self.headline.data or ""),
            seeks=clean_text(self.seeks.data or ""),
            offers=clean_text(self.offers.data or ""),
            return_open=bool(self.return_open.data),
            seeks_skills=tuple(split_skills(self.seeks_skills.data or "")),
            offers_skills=tuple(split_skills(self.offers_skills.data or "")),
            about=clean_text(self.about.data or ""),
            sector=self.sector.data or "",
            sectors_wanted=self.wanted,
            language=self.language.data or "en",
            place_id=place.id if place else None,
            modes=tuple(self.modes.data or ()),
            rhythm=self.rhythm.data or "",
            capacity=int(capacity) if re.fullmatch("[0-9]{1,4}", capacity) else 0,
            name=clean_line(self.name.data or ""),
        )

    def add_skill(self, side: str, skill: str) -> None:
        """Put one more skill into a side, and a first sentence where its text is empty.

        What has no letter in it, stands there already or has no room is not put there.
        """
        chosen, field = split_skills(skill)[:1], self[f"{side}_skills"]
        typed = field.data or ""
        known = list(map(skill_key, split_skills(typed)))
        if not chosen or skill_key(chosen[0]) in known or len(known) >= SKILLS_MOST:
            return
        before = typed.rstrip(" ,;\t")
        field.data = f"{before}, {chosen[0]}" if before else chosen[0]
        self.added[side] = chosen[0]
        if not (self[side].data or "").strip():
            self[side].data = (
                gettext("I could help with %(skill)s.", skill=chosen[0])
                if side == "offers"
                else gettext("I’d like to know more about %(skill)s.", skill=chosen[0])
            )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask the ad's own rules, so that form, edit and import refuse the same things."""
        super().validate(extra_validators)
        for problem in problems(self.draft()):
            sentence = gettext(problem.sentence, **problem.values)
            self[problem.field].errors = [sentence]
        if (trouble := self._place_trouble()) is not None:
            self.place.errors = [trouble]
        return not self.errors

    def _place(self) -> Place | None:
        if len(self._places) > 1:
            chosen = self.place_choice.data
            return next((p for p in self._places if str(p.id) == chosen), None)
        return self._places[0] if self._places else None

    def _place_trouble(self) -> str | None:
        typed = shorten(clean_line(self.place.data or ""), 60)
        if not typed or self._place() is not None:
            return None
        if self._places:
            return gettext(
                "There are %(count)d places called %(name)s. Choose yours below.",
                count=len(self._places),
                name=typed,
            )
        near = [place.label for place in near_misses(typed)][:3]
        if near:
            return gettext(
                "We don’t know a town called “%(name)s”. Did you mean %(near)s?",
                name=typed,
                near=" / ".join(near),
            )
        return gettext(
            "We don’t know a town called “%(name)s”. Try the nearest larger one.", name=typed
        )


class AdForm(EditForm):
    """A new ad: with the address its link is mailed to."""

    email = StringField(lazy_gettext("Your email address"))

    address: Address | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """As for an edit, and the address too."""
        super().validate(extra_validators)
        self.address = address_in(self.email)
        return not self.errors


def filled(ad: Ad) -> dict[str, Any]:
    """An ad's present words, to fill the form for editing."""
    place = find_place(ad.place_id) if ad.place_id is not None else None
    wanted = ad.sectors_wanted
    same = ("kind", "headline", "seeks", "offers", "return_open", "about", "sector", "rhythm")
    return {
        **{field: getattr(ad, field) for field in (*same, "language", "name")},
        **{f"{side}_skills": ", ".join(ad.side_skills(side)) for side in KINDS},
        "sectors_wanted": [wanted]
        if wanted in {"any", "different"}
        else [SOME, *wanted.split(",")],
        "modes": ad.modes.split(","),
        "place": place.label if place else "",
        "capacity": str(ad.capacity),
    }
