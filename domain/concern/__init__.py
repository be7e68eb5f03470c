"""Concern: a worry about a school, followed from the day it is raised to the end of what was done about it."""

from domain.concern.case import ConcernCase
from domain.concern.informant import InConfidence
from domain.concern.parts import (
    Assessment,
    CaseStatus,
    ConcernKind,
    ConcernSource,
    Finding,
    Institution,
    Objective,
    Rag,
    Rating,
    Review,
    ReviewDecision,
    Severity,
    Step,
    StepKind,
    Wording,
)
from domain.concern.referral import ReferredTo, SafeguardingReferral
from domain.concern.sharing import Share

__all__ = [
    "Assessment",
    "CaseStatus",
    "ConcernCase",
    "ConcernKind",
    "ConcernSource",
    "Finding",
    "InConfidence",
    "Institution",
    "Objective",
    "Rag",
    "Rating",
    "ReferredTo",
    "Review",
    "ReviewDecision",
    "SafeguardingReferral",
    "Severity",
    "Share",
    "Step",
    "StepKind",
    "Wording",
]
