"""Provider: who can help a school, what they offer at what rate, and what is known of their vetting."""

from domain.provider.checks import Check, Evidence, Requirement, VettingFacts
from domain.provider.offer import (
    Capability,
    Capacity,
    Conflict,
    ConflictNature,
    Duty,
    ProviderKind,
    Rate,
    Specialist,
)
from domain.provider.record import Provider

__all__ = [
    "Capability",
    "Capacity",
    "Check",
    "Conflict",
    "ConflictNature",
    "Duty",
    "Evidence",
    "Provider",
    "ProviderKind",
    "Rate",
    "Requirement",
    "Specialist",
    "VettingFacts",
]
