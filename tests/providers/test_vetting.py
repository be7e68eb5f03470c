"""Cleared or not on a day: examples, and what holds for any facts whatever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.provider import Check, Duty, ProviderKind, Requirement, VettingFacts
from domain.text import day_in_words
from providers.board import lines
from providers.vetting import (
    USUAL_POLICY,
    Clearance,
    ClearanceStatus,
    Demand,
    VettingPolicy,
    cleared_if_renewed,
    cleared_on,
    cleared_throughout,
    demands_on,
    months_after,
)

DAY = date(2026, 11, 2)
ONE = timedelta(days=1)
GRACE = UUID(int=1)
PAUL = UUID(int=2)


def in_order(kind: ProviderKind = ProviderKind.PRIVATE, *, teaches: bool = True) -> VettingFacts:
    """Everything that the usual policy asks, checked on the day itself."""
    blank = VettingFacts(kind, frozenset({GRACE}) if teaches else frozenset())
    checks = (
        Check(demand.item, None if demand.item.of_organisation else GRACE, DAY)
        for demand in demands_on(blank, GRACE, USUAL_POLICY)
    )
    return replace(blank, checks=tuple(checks))


def without(facts: VettingFacts, item: Requirement) -> VettingFacts:
    return replace(facts, checks=tuple(check for check in facts.checks if check.item is not item))


def having(facts: VettingFacts, check: Check) -> VettingFacts:
    return replace(facts, checks=(*facts.checks, check))


@pytest.mark.parametrize("kind", ProviderKind)
def test_a_specialist_of_whom_everything_holds_is_cleared(kind: ProviderKind) -> None:
    facts = in_order(kind)

    assert cleared_on(facts, GRACE, DAY, USUAL_POLICY).cleared
    assert not cleared_on(facts, GRACE, DAY - ONE, USUAL_POLICY).cleared


@pytest.mark.parametrize(
    ("kind", "item"),
    [(kind, demand.item) for kind in ProviderKind for demand in USUAL_POLICY.demands[kind]],
)
def test_each_requirement_is_missed_by_name(kind: ProviderKind, item: Requirement) -> None:
    clearance = cleared_on(without(in_order(kind), item), GRACE, DAY, USUAL_POLICY)

    assert not clearance.cleared
    assert [missing.item for missing in clearance.missing] == [item]
    assert clearance.missing[0].why == f"{item.label}: not checked"


def test_a_colleague_s_checks_clear_nobody_else() -> None:
    assert not cleared_on(in_order(), PAUL, DAY, USUAL_POLICY).cleared


def test_qualified_teacher_status_is_asked_of_teachers_only() -> None:
    asked = [demand.item for demand in demands_on(in_order(teaches=False), GRACE, USUAL_POLICY)]

    assert Requirement.QUALIFIED_TEACHER not in asked
    assert Requirement.ENHANCED_DBS in asked


def test_without_a_person_the_provider_s_own_requirements_count() -> None:
    facts = in_order()
    organisation = tuple(check for check in facts.checks if check.person is None)

    assert cleared_on(replace(facts, checks=organisation), None, DAY, USUAL_POLICY).cleared
    uninsured = without(facts, Requirement.PUBLIC_LIABILITY)
    assert not cleared_on(uninsured, None, DAY, USUAL_POLICY).cleared


def test_staff_of_other_employers_come_with_a_letter_instead_of_certificates() -> None:
    asked = [demand.item for demand in demands_on(in_order(ProviderKind.INTERNAL), GRACE, USUAL_POLICY)]

    assert Requirement.LETTER_OF_ASSURANCE in asked
    assert Requirement.ENHANCED_DBS not in asked


def test_the_end_of_the_first_check_to_end_is_the_end_of_the_clearance() -> None:
    facts = without(in_order(), Requirement.PUBLIC_LIABILITY)
    insured = having(facts, Check(Requirement.PUBLIC_LIABILITY, None, DAY, DAY + 30 * ONE))

    assert cleared_on(insured, GRACE, DAY, USUAL_POLICY).valid_to == DAY + 30 * ONE


def test_a_clearance_that_ends_before_the_work_does_is_none() -> None:
    facts = without(in_order(), Requirement.PUBLIC_LIABILITY)
    insured = having(facts, Check(Requirement.PUBLIC_LIABILITY, None, DAY, DAY + 30 * ONE))

    clearance = cleared_throughout(insured, GRACE, DAY, DAY + 31 * ONE, USUAL_POLICY)

    assert [missing.why for missing in clearance.missing] == [
        "Public liability insurance: valid until 2 December 2026 only"
    ]
    assert cleared_throughout(insured, GRACE, DAY, DAY + 30 * ONE, USUAL_POLICY).cleared


def test_a_renewal_that_follows_without_a_gap_keeps_the_clearance() -> None:
    item = Requirement.PUBLIC_LIABILITY
    insured = having(without(in_order(), item), Check(item, None, DAY, DAY + 30 * ONE))
    renewed = having(insured, Check(item, None, DAY + 31 * ONE))
    late = having(insured, Check(item, None, DAY + 32 * ONE))

    assert cleared_throughout(renewed, GRACE, DAY, DAY + 90 * ONE, USUAL_POLICY).cleared
    assert not cleared_throughout(late, GRACE, DAY, DAY + 90 * ONE, USUAL_POLICY).cleared


def test_a_check_that_ends_inside_the_work_is_to_be_renewed_and_not_missing() -> None:
    item = Requirement.PUBLIC_LIABILITY
    ends, first, last = DAY + 30 * ONE, DAY + 10 * ONE, DAY + 90 * ONE
    insured = having(without(in_order(), item), Check(item, None, DAY, ends))
    revoked = having(without(in_order(), item), Check(item, None, DAY, ends, revoked_on=DAY + 5 * ONE))
    exempt = having(without(in_order(), item), Check(item, None, DAY, ends, exempt=True))

    def asked(facts: VettingFacts, *, today: date = DAY, first: date = first) -> Clearance:
        return cleared_if_renewed(facts, GRACE, first, last, USUAL_POLICY, today=today)

    found = asked(insured)
    assert (found.status, found.valid_to) == (ClearanceStatus.ON_CONDITION, ends)
    assert str(found) == f"Renew by {day_in_words(ends)}: Public liability insurance"
    assert asked(insured, first=ends + ONE).conditions == found.conditions
    assert asked(having(insured, Check(item, None, ends + ONE))).status is ClearanceStatus.CLEARED
    assert asked(insured, today=ends).cleared
    assert [asked(insured, today=ends + ONE, first=ends + ONE).status, asked(insured, today=ends + ONE).cleared] == [
        ClearanceStatus.EXPIRED,
        False,
    ]
    assert [asked(each).cleared for each in (revoked, exempt, without(in_order(), item))] == [False, False, False]
    assert asked(revoked, first=DAY + 5 * ONE).status is ClearanceStatus.REVOKED


def test_the_renewal_of_what_ends_soon_is_due() -> None:
    item = Requirement.PUBLIC_LIABILITY
    insured = having(without(in_order(), item), Check(item, None, DAY, DAY + 31 * ONE))
    reminding = replace(USUAL_POLICY, renewal_days=30)

    assert cleared_on(insured, GRACE, DAY, reminding).status is ClearanceStatus.CLEARED
    due = cleared_on(insured, GRACE, DAY + ONE, reminding)
    assert (due.status, str(due)) == (
        ClearanceStatus.RENEWAL_DUE,
        f"Renew by {day_in_words(DAY + 31 * ONE)}: Public liability insurance",
    )


def test_insurance_of_which_nobody_told_the_end_is_good_for_a_year_under_any_policy() -> None:
    item = Requirement.PUBLIC_LIABILITY
    facts = VettingFacts(ProviderKind.PRIVATE, checks=(Check(item, None, DAY),))
    own = VettingPolicy("own", {ProviderKind.PRIVATE: (Demand(item),)})

    assert [cleared_on(facts, GRACE, day, own).cleared for day in (DAY + 364 * ONE, DAY + 365 * ONE)] == [True, False]


@pytest.mark.parametrize(
    ("duty", "item"),
    [
        (Duty.MANAGES, Requirement.SECTION_128),
        (Duty.EARLY_YEARS, Requirement.CHILDCARE_DISQUALIFICATION),
        (Duty.LIVED_ABROAD, Requirement.OVERSEAS_CHECK),
    ],
)
@pytest.mark.parametrize("kind", ProviderKind)
def test_what_a_duty_calls_for_is_asked_of_those_who_have_it_where_no_employer_assures_it(
    kind: ProviderKind, duty: Duty, item: Requirement
) -> None:
    facts = replace(in_order(kind), duties=frozenset({(GRACE, duty)}))
    is_assured = any(each.item is Requirement.LETTER_OF_ASSURANCE for each in USUAL_POLICY.demands[kind])

    assert [missing.item for missing in cleared_on(facts, GRACE, DAY, USUAL_POLICY).missing] == (
        [] if is_assured else [item]
    )
    assert cleared_on(having(facts, Check(item, GRACE, DAY)), GRACE, DAY, USUAL_POLICY).cleared
    assert cleared_on(in_order(kind), GRACE, DAY, USUAL_POLICY).cleared


@pytest.mark.parametrize(
    ("check", "status", "why"),
    [
        (Check(Requirement.IDENTITY, GRACE, DAY - 9 * ONE, DAY - ONE), "Expired", "expired on 1 November 2026"),
        (
            Check(Requirement.IDENTITY, GRACE, DAY - 9 * ONE, DAY - ONE, exempt=True),
            "Expired",
            "exemption ended on 1 November 2026",
        ),
        (Check(Requirement.IDENTITY, GRACE, DAY - 9 * ONE, revoked_on=DAY), "Revoked", "revoked on 2 November 2026"),
        (
            Check(Requirement.IDENTITY, GRACE, DAY - 9 * ONE, revoked_on=DAY - ONE),
            "Revoked",
            "revoked on 1 November 2026",
        ),
        (Check(Requirement.IDENTITY, GRACE, DAY + ONE), "Not checked", "not checked before 3 November 2026"),
    ],
)
def test_the_status_and_the_reason_say_what_happened(check: Check, status: str, why: str) -> None:
    facts = having(without(in_order(), Requirement.IDENTITY), check)

    assert [missing.why for missing in cleared_on(facts, GRACE, DAY, USUAL_POLICY).missing] == [
        f"Proof of identity: {why}"
    ]
    (line,) = (each for each in lines(facts, [GRACE], DAY, USUAL_POLICY) if each.item is Requirement.IDENTITY)
    assert (line.status.label, line.why) == (status, f"Proof of identity: {why}")


def test_a_check_is_good_for_as_long_as_the_policy_says_and_no_longer() -> None:
    facts = VettingFacts(ProviderKind.INTERNAL, checks=(Check(Requirement.ENHANCED_DBS, GRACE, DAY),))
    yearly = VettingPolicy("yearly", {ProviderKind.INTERNAL: (Demand(Requirement.ENHANCED_DBS, months=12),)})

    assert cleared_on(facts, GRACE, date(2027, 11, 1), yearly).cleared
    assert not cleared_on(facts, GRACE, date(2027, 11, 2), yearly).cleared


def test_a_new_policy_leaves_past_clearance_as_it_was() -> None:
    facts = in_order(ProviderKind.INTERNAL)
    stricter = VettingPolicy("vetting-2", {ProviderKind.INTERNAL: (Demand(Requirement.ENHANCED_DBS),)})

    assert cleared_on(facts, GRACE, DAY, USUAL_POLICY).cleared
    assert not cleared_on(facts, GRACE, DAY, stricter).cleared


def test_months_end_where_the_shorter_month_does() -> None:
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2026, 12, 5), 1) == date(2027, 1, 5)
    assert months_after(date(2026, 8, 31), 3) == date(2026, 11, 30)
    assert months_after(date(2026, 12, 31), 12) == date(2027, 12, 31)


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def checks(draw: st.DrawFn) -> Check:
    item = draw(st.sampled_from(list(Requirement)))
    from_ = draw(days)
    return Check(
        item,
        None if item.of_organisation else draw(st.sampled_from([GRACE, PAUL])),
        from_,
        expires=draw(st.none() | st.dates(from_, date(2029, 12, 31))),
        exempt=draw(st.booleans()),
        revoked_on=draw(st.none() | days),
    )


facts_in_order = st.sampled_from([in_order(kind) for kind in ProviderKind])
days_of_clearance = st.dates(DAY, DAY + 364 * ONE)
"""The shortest checks of the usual policy count for a year."""

facts_near_clearance = st.builds(
    lambda facts, gone, more: replace(without(facts, gone), checks=(*without(facts, gone).checks, *more)),
    facts_in_order,
    st.sampled_from(list(Requirement)),
    st.lists(checks(), max_size=12),
)


@given(facts_in_order, checks(), days_of_clearance, days_of_clearance)
def test_one_more_check_never_costs_anybody_their_clearance(
    facts: VettingFacts, more: Check, one: date, other: date
) -> None:
    first, last = sorted((one, other))

    assert cleared_throughout(facts, GRACE, first, last, USUAL_POLICY).cleared
    assert cleared_throughout(having(facts, more), GRACE, first, last, USUAL_POLICY).cleared


@given(facts_near_clearance, days, days)
def test_cleared_throughout_is_cleared_on_every_day(facts: VettingFacts, one: date, other: date) -> None:
    first, last = min(one, other), min(max(one, other), min(one, other) + 60 * ONE)
    every = (first + n * ONE for n in range((last - first).days + 1))

    assert cleared_throughout(facts, GRACE, first, last, USUAL_POLICY).cleared == all(
        cleared_on(facts, GRACE, day, USUAL_POLICY).cleared for day in every
    )


@given(facts_near_clearance, days)
def test_a_clearance_holds_to_its_last_day_and_not_a_day_longer_without_an_exemption(
    facts: VettingFacts, day: date
) -> None:
    clearance = cleared_on(facts, GRACE, day, USUAL_POLICY)

    if clearance.valid_to is not None:
        assert cleared_throughout(facts, GRACE, day, clearance.valid_to, USUAL_POLICY).cleared
        after = cleared_on(facts, GRACE, clearance.valid_to + ONE, USUAL_POLICY)
        assert not after.cleared or after.exempt


@given(days, st.booleans())
def test_nobody_is_cleared_the_day_after_a_check_or_exemption_ends(ends: date, exempt: bool) -> None:
    only_identity = VettingPolicy("identity", {ProviderKind.PRIVATE: (Demand(Requirement.IDENTITY),)})
    check = Check(Requirement.IDENTITY, GRACE, date(2023, 1, 1), ends, exempt=exempt)
    facts = VettingFacts(ProviderKind.PRIVATE, checks=(check,))

    assert cleared_on(facts, GRACE, ends, only_identity).cleared
    assert not cleared_on(facts, GRACE, ends + ONE, only_identity).cleared


def test_an_exemption_is_said_wherever_a_clearance_rests_on_it_and_never_where_the_check_holds() -> None:
    def on(*checks: Check, last: date = DAY) -> Clearance:
        one = VettingPolicy("one", {ProviderKind.PRIVATE: (Demand(Requirement.IDENTITY),)})
        return cleared_throughout(VettingFacts(ProviderKind.PRIVATE, checks=checks), GRACE, DAY, last, one)

    later, end = DAY + 5 * ONE, DAY + 9 * ONE
    exemption = Check(Requirement.IDENTITY, GRACE, DAY, end, exempt=True, decided_in="DN-2026-0004")
    recorded_before = Check(Requirement.IDENTITY, GRACE, DAY, end, exempt=True)
    check = Check(Requirement.IDENTITY, GRACE, DAY, later)
    for checks, last, status in (
        ((check,), DAY, ClearanceStatus.CLEARED),
        ((check, exemption), later, ClearanceStatus.CLEARED),
        ((check, exemption), end, ClearanceStatus.EXEMPT),
        ((exemption,), DAY, ClearanceStatus.EXEMPT),
        ((), DAY, ClearanceStatus.NOT_CLEARED),
    ):
        assert on(*checks, last=last).status is status
    assert on(check, exemption).valid_to == later
    assert str(on(exemption)) == f"Exempt until {day_in_words(end)} (DN-2026-0004): Proof of identity"
    assert str(on(recorded_before)) == f"Exempt until {day_in_words(end)}: Proof of identity"
    assert str(on(check)) == f"Cleared until {day_in_words(later)}"
    assert str(on()) == "Proof of identity: not checked"
