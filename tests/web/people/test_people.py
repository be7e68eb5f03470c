"""People, their posts, and what is in their hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.assignment import GoneBefore, arrange_cover, assign_link_officer
from domain.calendar import default_term_on
from domain.person import Person
from domain.provider import Provider, ProviderKind
from domain.record_of_visit import RecordOfVisit
from domain.references import record_id
from domain.school import School
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, Role, Sensitivity, Team, VisitKind
from projections import people
from tests.restricted_concern import RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program, text_of
from tests.web.schools.school_changes import day

REASON = {"reason": "Moved to another authority"}


def read(sample: SampleAuthority, person: UUID) -> Person:
    return sample.services.service.find(Person, person)


def named(sample: SampleAuthority, name: str) -> Person:
    with sample.services.read() as connection:
        found = people.people.rows(connection, people.listed(connection, today=TODAY, text=name))
    return read(sample, found[0].id)


def link(sample: SampleAuthority, school: UUID, officer: UUID) -> None:
    with sample.acting():
        assign_link_officer(sample.services.service, school, officer, from_=date(2024, 9, 1), reason="New year")


HAND_OVER = "Hand over the work of somebody whose role ended"


def href(sample: SampleAuthority, person: UUID, *more: str) -> str:
    return "/".join(("/people", sample.reference(person), *more))


def table_of(page: str) -> str:
    return page[page.index("<tbody") :] if "<tbody" in page else ""


def test_a_person_is_registered_and_takes_a_post(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school("Ashgrove High School")
    browser = sign_in(sample.administrator())

    page = browser.send("/people/register", {"name": "Nia New", "email": "nia@ashgrove.example"}).headers["Location"]
    browser.send(
        f"{page}/take-post",
        {
            "role": "headteacher",
            "school": str(sample.urn(school)),
            "full_time_share": "1",
            **day("from", date(2026, 9, 1)),
        },
    )

    person = named(sample, "Nia New")
    assert page == f"/people/{person.reference}"
    assert person.posts[0].role is Role.HEADTEACHER
    assert person.posts[0].school == school
    shown = browser.get(page)
    assert "Headteacher, Ashgrove High School" in shown
    assert "has no account and cannot sign in" in shown
    assert f"/accounts/new?person={person.reference}" in shown


def test_an_officers_post_has_team_capacity_and_lead(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(sample.administrator())
    page = browser.send("/people/register", {"name": "Olive Officer", "email": ""}).headers["Location"]
    answers = {
        "role": "officer",
        "team": "primary",
        "leads_team": "yes",
        "full_time_share": "0.6",
        **day("from", TODAY),
    }

    browser.send(f"{page}/take-post", answers)

    post = named(sample, "Olive Officer").posts[0]
    assert (post.team, post.leads_team, post.capacity) == (Team.PRIMARY, True, Decimal("0.6"))
    assert "Leads the team" in browser.get(page)


def test_a_specialist_works_for_a_provider(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    with sample.acting():
        sample.services.service.add(
            lambda: Provider.register("PV-2026-0001", trading_as="Fractions Ltd", kind=ProviderKind.PRIVATE)
        )
    browser = sign_in(sample.administrator())
    page = browser.send("/people/register", {"name": "Sam Specialist"}).headers["Location"]

    browser.send(f"{page}/take-post", {"role": "specialist", "provider": "PV-2026-0001", **day("from", TODAY)})

    assert "Provider&#39;s specialist, Fractions Ltd" in browser.get(page)


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("headteacher", "Choose the school for this role"),
        ("specialist", "Choose the provider"),
        ("officer", "Choose the officer"),
        ("strategic_lead", "Enter the theme"),
    ],
)
def test_a_post_needs_its_place(
    sample: SampleAuthority, sign_in: Callable[..., Browser], role: str, told: str
) -> None:
    person = sample.reviewer()
    answers = {"role": role, "full_time_share": "1", **day("from", TODAY)}

    page = sign_in(sample.administrator()).send(href(sample, person, "take-post"), answers, status=422).text

    assert told in page.replace("&#39;", "'")
    assert len(read(sample, person).posts) == 1


@pytest.mark.parametrize("capacity", ["0", "1.5", "-1", "much", "0.001"])
def test_a_share_of_full_time_is_more_than_nothing_and_at_most_one(
    sample: SampleAuthority, sign_in: Callable[..., Browser], capacity: str
) -> None:
    person = sample.reviewer()
    answers = {"role": "director", "full_time_share": capacity, **day("from", TODAY)}

    page = sign_in(sample.administrator()).send(href(sample, person, "take-post"), answers, status=422).text

    assert 'href="#full_time_share"' in page
    assert f'value="{capacity}"' in page


def test_people_are_found_by_name_post_and_team(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    sample.officer("Olive Officer", team=Team.PRIMARY)
    sample.officer("Omar Other", team=Team.SECONDARY)
    browser = sign_in(sample.administrator("Ada Admin"))

    def found(query: str) -> set[str]:
        page = table_of(browser.get(f"/people/?{query}"))
        return {name for name in ("Olive Officer", "Omar Other", "Ada Admin") if name in page}

    assert found("") == {"Olive Officer", "Omar Other", "Ada Admin"}
    assert found("q=OFFICER+olive") == {"Olive Officer"}
    assert found("role=administrator") == {"Ada Admin"}
    assert found("team=secondary") == {"Omar Other"}
    assert found("role=officer&role=administrator&team=primary") == {"Olive Officer"}
    assert found("q=nobody") == set()


def test_that_somebody_leaves_is_recorded_whatever_they_hold_and_the_director_hands_it_over(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school, covered = sample.school("Ashgrove High School"), sample.school("Birch Primary School", phase="primary")
    officer = sample.link_officer(school)
    sample.link_officer(covered)
    with sample.acting():
        arrange_cover(
            sample.services.service, covered, officer, from_=TODAY, to=TODAY + timedelta(days=20), reason="Illness"
        )
    leaving = sign_in(sample.administrator())
    name = read(sample, officer).name.value

    asked = text_of(leaving.get(href(sample, officer, "leave")))
    assert f"Still in their name: Ashgrove High School ({sample.urn(school)})" in asked
    assert f"covering for Birch Primary School ({sample.urn(covered)})" in asked
    assert "it is on the director's caseload until it is handed over" in asked.replace("&#39;", "'")
    leaving.send(href(sample, officer, "leave"), {**day("on", TODAY), **REASON})

    assert read(sample, officer).left_on == TODAY
    sample.clock.go_to(TODAY + timedelta(days=1))
    director = sign_in(sample.director())
    told = text_of(director.get("/caseload"))
    assert f"{HAND_OVER} {sample.reference(officer)} Director {name}" in told
    schools = sample.services.service
    with sample.acting():
        schools.change(School, school, lambda it: it.release_link_officer(until=TODAY, reason=name))
    assert HAND_OVER in text_of(director.get("/caseload")), "they still cover for a school"
    with sample.acting():
        schools.change(School, covered, lambda it: it.end_cover(until=TODAY, reason=name))
    assert HAND_OVER not in text_of(director.get("/caseload"))


def test_visits_with_others_are_named_where_somebody_leaves(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    lead, other = sample.officer("Lena Lead"), sample.officer("Olive Officer")
    with sample.acting():
        sample.services.service.add(
            lambda: Visit.plan(
                "V-2026-0001",
                school=sample.school(),
                kind=VisitKind.CORE,
                purpose=Purpose.CHALLENGE,
                on=TODAY + timedelta(days=9),
                term=default_term_on(TODAY),
                visitors=(Visitor(lead, "link officer"), Visitor(other, "officer")),
                lead=lead,
                focus="Target setting",
            )
        )
    asked = text_of(sign_in(sample.administrator()).get(href(sample, other, "leave")))
    assert "Still in their name: visit with others (V-2026-0001)" in asked


def test_whoever_may_not_read_what_somebody_holds_is_told_only_that_there_is_something(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    """An administrator keeps posts, and reads neither concerns nor what hangs on a restricted one."""
    restricted = RestrictedConcern(sample)
    record = record_id(RecordOfVisit.KIND, "ROV-2026-0909")
    restricted.authority._then(RecordOfVisit, record, lambda it: it.reopen_for_correction("It was Year 8"))
    restricted.keep(Sensitivity.RESTRICTED)
    officer = restricted.place.officer

    page = sign_in(restricted.authority.people[Role.ADMINISTRATOR]).get(href(sample, officer, "leave"))

    assert "(V-2026-0909)" in page, "that somebody comes is told to everybody"
    assert "that you cannot see" in page
    for secret in ("CC-2026-", "ROV-2026-0909"):
        assert secret not in page


def test_a_school_is_not_given_to_an_officer_who_is_known_to_leave(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    officer, school = sample.officer("Olive Officer"), sample.school()
    last = TODAY + timedelta(days=3)
    sign_in(sample.administrator()).send(href(sample, officer, "leave"), {**day("on", last), **REASON})

    with pytest.raises(GoneBefore):
        link(sample, school, officer)
    with sample.acting(), pytest.raises(GoneBefore):
        arrange_cover(
            sample.services.service, school, officer, from_=TODAY, to=last + timedelta(days=1), reason="Illness"
        )


def test_an_officers_post_ends_while_schools_hang_on_it_and_they_are_to_be_handed_over(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    officer = sample.link_officer(sample.school("Ashgrove High School"))
    browser = sign_in(sample.administrator())
    answers = {"number": "1", **day("until", TODAY), **REASON}

    assert "Still in their name: Ashgrove High School" in text_of(browser.get(href(sample, officer, "end-post")))
    browser.send(href(sample, officer, "end-post"), answers)

    assert read(sample, officer).posts[0].until == TODAY
    assert HAND_OVER not in text_of(sign_in(sample.director()).get("/caseload")), "they hold the post today"
    sample.clock.go_to(TODAY + timedelta(days=1))
    assert HAND_OVER in text_of(sign_in(sample.director()).get("/caseload"))


def test_many_schools_are_named_as_far_as_can_be_read(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    officer = sample.officer()
    for number in range(10):
        link(sample, sample.school(f"School {number}"), officer)

    page = sign_in(sample.administrator()).get(href(sample, officer, "leave"))

    assert "School 7" in page
    assert "2 more schools" in page
    assert "School 8" not in page


def test_who_holds_nothing_leaves_and_is_listed_no_more(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    officer = sample.officer("Olive Officer")
    browser = sign_in(sample.administrator())

    browser.send(href(sample, officer, "leave"), {**day("on", date(2026, 10, 30)), **REASON})

    assert read(sample, officer).left_on == date(2026, 10, 30)
    assert "Olive Officer" not in table_of(browser.get("/people/"))
    assert "Left on 30 October 2026" in table_of(browser.get("/people/?gone=true"))


def test_a_post_ends_on_its_last_day(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    reviewer = sample.reviewer()

    sign_in(sample.administrator()).send(
        href(sample, reviewer, "end-post"), {"number": "1", **day("until", TODAY), **REASON}
    )

    assert read(sample, reviewer).posts[0].until == TODAY


def test_one_of_two_posts_of_an_officer_may_end(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    officer = sample.link_officer(sample.school())
    browser = sign_in(sample.administrator())
    browser.send(
        href(sample, officer, "take-post"),
        {"role": "officer", "team": "primary", "full_time_share": "0.5", **day("from", date(2026, 9, 1))},
    )

    browser.send(href(sample, officer, "end-post"), {"number": "1", **day("until", TODAY), **REASON})

    assert [post.until for post in read(sample, officer).posts] == [TODAY, None]


def test_name_and_address_change(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    person = sample.reviewer("Rae Reviewer")
    browser = sign_in(sample.administrator())

    browser.send(href(sample, person, "rename"), {"name": "Rae Newname"})
    browser.send(href(sample, person, "change-email"), {"email": ""})

    assert read(sample, person).name.value == "Rae Newname"
    assert read(sample, person).email is None
    browser.send(href(sample, person, "rename"), {"name": " "}, status=422)
    browser.send(href(sample, person, "change-email"), {"email": "no address"}, status=422)


def test_a_misspelt_name_is_put_right_everywhere_and_says_what_it_was(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    person = sample.reviewer("Rae Reveiwer")
    browser = sign_in(sample.administrator())

    browser.send(href(sample, person, "correct"), {"name": "Rae Reviewer", "reason": "Two letters swapped"})

    page = " ".join(text_of(browser.get(f"/people/{sample.reference(person)}")).split())
    assert "Name Rae Reviewer Rae Reveiwer 2 Nov 2026 Ada Admin Two letters swapped" in page
    assert "corrected what was entered of Rae Reviewer: name: Rae Reviewer (entered as Rae Reveiwer)" in page
    people = text_of(browser.get("/people/"))
    assert "Restated on 2 Nov 2026" in people
    assert "Reveiwer" not in people


def test_who_may_read_and_who_may_keep(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    person = sample.officer()

    for reader in (sample.director(), sample.broker(), sample.reviewer()):
        browser = sign_in(reader)
        browser.get("/people/")
        assert "take-post" not in browser.get(href(sample, person))
        browser.get(href(sample, person, "take-post"), 403)
        browser.get("/people/register", 403)
    for outside in (sample.headteacher(school), sample.chair(school)):
        browser = sign_in(outside)
        browser.get("/people/", 403)
        browser.get(href(sample, person), 403)


def test_the_person_page_shows_schools_and_where_to_hand_them_over(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school("Ashgrove High School")
    officer = sample.link_officer(school)

    page = sign_in(sample.administrator()).get(href(sample, officer))

    assert f"/schools/{sample.urn(school)}" in page
    assert f"/schools/hand-over?officer={sample.reference(officer)}" in page


def test_the_api_lists_and_shows_people(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    school = sample.school()
    head = sample.headteacher(school, "Hana Head")
    api = program(sample.director())

    listed = api.get("/people?q=hana").json
    shown = api.get(f"/people/{sample.reference(head)}").json

    assert listed is not None
    assert [(each["name"], each["post_titles"]) for each in listed["items"]] == [
        ("Hana Head", ["Headteacher, Ashgrove High School"])
    ]
    assert shown is not None
    assert shown["posts"][0]["school"] == str(sample.urn(school))
    assert shown["posts"][0]["full_time_share"] == "1.00"


def test_the_api_goes_on_page_by_page(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    for name in ("Amy Ash", "Bob Beech", "Cal Cedar"):
        sample.broker(name)
    api = program(sample.director("Dora Director"))

    first = api.get("/people?limit=3").json
    assert first is not None
    second = api.get(f"/people?limit=3&after={first['next']}").json
    assert second is not None

    assert [each["name"] for each in (*first["items"], *second["items"])] == [
        "Amy Ash",
        "Bob Beech",
        "Cal Cedar",
        "Dora Director",
    ]
    api.get("/people?after=nonsense", 400)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"role": "king", "from": "2026-11-02"},
        {"role": "headteacher", "from": "2026-11-02", "school": "000000"},
        {"role": "headteacher", "from": "0001-01-01", "school": "900001"},
        {"role": "headteacher", "from": "2026-11-02", "school": 7},
        {"role": "officer", "team": "primary", "from": "2026-11-02", "full_time_share": "NaN"},
        {"role": "officer", "team": "primary", "from": "2026-11-02", "more": "of it"},
    ],
)
def test_wrong_answers_of_programs_are_named(
    sample: SampleAuthority, program: Callable[..., Program], wrong: dict[str, Any]
) -> None:
    sample.school()
    person = sample.reviewer()

    refused = program(sample.administrator()).post(
        f"/people/{sample.reference(person)}/take-post", wrong, key="wrong-answers", at='"2"', status=422
    )

    assert refused.json is not None
    assert refused.json["errors"]


def test_registering_twice_under_one_key_registers_once(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    api = program(sample.administrator())
    body = {"name": "Nia New", "email": "nia@ashgrove.example"}

    first = api.post("/people/register", body, key="register-nia", status=201)
    again = api.post("/people/register", body, key="register-nia", status=201)

    assert first.json == again.json
    with sample.services.read() as connection:
        assert len(people.people.rows(connection, people.listed(connection, today=TODAY, text="nia new"))) == 1


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("leave", "This person has already left"),
        ("end-post", "This person has no current role to end"),
        ("confirm-post", "No roles are waiting to be confirmed for this person"),
        ("decline-post", "No roles are waiting to be confirmed for this person"),
        ("withdraw-post", "No roles are waiting to be confirmed for this person"),
    ],
)
def test_a_form_that_would_be_refused_is_not_shown_but_why(
    path: str, why: str, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    person = sample.person("Lea Leaver", Role.BROKER)
    href = f"/people/{sample.reference(person)}"
    administrator = sign_in(sample.administrator())
    administrator.send(f"{href}/leave", {**day("on", TODAY), "reason": "Moves away"})
    sample.clock.pass_by(days=1)
    browser = sign_in(sample.director() if path in {"confirm-post", "decline-post"} else sample.administrator())
    page = browser.get(f"{href}/{path}", status=409)
    assert why in page
    assert f'href="{href}"' in page
    assert "<textarea" not in page
