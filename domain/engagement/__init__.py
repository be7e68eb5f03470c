"""Brokered engagement: a specialist or trainer at work in a school, from proposed terms to what came of it."""

from domain.engagement.parts import (
    AWAITING_EVALUATION,
    RUNNING,
    Agreement,
    Attainment,
    BreachAnswer,
    Consent,
    Ending,
    EngagementStatus,
    Evaluation,
    Outcome,
    Session,
    SessionOutlook,
    SessionStatus,
    Variation,
    Work,
)
from domain.engagement.record import BrokeredEngagement
from domain.engagement.rules import NotCleared

__all__ = [
    "AWAITING_EVALUATION",
    "RUNNING",
    "Agreement",
    "Attainment",
    "BreachAnswer",
    "BrokeredEngagement",
    "Consent",
    "Ending",
    "EngagementStatus",
    "Evaluation",
    "NotCleared",
    "Outcome",
    "Session",
    "SessionOutlook",
    "SessionStatus",
    "Variation",
    "Work",
]
