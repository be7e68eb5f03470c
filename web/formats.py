"""How days, times and sums are written for people: British English, Europe/London.

Every function returns "" for None, so that a template need not ask first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from domain.money import in_pounds
from domain.text import counted as counted_in_words
from domain.text import day_in_words

LONDON = ZoneInfo("Europe/London")

MINUTE, HOUR = 60, 3600

LONG_WORD = 30
"""Characters of a word, up to which a column is made as wide as its longest word."""


def counted(number: int | None, one: str, several: str = "") -> str:
    """A number with what it counts: "1 row", "2,000 rows"; `several` where that is not `one` with an s."""
    return "" if number is None else counted_in_words(number, one, several)


def date(when: dt.date | dt.datetime | None) -> str:
    """A day as "27 March 2024"; of a moment, its day in London."""
    if when is None:
        return ""
    day = london(when) if isinstance(when, dt.datetime) else when
    return day_in_words(day)


def short_date(when: dt.date | dt.datetime | None) -> str:
    """A day as it is written in a table: "27 Mar 2024"."""
    if when is None:
        return ""
    day = london(when) if isinstance(when, dt.datetime) else when
    return f"{day.day} {day:%b %Y}"


def time(when: dt.datetime | dt.time | None) -> str:
    """A time of day as "4:10pm", "9am", "midday" or "midnight"; of a moment, its time in London."""
    if when is None:
        return ""
    clock = london(when).time() if isinstance(when, dt.datetime) else when
    if (clock.hour, clock.minute) in _NAMED_TIMES:
        return _NAMED_TIMES[clock.hour, clock.minute]
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


_NAMED_TIMES = {(0, 0): "midnight", (12, 0): "midday"}


def datetime(when: dt.date | dt.datetime | None) -> str:
    """A moment as "27 March 2024, 4:10pm"; a day that has no time as the day alone."""
    return f"{date(when)}, {time(when)}" if isinstance(when, dt.datetime) else date(when)


def day_and_time(when: dt.date | dt.datetime | None) -> str:
    """A moment to turn up at, as "Wednesday 27 March 2024 at 4:10pm"; a day as "Wednesday 27 March 2024"."""
    if when is None:
        return ""
    if isinstance(when, dt.datetime):
        return f"{london(when):%A} {date(when)} at {time(when)}"
    return f"{when:%A} {date(when)}"


def number(value: Decimal | None) -> str:
    """A number without zeros at its end, however it was typed or stored: 20.00 as "20", 17.50 as "17.5"."""
    if value is None:
        return ""
    return f"{value.normalize():f}"


def money(pounds: Decimal | int | None) -> str:
    """A sum in pounds as "£1,200", with pence where there are some: "£45.50"."""
    if pounds is None:
        return ""
    return in_pounds(pounds)


def days(count: Decimal | int | float | None) -> str:
    """Days of support, counted in halves, as "1 day" or "2.5 days"."""
    if count is None:
        return ""
    return f"{count:.1f}".removesuffix(".0") + (" day" if count == 1 else " days")


def relative(when: dt.date | dt.datetime | None, now: dt.datetime) -> str:
    """How far from now: "in 3 days", "yesterday", "2 hours ago". Days are days of the London calendar."""
    if when is None:
        return ""
    day = london(when).date() if isinstance(when, dt.datetime) else when
    apart = (day - london(now).date()).days
    if apart == 0:
        return _within_the_day((when - now).total_seconds()) if isinstance(when, dt.datetime) else "today"
    return {1: "tomorrow", -1: "yesterday"}.get(apart) or _in_or_ago(_span(abs(apart)), apart)


def _within_the_day(seconds: float) -> str:
    size = abs(seconds)
    if size < MINUTE:
        return "just now" if seconds <= 0 else "now"
    if size < HOUR:
        return _in_or_ago(counted(int(size // MINUTE), "minute"), seconds)
    return _in_or_ago(counted(int(size // HOUR), "hour"), seconds)


def _span(days_apart: int) -> str:
    if days_apart < 60:
        return counted(days_apart, "day")
    if days_apart < 730:
        return counted(round(days_apart / 30.44), "month")
    return counted(int(days_apart / 365.25), "year")


def _in_or_ago(span: str, direction: float) -> str:
    return f"in {span}" if direction > 0 else f"{span} ago"


def london(moment: dt.datetime) -> dt.datetime:
    """The moment on London's clock. Raises ValueError for a moment that names no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment}")
    return moment.astimezone(LONDON)


def breaking(cell: object) -> str:
    """The class of a table's cell whose text or hint holds a word that no column may be wide enough for."""
    told = (cell.get("text"), cell.get("hint")) if isinstance(cell, Mapping) else (cell,)
    texts = [text for text in told if isinstance(text, str) and not isinstance(text, Markup)]
    return " app-breaks" if any(len(word) > LONG_WORD for text in texts for word in text.split()) else ""


def with_code(text: str | None) -> Markup:
    """A sentence whose commands, which stand between backticks, are set as code."""
    plain, code = Markup("{}"), Markup("<code>{}</code>")
    return Markup("").join(
        (code if at % 2 else plain).format(part) for at, part in enumerate((text or "").split("`"))
    )


def upper_first(text: str) -> str:
    """A text as it stands at the head of a sentence or as a label."""
    return text[:1].upper() + text[1:]


def filters(now: Callable[[], dt.datetime]) -> dict[str, Callable[..., str]]:
    """The template filters; `now` is the clock that `relative` reads."""
    return {
        "date": date,
        "short_date": short_date,
        "time": time,
        "datetime": datetime,
        "day_and_time": day_and_time,
        "counted": counted,
        "number": number,
        "money": money,
        "days": days,
        "breaking": breaking,
        "with_code": with_code,
        "relative": lambda when: relative(when, now()),
    }
