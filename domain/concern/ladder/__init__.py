"""The formal ladder of a concern: from the first look at the evidence to the powers of the Education and Inspections
Act 2006 and their end."""

from domain.concern.ladder.parts import (
    Body,
    Compliance,
    Consent,
    Contact,
    Ground,
    InspectionCategory,
    LadderEntry,
    LadderStep,
    NationalStep,
    Next,
    Notice,
    NoticeEnd,
    NoticeKind,
    Power,
    PowerUsed,
    Referral,
    Waivable,
    Waiver,
)

__all__ = [
    "Body",
    "Compliance",
    "Consent",
    "Contact",
    "Ground",
    "InspectionCategory",
    "LadderEntry",
    "LadderStep",
    "NationalStep",
    "Next",
    "Notice",
    "NoticeEnd",
    "NoticeKind",
    "Power",
    "PowerUsed",
    "Referral",
    "Waivable",
    "Waiver",
]
