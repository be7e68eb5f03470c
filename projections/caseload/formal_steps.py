"""What waits on the formal ladder of a concern: an answer, compliance, the notice of intention, the last day of a
power."""

from __future__ import annotations

from typing import TypeGuard

from domain.aggregate import Event
from domain.concern import ConcernCase
from domain.concern.ladder import Compliance, NationalStep
from domain.concern.ladder.parts import two_months_after
from projections.caseload.concerns import Paused
from projections.caseload.item import Item, Task, WaitingFor, item, items, key_of, resting, taken_up
from projections.view import Key, replace

LADDER = "formal steps"

CEASED = "The school has left the authority"
"""The detail of an item that asks for nothing any more."""


def ladder(event: Event) -> Key:
    """The key of the item that says what comes next on the ladder."""
    return key_of(event, LADDER)


def _has_ceased(row: Item | None) -> TypeGuard[Item]:
    return row is not None and row.detail == CEASED


@items.on(ConcernCase.PreWarningSent, key=ladder)
def letter_sent(row: Item | None, event: ConcernCase.PreWarningSent) -> Item:
    return (
        row
        if _has_ceased(row)
        else item(event, Task.RECORD_ANSWER, WaitingFor.OFFICER, part=LADDER, due=event.answer_by)
    )


@items.on(ConcernCase.SchoolAnswered, key=ladder)
def school_answered(row: Item | None, _: ConcernCase.SchoolAnswered) -> Item | None:
    """Only a letter waits for the answer: after a notice it gates nothing."""
    return None if row is not None and row.task is Task.RECORD_ANSWER else row


@items.on(ConcernCase.NoticeGiven, key=ladder)
def notice_given(row: Item | None, event: ConcernCase.NoticeGiven) -> Item:
    """One that is recorded when the school is known to have left the authority ended by itself."""
    return (
        row
        if _has_ceased(row)
        else item(event, Task.ASSESS_COMPLIANCE, WaitingFor.OFFICER, part=LADDER, due=event.comply_by)
    )


@items.on(ConcernCase.ComplianceAssessed, key=ladder)
def compliance_assessed(row: Item | None, event: ConcernCase.ComplianceAssessed) -> Item | None:
    if row is None or row.due is None or event.compliance is Compliance.MET:
        return None
    last = two_months_after(row.due)
    return replace(row, task=Task.NOTIFY_INTENTION, due=last, since=event.meta.occurred_on)


@items.on(ConcernCase.IntentionNotified, key=ladder)
def intention_notified(row: Item | None, event: ConcernCase.IntentionNotified) -> Item | None:
    return row and replace(row, task=Task.USE_POWER, since=event.meta.occurred_on)


@items.on(ConcernCase.Referred, key=ladder)
def referred(_: Item | None, event: ConcernCase.Referred) -> Item:
    return item(event, Task.RECORD_REFERRAL_ANSWER, WaitingFor.OFFICER, part=LADDER)


@items.on(ConcernCase.NationalStepRecorded, key=ladder)
def national_step(row: Item | None, event: ConcernCase.NationalStepRecorded) -> Item | None:
    return None if event.step is NationalStep.NOTICE else row


@items.on(
    ConcernCase.PowerTaken,
    ConcernCase.NoticeWithdrawn,
    ConcernCase.ReferralAnswered,
    ConcernCase.EndDecided,
    ConcernCase.Closed,
    ConcernCase.Withdrawn,
    key=ladder,
)
def ladder_over(*_: object) -> None:
    """Nothing comes next by itself."""


@items.on(ConcernCase.CeasedToBeMaintained, key=ladder)
def ladder_ceased(_: Item | None, event: ConcernCase.CeasedToBeMaintained) -> Item:
    """Kept, so that what is recorded late of the time before asks for nothing."""
    return item(event, None, None, part=LADDER, detail=CEASED)


@items.on(ConcernCase.Paused, ConcernCase.PauseDecided, key=ladder)
def ladder_paused(row: Item | None, event: Paused) -> Item | None:
    return resting(row, event)


@items.on(ConcernCase.Resumed, key=ladder)
def ladder_resumed(row: Item | None, event: ConcernCase.Resumed) -> Item | None:
    return taken_up(row, event)
