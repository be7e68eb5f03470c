"""Makes the API of a resource from its declaration: list, single record, and one POST per command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from flask import Response
from flask_smorest.fields import Upload
from marshmallow import Schema

from domain.aggregate import Aggregate
from domain.school import School
from web.access.context import RequestContext, handed
from web.access.identity import allow_any
from web.access.policy import Action
from web.api.idempotency import Key
from web.api.lists import Of, beginnings_of, commands_of, history_of, list_of, of_all, of_record
from web.api.openapi import ASKED, RIGHT, right_of
from web.api.protocol import (
    BEGINNING,
    CHANGING,
    IF_MATCH,
    IF_NONE_MATCH,
    MIN_POSITION,
    OF_CHANGE,
    OF_RECORD,
    PREVIEWING,
    READING,
    IdempotencyKey,
    header_references,
)
from web.api.record_answers import (
    Answer,
    answer_command,
    answer_of,
    answer_once,
    answer_record,
    refusals_named_as_asked,
)
from web.api.references import URN, form
from web.api.smorest import API_PREFIX, Blueprint
from web.commands.decided import may_be_asked
from web.commands.dispatch import load_for_user, must_be_open
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import BulkCommand, Command, Resource, SingleEndpoint
from web.commands.text_readers import beside_reason, joined, readers_of_texts, texts_of
from web.decisions.commands import decisions
from web.runtime.log_position import TELLS
from web.runtime.requests import takes_files

A = TypeVar("A", bound=Aggregate)


def add_api(resource: Resource[A]) -> Blueprint:
    """The blueprint of a resource, to be registered with the Api."""
    api = Blueprint(
        f"api_{resource.path}",
        resource.path,
        url_prefix=f"{API_PREFIX}/{resource.path}",
        description=_sentence(resource.kind.__doc__),
    )
    prefix = resource.kind.prefix or (URN if resource.kind is School else None)
    address = {} if prefix is None else form(prefix)
    api.ref = {
        "in": "path",
        "name": "ref",
        "description": f"The address of the {resource.one}, as `Location` and `reference` give it",
        "schema": {"type": "string", "minLength": 1, **address},
    }
    begins = [command.name for command in resource.commands.values() if command.begins]
    api.others = [*begins, *(several.name for several in resource.several)]
    if resource.listing is not None:
        _add_list(api, ListEndpoint(resource.path, resource.read, resource.listing))
    _add_single(api, resource)
    for list_endpoint in (history_of(resource), commands_of(resource), *resource.list_endpoints):
        _add_list_of_record(api, resource, list_endpoint)
    _add_list(api, beginnings_of(resource), "/commands", f"begin-{resource.path}")
    if resource.content is not None:
        _add_content(api, resource, resource.content)
    for command in resource.commands.values():
        _add_command(api, resource, command)
        _add_preview(api, resource, command)
    for several in resource.several:
        _add_several(api, resource, several)
    return api


def add_list_api(list_endpoint: ListEndpoint) -> Blueprint:
    """The blueprint of a list that belongs to no kind of record."""
    api = Blueprint(f"api_{list_endpoint.path}", list_endpoint.path, url_prefix=f"{API_PREFIX}/{list_endpoint.path}")
    _add_list(api, list_endpoint)
    return api


def add_single_api(single: SingleEndpoint) -> Blueprint:
    """The blueprint of something that is told and is no record."""
    api = Blueprint(f"api_{single.name}", single.name, url_prefix=f"{API_PREFIX}/{single.path}")

    def answered(context: RequestContext) -> Response:
        return answer_of(200, (single.out().dump(single.answer(context)), {}))

    _add(
        api,
        "",
        answered,
        summary=single.title,
        description=_sentence(single.out.__doc__),
        rights=(),
        operation=f"read-{single.name}",
        statuses=(400, 401, 429, 503),
        answers=_answers(200, single.out),
    )
    return api


def _add_list(api: Blueprint, list_endpoint: ListEndpoint, rule: str = "", operation: str = "") -> None:
    """A list of all that whoever asks may see."""
    _add_page(
        api,
        rule,
        list_endpoint,
        of_all(list_endpoint),
        read=list_endpoint.read,
        summary=list_endpoint.title or f"List {list_endpoint.path}",
        description=f"A page of those that you may see. {_about_rows(list_endpoint.listing)}",
        operation=operation or f"list-{list_endpoint.path}",
        statuses=READING,
    )


def _add_list_of_record(api: Blueprint, resource: Resource[A], list_endpoint: ListEndpoint) -> None:
    _add_page(
        api,
        f"/<ref>/{list_endpoint.path}",
        list_endpoint,
        of_record(resource, list_endpoint),
        read=list_endpoint.read or resource.read,
        summary=list_endpoint.title,
        description=f"One page of what you can read. {_about_rows(list_endpoint.listing)}",
        operation=f"{resource.path}-{list_endpoint.path}",
        statuses=(*READING, 404),
    )


def _add_page(
    api: Blueprint, rule: str, list_endpoint: ListEndpoint, of: Of, *, read: Action | None, **described: Any
) -> None:
    query, page, listed = list_of(list_endpoint, of)

    @_permitted(lambda context: allow_any(context, [read]) if read else None)
    @api.arguments(query, location="query")
    def pages(context: RequestContext, filters: dict[str, Any], **where: str) -> Response:
        return answer_of(200, listed(context, filters, **where))

    _add(api, rule, pages, answers=_answers(200, page, "Link"), rights=[read] if read else (), **described)


def _add_single(api: Blueprint, resource: Resource[A]) -> None:
    def single(context: RequestContext, ref: str) -> Any:
        return answer_record(context, resource, ref)

    unchanged = {"description": "The record is as you have it", "headers": header_references(*OF_RECORD)}
    _add(
        api,
        "/<ref>",
        single,
        summary=f"Read one {resource.one}",
        description=f"{_sentence(resource.out.__doc__)} The answer has an ETag, which a change to it needs.",
        rights=[resource.read],
        operation=f"read-{resource.path}",
        statuses=(*READING, 404),
        answers={**_answers(200, resource.out, *OF_RECORD), 304: unchanged},
        asks=(IF_NONE_MATCH,),
    )


def _add_command(api: Blueprint, resource: Resource[A], command: Command[A]) -> None:
    """What changes a record at its address, or begins one."""

    @_permitted(lambda context: must_be_open(context, command))
    @api.arguments(IdempotencyKey, location="headers")
    @api.arguments(command.schema, location=_location(command.schema), error_status_code=422)
    def carry_out(
        context: RequestContext, headers: dict[str, Any], values: dict[str, Any], ref: str | None = None
    ) -> Any:
        return answer_command(context, resource, command, values, headers["key"], ref=ref)

    changes = f"Changes one {resource.one} and returns it as it is afterwards."
    _add(
        api,
        f"/{command.name}" if command.begins else f"/<ref>/{command.name}",
        takes_files(command.files, command.files_set_by)(carry_out),
        summary=command.title,
        description=_what_it_does(
            resource, command, f"Creates one {resource.one} and returns it." if command.begins else changes
        ),
        rights=command.actions,
        operation=f"{resource.path}-{command.name}",
        statuses=BEGINNING if command.begins else CHANGING,
        answers={
            **_answers(201 if command.begins else 200, resource.out, *OF_CHANGE),
            **_asked_of_others(resource, command),
        },
        method="POST",
        asks=() if command.begins else (IF_MATCH,),
    )


def _asked_of_others(resource: Resource[A], command: Command[A]) -> Mapping[int, Mapping[str, Any]]:
    """The answer where somebody else has to decide: the record as it stands, or the decision where none is begun."""
    if not may_be_asked(resource.kind.KIND, command.name):
        return {}
    return _answers(202, decisions.out if command.begins else resource.out, *OF_CHANGE)


def _add_preview(api: Blueprint, resource: Resource[A], command: Command[A]) -> None:
    """What a command would come to. Nothing is saved, so that it takes no key."""
    preview, out = command.preview, command.preview_out
    if preview is None or out is None:
        return

    @_permitted(lambda context: must_be_open(context, command))
    @api.arguments(command.schema, location=_location(command.schema), error_status_code=422)
    def previewed(context: RequestContext, values: dict[str, Any]) -> Any:
        with refusals_named_as_asked(command):
            return answer_of(200, (out().dump(preview(context, values)), {}))

    _add(
        api,
        f"/{command.name}/preview",
        takes_files(command.files, command.files_set_by)(previewed),
        summary=f"{command.title}: what would change",
        description="Shows what the same request would change, and saves nothing.",
        rights=command.actions,
        operation=f"{resource.path}-{command.name}-preview",
        statuses=PREVIEWING,
        answers=_answers(200, out),
        method="POST",
    )


def _location(schema: type[Schema]) -> str:
    """Where the answers stand: in a JSON body, or beside a file in a form of several parts."""
    has_file = any(isinstance(field, Upload) for field in schema().load_fields.values())
    return "files" if has_file else "json"


def _add_content(api: Blueprint, resource: Resource[A], content: Callable[[RequestContext, A], Response]) -> None:
    """The bytes of a record that is a file."""

    def served(context: RequestContext, ref: str) -> Any:
        return content(context, load_for_user(context, resource, ref).record)

    octets = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    file = {"description": "The file", "content": octets, "headers": header_references("Content-Disposition")}
    _add(
        api,
        "/<ref>/content",
        served,
        summary=f"Get the bytes of {_a(resource.one)}",
        description="The file itself, under the name that it was given.",
        rights=[resource.read],
        operation=f"{resource.path}-content",
        statuses=(*READING, 404, 410),
        answers={200: file},
    )


def _add_several(api: Blueprint, resource: Resource[A], command: BulkCommand) -> None:
    @_permitted(lambda context: must_be_open(context, command))
    @api.arguments(IdempotencyKey, location="headers")
    @api.arguments(command.schema, error_status_code=422)
    def carry_out(context: RequestContext, headers: dict[str, Any], values: dict[str, Any]) -> Any:
        def done(_: Key, id: UUID) -> Answer:
            return command.out().dump(command.carry_out(context, values, id)), {}

        return answer_once(context, headers["key"], 200, done)

    _add(
        api,
        f"/{command.name}",
        carry_out,
        summary=command.title,
        description="Does this to each of them and returns the outcome of each.",
        rights=command.actions,
        operation=f"{resource.path}-{command.name}",
        statuses=BEGINNING,
        answers=_answers(200, command.out, TELLS),
        method="POST",
    )


def _add(
    api: Blueprint,
    rule: str,
    view: Callable[..., Any],
    *,
    summary: str,
    description: str,
    rights: Iterable[Action],
    operation: str,
    statuses: Iterable[int],
    answers: Mapping[int, Mapping[str, Any]],
    method: str = "GET",
    asks: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Register a view with what it does, the right it takes, the headers that it asks for and every status that it
    may answer."""
    described = {
        "summary": summary,
        "description": description,
        RIGHT: right_of(rights),
        "operationId": operation,
        "responses": {**answers, **{status: HTTPStatus(status).name for status in statuses}},
        ASKED: [*([MIN_POSITION] if method == "GET" else ()), *asks],
    }
    place = [dict(api.ref)] if api.ref and "<ref>" in rule else None
    endpoint = operation.replace("-", "_")
    rule = rule.replace("<ref>", f"<address({', '.join(map(repr, api.others))}):ref>")
    api.route(rule, methods=[method], endpoint=endpoint, parameters=place)(handed(api.doc(**described)(view)))


def _answers(status: int, out: type[Schema], *headers: str) -> dict[int, dict[str, Any]]:
    """What a request that succeeds is answered."""
    content = {"application/json": {"schema": out}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content, "headers": header_references(*headers)}
    }


def _permitted(check: Callable[[RequestContext], None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Turn away whoever may not do this at all before what they sent is looked at."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(context: RequestContext, *args: Any, **kwargs: Any) -> Any:
            check(context)
            return view(context, *args, **kwargs)

        return guarded

    return guard


def _what_it_does(resource: Resource[Any], command: Command[Any], plainly: str) -> str:
    said = (each for each in (command.lead, *command.notes) if each.endswith("."))
    return " ".join((plainly, *said, *_who_reads(resource, command)))


def _who_reads(resource: Resource[Any], command: Command[Any]) -> Iterator[str]:
    """Who will read each text that a command takes."""
    readers, apart = readers_of_texts(resource, command), beside_reason(resource, command)
    if readers is None:
        return
    texts = texts_of(command.schema(), resource.kind.KIND)
    told = {_as_named(name): bool(apart) and bool(text.metadata.get("is_reason")) for name, text in texts}
    here, beside = ([name for name, is_apart in told.items() if is_apart is which] for which in (False, True))
    yield f"Who will read {joined(here)}. {readers}"
    if beside:
        yield f"Of {joined(beside)}: {apart[0].lower()}{apart[1:]}"


def _as_named(text: str) -> str:
    """A text as programs know it: `commentary` of `findings`."""
    return " of ".join(f"`{each}`" for each in reversed(text.split(".")))


def _a(one: str) -> str:
    return f"{'an' if one[0] in 'aeiou' else 'a'} {one}"


def _about_rows(listing: Listing) -> str:
    return _sentence(listing.row.__doc__, listing.names)


def _sentence(told: str | None, names: Mapping[str, str] | None = None) -> str:
    """What a docstring says before its first blank line, by the names of fields and values that programs know."""
    called = {"None": "null", "True": "true", "False": "false", **(names or {})}
    said = " ".join((told or "").split("\n\n")[0].split())
    return re.sub(r"(?<=`)\w+(?=`)|\b(None|True|False)\b", lambda found: called.get(found[0], found[0]), said)
