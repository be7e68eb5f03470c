"""Whether what a record stands on still stands: nothing more rests on a decision that is disowned."""

from __future__ import annotations

from typing import Any

from domain.aggregate import Aggregate
from domain.decision import DecisionStatus
from domain.decision.events import act_said
from domain.on_behalf import RestsOnDisowned
from projections import decisions as view
from web.access.context import ContextRule, RequestContext
from web.access.deciders import unsettled_rows
from web.access.name_cache import names_of


def _must_rest(context: RequestContext, record: Aggregate, command: str) -> None:
    with context.read_present() as snapshot:
        if not any(row.status is DecisionStatus.DISOWNED for row in unsettled_rows(snapshot, record)):
            return
        rows = view.disowned_beneath(snapshot.connection, record.id, record.about().request)
        rows = [row for row in rows if (row.on_record, row.command) != (record.id, command)]
        if not rows:
            return
        row, names = rows[0], names_of(snapshot, [row.decider for row in rows[:1] if row.decider])
    who = names.get(row.decider, "The person named") if row.decider else "The person named"
    raise RestsOnDisowned(
        f"{row.reference} was recorded as the decision to {act_said(row.act, row.net)}, and {who} has disowned it. "
        "A director has to decide on it again first"
    )


class RestsOnDecisions(ContextRule[Any]):
    """That rule, which holds too where what was asked for is given."""


def must_rest_on_what_stands(command: str = "") -> RestsOnDecisions:
    """The rule that no decision on which a record rests is disowned, unless somebody with the authority has decided
    the same since. A `command` may always be given anew where it is its own decision that is disowned.

    Raises RestsOnDisowned.
    """
    return RestsOnDecisions(lambda context, record: _must_rest(context, record, command))
