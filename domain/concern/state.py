"""What every part of a concern case stands on: how far it is, who may read it, and who decided."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.aggregate import Aggregate, Event
from domain.concern.parts import Assessment, CaseStatus
from domain.delegation import Act, Excluded, Granted, NotCovered, must_not_be_excluded
from domain.vocabulary import Purpose, Sensitivity


class CaseState(Aggregate, part=True):
    """How far a case is, and by whose decision something is done in it."""

    school: UUID
    purpose: Purpose
    sensitivity: Sensitivity
    status: CaseStatus

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.assessment: Assessment | None = None
        self.is_paused = False
        self.paused_until: date | None = None
        self.is_decided_upon = False
        """Whether somebody decided that the school causes concern, or on a formal step."""

    def pause_until(self, day: date | None) -> None:
        """Remember that nothing is done until a day."""
        self.is_paused, self.paused_until = True, day

    def go_on(self) -> None:
        """Remember that work goes on."""
        self.is_paused, self.paused_until = False, None

    def excluded_from(self, act: Act) -> tuple[Excluded, ...]:
        """Who may not decide an act of this case, because of what they did in it before."""
        raise NotImplementedError(act)

    def _decided(self, act: Act, granted: Granted) -> UUID:
        """Who decided an act. Raises NotCovered, OwnAsk, OneHand."""
        granted.must_cover(act, self.id)
        if granted.by is None:
            raise NotCovered("Nobody is known to have decided this")
        self._must_be_free(act, granted.by)
        return granted.by

    def _must_be_free(self, act: Act, person: UUID) -> None:
        """Raises OwnAsk, OneHand, WaivesAndDecides where somebody may not decide an act."""
        must_not_be_excluded(person, self.excluded_from(act))

    def _take(
        self,
        event: Event,
        *people: UUID,
        occurred: date | None = None,
        purpose: Purpose | None = None,
        reason: str = "",
        rules: tuple[str, ...] = (),
        decision: UUID | None = None,
    ) -> None:
        self.record(
            event,
            occurred=occurred,
            purpose=purpose,
            reason=reason,
            rules=rules,
            people=people,
            sensitivity=self.sensitivity,
            decision=decision,
        )
