"""The one Application: find a record, change it, and save several together.

A command is a callable that may be decided again: when somebody else changed a record meanwhile, it is run once
more on fresh records, unless it named the version it was decided on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from itertools import count
from typing import Any, TypeVar, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import EventStore, InfrastructureFactory, RecordConflictError
from eventsourcing.utils import Environment

from domain.aggregate import Aggregate, Event, Refusal
from domain.signature import acting, current_signature, event_id, first_event_id

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

ATTEMPTS = 3


class NotFound(LookupError):
    """No record of that kind has that id."""


class Stale(Exception):
    """Somebody changed the record after the version that the command was decided on."""

    def __init__(self, record: Aggregate, decided_at: int) -> None:
        super().__init__(f"{record.KIND} {record.id} is at version {record.saved_version}, not {decided_at}")
        self.record = record
        self.decided_at = decided_at


class AlreadyDone(Exception):
    """The command was carried out before; `stream` is the record that it changed first."""

    def __init__(self, stream: UUID) -> None:
        super().__init__(f"this command has already changed record {stream}")
        self.stream = stream


class SentAsAnother(Refusal):
    """The id of the command is that of another one, which is saved: somebody else's, or of another kind, or on
    another record."""


class TooManyAtOnce(Refusal):
    """Others kept changing the same records; nothing was saved."""


class Unavailable(Exception):
    """The log cannot be read or written at present. A command may be sent again under its id, and is done once.

    `says` is the cause in the words of a person, where it is known, and `way_on` what they can do about it.
    """

    says = ""
    way_on = ""


class NoRoom(Unavailable):
    """There is no room for what is to be saved."""

    says = "There is no room left on the disk. Nothing was saved"
    way_on = "Tell the administrator to free some space. Everything saved before can still be read."


class DiskFault(Unavailable):
    """The disk does not do what is asked of it."""

    says = "The disk of the database cannot be read or written to. Nothing was saved"
    way_on = "Tell the administrator to check the disk. Something saved before may be missing."


class ReadOnly(Unavailable):
    """The database takes no changes: it is a standby, or its file or disk may only be read."""

    says = "The database is read-only at the moment. Nothing was saved"
    way_on = "Tell the administrator. Until this is put right nothing can be saved, but everything can still be read."


class Displaced(Unavailable):
    """The file that was open is no longer the one at its place: what would be saved there would be lost."""

    says = "The file of the database was deleted or replaced while the service was running. Nothing was saved"
    way_on = (
        "Tell the administrator to restart the service, and to restore the file if it is lost. Something saved "
        "before may be missing."
    )


class MovedAway(Unavailable):
    """The authority has moved to another place: what is left here takes nothing any more."""

    says = "The service has moved to another database. Nothing was saved"
    way_on = "Tell the administrator to start the service there. Everything saved before is there too."


class OutcomeUnknown(Unavailable):
    """The log was lost sight of while something was being saved: it may be saved or not."""


class Damaged(Unavailable):
    """The database holds what it could not have written itself."""

    says = "The database is damaged: part of it cannot be read. Nothing was saved"
    way_on = "Tell the administrator to restore it from the backup. Something saved before may be missing."


class Unreadable(Exception):
    """An event that this release cannot read: a newer one wrote it, or it is damaged.

    `topic` is empty where the event was read but for what its meta holds.
    """

    def __init__(
        self, why: str, *, position: int, topic: str, stream: UUID, event_id: UUID, recorded_at: datetime | None
    ) -> None:
        named = f"Event {position:,}" + (f" ({topic})" if topic else "")
        super().__init__(f"{named} cannot be read: {why}. A newer release wrote it, or it is damaged")
        self.why = why
        self.position = position
        self.topic = topic
        self.stream = stream
        self.event_id = event_id
        self.recorded_at = recorded_at


class Log(EventStore[UUID]):
    """What the service asks of an event store beyond the library's own questions.

    Its `put` takes `looked_at`: versions by record id that must still hold when the events are saved.
    Whatever is asked of it may raise Unavailable, `put` OutcomeUnknown, and whatever reads events Unreadable.
    """

    @abstractmethod
    def event(self, id: UUID) -> Event | None:
        """The event that was saved under an id, None if there is none."""


_IN_HAND: ContextVar[tuple[UUID, UnitOfWork] | None] = ContextVar("records of the present command", default=None)

_SAVED: ContextVar[dict[UUID, Aggregate] | None] = ContextVar("records saved", default=None)


@contextmanager
def noting_saved() -> Iterator[dict[UUID, Aggregate]]:
    """Note the records that are saved in this block, by id, as they are then."""
    saved: dict[UUID, Aggregate] = {}
    token = _SAVED.set(saved)
    try:
        yield saved
    finally:
        _SAVED.reset(token)


Rehearsed = Callable[[Aggregate, list[Event]], None]
"""Told of each record that would be saved, and of the events that would be saved with it."""

_REHEARSAL: ContextVar[Rehearsed | None] = ContextVar("told instead of saving", default=None)


@contextmanager
def rehearsing(told: Rehearsed) -> Iterator[None]:
    """Have every command in this block decided and refused as ever, and nothing saved."""
    token = _REHEARSAL.set(told)
    try:
        yield
    finally:
        _REHEARSAL.reset(token)


def is_rehearsing() -> bool:
    """Whether what is decided now is not saved (`rehearsing`)."""
    return _REHEARSAL.get() is not None


_BEFORE_SAVING: ContextVar[Callable[[], None] | None] = ContextVar("to be done before the first save", default=None)


@contextmanager
def before_saving(act: Callable[[], None]) -> Iterator[None]:
    """Do something once, when a command in this block is about to save for the first time; not where none does."""
    token = _BEFORE_SAVING.set(act)
    try:
        yield
    finally:
        _BEFORE_SAVING.reset(token)


Check = Callable[["UnitOfWork"], None]

_RESTS_ON: ContextVar[list[Check] | None] = ContextVar("what the present command rests on", default=None)


@contextmanager
def with_checks() -> Iterator[None]:
    """Have the command in this block rest on what is said by `rest_on`."""
    token = _RESTS_ON.set([])
    try:
        yield
    finally:
        _RESTS_ON.reset(token)


def rest_on(check: Check) -> None:
    """Ask this first of the records that the present command takes in hand, each time that it is decided: what it
    looks at is held to its version until the command is saved. Raises what the check raises, where the command is
    being decided already."""
    in_hand, checks = _IN_HAND.get(), _RESTS_ON.get()
    if in_hand is not None and in_hand[0] == current_signature().command:
        check(in_hand[1])
    elif checks is not None:
        checks.append(check)
    else:
        raise RuntimeError("no command is being carried out")


class UnitOfWork:
    """The records that one command has in hand. All are saved together or not at all.

    A record that is only looked at is held to its version too: a decision never rests on what has changed.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._records: dict[UUID, Aggregate] = {}

    def find(self, kind: type[A], id: UUID, *, at: int | None = None) -> A:
        """The record; with `at`, only if it is at that version still. Raises NotFound, Stale."""
        record = self._records.get(id)
        if record is None:
            record = self._records[id] = self._service.find(kind, id)
        if not isinstance(record, kind):
            raise NotFound(f"{kind.KIND} {id}")
        if at is not None and record.saved_version != at:
            raise Stale(record, at)
        return record

    def add(self, record: A) -> A:
        """Take a new record in hand."""
        self._records[record.id] = record
        return record

    @property
    def records(self) -> list[Aggregate]:
        return list(self._records.values())

    def pending(self, id: UUID) -> Event | None:
        """The event with an id, of those that are to be saved."""
        return next((event for record in self.records for event in record.pending if event.meta.event_id == id), None)


@contextmanager
def _having_in_hand(work: UnitOfWork) -> Iterator[None]:
    token = _IN_HAND.set((current_signature().command, work))
    try:
        yield
    finally:
        _IN_HAND.reset(token)


class Service(Application[UUID]):
    """The service's records, on whatever log it is given.

    `completes` is done to the records that each command has in hand, before they are saved: what follows from it for
    other records, whatever command it was, is taken in hand and saved with them.
    """

    name = "sis"

    def __init__(self, factory: InfrastructureFactory[Any]) -> None:
        self._given_factory = factory
        super().__init__()
        self.completes: Callable[[UnitOfWork], None] = lambda _: None
        if not isinstance(self.events, Log):
            raise TypeError("the factory must make an event store that is a Log")
        self._log: Log = self.events

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The factory that was handed in, instead of one named in the environment."""
        return self._given_factory

    def find(self, kind: type[A], id: UUID, *, version: int | None = None) -> A:
        """A record by id, as it is now or as it was at a version. Raises NotFound."""
        found = folded(kind, id, self._log.get(id, lte=version))
        if found is None:
            raise NotFound(f"{kind.KIND} {id}")
        return found

    def find_with_history(self, kind: type[A], id: UUID) -> tuple[A, list[Event]]:
        """A record as it is now, and everything that happened to it, in order. Raises NotFound."""
        events = cast("list[Event]", list(self._log.get(id)))
        found = folded(kind, id, events)
        if found is None:
            raise NotFound(f"{kind.KIND} {id}")
        return found, events

    def change(self, kind: type[A], id: UUID, decide: Callable[[A], T], *, at: int | None = None) -> T:
        """Carry out one command on one record. Raises NotFound, Stale, AlreadyDone or the record's Refusal."""
        return self.do(lambda work: decide(work.find(kind, id, at=at)))

    def add(self, make: Callable[[], A]) -> A:
        """Begin a new record."""
        return self.do(lambda work: work.add(make()))

    def do(self, command: Callable[[UnitOfWork], T]) -> T:
        """Carry out a command on the records that it takes in hand, in one transaction.

        A part of a command that is carried out within it, under the same id, has the same records in hand and is
        saved with them or not at all.

        Raises what the command raises; AlreadyDone if it was carried out before; SentAsAnother if its id is that of
        another command; TooManyAtOnce if others keep changing the records; Unavailable if the log cannot be read or
        written.
        """
        in_hand = _IN_HAND.get()
        if in_hand is not None and in_hand[0] == current_signature().command:
            return command(in_hand[1])
        lost: OutcomeUnknown | None = None
        sent: dict[UUID, tuple[T, UnitOfWork]] = {}
        for _ in range(ATTEMPTS):
            work = UnitOfWork(self)
            with acting(current_signature()):
                try:
                    with _having_in_hand(work):
                        for check in _RESTS_ON.get() or ():
                            check(work)
                        result = command(work)
                        self.completes(work)
                except (Refusal, Stale):
                    self._unless_done(work.pending(first_event_id()))
                    raise
                first = work.pending(first_event_id())
                if first is not None:
                    sent[first.meta.stream] = result, work
                try:
                    self.save_together(work.records)
                except OutcomeUnknown as error:
                    if (saved := self._saved(first)) not in sent:
                        lost = error
                        continue
                    result, work = sent[saved]
                except RecordConflictError:
                    # What was lost may be saved only after it was looked for: then the conflict is with itself, and
                    # a record that was begun has the id and number that it was given then.
                    if lost is None or (saved := self._saved(first)) not in sent:
                        self._unless_done(first)
                        lost = None
                        continue
                    result, work = sent[saved]
                if (saved_too := _SAVED.get()) is not None:
                    saved_too.update((record.id, record) for record in work.records)
            return result
        if lost is not None:
            raise Unavailable(str(lost)) from lost
        raise TooManyAtOnce("Others are changing this record at the same moment. Nothing was saved. Try again.")

    def done(self) -> UUID | None:
        """The record that the command now signed has changed already; None if it was not carried out."""
        saved = self._log.event(first_event_id())
        return saved.meta.stream if saved is not None and _is_repeated(saved, None) else None

    def begun(self, kind: type[A]) -> UUID | None:
        """The record of a kind that the command now signed has begun already; None if it began none."""
        for ordinal in count(1):
            saved = self._log.event(event_id(ordinal))
            if saved is None or not _is_repeated(saved, None):
                return None
            if saved.meta.version == 1 and is_of(kind, saved):
                return saved.meta.stream
        return None

    def save_together(self, records: Collection[Aggregate]) -> None:
        """Save what is pending in one transaction, provided that none of the records has moved on; in a rehearsal
        (`rehearsing`) say only what would be saved.

        Straight to the event store: the library's `save` would inspect each record for its protocols first.
        """
        looked_at = {record.id: record.version for record in records if not record.has_changed}
        if told := _REHEARSAL.get():
            for record in records:
                told(record, record.collect_events())
            return
        events = [event for record in records for event in record.collect_events()]
        if events and (act := _BEFORE_SAVING.get()):
            _BEFORE_SAVING.set(None)
            act()
        if events:
            self._log.put(events, looked_at=looked_at)

    def _saved(self, first: Event | None) -> UUID | None:
        """The record of the command's first event, None where that was not saved or is another command's."""
        saved = self._log.event(first_event_id())
        return saved.meta.stream if saved is not None and _is_repeated(saved, first) else None

    def _unless_done(self, first: Event | None) -> None:
        saved = self._log.event(first_event_id())
        if saved is None:
            return
        if not _is_repeated(saved, first):
            raise SentAsAnother(
                "This was sent before with different answers. Nothing was saved this time. Open the page again"
            ) from None
        raise AlreadyDone(saved.meta.stream) from None


def _is_repeated(saved: Event, first: Event | None) -> bool:
    """Whether a saved event is that of the command which is given now, by the same person.

    `first` is what would be recorded first, None where a rule refused before. A record begun again has another name.
    """
    if saved.meta.signature.actor != current_signature().actor:
        return False
    if first is None:
        return True
    is_same_record = first.meta.stream == saved.meta.stream or saved.meta.version == 1
    return is_same_record and first.TOPIC == saved.TOPIC


def folded(kind: type[A], id: UUID, events: Iterable[Any], record: A | None = None) -> A | None:
    """The record as these events make it, from the beginning or from what it was before; None without any."""
    for event in events:
        if record is None:
            record = _blank(kind, id, event)
        event.mutate(record)
    return record


def _blank(kind: type[A], id: UUID, first: Event) -> A:
    if not is_of(kind, first):
        raise NotFound(f"{kind.KIND} {id}")
    return kind(id)


def is_of(kind: type[Aggregate], event: Event) -> bool:
    """Whether an event is one of a kind of record."""
    return getattr(kind, type(event).__name__, None) is type(event)
