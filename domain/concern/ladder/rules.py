"""What the formal ladder refuses, by the name of the rule, and where the rule is written.

Sections without an Act are those of the Education and Inspections Act 2006 as it stands since the Education and
Adoption Act 2016. What the law is not established to forbid is told as a reminder, and not refused.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from domain.aggregate import Refusal
from domain.concern.ladder.parts import (
    BOARD_LEAST,
    TWO_MONTHS_ONLY,
    Body,
    Compliance,
    Contact,
    InspectionCategory,
    Notice,
    NoticeEnd,
    NoticeKind,
    Power,
    Waivable,
)
from domain.concern.parts import Institution, Rating, StepKind
from domain.concern.rules import NotAssessed, NotCausingConcern, NotMaintained
from domain.text import day_in_words

if TYPE_CHECKING:
    from domain.concern.ladder.state import LadderState


C = TypeVar("C", bound="LadderState")


class NothingToModerate(Refusal):
    """A panel looks at informal steps and at evidence, so that there is one of each."""


class NotModerated(Refusal):
    """A pre-warning letter follows a panel's look at the evidence, or a waiver for urgency (local procedure)."""


class NotPreWarned(Refusal):
    """A notice follows a pre-warning letter that holds, or a waiver for urgency (local procedure)."""


class AlreadyWaived(Refusal):
    """The step may be left out already, or was taken."""


class NoticeStands(Refusal):
    """A case has one notice at a time."""


class NationalNoticeStands(Refusal):
    """After a warning notice of the Secretary of State the authority gives none without their permission (section
    60(4A) and (4B))."""


class NoNationalNotice(Refusal):
    """Permission follows a notice of the Secretary of State, and so does its end."""


class GroundDoesNotFit(Refusal):
    """A warning notice is given on one of the three grounds of section 60(2), one on pay and conditions on none of
    them."""


class PeriodTooShort(Refusal):
    """A compliance period ends after the day of its notice."""


class NoNotice(Refusal):
    """No notice of the authority is open."""


class PeriodRuns(Refusal):
    """Before a compliance period is over a school has either complied in full or nothing can be said (section
    60(1)(c))."""


class AssessedAlready(Refusal):
    """Compliance was assessed, so that it is not assessed again."""


class IntentionNeeded(Refusal):
    """The governing body has reasonable notice in writing before a power is used (section 60(1)(d))."""


class NotEligible(Refusal):
    """Powers are used at a school that is eligible for intervention: after a notice (sections 60 and 60A), or by its
    inspection category (sections 61 and 62)."""


class SupersededByNational(Refusal):
    """A notice ended when the Secretary of State gave one (section 60(4B)), and with it what rests on it."""


class OnlyOtherPowers(Refusal):
    """After a notice on pay and conditions a school is not required to enter into arrangements (section 63(1))."""


class PowerTooLate(Refusal):
    """After a notice sections 63 and 64 are used within two months of the end of the compliance period (section 64;
    for section 63, as for its twin, section 66A)."""


class NotConsulted(Refusal):
    """The governing body is consulted before sections 63 and 65 are used, and the diocese, or whoever appoints
    foundation governors (section 65; for section 63, as for its twin, section 66A)."""


class NoConsent(Refusal):
    """An interim executive board needs the Secretary of State's consent (section 65)."""


class TooFewMembers(Refusal):
    """An interim executive board has at least two members (Schedule 6)."""


class IebInOffice(Refusal):
    """While an interim executive board is in office no additional governors are appointed (Schedule 6, paragraph
    14)."""


class PowerInUse(Refusal):
    """The power is in use already."""


class PowerNotInUse(Refusal):
    """The power is not in use."""


class NotReferred(Refusal):
    """There is no referral that waits for an answer."""


class StepsOutOfOrder(Refusal):
    """A step would be dated before what it rests on."""


def must_stand_assessed(case: C, _: date) -> None:
    if case.assessment is None:
        raise NotAssessed("Assess the concern before you take formal steps")
    if case.assessment.rating is not Rating.CAUSING_CONCERN:
        raise NotCausingConcern("The assessment does not rate this school as causing concern")


def must_have_a_notice(case: C, _: date) -> None:
    if case.notice is None:
        _raise_superseded(case)
        raise NoNotice("There is no open notice")


def must_have_a_letter(case: C, _: date) -> None:
    if case.notice is None and case.pre_warning is None:
        raise NoNotice("There is no letter or notice to answer")


def must_have_no_notice(case: C, _: date) -> None:
    if case.notice is not None:
        raise NoticeStands(f"The notice of {day_in_words(case.notice.on)} is open. Withdraw it first, or wait")
    if case.national_notice_on is not None and not case.may_give_another:
        raise NationalNoticeStands(
            f"The Secretary of State gave a notice on {day_in_words(case.national_notice_on)}; record their "
            "permission first"
        )


def must_be_unassessed(case: C, _: date) -> None:
    notice = case.notice
    if notice is not None and notice.compliance is not None:
        raise AssessedAlready(f"Compliance was assessed on {day_in_words(notice.assessed_on or notice.on)}")


def must_be_assessed(case: C, _: date) -> None:
    notice = case.notice
    if notice is not None and notice.compliance is None:
        raise NotAssessed("Assess compliance with the notice first")


def must_have_evidence(case: C, _: date) -> None:
    kinds = {step.kind for step in case.steps}
    if StepKind.EVIDENCE not in kinds or not kinds & {StepKind.INFORMAL, StepKind.MEETING}:
        raise NothingToModerate("Record an informal step and the evidence gathered before a panel looks at them")


def must_be_moderated(case: C, _: date) -> None:
    if case.moderated_on is None and Waivable.MODERATION not in case.waivers:
        raise NotModerated("No panel has looked at the evidence. Record its meeting, or ask for a waiver for urgency")


def must_await_the_regions_group(case: C, _: date) -> None:
    if case.referral is None or case.referral.answered_on is not None:
        raise NotReferred("There is no referral without an answer")


def must_have_a_way_to_powers(case: C, _: date) -> None:
    """Raises NotEligible where there was neither a notice nor an inspection category."""
    if case.notice is None and not case.categories:
        _raise_superseded(case)
        raise NotEligible(
            "The school is not eligible for intervention: there is no notice that it has not complied with, and it "
            "is in no inspection category (sections 60 to 62)"
        )


def must_use_a_power(case: C, _: date) -> None:
    if all(power.ended_on is not None for power in case.powers):
        raise PowerNotInUse("No power is in use")


def must_be_pre_warned(case: C, on: date) -> None:
    """Raises NotPreWarned unless a letter holds on that day, or may be left out."""
    if Waivable.PRE_WARNING in case.waivers:
        return
    letter = case.pre_warning
    if letter is None:
        raise NotPreWarned("No pre-warning letter was sent. Send one, or ask for a waiver for urgency")
    if on > letter.holds_until:
        raise NotPreWarned(
            f"The pre-warning letter of {day_in_words(letter.on)} held until {day_in_words(letter.holds_until)}. "
            "Send another, or ask for a waiver for urgency"
        )
    must_follow(on, letter.on, "the pre-warning letter")


def must_be_maintained(case: C, institution: Institution, on: date) -> None:
    """Raises NotMaintained, by what the school was on the day of the step."""
    is_maintained = on < case.ceased_on if case.ceased_on else institution.is_maintained_on(on)
    if is_maintained:
        return
    what = institution.school_type
    raise NotMaintained(
        f"{institution.name} was no maintained school on {day_in_words(on)}{f' ({what})' if what else ''}. A "
        "local authority has no powers of intervention there (Education and Inspections Act 2006, section "
        "59). Refer it to the Regions Group instead",
        field="on",
    )


def must_fit(kind: NoticeKind, ground: object) -> None:
    """Raises GroundDoesNotFit."""
    if kind is NoticeKind.WARNING and ground is None:
        raise GroundDoesNotFit("Choose the ground of the notice", field="notice_ground")
    if kind is NoticeKind.PAY_AND_CONDITIONS and ground is not None:
        raise GroundDoesNotFit("A notice on pay and conditions has none of these grounds", field="notice_ground")


def must_follow(on: date, before: date, what: str) -> None:
    """Raises StepsOutOfOrder."""
    if on < before:
        raise StepsOutOfOrder(f"Choose {day_in_words(before)} or later, the date of {what}", field="on")


def must_have_ended(notice: Notice, on: date, compliance: Compliance) -> None:
    """Raises PeriodRuns, but for a school that has complied in full."""
    if on <= notice.comply_by and compliance is not Compliance.MET:
        raise PeriodRuns(
            f"The period ends on {day_in_words(notice.comply_by)}; only full compliance can be recorded before",
            field="compliance",
        )


def must_be_eligible(case: C, power: Power, on: date) -> None:
    """Raises NotEligible, SupersededByNational, PeriodRuns, NotAssessed, IntentionNeeded, OnlyOtherPowers,
    PowerTooLate, unless the inspection category of that day is enough."""
    if case.category_on(on) is not InspectionCategory.NONE:
        return
    notice = case.notice
    if notice is None:
        _raise_superseded(case)
        raise NotEligible(
            "The school is not eligible for intervention: there is no notice that it has not complied with, and it "
            "is in no inspection category (sections 60 to 62)"
        )
    if power is Power.REQUIRE_ARRANGEMENTS and notice.kind is NoticeKind.PAY_AND_CONDITIONS:
        raise OnlyOtherPowers("After a notice on pay and conditions section 63 cannot be used (section 63(1))")
    if on <= notice.comply_by:
        raise PeriodRuns(f"The compliance period ends on {day_in_words(notice.comply_by)}", field="on")
    if notice.compliance is None:
        raise NotAssessed("Assess compliance with the notice first")
    if notice.intention_on is None:
        raise IntentionNeeded(
            "Give the governing body reasonable notice in writing that powers will be used (section 60(1)(d))"
        )
    must_follow(on, notice.intention_on, "the notice of intention")
    if power in TWO_MONTHS_ONLY and on > notice.powers_until:
        raise PowerTooLate(
            f"Two months after the period ended on {day_in_words(notice.powers_until)}. A new notice is needed",
            field="on",
        )


def must_be_consulted(case: C, bodies: tuple[Body, ...], on: date) -> None:
    """Raises NotConsulted for the first of them that was not consulted by a day."""
    consulted = {each.body for each in case.contacts if each.contact is Contact.CONSULTED and each.on <= on}
    for body in bodies:
        if body not in consulted:
            called = f"The {body.label[:1].lower()}{body.label[1:]}"
            raise NotConsulted(f"{called} has to be consulted first. Record the consultation")


def must_be_consented(case: C, on: date) -> None:
    """Raises NoConsent."""
    if case.consent is None or case.consent.on > on:
        raise NoConsent(
            "An interim executive board needs the Secretary of State's consent. Record the letter and its date"
        )


def must_have_members(members: int) -> None:
    """Raises TooFewMembers."""
    if members < BOARD_LEAST:
        raise TooFewMembers("An interim executive board has at least two members (Schedule 6)", field="members")


def must_not_be_in_use(case: C, power: Power, on: date) -> None:
    """Raises PowerInUse; IebInOffice where additional governors would be appointed."""
    if power is Power.APPOINT_GOVERNORS:
        for board in case.powers:
            if board.power is Power.INTERIM_BOARD and board.in_use_on(on):
                raise IebInOffice(
                    f"An interim executive board is in office since {day_in_words(board.from_)} (Schedule 6, "
                    "paragraph 14)"
                )
        return
    for each in case.powers:
        if each.power is power and each.ended_on is None:
            raise PowerInUse(f"{power.label}: in use since {day_in_words(each.from_)}")


def must_have_nothing_open(case: C, _: date) -> None:
    """Raises NoticeStands, PowerInUse: a case is not over while a notice is open or a power in use."""
    if case.notice is not None:
        raise NoticeStands(
            f"The notice of {day_in_words(case.notice.on)} is open. Record that it is complied with, or withdraw it"
        )
    for each in case.powers:
        if each.ended_on is None:
            raise PowerInUse(f"{each.power.label}: in use since {day_in_words(each.from_)}. End it first")


def _raise_superseded(case: C) -> None:
    last = case.notices[-1] if case.notices else None
    if last is not None and last.end is NoticeEnd.SUPERSEDED and last.ended_on is not None:
        raise SupersededByNational(
            f"The authority's notice ended on {day_in_words(last.ended_on)}, when the Secretary of State gave one"
        )


BEFORE_A_LETTER = (must_stand_assessed, must_have_no_notice, must_be_moderated)
"""What must hold before a pre-warning letter or a notice."""

BEFORE_AN_INTENTION = (must_have_a_notice, must_be_assessed)
"""What must hold before the intention to use powers is notified."""
