"""Those who decide about concerns at a secondary school, and what they do when they are asked: they give it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from domain.decision import Decision
from domain.delegation import Decider
from domain.references import record_id
from domain.vocabulary import Team
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]


class Deciders:
    """The lead of the secondary team and a director, who give what they are asked."""

    def __init__(self, sample: SampleAuthority, sign_in: SignIn, director: UUID) -> None:
        self.sample, self.sign_in, self.director = sample, sign_in, director
        self.lead = sample.officer("Lea Lead", team=Team.SECONDARY, leads=True)
        self.asked = 0

    def next(self) -> Decision:
        """What is asked next after what was given before."""
        self.asked += 1
        return self.decision(self.asked)

    def decision(self, number: int) -> Decision:
        return self.sample.services.service.find(Decision, record_id(Decision.KIND, f"DN-2026-{number:04d}"))

    def give(self, *, by: UUID | None = None, status: int = 303) -> str:
        """Somebody who may gives what is asked next; what a page of another status says."""
        decision = self.next()
        may = self.lead if Decider.SENIOR_OFFICER in decision.route.decides else self.director
        answers = {"shown": decision.question.fingerprint, "version": str(decision.version), "command": str(uuid4())}
        return (
            self.sign_in(by or may)
            .send_page(f"/decisions/{decision.reference}/give", "", answers, status=status)
            .text
        )
