"""The form that saves a search: an address to mail to, and how often."""

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice

from app.alerts.policy import PACES
from app.board.address_field import address_in
from app.board.language import lazy_gettext
from app.core.secret import Address
from app.people.models import Person

PACE_WORDS = {
    "daily": lazy_gettext("Once a day, if there is something"),
    "at_once": lazy_gettext("As soon as there is something"),
}


class AlertForm(FlaskForm):
    """Save this search. The search itself travels in hidden fields, named as in an address."""

    email = StringField(lazy_gettext("Your email address"))
    pace = RadioField(
        lazy_gettext("How often may we write?"),
        choices=[SelectChoice(pace, PACE_WORDS[pace]) for pace in PACES],
        default="daily",
        validate_choice=False,  # anything else counts as not said
    )

    address: Address | None = None

    def validate_for(self, known: Person | None) -> bool:
        """Read the address; whoever is known needn’t type theirs."""
        if known is not None and not (self.email.data or "").strip():
            self.address = known.email
        else:
            self.address = address_in(self.email)
        return not self.errors

    def pace_meant(self) -> str:
        """The pace that was chosen, the gentler one if none was."""
        return self.pace.data if self.pace.data in PACES else PACES[0]
