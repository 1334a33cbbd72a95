"""What the charts of the desk show: counts of the features, put into words, tables and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from app.ads import figures as ads
from app.board.language import gettext
from app.board.words import LONDON, local_date
from app.desk import charts, words
from app.desk.charts import Chart
from app.matching.offer_helper import Gap
from app.relay import figures as relay
from app.relay.figures import Fared

WEEKS = 12
_LONG_AGO = timedelta(days=3650)
_AGES = (timedelta(days=42), timedelta(days=28), timedelta(days=14), timedelta(days=7))
_NAME_MOST = 30  # characters of a skill that fit beside its bar on a phone
Cell = str | int


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its table. `says` tells what it shows, to whoever does not see it.

    `key` names the layers from the outline to what is filled. Without a `chart` there is nothing to
    show yet, and `nothing` says so.
    """

    name: str
    title: str
    says: str
    key: tuple[str, ...]
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    chart: Chart | None
    nothing: str


def week_starts(now: datetime, number: int = WEEKS) -> list[datetime]:
    """When the last `number` weeks began, this one last: Mondays at midnight in Britain."""
    today = local_date(now)
    monday = today - timedelta(days=today.weekday())
    days = [monday - timedelta(weeks=back) for back in reversed(range(number))]
    return [datetime.combine(day, time(), LONDON) for day in days]


def day_names(starts: Sequence[datetime]) -> list[str]:
    """These days as a chart and its table name them."""
    return [words.brief_day(start) for start in starts]


# --- posted, replied, answered, talking -----------------------------------------------------------


def ways(session: Session, starts: Sequence[datetime]) -> tuple[Figure, Figure]:
    """How far the ads of these weeks have come: all together, and week by week."""
    posted, fared = ads.posted(session, starts=starts), relay.fared(session, starts=starts)
    return _together(posted, fared), _by_week(posted, fared, starts)


def _together(posted: Sequence[int], fared: Sequence[Fared]) -> Figure:
    steps = {
        gettext("Posted"): sum(posted),
        gettext("Replied to"): sum(week.replied for week in fared),
        gettext("Answered"): sum(week.answered for week in fared),
        gettext("Talking"): sum(week.talking for week in fared),
    }
    whole, *parts = steps.values()
    shares = {step: _share(number, whole) for step, number in steps.items()}
    return Figure(
        name="how-far",
        title=gettext("How far ads come"),
        says=gettext(
            "Of %(posted)s ads posted in the last %(weeks)s weeks, %(replied)s had a reply, "
            "%(answered)s an answer to one, and %(talking)s have become a conversation.",
            posted=whole,
            weeks=len(fared),
            replied=parts[0],
            answered=parts[1],
            talking=parts[2],
        ),
        key=(gettext("all that were posted"), gettext("so far")),
        heads=(gettext("Step"), gettext("Ads"), gettext("Of all")),
        rows=[(step, number, shares[step]) for step, number in steps.items()],
        chart=charts.rows(
            [
                (step, f"{number} · {shares[step]}", (whole, number))
                for step, number in steps.items()
            ]
        ),
        nothing=gettext("No ad was posted in the last %(weeks)s weeks.", weeks=len(fared)),
    )


def _by_week(posted: Sequence[int], fared: Sequence[Fared], starts: Sequence[datetime]) -> Figure:
    layers = (
        posted,
        [week.replied for week in fared],
        [week.answered for week in fared],
        [week.talking for week in fared],
    )
    names = (gettext("posted"), gettext("replied"), gettext("answered"), gettext("talking"))
    days = day_names(starts)
    return Figure(
        name="by-week",
        title=gettext("Ads by the week they were posted"),
        says=gettext(
            "For each week, how many ads were posted, and how many of them have come so far. Most "
            "in one week: %(most)s. This week so far: %(now)s. Young ads have had little time yet.",
            most=max(posted),
            now=posted[-1],
        ),
        key=names,
        heads=(gettext("Week of"), *names),
        rows=list(zip(days, *layers, strict=True)),
        chart=charts.columns(layers, days, most=str(max(posted))),
        nothing=gettext("No ad was posted in the last %(weeks)s weeks.", weeks=len(starts)),
    )


# --- what waits, what is sought -------------------------------------------------------------------


def waiting(session: Session, now: datetime) -> Figure:
    """The ads that are live now, by age, and how many of them nobody has written to."""
    starts = [now - _LONG_AGO, *(now - age for age in _AGES)]
    ages = (
        gettext("Over six weeks old"),
        gettext("Four to six weeks"),
        gettext("Two to four weeks"),
        gettext("One to two weeks"),
        gettext("Under a week"),
    )
    counts = relay.unanswered(session, starts=starts, now=now)
    found = [(age, *both) for age, both in zip(ages, counts, strict=True)][::-1]
    live, none = sum(row[1] for row in found), sum(row[2] for row in found)
    return Figure(
        name="without-a-reply",
        title=gettext("Open ads without a reply, by age"),
        says=gettext(
            "Of %(live)s ads that are open now, nobody has written to %(none)s; %(old)s of those "
            "are over four weeks old.",
            live=live,
            none=none,
            old=found[-1][2] + found[-2][2],
        ),
        key=(gettext("open"), gettext("without a reply")),
        heads=(gettext("Age"), gettext("Open"), gettext("Without a reply")),
        rows=list(found),
        chart=charts.rows(
            [
                (age, gettext("%(none)s of %(live)s", none=empty, live=of), (of, empty))
                for age, of, empty in found
            ]
        ),
        nothing=gettext("No ad is open just now."),
    )


def sought(gaps: Sequence[Gap], *, known: bool) -> Figure:
    """The skills that more people seek than offer. `known`: whether the index could be asked."""
    nothing = gettext("Whatever several people seek, as many offer. Or nobody seeks anything yet.")
    if not known:
        nothing = gettext("The search index can’t be read just now, so nobody has counted.")
    first = gaps[0] if gaps else Gap("", 0, 0)
    return Figure(
        name="sought",
        title=gettext("Most sought, least offered"),
        says=gettext(
            "The widest gap: %(skill)s, which %(seek)s people seek and %(offer)s offer.",
            skill=first.skill,
            seek=first.seek,
            offer=first.offer,
        ),
        key=(gettext("people who seek it"), gettext("people who offer it")),
        heads=(gettext("Skill"), gettext("Seek it"), gettext("Offer it")),
        rows=[(gap.skill, gap.seek, gap.offer) for gap in gaps],
        chart=charts.rows([_sought(gap) for gap in gaps]),
        nothing=nothing,
    )


def _sought(gap: Gap) -> tuple[str, str, tuple[int, int]]:
    name = gap.skill if len(gap.skill) <= _NAME_MOST else f"{gap.skill[: _NAME_MOST - 1]}…"
    return name, f"{gap.seek} · {gap.offer}", (gap.seek, gap.offer)


def _share(number: int, whole: int) -> str:
    return f"{round(100 * number / whole)} %" if whole else "–"
