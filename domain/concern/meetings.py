"""Regular meetings with a school in intervention: promised, so that one that is not held is missed."""

from __future__ import annotations

from uuid import UUID

from domain.aggregate import Event, Refusal, reasoned, requires
from domain.concern.rules import must_be_intervention, must_be_worked_on
from domain.concern.state import CaseState
from domain.text import counted
from domain.vocabulary import Purpose

LONGEST = 26
"""Weeks between promised meetings, at the most."""


class NotRegular(Refusal):
    """Regular meetings come every one to LONGEST weeks."""


def how_often(weeks: int) -> str:
    """As "every 4 weeks"; empty for no regular meetings."""
    often = "week" if weeks == 1 else counted(weeks, "week")
    return f"every {often}" if weeks else ""


class MeetingsPromised(Event):
    """Officers are to meet the school every so many weeks from now on; 0 for no regular meetings any more."""

    TOPIC = "concern.meetings-promised"
    purpose = Purpose.INTERVENTION
    says = "{by} {what}. Reason: {reason}"
    weeks: int

    @property
    def what(self) -> str:
        often = how_often(self.weeks)
        return f"promised to meet the school {often}" if often else "ended the regular meetings with the school"

    def apply(self, case: Meetings) -> None:
        case.meeting_weeks = self.weeks


class Meetings(CaseState, part=True):
    """A case in which meetings with the school are promised, every `meeting_weeks` weeks; 0 for none."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.meeting_weeks = 0

    @property
    def meets(self) -> str:
        """How often officers are to meet the school, in words; empty for not regularly."""
        return how_often(self.meeting_weeks)

    @requires(must_be_worked_on, must_be_intervention)
    def promise_meetings(self, *, weeks: int, reason: str) -> None:
        """Promise to meet the school every so many weeks, 0 for none any more. Raises NotRegular, ReasonNeeded."""
        if not 0 <= weeks <= LONGEST:
            raise NotRegular(f"Enter a number of weeks from 1 to {LONGEST}, or 0 for no more meetings", field="weeks")
        self._take(MeetingsPromised(weeks=weeks), reason=reasoned(reason))
