"""The administrator's page of the security trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from web import formats
from web.access.context import Pages, RequestContext
from web.access.identity import allow
from web.access.name_cache import names_of, rows_of
from web.access.policy import Action
from web.accounts import accounts, security_trail
from web.accounts.security_trail import SecurityEvent
from web.layout.paging import PAGE, pages_beside, place_asked

security_page = Pages("security", __name__)


@security_page.get("/accounts/security")
def show_security(context: RequestContext) -> ResponseReturnValue:
    """The security trail, the latest first, by what happened and whose account it concerns."""
    allow(Action.KEEP_ACCOUNTS)
    kind = next((each for each in SecurityEvent if each.value == request.args.get("kind")), None)
    try:
        before = _place(after) if (after := place_asked()) else None
    except ValueError:
        raise NotFound from None
    asked = request.args.get("person", "")
    with context.read_present() as snapshot:
        named = rows_of(snapshot.connection, [account.person for account in accounts.everyones(snapshot.connection)])
        person = next((id for id, row in named.items() if asked in (row.detail, str(id))), None)
        if asked and person is None:
            raise NotFound
        found = security_trail.entries(snapshot.connection, kind=kind, person=person, before=before, limit=PAGE + 1)
        shown = found[:PAGE]
        names = names_of(snapshot.connection, {id for entry in shown for id in (entry.person, entry.by) if id})
    people = sorted(((row.detail, row.name) for row in named.values()), key=lambda choice: choice[1].casefold())
    return render_template(
        "accounts/security.html",
        page_title="Security trail",
        section="Accounts",
        rows=[_security_cells(entry, names) for entry in shown],
        kinds=[(each.value, each.label) for each in SecurityEvent],
        people=people,
        kind=kind,
        person=named[person].detail if person else "",
        **pages_beside(f"{shown[-1].at.isoformat()}~{shown[-1].id}" if len(found) > PAGE else None),
    )


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
