"""What came of a concern: the visits, records, requests and engagements that followed, and the actions agreed in
them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.concern import ConcernCase
from projections import links, records_of_visit
from web import formats
from web.access.context import Snapshot
from web.access.disclosure import READING
from web.access.identity import concerned
from web.access.name_cache import references_of
from web.commands.attachments import resource_of
from web.history.record_addresses import record_href
from web.layout.links import record_cell

FOLLOWED = ("visit", "record-of-visit", "support-request", "tender", "engagement")
"""The kinds of record that are listed; notes, files and decisions have places of their own on the page."""


def what_came(snapshot: Snapshot, case: ConcernCase) -> Mapping[str, Any]:
    """The records that followed from a case, in the order in which they were begun, as far as the person who asks may
    open them; and the actions agreed in them, with those that are overdue."""
    where, user = concerned(snapshot, case.about()), snapshot.user
    followed = [
        link
        for link in links.linked_to(snapshot.connection, case.id)
        if link.kind in FOLLOWED and user.may(READING[link.kind], where)
    ]
    references = references_of(snapshot, [link.record for link in followed])
    opened = [link for link in followed if link.record in references]
    actions = records_of_visit.actions_of(
        snapshot.connection, [link.record for link in opened if link.kind == "record-of-visit"]
    )
    today = snapshot.services.today()
    return {
        "followed": [
            [
                formats.short_date(link.begun_on),
                {
                    "text": _called(link.kind),
                    "href": record_href(link.kind, references[link.record]),
                    "hint": references[link.record],
                },
            ]
            for link in opened
        ],
        "actions": [
            [
                record_cell(action.text, "records", references[action.record]),
                formats.short_date(action.due),
                _state(action, overdue=action.due < today),
            ]
            for action in actions
        ],
        "overdue": sum(action.completed_on is None and action.due < today for action in actions),
    }


def _called(kind: str) -> str:
    resource = resource_of(kind)
    return formats.upper_first(resource.one if resource else kind)


def _state(action: records_of_visit.AgreedAction, *, overdue: bool) -> dict[str, str]:
    if action.completed_on is not None:
        return {"tag": "completed", "hint": formats.date(action.completed_on)}
    return {"tag": "overdue" if overdue else "open"}
