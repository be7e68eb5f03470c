"""The caseload of a request, its tender and its engagement: one desk, and one clock with the list of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import Aggregate
from domain.engagement import BrokeredEngagement
from domain.service import Service
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.tender import DeclineReason, Tender
from domain.vocabulary import Side, SupportKind
from projections import caseload, open_requests
from projections.caseload import Item, Task, WaitingFor, waiting
from projections.open_requests import RequestRow, requests
from tests.domain.brokered import CALDER, ENDS, HARROP, a_need, a_ranking, outcomes, terms, the_work
from tests.grants import approve, for_selection
from tests.projections.conftest import Ask
from tests.projections.test_caseload import SCHOOL
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW, open_requests.VIEW]

BROKER, COLLEAGUE, DIRECTOR, HEAD = (uuid4() for _ in range(4))
REASON = {"reason": "The broker goes on leave"}


def day(number: int) -> date:
    """So many days after the request was raised."""
    return TODAY + timedelta(days=number)


ANSWER_BY, REPLY_BY = day(14), day(21)


class Case:
    """A request at a school, its tender and its engagement, worked on day by day."""

    def __init__(self, service: Service, ask: Ask, **need: Any) -> None:
        self.service, self.ask = service, ask
        self.ids: dict[type[Aggregate], UUID] = {}
        wanted = {"school": SCHOOL, "needed_from": day(35), "needed_by": day(180), **need}
        self.begin(0, lambda: SupportRequest.raise_("SR-2026-0001", **a_need(**wanted)))

    def begin(self, on: int, make: Callable[[], Aggregate], *, by: UUID = BROKER) -> None:
        with signed(day(on), by=by):
            begun = self.service.add(make)
        self.ids[type(begun)] = begun.id

    def then(self, on: int, kind: type[Any], *steps: Callable[[Any], object], by: UUID = BROKER) -> None:
        for step in steps:
            with signed(day(on), by=by):
                self.service.change(kind, self.ids[kind], step)

    def triaged(self, on: int = 1) -> None:
        self.then(
            on,
            SupportRequest,
            lambda it: it.acknowledge(officer=BROKER, answer_by=ANSWER_BY),
            lambda it: it.triage(broker=BROKER, level=SupportLevel.TARGETED, route=Route.BROKERED),
        )

    def tendered(self, on: int = 2, *, by: UUID = BROKER) -> None:
        self.then(
            on,
            SupportRequest,
            lambda it: approve(it, 9000),
            lambda it: it.shortlist_providers(a_ranking(), chosen=(CALDER, HARROP), rules=()),
        )
        request = self.ids[SupportRequest]
        self.begin(
            on,
            lambda: Tender.open("TN-2026-0001", request=request, school=SCHOOL, brief="Planning", reply_by=REPLY_BY),
            by=by,
        )
        tender = self.ids[Tender]
        self.then(on, SupportRequest, lambda it: it.open_tender(tender), by=by)

    def engaged(self, on: int = 10) -> None:
        """One of two is chosen, and the work proposed."""
        for provider in (CALDER, HARROP):
            self.then(on, Tender, lambda it, asked=provider: it.invite(asked, clearance="Cleared", rules=()))
            self.then(on, Tender, lambda it, asked=provider: it.quote(asked, terms()))
        self.then(on, Tender, select)
        row, tender = self.row(), self.ids[Tender]
        work = the_work(school=SCHOOL, provider=CALDER, kind=row.kind, begins=day(20), ends=ENDS)
        self.begin(
            on,
            lambda: BrokeredEngagement.propose("BE-2026-0001", work, request=row.id, tender=tender),
        )
        engagement = self.ids[BrokeredEngagement]
        self.then(on, SupportRequest, lambda it: it.place(engagement=engagement, provider=CALDER))

    def agreed(self, on: int = 10) -> None:
        self.then(on, BrokeredEngagement, *(lambda it, side=side: it.agree(side) for side in Side))

    def items(self) -> list[Item]:
        found: list[Item] = self.ask(waiting, schools=[SCHOOL])
        return found

    def item(self, task: Task) -> Item:
        return next(item for item in self.items() if item.task is task)

    def row(self) -> RequestRow:
        found: RequestRow = self.ask(requests.get, self.ids[SupportRequest])
        return found

    def held_by(self, person: UUID) -> set[Task | None]:
        return {item.task for item in self.ask(waiting, schools=(), person=person)}


@pytest.fixture
def case(service: Service, ask: Ask) -> Case:
    return Case(service, ask)


def asked(it: SupportRequest) -> None:
    it.ask_for_information("Which year?", respond_by=day(9))


def answered(it: SupportRequest) -> None:
    it.give_information("Year 9")


def select(it: Tender) -> None:
    it.select(CALDER, rationale="Knows it", granted=for_selection(it.id), ceiling=Decimal(9000))


def delivered(it: BrokeredEngagement) -> None:
    for side in Side:
        if side not in it.agreed_by:
            it.agree(side)
    it.confirm_clearance(cleared=True, valid_to=ENDS, rules=())
    it.confirm()
    it.plan_session(on=day(20), days=it.work.days, cleared=True, rules=())


def complete(it: BrokeredEngagement) -> None:
    it.deliver_session(1, on=day(20), days=it.work.days, cleared=True, rules=())
    it.complete(evaluate_by=day(48))


def evaluate(it: BrokeredEngagement) -> None:
    it.evaluate(quality=5, impact=4, comment="", outcomes=outcomes(it), evaluator=HEAD, close_by=day(40))


# The clock


def test_nothing_of_the_service_is_overdue_while_the_school_is_asked(case: Case) -> None:
    case.triaged()
    case.then(3, SupportRequest, asked)

    assert [(item.task, item.due) for item in case.items()] == [(Task.GIVE_INFORMATION, day(9))]


def test_the_promised_day_moves_on_by_the_days_that_the_school_took(case: Case) -> None:
    case.triaged()
    case.then(3, SupportRequest, asked)
    case.then(8, SupportRequest, answered)

    assert [(item.task, item.due) for item in case.items()] == [(Task.APPROVE, ANSWER_BY + timedelta(days=5))]


def test_the_first_day_of_the_need_stands_where_no_day_is_promised(case: Case) -> None:
    case.then(3, SupportRequest, asked)
    case.then(8, SupportRequest, answered)

    assert [(item.task, item.due) for item in case.items()] == [(Task.TRIAGE, day(35))]


def test_a_day_promised_while_the_school_is_asked_moves_on_too(case: Case) -> None:
    case.then(1, SupportRequest, asked)
    case.triaged(3)
    case.then(5, SupportRequest, answered)

    assert case.item(Task.APPROVE).due == case.row().answer_by == ANSWER_BY + timedelta(days=4)


def test_a_request_that_ends_while_the_school_is_asked_has_its_days_when_it_is_opened_again(case: Case) -> None:
    case.triaged()
    case.then(3, SupportRequest, asked)
    case.then(8, SupportRequest, lambda it: it.withdraw(side=Side.SCHOOL, **REASON))
    assert case.items() == []

    case.then(9, SupportRequest, lambda it: it.reopen(**REASON))

    assert case.item(Task.TRIAGE).due == case.row().answer_by == ANSWER_BY + timedelta(days=5)


def test_what_waits_and_the_list_of_requests_agree_through_a_whole_story(case: Case) -> None:
    def agree(on: int) -> None:
        row, items = case.row(), [item for item in case.items() if item.kind != BrokeredEngagement.KIND]
        of_service = [item for item in items if item.waiting_for in {WaitingFor.BROKER, WaitingFor.CPD_MANAGER}]
        of_school = [item for item in items if item.waiting_for is WaitingFor.SCHOOL]
        match row.waiting_for:
            case open_requests.RequestWaitsFor.NOBODY:
                assert items == [], f"on day {on}"
            case open_requests.RequestWaitsFor.SCHOOL:
                assert (of_service, len(of_school)) == ([], 1), f"on day {on}"
            case _:
                assert ([item.due for item in of_service], of_school) == ([row.next_on], []), f"on day {on}"
        for today in map(day, range(60)):
            assert any(item.due and item.due < today for item in of_service) == row.is_overdue(today), (
                f"{on}: {today}"
            )

    def step(on: int, *steps: Callable[[Any], object], of: type[Any] = SupportRequest) -> None:
        case.then(on, of, *steps)
        agree(on)

    agree(0)
    step(1, asked)
    step(2, answered)
    case.triaged(3)
    agree(3)
    step(4, asked)
    step(6, answered)
    case.tendered(6)
    agree(6)
    step(7, lambda it: it.invite(CALDER, clearance="Cleared", rules=()), of=Tender)
    step(7, lambda it: it.invite(HARROP, clearance="Cleared", rules=()), of=Tender)
    step(8, asked)
    step(9, lambda it: it.quote(CALDER, terms()), of=Tender)
    step(10, answered)
    step(11, lambda it: it.quote(HARROP, terms()), of=Tender)
    step(12, lambda it: it.extend(reply_by=day(25), reason="Easter"), of=Tender)
    case.then(13, Tender, lambda it: it.close(reason="Too dear"))
    step(13, lambda it: it.end_tender(reason="Too dear"))
    step(14, asked)
    step(20, answered)
    step(21, lambda it: it.withdraw(side=Side.SCHOOL, **REASON))
    step(22, lambda it: it.reopen(**REASON))


def test_a_second_tender_does_not_ask_those_whom_only_the_first_invited(case: Case) -> None:
    case.triaged()
    case.tendered()
    case.then(3, Tender, lambda it: it.invite(CALDER, clearance="Cleared", rules=()))
    case.then(4, Tender, lambda it: it.close(reason="Too dear"))
    case.then(4, SupportRequest, lambda it: it.end_tender(reason="Too dear"))
    request = case.ids[SupportRequest]
    case.begin(
        5,
        lambda: Tender.open("TN-2026-0002", request=request, school=SCHOOL, brief="Again", reply_by=REPLY_BY),
    )
    case.then(5, SupportRequest, lambda it: it.open_tender(case.ids[Tender]))

    assert [(item.task, item.record) for item in case.items()] == [(Task.GET_QUOTES, case.ids[Tender])]


# The steps


def test_the_step_of_the_broker_is_the_one_that_can_be_taken(case: Case) -> None:
    def step(of: type[Any], decide: Callable[[Any], object], task: Task | None) -> None:
        case.then(2, of, decide)
        assert {item.task for item in case.items() if item.waiting_for is WaitingFor.BROKER} == ({task} - {None})

    case.triaged()
    assert case.item(Task.APPROVE).waiting_for is WaitingFor.BROKER
    step(SupportRequest, lambda it: approve(it, 9000), Task.SHORTLIST)
    step(SupportRequest, lambda it: it.shortlist_providers(a_ranking(), chosen=(CALDER,), rules=()), Task.INVITE)
    step(SupportRequest, lambda it: it.remove_from_shortlist(CALDER, **REASON), Task.SHORTLIST)
    step(SupportRequest, lambda it: approve(it, 9500), Task.SHORTLIST)
    case.tendered()
    for provider in (CALDER, HARROP):
        invite = lambda it, asked=provider: it.invite(asked, clearance="Cleared", rules=())  # noqa: E731
        step(Tender, invite, Task.GET_QUOTES)
    step(Tender, lambda it: it.quote(CALDER, terms()), Task.CHOOSE)
    step(Tender, lambda it: it.decline(HARROP, why=DeclineReason.PRICE, **REASON), Task.CHOOSE)
    step(Tender, select, Task.PROPOSE)
    assert case.item(Task.PROPOSE).record == case.ids[Tender]


def test_a_selection_stands_again_when_its_engagement_falls_through(case: Case) -> None:
    case.triaged()
    case.tendered()
    case.engaged()
    assert {item.task for item in case.items()} == {Task.AGREE, Task.GET_AGREEMENTS}

    case.then(11, BrokeredEngagement, lambda it: it.cancel(side=Side.SCHOOL, **REASON))
    case.then(11, SupportRequest, lambda it: it.take_up_again(**REASON))

    assert [(item.task, item.record) for item in case.items()] == [(Task.PROPOSE, case.ids[Tender])]


# The desk


def test_a_tender_says_what_it_is_about_and_waits_for_whom_the_request_was_given_to(case: Case) -> None:
    case.triaged()
    case.tendered(by=DIRECTOR)

    item = case.item(Task.GET_QUOTES)
    assert (item.school, item.detail, item.person) == (SCHOOL, "Mathematics", BROKER)
    assert (item.case, item.record) == (case.ids[SupportRequest], case.ids[Tender])


def handed_over(case: Case, on: int) -> None:
    case.then(on, SupportRequest, lambda it: it.reassign(broker=COLLEAGUE, **REASON), by=DIRECTOR)


@pytest.mark.parametrize(
    ("steps", "task"),
    [
        ([Case.triaged], Task.APPROVE),
        ([Case.triaged, Case.tendered], Task.GET_QUOTES),
        ([Case.triaged, Case.tendered, Case.engaged, Case.agreed], Task.CONFIRM_ENGAGEMENT),
        (
            [Case.triaged, Case.tendered, Case.engaged, lambda it: it.then(11, BrokeredEngagement, delivered)],
            Task.PLAN_SESSIONS,
        ),
    ],
)
def test_a_request_given_to_another_broker_takes_its_tender_and_engagement_along(
    case: Case, steps: Iterable[Callable[[Case], None]], task: Task
) -> None:
    for step in steps:
        step(case)
    assert case.held_by(BROKER) == {task}

    handed_over(case, 12)

    assert case.held_by(BROKER) == set()
    assert case.held_by(COLLEAGUE) == {task}


def test_what_follows_a_reassignment_comes_to_the_new_broker(case: Case) -> None:
    case.triaged()
    handed_over(case, 2)
    case.tendered(3)
    assert case.held_by(COLLEAGUE) == {Task.GET_QUOTES}

    case.engaged(10)
    case.agreed(10)
    assert case.held_by(COLLEAGUE) == {Task.CONFIRM_ENGAGEMENT}

    case.then(11, BrokeredEngagement, delivered)
    case.then(20, BrokeredEngagement, complete)
    assert case.held_by(COLLEAGUE) == set(), "the school evaluates"

    case.then(21, BrokeredEngagement, evaluate)
    assert case.held_by(COLLEAGUE) == {Task.CLOSE_ENGAGEMENT}
    assert case.held_by(BROKER) == set()


def test_nobody_is_named_for_an_evaluation_though_the_request_is_given_to_another(case: Case) -> None:
    case.triaged()
    case.tendered()
    case.engaged()
    case.then(11, BrokeredEngagement, delivered)
    case.then(20, BrokeredEngagement, complete)

    handed_over(case, 21)

    item = case.item(Task.EVALUATE)
    assert (item.waiting_for, item.person) == (WaitingFor.SCHOOL, None)


def test_training_waits_for_the_cpd_manager_from_its_request_to_its_end(service: Service, ask: Ask) -> None:
    case = Case(service, ask, kind=SupportKind.TRAINING, delegates=12)
    tasks = [case.item(Task.TRIAGE)]
    case.triaged()
    case.tendered()
    tasks.append(case.item(Task.GET_QUOTES))
    case.engaged()
    case.agreed()
    tasks.append(case.item(Task.CONFIRM_ENGAGEMENT))

    assert {item.waiting_for for item in tasks} == {WaitingFor.CPD_MANAGER}
