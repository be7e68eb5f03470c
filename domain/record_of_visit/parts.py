"""What becomes of a record of visit beside what it says: its versions, the responses, the governors' meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.record_of_visit.content import Content, ExtentOfAgreement
from domain.vocabulary import LabelledEnum, Side


class RecordStatus(LabelledEnum):
    """Where the writing stands. Responses and presentation stand beside it, since either may come first."""

    DRAFT = "draft"
    CORRECTING = "correcting"
    SUBMITTED = "submitted"
    ASSURED = "assured"
    ISSUED = "issued"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STATUS_LABELS.get(self.value) or super().label


_STATUS_LABELS = {
    "correcting": "Being corrected",
    "submitted": "Awaiting quality assurance",
    "assured": "Quality assured",
}


OPEN_TO_WRITING = frozenset({RecordStatus.DRAFT, RecordStatus.CORRECTING})
WITH_ASSURER = frozenset({RecordStatus.SUBMITTED, RecordStatus.ASSURED})


class Respondent(LabelledEnum):
    """Those for whose response a record has space (source report, paragraph 8)."""

    HEADTEACHER = "headteacher"
    CHAIR = "chair"

    @property
    def label(self) -> str:
        return "Chair of governors" if self is Respondent.CHAIR else "Headteacher"


class Answered(LabelledEnum):
    """What has become of a response."""

    AWAITED = "awaited"
    RESPONDED = "responded"
    DECLINED = "declined"
    LAPSED = "lapsed"
    NOT_ASKED = "not_asked"

    @property
    def label(self) -> str:
        return {"declined": "Will not respond", "lapsed": "No response"}.get(self.value) or super().label


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it was issued; what it says never changes. `respond_by` is None where nobody was asked to respond,
    `reason` says why it took the place of the one before."""

    number: int
    content: Content
    content_hash: str
    issued_on: date
    recipients: tuple[UUID, ...]
    respond_by: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IssueAnswer:
    """What is answered to one issue, by its number."""

    issue: int
    text: str


@dataclass(frozen=True, slots=True)
class Response:
    """What somebody answered to a version; `person` is who gave the answer."""

    respondent: Respondent
    person: UUID | None
    on: date
    version: int
    agrees: ExtentOfAgreement
    overall: str
    answers: tuple[IssueAnswer, ...]


@dataclass(frozen=True, slots=True)
class Presentation:
    """The meeting of the governing body that saw a version, and where its minutes say so."""

    meeting_on: date
    minute: str
    version: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Who has an agreed action since it was handed over, by when it is due, and the day on which that was done; the
    `side` that it is for since, None where that stayed."""

    owner: UUID
    due: date
    on: date
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """The day on which an agreed action was done, and what there is to say of it."""

    on: date
    note: str
