"""What forms about visits offer: schools that may be visited, people who visit, items of an agenda."""

from __future__ import annotations

from uuid import UUID

from werkzeug.exceptions import Forbidden

from domain.visit import Visit
from domain.visit.rules import NoSuchItem
from domain.vocabulary import Role, Side
from projections import people
from web.access.context import RequestContext, Snapshot, User
from web.access.name_cache import names_of, reference_of, references_of
from web.access.policy import SCHOOL, Action
from web.access.restricted import hidden_from, plain_visit
from web.commands.choices import Choices, holders_of_roles, open_schools

VISITING = (Role.OFFICER, Role.DIRECTOR, Role.STRATEGIC_LEAD, Role.BROKER, Role.CPD_MANAGER, Role.SPECIALIST)


def visitors(snapshot: Snapshot) -> Choices:
    """Everybody who may be sent on a visit: those who work in the service, and providers' specialists."""
    return holders_of_roles(snapshot, VISITING)


def schools_to_visit(snapshot: Snapshot) -> Choices:
    """The open schools to which the person who asks may plan a visit, by name."""
    return open_schools(snapshot, Action.PLAN_VISIT)


def who_leads(snapshot: Snapshot, school: UUID) -> Choices:
    """The headteacher and the chair of a school, who may agree the day of a visit for it."""
    held = people.heads_and_chairs(snapshot.connection, school, snapshot.services.today())
    led_by = list(dict.fromkeys(post.person for post in held))
    names, references = names_of(snapshot, led_by), references_of(snapshot, led_by)
    return [(references[each], names.get(each, "")) for each in led_by]


def items_to_withdraw(user: User, visit: Visit) -> list[tuple[str, str]]:
    """The items that somebody may take off the agenda: all but the standing one, a school only its own."""
    is_school = user.holds(*SCHOOL)
    return [
        (str(item.number), item.text)
        for item in visit.items
        if item.number > 1 and (item.side is Side.SCHOOL or not is_school)
    ]


NOT_THE_SCHOOLS = "Only the service can remove its own agenda items"


def must_have_items_to_withdraw(context: RequestContext, visit: Visit) -> None:
    """Raises NoSuchItem; Forbidden where there are items of the service alone, which a school does not remove. Of a
    plain visit it knows of none."""
    with context.read() as snapshot:
        told = plain_visit(visit) if visit.id in hidden_from(snapshot).plain else visit
    if items_to_withdraw(context.user, told):
        return
    if len(told.items) > 1:
        raise Forbidden(NOT_THE_SCHOOLS)
    raise NoSuchItem("There are no agenda items you can remove", field="number")


def page_to_write(snapshot: Snapshot, visit: Visit) -> str:
    """Where the record of a visit is written; the visit's own page while it has none."""
    if visit.written_up is None:
        return f"/visits/{visit.reference}"
    return f"/records/{reference_of(snapshot, visit.written_up)}/write"
