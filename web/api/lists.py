"""The lists of the API: of all records of a kind, of one record, and those that belong to neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from marshmallow import Schema, fields, validate

from web.api.rows import page_of, told
from web.doing import Found, find
from web.figures import Whole
from web.identity import Reach, allow, reach, signed_in
from web.noun import Noun, Shelf
from web.office import office

Listed = Callable[..., Any]
Of = Callable[..., Any]
"""What the rows are of, by what stands in the address: how far the person who asks sees, or a record."""


def of_all(shelf: Shelf) -> Of:
    """A list of all that the person who asks may see."""

    def seen() -> Reach:
        if shelf.read is None:
            return Reach(person=signed_in().person)
        with office().read() as connection:
            return reach(connection, shelf.read)

    return seen


def of_record(noun: Noun[Any], shelf: Shelf) -> Of:
    """A list of what belongs to one record that the person who asks may see."""

    def found(ref: str) -> Found[Any]:
        record = find(noun, ref)
        if shelf.read is not None:
            allow(shelf.read, record.concerned)
        return record

    return found


def list_of(shelf: Shelf, of: Of) -> tuple[type[Schema], type[Schema], Listed]:
    """The query, the answer and the view of a list."""
    listing = shelf.listing
    query = (listing.filters or Schema).from_dict(
        {
            "after": fields.String(
                validate=validate.Length(1, 200), metadata={"description": "`next` of the page before"}
            ),
            "limit": Whole(load_default=50, validate=validate.Range(1, 200)),
        },
        name=f"{listing.row.__name__}Query",
    )

    def listed(filters: dict[str, Any], **where: str) -> Any:
        after, limit = filters.pop("after", None), filters.pop("limit")
        asked_of = of(**where)
        with office().read() as connection:
            rows = listing.rows(connection, asked_of, filters, after, limit + 1)
            items = told(connection, listing, rows[:limit], listing.kept_back(signed_in()))
        last = listing.cursor(rows[limit - 1]) if len(rows) > limit else None
        headers = {"Link": f'<{_following(last)}>; rel="next"'} if last else {}
        return {"items": items, "next": last}, 200, headers

    return query, page_of(listing), listed


def _following(after: str) -> str:
    """The address of the next page: the same question, beginning behind the last row."""
    asked: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict(flat=False), "after": [after]}
    return url_for(request.endpoint or "", **asked)
