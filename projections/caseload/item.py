"""An item of the caseload: one thing that somebody has to do next about a record."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.vocabulary import Purpose, Word
from projections.view import Key, Row, Sheet, replace


class WaitingFor(Word):
    """Whose move it is."""

    OFFICER = "officer"
    HEADTEACHER = "headteacher"
    CHAIR = "chair"
    SCHOOL = "school"
    BROKER = "broker"
    CPD_MANAGER = "cpd_manager"
    PROVIDER = "provider"

    @property
    def label(self) -> str:
        return {"chair": "Chair of governors", "cpd_manager": "CPD manager"}.get(self.value) or super().label


class Task(Word):
    """What has to be done, in the words of the list."""

    CONFIRM_VISIT = "confirm_the_visit"
    HOLD_VISIT = "hold_the_visit"
    WRITE_RECORD = "write_the_record_of_visit"
    ISSUE_RECORD = "issue_the_record_of_visit"
    ASSURE_RECORD = "assure_the_record_of_visit"
    RESPOND = "respond_to_the_record_of_visit"
    PRESENT = "present_the_record_to_governors"
    COMPLETE_ACTION = "complete_an_agreed_action"
    TRIAGE = "triage_the_request"
    FIND_SUPPORT = "find_support"
    GIVE_INFORMATION = "give_more_information"
    INVITE = "invite_providers"
    REPLY = "reply_to_the_invitation"
    CHOOSE = "compare_quotes_and_choose"
    AGREE = "agree_the_engagement"
    CONFIRM_ENGAGEMENT = "confirm_the_engagement"
    PLAN_SESSIONS = "plan_and_deliver_sessions"
    EVALUATE = "evaluate_the_engagement"
    CLOSE_ENGAGEMENT = "close_the_engagement"
    CLOSE_REQUEST = "close_the_request"
    ASSESS = "assess_the_concern"
    DECIDE = "decide_on_the_concern"
    REVIEW = "review_the_intervention"


class Item(Row):
    """What waits about a record. `part` tells several items of one record apart; `task` is None when nothing
    waits at present; `person` is whose it is by name, else it belongs to whoever holds the post."""

    record: UUID
    part: str
    kind: str
    school: UUID | None
    task: Task | None
    waiting_for: WaitingFor | None
    since: date
    due: date | None = None
    person: UUID | None = None
    provider: UUID | None = None
    detail: str = ""
    purpose: Purpose | None = None


items = Sheet(
    "caseload_items",
    Item,
    key=("record", "part"),
    indexes=[("school",), ("person",), ("provider",), ("waiting_for", "person")],
)

AS_DUE = (
    # Written out, not given as a parameter: else no index is found to be in this order.
    sa.func.coalesce(items.table.c.due, sa.literal_column(f"'{date.max}'"), type_=sa.Date()),
    items.table.c.record,
    items.table.c.part,
)
"""The earliest due first, what has no date last."""

sa.Index("caseload_items_as_due", *AS_DUE)

MAIN = ""


def main(event: Event) -> Key:
    """The key of the one item that says what is next about the record."""
    return (event.meta.stream, MAIN)


def item(
    event: Event,
    task: Task | None,
    waiting_for: WaitingFor | None,
    *,
    part: str = MAIN,
    due: date | None = None,
    person: UUID | None = None,
    detail: str = "",
) -> Item:
    """The item that an event gives rise to."""
    meta = event.meta
    return Item(
        record=meta.stream,
        part=part,
        kind=event.TOPIC.partition(".")[0],
        school=meta.about.school,
        task=task,
        waiting_for=waiting_for,
        since=meta.occurred_on,
        due=due,
        person=person,
        provider=meta.about.provider,
        detail=detail,
        purpose=meta.purpose,
    )


def done(row: Item | None) -> Item | None:
    """The same with nothing waiting; kept, because it may be taken up again."""
    return row and replace(row, task=None, waiting_for=None)
