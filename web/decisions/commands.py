"""What can be done with a decision, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.decision import Condition, Decision, DecisionStatus
from domain.decision.rules import NotALimit, NotAsShown
from domain.delegation import Decider
from domain.money import in_pounds
from domain.service import UnitOfWork
from domain.signature import acting, current_signature
from domain.vocabulary import About
from projections import decisions as view
from projections.event_log import saving_alone
from web.access.asked_only import asked_only, asked_only_as
from web.access.context import RequestContext, Snapshot
from web.access.deciders import decided_by_user, deputising_by_user, deputising_in, held_by_user
from web.access.identity import ListScope
from web.access.policy import Action
from web.brokerage.broker_rights import must_hold
from web.commands.choices import SERVICE_ROLES, holders_of_roles
from web.commands.decided import CannotBeCarriedOut, act_of, held_in, is_route_of, row_of_today
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Execution, Resource, Values, Visibility
from web.commands.resting import RestsOnDecisions
from web.decisions import schemas


def _listed(snapshot: Snapshot, reach: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    return view.listed(
        today=snapshot.services.today(),
        schools={filters["school"]} if filters.get("school") else None,
        seen=None if reach.everything else asked_only(snapshot.user, snapshot.services.today()),
        statuses=filters.get("status", ()),
        act=filters.get("act"),
        asker=filters.get("asker"),
        decider=filters.get("decider"),
        together=filters.get("marked"),
        only=_waiting_for_me(snapshot, filters.get("for_me")),
        after=after,
    )


def _waiting_for_me(snapshot: Snapshot, for_me: bool | None) -> list[UUID] | None:
    return [row.id for row in decided_by_user(snapshot)] if for_me else None


def _about(context: RequestContext, decision: Decision) -> About:
    """Whom a decision concerns: where a post that sees nothing else is asked, its holder too, and a deputy."""
    user, about = context.user_or_none, decision.about()
    if user is None:
        return about
    with context.read() as snapshot:
        deputises = [each.post for each in deputising_by_user(snapshot, decision.question.school)]
    if not decision.is_asked_of({*asked_only_as(user), *deputises}, context.services.today()):
        return about
    return about.with_people(user.person)


def _as_of_today(snapshot: Snapshot, rows: list[view.DecisionRow]) -> list[view.DecisionRow]:
    today = snapshot.services.today()
    return [view.as_told(row, today) for row in rows]


class DecisionToday(Decision, part=True):
    """A decision as it stands today, for those who read it."""

    standing: DecisionStatus
    posts_today: tuple[Decider, ...]

    @classmethod
    def of(cls, decision: Decision, today: date) -> DecisionToday:
        seen = cls(decision.id)
        vars(seen).update(vars(decision))
        seen.standing, seen.posts_today = decision.status_on(today), decision.asked_of(today)
        return seen


decisions: Resource[Decision] = Resource(
    "decisions",
    Decision,
    one="decision",
    read=Action.READ_DECISION,
    out=schemas.DecisionOut,
    listing=Listing(
        view.DecisionRow,
        TableQuery(view.decisions, _listed, _as_of_today),
        lambda row: row.reference,
        schemas.DecisionFilters,
        inside=(
            "id",
            "matter",
            "on_record",
            "request",
            "deputies",
            "countersigns",
            "authors",
            "first_by",
            "first_post",
            "stopped_on",
            "entry",
            "first_for",
        ),
        names={"on_reference": "record", "on_kind": "record_kind", "row": "scheme_row", "posts": "asked_of"},
    ),
    about=_about,
    visibility=Visibility(copy=lambda context, decision, _: DecisionToday.of(decision, context.services.today())),
)


OTHER_SCHEME = "The scheme of delegation has changed: others decide this now. It has to be asked again"


def must_be_theirs(context: RequestContext, decision: Decision) -> None:
    with context.read() as snapshot:
        held = held_by_user(snapshot, decision.question.school)
        deputises = deputising_by_user(snapshot, decision.question.school)
    decision.must_be_decided_by(context.user.person, held, context.services.today(), deputises)


def _must_be_the_decider(context: RequestContext, decision: Decision) -> None:
    decision.must_be_of(context.user.person)


def _colleagues(snapshot: Snapshot, _: Decision | None) -> Mapping[str, Any]:
    return {schemas.PEOPLE: holders_of_roles(snapshot, SERVICE_ROLES)}


@decisions.command(
    "give",
    "Approve",
    Action.DECIDE,
    schemas.GiveDecision,
    done="Your approval is recorded",
    method=Decision.give,
    whose=must_be_theirs,
    lookups=_colleagues,
    initial=lambda _, decision: {"shown": decision.question.fingerprint},
    form_page="decisions/give.html",
    calls={"limit": "lower_limit"},
    main=True,
)
def give(execution: Execution[Decision], values: Values) -> None:
    context, decided = execution.context, act_of(execution.record)
    condition = Condition(values["condition"], values["owner"], values["due"]) if values.get("condition") else None

    if condition is not None:
        who = "Choose somebody who works for the service"
        must_hold(execution, condition.owner, SERVICE_ROLES, who, field="owner")

    def decide(work: UnitOfWork, decision: Decision) -> None:
        record = work.find(decided.resource.kind, decision.question.subject)
        answers = decided.loaded(decision.question.answers)
        try:
            for rule in decided.commands[0].rules:
                if isinstance(rule, RestsOnDecisions):
                    rule.check(context, record)
            now = decided.asked(context, record, answers)
        except Refusal as refused:
            raise CannotBeCarriedOut(str(refused)) from refused
        row, version = row_of_today(context, decision.question)
        if not is_route_of(row, decision.route):
            raise NotAsShown(OTHER_SCHEME)
        lowest, limit = decided.stands(record), values.get("lower_limit")
        if lowest is not None and limit is not None and limit <= lowest:
            raise NotALimit(f"Enter more than the {in_pounds(lowest)} approved before", field="limit")
        granted = decision.give(
            now,
            shown=values["shown"],
            held=held_in(context, work, context.user.person, decision.question.school),
            deputises=deputising_in(context, work, decision.question.school),
            limit=values.get("lower_limit"),
            condition=condition,
            rules=(version,),
        )
        if granted is None:
            return
        if granted.net is not None:
            answers = decided.lowered(answers, granted.net)
        try:
            decided.carry_out(execution, record, answers, granted, (version,))
        except Refusal as refused:
            raise CannotBeCarriedOut(str(refused)) from refused

    try:
        execution.change_with_others(decide)
    except CannotBeCarriedOut as failed:
        why = str(failed)
        _remember(execution, lambda decision: decision.giving_failed(why), "failed")
        raise
    except NotAsShown as other:
        changed = (OTHER_SCHEME,) if str(other) == OTHER_SCHEME else _changed(execution)
        if changed:
            _remember(execution, lambda decision: decision.overtake(changed), "overtaken")
        raise


def _changed(execution: Execution[Decision]) -> tuple[str, ...]:
    """The terms that are others now than those that were asked about."""
    decision, decided = execution.record, act_of(execution.record)
    record = execution.service.find(decided.resource.kind, decision.question.subject)
    now = decided.asked(execution.context, record, decided.loaded(decision.question.answers))
    return decision.question.changed_in(now)


def _remember(execution: Execution[Decision], what: Any, name: str) -> None:
    """Record beside the refused command why nothing was given: under an id of its own, as the command may be sent
    again."""
    signature = current_signature()
    command = uuid5(signature.command, f"{name} at {execution.record.saved_version}")
    with acting(replace(signature, command=command)), saving_alone():
        execution.service.change(Decision, execution.record.id, what)


@decisions.command(
    "refuse",
    "Refuse",
    Action.DECIDE,
    schemas.RefuseDecision,
    done="Refused",
    method=Decision.refuse,
    whose=must_be_theirs,
    form_page="decisions/give.html",
    main=True,
    warning=True,
)
def refuse(execution: Execution[Decision], values: Values) -> None:
    def decide(work: UnitOfWork, decision: Decision) -> None:
        school = decision.question.school
        held = held_in(execution.context, work, execution.user.person, school)
        decision.refuse(held=held, deputises=deputising_in(execution.context, work, school), **values)

    execution.change_with_others(decide)


@decisions.command(
    "confirm",
    "Confirm that you decided this",
    Action.TAKE_PART,
    schemas.ConfirmDecision,
    done="Decision confirmed",
    submit="Confirm",
    method=Decision.confirm,
    whose=_must_be_the_decider,
    form_page="decisions/give.html",
    main=True,
)
def confirm(execution: Execution[Decision], _: Values) -> None:
    execution.change(lambda decision: decision.confirm())


@decisions.command(
    "disown",
    "Say that you did not decide this",
    Action.TAKE_PART,
    schemas.DisownDecision,
    done="Recorded that this was not your decision",
    submit="This was not my decision",
    method=Decision.disown,
    whose=_must_be_the_decider,
    form_page="decisions/give.html",
    warning=True,
    main=True,
)
def disown(execution: Execution[Decision], values: Values) -> None:
    execution.change(lambda decision: decision.disown(**values))


@decisions.command(
    "meet-condition",
    "Record that the condition is met",
    Action.TAKE_PART,
    schemas.MeetCondition,
    done="Condition met",
    method=Decision.meet_condition,
    whose=lambda context, decision: decision.must_have_condition_of(context.user.person),
    main=True,
)
def meet_condition(execution: Execution[Decision], values: Values) -> None:
    execution.change(lambda decision: decision.meet_condition(**values))
