"""A list as a page: columns, filters, order, how much there is, and what is said where there is nothing.

LIST: ListPage[PlannedVisit] = ListPage(
    visits,
    title="Visits",
    counted=("visit", "visits"),
    columns=[
        record_column("Visit", "visits", lambda row, names: names.get(row.school, "")),
        date_column("Date", "on"),
    ],
    ...
)

The rows, their usual order and the filters are those of the API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from flask import render_template, request

from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope, list_scope
from web.access.name_cache import names_of
from web.commands.listing import ListEndpoint, Listing, Order, RowsShown
from web.commands.resource import Resource
from web.layout.filters import Filters, Options
from web.layout.links import record_cell
from web.layout.paging import PAGE, Counted, in_all, page_links, place_asked, with_query
from web.runtime.services import Services

R = TypeVar("R")
N = TypeVar("N", bound="HasReference")


class Names(dict[UUID, str]):
    """What ids are called in the rows of a list, and the services by whose day and settings its cells are told."""

    def __init__(self, names: Mapping[UUID, str], services: Services) -> None:
        super().__init__(names)
        self.services = services


Answer = tuple[str, int]
"""A page, and the status that it is answered with."""


@dataclass(frozen=True)
class ListColumn(Generic[R]):
    """A column of a list: its heading, and what stands in it for a row, given the names of records.

    A list is sorted by the columns of the view named in `by`, by what `sort` makes of a row, or else by the text that
    is shown: words of the service in their own order, what is empty last.
    """

    title: str
    cell: Callable[[R, Names], Any]
    sort: Callable[[R], Any] | None = None
    by: Sequence[str] = ()
    numeric: bool = False
    nowrap: bool = False
    breaks: bool = False

    @property
    def key(self) -> str:
        """What names the column in an address."""
        return self.title.lower().replace(" ", "-")

    def head(self, sort: str) -> dict[str, Any]:
        """Its heading, a link that sorts the list by it, or the other way round where it is sorted so already."""
        order = {self.key: "ascending", f"-{self.key}": "descending"}.get(sort, "none")
        return {
            "text": self.title,
            "numeric": self.numeric,
            "nowrap": self.nowrap,
            "breaks": self.breaks,
            "sort": order,
            "href": with_query(after=None, sort=f"-{self.key}" if order == "ascending" else self.key),
        }

    def in_order(self, rows: Iterable[R], names: Names, *, backwards: bool) -> list[R]:
        """The rows sorted by this column; those that are alike stay in the order in which they stood."""
        if not self.by:
            return _in_order(rows, self.sort or (lambda row: self._shown(row, names)), backwards=backwards)
        for name in reversed(self.by):
            rows = _in_order(rows, attrgetter(name), backwards=backwards)
        return list(rows)

    def _shown(self, row: R, names: Names) -> Any:
        cell = self.cell(row, names)
        return cell.get("text") or cell.get("tag") if isinstance(cell, dict) else cell


def _in_order(rows: Iterable[R], value: Callable[[R], Any], *, backwards: bool) -> list[R]:
    valued = [(_rank(value(row)), row) for row in rows]
    there = [each for each in valued if each[0] is not None]
    there.sort(key=lambda each: each[0], reverse=backwards)
    return [row for _, row in there] + [row for rank, row in valued if rank is None]


def _rank(value: Any) -> Any:
    if isinstance(value, Enum):
        return list(type(value)).index(value)
    return (value.casefold() or None) if isinstance(value, str) else value


class HasReference(Protocol):
    """A row of a record that has a reference."""

    @property
    def reference(self) -> str: ...


def record_column(title: str, path: str, called: Callable[[N, Names], str]) -> ListColumn[N]:
    """The column by which a record is opened: what it is called, and its reference below."""
    return ListColumn(title, lambda row, names: record_cell(called(row, names), path, row.reference))


def date_column(title: str, day: str) -> ListColumn[Any]:
    """A column of days, by which the list is sorted; `day` is what the view calls it."""
    return ListColumn(title, lambda row, _: formats.short_date(getattr(row, day)), by=[day], nowrap=True)


@dataclass(frozen=True)
class ListPage(Generic[R]):
    """A list as a page: the same rows and the same filters as the API's.

    `counted` is what a row is called, one and several; `ids` are those whose names the cells show; `choices` gives
    the options of filters that are chosen from people or providers, say.
    """

    source: Resource[Any] | ListEndpoint
    title: str
    caption: str
    counted: Counted
    columns: Sequence[ListColumn[R]]
    empty_text: str
    ids: Callable[[R], Iterable[UUID | None]] = lambda _: ()
    choices: Callable[[Snapshot], Mapping[str, Options]] = lambda _: {}
    template: str = "list_page.html"

    @property
    def listing(self) -> Listing:
        """The list itself."""
        if self.source.listing is None:
            raise LookupError(f"{self.source.path} are not listed")
        return self.source.listing

    def names(self, snapshot: Snapshot, rows: Iterable[R]) -> Names:
        """The names that the cells of some rows show."""
        ids = {id for row in rows for id in self.ids(row) if id is not None}
        return Names(names_of(snapshot, ids), snapshot.services)

    def asked_order(self, snapshot: Snapshot) -> Order | None:
        """The order that the address asks for, None where it is the usual one."""
        sort = request.args.get("sort", "")
        column = next((each for each in self.columns if each.key == sort.removeprefix("-")), None)
        if column is None:
            return None
        backwards = sort.startswith("-")
        if column.by:
            return Order(
                lambda rows: column.in_order(rows, Names({}, snapshot.services), backwards=backwards), column.by
            )
        return Order(lambda rows: column.in_order(rows, self.names(snapshot, rows), backwards=backwards))


def list_page(context: RequestContext, page: ListPage[Any], *, of: object = None, **more: Any) -> Answer:
    """The list of records that the user may see, or of what belongs `of` one of them; nothing of
    it where a filter cannot be read."""
    listing, filters = page.listing, Filters(context, page.listing.filters)
    after = place_asked()
    with context.read() as snapshot:
        limited = _scope(snapshot, page.source) if of is None else of
        order = page.asked_order(snapshot)
        shown = RowsShown()
        if not filters.wrong:
            shown = listing.counted_page(snapshot, limited, filters.values, after, limit=PAGE, order=order)
        names = page.names(snapshot, shown.rows)
        filter_parts = filters.for_template(page.choices(snapshot))
    head = [column.head(request.args.get("sort", "") if shown.is_sorted else "") for column in page.columns]
    sorted_by = next((f"{each['text'].lower()}, {each['sort']}" for each in head if each["sort"] != "none"), "")
    counted_to = listing.sorts_to(order) if order else listing.counted_to
    is_too_long = order is not None and not shown.is_sorted and not filters.wrong
    parts: dict[str, Any] = {
        "page_title": page.title,
        "caption": f"{page.title} by {sorted_by}" if sorted_by else page.caption,
        "usual_order_href": with_query(after=None, sort=None) if order else "",
        "too_many_to_sort": f"{counted_to:,} {page.counted[1]}" if is_too_long else "",
        "head": head,
        "rows": [[column.cell(row, names) for column in page.columns] for row in shown.rows],
        "count": in_all(page.counted, shown.first, len(shown.rows), shown.total, counted_to) if shown.rows else "",
        "begin": _beginnings(context, page.source),
        "empty_text": _nothing(page.empty_text, filter_parts["chips"], limited),
    }
    parts |= filter_parts | page_links(shown.following) | more
    return render_template(page.template, **parts), filters.status


def _scope(snapshot: Snapshot, source: Resource[Any] | ListEndpoint) -> ListScope:
    return ListScope(person=snapshot.user.person) if source.read is None else list_scope(snapshot, source.read)


def _nothing(text: str, chips: Iterable[object], limited: object) -> str:
    """What stands in the place of an empty list, with the cause: its place, its filters, or whose list it is."""
    if "after" in request.args:
        return "There is nothing more to show"
    if any(chips):
        return f"{text} with these filters"
    is_limited = isinstance(limited, ListScope) and not limited.everything
    return f"{text} that you can see" if is_limited and not text.startswith("You") else text


def _beginnings(context: RequestContext, source: Resource[Any] | ListEndpoint) -> list[tuple[str, str]]:
    """The commands by which the user can begin a record of the kind that is listed today."""
    user = context.user_or_none
    if user is None or not isinstance(source, Resource):
        return []
    return [
        (command.title, f"/{source.path}/{command.name}")
        for command in source.beginnings_for(user)
        if not command.refusal_text(context, None)
    ]
