"""Aggregate and its Event: the base of every record.

They satisfy the protocols of the `eventsourcing` library (a mutable aggregate that collects its events; events
that can mutate) rather than inheriting its classes: an event is then a plain frozen dataclass whose constructor
the type checker knows, and a load costs no run-time protocol checks.

A record decides in a public method (it may refuse), then calls `record(SomeEvent(...))`; `SomeEvent.apply`
only remembers, and can never refuse, because it runs again whenever the record is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, Self, TypeVar, dataclass_transform
from uuid import UUID

from domain.references import record_id
from domain.signature import LONDON, Signature, current_signature, next_event_id
from domain.text import changed_texts, day_in_words, plain, visible
from domain.vocabulary import About, Purpose, Sensitivity

if TYPE_CHECKING:
    from domain.correction import Restated


class Refusal(Exception):
    """A rule of the service forbids the act. The message is written for the person who asked.

    `field` names the answer at fault, where there is one, so that a form can show the message beside it.
    """

    passes: ClassVar[bool] = False
    """Whether it stands for a time alone, so that what is asked for meanwhile may still be done."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class OccurredInTheFuture(Refusal):
    """A fact is dated after the day on which it is recorded."""


class ReasonNeeded(Refusal):
    """A choice is made without saying why."""


class EndsBeforeItBegins(Refusal):
    """A period's last day lies before its first."""


def must_have_come(day: date, today: date, field: str) -> None:
    """Raises OccurredInTheFuture where what is written down today came on a day that is still to come."""
    if day > today:
        raise OccurredInTheFuture("The date must be today or in the past", field=field)


def in_order(first: date, last: date, *, field: str) -> None:
    """Raises EndsBeforeItBegins."""
    if last < first:
        raise EndsBeforeItBegins(f"Choose {day_in_words(first)} or a later date", field=field)


def reasoned(reason: str, message: str = "Enter a reason") -> str:
    """The reason as it is kept. Raises ReasonNeeded when nothing is left to be read."""
    said = plain(reason)
    if not said:
        raise ReasonNeeded(message, field="reason")
    return said


@dataclass(frozen=True)
class Meta:
    """What is known of an event beside the fact itself.

    `occurred` is when it happened (a day or a time), `recorded_at` when the log took it (None until then);
    `rules` names the versions of dated settings that a decision used; `decision` is the record of the decision by
    which it was done, where it took one; `schema` numbers the shape of the state.
    """

    event_id: UUID
    stream: UUID
    version: int
    signature: Signature
    occurred: datetime | date
    about: About
    purpose: Purpose | None
    reason: str
    rules: tuple[str, ...]
    sensitivity: Sensitivity
    decision: UUID | None
    recorded_at: datetime | None
    position: int | None

    def saved(self, position: int, recorded_at: datetime) -> None:
        """Remember where and when the log took the event; for the log only."""
        object.__setattr__(self, "position", position)
        object.__setattr__(self, "recorded_at", recorded_at)

    @property
    def occurred_on(self) -> date:
        """The day in England on which it happened."""
        if isinstance(self.occurred, datetime):
            return self.occurred.astimezone(LONDON).date()
        return self.occurred


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event:
    """Something that happened to a record: past tense, frozen, never edited.

    TOPIC is its name for ever (`record-of-visit.issued`); `says` is the sentence a person reads in the audit
    trail, with the event's own fields in braces; SCHEMA is raised, with an `upcast_v1_v2(state)` static method,
    when the fields change; `purpose` is one of the four where every such act has the same one.
    """

    TOPIC: ClassVar[str]
    SCHEMA: ClassVar[int] = 1
    DECIDERS: ClassVar[tuple[str, ...]] = ()
    """Its fields that say who decided, by the word of whoever acts: nobody asked the people they name."""
    DOERS: ClassVar[tuple[str, ...]] = ()
    """Its fields that say who did it, by the word of whoever acts."""
    says: ClassVar[str]
    purpose: ClassVar[Purpose | None] = None
    meta: ClassVar[Meta]
    """Set once by the record, or by the log when the event is read; a ClassVar only to keep it out of the state."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)

    @property
    def originator_id(self) -> UUID:
        """The record's id, by the library's name for it."""
        return self.meta.stream

    @property
    def originator_version(self) -> int:
        """The record's version after this event, by the library's name for it."""
        return self.meta.version

    @property
    def said_to_decide(self) -> tuple[UUID, ...]:
        """Those who decided, by the word of whoever acts."""
        return self._named_in(self.DECIDERS)

    @property
    def said_to_act(self) -> tuple[UUID, ...]:
        """Those who decided or did it, by the word of whoever acts."""
        return self._named_in((*self.DECIDERS, *self.DOERS))

    def _named_in(self, names: Iterable[str]) -> tuple[UUID, ...]:
        return tuple(person for person in (getattr(self, name) for name in names) if person is not None)

    @property
    def is_own_act(self) -> bool:
        """Whether whoever acts does so for themselves, and names nobody else as the one who decided or did it."""
        signature = self.meta.signature
        return signature.on_behalf_of is None and {*self.said_to_act} <= {signature.actor}

    def signed(self, meta: Meta) -> None:
        """Give the event its meta; for the record and the log only."""
        object.__setattr__(self, "meta", meta)

    def apply(self, record: Any) -> None:
        """Remember what happened. Never refuses, never decides."""
        raise NotImplementedError(f"{type(self).__qualname__}.apply")

    def mutate(self, aggregate: Any) -> Any:
        """The library's way to bring a record forward by one event."""
        self.apply(aggregate)
        aggregate.version = self.meta.version
        return aggregate


EVENTS: dict[str, type[Event]] = {}
"""Every event class of the product by its topic."""

RECORDS: dict[str, type[Aggregate]] = {}
"""Every kind of record by its name in topics and addresses."""


class BadlyNamed(TypeError):
    """An event or record class breaks the rules of naming; raised when the module is imported."""


A = TypeVar("A", bound="Aggregate")
P = ParamSpec("P")
R = TypeVar("R")

Rule = Callable[[A, date], None]
"""What must hold of a record on a day, whatever is answered. Raises the refusal that stands against the command."""

_RULES = "rules"


def requires(*rules: Rule[A]) -> Callable[[Callable[Concatenate[A, P], R]], Callable[Concatenate[A, P], R]]:
    """Put rules before a command of a record: they refuse it when it is given, and tell beforehand why it would be
    refused (Aggregate.refusal_to)."""

    def put_before(command: Callable[Concatenate[A, P], R]) -> Callable[Concatenate[A, P], R]:
        @wraps(command)
        def ruled(record: A, /, *args: P.args, **kwargs: P.kwargs) -> R:
            for rule in rules:
                rule(record, record.today)
            return command(record, *args, **kwargs)

        setattr(ruled, _RULES, rules)
        return ruled

    return put_before


def first_refusal(record: A, rules: Iterable[Rule[A]], today: date) -> Refusal | None:
    """The refusal of the first of these rules that stands against a command on a day."""
    for rule in rules:
        try:
            rule(record, today)
        except Refusal as refused:
            return refused
    return None


class Aggregate:
    """A record: something with a life of its own, all of which is in its events.

    KIND is its name in topics, addresses and searches (`support-request`); `prefix` begins its short reference
    (`SR` in `SR-2026-0142`), empty for records that have none.
    """

    KIND: ClassVar[str] = ""
    prefix: ClassVar[str] = ""

    def __init_subclass__(cls, *, part: bool = False) -> None:
        """A `part` tells one story of a long record, which inherits it; it is no kind of record by itself."""
        super().__init_subclass__()
        if part:
            return
        if not cls.KIND or cls.KIND in RECORDS:
            raise BadlyNamed(f"{cls.__name__} needs a KIND of its own, not {cls.KIND!r}")
        RECORDS[cls.KIND] = cls
        for event in vars(cls).values():
            if isinstance(event, type) and issubclass(event, Event):
                _register(cls, event)

    def __init__(self, id: UUID) -> None:
        self.id = id
        self.version = 0
        self.reference = ""
        self.restated: tuple[Restated, ...] = ()
        """What was entered wrongly and is put right since, in order."""
        self._pending: list[Event] = []

    @classmethod
    def named(cls, reference: str) -> Self:
        """A blank record whose id follows from its reference; it begins with its first event."""
        return cls(record_id(cls.KIND, reference))

    def about(self) -> About:
        """Whom and what this record concerns; stands in the meta of each of its events."""
        return About()

    @property
    def signature(self) -> Signature:
        """Who is acting on the record now."""
        return current_signature()

    @property
    def today(self) -> date:
        """The day in England on which the present command is given."""
        return self.signature.today

    def refusal_to(self, command: Callable[..., Any], today: date) -> Refusal | None:
        """The refusal of a command of this record, such as `Visit.cancel`, on a day, whatever is answered; None where
        it may be given."""
        return first_refusal(self, getattr(command, _RULES, ()), today)

    def record(
        self,
        event: Event,
        *,
        occurred: datetime | date | None = None,
        dated: str = "on",
        purpose: Purpose | None = None,
        reason: str = "",
        people: Iterable[UUID | None] = (),
        provider: UUID | None = None,
        rules: tuple[str, ...] = (),
        sensitivity: Sensitivity = Sensitivity.ORDINARY,
        decision: UUID | None = None,
    ) -> None:
        """Take an event into the record: apply it, sign it and keep it to be saved. Of its texts it takes what can be
        seen (domain.text), whichever way they came.

        `occurred` defaults to the time of the command; `dated` is the answer that tells it. `people` and `provider`
        are those whom this event concerns beside those the record always concerns. Raises OccurredInTheFuture.
        """
        for name, seen in changed_texts(event).items():
            object.__setattr__(event, name, seen)
        signature = self.signature
        if occurred is not None and _day(occurred) > signature.today:
            raise OccurredInTheFuture("The date must be today or in the past", field=dated)
        meta = Meta(
            event_id=next_event_id(),
            stream=self.id,
            version=self.version + 1,
            signature=signature,
            occurred=signature.at if occurred is None else occurred,
            about=About(),
            purpose=purpose or event.purpose,
            reason=visible(signature.with_remark(reason)),
            rules=rules,
            sensitivity=sensitivity,
            decision=decision,
            recorded_at=None,
            position=None,
        )
        event.signed(meta)
        event.mutate(self)
        about = self.about().with_people(*people)
        if provider is not None:
            about = About(about.school, about.request, provider, about.people)
        object.__setattr__(meta, "about", about)
        self._pending.append(event)

    @property
    def pending(self) -> Sequence[Event]:
        """The events not yet saved."""
        return tuple(self._pending)

    def collect_events(self) -> list[Event]:
        """The events not yet saved, handed over once: the library calls this when it saves."""
        collected, self._pending = self._pending, []
        return collected

    @property
    def has_changed(self) -> bool:
        """Whether there is something to save."""
        return bool(self._pending)

    @property
    def saved_version(self) -> int:
        """The version that the log knows: without what is not yet saved."""
        return self.version - len(self._pending)


def _day(moment: datetime | date) -> date:
    return moment.astimezone(LONDON).date() if isinstance(moment, datetime) else moment


def _register(record: type[Aggregate], event: type[Event]) -> None:
    topic = vars(event).get("TOPIC")
    if not topic:
        raise BadlyNamed(f"{event.__qualname__} needs a TOPIC of its own")
    if not topic.startswith(f"{record.KIND}."):
        raise BadlyNamed(f"{topic} must begin with {record.KIND}.")
    if topic in EVENTS:
        raise BadlyNamed(f"{topic} is the topic of {EVENTS[topic].__qualname__} already")
    for name in vars(event).get("__dataclass_fields__", {}):
        if hasattr(Event, name) or name in Event.__annotations__:
            raise BadlyNamed(f"{event.__qualname__}.{name} hides what every event has by that name")
    if "says" not in vars(event):
        raise BadlyNamed(f"{event.__qualname__} needs a sentence: says")
    EVENTS[topic] = event
