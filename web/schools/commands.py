"""What can be done about a school, declared once for pages and API. The register itself comes by import."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain import assignment
from domain.decision import Decision
from domain.delegation import Act
from domain.school import School
from domain.school.rules import must_have_somebody_to_stand_in_for
from domain.service import UnitOfWork
from domain.vocabulary import About, Role
from projections import concerns
from projections import schools as view
from providers.intake.ceasing import end_powers
from providers.intake.links import NotThatSchool, confirm_merger, confirm_succession
from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.identity import know_team
from web.access.policy import Action, RecordScope
from web.commands.choices import holders_of_roles
from web.commands.decided import DecidedAct, decide_or_ask
from web.commands.linked_records import must_be_open_here
from web.commands.resource import Execution, Resource, Values, Visibility
from web.runtime.authority import settings_of
from web.schools import decided, schemas
from web.schools.finding import LISTING
from web.schools.schemas import SuccessionOutcome


def _of_urn(connection: sa.Connection, urn: str) -> UUID | None:
    """A school by any URN that it has or had."""
    school = view.by_urn(connection, int(urn)) if urn.isdecimal() and len(urn) <= 7 else None
    return school.id if school else None


def _about(context: RequestContext, school: School) -> About:
    """A school's own record tells which team answers for it."""
    know_team(context, school.id, school.details.get("phase"))
    return school.about()


def _for_reader(context: RequestContext, school: School, where: RecordScope) -> School:
    """The school without why its need was rated so, for those who keep the register and do not read its file."""
    if not school.needs or context.user.may(Action.READ_SCHOOL_FILE, where):
        return school
    seen = copy(school)
    seen.needs = [replace(need, rationale="") for need in school.needs]
    return seen


schools: Resource[School] = Resource(
    "schools",
    School,
    one="school",
    read=Action.FIND_SCHOOLS,
    out=schemas.SchoolOut,
    listing=LISTING,
    locate=_of_urn,
    address=lambda school: str(school.urn),
    about=_about,
    visibility=Visibility(copy=_for_reader),
)


def _officers(snapshot: Snapshot, _: School | None) -> Mapping[str, Any]:
    return {schemas.OFFICERS: holders_of_roles(snapshot, (Role.OFFICER,))}


def _stand_ins(snapshot: Snapshot, _: School | None) -> Mapping[str, Any]:
    return {schemas.STAND_INS: holders_of_roles(snapshot, assignment.STAND_INS)}


def _categories(snapshot: Snapshot, __: School | None) -> Mapping[str, Any]:
    settings, _version = settings_of(snapshot.services)
    offered = [(each.code, each.label) for each in settings.need_categories]
    return {schemas.CATEGORIES: offered}


def _proposals(snapshot: Snapshot, school: School | None) -> Mapping[str, Any]:
    """The successions that wait, each with the later school as the register knows it."""
    waiting = school.proposed if school else []
    known = view.known_register(snapshot.connection, [each.urn for each in waiting])
    return {
        schemas.PROPOSALS: [
            (each.urn, f"{each.urn} {known[each.urn].name if each.urn in known else ''}".strip(), _told(each))
            for each in waiting
        ]
    }


def _told(succession: Any) -> str:
    since = f", {formats.date(succession.on)}" if succession.on else ""
    return f"{succession.kind}{since}, from {succession.source}"


def _from_today(snapshot: Snapshot, __: School) -> Mapping[str, date]:
    return {"from_": snapshot.services.today()}


def _once_the_last_has_ended(snapshot: Snapshot, school: School) -> Mapping[str, date]:
    """Today, or the first day to come on which somebody else may be the link officer."""
    today, periods = snapshot.services.today(), school.link_officers[-1:]
    free = (period.until + timedelta(days=1) if period.until else period.from_ for period in periods)
    return {"from_": max([today, *free])}


def _while_uncovered(snapshot: Snapshot, school: School) -> Mapping[str, date]:
    today = snapshot.services.today()
    return {"from_": today} if school.link_officer_on(today) and not school.cover_on(today) else {}


def _until_today(snapshot: Snapshot, school: School) -> Mapping[str, date]:
    """Today, or the first day of a link officer to come."""
    begins = (period.from_ for period in school.link_officers[-1:])
    return {"until": max([snapshot.services.today(), *begins])}


def _while_covered(snapshot: Snapshot, school: School) -> Mapping[str, date]:
    """Today, unless no cover goes on after it."""
    today = snapshot.services.today()
    return {"until": today} if any(each.from_ <= today < each.to for each in school.covers) else {}


def _only_proposal(_: Snapshot, school: School) -> Mapping[str, Any]:
    return {"urn": school.proposed[0].urn} if len(school.proposed) == 1 else {}


@schools.command(
    "assign-officer",
    "Assign link officer",
    Action.ASSIGN_OFFICERS,
    schemas.AssignOfficer,
    done="Link officer assigned",
    method=School.assign_link_officer,
    rules=[must_be_open_here],
    lookups=_officers,
    initial=_once_the_last_has_ended,
)
def assign_officer(execution: Execution[School], values: Values) -> None:
    assignment.assign_link_officer(execution.service, execution.record.id, at=execution.at, **values)


schools.command(
    "release-officer",
    "Remove link officer",
    Action.ASSIGN_OFFICERS,
    schemas.ReleaseOfficer,
    done="Last day as link officer recorded",
    method=School.release_link_officer,
    initial=_until_today,
)


@schools.command(
    "arrange-cover",
    "Arrange cover",
    Action.ASSIGN_OFFICERS,
    schemas.ArrangeCover,
    done="Cover arranged",
    method=School.arrange_cover,
    rules=[must_be_open_here, must_have_somebody_to_stand_in_for],
    lookups=_stand_ins,
    initial=_while_uncovered,
)
def arrange_cover(execution: Execution[School], values: Values) -> None:
    assignment.arrange_cover(execution.service, execution.record.id, at=execution.at, **values)


schools.command(
    "end-cover",
    "End cover",
    Action.ASSIGN_OFFICERS,
    schemas.EndCover,
    done="Last day of the cover recorded",
    method=School.end_cover,
    initial=_while_covered,
)


RATING = DecidedAct(
    schools,
    decided.COMMAND,
    Act.SET_NEED,
    decided.ANSWERS,
    decided.question,
    lambda given, _: given,
    decided.carry_out,
    tried=True,
)


@schools.command(
    decided.COMMAND,
    "Set level of support",
    Action.SET_NEED,
    schemas.SetNeedCategory,
    done="Level of support set",
    submit="Propose this level",
    lead="You propose it. The lead of the school's team or a director decides, who is not its link officer.",
    notes=("A director decides on the last level of the list, and on a level two from the present one.",),
    method=School.set_need_category,
    rules=[must_be_open_here],
    lookups=_categories,
    initial=_from_today,
    told_in=(School.NeedCategoryDecided, Decision.Asked),
)
def set_need_category(execution: Execution[School], values: Values) -> None:
    decide_or_ask(execution, RATING, {**values, "reason": values["rationale"]})


schools.command(
    "note-support",
    "Record outside support",
    Action.WRITE_NOTE,
    schemas.NoteExternalSupport,
    done="Outside support recorded",
    method=School.note_external_support,
    texts_in=(School.ExternalSupportNoted,),
)


@schools.command(
    "confirm-succession",
    "Confirm what happened to this school",
    Action.KEEP_REGISTER,
    schemas.ConfirmSuccession,
    done="Link confirmed",
    submit="Confirm link",
    notes=("You cannot undo this: the two records are joined for good.",),
    method=School.go_on_as,
    lookups=_proposals,
    initial=_only_proposal,
    check=True,
    main=True,
)
def confirm(execution: Execution[School], values: Values) -> None:
    """Confirm it, and end what the authority may no longer do there."""
    urn, reason, school = values["urn"], values["reason"], execution.record.id
    with execution.context.read() as snapshot:
        later = view.by_urn(snapshot.connection, urn)
        cases = concerns.open_at(snapshot.connection, school)
    if later is None:
        raise NotThatSchool("No school in the register has this URN. Import a newer register first", field="urn")
    found, goes_on = later.id, values["outcome"] is not SuccessionOutcome.WENT_INTO

    def command(work: UnitOfWork) -> None:
        proposed = work.find(School, school, at=execution.at).successions.get(urn)
        if goes_on:
            confirm_succession(execution.service, school, urn, later=found, reason=reason, at=execution.at)
        else:
            confirm_merger(execution.service, school, urn, into=found, reason=reason, at=execution.at)
        end_powers(work, cases, work.find(School, found), on=proposed.on if proposed else None, goes_on=goes_on)

    execution.service.do(command)


schools.command(
    "explain-absence",
    "Explain why this school is missing from the register",
    Action.KEEP_REGISTER,
    schemas.ExplainAbsence,
    done="Explanation saved",
    submit="Save explanation",
    method=School.explain_absence,
    main=True,
)

schools.command(
    "decline-succession",
    "Reject a link to a later school",
    Action.KEEP_REGISTER,
    schemas.AnswerSuccession,
    done="Link rejected",
    submit="Reject link",
    method=School.decline_succession,
    lookups=_proposals,
    initial=_only_proposal,
)
