"""What of the caseload is asked for, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from marshmallow import Schema, fields
from werkzeug.exceptions import BadRequest

from domain.vocabulary import LabelledEnum, Role
from projections import caseload as view
from projections import people, schools
from projections.caseload import Item, Task, WaitingFor, leavers
from projections.caseload.decisions import MOVES
from web.access.context import Snapshot, User
from web.access.deciders import DECIDES_AS, decided_by_user, deputising_by_user
from web.access.identity import ListScope, list_scope, schools_of_teams
from web.access.list_filters import caseload_limits, items_for_reader
from web.access.policy import Action
from web.brokerage.renewals import place, renewals
from web.commands.fields import person_field
from web.commands.listing import NO_PLACE, ListEndpoint, Listing
from web.commands.resource import Values
from web.layout.filter_fields import NO_DAY, school_filter
from web.runtime.served_schools import types_served

OWN_MOVES: Mapping[Role, tuple[WaitingFor, ...]] = {
    Role.HEADTEACHER: (WaitingFor.HEADTEACHER, WaitingFor.SCHOOL),
    Role.CHAIR: (WaitingFor.CHAIR, WaitingFor.SCHOOL),
    Role.BROKER: (WaitingFor.BROKER,),
    Role.CPD_MANAGER: (WaitingFor.CPD_MANAGER,),
}
"""Whose moves are one's own by post, beside what is one's own by name."""


WORKING = (*OWN_MOVES, Role.OFFICER, Role.SPECIALIST)
"""The posts to whom work falls."""


class Whose(LabelledEnum):
    """Whose caseload is shown."""

    MINE = "mine"
    TEAM = "team"
    EVERYBODY = "everybody"
    LEFT = "left"
    """What is open at schools that went to another authority: to be ended, or handed over to it."""

    @property
    def label(self) -> str:
        return {
            "mine": "Mine",
            "team": "My team's",
            "everybody": "Everybody's",
            "left": "At schools now with another authority",
        }[self.value]


class CaseloadFilters(Schema):
    whose = fields.Enum(
        Whose,
        by_value=True,
        metadata={
            "label": "Whose caseload",
            "description": "Your own by default; everybody's if you have no caseload.",
        },
    )
    officer = person_field(metadata={"label": "Officer"})
    school = school_filter()
    waiting_for = fields.Enum(WaitingFor, by_value=True, metadata={"label": "Waiting for"})
    due_before = fields.Date(metadata={"label": "Due before"}, error_messages=NO_DAY)


def default_view(user: User) -> Whose:
    """Whose caseload somebody begins with: directors and reviewers look at the work of others."""
    return Whose.MINE if user.holds(*WORKING) else Whose.EVERYBODY


def view_filters(snapshot: Snapshot, limited: ListScope, filters: Values) -> view.Narrowed:
    """What somebody asks for and may see, as the view takes it."""
    user, today = snapshot.user, snapshot.services.today()
    whose = filters.get("whose") or default_view(user)
    more: view.Narrowed = {
        "served": schools.served_ids(types_served(snapshot.services)),
        "in_time_on": today,
        "left_behind": leavers.is_left_behind(schools.looking_after(today), people.in_post(leavers.WORK_OF, today)),
        "due_before": filters.get("due_before"),
        **caseload_limits(snapshot),
    }
    if filters.get("waiting_for"):
        more["waiting_for"] = [filters["waiting_for"]]
    if whose is Whose.LEFT:
        more["left"] = True
    if filters.get("school"):
        return {**more, "schools": limited.narrowed(filters["school"])}
    if filters.get("officer"):
        return {**more, **_of_officer(snapshot, limited, filters["officer"])}
    if whose is Whose.MINE:
        return _mine(snapshot, more)
    if whose is Whose.TEAM:
        return {**more, "schools": _team(snapshot, limited), "person": user.person}
    return {**more, "schools": limited.narrowed(), "person": limited.person}


def _mine(snapshot: Snapshot, more: view.Narrowed) -> view.Narrowed:
    user = snapshot.user
    moves = [move for right in user.rights for move in OWN_MOVES.get(right.role, ())]
    if user.holds(Role.HEADTEACHER, Role.CHAIR) and not more.get("waiting_for"):
        more = {**more, "waiting_for": moves}
    own_moves = () if user.schools else moves
    if user.may(Action.ASSURE_RECORD):
        assured_at = list_scope(snapshot, Action.ASSURE_RECORD).narrowed()
        more = {**more, "assured_at": assured_at, "author": user.person}
    decides = {row.id for row in decided_by_user(snapshot)}
    return {
        **more,
        "schools": user.schools,
        "person": user.person,
        "moves": own_moves,
        "decides": decides,
        "decides_as": _decides_as(snapshot),
    }


def _decides_as(snapshot: Snapshot) -> list[WaitingFor]:
    """The moves of a person who decides, also as a deputy; a director's are those of team leads too."""
    user = snapshot.user
    leads = [WaitingFor.TEAM_LEAD] if user.may(Action.DECIDE) else []
    theirs = [MOVES[each.post] for each in deputising_by_user(snapshot, None)]
    return [*leads, *(MOVES[post] for role, post in DECIDES_AS.items() if user.holds(role)), *theirs]


def _of_officer(snapshot: Snapshot, limited: ListScope, officer: UUID) -> view.Narrowed:
    theirs = schools.ids_of_officer(snapshot.connection, officer, snapshot.services.today())
    seen = theirs if limited.everything else theirs & limited.schools
    return {"schools": seen, "person": officer if limited.everything else None}


def _team(snapshot: Snapshot, limited: ListScope) -> frozenset[UUID] | None:
    """The own schools and those of the phase team of each post, whoever leads it; for those whose posts are of no
    team, all that they may see."""
    user = snapshot.user
    teams = {right.team for right in user.rights if right.team}
    if not teams:
        return limited.narrowed()
    found = user.schools | schools_of_teams(snapshot, teams)
    return found if limited.everything else found & limited.schools


def caseload_items(
    snapshot: Snapshot, limited: ListScope, filters: Values, after: str | None, limit: int
) -> list[Item]:
    """The items that somebody asks for and may see, in the order in which they are due."""
    wanted = view_filters(snapshot, limited, filters)
    more = _renewals(snapshot, wanted)
    found = view.waiting(snapshot.connection, after=after, limit=limit, **wanted)
    return items_for_reader(snapshot, _merged(found, more, after, limit))


def _renewals(snapshot: Snapshot, wanted: view.Narrowed) -> list[Item]:
    """What is to be renewed for the engagements whose sessions stand in a list, and as it is narrowed; what of these
    cannot be planned stands in it no more."""
    planning: view.Narrowed = {**wanted, "only": [Task.PLAN_SESSIONS], "due_before": None}
    found = renewals(snapshot, view.waiting(snapshot.connection, limit=view.COUNTED_TO, **planning))
    wanted["on_hold"] = found.on_hold
    before = wanted.get("due_before")
    return [item for item in found.items if before is None or (item.due is not None and item.due < before)]


def _merged(found: Sequence[Item], more: Sequence[Item], after: str | None, limit: int) -> list[Item]:
    """What is read and what is worked out, in one order behind one place."""
    behind = more if after is None else [item for item in more if place(item) > view.place_of(after)]
    return sorted([*found, *behind], key=place)[:limit] if behind else list(found)


def counted_page(
    snapshot: Snapshot,
    limited: ListScope,
    filters: Values,
    after: str | None,
    limit: int,
    *,
    without: Collection[UUID] = (),
) -> tuple[list[Item], view.CaseloadCount]:
    """The same, `without` what waits about some records, and with how much there is in all. Raises BadRequest for a
    place that the list never gave out."""
    wanted = view_filters(snapshot, limited, filters)
    wanted["apart_from"] = frozenset(wanted.get("apart_from", ())).union(without)
    more, today = _renewals(snapshot, wanted), snapshot.services.today()
    try:
        found, count = view.counted(snapshot.connection, today=today, after=after, limit=limit, **wanted)
        overdue = sum(1 for item in more if item.due is not None and item.due < today)
        counted = view.CaseloadCount(count.total + len(more), count.overdue + overdue)
        return items_for_reader(snapshot, _merged(found, more, after, limit)), counted
    except ValueError:
        if after is None:
            raise
        raise BadRequest(NO_PLACE) from None


INSIDE = ("part", "gathered", "awaited", "days", "author", "awaited_by_name", "stands_for", "on_record")

caseload = ListEndpoint(
    "caseload",
    Action.READ_CASELOAD,
    Listing(
        Item, caseload_items, view.cursor_of, CaseloadFilters, place=str, inside=INSIDE, names={"kind": "record_kind"}
    ),
    "List the work that waits, the most urgent first",
)
"""The caseload in the API; its filters are the page's."""
