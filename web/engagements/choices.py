"""What the forms of engagements offer, and the answers with which they begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import request

from domain.engagement import BrokeredEngagement, Session
from domain.support_request import RequestStatus
from domain.vocabulary import Role, Side
from projections import open_requests, people, providers
from projections.providers import ListedProvider
from providers.brokerage import WITHOUT_QUOTES
from web import formats
from web.access.context import Snapshot, User
from web.access.name_cache import names_of, reference_of, references_of, rows_of
from web.commands.choices import Choices, holders_of_roles
from web.engagements import schemas

TO_BE_PLACED = (RequestStatus.APPROVED, RequestStatus.SHORTLISTED)
"""Requests for which somebody may be engaged without asking for quotes."""

MANY = 1000

KEEP_ENGAGEMENTS = (Role.BROKER, Role.CPD_MANAGER, Role.DIRECTOR)


def direct_engagement(snapshot: Snapshot, _: BrokeredEngagement | None) -> Mapping[str, Any]:
    """Requests that wait for somebody, and who may be engaged without a quote."""
    today = snapshot.services.today()
    asked = open_requests.listed(statuses=TO_BE_PLACED).limit(MANY)
    waiting = open_requests.requests.rows(snapshot.connection, asked)
    schools = names_of(snapshot, {each.school for each in waiting})
    without_quotes = providers.listed(snapshot.connection, kinds=WITHOUT_QUOTES).limit(MANY)
    found = providers.providers.rows(snapshot.connection, without_quotes)
    listed = sorted((each for each in found if not each.is_suspended_on(today)), key=lambda each: each.kind)
    return {
        schemas.REQUESTS: [
            (each.reference, f"{each.reference}: {each.subject}, {schools.get(each.school, '')}") for each in waiting
        ],
        schemas.PROVIDERS: [(each.reference, each.name) for each in listed],
        schemas.SPECIALISTS: list(_people_at(snapshot, listed)),
    }


def _people_at(snapshot: Snapshot, listed: Sequence[ListedProvider]) -> Iterator[tuple[str, str]]:
    """Those who work for these providers today, provider by provider, by name."""
    there = defaultdict(list)
    for each in providers.specialists_among(snapshot.connection, [provider.id for provider in listed]):
        if each.works_on(snapshot.services.today()):
            there[each.provider].append(each.person)
    rows_of(snapshot, [person for each in there.values() for person in each])
    for provider in listed:
        for reference, name in _by_name(snapshot, there[provider.id]):
            yield reference, f"{name}, {provider.name}"


def people_of(snapshot: Snapshot, provider: UUID) -> Choices:
    """Those who work for a provider today, by name."""
    return _by_name(
        snapshot,
        [each.person for each in providers.specialists_of(snapshot.connection, provider, snapshot.services.today())],
    )


def _by_name(snapshot: Snapshot, whom: Sequence[UUID]) -> Choices:
    refs, names = references_of(snapshot, whom), names_of(snapshot, whom)
    return [(refs[each], names.get(each, "")) for each in sorted(whom, key=lambda one: names.get(one, ""))]


def colleagues(snapshot: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """Who of the provider might take the work on."""
    if engagement is None:
        return {}
    present = reference_of(snapshot, engagement.work.specialist)
    staff = people_of(snapshot, engagement.work.provider)
    return {schemas.SPECIALISTS: [(ref, name) for ref, name in staff if ref != present]}


def who_may_agree(snapshot: Snapshot, engagement: BrokeredEngagement) -> Mapping[str, Any]:
    """Headteacher and chair of the school, and those who work for the provider."""
    work = engagement.work
    led_by = [
        post.person for post in people.heads_and_chairs(snapshot.connection, work.school, snapshot.services.today())
    ]
    return {
        schemas.OF_SCHOOL: _by_name(snapshot, list(dict.fromkeys(led_by))),
        schemas.OF_PROVIDER: people_of(snapshot, work.provider),
    }


def whose_agreement(snapshot: Snapshot, engagement: BrokeredEngagement, side: Side) -> Choices:
    """Those who may agree for a side, but for the person who asks."""
    if side is Side.SERVICE:
        own = reference_of(snapshot, snapshot.user.person)
        return [each for each in holders_of_roles(snapshot, KEEP_ENGAGEMENTS) if each[0] != own]
    found: Choices = who_may_agree(snapshot, engagement)[
        schemas.OF_SCHOOL if side is Side.SCHOOL else schemas.OF_PROVIDER
    ]
    return found


def planned_sessions(_: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """The sessions that are planned."""
    sessions = engagement.planned_sessions if engagement else []
    return {schemas.SESSIONS: [(each.number, session_label(each)) for each in sessions]}


def sessions_to_report(snapshot: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """The planned sessions whose day has come."""
    sessions, today = engagement.planned_sessions if engagement else [], snapshot.services.today()
    return {schemas.SESSIONS: [(each.number, session_label(each)) for each in sessions if each.on <= today]}


def delivered_sessions(_: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """The sessions that are recorded as held."""
    sessions = engagement.delivered_sessions if engagement else []
    return {schemas.SESSIONS: [(each.number, session_label(each)) for each in sessions]}


def sessions_to_correct(_: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """The sessions that are planned or recorded as held."""
    sessions = [*engagement.delivered_sessions, *engagement.planned_sessions] if engagement else []
    return {schemas.SESSIONS: [(each.number, session_label(each)) for each in sessions]}


def breaches(_: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """The sessions held in breach that nobody has followed up."""
    sessions = engagement.sessions.values() if engagement else ()
    return {schemas.BREACHES: [(each.number, session_label(each)) for each in sessions if each.is_open_breach]}


def followed_up_breaches(_: Snapshot, engagement: BrokeredEngagement | None) -> Mapping[str, Any]:
    """The sessions held in breach that were followed up and are not closed."""
    sessions = engagement.sessions.values() if engagement else ()
    return {schemas.BREACHES: [(each.number, session_label(each)) for each in sessions if each.is_followed_up_breach]}


def session_label(session: Session) -> str:
    """A session as a list names it."""
    return f"Session {session.number}, {formats.date(session.on)}, {formats.days(session.days)}"


def first_request(snapshot: Snapshot, _: User) -> Mapping[str, Any]:
    """What a request that stands in the address says already of the work."""
    asked = open_requests.request_of_reference(snapshot.connection, request.args.get("request", "").upper())
    if asked is None:
        return {}
    return {"request": asked.reference, "begins": asked.needed_from, "ends": asked.needed_by}


def chosen_session(snapshot: Snapshot, engagement: BrokeredEngagement) -> Mapping[str, Any]:
    """The session whose number stands in the address, else the first that is planned; its day once that has come."""
    asked = request.args.get("number", "")
    sessions = engagement.planned_sessions
    chosen = next((each for each in sessions if str(each.number) == asked), next(iter(sessions), None))
    if chosen is None:
        return {}
    on = chosen.on if chosen.on <= snapshot.services.today() else None
    return {"number": chosen.number, "on": on, "days": chosen.days}
