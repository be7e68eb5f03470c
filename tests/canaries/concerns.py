"""A concern, a note and a file, each text with a word of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from domain.attachment import Attachment
from domain.concern import (
    ConcernCase,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rag,
    Rating,
    ReviewDecision,
    Severity,
    StepKind,
)
from domain.concern.ladder import (
    Body,
    Compliance,
    Contact,
    Ground,
    InspectionCategory,
    NationalStep,
    NoticeKind,
    Power,
    Waivable,
)
from domain.delegation import Act
from domain.note import Note, NoteType
from domain.visit import Visit
from domain.vocabulary import Audience, Personal, Purpose
from tests import grants
from tests.canaries.words import NEXT_WEEK, Words
from tests.scenario import TODAY
from web.access.policy import Action


class ConcernWords(Words):
    """A concern with an intervention, and what is added to a visit."""

    def _concerns(self) -> None:
        self.right = Action.READ_CONCERN
        word, then = self.word, self.authority._then
        found = {"on": TODAY, "advice": ReviewDecision.END}
        then(
            ConcernCase,
            self._concern(),
            lambda it: it.assess(assessment=word("first assessment"), rating=Rating.WATCH),
            lambda it: it.reword(detail=word("other detail"), reason=word("reworded")),
            lambda it: it.correct(severity=Severity.LOW, reason=word("less severe")),
            lambda it: it.withdraw(reason=word("withdrawn")),
            lambda it: grants.reopen(it, reason=word("raised rightly")),
            lambda it: grants.assess_as_causing_concern(it, word("assessment")),
            lambda it: grants.start_intervention(
                it, plan=word("plan"), objectives=self._objectives(), review_on=NEXT_WEEK, reason=word("started")
            ),
            lambda it: it.revise_plan(
                plan=word("other plan"), objectives=self._objectives(), reason=word("plan revised")
            ),
            lambda it: it.record_step(on=TODAY, kind=StepKind.INFORMAL, text=word("informal step")),
            *self._ladder(),
            lambda it: it.pause(reason=word("paused")),
            lambda it: it.resume(reason=word("resumed")),
            lambda it: grants.decided(
                it, Act.PAUSE_CONCERN, ConcernCase.pause_longer, until=NEXT_WEEK, reason=word("paused for longer")
            ),
            lambda it: it.resume(reason=word("resumed again")),
            lambda it: it.hold_review(
                evidence=word("evidence"),
                findings=(Finding(1, Rag.GREEN, word("commentary")),),
                reason=word("review decided"),
                **found,
            ),
            lambda it: grants.end_intervention(it, outcome=word("outcome"), reason=word("ended")),
            lambda it: grants.reopen(it, reason=word("reopened")),
            lambda it: it.close(reason=word("closed")),
        )
        self._kept_inside_until_shared()

    def _kept_inside_until_shared(self) -> None:
        """What is written before a concern is shared is read by those who may read what is kept from the school."""
        self.right = Action.READ_RESTRICTED
        inside, found = self.word("inside"), self.word("found inside")
        self.right = Action.READ_CONCERN
        told = {**self.RAISED, "detail": inside, "school": self.place.school}
        case = self.authority._add(lambda: ConcernCase.raise_("CC-2026-0802", **told))
        self.authority._then(
            ConcernCase,
            case,
            lambda it: it.assess(assessment=found, rating=Rating.WATCH),
            lambda it: it.share(words=self.word("shared")),
        )
        self.right = Action.KNOW_SOURCE
        self.authority._then(ConcernCase, case, lambda it: it.name_source(source_name=self.word("source")))

    RAISED: ClassVar[Mapping[str, Any]] = {
        "kind": ConcernKind.ACHIEVEMENT,
        "source": ConcernSource.DATA,
        "severity": Severity.HIGH,
        "purpose": Purpose.CHALLENGE,
    }

    def _ladder(self) -> list[Callable[[ConcernCase], object]]:
        """Formal steps, each dated long enough ago for the next."""
        word, decided = self.word, grants.decided

        def ago(days: int) -> date:
            return TODAY - timedelta(days=days)

        letter = {"answer_by": ago(45), "holds_until": NEXT_WEEK}
        notice = {"kind": NoticeKind.WARNING, "notice_ground": Ground.STANDARDS, "comply_by": ago(10), "copies": ()}
        powers, where = {"intends": [Power.SUSPEND_BUDGET]}, {"institution": grants.COMMUNITY}
        waived = {"step": Waivable.PRE_WARNING, "review_by": NEXT_WEEK, "by": grants.ASSESSOR}
        return [
            lambda it: it.record_step(on=TODAY, kind=StepKind.EVIDENCE, text=word("evidence gathered")),
            lambda it: it.moderate(on=ago(60), text=word("panel")),
            lambda it: decided(it, Act.WAIVE_STEP, ConcernCase.waive_step, reason=word("waived"), **waived),
            lambda it: decided(
                it, Act.PRE_WARN, ConcernCase.pre_warn, on=ago(50), text=word("letter"), **letter, **where
            ),
            lambda it: decided(
                it,
                Act.GIVE_NOTICE,
                ConcernCase.give_notice,
                on=ago(40),
                matters=word("matters"),
                action_required=word("required"),
                **notice,
                **powers,
                **where,
            ),
            lambda it: it.answer(text=word("answer of the school")),
            lambda it: decided(
                it,
                Act.ASSESS_COMPLIANCE,
                ConcernCase.assess_compliance,
                compliance=Compliance.NOT_MET,
                text=word("compliance"),
            ),
            lambda it: decided(
                it, Act.NOTIFY_INTENTION, ConcernCase.notify_intention, text=word("intention"), **powers, **where
            ),
            lambda it: it.record_contact(contacted=Body.DIOCESE, contact=Contact.CONSULTED, text=word("diocese")),
            lambda it: it.record_consent(on=TODAY, letter=word("consent")),
            lambda it: it.record_category(
                inspection_category=InspectionCategory.SPECIAL_MEASURES, on=TODAY, text=word("inspection")
            ),
            lambda it: it.use_power(
                Power.SUSPEND_BUDGET,
                text=word("power"),
                granted=grants.granted(it, Act.SUSPEND_BUDGET, grants.STARTER),
                **where,
            ),
            lambda it: decided(
                it, Act.END_POWER, ConcernCase.end_power, power=Power.SUSPEND_BUDGET, reason=word("power ended")
            ),
            lambda it: decided(it, Act.WITHDRAW_NOTICE, ConcernCase.withdraw_notice, reason=word("no notice")),
            lambda it: it.record_national_step(step=NationalStep.NOTICE, on=TODAY, letter=word("national")),
            lambda it: grants.refer(it, word("referred")),
            lambda it: it.record_referral_answer(text=word("answer of the group")),
        ]

    def _concern(self) -> UUID:
        """Raised when head and chair could read every concern."""
        raised = {**self.RAISED, "detail": self.word("detail"), "school": self.place.school}
        return self.authority._add(lambda: grants.as_raised_before(ConcernCase.raise_("CC-2026-0801", **raised)))

    def _objectives(self) -> tuple[Objective, ...]:
        return (Objective(1, self.word("objective"), self.word("measure"), NEXT_WEEK),)

    def _notes_and_files(self) -> None:
        self.right = Action.READ_NOTE
        place, word, then = self.place, self.word, self.authority._then
        where = {"on_kind": Visit.KIND, "on_record": place.records[Visit.KIND], "school": place.school}
        seen = {**where, "visible_to": Audience.SCHOOL}
        note = self.authority._add(
            partial(Note.write, "N-2026-0061", note_type=NoteType.MEETING, **seen, **self._said())
        )
        then(
            Note,
            note,
            lambda it: it.revise(reason=word("note revised"), **self._said()),
            lambda it: it.withdraw(reason=word("note withdrawn")),
        )
        file = {"file_name": word("file") + "pdf", "size": 9, "sha256": "ab" * 32}
        attached = self.authority._add(partial(Attachment.add, "F-2026-0061", **seen, **file))
        then(Attachment, attached, lambda it: it.withdraw(reason=word("file withdrawn")))

    def _said(self) -> dict[str, Any]:
        about = Personal(self.place.head, self.word("about somebody"))
        return {"heading": self.word("heading"), "text": self.word("note"), "about_person": about}
