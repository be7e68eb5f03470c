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
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, Role, Sensitivity, Team, VisitKind
from projections import people
from tests.hanging import Hanging
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.schools.acting import day
from tests.world import World

REASON = {"reason": "Moved to another authority"}


def read(world: World, person: UUID) -> Person:
    return world.services.service.find(Person, person)


def named(world: World, name: str) -> Person:
    with world.services.read() as connection:
        found = people.people.rows(connection, people.listed(connection, today=TODAY, text=name))
    return read(world, found[0].id)


def link(world: World, school: UUID, officer: UUID) -> None:
    with world.acting():
        assign_link_officer(world.services.service, school, officer, from_=date(2024, 9, 1), reason="New year")


def href(world: World, person: UUID, *more: str) -> str:
    return "/".join(("/people", world.reference(person), *more))


def table_of(page: str) -> str:
    return page[page.index("<tbody") :] if "<tbody" in page else ""


def test_a_person_is_registered_and_takes_a_post(world: World, sign_in: Callable[..., Browser]) -> None:
    school = world.school("Ashgrove High School")
    browser = sign_in(world.administrator())

    page = browser.send("/people/register", {"name": "Nia New", "email": "nia@ashgrove.example"}).headers["Location"]
    browser.send(
        f"{page}/take-post",
        {
            "role": "headteacher",
            "school": str(world.urn(school)),
            "full_time_share": "1",
            **day("from", date(2026, 9, 1)),
        },
    )

    person = named(world, "Nia New")
    assert page == f"/people/{person.reference}"
    assert person.posts[0].role is Role.HEADTEACHER
    assert person.posts[0].school == school
    shown = browser.get(page)
    assert "Headteacher, Ashgrove High School" in shown
    assert "has no account and cannot sign in" in shown
    assert f"/accounts/new?person={person.reference}" in shown


def test_an_officers_post_has_team_capacity_and_lead(world: World, sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(world.administrator())
    page = browser.send("/people/register", {"name": "Olive Officer", "email": ""}).headers["Location"]
    answers = {
        "role": "officer",
        "team": "primary",
        "leads_team": "yes",
        "full_time_share": "0.6",
        **day("from", TODAY),
    }

    browser.send(f"{page}/take-post", answers)

    post = named(world, "Olive Officer").posts[0]
    assert (post.team, post.leads_team, post.capacity) == (Team.PRIMARY, True, Decimal("0.6"))
    assert "Leads the team" in browser.get(page)


def test_a_specialist_works_for_a_provider(world: World, sign_in: Callable[..., Browser]) -> None:
    with world.acting():
        world.services.service.add(
            lambda: Provider.register("PV-2026-0001", trading_as="Fractions Ltd", kind=ProviderKind.PRIVATE)
        )
    browser = sign_in(world.administrator())
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
def test_a_post_needs_its_place(world: World, sign_in: Callable[..., Browser], role: str, told: str) -> None:
    person = world.reviewer()
    answers = {"role": role, "full_time_share": "1", **day("from", TODAY)}

    page = sign_in(world.administrator()).send(href(world, person, "take-post"), answers, status=422).text

    assert told in page.replace("&#39;", "'")
    assert len(read(world, person).posts) == 1


@pytest.mark.parametrize("capacity", ["0", "1.5", "-1", "much", "0.001"])
def test_a_share_of_full_time_is_more_than_nothing_and_at_most_one(
    world: World, sign_in: Callable[..., Browser], capacity: str
) -> None:
    person = world.reviewer()
    answers = {"role": "director", "full_time_share": capacity, **day("from", TODAY)}

    page = sign_in(world.administrator()).send(href(world, person, "take-post"), answers, status=422).text

    assert 'href="#full_time_share"' in page
    assert f'value="{capacity}"' in page


def test_people_are_found_by_name_post_and_team(world: World, sign_in: Callable[..., Browser]) -> None:
    world.officer("Olive Officer", team=Team.PRIMARY)
    world.officer("Omar Other", team=Team.SECONDARY)
    browser = sign_in(world.administrator("Ada Admin"))

    def found(query: str) -> set[str]:
        page = table_of(browser.get(f"/people/?{query}"))
        return {name for name in ("Olive Officer", "Omar Other", "Ada Admin") if name in page}

    assert found("") == {"Olive Officer", "Omar Other", "Ada Admin"}
    assert found("q=OFFICER+olive") == {"Olive Officer"}
    assert found("role=administrator") == {"Ada Admin"}
    assert found("team=secondary") == {"Omar Other"}
    assert found("role=officer&role=administrator&team=primary") == {"Olive Officer"}
    assert found("q=nobody") == set()


def test_an_officer_with_schools_does_not_leave(world: World, sign_in: Callable[..., Browser]) -> None:
    school = world.school("Ashgrove High School")
    officer = world.link_officer(school)
    browser = sign_in(world.administrator())

    page = browser.send(href(world, officer, "leave"), {**day("on", TODAY), **REASON}, status=422).text

    assert f"Hand over first: Ashgrove High School ({world.urn(school)})" in page
    assert read(world, officer).left_on is None


def test_an_officer_who_stands_in_for_another_does_not_leave(world: World, sign_in: Callable[..., Browser]) -> None:
    school = world.school("Ashgrove High School")
    world.link_officer(school)
    stand_in = world.officer("Olive Officer")
    with world.acting():
        arrange_cover(
            world.services.service, school, stand_in, from_=TODAY, to=TODAY + timedelta(days=20), reason="Illness"
        )

    page = sign_in(world.administrator()).send(
        href(world, stand_in, "leave"), {**day("on", TODAY), **REASON}, status=422
    )

    assert f"Hand over first: covering for Ashgrove High School ({world.urn(school)})" in page.text
    assert read(world, stand_in).left_on is None


def test_who_is_to_make_a_visit_with_somebody_else_does_not_leave(
    world: World, sign_in: Callable[..., Browser]
) -> None:
    lead, other = world.officer("Lena Lead"), world.officer("Olive Officer")
    with world.acting():
        world.services.service.add(
            lambda: Visit.plan(
                "V-2026-0001",
                school=world.school(),
                kind=VisitKind.CORE,
                purpose=Purpose.CHALLENGE,
                on=TODAY + timedelta(days=9),
                term=default_term_on(TODAY),
                visitors=(Visitor(lead, "link officer"), Visitor(other, "officer")),
                lead=lead,
                focus="Target setting",
            )
        )

    page = sign_in(world.administrator()).send(
        href(world, other, "leave"), {**day("on", TODAY), **REASON}, status=422
    )

    assert "Hand over first: visit with others (V-2026-0001)" in page.text
    assert read(world, other).left_on is None


def test_whoever_may_not_read_what_somebody_holds_is_told_only_that_there_is_something(
    world: World, sign_in: Callable[..., Browser]
) -> None:
    """An administrator keeps posts, and reads neither concerns nor what hangs on a restricted one."""
    hanging = Hanging(world)
    record = record_id(RecordOfVisit.KIND, "ROV-2026-0909")
    hanging.town._then(RecordOfVisit, record, lambda it: it.reopen_for_correction("It was Year 8"))
    hanging.keep(Sensitivity.RESTRICTED)
    officer = hanging.place.officer

    page = sign_in(hanging.town.people[Role.ADMINISTRATOR]).send(
        href(world, officer, "leave"), {**day("on", TODAY), **REASON}, status=422
    )

    assert "(V-2026-0909)" in page.text, "that somebody comes is told to everybody"
    assert "that you cannot see" in page.text
    for secret in ("CC-2026-", "ROV-2026-0909"):
        assert secret not in page.text
    assert read(world, officer).left_on is None


def test_a_school_is_not_given_to_an_officer_who_is_known_to_leave(
    world: World, sign_in: Callable[..., Browser]
) -> None:
    officer, school = world.officer("Olive Officer"), world.school()
    last = TODAY + timedelta(days=3)
    sign_in(world.administrator()).send(href(world, officer, "leave"), {**day("on", last), **REASON})

    with pytest.raises(GoneBefore):
        link(world, school, officer)
    with world.acting(), pytest.raises(GoneBefore):
        arrange_cover(
            world.services.service, school, officer, from_=TODAY, to=last + timedelta(days=1), reason="Illness"
        )


def test_an_officers_post_does_not_end_while_schools_hang_on_it(
    world: World, sign_in: Callable[..., Browser]
) -> None:
    school = world.school("Ashgrove High School")
    officer = world.link_officer(school)
    browser = sign_in(world.administrator())
    answers = {"number": "1", **day("until", TODAY), **REASON}

    page = browser.send(href(world, officer, "end-post"), answers, status=422).text

    assert "Hand over first: Ashgrove High School" in page
    assert read(world, officer).posts[0].until is None


def test_many_schools_are_named_as_far_as_can_be_read(world: World, sign_in: Callable[..., Browser]) -> None:
    officer = world.officer()
    for number in range(10):
        link(world, world.school(f"School {number}"), officer)

    page = (
        sign_in(world.administrator())
        .send(href(world, officer, "leave"), {**day("on", TODAY), **REASON}, status=422)
        .text
    )

    assert "School 7" in page
    assert "2 more schools" in page
    assert "School 8" not in page


def test_who_holds_nothing_leaves_and_is_listed_no_more(world: World, sign_in: Callable[..., Browser]) -> None:
    officer = world.officer("Olive Officer")
    browser = sign_in(world.administrator())

    browser.send(href(world, officer, "leave"), {**day("on", date(2026, 10, 30)), **REASON})

    assert read(world, officer).left_on == date(2026, 10, 30)
    assert "Olive Officer" not in table_of(browser.get("/people/"))
    assert "Left on 30 October 2026" in table_of(browser.get("/people/?gone=true"))


def test_a_post_ends_on_its_last_day(world: World, sign_in: Callable[..., Browser]) -> None:
    reviewer = world.reviewer()

    sign_in(world.administrator()).send(
        href(world, reviewer, "end-post"), {"number": "1", **day("until", TODAY), **REASON}
    )

    assert read(world, reviewer).posts[0].until == TODAY


def test_one_of_two_posts_of_an_officer_may_end(world: World, sign_in: Callable[..., Browser]) -> None:
    officer = world.link_officer(world.school())
    browser = sign_in(world.administrator())
    browser.send(
        href(world, officer, "take-post"),
        {"role": "officer", "team": "primary", "full_time_share": "0.5", **day("from", date(2026, 9, 1))},
    )

    browser.send(href(world, officer, "end-post"), {"number": "1", **day("until", TODAY), **REASON})

    assert [post.until for post in read(world, officer).posts] == [TODAY, None]


def test_name_and_address_change(world: World, sign_in: Callable[..., Browser]) -> None:
    person = world.reviewer("Rae Reviewer")
    browser = sign_in(world.administrator())

    browser.send(href(world, person, "rename"), {"name": "Rae Newname"})
    browser.send(href(world, person, "change-email"), {"email": ""})

    assert read(world, person).name.value == "Rae Newname"
    assert read(world, person).email is None
    browser.send(href(world, person, "rename"), {"name": " "}, status=422)
    browser.send(href(world, person, "change-email"), {"email": "no address"}, status=422)


def test_who_may_read_and_who_may_keep(world: World, sign_in: Callable[..., Browser]) -> None:
    school = world.school()
    person = world.officer()

    for reader in (world.director(), world.broker(), world.reviewer()):
        browser = sign_in(reader)
        browser.get("/people/")
        assert "take-post" not in browser.get(href(world, person))
        browser.get(href(world, person, "take-post"), 403)
        browser.get("/people/register", 403)
    for outside in (world.headteacher(school), world.chair(school)):
        browser = sign_in(outside)
        browser.get("/people/", 403)
        browser.get(href(world, person), 403)


def test_the_person_page_shows_schools_and_where_to_hand_them_over(
    world: World, sign_in: Callable[..., Browser]
) -> None:
    school = world.school("Ashgrove High School")
    officer = world.link_officer(school)

    page = sign_in(world.administrator()).get(href(world, officer))

    assert f"/schools/{world.urn(school)}" in page
    assert f"/schools/hand-over?officer={world.reference(officer)}" in page


def test_the_api_lists_and_shows_people(world: World, program: Callable[..., Program]) -> None:
    school = world.school()
    head = world.headteacher(school, "Hana Head")
    api = program(world.director())

    listed = api.get("/people?q=hana").json
    shown = api.get(f"/people/{world.reference(head)}").json

    assert listed is not None
    assert [(each["name"], each["post_titles"]) for each in listed["items"]] == [
        ("Hana Head", ["Headteacher, Ashgrove High School"])
    ]
    assert shown is not None
    assert shown["posts"][0]["school"] == str(world.urn(school))
    assert shown["posts"][0]["full_time_share"] == "1.00"


def test_the_api_goes_on_page_by_page(world: World, program: Callable[..., Program]) -> None:
    for name in ("Amy Ash", "Bob Beech", "Cal Cedar"):
        world.broker(name)
    api = program(world.director("Dora Director"))

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
    world: World, program: Callable[..., Program], wrong: dict[str, Any]
) -> None:
    world.school()
    person = world.reviewer()

    refused = program(world.administrator()).post(
        f"/people/{world.reference(person)}/take-post", wrong, key="wrong-answers", at='"2"', status=422
    )

    assert refused.json is not None
    assert refused.json["errors"]


def test_registering_twice_under_one_key_registers_once(world: World, program: Callable[..., Program]) -> None:
    api = program(world.administrator())
    body = {"name": "Nia New", "email": "nia@ashgrove.example"}

    first = api.post("/people/register", body, key="register-nia", status=201)
    again = api.post("/people/register", body, key="register-nia", status=201)

    assert first.json == again.json
    with world.services.read() as connection:
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
    path: str, why: str, world: World, sign_in: Callable[[UUID], Browser]
) -> None:
    person = world.person("Lea Leaver", Role.BROKER)
    href = f"/people/{world.reference(person)}"
    administrator = sign_in(world.administrator())
    administrator.send(f"{href}/leave", {**day("on", TODAY), "reason": "Moves away"})
    world.clock.pass_by(days=1)
    browser = sign_in(world.director() if path in {"confirm-post", "decline-post"} else world.administrator())
    page = browser.get(f"{href}/{path}", status=409)
    assert why in page
    assert f'href="{href}"' in page
    assert "<textarea" not in page
