"""What can be done with a record, or begun, as programs are told it: the same as the pages offer, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from domain.aggregate import Aggregate
from projections.view import Row
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.api.smorest import API_PREFIX
from web.commands.dispatch import LoadedRecord
from web.commands.listing import ListEndpoint, Listing, Values
from web.commands.resource import Command, Resource


class CommandEntry(Row):
    """A command that the policy allows to whoever asks. `href` takes its POST; `why_not` is the sentence with which
    it would be refused today whatever is answered, empty where it `is_open`."""

    name: str
    title: str
    href: str
    is_open: bool
    why_not: str


def commands_of(resource: Resource[Any]) -> ListEndpoint:
    """What can be done with each record of a kind, for whoever may read the record."""

    def allowed(context: RequestContext, found: LoadedRecord[Any]) -> Iterator[CommandEntry]:
        for command in resource.allowed_to(context, found.record, found.concerned):
            yield _entry(context, command, found.record, resource.href(found.record, command.name))

    return _endpoint(allowed, resource.read, f"What can be done with a {resource.one}, and why anything else cannot")


def beginnings_of(resource: Resource[Any]) -> ListEndpoint:
    """What begins a record of a kind, for whoever is signed in."""

    def allowed(context: RequestContext, _: ListScope) -> Iterator[CommandEntry]:
        for command in resource.beginnings_for(context.user):
            yield _entry(context, command, None, f"/{resource.path}/{command.name}")

    return _endpoint(allowed, None, f"Ways to start a new {resource.one}, and why any cannot be used")


def _entry(context: RequestContext, command: Command[Any], record: Aggregate | None, path: str) -> CommandEntry:
    why_not = command.refusal_text(context, record)
    return CommandEntry(
        name=command.name, title=command.title, href=API_PREFIX + path, is_open=not why_not, why_not=why_not
    )


def _endpoint(
    allowed: Callable[[RequestContext, Any], Iterable[CommandEntry]], read: Action | None, title: str
) -> ListEndpoint:
    def entries(snapshot: Snapshot, of: Any, _: Values, after: str | None, limit: int) -> list[CommandEntry]:
        found = list(allowed(snapshot.context, of))
        names = [each.name for each in found]
        return found[names.index(after) + 1 if after else 0 :][:limit]

    return ListEndpoint("commands", read, Listing(CommandEntry, entries, lambda each: each.name, place=str), title)
