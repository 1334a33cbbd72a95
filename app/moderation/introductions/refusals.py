"""What an introduction may be refused for; none of it says what the other side has said."""

from collections.abc import Sequence

from app.ads.policy import Problem
from app.core.errors import Kind, Refusal
from app.core.i18n import N_


class BadIntroduction(Refusal):
    """`problems` name the fields: first, second, line; '' for the two together."""

    sentence = N_("These two ads can’t be introduced like this.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class IntroductionUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is no such introduction.")


class IntroductionOver(Refusal):
    kind = Kind.GONE
    sentence = N_("This introduction is over, so there is nothing left to answer.")


class NotJustNow(Refusal):
    """One of the two ads is off the board or full, as everybody can see."""

    kind = Kind.CONFLICT
    sentence = N_("One of the two ads takes nobody just now, so a yes can’t be noted yet.")


class BothSaidYes(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("You both said yes already, so the two of you are introduced.")
