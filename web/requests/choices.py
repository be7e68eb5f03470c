"""What forms about requests offer to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request as sent
from marshmallow import ValidationError

from domain.delegation import Act
from domain.support_request import SupportRequest, Urgency
from domain.tender import Tender
from domain.vocabulary import Role
from projections import open_requests, providers, schools
from projections.view import Row
from web import formats
from web.access.context import RequestContext, Snapshot, User
from web.access.identity import ListScope
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.brokerage.broker_rights import post_for
from web.brokerage.quote_comparison import compare_quotes, quote_options
from web.brokerage.spent_before import spent_before
from web.commands.choices import SERVICE_ROLES, holders_of_roles, open_schools, provider_options
from web.commands.decided import DECIDERS, deciders, limits_in_words
from web.commands.dispatch import events_of
from web.commands.fields import days_field
from web.commands.listing import ListEndpoint, Listing, Values
from web.layout.paging import page_after
from web.requests import schemas
from web.requests.ranking import Candidate, candidates_now
from web.runtime.authority import subjects_of

WITHIN = (*SERVICE_ROLES, Role.SPECIALIST)
"""Whose posts let them meet a need from within."""

Lookups = Mapping[str, Any]


def for_raising(snapshot: Snapshot, _: SupportRequest | None) -> Lookups:
    return {
        schemas.SCHOOLS: open_schools(snapshot, Action.RAISE_REQUEST),
        schemas.SUBJECTS: [(subject, subject) for subject in subjects(snapshot)],
    }


def for_changing_subject(snapshot: Snapshot, _: SupportRequest | None) -> Lookups:
    return {schemas.SUBJECTS: [(subject, subject) for subject in subjects(snapshot)]}


def subjects(snapshot: Snapshot) -> list[str]:
    """Every subject on the list, and what providers offer besides."""
    listed = subjects_of(snapshot.services)
    names = {listed.name_of(word) for word in providers.subjects(snapshot.connection)}
    return sorted({*names, *(each.name for each in listed.subjects)}, key=str.casefold)


def first_answers(snapshot: Snapshot, user: User) -> Lookups:
    """No hurry; and the school of somebody who has one, with its phase."""
    answers: dict[str, Any] = {"urgency": Urgency.ROUTINE}
    if len(user.schools) != 1 or user.holds(*SERVICE_ROLES):
        return answers
    school = schools.by_id(snapshot.connection, next(iter(user.schools)))
    return {**answers, "school": str(school.urn), "phase": school.phase} if school else answers


def for_acknowledging(snapshot: Snapshot, _: SupportRequest | None) -> Lookups:
    return {schemas.OFFICERS: holders_of_roles(snapshot, SERVICE_ROLES)}


def question(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """What the service asked the school last."""
    return {"question": last_question(snapshot.context, request) if request else ""}


def last_question(context: RequestContext, request: SupportRequest) -> str:
    """What the service asked the school last, empty where it asked nothing."""
    asked = SupportRequest.MoreInformationAsked
    return next((event.question for event in reversed(events_of(context, request)) if isinstance(event, asked)), "")


def brokers(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """Those whose post it is to broker needs of the request's kind."""
    return {schemas.BROKERS: holders_of_roles(snapshot, [post_for(request.kind)]) if request else []}


def limits(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """Who decides up to which sum, and who may have decided elsewhere."""
    school = request.school if request else None
    return {
        "limits": limits_in_words(snapshot, Act.APPROVE_SPENDING),
        DECIDERS: deciders(snapshot, Act.APPROVE_SPENDING, school),
    }


def limits_and_spent(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """The same, with what was approved before in twelve months."""
    before = spent_before(snapshot, request).terms if request else ()
    return {**limits(snapshot, request), "before": [(term.label, term.value) for term in before]}


def ranking_today(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """The ranking of today, with what was typed about the days of support."""
    if request is None:
        return {schemas.RANKED: []}
    found = candidates_now(snapshot, snapshot.services, request, _days_typed())
    return {schemas.RANKED: [_option(each) for each in found.fitting], "candidates": found}


def _days_typed() -> Decimal | None:
    try:
        days: Decimal = days_field().deserialize(sent.form.get("days", ""))
    except ValidationError:
        return None
    return days


def _option(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.reference, f"{candidate.name}: {candidate.score} of 100", ". ".join(candidate.reasons) + "."


def shortlisted(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    return {schemas.SHORTLIST: provider_options(snapshot, request.shortlist) if request else []}


def quotes_to_choose(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """Those who have quoted, as far as the school may see them, to choose among."""
    if request is None or request.tender is None:
        return {schemas.QUOTES: []}
    tender = snapshot.services.service.find(Tender, request.tender)
    lines = compare_quotes(snapshot, tender, in_full=False, today=snapshot.services.today())
    return {schemas.QUOTES: quote_options(snapshot, lines)}


def in_house(snapshot: Snapshot, _: SupportRequest | None) -> Lookups:
    return {schemas.IN_HOUSE: holders_of_roles(snapshot, WITHIN)}


def others_of_school(snapshot: Snapshot, request: SupportRequest | None) -> Lookups:
    """The school's other open requests."""
    if request is None:
        return {schemas.OTHERS: []}
    rows = open_requests.open_requests(snapshot.connection, schools=[request.school], limit=200)
    closed = hidden_from(snapshot).closed
    return {
        schemas.OTHERS: [
            (row.reference, f"{row.reference}: {row.subject}, {formats.date(row.raised_on)}")
            for row in rows
            if row.id != request.id and row.id not in closed
        ]
    }


class SubjectRow(Row):
    """A subject in which support can be asked for, and the other words for it; `on_list` is False for one that only
    providers have named."""

    subject: str
    aliases: tuple[str, ...]
    on_list: bool


def _subjects(snapshot: Snapshot, _: ListScope, __: Values, after: str | None, limit: int) -> list[SubjectRow]:
    listed = subjects_of(snapshot.services)
    found = [(name, listed.find(name)) for name in subjects(snapshot)]
    rows = [SubjectRow(subject=name, aliases=it.aliases if it else (), on_list=it is not None) for name, it in found]
    return page_after(rows, lambda row: row.subject, after, limit)


subjects_list = ListEndpoint(
    "subjects",
    None,
    Listing(SubjectRow, _subjects, lambda row: row.subject, place=str),
    "List the subjects in which support can be asked for",
)
