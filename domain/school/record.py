"""School, the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import reasoned, requires
from domain.references import record_id
from domain.school import events
from domain.school.care import LookedAfter
from domain.school.parts import (
    Absence,
    Answer,
    Change,
    Details,
    Inspection,
    Membership,
    Source,
    Succession,
    Value,
    is_closed,
)
from domain.school.rules import HasMerged, NotProposed, must_be_missed, must_have_a_proposal, must_stand
from domain.school.tellings import Tellings, as_told, day_of, details_in, name_in, news, told
from domain.vocabulary import Personal


class School(LookedAfter):
    """An institution known by its URNs, first to last; `reference` is the present one.

    `details` are what files tell of it, each as the newest that tells it does, `head` the name there, `dated` the
    day of the newest file that told of it. The register's facts, who looks after the school and its need
    category are one record, because each rule about the later ones asks the earlier ones (is it open, has it
    merged). Proposing and moderating a category were folded into setting it with a rationale; contacts of a
    school are posts of persons; the work done with it (visits, requests, concerns) is in records of its own.
    """

    KIND = "school"

    Registered: TypeAlias = events.Registered
    DetailsRefreshed: TypeAlias = events.DetailsRefreshed
    DetailsConfirmed: TypeAlias = events.DetailsConfirmed
    HeadNamed: TypeAlias = events.HeadNamed
    JoinedGroup: TypeAlias = events.JoinedGroup
    LeftGroup: TypeAlias = events.LeftGroup
    InspectionRecorded: TypeAlias = events.InspectionRecorded
    MovedToAuthority: TypeAlias = events.MovedToAuthority
    CameBackToAuthority: TypeAlias = events.CameBackToAuthority
    MissedInRegister: TypeAlias = events.MissedInRegister
    FoundInRegister: TypeAlias = events.FoundInRegister
    AbsenceExplained: TypeAlias = events.AbsenceExplained
    SuccessionProposed: TypeAlias = events.SuccessionProposed
    SuccessionDeclined: TypeAlias = events.SuccessionDeclined
    UrnSuperseded: TypeAlias = events.UrnSuperseded
    MergedInto: TypeAlias = events.MergedInto
    LinkOfficerAssigned: TypeAlias = events.LinkOfficerAssigned
    LinkOfficerReleased: TypeAlias = events.LinkOfficerReleased
    CoverArranged: TypeAlias = events.CoverArranged
    CoverEnded: TypeAlias = events.CoverEnded
    NeedCategorySet: TypeAlias = events.NeedCategorySet
    NeedCategoryDecided: TypeAlias = events.NeedCategoryDecided
    ExternalSupportNoted: TypeAlias = events.ExternalSupportNoted

    urn: int
    dated: date

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.urns: list[int] = []
        self.head: Personal | None = None
        self.head_dated: date | None = None
        self.successions: dict[int, Succession] = {}
        self.groups: dict[str, Membership] = {}
        self.group_sources: dict[str, Source] = {}
        self.inspections: dict[tuple[date, int], Inspection] = {}
        self.absence: Absence | None = None

    @property
    def name(self) -> str:
        return name_in(self.tellings)

    @classmethod
    def register(
        cls,
        urn: int,
        *,
        name: str,
        details: Mapping[str, Value],
        head: str | None,
        source: Source,
        tells_head: bool = False,
    ) -> School:
        """A school that the register names for the first time. A detail that is None is told to be empty, as is a
        head where the layout `tells_head` and names none."""
        school = cls.named(str(urn))
        empty = [detail for detail, value in as_told(details).items() if value is None]
        event = events.Registered(
            urn=urn,
            name=name,
            details={detail: value for detail, value in details.items() if value is not None},
            head=_head(urn, head),
            source=source,
            empty=(*empty, *([events.HEAD] if tells_head and not head else [])),
        )
        school.record(event, occurred=source.dated, people=_people(event.head))
        return school

    def take_in(
        self, details: Mapping[str, Value], *, head: str | None, tells_head: bool, source: Source, force: bool = False
    ) -> None:
        """Take in all that a file tells, `name` among the details, and the head where its layout `tells_head`.

        What it does not mention stays, as does what a newer file told otherwise unless this one is forced. That it
        tells what was known from older ones is noted too, so that no file between them counts.
        """
        self._still_stands()
        found = news(self.tellings, details, source.dated, force=force)
        confirmed = found.confirms
        if tells_head and head == (self.head and self.head.value) and (self.head_dated or date.min) < source.dated:
            confirmed = (*confirmed, events.HEAD)
        if confirmed:
            event = events.DetailsConfirmed(details=confirmed, source=source)
            if "closed" in confirmed and "status" not in confirmed:
                event = replace(event, closes=self._closes(event.confirmed(self.tellings)))
            self.record(event, occurred=source.dated)
        if found.changes:
            self._refresh(found.changes, source)
        if tells_head:
            self.name_head(head, source=source, force=force)

    def refresh(self, details: Mapping[str, Value], *, source: Source, force: bool = False) -> None:
        """Take in what a file tells otherwise, as in `take_in`. No difference, no event."""
        self._still_stands()
        if changes := news(self.tellings, details, source.dated, force=force).changes:
            self._refresh(changes, source)

    def _refresh(self, changes: tuple[Change, ...], source: Source) -> None:
        now = {change.detail: change.after for change in changes}
        tells_so = not now.keys().isdisjoint({"status", "closed"})
        closes = tells_so and self._closes(told(self.tellings, now, source.dated))
        event = events.DetailsRefreshed(changes=changes, source=source, closes=closes)
        self.record(event, occurred=source.dated)

    def _closes(self, tellings: Tellings) -> bool:
        """Whether the school, which is not closed, is by what is told then."""
        return is_closed(details_in(tellings)) and not self.is_closed

    def name_head(self, name: str | None, *, source: Source, force: bool = False) -> None:
        """Take in the head's name as a file tells it, None where it says there is none; a newer file's stays."""
        self._still_stands()
        head, is_newest = _head(self.urn, name), (self.head_dated or date.min) <= source.dated
        if (head and head.value) != (self.head and self.head.value) and (force or is_newest):
            event = events.HeadNamed(head=head, before=self.head, source=source)
            self.record(event, occurred=source.dated, people=_people(head, self.head))

    def join_group(self, uid: str, *, name: str, kind: str, joined: date | None, source: Source) -> None:
        """Take in a membership; one that is known already, under the same name, records nothing."""
        self._still_stands()
        if self.groups.get(uid) != Membership(uid, name, kind, joined):
            event = events.JoinedGroup(group=uid, name=name, kind=kind, joined=joined, source=source)
            self.record(event, occurred=source.dated)

    def leave_group(self, uid: str, *, source: Source) -> None:
        """Take in that a membership is over."""
        self._still_stands()
        if group := self.groups.get(uid):
            event = events.LeftGroup(group=uid, name=group.name, kind=group.kind, source=source)
            self.record(event, occurred=source.dated)

    def move_to(self, *, la_name: str, la_code: str | None, source: Source) -> None:
        """Take in that the school belongs to another authority from the day of a file; from then on nobody here
        looks after it. A newer file that names its authority stays."""
        self._still_stands()
        if self.left_on is not None and la_name == self.details.get("la_name"):
            return
        if any((day_of(self.tellings, detail) or date.min) > source.dated for detail in ("la_name", "la_code")):
            return
        event = events.MovedToAuthority(la_code=la_code, la_name=la_name, source=source)
        self.record(event, occurred=source.dated)
        self.nobody_looks_after_it(source.dated, f"The school belongs to another authority: {la_name}")

    def come_back(self, *, source: Source) -> None:
        """Take in that the school belongs to this authority again."""
        self._still_stands()
        if self.left_on is not None and self.left_on <= source.dated:
            self.record(events.CameBackToAuthority(source=source), occurred=source.dated)

    def miss(self, *, source: Source) -> None:
        """Take in that a full register no longer names the school; once, until it is found again."""
        self._still_stands()
        if self.absence is None and not self.is_closed and self.left_on is None and self.dated <= source.dated:
            self.record(events.MissedInRegister(source=source), occurred=source.dated)

    def be_found(self, *, source: Source) -> None:
        """Take in that a register names the school again."""
        self._still_stands()
        if self.absence is not None and self.absence.source.dated <= source.dated:
            self.record(events.FoundInRegister(source=source), occurred=source.dated)

    @requires(must_stand, must_be_missed)
    def explain_absence(self, *, closed: date | None = None, reason: str) -> None:
        """Say why the register no longer names the school, and on which day it closed if it did.

        Raises NotMissed, OccurredInTheFuture, ReasonNeeded.
        """
        self.record(events.AbsenceExplained(closed=closed), occurred=closed, dated="closed", reason=reasoned(reason))

    def record_inspection(self, inspection: Inspection, *, source: Source) -> None:
        """Take in an inspection; a later source may tell another rating of the same day."""
        self._still_stands()
        if self.inspections.get((inspection.inspected_on, inspection.urn)) != inspection:
            event = events.InspectionRecorded(
                urn=inspection.urn,
                inspected_on=inspection.inspected_on,
                rating=inspection.rating,
                framework=inspection.framework,
                source=source,
                grades=inspection.grades,
            )
            self.record(event, occurred=inspection.inspected_on)

    def propose_succession(self, urn: int, *, kind: str, on: date | None, source: Source) -> None:
        """Take in that the register links this school to a later URN. Once answered, it is not asked again."""
        self._still_stands()
        if urn not in self.successions and urn not in self.urns:
            self.record(events.SuccessionProposed(urn=urn, kind=kind, on=on, source=source), occurred=source.dated)

    @requires(must_stand, must_have_a_proposal)
    def decline_succession(self, urn: int, *, reason: str) -> None:
        """Say that the later URN is another school. Raises NotProposed."""
        self._proposed(urn)
        self.record(events.SuccessionDeclined(urn=urn), reason=reasoned(reason))

    @requires(must_stand, must_have_a_proposal)
    def go_on_as(
        self,
        urn: int,
        *,
        name: str,
        details: Details,
        head: Personal | None,
        dated: date,
        reason: str,
        further: Sequence[Succession] = (),
    ) -> None:
        """Take the later URN, with what the register tells of it, and the `further` ones of the later record.

        Raises NotProposed.
        """
        for succession in (self._proposed(urn), *further):
            event = events.UrnSuperseded(
                old=self.urn,
                new=succession.urn,
                kind=succession.kind,
                effective_on=succession.on,
                name=name,
                details=details,
                head=head,
                dated=dated,
            )
            self.record(event, reason=reasoned(reason), people=_people(head))

    def merge_into(self, other: UUID, *, on: date | None, reason: str) -> None:
        """Go into another institution, with all URNs; from then on this one accepts nothing but notes."""
        self._still_stands()
        if other == self.id:
            raise HasMerged("A school cannot merge into itself. Choose the other school", field="into")
        self.record(events.MergedInto(into=other, urns=tuple(self.urns), on=on), reason=reasoned(reason))

    def _still_stands(self) -> None:
        must_stand(self, self.today)

    @property
    def proposed(self) -> list[Succession]:
        """The successions that wait for an answer."""
        return [succession for succession in self.successions.values() if succession.answer is Answer.PROPOSED]

    def _proposed(self, urn: int) -> Succession:
        for succession in self.proposed:
            if succession.urn == urn:
                return succession
        raise NotProposed(f"URN {urn} is not among the proposed links. Choose one that is", field="urn")


def _head(urn: int, name: str | None) -> Personal | None:
    return Personal(record_id("register-head", f"{urn}/{name}"), name) if name else None


def _people(*named: Personal | None) -> tuple[UUID, ...]:
    return tuple(each.person for each in named if each is not None)
