"""What forms about records offer and show: who may own an action, who is sent a record, until when it is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.record_of_visit import AgreedAction, RecordOfVisit, Respondent
from domain.vocabulary import Role, Side
from projections import people
from projections.people import PersonRow
from projections.row_queries import RowQueries, RowQuery
from web import formats
from web.access.awaited_responses import recipients
from web.access.context import Snapshot, User
from web.access.name_cache import names_of, reference_of, references_of
from web.access.policy import SCHOOL
from web.access.restricted import is_kept_from_others
from web.brokerage.broker_rights import must_hold
from web.commands.attachments import RECORD
from web.commands.choices import Choices
from web.commands.resource import Execution
from web.records import schemas
from web.runtime.authority import settings_of
from web.runtime.terms import days_from

OWNING = (Role.OFFICER, Role.DIRECTOR, Role.STRATEGIC_LEAD, Role.BROKER, Role.CPD_MANAGER, Role.SPECIALIST)


_TODAY = sa.bindparam("today", type_=sa.Date)
_posts = people.posts.table.c
_leading = sa.select(_posts.person).where(people.leading(RECORD, _TODAY))
_serving = sa.select(_posts.person).where(people.held_on(_TODAY), _posts.role.in_(OWNING))
_person = people.people.table.c

_OWNERS = RowQueries(
    leading=RowQuery(people.people, _person.id.in_(_leading), (_person.sorting, _person.id)),
    inside=RowQuery(people.people, _person.id.in_(_serving), (_person.sorting, _person.id)),
)
"""Whoever leads a school (the record in hand) today, and whoever may own an action beside them."""


def owners(snapshot: Snapshot, record: RecordOfVisit | None) -> Mapping[str, Any]:
    """The school's own people first, then those of the service; and whoever owns an action already."""
    if record is None:
        return {schemas.OWNERS: []}
    found = _OWNERS.rows(snapshot.connection, record=record.school, today=snapshot.services.today())
    owning = dict.fromkeys(action.owner for action in record.content.actions if action.owner)
    offered = dict(_in_words(found["leading"])) | dict(_named(snapshot, owning))
    return {schemas.OWNERS: list(({**offered, **dict(_in_words(found["inside"])), **offered}).items())}


def must_own(execution: Execution[RecordOfVisit], named: Mapping[str, UUID]) -> None:
    """Raises NotTheirPost unless everybody who comes to own an action works in the service, is a specialist, or
    leads the school; `named` are they, by the answer that names them."""
    if not named:
        return
    with execution.context.read() as snapshot:
        leading = {person for person, _ in recipients(snapshot, execution.record.school)}
    for answer, person in named.items():
        if person not in leading:
            whom = "Choose the headteacher or chair of this school, or somebody who works for the service"
            must_hold(execution, person, OWNING, whom, field=answer)


def side_of(execution: Execution[RecordOfVisit], person: UUID) -> Side:
    """For which side somebody comes to own an action."""
    with execution.context.read() as snapshot:
        if person in {leading for leading, _ in recipients(snapshot, execution.record.school)}:
            return Side.SCHOOL
        roles = {post.role for post in people.posts_on(snapshot.connection, person, snapshot.services.today())}
    return Side.PROVIDER if roles == {Role.SPECIALIST} else Side.SERVICE


def _in_words(found: Iterable[PersonRow]) -> Choices:
    return [(person.reference, person.name) for person in found]


def _named(snapshot: Snapshot, ids: Mapping[UUID, None]) -> Choices:
    names, known = names_of(snapshot, list(ids)), references_of(snapshot, list(ids))
    return [(known[id], names.get(id, known[id])) for id in ids if id in known]


def answers_of(snapshot: Snapshot, record: RecordOfVisit) -> Mapping[str, Any]:
    """What the record says, as the form asks it."""
    content = record.content
    return {
        "sections": content.sections,
        "judgements": content.judgements,
        "issues": content.issues,
        "actions": [_action(snapshot, action) for action in content.actions],
        "good_practice": content.good_practice,
    }


def _action(snapshot: Snapshot, action: AgreedAction) -> Mapping[str, Any]:
    owner = reference_of(snapshot, action.owner) if action.owner else None
    return {
        "number": action.number,
        "text": action.text,
        "owner_side": action.owner_side,
        "owner": owner,
        "due": action.due,
        "purpose": action.purpose,
    }


def recipients_today(snapshot: Snapshot, record: RecordOfVisit | None) -> Mapping[str, Any]:
    """To whom the record would go today, and until when they would have to answer."""
    if record is None:
        return {}
    sent_to = recipients(snapshot, record.school)
    settings, _ = settings_of(snapshot.services)
    is_kept = is_kept_from_others(snapshot.connection, record.id)
    owning = [action.owner for action in record.content.actions if action.owner]
    return {
        "is_withheld": is_kept,
        "recipients": [] if is_kept else sent_to,
        **days_from(settings, snapshot.services.today()),
        "names": names_of(snapshot, {record.school, *owning, *(person for person, _ in sent_to)}),
    }


def responding(respondent: Respondent, snapshot: Snapshot, record: RecordOfVisit | None) -> Mapping[str, Any]:
    return {"names": names_of(snapshot, [record.school]), "before": _answered(respondent, record)} if record else {}


def _answered(respondent: Respondent, record: RecordOfVisit) -> str:
    """That the current version has an answer already, and what becomes of it."""
    version = record.versions[-1].number if record.versions else 0
    given = [each for each in record.responses if each.respondent is respondent and each.version == version]
    if not given:
        return ""
    told = " and ".join(f"on {formats.date(each.on)} ({each.agrees.label.lower()})" for each in given)
    return (
        f"A response from the {respondent.label.lower()} was sent {told}. Yours will be added: "
        "it does not replace what was sent before, and both can be read"
    )


def awaited_responses(_: Snapshot, record: RecordOfVisit | None) -> Mapping[str, Any]:
    each = record.awaited if record else []
    return {schemas.AWAITED: [(respondent.value, respondent.label) for respondent in each]}


def actions(snapshot: Snapshot, record: RecordOfVisit | None) -> Mapping[str, Any]:
    """The actions that the person who asks may complete or open again."""
    user = snapshot.user
    return {
        schemas.OPEN: _choices(open_to(user, record)) if record else [],
        schemas.DONE: _choices(completed_actions(user, record)) if record else [],
    }


def open_to(user: User, record: RecordOfVisit) -> list[AgreedAction]:
    """The open actions that somebody may say are done: a school says so of its own alone."""
    return [action for action in record.open_actions if may_complete(user, action)]


def completed_actions(user: User, record: RecordOfVisit) -> list[AgreedAction]:
    """The completed actions that somebody may open again."""
    issued = record.in_force.actions if record.versions else ()
    return [action for action in issued if action.number in record.completed and may_complete(user, action)]


def may_complete(user: User, action: AgreedAction) -> bool:
    return action.owner_side is Side.SCHOOL or not user.holds(*SCHOOL)


def _choices(offered: list[AgreedAction]) -> list[tuple[str, str]]:
    return [(str(action.number), f"{action.number}. {action.text}") for action in offered]
