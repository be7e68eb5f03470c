"""A record says beforehand what it would refuse: the page, the form, the API and the command itself say the same, in
every state that a record comes to, and what is offered is refused for its answers alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from domain.aggregate import Aggregate, Refusal
from domain.service import rehearsing
from domain.support_request import SupportRequest
from domain.support_request.rules import NotAtThisStage
from projections.references import reference_of
from projections.tables import NUMBERS
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.request_context import sent_by
from tests.sample_authority import SampleAuthority
from tests.web.conftest import HIDDEN, SharedAuthority, an_app, an_office
from tests.web.test_policy_at_the_doors import offers, record_commands
from tests.web.test_schemathesis import Caller
from tests.web.test_versions import KINDS, _steps, resources_of
from web.commands.dispatch import execute, load_for_user, version_of
from web.commands.resource import Command, Resource
from web.forms import Form
from web.forms.references import resolve
from web.resources import RESOURCES

A_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ERRORS = re.compile(r'<div class="govuk-error-summary.*?</div>\s*</div>', re.DOTALL)

DRAWN = 3
"""How many answers are drawn for each command."""


class Rehearsal:
    """Somebody in every post, who tries what can be done and leaves everything as it was."""

    def __init__(self, shared: SharedAuthority) -> None:
        self.shared, self.authority = shared, shared.authority
        self.caller = Caller(shared.app, shared.authority)
        self.person = shared.authority.somebody_with_every_post()
        self.program, self.browser = shared.program(self.person), shared.browser(self.person)
        self._bodies: dict[str, list[Any]] = {}
        self._checked: set[tuple[str, str]] = set()

    def open_by_api(self, resource: Resource[Any], record: Aggregate) -> Mapping[str, Any] | None:
        path = f"/api/v1{resource.href(record, 'commands')}"
        answer = self.program.client.get(path, headers=self.program.headers)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        return {each["name"]: each for each in (answer.json or {})["items"]}

    def refused(self, resource: Resource[Any], command: Command[Any], ref: str, values: Any) -> Exception | None:
        """Why a command is refused with these answers, None where it would be saved."""
        with sent_by(self.shared.app, self.person) as context:
            at = version_of(context, load_for_user(context, resource, ref).record)
            try:
                with rehearsing(lambda *_: None):
                    execute(context, resource, command, values, command_id=uuid4(), ref=ref, at=at)
            except (Refusal, HTTPException) as refused:
                return refused
        return None

    def answers(self, resource: Resource[Any], command: Command[Any]) -> Iterator[Any]:
        """Answers that the command's schema takes, which speak of what is there."""
        for number, body in enumerate(self._drawn(f"{resource.path}-{command.name}")):
            told = dict(body)
            self.caller._speak_of_what_is_there(told, command.schema(), number)
            with sent_by(self.shared.app, self.person) as context:
                try:
                    schema = command.schema()
                    yield schema.load(resolve(context, schema, told))
                except ValidationError:
                    continue

    def _drawn(self, name: str) -> list[Any]:
        if name not in self._bodies:
            bodies = self._bodies[name] = list[Any]()

            @settings(
                max_examples=DRAWN,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(self.caller.operation(name).as_strategy())
            def draw(case: schemathesis.Case) -> None:
                bodies.append(case.body if isinstance(case.body, dict) else {})

            draw()
        return self._bodies[name]

    def check(self, kind: type[Aggregate]) -> None:
        for resource in resources_of(kind):
            record = self.authority.record(kind, self.authority.ours)
            told = self.open_by_api(resource, record)
            if told is None:
                continue
            page = self.browser.get(resource.href(record)).text
            for command in record_commands(resource):
                if command.name not in told:
                    assert not offers(page, resource, record, command), command.name
                    continue
                self.check_command(resource, command, record, told[command.name], page)

    def check_command(
        self, resource: Resource[Any], command: Command[Any], record: Aggregate, told: Mapping[str, Any], page: str
    ) -> None:
        where = f"{resource.href(record, command.name)} at {record.version}"
        is_open, why = told["is_open"], told["why_not"]
        form = self.browser.get(resource.href(record, command.name))
        assert offers(page, resource, record, command) is is_open, where
        assert form.status_code in ({200} if is_open else {403, 409}), where
        if not is_open:
            assert why.removesuffix(".") in unescape(form.text), where
            refused = self.refused(resource, command, resource.address(record), {})
            assert getattr(refused, "description", str(refused)) == why, where
            return
        for values in self.answers(resource, command):
            refused = self.refused(resource, command, resource.address(record), values)
            # The authority's tender and engagement are of a request that never came so far.
            of_its_request = isinstance(refused, NotAtThisStage) and resource.kind is not SupportRequest
            if isinstance(refused, Refusal) and not of_its_request:
                assert command.called(refused.field), (where, refused, type(refused), values)
            href = resource.href(record, command.name)
            if command.check and (href, str(refused)) not in self._checked:
                self._checked.add((href, str(refused)))
                self.check_answers(href, command, form.text, values, refused)

    def check_answers(
        self, href: str, command: Command[Any], form: str, values: Any, refused: Exception | None
    ) -> None:
        """The page that checks the answers is shown for those that would be saved; others are refused before it as
        they are after it. Nothing is written, and no number drawn."""
        typed = dict.fromkeys([*HIDDEN.findall(form), *self.typed(command, values)])
        before = self.kept()
        first = self.browser.post(href, data=MultiDict(list(typed)))
        assert self.kept() == before, href
        assert ("Check your answers" in first.text) is (refused is None), (href, refused, values)
        if refused is not None:
            confirmed = self.browser.post(href, data=MultiDict([*typed, ("confirmed", "yes")]))
            assert first.status_code == confirmed.status_code in (403, 422), (href, refused)
            assert ERRORS.findall(first.text) == ERRORS.findall(confirmed.text), href

    def typed(self, command: Command[Any], values: Any) -> Iterator[tuple[str, str]]:
        """Answers as a page sends them: whatever they name, by its reference."""
        with self.authority.sample.services.read() as connection:
            for name, value in Form(command.schema(), initial=values).hidden_inputs():
                yield name, reference_of(connection, UUID(value)) or "" if A_UUID.fullmatch(value) else value

    def kept(self) -> list[object]:
        """How much the database holds, and the numbers that were drawn."""
        with self.authority.sample.services.read_present() as connection:
            tables = sa.inspect(connection).get_table_names()
            counts = [connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in tables]
            return [counts, connection.execute(sa.select(NUMBERS).order_by(NUMBERS.c.prefix)).all()]


@pytest.fixture(scope="module")
def rehearsal(databases: Databases) -> Iterator[Rehearsal]:
    with an_office(databases) as (services, clock):
        yield Rehearsal(SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock))))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_offered_is_what_would_not_be_refused(rehearsal: Rehearsal, kind: type[Aggregate]) -> None:
    rehearsal.check(kind)
    for step in _steps(rehearsal.authority)[kind]:
        rehearsal.authority._then(kind, rehearsal.authority.record(kind, rehearsal.authority.ours).id, step)
        rehearsal.check(kind)


def test_every_command_says_what_carries_it_out() -> None:
    declared = [(resource.path, command) for resource, _ in RESOURCES for command in resource.commands.values()]
    assert [
        (path, command.name) for path, command in declared if command.function is None and command.method is None
    ] == []
    assert [(path, command.name) for path, command in declared if command.begins and command.function is None] == []
