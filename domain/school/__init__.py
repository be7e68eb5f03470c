"""School: an institution with a history of URNs, and who looks after it."""

from domain.school.parts import (
    Absence,
    Answer,
    AreaGrade,
    Change,
    Cover,
    Details,
    Inspection,
    LinkPeriod,
    Membership,
    Need,
    Source,
    Status,
    Succession,
    Value,
)
from domain.school.record import School

__all__ = [
    "Absence",
    "Answer",
    "AreaGrade",
    "Change",
    "Cover",
    "Details",
    "Inspection",
    "LinkPeriod",
    "Membership",
    "Need",
    "School",
    "Source",
    "Status",
    "Succession",
    "Value",
]
