"""Visits and records of visits, each text with a word of its own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from domain.calendar import default_term_on
from domain.on_behalf import Heard
from domain.record_of_visit import (
    AgreedAction,
    Content,
    ExtentOfAgreement,
    GoodPractice,
    Issue,
    IssueAnswer,
    Judgement,
    RecordOfVisit,
    Respondent,
    Section,
)
from domain.signature import acting, current_signature
from domain.visit import AgendaKind, CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Side, VisitKind
from tests.canaries.words import GONE, NEXT_WEEK, Words
from tests.domain.brokered import REPLY_BY
from tests.full_authority import RULES, TOMORROW
from tests.scenario import TODAY
from web.access.policy import Action

SCHOOL = Side.SCHOOL


class VisitWords(Words):
    """Visits that were held, cancelled, not made and not planned, and what became of their records."""

    def _visits(self) -> None:
        self.right = Action.READ_VISIT
        word, then, officer = self.word, self.authority._then, self.place.officer
        others = (Visitor(officer, word("other capacity")),)
        then(
            Visit,
            self._visit(1),
            lambda it: it.confirm(side=SCHOOL, on=TODAY, expected=word(f"{GONE}expected")),
            lambda it: it.add_to_agenda(kind=AgendaKind.SCHOOL, text=word("agenda"), side=SCHOOL),
            lambda it: it.add_to_agenda(kind=AgendaKind.SCHOOL, text=word("taken off"), side=SCHOOL),
            lambda it: it.withdraw_from_agenda(3),
            lambda it: it.change_visitors(others, lead=officer, reason=word("other visitors")),
            lambda it: it.reschedule(on=TOMORROW, term=default_term_on(TOMORROW), side=SCHOOL, reason=word("moved")),
            lambda it: it.reschedule(on=TODAY, term=default_term_on(TODAY), side=SCHOOL, reason=word("moved back")),
            lambda it: it.confirm(side=SCHOOL, on=TODAY, expected=word("expected again")),
            lambda it: it.hold(on=TODAY, minutes=60, attendees=word("attendees")),
            lambda it: it.correct(focus=word("focus meant"), attended=word("who came"), reason=word("put right")),
        )
        then(Visit, self._visit(2), lambda it: it.cancel(cause=CancelledBy.SCHOOL, reason=word("cancelled")))
        then(Visit, self._visit(3), self._day_agreed, self._day_disowned, lambda it: it.miss(reason=word("not made")))

    def _day_agreed(self, visit: Visit) -> None:
        how = {"heard": Heard.EMAIL, "came_on": TODAY}
        visit.record_agreement(**how, evidence=self.word("day agreed"), expected=self.word("expected then"))

    def _day_disowned(self, visit: Visit) -> None:
        with acting(replace(current_signature(), actor=self.place.head)):
            visit.disown_agreement(reason=self.word("day not agreed"))

    def _visit(self, number: int) -> UUID:
        return self.authority._add(
            lambda: Visit.plan(f"V-2026-08{number:02d}", on=TODAY, focus=self.word("focus"), **self._visited())
        )

    def _visited(self, kind: VisitKind = VisitKind.FOLLOW_UP) -> dict[str, Any]:
        place = self.place
        return {
            "school": place.school,
            "kind": kind,
            "purpose": Purpose.CHALLENGE,
            "term": default_term_on(TODAY),
            "visitors": (Visitor(place.officer, self.word("capacity")),),
            "lead": place.officer,
        }

    def _unplanned(self, number: int, kind: VisitKind) -> UUID:
        """A visit that was held, and its record just begun."""
        self.right = Action.READ_VISIT
        place, word = self.place, self.word
        said = {"focus": word("focus"), "attendees": word("attendees"), "reason": word("not planned")}
        visit = self.authority._add(
            lambda: Visit.record_unplanned(
                f"V-2026-08{number:02d}", on=TODAY, minutes=60, **said, **self._visited(kind)
            )
        )
        record = self.authority._add(
            lambda: RecordOfVisit.start(
                f"ROV-2026-08{number:02d}",
                visit=visit,
                school=place.school,
                kind=kind,
                purpose=Purpose.CHALLENGE,
                author=place.officer,
                visited_on=TODAY,
                needs_assurance=kind is VisitKind.FOLLOW_UP,
                rules=RULES,
            )
        )
        begun = self.authority.service.find(RecordOfVisit, record)
        self.authority._then(Visit, visit, lambda it: it.start_record(begun))
        return record

    def _records_of_visits(self) -> None:
        word, then, place, service = self.word, self.authority._then, self.place, self.authority.service
        record = self._unplanned(4, VisitKind.FOLLOW_UP)
        issue = partial(RecordOfVisit.issue, recipients=(place.head, place.chair), respond_by=REPLY_BY, rules=RULES)
        self.right = Action.READ_DRAFT_RECORD
        first = self._content(each=2, before=GONE)
        then(
            RecordOfVisit,
            record,
            lambda it: it.write(first),
            lambda it: it.submit_for_assurance(),
            lambda it: it.return_to_author(word("points")),
        )
        self.right = Action.READ_RECORD
        second = self._rewritten(service.find(RecordOfVisit, record))
        agreed = {"agrees": ExtentOfAgreement.IN_PART}
        then(
            RecordOfVisit,
            record,
            lambda it: it.write(second),
            lambda it: it.submit_for_assurance(),
            lambda it: it.assure(present=()),
            issue,
            lambda it: it.respond(
                Respondent.HEADTEACHER,
                overall=word("head"),
                answers=(IssueAnswer(1, word("head on issue")),),
                **agreed,
            ),
            lambda it: it.respond(
                Respondent.CHAIR, overall=word("chair"), answers=(IssueAnswer(1, word("chair on issue")),), **agreed
            ),
            lambda it: it.reopen_for_correction(word("correction")),
        )
        third = self._rewritten(service.find(RecordOfVisit, record))
        then(
            RecordOfVisit,
            record,
            lambda it: it.write(third),
            lambda it: it.submit_for_assurance(),
            lambda it: it.assure(present=()),
            issue,
            lambda it: it.complete_action(1, on=TODAY, note=word("done")),
            lambda it: it.reopen_action(1, reason=word("not done")),
            lambda it: it.hand_over_action(1, owner=self.place.head, due=TOMORROW, reason=word("handed over")),
            lambda it: it.decline_response(Respondent.CHAIR, reason=word("no response")),
            lambda it: it.present(meeting_on=TODAY, minute=word("minute")),
        )
        core = self._unplanned(5, VisitKind.CORE)
        self.right = Action.READ_RECORD
        then(
            RecordOfVisit,
            core,
            lambda it: it.write(Content(sections=(Section(heading=word("heading"), text=word("section")),))),
            issue,
            lambda it: it.waive_presentation(word("not presented")),
        )

    def _content(self, *, each: int = 1, before: str = "") -> Content:
        word = self.word
        judged = {"purpose": Purpose.CHALLENGE, "school_view": ExtentOfAgreement.AGREES}
        agreed = {"owner_side": SCHOOL, "owner": self.place.head, "due": NEXT_WEEK, "purpose": Purpose.SUPPORT}
        return Content(
            sections=(Section(heading=word("heading"), text=word(f"{before}section")),),
            judgements=(
                Judgement(
                    area=word("area"), judgement=word("judgement"), evidence=word(f"{before}evidence"), **judged
                ),
            ),
            issues=tuple(Issue(text=word("issue"), purpose=Purpose.CHALLENGE) for _ in range(each)),
            actions=tuple(AgreedAction(text=word("action"), **agreed) for _ in range(each)),
            good_practice=(GoodPractice(text=word("good practice")),),
        )

    def _rewritten(self, before: RecordOfVisit) -> Content:
        """Other content, with one issue and one action of the record in other words."""
        now, was = self._content(), before.content
        return replace(
            now,
            issues=(replace(now.issues[0], number=was.issues[0].number),),
            actions=(replace(now.actions[0], number=was.actions[0].number),),
        )
