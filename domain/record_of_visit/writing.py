"""From one content of a record to another: the events that say what was written, changed and taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Event
from domain.record_of_visit import events
from domain.record_of_visit.content import AgreedAction, Content, GoodPractice, Issue, Judgement, Part, Section
from domain.vocabulary import Purpose, Sensitivity


@dataclass(frozen=True, slots=True)
class EventToRecord:
    """An event to be recorded, with what its meta says of it."""

    event: Event
    purpose: Purpose | None = None
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    person: UUID | None = None


def differences(before: Content, after: Content) -> Iterator[EventToRecord]:
    """What was taken out, then what was written or changed; nothing for what stays as it was."""
    for part in before:
        if after.find(type(part), part.key) is None:
            yield _taken_out(part)
    for part in after:
        old = before.find(type(part), part.key)
        if old != part:
            yield _written(part, is_new=old is None)


def _taken_out(part: Part) -> EventToRecord:
    match part:
        case Section():
            return EventToRecord(events.SectionRemoved(heading=part.heading), sensitivity=_sensitivity(part))
        case Judgement():
            return EventToRecord(events.JudgementWithdrawn(area=part.area), part.purpose)
        case Issue():
            return EventToRecord(events.IssueWithdrawn(number=part.number), part.purpose)
        case AgreedAction():
            return EventToRecord(events.ActionWithdrawn(number=part.number), part.purpose, person=part.owner)
        case GoodPractice():
            return EventToRecord(events.GoodPracticeWithdrawn(text=part.text))


def _written(part: Part, *, is_new: bool) -> EventToRecord:
    match part:
        case Section():
            section = events.SectionWritten(heading=part.heading, text=part.text, restricted=part.restricted)
            return EventToRecord(section, sensitivity=_sensitivity(part))
        case Judgement():
            return EventToRecord(
                events.JudgementRecorded(
                    area=part.area,
                    judgement=part.judgement,
                    evidence=part.evidence,
                    school_view=part.school_view,
                ),
                part.purpose,
            )
        case Issue():
            issue = events.IssueRaised if is_new else events.IssueReworded
            return EventToRecord(issue(number=part.number, text=part.text, priority=part.priority), part.purpose)
        case AgreedAction():
            action = events.ActionAgreed if is_new else events.ActionReworded
            return EventToRecord(
                action(
                    number=part.number,
                    text=part.text,
                    owner_side=part.owner_side,
                    owner=part.owner,
                    due=part.due,
                ),
                part.purpose,
                person=part.owner,
            )
        case GoodPractice():
            return EventToRecord(events.GoodPracticeNoted(text=part.text, shareable=part.shareable))


def _sensitivity(section: Section) -> Sensitivity:
    return Sensitivity.RESTRICTED if section.restricted else Sensitivity.ORDINARY
