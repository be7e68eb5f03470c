"""Fields that name something, as people and programs call it, and the step that looks up what was named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields

from web.access.context import RequestContext, Snapshot, current_context
from web.access.name_cache import id_of_reference, reference_of, rows_of


@dataclass(frozen=True, slots=True)
class UnresolvedReference:
    """What an answer names, as it is written; nobody has looked yet whether there is such a thing."""

    text: str


@dataclass(frozen=True, slots=True)
class ResolvedReference:
    """What was found of a name: it stands in the answers where the name stood."""

    value: Any


class ReferenceField(fields.String):
    """An answer that names something. It reads how that is written, and loads as `Named`; after `resolve` it loads as
    what was found, or is refused."""

    def written(self, text: str) -> str:
        """A name as it is looked up. Raises ValidationError for a text that is none."""
        return text

    def find(self, snapshot: Snapshot, name: str) -> Any:
        """What a name stands for; only `resolve` asks. Raises ValidationError where there is no such thing, or the
        person who asks may not name it."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, ResolvedReference):
            return value.value
        if isinstance(value, ValidationError):
            raise value
        return UnresolvedReference(self.written(super()._deserialize(value, attr, data, **kwargs)))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if not isinstance(value, UUID):
            return None
        with current_context().read() as snapshot:
            return reference_of(snapshot, value)


Change = Callable[[ReferenceField, str], Any]


def resolve(context: RequestContext | None, schema: Schema, answers: Any) -> Any:
    """The answers to a schema, with what was found in place of whatever they name, however deep: for the schema to
    load. All is looked up at one moment, and for the person who sends the request. Raises LookupError where it is not
    known who that is and something is named."""
    named: list[str] = []

    def note(field: ReferenceField, text: str) -> str:
        with suppress(ValidationError):
            named.append(field.written(text))
        return text

    _each(schema, answers, note)
    if not named:
        return answers
    if context is None:
        raise LookupError("what is named is looked up for somebody")
    with context.read() as snapshot:
        rows_of(snapshot, [id for name in named if (id := id_of_reference(name))])

        def find(field: ReferenceField, text: str) -> ResolvedReference | ValidationError:
            try:
                return ResolvedReference(field.find(snapshot, field.written(text)))
            except ValidationError as refused:
                return refused

        return _each(schema, answers, find)


def _each(schema: Schema, answers: Any, change: Change) -> Any:
    """The answers with what is made of each name in them."""
    if not isinstance(answers, Mapping):
        return answers
    asked = {field.data_key or name: field for name, field in schema.load_fields.items()}
    changed = {key: _answer(field, answers[key], change) for key, field in asked.items() if key in answers}
    return {**answers, **changed}


def _answer(field: fields.Field[Any], answer: Any, change: Change) -> Any:
    if isinstance(field, ReferenceField) and isinstance(answer, str):
        return change(field, answer)
    if isinstance(field, fields.List) and isinstance(answer, list):
        return [_answer(field.inner, each, change) for each in answer]
    if isinstance(field, fields.Nested):
        rows = isinstance(answer, list)
        return [_each(field.schema, each, change) for each in answer] if rows else _each(field.schema, answer, change)
    return answer
