"""What forms about requests offer to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import request as sent
from marshmallow import ValidationError

from domain.support_request import SupportRequest, Urgency
from domain.tender import Tender
from domain.vocabulary import Role
from projections import open_requests, providers, schools
from web import formats
from web.access.context import User
from web.access.policy import Action
from web.access.restricted import hidden_from_current_user
from web.brokerage.broker_rights import post_for
from web.brokerage.quote_comparison import compared, quote_options
from web.commands.choices import SERVICE_ROLES, authorisers, holders, open_schools, provider_options
from web.commands.dispatch import events_of
from web.commands.fields import days_field
from web.requests import schemas
from web.requests.ranking import Candidate, candidates_now
from web.runtime.services import services

TAUGHT = (
    "Art and design",
    "Citizenship",
    "Computing",
    "Design and technology",
    "English",
    "Geography",
    "History",
    "Languages",
    "Mathematics",
    "Music",
    "Physical education",
    "Religious education",
    "Science",
)
"""The subjects of the national curriculum, and religious education: asked for even where nobody offers them."""

WITHIN = (*SERVICE_ROLES, Role.SPECIALIST)
"""Whose posts let them meet a need from within."""

Context = Mapping[str, Any]


def for_raising(connection: sa.Connection, _: SupportRequest | None) -> Context:
    return {
        schemas.SCHOOLS: open_schools(connection, Action.RAISE_REQUEST),
        schemas.SUBJECTS: [(subject, subject) for subject in subjects(connection)],
    }


def subjects(connection: sa.Connection) -> list[str]:
    """Every subject that is taught or offered, each once, as providers write it."""
    by_key = {subject.casefold(): subject for subject in (*TAUGHT, *providers.subjects(connection))}
    return sorted(by_key.values(), key=str.casefold)


def first_answers(connection: sa.Connection, asking: User) -> Context:
    """No hurry; and the school of somebody who has one, with its phase."""
    answers: dict[str, Any] = {"urgency": Urgency.ROUTINE}
    if len(asking.schools) != 1 or asking.holds(*SERVICE_ROLES):
        return answers
    school = schools.by_id(connection, next(iter(asking.schools)))
    return {**answers, "school": str(school.urn), "phase": school.phase} if school else answers


def for_acknowledging(connection: sa.Connection, _: SupportRequest | None) -> Context:
    return {schemas.OFFICERS: holders(connection, SERVICE_ROLES)}


def question(_: sa.Connection, request: SupportRequest | None) -> Context:
    """What the service asked the school last."""
    return {"question": last_question(request) if request else ""}


def last_question(request: SupportRequest) -> str:
    """What the service asked the school last, empty where it asked nothing."""
    asked = SupportRequest.MoreInformationAsked
    return next((event.question for event in reversed(events_of(request)) if isinstance(event, asked)), "")


def brokers(connection: sa.Connection, request: SupportRequest | None) -> Context:
    """Those whose post it is to broker needs of the request's kind."""
    return {schemas.BROKERS: holders(connection, [post_for(request.kind)]) if request else []}


def approvers(connection: sa.Connection, _: SupportRequest | None) -> Context:
    return {schemas.APPROVERS: authorisers(connection)}


def ranked(connection: sa.Connection, request: SupportRequest | None) -> Context:
    """The ranking of today, with what was typed about the days of support."""
    if request is None:
        return {schemas.RANKED: []}
    found = candidates_now(connection, services(), request, _days_typed())
    return {schemas.RANKED: [_option(each) for each in found.fitting], "candidates": found}


def _days_typed() -> Decimal | None:
    try:
        days: Decimal = days_field().deserialize(sent.form.get("days", ""))
    except ValidationError:
        return None
    return days


def _option(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.reference, f"{candidate.name}: {candidate.score} of 100", ". ".join(candidate.reasons) + "."


def shortlisted(connection: sa.Connection, request: SupportRequest | None) -> Context:
    return {schemas.SHORTLIST: provider_options(connection, request.shortlist) if request else []}


def quotes_shown(connection: sa.Connection, request: SupportRequest | None) -> Context:
    """Those who have quoted, as far as the school may see them, to choose among."""
    if request is None or request.tender is None:
        return {schemas.QUOTES: []}
    tender = services().service.find(Tender, request.tender)
    lines = compared(connection, tender, in_full=False, today=services().today())
    return {schemas.QUOTES: quote_options(connection, lines)}


def in_house(connection: sa.Connection, _: SupportRequest | None) -> Context:
    return {schemas.IN_HOUSE: holders(connection, WITHIN)}


def others_of_school(connection: sa.Connection, request: SupportRequest | None) -> Context:
    """The school's other open requests."""
    if request is None:
        return {schemas.OTHERS: []}
    rows = open_requests.open_requests(connection, schools=[request.school], limit=200)
    closed = hidden_from_current_user(connection).closed
    return {
        schemas.OTHERS: [
            (row.reference, f"{row.reference}: {row.subject}, {formats.date(row.raised_on)}")
            for row in rows
            if row.id != request.id and row.id not in closed
        ]
    }
