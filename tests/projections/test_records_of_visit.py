"""Records of visit on the desk: how far, whose answer is awaited, which actions are open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.record_of_visit import (
    AgreedAction,
    Answered,
    Content,
    ExtentOfAgreement,
    Issue,
    RecordOfVisit,
    RecordStatus,
    Respondent,
    Section,
)
from domain.service import Service
from domain.vocabulary import Purpose, Side, VisitKind
from projections import records_of_visit
from projections.records_of_visit import (
    awaiting_response,
    cursor_of,
    open_actions,
    overdue_actions,
)
from tests.projections.conftest import Ask, row_where, rows_of, rows_where
from tests.scenario import TODAY, signed

list_rows = rows_of(records_of_visit.records, records_of_visit.listed)
VIEWS = [records_of_visit.VIEW]

LARK_HILL, ST_ANNES, AUTHOR, COLLEAGUE, HEADTEACHER = (uuid4() for _ in range(5))
YESTERDAY, RESPOND_BY, DAY_AFTER = date(2026, 11, 1), date(2026, 11, 23), date(2026, 11, 24)
CONTENT = Content(
    sections=(Section(heading="Summary", text="A calm school."),),
    issues=(Issue(text="Attendance", purpose=Purpose.MONITORING), Issue(text="Marking", purpose=Purpose.CHALLENGE)),
    actions=(
        AgreedAction(
            text="Visit three classes",
            owner_side=Side.SERVICE,
            owner=COLLEAGUE,
            due=RESPOND_BY,
            purpose=Purpose.SUPPORT,
        ),
        AgreedAction(text="Write a plan", owner_side=Side.SCHOOL, due=DAY_AFTER, purpose=Purpose.CHALLENGE),
    ),
)

Command = Callable[[RecordOfVisit], None]
Do = Callable[..., None]


def start(
    service: Service, number: int, school: UUID = LARK_HILL, kind: VisitKind = VisitKind.CORE, on: date = YESTERDAY
) -> UUID:
    with signed(TODAY, by=AUTHOR):
        return service.add(
            lambda: RecordOfVisit.start(
                f"ROV-2026-000{number}",
                visit=uuid4(),
                school=school,
                kind=kind,
                purpose=Purpose.CHALLENGE,
                author=AUTHOR,
                visited_on=on,
            )
        ).id


def issue(record: RecordOfVisit) -> None:
    record.write(CONTENT)
    record.issue(recipients=(HEADTEACHER,), respond_by=RESPOND_BY)


def correct(record: RecordOfVisit) -> None:
    record.reopen_for_correction("A wrong figure")
    [_, plan] = record.content.actions
    record.write(replace(record.content, issues=(), actions=(replace(plan, due=RESPOND_BY),)))
    record.issue(recipients=(HEADTEACHER,), respond_by=DAY_AFTER)


def respond(respondent: Respondent) -> Command:
    return lambda record: record.respond(respondent, agrees=ExtentOfAgreement.AGREES)


@pytest.fixture
def do(service: Service) -> Do:
    def act(record: UUID, *commands: Command, on: date = TODAY, by: UUID | None = None) -> None:
        for command in commands:
            with signed(on, by=by):
                service.change(RecordOfVisit, record, command)

    return act


@pytest.fixture
def first(service: Service) -> UUID:
    return start(service, 1)


@pytest.fixture
def second(service: Service, do: Do) -> UUID:
    record = start(service, 2, ST_ANNES, VisitKind.FOLLOW_UP)
    do(record, issue)
    return record


def references(found: list[records_of_visit.RecordRow]) -> list[str]:
    return [record.reference for record in found]


def test_a_record_begun_is_a_draft_of_its_visit(ask: Ask, first: UUID) -> None:
    row = ask(row_where, records_of_visit.records, reference="ROV-2026-0001")

    assert (row.id, row.school, row.author, row.kind, row.purpose) == (
        first,
        LARK_HILL,
        AUTHOR,
        VisitKind.CORE,
        Purpose.CHALLENGE,
    )
    assert (row.status, row.version, row.needs_presentation, row.open_actions) == (RecordStatus.DRAFT, 0, True, 0)


@pytest.mark.parametrize(
    ("commands", "changed"),
    [
        (
            [lambda record: record.write(CONTENT), lambda record: record.submit_for_assurance()],
            {"status": RecordStatus.SUBMITTED, "issues": 0, "actions": ()},
        ),
        (
            [
                lambda record: record.write(CONTENT),
                lambda record: record.submit_for_assurance(),
                lambda record: record.assure(present=()),
            ],
            {"status": RecordStatus.ASSURED},
        ),
        (
            [
                lambda record: record.write(CONTENT),
                lambda record: record.submit_for_assurance(),
                lambda record: record.return_to_author("Say more"),
            ],
            {"status": RecordStatus.DRAFT},
        ),
        (
            [issue],
            {
                "status": RecordStatus.ISSUED,
                "version": 1,
                "issued_on": TODAY,
                "respond_by": RESPOND_BY,
                "issues": 2,
                "actions": (1, 2),
                "open_actions": 2,
            },
        ),
        ([issue, lambda record: record.reopen_for_correction("Wrong")], {"status": RecordStatus.CORRECTING}),
        (
            [
                issue,
                lambda record: record.reopen_for_correction("Wrong"),
                lambda record: record.write(
                    replace(record.content, sections=(Section(heading="Summary", text="A calmer school."),))
                ),
                lambda record: record.submit_for_assurance(),
                lambda record: record.return_to_author("Say more"),
            ],
            {"status": RecordStatus.CORRECTING},
        ),
        (
            [
                issue,
                lambda record: record.reopen_for_correction("Wrong"),
                lambda record: record.abandon_correction(),
            ],
            {"status": RecordStatus.ISSUED, "version": 1},
        ),
        (
            [issue, respond(Respondent.HEADTEACHER)],
            {"headteacher": Answered.RESPONDED, "headteacher_responded_on": TODAY, "chair": Answered.AWAITED},
        ),
        (
            [issue, respond(Respondent.CHAIR)],
            {"chair": Answered.RESPONDED, "chair_responded_on": TODAY, "headteacher": Answered.AWAITED},
        ),
        (
            [issue, lambda record: record.decline_response(Respondent.CHAIR, reason="Vacant")],
            {"chair": Answered.DECLINED, "headteacher": Answered.AWAITED},
        ),
        (
            [issue, respond(Respondent.HEADTEACHER), correct],
            {
                "version": 2,
                "respond_by": DAY_AFTER,
                "issues": 0,
                "actions": (2,),
                "headteacher": Answered.AWAITED,
                "headteacher_responded_on": TODAY,
            },
        ),
        (
            [issue, lambda record: record.present(meeting_on=TODAY, minute="3")],
            {"presented_on": TODAY, "needs_presentation": False},
        ),
        (
            [issue, lambda record: record.waive_presentation("Closing")],
            {"presented_on": None, "needs_presentation": False},
        ),
        ([issue, lambda record: record.complete_action(2, on=TODAY)], {"completed": (2,), "open_actions": 1}),
        (
            [
                issue,
                lambda record: record.complete_action(1, on=TODAY),
                lambda record: record.complete_action(2, on=TODAY),
                lambda record: record.reopen_action(1, reason="Not done"),
            ],
            {"completed": (2,), "open_actions": 1},
        ),
        (
            [
                issue,
                respond(Respondent.HEADTEACHER),
                respond(Respondent.CHAIR),
                lambda record: record.waive_presentation("Closing"),
                lambda record: record.close(),
            ],
            {"status": RecordStatus.CLOSED},
        ),
    ],
)
def test_what_happens_to_one_record_changes_its_row_alone(
    ask: Ask, do: Do, first: UUID, second: UUID, commands: list[Command], changed: dict[str, Any]
) -> None:
    other, its_actions = (
        ask(row_where, records_of_visit.records, reference="ROV-2026-0002"),
        ask(rows_where, records_of_visit.actions, record=second),
    )
    do(first, *commands, by=COLLEAGUE)

    row = ask(row_where, records_of_visit.records, reference="ROV-2026-0001")
    assert {name: getattr(row, name) for name in changed} == changed
    assert ask(row_where, records_of_visit.records, reference="ROV-2026-0002") == other
    assert ask(rows_where, records_of_visit.actions, record=second) == its_actions


def test_a_response_that_lapsed_is_no_longer_awaited(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    do(first, issue)
    do(
        first,
        lambda record: record.lapse_response(Respondent.CHAIR),
        lambda record: record.lapse_response(Respondent.HEADTEACHER),
        on=DAY_AFTER,
    )

    row = ask(row_where, records_of_visit.records, reference="ROV-2026-0001")
    assert (row.chair, row.headteacher) == (Answered.LAPSED, Answered.LAPSED)
    assert references(ask(awaiting_response)) == ["ROV-2026-0002"]


def test_responses_are_awaited_of_schools_and_respondents(
    ask: Ask, do: Do, service: Service, first: UUID, second: UUID
) -> None:
    do(first, issue, respond(Respondent.HEADTEACHER))
    start(service, 3)

    assert references(ask(awaiting_response)) == ["ROV-2026-0001", "ROV-2026-0002"]
    assert references(ask(awaiting_response, schools=[LARK_HILL])) == ["ROV-2026-0001"]
    assert references(ask(awaiting_response, respondent=Respondent.HEADTEACHER)) == ["ROV-2026-0002"]
    assert references(ask(awaiting_response, limit=1)) == ["ROV-2026-0001"]
    assert references(ask(awaiting_response, after="ROV-2026-0001")) == ["ROV-2026-0002"]
    do(first, respond(Respondent.CHAIR))
    assert ask(awaiting_response, schools=[LARK_HILL]) == []


def test_an_agreed_action_stands_with_its_owner_only_once_it_was_issued(ask: Ask, do: Do, first: UUID) -> None:
    do(first, lambda record: record.write(CONTENT))
    assert ask(rows_where, records_of_visit.actions, record=first) == []

    do(first, issue)
    [visit_classes, write_plan] = ask(rows_where, records_of_visit.actions, record=first)
    assert (visit_classes.owner, visit_classes.owner_side, visit_classes.purpose) == (
        COLLEAGUE,
        Side.SERVICE,
        Purpose.SUPPORT,
    )
    assert (write_plan.school, write_plan.owner, write_plan.due, write_plan.completed_on) == (
        LARK_HILL,
        None,
        DAY_AFTER,
        None,
    )


def test_a_correction_changes_the_actions_when_it_is_issued(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    do(first, issue, lambda record: record.complete_action(2, on=TODAY), correct)

    [action] = ask(rows_where, records_of_visit.actions, record=first)
    assert (action.number, action.due, action.completed_on) == (2, RESPOND_BY, TODAY)
    assert len(ask(rows_where, records_of_visit.actions, record=second)) == 2


def test_an_action_is_overdue_after_its_day_until_it_is_completed(
    ask: Ask, do: Do, first: UUID, second: UUID
) -> None:
    do(first, issue)

    def overdue(today: date, **asked: Any) -> list[tuple[UUID, int]]:
        return [(action.record, action.number) for action in ask(overdue_actions, today=today, **asked)]

    assert overdue(RESPOND_BY) == []
    assert set(overdue(DAY_AFTER)) == {(first, 1), (second, 1)}
    assert overdue(DAY_AFTER, schools=[ST_ANNES]) == [(second, 1)]
    assert overdue(DAY_AFTER, owner=HEADTEACHER) == []
    do(first, lambda record: record.complete_action(1, on=TODAY))
    assert overdue(DAY_AFTER, owner=COLLEAGUE) == [(second, 1)]
    do(first, lambda record: record.reopen_action(1, reason="Not done"))
    assert set(overdue(DAY_AFTER)) == {(first, 1), (second, 1)}
    do(first, lambda record: record.hand_over_action(1, owner=HEADTEACHER, reason="Leaving"))
    assert overdue(DAY_AFTER, owner=HEADTEACHER) == [(first, 1)]


def test_open_actions_are_paged_in_the_order_of_their_days(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    do(first, issue)

    whole = ask(open_actions)
    assert [action.due for action in whole] == [RESPOND_BY, RESPOND_BY, DAY_AFTER, DAY_AFTER]
    assert ask(open_actions, limit=1) == whole[:1]
    for seen in range(4):
        assert ask(open_actions, after=cursor_of(whole[seen])) == whole[seen + 1 :]
    assert ask(open_actions, after="nowhere") == []
    assert ask(open_actions, after=f"{uuid4()}/1") == []


def test_records_are_listed_from_the_latest_visit(ask: Ask, service: Service, second: UUID) -> None:
    start(service, 3, on=date(2026, 10, 1))
    start(service, 4, on=TODAY)

    assert references(ask(list_rows)) == ["ROV-2026-0004", "ROV-2026-0002", "ROV-2026-0003"]
    assert references(ask(list_rows, limit=1)) == ["ROV-2026-0004"]
    assert references(ask(list_rows, after="ROV-2026-0004")) == ["ROV-2026-0002", "ROV-2026-0003"]
    assert references(ask(list_rows, schools=[LARK_HILL])) == ["ROV-2026-0004", "ROV-2026-0003"]
    assert references(ask(list_rows, issued_only=True)) == ["ROV-2026-0002"]
    assert ask(list_rows, after="ROV-1999-0001") == []
