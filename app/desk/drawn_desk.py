"""What the charts show of the desk itself: what was held, and how long decisions take."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.board.language import gettext, ngettext
from app.desk import charts, words
from app.desk.drawn import Figure, day_names
from app.moderation import figures as moderation


def held(session: Session, starts: Sequence[datetime]) -> Figure:
    """What was held, by the week it was decided, and how much of it was published after all."""
    weeks = moderation.held(session, starts=starts)
    total, honest = sum(week.total for week in weeks), sum(week.published for week in weeks)
    days = day_names(starts)
    layers = [week.total for week in weeks], [week.published for week in weeks]
    return Figure(
        name="held",
        title=gettext("Held, and published after all"),
        says=gettext(
            "Of %(total)s held ads and first messages that were decided in the last %(weeks)s "
            "weeks, %(honest)s were published after all.",
            total=total,
            weeks=len(weeks),
            honest=honest,
        ),
        key=(gettext("held, and decided"), gettext("published after all")),
        heads=(gettext("Week of"), gettext("held"), gettext("published"), gettext("spam")),
        rows=[
            (day, week.total, week.published, week.spam)
            for day, week in zip(days, weeks, strict=True)
        ],
        chart=charts.columns(layers, days, most=str(max(layers[0]))),
        nothing=gettext("Nothing that was held was decided in the last %(n)s weeks.", n=len(weeks)),
    )


def speed(session: Session, starts: Sequence[datetime], promised: timedelta) -> Figure:
    """How long decisions took, by the week of the decision, beside what is promised."""
    weeks = moderation.speed(session, starts=starts)
    days, hour = day_names(starts), timedelta(hours=1)
    most = max((week.most for week in weeks if week.most is not None), default=None)
    layers = [[(time or timedelta()) / hour for time in times] for times in _times(weeks)]
    late = sum(week.most is not None and week.most > promised for week in weeks)
    return Figure(
        name="time-to-decide",
        title=gettext("Time to decide"),
        says=gettext(
            "Nine of ten decisions within: at worst %(most)s in a week. Promised: %(promised)s.",
            most=words.length(most),
            promised=words.length(promised),
        )
        + (f" {_later(late)}" if late else ""),
        key=(gettext("nine of ten within"), gettext("half within")),
        heads=(gettext("Week of"), gettext("decided"), gettext("half"), gettext("nine of ten")),
        rows=[
            (day, week.decided, words.length(week.half), words.length(week.most))
            for day, week in zip(days, weeks, strict=True)
        ],
        chart=charts.columns(layers, days, most=words.length(most), promised=promised / hour),
        nothing=gettext("Nothing was decided in the last %(weeks)s weeks.", weeks=len(weeks)),
    )


def _later(weeks: int) -> str:
    return ngettext("In one week it took longer.", "In %(num)d weeks it took longer.", weeks)


def _times(weeks: Sequence[moderation.Speed]) -> tuple[list[timedelta | None], ...]:
    return [week.most for week in weeks], [week.half for week in weeks]
