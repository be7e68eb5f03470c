"""The administrator's page of the security trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound

from web import formats
from web.access.context import Pages, RequestContext
from web.access.identity import allow
from web.access.name_cache import names_of, rows_of
from web.access.policy import Action
from web.accounts import accounts, security_trail
from web.accounts.security_trail import SecurityEvent
from web.layout.filters import Filters
from web.layout.paging import PAGE, page_links, place_asked, shown_of_list

security_page = Pages("security", __name__)


class SecurityFilters(Schema):
    kind = fields.Enum(SecurityEvent, by_value=True, metadata={"label": "What happened"})
    person = fields.String(metadata={"label": "Whose account"})


@security_page.get("/accounts/security")
def show_security(context: RequestContext) -> ResponseReturnValue:
    """The security trail, the latest first, by what happened and whose account it concerns."""
    allow(context, Action.KEEP_ACCOUNTS)
    filters = Filters(context, SecurityFilters)
    try:
        before = _place(after) if (after := place_asked()) else None
    except ValueError:
        raise NotFound from None
    asked = filters.values.get("person", "")
    with context.read_present() as snapshot:
        named = rows_of(snapshot, [account.person for account in accounts.all_accounts(snapshot.connection)])
        person = next((id for id, row in named.items() if asked in (row.detail, str(id))), None)
        if asked and person is None:
            raise NotFound
        kind, limit = filters.values.get("kind"), 0 if filters.wrong else PAGE + 1
        found = security_trail.entries(snapshot.connection, kind=kind, person=person, before=before, limit=limit)
        shown = found[:PAGE]
        names = names_of(snapshot, {id for entry in shown for id in (entry.person, entry.by) if id})
    people = sorted(((row.detail, row.name) for row in named.values()), key=lambda choice: choice[1].casefold())
    following = f"{shown[-1].at.isoformat()}~{shown[-1].id}" if len(found) > PAGE else None
    page = render_template(
        "accounts/security.html",
        page_title="Security trail",
        section="Accounts",
        rows=[_security_cells(entry, names) for entry in shown],
        count=shown_of_list(len(shown), following) if shown else "",
        **filters.for_template({"person": people}),
        **page_links(following),
    )
    return page, filters.status


def _place(text: str) -> tuple[datetime, UUID]:
    at, _, id = text.partition("~")
    found = datetime.fromisoformat(at)
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found, UUID(id)


def _security_cells(entry: security_trail.SecurityEntry, names: Mapping[UUID, str]) -> list[str]:
    by = names.get(entry.by, "") if entry.by else ""
    return [
        formats.datetime(entry.at),
        entry.kind.label,
        names.get(entry.person, "") if entry.person else "Unknown",
        by if entry.by != entry.person else "",
        entry.address or "At the machine",
        entry.detail,
    ]
