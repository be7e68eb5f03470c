"""Questions answered by typing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any, Never

from marshmallow import fields, missing

from domain.text import line, plain
from web import formats
from web.forms.field import FormField, Mistake, as_text

MINUS = "\N{MINUS SIGN}"


class LineField(FormField):
    """A line of text."""

    def read(self) -> Any:
        return line(self.value) or missing


class EmailField(LineField):
    widget = "email"


class LongText(FormField):
    """Text of several lines; counted down where the schema limits it."""

    widget = "textarea"

    @property
    def rows(self) -> int:
        return int(self.says.get("rows", 5))


class Lines(LongText):
    """A list of texts, one on each line."""

    counted = "lines"

    def read(self) -> Any:
        lines = [each.strip() for each in plain(self.value).split("\n") if each.strip()]
        return lines or (missing if self.field.required else [])

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, "\n".join(as_text(each) for each in value or ())

    most_characters = None


class Password(FormField):
    """A secret: taken exactly as typed, never shown again and never carried."""

    widget = "password"

    def read(self) -> Any:
        return str(self.raw.get(self.id, "")) or missing

    @property
    def value(self) -> str:
        return ""

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        return iter(())

    def sent(self) -> Iterable[tuple[str, str]]:
        return ()


class HiddenField(FormField):
    """Carried along, not asked."""

    widget = "hidden"
    is_answered = False


class HiddenWords(HiddenField):
    """Several words, carried along together."""

    def read(self) -> Any:
        return self.value.split()

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, " ".join(as_text(each) for each in value or ())


class OnceAsked(LongText):
    """Asked only where the answer to the question that it comes `after` was refused for want of it."""

    @property
    def widget(self) -> str:  # type: ignore[override]  # a class attribute elsewhere, here it follows from the form
        return "textarea" if self.error or self.value else "hidden"

    @property
    def asked(self) -> str:
        return self.label


class FileInput(FormField):
    """A file handed over: a werkzeug FileStorage, which no page can carry on to the next."""

    widget = "file"
    verb = "Choose"

    @property
    def filename(self) -> str:
        return str(getattr(self.raw.get(self.id), "filename", None) or "")

    def read(self) -> Any:
        return self.raw.get(self.id) if self.filename else missing

    @property
    def value(self) -> str:
        return ""

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        return iter(())

    def sent(self) -> Iterable[tuple[str, str]]:
        return ()

    @property
    def is_answered(self) -> bool:
        return bool(self.filename)

    def answer(self) -> str:
        return self.filename


class Number(FormField):
    """A number, whole where the schema says so; thousands may be set apart by commas."""

    widget = "number"
    usual_width = 5
    most_digits = 15
    example = "2.5"

    @property
    def places(self) -> int | None:
        if isinstance(self.field, fields.Integer):
            return 0
        places = getattr(self.field, "places", None)
        return len(f"{places:f}".partition(".")[2]) if isinstance(places, Decimal) else places

    @property
    def inputmode(self) -> str:
        return str(self.says.get("inputmode", "numeric" if self.places == 0 else "decimal"))

    def figures(self) -> str:
        """What was typed, as digits that a computer reads."""
        return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain(self.value)).replace(MINUS, "-")

    def read(self) -> Any:
        figures = self.figures()
        if not figures:
            return missing
        found = re.fullmatch(r"[+-]?([0-9]*)(?:\.([0-9]+))?", figures)
        if not found or not (found[1] or found[2]):
            raise Mistake(f"{self.phrase.subject} must be {self.kind}")
        if len(found[1]) > self.most_digits:
            raise Mistake(f"{self.phrase.subject} must be a smaller number")
        if self.places is not None and len(found[2] or "") > self.places:
            raise Mistake(self.too_fine)
        return figures

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, formats.number(value) if isinstance(value, Decimal) else as_text(value)

    @property
    def kind(self) -> str:
        return "a whole number, like 12" if self.places == 0 else f"a number, like {self.example}"

    @property
    def too_fine(self) -> str:
        if self.places == 0:
            return f"{self.phrase.subject} must be {self.kind}"
        return f"{self.phrase.subject} must have no more than {formats.counted(self.places, 'decimal place')}"


class Money(Number):
    """A sum in pounds and pence."""

    widget = "money"
    usual_width = 10
    kind = "an amount of money, like 1,200 or 45.50"

    @property
    def places(self) -> int:
        return 2

    def figures(self) -> str:
        return super().figures().replace("£", "").replace(" ", "")

    @property
    def too_fine(self) -> str:
        return f"{self.phrase.subject} must be in pounds and pence, like 45.50"

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, f"{value:.2f}" if isinstance(value, Decimal) else as_text(value)

    def answer(self) -> str:
        try:
            sum_typed = self.read()
        except Mistake:
            return plain(self.value)
        return "" if sum_typed is missing else formats.money(Decimal(sum_typed))


class Clock(FormField):
    """A time of day, typed the way people write it: 4:10pm, 9am, 16.10, midday."""

    widget = "time"
    usual_width = 5
    _named = {"midday": time(12), "noon": time(12), "midnight": time(0)}

    def read(self) -> Any:
        typed = plain(self.value).lower().replace(" ", "")
        if not typed:
            return missing
        return (self._named.get(typed) or self._told(typed)).isoformat()

    def _told(self, typed: str) -> time:
        found = re.fullmatch(r"([0-9]{1,2})(?:[:.]?([0-9]{2})(?::00)?)?([ap])?\.?(?:m\.?)?", typed)
        if not found or not (found[2] or found[3]):
            raise Mistake(self._not_a_time)
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half and not 1 <= hour <= 12:
            raise Mistake(self._not_a_time)
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        try:
            return time(hour, minute)
        except ValueError:
            raise Mistake(self._not_a_time) from None

    @property
    def _not_a_time(self) -> str:
        return f"{self.phrase.subject} must be a time, like 9:30am or 14:00"

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, formats.time(value) if isinstance(value, time) else as_text(value)

    def answer(self) -> str:
        try:
            told = self.read()
        except Mistake:
            return plain(self.value)
        return "" if told is missing else formats.time(time.fromisoformat(told))


class DateParts(FormField):
    """A day known to the person who answers, in three parts; as written by hand: "3rd", "Sept." and "26" for 2026."""

    widget = "date"
    parts = ("day", "month", "year")
    _months = {
        name: number
        for number in range(1, 13)
        for name in (f"{date(2000, number, 1):%B}".lower(), f"{date(2000, number, 1):%b}".lower())
    } | {"sept": 9}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wrong: tuple[str, ...] = ()

    def typed(self, part: str) -> str:
        return str(self.raw.get(f"{self.id}-{part}", ""))

    @property
    def wrong(self) -> tuple[str, ...]:
        """The parts at fault; all of them where the fault is the day as a whole."""
        return (self._wrong or self.parts) if self.error else ()

    @property
    def control_id(self) -> str:
        return f"{self.id}-{self.wrong[0] if self.wrong else 'day'}"

    def read(self) -> Any:
        typed = {part: plain(self.typed(part)) for part in self.parts}
        blank = [part for part in self.parts if not typed[part]]
        if len(blank) == len(self.parts):
            return missing
        if blank:
            self._fault(f"{self.phrase.subject} must include a {' and '.join(blank)}", *blank)
        day = re.sub("(?<=[0-9])(st|nd|rd|th)$", "", typed["day"].lower())
        year = re.sub("^'?([0-9]{2})$", r"20\1", typed["year"])
        return self._real(day, self._month(typed["month"]), year).isoformat()

    def _month(self, typed: str) -> str:
        return str(self._months.get(typed.lower().removesuffix("."), typed))

    def _real(self, day: str, month: str, year: str) -> date:
        not_real = f"{self.phrase.subject} must be a real date"
        wrong = [
            part
            for part, typed, most in (("day", day, 31), ("month", month, 12))
            if not (re.fullmatch("[0-9]{1,2}", typed) and 1 <= int(typed) <= most)
        ]
        if wrong:
            self._fault(not_real, *wrong)
        if not re.fullmatch("[0-9]{4}", year):
            self._fault(f"{self.phrase.subject} must have a year of 4 numbers, like 2026", "year")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            self._fault(not_real, "year" if int(year) == 0 else "day")

    def _fault(self, message: str, *parts: str) -> Never:
        self._wrong = parts
        raise Mistake(message)

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:  # an address may begin a form with anything
            return
        if day is not None:
            for part in self.parts:
                yield f"{self.id}-{part}", str(getattr(day, part))

    def sent(self) -> Iterable[tuple[str, str]]:
        names = [f"{self.id}-{part}" for part in self.parts]
        return [(name, value) for name in names for value in self.raw.getlist(name)[:1]]

    def answer(self) -> str:
        try:
            told = self.read()
        except Mistake:
            return " ".join(self.typed(part) for part in self.parts).strip()
        return "" if told is missing else formats.date(date.fromisoformat(told))
