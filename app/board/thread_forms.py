"""The forms of a conversation's page: the next message, a kind no, a report."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.board.language import gettext, lazy_gettext
from app.board.words import DECLINES, REPORTS
from app.core.text import clean_text
from app.relay import policy

REPORT_MOST = 2000  # characters


class MessageForm(FlaskForm):
    """The next message."""

    message = TextAreaField(lazy_gettext("Your message"))

    def validate(self, extra_validators: object = None) -> bool:
        """Ask the conversation's own rule."""
        super().validate(extra_validators)
        self.message.data = clean_text(self.message.data or "")
        if (problem := policy.text_problem(self.message.data)) is not None:
            self.message.errors = [gettext(problem.sentence, **problem.values)]
        return not self.errors


class DeclineForm(FlaskForm):
    """A kind no."""

    reason = RadioField(
        lazy_gettext("Reason"),
        id="decline",
        choices=[SelectChoice(value, words) for value, words in DECLINES.items()],
        default="full",
        validate_choice=False,
    )

    def validate(self, extra_validators: object = None) -> bool:
        """One of the reasons on the page."""
        super().validate(extra_validators)
        if self.reason.data not in DECLINES:
            self.reason.errors = [gettext("Choose what comes nearest.")]
        return not self.errors


class ReportForm(FlaskForm):
    """What the broker should look at."""

    reason = RadioField(
        lazy_gettext("What’s wrong?"),
        id="report",
        choices=[SelectChoice(value, words) for value, words in REPORTS.items()],
        validate_choice=False,
    )
    text = TextAreaField(lazy_gettext("Anything our broker should know"), id="report-text")
    person = BooleanField(
        lazy_gettext("It’s about the person, more than about this one conversation"),
        id="report-person",
    )
    attach = BooleanField(
        lazy_gettext("Let the broker read the last ten messages here"), id="report-attach"
    )

    def validate(self, extra_validators: object = None) -> bool:
        """A reason is needed; words are not."""
        super().validate(extra_validators)
        self.text.data = clean_text(self.text.data or "")
        if self.reason.data not in REPORTS:
            self.reason.errors = [gettext("Choose what comes nearest.")]
        if len(self.text.data) > REPORT_MOST:
            self.text.errors = [gettext("Keep it under %(most)d characters.", most=REPORT_MOST)]
        return not self.errors
