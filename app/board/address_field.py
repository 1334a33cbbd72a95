"""The field every form asks an address in: read once, its trouble said beside it."""

from wtforms import Field

from app.board.language import gettext
from app.core.secret import Address
from app.people.policy import BadAddress, read_address


def address_in(field: Field) -> Address | None:
    """The address typed into `field`; None, with a sentence among its errors, if it is none."""
    try:
        return read_address(field.data or "")
    except BadAddress as problem:
        field.errors = [gettext(str(problem))]
        return None
