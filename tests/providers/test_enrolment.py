"""Providers from a list: registered once, told only what is new; suspended together with their engagements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.engagement import Work as Terms
from domain.provider import Provider, ProviderKind, Rate
from domain.service import Service
from domain.support_request import RequestStatus, SupportRequest
from domain.vocabulary import Phase, ServiceType, Side, SupportKind
from projections import providers as view
from projections.database import open_database
from projections.event_log import LogFactory, SqlLog, open_log
from projections.follower import Follower
from projections.providers import providers_named
from projections.rebuilding import prepare
from providers.catalogue.provider_list import ProviderRow
from providers.catalogue.source import RowProblem
from providers.enrolment import EngagementOfAnother, ProvidersReport, import_providers, suspend
from tests.databases import Databases, with_log
from tests.domain.brokered import GRACE, IMRAN
from tests.providers.brokerage_scenario import BrokerageScenario
from tests.scenario import TODAY, signed

ROW = ProviderRow(
    2,
    "Calder Learning",
    kind="public",
    email="office@calder.example",
    subjects=("Mathematics", "Science"),
    phases=("primary",),
    service_types=("Coaching",),
    areas=("Salford",),
    day_rate=Decimal("450.00"),
    vat_registered=True,
)

TakeIn = Callable[..., ProvidersReport]
Listed = Callable[[str], list[Provider]]


@pytest.fixture
def log(databases: Databases) -> Iterator[SqlLog]:
    with databases.like(with_log) as url:
        database = open_database(url)
        yield open_log(database)
        database.close()


@pytest.fixture
def service(log: SqlLog) -> Iterator[Service]:
    follower = Follower([view.VIEW])
    prepare(log, follower)
    with closing(Service(LogFactory(log, follower))) as service:
        yield service


@pytest.fixture
def listed(service: Service, log: SqlLog) -> Listed:
    """The providers of a name, as their records are."""

    def look_up(name: str) -> list[Provider]:
        with log.reader.connect() as connection:
            return [service.find(Provider, row.id) for row in providers_named(connection, name)]

    return look_up


@pytest.fixture
def take_in(service: Service, listed: Listed) -> TakeIn:
    numbers = count(1)

    def act(*rows: ProviderRow | RowProblem, **more: Any) -> ProvidersReport:
        with signed():
            return import_providers(
                service,
                rows,
                known=lambda name: [provider.id for provider in listed(name)],
                next_reference=lambda: f"PV-2026-{next(numbers):04d}",
                **more,
            )

    return act


def test_a_new_provider_is_registered_with_all_that_the_list_tells(take_in: TakeIn, listed: Listed) -> None:
    assert take_in(ROW) == ProvidersReport(registered=1)

    (provider,) = listed("calder learning")
    assert (provider.kind, provider.email, provider.areas) == (
        ProviderKind.PUBLIC,
        "office@calder.example",
        ("Salford",),
    )
    assert provider.rate_on(TODAY) == Rate(TODAY, Decimal("450.00"), True)
    assert provider.offers("Science", Phase.PRIMARY, ServiceType.COACHING)
    assert len(provider.capabilities) == 2


def test_the_same_list_again_changes_nothing(take_in: TakeIn, listed: Listed) -> None:
    take_in(ROW)
    before = listed(ROW.name)[0].version

    assert take_in(ROW) == ProvidersReport(unchanged=1)
    assert listed(ROW.name)[0].version == before


def test_a_newer_list_adds_what_is_new_and_strikes_nothing_out(take_in: TakeIn, listed: Listed) -> None:
    take_in(ROW)
    newer = ProviderRow(5, "CALDER LEARNING", subjects=("Art",), phases=("secondary",), service_types=("training",))

    assert take_in(newer) == ProvidersReport(changed=1)
    (provider,) = listed(ROW.name)
    assert [offer.subject for offer in provider.capabilities] == ["Mathematics", "Science", "Art and design"]
    assert provider.email == "office@calder.example"


def test_a_subject_that_is_not_on_the_list_is_told_and_not_taken_and_another_word_for_one_is_taken_as_it(
    take_in: TakeIn, listed: Listed
) -> None:
    report = take_in(replace(ROW, subjects=("MATHS ", "Mathmatics", "Upholstery")))

    assert {offer.subject for offer in listed(ROW.name)[0].capabilities} == {"Mathematics"}
    assert [(each.column, each.value, each.reason) for each in report.problems] == [
        ("subjects", "Mathmatics", "is not on the list of subjects, so it is not taken. Did you mean Mathematics?"),
        ("subjects", "Upholstery", "is not on the list of subjects, so it is not taken"),
    ]
    assert take_in(replace(ROW, name="Only That", subjects=("Upholstery",))).registered == 1
    assert listed("Only That")[0].capabilities == ()


def test_a_new_rate_holds_from_the_day_of_the_list_and_keeps_what_is_not_told(
    take_in: TakeIn, listed: Listed
) -> None:
    take_in(ROW)

    assert take_in(replace(ROW, day_rate=Decimal("475.00"), vat_registered=None)) == ProvidersReport(changed=1)
    assert listed(ROW.name)[0].rate_on(TODAY) == Rate(TODAY, Decimal("475.00"), True)


def test_what_a_list_does_not_tell_is_not_known(take_in: TakeIn, listed: Listed) -> None:
    take_in(ProviderRow(2, "Untold", day_rate=Decimal("475.00")))

    (provider,) = listed("Untold")
    assert provider.rate_on(TODAY) == Rate(TODAY, Decimal("475.00"), None)
    assert provider.areas is None


def test_a_list_that_tells_of_vat_for_the_first_time_sets_the_rate_anew(take_in: TakeIn, listed: Listed) -> None:
    untold = ProviderRow(2, "Untold", day_rate=Decimal("475.00"))
    take_in(untold)

    assert take_in(replace(untold, vat_registered=False)) == ProvidersReport(changed=1)
    assert listed("Untold")[0].rate_on(TODAY) == Rate(TODAY, Decimal("475.00"), False)


def test_what_a_list_leaves_open_is_offered_in_every_phase_and_type(take_in: TakeIn, listed: Listed) -> None:
    take_in(
        ProviderRow(2, "Anywhere", kind="private", subjects=("Art",)), ProviderRow(3, "Nothing", phases=("primary",))
    )

    anywhere = listed("Anywhere")[0]
    assert {offer.phase for offer in anywhere.capabilities} == set(Phase) - {Phase.NOT_APPLICABLE}
    assert {offer.service for offer in anywhere.capabilities} == set(ServiceType)
    assert listed("Nothing")[0].capabilities == ()


def test_a_list_of_names_makes_providers_of_the_kind_that_is_said(take_in: TakeIn, listed: Listed) -> None:
    take_in(ProviderRow(2, "Northern Hub"), usual_kind=ProviderKind.PUBLIC)

    assert listed("Northern Hub")[0].kind is ProviderKind.PUBLIC


def test_a_row_that_is_refused_is_a_problem_and_the_others_count(take_in: TakeIn, listed: Listed) -> None:
    unread = RowProblem(4, "day rate", "lots", "is not an amount in pounds and pence")

    report = take_in(ProviderRow(2, "Elm Bank Science", kind="school_based"), ROW, unread)

    assert (report.registered, len(report.problems)) == (1, 2)
    assert (report.problems[0].line, report.problems[0].column) == (2, "host_school")
    assert report.problems[1] == unread
    assert listed("Elm Bank Science") == []


def test_an_unknown_type_of_service_is_a_problem_of_its_cell(take_in: TakeIn, listed: Listed) -> None:
    report = take_in(replace(ROW, service_types=("coaching", "juggling")))

    assert [(problem.column, problem.value) for problem in report.problems] == [("service types", "juggling")]
    assert {offer.service for offer in listed(ROW.name)[0].capabilities} == {ServiceType.COACHING}


def test_a_name_that_several_providers_have_is_nobody_s(service: Service, take_in: TakeIn, listed: Listed) -> None:
    for number in (8001, 8002):
        with signed():
            service.add(
                lambda number=number: Provider.register(
                    f"PV-2026-{number}", trading_as=ROW.name, kind=ProviderKind.PRIVATE
                )
            )

    report = take_in(ROW)

    assert [problem.column for problem in report.problems] == ["name"]
    assert [provider.version for provider in listed(ROW.name)] == [1, 1]


def test_the_same_command_sent_again_registers_nobody_twice(service: Service, listed: Listed) -> None:
    with signed():
        for number in (1, 2):
            import_providers(
                service, [ROW], known=lambda name: [], next_reference=lambda number=number: f"PV-2026-{number:04d}"
            )

    assert len(listed(ROW.name)) == 1


def an_engagement(service: Service, reference: str, provider: UUID) -> UUID:
    terms = Terms(
        school=uuid4(),
        provider=provider,
        specialist=uuid4(),
        kind=SupportKind.SPECIALIST,
        subject="Mathematics",
        phase=Phase.PRIMARY,
        scope="Planning with Year 5",
        objectives=("Fluency",),
        days=Decimal(4),
        net=Decimal(1800),
        vat=Decimal(0),
        fund="School improvement",
        begins=TODAY,
        ends=date(2027, 3, 26),
    )

    def engage() -> BrokeredEngagement:
        engagement = BrokeredEngagement.propose(reference, terms, request=uuid4(), reason="A school of ours")
        engagement.confirm_clearance(cleared=True, valid_to=None, rules=("vetting-1",))
        for side in Side:
            engagement.agree(side)
        engagement.confirm()
        engagement.plan_session(on=TODAY, days=Decimal(1), cleared=True, rules=("vetting-1",))
        return engagement

    with signed():
        return service.add(engage).id


@pytest.fixture
def calder(take_in: TakeIn, listed: Listed) -> UUID:
    take_in(ROW)
    return listed(ROW.name)[0].id


def test_a_suspension_pauses_the_engagements_that_shall_not_go_on(service: Service, calder: UUID) -> None:
    paused, goes_on = an_engagement(service, "BE-2026-0001", calder), an_engagement(service, "BE-2026-0002", calder)

    with signed():
        service.do(lambda work: suspend(work, calder, reason="Complaint", pause=[paused]))

    assert service.find(Provider, calder).is_suspended_on(TODAY)
    assert service.find(BrokeredEngagement, paused).status is EngagementStatus.PAUSED
    assert service.find(BrokeredEngagement, goes_on).status is not EngagementStatus.PAUSED


def test_a_suspension_cancels_work_not_yet_begun_that_shall_not_wait(desk: BrokerageScenario) -> None:
    calder, harrop = desk.a_provider("PV-2026-0001", GRACE), desk.a_provider("PV-2026-0002", IMRAN)
    agreed = desk.agreed_work(calder, harrop)

    with signed():
        desk.service.do(lambda work: suspend(work, calder, reason="Complaint", cancel=[agreed]))

    given_up = desk.service.find(BrokeredEngagement, agreed)
    assert given_up.status is EngagementStatus.CANCELLED
    assert given_up.ending is not None
    assert given_up.ending.side is Side.SERVICE
    assert desk.service.find(SupportRequest, given_up.request).status is RequestStatus.INVITING


def test_nothing_is_suspended_when_an_engagement_is_another_s(service: Service, calder: UUID) -> None:
    another = an_engagement(service, "BE-2026-0001", uuid4())

    with signed(), pytest.raises(EngagementOfAnother):
        service.do(lambda work: suspend(work, calder, reason="Complaint", pause=[another]))
    with signed(), pytest.raises(EngagementOfAnother):
        service.do(lambda work: suspend(work, calder, reason="Complaint", cancel=[another]))

    assert not service.find(Provider, calder).is_suspended_on(TODAY)
