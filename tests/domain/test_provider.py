"""A provider's record: what it remembers and what it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.aggregate import EndsBeforeItBegins, OccurredInTheFuture, ReasonNeeded
from domain.delegation import Act, Granted, NotCovered
from domain.money import NotHalfDays
from domain.provider import Check, ConflictNature, Duty, Evidence, Provider, ProviderKind, Rate, Requirement
from domain.provider.exemptions import (
    MAY_BE_EXEMPT,
    ExemptBefore,
    NeverExempt,
    NotBackwards,
    NotYetSafe,
    SafeguardNeeded,
    TooLong,
    must_not_last_too_long,
)
from domain.provider.rules import (
    AlreadyASpecialist,
    AlreadyOffered,
    AlreadySuspended,
    CheckedOneself,
    ContactStandsWithThePerson,
    DoesNotShow,
    EndNeeded,
    HostSchoolNeeded,
    NameNeeded,
    NotASpecialist,
    NothingToRevoke,
    NotOffered,
    NotOnTheList,
    NotSuspended,
    PeriodsOverlap,
    RateNotPositive,
    WhoseRequirement,
)
from domain.vocabulary import Personal, Phase, ServiceType
from providers.exemption import latest_end
from tests.grants import DECISION, exempt, reinstate
from tests.scenario import TODAY, given, signed

GRACE = uuid4()
OFFICER = uuid4()
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
NEXT_YEAR = date(2027, 11, 2)
MATHS = {"subject": "Mathematics", "phase": Phase.SECONDARY, "service": ServiceType.COACHING}


def a_provider() -> Provider:
    with signed(YESTERDAY):
        return Provider.register("PV-2026-0001", trading_as="Calder Learning", kind=ProviderKind.PRIVATE)


def a_provider_with_a_specialist() -> Provider:
    provider = a_provider()
    with signed(YESTERDAY):
        provider.add_specialist(person=GRACE, subjects=["Mathematics"], teaches=True)
    return provider


def a_practitioner() -> Provider:
    with signed(YESTERDAY):
        return Provider.register_practitioner(
            "PV-2026-0002", person=GRACE, name="Grace Hollin", kind=ProviderKind.PRIVATE, teaches=True
        )


def test_an_organisation_is_registered_under_its_name() -> None:
    provider = a_provider()

    assert provider.name == "Calder Learning"
    assert provider.reference == "PV-2026-0001"
    assert provider.about().provider == provider.id


def test_a_person_on_their_own_account_is_a_provider_and_its_first_specialist() -> None:
    provider = a_practitioner()

    assert provider.name == "Grace Hollin"
    assert provider.practitioner == Personal(GRACE, "Grace Hollin")
    assert provider.specialists[GRACE].teaches
    assert provider.about().people == (GRACE,)


def test_a_provider_has_a_name() -> None:
    with signed(), pytest.raises(NameNeeded):
        Provider.register("PV-2026-0003", trading_as=" ", kind=ProviderKind.PUBLIC)


def test_a_school_based_provider_belongs_to_a_school_or_to_another_authority() -> None:
    with signed(), pytest.raises(HostSchoolNeeded):
        Provider.register("PV-2026-0003", trading_as="Science at Elm Bank", kind=ProviderKind.SCHOOL_BASED)
    with signed():
        outside = Provider.register(
            "PV-2026-0003", trading_as="Science at Elm Bank", kind=ProviderKind.SCHOOL_BASED, authority="Bury"
        )
    assert (outside.host_school, outside.authority) == (None, "Bury")


def test_a_provider_is_renamed() -> None:
    given(a_provider()).when(lambda provider: provider.rename(trading_as="Calder Education")).then(
        Provider.Renamed, trading_as="Calder Education"
    ).then_holds(lambda provider: provider.name == "Calder Education")


def test_a_practitioner_takes_a_trading_name_and_keeps_their_own() -> None:
    given(a_practitioner()).when(lambda provider: provider.rename(trading_as="Hollin Maths")).then(
        Provider.Renamed, name=Personal(GRACE, "Grace Hollin")
    ).then_holds(lambda provider: provider.name == "Hollin Maths")


def test_an_organisation_keeps_a_name() -> None:
    given(a_provider()).when(lambda provider: provider.rename(name="Grace")).then_refused(
        NameNeeded, field="trading_as"
    )


def test_contact_is_changed_and_the_same_again_is_no_event() -> None:
    contact = {"email": "office@calder.example", "telephone": "01706 000000", "website": "https://calder.example"}

    given(a_provider()).when(lambda provider: provider.change_contact(**contact)).then(
        Provider.ContactChanged, **contact
    ).when(lambda provider: provider.change_contact(**contact)).then()


def test_a_practitioner_s_own_address_is_not_kept_in_plain() -> None:
    given(a_practitioner()).when(
        lambda provider: provider.change_contact(email="grace@home.example", telephone="", website="")
    ).then_refused(ContactStandsWithThePerson, field="email")


def test_an_offer_is_listed_once_in_whatever_case() -> None:
    given(a_provider()).when(lambda provider: provider.offer(**MATHS)).then(Provider.CapabilityOffered).then_holds(
        lambda provider: provider.offers("mathematics", Phase.SECONDARY, ServiceType.COACHING)
    ).when(lambda provider: provider.offer(**MATHS | {"subject": "MATHEMATICS"})).then_refused(AlreadyOffered)


def test_an_offer_is_struck_out_as_it_was_listed() -> None:
    given(a_provider()).when(lambda provider: provider.offer(**MATHS)).when(
        lambda provider: provider.withdraw(**MATHS | {"subject": "mathematics"})
    ).then(Provider.CapabilityWithdrawn, subject="Mathematics").then_holds(
        lambda provider: provider.capabilities == ()
    ).when(lambda provider: provider.withdraw(**MATHS)).then_refused(NotOffered)


def test_the_areas_of_a_provider_are_set_without_repetition() -> None:
    given(a_provider()).when(lambda provider: provider.set_coverage(["Salford", " Bury ", "Salford", ""])).then(
        Provider.CoverageSet, areas=("Salford", "Bury")
    )


def test_a_provider_that_has_told_no_area_is_another_than_one_that_works_anywhere() -> None:
    given(a_provider()).then_holds(lambda provider: provider.areas is None).when(
        lambda provider: provider.set_coverage([])
    ).then(Provider.CoverageSet, areas=()).then_holds(lambda provider: provider.areas == ())


def test_each_day_has_the_rate_last_set_before_it() -> None:
    def set_rates(provider: Provider) -> None:
        provider.set_rate(from_=NEXT_YEAR, day_rate=Decimal(500), vat_registered=True)
        provider.set_rate(from_=TODAY, day_rate=Decimal("450.005"), vat_registered=False)

    now, later = Rate(TODAY, Decimal("450.01"), False), Rate(NEXT_YEAR, Decimal("500.00"), True)
    given(a_provider()).when(set_rates).then(Provider.RateSet, Provider.RateSet).then_holds(
        lambda provider: [provider.rate_on(day) for day in (YESTERDAY, TODAY, NEXT_YEAR)] == [None, now, later]
    )


@pytest.mark.parametrize("rate", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("1e30")])
def test_a_rate_is_a_sum_of_more_than_nothing(rate: Decimal) -> None:
    given(a_provider()).when(
        lambda provider: provider.set_rate(from_=TODAY, day_rate=rate, vat_registered=False)
    ).then_refused(RateNotPositive, field="day_rate")


def test_capacity_is_declared_by_period_and_replaced_by_the_same_period() -> None:
    def declare(days: str) -> None:
        scenario.when(lambda provider: provider.declare_capacity(from_=TODAY, to=NEXT_YEAR, days=Decimal(days))).then(
            Provider.CapacityDeclared, days=Decimal(days)
        )

    scenario = given(a_provider())
    declare("10")
    declare("7.5")
    assert [capacity.days for capacity in scenario.record.capacities] == [Decimal("7.5")]
    scenario.when(
        lambda provider: provider.declare_capacity(from_=YESTERDAY, to=TODAY, days=Decimal(1))
    ).then_refused(PeriodsOverlap)


def test_days_are_counted_in_halves() -> None:
    given(a_provider()).when(
        lambda provider: provider.declare_capacity(from_=TODAY, to=NEXT_YEAR, days=Decimal("0.3"))
    ).then_refused(NotHalfDays, field="days")


def test_a_period_ends_after_it_begins() -> None:
    given(a_provider()).when(
        lambda provider: provider.declare_capacity(from_=TODAY, to=YESTERDAY, days=Decimal(1))
    ).then_refused(EndsBeforeItBegins, field="to")


def test_a_specialist_is_added_once() -> None:
    given(a_provider()).when(lambda provider: provider.add_specialist(person=GRACE, teaches=True)).then(
        Provider.SpecialistAdded, person=GRACE
    ).when(lambda provider: provider.add_specialist(person=GRACE, teaches=True)).then_refused(AlreadyASpecialist)


def test_a_specialist_leaves_and_may_come_back() -> None:
    given(a_provider_with_a_specialist()).when(
        lambda provider: provider.note_leaving(person=GRACE, reason="Took a post at a school")
    ).then(Provider.SpecialistLeft, reason="Took a post at a school").then_holds(
        lambda provider: provider.specialists_on(TODAY) == []
    ).when(lambda provider: provider.note_leaving(person=GRACE, reason="Again")).then_refused(NotASpecialist).when(
        lambda provider: provider.add_specialist(person=GRACE, teaches=False)
    ).then(Provider.SpecialistAdded).then_holds(lambda provider: len(provider.specialists_on(TODAY)) == 1)


def test_nobody_leaves_without_a_reason_or_before_they_came() -> None:
    given(a_provider_with_a_specialist()).when(
        lambda provider: provider.note_leaving(person=GRACE, reason=" ")
    ).then_refused(ReasonNeeded, field="reason").when(
        lambda provider: provider.note_leaving(person=GRACE, reason="Left", on=date(2020, 1, 1))
    ).then_refused(EndsBeforeItBegins)


def meet(provider: Provider, item: Requirement, person: UUID | None = None, *, expires: date | None = None) -> None:
    ends = expires or (NEXT_YEAR if item.always_ends else None)
    provider.meet(item, person=person, checked_on=YESTERDAY, evidence=item.evidence[0], expires=ends)


def test_a_check_is_recorded_with_its_day_and_who_made_it() -> None:
    given(a_provider_with_a_specialist()).when(
        lambda provider: meet(provider, Requirement.ENHANCED_DBS, GRACE, expires=NEXT_YEAR), by=OFFICER
    ).then(Provider.RequirementMet, checked_by=OFFICER, occurred=YESTERDAY, expires=NEXT_YEAR).then_holds(
        lambda provider: provider.facts.checks[0].holds_on(NEXT_YEAR) and provider.facts.teachers == {GRACE}
    )


def test_nobody_checks_or_exempts_themselves() -> None:
    given(a_provider_with_a_specialist()).when(
        lambda provider: meet(provider, Requirement.ENHANCED_DBS, GRACE), by=GRACE
    ).then_refused(CheckedOneself, field="person").when(
        lambda provider: exempt(provider, Requirement.SECOND_REFERENCE, person=GRACE, until=TOMORROW),
        by=GRACE,
    ).then_refused(CheckedOneself, field="person")


@pytest.mark.parametrize(
    ("item", "person"), [(Requirement.PUBLIC_LIABILITY, GRACE), (Requirement.ENHANCED_DBS, None)]
)
def test_a_requirement_concerns_either_the_provider_or_a_specialist(item: Requirement, person: UUID | None) -> None:
    given(a_provider_with_a_specialist()).when(lambda provider: meet(provider, item, person)).then_refused(
        WhoseRequirement, field="person"
    )


def test_nobody_from_elsewhere_is_vetted() -> None:
    given(a_provider()).when(lambda provider: meet(provider, Requirement.IDENTITY, GRACE)).then_refused(
        NotASpecialist
    )


def test_a_check_expires_after_it_was_made_and_is_not_made_tomorrow() -> None:
    given(a_provider()).when(
        lambda provider: meet(provider, Requirement.PUBLIC_LIABILITY, expires=date(2020, 1, 1))
    ).then_refused(EndsBeforeItBegins, field="expires").when(
        lambda provider: provider.meet(
            Requirement.PUBLIC_LIABILITY, checked_on=TOMORROW, evidence=Evidence.DOCUMENT_SEEN
        )
    ).then_refused(OccurredInTheFuture)


@pytest.mark.parametrize("item", [item for item in Requirement if item.always_ends])
def test_insurance_is_not_recorded_without_its_last_day(item: Requirement) -> None:
    given(a_provider()).when(
        lambda provider: provider.meet(item, checked_on=TODAY, evidence=Evidence.DOCUMENT_SEEN)
    ).then_refused(EndNeeded, field="expires")


@pytest.mark.parametrize("item", Requirement)
def test_a_check_is_shown_by_what_can_show_it_and_by_nothing_else(item: Requirement) -> None:
    person = None if item.of_organisation else GRACE
    for evidence in Evidence:
        case = given(a_provider_with_a_specialist()).when(
            lambda provider, seen=evidence: provider.meet(
                item, person=person, checked_on=TODAY, evidence=seen, expires=NEXT_YEAR
            ),
            by=OFFICER,
        )
        if evidence in item.evidence:
            case.then(Provider.RequirementMet, evidence=evidence)
        else:
            case.then_refused(DoesNotShow, field="evidence")


def test_what_a_specialist_does_may_change_and_is_recorded_once() -> None:
    given(a_provider_with_a_specialist()).when(
        lambda provider: provider.change_duties(person=GRACE, teaches=False, duties=[Duty.MANAGES])
    ).then(Provider.DutiesChanged, person=GRACE, teaches=False, duties=(Duty.MANAGES,)).then_holds(
        lambda provider: (provider.facts.duties, provider.facts.teachers) == ({(GRACE, Duty.MANAGES)}, frozenset())
    ).when(lambda provider: provider.change_duties(person=GRACE, teaches=False, duties=[Duty.MANAGES])).then().when(
        lambda provider: provider.change_duties(person=uuid4(), teaches=False)
    ).then_refused(NotASpecialist, field="person")


def test_an_exemption_has_an_end_and_a_reason_and_names_its_decision() -> None:
    item = Requirement.PROFESSIONAL_INDEMNITY

    given(a_provider()).when(lambda provider: exempt(provider, item, until=YESTERDAY)).then_refused(
        NotBackwards, field="until"
    ).when(lambda provider: exempt(provider, item, until=TOMORROW, reason="")).then_refused(ReasonNeeded).when(
        lambda provider: exempt(provider, item, until=TOMORROW, reason="No advice is given")
    ).then(
        Provider.ExemptionGranted,
        until=TOMORROW,
        reason="No advice is given",
        decided_in="DN-2026-0004",
        decision=DECISION,
    ).then_holds(
        lambda provider: (provider.checks[0].holds_on(TODAY), provider.checks[0].holds_on(YESTERDAY)) == (True, False)
    )


@pytest.mark.parametrize("item", sorted(set(Requirement) - MAY_BE_EXEMPT))
def test_nobody_works_without_what_is_never_done_without(item: Requirement) -> None:
    person = None if item.of_organisation else GRACE
    given(a_provider_with_a_specialist()).when(
        lambda provider: exempt(provider, item, person=person, until=TOMORROW)
    ).then_refused(NeverExempt, field="item")


@pytest.mark.parametrize("item", [Requirement.IDENTITY, Requirement.BARRED_LIST, Requirement.PROHIBITION_CHECK])
def test_identity_barred_list_and_prohibition_are_never_done_without(item: Requirement) -> None:
    assert item not in MAY_BE_EXEMPT


def test_an_exemption_needs_a_decision_about_that_provider_and_that_act() -> None:
    for act, subject in ((Act.EXEMPT_FROM_DBS, a_provider().id), (Act.GRANT_EXEMPTION, GRACE)):
        granted = Granted(DECISION, act, subject)
        given(a_provider_with_a_specialist()).when(
            lambda provider, granted=granted: provider.exempt(
                Requirement.SECOND_REFERENCE, person=GRACE, until=TOMORROW, reason="Abroad", granted=granted
            )
        ).then_refused(NotCovered)


def test_a_dbs_certificate_is_awaited_once_under_supervision_with_barred_list_and_references_clear() -> None:
    def without_certificate(provider: Provider, safeguard: str = "The deputy headteacher") -> None:
        exempt(provider, Requirement.ENHANCED_DBS, person=GRACE, until=TOMORROW, safeguard=safeguard)

    case = given(a_provider_with_a_specialist())
    for first in (Requirement.BARRED_LIST, Requirement.FIRST_REFERENCE, Requirement.SECOND_REFERENCE):
        case = case.when(without_certificate).then_refused(NotYetSafe, field="item")
        case = case.when(lambda provider, item=first: meet(provider, item, GRACE), by=OFFICER)
    case.when(lambda provider: without_certificate(provider, "")).then_refused(SafeguardNeeded).when(
        without_certificate
    ).then(Provider.ExemptionGranted, safeguard="The deputy headteacher").when(without_certificate).then_refused(
        ExemptBefore, field="item"
    )


def test_an_exemption_recorded_before_decisions_were_kept_still_counts_and_names_none() -> None:
    check = Check(Requirement.PROFESSIONAL_INDEMNITY, None, TODAY, TOMORROW, exempt=True)
    assert (check.holds_on(TOMORROW), check.decided_in) == (True, "")


def test_an_exemption_lasts_some_working_days_or_a_year() -> None:
    limit = {"working_days": 20, "holidays": frozenset({date(2026, 11, 3)})}
    assert latest_end(Requirement.ENHANCED_DBS, TODAY, **limit) == date(2026, 12, 1)
    assert latest_end(Requirement.QUALIFIED_TEACHER, TODAY, **limit) == date(2027, 11, 2)
    with pytest.raises(TooLong, match="until 1 December 2026 at the latest"):
        must_not_last_too_long(date(2026, 12, 2), date(2026, 12, 1))
    must_not_last_too_long(date(2026, 12, 1), date(2026, 12, 1))


def test_what_was_revoked_held_until_the_day_before() -> None:
    provider = a_provider()
    given(provider).when(lambda provider: meet(provider, Requirement.PUBLIC_LIABILITY)).when(
        lambda provider: provider.revoke(Requirement.PUBLIC_LIABILITY, reason="The insurer cancelled")
    ).then(Provider.RequirementRevoked, reason="The insurer cancelled").then_holds(
        lambda provider: [provider.checks[0].holds_on(day) for day in (YESTERDAY, TODAY)] == [True, False]
    ).when(lambda provider: provider.revoke(Requirement.PUBLIC_LIABILITY, reason="Again")).then_refused(
        NothingToRevoke
    )


def test_a_conflict_names_a_school_or_a_body() -> None:
    school = uuid4()

    given(a_provider_with_a_specialist()).when(
        lambda provider: provider.declare_conflict(nature=ConflictNature.FAMILY, from_=TODAY)
    ).then_refused(NameNeeded, field="body").when(
        lambda provider: provider.declare_conflict(
            nature=ConflictNature.FAMILY, from_=TODAY, to=TOMORROW, school=school, person=GRACE
        )
    ).then(Provider.ConflictDeclared, school=school).then_holds(
        lambda provider: (
            [len(provider.conflicts_on(day, school)) for day in (YESTERDAY, TODAY, NEXT_YEAR)] == [0, 1, 0]
        )
    ).when(
        lambda provider: provider.declare_conflict(
            nature=ConflictNature.OTHER, from_=TODAY, to=YESTERDAY, body="Elm Bank Trust"
        )
    ).then_refused(EndsBeforeItBegins)


def test_a_suspension_holds_until_the_provider_is_reinstated() -> None:
    scenario = given(a_provider())
    scenario.when(lambda provider: provider.suspend(reason="Complaint under review")).then(
        Provider.Suspended, from_=TODAY, reason="Complaint under review"
    )
    scenario.when(lambda provider: provider.suspend(reason="Twice")).then_refused(AlreadySuspended)
    scenario.when(lambda provider: reinstate(provider, reason="Too early", from_=YESTERDAY)).then_refused(
        EndsBeforeItBegins
    )
    scenario.when(lambda provider: reinstate(provider, reason="Not upheld", from_=NEXT_YEAR)).then(
        Provider.Reinstated
    )
    days = (YESTERDAY, TODAY, NEXT_YEAR - timedelta(days=1), NEXT_YEAR)
    scenario.then_holds(
        lambda provider: [provider.is_suspended_on(day) for day in days] == [False, True, True, False]
    )
    scenario.when(lambda provider: provider.suspend(reason="Again", from_=TOMORROW)).then_refused(
        AlreadySuspended, field="from_"
    )


def test_the_end_of_a_suspension_may_be_moved_until_it_is_over() -> None:
    scenario = given(a_provider())
    scenario.when(lambda provider: provider.suspend(reason="Complaint under review", from_=YESTERDAY))
    scenario.when(lambda provider: reinstate(provider, reason="Not upheld", from_=NEXT_YEAR))
    scenario.when(lambda provider: reinstate(provider, reason="Not upheld", from_=NEXT_YEAR)).then()
    scenario.when(lambda provider: reinstate(provider, reason="Meant tomorrow", from_=TOMORROW)).then(
        Provider.Reinstated, from_=TOMORROW
    )
    scenario.then_holds(
        lambda provider: [provider.is_suspended_on(day) for day in (TODAY, TOMORROW)] == [True, False]
    )
    scenario.when(lambda provider: reinstate(provider, reason="Settled")).then(Provider.Reinstated, from_=TODAY)
    scenario.then_holds(lambda provider: not provider.is_suspended_on(TODAY))
    scenario.when(lambda provider: reinstate(provider, reason="Once more")).then_refused(NotSuspended)


def test_only_a_suspended_provider_is_reinstated() -> None:
    given(a_provider()).when(lambda provider: reinstate(provider, reason="Mistake")).then_refused(NotSuspended)


def test_a_removed_provider_changes_no_more_but_its_checks_can_be_revoked() -> None:
    def remove(provider: Provider) -> None:
        meet(provider, Requirement.PUBLIC_LIABILITY)
        provider.remove(reason="Ceased trading")

    given(a_provider()).when(remove).then(Provider.RequirementMet, Provider.Removed).when(
        lambda provider: provider.offer(**MATHS)
    ).then_refused(NotOnTheList).when(
        lambda provider: provider.revoke(Requirement.PUBLIC_LIABILITY, reason="Was forged", on=YESTERDAY)
    ).then(Provider.RequirementRevoked, occurred=YESTERDAY)
