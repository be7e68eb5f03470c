"""The authority's name and its dated settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from flask import Flask

from domain.authority import AUTHORITY, Authority, NeedCategory, Retention, Settings, VettingDemand
from domain.calendar import Term
from domain.person import Person
from domain.vocabulary import Channel, Role
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY, signed
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import day
from web.accounts import sessions
from web.runtime.services import Services
from web.settings_pages.schemas import SettingsOut, TheSettings

CHANGE = "/settings/authority/change"
LATER = date(2027, 1, 4)


def read(sample: SampleAuthority) -> Authority:
    return sample.services.service.find(Authority, AUTHORITY)


def answers(**changed: Any) -> dict[str, Any]:
    """The form as a browser fills it with the service's own settings, and what is changed."""
    usual = {
        "colour": "#1d4f71",
        "contact_email": "",
        "writing_days": "10",
        "served_types": ["Community school", "Academy converter"],
        "response_days": "10",
        "presentation_days": "60",
        "assessment_days": "10",
        "decision_days": "10",
        "information_days": "10",
        "exemption_days": "20",
        "evaluation_days": "20",
        "closing_days": "10",
        "need_categories-0-code": "A",
        "need_categories-0-label": "Self-sustaining",
        "need_categories-0-core_visits": "1",
        "vat_percent": "20",
        "approval_ceiling": "5000.00",
        **day("from", LATER),
        "reason": "Agreed by the schools forum",
    }
    return {**usual, **changed}


def test_whatever_does_anything_is_asked_for() -> None:
    """What the form left out, a change would set back to the usual without a word; how long records are kept, by
    which nothing is done yet, stays as it is. The scheme of delegation and the list of subjects have forms of their
    own."""
    asked = TheSettings().load_fields.keys()
    assert {each.name for each in fields(Settings)} == asked | {"retention", "delegation", "subjects"}


def test_what_nothing_acts_on_is_not_offered_and_stays_as_it_was_set(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    four = (NeedCategory("A", "Self-sustaining", 1, 4),)
    once = Settings(need_categories=four, retention=(Retention("visit", 33),))
    with signed():
        sample.services.service.change(
            Authority, AUTHORITY, lambda authority: authority.change_settings(once, from_=TODAY, reason="Agreed")
        )
    administrator = sample.administrator()

    page = sign_in(administrator).get("/settings/authority") + sign_in(administrator).get(CHANGE)
    assert "xtra visits" not in page
    assert "How long records are kept" not in page
    sign_in(administrator).send(CHANGE, answers(response_days="15", **{"need_categories-0-label": "Does well"}))
    program(administrator).post("/settings/authority/change", body(sample), key="change-03", at='"3"')

    settings, _ = read(sample).settings_on(LATER)
    assert settings.retention == (Retention("visit", 33),)
    assert [each.extra_visits for each in settings.need_categories] == [4]


def body(sample: SampleAuthority, **changed: Any) -> dict[str, Any]:
    """The settings in force as a program sends them back, and what is changed."""
    in_force, _ = read(sample).settings_on(TODAY)
    dumped = SettingsOut().dump(in_force)
    return {**dumped, "contact_email": "help@wexmoor.example", "from": "2027-01-04", "reason": "Agreed", **changed}


def test_the_settings_of_today_stand_on_the_page(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(sample.administrator())

    assert browser.client.get("/settings/").headers["Location"] == "/settings/authority"
    page = browser.get("/settings/authority")

    for told in ("Wexmoor Council", "10 working days", "Targeted support", "£5,000", "Autumn term 2026/27"):
        assert told in page
    assert "The usual requirements apply" in page


def test_a_change_is_in_force_from_its_day(
    sample: SampleAuthority, clock: Clock, sign_in: Callable[..., Browser]
) -> None:
    administrator = sample.administrator()
    browser = sign_in(administrator)

    response = browser.send(CHANGE, answers(response_days="15"))

    assert response.headers["Location"] == "/settings/authority"
    page = browser.get("/settings/authority")
    assert "10 working days" in page
    assert "To come" in page
    clock.go_to(LATER)
    later = sign_in(administrator).get("/settings/authority")
    assert "15 working days" in later
    assert "settings-1" in later


@pytest.mark.parametrize(("typed", "shown"), [("20", "20"), ("20.00", "20"), ("17.5", "17.5")])
def test_the_rate_of_vat_looks_the_same_before_and_after_a_change_of_something_else(
    sample: SampleAuthority, sign_in: Callable[..., Browser], typed: str, shown: str
) -> None:
    browser = sign_in(sample.administrator())
    browser.send(CHANGE, answers(vat_percent=typed, response_days="12", **day("from", TODAY)))

    assert f"{shown}%" in browser.get("/settings/authority")
    assert re.findall(r'<input[^>]*name="vat_percent"[^>]*\bvalue="([^"]*)"', browser.get(CHANGE)) == [shown]


def test_a_check_valid_for_a_month_is_told_in_the_singular(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    sample.put_in_force(Settings(vetting=(VettingDemand("private", "enhanced_dbs", months=1),)))

    page = sign_in(sample.administrator()).get("/settings/authority")
    assert "1 month" in page
    assert "1 months" not in page


def test_rows_are_taken_in_their_order(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    more = {
        "need_categories-1-code": "B",
        "need_categories-1-label": "Help",
        "need_categories-1-core_visits": "2",
        "terms-0-academic_year": "2027",
        "terms-0-term": "autumn",
        **day("terms-0-begins", date(2027, 9, 6)),
        **day("terms-0-ends", date(2027, 12, 17)),
        "vetting-0-provider_kind": "private",
        "vetting-0-requirement": "enhanced_dbs",
        "vetting-0-months": "36",
        "vetting-0-of_teachers": "yes",
        "matching_weights-0-criterion": "ratings",
        "matching_weights-0-weight": "50",
    }

    sign_in(sample.administrator()).send(CHANGE, answers(**more))

    settings, name = read(sample).settings_on(LATER)
    assert name == "settings-1"
    assert settings.need_categories == (NeedCategory("A", "Self-sustaining", 1, 0), NeedCategory("B", "Help", 2, 1))
    assert [(term.term, term.begins) for term in settings.terms] == [(Term.AUTUMN, date(2027, 9, 6))]
    assert (settings.vetting[0].requirement, settings.vetting[0].months) == ("enhanced_dbs", 36)
    assert settings.vetting[0].of_teachers
    assert (settings.matching_weights[0].criterion, settings.matching_weights[0].weight) == ("ratings", 50)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"colour": "blue"}, "Enter a colour, for example #1d4f71"),
        ({"response_days": "0"}, "response_days"),
        ({"evaluation_days": "0"}, "evaluation_days"),
        ({"need_categories-0-code": ""}, "need_categories-0-code"),
        ({"vat_percent": "101"}, "vat_percent"),
        ({"approval_ceiling": "-5"}, "approval_ceiling"),
        ({"reason": ""}, "reason"),
        ({"contact_email": "nobody"}, "contact_email"),
    ],
)
def test_what_cannot_be_used_is_named_and_kept(
    sample: SampleAuthority, sign_in: Callable[..., Browser], changed: dict[str, str], told: str
) -> None:
    page = sign_in(sample.administrator()).send(CHANGE, answers(**changed), status=422).text

    assert "There is a problem" in page
    assert told in page.split("</h2>", 1)[1][:1500]
    assert read(sample).versions == []


def test_a_rule_of_the_authority_stands_beside_its_rows(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    twice = {
        "need_categories-1-code": "A",
        "need_categories-1-label": "Again",
        "need_categories-1-core_visits": "1",
    }

    page = sign_in(sample.administrator()).send(CHANGE, answers(**twice), status=422).text

    assert "Give each level of support its own code" in page


def test_settings_that_stay_as_they_are_are_no_version(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    refused = program(sample.administrator()).post(
        "/settings/authority/change", body(sample, contact_email=""), key="no-change", at='"1"', status=422
    )

    assert refused.json is not None
    assert refused.json["type"].endswith("#nothing-changed")


@pytest.mark.parametrize("wrong", [[], "settings", None, 7])
def test_a_body_that_is_no_object_is_refused(
    sample: SampleAuthority, program: Callable[..., Program], wrong: Any
) -> None:
    program(sample.administrator()).post("/settings/authority/change", wrong, key="no-object", at='"1"', status=422)


def test_the_names_are_changed(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(sample.administrator())
    names = {"name": "Wexmoor City Council", "la_code": "398", "service_name": "Schools together"}

    browser.send("/settings/authority/rename", names)

    assert "Wexmoor City Council" in browser.get("/settings/authority")
    assert "Schools together" in browser.get("/schools/")
    browser.send("/settings/authority/rename", {**names, "la_code": "39"}, status=422)


def test_a_database_without_an_authority_is_given_one(app: Flask, services: Services) -> None:
    """A database into which a register was imported has schools, but nobody has named its authority yet."""

    def register() -> Person:
        person = Person.register("PE-2026-0001", name="Ada Admin")
        person.take_post(Role.ADMINISTRATOR, from_=TODAY)
        return person

    with services.acting(None, "administrator", Channel.COMMAND_LINE):
        administrator = services.service.add(register)
    with services.write() as connection:
        cookie = sessions.begin(connection, administrator.id, services.now())
    client = app.test_client()
    client.set_cookie(sessions.COOKIE, cookie)
    browser = Browser(client)
    names = {"name": "Wexmoor Council", "la_code": "399", "service_name": "Improvement"}

    assert "The authority has no name yet" in browser.get("/settings/")
    browser.get("/settings/authority", 404)
    browser.send("/settings/begin", names)

    assert "Wexmoor Council" in browser.get("/settings/authority")
    assert "already has a name" in browser.get("/settings/begin", status=409)


def test_only_administrators_keep_settings(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    for person in (sample.director(), sample.reviewer(), sample.broker(), sample.headteacher(sample.school())):
        browser = sign_in(person)
        browser.get("/settings/", 403)
        browser.get("/settings/authority", 403)
        browser.get(CHANGE, 403)
        browser.get("/settings/begin", 403)


def test_programs_read_and_change_the_settings(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    api = program(sample.administrator())

    api.post("/settings/authority/change", body(sample), key="change-01", at='"1"')
    shown = api.get("/settings/authority")

    assert shown.headers["ETag"].startswith('"2-')
    assert shown.json is not None
    assert shown.json["versions"][0]["from"] == "2027-01-04"
    assert shown.json["versions"][0]["status"] == "to_come"
    assert shown.json["in_force_version"] == "settings-0"
    assert shown.json["in_force"]["writing_days"] == Settings().writing_days
    assert shown.json["versions"][0]["settings"]["contact_email"] == "help@wexmoor.example"
    api.post("/settings/authority/change", body(sample, response_days=9), key="change-02", at='"1"', status=412)
    api.get("/settings/nothing", 404)


def test_which_schools_the_service_works_with_is_a_setting_from_a_day_on(
    sample: SampleAuthority, clock: Clock, sign_in: Callable[..., Browser]
) -> None:
    sample.school("Ashgrove", school_type="Community school")
    sample.school("Wexmoor Grammar", school_type="Other independent school")
    administrator = sample.administrator()
    page = sign_in(administrator).get("/settings/authority")
    assert "1 school we work with, 1 other (1 of types we do not work with)" in page
    assert "Open establishments of other types" in page

    chosen = answers(served_types=["Other independent school", "Community school"])
    sign_in(administrator).send("/settings/authority/change", chosen)
    assert "1 school we work with" in sign_in(administrator).get("/settings/authority")
    clock.go_to(LATER)
    assert "2 schools we work with, 0 others" in sign_in(administrator).get("/settings/authority")


def test_a_change_that_names_no_served_types_leaves_them(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    administrator = sample.administrator()
    browser, api = sign_in(administrator), program(administrator)
    browser.send(CHANGE, answers(served_types=["Community school"]))
    first = body(sample, response_days=12, **{"from": "2027-02-01"})
    del first["served_types"]
    api.post("/settings/authority/change", first, key="leave-types", at='"2"')
    browser.send(CHANGE, answers(served_types=[], response_days="14", **day("from", date(2027, 3, 1))))

    in_force, _ = read(sample).settings_on(date(2027, 3, 1))
    assert (in_force.response_days, in_force.served_types) == (14, ("Community school",))
    assert read(sample).settings_on(date(2027, 2, 1))[0].served_types == ("Community school",)
    none = body(sample, served_types=[], response_days=13)
    api.post("/settings/authority/change", none, key="no-types", at='"4"', status=422)
