"""Which question each field of a schema makes, and questions that hold others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, missing, validate

from web.forms import chosen, typed
from web.forms.field import Answers, FormField

SPARE_ROWS = 3
LONG = 250
"""From this many characters a text is given several lines."""


def questions(schema: Schema, answers: Answers) -> list[FormField]:
    """The questions a schema asks, in its order, each that another gives rise to after that one. Raises TypeError for
    a field no form can ask."""
    asked = [kind_of(field)(field, field.data_key or name, answers) for name, field in schema.load_fields.items()]
    follow = {each.says["after"]: each for each in asked if isinstance(each, typed.OnceAsked)}
    first = [each for each in asked if each not in follow.values()]
    return [each for one in first for each in (one, follow.get(one.key)) if each is not None]


class GroupField(FormField):
    """Several questions under one heading: a schema within the schema."""

    widget = "group"

    @cached_property
    def questions(self) -> list[FormField]:
        return questions(inner_schema(self.field), self.answers.within(self.name, self.id))

    @property
    def control_id(self) -> str:
        return self.questions[0].control_id

    def take(self, mistakes: dict[str, str]) -> Any:
        answers = answers_to_load(self.questions, mistakes)
        return answers if answers or self.field.required else missing

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        return answers_given(self.questions, value or {})

    def sent(self) -> Iterable[tuple[str, str]]:
        return [pair for question in self.questions for pair in question.sent()]

    @property
    def is_answered(self) -> bool:
        return any(question.is_answered for question in self.questions)

    def within(self) -> list[FormField]:
        return [self, *(inner for question in self.questions for inner in question.within())]


@dataclass(frozen=True)
class QuestionRow:
    """One of a list of like things; a row left blank counts for nothing."""

    index: int
    title: str
    questions: list[FormField]

    @property
    def is_answered(self) -> bool:
        return any(question.is_answered for question in self.questions)


class RowsField(FormField):
    """A list of like things, each asked in a row of its own, with spare rows after those filled."""

    widget = "rows"
    verb = "Enter"
    counted = "entries"

    @property
    def row_label(self) -> str:
        return str(self.says.get("row_label") or self.label.removesuffix("s"))

    @cached_property
    def filled(self) -> list[QuestionRow]:
        pattern = re.compile(rf"{re.escape(self.id)}-([0-9]{{1,4}})-")
        sent = sorted({int(found[1]) for name in self.raw if (found := pattern.match(name))})
        answered = [index for index in sent if self._row(index, 0).is_answered]
        return [self._row(index, position) for position, index in enumerate(answered)]

    @cached_property
    def rows(self) -> list[QuestionRow]:
        filled = len(self.filled)
        first_spare = max((row.index + 1 for row in self.filled), default=0)
        spare = [self._row(first_spare + extra, filled + extra) for extra in range(SPARE_ROWS)]
        return [*self.filled, *spare]

    def _row(self, index: int, position: int) -> QuestionRow:
        """The row sent under `index`, which is the list's item at `position`: blank rows may stand between."""
        title = f"{self.row_label} {position + 1}"
        asked = self.answers.within(f"{self.name}.{position}", f"{self.id}-{index}", title)
        return QuestionRow(index, title, questions(inner_schema(self.field), asked))

    @property
    def control_id(self) -> str:
        return self.rows[0].questions[0].control_id

    def take(self, mistakes: dict[str, str]) -> Any:
        answers = [answers_to_load(row.questions, mistakes) for row in self.filled]
        return answers or (missing if self.field.required else [])

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        for position, item in enumerate(value or ()):
            yield from answers_given(self._row(position, position).questions, item)

    def sent(self) -> Iterable[tuple[str, str]]:
        return [pair for row in self.filled for question in row.questions for pair in question.sent()]

    def within(self) -> list[FormField]:
        return [self, *(inner for row in self.rows for question in row.questions for inner in question.within())]


def answers_to_load(asked: list[FormField], mistakes: dict[str, str]) -> dict[str, Any]:
    """What the schema is to load from the questions; mistakes are noted by the question's name."""
    answers = {question.key: question.take(mistakes) for question in asked}
    return {key: answer for key, answer in answers.items() if answer is not missing}


def answers_given(asked: list[FormField], values: Any) -> Iterator[tuple[str, str]]:
    """The names and values of questions already answered, from a mapping or an object."""
    for question in asked:
        key = question.field.attribute or question.field.name or question.key
        value = values.get(key) if isinstance(values, Mapping) else getattr(values, key, None)
        if value is not None:
            yield from question.write(value)


def inner_schema(field: fields.Field[Any]) -> Schema:
    nested = field.inner if isinstance(field, fields.List) else field
    if not isinstance(nested, fields.Nested):
        raise TypeError(f"{field.name} holds no schema")
    return nested.schema


def kind_of(field: fields.Field[Any]) -> type[FormField]:
    """The question a field makes: by its `widget`, else by its type. Raises TypeError where there is none."""
    if isinstance(field, fields.Nested):
        return RowsField if field.many else GroupField
    if isinstance(field, fields.List):
        return _kind_of_list(field)
    named = field.metadata.get("widget")
    if isinstance(field, fields.Boolean):
        return _YES_NO.get(named, chosen.YesNo)
    if named in _BY_WIDGET:
        return _BY_WIDGET[named]
    if _has_choices(field):
        return chosen.Choice
    return _kind_of_text(field) if isinstance(field, fields.String) else _kind_by_type(field)


def _kind_of_list(field: fields.List[Any]) -> type[FormField]:
    if isinstance(field.inner, fields.Nested):
        return RowsField
    if field.metadata.get("widget") == "hidden":
        return typed.HiddenWords
    return chosen.Ticks if _has_choices(field) or _has_choices(field.inner) else typed.Lines


def _has_choices(field: fields.Field[Any]) -> bool:
    return (
        "choices" in field.metadata
        or isinstance(field, fields.Enum)
        or any(isinstance(rule, validate.OneOf) for rule in field.validators)
    )


def _kind_of_text(field: fields.String) -> type[FormField]:
    if isinstance(field, fields.Email):
        return typed.EmailField
    lengths = [rule.max or 0 for rule in field.validators if isinstance(rule, validate.Length)]
    is_long = "rows" in field.metadata or max(lengths, default=0) >= LONG
    return typed.LongText if is_long else typed.LineField


def _kind_by_type(field: fields.Field[Any]) -> type[FormField]:
    for of, kind in _BY_TYPE:
        if isinstance(field, of):
            return kind
    raise TypeError(f"no form can ask for {field.name}, a {type(field).__name__}")


_YES_NO: dict[Any, type[FormField]] = {"checkboxes": chosen.Tick, "hidden": typed.HiddenField}

_BY_WIDGET: dict[Any, type[FormField]] = {
    "text": typed.LineField,
    "textarea": typed.LongText,
    "once_asked": typed.OnceAsked,
    "date": typed.DateParts,
    "radios": chosen.Choice,
    "select": chosen.Choice,
    "money": typed.Money,
    "time": typed.Clock,
    "number": typed.Number,
    "password": typed.Password,
    "hidden": typed.HiddenField,
    "file": typed.FileInput,
}

_BY_TYPE: tuple[tuple[Any, type[FormField]], ...] = (
    (fields.Date, typed.DateParts),
    (fields.Time, typed.Clock),
    (fields.Decimal, typed.Money),
    (fields.Number, typed.Number),
    (fields.UUID, typed.LineField),
    (Upload, typed.FileInput),
)
