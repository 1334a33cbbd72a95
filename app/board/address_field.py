"""The field every form asks an address in: read once, its trouble said beside it."""

from flask_wtf import FlaskForm
from wtforms import Field, StringField

from app.board.language import gettext, lazy_gettext
from app.core.secret import Address
from app.people.policy import BadAddress, read_address


def address_in(field: Field) -> Address | None:
    """The address typed into `field`; None, with a sentence among its errors, if it is none."""
    try:
        return read_address(field.data or "")
    except BadAddress as problem:
        field.errors = [gettext(str(problem))]
        return None


class AddressForm(FlaskForm):
    """Asks for an address and nothing else, to mail a link to."""

    email = StringField(lazy_gettext("Your email address"))

    address: Address | None = None

    def validate(self, extra_validators: object = None) -> bool:
        """Check the address; whether anybody has it is not asked here."""
        super().validate(extra_validators)
        self.address = address_in(self.email)
        return not self.errors
