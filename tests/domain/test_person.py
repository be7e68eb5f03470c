"""A person: name, address, and the posts held for dated periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import EndsBeforeItBegins, ReasonNeeded
from domain.person import Person
from domain.person.rules import (
    DeputyAlready,
    EndsLater,
    HasLeft,
    NameNeeded,
    NeedsNoSecondPerson,
    NoDeputy,
    NoSuchPost,
    NoSuchProposal,
    NotAnEmailAddress,
    NotAShare,
    NotBackwards,
    NotTheirProposal,
    OneHop,
    OwnDeputy,
    OwnPost,
    OwnRecord,
    PostHeldAlready,
    PostNeedsItsPlace,
    ProposedAlready,
    SecondPersonNeeded,
)
from domain.references import record_id
from domain.vocabulary import Phase, Role, Team
from tests.scenario import TODAY, at_the_machine, given, signed

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
        (Role.OFFICER, {"team": Team.SECONDARY, "capacity": Decimal("0.6")}),
        (Role.STRATEGIC_LEAD, {"theme": "14 to 19"}),
        (Role.HEADTEACHER, {"school": SCHOOL}),
        (Role.CHAIR, {"school": SCHOOL}),
        (Role.SPECIALIST, {"provider": PROVIDER}),
        (Role.BROKER, {}),
        (Role.CPD_MANAGER, {}),
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


def leave(on: date = TODAY) -> Act:
    return lambda person: person.leave(on=on, reason="Retires")


def test_whoever_leaves_holds_no_post_after_the_last_day() -> None:
    person = an_officer()
    with signed():
        person.take_post(Role.BROKER, from_=NEXT_YEAR)

    given(person).when(leave()).then(Person.Left, on=TODAY, reason="Retires").then_holds(
        lambda person: person.holds(Role.OFFICER, TODAY) and person.posts_on(NEXT_YEAR) == []
    )


def test_nobody_leaves_before_they_came() -> None:
    given(an_officer()).when(leave(date(2026, 8, 31))).then_refused(EndsBeforeItBegins, field="on")


def test_nobody_leaves_twice() -> None:
    given(an_officer()).when(leave()).when(leave()).then_refused(HasLeft)


def test_whoever_has_left_takes_no_post_of_before() -> None:
    given(an_officer()).when(leave()).when(take(Role.BROKER, SEPTEMBER)).then_refused(HasLeft, field="from_")


def test_whoever_has_left_comes_back_with_a_post_of_a_later_day() -> None:
    given(an_officer()).when(leave(YESTERDAY)).when(take(Role.BROKER, TODAY)).then(
        Person.PostTaken, post=2
    ).then_holds(lambda person: person.left_on is None and person.holds(Role.BROKER, TODAY))


ADA, BEN, CARA = uuid4(), uuid4(), uuid4()
RAISED = pytest.mark.parametrize(
    "role", [Role.DIRECTOR, Role.REVIEWER, Role.ADMINISTRATOR, Role.CHIEF_OFFICER, Role.COUNTERSIGNER]
)


def propose(role: Role = Role.DIRECTOR, from_: date = TODAY, *, at_once: bool = False) -> Act:
    return lambda person: person.propose_post(role, from_=from_, at_once=at_once)


def confirm(person: Person) -> None:
    person.confirm_post(1)


def decline(person: Person) -> None:
    person.decline_post(1, reason="Not agreed")


def withdraw(person: Person) -> None:
    person.withdraw_post(1, reason="Entered by mistake")


def somebody_proposed(role: Role = Role.DIRECTOR, from_: date = TODAY, *, at_once: bool = False) -> Person:
    person = a_person()
    with signed(by=ADA):
        propose(role, from_, at_once=at_once)(person)
    return person


@RAISED
def test_a_post_that_opens_the_service_is_not_given_by_one_person(role: Role) -> None:
    given(a_person()).when(take(role), by=ADA).then_refused(SecondPersonNeeded, field="role")


@RAISED
def test_whoever_has_the_machine_gives_the_first_posts(role: Role) -> None:
    person = a_person()
    with at_the_machine():
        person.take_post(role, from_=TODAY)
    assert person.holds(role, TODAY)


@RAISED
def test_a_proposed_post_is_held_once_somebody_else_confirms_it(role: Role) -> None:
    given(a_person()).when(propose(role), by=ADA).then(
        Person.PostProposed, proposal=1, post=None, role=role
    ).then_holds(lambda person: not person.holds(role, TODAY)).when(confirm, by=BEN).then(
        Person.PostConfirmed, Person.PostTaken, role=role, post=1, from_=TODAY
    ).then_holds(lambda person: person.holds(role, TODAY) and not person.proposals)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.BROKER, Role.HEADTEACHER])
def test_other_posts_are_not_proposed(role: Role) -> None:
    given(a_person()).when(propose(role), by=ADA).then_refused(NeedsNoSecondPerson, field="role")


@pytest.mark.parametrize("act", [confirm, decline])
def test_who_proposes_does_not_decide(act: Act) -> None:
    given(somebody_proposed()).when(act, by=ADA).then_refused(SecondPersonNeeded, field="proposal")


@pytest.mark.parametrize("act", [confirm, decline])
def test_who_gains_does_not_decide(act: Act) -> None:
    person = somebody_proposed()
    given(person).when(act, by=person.id).then_refused(OwnPost, field="proposal")


@pytest.mark.parametrize(
    "act",
    [
        take(Role.BROKER),
        take(Role.ADMINISTRATOR),
        propose(),
        propose(at_once=True),
        take(Role.OFFICER, team=Team.PRIMARY, leads_team=True),
    ],
)
def test_nobody_gives_themselves_a_post(act: Act) -> None:
    person = a_person()
    given(person).when(act, by=person.id).then_refused(OwnPost)


def test_nobody_changes_how_others_know_them() -> None:
    person = a_person()
    given(person).when(lambda each: each.rename("Dora Director"), by=person.id).then_refused(OwnRecord, field="name")
    given(person).when(lambda each: each.change_email("d@example.org"), by=person.id).then_refused(
        OwnRecord, field="email"
    )


def test_a_post_is_not_made_longer_by_ending_it() -> None:
    person = a_person()
    with signed():
        take(Role.BROKER, until=NEXT_YEAR)(person)
    given(person).when(lambda each: each.end_post(1, until=date(2030, 1, 1), reason="Longer")).then_refused(
        EndsLater, field="until"
    )


def test_a_confirmed_post_does_not_reach_back_before_its_confirmation() -> None:
    given(somebody_proposed(from_=SEPTEMBER)).when(confirm, by=BEN).then(
        Person.PostConfirmed, Person.PostTaken, from_=TODAY
    ).then_holds(lambda person: not person.holds(Role.DIRECTOR, YESTERDAY))


def test_a_declined_post_is_not_held_and_cannot_be_confirmed_any_more() -> None:
    given(somebody_proposed()).when(decline, by=BEN).then(
        Person.PostDeclined, proposed_by=ADA, reason="Not agreed"
    ).then_holds(lambda person: not person.posts).when(confirm, by=CARA).then_refused(NoSuchProposal)


def test_a_proposal_is_withdrawn_by_whoever_made_it() -> None:
    given(somebody_proposed()).when(withdraw, by=BEN).then_refused(NotTheirProposal).when(withdraw, by=ADA).then(
        Person.PostProposalWithdrawn, reason="Entered by mistake"
    ).when(confirm, by=BEN).then_refused(NoSuchProposal)


def test_the_first_holder_holds_the_post_while_it_waits_to_be_confirmed() -> None:
    given(a_person()).when(propose(at_once=True), by=ADA).then(
        Person.PostProposed, Person.PostTaken, role=Role.DIRECTOR, post=1
    ).then_holds(lambda person: person.holds(Role.DIRECTOR, TODAY)).when(confirm, by=ADA).then_refused(
        SecondPersonNeeded
    ).when(confirm, by=BEN).then(Person.PostConfirmed).then_holds(
        lambda person: person.holds(Role.DIRECTOR, TODAY) and not person.proposals
    )


@pytest.mark.parametrize(("from_", "last_day"), [(TODAY, TODAY), (NEXT_YEAR, None)])
def test_a_post_held_meanwhile_ends_when_it_is_declined(from_: date, last_day: date | None) -> None:
    given(somebody_proposed(from_=from_, at_once=True)).when(decline, by=BEN).then(
        Person.PostDeclined, Person.PostEnded, until=last_day
    ).then_holds(lambda person: not person.holds(Role.DIRECTOR, NEXT_YEAR))


def test_the_same_post_is_proposed_once() -> None:
    given(somebody_proposed()).when(propose(), by=BEN).then_refused(ProposedAlready, field="from_")


DEPUTY = uuid4()
IN_TWO_DAYS, IN_A_WEEK = date(2026, 11, 4), date(2026, 11, 9)


def a_director() -> Person:
    person = a_person()
    with at_the_machine():
        person.take_post(Role.DIRECTOR, from_=SEPTEMBER)
    return person


def name_deputy(deputy: UUID = DEPUTY, from_: date = TODAY, until: date = IN_A_WEEK, post: int = 1) -> Act:
    return lambda person: person.name_deputy(post, deputy, from_=from_, until=until)


def test_the_holder_of_a_post_that_decides_has_a_deputy_for_some_days_and_no_longer_than_the_post() -> None:
    director = a_director()
    given(director).when(name_deputy(), by=director.id).then(Person.DeputyNamed, role=Role.DIRECTOR, deputy=DEPUTY)
    assert [len(director.deputises(DEPUTY, day)) for day in (YESTERDAY, TODAY, IN_A_WEEK, date(2026, 11, 10))] == [
        0,
        1,
        1,
        0,
    ]
    assert director.deputises(uuid4(), TODAY) == []
    given(director).when(name_deputy(uuid4(), from_=IN_A_WEEK, until=NEXT_YEAR)).then_refused(DeputyAlready)
    given(director).when(lambda it: it.end_deputy(1, until=NEXT_YEAR)).then_refused(EndsLater)
    given(director).when(lambda it: it.end_deputy(1, until=YESTERDAY)).then_refused(NotBackwards)
    given(director).when(lambda it: it.end_deputy(1, until=IN_TWO_DAYS)).then(Person.DeputyEnded, until=IN_TWO_DAYS)
    given(director).when(lambda it: it.end_deputy(1, until=TODAY)).then(Person.DeputyEnded, until=TODAY)
    for day in (YESTERDAY, TODAY):
        given(director).when(lambda it, day=day: it.end_deputy(1, until=day)).then_refused(EndsLater)  # type: ignore[misc]
    assert director.deputises(DEPUTY, IN_A_WEEK) == []
    other = name_deputy(uuid4(), from_=IN_A_WEEK, until=NEXT_YEAR)
    given(director).when(other, by=DEPUTY).then_refused(OneHop)

    never = a_director()
    given(never).when(name_deputy(from_=IN_TWO_DAYS)).then(Person.DeputyNamed)
    given(never).when(lambda it: it.end_deputy(1, until=TODAY)).then(Person.DeputyEnded, until=None)
    assert never.deputies == []
    given(never).when(lambda it: it.end_deputy(1, until=TODAY)).then_refused(NoDeputy)


def test_nobody_is_their_own_deputy_or_was_one_before_they_were_named_and_only_who_is_asked_has_one() -> None:
    director = a_director()
    given(director).when(name_deputy(director.id)).then_refused(OwnDeputy)
    given(director).when(name_deputy(), by=DEPUTY).then_refused(OwnDeputy)
    given(director).when(name_deputy(from_=YESTERDAY)).then_refused(NotBackwards)
    given(director).when(name_deputy(until=YESTERDAY)).then_refused(EndsBeforeItBegins)
    given(director).when(name_deputy(post=2)).then_refused(NoDeputy)
    given(an_officer()).when(name_deputy()).then_refused(NoDeputy)
