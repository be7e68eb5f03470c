"""Decision: what somebody was asked to decide, and what came of it."""

from domain.decision.parts import Basis, Condition, DecisionStatus, Enquiry, Question, Route, Term
from domain.decision.record import Decision
from domain.on_behalf import Heard

__all__ = ["Basis", "Condition", "Decision", "DecisionStatus", "Enquiry", "Heard", "Question", "Route", "Term"]
