"""Numbers from outside: plain digits or a refusal, at once, however large a number somebody sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from time import thread_time
from typing import Any
from uuid import UUID

import pytest
from marshmallow import Schema, ValidationError, fields

from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program, SharedAuthority
from web.commands.fields import days_field, money_field
from web.forms.numbers import Amount, WholeNumber
from web.resources import LIST_ENDPOINTS, RESOURCES

AT_ONCE = 5.0
"""Seconds of the processor, of which a number that is turned away needs a thousandth."""

BOUNDLESS: list[Any] = [
    "1E+500000",
    "1E+9999999",
    "1E-500000",
    "1e5",
    "9" * 16,
    "9" * 5000,
    "0." + "0" * 5000 + "1",
    10**400,
    1e400,
    -1e400,
    1e300,
    float("nan"),
    "NaN",
    "sNaN",
    "Infinity",
    "-inf",
    "1_000",
    "٣",
    "0x10",
    "",
    ".",
    True,
    [],
    {},
]


@pytest.mark.parametrize("sent", BOUNDLESS, ids=lambda sent: str(sent)[:12])
@pytest.mark.parametrize(
    "field", [money_field(), days_field(), Amount(places=2), WholeNumber()], ids=["money", "days", "amount", "whole"]
)
def test_what_is_not_written_in_a_few_digits_is_refused_at_once(field: fields.Field[Any], sent: Any) -> None:
    begun = thread_time()
    with pytest.raises(ValidationError):
        field.deserialize(sent)
    assert thread_time() - begun < AT_ONCE


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("12", "12"), (" 12.5 ", "12.5"), ("12.50", "12.50"), (12, "12"), (12.5, "12.5"), (".5", "0.5"), ("+1", "1")],
)
def test_plain_digits_are_taken(sent: Any, taken: str) -> None:
    assert Amount(places=2).deserialize(sent) == Decimal(taken)


@pytest.mark.parametrize(("sent", "taken"), [("12", 12), (12, 12), (12.0, 12), ("-3", -3)])
def test_a_whole_number_is_taken(sent: Any, taken: int) -> None:
    assert WholeNumber().deserialize(sent) == taken


@pytest.mark.parametrize("sent", [3.5, "3.5"])
def test_a_broken_number_is_not_cut_to_a_whole_one(sent: Any) -> None:
    with pytest.raises(ValidationError):
        WholeNumber().deserialize(sent)


@pytest.mark.parametrize("sent", ["100.125", 100.125, "0.005", "100.000"])
def test_a_sum_is_refused_rather_than_rounded(sent: Any) -> None:
    with pytest.raises(ValidationError, match="pounds and pence"):
        money_field().deserialize(sent)


@pytest.mark.parametrize("sent", ["2.25", "2.125", "2.50000000000000000000000000000000001"])
def test_days_are_not_rounded_to_halves(sent: str) -> None:
    with pytest.raises(ValidationError, match="in halves"):
        days_field().deserialize(sent)


def test_every_number_that_a_command_or_list_asks_for_is_read_by_these() -> None:
    asked = [command.schema for resource, _ in RESOURCES for command in resource.commands.values()]
    listings = [each.listing for each in (*(resource for resource, _ in RESOURCES), *LIST_ENDPOINTS) if each.listing]
    asked += [listing.filters for listing in listings if listing.filters]

    numbers = [field for schema in asked for field in _fields_of(schema()) if isinstance(field, fields.Number)]

    assert len(numbers) > 20
    assert [field for field in numbers if not isinstance(field, Amount | WholeNumber)] == []


def _fields_of(schema: Schema) -> Iterator[fields.Field[Any]]:
    for field in schema.load_fields.values():
        yield from _within(field)


def _within(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    yield field
    if isinstance(field, fields.List):
        yield from _within(field.inner)
    if isinstance(field, fields.Nested):
        yield from _fields_of(field.schema)


# At the doors


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    stages = BrokerageStages(sample)
    stages.a_tender()
    return stages


@pytest.mark.parametrize(
    "days", ["1E+500000", "1E+9999999", "9" * 5000, 1e400, float("nan")], ids=lambda d: str(d)[:9]
)
def test_no_number_of_days_holds_everybody_up(
    stages: BrokerageStages, program: Callable[..., Program], sample: SampleAuthority, days: Any
) -> None:
    specialist = program(stages.calder.specialist)
    at = specialist.get("/invitations/TN-2026-0001").headers["ETag"]
    quote = {
        "specialist": sample.reference(stages.calder.specialist),
        "days": days,
        "day_rate": "450.00",
        "approach": "Plan together",
        "available_from": "2026-11-09",
        "available_until": "2027-03-26",
    }

    begun = thread_time()
    refused = specialist.post("/invitations/TN-2026-0001/quote", quote, key="boundless-1", at=at, status=422)

    assert list(refused.json["errors"]["json"]) == ["days"]
    assert thread_time() - begun < AT_ONCE


@pytest.mark.parametrize("days", ["1E+999999", "1E-999999", "9" * 5000])
def test_no_number_of_days_holds_a_shortlist_up(
    stages: BrokerageStages, program: Callable[..., Program], sign_in: Callable[[UUID], Any], days: str
) -> None:
    stages.an_approved_request(2)
    broker, path = program(stages.broker), "/requests/SR-2026-0002"
    at = broker.get(path).headers["ETag"]

    begun = thread_time()
    answers = {"chosen": ["PV-2026-0001"], "days": days}
    refused = broker.post(f"{path}/shortlist", answers, key="boundless-2", at=at, status=422)
    sign_in(stages.broker).send(f"{path}/shortlist", answers, status=422)

    assert list(refused.json["errors"]["json"]) == ["days"]
    assert thread_time() - begun < AT_ONCE


def test_a_budget_is_refused_by_the_api_as_by_the_page(
    stages: BrokerageStages, program: Callable[..., Program], sign_in: Callable[[UUID], Any], sample: SampleAuthority
) -> None:
    need = {
        "school": str(sample.urn(stages.school)),
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Two new teachers need help with planning",
        "outcome_wanted": "Planning that holds",
        "budget": "100.125",
    }
    days = {"needed_from": "2026-11-09", "needed_by": "2027-03-26"}

    refused = program(stages.head).post("/requests/raise", need | days, key="budget-0001", status=422)
    page = sign_in(stages.head).send("/requests/raise", need, status=422).text

    assert refused.json["errors"]["json"] == {"budget": ["Enter a sum in pounds and pence, like 45.50"]}
    assert "Budget must be in pounds and pence, like 45.50" in page


def test_an_integer_of_thousands_of_digits_is_no_fault(shared: SharedAuthority) -> None:
    program = shared.program(shared.authority.director)
    body = '{"school": "900001", "delegates": ' + "9" * 5000 + "}"
    headers = {**program.headers, "Idempotency-Key": "many-digits", "Content-Type": "application/json"}

    answer = program.client.post("/api/v1/requests/raise", data=body, headers=headers)

    assert answer.status_code == 400
    assert "too many digits" in answer.json["detail"]


@pytest.mark.parametrize("number", ["1E+500000", "9" * 20, "9" * 5000, "-1", "1e400", "NaN"], ids=lambda n: n[:9])
def test_no_number_in_an_address_is_a_fault(shared: SharedAuthority, number: str) -> None:
    authority = shared.authority
    browser, program = shared.browser(authority.director), shared.program(authority.director)
    pages = [
        f"/records/RV-2026-0001/versions/{number}",
        f"/schools/{number}",
        f"/schools/?q={number}",
        f"/schools/{authority.sample.urn(authority.ours.school)}/file?after={number}&of={number}",
        f"/requests/SR-2026-{number}",
        f"/requests/raise?budget={number}&delegates={number}&school={number}",
        f"/visits/coverage?year={number}",
        f"/audit?after={number}&school={number}",
        f"/engagements/BE-2026-0001/deliver-session?number={number}",
    ]
    lists = [resource.path for resource, _ in RESOURCES if resource.listing] + [
        list_endpoint.path for list_endpoint in LIST_ENDPOINTS
    ]
    reads = [f"/api/v1/{path}?limit={number}" for path in lists] + [
        f"/api/v1/{path}?after={number}" for path in lists
    ]

    begun = thread_time()
    answers = {href: browser.get(href).status_code for href in pages}
    answers |= {href: program.client.get(href, headers=program.headers).status_code for href in reads}

    assert {href: status for href, status in answers.items() if status >= 500} == {}
    assert thread_time() - begun < 12 * AT_ONCE


@pytest.mark.parametrize("version", ["9" * 20, "9" * 5000, "-1", "1e9"], ids=lambda version: version[:6])
def test_a_version_that_no_record_reaches_is_no_fault(shared: SharedAuthority, version: str) -> None:
    browser = shared.browser(shared.authority.director)
    answers = {"version": version, "confirmed": "yes", "subject": "Mathematics", "reason": "No longer needed"}

    for command in ("close", "correct", "change"):
        assert browser.post(f"/requests/SR-2026-0001/{command}", data=answers).status_code < 500
    assert browser.post("/notes/N-2026-0001/withdraw", data=answers).status_code == 400
    assert browser.post("/records/RV-2026-0001/write", data={**answers, "draft": "keep"}).status_code < 500
