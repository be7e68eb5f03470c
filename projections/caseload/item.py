"""An item of the caseload: one thing that somebody has to do next about a record."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.school import School
from domain.vocabulary import LabelledEnum, Purpose, SchoolId
from projections.view import Key, Row, ViewTable, replace


class WaitingFor(LabelledEnum):
    """Whose move it is."""

    OFFICER = "officer"
    HEADTEACHER = "headteacher"
    CHAIR = "chair"
    SCHOOL = "school"
    BROKER = "broker"
    CPD_MANAGER = "cpd_manager"
    PROVIDER = "provider"
    TEAM_LEAD = "team_lead"
    DIRECTOR = "director"
    CHIEF_OFFICER = "chief_officer"
    COUNTERSIGNER = "countersigner"
    DECIDER = "decider"
    """Somebody by name, whatever their post."""

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label


_LABELS = {
    "chair": "Chair of governors",
    "cpd_manager": "CPD manager",
    "team_lead": "Team lead or director",
    "decider": "A person by name",
}


OUTSIDE = frozenset({WaitingFor.HEADTEACHER, WaitingFor.CHAIR, WaitingFor.SCHOOL, WaitingFor.PROVIDER})
"""Whose move it is outside the service."""


class Task(LabelledEnum):
    """What has to be done, in the words of the list."""

    GET_DAY_AGREED = "get_the_day_agreed"
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
    APPROVE = "approve_brokering"
    AGREE_PRICE = "agree_what_the_school_pays"
    GET_PRICE_AGREED = "get_the_school_to_agree_what_it_pays"
    SHORTLIST = "search_and_shortlist_providers"
    INVITE = "invite_providers"
    REPLY = "reply_to_the_invitation"
    GET_QUOTES = "get_quotes_or_end_the_invitations"
    ANSWER_QUESTION = "answer_the_question"
    CHOOSE = "compare_quotes_and_choose"
    PROPOSE = "propose_the_engagement"
    AGREE = "agree_the_engagement"
    GET_AGREEMENTS = "get_all_sides_to_agree"
    CONFIRM_ENGAGEMENT = "confirm_the_engagement"
    PLAN_SESSIONS = "plan_and_deliver_sessions"
    RENEW_CHECK = "renew_a_check"
    GET_CLEARED = "get_the_specialist_cleared"
    FOLLOW_UP_BREACH = "follow_up_a_breach"
    CLOSE_BREACH = "close_a_breach"
    COMPLETE = "complete_the_engagement"
    EVALUATE = "evaluate_the_engagement"
    CLOSE_ENGAGEMENT = "close_the_engagement"
    CLOSE_REQUEST = "close_the_request"
    ASSESS = "assess_the_concern"
    RECORD_REFERRAL = "record_the_referral"
    DECIDE = "decide_on_the_concern"
    REVIEW = "review_the_intervention"
    REACH_OBJECTIVE = "reach_an_objective"
    MEET_SCHOOL = "meet_the_school"
    RECORD_ANSWER = "record_the_answer_of_the_school"
    ASSESS_COMPLIANCE = "assess_compliance"
    NOTIFY_INTENTION = "notify_the_intention"
    USE_POWER = "use_a_power"
    RECORD_REFERRAL_ANSWER = "record_the_answer_of_the_regions_group"
    REVIEW_NEED = "review_the_need_category"
    DECIDE_ASK = "decide_what_is_asked"
    CONFIRM_DECISION = "confirm_the_decision"
    CONFIRM_AGREEMENT = "confirm_the_agreement"
    GET_CONFIRMATION = "get_confirmation"
    SETTLE_DISOWNED = "settle_the_disowned"
    MEET_CONDITION = "meet_the_condition"
    HAND_OVER = "hand_over_the_work"
    READ_OUTCOME = "read_the_outcome"
    ANSWER_DECIDER = "answer_the_decider"

    @property
    def label(self) -> str:
        return _TASK_LABELS.get(self.value) or super().label


OF_ASKER = (Task.READ_OUTCOME, Task.ANSWER_DECIDER)
"""What falls to whoever asked for a decision, and to whom the request is given since."""

_TASK_LABELS = {
    "get_the_day_agreed": "Record that the school agreed the day",
    "confirm_the_visit": "Confirm visit",
    "hold_the_visit": "Record that the visit took place",
    "write_the_record_of_visit": "Start the record of visit",
    "issue_the_record_of_visit": "Issue record",
    "assure_the_record_of_visit": "Quality assure the record",
    "present_the_record_to_governors": "Record the governors' meeting",
    "complete_an_agreed_action": "Record a completed action",
    "triage_the_request": "Triage request",
    "give_more_information": "Answer the service's question",
    "approve_brokering": "Approve spending",
    "get_the_school_to_agree_what_it_pays": "Record what the school agreed to pay",
    "invite_providers": "Invite providers to quote",
    "get_quotes_or_end_the_invitations": "Get quotes or close the invitations",
    "answer_the_question": "Answer a question",
    "compare_quotes_and_choose": "Select a provider",
    "propose_the_engagement": "Propose engagement",
    "agree_the_engagement": "Agree to the terms",
    "get_all_sides_to_agree": "Get everyone's agreement",
    "confirm_the_engagement": "Confirm engagement",
    "follow_up_a_breach": "Follow up a session held in breach",
    "complete_the_engagement": "Complete the work",
    "evaluate_the_engagement": "Evaluate the work",
    "close_the_engagement": "Close engagement",
    "close_the_request": "Close request",
    "assess_the_concern": "Assess concern",
    "record_the_referral": "Record the referral",
    "review_the_intervention": "Record review",
    "meet_the_school": "Meet the school, and record it",
    "record_the_answer_of_the_school": "Answer the letter or notice",
    "assess_compliance": "Assess compliance with the notice",
    "notify_the_intention": "Notify the intention to use powers",
    "use_a_power": "Use a power, or withdraw the notice",
    "record_the_answer_of_the_regions_group": "Record the answer of the Regions Group",
    "review_the_need_category": "Review the level of support",
    "decide_what_is_asked": "Approve or refuse",
    "confirm_the_decision": "Confirm your decision",
    "confirm_the_agreement": "Confirm the agreement recorded for you",
    "settle_the_disowned": "Settle what somebody has disowned",
    "get_confirmation": "Get what you recorded confirmed",
    "meet_the_condition": "Record that the condition is met",
    "hand_over_the_work": "Hand over the work of somebody whose role ended",
    "read_the_outcome": "Ask again, or mark as read",
    "answer_the_decider": "Answer the decider's question",
}
"""What one command does is called by the command's title, so that a list and the page it leads to agree."""


class Item(Row):
    """What waits about a record. `task` is None when nothing waits at present; `person` is whose it is by name, else
    it belongs to whoever holds the post.

    `part` tells several items of one record apart. `case` is the record with which others are worked on: the request
    of a tender or an engagement, else the record itself. `rests_since` is the day since which nothing is to be done
    for now; `is_promised` says that `due` was promised to the school, so that it moves on by the days on which the
    school's answer is awaited. `gathered` is what has come of all that the next step needs: who is shortlisted, who
    has quoted, which questions are open, which sides have agreed, which sessions are planned or used, and `awaited`
    what has not. Before `not_before` the step cannot be taken: it waits for that day. `days` are those agreed for an
    engagement, or those between promised meetings. `author` is who wrote a record of visit, whom no step of its
    assurance waits for; `broker` is on whose desk an engagement lies while it is the provider's move. Where a
    decision is asked that a step needs, it `stands_for` that task of the record that it is about (`on_record`), which
    waits until it is decided. Where the `school_pays`, it approves what the request costs, and nobody in the service
    does.
    """

    case: UUID
    kind: str
    part: str
    record: UUID
    school: SchoolId | None
    task: Task | None
    waiting_for: WaitingFor | None
    since: date
    due: date | None = None
    person: UUID | None = None
    provider: UUID | None = None
    detail: str = ""
    purpose: Purpose | None = None
    rests_since: date | None = None
    is_promised: bool = False
    gathered: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    not_before: date | None = None
    days: Decimal | None = None
    author: UUID | None = None
    broker: UUID | None = None
    stands_for: Task | None = None
    on_record: UUID | None = None
    school_pays: bool = False

    @property
    def awaited_by_name(self) -> UUID | None:
        """The person or the provider for whom it waits by name; what it is about may name others."""
        return self.person or (self.provider if self.waiting_for is WaitingFor.PROVIDER else None)


items = ViewTable(
    "caseload_items",
    Item,
    key=("case", "kind", "part"),
    indexes=[("school",), ("person",), ("broker",), ("provider",), ("on_record",), ("waiting_for", "person")],
)


class LeftSchool(Row):
    """A school that belongs to another authority: what is open there is nobody's usual work."""

    school: UUID


left_schools = ViewTable("caseload_left_schools", LeftSchool, key=("school",))


@left_schools.on(School.MovedToAuthority)
def school_left(_: LeftSchool | None, event: School.MovedToAuthority) -> LeftSchool:
    return LeftSchool(school=event.meta.stream)


@left_schools.on(School.CameBackToAuthority)
def school_back(*_: object) -> None:
    """What waits there is this authority's again."""


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
    """The key of the one item that says what is next about a record that is a case of its own."""
    return key_of(event, MAIN)


def key_of(event: Event, part: str) -> Key:
    """The key of an item about a record that is a case of its own."""
    return event.meta.stream, kind_of(event), part


def kind_of(event: Event) -> str:
    """The kind of record to which an event belongs."""
    return event.TOPIC.partition(".")[0]


def item(
    event: Event,
    task: Task | None,
    waiting_for: WaitingFor | None,
    *,
    part: str = MAIN,
    due: date | None = None,
    person: UUID | None = None,
    detail: str = "",
    case: UUID | None = None,
    days: Decimal | None = None,
) -> Item:
    """The item that an event gives rise to."""
    meta = event.meta
    return Item(
        case=case or meta.stream,
        kind=kind_of(event),
        part=part,
        record=meta.stream,
        school=meta.about.school,
        task=task,
        waiting_for=waiting_for,
        since=meta.occurred_on,
        due=due,
        person=person,
        provider=meta.about.provider,
        detail=detail,
        purpose=meta.purpose,
        days=days,
    )


def done(row: Item | None) -> Item | None:
    """The same with nothing waiting; kept, because it may be taken up again."""
    return row and replace(row, task=None, waiting_for=None, rests_since=None)


def resting(row: Item | None, event: Event) -> Item | None:
    """The same with nothing to be done for now: the work is paused, or the clock stands still."""
    return row and replace(row, rests_since=event.meta.occurred_on)


def taken_up(row: Item | None, event: Event) -> Item | None:
    """The same once more to be done; a promised day moves on by the days on which it rested."""
    if row is None or row.rests_since is None:
        return row
    rested = timedelta(days=max(0, (event.meta.occurred_on - row.rests_since).days))
    due = row.due + rested if row.due and row.is_promised else row.due
    return replace(row, rests_since=None, due=due)
