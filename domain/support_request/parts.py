"""The words of a support request, and how a provider was ranked for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.vocabulary import LabelledEnum


class RequestStatus(LabelledEnum):
    """Where a request stands. From `placed` on nobody searches; the last seven are ends."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    TRIAGED = "triaged"
    APPROVED = "approved"
    SHORTLISTED = "shortlisted"
    INVITING = "inviting"
    PLACED = "placed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    SIGNPOSTED = "signposted"
    MET_IN_HOUSE = "met_in_house"
    UNMET = "unmet"
    MERGED = "merged"

    @property
    def label(self) -> str:
        return _STATUS_LABELS.get(self.value) or super().label


_STATUS_LABELS = {
    "approved": "Spending approved",
    "inviting": "Inviting quotes",
    "placed": "Provider found",
    "met_in_house": "Met in-house",
    "unmet": "Could not be met",
}


ENDS = frozenset(
    {
        RequestStatus.CLOSED,
        RequestStatus.WITHDRAWN,
        RequestStatus.DECLINED,
        RequestStatus.SIGNPOSTED,
        RequestStatus.MET_IN_HOUSE,
        RequestStatus.UNMET,
        RequestStatus.MERGED,
    }
)
UNPLACED = frozenset(RequestStatus) - ENDS - {RequestStatus.PLACED}
NEW = frozenset({RequestStatus.RAISED, RequestStatus.ACKNOWLEDGED})
BEFORE_INVITING = frozenset({RequestStatus.APPROVED, RequestStatus.SHORTLISTED})
"""Spending is approved, and nobody is invited yet."""
WITH_BROKER = UNPLACED - NEW | {RequestStatus.PLACED}


def status_with(status: RequestStatus, *, approved: bool) -> RequestStatus:
    """Where a request stands once spending on it is approved, or is so no longer before anybody was looked for."""
    if status is RequestStatus.TRIAGED and approved:
        return RequestStatus.APPROVED
    return RequestStatus.TRIAGED if status is RequestStatus.APPROVED and not approved else status


class Urgency(LabelledEnum):
    """How soon an answer is needed."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class SupportLevel(LabelledEnum):
    """How much help triage thinks is needed: what every school may have, a set piece of work, or more."""

    UNIVERSAL = "universal"
    TARGETED = "targeted"
    INTENSIVE = "intensive"


class Route(LabelledEnum):
    """The way on which triage sends a request."""

    BROKERED = "brokered"
    IN_HOUSE = "in_house"
    SIGNPOSTED = "signposted"

    @property
    def label(self) -> str:
        return super().label.replace("In house", "In-house")


class InHouse(LabelledEnum):
    """Who meets a need from within (source report, paragraph 12)."""

    LEAD_TEACHER = "lead_teacher"
    LEAD_DEPARTMENT = "lead_department"
    ADVANCED_SKILLS_TEACHER = "advanced_skills_teacher"
    IN_HOUSE_ADVISER = "in_house_adviser"
    KEY_STAGE_CONSULTANT = "key_stage_consultant"

    @property
    def label(self) -> str:
        return super().label.replace("In house", "In-house")


class UnmetCause(LabelledEnum):
    """Why a need could not be met: what would have to be otherwise for the next one."""

    NOBODY_OFFERS = "nobody_offers"
    NONE_FREE = "none_free"
    NONE_CLEARED = "none_cleared"
    PRICE = "price"
    TIME = "time"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "nobody_offers": "Nobody offers it",
            "none_free": "Nobody was free",
            "none_cleared": "Nobody was cleared",
            "price": "It cost too much",
            "time": "It could not be found in time",
            "other": "Another reason",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One provider as the matching saw it: the sentences for it, or the one that excludes it."""

    provider: UUID
    score: int
    reasons: tuple[str, ...]
    excluded_because: str | None = None
