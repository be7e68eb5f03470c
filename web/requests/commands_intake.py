"""A request from first asking until providers may be sought: raised, triaged, approved; and taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from domain.decision import Decision, Question
from domain.delegation import Act, Granted
from domain.support_request import RequestStatus, SupportRequest
from domain.support_request.rules import must_be_approved, must_be_triaged, must_not_be_approved, must_not_be_triaged
from domain.unusual import Oddity
from providers.approval import APPROVE, question_of_approval
from web.access.context import Snapshot
from web.access.name_cache import names_of, reference_of
from web.access.policy import Action
from web.access.restricted import must_be_readable_to_others
from web.brokerage.broker_rights import must_hold
from web.brokerage.spent_before import spent_before
from web.commands.choices import SERVICE_ROLES, needs_school
from web.commands.confirming import unknown_subjects
from web.commands.correcting import CORRECT, DONE, LEAD, TITLE
from web.commands.decided import (
    DECIDERS,
    Answers,
    DecidedAct,
    decide_or_ask,
    record_for_another,
)
from web.commands.duplicates import like_requests
from web.commands.linked_records import must_be_of_school, must_be_open_school
from web.commands.resource import Execution, Values
from web.requests import choices, schemas
from web.requests.resource import acting_side, broker_command, requests, tender_of
from web.requests.rules import must_broker, needs_broker
from web.runtime.authority import subjects_of
from web.runtime.terms import last_day


def _asked_about(snapshot: Snapshot, _: SupportRequest | None, values: Values) -> Iterator[Oddity]:
    yield from unknown_subjects(snapshot.services, [values["subject"]])
    yield from like_requests(snapshot, values["school"], values["kind"], values["subject"])


@requests.beginning(
    "raise",
    "Ask for support",
    Action.RAISE_REQUEST,
    schemas.RaiseRequest,
    done="Request sent",
    submit="Send request",
    rules=[needs_school(Action.RAISE_REQUEST)],
    lookups=choices.for_raising,
    first_answers=choices.first_answers,
    draft=True,
    unusual=_asked_about,
)
def raise_request(execution: Execution[SupportRequest], values: Values) -> SupportRequest:
    must_be_open_school(execution.context, values["school"], execution.services.today(), field="school")
    must_be_of_school(execution.service, values["school"], visit=values.get("visit"), concern=values.get("concern"))
    asked = {**values, "subject": subjects_of(execution.services).name_of(values["subject"])}
    return execution.begin(lambda reference: SupportRequest.raise_(reference, raised_by=acting_side(), **asked))


requests.command(
    CORRECT,
    TITLE,
    Action.RAISE_REQUEST,
    schemas.CorrectRequest,
    done=DONE,
    submit="Correct",
    lead=LEAD,
    method=SupportRequest.correct,
    initial=lambda _, request: {
        name: getattr(request, name)
        for name in ("needed_from", "needed_by", "phase", "need", "outcome_wanted", "urgency", "delegates", "area")
    },
)


@broker_command(
    "change-subject",
    "Change the subject",
    schemas.ChangeSubject,
    done="Subject changed",
    lead="If it is another subject, what was approved for the former one no longer counts, and providers are "
    "shortlisted again.",
    method=SupportRequest.change_subject,
    lookups=choices.for_changing_subject,
    unusual=lambda snapshot, _, values: unknown_subjects(snapshot.services, [values["subject"]]),
)
def change_subject(execution: Execution[SupportRequest], values: Values) -> None:
    listed = subjects_of(execution.services)
    execution.change(lambda request: request.change_subject(**values, listed=listed))


@broker_command(
    "acknowledge",
    "Acknowledge request",
    schemas.AcknowledgeRequest,
    done="Request acknowledged",
    method=SupportRequest.acknowledge,
    lookups=choices.for_acknowledging,
    initial=lambda snapshot, _: {"officer": reference_of(snapshot, snapshot.user.person)},
    main=True,
)
def acknowledge(execution: Execution[SupportRequest], values: Values) -> None:
    must_hold(
        execution, values["officer"], SERVICE_ROLES, "Choose somebody who works for the service", field="officer"
    )
    execution.change(lambda request: request.acknowledge(**values))


@broker_command(
    "triage-again",
    "Triage request again",
    schemas.TriageRequest,
    done="Request triaged again",
    method=SupportRequest.triage,
    rules=[must_be_triaged, needs_broker],
    lookups=choices.brokers,
)
@broker_command(
    "triage",
    "Triage request",
    schemas.TriageRequest,
    done="Request triaged",
    lead="Decide the level of help and how to meet the need, and choose a broker.",
    method=SupportRequest.triage,
    rules=[must_not_be_triaged, needs_broker],
    lookups=choices.brokers,
    main=True,
)
def triage(execution: Execution[SupportRequest], values: Values) -> None:
    must_broker(execution, values["broker"])
    execution.change(lambda request: request.triage(**values))


@broker_command(
    "ask-for-information",
    "Ask the school for information",
    schemas.AskForInformation,
    done="Question sent. The clock is stopped until the school answers",
    submit="Send question",
    method=SupportRequest.ask_for_information,
    rules=[must_be_readable_to_others("Speak with the school without naming the request")],
)
def ask_for_information(execution: Execution[SupportRequest], values: Values) -> None:
    day, rules = last_day(execution.services, lambda settings: settings.information_days)
    execution.change(lambda request: request.ask_for_information(**values, respond_by=day, rules=rules))


requests.command(
    "give-information",
    "Answer the service's question",
    Action.RAISE_REQUEST,
    schemas.GiveInformation,
    done="Answer sent. The clock is running again",
    submit="Send answer",
    method=SupportRequest.give_information,
    lookups=choices.question,
    form_page="requests/answer.html",
    main=True,
)


@broker_command(
    "reassign",
    "Change broker",
    schemas.ReassignRequest,
    done="Broker changed",
    method=SupportRequest.reassign,
    rules=[needs_broker],
    lookups=choices.brokers,
)
def reassign(execution: Execution[SupportRequest], values: Values) -> None:
    must_broker(execution, values["broker"])
    execution.change(lambda request: request.reassign(**values))


def _question(snapshot: Snapshot, request: SupportRequest, answers: Answers) -> Question:
    school = names_of(snapshot, [request.school]).get(request.school, "")
    tender = tender_of(snapshot.context, request)
    return question_of_approval(
        request,
        answers["ceiling"],
        school=school,
        before=spent_before(snapshot, request),
        prices_known=request.status is RequestStatus.PLACED or bool(tender and tender.quotes),
    )


def _approve(
    _: Execution[Any], request: SupportRequest, answers: Answers, granted: Granted, rules: tuple[str, ...]
) -> None:
    request.approve_spending(answers["ceiling"], granted=granted, rules=rules)


ASKED_ABOVE = (
    "Up to your own limit, this approves the spending. Above it, and to raise it once prices are known, those who "
    "decide are asked, and nothing is approved until they answer."
)

APPROVAL = DecidedAct(
    requests,
    APPROVE,
    Act.APPROVE_SPENDING,
    answers={"ceiling": Decimal},
    question=_question,
    lowered=lambda answers, net: {**answers, "ceiling": net},
    stands=lambda request: request.ceiling,
    carry_out=_approve,
    also_by=["change-ceiling"],
)


@broker_command(
    "change-ceiling",
    "Change the approved limit",
    schemas.ApproveSpending,
    done="Approved limit changed",
    lead=ASKED_ABOVE,
    method=SupportRequest.approve_spending,
    rules=[must_be_approved],
    lookups=choices.limits_and_spent,
    form_page="requests/approve.html",
    initial=lambda _, request: {"ceiling": request.ceiling},
    told_in=(Decision.Asked, Decision.DecidedAlone),
)
@broker_command(
    "approve",
    "Approve spending",
    schemas.ApproveSpending,
    done="Spending approved",
    lead=ASKED_ABOVE,
    method=SupportRequest.approve_spending,
    rules=[must_not_be_approved],
    lookups=choices.limits_and_spent,
    form_page="requests/approve.html",
    initial=lambda _, request: {"ceiling": request.budget},
    main=True,
    told_in=(Decision.Asked, Decision.DecidedAlone),
)
def approve(execution: Execution[SupportRequest], values: Values) -> None:
    decide_or_ask(execution, APPROVAL, values)


@broker_command(
    "record-approval",
    "Record approval given elsewhere",
    schemas.RecordApproval,
    done="Approval recorded. The person who decided is asked to confirm it",
    submit="Record approval",
    lead="For spending that somebody approved in a meeting, by email or by phone.",
    method=SupportRequest.approve_spending,
    lookups=choices.limits,
    needs={DECIDERS: "There is nobody else who may approve spending"},
    form_page="requests/approve.html",
    initial=lambda _, request: {"ceiling": request.ceiling or request.budget},
    texts_in=(Decision.RecordedForAnother,),
)
def record_approval(execution: Execution[SupportRequest], values: Values) -> None:
    record_for_another(execution, APPROVAL, values)


broker_command(
    "reopen",
    "Reopen request",
    schemas.ReopenRequest,
    done="Request reopened",
    notes=("Spending has to be approved again.",),
    method=SupportRequest.reopen,
)
