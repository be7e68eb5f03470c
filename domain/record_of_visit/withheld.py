"""What happens where the school may not read an issued record: it is asked for nothing, until it may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.record_of_visit.parts import Answered, Respondent

if TYPE_CHECKING:
    from domain.record_of_visit.record import RecordOfVisit


class WithheldFromSchool(Event):
    """The issued record was restricted, so that headteacher and chair cannot read what they were asked about."""

    TOPIC = "record-of-visit.withheld-from-school"
    says = "The record was restricted. The school can no longer read it and is no longer asked to respond"

    def apply(self, record: RecordOfVisit) -> None:
        withhold(record)


class SentToSchool(Event):
    """The record is restricted no more; those who had not answered are asked, with the whole time that they have.
    The sentence is read by the school, and so does not say why only now."""

    TOPIC = "record-of-visit.sent-to-school"
    says = (
        "{by} sent the record to the school, with responses due by {respond_by}"
        "{present_by: and presentation to governors due by …}"
    )
    recipients: tuple[UUID, ...]
    respondents: tuple[Respondent, ...]
    respond_by: date
    present_by: date | None

    def apply(self, record: RecordOfVisit) -> None:
        record.is_withheld = False
        record.answered |= dict.fromkeys(self.respondents, Answered.AWAITED)
        record.present_by = self.present_by or record.present_by
        current = replace(record.versions[-1], recipients=self.recipients, respond_by=self.respond_by)
        record.versions[-1] = current


def withhold(record: RecordOfVisit) -> None:
    """Nothing is asked of the school; what it has answered stays."""
    record.is_withheld = True
    record.answered = {
        respondent: Answered.NOT_ASKED if answered is Answered.AWAITED else answered
        for respondent, answered in record.answered.items()
    }
