"""What the pages of every resource have in common: a record, what can be done to it, and its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from flask import render_template
from werkzeug.exceptions import BadRequest

from domain.aggregate import Aggregate, Event
from domain.correction import Restated
from projections import readings
from projections.row_queries import RowQueries
from web.access.context import RequestContext, Snapshot
from web.access.disclosure import Disclosure
from web.access.name_cache import ids_within, names_of, rows_of
from web.access.policy import Action, RecordScope
from web.access.restricted import restriction_notice
from web.access.restricted_reads import is_shown
from web.commands.attachments import ATTACHED_QUERY, TAKES_NOTES, attached_to
from web.commands.dispatch import load_for_user
from web.commands.listing import NO_PLACE
from web.commands.resource import Resource
from web.commands.unsettled import unsettled_decisions
from web.formats import short_date, upper_first
from web.history.sentences import ids_in, value_in_words
from web.history.timeline import entries, page_of_record
from web.layout.paging import PAGE, page_links, place_asked

A = TypeVar("A", bound=Aggregate)

PageRows = Mapping[str, list[Any]]
More = Callable[[Snapshot, Any, PageRows], Mapping[str, Any]]

LATEST_READERS = 20
"""Of those who read a restricted record, so many stand on its page; the audit trail tells of all."""


def record_page(
    context: RequestContext,
    resource: Resource[A],
    ref: str,
    template: str,
    *,
    title: Callable[[A, Mapping[UUID, str]], str],
    ids: Callable[[A], Iterable[UUID | None]],
    more: More | None = None,
    page_query: RowQueries | None = None,
    about: Callable[[A], Mapping[str, Any]] = lambda _: {},
) -> str:
    """The page of a record. `ids` are those whose names the page shows beside the record's own.

    `page_query` is what is asked of the views with `about` for its parameters, `more` what else the
    template needs, made from what was found. Everything that will be called by name is looked up once, before.
    """
    found = load_for_user(context, resource, ref)
    seen = resource.visibility.copy(context, found.record, found.concerned)
    asked = page_query or (ATTACHED_QUERY if resource.kind.KIND in TAKES_NOTES else None)
    with context.read() as snapshot:
        rows = asked.rows(snapshot.connection, record=found.record.id, **about(found.record)) if asked else {}
        disclosure = Disclosure(snapshot, found.events)
        told, following = _told(disclosure, found.events)
        shown = {id for id in ids(seen) if id is not None}
        decisions = vars(seen).get("decisions")  # looked up with the copy already, where the API tells them
        if decisions is None:
            decisions = unsettled_decisions(snapshot, found.record, found.concerned)
        deciders = {each.decision: each.deciders(snapshot) for each in decisions}
        shown |= {id for each in decisions for id in (each.asker, each.decider, *deciders[each.decision]) if id}
        restated = vars(seen).get("restated", ())
        shown |= {*ids_within(restated)}
        readers = _readers(snapshot, found.record.id, found.concerned)
        shown |= {each.reader for each in readers}
        rows_of(snapshot, {*ids_within(vars(found.record)), *ids_within(rows), *ids_in(told), *shown})
        extra = more(snapshot, seen, rows) if more else {}
        names = names_of(snapshot, {*shown, *extra.get("also_named", ())})
        history = entries(snapshot, told, disclosure, decided=True)
        attached = attached_to(snapshot, resource, found, rows)
        restricted_too = restriction_notice(snapshot, found.record)
    page_title = title(seen, names)
    commands = list(resource.open_to(context, found.record, found.concerned))
    return render_template(
        template,
        resource=resource,
        record=seen,
        commands=commands,
        main_commands=[each for each in commands if each.main and not each.is_done(found.record)],
        names=names,
        history=history,
        **page_links(following),
        attached=attached,
        readers=readers,
        decisions=decisions,
        deciders=deciders,
        restated=[_restated(each, names) for each in restated],
        restricted_too=restricted_too,
        page_title=page_title,
        section=resource.path.capitalize(),
        breadcrumbs=[(resource.path.capitalize(), f"/{resource.path}"), (page_title, "")],
        **extra,
    )


def _restated(restated: Restated, names: Mapping[UUID, str]) -> Mapping[str, str]:
    """What was entered wrongly and put right, in the words of the page."""
    now, was = (value_in_words(each, names, field=restated.field) for each in (restated.now, restated.was))
    return {
        "label": f"{restated.part}: {restated.label.lower()}" if restated.part else restated.label,
        "now": upper_first(now),
        "was": "Left out" if restated.was in (None, "") else upper_first(was),
        "on": short_date(restated.on),
        "by": names.get(restated.by, "Somebody") if restated.by else "The service",
        "reason": restated.reason,
    }


def _readers(snapshot: Snapshot, record: UUID, where: RecordScope) -> list[readings.ReadingOfRecord]:
    """Who was shown a restricted record of late, for those who may read what is restricted there."""
    if not is_shown(snapshot.context, record) or not snapshot.user.may(Action.READ_RESTRICTED, where):
        return []
    return readings.of_record(snapshot.connection, record, LATEST_READERS)


def _told(disclosure: Disclosure, events: Sequence[Event]) -> tuple[list[Event], UUID | None]:
    """The page of a record's history that is asked for."""
    try:
        return page_of_record(disclosure, events, after=place_asked(), limit=PAGE)
    except ValueError:
        raise BadRequest(NO_PLACE) from None
