"""The lists of the API: of all records of a kind, of one record, and those that belong to neither.

Among those of one record are its history, told as on its page, and what can be done with it: the same as the page
offers, and why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from flask import request, url_for
from marshmallow import Schema, fields, validate

from domain.aggregate import Aggregate
from projections.view import Row
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope, allow, list_scope
from web.access.policy import Action
from web.api.rows import page_of, rows_as_json
from web.api.smorest import API_PREFIX
from web.commands.dispatch import LoadedRecord, load_for_user
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Command, Resource, Values
from web.forms.numbers import WholeNumber
from web.history.timeline import OF_ENTRIES, HistoryEntry, as_row, timeline_of_record

Listed = Callable[..., Any]
Of = Callable[..., Any]
"""What the rows are of, by what stands in the address: how far the person who asks sees, or a record."""


def of_all(list_endpoint: ListEndpoint) -> Of:
    """A list of all that the person who asks may see."""

    def seen(context: RequestContext) -> ListScope:
        if list_endpoint.read is None:
            return ListScope(person=context.user.person)
        with context.read() as snapshot:
            return list_scope(snapshot, list_endpoint.read)

    return seen


def of_record(resource: Resource[Any], list_endpoint: ListEndpoint) -> Of:
    """A list of what belongs to one record that the person who asks may see."""

    def found(context: RequestContext, ref: str) -> LoadedRecord[Any]:
        record = load_for_user(context, resource, ref)
        if list_endpoint.read is not None:
            allow(context, list_endpoint.read, record.concerned)
        return record

    return found


def list_of(list_endpoint: ListEndpoint, of: Of) -> tuple[type[Schema], type[Schema], Listed]:
    """The query, the answer and the view of a list."""
    listing = list_endpoint.listing
    query = (listing.filters or Schema).from_dict(
        {
            "after": fields.String(
                validate=validate.Length(1, 200), metadata={"description": "`next` of the page before"}
            ),
            "limit": WholeNumber(load_default=50, validate=validate.Range(1, 200)),
        },
        name=f"{listing.row.__name__}Query",
    )

    def listed(context: RequestContext, filters: dict[str, Any], **where: str) -> Any:
        after, limit = filters.pop("after", None), filters.pop("limit")
        asked_of = of(context, **where)
        with context.read() as snapshot:
            found = listing.page(snapshot, asked_of, filters, after, limit)
            items = rows_as_json(snapshot, listing, found.rows, listing.kept_back(context.user))
        headers = {"Link": f'<{_following(found.following)}>; rel="next"'} if found.following else {}
        return shown.dump({"items": items, "next": found.following}), headers

    page = page_of(listing)
    shown = page()
    return query, page, listed


def _following(after: str) -> str:
    """The address of the next page: the same question, beginning behind the last row."""
    asked: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict(flat=False), "after": [after]}
    return url_for(request.endpoint or "", **asked)


def _entries(
    snapshot: Snapshot, found: LoadedRecord[Any], _: Values, after: str | None, limit: int
) -> list[HistoryEntry]:
    """The entries behind one, the latest first."""
    told = timeline_of_record(snapshot, found.events, after=after, limit=limit)
    return [as_row(entry, HistoryEntry) for entry in told]


HISTORY = Listing(HistoryEntry, _entries, lambda row: str(row.id), place=UUID, inside=("position",), names=OF_ENTRIES)


def history_of(resource: Resource[Any]) -> ListEndpoint:
    """The history of each record of a kind, for whoever may read the record."""
    return ListEndpoint("history", resource.read, HISTORY, f"The history of one {resource.one}, the latest first")


class CommandEntry(Row):
    """A command that the policy allows to whoever asks. `href` takes its POST; `why_not` is the sentence with which
    it would be refused today whatever is answered, empty where it `is_open`."""

    name: str
    title: str
    href: str
    is_open: bool
    why_not: str


def commands_of(resource: Resource[Any]) -> ListEndpoint:
    """What can be done with each record of a kind, for whoever may read the record."""

    def allowed(context: RequestContext, found: LoadedRecord[Any]) -> Iterator[CommandEntry]:
        for command in resource.allowed_to(context, found.record, found.concerned):
            yield _entry(context, command, found.record, resource.href(found.record, command.name))

    return _endpoint(allowed, resource.read, f"What can be done with a {resource.one}, and why anything else cannot")


def beginnings_of(resource: Resource[Any]) -> ListEndpoint:
    """What begins a record of a kind, for whoever is signed in."""

    def allowed(context: RequestContext, _: ListScope) -> Iterator[CommandEntry]:
        for command in resource.beginnings_for(context.user):
            yield _entry(context, command, None, f"/{resource.path}/{command.name}")

    return _endpoint(allowed, None, f"Ways to start a new {resource.one}, and why any cannot be used")


def _entry(context: RequestContext, command: Command[Any], record: Aggregate | None, path: str) -> CommandEntry:
    why_not = command.refusal_text(context, record)
    return CommandEntry(
        name=command.name, title=command.title, href=API_PREFIX + path, is_open=not why_not, why_not=why_not
    )


def _endpoint(
    allowed: Callable[[RequestContext, Any], Iterable[CommandEntry]], read: Action | None, title: str
) -> ListEndpoint:
    def entries(snapshot: Snapshot, of: Any, _: Values, after: str | None, limit: int) -> list[CommandEntry]:
        found = list(allowed(snapshot.context, of))
        names = [each.name for each in found]
        return found[names.index(after) + 1 if after else 0 :][:limit]

    return ListEndpoint("commands", read, Listing(CommandEntry, entries, lambda each: each.name, place=str), title)
