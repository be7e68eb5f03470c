"""Within how many working days something is to be done is a dated setting: each wait has its last day by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import Aggregate
from domain.authority import WINDOWS, Settings
from domain.concern import ConcernCase
from domain.engagement import BrokeredEngagement
from domain.record_of_visit import RecordOfVisit
from domain.references import record_id
from domain.support_request import SupportRequest
from domain.vocabulary import Side
from projections import caseload
from projections.caseload import Task
from tests.domain.brokered import outcomes
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.deciders import Deciders
from web.settings_pages import schemas

Open = Callable[..., Program]

OURS = Settings(
    writing_days=1,
    response_days=2,
    presentation_days=3,
    assessment_days=4,
    decision_days=5,
    information_days=6,
    evaluation_days=7,
    closing_days=8,
)
"""No two alike, so that none can stand for another."""


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    sample.put_in_force(OURS)
    return BrokerageStages(sample)


def working_days(number: int, after: date = TODAY) -> date:
    """The day so many working days later; no bank holiday falls among those of these tests."""
    day = after
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def due(sample: SampleAuthority) -> dict[Task, date | None]:
    """What waits, and by when."""
    with sample.services.read() as connection:
        return {item.task: item.due for item in caseload.waiting(connection) if item.task}


def rules_of(sample: SampleAuthority, kind: type[Aggregate], reference: str) -> tuple[str, ...]:
    """The versions of settings that the last act on a record names."""
    _, events = sample.services.service.find_with_history(kind, record_id(kind.KIND, reference))
    return events[-1].meta.rules


class Acting:
    """Somebody who acts on records by a program, each time on the version that they just read."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._keys = count(1)

    def __call__(
        self, path: str, body: dict[str, Any] | None = None, *, begins: bool = False, asks: bool = False
    ) -> None:
        at = None if begins else self.program.get(path.rpartition("/")[0]).headers["ETag"]
        key = f"window-{next(self._keys):04}"
        self.program.post(path, body or {}, key=key, at=at, status=201 if begins else 202 if asks else 200)


def a_visit(stages: BrokerageStages, officer: UUID, on: date = TODAY, **changes: Any) -> dict[str, Any]:
    """What is told of a visit by an officer."""
    return {
        "school": str(stages.sample.urn(stages.school)),
        "kind": "core",
        "purpose": "challenge",
        "on": on.isoformat(),
        "visitors": [{"person": stages.sample.reference(officer), "capacity": "officer"}],
        "focus": "Mathematics",
        **changes,
    }


HELD = {"attendees": "Headteacher", "minutes": 90}
UNPLANNED = {**HELD, "reason": "The head telephoned"}
WRITTEN = {"good_practice": [{"text": "The choir", "shareable": True}]}


def test_a_record_is_written_answered_and_presented_in_time(stages: BrokerageStages, program: Open) -> None:
    sample = stages.sample
    officer = sample.link_officer(stages.school)
    act = Acting(program(officer))

    act("/visits/record-unplanned", a_visit(stages, officer, **UNPLANNED), begins=True)
    assert due(sample) == {Task.WRITE_RECORD: working_days(1)}
    assert program(officer).get("/visits/V-2026-0001").json["write_by"] == working_days(1).isoformat()

    act("/visits/V-2026-0001/start-record")
    assert due(sample) == {Task.ISSUE_RECORD: working_days(1)}

    act("/records/ROV-2026-0001/write", WRITTEN)
    act("/records/ROV-2026-0001/issue")
    assert due(sample) == {Task.RESPOND: working_days(2), Task.PRESENT: working_days(3)}
    assert rules_of(sample, RecordOfVisit, "ROV-2026-0001") == ("settings-1",)
    assert program(officer).get("/records/ROV-2026-0001").json["present_by"] == working_days(3).isoformat()


def test_a_record_shows_by_when_governors_have_to_see_it(
    stages: BrokerageStages, program: Open, sign_in: Callable[[UUID], Any]
) -> None:
    sample = stages.sample
    officer = sample.link_officer(stages.school)
    act, browser = Acting(program(officer)), sign_in(officer)
    pages = {}
    for number, kind in enumerate(("core", "monitoring"), 1):
        act("/visits/record-unplanned", a_visit(stages, officer, kind=kind, **UNPLANNED), begins=True)
        act(f"/visits/V-2026-{number:04}/start-record")
        record = f"/records/ROV-2026-{number:04}"
        act(f"{record}/write", WRITTEN)
        before = browser.get(f"{record}/issue")
        act(f"{record}/issue")
        pages[kind] = (before, browser.get(record))

    for page in pages["core"]:
        assert "governors by" in page
        assert "5 November 2026" in page
    for page in pages["monitoring"]:
        assert "governors by" not in page
    assert program(officer).get("/records/ROV-2026-0002").json["present_by"] is None

    act("/records/ROV-2026-0001/waive-presentation", {"reason": "No governors are appointed yet"})
    assert "governors by" not in browser.get("/records/ROV-2026-0001")


def test_a_visit_held_some_days_ago_is_written_up_from_its_own_day(stages: BrokerageStages, program: Open) -> None:
    sample, friday = stages.sample, TODAY - timedelta(days=3)
    officer = sample.link_officer(stages.school)

    in_half_term = {"unusual": ["school_holiday"], "why_unusual": "The head was there"}
    held = a_visit(stages, officer, friday, **UNPLANNED, **in_half_term)
    Acting(program(officer))("/visits/record-unplanned", held, begins=True)

    assert due(sample) == {Task.WRITE_RECORD: TODAY}


def test_a_planned_visit_that_is_held_is_written_up_in_time(stages: BrokerageStages, program: Open) -> None:
    sample = stages.sample
    officer = sample.link_officer(stages.school)
    act = Acting(program(officer))

    act("/visits/plan", a_visit(stages, officer), begins=True)
    act("/visits/V-2026-0001/hold", {"on": TODAY.isoformat(), **HELD})

    assert due(sample) == {Task.WRITE_RECORD: working_days(1)}


def test_a_concern_is_assessed_and_decided_on_in_time(
    stages: BrokerageStages, program: Open, sign_in: Callable[[UUID], Browser]
) -> None:
    sample = stages.sample
    deciders = Deciders(sample, sign_in, stages.director)
    act = Acting(program(sample.link_officer(stages.school)))
    worry = {"kind": "achievement", "source": "data", "severity": "high", "detail": "Falling", "purpose": "challenge"}
    reason = {"reason": "As the review found"}

    act("/concerns/raise", {"school": str(sample.urn(stages.school)), **worry}, begins=True)
    assert due(sample) == {Task.ASSESS: working_days(4)}

    case = "/concerns/CC-2026-0001"
    act(f"{case}/assess", {"assessment": "Weak", "rating": "causing_concern"}, asks=True)
    deciders.give()
    assert due(sample) == {Task.DECIDE: working_days(5)}
    assert rules_of(sample, ConcernCase, "CC-2026-0001") == ("settings-1",)

    objective = {"text": "A full team", "measure": "Posts filled", "due": "2027-03-01"}
    review = {
        "on": TODAY.isoformat(),
        "evidence": "Seen",
        "findings": [{"objective": 1, "rag": "green", "commentary": "x"}],
    }
    start = {"plan": "Weekly visits", "objectives": [objective], "review_on": "2026-12-01", **reason}
    act(f"{case}/start-intervention", start, asks=True)
    deciders.give()
    act(f"{case}/hold-review", {**review, "advice": "continue", **reason})
    act(f"{case}/continue-intervention", {"next_review_on": "2027-01-12", **reason}, asks=True)
    deciders.give()
    objective_due = {Task.REACH_OBJECTIVE: date(2027, 3, 1)}
    assert due(sample) == {Task.REVIEW: date(2027, 1, 12), **objective_due}

    act(f"{case}/hold-review", {**review, "advice": "end", **reason})
    assert due(sample) == {Task.DECIDE: working_days(5), **objective_due}

    act(f"{case}/end-intervention", {"outcome": "A full team", **reason}, asks=True)
    deciders.give()
    act(f"{case}/reopen", reason, asks=True)
    deciders.give()
    assert due(sample) == {Task.ASSESS: working_days(4)}


def test_a_question_to_the_school_is_answered_in_time(stages: BrokerageStages, program: Open) -> None:
    stages.an_approved_request()

    Acting(program(stages.broker))("/requests/SR-2026-0001/ask-for-information", {"question": "Which year groups?"})

    assert due(stages.sample) == {Task.GIVE_INFORMATION: working_days(6)}
    assert rules_of(stages.sample, SupportRequest, "SR-2026-0001") == ("settings-1",)


FIRST = date(2026, 11, 10)


@pytest.fixture
def delivered(stages: BrokerageStages, clock: Clock) -> BrokerageStages:
    """Work of which a session took place."""
    made_as = stages.confirmed()
    work = stages.engagement(made_as).id
    with stages.brokering():
        stages.delivery.plan_session(work, on=FIRST, days=stages.engagement(made_as).work.days)
    clock.go_to(FIRST)
    with stages.brokering():
        stages.delivery.deliver_session(work, 1, on=FIRST, days=stages.engagement(made_as).work.days)
    return stages


WORK = "/engagements/BE-2026-0001"


def test_work_is_evaluated_and_closed_in_time(delivered: BrokerageStages, program: Open) -> None:
    sample, broker = delivered.sample, Acting(program(delivered.broker))

    broker(f"{WORK}/complete")
    assert due(sample) == {Task.EVALUATE: working_days(7, FIRST)}
    assert rules_of(sample, BrokeredEngagement, "BE-2026-0001") == ("settings-1",)

    found = outcomes(delivered.engagement("BE-2026-0001"))
    told = [{"work_objective": each.objective, "attainment": each.attainment.value} for each in found]
    judged = {"quality": 5, "impact": 4, "comment": "Clear", "outcomes": told}
    Acting(program(delivered.head))(f"{WORK}/evaluate", judged)
    assert due(sample) == {Task.CLOSE_ENGAGEMENT: working_days(8, FIRST)}


def test_work_that_ends_early_is_evaluated_in_time_or_closed_without(
    delivered: BrokerageStages, program: Open
) -> None:
    sample, broker = delivered.sample, Acting(program(delivered.broker))

    broker(f"{WORK}/end-early", {"side": Side.SCHOOL.value, "reason": "The teachers left"})
    assert due(sample) == {Task.EVALUATE: working_days(7, FIRST)}

    broker(f"{WORK}/waive-evaluation", {"reason": "Hardly begun"})
    assert due(sample) == {Task.CLOSE_ENGAGEMENT: working_days(8, FIRST)}


def test_each_window_is_one_that_is_asked_for_by_its_own_sentence() -> None:
    """None becomes one by its name: each is listed, checked and asked for."""
    assert len({*schemas.WINDOWS.values()}) == len(WINDOWS)
