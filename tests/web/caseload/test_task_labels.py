"""What waits is called in a list as on the page where it is done."""

from __future__ import annotations

import pytest

from projections.caseload import Task
from web.resources import RESOURCES

DONE_BY = {
    Task.GET_DAY_AGREED: "visits/record-agreement",
    Task.CONFIRM_VISIT: "visits/confirm",
    Task.HOLD_VISIT: "visits/hold",
    Task.WRITE_RECORD: "visits/start-record",
    Task.ISSUE_RECORD: "records/issue",
    Task.ASSURE_RECORD: "records/assure",
    Task.PRESENT: "records/present",
    Task.COMPLETE_ACTION: "records/complete-action",
    Task.TRIAGE: "requests/triage",
    Task.GIVE_INFORMATION: "requests/give-information",
    Task.APPROVE: "requests/approve",
    Task.AGREE_PRICE: "requests/agree-price",
    Task.GET_PRICE_AGREED: "requests/record-price-agreement",
    Task.SHORTLIST: "requests/shortlist",
    Task.INVITE: "requests/open-tender",
    Task.ANSWER_QUESTION: "tenders/answer-question",
    Task.CHOOSE: "tenders/select",
    Task.PROPOSE: "tenders/propose",
    Task.CONFIRM_ENGAGEMENT: "engagements/confirm",
    Task.FOLLOW_UP_BREACH: "engagements/follow-up-breach",
    Task.CLOSE_BREACH: "engagements/close-breach",
    Task.COMPLETE: "engagements/complete",
    Task.EVALUATE: "engagements/evaluate",
    Task.CLOSE_ENGAGEMENT: "engagements/close",
    Task.CLOSE_REQUEST: "requests/close",
    Task.ASSESS: "concerns/assess",
    Task.RECORD_REFERRAL: "concerns/record-safeguarding-referral",
    Task.REVIEW: "concerns/hold-review",
    Task.RECORD_ANSWER: "concerns/answer",
    Task.ASSESS_COMPLIANCE: "concerns/assess-compliance",
    Task.NOTIFY_INTENTION: "concerns/notify-intention",
    Task.RECORD_REFERRAL_ANSWER: "concerns/record-referral-answer",
    Task.MEET_CONDITION: "decisions/meet-condition",
    Task.ANSWER_DECIDER: "decisions/answer",
}

DONE_BY_SEVERAL = {
    Task.RESPOND,
    Task.FIND_SUPPORT,
    Task.REPLY,
    Task.GET_QUOTES,
    Task.AGREE,
    Task.GET_AGREEMENTS,
    Task.PLAN_SESSIONS,
    Task.DECIDE,
    Task.REACH_OBJECTIVE,
    Task.MEET_SCHOOL,
    Task.USE_POWER,
    Task.REVIEW_NEED,
    Task.HAND_OVER,
    Task.DECIDE_ASK,
    Task.CONFIRM_DECISION,
    Task.READ_OUTCOME,
    Task.RENEW_CHECK,
    Task.GET_CLEARED,
    Task.CONFIRM_AGREEMENT,
    Task.GET_CONFIRMATION,
    Task.SETTLE_DISOWNED,
}
"""Tasks that any of several commands does, or none alone."""

TITLES = {
    f"{resource.path}/{each.name}": each.title for resource, _ in RESOURCES for each in resource.commands.values()
}


@pytest.mark.parametrize("task", Task, ids=str)
def test_what_waits_is_called_as_the_command_that_does_it(task: Task) -> None:
    if task not in DONE_BY_SEVERAL:
        assert task.label == TITLES[DONE_BY[task]]
