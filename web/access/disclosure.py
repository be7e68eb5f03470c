"""What of the history a person is told: all, a veiled sentence, or nothing. One instance answers for one visitor.

An event is told to whoever may read the record and the part of it that the event belongs to (`right_to_read`): so an
administrator, who keeps people, settings and the register, is told of these, and of nothing that was said about a
school. Restricted texts are veiled for those without the right to them. Outside the service people are told of what
concerns them once it is meant for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import pairwise
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.attachment import Attachment
from domain.concern import ConcernCase
from domain.decision import Decision
from domain.note import Note
from domain.reading import Reading
from domain.record_of_visit import RecordOfVisit
from domain.support_request import RequestStatus, SupportRequest
from domain.tender import Tender
from domain.visit import Visit
from domain.vocabulary import About, Audience, Role, Sensitivity
from projections import concerns, decisions, notes, tenders
from projections.audit_trail import kind_of
from projections.row_queries import RowQueries, RowQuery
from web.access.asked_only import asked_only, asked_only_as
from web.access.context import Snapshot
from web.access.identity import concerned
from web.access.policy import SERVICE, Action, RecordScope
from web.access.restricted import ATTACHED, Hidden, hidden_from, plain_sentence
from web.access.shared_concerns import read_since

INSIDE = (*SERVICE, Role.REVIEWER, Role.ADMINISTRATOR)

READING: Mapping[str, Action] = {
    "school": Action.FIND_SCHOOLS,
    "visit": Action.READ_VISIT,
    "record-of-visit": Action.READ_RECORD,
    "support-request": Action.READ_REQUEST,
    "tender": Action.READ_INVITATION,
    "engagement": Action.READ_ENGAGEMENT,
    "provider": Action.READ_PROVIDER,
    "person": Action.READ_PEOPLE,
    "concern": Action.READ_CONCERN,
    Reading.KIND: Action.READ_RESTRICTED,
    Note.KIND: Action.READ_NOTE,
    Decision.KIND: Action.READ_DECISION,
    Attachment.KIND: Action.READ_NOTE,
    "import": Action.READ_IMPORTS,
}
"""The right to be told of each kind of record. Those that are not named, by which the service itself is
run, are told in the audit trail alone."""

IN_SCHOOL_FILE = ("school.need-category-set", "school.need-category-decided", "school.external-support-noted")
"""What is told of a school beyond its entry in the register and who looks after it. Whoever may find the school sees
what came of it, so that it is a version of the school for all of them."""

ISSUED = frozenset(
    f"record-of-visit.{fact}"
    for fact in (
        "issued",
        "reissued",
        "sent-to-school",
        "headteacher-responded",
        "chair-responded",
        "response-declined",
        "response-lapsed",
        "presented-to-governors",
        "presentation-waived",
        "action-completed",
        "action-reopened",
        "action-handed-over",
        "closed",
    )
)
"""What is told of a record of visit to those who may not read it while it is written."""

BROKERING = frozenset(
    {
        "support-request.approved-to-broker",
        "support-request.spending-approved",
        "support-request.providers-shortlisted",
        "support-request.provider-removed-from-shortlist",
        "tender.school-preferred",
        "tender.provider-selected",
        "tender.quote-selected",
        "tender.selection-withdrawn",
    }
)
"""What is told inside the service only: whom it considered, what it may cost at most, and why one was chosen."""

TOLD_TO_ALL_INVITED = frozenset({"tender.question-answered", "tender.reply-by-extended"})
"""What is told of a tender to every provider that is invited; all else to the one that it concerns."""

OUTCOMES = frozenset(
    {
        "tender.provider-selected",
        "tender.quote-selected",
        "tender.selection-withdrawn",
        "tender.closed-without-selection",
    }
)
"""What is not told, and yet changes how an invitation stands, for every provider that has not left the tender."""

LEFT = frozenset({"tender.invitation-declined", "tender.quote-withdrawn", "tender.invitation-lapsed"})
"""By what a provider leaves a tender; what becomes of it is nothing to them, unless they are invited again."""

CONCERN = "concern"
"""The one kind of record that the policy keeps from some who work in the service, and, where one is restricted, from
the school that it is about. What is put to one is told to those alone who may read it."""

RECORDED_READING = frozenset({Note.KIND})
"""Kinds of record whose restricted text is told only where the reading is recorded: never in a list."""


def right_to_read(topic: str) -> Action:
    """The right that an event of a topic takes to be told to somebody."""
    kind = topic.partition(".")[0]
    if topic in IN_SCHOOL_FILE:
        return Action.READ_SCHOOL_FILE
    if topic == ConcernCase.SourceNamed.TOPIC:
        return Action.READ_RESTRICTED
    if topic == Visit.RecordStarted.TOPIC or (kind == RecordOfVisit.KIND and topic not in ISSUED):
        return Action.READ_DRAFT_RECORD
    return READING.get(kind, Action.READ_AUDIT)


_NOTES_AND_FILES = RowQueries(
    notes=RowQuery(notes.notes, notes.notes.table.c.id.in_(sa.bindparam("notes", expanding=True))),
    files=RowQuery(notes.files, notes.files.table.c.id.in_(sa.bindparam("files", expanding=True))),
)


class Disclosure:
    """What one visitor may be told of some events; what was looked up once is not looked up again.

    `sifted` says that the events were found with `school_trail_filter`, which has looked at notes and files already.
    """

    def __init__(self, snapshot: Snapshot, events: Collection[Event] = (), *, sifted: bool = False) -> None:
        self._snapshot = snapshot
        self._connection = snapshot.connection
        self._asking = snapshot.user
        self._found: dict[About, RecordScope] = {}
        self._invited: dict[UUID, bool] = {}
        self._concerns: dict[UUID, Sensitivity] = {}
        self._events = events
        self._sifted = sifted

    @cached_property
    def is_inside(self) -> bool:
        """Whether the visitor works in the service, reviews or administers it."""
        return self._asking.holds(*INSIDE)

    def tells(self, event: Event) -> bool:
        """Whether the event has a place in what the visitor sees at all."""
        kind = kind_of(event)
        if event.meta.stream in self._kept.closed and kind != CONCERN:
            return False
        where = self._where(self._about(event))
        if not self.is_inside and event.TOPIC in TOLD_TO_ALL_INVITED:
            return self._is_invited(event.meta.stream)
        if not self._asking.may(right_to_read(event.TOPIC), where):
            return False
        if self.is_plain(event):
            return bool(plain_sentence(event))
        if self.is_inside:
            return kind not in ATTACHED or self._tells_inside_of_attached(event, where)
        if kind in ATTACHED:
            return self._sifted or self._is_for_visitor(event.meta.stream, where)
        if kind == CONCERN:
            return self.may_read(event) and self._is_since_shared(event)
        return event.TOPIC not in BROKERING

    def versions(self) -> list[int]:
        """The versions of a record that the visitor is told of, if the events are all that happened to it.

        By these alone pages and API count versions, so that nobody learns from a number, or from a conflict, what
        others do. That a restricted note was read is no version of it: it makes nobody's form stale. A stage
        that a request reaches by what its school is not told of is one, because they see it.
        """
        told = {event.meta.version for event in self._events if self._is_version(event)}
        return sorted(told | self.seen_untold) if told else []

    @cached_property
    def seen_untold(self) -> set[int]:
        """The versions of a request by which its school sees that it reached another stage, and is told of nothing:
        what they decide on stands."""
        first = next(iter(self._events), None)
        if self.is_inside or not isinstance(first, SupportRequest.Raised):
            return set()
        request, reached = SupportRequest(first.meta.stream), dict[int, RequestStatus]()
        for event in self._events:
            event.mutate(request)
            reached[event.meta.version] = request.status
        further = {now for (_, was), (now, status) in pairwise(reached.items()) if status is not was}
        return further - {event.meta.version for event in self._events if self._is_version(event)}

    def _is_version(self, event: Event) -> bool:
        if event.TOPIC == Note.RestrictedNoteRead.TOPIC:
            return False
        if event.TOPIC in IN_SCHOOL_FILE:
            return self._may_see("school", self._where(event.meta.about))
        if self.is_inside or kind_of(event) != Tender.KIND:
            return self.tells(event)
        if event.TOPIC in OUTCOMES:
            return self._takes_part(event)
        return self._is_invited(event.meta.stream) if event.TOPIC == Tender.Opened.TOPIC else self.tells(event)

    def _takes_part(self, outcome: Event) -> bool:
        """Whether the visitor's provider was still in the tender when this became of it."""
        own = [
            event
            for event in self._events
            if event.meta.about.provider in self._asking.providers and event.meta.version < outcome.meta.version
        ]
        return bool(own) and own[-1].TOPIC not in LEFT

    def _tells_inside_of_attached(self, event: Event, where: RecordScope) -> bool:
        """Whether somebody of the service is told of a note or file; of one on a concern, as of that concern."""
        if self._sifted or self._may_see(CONCERN, where):
            return True
        found = self._notes_and_files.get(event.meta.stream)
        return found is None or found.on_kind != CONCERN

    def is_plain(self, event: Event) -> bool:
        """Whether the event belongs to a visit of which the visitor is told no more than that somebody comes."""
        return event.meta.stream in self._kept.plain

    def _is_since_shared(self, event: Event) -> bool:
        """Whether an event of a concern is of the time since it is shared with somebody outside the service."""
        case = concerns.cases.get(self._connection, event.meta.stream)
        since = None if case is None else read_since(self._asking, case)
        return since is not None and event.meta.version >= since

    def veils(self, event: Event) -> bool:
        """Whether the text of the event is kept back in a list."""
        if self._sensitivity(event) is Sensitivity.ORDINARY or event.TOPIC == Note.RestrictedNoteRead.TOPIC:
            return False
        return kind_of(event) in RECORDED_READING or not self.may_read(event)

    def may_read(self, event: Event) -> bool:
        """Whether the visitor may read the text of the event on a page of its own."""
        return self._sensitivity(event) is Sensitivity.ORDINARY or self.may_read_restricted(event)

    def may_read_restricted(self, event: Event) -> bool:
        """Whether the visitor may read what is restricted of that which the event concerns."""
        return self._asking.may(Action.READ_RESTRICTED, self._where(event.meta.about))

    def may_know_source(self, event: Event) -> bool:
        """Whether the visitor may know who told the service, in confidence, of what the event concerns."""
        return self._asking.may(Action.KNOW_SOURCE, self._where(event.meta.about))

    @cached_property
    def _kept(self) -> Hidden:
        return hidden_from(self._snapshot)

    def _sensitivity(self, event: Event) -> Sensitivity:
        """How an event is kept now: of a concern as the concern is, which may have been opened or restricted."""
        stream = event.meta.stream
        if kind_of(event) != CONCERN:
            return event.meta.sensitivity
        if event.meta.sensitivity is Sensitivity.ORDINARY:
            return Sensitivity.RESTRICTED if stream in self._kept.closed else Sensitivity.ORDINARY
        if stream not in self._concerns:
            case = concerns.cases.get(self._connection, stream)
            self._concerns[stream] = case.sensitivity if case else event.meta.sensitivity
        return self._concerns[stream]

    def _about(self, event: Event) -> About:
        """Whom an event concerns: of a decision, also the visitor whose post is asked and sees nothing else."""
        about = event.meta.about
        if kind_of(event) != Decision.KIND or not asked_only_as(self._asking):
            return about
        return about.with_people(self._asking.person) if event.meta.stream in self._asked_of_visitor else about

    @cached_property
    def _asked_of_visitor(self) -> frozenset[UUID]:
        """The decisions among these events that a post of the visitor's is asked for."""
        decision = decisions.decisions.table.c
        found = sa.select(decision.id).where(
            decision.id.in_({event.meta.stream for event in self._events if kind_of(event) == Decision.KIND}),
            asked_only(self._asking, self._snapshot.services.today()),
        )
        return frozenset(self._connection.execute(found).scalars())

    def _where(self, about: About) -> RecordScope:
        """What an event concerns, as the policy sees it; looked up once."""
        if about not in self._found:
            self._found[about] = concerned(self._snapshot, about)
        return self._found[about]

    def _may_see(self, kind: str, where: RecordScope) -> bool:
        action = READING.get(kind)
        return action is not None and self._asking.may(action, where)

    @cached_property
    def _notes_and_files(self) -> Mapping[UUID, notes.NoteOnRecord | notes.FileOnRecord]:
        """The notes and files of all these events, by id."""
        streams = {
            kind: [e.meta.stream for e in self._events if kind_of(e) == kind] for kind in (Note.KIND, Attachment.KIND)
        }
        found = _NOTES_AND_FILES.rows(self._connection, notes=streams[Note.KIND], files=streams[Attachment.KIND])
        return {row.id: row for row in (*found["notes"], *found["files"])}

    def _is_invited(self, tender: UUID) -> bool:
        if not self._asking.providers:
            return False
        if tender not in self._invited:
            self._invited[tender] = tender in self._invited_within or any(
                each.provider in self._asking.providers for each in tenders.invitations_in(self._connection, tender)
            )
        return self._invited[tender]

    @cached_property
    def _invited_within(self) -> frozenset[UUID]:
        """The tenders to which these events themselves say that the visitor's provider was invited."""
        return frozenset(
            event.meta.stream
            for event in self._events
            if isinstance(event, Tender.ProviderInvited) and event.provider in self._asking.providers
        )

    def _is_for_visitor(self, attached: UUID, where: RecordScope) -> bool:
        """Whether a note or file is meant for the visitor's side, and a file is on a record that they may read."""
        found = self._notes_and_files.get(attached)
        if found is None or (found.on_kind == CONCERN and not self._may_read_concern(found.on_record, where)):
            return False
        if isinstance(found, notes.FileOnRecord):
            return self._may_see(found.on_kind, where) and found.visible_to in {None, self._side}
        return found.visible_to is self._side

    @property
    def _side(self) -> Audience:
        return Audience.PROVIDER if self._asking.holds(Role.SPECIALIST) else Audience.SCHOOL

    def _may_read_concern(self, id: UUID, where: RecordScope) -> bool:
        case = concerns.cases.get(self._connection, id)
        is_ordinary = case is not None and case.sensitivity is Sensitivity.ORDINARY
        return is_ordinary or self._asking.may(Action.READ_RESTRICTED, where)


def restricted_sentence(event: Event) -> str:
    """What is said in place of a text that is kept back: that something happened, and no more."""
    kind, _, fact = event.TOPIC.partition(".")
    record, happened = kind.replace("-", " "), fact.replace("-", " ")
    sensitivity = event.meta.sensitivity.label.lower()
    if "-" in fact:
        return f"A {sensitivity} entry was made in a {record}: {happened}"
    return f"A {sensitivity} {record} was {happened}"
