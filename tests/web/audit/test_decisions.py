"""Who asked, who decided, by what, and whether they have confirmed it, in the audit trail, each by one click."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.references import record_id
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.vocabulary import Purpose
from tests.domain.brokered import a_need
from tests.sample_authority import SampleAuthority
from tests.scenario import signed
from tests.web.audit.test_pages import concern, text_of
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from web.history.entry_decisions import _is_late

SignIn = Callable[[UUID], Browser]

OWN, RECORDED, EARLIER, EARLIER_OWN = (f"SR-2026-000{number}" for number in range(1, 5))
FILTERS = {
    "asked_and_decided": {OWN, EARLIER_OWN},
    "not_confirmed": {RECORDED, EARLIER},
    "disowned": set(),
    "late": {RECORDED, EARLIER},
    "before_decisions": {EARLIER, EARLIER_OWN},
}


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


@pytest.fixture
def decided(sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn) -> BrokerageStages:
    """Spending on four requests: within the broker's own limit; decided by the director on Tuesday and recorded by
    the broker on Monday; and two of the time before decisions were kept, of which the broker named the director as
    the approver of one, for a day of the week before, and themselves of the other."""
    broker = sign_in(stages.broker)
    for reference in (OWN, RECORDED, EARLIER, EARLIER_OWN):
        with signed(date(2026, 10, 20), by=stages.broker):
            sample.services.service.add(lambda reference=reference: triaged(stages, reference))
    broker.send(f"/requests/{OWN}/approve", {"ceiling": "500"})
    record_approval(sample, broker, stages.director, day=27)
    for reference, approver, on in ((EARLIER, stages.director, 26), (EARLIER_OWN, stages.broker, 31)):
        with stages.brokering():
            sample.services.service.change(
                SupportRequest,
                record_id(SupportRequest.KIND, reference),
                lambda request, approver=approver, on=on: request.record(
                    SupportRequest.ApprovedToBroker(ceiling=Decimal(3600), approver=approver),
                    people=(approver,),
                    occurred=date(2026, 10, on),
                ),
            )
    return stages


def triaged(stages: BrokerageStages, reference: str) -> SupportRequest:
    request = SupportRequest.raise_(reference, **a_need(school=stages.school))
    request.triage(broker=stages.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
    return request


def record_approval(sample: SampleAuthority, broker: Browser, director: UUID, *, day: int) -> None:
    recorded = {"ceiling": "6,000", "decider": sample.reference(director), "heard": "email", "evidence": "Email"}
    days = {"decided_on-day": str(day), "decided_on-month": "10", "decided_on-year": "2026"}
    broker.send(f"/requests/{RECORDED}/record-approval", {**recorded, **days})


@pytest.fixture
def reviewer(sample: SampleAuthority, program: Callable[..., Program]) -> Program:
    return program(sample.reviewer())


def found(reviewer: Program, query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = reviewer.get(f"/audit?{query}").json["items"]
    return items


def requests(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["record"] for entry in entries if entry["record_kind"] == "support-request"}


def test_each_kind_of_decision_is_found_by_one_filter(decided: BrokerageStages, reviewer: Program) -> None:
    assert {name: requests(found(reviewer, f"decided={name}")) for name in FILTERS} == FILTERS


def test_each_is_one_click_on_the_page(decided: BrokerageStages, sample: SampleAuthority, sign_in: SignIn) -> None:
    browser = sign_in(sample.reviewer())
    page = browser.get("/audit")
    for name, wanted in FILTERS.items():
        assert f'href="/audit?decided={name}"' in page
        shown = text_of(browser.get(f"/audit?decided={name}"))
        assert {
            each for each in (OWN, RECORDED, EARLIER, EARLIER_OWN) if f"Support request {each}" in shown
        } == wanted


def test_what_was_recorded_for_a_director_says_who_recorded_it_and_that_nobody_confirmed_it(
    decided: BrokerageStages, reviewer: Program
) -> None:
    [entry] = [each for each in found(reviewer, f"record={RECORDED}") if each["decision_reference"]]
    assert (
        entry["sentence"] == "Bea Broker recorded approval by Dora Director of spending of up to £6,000 excluding VAT"
    )
    assert entry["who"] == "Bea Broker, on behalf of Dora Director"
    assert (entry["asked_by_name"], entry["decided_by_name"]) == ("Bea Broker", "Dora Director")
    assert (entry["basis"], entry["confirmation"], entry["recorded_late"]) == ("on_behalf", "not_confirmed", True)


def test_what_was_recorded_before_decisions_were_kept_says_so_and_names_no_decision(
    decided: BrokerageStages, reviewer: Program, sample: SampleAuthority, sign_in: SignIn
) -> None:
    [entry] = [each for each in found(reviewer, f"record={EARLIER}") if each["basis"]]
    assert (
        entry["sentence"] == "Bea Broker recorded approval by Dora Director of spending of up to £3,600 excluding VAT"
    )
    assert (entry["basis"], entry["decision_reference"]) == ("before_decisions", None)
    assert (entry["asked_by_name"], entry["decided_by_name"], entry["confirmation"]) == (
        "Bea Broker",
        "Dora Director",
        "not_confirmed",
    )
    [own] = [each for each in found(reviewer, f"record={EARLIER_OWN}") if each["basis"]]
    assert own["sentence"] == "Bea Broker approved spending of up to £3,600 excluding VAT"
    assert (own["asked_by_name"], own["decided_by_name"], own["confirmation"]) == ("Bea Broker", "Bea Broker", None)
    page = text_of(sign_in(sample.reviewer()).get(f"/audit/{EARLIER}/3"))
    assert "Basis Recorded before decisions were kept Recorded by Bea Broker" in page
    assert "Named as having decided Dora Director Confirmation Not confirmed Recorded late Yes" in page


def test_what_others_record_in_somebodys_name_is_no_act_of_theirs(
    decided: BrokerageStages, reviewer: Program, sample: SampleAuthority
) -> None:
    director = sample.reference(decided.director)
    assert found(reviewer, f"person={director}&took_part=acted") == []
    assert requests(found(reviewer, f"person={director}&took_part=named")) == {RECORDED, EARLIER}
    assert requests(found(reviewer, f"decider={director}")) == {RECORDED, EARLIER}
    broker = sample.reference(decided.broker)
    assert requests(found(reviewer, f"decider={broker}")) == {OWN, EARLIER_OWN}
    assert requests(found(reviewer, f"asker={broker}")) == {OWN, RECORDED, EARLIER, EARLIER_OWN}
    assert requests(found(reviewer, "basis=own_authority")) == {OWN}


def test_a_decision_that_is_disowned_or_confirmed_is_found_as_that(
    decided: BrokerageStages, reviewer: Program, sign_in: SignIn
) -> None:
    [entry] = [each for each in found(reviewer, f"record={RECORDED}") if each["decision_reference"]]
    sign_in(decided.director).send(f"/decisions/{entry['decision_reference']}/disown", {"reason": "I said £4,000"})
    assert requests(found(reviewer, "decided=disowned")) == {RECORDED}
    assert requests(found(reviewer, "decided=not_confirmed")) == {EARLIER}
    [entry] = [each for each in found(reviewer, f"record={RECORDED}") if each["decision_reference"]]
    assert entry["confirmation"] == "disowned"


def test_the_sheet_has_the_same(decided: BrokerageStages, sample: SampleAuthority, sign_in: SignIn) -> None:
    text = sign_in(sample.reviewer()).get("/audit.csv?decided=not_confirmed&record_kind=support-request")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))[:-1]
    columns = (
        "Reference",
        "Asked or recorded by",
        "Decided by",
        "Basis of the decision",
        "Confirmation",
        "Recorded late",
    )
    assert [tuple(row[each] for each in columns) for row in rows] == [
        (EARLIER, "Bea Broker", "Dora Director", "Recorded before decisions were kept", "Not confirmed", "Yes"),
        (RECORDED, "Bea Broker", "Dora Director", "Recorded for somebody else", "Not confirmed", "Yes"),
    ]


def test_who_may_not_read_decisions_finds_none_by_who_decided(
    decided: BrokerageStages, program: Callable[..., Program], sample: SampleAuthority
) -> None:
    """An administrator reads those alone that they asked for themselves."""
    api = program(sample.administrator())
    for query in ("decided=late", "basis=on_behalf", f"decider={sample.reference(decided.director)}"):
        assert found(api, query) == []


def test_somebody_sees_which_decisions_stand_in_their_name(decided: BrokerageStages, sign_in: SignIn) -> None:
    director = sign_in(decided.director)
    assert 'href="/decisions/in-your-name"' in director.get("/decisions/")
    page = text_of(director.get("/decisions/in-your-name"))
    assert page.count("naming Dora Director") == 1
    assert "Bea Broker recorded approval by Dora Director of spending of up to £3,600" in page
    assert "Recorded by Bea Broker, naming Dora Director. Recorded before decisions were kept. Not confirmed" in page
    assert RECORDED not in page
    assert "Nothing was recorded in your name" in sign_in(decided.broker).get("/decisions/in-your-name")
    sign_in(decided.head).get("/decisions/in-your-name", 403)


@pytest.fixture
def authorised(sample: SampleAuthority) -> UUID:
    """A concern of before, at which the officer named the director as having authorised it."""
    officer, director = sample.officer("Olive Officer"), sample.director("Della Director")
    with sample.acting(officer, "officer"):
        sample.services.service.add(
            lambda: _authorised(
                concern(1, sample.school("Oak Lane School"), "Attendance", Purpose.CHALLENGE), director
            )
        )
    return director


def _authorised(case: Any, director: UUID) -> Any:
    case.record(case.Paused(authoriser=director), purpose=Purpose.CHALLENGE, reason="Until review", people=[director])
    return case


def test_who_was_named_as_authorising_a_concern_did_not_act(
    authorised: UUID, reviewer: Program, sample: SampleAuthority
) -> None:
    person = sample.reference(authorised)
    [entry] = found(reviewer, f"person={person}&took_part=named")
    assert entry["sentence"] == (
        "Olive Officer recorded a pause of the concern, naming Della Director as having authorised it: Until review"
    )
    assert found(reviewer, f"person={person}&took_part=acted&record_kind=concern") == []


@pytest.mark.parametrize(
    ("decided_on", "recorded_on", "late"),
    [
        (date(2026, 10, 29), date(2026, 11, 2), False),
        (date(2026, 10, 28), date(2026, 11, 2), True),
        (date(2026, 12, 24), date(2026, 12, 30), False),
        (date(2026, 12, 24), date(2026, 12, 31), True),
    ],
    ids=["Thursday to Monday", "Wednesday to Monday", "over Christmas", "a day more"],
)
def test_late_is_more_than_two_working_days_after_it_was_decided(
    decided_on: date, recorded_on: date, late: bool
) -> None:
    assert _is_late(decided_on, recorded_on) is late
