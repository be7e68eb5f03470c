"""Fields of command schemas; where they name records, people write references and URNs, and commands take ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from operator import itemgetter
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from domain.references import has_form, record_id
from domain.school import School
from domain.text import line, plain
from domain.vocabulary import LabelledEnum
from projections import schools
from web.access.context import Snapshot, current_context
from web.access.name_cache import id_of_reference, rows_of, with_former_names
from web.access.nameable import may_name, may_name_provider, may_name_school
from web.commands.attachments import is_open_to
from web.commands.choices import Choices, distinct_options
from web.forms.numbers import Amount
from web.forms.references import ReferenceField

LONGEST = 20_000
"""The most characters of a free text; long enough that nobody meets it in writing a record of visit."""

ANY_RECORD = ""
"""What a field refers to that may name a record of any kind."""


FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
"""The days that a form takes."""

MOST_DIGITS_OF_URN = 6

NO_PUPILS = "Do not include names of pupils."

IN_HALVES = "Enter days in halves, like 2 or 2.5"


class SchoolField(ReferenceField):
    """A school by any URN that it holds or held; found as the school's id."""

    refers_to = "URN"

    default_error_messages = {"unknown": "Enter the URN of a school in the register"}

    def written(self, text: str) -> str:
        urn = text.strip()
        if not urn.isdecimal() or len(urn) > MOST_DIGITS_OF_URN:
            raise self.make_error("unknown")
        return urn

    def find(self, snapshot: Snapshot, name: str) -> UUID:
        school = schools.by_urn(snapshot.connection, int(name))
        if school is None or not may_name_school(snapshot, school.id):
            raise self.make_error("unknown")
        return school.id

    def told_apart(self, options: Iterable[Any]) -> list[tuple[Any, ...]]:
        """Schools as a form offers them."""
        with current_context().read() as snapshot:
            return with_former_names(snapshot, School.KIND, options)


def known_or_unknown(words: type[StrEnum], **metadata: Any) -> fields.String:
    """One of some words, or `schools.NOT_KNOWN`: a filter that reaches those of which nobody has told it, too."""
    labels = [word.label if isinstance(word, LabelledEnum) else word.value for word in words]
    allowed = validate.OneOf([*words, schools.NOT_KNOWN], [*labels, "Not known"])
    return fields.String(validate=allowed, metadata=metadata)


class RecordField(ReferenceField):
    """A record of one kind by its reference; found as the record's id. One that the person who asks may not open is
    refused as one that does not exist, so that nobody learns by trying that there is one."""

    default_error_messages = {
        "invalid_form": "Enter a reference like {example}",
        "unknown": "There is no {one} with that reference, or you cannot open it",
    }

    def __init__(self, kind: str, prefix: str, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind
        self.prefix = self.refers_to = prefix

    def written(self, text: str) -> str:
        reference = text.strip().upper()
        if not has_form(reference, self.prefix):
            raise self.make_error("invalid_form", example=f"{self.prefix}-2026-0001")
        return reference

    def find(self, snapshot: Snapshot, name: str) -> UUID:
        id = record_id(self.kind, name)
        is_there = id_of_reference(name) == id and id in rows_of(snapshot, [id])
        if not is_there or not self._may_be_named(snapshot, id):
            raise self.make_error("unknown", one=self.kind.replace("-", " "))
        return id

    def _may_be_named(self, snapshot: Snapshot, id: UUID) -> bool:
        return is_open_to(snapshot.context, self.kind, id)


class PersonField(RecordField):
    """A person by reference. One whom the person who asks may not name is refused as one who does not exist."""

    def _may_be_named(self, snapshot: Snapshot, id: UUID) -> bool:
        return may_name(snapshot, id)

    def told_apart(self, options: Choices) -> list[tuple[Any, ...]]:
        """People as a form offers them, those of one name told apart."""
        with current_context().read() as snapshot:
            return with_former_names(snapshot, self.kind, distinct_options(snapshot, options))


class ProviderField(RecordField):
    """A provider by reference."""

    def _may_be_named(self, snapshot: Snapshot, id: UUID) -> bool:
        return may_name_provider(snapshot, id)

    def told_apart(self, options: Iterable[Any]) -> list[tuple[Any, ...]]:
        """Providers as a form offers them."""
        with current_context().read() as snapshot:
            return with_former_names(snapshot, self.kind, options)


class ValuesOf(fields.List[Any]):
    """What a record keeps by id, as a list."""

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any] | None:
        return super()._serialize(list(value.values()), *args, **kwargs)


def person_field(**options: Any) -> PersonField:
    """A person by reference, as PE-2026-0012; on a form, chosen from the people of `context[choices]`."""
    return PersonField("person", "PE", **options)


def chosen_person(
    label: str, among: str, *, name: str | None = None, required: bool = True, **metadata: Any
) -> PersonField:
    """One of the people whom the form offers as `context[among]`, from a list unless `widget` says otherwise; `name`
    is what pages and programs call it where the record's own name will not do."""
    told = {"label": label, "widget": "select", "choices": itemgetter(among), **metadata}
    return person_field(required=required, data_key=name, metadata=told)


def provider_field(**options: Any) -> ProviderField:
    """A provider by reference, as PV-2026-0004."""
    return ProviderField("provider", "PV", **options)


def chosen_provider(label: str, among: str, **metadata: Any) -> ProviderField:
    """One of the providers whom the form offers as `context[among]`."""
    told = {"label": label, "widget": "radios", "choices": itemgetter(among), **metadata}
    return provider_field(required=True, metadata=told)


def text_field(*, required: bool = True, longest: int = LONGEST, rows: int = 5, **metadata: Any) -> fields.String:
    """Free text of several lines."""
    return _text(Text, required, longest, {"widget": "textarea", "rows": rows, **metadata})


def line_field(
    name: str | None = None, *, required: bool = True, longest: int = 200, **metadata: Any
) -> fields.String:
    """A line of text; `name` is what pages and programs call it where the record's own name will not do."""
    return _text(LineOfText, required, longest, {"widget": "text", **metadata}, name)


def choice_field(kind: type[Enum], label: str, *, required: bool = True, **metadata: Any) -> fields.Enum[Any]:
    """One of an enumeration, sent by its value."""
    return fields.Enum(kind, by_value=True, required=required, metadata={"label": label, **metadata})


def reason_field(label: str = "Reason", **metadata: Any) -> fields.String:
    """The reason of a choice; it stands in the audit trail."""
    hint = f"This will be kept in the audit trail. {NO_PUPILS}"
    return _text(
        Text,
        True,
        2000,
        {"widget": "textarea", "rows": 3, "label": label, "hint": hint, "is_reason": True, **metadata},
    )


def money_field(*, required: bool = True, **metadata: Any) -> Amount:
    """A sum in pounds, net of VAT unless its label says otherwise."""
    return Amount(
        places=2,
        required=required,
        as_string=True,
        validate=validate.Range(min=Decimal(0), max=Decimal("9999999.99")),
        error_messages={"too_fine": "Enter a sum in pounds and pence, like 45.50"},
        metadata={"widget": "money", **metadata},
    )


def day_field(label: str, *, name: str | None = None, required: bool = True, **metadata: Any) -> fields.Date:
    """A day within reason; `name` is what pages and programs call it where the record's own name will not do."""
    within = validate.Range(FIRST_DAY, LAST_DAY, error="Enter a date between 1950 and 2150")
    return fields.Date(required=required, validate=within, data_key=name, metadata={"label": label, **metadata})


def days_field(*, required: bool = True, **metadata: Any) -> Amount:
    """Days of support, in halves."""

    def halves(value: Decimal) -> None:
        if value * 2 % 1:
            raise ValidationError(IN_HALVES)

    return Amount(
        places=2,
        required=required,
        as_string=True,
        validate=[validate.Range(min=Decimal("0.5"), max=Decimal(400)), halves],
        error_messages={"too_fine": IN_HALVES},
        metadata={"widget": "number", "hint": "In half days, like 2.5", "width": 5, **metadata},
    )


class Text(fields.String):
    """Words of a person, kept alike however they come."""

    spelt = staticmethod(plain)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return self.spelt(super()._deserialize(value, attr, data, **kwargs))


class LineOfText(Text):
    """The same on one line."""

    spelt = staticmethod(line)


def _text(
    kind: type[Text], required: bool, longest: int, metadata: Mapping[str, Any], name: str | None = None
) -> Text:
    rules: list[Callable[[str], Any]] = [validate.Length(min=1 if required else 0, max=longest)]
    return kind(required=required, validate=rules, data_key=name, metadata=dict(metadata))
