"""A restricted concern and a record of every kind that hangs on it, for the tests of what is kept from whom."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from uuid import UUID

from domain.attachment import Attachment
from domain.calendar import default_term_on
from domain.concern import ConcernCase
from domain.engagement import BrokeredEngagement
from domain.note import Note, NoteType
from domain.record_of_visit import RecordOfVisit
from domain.references import record_id
from domain.support_request import SupportRequest
from domain.tender import DeclineReason, Tender
from domain.visit import AgendaKind, Visit, Visitor
from domain.vocabulary import Audience, Purpose, Role, Sensitivity, Side, VisitKind
from tests.domain.brokered import ENDS, REPLY_BY, a_need, outcomes, terms, the_work
from tests.domain.test_record_of_visit import CONTENT
from tests.full_authority import RULES, TOMORROW, FullAuthority
from tests.grants import for_selection
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY

SECRET = "CC-2026-0001"
CANARY = "Zitronenfalter"
"""Stands in every text that somebody wrote because of the concern."""

ADDRESSES = {
    "record of visit": "records/ROV-2026-0909",
    "request": "requests/SR-2026-0909",
    "tender": "tenders/TN-2026-0909",
    "invitation": "invitations/TN-2026-0909",
    "engagement": "engagements/BE-2026-0909",
    **{
        f"{what} on a {kind}": f"{what}s/{letter}-2026-000{number}"
        for what, letter in (("note", "N"), ("file", "F"))
        for number, kind in enumerate(("concern", "visit", "record of visit", "request", "engagement"), 3)
        if (what, kind) != ("file", "record of visit")
    },
}
VISIT = "V-2026-0909"


def a_visit(authority: FullAuthority, reference: str, *, concern: UUID | None = None) -> UUID:
    """A visit to the authority's first school tomorrow, because of a concern."""
    place = authority.ours
    return authority._add(
        lambda: Visit.plan(
            reference,
            school=place.school,
            kind=VisitKind.CONCERN_REVIEW,
            purpose=Purpose.INTERVENTION,
            on=TOMORROW,
            term=default_term_on(TOMORROW),
            visitors=(Visitor(place.officer, "officer"),),
            lead=place.officer,
            focus=CANARY,
            concern=concern,
        )
    )


class RestrictedConcern:
    """A concern about the authority's first school, and a record of every kind that hangs on it."""

    def __init__(
        self, sample: SampleAuthority, authority: FullAuthority | None = None, *, concern: UUID | None = None
    ) -> None:
        self.sample, self.authority = sample, authority or FullAuthority(sample)
        self.place = self.authority.ours
        self.concern = concern or self.place.records[ConcernCase.KIND]
        self.visit = a_visit(self.authority, VISIT, concern=self.concern)
        self._make()
        self.people = {
            "head": self.place.head,
            "chair": self.place.chair,
            "specialist": self.place.specialist,
            "bystander": self.authority.bystander,
            "broker": self.authority.people[Role.BROKER],
        }

    def keep(self, sensitivity: Sensitivity) -> None:
        with self.sample.acting(self.authority.director, "director"):
            self.sample.services.service.change(
                ConcernCase,
                self.concern,
                lambda case: case.change_sensitivity(sensitivity, reason=f"{CANARY} asks"),
            )

    def _make(self) -> None:
        place, add, then = self.place, self.authority._add, self.authority._then
        record = add(
            lambda: RecordOfVisit.start(
                "ROV-2026-0909",
                visit=self.visit,
                school=place.school,
                kind=VisitKind.CONCERN_REVIEW,
                purpose=Purpose.INTERVENTION,
                author=place.officer,
                visited_on=TODAY,
                needs_assurance=False,
                rules=("authority/1",),
            )
        )
        issue = partial(RecordOfVisit.issue, recipients=(place.head,), respond_by=REPLY_BY, rules=("authority/1",))
        then(RecordOfVisit, record, lambda one: one.write(CONTENT), issue)
        need = {**a_need(school=place.school), "need": CANARY, "concern": self.concern}
        request = add(lambda: SupportRequest.raise_("SR-2026-0909", **need))
        tender = add(
            lambda: Tender.open(
                "TN-2026-0909",
                request=request,
                school=place.school,
                brief=CANARY,
                reply_by=REPLY_BY,
                question_deadline=TODAY,
            )
        )
        then(Tender, tender, lambda one: one.invite(place.provider, clearance="Cleared", rules=("authority/1",)))
        work = the_work(
            school=place.school, provider=place.provider, specialist=place.specialist, begins=TODAY, ends=ENDS
        )
        engagement = add(lambda: BrokeredEngagement.propose("BE-2026-0909", work, request=request, tender=tender))
        on = (
            (ConcernCase.KIND, self.concern, None),
            (Visit.KIND, self.visit, None),
            (RecordOfVisit.KIND, record, None),
            (SupportRequest.KIND, request, None),
            (BrokeredEngagement.KIND, engagement, place.provider),
        )
        for number, (kind, id, provider) in enumerate(on, 3):
            self._attach(number, kind, id, provider)

    def go_on(self) -> None:
        """What came of it further: one provider declined, the other quoted, was selected, worked and was rated."""
        then, place, theirs = self.authority._then, self.place, self.authority.theirs
        tender, engagement = (
            record_id(Tender.KIND, "TN-2026-0909"),
            record_id(BrokeredEngagement.KIND, "BE-2026-0909"),
        )
        why = next(iter(DeclineReason))
        said = {"quality": 1, "impact": 1, "comment": CANARY, "evaluator": place.head}
        day = {"on": TODAY, "days": Decimal(1), "cleared": True, "rules": RULES}
        selected = {"rationale": CANARY, "granted": for_selection(tender), "ceiling": Decimal(9000)}
        then(
            Tender,
            tender,
            lambda it: it.invite(theirs.provider, clearance="Cleared", rules=RULES),
            lambda it: it.decline(theirs.provider, why=why, reason=CANARY, unavailable_until=ENDS),
            lambda it: it.quote(place.provider, terms(specialist=place.specialist)),
            lambda it: it.select(place.provider, **selected),
        )
        then(
            BrokeredEngagement,
            engagement,
            *(partial(BrokeredEngagement.agree, side=side) for side in Side),
            lambda it: it.confirm_clearance(cleared=True, valid_to=None, rules=RULES),
            lambda it: it.confirm(),
            lambda it: it.plan_session(**day),
            lambda it: it.deliver_session(1, **day),
            lambda it: it.complete(),
            lambda it: it.evaluate(**said, outcomes=outcomes(it)),
        )
        item = {"kind": next(iter(AgendaKind)), "text": CANARY, "side": Side.SERVICE}
        then(Visit, self.visit, lambda it: it.add_to_agenda(**item))

    def _attach(self, number: int, kind: str, id: UUID, provider: UUID | None) -> None:
        side = Audience.PROVIDER if provider else Audience.SCHOOL
        where = {"on_kind": kind, "on_record": id, "school": self.place.school, "provider": provider}
        said = {"note_type": NoteType.MEETING, "heading": CANARY, "text": CANARY}
        self.authority._add(lambda: Note.write(f"N-2026-{number:04d}", **where, **said, visible_to=side))
        if kind != RecordOfVisit.KIND:
            file = {"file_name": f"{CANARY}.pdf", "size": 9, "sha256": "ab" * 32, "visible_to": side}
            self.authority._add(lambda: Attachment.add(f"F-2026-{number:04d}", **where, **file))
