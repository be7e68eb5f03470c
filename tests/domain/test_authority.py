"""An authority and the versions of its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.aggregate import ReasonNeeded
from domain.authority import (
    AUTHORITY,
    Authority,
    NeedCategory,
    NotASetting,
    NothingChanged,
    Retention,
    Settings,
    VersionState,
    VettingDemand,
    Weight,
)
from domain.authority.record import OthersDecide, SchemeNeverBack
from domain.calendar import Term, TermDates, default_terms
from domain.delegation import COMMON_SCHEME, Act, Decider, Granted, NotCovered
from domain.vocabulary import Role
from tests.grants import DECISION, change_scheme
from tests.scenario import TODAY, given, signed

LAST_YEAR, NEXT_YEAR = date(2025, 9, 1), date(2027, 9, 1)
AUTUMN = TermDates(2026, Term.AUTUMN, date(2026, 9, 2), date(2026, 12, 18))


def an_authority() -> Authority:
    with signed():
        return Authority.begin(name="Wexmoor", la_code="399", service_name="School Improvement Service")


def change(from_: date = TODAY, reason: str = "Agreed by the board", **changes: Any) -> Callable[[Authority], str]:
    return lambda authority: authority.change_settings(
        replace(authority.settings_on(from_)[0], **changes), from_=from_, reason=reason
    )


TOMORROW = date(2026, 11, 3)


def decided(from_: date = TOMORROW, **changes: Any) -> Callable[[Authority], str]:
    """The same by those who decide on it."""
    return lambda authority: change_scheme(
        authority, replace(authority.settings_on(from_)[0], **changes), from_=from_
    )


def set_up(from_: date = TOMORROW, *, unfilled: tuple[Decider, ...], **changes: Any) -> Callable[[Authority], str]:
    """The same while nobody has held a post that decides on it."""
    return lambda authority: authority.set_up_scheme(
        replace(authority.settings_on(from_)[0], **changes), from_=from_, reason="As agreed", unfilled=unfilled
    )


BY_OTHERS = {
    "approval_ceiling": Decimal(90000),
    "exemption_days": 250,
    "vetting": (VettingDemand("private", "first_reference"),),
    "delegation": (replace(COMMON_SCHEME[2], up_to=Decimal(90000)),),
}


@pytest.mark.parametrize("name", BY_OTHERS)
def test_nobody_changes_alone_by_what_others_decide_or_people_are_kept_safe(name: str) -> None:
    given(an_authority()).when(change(TOMORROW, **{name: BY_OTHERS[name]})).then_refused(OthersDecide)
    given(an_authority()).when(decided(**{name: BY_OTHERS[name]})).then(Authority.SchemeChanged, from_=TOMORROW)


@pytest.mark.parametrize("name", BY_OTHERS)
@pytest.mark.parametrize("day", [TODAY, LAST_YEAR])
def test_the_scheme_is_never_changed_for_a_day_that_has_come(name: str, day: date) -> None:
    given(an_authority()).when(decided(day, **{name: BY_OTHERS[name]})).then_refused(SchemeNeverBack, field="from_")
    given(an_authority()).when(set_up(day, unfilled=(Decider.DIRECTOR,), **{name: BY_OTHERS[name]})).then_refused(
        SchemeNeverBack, field="from_"
    )


def test_the_scheme_is_changed_by_a_decision_on_that_and_no_other() -> None:
    other = Granted(DECISION, Act.APPROVE_SPENDING, AUTHORITY)
    given(an_authority()).when(
        lambda it: it.change_scheme(Settings(exemption_days=5), from_=TOMORROW, reason="So", granted=other)
    ).then_refused(NotCovered)


def test_it_is_set_up_while_nobody_has_held_a_post_that_decides_and_says_so() -> None:
    authority = an_authority()
    given(authority).when(set_up(unfilled=(), exemption_days=5)).then_refused(OthersDecide)
    given(authority).when(set_up(unfilled=(Decider.DIRECTOR, Decider.CHIEF_OFFICER), exemption_days=5)).then(
        Authority.SchemeSetUp
    )
    (event,) = [each for each in authority.pending if isinstance(each, Authority.SchemeSetUp)]
    assert event.undecided == "Nobody has been a director or a chief officer yet, so nobody was asked"


def test_what_was_set_for_a_later_day_leaves_standing_what_was_decided_since_for_an_earlier_one() -> None:
    given(an_authority()).when(change(NEXT_YEAR, response_days=15)).when(decided(approval_ceiling=Decimal(100))).then(
        Authority.SchemeChanged
    ).then_holds(
        lambda authority: (
            [
                (settings.response_days, settings.approval_ceiling)
                for settings, _ in map(authority.settings_on, (TOMORROW, NEXT_YEAR))
            ]
            == [(10, Decimal(100)), (15, Decimal(100))]
        )
    )


def test_there_is_one_authority() -> None:
    assert an_authority().id == AUTHORITY


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("la_code", "35"), ("la_code", "Salford"), ("service_name", "")]
)
def test_an_authority_has_its_names_and_code(field: str, value: str) -> None:
    names = {"name": "Salford", "la_code": "355", "service_name": "School Improvement Service", field: value}

    given(an_authority()).when(lambda authority: authority.rename(**names)).then_refused(NotASetting, field=field)


def test_an_authority_may_be_renamed() -> None:
    given(an_authority()).when(
        lambda authority: authority.rename(name="Wexmoor and Lune", la_code="398", service_name="Learning")
    ).then(Authority.Named, name="Wexmoor and Lune", la_code="398")


def test_without_changes_the_defaults_are_in_force() -> None:
    assert an_authority().settings_on(TODAY) == (Settings(), "settings-0")


def test_changed_settings_are_in_force_from_their_day_and_the_others_stay() -> None:
    given(an_authority()).when(change(response_days=15)).then(
        Authority.SettingsChanged, changed=("response days",), from_=TODAY, reason="Agreed by the board"
    ).then_holds(
        lambda authority: (
            authority.settings_on(TODAY) == (Settings(response_days=15), "settings-1")
            and authority.settings_on(date(2026, 11, 1)) == (Settings(), "settings-0")
        )
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"response_days": 15}, "days to respond to a record of visit from 10 to 15"),
        ({"vat_percent": Decimal("17.5")}, "VAT percentage from 20% to 17.5%"),
        ({"contact_email": "help@wexmoor.example"}, "contact email address from none to help@wexmoor.example"),
        (
            {"response_days": 15, "terms": (AUTUMN,), "colour": "#aa0000"},
            "colour; days to respond to a record of visit from 10 to 15; terms",
        ),
    ],
)
def test_a_change_of_settings_says_what_they_were_and_are(changed: dict[str, Any], told: str) -> None:
    authority = an_authority()
    with signed():
        change(TODAY, **changed)(authority)
    event = authority.pending[-1]
    assert isinstance(event, Authority.SettingsChanged)
    assert event.changes == told


def test_a_change_of_the_scheme_says_what_it_was_and_is_and_who_was_not_there_to_decide() -> None:
    authority = an_authority()
    with signed():
        vetting = (VettingDemand("private", "enhanced_dbs", months=36, of_teachers=True),)
        settings = Settings(approval_ceiling=Decimal(7500), vetting=vetting)
        change_scheme(authority, settings, from_=TOMORROW, unfilled=(Decider.CHIEF_OFFICER,))
    event = authority.pending[-1]
    assert isinstance(event, Authority.SchemeChanged)
    assert event.changes == (
        "vetting requirements from the usual ones to private: enhanced dbs, for 36 months, of teachers; "
        "spending that a broker may approve from £5,000 to £7,500"
    )
    assert event.not_asked == "Nobody has been a chief officer yet"


def test_a_change_that_did_not_keep_what_was_before_says_what_is_now() -> None:
    event = Authority.SettingsChanged(
        settings_version=1,
        from_=TODAY,
        changed=("response days", "vetting"),
        settings=Settings(response_days=15),
    )
    assert event.changes == "days to respond to a record of visit to 15; vetting requirements to the usual ones"


def test_settings_may_be_changed_ahead() -> None:
    given(an_authority()).when(change(NEXT_YEAR, vat_percent=Decimal("17.5"))).then(
        Authority.SettingsChanged
    ).then_holds(
        lambda authority: (
            [authority.settings_on(day)[1] for day in (TODAY, NEXT_YEAR)] == ["settings-0", "settings-1"]
        )
    )


def test_what_is_decided_today_for_a_later_day_happened_today() -> None:
    authority = an_authority()
    with signed():
        change(NEXT_YEAR, vat_percent=Decimal("17.5"))(authority)
    assert authority.pending[-1].meta.occurred_on == TODAY


def test_a_change_dated_back_leaves_later_versions_in_force() -> None:
    given(an_authority()).when(change(TODAY, response_days=15)).when(change(LAST_YEAR, response_days=20)).then(
        Authority.SettingsChanged
    ).then_holds(
        lambda authority: (
            [authority.settings_on(day)[1] for day in (LAST_YEAR, TODAY)] == ["settings-2", "settings-1"]
        )
    )


def test_a_version_whose_day_another_took_is_replaced_and_never_was_in_force() -> None:
    given(an_authority()).when(change(NEXT_YEAR, response_days=15)).when(change(NEXT_YEAR, response_days=12)).then(
        Authority.SettingsChanged
    ).then_holds(
        lambda authority: (
            [authority.state_of(version, day) for version in authority.versions for day in (TODAY, NEXT_YEAR)]
            == [
                VersionState.REPLACED,
                VersionState.REPLACED,
                VersionState.TO_COME,
                VersionState.IN_FORCE,
            ]
        )
    )


def test_a_first_holder_is_told_by_name_and_post_and_the_settings_stay() -> None:
    person = uuid4()
    given(an_authority()).when(lambda it: it.appoint_first_holder(person, Role.DIRECTOR)).then(
        Authority.FirstHolderAppointed, person=person, role=Role.DIRECTOR
    ).then_holds(lambda authority: authority.settings_on(TODAY) == (Settings(), "settings-0"))


def test_the_same_names_are_no_change() -> None:
    authority = an_authority()
    names = {"name": authority.name, "la_code": authority.la_code, "service_name": authority.service_name}
    given(authority).when(lambda it: it.rename(**names)).then_refused(NothingChanged)


def test_of_two_versions_of_one_day_the_later_is_in_force() -> None:
    given(an_authority()).when(change(response_days=15)).when(change(response_days=12)).then(
        Authority.SettingsChanged
    ).then_holds(lambda authority: authority.settings_on(TODAY)[0].response_days == 12)


def test_the_same_settings_are_no_new_version() -> None:
    given(an_authority()).when(change(response_days=10)).then_refused(NothingChanged)


def test_settings_are_not_changed_without_a_reason() -> None:
    given(an_authority()).when(change(reason="", response_days=15)).then_refused(ReasonNeeded, field="reason")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "blue"),
        ("response_days", 0),
        ("presentation_days", -1),
        ("writing_days", 0),
        ("served_types", ()),
        ("assessment_days", 0),
        ("decision_days", 0),
        ("information_days", 0),
        ("evaluation_days", 0),
        ("closing_days", 0),
        ("need_categories", ()),
        ("need_categories", (NeedCategory("A", "Light", 1, 0), NeedCategory("A", "Heavy", 1, 2))),
        ("need_categories", (NeedCategory("A", "None at all", 0, 0),)),
        ("terms", (replace(AUTUMN, ends=date(2026, 9, 1)),)),
        ("terms", (replace(AUTUMN, half_term_begins=date(2026, 10, 26)),)),
        ("terms", (replace(AUTUMN, half_term_begins=date(2026, 12, 14), half_term_ends=date(2026, 12, 21)),)),
        ("terms", (AUTUMN, TermDates(2026, Term.SPRING, date(2026, 12, 18), date(2027, 3, 26)))),
        ("vat_percent", Decimal(101)),
        ("vat_percent", Decimal("NaN")),
        ("approval_ceiling", Decimal(-1)),
        ("matching_weights", (Weight("distance", -1),)),
        ("retention", (Retention("visit", 0),)),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(field: str, value: object) -> None:
    given(an_authority()).when(change(**{field: value})).then_refused(NotASetting, field=field)


def test_terms_as_set_count_and_the_published_rule_elsewhere() -> None:
    settings = Settings(terms=(AUTUMN,))

    assert settings.terms_of(2026) == (AUTUMN,)
    assert settings.terms_of(2027) == default_terms(2027)


def test_a_need_category_is_found_by_its_code() -> None:
    category = Settings().category("C")

    assert category is not None
    assert (category.core_visits, category.extra_visits) == (1, 3)
    assert Settings().category("Z") is None


def test_a_whole_policy_is_kept_as_it_was_set() -> None:
    given(an_authority()).when(
        decided(
            vetting=(VettingDemand("private", "enhanced_dbs", months=36, of_teachers=True),),
            matching_weights=(Weight("distance", 2),),
            terms=(AUTUMN,),
        )
    ).then(Authority.SchemeChanged, changed=("terms", "vetting", "matching weights"))
