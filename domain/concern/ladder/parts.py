"""The words and parts of the formal ladder. Sections without an Act are those of the Education and Inspections Act
2006."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.vocabulary import LabelledEnum


class _Labelled(LabelledEnum):
    """Words whose labels are not made of their values."""

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label


class NoticeKind(_Labelled):
    """By which section a notice is given: 60, or 60A for teachers' pay and conditions."""

    WARNING = "warning"
    PAY_AND_CONDITIONS = "pay_and_conditions"


class Ground(_Labelled):
    """On what a warning notice is given (section 60(2))."""

    STANDARDS = "standards"
    GOVERNANCE = "governance"
    SAFETY = "safety"


class Power(_Labelled):
    """What a local authority may do at a school that is eligible for intervention; the last needs no eligibility
    (School Standards and Framework Act 1998, Schedule 15)."""

    REQUIRE_ARRANGEMENTS = "require_arrangements"
    APPOINT_GOVERNORS = "appoint_governors"
    INTERIM_BOARD = "interim_board"
    SUSPEND_BUDGET = "suspend_budget"
    SUSPEND_FOR_MISMANAGEMENT = "suspend_for_mismanagement"


TWO_MONTHS_ONLY = frozenset({Power.REQUIRE_ARRANGEMENTS, Power.APPOINT_GOVERNORS})
"""Used after a notice, these are used within two months of the end of its compliance period."""


class Body(_Labelled):
    """Who is consulted, or has a copy."""

    HEADTEACHER = "headteacher"
    GOVERNING_BODY = "governing_body"
    DIOCESE = "diocese"
    APPOINTER = "appointer"
    SECRETARY_OF_STATE = "secretary_of_state"
    TRUST = "trust"


class Contact(_Labelled):
    """What was done with somebody who has a say or a copy."""

    CONSULTED = "consulted"
    COPIED = "copied"


class Compliance(_Labelled):
    """How far a school has done what a notice asks for."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


class InspectionCategory(_Labelled):
    """What makes a school eligible for intervention without a notice: sections 61 and 62."""

    SIGNIFICANT_IMPROVEMENT = "significant_improvement"
    SPECIAL_MEASURES = "special_measures"
    NONE = "no_category"


class NationalStep(_Labelled):
    """What the Secretary of State has done about the school."""

    NOTICE = "national_notice"
    PERMISSION = "permission"
    NOTICE_ENDED = "national_notice_ended"
    ACADEMY_ORDER = "academy_order"


class NoticeEnd(_Labelled):
    """How a notice ended."""

    COMPLIED = "complied_with"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    CEASED = "ceased_to_be_maintained"


class Waivable(_Labelled):
    """A step that can be left out because of urgency."""

    MODERATION = "moderation"
    PRE_WARNING = "pre_warning"


class LadderStep(_Labelled):
    """The steps, each one act."""

    MODERATION = "moderation"
    WAIVER = "waiver"
    PRE_WARNING = "pre_warning"
    NOTICE = "notice"
    ANSWER = "answer"
    COMPLIANCE = "compliance"
    INTENTION = "intention"
    CONTACT = "contact"
    CONSENT = "consent"
    POWER = "power"
    POWER_ENDED = "power_ended"
    WITHDRAWN = "notice_withdrawn"
    CATEGORY = "inspection_category"
    NATIONAL = "national_step"
    REFERRAL = "referral"
    REFERRAL_ANSWERED = "referral_answered"
    CEASED = "ceased_to_be_maintained"


_LABELS = {
    "warning": "Warning notice (section 60)",
    "pay_and_conditions": "Teachers' pay and conditions warning notice (section 60A)",
    "standards": "Unacceptably low standards",
    "governance": "Serious breakdown in management or governance",
    "safety": "Safety of pupils or staff threatened",
    "require_arrangements": "Require arrangements (section 63)",
    "appoint_governors": "Appoint additional governors (section 64)",
    "interim_board": "Interim executive board (section 65)",
    "suspend_budget": "Suspend the delegated budget (section 66)",
    "suspend_for_mismanagement": "Suspend the delegated budget for mismanagement (1998 Act, Schedule 15)",
    "appointer": "Appointer of foundation governors",
    "secretary_of_state": "Secretary of State",
    "copied": "Sent a copy",
    "significant_improvement": "Requires significant improvement (section 61)",
    "special_measures": "Special measures (section 62)",
    "no_category": "In no category any more",
    "national_notice": "Warning notice of the Secretary of State",
    "permission": "Permission for another local notice",
    "national_notice_ended": "Their notice has ended",
    "superseded": "Superseded by a notice of the Secretary of State",
    "moderation": "Panel looked at the evidence",
    "waiver": "Step left out for urgency",
    "pre_warning": "Pre-warning letter",
    "notice": "Warning notice",
    "answer": "School's answer",
    "compliance": "Compliance assessed",
    "intention": "Intention to use powers notified",
    "contact": "Consulted or sent a copy",
    "consent": "Secretary of State's consent",
    "power": "Power used",
    "inspection_category": "Inspection category",
    "national_step": "Step of the Secretary of State",
    "referral": "Referred to the Regions Group",
    "referral_answered": "Regions Group answered",
}

BOARD_LEAST = 2
"""Members of an interim executive board, at the least."""


def two_months_after(day: date) -> date:
    """The last day of the two months that follow a day; the last of a month where it has no such day."""
    year, month = day.year + (day.month + 1) // 12, (day.month + 1) % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class PreWarning:
    """A letter that says which formal step comes next: an answer is expected by a day, and the letter holds until
    another."""

    on: date
    answer_by: date
    holds_until: date


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the authority, with the last day of its compliance period, and what came of it."""

    kind: NoticeKind
    on: date
    comply_by: date
    intends: tuple[Power, ...]
    compliance: Compliance | None = None
    assessed_on: date | None = None
    intention_on: date | None = None
    ended_on: date | None = None
    end: NoticeEnd | None = None

    @property
    def powers_until(self) -> date:
        """The last day to use those powers that are used within two months."""
        return two_months_after(self.comply_by)


@dataclass(frozen=True, slots=True)
class PowerUsed:
    """A power that was used, from the day on which it has effect."""

    power: Power
    on: date
    from_: date
    ended_on: date | None = None

    def in_use_on(self, day: date) -> bool:
        return self.from_ <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A step that may be left out, by whose decision, and by when that is looked at again."""

    step: Waivable
    on: date
    by: tuple[UUID, ...]
    review_by: date


@dataclass(frozen=True, slots=True)
class Contacted:
    """Somebody who was consulted or had a copy."""

    body: Body
    contact: Contact
    on: date


@dataclass(frozen=True, slots=True)
class Consent:
    """A letter of the Secretary of State that consents to an interim executive board."""

    on: date
    letter: str


@dataclass(frozen=True, slots=True)
class Referral:
    """That the Regions Group was told, and what it answered."""

    on: date
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class LadderEntry:
    """A step that was taken: what it says, who decided or recorded it, and with whom."""

    on: date
    step: LadderStep
    detail: str
    text: str
    by: UUID | None
    first: UUID | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next on the ladder, from and until which day."""

    what: str
    from_: date | None = None
    until: date | None = None
