"""What happens to a school: facts of its record, each with its sentence and its effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.aggregate import Event
from domain.school.parts import (
    DAY,
    LEFT,
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
    ended,
    last_day,
)
from domain.school.tellings import NAME, Tellings, details_in, name_in, told
from domain.vocabulary import Personal

if TYPE_CHECKING:
    from domain.school.record import School

HEAD = "head"
"""What the head is called among the details that a file tells."""

# What the register tells


class Registered(Event):
    TOPIC = "school.registered"
    says = "{by} added {name}, URN {urn}, from {source}"
    urn: int
    name: str
    details: Details
    head: Personal | None
    source: Source
    empty: tuple[str, ...] = ()
    """The details, HEAD among them, of which the file told that there are none."""

    def tellings(self) -> Tellings:
        """What the file told, by detail."""
        empty: Details = {detail: None for detail in self.empty if detail != HEAD}
        return told({}, {NAME: self.name, **self.details, **empty}, self.source.dated)

    @property
    def head_dated(self) -> date | None:
        """The day on which the head was told, None where the layout does not tell heads."""
        return self.source.dated if self.head is not None or HEAD in self.empty else None

    def apply(self, school: School) -> None:
        school.urn, school.reference = self.urn, str(self.urn)
        school.urns.append(self.urn)
        school.tellings, school.head = self.tellings(), self.head
        school.dated, school.head_dated = self.source.dated, self.head_dated


class DetailsRefreshed(Event):
    TOPIC = "school.details-refreshed"
    says = "{by} updated the school's details from {source}: {changes}"
    changes: tuple[Change, ...]
    source: Source
    closes: bool = False
    """Whether a school that was not closed is, by the status or the day of closing that the file tells; false too
    where it was not kept."""

    @property
    def details(self) -> Details:
        """The details as they are told now."""
        return {change.detail: change.after for change in self.changes}

    def apply(self, school: School) -> None:
        school.tellings = told(school.tellings, self.details, self.source.dated)
        school.dated = max(school.dated, self.source.dated)


class DetailsConfirmed(Event):
    """A file tells what is known already, so that nothing older counts any more; HEAD stands among the details."""

    TOPIC = "school.details-confirmed"
    says = "{by} confirmed unchanged school details from {source}"
    details: tuple[str, ...]
    source: Source
    closes: bool = False
    """Whether the day of closing, told before it came, has come."""

    def confirmed(self, tellings: Tellings) -> Tellings:
        """What was told, now told by this file."""
        known = {**details_in(tellings), NAME: name_in(tellings)}
        again = {detail: known.get(detail) for detail in self.details if detail != HEAD}
        return told(tellings, again, self.source.dated)

    @property
    def confirms_head(self) -> bool:
        return HEAD in self.details

    def apply(self, school: School) -> None:
        school.tellings = self.confirmed(school.tellings)
        if self.confirms_head:
            school.head_dated = self.source.dated
        school.dated = max(school.dated, self.source.dated)


class HeadNamed(Event):
    TOPIC = "school.head-named"
    says = "{by} updated the headteacher from {source}: {head_or_none}"
    head: Personal | None
    before: Personal | None
    source: Source

    @property
    def head_or_none(self) -> Personal | str:
        return self.head or "none named"

    def apply(self, school: School) -> None:
        school.head, school.head_dated = self.head, self.source.dated
        school.dated = max(school.dated, self.source.dated)


class JoinedGroup(Event):
    TOPIC = "school.joined-group"
    says = "{by} recorded from {source} that the school belongs to {name} ({kind})"
    group: str
    name: str
    kind: str
    joined: date | None
    source: Source

    def apply(self, school: School) -> None:
        school.groups[self.group] = Membership(self.group, self.name, self.kind, self.joined)
        school.group_sources[self.group] = self.source


class LeftGroup(Event):
    TOPIC = "school.left-group"
    says = "{by} recorded from {source} that the school no longer belongs to {name} ({kind})"
    group: str
    name: str
    kind: str
    source: Source

    def apply(self, school: School) -> None:
        school.groups.pop(self.group)
        school.group_sources.pop(self.group)


class InspectionRecorded(Event):
    TOPIC = "school.inspection-recorded"
    SCHEMA = 2
    says = "{by} recorded the inspection of {inspected_on}: {rating} ({framework}), from {source}"
    urn: int
    inspected_on: date
    rating: str
    framework: str
    source: Source
    grades: tuple[AreaGrade, ...]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["grades"] = []

    def apply(self, school: School) -> None:
        school.inspections[self.inspected_on, self.urn] = Inspection(
            self.urn, self.inspected_on, self.rating, self.framework, self.grades
        )


class MovedToAuthority(Event):
    """From the day of the source the school belongs to another authority."""

    TOPIC = "school.moved-to-authority"
    says = "{by} recorded from {source} that the school now belongs to another authority, {la_name}"
    la_code: str | None
    la_name: str
    source: Source

    @property
    def details(self) -> Details:
        """The authority to which it belongs, and since when."""
        return {"la_name": self.la_name, "la_code": self.la_code, LEFT: self.source.dated.isoformat()}

    def apply(self, school: School) -> None:
        school.tellings = told(school.tellings, self.details, self.source.dated)
        school.dated = max(school.dated, self.source.dated)
        school.absence = None


class CameBackToAuthority(Event):
    TOPIC = "school.came-back-to-authority"
    says = "{by} recorded from {source} that the school is back in this authority"
    source: Source

    @property
    def details(self) -> Details:
        """That it is no other authority's."""
        return {LEFT: None}

    def apply(self, school: School) -> None:
        school.tellings = told(school.tellings, self.details, self.source.dated)


class MissedInRegister(Event):
    """Not told by a full register. It says nothing of why: a person does."""

    TOPIC = "school.missed-in-register"
    says = "{by} found that the school is missing from {source}"
    source: Source

    def apply(self, school: School) -> None:
        school.absence = Absence(self.source)


class FoundInRegister(Event):
    TOPIC = "school.found-in-register"
    says = "{by} found the school again in {source}"
    source: Source

    def apply(self, school: School) -> None:
        school.absence = None


class AbsenceExplained(Event):
    """`closed` is the day on which the school closed, None where it has not."""

    TOPIC = "school.absence-explained"
    says = "{by} explained why the school is missing from the register{closed:, having closed on …}: {reason}"
    closed: date | None

    def explained(self, tellings: Tellings) -> Tellings:
        """What is known with what the person said, on the day on which they said it."""
        if self.closed is None:
            return tellings
        details: Details = {"status": Status.CLOSED.value, "closed": self.closed.isoformat()}
        return told(tellings, details, self.meta.signature.today)

    def apply(self, school: School) -> None:
        if school.absence is not None:
            school.absence = replace(school.absence, answered=True)
        school.tellings = self.explained(school.tellings)


# What came after it


class SuccessionProposed(Event):
    TOPIC = "school.succession-proposed"
    says = "{by} recorded from {source} that URN {urn} may have replaced this school ({kind})"
    urn: int
    kind: str
    on: date | None
    source: Source

    def apply(self, school: School) -> None:
        school.successions[self.urn] = Succession(self.urn, self.kind, self.on, self.source)


class SuccessionDeclined(Event):
    TOPIC = "school.succession-declined"
    says = "{by} decided that URN {urn} did not replace this school: {reason}"
    urn: int

    def apply(self, school: School) -> None:
        _answer(school, self.urn, Answer.DECLINED)


class UrnSuperseded(Event):
    TOPIC = "school.urn-superseded"
    says = "{by} confirmed that the school, previously URN {old}, is now {name}, URN {new}: {reason}"
    old: int
    new: int
    kind: str
    effective_on: date | None
    name: str
    details: Details
    head: Personal | None
    dated: date

    def tellings(self) -> Tellings:
        """What is known of the later URN, all of it as of its newest file."""
        return told({}, {NAME: self.name, **self.details}, self.dated)

    @property
    def head_dated(self) -> date | None:
        return self.dated if self.head is not None else None

    def apply(self, school: School) -> None:
        school.urn, school.reference = self.new, str(self.new)
        school.urns.append(self.new)
        school.tellings, school.head = self.tellings(), self.head
        school.dated, school.head_dated = max(school.dated, self.dated), self.head_dated
        _answer(school, self.new, Answer.CONFIRMED)


class MergedInto(Event):
    TOPIC = "school.merged-into"
    says = "{by} confirmed that this school merged into {into}: {reason}"
    into: UUID
    urns: tuple[int, ...]
    on: date | None

    def apply(self, school: School) -> None:
        school.merged_into = self.into
        day = self.on or self.meta.occurred_on
        school.link_officers = ended(school.link_officers, day - DAY)
        school.covers = [replace(each, to=min(each.to, day - DAY)) for each in school.covers if each.from_ < day]


# Who looks after it


class LinkOfficerAssigned(Event):
    TOPIC = "school.link-officer-assigned"
    says = "{by} made {officer} the link officer from {from_}: {reason}"
    officer: UUID
    from_: date

    def apply(self, school: School) -> None:
        school.link_officers = ended(school.link_officers, self.from_ - DAY)
        school.link_officers.append(LinkPeriod(self.officer, self.from_))


class LinkOfficerReleased(Event):
    """`until` is the last day; None, or in older events a day before `from_`, where the officer never began."""

    TOPIC = "school.link-officer-released"
    says = (
        "{by}{last_day: set … as the last day of}{removed} {officer} as link officer"
        "{unbegun:, due to start on …}: {reason}"
    )
    officer: UUID
    from_: date
    until: date | None

    @property
    def last_day(self) -> date | None:
        return last_day(self.from_, self.until)

    @property
    def unbegun(self) -> date | None:
        """The day on which the officer was to begin and did not."""
        return None if self.last_day else self.from_

    @property
    def removed(self) -> str:
        return "" if self.last_day else " removed"

    def apply(self, school: School) -> None:
        others = [period for period in school.link_officers if period.from_ != self.from_]
        kept = [LinkPeriod(self.officer, self.from_, self.last_day)] if self.last_day else []
        school.link_officers = sorted([*others, *kept], key=lambda period: period.from_)


class CoverArranged(Event):
    TOPIC = "school.cover-arranged"
    says = "{by} arranged for {officer} to cover for the link officer from {from_} to {to}: {reason}"
    officer: UUID
    from_: date
    to: date

    def apply(self, school: School) -> None:
        school.covers.append(Cover(self.officer, self.from_, self.to))


class CoverEnded(Event):
    """`until` is the last day; None, or in older events a day before `from_`, where the cover never began."""

    TOPIC = "school.cover-ended"
    says = (
        "{by}{last_day: set … as the last day of}{cancelled} cover by {officer}"
        "{unbegun:, due to start on …}: {reason}"
    )
    officer: UUID
    from_: date
    until: date | None

    @property
    def last_day(self) -> date | None:
        return last_day(self.from_, self.until)

    @property
    def unbegun(self) -> date | None:
        """The day on which the cover was to begin and did not."""
        return None if self.last_day else self.from_

    @property
    def cancelled(self) -> str:
        return "" if self.last_day else " cancelled"

    def apply(self, school: School) -> None:
        others = [cover for cover in school.covers if cover.from_ != self.from_]
        kept = [Cover(self.officer, self.from_, self.last_day)] if self.last_day else []
        school.covers = [*others, *kept]


class NeedCategorySet(Event):
    TOPIC = "school.need-category-set"
    says = "{by} set the level of support to category {category} from {from_}, review by {review_due}: {rationale}"
    category: str
    from_: date
    review_due: date
    rationale: str
    scheme: str

    def apply(self, school: School) -> None:
        school.needs.append(Need(self.category, self.from_, self.review_due, self.rationale, self.scheme))


class NeedCategoryDecided(NeedCategorySet):
    """Somebody proposed it, and whoever may decided; `panel_on` is the day of the panel, if one met."""

    TOPIC = "school.need-category-decided"
    says = (
        "{by} decided that the level of support is category {category} from {from_}, review by {review_due}"
        "{panel_on:, after the panel of …}: {rationale}"
    )
    panel_on: date | None = None


class ExternalSupportNoted(Event):
    TOPIC = "school.external-support-noted"
    says = "{by} recorded outside support from {provided_by}, arranged by {arranged_by}, starting on {from_}"
    arranged_by: str
    provided_by: str
    from_: date
    expected_end: date | None
    told_by: str

    def apply(self, school: School) -> None:
        """The school's file shows it; no rule asks for it."""


def _answer(school: School, urn: int, answer: Answer) -> None:
    if proposed := school.successions.get(urn):
        school.successions[urn] = replace(proposed, answer=answer)
