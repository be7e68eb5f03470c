"""Resources and their commands, declared once: pages and API are both made from the declaration.

visits: Resource[Visit] = Resource("visits", Visit, one="visit", read=Action.READ_VISIT, out=VisitOut)

visits.command("miss", "Record ...", Action.PLAN_VISIT, MissVisit, done="Visit recorded", method=Visit.miss)

@visits.command("hold", "Record ...", Action.PLAN_VISIT, HoldVisit, done="Visit recorded", method=Visit.hold)
def hold(execution: Execution[Visit], values: Values) -> None:
    execution.change(lambda visit: visit.hold(**values, write_by=last_day_to_write(values["on"])))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypedDict, TypeVar, Unpack, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Response
from marshmallow import Schema
from werkzeug.exceptions import Forbidden, NotFound

from domain.aggregate import Aggregate, Event, Refusal, Rule, first_refusal
from domain.references import record_id
from domain.service import Service, UnitOfWork
from domain.unusual import Oddity
from domain.vocabulary import About
from web.access.context import ContextRule, RequestContext, Snapshot, User
from web.access.identity import concerned
from web.access.policy import Action, RecordScope
from web.access.restricted import hidden_from
from web.commands.listing import ListEndpoint, Listing
from web.runtime.requests import SetBy
from web.runtime.services import Services

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Execution(Generic[A]):
    """A command being carried out: by whom, on which record and which version of it (neither where it begins one)."""

    context: RequestContext
    resource: Resource[A]
    record_or_none: A | None = None
    at: int | None = None

    @property
    def services(self) -> Services:
        return self.context.services

    @property
    def user(self) -> User:
        return self.context.user

    @property
    def service(self) -> Service:
        return self.services.service

    @property
    def record(self) -> A:
        """The record as the person saw it."""
        if self.record_or_none is None:
            raise LookupError("this command begins a record")
        return self.record_or_none

    def change(self, decide: Callable[[A], T]) -> T:
        """Change the record, provided that it is still as the person saw it."""
        return self.change_with_others(lambda _, record: decide(record))

    def change_with_others(self, decide: Callable[[UnitOfWork, A], T]) -> T:
        """The same, where the decision rests on other records too, which are taken in hand."""
        return self.service.do(lambda work: decide(work, work.find(self.resource.kind, self.record.id, at=self.at)))

    def begin(self, make: Callable[[str], A]) -> A:
        """Begin a record under a reference of its own."""
        return self.service.add(lambda: make(self.next_reference(self.resource.kind)))

    def next_reference(self, kind: type[Aggregate]) -> str:
        """A reference of a kind that nobody else is given."""
        return self.services.next_reference(kind)


Carry = Callable[[Execution[A], Values], Any]
Lookups = Callable[[Snapshot, "A | None"], Mapping[str, Any]]


class NothingToChoose(Refusal):
    """Of what the command asks to choose from, there is nothing."""


@dataclass(frozen=True)
class Command(Generic[A]):
    """One thing that can be done to a record, or that begins one.

    `name` is its segment in addresses, `title` the heading of its page and, unless there is a `submit`, its button,
    `done` what the person is told after.
    `method` is the record's own command, whose rules say beforehand whether it may be given (`refusal`). It is given
    the answers, by their names, unless `function` carries the command out. `rules` are what must hold beside those of
    the method, or before a record is begun, of which there is none then. `check` shows the answers once more before
    an irreversible step. `lookups` gives what is looked up for a form: its choices, and what its templates show;
    `initial` its first answers (`first_answers` where it begins a record); `asks` makes the questions of the page
    where they depend on the record, loading to what `schema` loads to. `needs` are the lookups without which the form
    cannot be answered, with what is said where there are none. `draft` lets a long form be kept and finished later.
    `form_page` and `check_page` are templates of the command's own, given record and lookups; `main` puts it first on
    the record's page, unless it `is_done` already and would be given anew. `goes_to` is where the person is taken
    after, else to the record. Where the right it takes depends on the record, `action_of` names it: `action` or one
    of `or_actions`. `calls` tells what this command calls an answer that a rule knows by another name. `whose`
    refuses it to those who may not do it to this record, beside what the policy allows: by a rule, or by Forbidden
    whatever becomes of the record. `proof` says that the page asks somebody who signed in some time ago to prove
    again who they are. `files` are the bytes that the files it asks for may have together, `files_set_by` where a
    deployment may set them; they wait while the answers are checked. `preview` tells what would come of the answers,
    on the check page and, as `preview_out` shows it, by API; it may refuse. `told_in` are the events that keep the
    reason, where not all who may read the kind of record are told of them, or others are too; `texts_in` the same of
    what else is written.
    """

    name: str
    title: str
    action: Action
    schema: type[Schema]
    done: str
    function: Carry[A] | None = None
    begins: bool = False
    lead: str = ""
    submit: str = ""
    notes: tuple[str, ...] = ()
    check: bool = False
    warning: bool = False
    main: bool = False
    is_done: Callable[[A], bool] = lambda _: False
    method: Callable[..., Any] | None = None
    rules: Sequence[Rule[A] | ContextRule[A]] = ()
    initial: Callable[[Snapshot, A], Mapping[str, Any]] | None = None
    lookups: Lookups[A] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    whose: Callable[[RequestContext, A], None] = lambda *_: None
    first_answers: Callable[[Snapshot, User], Mapping[str, Any]] | None = None
    asks: Callable[[A], type[Schema]] | None = None
    draft: bool = False
    form_page: str = "form_page.html"
    check_page: str = "check_page.html"
    goes_to: Callable[[Snapshot, A], str] | None = None
    action_of: Callable[[RequestContext, A], Action] | None = None
    or_actions: Sequence[Action] = ()
    calls: Mapping[str, str] = field(default_factory=dict)
    proof: bool = False
    files: int = 0
    files_set_by: SetBy | None = None
    told_in: Sequence[type[Event]] = ()
    texts_in: Sequence[type[Event]] = ()
    preview: Callable[[RequestContext, Values], Mapping[str, Any]] | None = None
    preview_out: type[Schema] | None = None
    unusual: Callable[[Snapshot, A | None, Values], Iterable[Oddity]] | None = None

    def carry_out(self, execution: Execution[A], values: Values) -> Any:
        """Do it; gives the new record where it begins one."""
        if self.function is not None:
            return self.function(execution, values)
        method = self.method
        if method is None:
            raise NotImplementedError(f"{self.name} has neither a function nor a method")
        return execution.change(lambda record: method(record, **values))

    @property
    def actions(self) -> Sequence[Action]:
        """The rights of which one has to be held for the command to be open at all."""
        return (self.action, *self.or_actions)

    def called(self, answer: str) -> str:
        """What programs call an answer that a rule names, as "actions.0.due" within a list; empty where the command
        asks for nothing of the kind."""
        name, *within = answer.split(".")
        asked = self.schema().load_fields.get(self.calls.get(name, name))
        return ".".join((asked.data_key or asked.name or "", *within)) if asked else ""

    def refusal(
        self, context: RequestContext, record: A | None, lookups: Mapping[str, Any] | None = None
    ) -> Refusal | None:
        """Why this would be refused to the person who asks today, whatever is answered; None where they can do it.
        `lookups` are those of its form, where they are known already. Raises Forbidden where it is not theirs to do.
        """
        refused = self._broken_rule(context, record)
        if refused or self.lookups is None or not self.needs:
            return refused
        if lookups is None:
            with context.read() as snapshot:
                lookups = self.lookups(snapshot, record)
        return next((NothingToChoose(why) for name, why in self.needs.items() if not lookups[name]), None)

    def _broken_rule(self, context: RequestContext, record: A | None) -> Refusal | None:
        """The same without looking up whether there is anything to choose."""
        today = context.services.today()
        rules = [rule.within(context) if isinstance(rule, ContextRule) else rule for rule in self.rules]
        if record is None:
            return first_refusal(cast("A", record), rules, today)
        refused = record.refusal_to(self.method, today) if self.method else None
        return refused or first_refusal(record, rules, today) or self._not_theirs(context, record)

    def refusal_text(self, context: RequestContext, record: A | None) -> str:
        """The refusal in a sentence, also where it is not theirs to do; empty where they can do it."""
        try:
            return str(self.refusal(context, record) or "")
        except Forbidden as forbidden:
            return forbidden.description or ""

    def _not_theirs(self, context: RequestContext, record: A) -> Refusal | None:
        try:
            self.whose(context, record)
        except Refusal as refused:
            return refused
        return None

    def action_on(self, context: RequestContext, record: A) -> Action:
        """The right that the command takes on a record."""
        return self.action_of(context, record) if self.action_of else self.action


class CommandOptions(TypedDict, Generic[A], total=False):
    """What may be declared of a command beside its name, title, right, schema and outcome: see Command."""

    lead: str
    submit: str
    notes: tuple[str, ...]
    check: bool
    warning: bool
    main: bool
    is_done: Callable[[A], bool]
    method: Callable[..., Any] | None
    rules: Sequence[Rule[A] | ContextRule[A]]
    initial: Callable[[Snapshot, A], Mapping[str, Any]] | None
    lookups: Lookups[A] | None
    needs: Mapping[str, str]
    whose: Callable[[RequestContext, A], None]
    first_answers: Callable[[Snapshot, User], Mapping[str, Any]] | None
    asks: Callable[[A], type[Schema]] | None
    draft: bool
    form_page: str
    check_page: str
    goes_to: Callable[[Snapshot, A], str] | None
    action_of: Callable[[RequestContext, A], Action] | None
    or_actions: Sequence[Action]
    calls: Mapping[str, str]
    proof: bool
    files: int
    files_set_by: SetBy | None
    told_in: Sequence[type[Event]]
    texts_in: Sequence[type[Event]]
    preview: Callable[[RequestContext, Values], Mapping[str, Any]] | None
    preview_out: type[Schema] | None
    unusual: Callable[[Snapshot, A | None, Values], Iterable[Oddity]] | None


@dataclass(frozen=True)
class BulkCommand:
    """One thing that is done to several records at once, each with an outcome of its own.

    `carry_out(context, values, command)` does it under the id of the command, and gives what `out` tells.
    """

    name: str
    title: str
    action: Action
    schema: type[Schema]
    out: type[Schema]
    carry_out: Callable[[RequestContext, Values, UUID], Any]

    @property
    def actions(self) -> Sequence[Action]:
        """The right that has to be held for it to be open at all."""
        return (self.action,)


def _always(*_: object) -> bool:
    return True


@dataclass(frozen=True)
class Visibility(Generic[A]):
    """What somebody who may read a kind of record sees of one: whether it is open to them yet, and in which copy."""

    is_open: Callable[[RequestContext, A, RecordScope], bool] = _always
    copy: Callable[[RequestContext, A, RecordScope], Any] = lambda _, record, __: record

    @property
    def is_always_open(self) -> bool:
        """Whether a record is open as soon as there is one."""
        return self.is_open is _always


@dataclass(frozen=True)
class SingleEndpoint:
    """One thing that the API tells whoever is signed in, and that is no record: `answer` gives what `out` shows."""

    name: str
    path: str
    title: str
    out: type[Schema]
    answer: Callable[[RequestContext], Values]


@dataclass
class Resource(Generic[A]):
    """A kind of record as pages and API know it.

    `path` is its segment in addresses, `one` what people call one of them, `out` its form in the API, `read` the
    right to see it. `locate` finds a record's id from its address; a reference by default. `about` is whom a record
    concerns as this visitor meets it: of a tender, the provider that the visitor works for. `content` answers with
    the bytes of a record that is a file; `lists` are the lists that belong to each record beside its history,
    `several` what is done to several records at once.

    `called` says what stands above the forms of a record that has neither reference nor name (web.commands.captions).
    """

    path: str
    kind: type[A]
    one: str
    read: Action
    out: type[Schema]
    listing: Listing | None = None
    locate: Callable[[sa.Connection, str], UUID | None] | None = None
    address: Callable[[A], str] = lambda record: record.reference
    called: Callable[[A], str] | None = None
    visibility: Visibility[A] = field(default_factory=Visibility)
    about: Callable[[RequestContext, A], About] = lambda _, record: record.about()
    content: Callable[[RequestContext, A], Response] | None = None
    commands: dict[str, Command[A]] = field(default_factory=dict)
    list_endpoints: list[ListEndpoint] = field(default_factory=list)
    several: list[BulkCommand] = field(default_factory=list)

    def command(
        self,
        name: str,
        title: str,
        action: Action,
        schema: type[Schema],
        *,
        done: str,
        **options: Unpack[CommandOptions[A]],
    ) -> Callable[[Carry[A]], Carry[A]]:
        """Declare a command, and what carries it out where that is more than its method; the options are those of
        Command."""
        return self._declare(Command(name, title, action, schema, done, **options))

    def beginning(
        self,
        name: str,
        title: str,
        action: Action,
        schema: type[Schema],
        *,
        done: str,
        **options: Unpack[CommandOptions[A]],
    ) -> Callable[[Carry[A]], Carry[A]]:
        """Declare what begins a record; it returns the new record, and its schema names the school, if any."""
        return self._declare(Command(name, title, action, schema, done, begins=True, **options))

    def _declare(self, command: Command[A]) -> Callable[[Carry[A]], Carry[A]]:
        if command.name in self.commands:
            raise ValueError(f"{self.path} have a command {command.name} already")
        self.commands[command.name] = command

        def declare(function: Carry[A]) -> Carry[A]:
            self.commands[command.name] = replace(command, function=function)
            return function

        return declare

    def id_of(self, connection: sa.Connection, ref: str) -> UUID:
        """The id of the record at an address. Raises NotFound."""
        found = self.locate(connection, ref) if self.locate else record_id(self.kind.KIND, ref.upper())
        if found is None:
            raise NotFound
        return found

    def href(self, record: A, *more: str) -> str:
        """The address of a record's page, or of something beneath it."""
        return "/".join(("", self.path, self.address(record), *more))

    def concerned(self, snapshot: Snapshot, record: A) -> RecordScope:
        """Whom and what a record concerns, for the policy."""
        return concerned(snapshot, self.about(snapshot.context, record))

    def opens(self, snapshot: Snapshot, record: A, where: RecordScope) -> bool:
        """Whether a record is open to whoever asks and may read this kind there: it is theirs to see yet, and hangs
        on nothing that is restricted beyond them."""
        is_closed = record.id in hidden_from(snapshot).closed
        return not is_closed and self.visibility.is_open(snapshot.context, record, where)

    def allowed_to(self, context: RequestContext, record: A, where: RecordScope) -> Iterator[Command[A]]:
        """The commands on a record that the policy allows whoever asks, also those that the record would refuse."""
        user = context.user
        for command in self.commands.values() if user.may_change else ():
            if not command.begins and user.may(command.action_on(context, record), where):
                yield command

    def beginnings_for(self, user: User) -> Iterator[Command[A]]:
        """The commands that begin a record, as far as the policy allows them to this person anywhere."""
        for command in self.commands.values() if user.may_change else ():
            if command.begins and user.may(command.action):
                yield command

    def open_to(self, context: RequestContext, record: A, where: RecordScope) -> Iterator[Command[A]]:
        """The commands that whoever asks can do to a record today."""
        for command in self.allowed_to(context, record, where):
            if not command.refusal_text(context, record):
                yield command
