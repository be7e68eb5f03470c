"""Events to stored bytes and back, typed: an unknown, missing or ill-typed field is an error, never a guess."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.acting import Signature
from domain.aggregate import EVENTS, Event, Meta
from domain.vocabulary import About, Channel, Purpose, Sensitivity


class UnknownTopic(LookupError):
    """The log holds an event of a topic that no class in the product has."""


@dataclass(frozen=True)
class StoredRecord(StoredEvent):
    """A stored event with the columns that the log keeps beside its state."""

    event_id: UUID
    meta: bytes
    recorded_at: datetime | None = None
    position: int | None = None


class MetaState(msgspec.Struct, frozen=True, omit_defaults=True):
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
    schema: int = 1


class EventMapper(Mapper[UUID]):
    """The library's mapper, with state and meta as typed JSON."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: Any) -> StoredRecord:
        """The event as the log keeps it."""
        event: Event = domain_event
        return StoredRecord(
            originator_id=event.meta.stream,
            originator_version=event.meta.version,
            topic=event.TOPIC,
            state=_json.encode(_state_fields(event)),
            event_id=event.meta.event_id,
            meta=_json.encode(_meta_state(event)),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """The event as it was recorded. Raises UnknownTopic, or msgspec.ValidationError for an ill-formed one."""
        if not isinstance(stored_event, StoredRecord):
            raise TypeError("only this log's own records can be read")
        event_class = event_class_of(stored_event.topic)
        meta = _meta_decoder.decode(stored_event.meta)
        event = decode_state(event_class, stored_event.state, schema=meta.schema)
        event.signed(_meta(stored_event, meta))
        return event


def event_class_of(topic: str) -> type[Event]:
    """The class whose events have that topic. Raises UnknownTopic."""
    try:
        return EVENTS[topic]
    except KeyError:
        raise UnknownTopic(topic) from None


def decode_state(event_class: type[Event], state: bytes, *, schema: int) -> Event:
    """An event, without meta, from stored state of a given schema number, brought up to the present one."""
    struct = _struct_of(event_class)
    if schema == event_class.SCHEMA:
        fields = struct.decoder.decode(state)
    else:
        raw = msgspec.json.decode(state)
        for old in range(schema, event_class.SCHEMA):
            getattr(event_class, f"upcast_v{old}_v{old + 1}")(raw)
        fields = msgspec.convert(raw, struct.type)
    event = object.__new__(event_class)
    event.__dict__.update({name: getattr(fields, name) for name in struct.names})
    return event


def state_of(event: Event) -> bytes:
    """The stored form of an event's own fields."""
    return _json.encode(_state_fields(event))


_json = msgspec.json.Encoder()
_meta_decoder = msgspec.json.Decoder(MetaState)


@dataclass(frozen=True)
class _Shape:
    names: tuple[str, ...]
    type: type[msgspec.Struct]
    decoder: msgspec.json.Decoder[Any]


_shapes: dict[type[Event], _Shape] = {}


def _struct_of(event_class: type[Event]) -> _Shape:
    shape = _shapes.get(event_class)
    if shape is None:
        shape = _shapes[event_class] = _make_shape(event_class)
    return shape


def _make_shape(event_class: type[Event]) -> _Shape:
    hints = get_type_hints(event_class)
    names = tuple(field.name for field in dataclasses.fields(event_class))  # type: ignore[arg-type]  # made a dataclass in __init_subclass__
    fields: list[Any] = []
    for field in dataclasses.fields(event_class):  # type: ignore[arg-type]  # as above
        fields.append((field.name, hints[field.name], *_default(field)))
    struct = msgspec.defstruct(event_class.__qualname__, fields, kw_only=True, forbid_unknown_fields=True)
    return _Shape(names, struct, msgspec.json.Decoder(struct))


def _default(field: dataclasses.Field[Any]) -> tuple[Any, ...]:
    if field.default is not dataclasses.MISSING:
        return (field.default,)
    if field.default_factory is not dataclasses.MISSING:
        return (msgspec.field(default_factory=field.default_factory),)
    return ()


def _state_fields(event: Event) -> dict[str, Any]:
    return {name: value for name, value in vars(event).items() if name != "meta"}


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
        schema=event.SCHEMA,
    )


def _meta(stored: StoredRecord, state: MetaState) -> Meta:
    return Meta(
        event_id=stored.event_id,
        stream=stored.originator_id,  # type: ignore[arg-type]  # the library allows text ids, this log does not
        version=stored.originator_version,
        signature=Signature(
            actor=state.actor,
            post=state.post,
            channel=state.channel,
            command=state.command,
            at=state.at,
            on_behalf_of=state.on_behalf_of,
            correlation=state.correlation,
            causation=state.causation,
        ),
        occurred=state.at if state.occurred is None else _moment(state.occurred),
        about=About(state.school, state.request, state.provider, state.people),
        purpose=state.purpose,
        reason=state.reason,
        rules=state.rules,
        sensitivity=state.sensitivity,
        recorded_at=stored.recorded_at,
        position=stored.position,
    )


def _moment(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
