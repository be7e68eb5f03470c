"""Visit: from its planning to the day it was made, or was not."""

from domain.visit.parts import STANDING_ITEM, AgendaItem, AgendaKind, CancelledBy, Visitor, VisitStatus, WrittenUp
from domain.visit.record import Visit

__all__ = [
    "STANDING_ITEM",
    "AgendaItem",
    "AgendaKind",
    "CancelledBy",
    "Visit",
    "VisitStatus",
    "Visitor",
    "WrittenUp",
]
