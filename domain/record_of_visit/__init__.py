"""RecordOfVisit: what was found and agreed on a visit, issued to the school, answered, and seen by its governors."""

from domain.record_of_visit.content import (
    AgreedAction,
    Content,
    ExtentOfAgreement,
    GoodPractice,
    Issue,
    Judgement,
    Priority,
    Section,
)
from domain.record_of_visit.parts import (
    Answered,
    Completion,
    IssueAnswer,
    Presentation,
    RecordStatus,
    Respondent,
    Response,
    Version,
)
from domain.record_of_visit.record import RecordOfVisit

__all__ = [
    "AgreedAction",
    "Answered",
    "Completion",
    "Content",
    "ExtentOfAgreement",
    "GoodPractice",
    "Issue",
    "IssueAnswer",
    "Judgement",
    "Presentation",
    "Priority",
    "RecordOfVisit",
    "RecordStatus",
    "Respondent",
    "Response",
    "Section",
    "Version",
]
