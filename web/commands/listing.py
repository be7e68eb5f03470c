"""Lists: of which rows one consists, in which order it is paged through, and how many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema
from werkzeug.exceptions import BadRequest

from domain.references import PATTERN, NotAReference
from projections.view import Row, ViewTable
from web.access.context import Snapshot, User
from web.access.name_cache import id_of_reference
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.access.restricted_reads import note_shown

R = TypeVar("R", bound=Row)

Values = Mapping[str, Any]

NO_PLACE = "We cannot find that page of the list. Go to the first page."

COUNTED_TO = 1000
"""Rows of a list that are counted for its page: with more, the number is not worth the time."""

SORTED_TO = 5000
"""Rows of a list that are put in another order: to read and sort so many takes 100 ms."""

SORTED_BY_COLUMNS_TO = 50_000
"""The same where the columns alone are read that the order goes by: so many take 100 ms too."""


def _reference(text: str) -> str:
    """A reference as a list gives it out. Raises NotAReference."""
    if PATTERN.fullmatch(text) is None:
        raise NotAReference(text)
    return text


@dataclass(frozen=True)
class Order:
    """Another order of a list: `sort` puts its rows in it. `by` names the columns that it goes by, none where it goes
    by what is shown. They have to be columns of the view that are told to everybody as they are there."""

    sort: Callable[[list[Any]], list[Any]]
    by: Sequence[str] = ()


@dataclass(frozen=True)
class RowsShown:
    """Some rows of a list, and the cursor behind which the next ones begin, None at the end.

    `first` is the place of the first among all, from 1, and `total` the number of all: None where they were not
    counted, or are more than is counted. `is_sorted`: they are in the order that was asked for, not in the usual one.
    """

    rows: Sequence[Any] = ()
    following: str | None = None
    first: int | None = None
    total: int | None = None
    is_sorted: bool = False


@dataclass(frozen=True)
class TableQuery(Generic[R]):
    """The query of a list whose rows stand in a view's table: `asked` finds them, in order, and `told` makes of them
    what is listed, row by row. How many there are is counted in the table, by the same conditions."""

    table: ViewTable[R]
    asked: Callable[[Snapshot, Any, Values, str | None], sa.Select[Any]]
    told: Callable[[Snapshot, list[R]], list[Any]] = lambda _, rows: rows

    def __call__(self, snapshot: Snapshot, of: Any, filters: Values, after: str | None, limit: int) -> list[Any]:
        asked = self.asked(snapshot, of, filters, after)
        return self.told(snapshot, self.table.rows(snapshot.connection, asked.limit(limit)))

    def number(self, snapshot: Snapshot, asked: sa.Select[Any], *, most: int) -> int | None:
        """How many rows are asked for, without those closed to the user; None where more than `most`."""
        counted = self._columns(snapshot, asked.order_by(None)).limit(most + 1).subquery()
        number = snapshot.connection.execute(sa.select(sa.func.count()).select_from(counted)).scalar_one()
        return number if number <= most else None

    def ids(self, snapshot: Snapshot, asked: sa.Select[Any], order: Order | None = None, *, most: int) -> list[UUID]:
        """The ids of the rows asked for, in an order or the usual one; of the first `most` where there are more."""
        rows = self._columns(snapshot, asked, order.by if order else ()).limit(most)
        found = list(snapshot.connection.execute(rows))
        return [row.id for row in (order.sort(found) if order else found)]

    def rows(self, snapshot: Snapshot, asked: sa.Select[Any], ids: Sequence[UUID]) -> list[Any]:
        """The rows of these ids, in their order."""
        found = self.table.rows(snapshot.connection, asked.where(self.table.table.c.id.in_(ids)))
        return sorted(self.told(snapshot, found), key=lambda row: ids.index(row.id))

    def _columns(self, snapshot: Snapshot, asked: sa.Select[Any], names: Sequence[str] = ()) -> sa.Select[Any]:
        """Id and some columns of the rows asked for, without those closed to the user."""
        columns, closed = self.table.table.c, hidden_from(snapshot).closed
        found = asked.with_only_columns(columns.id, *(columns[name] for name in names))
        return found.where(columns.id.not_in(closed)) if closed else found


@dataclass(frozen=True)
class Listing:
    """A list that the API pages through: `query(snapshot, reach, filters, after, limit)` gives the rows in
    order, beginning behind the row whose cursor is `after`; `cursor` gives a row's own, `place` reads one and raises
    ValueError for a text that is none. Of what belongs to one record, the second argument is that record as found.

    A row's columns and properties are told, but for those that are `inside`; `names` are what programs call columns
    whose own name means something else to them, `kept_back` says what somebody is told in place of columns that are
    not for them. `shows_records` is false where a row tells no more of its record than
    where it is. A page counts its rows up to `counted_to`, and sorts them where there are no more than `sorted_to`.
    """

    row: type[Row]
    query: Callable[[Snapshot, Any, Values, str | None, int], list[Any]]
    cursor: Callable[[Any], str]
    filters: type[Schema] | None = None
    place: Callable[[str], object] = _reference
    inside: Collection[str] = ("id",)
    names: Mapping[str, str] = field(default_factory=dict)
    kept_back: Callable[[User], Values] = lambda _: {}
    shows_records: bool = True
    counted_to: int = COUNTED_TO
    sorted_to: int = SORTED_TO

    def page(self, snapshot: Snapshot, of: Any, filters: Values, after: str | None, limit: int) -> RowsShown:
        """So many rows behind a place. Raises BadRequest for a place that this list never gave out."""
        return self._shown(snapshot, self._behind(snapshot, of, filters, after, limit + 1), limit)

    def counted_page(
        self,
        snapshot: Snapshot,
        of: Any,
        filters: Values,
        after: str | None,
        *,
        limit: int,
        order: Order | None = None,
    ) -> RowsShown:
        """The same, with the number of all rows and the place of these among them, as far as they are counted; in
        another order where there is one and the list is not too long for it."""
        if isinstance(self.query, TableQuery):
            asked = partial(self.query.asked, snapshot, of, filters)
            if order is None:
                return self._placed(
                    snapshot, self.query, asked, after, self.page(snapshot, of, filters, after, limit)
                )
            if order.by and (
                page := self._sorted(snapshot, self.query, asked(None), order, after=after, limit=limit)
            ):
                return page
        up_to = self.sorted_to if order else self.counted_to
        every = self._behind(snapshot, of, filters, None, up_to + 1)
        is_whole = len(every) <= up_to
        is_sorted = order is not None and is_whole
        if order is not None and is_whole:
            every = order.sort(every)
        begins = 0 if after is None else self._place(every, after)
        if begins is None and is_sorted:
            raise BadRequest(NO_PLACE)
        if begins is not None and (is_whole or begins + limit < len(every)):
            found = every[begins : begins + limit + 1]
        else:
            found = self._behind(snapshot, of, filters, after, limit + 1)
            begins = self._place(every, self.cursor(found[0])) if found else None
            begins = begins and begins - 1
        page = self._shown(snapshot, found, limit)
        first = None if begins is None else begins + 1
        return replace(page, first=first, total=len(every) if is_whole else None, is_sorted=is_sorted)

    def _placed(
        self,
        snapshot: Snapshot,
        query: TableQuery[Any],
        asked: Callable[[str | None], sa.Select[Any]],
        after: str | None,
        page: RowsShown,
    ) -> RowsShown:
        """A page in the usual order, with the number of all rows and the place of its own among them."""
        if after is None and not page.following:
            return replace(page, first=1, total=len(page.rows))
        total = query.number(snapshot, asked(None), most=self.counted_to)
        if after is None or not page.rows:
            return replace(page, first=1, total=total)
        if total is not None:
            left = query.number(snapshot, asked(after), most=self.counted_to) or 0
            return replace(page, first=total - left + 1, total=total)
        counted = query.ids(snapshot, asked(None), most=self.counted_to)
        first = page.rows[0].id
        return replace(page, first=counted.index(first) + 1 if first in counted else None)

    def sorts_to(self, order: Order) -> int:
        """How many rows are put in an order."""
        by_columns = bool(order.by) and isinstance(self.query, TableQuery)
        return max(self.sorted_to, SORTED_BY_COLUMNS_TO) if by_columns else self.sorted_to

    def _sorted(
        self,
        snapshot: Snapshot,
        query: TableQuery[Any],
        asked: sa.Select[Any],
        order: Order,
        *,
        after: str | None,
        limit: int,
    ) -> RowsShown | None:
        """A page in an order by columns; None where there are too many rows for it. Raises BadRequest."""
        most = self.sorts_to(order)
        ids = query.ids(snapshot, asked, order, most=most + 1)
        if len(ids) > most:
            return None
        try:
            begins = 0 if after is None else ids.index(id_of_reference(after) or UUID(after)) + 1
        except ValueError:
            raise BadRequest(NO_PLACE) from None
        found = query.rows(snapshot, asked, ids[begins : begins + limit + 1])
        return replace(self._shown(snapshot, found, limit), first=begins + 1, total=len(ids), is_sorted=True)

    def _place(self, rows: Iterable[Any], cursor: str) -> int | None:
        """How many rows stand up to the one with a cursor, itself among them; None where it is not among them."""
        return next((place for place, row in enumerate(rows, 1) if self.cursor(row) == cursor), None)

    def _behind(self, snapshot: Snapshot, of: Any, filters: Values, after: str | None, limit: int) -> list[Any]:
        try:
            if after is not None:
                self.place(after)
            return self._open_rows(snapshot, of, filters, after, limit)
        except ValueError:
            if after is None:
                raise
            raise BadRequest(NO_PLACE) from None

    def _open_rows(self, snapshot: Snapshot, of: Any, filters: Values, after: str | None, limit: int) -> list[Any]:
        """The rows, without those of records that are closed to whoever asks because a concern is restricted."""
        closed = hidden_from(snapshot).closed
        shown, found = list[Any](), list[Any]()
        while len(shown) < limit and (not found or len(found) >= limit):
            found = self.query(snapshot, of, filters, after, limit)
            if not found:
                break
            shown += [row for row in found if record_of(row) not in closed] if closed else found
            after = self.cursor(found[-1])
        return shown[:limit]

    def _shown(self, snapshot: Snapshot, found: Sequence[Any], limit: int) -> RowsShown:
        """Of the rows found those for which there is room, noted as shown."""
        shown = found[:limit]
        if self.shows_records:
            note_shown(snapshot, ((record_of(row), getattr(row, "school", None)) for row in shown))
        return RowsShown(shown, self.cursor(shown[-1]) if len(found) > limit else None)


def record_of(row: Row) -> UUID | None:
    """The record that a row is of, by its own id or its reference; None for one that is of none, such as a count."""
    id = getattr(row, "id", None) or getattr(row, "record", None)
    return id or id_of_reference(getattr(row, "reference", ""))


@dataclass(frozen=True)
class ListEndpoint:
    """A list that belongs to no kind of record, such as the caseload, or to one record, such as its history; it has
    a path in the API. `read` is None where whoever is signed in may ask."""

    path: str
    read: Action | None
    listing: Listing
    title: str = ""
