"""Carries out a declared command for the person who asks, the same for pages and API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import request
from werkzeug.exceptions import Forbidden, NotFound

from domain.aggregate import Aggregate, Event
from domain.decision import Decision
from domain.service import ATTEMPTS, AlreadyDone, Stale, noting_saved, rehearsing, with_checks
from domain.service import NotFound as NoRecord
from domain.signature import remarking
from domain.unusual import NotConfirmedAsRight, must_be_confirmed
from domain.vocabulary import About
from web.access.context import RequestContext
from web.access.deciders import forget_unsettled
from web.access.disclosure import Disclosure
from web.access.identity import allow, allow_any, concerned
from web.access.name_cache import invalidate
from web.access.policy import RecordScope
from web.access.restricted import forget_hidden
from web.access.restricted_reads import note_shown
from web.commands.resource import BulkCommand, Command, Execution, Resource, Values
from web.history.timeline import entries

A = TypeVar("A", bound=Aggregate)

UNUSUAL, WHY_UNUSUAL = "unusual", "why_unusual"
"""The answers that say that an unusual day is right: what is unusual about it, and why it is right all the same."""


@dataclass(frozen=True)
class LoadedRecord(Generic[A]):
    """A record that the person who asks may see, and all that happened to it, in order."""

    record: A
    concerned: RecordScope
    events: Sequence[Event]


@dataclass
class LoadedRecords:
    """The records that the present request asks for: those `found`, by resource and address, and which versions the
    user is told of; `is_not_shown` where one was asked for and not found."""

    found: dict[tuple[str, str], LoadedRecord[Any]] = field(default_factory=dict)
    versions_told: dict[tuple[UUID, int], tuple[list[int], set[int]]] = field(default_factory=dict)
    is_not_shown: bool = False


def load_for_user(context: RequestContext, resource: Resource[A], ref: str) -> LoadedRecord[A]:
    """The record at an address, read once while a request is answered.

    Raises Forbidden where the person who asks may read no record of this kind, whatever they ask for; else NoRecord
    for one that they may not know of just as for one that is not there.
    """
    loaded = context.kept(LoadedRecords)
    known: dict[tuple[str, str], LoadedRecord[A]] = loaded.found
    if (resource.path, ref) not in known:
        try:
            known[resource.path, ref] = _find(context, resource, ref)
        except NoRecord:
            loaded.is_not_shown = True
            raise
    return known[resource.path, ref]


def _find(context: RequestContext, resource: Resource[A], ref: str) -> LoadedRecord[A]:
    user = context.user
    allow(context, resource.read)
    with context.read() as snapshot:
        try:
            record, events = context.services.service.find_with_history(
                resource.kind, resource.id_of(snapshot.connection, ref)
            )
        except NotFound:
            raise NoRecord(ref) from None
        where = resource.concerned(snapshot, record)
        if not (user.may(resource.read, where) and resource.opens(snapshot, record, where)):
            raise NoRecord(ref)
        if ref == (request.view_args or {}).get("ref"):
            note_shown(snapshot, [(record.id, record.about().school)])
    return LoadedRecord(record, where, events)


def copy_for_reader(context: RequestContext, resource: Resource[A], record: A) -> Any:
    """The record as the person who asks may see it."""
    with context.read() as snapshot:
        seen = resource.visibility.copy(context, record, resource.concerned(snapshot, record))
    version = version_of(context, record)
    if isinstance(seen, Aggregate) and seen.version != version:
        seen = copy(seen)
        seen.version = version
    return seen


def version_of(context: RequestContext, record: Aggregate) -> int:
    """The version of a record as the person who asks counts it."""
    told, _ = _told(context, record)
    return len(told)


def saved_version(context: RequestContext, record: Aggregate, version: int) -> int:
    """The record's own version at what the person who asks counts as a version."""
    told, seen_untold = _told(context, record)
    if version == len(told) or (0 < version < len(told) and seen_untold.issuperset(told[version:])):
        return record.version
    return told[version - 1] if 0 < version < len(told) else 0


def _told(context: RequestContext, record: Aggregate) -> tuple[list[int], set[int]]:
    """The versions of a record as the person who asks counts them, and those that they see and are not told of."""
    known = context.kept(LoadedRecords).versions_told
    key = record.id, record.saved_version
    if key not in known:
        with context.read() as snapshot:
            disclosure = Disclosure(snapshot, events_of(context, record))
            known[key] = disclosure.versions(), disclosure.seen_untold
    return known[key]


def found_at(context: RequestContext, record: UUID) -> str | None:
    """The address at which a record was found while this request is answered, None if it was not asked for."""
    found = context.kept(LoadedRecords).found
    return next((ref for (_, ref), each in found.items() if each.record.id == record), None)


def events_of(context: RequestContext, record: Aggregate) -> list[Event]:
    """What made a record what it is."""
    return [event for event in context.services.store.get(record.id, lte=record.version) if isinstance(event, Event)]


def must_be_open(context: RequestContext, command: Command[Any] | BulkCommand) -> None:
    """Raises Unauthorized, or Forbidden where no post of the person who asks lets them do this to any record."""
    if not context.user.may_change:
        raise Forbidden("This token can only read")
    allow_any(context, command.actions)


def execute(
    context: RequestContext,
    resource: Resource[A],
    command: Command[A],
    values: Values,
    *,
    command_id: UUID,
    ref: str | None = None,
    at: int | None = None,
) -> A | Decision:
    """Carry out a command; returns the record as it is afterwards, also when this is a repetition. Where one that
    would begin a record was asked of others instead, that is their decision.

    Raises Forbidden, NoRecord, Stale, or the refusal of the rule that stands against it.
    """
    user = context.user
    must_be_open(context, command)
    if ref is None:
        record, right = None, allow(context, command.action, _of_answers(context, values))
    else:
        found = load_for_user(context, resource, ref)
        record, right = found.record, allow(context, command.action_on(context, found.record), found.concerned)
    signed = context.services.acting(
        user.person, right.role.value, user.channel, command=command_id, correlation=context.id
    )
    with signed, noting_saved() as saved:
        try:
            result = _carry_out(context, resource, command, values, record=record, at=at)
        except AlreadyDone as done:
            return _as_it_is(context, resource, record.id) if record else _begun(context, resource, done.stream)
        finally:
            invalidate(context, saved)
            forget_hidden(context)
            forget_unsettled(context)
    if record is None and isinstance(result, Decision):
        return result
    id = record.id if record else result.id
    after = saved.get(id)
    return after if isinstance(after, resource.kind) else _as_it_is(context, resource, id)


class _Decided(Exception):
    """Nothing refuses the command: it is about to save."""


@contextmanager
def _up_to_saving() -> Iterator[None]:
    """Carry out what stands in this block up to where it would save."""

    def stop(*_: object) -> None:
        raise _Decided

    with suppress(_Decided), rehearsing(stop):
        yield


def rehearse(
    context: RequestContext,
    resource: Resource[A],
    command: Command[A],
    values: Values,
    *,
    command_id: UUID,
    ref: str | None = None,
    at: int | None = None,
) -> None:
    """Carry out a command up to where it would save. Raises what `execute` would raise, and changes nothing."""

    with _up_to_saving():
        execute(context, resource, command, values, command_id=command_id, ref=ref, at=at)


def is_done(context: RequestContext, command_id: UUID) -> bool:
    """Whether a command that the person who asks sends again was carried out before."""
    user = context.user
    with context.services.acting(user.person, "", user.channel, command=command_id):
        return context.services.service.done() is not None


def begun_by(context: RequestContext, resource: Resource[A], command_id: UUID) -> A | Decision | None:
    """The record that a command of the person who asks began, or the decision that it came to; None where it was not
    carried out."""
    user = context.user
    with context.services.acting(user.person, "", user.channel, command=command_id):
        done = context.services.service.done()
        try:
            return None if done is None else _begun(context, resource, done)
        except NoRecord:
            return None


def _begun(context: RequestContext, resource: Resource[Any], changed: UUID) -> Any:
    """What the command now signed began; `changed` is the record that it changed first."""
    begun = context.services.service.begun(resource.kind)
    return context.services.service.find(Decision, changed) if begun is None else _as_it_is(context, resource, begun)


def _carry_out(
    context: RequestContext,
    resource: Resource[A],
    command: Command[A],
    values: Values,
    *,
    record: A | None,
    at: int | None,
) -> Any:
    """Carry out a command, and again where only what the person is not told of has changed meanwhile. What stands
    against it whatever is answered is asked first, of the record that the person has seen and unless it was carried
    out before."""
    if record is None or at in (None, version_of(context, record)):
        refused = _refusal(context, command, record)
        if refused is not None and context.services.service.done() is None:
            raise refused
    try:
        remark, values = _confirmed_as_right(context, command, record, values)
    except NotConfirmedAsRight:
        with _up_to_saving():  # what is refused in any case is refused first
            _carry_out(context, resource, replace(command, unusual=None), _without_why(values), record=record, at=at)
        raise
    for attempt in range(ATTEMPTS):
        version = at if record is None or at is None else saved_version(context, record, at)
        try:
            with remarking(remark), with_checks():
                return command.carry_out(Execution(context, resource, record, version), values)
        except Stale as stale:
            if record is None or attempt + 1 == ATTEMPTS:
                raise
            record = context.services.service.find(resource.kind, record.id)
            if version_of(context, record) != at:
                raise stale from None
    raise AssertionError("the last attempt returns or raises")


def _confirmed_as_right(
    context: RequestContext, command: Command[A], record: A | None, values: Values
) -> tuple[str, Values]:
    """What is to be remarked about an unusual day, and the other answers of the command (web.commands.unusual_days).
    Raises NotConfirmedAsRight, but for what was carried out before."""
    if command.unusual is None:
        return "", values
    rest = _without_why(values)
    if context.services.service.done() is not None:
        return "", rest
    with context.read() as snapshot:
        asked = list(command.unusual(snapshot, record, rest))
    return must_be_confirmed(asked, values[UNUSUAL], values.get(WHY_UNUSUAL, ""), field=WHY_UNUSUAL), rest


def _without_why(values: Values) -> Values:
    return {name: value for name, value in values.items() if name not in (UNUSUAL, WHY_UNUSUAL)}


def _refusal(context: RequestContext, command: Command[A], record: A | None) -> Exception | None:
    try:
        return command.refusal(context, record)
    except Forbidden as forbidden:
        return forbidden


def changes_since(context: RequestContext, record: Aggregate, version: int) -> list[str]:
    """What happened to a record after a version, in sentences, as far as it is told to the person who asks."""
    events: list[Event] = [
        event for event in context.services.store.get(record.id, gt=version) if isinstance(event, Event)
    ]
    with context.read() as snapshot:
        disclosure = Disclosure(snapshot, events)
        told = [event for event in events if disclosure.tells(event)]
        return [entry.sentence for entry in entries(snapshot, told, disclosure)]


def _of_answers(context: RequestContext, values: Values) -> RecordScope | None:
    school, provider = values.get("school"), values.get("provider")
    if not isinstance(school, UUID) and not isinstance(provider, UUID):
        return None
    with context.read() as snapshot:
        return concerned(snapshot, About(school=school, provider=provider))


def _as_it_is(context: RequestContext, resource: Resource[A], id: UUID) -> A:
    return context.services.service.find(resource.kind, id)
