"""What can be done with people and their posts, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.authority import AUTHORITY, Authority
from domain.on_behalf import NotYours
from domain.person import Person, Post
from domain.person.rules import (
    must_have_one_to_withdraw,
    must_not_give_themselves,
    must_not_rename_themselves,
)
from domain.service import NotFound, UnitOfWork
from domain.vocabulary import Role
from projections import providers
from projections.caseload.leavers import WORK_OF
from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.name_cache import names_of
from web.access.policy import Action
from web.accounts import administrators
from web.brokerage.broker_rights import must_hold
from web.commands.choices import holders_of_roles, open_schools, post_in_words
from web.commands.correcting import CORRECT, DONE
from web.commands.duplicates import like_people
from web.commands.resource import Execution, Resource, Values
from web.people import holdings, proposals, schemas
from web.people.finding import LISTING

MOST_PROVIDERS = 2000

DEPUTIES_ARE = (Role.OFFICER, Role.DIRECTOR)
"""Who may be named a deputy: those who read what is to be decided."""


people: Resource[Person] = Resource(
    "people",
    Person,
    one="person",
    read=Action.READ_PEOPLE,
    out=schemas.PersonOut,
    listing=LISTING,
)


def _places(snapshot: Snapshot, _: Person | None) -> Mapping[str, Any]:
    asked = providers.listed(snapshot.connection).limit(MOST_PROVIDERS)
    listed = providers.providers.rows(snapshot.connection, asked)
    return {
        schemas.SCHOOLS: open_schools(snapshot, Action.FIND_SCHOOLS),
        schemas.PROVIDERS: [(each.reference, each.name) for each in listed],
    }


def _posts(snapshot: Snapshot, person: Person | None) -> Mapping[str, Any]:
    """The posts that have not ended, each with its place and days."""
    lasting = [post for post in person.posts if _lasts(snapshot.context, post)] if person else []
    places = {place for post in lasting for place in (post.school, post.provider) if place is not None}
    names = names_of(snapshot, places)
    return {schemas.POSTS: [(post.id, post_in_words(post, names), _since(post)) for post in lasting]}


def _in_hand(snapshot: Snapshot, person: Person | None) -> Mapping[str, Any]:
    """What is in a person's hands, and whether the director has it once they are gone."""
    today = snapshot.services.today()
    return {
        "held": holdings.of_person(snapshot, person) if person else [],
        "works_here": person is not None and any(person.holds(role, today) for role in WORK_OF),
    }


def _since(post: Post) -> str:
    until = f" until {formats.date(post.until)}" if post.until else ""
    return f"From {formats.date(post.from_)}{until}"


def _lasts(context: RequestContext, post: Post) -> bool:
    return post.until is None or post.until >= context.services.today()


def _must_not_give_themselves(context: RequestContext, person: Person) -> None:
    must_not_give_themselves(person, context.user.person)


@people.beginning(
    "register",
    "Register person",
    Action.KEEP_PEOPLE,
    schemas.RegisterPerson,
    done="Person registered. Now add their role",
    unusual=lambda snapshot, _, values: like_people(snapshot, values["name"], values.get("email")),
)
def register(execution: Execution[Person], values: Values) -> Person:
    return execution.begin(lambda reference: Person.register(reference, **values))


@people.command(
    "take-post",
    "Add a role",
    Action.KEEP_PEOPLE,
    schemas.TakePost,
    done="Role added",
    whose=_must_not_give_themselves,
    proof=True,
    lookups=_places,
    initial=lambda snapshot, __: {"from_": snapshot.services.today(), "capacity": 1},
    main=True,
)
def take_post(execution: Execution[Person], values: Values) -> None:
    def decide(work: UnitOfWork, person: Person) -> None:
        leads = values["role"] is Role.OFFICER and values["leads_team"]
        if not (leads and _held_at_once(execution, work, person, values)):
            person.take_post(**values)

    execution.change_with_others(decide)


def _held_at_once(execution: Execution[Person], work: UnitOfWork, person: Person, values: Values) -> bool:
    """Let the person hold a post that takes two people at once, where the first holders are being appointed; returns
    whether they are.

    The authority's record is taken in hand before it is asked who there is, and tells of each such appointment: of
    two at the same moment, the one that is saved later is decided anew.
    """
    try:
        authority = work.find(Authority, AUTHORITY)
    except NotFound:  # it has no name yet
        authority = None
    with execution.context.read_present() as snapshot:
        if not proposals.is_setting_up(snapshot, values["role"], {execution.user.person, person.id}):
            return False
    person.propose_post(**values, at_once=True)
    if authority is not None:
        authority.appoint_first_holder(person.id, values["role"])
    return True


@people.command(
    "propose-post",
    "Propose a role that needs confirming",
    Action.KEEP_PEOPLE,
    schemas.ProposePost,
    done="Role proposed",
    submit="Propose role",
    whose=_must_not_give_themselves,
    proof=True,
    notes=(
        "Directors, reviewers, administrators and team leads need a second person to confirm them. You propose the "
        "role and someone else confirms it. The role does not start until then.",
        "While you set up the service and nobody can confirm a role yet, it starts straight away.",
    ),
    initial=lambda snapshot, __: {"from_": snapshot.services.today()},
)
def propose_post(execution: Execution[Person], values: Values) -> None:
    def decide(work: UnitOfWork, person: Person) -> None:
        if not _held_at_once(execution, work, person, values):
            person.propose_post(**values)

    execution.change_with_others(decide)


@people.command(
    "confirm-post",
    "Confirm a proposed role",
    Action.CONFIRM_POSTS,
    schemas.ConfirmPost,
    done="Role confirmed",
    submit="Confirm role",
    proof=True,
    method=Person.confirm_post,
    whose=proposals.must_have_one_to_decide,
    lookups=proposals.choices,
    main=True,
)
def confirm_post(execution: Execution[Person], values: Values) -> None:
    def decide(person: Person) -> None:
        proposals.must_decide(execution.context, person, values["proposal"])
        person.confirm_post(values["proposal"])

    execution.change(decide)


@people.command(
    "decline-post",
    "Decline a proposed role",
    Action.CONFIRM_POSTS,
    schemas.DeclinePost,
    done="Role declined",
    submit="Decline role",
    warning=True,
    method=Person.decline_post,
    whose=proposals.must_have_one_to_decide,
    lookups=proposals.choices,
)
def decline_post(execution: Execution[Person], values: Values) -> None:
    def decide(work: UnitOfWork, person: Person) -> None:
        proposals.must_decide(execution.context, person, values["proposal"])
        proposal = person.proposals.get(values["proposal"])
        held = [proposal.held_as] if proposal and proposal.held_as else []
        administrators.must_keep_administrator(
            execution.services, work, person, held, execution.context.services.today()
        )
        person.decline_post(values["proposal"], reason=values["reason"])

    execution.change_with_others(decide)


people.command(
    "withdraw-post",
    "Withdraw a proposed role",
    Action.KEEP_PEOPLE,
    schemas.DeclinePost,
    done="Proposal withdrawn",
    submit="Withdraw proposal",
    method=Person.withdraw_post,
    whose=lambda execution, person: must_have_one_to_withdraw(person, execution.user.person),
    lookups=proposals.own_choices,
)


@people.command(
    "end-post",
    "End a role",
    Action.KEEP_PEOPLE,
    schemas.EndPost,
    done="Last day of the role recorded",
    method=Person.end_post,
    form_page="people/ending.html",
    lookups=lambda snapshot, person: {**_posts(snapshot, person), **_in_hand(snapshot, person)},
    initial=lambda snapshot, __: _last_day(snapshot.context, "until"),
)
def end_post(execution: Execution[Person], values: Values) -> None:
    def decide(work: UnitOfWork, person: Person) -> None:
        administrators.must_keep_administrator(execution.services, work, person, [values["post"]], values["until"])
        person.end_post(**values)

    execution.change_with_others(decide)


@people.command(
    "leave",
    "Record a leaver",
    Action.KEEP_PEOPLE,
    schemas.Leave,
    done="Last day recorded",
    notes=("All their roles end on the last day, and they can no longer sign in after it.",),
    method=Person.leave,
    form_page="people/ending.html",
    lookups=_in_hand,
    initial=lambda snapshot, __: _last_day(snapshot.context, "on"),
)
def leave(execution: Execution[Person], values: Values) -> None:
    def decide(work: UnitOfWork, person: Person) -> None:
        posts = [post.id for post in person.posts]
        administrators.must_keep_administrator(execution.services, work, person, posts, values["on"])
        person.leave(**values)

    execution.change_with_others(decide)


def _must_be_their_own(context: RequestContext, person: Person) -> None:
    """An administrator alone would hand on the power to decide, which takes two people."""
    if context.user.person != person.id:
        raise NotYours("Only the person in the role names their deputy")


def _may_end_theirs(context: RequestContext, person: Person) -> None:
    if context.user.person != person.id and not context.user.may(Action.KEEP_PEOPLE):
        raise NotYours("The person in the role ends it, or an administrator")


def _who_may_be_deputy(snapshot: Snapshot, person: Person | None) -> Mapping[str, Any]:
    """The posts that are asked to decide, and those who may decide for their holder."""
    offered = _posts(snapshot, person)[schemas.POSTS]
    asked = {post.id for post in person.posts if post.is_asked_to_decide} if person else set()
    return {
        schemas.POSTS: [each for each in offered if each[0] in asked],
        schemas.COLLEAGUES: holders_of_roles(snapshot, DEPUTIES_ARE),
    }


def _deputies(snapshot: Snapshot, person: Person | None) -> Mapping[str, Any]:
    """The deputies of today and later."""
    today = snapshot.services.today()
    lasting = [each for each in person.deputies if each.until >= today] if person else []
    names = names_of(snapshot, [each.person for each in lasting])
    days = [f"From {formats.date(each.from_)} until {formats.date(each.until)}" for each in lasting]
    return {
        schemas.DEPUTIES: [
            (each.id, names.get(each.person, ""), told) for each, told in zip(lasting, days, strict=True)
        ]
    }


@people.command(
    "name-deputy",
    "Name a deputy",
    Action.NAME_DEPUTY,
    schemas.NameDeputy,
    done="Deputy named",
    notes=(
        "A deputy decides what is asked of the role, from the first day to the last, and says for whom. "
        "The person in the role may still decide. A deputy names no other deputy.",
    ),
    method=Person.name_deputy,
    whose=_must_be_their_own,
    lookups=_who_may_be_deputy,
    initial=lambda snapshot, __: {"from_": snapshot.services.today()},
)
def name_deputy(execution: Execution[Person], values: Values) -> None:
    must_hold(execution, values["deputy"], DEPUTIES_ARE, "Choose an officer or a director", field="deputy")
    execution.change(lambda person: person.name_deputy(**values))


people.command(
    "end-deputy",
    "Set a deputy's last day",
    Action.END_DEPUTY,
    schemas.EndDeputy,
    done="Last day of the deputy recorded",
    method=Person.end_deputy,
    whose=_may_end_theirs,
    lookups=_deputies,
    initial=lambda snapshot, __: _last_day(snapshot.context, "until"),
)

people.command(
    "rename",
    "Change name",
    Action.KEEP_PEOPLE,
    schemas.Rename,
    done="Name changed",
    method=Person.rename,
    initial=lambda _, person: {"name": person.name.value},
    whose=lambda execution, person: must_not_rename_themselves(person, execution.user.person, field="name"),
)

people.command(
    CORRECT,
    "Correct a misspelt name",
    Action.KEEP_PEOPLE,
    schemas.CorrectName,
    done=DONE,
    submit="Correct",
    lead="For a name that was entered wrongly. If the person took another name, change it instead.",
    method=Person.correct,
    initial=lambda _, person: {"name": person.name.value},
    whose=lambda execution, person: must_not_rename_themselves(person, execution.user.person, field="name"),
)

people.command(
    "change-email",
    "Change email address",
    Action.KEEP_PEOPLE,
    schemas.ChangeEmail,
    done="Email address changed",
    method=Person.change_email,
    initial=lambda _, person: {"email": person.email.value if person.email else ""},
    whose=lambda execution, person: must_not_rename_themselves(person, execution.user.person, field="email"),
)


def _last_day(context: RequestContext, field: str) -> Mapping[str, date]:
    return {field: context.services.today()}
