"""How far a case has come on the formal ladder: what was done, what stands, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.concern.intervention import Intervention
from domain.concern.ladder.parts import (
    Body,
    Consent,
    Contacted,
    InspectionCategory,
    LadderEntry,
    LadderStep,
    Next,
    Notice,
    NoticeEnd,
    Power,
    PowerUsed,
    PreWarning,
    Referral,
    Waivable,
    Waiver,
)
from domain.concern.parts import Institution, Step
from domain.delegation import Act, Excluded, Separation
from domain.text import day_in_words

_RESTS_ON = {
    Waivable.MODERATION: (Act.PRE_WARN, Act.GIVE_NOTICE),
    Waivable.PRE_WARNING: (Act.GIVE_NOTICE,),
}
"""What is decided next where a step was left out."""


class LadderState(Intervention, part=True):
    """What is remembered of the formal steps of a case.

    `ladder` are all of them in the order in which they were recorded; `steps` are the informal ones, and those of the
    time before the formal ones were told apart.
    """

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.steps: list[Step] = []
        self.ladder: list[LadderEntry] = []
        self.moderated_on: date | None = None
        self.waivers: dict[Waivable, Waiver] = {}
        self.pre_warning: PreWarning | None = None
        self.answered_on: date | None = None
        self.notices: list[Notice] = []
        self.contacts: list[Contacted] = []
        self.consent: Consent | None = None
        self.categories: dict[date, InspectionCategory] = {}
        self.powers: list[PowerUsed] = []
        self.national_notice_on: date | None = None
        self.may_give_another = False
        self.referral: Referral | None = None
        self.ceased_on: date | None = None

    # What is remembered

    def change_notice(self, **changes: Any) -> None:
        """Remember what came of the open notice."""
        if self.notice is not None:
            self.notices[-1] = replace(self.notices[-1], **changes)

    def end_notice(self, on: date, end: NoticeEnd) -> None:
        """Remember that the open notice ended, if there is one."""
        self.change_notice(ended_on=on, end=end)

    def end_powers(self, on: date, power: Power | None = None) -> None:
        """Remember that a power is used no longer; without one, any that is."""
        self.powers = [
            replace(each, ended_on=on) if each.ended_on is None and power in (None, each.power) else each
            for each in self.powers
        ]
        if power in (None, Power.INTERIM_BOARD):
            self.consent = None

    def begin_ladder_again(self) -> None:
        """Forget what one notice rested on, so that it does not bear another."""
        self.pre_warning = self.answered_on = self.consent = None
        self.waivers, self.contacts = {}, []

    # What can be asked of it

    @property
    def notice(self) -> Notice | None:
        """The notice that is open."""
        return self.notices[-1] if self.notices and self.notices[-1].ended_on is None else None

    def category_on(self, day: date) -> InspectionCategory:
        """The inspection category that the school was in on a day, as far as it is recorded."""
        before = [inspected for inspected in self.categories if inspected <= day]
        return self.categories[max(before)] if before else InspectionCategory.NONE

    def is_without_power(self, entry: LadderEntry) -> bool:
        """Whether a step was dated from the day on which the school was no longer maintained, which was confirmed
        later."""
        needs_it = (LadderStep.NOTICE, LadderStep.COMPLIANCE, LadderStep.INTENTION, LadderStep.POWER)
        return self.ceased_on is not None and entry.step in needs_it and entry.on >= self.ceased_on

    def waiver_excludes(self, act: Act) -> tuple[Excluded, ...]:
        """Those who let a step be left out, and so do not decide what follows."""
        waived = [waiver for step, waiver in self.waivers.items() if act in _RESTS_ON[step]]
        return tuple(Excluded(person, Separation.WAIVED) for waiver in waived for person in waiver.by)

    @staticmethod
    def consulted_before(power: Power, institution: Institution) -> tuple[Body, ...]:
        """Who is consulted before a power is used: the governing body, and the diocese or the appointer."""
        if power not in (Power.REQUIRE_ARRANGEMENTS, Power.INTERIM_BOARD):
            return ()
        return (Body.GOVERNING_BODY, *_appointers(institution))

    @staticmethod
    def copied_with_notice(institution: Institution) -> tuple[Body, ...]:
        """Who has a copy of a notice at the same time (section 60(6) and (6A))."""
        return (Body.HEADTEACHER, *_appointers(institution), Body.SECRETARY_OF_STATE)

    def next_on(self, day: date) -> Next | None:
        """What comes next on the ladder, and until when; None where nothing formal is under way."""
        notice = self.notice
        if self.referral is not None and self.referral.answered_on is None:
            return Next("Answer of the Regions Group")
        if notice is None:
            letter = self.pre_warning
            if letter is None or day > letter.holds_until:
                return None
            if self.answered_on is None and day <= letter.answer_by:
                return Next("The school's answer to the pre-warning letter", until=letter.answer_by)
            return Next("A warning notice can be given", until=letter.holds_until)
        in_time = f"sections 63 and 64 can be used until {day_in_words(notice.powers_until)}"
        if notice.compliance is None:
            if day <= notice.comply_by:
                return Next("The compliance period runs, then compliance is assessed", until=notice.comply_by)
            return Next(f"Assess compliance; {in_time}", until=notice.powers_until)
        if notice.intention_on is None:
            return Next(
                f"Notify the governing body of the intention to use powers; {in_time}", until=notice.powers_until
            )
        if day <= notice.powers_until:
            return Next(f"Powers can be used; {in_time}", until=notice.powers_until)
        return Next("Sections 65 and 66 only: for sections 63 and 64 a new notice is needed")


def _appointers(institution: Institution) -> tuple[Body, ...]:
    """Who has a say beside the governing body: the diocese of a church school, else whoever appoints governors."""
    if institution.of_a_church:
        return (Body.DIOCESE,)
    return (Body.APPOINTER,) if institution.may_have_appointer else ()
