"""The pages of providers: the list, one provider, and what ends in the vetting of all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import request
from marshmallow import ValidationError

from domain.engagement.parts import GOING_ON
from domain.provider import Provider
from projections import engagements, people
from projections.providers import ListedProvider, subjects
from projections.row_queries import RowQuery
from providers.vetting import cleared_on
from web.access.context import Pages, RequestContext, Snapshot
from web.access.name_cache import names_of, references_of
from web.access.policy import Action
from web.access.readers import is_inside
from web.access.restricted import hidden_from
from web.brokerage.outlooks import as_of_today
from web.brokerage.vetting_policy import policy_on
from web.commands.attachments import ATTACHED_QUERY
from web.commands.correcting import restated_in_words
from web.commands.on_behalf import doubts_in_words, ids_in
from web.history.record_addresses import record_href
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page, record_column
from web.layout.resource_pages import PageRows, record_page
from web.providers.board import board, recorders
from web.providers.brokered import HISTORIES, LATEST_CASES, cases, histories
from web.providers.clearance import ClearanceFilters
from web.providers.commands import providers
from web.providers.expiring_checks import VettingLine, vetting
from web.providers.resource import MarkedProvider
from web.runtime.authority import subjects_of

pages = Pages("providers", __name__, template_folder="templates")

SUBJECTS_SHOWN = 4
MOST = 1000
COUNTED = (
    "Invited",
    "Declined",
    "No reply",
    "Quoted",
    "Selected",
    "Engaged",
    "Schools",
    "Days",
    "Cost excluding VAT",
)


def works_in(areas: tuple[str, ...] | None) -> str:
    """Where a provider works, as far as it has told."""
    return "Not known" if areas is None else ", ".join(areas) or "Anywhere"


def _subjects_offered(snapshot: Snapshot) -> list[str]:
    listed = subjects_of(snapshot.services)
    return sorted({listed.name_of(word) for word in subjects(snapshot.connection)}, key=str.casefold)


def _subjects(row: ListedProvider, _: Names) -> str:
    offered = list(dict.fromkeys(offer.subject for offer in row.capabilities))
    more = len(offered) - SUBJECTS_SHOWN
    return ", ".join(offered[:SUBJECTS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _status(row: MarkedProvider, names: Names) -> Any:
    tag = "suspended" if row.is_suspended_on(names.services.today()) else ""
    doubts = doubts_in_words(row.recorded_for_others, names)
    return {"tag": tag, "hint": doubts} if tag or doubts else ""


LIST: ListPage[MarkedProvider] = ListPage(
    providers,
    title="Providers",
    caption="Providers by name",
    counted=("provider", "providers"),
    columns=[
        record_column("Provider", "providers", lambda row, _: row.name),
        ListColumn("Type", lambda row, _: {"text": row.kind.label, "hint": restated_in_words(row.restated_on)}),
        ListColumn("Subjects", _subjects),
        ListColumn("Works in", lambda row, _: works_in(row.areas)),
        ListColumn("Status", _status),
    ],
    ids=lambda row: ids_in(row.recorded_for_others),
    choices=lambda snapshot: {"subject": [(subject, subject) for subject in _subjects_offered(snapshot)]},
    empty_text="No providers",
    template="providers/list.html",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


VETTING: ListPage[VettingLine] = ListPage(
    vetting,
    title="Provider checks",
    caption="Checks that have expired or expire in the next 60 days",
    counted=("requirement", "requirements"),
    columns=[
        ListColumn("Requirement", lambda row, _: {"text": row.item.label, "hint": row.why.partition(": ")[2]}),
        ListColumn("For", lambda row, _: row.person_name or "The provider"),
        ListColumn("Provider", lambda row, _: {"text": row.provider_name, "href": f"/providers/{row.provider}"}),
        ListColumn("Status", lambda row, _: {"tag": row.status}),
        date_column("Valid until", "good_to"),
    ],
    empty_text="No expired or expiring checks",
    template="providers/vetting.html",
)


@pages.get("/vetting")
def ending(context: RequestContext) -> Answer:
    return list_page(context, VETTING)


@pages.get("/<ref>")
def provider(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        providers,
        ref,
        "providers/provider.html",
        title=lambda provider, _: provider.name,
        ids=lambda provider: list(_named(provider)),
        more=_more,
        page_query=PAGE_QUERY,
        about=partial(_asked_of, context),
    )


PAGE_QUERY = ATTACHED_QUERY.with_(
    **HISTORIES,
    **LATEST_CASES,
    practitioner=RowQuery(people.people, people.people.table.c.id == sa.bindparam("practitioner", type_=sa.Uuid)),
)
"""What is asked for the page of a provider."""


def _asked_of(context: RequestContext, provider: Provider) -> Mapping[str, Any]:
    practitioner = provider.practitioner.person if provider.practitioner else None
    return {"provider": provider.id, "today": context.services.today(), "practitioner": practitioner}


def _named(provider: Provider) -> Iterator[UUID | None]:
    yield provider.host_school
    yield from provider.specialists
    for conflict in provider.conflicts:
        yield from (conflict.school, conflict.person)


def _more(snapshot: Snapshot, provider: Provider, found: PageRows) -> Mapping[str, Any]:
    today = snapshot.services.today()
    day, wrong = _day_asked(today)
    boards = board(snapshot.context, provider, day)
    policy = policy_on(snapshot.services, day)
    there = provider.specialists_on(day)
    listed = {each.person for each in there}
    by_post = [each.id for each in people.of_provider(snapshot.connection, provider.id, day) if each.id not in listed]
    closed = hidden_from(snapshot).closed
    return {
        "also_named": [*recorders(boards), *by_post],
        "day": day,
        "asked": request.args.get("on", ""),
        "wrong": wrong,
        "policy": policy,
        "boards": boards,
        "by_post": by_post,
        "clearances": [(each, cleared_on(provider.facts, each.person, day, policy)) for each in there],
        "rate": provider.rate_on(today),
        "works_in": works_in(provider.areas),
        "number_heads": [{"text": text, "numeric": True} for text in COUNTED],
        "brokered": histories(snapshot, found["histories"]),
        **cases(
            snapshot,
            [case for case in found["cases"] if case.record not in closed],
            linked=is_inside(snapshot.user),
        ),
        "held_up": _held_up(snapshot, provider, closed),
        "suspension": provider.suspension_on(today),
        "practitioner": next(iter(found["practitioner"]), None),
        "keeps": snapshot.user.may_change
        and snapshot.user.may(Action.KEEP_PROVIDERS)
        and provider.removed_on is None,
        "references": references_of(snapshot, list(provider.specialists)),
    }


def _held_up(snapshot: Snapshot, provider: Provider, closed: Collection[UUID]) -> list[dict[str, Any]]:
    """The planned sessions of the provider that wait for a renewal or are on hold, by date."""
    asked = engagements.listed(providers=[provider.id], statuses=GOING_ON).limit(MOST)
    found = engagements.engagements.rows(snapshot.connection, asked)
    rows = as_of_today(snapshot, [row for row in found if row.id not in closed])
    names = names_of(snapshot, {row.school for row in rows})
    waiting = [
        {
            "session": each,
            "href": record_href("engagement", row.reference),
            "work": f"{row.subject} at {names.get(row.school, 'a school')}",
        }
        for row in rows
        for each in row.held_up
    ]
    return sorted(waiting, key=lambda each: (each["session"].on, each["href"]))


def _day_asked(today: date) -> tuple[date, str]:
    """The day on which clearance is asked, and what is wrong with what was typed."""
    typed = request.args.get("on", "").strip()
    if not typed:
        return today, ""
    try:
        answers = ClearanceFilters(only=("on",)).load({"on": typed})
    except ValidationError:
        return today, "Enter a real date between 1950 and 2150"
    return answers["on"], ""
