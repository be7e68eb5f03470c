"""The lists of the API: of all records of a kind, of one record, and those that belong to neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from marshmallow import Schema, fields, validate

from web.access.context import RequestContext
from web.access.identity import ListScope, allow, list_scope
from web.api.rows import page_of, rows_as_json
from web.commands.dispatch import LoadedRecord, load_for_user
from web.commands.listing import ListEndpoint
from web.commands.resource import Resource
from web.forms.numbers import WholeNumber

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
