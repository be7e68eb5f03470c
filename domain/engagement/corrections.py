"""What was entered wrongly of an engagement and its sessions, and is put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.correction import Correction
from domain.engagement.parts import SessionStatus

if TYPE_CHECKING:
    from domain.engagement.record import BrokeredEngagement


class SessionCorrected(Correction):
    """What was entered of a session, planned or held, was wrong. The cost of a held one follows its days; where it
    counted as held in breach and the day that was meant says otherwise, it `lifts_breach`."""

    TOPIC = "engagement.session-corrected"
    says = "{by} corrected what was entered of session {number}: {restated}. {reason}"
    RESTATES = {
        "on": "Date",
        "days": "Days",
        "minutes": "Length",
        "place": "Place",
        "note": "What was done",
        "attended": "How many took part",
        "net": "Cost",
    }
    number: int
    status: SessionStatus
    specialist: UUID | None = None
    on: date | None = None
    on_was: date | None = None
    days: Decimal | None = None
    days_was: Decimal | None = None
    minutes: int | None = None
    minutes_was: int | None = None
    place: str | None = None
    place_was: str | None = None
    note: str | None = None
    note_was: str | None = None
    attended: int | None = None
    attended_was: int | None = None
    net: Decimal | None = None
    net_was: Decimal | None = None
    lifts_breach: bool = False

    @property
    def part(self) -> str:
        return f"Session {self.number}"

    @property
    def is_held(self) -> bool:
        """Whether the session took place already."""
        return self.status is SessionStatus.DELIVERED

    @property
    def more_days(self) -> Decimal:
        """How many days more it is."""
        return Decimal(0) if self.days is None or self.days_was is None else self.days - self.days_was

    @property
    def more_net(self) -> Decimal:
        """How much more it cost."""
        return Decimal(0) if self.net is None or self.net_was is None else self.net - self.net_was

    def apply(self, engagement: BrokeredEngagement) -> None:
        session = replace(engagement.sessions[self.number], **self.values, restated_on=self.meta.occurred_on)
        if self.lifts_breach:
            session = replace(session, missing=(), answer=None, found_later_on=None)
        engagement.sessions[self.number] = session
        self.mark(engagement)
