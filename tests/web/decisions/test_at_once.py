"""Two who ask for the same, or answer it, in one moment, on either kind of database: one does, the other is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask

from domain.decision import Decision, DecisionStatus
from domain.references import record_id
from domain.support_request import Route, SupportLevel, SupportRequest
from tests.databases import Databases, with_views
from tests.domain.brokered import a_need
from tests.sample_authority import Clock, SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program, a_program
from web.runtime.services import Services

REQUEST = "/requests/SR-2026-0001"
MUCH = {"ceiling": "6000", "reason": "Two terms of help in one department"}
Answer = tuple[int, str]


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    """services on a database of one kind and of the other."""
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


@pytest.fixture
def triaged(sample: SampleAuthority, stages: BrokerageStages) -> UUID:
    """A request that is to be brokered, of which no spending is approved yet."""

    def raise_() -> SupportRequest:
        request = SupportRequest.raise_("SR-2026-0001", **a_need(school=stages.school))
        request.triage(broker=stages.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
        return request

    with stages.brokering():
        return sample.services.service.add(raise_).id


def at_once(*acts: Callable[[], Answer]) -> list[Answer]:
    ready = Barrier(len(acts))

    def one(act: Callable[[], Answer]) -> Answer:
        ready.wait(timeout=120)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(one, acts))


def asked(services: Services) -> list[Decision]:
    with services.read_present() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM decisions ORDER BY reference").scalars()
        return [services.service.find(Decision, id if isinstance(id, UUID) else UUID(str(id))) for id in ids]


def test_of_two_who_ask_in_one_moment_one_asks_and_the_other_is_told_that_it_is_asked(
    triaged: UUID, app: Flask, sample: SampleAuthority, stages: BrokerageStages
) -> None:
    programs = [a_program(app, sample, person) for person in (stages.broker, sample.broker("Bob Broker"))]

    def ask(program: Program) -> Answer:
        answer = program.client.post(
            f"/api/v1{REQUEST}/approve",
            json=MUCH,
            headers={**program.headers, "Idempotency-Key": "asking-at-once", "If-Match": '"2"'},
        )
        return answer.status_code, answer.text

    (taken, _), (refused, why) = at_once(*(lambda program=program: ask(program) for program in programs))
    assert (taken, refused) == (202, 422)
    [decision] = asked(sample.services)
    assert f"{decision.reference} already asks this of a senior officer or a director" in why


def test_of_two_who_answer_in_one_moment_one_stands_and_the_other_reads_what_was_said(
    triaged: UUID, app: Flask, sample: SampleAuthority, stages: BrokerageStages
) -> None:
    a_program(app, sample, stages.broker).post(f"{REQUEST}/approve", MUCH, key="asking-1", at='"2"', status=202)
    programs = [a_program(app, sample, person) for person in (stages.director, sample.director("Dario Director"))]
    shown = programs[0].get("/decisions/DN-2026-0001").json["fingerprint"]
    bodies = ("give", {"shown": shown}), ("refuse", {"reason": "Ask for one term"})

    def answer(program: Program, name: str, body: dict[str, str]) -> Answer:
        said = program.client.post(
            f"/api/v1/decisions/DN-2026-0001/{name}",
            json=body,
            headers={**program.headers, "Idempotency-Key": "answering-1", "If-Match": '"1"'},
        )
        return said.status_code, said.text

    acts = [
        lambda program=program, name=name, body=body: answer(program, name, body)
        for program, (name, body) in zip(programs, bodies, strict=True)
    ]
    (done, _), (late, _) = at_once(*acts)
    assert done == 200
    assert late in (412, 422)
    decision = sample.services.service.find(Decision, record_id(Decision.KIND, "DN-2026-0001"))
    request = sample.services.service.find(SupportRequest, triaged)
    assert decision.version == 2
    assert (decision.status, request.ceiling) in ((DecisionStatus.GIVEN, 6000), (DecisionStatus.REFUSED, None))
    told = [program.get("/decisions/DN-2026-0001").json for program in programs]
    assert {each["decider"] for each in told} == {sample.reference(decision.decider)}
    assert {each["refused_because"] for each in told} == {decision.refused_because}
