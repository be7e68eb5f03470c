"""Proposing terms, agreeing to them and confirming the work; changing them, and who does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from werkzeug.exceptions import Forbidden

from domain.decision import Decision, Question
from domain.delegation import Act, Granted
from domain.engagement import BrokeredEngagement, Consent, Work
from domain.engagement.rules import check_work, must_await, must_await_word_of
from domain.provider import Provider
from domain.support_request import SupportRequest
from domain.vocabulary import Side
from providers.approval import ENGAGE, VARY, question_of_one_alone, question_of_variation
from providers.brokerage import may_be_engaged_without_quotes
from providers.delivery import alone_up_to
from providers.eligibility import may_be_asked, must_be_within_ceiling
from web.access.context import RequestContext, Snapshot
from web.access.name_cache import names_of
from web.access.policy import Action
from web.brokerage.broker_rights import action_for, brokerage_of
from web.brokerage.spent_before import spent_before
from web.brokerage.vetting_policy import vetting_of
from web.commands.decided import Answers, DecidedAct, decide_or_ask
from web.commands.on_behalf import confirm_by, people_to_choose
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.engagements import choices, schemas
from web.engagements.clearance import clearance_now
from web.engagements.resource import delivery, engagements
from web.requests.resource import requests

AGREE: Mapping[Side, Action] = {
    Side.SCHOOL: Action.AGREE_FOR_SCHOOL,
    Side.PROVIDER: Action.AGREE_FOR_PROVIDER,
    Side.SERVICE: Action.KEEP_ENGAGEMENT,
}

CONSENT = frozenset(field.name for field in fields(Consent))
"""The answers that say who agreed to a variation, and when."""


def _question_of_engaging(snapshot: Snapshot, request: SupportRequest, answers: Answers) -> Question:
    """Whether somebody is engaged without quotes, on these terms."""
    if refused := request.refusal_to(SupportRequest.place, snapshot.services.today()):
        raise refused
    provider = snapshot.services.service.find(Provider, answers["provider"])
    may_be_engaged_without_quotes(provider)
    may_be_asked(provider, request.school, snapshot.services.today())
    must_be_within_ceiling(request, answers["net"])
    request.must_be_paid_for(answers["net"], field="net")
    check_work(_work(request, answers))
    return question_of_one_alone(
        request,
        provider.id,
        answers,
        command=ENGAGE,
        net=request.paid.council_pays(answers["net"]),
        names=names_of(snapshot, [request.school, provider.id]),
        before=spent_before(snapshot, request, provider.id),
    )


def _work(request: SupportRequest, answers: Answers) -> Work:
    own = {name: value for name, value in answers.items() if name not in {"reason", "alternatives"}}
    return Work(
        **{**own, "objectives": tuple(answers["objectives"])},
        school=request.school,
        kind=request.kind,
        subject=request.subject,
        phase=request.phase,
        fund=request.fund,
    )


def _engage(
    execution: Execution[Any], request: SupportRequest, answers: Answers, granted: Granted, _: tuple[str, ...]
) -> None:
    brokerage_of(execution).engage_directly(
        request.id,
        execution.next_reference(BrokeredEngagement),
        _work(request, answers),
        granted=granted,
        reason=answers["reason"],
    )


ENGAGING = DecidedAct(
    requests,
    ENGAGE,
    Act.ASK_ONE_ALONE,
    answers={
        "provider": UUID,
        "specialist": UUID,
        "scope": str,
        "objectives": list[str],
        "days": Decimal,
        "net": Decimal,
        "vat": Decimal,
        "begins": date,
        "ends": date,
        "reason": str,
        "alternatives": str,
    },
    question=_question_of_engaging,
    lowered=lambda answers, _: answers,
    carry_out=_engage,
    begins=engagements,
)


@engagements.beginning(
    ENGAGE,
    "Engage without quotes",
    Action.KEEP_ENGAGEMENT,
    schemas.ProposeDirectly,
    done="Engagement proposed. The school, provider and service now need to agree to it",
    lead="For the council's own services and schools' specialists only. Ask all other providers for quotes.",
    submit="Propose engagement",
    lookups=choices.direct_engagement,
    needs={
        schemas.REQUESTS: "There are no approved requests that still need a provider",
        schemas.PROVIDERS: "There are no council services or schools' specialists to engage",
    },
    first_answers=choices.first_request,
    check=True,
)
def propose(execution: Execution[BrokeredEngagement], values: Values) -> BrokeredEngagement | Decision:
    request = execution.service.find(SupportRequest, values["request"])
    if not execution.user.may(action_for(request.kind)):
        raise Forbidden(f"Your role does not let you {action_for(request.kind)}")
    on_request = Execution(execution.context, requests, request)
    asked = decide_or_ask(on_request, ENGAGING, values)
    made = execution.service.find(SupportRequest, request.id).engagement
    return asked or execution.service.find(BrokeredEngagement, made or request.id)


def _terms_shown(snapshot: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    if engagement is None:
        return {}
    work = engagement.work
    return {
        "names": names_of(snapshot, [work.school, work.provider, work.specialist]),
        "clearance": clearance_now(snapshot.context, engagement, vetting_of(snapshot.connection, work.provider)),
    }


def _agree_for(side: Side) -> None:
    @engagements.command(
        f"agree-for-{side.value}",
        f"Agree to the terms for the {side.value}",
        AGREE[side],
        schemas.AgreeTerms,
        done=f"Terms agreed for the {side.value}",
        submit="Agree to terms",
        method=BrokeredEngagement.agree,
        rules=[must_await(side)],
        lookups=_terms_shown,
        form_page="engagements/agree.html",
        main=True,
    )
    def agree(execution: Execution[BrokeredEngagement], _: Values) -> None:
        execution.change(lambda engagement: engagement.agree(side))


for each in Side:
    _agree_for(each)


def _agreeing(side: Side) -> Callable[[Snapshot, BrokeredEngagement | None], Mapping[str, Any]]:
    """What a form about an agreement recorded for a side shows and offers."""

    def looked_up(snapshot: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
        if engagement is None:
            return {}
        whose = choices.whose_agreement(snapshot, engagement, side)
        return {**_terms_shown(snapshot, engagement), **people_to_choose(snapshot, whose)}

    return looked_up


def _on_behalf_of(side: Side) -> None:
    @engagements.command(
        f"record-agreement-of-{side.value}",
        f"Record that the {side.value} agreed",
        Action.AGREE_ON_BEHALF,
        schemas.RecordAgreementOfService if side is Side.SERVICE else schemas.RecordAgreement,
        done=f"Recorded that the {side.value} agreed. The {side.value} is asked to confirm it",
        submit="Record agreement",
        lead=f"For a {side.value} that agreed elsewhere. Pages show that you recorded it until this is confirmed.",
        method=BrokeredEngagement.record_agreement,
        rules=[must_await(side)],
        lookups=_agreeing(side),
        initial=lambda snapshot, _: {"came_on": snapshot.services.today()},
        form_page="engagements/agree.html",
    )
    def record(execution: Execution[BrokeredEngagement], values: Values) -> None:
        day = confirm_by(execution.services)
        execution.change(lambda engagement: engagement.record_agreement(side, **values, confirm_by=day))

    @engagements.command(
        f"confirm-agreement-of-{side.value}",
        f"Confirm that the {side.value} agreed",
        AGREE[side],
        schemas.ConfirmAgreement,
        done="Agreement confirmed",
        submit="Confirm",
        method=BrokeredEngagement.confirm_agreement,
        rules=[must_await_word_of(side)],
        whose=_must_speak_for(side),
        lookups=_terms_shown,
        form_page="engagements/agree.html",
        main=True,
    )
    def confirm(execution: Execution[BrokeredEngagement], _: Values) -> None:
        execution.change(lambda engagement: engagement.confirm_agreement(side))

    @engagements.command(
        f"disown-agreement-of-{side.value}",
        f"Say that the {side.value} did not agree",
        AGREE[side],
        schemas.DisownAgreement,
        done=f"Recorded that the {side.value} did not agree. Nothing more rests on the terms until it does",
        submit=f"The {side.value} did not agree this",
        warning=True,
        method=BrokeredEngagement.disown_agreement,
        rules=[must_await_word_of(side)],
        whose=_must_speak_for(side),
        lookups=_terms_shown,
        form_page="engagements/agree.html",
        main=True,
    )
    def disown(execution: Execution[BrokeredEngagement], values: Values) -> None:
        execution.change(lambda engagement: engagement.disown_agreement(side, **values))


def _must_speak_for(side: Side) -> Callable[[RequestContext, BrokeredEngagement], None]:
    def must_be_theirs(context: RequestContext, engagement: BrokeredEngagement) -> None:
        engagement.must_speak_for(side, context.user.person)

    return must_be_theirs


for each in Side:
    _on_behalf_of(each)


@engagements.command(
    "confirm",
    "Confirm engagement",
    Action.KEEP_ENGAGEMENT,
    schemas.ConfirmEngagement,
    done="Engagement confirmed. You can now plan sessions",
    lead="The specialist must be cleared on every day of the work.",
    method=BrokeredEngagement.confirm,
    rules=[must_rest_on_what_stands()],
    lookups=_terms_shown,
    form_page="engagements/agree.html",
    main=True,
)
def confirm(execution: Execution[BrokeredEngagement], _: Values) -> None:
    delivery(execution).confirm(execution.record.id, at=execution.at)


@engagements.command(
    "substitute",
    "Change specialist",
    Action.KEEP_ENGAGEMENT,
    schemas.SubstituteSpecialist,
    done="Specialist changed",
    method=BrokeredEngagement.substitute,
    lookups=choices.colleagues,
    needs={schemas.SPECIALISTS: "No other specialist works for this provider at the moment"},
)
def substitute(execution: Execution[BrokeredEngagement], values: Values) -> None:
    delivery(execution).substitute(
        execution.record.id, values["specialist"], reason=values["reason"], at=execution.at
    )


def _consenting(snapshot: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """Who may agree for school and provider; and the price at the VAT rate of the work, for the check of answers."""
    if engagement is None:
        return {}
    return {**choices.who_may_agree(snapshot, engagement), "price_at": engagement.work.price_at}


def _present_terms(_: Snapshot, engagement: BrokeredEngagement) -> Mapping[str, Any]:
    asked = schemas.AgreeVariation().fields
    return {name: value for name, value in asdict(engagement.work).items() if name in asked}


def _question(snapshot: Snapshot, engagement: BrokeredEngagement, answers: Answers) -> Question:
    request = snapshot.services.service.find(SupportRequest, engagement.request)
    work = engagement.work
    people = [work.school, work.provider, answers["school_by"], answers["provider_by"]]
    names, before = names_of(snapshot, people), spent_before(snapshot, request, work.provider)
    alone = alone_up_to(snapshot.services.service.find, request, engagement)
    act = Act.VARY_ABOVE_LIMIT
    if alone is not None and request.paid.council_pays(answers["net"]) > alone:
        act = Act.VARY_ALONE_ABOVE
    return question_of_variation(engagement, request, answers, names=names, before=before, act=act)


def _vary(
    execution: Execution[Any],
    engagement: BrokeredEngagement,
    answers: Answers,
    granted: Granted,
    rules: tuple[str, ...],
) -> None:
    delivery(execution).agree_variation(engagement.id, **_terms_of(answers), granted=granted, rules=rules)


def _terms_of(answers: Answers) -> dict[str, Any]:
    agreed = {name: value for name, value in answers.items() if name in CONSENT}
    terms = {name: value for name, value in answers.items() if name not in CONSENT}
    return {**terms, "consent": Consent(**agreed)}


VARIATION = DecidedAct(
    engagements,
    VARY,
    Act.VARY_ABOVE_LIMIT,
    answers={
        "days": Decimal,
        "net": Decimal,
        "ends": date,
        "school_by": UUID,
        "school_on": date,
        "provider_by": UUID,
        "provider_on": date,
        "reason": str,
    },
    question=_question,
    lowered=lambda answers, _: answers,
    carry_out=_vary,
)


@engagements.command(
    "agree-variation",
    "Agree a variation",
    Action.KEEP_ENGAGEMENT,
    schemas.AgreeVariation,
    done="Variation agreed",
    lead="The school and provider must already have agreed to it. VAT is added at the rate in the terms.",
    method=BrokeredEngagement.agree_variation,
    rules=[must_rest_on_what_stands(VARY)],
    lookups=_consenting,
    initial=_present_terms,
    check=True,
    check_page="engagements/check_variation.html",
)
def agree_variation(execution: Execution[BrokeredEngagement], values: Values) -> None:
    """Within what was approved it is the broker's to record; above that somebody else is asked, on the new total of
    what the council pays, and so above what was decided of a provider who was asked alone. What the school pays of
    it, it has agreed to."""
    request = execution.service.find(SupportRequest, execution.record.request)
    approved = max(request.paid.council_pays(execution.record.work.net), request.ceiling or Decimal(0))
    alone = alone_up_to(execution.service.find, request, execution.record)
    approved = approved if alone is None else min(approved, alone)
    if request.paid.council_pays(values["net"]) > approved:
        decide_or_ask(execution, VARIATION, values)
    else:
        delivery(execution).agree_variation(execution.record.id, **_terms_of(values), at=execution.at)
