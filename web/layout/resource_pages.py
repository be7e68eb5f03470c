"""What the pages of every resource have in common: a record with its history, and a list with its filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

from domain.aggregate import Aggregate, Event
from domain.vocabulary import LabelledEnum
from projections import readings
from projections.batch_query import BatchQuery
from web import formats
from web.access.disclosure import Disclosure
from web.access.identity import ListScope, current_user, current_user_or_none, reach
from web.access.name_cache import ids_within, names_of, rows_of
from web.access.policy import Action, RecordScope
from web.access.restricted import said_of
from web.access.restricted_reads import is_shown
from web.commands.attachments import ATTACHED_QUERY, TAKES_NOTES, attached_to
from web.commands.dispatch import load_for_user
from web.commands.resource import NO_PLACE, Listing, Resource
from web.forms.messages import Phrase, plainly
from web.history.sentences import ids_in
from web.history.timeline import entries, told_of_record
from web.layout.paging import place_asked, shortened
from web.runtime.services import services

A = TypeVar("A", bound=Aggregate)

Cells = Callable[[Any, Mapping[UUID, str]], Sequence[Any]]
Beside = Mapping[str, list[Any]]
More = Callable[[sa.Connection, Any, Beside], Mapping[str, Any]]

Answer = tuple[str, int]
"""A page, and the status that it is answered with."""

PAGE = 50

LATEST_READERS = 20
"""Of those who read a restricted record, so many stand on its page; the audit trail tells of all."""

UNPROCESSABLE = 422


def record_page(
    resource: Resource[A],
    ref: str,
    template: str,
    *,
    title: Callable[[A, Mapping[UUID, str]], str],
    ids: Callable[[A], Iterable[UUID | None]],
    more: More | None = None,
    beside: BatchQuery | None = None,
    about: Callable[[A], Mapping[str, Any]] = lambda _: {},
) -> str:
    """The page of a record. `ids` are those whose names the page shows beside the record's own.

    `beside` is what is asked of the views in one question with `about` for its parameters, `more` what else the
    template needs, made from what was found. Everything that will be called by name is looked up once, before.
    """
    found = load_for_user(resource, ref)
    asking = current_user()
    seen = resource.visibility.copy(asking, found.record, found.concerned)
    asked = beside or (ATTACHED_QUERY if resource.kind.KIND in TAKES_NOTES else None)
    with services().read() as connection:
        rows = asked.rows(connection, record=found.record.id, **about(found.record)) if asked else {}
        disclosure = Disclosure(connection, asking, found.events)
        told, following = _told(disclosure, found.events)
        shown = {id for id in ids(seen) if id is not None}
        readers = _readers(connection, found.record.id, found.concerned)
        shown |= {each.reader for each in readers}
        rows_of(connection, {*ids_within(vars(found.record)), *ids_within(rows), *ids_in(told), *shown})
        extra = more(connection, seen, rows) if more else {}
        names = names_of(connection, {*shown, *extra.get("also_named", ())})
        history = entries(connection, told, asking, disclosure)
        attached = attached_to(connection, resource, found, rows)
        restricted_too = said_of(connection, found.record)
    page_title = title(seen, names)
    commands = list(resource.open_to(asking, found.record, found.concerned, services().today()))
    return render_template(
        template,
        resource=resource,
        record=seen,
        commands=commands,
        main_commands=[each for each in commands if each.main and not each.is_done(found.record)],
        names=names,
        history=history,
        **pages_beside(following),
        attached=attached,
        readers=readers,
        restricted_too=restricted_too,
        page_title=page_title,
        section=resource.path.capitalize(),
        breadcrumbs=[(resource.path.capitalize(), f"/{resource.path}"), (resource.address(found.record), "")],
        **extra,
    )


def _readers(connection: sa.Connection, record: UUID, where: RecordScope) -> list[readings.ReadingOfRecord]:
    """Who was shown a restricted record of late, for those who may read what is restricted there."""
    if not is_shown(record) or not current_user().may(Action.READ_RESTRICTED, where):
        return []
    return readings.of_record(connection, record, LATEST_READERS)


def _told(disclosure: Disclosure, events: Sequence[Event]) -> tuple[list[Event], UUID | None]:
    """The page of a record's history that is asked for."""
    try:
        return told_of_record(disclosure, events, after=place_asked(), limit=PAGE)
    except ValueError:
        raise BadRequest(NO_PLACE) from None


@dataclass(frozen=True)
class ListPage:
    """A list as a page: the same query and the same filter names as the API's.

    `cells` makes the cells of a row, the first a link; `ids` are those whose names they show; `choices` gives
    the options of filters that are chosen from people or providers, say. `begins`: it offers to begin a record.
    """

    title: str
    caption: str
    head: Sequence[Any]
    cells: Cells
    ids: Callable[[Any], Iterable[UUID | None]]
    empty_text: str
    choices: Callable[[sa.Connection], Mapping[str, Iterable[tuple[str, str]]]] | None = None
    template: str = "list_page.html"
    begins: bool = True


def list_page(resource: Resource[Any], listing: Listing, page: ListPage, *, of: object = None, **more: Any) -> Answer:
    """The list of records that the user may see, or of what belongs `of` one of them; nothing of
    it where a filter cannot be read."""
    schema = (listing.filters or Schema)()
    values, wrong = filter_values(schema)
    with services().read() as connection:
        limited = reach(connection, resource.read) if of is None else of
        after = place_asked()
        rows = [] if wrong else listing.rows(connection, limited, values, after, PAGE + 1)
        shown = rows[:PAGE]
        names = names_of(connection, {id for row in shown for id in page.ids(row) if id is not None})
        choices = page.choices(connection) if page.choices else {}
    following = listing.cursor(shown[-1]) if len(rows) > PAGE else None
    fields_shown = [_field(name, field, choices, wrong) for name, field in schema.load_fields.items()]
    shown_page = render_template(
        page.template,
        page_title=page.title,
        caption=page.caption,
        head=page.head,
        rows=[page.cells(row, names) for row in shown],
        filter_fields=fields_shown,
        errors=errors_of(fields_shown),
        has_errors=bool(wrong),
        chips=list(chips(fields_shown)),
        clear_href=request.path,
        count="" if wrong else shown_of_list(len(shown), following),
        **pages_beside(following),
        begin=_beginnings(resource) if page.begins else [],
        empty_text=_nothing(page.empty_text, fields_shown, limited),
        **more,
    )
    return shown_page, UNPROCESSABLE if wrong else 200


def _nothing(text: str, fields: Iterable[dict[str, Any]], limited: object) -> str:
    """What stands in the place of an empty list, with the cause: its place, its filters, or whose list it is."""
    if "after" in request.args:
        return "There is nothing more to show"
    if any(chips(fields)):
        return f"{text} with these filters"
    is_limited = isinstance(limited, ListScope) and not limited.everything
    return f"{text} that you can see" if is_limited and not text.startswith("You") else text


def _beginnings(resource: Resource[Any]) -> list[tuple[str, str]]:
    asking = current_user_or_none()
    return [
        (command.title, f"/{resource.path}/{command.name}")
        for command in resource.commands.values()
        if command.begins and asking is not None and asking.may_change and asking.may(command.action)
    ]


def filter_values(schema: Schema) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The filters that can be read; one that cannot is left out and said to be wrong."""
    given = {name: request.args.getlist(name) for name in schema.load_fields if any(request.args.getlist(name))}
    plain = {
        name: values if isinstance(schema.load_fields[name], fields.List) else values[0].strip()
        for name, values in given.items()
    }
    try:
        return dict(schema.load({name: value for name, value in plain.items() if value}, unknown=EXCLUDE)), {}
    except ValidationError as error:
        wrong = error.messages if isinstance(error.messages, dict) else {}
        return dict(error.valid_data or {}), wrong


def _field(
    name: str,
    field: fields.Field[Any],
    choices: Mapping[str, Iterable[tuple[str, str]]],
    wrong: Mapping[str, Any],
) -> dict[str, Any]:
    label = field.metadata.get("label") or name.replace("_", " ").capitalize()
    shown: dict[str, Any] = {
        "name": name,
        "label": label,
        "hint": field.metadata.get("hint", ""),
        "error": said(wrong.get(name, ()), label),
        "value": request.args.get(name, ""),
    }
    if isinstance(field, fields.List) and (options := _options(field.inner)):
        return shown | {"kind": "checkboxes", "options": options, "value": request.args.getlist(name)}
    if options := _options(field):
        return shown | {"kind": "select", "options": options}
    if name in choices:
        return shown | {"kind": "select", "options": list(choices[name])}
    return shown | {"kind": "date" if isinstance(field, fields.Date) else "text"}


def said(messages: Any, label: str) -> str:
    """What is wrong with a filter, in a person's words, also where its single answers are."""
    return " ".join(dict.fromkeys(_plainly(message, label) for message in _flat(messages)))


def _plainly(message: str, label: str) -> str:
    if message.startswith(("Must be one of: ", "Not a valid boolean")):
        return f"{label}: select one of the options"
    return plainly(message, Phrase(label))


def _flat(messages: Any) -> Iterator[str]:
    for message in messages.values() if isinstance(messages, Mapping) else messages:
        yield from [message] if isinstance(message, str) else _flat(message)


def errors_of(shown: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each filter that cannot be read, with a link to its control."""
    return [{"text": field["error"], "href": f"#filter-{field['name']}"} for field in shown if field.get("error")]


def _options(field: fields.Field[Any]) -> list[tuple[str, str]]:
    """The choices that a field's words, or its rule, allow; none for any other field."""
    if isinstance(field, fields.Enum):
        return [(word.value, word.label if isinstance(word, LabelledEnum) else word.value) for word in field.enum]
    rules = [rule for rule in field.validators if isinstance(rule, validate.OneOf)]
    return [(value, label or value) for rule in rules for value, label in rule.options()]


def chips(shown: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The filters applied, each with the address that takes it away; one that cannot be read is not applied."""
    for field in shown:
        if field.get("error"):
            continue
        values = field["value"] if isinstance(field["value"], list) else [field["value"]]
        texts = dict(field.get("options", ()))
        for value in values:
            if value:
                left = [each for each in values if each != value]
                text = formats.date(date.fromisoformat(value)) if field["kind"] == "date" else texts.get(value, value)
                yield f"{field['label']}: {text}", with_query(after=None, **{field["name"]: left})


def pages_beside(following: object) -> dict[str, str]:
    """The addresses of the next page of a list, which goes on behind `following`, and of the first; empty where this
    is the last, or the first."""
    return {
        "next_href": with_query(after=shortened(str(following))) if following else "",
        "first_href": with_query(after=None) if request.args.get("after") else "",
    }


def shown_of_list(number: int, following: object) -> str:
    """How many rows a page of a list shows, and whether there are more."""
    if request.args.get("after"):
        return f"{'Next' if following else 'Last'} {number} shown"
    return f"{'First ' if following else ''}{number} shown"


def with_query(**changes: Any) -> str:
    """The present address with some of its query changed; None takes a name away."""
    query = {**request.args.to_dict(flat=False), **changes}
    return f"{request.path}?{urlencode({name: value for name, value in query.items() if value}, doseq=True)}"
