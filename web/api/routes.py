"""Makes the API of a noun from its declaration: list, single record, and one POST per command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID, uuid5

from flask import Response, json, request, url_for
from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields, validate
from werkzeug.exceptions import BadRequest, PreconditionRequired

from domain.aggregate import Aggregate
from web.api.door import API_PREFIX, Blueprint
from web.api.idempotency import claim, fingerprint, release, remember
from web.api.rows import schema_of
from web.doing import copy_for_reader, do, find, must_be_open, version_of
from web.figures import Whole
from web.identity import reach, signed_in
from web.known import ids_within, rows_of
from web.noun import Command, Noun, Shelf
from web.office import office
from web.readings import ASKS, POSITION, TELLS

A = TypeVar("A", bound=Aggregate)

COMMANDS = UUID("0f1c6f0e-95a8-5d5e-9f0e-0f5f0f0a7c11")
"""The namespace in which an Idempotency-Key becomes the id of a command."""

KEY_PATTERN = r'^"?[A-Za-z0-9_.:-]{8,100}"?$'


READING = (400, 401, 403, 422, 429, 503)
BEGINNING = (*READING, 404, 409, 413, 415)
CHANGING = (*BEGINNING, 412, 428)
"""The statuses that reading, beginning and changing a record may answer beside success."""

MIN_POSITION = {
    "in": "header",
    "name": ASKS,
    "description": f"What a change told in the header {TELLS}: the answer is not behind it",
    "schema": {"type": "string", "pattern": f"^{POSITION.pattern}$"},
}
"""A parameter of everything that is read."""


class IfMatch(Schema):
    """Every change names the version of the record that it was decided on."""

    if_match = fields.String(
        data_key="If-Match",
        metadata={"description": 'The ETag of the record as you read it, like "7"', "pattern": '^"[0-9]+"$'},
    )

    class Meta:
        unknown = EXCLUDE


class IdempotencyKey(Schema):
    """Every POST carries a key of the caller's own: sent again with the same key, it is carried out once."""

    key = fields.String(
        required=True,
        data_key="Idempotency-Key",
        validate=validate.Regexp(KEY_PATTERN, error="Send 8 to 100 letters, digits, or one of _ . : -"),
        metadata={"description": "8 to 100 letters, digits, or one of _ . : -, quoted or not; kept for 30 days"},
    )

    class Meta:
        unknown = EXCLUDE


def add_api(noun: Noun[A]) -> Blueprint:
    """The blueprint of a noun, to be registered with the Api."""
    api = Blueprint(
        f"api_{noun.path}", noun.path, url_prefix=f"{API_PREFIX}/{noun.path}", description=_first_line(noun.kind)
    )
    if noun.listing is not None:
        _add_list(api, Shelf(noun.path, noun.read, noun.listing))
    _add_single(api, noun)
    if noun.content is not None:
        _add_content(api, noun, noun.content)
    for command in noun.commands.values():
        if command.begins:
            _add_beginning(api, noun, command)
        else:
            _add_command(api, noun, command)
    return api


def add_list_api(shelf: Shelf) -> Blueprint:
    """The blueprint of a list that belongs to no kind of record."""
    api = Blueprint(f"api_{shelf.path}", shelf.path, url_prefix=f"{API_PREFIX}/{shelf.path}")
    _add_list(api, shelf)
    return api


def _add_list(api: Blueprint, shelf: Shelf) -> None:
    listing = shelf.listing
    row = listing.row.__name__
    page = Schema.from_dict(
        {"items": fields.List(fields.Nested(schema_of(listing.row))), "next": fields.String(allow_none=True)},
        name=f"{row}Page",
    )
    query = (listing.filters or Schema).from_dict(
        {
            "after": fields.String(
                validate=validate.Length(1, 200), metadata={"description": "`next` of the page before"}
            ),
            "limit": Whole(load_default=50, validate=validate.Range(1, 200)),
        },
        name=f"{row}Query",
    )

    @api.arguments(query, location="query")
    @api.response(200, page)
    def listed(filters: dict[str, Any]) -> Any:
        after, limit = filters.pop("after", None), filters.pop("limit")
        with office().read() as connection:
            rows = listing.rows(connection, reach(connection, shelf.read), filters, after, limit + 1)
        last = listing.cursor(rows[limit - 1]) if len(rows) > limit else None
        headers = {"Link": f'<{_following(last)}>; rel="next"'} if last else {}
        return {"items": rows[:limit], "next": last}, 200, headers

    _add(api, "", listed, summary=f"List {shelf.path}", operation=f"list-{shelf.path}", statuses=READING)


def _following(after: str) -> str:
    """The address of the next page: the same question, beginning behind the last row."""
    asked: dict[str, Any] = request.args.to_dict(flat=False) | {"after": [after]}
    return url_for(request.endpoint or "", **asked)


def _add_single(api: Blueprint, noun: Noun[A]) -> None:
    @api.response(200, noun.out)
    def single(ref: str) -> Any:
        record = find(noun, ref).record
        if request.if_none_match.contains_weak(str(version_of(noun, record))):
            return Response(status=304, headers={"ETag": _etag(noun, record)})
        return _ready(noun, record), 200, {"ETag": _etag(noun, record)}

    _add(
        api,
        "/<ref>",
        single,
        summary=f"Read one {noun.one}",
        operation=f"read-{noun.path}",
        statuses=(*READING, 304, 404),
    )


def _add_beginning(api: Blueprint, noun: Noun[A], command: Command[A]) -> None:
    @_permitted(command)
    @api.arguments(IdempotencyKey, location="headers")
    @api.arguments(command.schema, location=_location(command.schema), error_status_code=422)
    @api.response(201, noun.out)
    def begin(headers: dict[str, Any], values: dict[str, Any]) -> Any:
        return _once(noun, command, headers["key"], values, 201)

    _add(
        api,
        f"/{command.name}",
        begin,
        summary=command.title,
        operation=f"{noun.path}-{command.name}",
        statuses=BEGINNING,
        method="POST",
    )


def _location(schema: type[Schema]) -> str:
    """Where the answers stand: in a JSON body, or beside a file in a form of several parts."""
    has_file = any(isinstance(field, Upload) for field in schema().load_fields.values())
    return "files" if has_file else "json"


def _add_content(api: Blueprint, noun: Noun[A], content: Callable[[A], Response]) -> None:
    """The bytes of a record that is a file."""

    def served(ref: str) -> Any:
        return content(find(noun, ref).record)

    octets = {"schema": {"type": "string", "format": "binary"}}
    described = {"200": {"description": "The file", "content": {"application/octet-stream": octets}}}
    _add(
        api,
        "/<ref>/content",
        api.doc(responses=described)(served),
        summary=f"Get the bytes of a {noun.one}",
        operation=f"{noun.path}-content",
        statuses=(*READING, 404, 410),
    )


def _add_command(api: Blueprint, noun: Noun[A], command: Command[A]) -> None:
    @_permitted(command)
    @api.arguments(IdempotencyKey, location="headers")
    @api.arguments(IfMatch, location="headers")
    @api.arguments(command.schema, error_status_code=422)
    @api.response(200, noun.out)
    def carry_out(key: dict[str, Any], match: dict[str, Any], values: dict[str, Any], ref: str) -> Any:
        return _once(noun, command, key["key"], values, 200, ref=ref, at=_version(match.get("if_match")))

    _add(
        api,
        f"/<ref>/{command.name}",
        carry_out,
        summary=command.title,
        operation=f"{noun.path}-{command.name}",
        statuses=CHANGING,
        method="POST",
    )


def _add(
    api: Blueprint,
    rule: str,
    view: Callable[..., Any],
    *,
    summary: str,
    operation: str,
    statuses: Iterable[int],
    method: str = "GET",
) -> None:
    """Register a view with its summary and every status that it may answer."""
    for status in statuses:
        if status == 304:
            view = api.alt_response(304, description="The record is as you have it")(view)
        else:
            view = api.alt_response(status, response=HTTPStatus(status).name)(view)
    view = api.doc(summary=summary, operationId=operation)(view)
    asked = [MIN_POSITION] if method == "GET" else None
    api.route(rule, methods=[method], endpoint=operation.replace("-", "_"), parameters=asked)(view)


def _permitted(command: Command[A]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Turn away whoever may not do this at all before their answers are looked at."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            must_be_open(command)
            return view(*args, **kwargs)

        return guarded

    return guard


def _once(
    noun: Noun[A],
    command: Command[A],
    key: str,
    values: dict[str, Any],
    status: int,
    *,
    ref: str | None = None,
    at: int | None = None,
) -> Any:
    """Carry out a command once per Idempotency-Key, and answer its repetition with the same answer."""
    person = signed_in().person
    unquoted = key.strip('"')
    route = f"{request.method} {request.path}"
    repeated = claim(office(), person, route, unquoted, fingerprint(request, at))
    if repeated is not None:
        return repeated
    command_id = uuid5(COMMANDS, f"{person} {route} {unquoted}")
    try:
        record = do(noun, command, values, command_id=command_id, ref=ref, at=at)
    except Exception:
        release(office(), person, route, unquoted)
        raise
    location = f"{API_PREFIX}{noun.href(record)}"
    body = json.dumps(noun.out().dump(_ready(noun, record)))
    answer = Response(
        body, status, {"ETag": _etag(noun, record), "Location": location}, content_type="application/json"
    )
    remember(office(), person, route, unquoted, answer)
    return answer


def _ready(noun: Noun[A], record: A) -> Any:
    """The record as the person who asks may see it, with all that it names looked up at once."""
    seen = copy_for_reader(noun, record)
    with office().read() as connection:
        rows_of(connection, set(ids_within(seen)))
    return seen


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag of the record as you read it")
    if not re.fullmatch(r'"[0-9]{1,9}"', if_match):
        raise BadRequest('If-Match is an ETag of this API, like "7"')
    return int(if_match.strip('"'))


def _etag(noun: Noun[A], record: A) -> str:
    return f'"{version_of(noun, record)}"'


def _first_line(kind: type[Aggregate]) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0]
