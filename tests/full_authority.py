"""An authority with two schools and one record of every kind about each, and somebody in every post.

authority = FullAuthority(sample)
authority.ours.records["concern"], authority.people[Role.BROKER]

Everybody who has a place has it at `ours`, a secondary school; `theirs` is a primary school with people of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.attachment import Attachment
from domain.authority import AUTHORITY, Authority
from domain.calendar import default_term_on
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.decision import Decision
from domain.decision import Route as DecidedBy
from domain.delegation import Decider
from domain.engagement import BrokeredEngagement
from domain.imports import Asked, Import, ImportedFile, ImportKind
from domain.note import Note, NoteType
from domain.person import Person
from domain.provider import Provider, ProviderKind
from domain.record_of_visit import RecordOfVisit
from domain.school import School
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.tender import Tender
from domain.visit import Visit, Visitor
from domain.vocabulary import Audience, Phase, Purpose, Role, ServiceType, Team, VisitKind
from providers.approval import question_of_approval
from tests.domain.brokered import ENDS, REPLY_BY, a_need, terms, the_work
from tests.domain.test_record_of_visit import CONTENT
from tests.grants import approve, as_raised_before
from tests.sample_authority import LONG_AGO, SampleAuthority
from tests.scenario import TODAY

TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)
RULES = ("authority/1",)


@dataclass
class Place:
    """A school, its people, a provider that works for it, and its records by kind."""

    number: int
    school: UUID
    officer: UUID
    head: UUID
    chair: UUID
    provider: UUID
    specialist: UUID
    records: dict[str, UUID] = field(default_factory=dict)


class FullAuthority:
    def __init__(self, sample: SampleAuthority) -> None:
        self.sample = sample
        self.service = sample.services.service
        self.director = sample.director()
        self.ours = self._place(1, "Ashgrove High School", Team.SECONDARY)
        self.theirs = self._place(2, "Beech Lane Primary School", Team.PRIMARY)
        self.people: dict[Role, UUID] = {
            Role.OFFICER: self.ours.officer,
            Role.STRATEGIC_LEAD: sample.person("Stella Strategist", Role.STRATEGIC_LEAD, theme="Literacy"),
            Role.DIRECTOR: self.director,
            Role.BROKER: sample.broker(),
            Role.CPD_MANAGER: sample.cpd_manager(),
            Role.HEADTEACHER: self.ours.head,
            Role.CHAIR: self.ours.chair,
            Role.SPECIALIST: self.ours.specialist,
            Role.REVIEWER: sample.reviewer(),
            Role.ADMINISTRATOR: sample.administrator(),
            Role.CHIEF_OFFICER: sample.person("Chloe Chief", Role.CHIEF_OFFICER),
            Role.COUNTERSIGNER: sample.person("Colin Counter", Role.COUNTERSIGNER),
        }
        self.team_lead = sample.officer("Tamsin Teamlead", leads=True)
        self.bystander = sample.officer("Basil Bystander")
        for place in (self.ours, self.theirs):
            self._records_of(place)

    def record(self, kind: type[Aggregate], place: Place) -> Aggregate:
        """The record of a kind at a place."""
        return self.service.find(kind, place.records[kind.KIND])

    def somebody_with_every_post(self) -> UUID:
        """Somebody who works in the service in every way, leads `ours`, and works for its provider."""
        person = self.sample.person("Polly Many", Role.DIRECTOR)
        places: dict[Role, dict[str, UUID]] = {
            Role.ADMINISTRATOR: {},
            Role.BROKER: {},
            Role.CPD_MANAGER: {},
            Role.HEADTEACHER: {"school": self.ours.school},
            Role.CHAIR: {"school": self.ours.school},
            Role.SPECIALIST: {"provider": self.ours.provider},
        }
        for role, place in places.items():
            with self.sample.acting():
                self.service.change(Person, person, partial(Person.take_post, role=role, from_=LONG_AGO, **place))
        return person

    def grow(self, number: int) -> None:
        """So many more schools with people and providers of their own, and as many more records about `ours`."""
        for each in range(3, 3 + number):
            place = self._place(each, f"Cedar Bank Community Primary School {each}", Team.PRIMARY)
            self._records_of(replace(place, school=self.ours.school, head=self.ours.head, chair=self.ours.chair))

    def _place(self, number: int, name: str, team: Team) -> Place:
        sample = self.sample
        school = sample.school(name, phase=team.value)
        provider = self._add(lambda: _provider(f"PV-2026-{number:04d}"))
        specialist = sample.specialist(provider, f"Sam Specialist {number}")
        self._then(
            Provider,
            provider,
            lambda one: one.add_specialist(person=specialist, teaches=True),
            _offer_maths,
        )
        return Place(
            number,
            school,
            officer=sample.link_officer(school, f"Lena Link {number}", team=team),
            head=sample.headteacher(school, f"Hana Head {number}"),
            chair=sample.chair(school, f"Chris Chair {number}"),
            provider=provider,
            specialist=specialist,
        )

    def _add(self, make: Callable[[], Aggregate], by: UUID | None = None, post: str = "director") -> UUID:
        with self.sample.acting(by, post):
            return self.service.add(make).id

    def _then(self, kind: type[Any], id: UUID, *steps: Callable[[Any], object]) -> None:
        for step in steps:
            with self.sample.acting(self.director, "director"):
                self.service.change(kind, id, step)

    def _records_of(self, place: Place) -> None:
        records = place.records
        records |= {School.KIND: place.school, Person.KIND: place.head, Provider.KIND: place.provider}
        records[Authority.KIND] = AUTHORITY
        for kind, make in _MAKERS.items():
            records[kind] = self._add(lambda make=make: make(place), self.director)
        self._issue(place)
        self._broker(place)

    def _asked(self, place: Place) -> Decision:
        """Whether more may be spent, asked of whoever leads the team or directs the service."""
        request = self.service.find(SupportRequest, place.records[SupportRequest.KIND])
        return Decision.ask(
            f"DN-2026-{place.number:04d}",
            question_of_approval(request, Decimal(6000), school="Ashgrove High School"),
            DecidedBy("S2", (Decider.SENIOR_OFFICER, Decider.DIRECTOR)),
            reason="Two terms of help",
            deciders=[self.director],
            rules=RULES,
        )

    def _issue(self, place: Place) -> None:
        self._then(
            RecordOfVisit,
            place.records[RecordOfVisit.KIND],
            lambda record: record.write(CONTENT),
            lambda record: record.issue(
                recipients=(place.head, place.chair), respond_by=TODAY + timedelta(days=21), rules=RULES
            ),
        )

    def _broker(self, place: Place) -> None:
        records, broker = place.records, self.people[Role.BROKER]
        request, tender = records[SupportRequest.KIND], records[Tender.KIND]
        self._then(
            SupportRequest,
            request,
            lambda one: one.acknowledge(officer=self.director, answer_by=REPLY_BY),
            lambda one: one.triage(broker=broker, level=SupportLevel.TARGETED, route=Route.BROKERED, note="Clear"),
            lambda one: approve(one, 2500),
        )
        records[Decision.KIND] = self._add(lambda: self._asked(place), broker, "broker")
        self._then(
            Tender,
            tender,
            lambda one: one.invite(place.provider, clearance="Cleared to 31 August 2027", rules=RULES),
            lambda one: one.quote(place.provider, terms(specialist=place.specialist)),
        )


def _provider(reference: str) -> Provider:
    return Provider.register(reference, trading_as=f"Calder Learning {reference[-1]}", kind=ProviderKind.PRIVATE)


def _offer_maths(provider: Provider) -> None:
    provider.offer(subject="Mathematics", phase=Phase.SECONDARY, service=ServiceType.SPECIALIST_SUPPORT)
    provider.set_rate(from_=LONG_AGO, day_rate=Decimal(450), vat_registered=True)


def _visit(place: Place) -> Visit:
    return Visit.plan(
        f"V-2026-{place.number:04d}",
        school=place.school,
        kind=VisitKind.CORE,
        purpose=Purpose.CHALLENGE,
        on=TOMORROW,
        term=default_term_on(TOMORROW),
        visitors=(Visitor(place.officer, "officer"),),
        lead=place.officer,
        focus="Target setting",
    )


def _record_of_visit(place: Place) -> RecordOfVisit:
    return RecordOfVisit.start(
        f"ROV-2026-{place.number:04d}",
        visit=place.records[Visit.KIND],
        school=place.school,
        kind=VisitKind.CORE,
        purpose=Purpose.CHALLENGE,
        author=place.officer,
        visited_on=YESTERDAY,
        needs_assurance=False,
        rules=RULES,
    )


def _concern(place: Place) -> ConcernCase:
    """Raised before concerns were shared by a stated act, so that head and chair read it."""
    return as_raised_before(
        ConcernCase.raise_(
            f"CC-2026-{place.number:04d}",
            school=place.school,
            kind=ConcernKind.ACHIEVEMENT,
            source=ConcernSource.DATA,
            severity=Severity.HIGH,
            detail="Results in mathematics fell twice",
            purpose=Purpose.CHALLENGE,
        )
    )


def _request(place: Place) -> SupportRequest:
    return SupportRequest.raise_(f"SR-2026-{place.number:04d}", **a_need(school=place.school))


def _tender(place: Place) -> Tender:
    return Tender.open(
        f"TN-2026-{place.number:04d}",
        request=place.records[SupportRequest.KIND],
        school=place.school,
        brief="Planning in mathematics",
        reply_by=REPLY_BY,
        question_deadline=TODAY,
    )


def _engagement(place: Place) -> BrokeredEngagement:
    work = the_work(
        school=place.school, provider=place.provider, specialist=place.specialist, begins=TODAY, ends=ENDS
    )
    return BrokeredEngagement.propose(
        f"BE-2026-{place.number:04d}",
        work,
        request=place.records[SupportRequest.KIND],
        tender=place.records[Tender.KIND],
    )


def _note(place: Place) -> Note:
    return Note.write(
        f"N-2026-{place.number:04d}",
        on_kind=Visit.KIND,
        on_record=place.records[Visit.KIND],
        school=place.school,
        note_type=NoteType.TELEPHONE,
        heading="Call with the office",
        text="The visit moves to the afternoon.",
        visible_to=Audience.SCHOOL,
    )


def _file(place: Place) -> Attachment:
    return Attachment.add(
        f"F-2026-{place.number:04d}",
        on_kind=Visit.KIND,
        on_record=place.records[Visit.KIND],
        school=place.school,
        file_name="Action plan.pdf",
        size=20_000,
        sha256="ab" * 32,
        visible_to=Audience.SCHOOL,
    )


def _import(place: Place) -> Import:
    register = ImportedFile(f"register_{place.number}.csv", 20_000, "cd" * 32)
    return Import.begin(f"IM-2026-{place.number:04d}", Asked(ImportKind.SCHOOLS, (register,), LONG_AGO, "399"))


_MAKERS: dict[str, Callable[[Place], Aggregate]] = {
    Visit.KIND: _visit,
    RecordOfVisit.KIND: _record_of_visit,
    ConcernCase.KIND: _concern,
    SupportRequest.KIND: _request,
    Tender.KIND: _tender,
    BrokeredEngagement.KIND: _engagement,
    Note.KIND: _note,
    Attachment.KIND: _file,
    Import.KIND: _import,
}
