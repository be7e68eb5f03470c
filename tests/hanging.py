"""A restricted concern and a record of every kind that hangs on it, for the tests of what is kept from whom."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from domain.attachment import Attachment
from domain.calendar import default_term_on
from domain.concern import ConcernCase
from domain.engagement import BrokeredEngagement
from domain.note import Note, NoteType
from domain.record_of_visit import RecordOfVisit
from domain.support_request import SupportRequest
from domain.tender import Tender
from domain.visit import Visit, Visitor
from domain.vocabulary import Audience, Purpose, Role, Sensitivity, VisitKind
from tests.domain.brokered import ENDS, REPLY_BY, a_need, the_work
from tests.domain.test_record_of_visit import CONTENT
from tests.scenario import TODAY
from tests.town import TOMORROW, Town
from tests.world import World

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
VISIT = "visits/V-2026-0909"


class Hanging:
    """A concern about the town's first school, and a record of every kind that hangs on it."""

    def __init__(self, world: World, town: Town | None = None, *, concern: UUID | None = None) -> None:
        self.world, self.town = world, town or Town(world)
        self.place = self.town.ours
        self.concern = concern or self.place.records[ConcernCase.KIND]
        self._make()
        self.asking = {
            "head": self.place.head,
            "chair": self.place.chair,
            "specialist": self.place.specialist,
            "bystander": self.town.bystander,
            "broker": self.town.people[Role.BROKER],
        }

    def keep(self, sensitivity: Sensitivity) -> None:
        with self.world.acting(self.town.director, "director"):
            self.world.office.service.change(
                ConcernCase,
                self.concern,
                lambda case: case.change_sensitivity(
                    sensitivity, reason=f"{CANARY} asks", authoriser=self.town.director
                ),
            )

    def _make(self) -> None:
        place, add, then = self.place, self.town._add, self.town._then
        visit = add(
            lambda: Visit.plan(
                "V-2026-0909",
                school=place.school,
                kind=VisitKind.CONCERN_REVIEW,
                purpose=Purpose.INTERVENTION,
                on=TOMORROW,
                term=default_term_on(TOMORROW),
                visitors=(Visitor(place.officer, "officer"),),
                lead=place.officer,
                focus=CANARY,
                concern=self.concern,
            )
        )
        record = add(
            lambda: RecordOfVisit.start(
                "ROV-2026-0909",
                visit=visit,
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
            (Visit.KIND, visit, None),
            (RecordOfVisit.KIND, record, None),
            (SupportRequest.KIND, request, None),
            (BrokeredEngagement.KIND, engagement, place.provider),
        )
        for number, (kind, id, provider) in enumerate(on, 3):
            self._attach(number, kind, id, provider)

    def _attach(self, number: int, kind: str, id: UUID, provider: UUID | None) -> None:
        side = Audience.PROVIDER if provider else Audience.SCHOOL
        where = {"on_kind": kind, "on_record": id, "school": self.place.school, "provider": provider}
        said = {"note_type": NoteType.MEETING, "heading": CANARY, "text": CANARY}
        self.town._add(lambda: Note.write(f"N-2026-{number:04d}", **where, **said, visible_to=side))
        if kind != RecordOfVisit.KIND:
            file = {"file_name": f"{CANARY}.pdf", "size": 9, "sha256": "ab" * 32, "visible_to": side}
            self.town._add(lambda: Attachment.add(f"F-2026-{number:04d}", **where, **file))
