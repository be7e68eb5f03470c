"""What the broker does with a tender, declared once for pages and API. What providers do is theirs to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.aggregate import Refusal
from domain.decision import Question
from domain.delegation import Act, Granted
from domain.engagement import BrokeredEngagement
from domain.provider import Provider
from domain.service import UnitOfWork
from domain.support_request import RequestStatus, SupportRequest
from domain.tender import Tender
from domain.tender.parts import OPEN_INVITATION
from domain.tender.rules import must_be_for_several, somebody_must_be_selected
from projections.open_requests import RequestRow
from providers.approval import SELECT, question_of_selection
from providers.brokerage import EngagementTerms
from providers.eligibility import may_be_asked
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.name_cache import names_of, reference_of
from web.access.restricted import must_be_readable_to_others
from web.brokerage.broker_rights import WITHOUT_THE_CONCERN, brokerage_of
from web.brokerage.quote_comparison import compare_quotes, quote_options
from web.brokerage.spent_before import spent_before
from web.commands.choices import provider_options
from web.commands.decided import DECIDERS, Answers, DecidedAct, decide_or_ask, deciders, record_for_another
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.tenders import commands_answers, schemas
from web.tenders.resource import broker_command, request_of, tenders

__all__ = ["commands_answers", "tenders"]


class WorkProposed(Refusal):
    """A selection is withdrawn from which work was proposed."""


def _unanswered_questions(tender: Tender) -> list[tuple[str, str]]:
    return [(str(each.number), each.text) for each in tender.questions if not each.answer]


def _may_be_invited(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    """Providers on the shortlist who are not invited yet."""
    if tender is None:
        return {schemas.SHORTLIST: []}
    request = snapshot.services.service.find(SupportRequest, tender.request)
    held = {each.provider for each in tender.invitations.values() if each.status in OPEN_INVITATION}
    return {schemas.SHORTLIST: provider_options(snapshot, [each for each in request.shortlist if each not in held])}


def _quotes(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    """The quotes side by side, and as options."""
    if tender is None:
        return {schemas.QUOTES: [], "lines": []}
    lines = compare_quotes(snapshot, tender, in_full=True, today=snapshot.services.today())
    return {schemas.QUOTES: quote_options(snapshot, lines), "lines": lines}


def _choosing(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    return {
        **_quotes(snapshot, tender),
        "ceiling": request_of(snapshot.context, tender).ceiling if tender else None,
        DECIDERS: deciders(snapshot, Act.APPROVE_SPENDING, tender.school if tender else None),
    }


def _choosing_by_price(snapshot: Snapshot, tender: Tender | None) -> Mapping[str, Any]:
    """The same, with what each provider had in twelve months."""
    choosing = _choosing(snapshot, tender)
    if tender is None:
        return choosing
    request = snapshot.services.service.find(SupportRequest, tender.request)
    had = [(line.name, spent_before(snapshot, request, line.provider).provider) for line in choosing["lines"]]
    return {**choosing, "before": had}


@broker_command(
    "invite",
    "Invite more providers",
    schemas.InviteProviders,
    done="Invitations sent",
    submit="Send invitations",
    method=Tender.invite,
    rules=[must_be_for_several, must_be_readable_to_others(WITHOUT_THE_CONCERN)],
    lookups=_may_be_invited,
    needs={schemas.SHORTLIST: "All providers on the shortlist are already invited"},
    calls={"provider": "invite"},
)
def invite(execution: Execution[Tender], values: Values) -> None:
    brokerage_of(execution).invite(execution.record.id, *values["invite"], at=execution.at)


broker_command(
    "answer-question",
    "Answer a question",
    schemas.AnswerTenderQuestion,
    done="Answer sent to all invited providers",
    submit="Send answer",
    method=Tender.answer,
    rules=[must_be_readable_to_others(WITHOUT_THE_CONCERN)],
    lookups=lambda _, tender: {schemas.UNANSWERED: _unanswered_questions(tender) if tender else []},
    main=True,
    texts_in=(Tender.QuestionAnswered,),
)

broker_command(
    "extend",
    "Extend the deadline",
    schemas.ExtendReplyBy,
    done="Deadline extended",
    method=Tender.extend,
    told_in=(Tender.ReplyByExtended,),
    rules=[must_be_readable_to_others(WITHOUT_THE_CONCERN)],
)

broker_command(
    "lapse",
    "Close unanswered invitations",
    schemas.LapseUnanswered,
    done="Unanswered invitations closed",
    lead="The deadline for replies has passed. Providers who have not replied will no longer be able to quote.",
    method=Tender.lapse_unanswered,
)

broker_command(
    "record-preference",
    "Record which provider the school prefers",
    schemas.RecordPreference,
    done="School's preference recorded",
    submit="Record preference",
    method=Tender.prefer,
    lookups=_quotes,
    texts_in=(Tender.SchoolPreferred,),
)


def _page_to_propose(_: Snapshot, tender: Tender) -> str:
    return tenders.href(tender, "propose")


def _question(snapshot: Snapshot, tender: Tender, answers: Answers) -> Question:
    service = snapshot.services.service
    request = service.find(SupportRequest, tender.request)
    may_be_asked(service.find(Provider, answers["provider"]), request.school, tender.today)
    quote = tender.quotes.get(answers["provider"])
    people = [quote.specialist] if quote else []
    names = names_of(snapshot, [request.school, answers["provider"], *people])
    before = spent_before(snapshot, request, answers["provider"])
    return question_of_selection(tender, request, names=names, before=before, **answers)


def _select(
    execution: Execution[Any], tender: Tender, answers: Answers, granted: Granted, rules: tuple[str, ...]
) -> None:
    brokerage_of(execution).select(tender.id, **answers, granted=granted, rules=rules)


SELECTION = DecidedAct(
    tenders,
    SELECT,
    Act.SELECT_PROVIDER,
    answers={"provider": UUID, "rationale": str, "tie": str},
    question=_question,
    lowered=lambda answers, _: answers,
    carry_out=_select,
)


@broker_command(
    "select",
    "Select a provider",
    schemas.SelectProvider,
    done="Provider selected. Now propose the engagement",
    submit="Select this provider",
    method=Tender.select,
    rules=[must_rest_on_what_stands("select")],
    lookups=_choosing_by_price,
    form_page="tenders/select.html",
    goes_to=_page_to_propose,
    check=True,
    main=True,
    told_in=(Tender.QuoteSelected,),
    texts_in=(Tender.QuoteSelected,),
)
def select(execution: Execution[Tender], values: Values) -> None:
    decide_or_ask(execution, SELECTION, {**values, "reason": values["rationale"]})


@broker_command(
    "record-selection",
    "Record selection decided elsewhere",
    schemas.RecordSelection,
    done="Selection recorded. The person who decided is asked to confirm it",
    submit="Record selection",
    lead="For a choice that somebody else decided in a meeting, by email or by phone.",
    method=Tender.select,
    rules=[must_rest_on_what_stands("select")],
    lookups=_choosing,
    needs={DECIDERS: "There is nobody else who may decide"},
    form_page="tenders/select.html",
    goes_to=_page_to_propose,
    check=True,
    told_in=(Tender.QuoteSelected,),
    texts_in=(Tender.QuoteSelected,),
)
def record_selection(execution: Execution[Tender], values: Values) -> None:
    record_for_another(execution, SELECTION, values)


def _nothing_must_be_proposed(request: SupportRequest | RequestRow) -> None:
    if request.status is not RequestStatus.INVITING:
        raise WorkProposed("An engagement has been proposed from this selection. Cancel the engagement instead.")


@ContextRule
def _must_not_be_proposed(context: RequestContext, tender: Tender) -> None:
    _nothing_must_be_proposed(request_of(context, tender))


def _first_terms(snapshot: Snapshot, tender: Tender) -> Mapping[str, Any]:
    """What the request and the selected quote say already."""
    request = snapshot.services.service.find(SupportRequest, tender.request)
    quote = tender.quotes.get(tender.selected) if tender.selected else None
    dates = {"begins": quote.available_from, "ends": quote.available_to} if quote else {}
    return {"scope": request.need, "objectives": request.outcome_wanted.splitlines(), **dates}


def _page_of_engagement(snapshot: Snapshot, tender: Tender) -> str:
    engagement = snapshot.services.service.find(SupportRequest, tender.request).engagement
    found = reference_of(snapshot, engagement) if engagement else None
    return f"/engagements/{found}" if found else tenders.href(tender)


@broker_command(
    "propose",
    "Propose engagement",
    schemas.ProposeWork,
    done="Engagement proposed. The school, provider and service now need to agree to it",
    lead="The days and the price are those of the selected quote.",
    rules=[somebody_must_be_selected, _must_not_be_proposed, must_rest_on_what_stands()],
    initial=_first_terms,
    goes_to=_page_of_engagement,
    main=True,
    texts_in=(BrokeredEngagement.Proposed,),
)
def propose(execution: Execution[Tender], values: Values) -> None:
    agreement = EngagementTerms(values["scope"], tuple(values["objectives"]), values["begins"], values["ends"])
    brokerage_of(execution).engage_selected(
        execution.record.id, execution.next_reference(BrokeredEngagement), agreement, at=execution.at
    )


@broker_command(
    "withdraw-selection",
    "Withdraw selection",
    schemas.WithdrawSelection,
    done="Selection withdrawn. You can select from the quotes again",
    warning=True,
    method=Tender.withdraw_selection,
    rules=[_must_not_be_proposed],
    told_in=(Tender.SelectionWithdrawn,),
)
def withdraw_selection(execution: Execution[Tender], values: Values) -> None:
    def withdraw(work: UnitOfWork) -> None:
        tender = work.find(Tender, execution.record.id, at=execution.at)
        tender.withdraw_selection(**values)
        _nothing_must_be_proposed(work.find(SupportRequest, tender.request))

    execution.service.do(withdraw)


@broker_command(
    "close",
    "Close without choosing",
    schemas.CloseTender,
    done="Tender closed. You can go back to the shortlist",
    warning=True,
    check=True,
    method=Tender.close,
    told_in=(
        Tender.ClosedWithoutSelection,
        SupportRequest.TenderEnded,
    ),
)
def close(execution: Execution[Tender], values: Values) -> None:
    brokerage_of(execution).end_tender(execution.record.id, at=execution.at, **values)
