"""A person: name, address, and the posts held for dated periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.aggregate import ReasonNeeded
from domain.person import (
    EndsBeforeItBegins,
    HasLeft,
    HoldsWork,
    NameNeeded,
    NoSuchPost,
    NotAnEmailAddress,
    NotAShare,
    Person,
    PostHeldAlready,
    PostNeedsItsPlace,
)
from domain.references import record_id
from domain.vocabulary import Phase, Role, Team
from tests.scenario import TODAY, given, signed

SEPTEMBER, LAST_YEAR, NEXT_YEAR = date(2026, 9, 1), date(2025, 9, 1), date(2027, 1, 4)
YESTERDAY = date(2026, 11, 1)
SCHOOL, OTHER_SCHOOL, PROVIDER = uuid4(), uuid4(), uuid4()

Act = Callable[[Person], object]


def a_person() -> Person:
    with signed():
        return Person.register("PE-2026-0001", name="Anna Kowalski", email="anna.kowalski@example.org")


def an_officer() -> Person:
    person = a_person()
    with signed():
        person.take_post(Role.OFFICER, from_=SEPTEMBER, team=Team.PRIMARY, phase=Phase.PRIMARY)
    return person


def take(role: Role, from_: date = SEPTEMBER, **fields: Any) -> Act:
    return lambda person: person.take_post(role, from_=from_, **fields)


def test_a_person_is_known_by_a_reference_and_named_apart_from_plain_text() -> None:
    person = a_person()

    assert person.id == record_id("person", "PE-2026-0001")
    assert (person.name.person, person.name.value) == (person.id, "Anna Kowalski")


def test_nobody_is_registered_without_a_name() -> None:
    given(a_person()).when(lambda _: Person.register("PE-2026-0002", name="  ")).then_refused(
        NameNeeded, field="name"
    )


def test_a_new_name_keeps_the_one_before() -> None:
    person = a_person()
    before = person.name

    given(person).when(lambda person: person.rename("Anna Nowak")).then(Person.NameChanged, before=before).then_holds(
        lambda person: person.name.value == "Anna Nowak"
    )


@pytest.mark.parametrize(
    "email", ["anna", "@example.org", "anna@", "anna@org", "an na@example.org", "a@b@example.org"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    given(a_person()).when(lambda person: person.change_email(email)).then_refused(NotAnEmailAddress, field="email")


def test_a_person_may_have_no_address() -> None:
    given(a_person()).when(lambda person: person.change_email("")).then(Person.EmailChanged, email=None)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.OFFICER, {"team": Team.SECONDARY, "capacity": Decimal("0.6"), "leads_team": True}),
        (Role.STRATEGIC_LEAD, {"theme": "14 to 19"}),
        (Role.HEADTEACHER, {"school": SCHOOL}),
        (Role.CHAIR, {"school": SCHOOL}),
        (Role.SPECIALIST, {"provider": PROVIDER}),
        (Role.DIRECTOR, {}),
        (Role.BROKER, {}),
        (Role.CPD_MANAGER, {}),
        (Role.REVIEWER, {}),
        (Role.ADMINISTRATOR, {}),
    ],
)
def test_a_post_is_held_from_its_first_day(role: Role, place: dict[str, Any]) -> None:
    given(a_person()).when(take(role, **place)).then(Person.PostTaken, role=role, post=1, **place).then_holds(
        lambda person: person.holds(role, SEPTEMBER) and not person.holds(role, date(2026, 8, 31))
    )


@pytest.mark.parametrize(
    ("role", "field"),
    [
        (Role.OFFICER, "team"),
        (Role.STRATEGIC_LEAD, "theme"),
        (Role.HEADTEACHER, "school"),
        (Role.CHAIR, "school"),
        (Role.SPECIALIST, "provider"),
    ],
)
def test_a_post_names_where_it_is_held(role: Role, field: str) -> None:
    given(a_person()).when(take(role)).then_refused(PostNeedsItsPlace, field=field)


def test_whoever_leads_a_team_belongs_to_it() -> None:
    given(a_person()).when(take(Role.DIRECTOR, leads_team=True)).then_refused(PostNeedsItsPlace, field="team")


@pytest.mark.parametrize("capacity", ["0", "-0.5", "1.1", "NaN"])
def test_capacity_is_a_share_of_full_time(capacity: str) -> None:
    given(a_person()).when(take(Role.OFFICER, team=Team.PRIMARY, capacity=Decimal(capacity))).then_refused(
        NotAShare, field="capacity"
    )


def test_a_post_ends_on_or_after_its_first_day() -> None:
    given(a_person()).when(take(Role.BROKER, until=LAST_YEAR)).then_refused(EndsBeforeItBegins, field="until")


def test_a_head_may_lead_several_schools() -> None:
    given(a_person()).when(take(Role.HEADTEACHER, school=SCHOOL)).when(
        take(Role.HEADTEACHER, school=OTHER_SCHOOL)
    ).then(Person.PostTaken, post=2).then_holds(
        lambda person: {post.school for post in person.posts_on(TODAY)} == {SCHOOL, OTHER_SCHOOL}
    )


def test_the_same_post_is_not_held_twice_at_a_time() -> None:
    given(an_officer()).when(take(Role.OFFICER, NEXT_YEAR, team=Team.PRIMARY, phase=Phase.PRIMARY)).then_refused(
        PostHeldAlready, field="from_"
    )


def test_the_same_post_may_be_held_again_later() -> None:
    person = a_person()
    with signed():
        person.take_post(Role.BROKER, from_=LAST_YEAR, until=date(2026, 8, 31))

    given(person).when(take(Role.BROKER, date(2026, 8, 31))).then_refused(PostHeldAlready).when(
        take(Role.BROKER, SEPTEMBER)
    ).then(Person.PostTaken)


def test_an_ended_post_is_held_to_its_last_day() -> None:
    given(an_officer()).when(lambda person: person.end_post(1, until=TODAY, reason="Promoted")).then(
        Person.PostEnded, role=Role.OFFICER, reason="Promoted"
    ).then_holds(lambda person: person.holds(Role.OFFICER, TODAY) and not person.holds(Role.OFFICER, NEXT_YEAR))


def test_a_post_is_not_ended_before_it_began() -> None:
    given(an_officer()).when(lambda person: person.end_post(1, until=LAST_YEAR, reason="Mistaken")).then_refused(
        EndsBeforeItBegins, field="until"
    )


def test_a_post_is_not_ended_without_a_reason() -> None:
    given(an_officer()).when(lambda person: person.end_post(1, until=TODAY, reason="")).then_refused(ReasonNeeded)


def test_a_post_that_has_ended_is_not_ended_again() -> None:
    person = an_officer()
    with signed():
        person.end_post(1, until=YESTERDAY, reason="Promoted")

    given(person).when(lambda person: person.end_post(1, until=TODAY, reason="Again")).then_refused(NoSuchPost).when(
        lambda person: person.end_post(2, until=TODAY, reason="No such post")
    ).then_refused(NoSuchPost, field="post")


def test_a_post_on_which_work_hangs_is_not_ended() -> None:
    given(an_officer()).when(
        lambda person: person.end_post(1, until=TODAY, reason="Promoted", holdings=["Lark Hill Primary School"])
    ).then_refused(HoldsWork)


def test_nobody_leaves_while_holding_work() -> None:
    officer = an_officer()

    with signed(), pytest.raises(HoldsWork, match="Lark Hill Primary School, SR-2026-0007"):
        officer.leave(on=TODAY, reason="Retires", holdings=["Lark Hill Primary School", "SR-2026-0007"])

    assert officer.left_on is None


def leave(on: date = TODAY) -> Act:
    return lambda person: person.leave(on=on, reason="Retires", holdings=())


def test_whoever_leaves_holds_no_post_after_the_last_day() -> None:
    person = an_officer()
    with signed():
        person.take_post(Role.REVIEWER, from_=NEXT_YEAR)

    given(person).when(leave()).then(Person.Left, on=TODAY, reason="Retires").then_holds(
        lambda person: person.holds(Role.OFFICER, TODAY) and person.posts_on(NEXT_YEAR) == []
    )


def test_nobody_leaves_twice() -> None:
    given(an_officer()).when(leave()).when(leave()).then_refused(HasLeft)


def test_whoever_has_left_takes_no_post_of_before() -> None:
    given(an_officer()).when(leave()).when(take(Role.BROKER, SEPTEMBER)).then_refused(HasLeft, field="from_")


def test_whoever_has_left_comes_back_with_a_post_of_a_later_day() -> None:
    given(an_officer()).when(leave(YESTERDAY)).when(take(Role.BROKER, TODAY)).then(
        Person.PostTaken, post=2
    ).then_holds(lambda person: person.left_on is None and person.holds(Role.BROKER, TODAY))
