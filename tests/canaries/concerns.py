"""A concern, a note and a file, each text with a word of its own."""

from __future__ import annotations

from functools import partial
from typing import Any
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
        found = {"on": TODAY, "decision": ReviewDecision.END}
        then(
            ConcernCase,
            self._concern(),
            lambda it: it.assess(assessment=word("first assessment"), rating=Rating.WATCH),
            lambda it: it.reword(detail=word("other detail"), reason=word("reworded")),
            lambda it: it.withdraw(reason=word("withdrawn")),
            lambda it: grants.reopen(it, reason=word("raised rightly")),
            lambda it: grants.assess_as_causing_concern(it, word("assessment")),
            lambda it: grants.start_intervention(
                it, plan=word("plan"), objectives=self._objectives(), review_on=NEXT_WEEK, reason=word("started")
            ),
            lambda it: it.revise_plan(
                plan=word("other plan"), objectives=self._objectives(), reason=word("plan revised")
            ),
            lambda it: it.record_step(
                on=TODAY, kind=StepKind.INFORMAL, text=word("informal step"), ground=word("why")
            ),
            lambda it: grants.take_formal_step(it, on=TODAY, text=word("step"), ground=word("ground")),
            lambda it: it.pause(reason=word("paused")),
            lambda it: it.resume(reason=word("resumed")),
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

    def _concern(self) -> UUID:
        raised = {
            "kind": ConcernKind.ACHIEVEMENT,
            "source": ConcernSource.DATA,
            "severity": Severity.HIGH,
            "purpose": Purpose.CHALLENGE,
            "detail": self.word("detail"),
        }
        return self.authority._add(lambda: ConcernCase.raise_("CC-2026-0801", school=self.place.school, **raised))

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
