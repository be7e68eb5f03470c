"""A form is one command schema, asked on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.datastructures import FileStorage, MultiDict

from domain.text import plain
from web.access.context import RequestContext
from web.forms.field import Answers, FormField
from web.forms.grouped import GroupField, RowsField, answers_given, answers_to_load, questions
from web.forms.messages import in_plain_words
from web.forms.references import resolve

NOT_PROVIDED = "Not provided"


class CheckAnswer(NamedTuple):
    """A line of a check page; `control_id` is where on the form the answer is changed."""

    label: str
    value: str
    control_id: str


class Form:
    """The questions of a schema with the answers given so far.

    `data` is what a browser sent (join `request.files` to it for a file); names the schema does not know are
    passed over. `initial` are values that stand already, by the schema's attribute names. `lookups` are what
    was looked up for the form; a field's `choices` are handed them where those are a function.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        data: MultiDict[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        lookups: Mapping[str, Any] | None = None,
    ) -> None:
        self._schema = schema
        self._sent = data is not None
        self._checked = False
        raw: MultiDict[str, Any] = MultiDict() if data is None else data
        self._questions = questions(schema, Answers(raw, {} if lookups is None else lookups))
        if data is None:
            raw.update(MultiDict(answers_given(self._questions, initial or {})))
        self.values: dict[str, Any] = {}
        self.errors: dict[str, str] = {}

    def is_valid(self, context: RequestContext | None = None) -> bool:
        """Whether the answers load by the schema; fills `values`, or `errors` in the order of the page. What they
        name is looked up for whoever sends the `request`."""
        if self._sent and not self._checked:
            self._checked = True
            self._load(context)
        return self._sent and not self.errors

    def _load(self, context: RequestContext | None) -> None:
        mistakes: dict[str, str] = {}
        answers = answers_to_load(self._questions, mistakes)
        try:
            values = self._schema.load(resolve(context, self._schema, answers), unknown=EXCLUDE)
        except ValidationError as refused:
            for name, message in self._said_plainly(refused):
                mistakes.setdefault(name, message)
        if not mistakes:
            self.values = values
        for name, message in mistakes.items():
            self.refuse(message, name)

    def _said_plainly(self, refused: ValidationError) -> Iterator[tuple[str, str]]:
        asked = self._by_name()
        for path, message in _flat(refused.messages):
            question = _nearest(asked, path)
            if question:
                yield question.name, in_plain_words(message, question.phrase)
            else:
                yield "", message

    def refuse(self, message: str, field: str = "") -> None:
        """Add what stands against these answers, such as a broken rule, beside a field or for the whole form."""
        question = self._asked_for(field)
        errors = {**self.errors, **({question.name: question.refuse(message)} if question else {"": message})}
        order = ["", *self._by_name()]
        self.errors = dict(sorted(errors.items(), key=lambda error: order.index(error[0])))

    def fill(self, name: str, value: Any) -> None:
        """Put a value in place of the answer to a question of that name, if there is one."""
        question = self._by_name().get(name)
        if question is not None:
            for id, text in question.write(value):
                question.raw[id] = text

    def _asked_for(self, field: str) -> FormField | None:
        """The question of a field, by the name on the page or, for a broken rule, by the record's own name for it."""
        asked = self._by_name()
        own = (question for question in self._questions if question.field.name == field)
        return asked.get(field) or next(own, None)

    def fields(self) -> list[FormField]:
        return self._questions

    def error_summary(self) -> list[dict[str, str]]:
        """Each error with a link to its control; one for the whole form, or beside nothing visible, has none."""
        asked = self._by_name()
        return [_summarised(message, asked.get(name)) for name, message in self.errors.items()]

    def answers(self) -> list[tuple[str, str]]:
        """Label and readable answer of every question a person was asked."""
        return [(answer.label, answer.value) for answer in self.answers_to_check()]

    def answers_to_check(self) -> list[CheckAnswer]:
        return list(_answers(self._questions))

    def hidden_inputs(self) -> list[tuple[str, str]]:
        """Names and values as typed, to carry the answers through a check page; no password and no file."""
        return [(name, str(value)) for question in self._questions for name, value in question.sent()]

    def tidy_answers(self) -> list[tuple[str, str]]:
        """Names and values as they are kept, in the order of the page, without those left blank: what a person
        answered, however it was typed."""
        return [(name, text) for name, value in self.hidden_inputs() if (text := plain(value))]

    def files(self) -> list[tuple[str, FileStorage]]:
        """The files handed over, by name."""
        return [
            (question.name, question.raw[question.id])
            for question in self._by_name().values()
            if question.widget == "file" and question.is_answered
        ]

    def _by_name(self) -> dict[str, FormField]:
        return {inner.name: inner for question in self._questions for inner in question.within()}


def _flat(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key == "_schema" else (*path, str(key)))
    elif isinstance(messages, list) and messages:
        yield from _flat(messages[0], path)
    elif messages:
        yield path, str(messages)


def _nearest(asked: Mapping[str, FormField], path: tuple[str, ...]) -> FormField | None:
    """The question that a message belongs to: the innermost one on its path."""
    names = (".".join(path[:length]) for length in range(len(path), 0, -1))
    return next((asked[name] for name in names if name in asked), None)


def _summarised(message: str, question: FormField | None) -> dict[str, str]:
    if question is None or question.widget == "hidden":
        return {"text": message}
    return {"text": message, "href": f"#{question.control_id}"}


def _answers(asked: list[FormField], before: str = "") -> Iterator[CheckAnswer]:
    for question in asked:
        if isinstance(question, GroupField):
            yield from _answers(question.questions, f"{before}{question.label}: ")
        elif isinstance(question, RowsField):
            yield from _answers_of_rows(question, before)
        elif question.widget not in ("hidden", "password"):
            yield CheckAnswer(before + question.label, question.answer() or NOT_PROVIDED, question.control_id)


def _answers_of_rows(rows: RowsField, before: str) -> Iterator[CheckAnswer]:
    if not rows.filled:
        yield CheckAnswer(before + rows.label, NOT_PROVIDED, rows.control_id)
    for row in rows.filled:
        yield from _answers(row.questions, f"{before}{row.title}: ")
