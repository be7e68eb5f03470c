"""A request from first asking until providers may be sought: raised, triaged, approved; and taken up again."""

from __future__ import annotations

from domain.support_request import ENDS, UNPLACED, RequestStatus, Route, SupportRequest
from web.belonging import must_be_of_school, must_be_there
from web.brokering import must_hold
from web.choices import SERVICE_ROLES
from web.identity import signed_in
from web.known import reference_of
from web.noun import Deal, Values
from web.policy import Action
from web.requests import offers, schemas
from web.requests.noun import acting_side, broker_command, requests
from web.requests.rules import must_approve, must_broker
from web.restricted import must_be_readable_to_others
from web.terms import last_day

NEW = (RequestStatus.RAISED, RequestStatus.ACKNOWLEDGED)
WITH_BROKER = UNPLACED - set(NEW) | {RequestStatus.PLACED}
APPROVED = (RequestStatus.APPROVED, RequestStatus.SHORTLISTED, RequestStatus.INVITING, RequestStatus.PLACED)


def _awaits_school(request: SupportRequest) -> bool:
    return request.waiting_since is not None


@requests.beginning(
    "raise",
    "Ask for support",
    Action.RAISE_REQUEST,
    schemas.RaiseRequest,
    done="The request is raised",
    submit="Send the request",
    context=offers.for_raising,
    first_answers=offers.first_answers,
    draft=True,
)
def raise_request(deal: Deal[SupportRequest], values: Values) -> SupportRequest:
    must_be_there(values["school"], deal.office.today(), field="school")
    must_be_of_school(deal.service, values["school"], visit=values.get("visit"), concern=values.get("concern"))
    return deal.begin(lambda reference: SupportRequest.raise_(reference, raised_by=acting_side(), **values))


@broker_command(
    "acknowledge",
    "Acknowledge the request",
    schemas.AcknowledgeRequest,
    done="The request is acknowledged",
    offered=lambda request: request.status is RequestStatus.RAISED,
    context=offers.for_acknowledging,
    initial=lambda connection, _: {"officer": reference_of(connection, signed_in().person)},
    main=True,
)
def acknowledge(deal: Deal[SupportRequest], values: Values) -> None:
    must_hold(deal, values["officer"], SERVICE_ROLES, "Choose somebody who works in the service", field="officer")
    deal.change(lambda request: request.acknowledge(**values))


@broker_command(
    "triage-again",
    "Triage the request again",
    schemas.TriageRequest,
    done="The request is triaged again",
    offered=lambda request: request.status is RequestStatus.TRIAGED,
    context=offers.brokers,
)
@broker_command(
    "triage",
    "Triage the request",
    schemas.TriageRequest,
    done="The request is triaged",
    lead="Judge how much help is needed and how the need shall be met, and give it to a broker.",
    offered=lambda request: request.status in NEW,
    context=offers.brokers,
    main=True,
)
def triage(deal: Deal[SupportRequest], values: Values) -> None:
    must_broker(deal, values["broker"])
    deal.change(lambda request: request.triage(**values))


@broker_command(
    "ask-for-information",
    "Ask the school for information",
    schemas.AskForInformation,
    done="The school is asked. The clock stands still until it answers",
    offered=lambda request: request.status in UNPLACED and request.waiting_since is None,
)
def ask_for_information(deal: Deal[SupportRequest], values: Values) -> None:
    must_be_readable_to_others(deal.record.id, "Speak with the school without naming the request")
    day, rules = last_day(deal.office, lambda settings: settings.information_days)
    deal.change(lambda request: request.ask_for_information(**values, respond_by=day, rules=rules))


@requests.command(
    "give-information",
    "Answer the service's question",
    Action.RAISE_REQUEST,
    schemas.GiveInformation,
    done="The answer is sent. The clock runs again",
    submit="Send the answer",
    offered=_awaits_school,
    context=offers.question,
    form_page="requests/answer.html",
    main=True,
)
def give_information(deal: Deal[SupportRequest], values: Values) -> None:
    deal.change(lambda request: request.give_information(**values))


@broker_command(
    "reassign",
    "Give the request to another broker",
    schemas.ReassignRequest,
    done="The request has a new broker",
    offered=lambda request: request.status in WITH_BROKER,
    context=offers.brokers,
)
def reassign(deal: Deal[SupportRequest], values: Values) -> None:
    must_broker(deal, values["broker"])
    deal.change(lambda request: request.reassign(**values))


@broker_command(
    "change-ceiling",
    "Change the approved ceiling",
    schemas.ApproveToBroker,
    done="The ceiling is changed",
    offered=lambda request: request.status in APPROVED,
    context=offers.approvers,
    initial=lambda _, request: {"ceiling": request.ceiling},
)
@broker_command(
    "approve",
    "Approve brokering",
    schemas.ApproveToBroker,
    done="Brokering is approved",
    offered=lambda request: request.status is RequestStatus.TRIAGED and request.route is Route.BROKERED,
    context=offers.approvers,
    initial=lambda _, request: {"ceiling": request.budget},
    main=True,
)
def approve(deal: Deal[SupportRequest], values: Values) -> None:
    version = must_approve(deal, values["ceiling"], values["approver"])
    deal.change(lambda request: request.approve_to_broker(**values, rules=(version,)))


@broker_command(
    "reopen",
    "Open the request again",
    schemas.ReopenRequest,
    done="The request is open again",
    notes="Brokering has to be approved anew.",
    offered=lambda request: request.status in ENDS,
)
def reopen(deal: Deal[SupportRequest], values: Values) -> None:
    deal.change(lambda request: request.reopen(**values))
