"""The policy, cell by cell, against a table written from what the posts are for."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.vocabulary import Role, Team
from web.policy import POLICY, SCHOOL, Action, Concerned, Right, Scope, right_to, widest

EXPECTED = """
                                         off  lead dir  brok cpd  head chai spec rev  adm
find schools                             all  all  all  all  all  own  own  -    all  all
read a school's file                     all  all  all  all  all  own  own  -    all  -
keep the register                        -    -    -    -    -    -    -    -    -    all
read imports                             -    -    all  -    -    -    -    -    all  all
assign link officers                     team -    all  -    -    -    -    -    -    all
set a need category                      team -    all  -    -    -    -    -    -    -
read people and posts                    all  all  all  all  all  -    -    -    all  all
keep people and posts                    -    -    -    -    -    -    -    -    -    all
confirm proposed posts                   -    -    all  -    -    -    -    -    -    all
keep accounts                            -    -    -    -    -    -    -    -    -    all
keep settings                            -    -    -    -    -    -    -    -    -    all
read visits                              all  all  all  all  all  own  own  -    all  -
plan and hold visits                     team -    all  -    -    -    -    -    -    -
confirm visits                           team -    all  -    -    own  own  -    -    -
add agenda items                         team -    all  -    -    own  own  -    -    -
read issued records of visit             all  all  all  all  all  own  own  -    all  -
read records of visit in progress        all  all  all  all  all  -    -    -    all  -
write records of visit                   team -    all  -    -    -    -    -    -    -
assure records of visit                  team -    all  -    -    -    -    -    -    -
respond as headteacher                   -    -    -    -    -    own  -    -    -    -
respond as chair of governors            -    -    -    -    -    -    own  -    -    -
record the governing body's meeting      team -    all  -    -    own  own  -    -    -
complete agreed actions                  team -    all  -    -    own  own  -    -    -
read support requests                    all  all  all  all  all  own  own  -    all  -
raise support requests                   all  all  all  all  all  own  own  -    -    -
withdraw support requests                team -    all  all  all  own  own  -    -    -
broker specialist support                -    -    all  all  -    -    -    -    -    -
broker training                          -    -    all  -    all  -    -    -    -    -
read invitations                         -    -    all  all  all  -    -    own  all  -
answer invitations                       -    -    -    -    -    -    -    own  -    -
read engagements                         all  all  all  all  all  own  own  own  all  -
agree an engagement for the school       -    -    -    -    -    own  own  -    -    -
agree an engagement for the provider     -    -    -    -    -    -    -    own  -    -
agree an engagement on another's behalf  -    -    all  all  all  -    -    -    -    -
keep an engagement                       -    -    all  all  all  -    -    -    -    -
report delivered sessions                -    -    all  all  all  -    -    own  -    -
evaluate an engagement                   -    -    -    -    -    own  own  -    -    -
read providers                           all  all  all  all  all  -    -    own  all  all
keep providers and vetting               -    -    -    all  all  -    -    -    -    all
read concerns                            team -    all  -    -    own  own  -    all  -
raise concerns                           all  all  all  all  all  -    -    -    -    -
decide on concerns and interventions     team -    all  -    -    -    -    -    -    -
write notes and attach files             all  all  all  all  all  own  own  own  -    -
read notes and files                     all  all  all  all  all  own  own  own  all  -
read restricted notes                    team -    all  -    -    -    -    -    all  -
read the caseload                        all  all  all  all  all  own  own  -    all  -
read the audit trail                     -    -    all  -    -    -    -    -    all  all
"""
"""What each post is for. `team` reaches an officer's own schools, and those of the team for whoever leads it."""

ROLES = (
    Role.OFFICER,
    Role.STRATEGIC_LEAD,
    Role.DIRECTOR,
    Role.BROKER,
    Role.CPD_MANAGER,
    Role.HEADTEACHER,
    Role.CHAIR,
    Role.SPECIALIST,
    Role.REVIEWER,
    Role.ADMINISTRATOR,
)
"""The columns, in their order."""

READING = frozenset(action for action in Action if action.value.startswith(("read", "find")))

PERSON, OUR_SCHOOL, ANOTHER_SCHOOL, OUR_PROVIDER, ANOTHER_PROVIDER = (uuid4() for _ in range(5))

OWN_RECORD = Concerned(OUR_SCHOOL, Team.PRIMARY, OUR_PROVIDER)
OF_TEAM = Concerned(ANOTHER_SCHOOL, Team.SECONDARY, ANOTHER_PROVIDER)
OF_OTHERS = Concerned(ANOTHER_SCHOOL, Team.PRIMARY, ANOTHER_PROVIDER)
NAMED_IN = Concerned(ANOTHER_SCHOOL, Team.PRIMARY, ANOTHER_PROVIDER, frozenset({PERSON}))


def expected() -> dict[tuple[Action, Role], Scope | None]:
    """The table as it is read: a cell for each action and role."""
    cells: dict[tuple[Action, Role], Scope | None] = {}
    for line in EXPECTED.strip().splitlines()[1:]:
        action = Action(line[:41].strip())
        for role, word in zip(ROLES, line[41:].split(), strict=True):
            cells[action, role] = None if word == "-" else Scope(word)
    return cells


CELLS = expected()


def the_post(role: Role, *, leads: bool = False) -> Right:
    """A post as it is held at our school, or with our provider; an officer's may lead the secondary team."""
    return Right(
        role=role,
        school_ids=frozenset({OUR_SCHOOL}) if role in {Role.OFFICER, Role.DIRECTOR, *SCHOOL} else frozenset(),
        provider=OUR_PROVIDER if role is Role.SPECIALIST else None,
        leads=Team.SECONDARY if leads else None,
    )


def may(action: Action, right: Right, where: Concerned | None = None) -> bool:
    return right_to(action, [right], PERSON, where) is not None


def named(cells: Iterator[tuple[Action, Role]] | None = None) -> list[object]:
    return [pytest.param(action, role, id=f"{role}-{action}".replace(" ", "_")) for action, role in cells or CELLS]


def test_the_table_has_a_line_for_each_action_and_a_column_for_each_post() -> None:
    assert {action for action, _ in CELLS} == set(Action) == set(POLICY)
    assert {role for _, role in CELLS} == set(Role)


@pytest.mark.parametrize(("action", "role"), named())
def test_each_cell_of_the_policy_is_as_expected(action: Action, role: Role) -> None:
    assert POLICY[action].get(role) == CELLS[action, role]


@pytest.mark.parametrize(("action", "role"), named())
def test_a_post_reaches_its_own_records_where_it_reaches_any(action: Action, role: Role) -> None:
    reaches = CELLS[action, role]

    assert may(action, the_post(role), OWN_RECORD) is (reaches is not None)


@pytest.mark.parametrize(("action", "role"), named())
def test_a_post_reaches_the_records_of_others_only_where_it_reaches_all(action: Action, role: Role) -> None:
    everywhere = CELLS[action, role] is Scope.ALL

    assert may(action, the_post(role), OF_OTHERS) is everywhere
    assert may(action, the_post(role), OF_TEAM) is everywhere


@pytest.mark.parametrize("action", Action)
def test_whoever_leads_a_team_reaches_its_schools_too_and_no_others(action: Action) -> None:
    cell, leader = CELLS[action, Role.OFFICER], the_post(Role.OFFICER, leads=True)

    assert may(action, leader, OF_TEAM) is (cell in {Scope.TEAM, Scope.ALL})
    assert may(action, leader, OF_OTHERS) is (cell is Scope.ALL)


@pytest.mark.parametrize(("action", "role"), named())
def test_a_record_that_names_somebody_of_the_service_is_theirs(action: Action, role: Role) -> None:
    reaches = CELLS[action, role] is not None

    assert may(action, the_post(role), NAMED_IN) is (reaches and role not in SCHOOL)


@pytest.mark.parametrize(("action", "role"), named())
def test_an_action_is_open_at_all_to_those_whom_the_table_names(action: Action, role: Role) -> None:
    assert may(action, the_post(role)) is (CELLS[action, role] is not None)


@pytest.mark.parametrize(("action", "role"), named())
def test_a_list_is_as_wide_as_the_cell(action: Action, role: Role) -> None:
    cell = CELLS[action, role]
    narrowed = Scope.OWN if cell is Scope.TEAM else cell

    assert widest(action, [the_post(role)]) is narrowed
    if role is Role.OFFICER:
        assert widest(action, [the_post(role, leads=True)]) is cell


@pytest.mark.parametrize("action", Action)
def test_nobody_does_anything_without_a_post(action: Action) -> None:
    assert right_to(action, [], PERSON) is None
    assert right_to(action, [], PERSON, NAMED_IN) is None
    assert widest(action, []) is None


@pytest.mark.parametrize("action", Action)
def test_rights_of_several_posts_add_up(action: Action) -> None:
    posts = [the_post(Role.HEADTEACHER), the_post(Role.REVIEWER)]
    held = [CELLS[action, post.role] for post in posts]

    assert (right_to(action, posts, PERSON, OF_OTHERS) is not None) is (Scope.ALL in held)
    assert (right_to(action, posts, PERSON, OWN_RECORD) is not None) is any(held)


def test_a_post_at_one_school_does_not_answer_for_the_school_of_another_post() -> None:
    head = Right(Role.HEADTEACHER, frozenset({OUR_SCHOOL}))
    chair = Right(Role.CHAIR, frozenset({ANOTHER_SCHOOL}))

    assert right_to(Action.RESPOND_AS_HEAD, [head, chair], PERSON, OF_OTHERS) is None
    assert right_to(Action.RESPOND_AS_CHAIR, [head, chair], PERSON, OF_OTHERS) is chair


def test_a_reviewer_reads_and_does_nothing_else() -> None:
    allowed = {action for action, role in CELLS if role is Role.REVIEWER and CELLS[action, role]}

    assert allowed <= READING


def test_restricted_notes_are_for_fewer_posts_than_notes() -> None:
    restricted, ordinary = POLICY[Action.READ_RESTRICTED], POLICY[Action.READ_NOTE]

    assert set(restricted) < set(ordinary)
