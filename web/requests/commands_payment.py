"""Who pays for a request; a school that pays from its own budget agrees to the price, and nobody else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.signature import on_behalf_of
from domain.support_request import SupportRequest
from web.access.context import Snapshot
from web.access.policy import Action
from web.access.restricted import must_be_readable_to_others
from web.brokerage.broker_rights import brokerage_of
from web.commands.resource import Execution, Values
from web.requests import schemas
from web.requests.resource import broker_command, requests


@broker_command(
    "state-payer",
    "Record who pays",
    schemas.StatePayer,
    done="Recorded who pays",
    lead="The limits of those who approve spending count what the council pays. What a school pays from its own "
    "budget, the school agrees to.",
    method=SupportRequest.state_payer,
    initial=lambda _, request: {"payer": request.payer, "council_part": request.council_part},
)
def state_payer(execution: Execution[SupportRequest], values: Values) -> None:
    brokerage_of(execution).state_payer(execution.record.id, at=execution.at, **values)


def _agreed_before(_: Snapshot, request: SupportRequest) -> Mapping[str, Any]:
    return {"price": request.school_agreed or request.budget}


requests.command(
    "agree-price",
    "Agree what the school pays",
    Action.AGREE_FOR_SCHOOL,
    schemas.AgreePrice,
    done="Agreed. The service can spend up to this sum of the school's budget",
    submit="Agree",
    lead="The school pays for this from its own budget. You are asked again before anything is selected that costs "
    "the school more.",
    method=SupportRequest.agree_price,
    initial=_agreed_before,
    check=True,
    main=True,
    is_done=lambda request: request.price_agreed is not None,
)


@broker_command(
    "record-price-agreement",
    "Record what the school agreed to pay",
    schemas.RecordPriceAgreement,
    done="Recorded what the school agreed to pay",
    submit="Record agreement",
    lead="For a school that agreed by phone, letter or email. The school can agree here itself.",
    method=SupportRequest.agree_price,
    rules=[must_be_readable_to_others("Speak with the school without naming the request")],
    initial=lambda snapshot, request: {**_agreed_before(snapshot, request), "came_on": snapshot.services.today()},
)
def record_price_agreement(execution: Execution[SupportRequest], values: Values) -> None:
    with on_behalf_of(execution.record.school):
        execution.change(lambda request: request.agree_price(**values))
