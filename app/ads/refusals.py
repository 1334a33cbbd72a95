"""What an ad may be refused for."""

from app.core.errors import Kind, Refusal
from app.core.i18n import N_


class AdUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is no ad with this Box number.")


class AdGone(Refusal):
    """What was once live and is no more; `box` is its number, for the page that says so."""

    kind = Kind.GONE
    sentence = N_("This ad is no longer open.")

    def __init__(self, *, box: str) -> None:
        super().__init__(box=box)
        self.box = box


class NotNow(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("That can’t be done with this ad any more. Look at where it stands now.")


class AlreadyStands(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("You already have another ad with these very words.")
