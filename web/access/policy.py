"""Who may do what: one table, to be read by a reviewer line by line.

A person's rights are those of the posts held on the day. Each cell says how far a post's right to an action
reaches: OWN records, those of the TEAM, ALL, or not at all (a role that is not named).

- OWN for an officer or director: schools they are link or cover officer for, and records they are named in.
- OWN for a headteacher or chair: their school's records. For a specialist: their provider's, and their own.
- OWN for a broker, CPD manager or strategic lead: records they are named in.
- A deputy reaches the decisions of whoever they are the deputy of, as records they are named in.
- OWN for a chief officer or countersigner: decisions that their post is asked for, and those that name them; for an
  administrator: those that name them.
- A note is its author's: whoever else may write notes there adds another, and neither revises nor withdraws it.
- TEAM for an officer who leads a team: all schools of the team's phase.
- The audit trail adds no right: it tells each reader of those records alone that the other rows let them read
  (web.access.disclosure), and of accounts and settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.vocabulary import Role, Team


class Scope(StrEnum):
    """How far a right reaches, widest last."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


OWN, TEAM, ALL = Scope.OWN, Scope.TEAM, Scope.ALL

OFFICER, LEAD, DIRECTOR, BROKER, CPD = (
    Role.OFFICER,
    Role.STRATEGIC_LEAD,
    Role.DIRECTOR,
    Role.BROKER,
    Role.CPD_MANAGER,
)
HEAD, CHAIR, SPECIALIST = Role.HEADTEACHER, Role.CHAIR, Role.SPECIALIST
REVIEWER, ADMIN = Role.REVIEWER, Role.ADMINISTRATOR
CHIEF, COUNTERSIGNER = Role.CHIEF_OFFICER, Role.COUNTERSIGNER


class Action(StrEnum):
    """What can be done, in the words of the policy table."""

    FIND_SCHOOLS = "find schools"
    READ_SCHOOL_FILE = "read a school's file"
    KEEP_REGISTER = "update the register"
    READ_IMPORTS = "read imports"
    ASSIGN_OFFICERS = "assign link officers"
    SET_NEED = "set a level of support"
    READ_PEOPLE = "read people and roles"
    KEEP_PEOPLE = "change people and roles"
    CONFIRM_POSTS = "confirm proposed roles"
    NAME_DEPUTY = "name a deputy"
    END_DEPUTY = "end a deputy"
    KEEP_ACCOUNTS = "manage accounts"
    KEEP_SETTINGS = "change settings"
    READ_VISIT = "read visits"
    PLAN_VISIT = "plan and make visits"
    READ_PRESENCE = "read who was in school"
    CONFIRM_VISIT = "confirm visits"
    ADD_AGENDA_ITEM = "add agenda items"
    READ_RECORD = "read issued records of visit"
    READ_DRAFT_RECORD = "read records of visit in progress"
    WRITE_RECORD = "write records of visit"
    ASSURE_RECORD = "assure records of visit"
    RESPOND_AS_HEAD = "respond as headteacher"
    RESPOND_AS_CHAIR = "respond as chair of governors"
    PRESENT_RECORD = "record the governing body's meeting"
    COMPLETE_ACTION = "complete agreed actions"
    READ_REQUEST = "read support requests"
    RAISE_REQUEST = "raise support requests"
    WITHDRAW_REQUEST = "withdraw support requests"
    BROKER_SUPPORT = "broker specialist support"
    BROKER_TRAINING = "broker training"
    READ_INVITATION = "read invitations"
    ANSWER_INVITATION = "answer invitations"
    READ_ENGAGEMENT = "read engagements"
    AGREE_FOR_SCHOOL = "agree an engagement for the school"
    AGREE_FOR_PROVIDER = "agree an engagement for the provider"
    AGREE_ON_BEHALF = "agree an engagement on another's behalf"
    KEEP_ENGAGEMENT = "manage an engagement"
    REPORT_DELIVERY = "report delivered sessions"
    EVALUATE = "evaluate an engagement"
    READ_PROVIDER = "read providers"
    KEEP_PROVIDERS = "manage providers and vetting"
    READ_CONCERN = "read concerns"
    RAISE_CONCERN = "raise concerns"
    DECIDE_CONCERN = "decide on concerns and interventions"
    ANSWER_NOTICE = "answer a letter or notice"
    KNOW_SOURCE = "read the source of a concern"
    WRITE_NOTE = "write notes and attach files"
    READ_NOTE = "read notes and files"
    READ_RESTRICTED = "read restricted notes"
    READ_CASELOAD = "read the caseload"
    READ_AUDIT = "read the audit trail"
    READ_DECISION = "read decisions"
    READ_SCHEME = "read the scheme of delegation"
    TAKE_PART = "take part in decisions"
    DECIDE = "decide what is asked"


Row = Mapping[Role, Scope]


def _row(*cells: tuple[Scope, Iterable[Role]]) -> Row:
    return {role: scope for scope, roles in cells for role in roles}


SERVICE = (OFFICER, LEAD, DIRECTOR, BROKER, CPD)
"""Everybody who works in the School Improvement Service, but for its reviewers and administrators."""

SCHOOL = (HEAD, CHAIR)

ASKED_ONLY = (CHIEF, COUNTERSIGNER)
"""Posts outside the School Improvement Service, which see what they are asked to decide and nothing else."""

POLICY: Mapping[Action, Row] = {
    Action.FIND_SCHOOLS: _row((ALL, (*SERVICE, REVIEWER, ADMIN)), (OWN, SCHOOL)),
    Action.READ_SCHOOL_FILE: _row((ALL, (*SERVICE, REVIEWER)), (OWN, SCHOOL)),
    Action.KEEP_REGISTER: _row((ALL, (ADMIN,))),
    Action.READ_IMPORTS: _row((ALL, (REVIEWER, DIRECTOR, ADMIN))),
    Action.ASSIGN_OFFICERS: _row((ALL, (DIRECTOR, ADMIN)), (TEAM, (OFFICER,))),
    Action.SET_NEED: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,))),
    Action.READ_PEOPLE: _row((ALL, (*SERVICE, REVIEWER, ADMIN))),
    Action.KEEP_PEOPLE: _row((ALL, (ADMIN,))),
    Action.NAME_DEPUTY: _row((OWN, (DIRECTOR, OFFICER, *ASKED_ONLY))),
    Action.END_DEPUTY: _row((ALL, (ADMIN,)), (OWN, (DIRECTOR, OFFICER, *ASKED_ONLY))),
    Action.CONFIRM_POSTS: _row((ALL, (DIRECTOR, ADMIN))),
    Action.KEEP_ACCOUNTS: _row((ALL, (ADMIN,))),
    Action.KEEP_SETTINGS: _row((ALL, (ADMIN,))),
    Action.READ_VISIT: _row((ALL, (*SERVICE, REVIEWER)), (OWN, SCHOOL)),
    Action.PLAN_VISIT: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,))),
    Action.READ_PRESENCE: _row((ALL, (DIRECTOR, REVIEWER)), (OWN, (BROKER, *SCHOOL))),
    Action.CONFIRM_VISIT: _row((OWN, SCHOOL)),
    Action.ADD_AGENDA_ITEM: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,)), (OWN, SCHOOL)),
    Action.READ_RECORD: _row((ALL, (*SERVICE, REVIEWER)), (OWN, SCHOOL)),
    Action.READ_DRAFT_RECORD: _row((ALL, (*SERVICE, REVIEWER))),
    Action.WRITE_RECORD: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,))),
    Action.ASSURE_RECORD: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,))),
    Action.RESPOND_AS_HEAD: _row((OWN, (HEAD,))),
    Action.RESPOND_AS_CHAIR: _row((OWN, (CHAIR,))),
    Action.PRESENT_RECORD: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,)), (OWN, SCHOOL)),
    Action.COMPLETE_ACTION: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,)), (OWN, SCHOOL)),
    Action.READ_REQUEST: _row((ALL, (*SERVICE, REVIEWER)), (OWN, SCHOOL)),
    Action.RAISE_REQUEST: _row((ALL, SERVICE), (OWN, SCHOOL)),
    Action.WITHDRAW_REQUEST: _row((ALL, (BROKER, CPD, DIRECTOR)), (TEAM, (OFFICER,)), (OWN, SCHOOL)),
    Action.BROKER_SUPPORT: _row((ALL, (BROKER, DIRECTOR))),
    Action.BROKER_TRAINING: _row((ALL, (CPD, DIRECTOR))),
    Action.READ_INVITATION: _row((ALL, (BROKER, CPD, DIRECTOR, REVIEWER)), (OWN, (SPECIALIST,))),
    Action.ANSWER_INVITATION: _row((OWN, (SPECIALIST,))),
    Action.READ_ENGAGEMENT: _row((ALL, (*SERVICE, REVIEWER)), (OWN, (*SCHOOL, SPECIALIST))),
    Action.AGREE_FOR_SCHOOL: _row((OWN, SCHOOL)),
    Action.AGREE_FOR_PROVIDER: _row((OWN, (SPECIALIST,))),
    Action.AGREE_ON_BEHALF: _row((ALL, (BROKER, CPD, DIRECTOR))),
    Action.KEEP_ENGAGEMENT: _row((ALL, (BROKER, CPD, DIRECTOR))),
    Action.REPORT_DELIVERY: _row((ALL, (BROKER, CPD, DIRECTOR)), (OWN, (SPECIALIST,))),
    Action.EVALUATE: _row((OWN, SCHOOL)),
    Action.READ_PROVIDER: _row((ALL, (*SERVICE, REVIEWER, ADMIN)), (OWN, (SPECIALIST,))),
    Action.KEEP_PROVIDERS: _row((ALL, (BROKER, CPD, ADMIN))),
    Action.READ_CONCERN: _row((ALL, (DIRECTOR, REVIEWER)), (TEAM, (OFFICER,)), (OWN, SCHOOL)),
    Action.RAISE_CONCERN: _row((ALL, SERVICE)),
    Action.DECIDE_CONCERN: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,))),
    Action.ANSWER_NOTICE: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,)), (OWN, SCHOOL)),
    Action.KNOW_SOURCE: _row((ALL, (DIRECTOR,)), (OWN, (OFFICER,))),
    Action.WRITE_NOTE: _row((ALL, SERVICE), (OWN, (*SCHOOL, SPECIALIST))),
    Action.READ_NOTE: _row((ALL, (*SERVICE, REVIEWER)), (OWN, (*SCHOOL, SPECIALIST))),
    Action.READ_RESTRICTED: _row((ALL, (DIRECTOR, REVIEWER)), (TEAM, (OFFICER,))),
    Action.READ_CASELOAD: _row((ALL, (*SERVICE, REVIEWER)), (OWN, SCHOOL)),
    Action.READ_AUDIT: _row((ALL, (REVIEWER, DIRECTOR, ADMIN))),
    Action.READ_DECISION: _row((ALL, (*SERVICE, REVIEWER)), (OWN, (*ASKED_ONLY, ADMIN))),
    Action.READ_SCHEME: _row((ALL, (*SERVICE, REVIEWER, ADMIN, *ASKED_ONLY))),
    Action.TAKE_PART: _row((ALL, SERVICE), (OWN, (*ASKED_ONLY, ADMIN))),
    Action.DECIDE: _row((ALL, (DIRECTOR,)), (TEAM, (OFFICER,)), (OWN, ASKED_ONLY)),
}
"""The policy. Read a row as: this action may be done by these posts, this far."""


@dataclass(frozen=True, slots=True)
class Right:
    """One post as the policy sees it: what it is, and the school, provider or team that it is of.

    `school_ids` are the schools of the post: the one it is held at, or those its holder is link or cover
    officer for. `team` is the phase team of the post, `leads` the same where it leads it.
    """

    role: Role
    school_ids: frozenset[UUID] = frozenset()
    provider: UUID | None = None
    team: Team | None = None
    leads: Team | None = None


@dataclass(frozen=True, slots=True)
class RecordScope:
    """What the policy needs to know of a record: its school and that school's team, provider and people."""

    school: UUID | None = None
    team: Team | None = None
    provider: UUID | None = None
    people: frozenset[UUID] = field(default_factory=frozenset)


def right_to(
    action: Action, rights: Iterable[Right], person: UUID, concerned: RecordScope | None = None
) -> Right | None:
    """The right by which a person may do something to a record, None if there is none.

    Without a record the question is whether the action is open to them at all.
    """
    row = POLICY[action]
    for right in rights:
        scope = row.get(right.role)
        if scope is None:
            continue
        if concerned is None or _reaches(scope, right, person, concerned):
            return right
    return None


def widest(action: Action, rights: Iterable[Right]) -> Scope | None:
    """How far a person's right to an action reaches at most; lists are narrowed to it."""
    row = POLICY[action]
    scopes = {
        TEAM if scope is TEAM and right.leads else OWN if scope is TEAM else scope
        for right in rights
        if (scope := row.get(right.role)) is not None
    }
    return next((scope for scope in (ALL, TEAM, OWN) if scope in scopes), None)


def _reaches(scope: Scope, right: Right, person: UUID, concerned: RecordScope) -> bool:
    if scope is ALL:
        return True
    if scope is TEAM and right.leads is not None and right.leads == concerned.team:
        return True
    if right.role in SCHOOL:
        return concerned.school in right.school_ids
    if right.role is SPECIALIST:
        return right.provider == concerned.provider or person in concerned.people
    return concerned.school in right.school_ids or person in concerned.people


WIDE = (
    Action.READ_RESTRICTED,
    Action.DECIDE_CONCERN,
    Action.KEEP_PEOPLE,
    Action.KEEP_ACCOUNTS,
    Action.CONFIRM_POSTS,
)
"""What one person alone gives nobody beyond schools of their own: what is restricted, and who holds what."""

CONFIRMERS = (DIRECTOR, ADMIN)
"""Who confirms a post that somebody else has proposed: the first of these that anybody holds beside the one who
proposed it and the one who is to hold it. So an administrator confirms only where there is no such director."""


def takes_two_people(right: Right) -> bool:
    """Whether a post opens so much, or decides so much, that one person proposes it and another confirms."""
    return right.role in ASKED_ONLY or any(widest(action, [right]) in {TEAM, ALL} for action in WIDE)


CONFIRMED_BY: Mapping[Role, tuple[Role, ...]] = {
    role: CONFIRMERS for role in Role if any(takes_two_people(Right(role, leads=team)) for team in Team)
}
"""Who confirms a post of each role that can take two people; an officer's does where they lead a team."""
