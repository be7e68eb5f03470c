"""What a form fills in by itself is not refused as it stands: no answer by the form's own schema, and no date by the
record, in every state that a record comes to, on the day it came there and when more than a year has gone by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import ValidationError, fields
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from domain.aggregate import Aggregate, Refusal
from domain.engagement import BrokeredEngagement
from domain.provider import Evidence, Provider, Requirement
from domain.school import School
from domain.service import rehearsing
from domain.vocabulary import Side
from tests.databases import Databases
from tests.domain.brokered import REPLY_BY
from tests.full_authority import RULES, TOMORROW, FullAuthority
from tests.request_context import sent_by
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import SharedAuthority, an_app, an_office
from tests.web.test_rules_beforehand import Rehearsal
from tests.web.test_versions import KINDS, _steps, resources_of
from web.access.context import RequestContext
from web.command_forms import CommandForm
from web.commands.dispatch import execute, load_for_user, version_of
from web.commands.resource import Command, Resource
from web.forms import Form
from web.forms.grouped import answers_to_load
from web.forms.kept import OF_THE_PAGE
from web.forms.references import resolve
from web.resources import RESOURCES

LATER = TODAY + timedelta(days=400)

Step = Callable[[Any], object]


def dates(command: Command[Any]) -> set[str]:
    """The questions of a command that are answered by a date."""
    asked = command.schema().load_fields.items()
    return {field.data_key or name for name, field in asked if isinstance(field, fields.Date)}


def steps_of(authority: FullAuthority) -> dict[type[Aggregate], list[Step]]:
    """What happens to a record of each kind; an engagement comes as far as a session of tomorrow, and somebody
    stands in at a school today and, once more, from tomorrow."""
    steps = _steps(authority)
    *agreeing, cancelling = steps[BrokeredEngagement]
    planning: list[Step] = [
        lambda it: it.agree(Side.SERVICE),
        lambda it: it.confirm(),
        lambda it: it.plan_session(on=TOMORROW, days=Decimal(1), cleared=True, rules=RULES),
    ]
    covering: list[Step] = [
        lambda it: it.arrange_cover(authority.bystander, from_=TODAY, to=TODAY, reason="Ill"),
        lambda it: it.arrange_cover(authority.bystander, from_=TOMORROW, to=REPLY_BY, reason="Still ill"),
    ]
    return {
        **steps,
        BrokeredEngagement: [*agreeing, *planning, cancelling],
        School: [*covering, *steps[School]],
    }


class FirstAnswers:
    """Somebody in every post, who opens every form and sends what it is filled with."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal, self.authority = rehearsal, rehearsal.authority
        self.app, self.person = rehearsal.shared.app, rehearsal.person

    def check(self, kind: type[Aggregate]) -> None:
        clock = self.authority.sample.clock
        for day in (TODAY, LATER):
            clock.go_to(day)
            for resource in resources_of(kind):
                for command in resource.commands.values():
                    self.check_command(resource, command)
        clock.go_to(TODAY)

    def check_command(self, resource: Resource[Any], command: Command[Any]) -> None:
        record = None if command.begins else self.authority.record(resource.kind, self.authority.ours)
        ref = None if record is None else resource.address(record)
        with sent_by(self.app, self.person) as context:
            filled = self.filled(context, resource, command, ref)
        for number, body in enumerate(self.rehearsal._drawn(f"{resource.path}-{command.name}") if filled else ()):
            refused = self.refused(resource, command, ref, body, filled, number)
            if refused is not None:
                assert command.called(refused.field) not in dates(command) & filled.keys(), (
                    command.name,
                    repr(refused),
                    filled,
                )

    def filled(
        self, context: RequestContext, resource: Resource[Any], command: Command[Any], ref: str | None
    ) -> Mapping[str, Any]:
        """What the form is filled with, as its schema loads it; nothing where the form does not open."""
        try:
            found = None if ref is None else load_for_user(context, resource, ref)
            opened = CommandForm(context, resource, command, found, ref)
        except HTTPException:
            return {}
        if opened.refusal_text:
            return {}
        schema = command.asks(found.record) if command.asks and found else command.schema
        form = Form(schema(), data=MultiDict(opened.form.hidden_inputs()), lookups=opened.lookups)
        form.is_valid(context)
        answered = [question for question in form.fields() if question.is_answered]
        names = {inner.name for question in answered for inner in question.within() if inner.is_answered}
        wrong = {name: why for name, why in form.errors.items() if name in names}
        assert not wrong, (command.name, ref, wrong)
        return answers_to_load(answered, {})

    def refused(
        self,
        resource: Resource[Any],
        command: Command[Any],
        ref: str | None,
        body: Any,
        filled: Mapping[str, Any],
        number: int,
    ) -> Refusal | None:
        """Why the record refuses the form with what it is filled with, once the other answers are given."""
        needed = {field.data_key or name for name, field in command.schema().load_fields.items() if field.required}
        told = {name: value for name, value in body.items() if name in needed}
        self.rehearsal.caller._speak_of_what_is_there(told, command.schema(), number)
        tomorrow = self.authority.sample.services.today() + timedelta(days=1)
        told |= {name: tomorrow.isoformat() for name in dates(command) & told.keys()}
        with sent_by(self.app, self.person) as context:
            schema = command.schema()
            try:
                values = schema.load(resolve(context, schema, {**told, **filled}))
            except ValidationError:
                return None
            at = None if ref is None else version_of(context, load_for_user(context, resource, ref).record)
            try:
                with rehearsing(lambda *_: None):
                    execute(context, resource, command, values, command_id=uuid4(), ref=ref, at=at)
            except Refusal as refused:
                return refused
            except HTTPException:
                return None
        return None


@pytest.fixture(scope="module")
def first_answers(databases: Databases) -> Iterator[FirstAnswers]:
    with an_office(databases) as (services, clock):
        authority = FullAuthority(SampleAuthority(services, clock))
        clear(authority)
        yield FirstAnswers(Rehearsal(SharedAuthority(an_app(services), authority)))


def clear(authority: FullAuthority) -> None:
    """Let the specialist of `ours` work: a session is refused for its date alone."""
    place = authority.ours
    for item in Requirement:
        person = None if item.of_organisation else place.specialist
        authority._then(
            Provider,
            place.provider,
            partial(
                Provider.meet,
                item=item,
                checked_on=TODAY,
                evidence=Evidence.DOCUMENT_SEEN,
                person=person,
                expires=LATER,
            ),
        )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_form_is_filled_with_is_not_refused(first_answers: FirstAnswers, kind: type[Aggregate]) -> None:
    first_answers.check(kind)
    for step in steps_of(first_answers.authority)[kind]:
        first_answers.authority._then(
            kind, first_answers.authority.record(kind, first_answers.authority.ours).id, step
        )
        first_answers.check(kind)


def test_no_question_goes_by_a_name_that_every_form_has_for_itself() -> None:
    taken = [
        f"{resource.path}/{command.name}: {field.data_key or name}"
        for resource, _ in RESOURCES
        for command in resource.commands.values()
        for name, field in command.schema().load_fields.items()
        if (field.data_key or name) in OF_THE_PAGE
    ]
    assert taken == []
