"""One question of a form: how it is asked, and how what was typed is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import fields, missing, validate
from werkzeug.datastructures import MultiDict

from domain.text import plain
from web.forms.messages import Phrase, lower_first

Raw = MultiDict[str, Any]

UNREADABLE = object()
"""Stands in what the schema loads for an answer that could not be read, so that its own rules stay quiet too."""


@dataclass(frozen=True)
class Answers:
    """What questions are asked of: the names and values as a browser sends them, and what stands before a name.

    `name_prefix` names a question in errors ("issues.0."), `id_prefix` on the page ("issues-4-"), `row` for people
    ("Issue 1").
    """

    raw: Raw
    lookups: Mapping[str, Any]
    name_prefix: str = ""
    id_prefix: str = ""
    row: str = ""

    def within(self, name: str, id: str, row: str = "") -> Answers:
        return replace(self, name_prefix=f"{name}.", id_prefix=f"{id}-", row=row or self.row)


class Mistake(Exception):
    """What was typed cannot be read; the text says what to do."""


class FormField:
    """A question, asked of a sheet.

    The presentation comes from the schema field's `metadata`: label, hint, legend, resource (how messages speak
    of it), width, rows, autocomplete, inputmode, choices.
    """

    widget = "text"
    verb = "Enter"
    counted = "characters"

    def __init__(self, field: fields.Field[Any], key: str, answers: Answers) -> None:
        self.field = field
        self.key = key
        self.answers = answers
        self.raw = answers.raw
        self.name = answers.name_prefix + key
        self.id = answers.id_prefix + key
        self.error = ""

    # How it is asked

    @property
    def says(self) -> Mapping[str, Any]:
        return self.field.metadata

    @property
    def label(self) -> str:
        return str(self.says.get("label") or self.key.replace("_", " ").capitalize())

    @property
    def asked(self) -> str:
        """The words above the control, with "(optional)" where no answer is needed."""
        words = str(self.says.get("legend") or self.label)
        return words if self.field.required else f"{words} (optional)"

    @property
    def hint(self) -> str:
        readers = self.answers.lookups.get("reason_readers") if self.says.get("is_reason") else None
        return " ".join(filter(None, (str(self.says.get("hint", "")), readers() if readers else "")))

    @property
    def phrase(self) -> Phrase:
        return Phrase(self.label, self.verb, str(self.says.get("noun", "")), self.counted)

    @property
    def width(self) -> str:
        """The class that sets the width: a number of characters, or a share of the column as "one-half"."""
        width = self.says.get("width", self.usual_width)
        if not width:
            return ""
        return f"govuk-input--width-{width}" if isinstance(width, int) else f"govuk-!-width-{width}"

    usual_width: int | str = ""

    @property
    def most_characters(self) -> int | None:
        lengths = [rule.max for rule in self.field.validators if isinstance(rule, validate.Length)]
        return min((most for most in lengths if most is not None), default=None)

    def refuse(self, message: str) -> str:
        """The error as it is shown; in a row it names the row: "Action 1: enter the date it is due"."""
        self.error = f"{self.answers.row}: {lower_first(message)}" if self.answers.row else message
        return self.error

    # What was typed

    @property
    def value(self) -> str:
        """As typed, to be shown again."""
        return str(self.raw.get(self.id, ""))

    @property
    def control_id(self) -> str:
        """The id that a link in the error summary leads to."""
        return self.id

    def read(self) -> Any:
        """What the schema is to load; `missing` for no answer. Raises Mistake for what cannot be read."""
        return plain(self.value) or missing

    def take(self, mistakes: dict[str, str]) -> Any:
        """What the schema is to load; a mistake is noted under the question's name."""
        try:
            return self.read()
        except Mistake as mistake:
            mistakes[self.name] = str(mistake)
            return UNREADABLE

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        """The names and values a browser would send for a value that stands already."""
        yield self.id, as_text(value)

    def sent(self) -> Iterable[tuple[str, str]]:
        """The names and values that carry the answer through another page."""
        return [(self.id, value) for value in self.raw.getlist(self.id)]

    @property
    def is_answered(self) -> bool:
        return any(value.strip() for _, value in self.sent())

    def answer(self) -> str:
        """The answer in a reader's words; "" when there is none."""
        return plain(self.value)

    def within(self) -> list[FormField]:
        """This question and those inside it, in the order of the page."""
        return [self]


def as_text(value: Any) -> str:
    """A value of the service as a form control holds it."""
    if value is None:
        return ""
    return str(getattr(value, "value", value))
