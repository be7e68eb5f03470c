"""Who looks after a school: assigned, released, covered, rated; and its successions answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.school.parts import Answer
from domain.vocabulary import Role, Team
from projections import schools as view
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import change, day, propose, read

REASON = {"reason": "New to the service"}


def assignment(sample: SampleAuthority, officer: Any, **more: str) -> dict[str, str]:
    return {"officer": sample.reference(officer), **day("from", TODAY), **REASON, **more}


def test_a_director_assigns_a_link_officer(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school, officer = sample.school(), sample.officer("Olive Officer")
    browser, href = sign_in(sample.director()), f"/schools/{sample.urn(school)}"

    response = browser.send(f"{href}/assign-officer", assignment(sample, officer))

    assert response.headers["Location"] == href
    assert "Link officer assigned" in browser.get(href)
    assert read(sample, school).link_officer_on(TODAY) == officer


def test_a_reason_is_needed_and_what_was_typed_is_kept(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school, officer = sample.school(), sample.officer("Olive Officer")
    browser = sign_in(sample.director())

    page = browser.send(
        f"/schools/{sample.urn(school)}/assign-officer", assignment(sample, officer, reason=" "), status=422
    ).text

    assert "There is a problem" in page
    assert f'<option value="{sample.reference(officer)}" selected>' in page
    assert read(sample, school).link_officers == []


def test_a_refusal_stands_beside_the_day_it_is_about(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school, present, other = sample.school(), sample.officer("Pia Present"), sample.officer("Omar Other")
    change(sample, school, lambda record: record.assign_link_officer(present, from_=TODAY, reason="New"))
    answers = assignment(sample, other) | day("from", date(2025, 1, 6))

    page = sign_in(sample.director()).send(f"/schools/{sample.urn(school)}/assign-officer", answers, status=422).text

    assert '<a href="#from-day">Another officer takes over on a later date' in page
    assert len(read(sample, school).link_officers) == 1


@pytest.mark.parametrize("on", [date(1949, 12, 31), date(2151, 1, 1)])
def test_a_day_beyond_reason_is_not_taken(sample: SampleAuthority, sign_in: Callable[..., Browser], on: date) -> None:
    school, officer = sample.school(), sample.officer()

    page = (
        sign_in(sample.director())
        .send(
            f"/schools/{sample.urn(school)}/assign-officer", assignment(sample, officer) | day("from", on), status=422
        )
        .text
    )

    assert "between 1950 and 2150" in page


def test_who_may_assign(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school(phase="secondary")
    href = f"/schools/{sample.urn(school)}/assign-officer"

    for person in (
        sample.director(),
        sample.administrator(),
        sample.officer("Lea Lead", leads=True),
    ):
        sign_in(person).get(href)
    for person in (
        sample.officer("Pat Primary", team=Team.PRIMARY, leads=True),
        sample.officer("Olive Officer"),
        sample.headteacher(school),
        sample.reviewer(),
        sample.broker(),
    ):
        sign_in(person).get(href, 403)


def test_a_stale_page_shows_what_changed_meanwhile(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school, officer, quicker = sample.school(), sample.officer("Olive Officer"), sample.officer("Quinn Quick")
    director = sample.director()
    browser, href = sign_in(director), f"/schools/{sample.urn(school)}/assign-officer"
    page = browser.get(href)
    sign_in(director).send(href, assignment(sample, quicker))

    stale = browser.send_page(href, page, assignment(sample, officer), status=409).text

    assert "Quinn Quick the link officer" in stale
    assert read(sample, school).link_officer_on(TODAY) == quicker


def test_a_form_sent_twice_assigns_once(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school, officer = sample.school(), sample.officer()
    browser, href = sign_in(sample.director()), f"/schools/{sample.urn(school)}/assign-officer"
    page = browser.get(href)

    browser.send_page(href, page, assignment(sample, officer))
    browser.send_page(href, page, assignment(sample, officer))

    assert len(read(sample, school).link_officers) == 1


def test_the_link_officer_is_released(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    sample.link_officer(school)

    sign_in(sample.director()).send(
        f"/schools/{sample.urn(school)}/release-officer", {**day("until", TODAY), **REASON}
    )

    assert read(sample, school).link_officers[0].until == TODAY


def test_cover_is_arranged_and_ended(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    sample.link_officer(school)
    stand_in = sample.officer("Olive Officer")
    browser, href = sign_in(sample.director()), f"/schools/{sample.urn(school)}"

    browser.send(f"{href}/arrange-cover", assignment(sample, stand_in) | day("until", date(2026, 12, 1)))
    assert "Olive Officer until 1 December 2026" in browser.get(href)

    browser.send(f"{href}/end-cover", {**day("until", date(2026, 11, 20)), **REASON})
    assert read(sample, school).covers[0].to == date(2026, 11, 20)


def test_only_an_officer_or_director_stands_in(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    school = sample.school()
    sample.link_officer(school)
    body = {
        "officer": sample.reference(sample.broker()),
        "from": "2026-11-02",
        "until": "2026-12-01",
        "reason": "Leave",
    }
    version = f'"{read(sample, school).version}"'

    refused = program(sample.director()).post(
        f"/schools/{sample.urn(school)}/arrange-cover", body, key="stand-in-1", at=version, status=422
    )

    assert "officer" in refused.text


RATING = {**day("from", TODAY), **day("review_due", date(2027, 3, 1)), "rationale": "Results fell"}


def test_the_link_officer_proposes_a_level_and_the_team_s_lead_decides(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    officer, lead = sample.link_officer(school), sample.officer("Lea Lead", leads=True)
    browser, href = sign_in(officer), f"/schools/{sample.urn(school)}/set-need-category"
    assert "Targeted support" in browser.get(href)
    browser.send(href, {**RATING, "category": "Z"}, status=422)
    assert browser.send(href, {**RATING, "category": "C"}).headers["Location"] == "/decisions/DN-2026-0001"
    assert read(sample, school).need_on(TODAY) is None
    browser.get("/decisions/DN-2026-0001/give", status=409)

    page = sign_in(lead).get("/decisions/DN-2026-0001/give")
    assert "Targeted support" in page
    sign_in(lead).send("/decisions/DN-2026-0001/give", {})
    need = read(sample, school).need_on(TODAY)
    assert need is not None
    assert (need.category, need.scheme) == ("C", "settings-0")
    assert "Lea Lead decided that the level of support is category C" in sign_in(lead).get(
        f"/schools/{sample.urn(school)}"
    )


def test_the_last_level_and_one_two_off_are_for_a_director_and_never_for_who_looks_after_the_school(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    officer = sample.link_officer(school, leads_team=True)
    lead, director = sample.officer("Lea Lead", leads=True), sample.director()
    href = f"/schools/{sample.urn(school)}/set-need-category"
    sign_in(lead).send(href, {**RATING, "category": "D"})
    sign_in(officer).get("/decisions/DN-2026-0001/give", status=409)
    sign_in(director).send("/decisions/DN-2026-0001/give", {})
    sign_in(lead).send(href, {**RATING, "category": "C"})
    refused = sign_in(officer).get("/decisions/DN-2026-0002/give", status=409)
    assert "link officer of a school and their cover decide nothing formal" in refused
    need = read(sample, school).need_on(TODAY)
    assert need is not None
    assert need.category == "D"


def test_a_category_that_the_authority_does_not_have_is_refused_to_programs(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    school = sample.school()
    body = {"category": "Z", "from": "2026-11-02", "review_due": "2027-03-01", "rationale": "Results fell"}
    version = f'"{read(sample, school).version}"'

    refused = program(sample.director()).post(
        f"/schools/{sample.urn(school)}/set-need-category", body, key="category-1", at=version, status=422
    )

    assert refused.json is not None
    assert refused.json["errors"] == {"json": {"category": ["Choose one of these levels: A, B, C, D"]}}


def test_the_administrator_does_not_rate_a_schools_need(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()

    sign_in(sample.administrator()).get(f"/schools/{sample.urn(school)}/set-need-category", 403)


def test_support_from_others_is_noted(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    browser = sign_in(sample.link_officer(school))
    answers = {
        "provided_by": "Fractions Ltd",
        "arranged_by": "The trust",
        "told_by": "Headteacher",
        **day("from", date(2026, 9, 1)),
    }

    browser.send(f"/schools/{sample.urn(school)}/note-support", answers)

    assert "recorded outside support from Fractions Ltd, arranged by The trust" in browser.get(
        f"/schools/{sample.urn(school)}/file"
    )


def test_nothing_about_its_care_is_offered_for_a_closed_school(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school(status="Closed", closed="2020-08-31")

    page = sign_in(sample.director()).get(f"/schools/{sample.urn(school)}")

    assert "assign-officer" not in page
    assert "set-need-category" not in page


def test_a_succession_is_confirmed_after_a_check(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    earlier, later = sample.school("Ashgrove High School"), sample.school("Ashgrove Academy")
    old, new = sample.urn(earlier), propose(sample, earlier, later)
    browser = sign_in(sample.administrator())

    response = browser.send_and_check(
        f"/schools/{old}/confirm-succession", {"urn": str(new), "meaning": "goes_on", "reason": "Converted"}
    )

    assert response.headers["Location"] == f"/schools/{new}"
    assert read(sample, earlier).urns == [old, new]
    assert read(sample, later).merged_into == earlier


def test_a_school_that_ended_goes_into_the_later_one(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    infants, primary = sample.school("Lark Hill Infants"), sample.school("Lark Hill Primary")
    old, urn = sample.urn(infants), propose(sample, infants, primary)
    browser = sign_in(sample.administrator())

    response = browser.send_and_check(
        f"/schools/{old}/confirm-succession", {"urn": str(urn), "meaning": "went_into", "reason": "Amalgamated"}
    )

    assert read(sample, infants).merged_into == primary
    assert browser.client.get(response.headers["Location"]).headers["Location"] == f"/schools/{urn}"


def test_a_succession_is_declined_with_a_reason(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    earlier, later = sample.school("Ashgrove High School"), sample.school("Elm Grove School")
    urn = propose(sample, earlier, later)
    answers = {"urn": str(urn), "reason": "Another school on the same site"}

    sign_in(sample.administrator()).send(f"/schools/{sample.urn(earlier)}/decline-succession", answers)

    assert read(sample, earlier).successions[urn].answer is Answer.DECLINED
    assert "Elm Grove" not in sign_in(sample.administrator("Al Admin")).get("/schools/successions")


def test_a_link_that_was_never_proposed_is_refused_to_programs(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    school, other = sample.school(), sample.school("Elm Grove School")
    body = {"urn": sample.urn(other), "meaning": "goes_on", "reason": "Because"}

    refused = program(sample.administrator()).post(
        f"/schools/{sample.urn(school)}/confirm-succession", body, key="confirm-1", at='"1"', status=422
    )

    assert refused.json is not None
    assert refused.json["type"].endswith("#not-proposed")


def test_a_program_assigns_at_the_version_it_read(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    school, officer = sample.school(), sample.officer()
    body = {"officer": sample.reference(officer), "from": "2026-11-02", "reason": "New to the service"}
    api, path = program(sample.director()), f"/schools/{sample.urn(school)}/assign-officer"

    api.post(path, body, key="assign-01", status=428)
    done = api.post(path, body, key="assign-02", at='"1"')
    api.post(path, {**body, "reason": "Again"}, key="assign-03", at='"1"', status=412)

    assert done.headers["ETag"].startswith('"2-')
    assert done.json is not None
    assert done.json["link_officers"][0]["officer"] == sample.reference(officer)


# In bulk


def hand_over(sample: SampleAuthority, officer: Any) -> str:
    return f"/schools/hand-over?officer={sample.reference(officer)}"


def test_schools_without_a_link_officer_are_given_together(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    one, two, three, linked = (sample.school(name) for name in ("Ashgrove", "Elm Grove", "Lark Hill", "Cedar"))
    sample.link_officer(linked)
    taker, director = sample.officer("Omar Other"), sample.director()
    browser, href = sign_in(director), "/schools/hand-over?from=nobody"
    asked = browser.get(href)
    assert "Cedar" not in asked
    assert href in browser.get("/schools/hand-over")
    answers = {"schools": [str(sample.urn(one)), str(sample.urn(two))], "to": sample.reference(taker)}

    page = browser.send(href, {**answers, **day("from", TODAY), **REASON}, status=200).text

    assert "2 of 2 schools handed over" in page
    assert [read(sample, each).link_officer_on(TODAY) for each in (one, two, three)] == [taker, taker, None]
    schools = [{"urn": sample.urn(each), "version": read(sample, each).version} for each in (three, linked)]
    body = {"schools": schools, "to_officer": sample.reference(taker), "from": TODAY.isoformat(), **REASON}
    told = program(director).post("/schools/hand-over", body, key="without-1").json["items"]
    assert [row["handed_over"] for row in told] == [True, False]


def test_schools_are_handed_over_together(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    one, two, kept = sample.school("Ashgrove"), sample.school("Elm Grove"), sample.school("Lark Hill")
    leaver = sample.link_officer(one)
    for school in (two, kept):
        change(
            sample,
            school,
            lambda record: record.assign_link_officer(leaver, from_=date(2024, 9, 1), reason="New year"),
        )
    taker = sample.officer("Omar Other")
    browser = sign_in(sample.director())
    answers = {
        "schools": [str(sample.urn(one)), str(sample.urn(two))],
        "to": sample.reference(taker),
        **day("from", TODAY),
        **REASON,
    }

    page = browser.send(hand_over(sample, leaver), answers, status=200).text

    assert "2 of 2 schools handed over" in page
    assert [read(sample, each).link_officer_on(TODAY) for each in (one, two, kept)] == [taker, taker, leaver]


def test_a_school_that_changed_meanwhile_is_left_and_named(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    one, two = sample.school("Ashgrove"), sample.school("Elm Grove")
    leaver = sample.link_officer(one)
    change(sample, two, lambda record: record.assign_link_officer(leaver, from_=date(2024, 9, 1), reason="New year"))
    taker = sample.officer("Omar Other")
    browser, href = sign_in(sample.director()), hand_over(sample, leaver)
    form = browser.get(href)
    change(
        sample,
        two,
        lambda record: set_need_category(
            record,
            "C",
            among=["C"],
            from_=TODAY,
            review_due=date(2027, 3, 1),
            rationale="Results",
            scheme="settings-0",
        ),
    )
    urns = [str(sample.urn(school)) for school in (one, two)]
    answers = {"schools": urns, "to": sample.reference(taker), **day("from", TODAY), **REASON}

    page = browser.send_page(href, form, answers, status=200).text

    assert "1 of 2 schools handed over" in page
    assert "Someone else has changed this school" in page
    assert read(sample, one).link_officer_on(TODAY) == taker
    assert read(sample, two).link_officer_on(TODAY) == leaver


def test_a_hand_over_sent_twice_is_done_once(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    leaver, taker = sample.link_officer(school), sample.officer("Omar Other")
    browser, href = sign_in(sample.director()), hand_over(sample, leaver)
    form = browser.get(href)
    answers = {"schools": [str(sample.urn(school))], "to": sample.reference(taker), **day("from", TODAY), **REASON}

    first = browser.send_page(href, form, answers, status=200).text
    again = browser.send_page(href, form, answers, status=200).text

    assert "1 of 1 school handed over" in first
    assert "1 of 1 school handed over" in again
    assert len(read(sample, school).link_officers) == 2


def test_a_hand_over_needs_schools_and_somebody_who_is_an_officer_then(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    leaver = sample.link_officer(school)
    new = sample.person("Nia New", Role.OFFICER, team=Team.SECONDARY)
    browser, href = sign_in(sample.director()), hand_over(sample, leaver)
    answers = {"to": sample.reference(new), **day("from", TODAY), **REASON}

    assert "Select" in browser.send(href, answers, status=422).text
    early = {**answers, **day("from", date(2023, 9, 1)), "schools": [str(sample.urn(school))]}
    assert "is an officer" in browser.send(href, early, status=422).text.replace("&#39;", "'")
    assert read(sample, school).link_officer_on(TODAY) == leaver


def test_a_team_lead_hands_over_the_teams_schools_only(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    high, primary = sample.school("Ashgrove High", phase="secondary"), sample.school("Lark Hill", phase="primary")
    leaver = sample.link_officer(high)
    change(sample, primary, lambda record: record.assign_link_officer(leaver, from_=date(2024, 9, 1), reason="New"))

    page = sign_in(sample.officer("Lea Lead", leads=True)).get(hand_over(sample, leaver))

    assert "Ashgrove High" in page
    assert "Lark Hill" not in page


def test_whose_schools_is_asked_first(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    leaver = sample.link_officer(sample.school(), "Lena Link")
    browser = sign_in(sample.director())

    assert sample.reference(leaver) in browser.get("/schools/hand-over")
    browser.get("/schools/hand-over?officer=", 422)
    browser.get("/schools/hand-over?officer=PE-2026-9999", 422)
    sign_in(sample.broker()).get("/schools/hand-over", 403)


def test_what_is_offered_for_a_hand_over_is_what_has_to_be_handed_over(sample: SampleAuthority) -> None:
    school = sample.school()
    leaver = sample.link_officer(school)
    with sample.services.read() as connection:
        assert [each.id for each in view.linked_to(connection, leaver, today=TODAY)] == [school]
