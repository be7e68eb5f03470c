"""The demonstration is lived, not inserted: a year of acts by people, with something to do on every desk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from fcntl import LOCK_EX, flock

import pytest

from domain.concern import CaseStatus
from domain.decision import Basis, Decision, DecisionStatus
from domain.delegation import Act
from domain.engagement import BrokeredEngagement
from domain.provider import Provider
from domain.vocabulary import Role
from projections import caseload, concerns, decisions, people, presences
from projections.caseload import Task, WaitingFor
from projections.checking import check
from providers.vetting import cleared_on
from tests.scenario import TODAY
from web.brokerage.vetting_policy import policy_on
from web.console.running import made_whole
from web.demonstration.loading import SEED, load_demonstration, sign_ins
from web.demonstration.people import cast
from web.runtime.authority import settings_of
from web.runtime.services import Services

ALL = 10_000


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The demonstration authority as of the tests' own day, made by the first process that asks for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = shared / "wexmoor.sqlite"
    with (shared / "wexmoor.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not path.exists():
            made_whole(f"sqlite:///{path}", lambda services: load_demonstration(services, on=TODAY))
    services = Services(f"sqlite:///{path}")
    yield services
    services.close()


@pytest.fixture(scope="module")
def waiting(lived: Services) -> list[caseload.Item]:
    with lived.read() as connection:
        return caseload.waiting(connection, limit=ALL)


def test_the_views_are_what_the_log_says(lived: Services) -> None:
    assert check(lived.log, lived.follower.views) == []


def test_nothing_happened_after_the_day(lived: Services) -> None:
    with lived.read() as connection:
        lived_through = [
            event for event in lived.store.everything(connection) if not event.TOPIC.startswith("account.")
        ]
    assert [event.TOPIC for event in lived_through if event.meta.occurred_on > TODAY] == []


def test_each_post_has_a_sign_in(lived: Services) -> None:
    with lived.read() as connection:
        roles = {post.role for post in people.posts.rows(connection)}
    assert roles == set(Role)
    assert len(sign_ins(lived)) == len({one.name for one in sign_ins(lived)}) == 13


def test_whoever_is_worried_about_a_child_reads_whom_to_call(lived: Services) -> None:
    settings, _ = settings_of(lived)
    assert "" not in (settings.designated_officer, settings.social_care, settings.police)


def test_something_waits_on_every_desk(waiting: list[caseload.Item]) -> None:
    """But for who assures records of visit, as the demonstration's are issued without, and who decides as the second
    of two people, as nothing there costs so much."""
    assert {item.waiting_for for item in waiting} == set(WaitingFor) - {
        WaitingFor.TEAM_LEAD,
        WaitingFor.COUNTERSIGNER,
    }


def test_spending_is_asked_for_and_given_by_the_people_concerned(lived: Services) -> None:
    """The broker decides up to £2,500; above it the director gives, refuses, or has still to answer."""
    with lived.read() as connection:
        made = [row for row in decisions.decisions.rows(connection) if row.act is Act.APPROVE_SPENDING]
        director, broker, cpd = (
            people.holders_on(connection, [role], TODAY)[0].id
            for role in (Role.DIRECTOR, Role.BROKER, Role.CPD_MANAGER)
        )
    assert {(row.row, row.status, row.net) for row in made if row.basis is Basis.OWN_ACT} >= {
        ("S2", DecisionStatus.GIVEN, 4000),
        ("S3", DecisionStatus.REFUSED, 12000),
        ("S3", DecisionStatus.ASKED, 12000),
    }
    assert {row.decider for row in made if row.basis is Basis.OWN_ACT} == {director, None}
    alone = [row for row in made if row.basis is Basis.OWN_AUTHORITY]
    assert {row.decider for row in alone} == {broker, cpd}
    assert all(row.net is not None and row.net <= 2500 for row in alone)
    recorded = [row for row in made if row.basis is Basis.ON_BEHALF]
    assert {row.status for row in recorded} == {
        DecisionStatus.UNCONFIRMED,
        DecisionStatus.CONFIRMED,
        DecisionStatus.DISOWNED,
    }
    assert {row.decider for row in recorded} == {director}
    assert {row.asker for row in recorded} <= {broker, cpd}
    disowned = next(row for row in recorded if row.status is DecisionStatus.DISOWNED)
    anew = next(row for row in made if row.on_record == disowned.on_record and row is not disowned)
    assert (anew.decider, anew.status) == (director, DecisionStatus.GIVEN)
    conditions = [lived.service.find(Decision, row.id).condition for row in made]
    assert [each.owner for each in conditions if each and each.met_on] == [broker]


@pytest.mark.parametrize(
    "task",
    [
        Task.WRITE_RECORD,
        Task.RESPOND,
        Task.PRESENT,
        Task.COMPLETE_ACTION,
        Task.TRIAGE,
        Task.GIVE_INFORMATION,
        Task.REPLY,
        Task.AGREE,
        Task.PLAN_SESSIONS,
        Task.ASSESS,
        Task.REVIEW,
        Task.REVIEW_NEED,
    ],
)
def test_every_kind_of_work_is_there_to_be_tried(waiting: list[caseload.Item], task: Task) -> None:
    assert any(item.task is task for item in waiting)


def test_something_is_overdue_on_the_desk_of_each_who_signs_in_to_act(
    lived: Services, waiting: list[caseload.Item]
) -> None:
    overdue = [item for item in waiting if item.due is not None and item.due < TODAY]
    named = {one.post: one.name for one in sign_ins(lived)}
    with lived.read() as connection:
        holder = {row.email: row.id for row in people.people.rows(connection)}
        held = {post: people.posts_on(connection, holder[named[post]], TODAY) for post in named}
    schools = {post: {each.school for each in posts if each.school} for post, posts in held.items()}
    head = [each for each in overdue if each.school in schools["Headteacher"]]
    chair = [each for each in overdue if each.school in schools["Chair of governors"]]
    assert any(each.waiting_for in {WaitingFor.HEADTEACHER, WaitingFor.SCHOOL} for each in head)
    assert any(each.waiting_for in {WaitingFor.CHAIR, WaitingFor.SCHOOL} for each in chair)
    assert {WaitingFor.OFFICER, WaitingFor.BROKER, WaitingFor.CPD_MANAGER, WaitingFor.PROVIDER} <= {
        each.waiting_for for each in overdue
    }
    assert any(each.provider in {post.provider for post in held["Provider's specialist"]} for each in overdue)


def test_something_is_overdue_but_not_for_years(waiting: list[caseload.Item]) -> None:
    overdue = [item for item in waiting if item.due is not None and item.due < TODAY]
    assert overdue
    long_overdue = [item for item in overdue if item.due is not None and item.due < date(TODAY.year, 5, 1)]
    assert len(long_overdue) < len(overdue) / 4


def test_three_interventions_can_be_read_each_with_its_own_end(lived: Services) -> None:
    """One with a warning notice and one at an academy go on; one has ended by a decision after its review."""
    with lived.read() as connection:
        cases = concerns.cases.rows(connection, concerns.listed())
        decided = [row.act for row in decisions.decisions.rows(connection) if row.status is DecisionStatus.GIVEN]
    led = {case.school: case for case in cases if case.status in {CaseStatus.INTERVENTION, CaseStatus.ENDED}}
    assert sorted(case.status for case in led.values()) == [CaseStatus.ENDED, *[CaseStatus.INTERVENTION] * 2]
    assert all(case.head_since is not None for case in led.values()), "the schools that answer for them read them"
    assert {Act.ASSESS_AS_CAUSING_CONCERN, Act.START_INTERVENTION, Act.END_INTERVENTION, Act.REFER} <= set(decided)
    assert len(cases) == 5


def test_an_insurance_that_ended_before_a_session_was_renewed_late_and_the_session_was_held_in_breach(
    lived: Services,
) -> None:
    with lived.read() as connection:
        held = presences.presences(connection, first=TODAY - timedelta(days=60), last=TODAY)
        histories = lived.store.histories(connection, {each.record for each in held if each.missing})
    [breach] = [each for each in held if each.missing]
    assert breach.missing[0].startswith("Public liability insurance: expired on")
    [acts] = histories.values()
    told = [type(event) for event in acts]
    assert told.count(BrokeredEngagement.BreachRecorded) == told.count(BrokeredEngagement.BreachFollowedUp) == 1
    assert breach.provider is not None
    listed, policy = lived.service.find(Provider, breach.provider), policy_on(lived, TODAY)
    assert cleared_on(listed.facts, breach.person, TODAY, policy).cleared, "it was renewed"


def test_everybody_is_fictional_and_nobody_acts_without_a_name(lived: Services) -> None:
    known = {colleague.email for colleague in cast(SEED, TODAY).colleagues}
    assert all(email.endswith(".example") for email in known)
    with lived.read() as connection:
        unsigned = [
            event
            for event in lived.store.everything(connection)
            if event.meta.signature.actor is None and event.meta.signature.channel == "screen"
        ]
    assert unsigned == []
