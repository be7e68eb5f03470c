"""The policy, cell by cell, against a table written from what the posts are for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from domain.person import Post
from domain.vocabulary import Role, Team
from web.access.policy import POLICY, SCHOOL, Action, RecordScope, Right, Scope, right_to, takes_two_people, widest

EXPECTED = """
                                         off  lead dir  brok cpd  head chai spec rev  adm  chie coun
find schools                             all  all  all  all  all  own  own  -    all  all  -    -
read a school's file                     all  all  all  all  all  own  own  -    all  -    -    -
update the register                      -    -    -    -    -    -    -    -    -    all  -    -
read imports                             -    -    all  -    -    -    -    -    all  all  -    -
assign link officers                     team -    all  -    -    -    -    -    -    all  -    -
set a level of support                   team -    all  -    -    -    -    -    -    -    -    -
read people and roles                    all  all  all  all  all  -    -    -    all  all  -    -
change people and roles                  -    -    -    -    -    -    -    -    -    all  -    -
name a deputy                            own  -    own  -    -    -    -    -    -    -    own  own
end a deputy                             own  -    own  -    -    -    -    -    -    all  own  own
confirm proposed roles                   -    -    all  -    -    -    -    -    -    all  -    -
manage accounts                          -    -    -    -    -    -    -    -    -    all  -    -
change settings                          -    -    -    -    -    -    -    -    -    all  -    -
read visits                              all  all  all  all  all  own  own  -    all  -    -    -
plan and make visits                     team -    all  -    -    -    -    -    -    -    -    -
read who was in school                   -    -    all  own  -    own  own  -    all  -    -    -
confirm visits                           -    -    -    -    -    own  own  -    -    -    -    -
add agenda items                         team -    all  -    -    own  own  -    -    -    -    -
read issued records of visit             all  all  all  all  all  own  own  -    all  -    -    -
read records of visit in progress        all  all  all  all  all  -    -    -    all  -    -    -
write records of visit                   team -    all  -    -    -    -    -    -    -    -    -
assure records of visit                  team -    all  -    -    -    -    -    -    -    -    -
respond as headteacher                   -    -    -    -    -    own  -    -    -    -    -    -
respond as chair of governors            -    -    -    -    -    -    own  -    -    -    -    -
record the governing body's meeting      team -    all  -    -    own  own  -    -    -    -    -
complete agreed actions                  team -    all  -    -    own  own  -    -    -    -    -
read support requests                    all  all  all  all  all  own  own  -    all  -    -    -
raise support requests                   all  all  all  all  all  own  own  -    -    -    -    -
withdraw support requests                team -    all  all  all  own  own  -    -    -    -    -
broker specialist support                -    -    all  all  -    -    -    -    -    -    -    -
broker training                          -    -    all  -    all  -    -    -    -    -    -    -
read invitations                         -    -    all  all  all  -    -    own  all  -    -    -
answer invitations                       -    -    -    -    -    -    -    own  -    -    -    -
read engagements                         all  all  all  all  all  own  own  own  all  -    -    -
agree an engagement for the school       -    -    -    -    -    own  own  -    -    -    -    -
agree an engagement for the provider     -    -    -    -    -    -    -    own  -    -    -    -
agree an engagement on another's behalf  -    -    all  all  all  -    -    -    -    -    -    -
manage an engagement                     -    -    all  all  all  -    -    -    -    -    -    -
report delivered sessions                -    -    all  all  all  -    -    own  -    -    -    -
evaluate an engagement                   -    -    -    -    -    own  own  -    -    -    -    -
read providers                           all  all  all  all  all  -    -    own  all  all  -    -
manage providers and vetting             -    -    -    all  all  -    -    -    -    all  -    -
read concerns                            team -    all  -    -    own  own  -    all  -    -    -
raise concerns                           all  all  all  all  all  -    -    -    -    -    -    -
decide on concerns and interventions     team -    all  -    -    -    -    -    -    -    -    -
answer a letter or notice                team -    all  -    -    own  own  -    -    -    -    -
read the source of a concern             own  -    all  -    -    -    -    -    -    -    -    -
write notes and attach files             all  all  all  all  all  own  own  own  -    -    -    -
read notes and files                     all  all  all  all  all  own  own  own  all  -    -    -
read restricted notes                    team -    all  -    -    -    -    -    all  -    -    -
read the caseload                        all  all  all  all  all  own  own  -    all  -    -    -
read the audit trail                     -    -    all  -    -    -    -    -    all  all  -    -
read decisions                           all  all  all  all  all  -    -    -    all  own  own  own
read the scheme of delegation            all  all  all  all  all  -    -    -    all  all  all  all
take part in decisions                   all  all  all  all  all  -    -    -    -    own  own  own
decide what is asked                     team -    all  -    -    -    -    -    -    -    own  own
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
    Role.CHIEF_OFFICER,
    Role.COUNTERSIGNER,
)
"""The columns, in their order."""

READING = frozenset(action for action in Action if action.value.startswith(("read", "find")))

PERSON, OUR_SCHOOL, ANOTHER_SCHOOL, OUR_PROVIDER, ANOTHER_PROVIDER = (uuid4() for _ in range(5))

OWN_RECORD = RecordScope(OUR_SCHOOL, Team.PRIMARY, OUR_PROVIDER)
OF_TEAM = RecordScope(ANOTHER_SCHOOL, Team.SECONDARY, ANOTHER_PROVIDER)
OF_OTHERS = RecordScope(ANOTHER_SCHOOL, Team.PRIMARY, ANOTHER_PROVIDER)
NAMED_IN = RecordScope(ANOTHER_SCHOOL, Team.PRIMARY, ANOTHER_PROVIDER, frozenset({PERSON}))


def expected() -> dict[tuple[Action, Role], Scope | None]:
    """The table as it is read: a cell for each action and role."""
    cells: dict[tuple[Action, Role], Scope | None] = {}
    for line in EXPECTED.strip().splitlines()[1:]:
        action = Action(line[:41].strip())
        for role, word in zip(ROLES, line[41:].split(), strict=True):
            cells[action, role] = None if word == "-" else Scope(word)
    return cells


CELLS = expected()

OF_THEMSELVES = {Action.NAME_DEPUTY, Action.END_DEPUTY}
"""What somebody does to their own record alone."""


def the_post(role: Role, *, leads: bool = False) -> Right:
    """A post as it is held at our school, or with our provider; an officer's may lead the secondary team."""
    return Right(
        role=role,
        school_ids=frozenset({OUR_SCHOOL}) if role in {Role.OFFICER, Role.DIRECTOR, *SCHOOL} else frozenset(),
        provider=OUR_PROVIDER if role is Role.SPECIALIST else None,
        leads=Team.SECONDARY if leads else None,
    )


def own_record(role: Role) -> RecordScope:
    """A record of a post's own: of those who see what they are asked, ask or broker alone, one that names them."""
    by_name = {Role.CHIEF_OFFICER, Role.COUNTERSIGNER, Role.ADMINISTRATOR, Role.BROKER}
    return NAMED_IN if role in by_name else OWN_RECORD


def may(action: Action, right: Right, where: RecordScope | None = None) -> bool:
    return right_to(action, [right], PERSON, where) is not None


def differing(told: Callable[[Action, Role], object], expected: Callable[[Action, Role], object]) -> list[str]:
    """The cells in which two tables are not the same, each with what is told and what was expected."""
    both = ((action, role, told(action, role), expected(action, role)) for action, role in CELLS)
    return [
        f"{role}, {action}: {found}, expected {promised}"
        for action, role, found, promised in both
        if found != promised
    ]


def reaches(action: Action, role: Role) -> bool:
    return CELLS[action, role] is not None


def reaches_all(action: Action, role: Role) -> bool:
    return CELLS[action, role] is Scope.ALL


def test_the_table_has_a_line_for_each_action_and_a_column_for_each_post() -> None:
    assert {action for action, _ in CELLS} == set(Action) == set(POLICY)
    assert {role for _, role in CELLS} == set(Role)
    assert len(CELLS) == len(Action) * len(Role)


def test_the_cells_that_differ_are_named() -> None:
    def with_one_more(action: Action, role: Role) -> Scope | None:
        one_more = (action, role) == (Action.KEEP_SETTINGS, Role.BROKER)
        return Scope.ALL if one_more else CELLS[action, role]

    assert differing(with_one_more, lambda *cell: CELLS[cell]) == ["broker, change settings: all, expected None"]


def test_each_cell_of_the_policy_is_as_expected() -> None:
    assert differing(lambda action, role: POLICY[action].get(role), lambda *cell: CELLS[cell]) == []


def test_a_post_reaches_its_own_records_where_it_reaches_any() -> None:
    assert differing(lambda action, role: may(action, the_post(role), own_record(role)), reaches) == []


def test_a_post_reaches_the_records_of_others_only_where_it_reaches_all() -> None:
    for where in (OF_OTHERS, OF_TEAM):
        assert differing(lambda action, role, where=where: may(action, the_post(role), where), reaches_all) == []


def test_whoever_leads_a_team_reaches_its_schools_too_and_no_others() -> None:
    def of_a_leader(where: RecordScope) -> Callable[[Action, Role], object]:
        return lambda action, role: may(action, the_post(role, leads=role is Role.OFFICER), where)

    def in_the_team(action: Action, role: Role) -> bool:
        return reaches_all(action, role) or CELLS[action, role] is Scope.TEAM

    assert differing(of_a_leader(OF_TEAM), in_the_team) == []
    assert differing(of_a_leader(OF_OTHERS), reaches_all) == []


def test_a_record_that_names_somebody_of_the_service_is_theirs() -> None:
    def named_in_it(action: Action, role: Role) -> bool:
        return reaches(action, role) and role not in SCHOOL

    assert differing(lambda action, role: may(action, the_post(role), NAMED_IN), named_in_it) == []


def test_an_action_is_open_at_all_to_those_whom_the_table_names() -> None:
    assert differing(lambda action, role: may(action, the_post(role)), reaches) == []


def test_a_list_is_as_wide_as_the_cell() -> None:
    def narrowed(action: Action, role: Role) -> Scope | None:
        return Scope.OWN if CELLS[action, role] is Scope.TEAM else CELLS[action, role]

    def of_a_leader(action: Action, role: Role) -> Scope | None:
        return widest(action, [the_post(role, leads=role is Role.OFFICER)])

    assert differing(lambda action, role: widest(action, [the_post(role)]), narrowed) == []
    assert differing(of_a_leader, lambda *cell: CELLS[cell]) == []


def test_what_reaches_restricted_matters_or_posts_of_others_or_decides_above_a_director_takes_two_people() -> None:
    for role in Role:
        for leads in (None, *Team):
            right = Right(role, leads=leads)
            decides = role in {Role.CHIEF_OFFICER, Role.COUNTERSIGNER}
            asked = (CELLS[action, role] for action in (Action.READ_RESTRICTED, Action.DECIDE_CONCERN))
            reads = any(scope is Scope.ALL or (scope is Scope.TEAM and leads is not None) for scope in asked)
            gives = any(
                CELLS[action, role] for action in (Action.KEEP_PEOPLE, Action.KEEP_ACCOUNTS, Action.CONFIRM_POSTS)
            )
            post = Post(1, role, date(2026, 9, 1), team=leads, leads_team=leads is not None)
            assert takes_two_people(right) is (reads or gives or decides), (role, leads)
            assert post.takes_a_second_person is (reads or gives or decides), (role, leads)


def test_nobody_does_anything_without_a_post() -> None:
    for action in Action:
        assert right_to(action, [], PERSON) is None, action
        assert right_to(action, [], PERSON, NAMED_IN) is None, action
        assert widest(action, []) is None, action


def test_rights_of_several_posts_add_up() -> None:
    posts = [the_post(Role.HEADTEACHER), the_post(Role.REVIEWER)]
    for action in Action:
        held = [CELLS[action, post.role] for post in posts]
        assert (right_to(action, posts, PERSON, OF_OTHERS) is not None) is (Scope.ALL in held), action
        assert (right_to(action, posts, PERSON, OWN_RECORD) is not None) is any(held), action


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
