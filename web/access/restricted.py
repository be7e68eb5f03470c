"""What is kept from whoever asks: a restricted concern, and all that hangs on it.

Sensitivity is inherited. A note, file, visit, record of visit, request, tender or engagement that came of a
restricted concern, at whatever remove, is open to those alone who may read that concern; whoever makes a visit sees
that visit and what hangs on it. Nothing is written down for it: the links say what hangs on what, and the concern
whether it is restricted, so that all follows when a concern is restricted or opened later.

A concern that is not shared with the school (`web.access.shared_concerns`) is kept from it, with what stands on it;
visits, requests and engagements that came of it are the school's as any are, unless it is restricted.

A record of visit that is not issued yet is kept from its school likewise, with its number and what hangs on it.

That somebody comes, when, and who, the school and the service must know: a visit is shown to all who may read visits,
but as a plain one, of which no more is told than that. What those who see it so write on it, or begin from it, is
open as with any visit (`web.access.outsiders`); what others do is kept back with the rest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Aggregate, Event, Refusal
from domain.attachment import Attachment
from domain.concern import ConcernCase
from domain.decision import Decision
from domain.note import Note
from domain.record_of_visit import RecordOfVisit
from domain.visit import Visit
from domain.vocabulary import Sensitivity, Side
from projections import concerns, decisions, links, records_of_visit, visits
from projections.visits import PlannedVisit
from web.access.asked_only import asked_only
from web.access.context import ContextRule, RequestContext, Snapshot, User
from web.access.identity import is_reached
from web.access.outsiders import begun_by_outsider
from web.access.policy import ASKED_ONLY, SERVICE, Action
from web.access.shared_concerns import kept_inside

RESTRICTED_TOO = "Restricted: this belongs to a restricted concern. The school and providers cannot see it here."
RESTRICTED_CONCERN = (
    "Restricted: directors, reviewers, the school's link officer, anyone covering for them, and the lead of the team "
    "for the school's phase can read this. "
    "We record who reads it, once a day. The school and providers cannot see it."
)
RESTRICTED_VISIT = (
    "Restricted: this belongs to a restricted concern. The school, and everyone in the service, can see that someone "
    "is coming, when and who. They cannot see why, or the type of visit, which they may notice is missing."
)
RESTRICTED_VISIT_ADDED = (
    "This came from a visit for a restricted concern, and was started by someone who may not know that. "
    "It can be seen as if it came from any visit."
)
"""What is said on the page of such a record to those who may read it; of a visit, what others see."""

ATTACHED = frozenset({Note.KIND, Attachment.KIND})
"""Kinds of record that stand on others."""

OF_A_CASE = ("visit", "record-of-visit", "support-request", "tender", "engagement", Decision.KIND)
MAY_HANG = ATTACHED | {*OF_A_CASE, ConcernCase.KIND}
"""Kinds of record that may hang on a concern."""

PLAIN_VISIT = {
    "visit.planned": "{by} planned a visit for {on}, led by {lead}",
    "visit.held-unplanned": "{by} recorded an unplanned visit on {on}",
    "visit.confirmed": (
        "{by} {by_school:confirmed}{by_others:marked} the visit on {on}{by_others: as confirmed} for the {side}"
    ),
    "visit.agreement-recorded": (
        "{by} recorded that {unnamed}{whose:…} agreed to the visit on {on} ({heard}, {occurred})"
    ),
    "visit.agreement-confirmed": "{by} confirmed that the school agreed to the visit on {on}",
    "visit.agreement-disowned": "{by} said that the school did not agree to the visit on {on}",
    "visit.visitors-changed": "{by} changed the visitors, led by {lead}",
    "visit.rescheduled": (
        "{by} rescheduled the visit{other_day: from …} to {on}{starts_at: at …} at the {side}'s request"
    ),
    "visit.cancelled": "{by} cancelled the visit on {on}",
    "visit.not-made": "{by} recorded that the visit on {on} did not take place",
    "visit.held": "{by} recorded that the visit took place on {on}",
    "visit.closed": "{by} closed the visit",
    "visit.corrected": "{by} corrected what was entered of the visit",
}
"""The sentences by which a plain visit is told: those of any visit, as far as they say that somebody comes or came,
when and who. Beside these what the school put on its agenda is told, and nothing else."""

COMING = (
    "id",
    "reference",
    "school",
    "status",
    "on",
    "starts_at",
    "held_on",
    "academic_year",
    "term",
    "visitors",
    "lead",
)
"""What a plain visit says: that somebody comes or came, when and who. What is not named here is not told, by the
record and by the row of a list alike."""


V = TypeVar("V", bound=Visit)


class KeptFromThem(Refusal):
    """A school or provider would be asked about a record that a restricted concern keeps from them."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is kept from somebody: records that are `closed` to them, and visits that they see as `plain` ones; of
    what stands on these they may read what they have `written`, and others who see them so may not."""

    closed: frozenset[UUID] = frozenset()
    plain: frozenset[UUID] = frozenset()
    written: frozenset[UUID] = frozenset()


NOTHING = Hidden()


@dataclass(frozen=True, slots=True)
class Restricted:
    """What is restricted: what of it is `hidden` from the user, and what is `opened` to them although it is."""

    hidden: Hidden
    opened: frozenset[UUID]


def hidden_from(snapshot: Snapshot) -> Hidden:
    """What is kept from the person who asks, nothing where nobody is signed in; looked up once while a request is
    answered."""
    user = snapshot.context.user_or_none
    if user is None or is_reached(user, Action.READ_RESTRICTED, concerns.cases.table.c.school) is None:
        return NOTHING
    return _restricted(snapshot).hidden


def restricted_records(snapshot: Snapshot) -> frozenset[UUID]:
    """The records that are open to the person who asks although they are restricted; looked up once while a request
    is answered."""
    return _restricted(snapshot).opened


def forget_hidden(context: RequestContext) -> None:
    """Look up anew after a command: it may have restricted a concern, or hung something on one."""
    context.forget(Restricted)


def _restricted(snapshot: Snapshot) -> Restricted:
    return snapshot.context.kept(Restricted, lambda: _look_up(snapshot))


def _look_up(snapshot: Snapshot) -> Restricted:
    """What is kept from the user, and what is restricted and open to them: the visits that they make, and what a post
    that sees nothing else is asked to decide."""
    connection, user = snapshot.connection, snapshot.user
    case, making = concerns.cases.table.c, visits.visitors.table.c
    readable = is_reached(user, Action.READ_RESTRICTED, case.school)
    roots = sa.select(
        case.id,
        sa.literal(ConcernCase.KIND).label("kind"),
        (sa.false() if readable is None else sa.not_(readable)).label("closed"),
    ).where(case.sensitivity != Sensitivity.ORDINARY)
    own = sa.select(making.visit).where(making.person == user.person) if user.holds(*SERVICE) else None
    if user.holds(*ASKED_ONLY):
        asked = sa.select(decisions.decisions.table.c.id).where(asked_only(user, snapshot.services.today()))
        own = asked if own is None else sa.select(sa.union_all(own, asked).subquery().c[0])
    kept = links.with_all_that_hangs_on(
        connection, _with_drafts(roots, user), apart_from=begun_by_outsider(), opened_by=own
    )
    closed = frozenset(record for record, (_, is_closed) in kept.items() if is_closed)
    plain = frozenset(record for record in closed if kept[record][0] == Visit.KIND)
    written = closed & _written_on(connection, plain, user.person)
    inside = frozenset(kept_inside(connection, user))
    return Restricted(Hidden((closed - plain - written) | inside, plain, written), frozenset(kept) - closed)


def _written_on(connection: sa.Connection, plain: Collection[UUID], person: UUID) -> frozenset[UUID]:
    """The notes and files that somebody who sees these visits as plain ones put there when they still knew more, or
    had known: they may read them, and nobody else may who sees the visits so."""
    link = links.links.table.c
    query = sa.select(link.record).where(link.parent.in_(plain), link.kind.in_(ATTACHED), link.begun_by == person)
    return frozenset(connection.execute(query).scalars()) if plain else frozenset()


def _with_drafts(roots: sa.Select[Any], user: User) -> sa.Select[Any]:
    """These, and the records of visit that are not issued to the schools of somebody who reads issued ones alone."""
    if not user.schools or user.may(Action.READ_DRAFT_RECORD):
        return roots
    written = records_of_visit.records.table.c
    drafts = sa.select(written.id, sa.literal(RecordOfVisit.KIND), sa.true())
    drafts = drafts.where(written.school.in_(user.schools), written.version == 0)
    return sa.select(*sa.union_all(roots, drafts).subquery("roots").c)


def restriction_notice(snapshot: Snapshot, record: Aggregate) -> str:
    """What the page of a record that is open to whoever asks says of it where it hangs on a restricted concern."""
    if isinstance(record, ConcernCase) and record.sensitivity is not Sensitivity.ORDINARY:
        return RESTRICTED_CONCERN
    if record.KIND not in MAY_HANG:
        return ""
    restricted = restricted_records(snapshot)
    if record.id in restricted:
        return RESTRICTED_VISIT if record.KIND == Visit.KIND else RESTRICTED_TOO
    begun_from = (getattr(record, name, None) for name in ("visit", "on_record"))
    return RESTRICTED_VISIT_ADDED if restricted.intersection(begun_from) else ""


def _above(record: UUID) -> sa.Select[Any]:
    """All that hands down to a record that it is restricted."""
    return links.above(record, apart_from=begun_by_outsider())


def concerns_behind(connection: sa.Connection, record: UUID) -> list[UUID]:
    """The concerns that a record came of, however far up, restricted or not."""
    case = concerns.cases.table.c
    return list(connection.execute(sa.select(case.id).where(case.id.in_(_above(record)))).scalars())


def is_kept_from_others(connection: sa.Connection, record: UUID) -> bool:
    """Whether a record came of a restricted concern, so that neither school nor provider may read it."""
    case = concerns.cases.table.c
    found = sa.select(case.id).where(case.id.in_(_above(record)), case.sensitivity != Sensitivity.ORDINARY)
    return connection.execute(found.limit(1)).first() is not None


def must_be_readable_to_others(otherwise: str) -> ContextRule[Aggregate]:
    """That school or provider is not asked about what a restricted concern keeps from them: they could not answer,
    and a deadline would run against them. `otherwise` is what can be done instead."""

    def check(context: RequestContext, record: Aggregate) -> None:
        with context.read() as snapshot:
            if is_kept_from_others(snapshot.connection, record.id):
                raise KeptFromThem(f"This belongs to a restricted concern, so they could not read it. {otherwise}")

    return ContextRule(check)


def must_be_readable_alike(context: RequestContext, record: UUID, from_: UUID, *, field: str) -> None:
    """Raises KeptFromThem where somebody who may read a record could not read the one that it would go into: they
    would lose it, and be told that there is another."""
    with context.read() as snapshot:
        connection = snapshot.connection
        if is_kept_from_others(connection, record) and not is_kept_from_others(connection, from_):
            raise KeptFromThem(
                "That request belongs to a restricted concern, so those who can read this one could not follow it "
                "there. Choose another, or merge that one into this",
                field=field,
            )


def records_of_concern(connection: sa.Connection, concern: UUID, kind: str) -> list[UUID]:
    """The records of a kind that came of a concern, however far down."""
    root = sa.select(sa.literal(concern, sa.Uuid).label("id"), sa.literal(ConcernCase.KIND).label("kind"), sa.false())
    found = links.with_all_that_hangs_on(connection, root, apart_from=begun_by_outsider())
    return [record for record, (of, _) in found.items() if of == kind]


def plain_sentence(event: Event) -> str:
    """The sentence, in the form of `says`, by which an event of a plain visit is told; empty where it is not told."""
    if isinstance(event, Visit.AgendaItemAdded | Visit.AgendaItemWithdrawn) and event.side is Side.SCHOOL:
        return event.says
    return PLAIN_VISIT.get(event.TOPIC, "")


def plain_visit(visit: V) -> V:
    """A visit that says no more than that somebody comes, when and who; and what the school put on its agenda."""
    seen = type(visit)(visit.id)
    own = [item for item in visit.agenda if item.number == 1 or item.side is Side.SCHOOL]
    untold = {**dict.fromkeys(("kind", "purpose", "concern", "request", "remote")), "focus": ""}
    told = {name: getattr(visit, name) for name in (*vars(Aggregate(visit.id)), *COMING)}
    agreement = visit.agreement and replace(visit.agreement, evidence="", why="")
    vars(seen).update(untold | told, agenda=own, agreement=agreement, restated=())
    return seen


def plain_row(row: PlannedVisit) -> PlannedVisit:
    """The same of a row of a list."""
    told = {name: getattr(row, name) for name in COMING}
    return PlannedVisit(
        **told,
        missed_on=row.missed_on,
        kind=None,
        purpose=None,
        focus="",
        recorded_for_others=row.recorded_for_others,
    )
