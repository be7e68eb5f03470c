"""Answers the API: a command is carried out once under its key, and the record is told with its version."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, json, jsonify, request
from werkzeug.exceptions import BadRequest, Conflict, PreconditionRequired

from domain.aggregate import Aggregate, Refusal
from domain.decision import Decision
from domain.service import NotFound
from projections.event_log import saving_alongside
from web.access.context import RequestContext
from web.access.name_cache import ids_within, rows_of
from web.api.idempotency import Key, KeyTaken, fingerprint
from web.api.smorest import API_PREFIX
from web.commands.decided import asked_instead
from web.commands.dispatch import copy_for_reader, execute, load_for_user, version_of
from web.commands.resource import Command, Resource
from web.decisions.commands import decisions

A = TypeVar("A", bound=Aggregate)

Answer = tuple[Any, dict[str, str]]
"""What was done, as it is told, and the headers that go with it."""


def answer_once(
    context: RequestContext,
    name: str,
    status: int,
    carry_out: Callable[[Key, UUID], Answer],
    *,
    at: int | None = None,
    again: Callable[[UUID, int], Answer] | None = None,
    begins: type[Aggregate] | None = None,
) -> Response:
    """Carry out a command under an id of its own once per Idempotency-Key, and answer its repetition with the same
    answer: `again` makes it of the record at a version, where one record answers."""
    person, unquoted = context.user.person, name.strip('"')
    route = f"{request.method} {request.path}"
    key = Key(
        context.services,
        person,
        route,
        unquoted,
        fingerprint(request, at),
        status,
        is_of_one=again is not None,
        begins=begins,
    )
    kept = key.kept()
    if kept is None:
        try:
            with saving_alongside(key):
                answer = answer_of(status, carry_out(key, context.command_id(unquoted)))
            if again is None:
                key.keep_answer(answer)
            return answer
        except KeyTaken:
            kept = key.kept()
    if kept is None:
        raise Conflict("The first request with this Idempotency-Key is still being carried out")
    if again is not None and kept.record is not None:
        return answer_of(kept.status, again(kept.record, kept.version))
    return Response(kept.body, kept.status, kept.headers or {}, content_type=kept.content_type)


def answer_command(
    context: RequestContext,
    resource: Resource[A],
    command: Command[A],
    values: dict[str, Any],
    name: str,
    *,
    ref: str | None = None,
) -> Response:
    """Carry out a command once under its key, on the record at an address or to begin one; answers with the record as
    it is afterwards, or that it was asked of others, with the address of the decision."""
    at = None if ref is None else _version_wanted()

    def carry_out(key: Key, id: UUID) -> Answer:
        if ref is not None:
            key.record = load_for_user(context, resource, ref).record.id
        with refusals_named_as_asked(command):
            record = execute(context, resource, command, values, command_id=id, ref=ref, at=at)
        if not key.is_saved:
            key.keep(record.id, record.version)
        key.keep_last(record.version)
        return told(record)

    def again(id: UUID, version: int) -> Answer:
        service = context.services.service
        try:
            return told(service.find(resource.kind, id, version=version))
        except NotFound:
            return told(service.find(Decision, id, version=version))

    def told(record: A | Decision) -> Answer:
        return _record_with_address(context, resource if isinstance(record, resource.kind) else decisions, record)

    status, begins = (200, None) if ref is not None else (201, resource.kind)
    answer = answer_once(context, name, status, carry_out, at=at, again=again, begins=begins)
    command_id = context.command_id(name.strip('"'))
    asked = asked_instead(context, resource.kind.KIND, command.name, command_id)
    if asked is not None:
        answer.status_code = HTTPStatus.ACCEPTED
        answer.headers["Location"] = f"{API_PREFIX}/decisions/{asked.reference}"
    return answer


def answer_record(context: RequestContext, resource: Resource[A], ref: str) -> Response:
    """The record at an address with its ETag, or that it is as whoever asks has it."""
    record = load_for_user(context, resource, ref).record
    told, tag = _record_and_tag(context, resource, record)
    headers = {"ETag": f'"{tag}"'}
    is_known = request.if_none_match.contains_weak(tag)
    return Response(status=304, headers=headers) if is_known else answer_of(200, (told, headers))


def answer_of(status: int, answer: Answer) -> Response:
    told, headers = answer
    response = jsonify(told)
    response.status_code = status
    response.headers.update(headers)
    return response


def _record_with_address(context: RequestContext, resource: Resource[Any], record: Aggregate) -> Answer:
    told, tag = _record_and_tag(context, resource, record)
    return told, {"ETag": f'"{tag}"', "Location": f"{API_PREFIX}{resource.href(record)}"}


def _record_and_tag(context: RequestContext, resource: Resource[A], record: A) -> tuple[Any, str]:
    """The record as the person who asks may see it, with all that it names looked up at once, and its tag.

    The tag is its version as they count it, by which a change is held to what they saw, and a print of what they are
    told: their rights, and what hangs on what, change that without any version.
    """
    seen = copy_for_reader(context, resource, record)
    with context.read() as snapshot:
        rows_of(snapshot, set(ids_within(seen)))
    told = resource.out().dump(seen)
    return told, f"{version_of(context, record)}-{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"


def _version_wanted() -> int:
    """The version of the record on which a change was decided."""
    if_match = request.headers.get("If-Match")
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag of the record as you read it")
    # A proxy that compresses answers makes their ETags weak: W/"7" is the same version.
    told = re.fullmatch(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]+)?"', if_match)
    if told is None:
        raise BadRequest('If-Match is an ETag of this API, like "7"')
    return int(told[1])


@contextmanager
def refusals_named_as_asked(command: Command[Any]) -> Iterator[None]:
    """Let a refusal name the answer as programs know it."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = command.called(refusal.field)
        raise
