"""Events to stored JSON and back, typed: an unknown, missing or ill-typed field is an error, never a guess.

A field that has a default may be missing, so that an event can gain such a field without a new SCHEMA.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, cast, get_args, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.aggregate import EVENTS, Event, Meta
from domain.service import Unreadable
from domain.signature import Signature
from domain.vocabulary import About, Channel, Purpose, SchoolId, Sensitivity

T = TypeVar("T")

Successors: TypeAlias = Mapping[UUID, UUID]
"""The school as which each record of the register goes on that went into another, by the id of that record."""

NO_SUCCESSORS: Successors = MappingProxyType({})

_SCHEMA_TOLD = '"schema":'
"""Stands in the meta column where the schema is another than the first."""


class UnknownTopic(LookupError):
    """The log holds an event of a topic that no class in the product has."""


class UnknownSchema(LookupError):
    """The log holds an event of a later shape than the product knows: a newer release wrote it."""


class StoredRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event as the log keeps it: the library's StoredEvent by its attributes, and the log's other columns.

    It is a Struct so that a whole row of the table is typed at once.
    """

    originator_id: UUID
    originator_version: int
    event_id: UUID
    topic: str
    meta: str
    state: str
    recorded_at: datetime | None = None
    position: int | None = None


class DamagedRecord(StoredRecord, frozen=True, array_like=True, gc=False):
    """A row of the log that holds what no column of it may: as much of it as can be told, and why it is no record."""

    why: str = ""


class MetaState(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The meta column: everything known of an event that has no column of its own."""

    post: str
    channel: Channel
    command: UUID
    at: datetime
    occurred: str | None = None
    actor: UUID | None = None
    on_behalf_of: UUID | None = None
    correlation: str = ""
    causation: UUID | None = None
    school: UUID | None = None
    request: UUID | None = None
    provider: UUID | None = None
    people: tuple[UUID, ...] = ()
    purpose: Purpose | None = None
    reason: str = ""
    rules: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    decision: UUID | None = None
    schema: int = 1


class EventMapper(Mapper[UUID]):
    """The library's mapper, with state and meta as typed JSON."""

    def __init__(self, successors: Callable[[], Successors] = lambda: NO_SUCCESSORS) -> None:
        super().__init__(JSONTranscoder())
        self._successors = successors

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The event as the log keeps it."""
        return cast("StoredEvent", stored(domain_event))

    def to_domain_event(self, stored_event: Any) -> Event:
        """The event as it was recorded. Raises Unreadable."""
        if not isinstance(stored_event, StoredRecord):
            raise TypeError("only this log's own records can be read")
        return event_of(stored_event, self._successors())


def stored(event: Event) -> StoredRecord:
    """The event as the log keeps it."""
    meta = event.meta
    return StoredRecord(
        originator_id=meta.stream,
        originator_version=meta.version,
        event_id=meta.event_id,
        topic=event.TOPIC,
        meta=_json.encode(_meta_state(event)).decode(),
        state=_json.encode(event).decode(),
    )


def event_of(record: StoredRecord, successors: Successors = NO_SUCCESSORS) -> Event:
    """The event as it was recorded; what its meta column holds is read when it is first asked.

    A school that went into another is read as the one that it goes on as: what was recorded of it then is that one's,
    in every record and every view. Raises Unreadable, now or when its meta is asked.
    """
    try:
        id, version, event_id, topic, unread, state, recorded_at, position = _columns(record)
        shape = _of_topic.get(topic) or _shape_of_topic(topic)
        if shape.is_first and _SCHEMA_TOLD not in unread:
            fields = _asdict(shape.decode(state))
        else:
            fields = _fields(shape, state, schema=_meta_decoder.decode(unread).schema)
    except Exception as error:
        raise _unreadable(record, error) from error
    meta = {
        "event_id": event_id,
        "stream": id,
        "version": version,
        "recorded_at": recorded_at,
        "position": position,
        "_unread": unread,
    }
    if successors:
        fields |= shape.followed(fields, successors)
        meta["_successors"] = successors
    fields["meta"] = _made(_StoredMeta, meta)
    event: Event = _made(shape.event, fields)
    return event


def followed(event: Event, successors: Successors) -> Event:
    """An event that is just being saved, with the schools that it names as `event_of` will read them."""
    meta = event.meta
    changed: dict[str, Any] = _shape_of(type(event)).followed(vars(event), successors)
    if meta.about.school in successors:
        changed["meta"] = dataclasses.replace(meta, about=_followed_about(meta.about, successors))
    return _made(type(event), vars(event) | changed) if changed else event


def whole_event_of(record: StoredRecord, successors: Successors = NO_SUCCESSORS) -> Event:
    """The event as it was recorded, its meta read too. Raises Unreadable."""
    event = event_of(record, successors)
    try:
        _ = event.meta.signature
    except Unreadable as error:
        raise _unreadable(record, error) from error
    return event


def sorted_out(
    records: Iterable[StoredRecord], successors: Successors = NO_SUCCESSORS
) -> tuple[list[Event], list[Unreadable]]:
    """The events that can be read, all of each, and what stands against the others."""
    events: list[Event] = []
    unreadable: list[Unreadable] = []
    for record in records:
        try:
            events.append(whole_event_of(record, successors))
        except Unreadable as error:
            unreadable.append(error)
    return events, unreadable


def _unreadable(record: StoredRecord, error: Exception) -> Unreadable:
    match error:
        case _ if isinstance(record, DamagedRecord):
            why = record.why
        case UnknownTopic():
            why = "this release knows no event of that kind"
        case Unreadable():
            why = error.why
        case _:
            why = str(error)
    return Unreadable(
        why,
        position=record.position or 0,
        topic=record.topic,
        stream=record.originator_id,
        event_id=record.event_id,
        recorded_at=record.recorded_at,
    )


class _StoredMeta(Meta):
    """A meta whose column is read when somebody asks for what is in it. No field of Meta may have a default."""

    def __getattr__(self, name: str) -> Any:
        unread = self.__dict__.get("_unread")
        if unread is None:
            raise AttributeError(name)
        try:
            fields = _meta_fields(unread, self.__dict__.get("_successors", NO_SUCCESSORS))
        except Exception as error:
            raise Unreadable(
                str(error),
                position=self.position or 0,
                topic="",
                stream=self.stream,
                event_id=self.event_id,
                recorded_at=self.recorded_at,
            ) from error
        self.__dict__.update(fields)
        self.__dict__.pop("_unread", None)
        self.__dict__.pop("_successors", None)
        return getattr(self, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Meta):
            return NotImplemented
        return all(getattr(self, field.name) == getattr(other, field.name) for field in dataclasses.fields(Meta))

    __hash__ = Meta.__hash__


@contextmanager
def without_collecting() -> Iterator[None]:
    """Read many events without the garbage collector: it would go through all of them again and again in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def event_class_of(topic: str) -> type[Event]:
    """The class whose events have that topic. Raises UnknownTopic."""
    try:
        return EVENTS[topic]
    except KeyError:
        raise UnknownTopic(topic) from None


def decode_state(event_class: type[Event], state: str | bytes, *, schema: int) -> Event:
    """An event, without meta, from stored state of a given schema number, brought up to the present one.

    Raises UnknownSchema for a later one.
    """
    return _made(event_class, _fields(_shape_of(event_class), state, schema=schema))


def state_of(event: Event) -> bytes:
    """The stored form of an event's own fields."""
    return _json.encode(event)


_json = msgspec.json.Encoder()
_meta_decoder = msgspec.json.Decoder(MetaState)


_columns, _asdict = msgspec.structs.astuple, msgspec.structs.asdict


Follow = Callable[[Any, Successors], Any]
"""Gives a value with the schools in it followed: the value itself where none of them went into another."""


class _Shape(msgspec.Struct, frozen=True):
    """How the state of one class of event is read; `is_first` where the class never had another shape, and `follow`
    by which of its fields schools are named."""

    event: type[Event]
    type: type[msgspec.Struct]
    decode: Callable[[str | bytes], msgspec.Struct]
    is_first: bool
    follow: tuple[tuple[str, Follow], ...]

    def followed(self, fields: Mapping[str, Any], successors: Successors) -> dict[str, Any]:
        """Of an event's fields those that name a school which went into another, as they are to be read."""
        found: dict[str, Any] = {}
        for name, follow in self.follow:
            before = fields[name]
            after = follow(before, successors)
            if after is not before:
                found[name] = after
        return found


_of_class: dict[type[Event], _Shape] = {}
_of_topic: dict[str, _Shape] = {}


def _shape_of_topic(topic: str) -> _Shape:
    shape = _of_topic[topic] = _shape_of(event_class_of(topic))
    return shape


def _shape_of(event_class: type[Event]) -> _Shape:
    shape = _of_class.get(event_class)
    if shape is None:
        shape = _of_class[event_class] = _make_shape(event_class)
    return shape


def _make_shape(event_class: type[Event]) -> _Shape:
    hints = get_type_hints(event_class)
    fields: list[Any] = []
    for field in dataclasses.fields(event_class):  # type: ignore[arg-type]  # made so in __init_subclass__
        fields.append((field.name, hints[field.name], *_default(field)))
    struct = msgspec.defstruct(event_class.__qualname__, fields, kw_only=True, forbid_unknown_fields=True)
    decode = msgspec.json.Decoder(struct).decode
    return _Shape(event_class, struct, decode, event_class.SCHEMA == 1, _schools_in(event_class))


def _schools_in(kind: type) -> tuple[tuple[str, Follow], ...]:
    """The fields of a dataclass that name schools, however deep."""
    hints = get_type_hints(kind, include_extras=True)
    found = ((field.name, follow_by(hints[field.name])) for field in dataclasses.fields(kind))
    return tuple((name, follow) for name, follow in found if follow is not None)


def follow_by(hint: Any) -> Follow | None:
    """How the schools in a value of that type are followed; None where there can be none."""
    if hint == SchoolId:
        return _followed_id
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _followed_parts(hint)
    inner = [follow for part in get_args(hint) if (follow := follow_by(part)) is not None]
    if not inner:
        return None
    if len(inner) > 1:
        raise TypeError(f"a field names schools in one way: {hint}")
    return _followed_each(inner[0])


def _followed_id(value: UUID | None, successors: Successors) -> UUID | None:
    return None if value is None else successors.get(value, value)


def _followed_parts(kind: type) -> Follow | None:
    schools = _schools_in(kind)
    if not schools:
        return None

    def follow(value: Any, successors: Successors) -> Any:
        after = {name: follow(getattr(value, name), successors) for name, follow in schools}
        is_same = all(after[name] is getattr(value, name) for name in after)
        return value if is_same else dataclasses.replace(value, **after)

    return follow


def _followed_each(of_one: Follow) -> Follow:
    """Follows what may be missing, or may be several; of two schools that are one now, the first stays."""

    def follow(value: Any, successors: Successors) -> Any:
        if not isinstance(value, tuple):
            return None if value is None else of_one(value, successors)
        after = tuple(of_one(each, successors) for each in value)
        is_same = all(new is old for new, old in zip(after, value, strict=True))
        return value if is_same else tuple(dict.fromkeys(after))

    return follow


def _fields(shape: _Shape, state: str | bytes, *, schema: int) -> dict[str, Any]:
    event_class = shape.event
    if schema == event_class.SCHEMA:
        return _asdict(shape.decode(state))
    if schema > event_class.SCHEMA:
        raise UnknownSchema(f"{event_class.TOPIC} has schema {event_class.SCHEMA}, the log {schema}")
    raw = msgspec.json.decode(state)
    for old in range(schema, event_class.SCHEMA):
        getattr(event_class, f"upcast_v{old}_v{old + 1}")(raw)
    return _asdict(msgspec.convert(raw, shape.type, str_keys=True))


def _default(field: dataclasses.Field[Any]) -> tuple[Any, ...]:
    if field.default is not dataclasses.MISSING:
        return (field.default,)
    if field.default_factory is not dataclasses.MISSING:
        return (msgspec.field(default_factory=field.default_factory),)
    return ()


def _meta_state(event: Event) -> MetaState:
    meta = event.meta
    signature = meta.signature
    return MetaState(
        post=signature.post,
        channel=signature.channel,
        command=signature.command,
        at=signature.at,
        occurred=None if meta.occurred == signature.at else meta.occurred.isoformat(),
        actor=signature.actor,
        on_behalf_of=signature.on_behalf_of,
        correlation=signature.correlation,
        causation=signature.causation,
        school=meta.about.school,
        request=meta.about.request,
        provider=meta.about.provider,
        people=meta.about.people,
        purpose=meta.purpose,
        reason=meta.reason,
        rules=meta.rules,
        sensitivity=meta.sensitivity,
        decision=meta.decision,
        schema=event.SCHEMA,
    )


def _followed_about(about: About, successors: Successors) -> About:
    if about.school is None or about.school not in successors:
        return about
    return dataclasses.replace(about, school=successors[about.school], school_then=about.school)


def _meta_fields(meta: str, successors: Successors) -> dict[str, object]:
    state = _meta_decoder.decode(meta)
    return {
        "signature": _signature(state),
        "occurred": state.at if state.occurred is None else _moment(state.occurred),
        "about": _followed_about(About(state.school, state.request, state.provider, state.people), successors),
        "purpose": state.purpose,
        "reason": state.reason,
        "rules": state.rules,
        "sensitivity": state.sensitivity,
        "decision": state.decision,
    }


def _signature(state: MetaState) -> Signature:
    return Signature(
        actor=state.actor,
        post=state.post,
        channel=state.channel,
        command=state.command,
        at=state.at,
        on_behalf_of=state.on_behalf_of,
        correlation=state.correlation,
        causation=state.causation,
    )


def _made(kind: type[T], fields: dict[str, Any]) -> T:
    """A frozen dataclass with all of its fields, which are typed already: its constructor takes thrice as long."""
    made = _blank(kind)
    _set(made, "__dict__", fields)
    return made


_blank, _set = object.__new__, object.__setattr__


def _moment(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
