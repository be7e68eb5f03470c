"""The filters of a list, made from their schema: what they are set to, their controls, and how to take them away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from domain.vocabulary import LabelledEnum
from web import formats
from web.access.context import RequestContext
from web.forms.messages import Phrase, in_plain_words
from web.forms.references import resolve
from web.layout.paging import with_query

UNPROCESSABLE = 422

KEPT = ("sort", "of")
"""What the address of a list holds beside its filters: its order, and of which institution a file is."""

Options = Iterable[tuple[str, str]]
"""The choices of a filter, each with its text."""

Control = Mapping[str, Any]
"""A filter as components.html draws it; `usual` is the choice that holds where none is made."""


class Filters:
    """What the filters of a page are set to. One that cannot be read is left out of `values`, and in `wrong`.

    The label and hint of a filter are its field's; its choices are those that its field allows, or given to
    `for_template`. `widget` in a field's metadata makes radios of a choice.
    """

    def __init__(self, context: RequestContext, schema: type[Schema] | None) -> None:
        self.fields = (schema or Schema)().load_fields
        self.values, self.wrong = _read(context, (schema or Schema)())

    @property
    def status(self) -> int:
        """The status with which a page answers that has these filters."""
        return UNPROCESSABLE if self.wrong else 200

    def for_template(
        self,
        choices: Mapping[str, Options] | None = None,
        *,
        usual: Mapping[str, str] | None = None,
        without: Collection[str] = (),
    ) -> dict[str, Any]:
        """What a template needs of them. A filter that is left out with `without` is shown where it is wrong."""
        asked = {name: field for name, field in self.fields.items() if name not in without or name in self.wrong}
        controls = [self._control(name, field, choices or {}, usual or {}) for name, field in asked.items()]
        wrong = [each for each in controls if each["error"]]
        return {
            "filter_fields": controls,
            "filters_kept": [(name, request.args[name]) for name in KEPT if request.args.get(name)],
            "errors": [{"text": each["error"], "href": f"#filter-{each['name']}"} for each in wrong],
            "has_errors": bool(self.wrong),
            "chips": list(_chips(controls)),
            "clear_href": with_query(after=None, **dict.fromkeys(self.fields)),
        }

    def _control(
        self, name: str, field: fields.Field[Any], choices: Mapping[str, Options], usual: Mapping[str, str]
    ) -> Control:
        label = field.metadata.get("label") or name.replace("_", " ").capitalize()
        many = isinstance(field, fields.List)
        options = list(choices.get(name, ())) or _options(field.inner if isinstance(field, fields.List) else field)
        by_default = field.load_default.value if isinstance(field.load_default, Enum) else ""
        kind = "date" if isinstance(field, fields.Date) else "text"
        return {
            "name": name,
            "label": label,
            "hint": field.metadata.get("hint", ""),
            "error": _said(self.wrong.get(name, ()), label),
            "kind": field.metadata.get("widget", "checkboxes" if many else "select") if options else kind,
            "options": options,
            "value": request.args.getlist(name) if many else request.args.get(name, "").strip(),
            "usual": usual.get(name, by_default),
        }


def _read(context: RequestContext, schema: Schema) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The filters that can be read, and what is wrong with the others."""
    given = {name: request.args.getlist(name) for name in schema.load_fields if any(request.args.getlist(name))}
    plain = {
        name: values if isinstance(schema.load_fields[name], fields.List) else values[0].strip()
        for name, values in given.items()
    }
    try:
        answers = resolve(context, schema, {name: value for name, value in plain.items() if value})
        return dict(schema.load(answers, unknown=EXCLUDE)), {}
    except ValidationError as error:
        wrong = error.messages if isinstance(error.messages, dict) else {}
        return dict(error.valid_data or {}), wrong


def _said(messages: Any, label: str) -> str:
    """What is wrong with a filter, in a person's words, also where its single answers are."""
    return " ".join(dict.fromkeys(_plainly(message, label) for message in _flat(messages)))


def _plainly(message: str, label: str) -> str:
    if message.startswith(("Must be one of: ", "Not a valid boolean")):
        return f"{label}: select one of the options"
    return in_plain_words(message, Phrase(label))


def _flat(messages: Any) -> Iterator[str]:
    for message in messages.values() if isinstance(messages, Mapping) else messages:
        yield from [message] if isinstance(message, str) else _flat(message)


def _options(field: fields.Field[Any]) -> list[tuple[str, str]]:
    """The choices that a field's words, or its rule, allow; none for any other field."""
    if isinstance(field, fields.Enum):
        return [(word.value, word.label if isinstance(word, LabelledEnum) else word.value) for word in field.enum]
    rules = [rule for rule in field.validators if isinstance(rule, validate.OneOf)]
    return [(value, label or value) for rule in rules for value, label in rule.options()]


def _chips(controls: Iterable[Control]) -> Iterator[tuple[str, str]]:
    """The filters applied, each with the address that takes it away; one that cannot be read is not applied, and one
    that is set to what is usual narrows nothing."""
    for each in controls:
        values = each["value"] if isinstance(each["value"], list) else [each["value"]]
        texts = dict(each["options"])
        for value in values if not each["error"] else ():
            if value and value != each["usual"]:
                left = [other for other in values if other != value]
                text = formats.date(date.fromisoformat(value)) if each["kind"] == "date" else texts.get(value, value)
                yield f"{each['label']}: {text}", with_query(after=None, **{each["name"]: left})
