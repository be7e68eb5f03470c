"""Visits on pages: planned by officers, with items from the school, until they are held or not made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.references import record_id
from domain.visit import Visit, VisitStatus
from domain.vocabulary import Side
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import HIDDEN, Browser, text_of
from tests.web.visits.conftest import Ashgrove, day

SOON = TODAY + timedelta(days=8)
ELSEWHERE = {"heard": "email", "evidence": "Email of today", **day("came_on", TODAY)}


def planned(officer: Browser, ashgrove: Ashgrove, on: date = SOON, **changes: str) -> str:
    """Plan a visit; returns the address of its page."""
    return officer.send("/visits/plan", ashgrove.plan(on, **changes)).headers["Location"]


def the_visit(sample: SampleAuthority, href: str) -> Visit:
    return sample.services.service.find(Visit, record_id(Visit.KIND, href.rsplit("/", 1)[-1]))


def test_an_officer_plans_a_visit_and_it_counts_for_its_term(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    page = officer.get(href)
    assert "Core visit to Ashgrove High School" in page
    assert "Tuesday 10 November 2026, 9:30am" in page
    assert "Autumn term 2026/27" in page
    assert "Celebrations and good practice" in page
    assert the_visit(sample, href).lead == ashgrove.officer


def test_the_school_of_the_address_is_chosen_and_oneself_the_first_visitor(
    officer: Browser, ashgrove: Ashgrove
) -> None:
    page = officer.get(f"/visits/plan?school={ashgrove.urn}")
    assert f'<option value="{ashgrove.urn}" selected>' in page
    assert f'<option value="{ashgrove.reference(ashgrove.officer)}" selected>' in page


def test_only_schools_that_one_may_visit_are_offered(
    ashgrove: Ashgrove, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    other = sample.school("Birch Primary School", phase="primary")
    page = sign_in(ashgrove.officer).get("/visits/plan")
    assert ashgrove.urn in page
    assert str(sample.urn(other)) not in page
    assert str(sample.urn(other)) in sign_in(sample.director()).get("/visits/plan")


def test_what_was_typed_is_kept_when_something_is_missing(officer: Browser, ashgrove: Ashgrove) -> None:
    response = officer.send("/visits/plan", ashgrove.plan(SOON, kind="", minutes="often"), status=422)
    assert "Select the type of visit" in response.text
    assert "Length of the visit in minutes must be a whole number" in response.text
    assert "Progress in mathematics" in response.text


def test_a_visit_is_not_planned_for_a_day_that_has_passed(officer: Browser, ashgrove: Ashgrove) -> None:
    response = officer.send("/visits/plan", ashgrove.plan(TODAY - timedelta(days=1)), status=422)
    assert "The date must be today or in the future" in response.text


def test_a_form_sent_twice_plans_one_visit(officer: Browser, ashgrove: Ashgrove) -> None:
    page = officer.get("/visits/plan")
    first = officer.send_page("/visits/plan", page, ashgrove.plan(SOON))
    again = officer.send_page("/visits/plan", page, ashgrove.plan(SOON))
    assert first.headers["Location"] == again.headers["Location"]
    officer.get("/visits/V-2026-0002", 404)


def test_the_side_of_an_agenda_item_follows_from_who_adds_it(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    head.send(f"{href}/add-agenda-item", {"kind": "school", "text": "Our choir"})
    officer.send(f"{href}/add-agenda-item", {"kind": "programme", "text": "Targets"})
    assert [item.side for item in the_visit(sample, href).items[1:]] == [Side.SCHOOL, Side.SERVICE]


def test_a_school_takes_off_its_own_items_alone(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    officer.send(f"{href}/add-agenda-item", {"kind": "programme", "text": "Targets"})
    head.send(f"{href}/add-agenda-item", {"kind": "school", "text": "Our choir"})
    refused = head.send(f"{href}/withdraw-agenda-item", {"number": "2"}, status=422)
    assert "Select the agenda item to remove" in refused.text
    head.send(f"{href}/withdraw-agenda-item", {"number": "3"})
    assert [item.text for item in the_visit(sample, href).items[1:]] == ["Targets"]


def test_the_headteacher_confirms_for_the_school(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    head.send(f"{href}/confirm", {"expected": "Headteacher and two governors"})
    assert the_visit(sample, href).status is VisitStatus.CONFIRMED
    assert "for the school" in officer.get(href)
    officer.get(f"{href}/confirm", status=403)


def test_a_day_recorded_as_agreed_says_so_everywhere_until_the_school_confirms_or_disowns_it(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href, other = planned(officer, ashgrove), planned(officer, ashgrove, SOON + timedelta(days=1))
    whose = {**ELSEWHERE, "on_behalf_of": ashgrove.reference(ashgrove.head)}
    officer.send(f"{href}/record-agreement", {**whose, "evidence": ""}, status=422)
    for each in (href, other):
        officer.send(f"{each}/record-agreement", whose)

    by_officer, by_head = f"recorded by {ashgrove.name(ashgrove.officer)}", f"by {ashgrove.name(ashgrove.head)}"
    said = f"{by_officer}; not yet confirmed {by_head}"
    page = " ".join(text_of(head.get(href)).split())
    assert f"The day is agreed, as {said}. Email, 2 November 2026. Evidence: Email of today" in page
    for browser in (officer, head):
        assert text_of(browser.get("/visits/")).count(said.replace("recorded", "Recorded")) == 2
    head.send(f"{href}/confirm", {})
    head.send(f"{other}/disown-agreement", {"reason": "Nobody asked us"})

    assert f"{by_officer}; confirmed {by_head}" in text_of(officer.get(href))
    assert f"The day is not agreed, as {by_officer}; disowned {by_head}" in text_of(officer.get(other))
    assert [the_visit(sample, each).status for each in (href, other)] == [
        VisitStatus.CONFIRMED,
        VisitStatus.PLANNED,
    ]


def test_a_confirmed_visit_sent_unchanged_records_nothing_and_is_not_asked_for_first(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    first = (
        f'<a class="govuk-button" role="button" draggable="false" data-module="govuk-button" href="{href}/confirm">'
    )
    assert first in head.get(href)
    head.send(f"{href}/confirm", {"expected": "Headteacher"})
    version = the_visit(sample, href).version

    head.send_page(f"{href}/confirm", head.get(f"{href}/confirm"), {"expected": "Headteacher"})

    assert the_visit(sample, href).version == version
    assert first not in head.get(href)
    assert f'href="{href}/confirm"' in head.get(href)


def test_a_headteacher_neither_plans_nor_cancels(head: Browser, officer: Browser, ashgrove: Ashgrove) -> None:
    href = planned(officer, ashgrove)
    head.get("/visits/plan", 403)
    head.get(f"{href}/cancel", 403)
    assert "Cancel visit" not in head.get(href)


def test_a_headteacher_of_another_school_does_not_see_the_visit(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    href = planned(officer, ashgrove)
    stranger = sign_in(sample.headteacher(sample.school("Birch High School"), "Bert Birch"))
    stranger.get(href, 404)
    assert "No visits" in stranger.get("/visits/")


def test_a_stale_page_tells_what_changed_and_keeps_what_was_typed(
    officer: Browser, head: Browser, ashgrove: Ashgrove
) -> None:
    href = planned(officer, ashgrove)
    page = officer.get(f"{href}/cancel")
    head.send(f"{href}/add-agenda-item", {"kind": "school", "text": "Our choir"})
    stale = officer.send_page(f"{href}/cancel", page, {"cause": "weather", "reason": "Snow is forecast"}, status=409)
    assert "added agenda item 2 for the school: Our choir" in stale.text
    assert "Snow is forecast" in stale.text
    officer.send_page(f"{href}/cancel", stale.text, {"cause": "weather", "reason": "Snow is forecast"})
    assert "Cancelled" in officer.get(href)


def test_a_visit_moved_to_another_day_has_to_be_confirmed_again(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    head.send(f"{href}/confirm", {})
    spring = date(2027, 1, 20)
    officer.send(f"{href}/reschedule", {**day("on", spring), "side": "school", "reason": "An inspection"})
    visit = the_visit(sample, href)
    assert (visit.status, visit.on, visit.term.value) == (VisitStatus.PLANNED, spring, "spring")
    assert "rescheduled the visit from 10 November 2026 to 20 January 2027" in text_of(officer.get(href))


def test_a_visit_keeps_its_confirmation_until_its_day_or_time_changes_and_the_new_time_is_named(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove)
    same = {**day("on", SOON), "side": "school", "reason": "A clash"}
    officer.send(f"{href}/reschedule", {**same, "starts_at": "09:30"})
    page = text_of(officer.get(href))
    assert "Nothing has changed" in page
    assert "rescheduled" not in page

    officer.send(f"{href}/reschedule", {**same, "starts_at": "10:45"})
    page = text_of(officer.get(href))
    assert "Visit rescheduled. It needs to be confirmed" in page
    assert "rescheduled the visit to 10 November 2026 at 10:45am at the school&#39;s request: A clash" in page
    assert "again" not in page


def test_other_visitors_are_sent_with_a_reason(officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority) -> None:
    href = planned(officer, ashgrove)
    director = sample.director()
    answers = {
        "visitors-0-person": ashgrove.reference(ashgrove.officer),
        "visitors-0-capacity": "officer",
        "visitors-1-person": ashgrove.reference(director),
        "visitors-1-capacity": "director",
        "lead": ashgrove.reference(director),
        "reason": "The head asked for her",
    }
    officer.send(f"{href}/change-visitors", answers)
    assert the_visit(sample, href).lead == director
    assert "Leads the visit" in officer.get(href)


@pytest.mark.parametrize(
    ("command", "done"), [("confirm", "Visit confirmed"), ("change-visitors", "Visitors changed")]
)
def test_what_was_recorded_is_confirmed_and_where_nothing_was_that_is_said(
    officer: Browser, head: Browser, ashgrove: Ashgrove, sample: SampleAuthority, command: str, done: str
) -> None:
    address, officer = planned(officer, ashgrove), {"confirm": head}.get(command, officer)
    form, lead = f"{address}/{command}", ashgrove.reference(sample.director())
    answers = {
        "confirm": {"expected": "Headteacher"},
        "change-visitors": {
            "visitors-0-person": lead,
            "visitors-0-capacity": "director",
            "lead": lead,
            "reason": "The head asked for her",
        },
    }[command]

    page = officer.get(form)
    officer.send_page(form, page, answers)
    told = officer.get(address)
    version = the_visit(sample, address).version
    assert done in told
    assert "Nothing has changed" not in told

    officer.send_page(form, page, answers)
    assert done in officer.get(address), "the same form sent again was carried out before"

    officer.send(form, answers)
    told = officer.get(address)
    assert the_visit(sample, address).version == version
    assert "Nothing has changed" in told
    assert done not in told


def test_a_visit_that_was_held_leads_to_its_record(
    ashgrove: Ashgrove, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    href = planned(sign_in(ashgrove.officer), ashgrove, TODAY)
    officer = sign_in(ashgrove.officer)
    officer.send(f"{href}/hold", {**day("on", TODAY), "minutes": "110", "attendees": "Headteacher"})
    unwritten = officer.get(f"{href}/close", status=409)
    begun = officer.send(f"{href}/start-record", {})
    assert begun.headers["Location"] == "/records/ROV-2026-0001/write"
    assert "ROV-2026-0001" in officer.get(href)
    refused = officer.get(f"{href}/start-record", status=409)
    assert "already has a record" in refused
    for page in (unwritten, officer.get(f"{href}/close", status=409)):
        assert "Issue the record of this visit before you close the visit." in page
    assert f'href="{href}/close"' not in officer.get(href)
    assert f'href="{href}"' in refused


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("start-record", "Record that the visit took place before you write its record"),
        ("miss", "The visit is planned for"),
        ("close", "You cannot close a visit before it takes place"),
    ],
)
def test_what_the_visit_would_refuse_today_is_refused_before_anything_is_typed(
    officer: Browser, ashgrove: Ashgrove, command: str, reason: str
) -> None:
    href = planned(officer, ashgrove)
    assert f"{href}/{command}" not in officer.get(href)
    page = officer.get(f"{href}/{command}", status=409)
    assert reason in page
    assert 'method="post" novalidate' not in page


def test_what_was_typed_before_the_visit_changed_is_shown_with_the_reason(
    officer: Browser, ashgrove: Ashgrove
) -> None:
    href = planned(officer, ashgrove)
    opened = officer.get(f"{href}/cancel")
    officer.send(f"{href}/cancel", {"cause": "school", "reason": "Flooded"})
    late = officer.send_page(f"{href}/reschedule", opened, {"reason": "Moved to June"}, status=409)
    assert "Moved to June" in late.text
    assert "This visit was cancelled and can no longer be changed" in late.text
    assert "send it again" not in late.text


def test_a_visit_that_was_not_made_is_closed_without_a_record(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    href = planned(officer, ashgrove, TODAY)
    officer.send(f"{href}/miss", {"reason": "The school was flooded"})
    officer.send(f"{href}/close", {})
    assert the_visit(sample, href).status is VisitStatus.CLOSED


def test_a_visit_without_a_plan_is_recorded_with_its_reason(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    answers = ashgrove.plan(TODAY, attendees="Headteacher", reason="The head telephoned", remote="yes")
    href = officer.send("/visits/record-unplanned", answers).headers["Location"]
    visit = the_visit(sample, href)
    assert (visit.status, visit.remote, visit.held_on) == (VisitStatus.HELD, True, TODAY)


def test_the_list_is_filtered_by_status_kind_school_days_and_person(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    planned(officer, ashgrove)
    planned(officer, ashgrove, SOON + timedelta(days=30), kind="target_setting")
    other = sample.director()

    def found(query: str, by: Browser = officer) -> list[bool]:
        page = by.get(f"/visits/?{query}")
        return ["V-2026-0001" in page, "V-2026-0002" in page]

    assert found("") == [True, True]
    assert found("kind=core") == [True, False]
    assert found("status=held") == [False, False]
    assert found(f"school={ashgrove.urn}") == [True, True]
    assert found(f"from={SOON + timedelta(days=1)}") == [False, True]
    assert found(f"to={SOON}") == [True, False]
    assert found("mine=true") == [True, True]
    assert found("mine=true", sign_in(other)) == [False, False]


def test_the_diary_from_a_day_on_begins_with_the_earliest_visit(officer: Browser, ashgrove: Ashgrove) -> None:
    planned(officer, ashgrove)
    planned(officer, ashgrove, SOON + timedelta(days=30))
    diary, all_visits = officer.get(f"/visits/?from={TODAY}"), officer.get("/visits/")
    assert diary.index("V-2026-0001") < diary.index("V-2026-0002")
    assert all_visits.index("V-2026-0002") < all_visits.index("V-2026-0001")


def test_a_row_names_the_visit_in_words_and_days_are_written_for_people(officer: Browser, ashgrove: Ashgrove) -> None:
    planned(officer, ashgrove)
    page = text_of(officer.get(f"/visits/?from={SOON}"))
    assert "Core visit to Ashgrove High School V-2026-0001 10 Nov 2026, 9:30am" in page
    assert "From: 10 November 2026" in page


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        ("school", "cancelled the visit on 10 November 2026 for the school: The roof leaks"),
        ("weather", "cancelled the visit on 10 November 2026 because of the weather: The roof leaks"),
        ("other", "cancelled the visit on 10 November 2026: The roof leaks"),
    ],
)
def test_the_cause_of_a_cancelled_visit_is_told_in_the_sentence(
    officer: Browser, ashgrove: Ashgrove, cause: str, told: str
) -> None:
    href = planned(officer, ashgrove)
    officer.send(f"{href}/cancel", {"cause": cause, "reason": "The roof leaks"})
    assert told in text_of(officer.get(href))


def test_a_filter_that_cannot_be_read_is_said_to_be_wrong(officer: Browser) -> None:
    assert "From must be a real date" in officer.get("/visits/?from=someday", 422)


def test_a_form_without_its_version_is_refused(officer: Browser, ashgrove: Ashgrove) -> None:
    href = planned(officer, ashgrove)
    hidden = dict(HIDDEN.findall(officer.get(f"{href}/cancel")))
    hidden["version"] = "none"
    response = officer.client.post(f"{href}/cancel", data={**hidden, "cause": "school", "reason": "Ill"})
    assert response.status_code == 400
