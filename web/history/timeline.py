"""The events of the log as people read them: the history of a record, a school's file, and the audit trail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from domain.aggregate import Event
from domain.decision import Basis
from domain.on_behalf import Confirmation
from domain.reading import Reading
from domain.service import Unreadable
from domain.signature import LONDON
from domain.vocabulary import Channel, Purpose, Role
from projections import audit_trail
from projections.audit_trail import TrailFilter, kind_of
from projections.names import Name
from projections.view import Row
from web import formats
from web.access.context import Snapshot, User
from web.access.disclosure import READING, Disclosure, restricted_sentence
from web.access.list_filters import school_trail_filter, searchable
from web.access.name_cache import rows_of
from web.access.policy import Action, RecordScope
from web.access.restricted import plain_sentence
from web.access.restricted_reads import note_shown
from web.history.entry_decisions import EntryDecision, decisions_behind, ids_in_decisions
from web.history.record_addresses import record_href
from web.history.sentences import NAMELESS, ids_in, sentence

LABELS: Mapping[str, str] = {"attachment": "File", "authority": "Settings of the authority"}
"""What a kind of record is called where its name in topics does not say it."""

NAMED = frozenset({"school", "provider", "person"})
"""Kinds of record that people call by name; all others go by their reference."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event as a timeline shows it. `at` is when it happened, `href` its own page (empty for those who may
    not open it), `record` what it belongs to; `restricted` says that its text is kept back. One that cannot be read
    says so, and has no channel.

    `decision` is the reference of the decision behind it, which `asker` asked for and `decider` decided or is said to
    have decided, by what its `basis` says."""

    position: int
    id: UUID
    kind: str
    topic: str
    sentence: str
    who: str
    post: str
    at: date | datetime
    recorded_at: datetime | None
    purpose: Purpose | None
    reason: str
    href: str
    record: str
    record_href: str
    reference: str
    channel: Channel | None
    school: str = ""
    urn: str = ""
    restricted: bool = False
    decision: str = ""
    decision_href: str = ""
    asker: str = ""
    decider: str = ""
    basis: Basis | None = None
    confirmation: Confirmation | None = None
    recorded_late: bool = False

    @property
    def happened_on(self) -> date:
        """The day in England on which it happened."""
        return self.at.astimezone(LONDON).date() if isinstance(self.at, datetime) else self.at

    @property
    def was_recorded_apart(self) -> bool:
        """Whether pages write the moment when it was recorded otherwise than that when it happened."""
        return formats.datetime(self.recorded_at) != formats.datetime(self.at)

    @property
    def was_recorded_later(self) -> bool:
        """Whether it was recorded on a later day than that on which it happened."""
        return self.recorded_at is not None and self.recorded_at.astimezone(LONDON).date() != self.happened_on


class HistoryEntry(Row):
    """An entry as programs are told it. `occurred_at` is empty where only the day is known; `restricted` says that
    the text is kept back."""

    id: UUID
    position: int | None
    occurred_on: date
    occurred_at: datetime | None
    recorded_at: datetime | None
    sentence: str
    who: str
    post: str
    purpose: Purpose | None
    reason: str
    kind: str
    topic: str
    reference: str | None
    school: str
    urn: str | None
    restricted: bool


OF_ENTRIES = {"kind": "record_kind", "reference": "record", "school": "school_name", "urn": "school"}
"""What programs call the columns of entries."""

T = TypeVar("T", bound=HistoryEntry)


def as_row(entry: TimelineEntry, row: type[T]) -> T:
    """An entry as a row for programs."""
    own = ("occurred_on", "occurred_at", "reference", "urn")
    return row(
        occurred_on=entry.happened_on,
        occurred_at=entry.at if isinstance(entry.at, datetime) else None,
        reference=entry.reference or None,
        urn=entry.urn or None,
        **{name: getattr(entry, name) for name in row.__struct_fields__ if name not in own},
    )


def timeline_of_record(
    snapshot: Snapshot, events: Sequence[Event], *, after: str | None = None, limit: int
) -> list[TimelineEntry]:
    """A page of what happened to a record, as `page_of_record` takes it."""
    disclosure = Disclosure(snapshot, events)
    told, _ = page_of_record(disclosure, events, after=after, limit=limit)
    return entries(snapshot, told, disclosure)


def page_of_record(
    disclosure: Disclosure, events: Sequence[Event], *, after: str | None = None, limit: int
) -> tuple[list[Event], UUID | None]:
    """So many of a record's events that somebody is told, the latest first, and the id of the last one where earlier
    ones follow.

    They go on behind the id of one: a place in the log would tell how much happens elsewhere.
    Raises ValueError where the record has no such event that they are told.
    """
    latest_first = (event for event in reversed(events) if disclosure.tells(event))
    if after and not any(event.meta.event_id == UUID(after) for event in latest_first):
        raise ValueError(after)
    told = list(islice(latest_first, limit + 1))
    return told[:limit], told[limit - 1].meta.event_id if len(told) > limit else None


def timeline_of_school(
    snapshot: Snapshot,
    school: UUID,
    *,
    then: UUID | None = None,
    purposes: Collection[Purpose | None] = (),
    after: UUID | None = None,
    limit: int = 50,
) -> tuple[list[TimelineEntry], UUID | None]:
    """A page of all that concerns a school, the latest first, and the cursor of the next page: an entry's id, because
    its place in the log would tell how much happens elsewhere. `then` keeps to what was recorded of it while it was
    that record of the register.

    What the person who asks is not told leaves no gap: the page goes on with what lies behind it. Who read what is
    restricted stands beside the record that was read.
    """
    only = school_trail_filter(snapshot.user, RecordScope(school))
    wanted = TrailFilter(
        school=school, school_then=then, purposes=purposes, only=only, without=[Reading.Recorded.TOPIC]
    )
    asked = searchable(snapshot, wanted)
    shown: list[TimelineEntry] = []
    found: list[int] = []
    behind: int | UUID | None = after
    while len(shown) <= limit and (not found or len(found) > limit):
        found = audit_trail.positions(snapshot.connection, asked, behind, limit + 1)
        if not found:
            break
        shown += timeline_of(snapshot, found, sifted=wanted.only is not None)
        behind = found[-1]
    return shown[:limit], shown[limit - 1].id if len(shown) > limit else None


def timeline_of(
    snapshot: Snapshot, positions: Sequence[int], *, sifted: bool = False, decided: bool = False
) -> list[TimelineEntry]:
    """The events at these positions as the person who asks is told them, in the order given; `sifted` as Disclosure
    takes it, `decided` with the decisions behind them."""
    found, unreadable = snapshot.services.store.at_as_far_as_read(snapshot.connection, positions)
    events = {event.meta.position: event for event in found}
    shown = timeline_of_events(
        snapshot,
        [events[position] for position in positions if position in events],
        sifted=sifted,
        decided=decided,
    )
    if not unreadable or not snapshot.user.may(Action.READ_AUDIT):
        return shown
    place = {position: number for number, position in enumerate(positions)}
    return sorted([*shown, *map(_unread, unreadable)], key=lambda entry: place[entry.position])


def _unread(event: Unreadable) -> TimelineEntry:
    """In the place of an event that cannot be read, for those who read the whole trail: that there is one."""
    kind = event.topic.partition(".")[0]
    return TimelineEntry(
        position=event.position,
        id=event.event_id,
        kind=kind,
        topic=event.topic,
        sentence=str(event),
        who="",
        post="",
        at=event.recorded_at or datetime.min.replace(tzinfo=LONDON),
        recorded_at=event.recorded_at,
        purpose=None,
        reason="",
        href="",
        record=kind_label(kind),
        record_href="",
        reference="",
        channel=None,
    )


def timeline_of_events(
    snapshot: Snapshot, events: Sequence[Event], *, sifted: bool = False, decided: bool = False
) -> list[TimelineEntry]:
    """These events as the person who asks is told them, in the order given; `decided` with the decisions behind
    them."""
    disclosure = Disclosure(snapshot, events, sifted=sifted)
    told = [event for event in events if disclosure.tells(event)]
    return entries(snapshot, told, disclosure, decided=decided)


def entries(
    snapshot: Snapshot, events: Sequence[Event], disclosure: Disclosure, *, decided: bool = False
) -> list[TimelineEntry]:
    """Events as entries, in the order given; restricted texts are veiled."""
    readable = [event for event in events if not disclosure.veils(event) and not disclosure.is_plain(event)]
    behind = decisions_behind(snapshot, readable) if decided else {}
    people = set(ids_in_decisions(behind.values()))
    named = rows_of(snapshot, ids_in(events) | set(records_and_schools(events)) | people)
    shown = (event.meta for event in events if not disclosure.veils(event))
    note_shown(snapshot, ((meta.stream, meta.about.school) for meta in shown))
    return [_entry(event, named, snapshot.user, disclosure, behind.get(event.meta.event_id)) for event in events]


def records_and_schools(events: Iterable[Event]) -> Iterator[UUID]:
    """The records to which events belong, and the schools that they concern."""
    for event in events:
        yield event.meta.stream
        if event.meta.about.school is not None:
            yield event.meta.about.school


def _entry(
    event: Event,
    named: Mapping[UUID, Name],
    user: User,
    disclosure: Disclosure,
    behind: EntryDecision | None,
) -> TimelineEntry:
    meta = event.meta
    veiled, is_plain = disclosure.veils(event), disclosure.is_plain(event)
    names = {id: row.name for id, row in named.items()}
    record = named.get(meta.stream)
    school = named.get(meta.about.school) if meta.about.school else None
    return TimelineEntry(
        position=meta.position or 0,
        id=meta.event_id,
        kind=kind_of(event),
        topic=event.TOPIC,
        sentence=_sentence(event, names, veiled=veiled, is_plain=is_plain),
        who=who_acted(event, names),
        post=post_held(event),
        at=meta.occurred,
        recorded_at=meta.recorded_at,
        purpose=None if is_plain else meta.purpose,
        reason="" if veiled or is_plain else meta.reason,
        href=entry_href(event, record) if user.may(Action.READ_AUDIT) else "",
        record=record_label(kind_of(event), record),
        record_href=_href_of(kind_of(event), record, user),
        reference=record.detail if record else "",
        channel=meta.signature.channel,
        school=school.name if school else "",
        urn=school.detail if school else "",
        restricted=veiled,
        **(_decided(behind, names) if behind else {}),
    )


def _decided(behind: EntryDecision, names: Mapping[UUID, str]) -> dict[str, Any]:
    """The decision behind an event, in words."""
    return {
        "decision": behind.decision,
        "decision_href": f"/decisions/{behind.decision}" if behind.decision else "",
        "asker": names.get(behind.asker, "Somebody") if behind.asker else "",
        "decider": ", ".join(names.get(person, "Somebody") for person in behind.deciders),
        "basis": behind.basis,
        "confirmation": behind.confirmation,
        "recorded_late": behind.late,
    }


SHORT = 16
"""Hexadecimal digits of an entry's id that stand in its address where its record has no reference."""


def entry_href(event: Event, record: Name | None) -> str:
    """The address of an entry's own page: by its record and its number there, else by the beginning of its id."""
    meta = event.meta
    return f"/audit/{record.detail}/{meta.version}" if record else f"/audit/{meta.event_id.hex[:SHORT]}"


def _sentence(event: Event, names: Mapping[UUID, str], *, veiled: bool, is_plain: bool) -> str:
    if is_plain:
        return sentence(event, names, plain_sentence(event))
    return restricted_sentence(event) if veiled else sentence(event, names)


def who_acted(event: Event, names: Mapping[UUID, str]) -> str:
    """The name of the person who acted, and for whom; of what acts without a person, what it is."""
    signature = event.meta.signature
    if signature.actor is None:
        return NAMELESS.get(signature.channel, "")
    name = names.get(signature.actor, "")
    if signature.on_behalf_of is None:
        return name
    return f"{name}, on behalf of {names.get(signature.on_behalf_of, 'somebody')}"


def post_held(event: Event) -> str:
    """The post in which a person acted; none where nobody is named, whatever the event is signed with."""
    return post_label(event.meta.signature.post) if event.meta.signature.actor is not None else ""


def post_label(post: str) -> str:
    """A post as people call it."""
    return Role(post).label if post in set(Role) else post


def kind_label(kind: str) -> str:
    """A kind of record as people call one of them: `record-of-visit` as "Record of visit"."""
    return LABELS.get(kind) or kind.replace("-", " ").capitalize()


def record_label(kind: str, record: Name | None) -> str:
    """A record as people call it: by name, or by what it is and its reference."""
    if record is None:
        return kind_label(kind)
    return record.name if kind in NAMED else f"{kind_label(kind)} {record.detail}"


def _href_of(kind: str, record: Name | None, user: User) -> str:
    """The address of a record's page, empty where the person who asks may not open it."""
    if record is None or kind not in READING or not user.may(READING[kind]):
        return ""
    return record_href(kind, record.detail)
