"""What of the audit trail is asked for; pages, export and API ask alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import BadRequest

from domain.decision import Basis
from domain.engagement import BrokeredEngagement
from domain.on_behalf import Confirmation
from domain.vocabulary import Channel, LabelledEnum, Purpose
from projections import audit_trail, decisions, references
from projections.audit_trail import TrailFilter
from projections.view_status import behind_since
from web import formats
from web.access.context import Snapshot, User
from web.access.identity import ListScope
from web.access.list_filters import log_filter, readable_kinds, searchable, shows_log_positions
from web.access.policy import Action
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.forms.references import ReferenceField
from web.history.entry_decisions import (
    DecisionFilter,
    asked_by,
    decided_by,
    entries_with,
    with_basis,
)
from web.history.timeline import OF_ENTRIES, HistoryEntry, TimelineEntry, as_row, kind_label, timeline_of
from web.layout.filter_fields import NO_DAY, RecordFilter, school_filter


class Dated(LabelledEnum):
    """Which of its two dates an entry is sought by."""

    HAPPENED = "happened"
    RECORDED = "recorded"

    @property
    def label(self) -> str:
        return {"happened": "The date it happened", "recorded": "The date it was recorded"}[self.value]


class Took(LabelledEnum):
    """What part somebody took in an entry."""

    ACTED = "acted"
    NAMED = "named"

    @property
    def label(self) -> str:
        return {"acted": "They did it", "named": "Others recorded it in their name"}[self.value]


class Reason(LabelledEnum):
    """Whether an entry gives a reason."""

    GIVEN = "given"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"given": "With a reason", "none": "Without a reason"}[self.value]


class Subject(LabelledEnum):
    """What went wrong, as far as reviewers look for it by itself."""

    BREACHES = "breaches"

    @property
    def label(self) -> str:
        return "Sessions held in breach, not held or wrongly reported"


ABOUT: Mapping[Subject, tuple[str, ...]] = {
    Subject.BREACHES: tuple(
        each.TOPIC
        for each in (
            BrokeredEngagement.BreachRecorded,
            BrokeredEngagement.BreachFoundLater,
            BrokeredEngagement.BreachFollowedUp,
            BrokeredEngagement.BreachClosed,
            BrokeredEngagement.SessionWronglyReported,
            BrokeredEngagement.SessionNotHeld,
        )
    )
}
"""The events that tell of it."""


class AnyRecord(ReferenceField):
    """Any record by its reference; found as its id. One of which whoever asks is told nothing is as good as none."""

    refers_to = ""

    default_error_messages = {
        "unknown": "There is no such record, or you may not read its trail",
        "behind": "The audit trail is behind: anything recorded since {since} is not shown yet",
    }

    def find(self, snapshot: Snapshot, name: str) -> UUID:
        found = references.find(snapshot.connection, name)
        if found is None or not entries_told(snapshot, TrailFilter(stream=found.id), None, 1):
            if since := trail_behind_since(snapshot.connection):
                raise self.make_error("behind", since=formats.datetime(since))
            raise self.make_error("unknown")
        return found.id


class ReadableKind(ReferenceField):
    """A kind of record whose trail the person who asks may read."""

    default_error_messages = {"unknown": "There are no records of that kind, or you may not read their trail"}

    def find(self, snapshot: Snapshot, name: str) -> str:
        if name not in readable_kinds(snapshot.user):
            raise self.make_error("unknown")
        return name


class AuditFilters(Schema):
    since = fields.Date(metadata={"label": "From"}, error_messages=NO_DAY)
    until = fields.Date(metadata={"label": "To"}, error_messages=NO_DAY)
    dated_by = fields.Enum(
        Dated, by_value=True, load_default=Dated.HAPPENED, metadata={"label": "Search dates by", "widget": "radios"}
    )
    school = school_filter()
    person = RecordFilter("person", "person", "reference", metadata={"label": "Person", "hint": "Reference or name"})
    took_part = fields.Enum(Took, by_value=True, metadata={"label": "Their involvement"})
    record_kind = ReadableKind(metadata={"label": "Kind of record"})
    purpose = fields.List(fields.Enum(Purpose, by_value=True), metadata={"label": "Purpose"})
    record = AnyRecord(metadata={"label": "Record", "hint": "Reference, like SR-2026-0001"})
    has_reason = fields.Enum(Reason, by_value=True, metadata={"label": "Reason"})
    about = fields.Enum(Subject, by_value=True, metadata={"label": "What went wrong"})
    decided = fields.Enum(DecisionFilter, by_value=True, metadata={"label": "Decisions"})
    asker = RecordFilter("person", "person", "reference", metadata={"label": "Asked or recorded by"})
    decider = RecordFilter(
        "person", "person", "reference", metadata={"label": "Decided by", "hint": "Also where others say so"}
    )
    basis = fields.Enum(Basis, by_value=True, metadata={"label": "Basis of the decision"})
    request_id = fields.String(
        validate=validate.Length(1, 64), metadata={"label": "Request", "hint": "The reference on an error page"}
    )


def trail_filter(values: Values) -> TrailFilter:
    """The loaded filters as the view takes them."""
    reason = values.get("has_reason")
    return TrailFilter(
        since=values.get("since"),
        until=values.get("until"),
        by_recording=values.get("dated_by") is Dated.RECORDED,
        school=values.get("school"),
        person=values.get("person"),
        acted=values.get("took_part") is Took.ACTED,
        named=values.get("took_part") is Took.NAMED,
        stream=values.get("record"),
        kinds=[values["record_kind"]] if values.get("record_kind") else (),
        purposes=values.get("purpose", ()),
        reasoned=None if reason is None else reason is Reason.GIVEN,
        correlation=values.get("request_id", ""),
        topics=ABOUT.get(values["about"], ()) if "about" in values else (),
        late=values.get("decided") is DecisionFilter.LATE,
        only=_about_decisions(values),
    )


def _about_decisions(values: Values) -> sa.ColumnElement[bool] | None:
    asked = [condition(values[name]) for name, condition in ABOUT_DECISIONS.items() if values.get(name)]
    return sa.and_(*asked) if asked else None


ABOUT_DECISIONS: Mapping[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "decided": entries_with,
    "basis": with_basis,
    "asker": asked_by,
    "decider": decided_by,
}


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, and the cursor behind which the next ones begin, None at the end."""

    entries: Sequence[TimelineEntry]
    following: str | None


def page_of(snapshot: Snapshot, asked: TrailFilter, after: str | None, limit: int) -> AuditPage:
    """A page of the entries that somebody is told, the newest in the log first."""
    told = entries_told(snapshot, asked, position_of(after), limit + 1)
    following = str(told[limit - 1].id) if len(told) > limit else None
    return AuditPage(told[:limit], following)


def entries_told(snapshot: Snapshot, asked: TrailFilter, after: UUID | None, limit: int) -> list[TimelineEntry]:
    """So many entries behind the one with an id; what somebody is not told leaves no gap. Of decisions only what they
    may read is found."""
    of_decisions, readable = asked.only, log_filter(snapshot.user)
    conditions = [each for each in (of_decisions, readable) if each is not None]
    asked = searchable(snapshot, replace(asked, only=sa.and_(*conditions) if conditions else None))
    told: list[TimelineEntry] = []
    behind: int | UUID | None = after
    while len(told) < limit:
        found = audit_trail.positions(snapshot.connection, asked, behind, limit)
        shown = timeline_of(snapshot, found, decided=True)
        if of_decisions is not None:
            shown = [entry for entry in shown if entry.basis is not None and entry.recorded_late >= asked.late]
        told += shown
        if len(found) < limit:
            break
        behind = found[-1]
    return told[:limit]


def trail_behind_since(connection: sa.Connection) -> datetime | None:
    """When that was recorded which the trail does not hold yet, where it follows the log and is behind."""
    behind = behind_since(connection)
    return min(
        (behind[view.name] for view in (audit_trail.VIEW, references.VIEW, decisions.VIEW) if view.name in behind),
        default=None,
    )


def scope_in_words(user: User) -> str:
    """What the trail holds for somebody, in the words of its page and its sheet."""
    if log_filter(user) is None:
        return "Everything that has been recorded"
    kinds = sorted(kind_label(kind) for kind in readable_kinds(user))
    return f"Everything that you can read about: {', '.join(kinds).lower()}"


def position_of(after: str | None) -> UUID | None:
    """The id of the entry that a cursor names. Raises BadRequest for a text that is none."""
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise BadRequest("There is no such page of the audit trail. Start from the first page.") from None


class AuditEntry(HistoryEntry):
    """An entry of the audit trail; `channel` is the way by which it came, empty where the entry cannot be read, and
    `position` its place in the log, told to those alone who are told of everything.

    `decision` is the reference of the decision behind it, None where there is none or it was recorded before
    decisions were kept; then `basis` says so, and `decider` is whom the `asker` named. `confirmation` is what the
    person named says of a decision that others recorded."""

    channel: Channel | None
    decision: str | None
    asker: str
    decider: str
    basis: Basis | None
    confirmation: Confirmation | None
    recorded_late: bool


def _listed(snapshot: Snapshot, _: ListScope, filters: Values, after: str | None, limit: int) -> list[AuditEntry]:
    told = entries_told(snapshot, trail_filter(filters), position_of(after), limit)
    rows = (as_row(entry, AuditEntry) for entry in told)
    return [msgspec.structs.replace(row, decision=row.decision or None) for row in rows]


def _kept_back(user: User) -> Values:
    return {} if shows_log_positions(user) else {"position": None}


audit = ListEndpoint(
    "audit",
    Action.READ_AUDIT,
    Listing(
        AuditEntry,
        _listed,
        lambda row: str(row.id),
        AuditFilters,
        place=position_of,
        inside=(),
        names={
            **OF_ENTRIES,
            "decision": "decision_reference",
            "asker": "asked_by_name",
            "decider": "decided_by_name",
        },
        kept_back=_kept_back,
    ),
    "List the audit trail, the latest first",
)
"""The audit trail in the API; its filters are the page's."""
