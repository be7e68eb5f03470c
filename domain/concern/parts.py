"""The words and parts of a concern case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.vocabulary import LabelledEnum


class ConcernKind(LabelledEnum):
    """What the worry is about."""

    ACHIEVEMENT = "achievement"
    TEACHING = "teaching"
    LEADERSHIP = "leadership"
    BEHAVIOUR_AND_ATTENDANCE = "behaviour_and_attendance"
    INCLUSION = "inclusion"
    SAFEGUARDING = "safeguarding"
    FINANCE = "finance"
    STAFFING = "staffing"


class ConcernSource(LabelledEnum):
    """How the worry came to the service."""

    VISIT = "visit"
    DATA = "data"
    COMPLAINT = "complaint"
    INSPECTION = "inspection"
    OFFICER = "officer"
    WHISTLEBLOWING = "whistleblowing"


class Severity(LabelledEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Rating(LabelledEnum):
    """What an assessment finds. Only a school causing concern becomes the subject of an intervention."""

    NO_CONCERN = "no_concern"
    WATCH = "watch"
    CAUSING_CONCERN = "causing_concern"


class Rag(LabelledEnum):
    """Progress with an objective."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class ReviewDecision(LabelledEnum):
    CONTINUE = "continue"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    END = "end"


class StepKind(LabelledEnum):
    """An informal step, a meeting with the school, or the gathering of evidence; a formal one stands in older logs
    only, of the time before each had a kind of its own (`domain.concern.ladder`)."""

    INFORMAL = "informal"
    MEETING = "meeting"
    EVIDENCE = "evidence"
    FORMAL = "formal"


class CaseStatus(LabelledEnum):
    RAISED = "raised"
    ASSESSED = "assessed"
    INTERVENTION = "intervention"
    ENDED = "ended"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    """Raised in error."""

    @property
    def label(self) -> str:
        return "Withdrawn as raised in error" if self is CaseStatus.WITHDRAWN else super().label

    @property
    def is_open(self) -> bool:
        return self in {CaseStatus.RAISED, CaseStatus.ASSESSED, CaseStatus.INTERVENTION}


@dataclass(frozen=True, slots=True)
class Objective:
    """What has to change, how it will be seen, and by when; one that is withdrawn is not reviewed any more."""

    number: int
    text: str
    measure: str
    due: date
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Progress with the objective of that number, and what shows it."""

    objective: int
    rag: Rag
    commentary: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found, and by whom; `named_authoriser` is who was chosen as having authorised it, in the time before
    decisions were kept, where somebody else acted. So in reviews and steps."""

    on: date
    text: str
    rating: Rating
    by: UUID | None
    named_authoriser: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What a concern said until a day, and who then reworded it."""

    text: str
    until: date
    reworded_by: UUID | None


@dataclass(frozen=True, slots=True)
class Review:
    """A review that was held, with the objectives of the plan as they then were, the panel's `advice` and why.

    `decision` is what somebody decided after it, None until they have; in the time before decisions were kept it was
    recorded with the review, and there is no advice.
    """

    on: date
    evidence: str
    objectives: tuple[Objective, ...]
    findings: tuple[Finding, ...]
    decision: ReviewDecision | None
    next_review_on: date | None
    attendees: tuple[UUID, ...]
    by: UUID | None
    reason: str
    named_authoriser: UUID | None = None
    advice: ReviewDecision | None = None
    decided_by: UUID | None = None
    decided_on: date | None = None
    decided_because: str = ""

    def rag_of(self, objective: int) -> Rag | None:
        """How it found the objective of that number, if it looked at it."""
        return next((each.rag for each in self.findings if each.objective == objective), None)


MAINTAINED = frozenset(
    {
        "Community school",
        "Foundation school",
        "Voluntary aided school",
        "Voluntary controlled school",
        "Community special school",
        "Foundation special school",
        "Local authority nursery school",
        "Pupil referral unit",
    }
)
"""The types, in the register's words, at which a local authority has powers of intervention: those of section 59 of
the Education and Inspections Act 2006; and pupil referral units, of which it is not established that it has none."""


FOUNDATION = frozenset(
    {
        "Foundation school",
        "Foundation special school",
        "Voluntary aided school",
        "Voluntary controlled school",
    }
)
"""The types at which somebody beside the authority may appoint governors."""


@dataclass(frozen=True, slots=True)
class Institution:
    """A school as the register has it: its type, empty where that is not known, since when it is that, and from when
    it is closed; `of_a_church` where a diocese of the Church of England or a Catholic one has a say."""

    name: str
    school_type: str = ""
    opened: date | None = None
    closed: date | None = None
    of_a_church: bool = False

    @property
    def is_of_a_maintained_type(self) -> bool:
        """Whether the authority has powers at schools of its type; so where the type is not known."""
        return not self.school_type or self.school_type in MAINTAINED

    @property
    def may_have_appointer(self) -> bool:
        """Whether its governing body may have members whom somebody else appoints."""
        return self.school_type in FOUNDATION

    def is_maintained_on(self, day: date) -> bool:
        """Whether a local authority had its powers there on a day; before it opened, it was another institution."""
        if self.closed is not None and day >= self.closed:
            return False
        is_another = self.opened is not None and day < self.opened
        return is_another or self.is_of_a_maintained_type


@dataclass(frozen=True, slots=True)
class Step:
    on: date
    kind: StepKind
    text: str
    ground: str
    by: UUID | None
    named_authoriser: UUID | None = None
