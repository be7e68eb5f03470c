"""The pages of invitations: those of the visitor's provider, and one of them with its brief and its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from projections import caseload
from projections.caseload import Task, WaitingFor
from projections.tenders import ProvidersInvitation
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.list_filters import items_for_reader
from web.access.name_cache import rows_of
from web.brokerage.renewals import place, renewals
from web.history.record_addresses import record_href
from web.invitations.commands import invitations
from web.invitations.own_invitation import InvitationProgress, invitation_state
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, list_page, record_column
from web.layout.resource_pages import record_page

pages = Pages("invitations", __name__, template_folder="templates")


def _progress(row: ProvidersInvitation, today: date) -> InvitationProgress:
    return invitation_state(row.status, row.tender_status, row.reply_by, today)


def _reply_by(row: ProvidersInvitation, names: Names) -> str:
    """When a reply is due, in words; of what is settled, the day alone."""
    if _progress(row, names.services.today()).is_settled:
        return formats.short_date(row.reply_by)
    return f"{formats.short_date(row.reply_by)}, {formats.relative(row.reply_by, names.services.now())}"


def _shortened(brief: str, longest: int = 120) -> str:
    text = " ".join(brief.split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + "…"


LIST: ListPage[ProvidersInvitation] = ListPage(
    invitations,
    title="Invitations",
    caption="Invitations to quote, those waiting for your reply first",
    counted=("invitation", "invitations"),
    columns=[
        record_column(
            "Invitation", "invitations", lambda row, names: f"Support at {names.get(row.school, 'a school')}"
        ),
        ListColumn("Brief", lambda row, _: _shortened(row.brief)),
        ListColumn("Status", lambda row, names: {"tag": _progress(row, names.services.today())}),
        ListColumn("Reply by", _reply_by, by=["reply_by"]),
        ListColumn("Your quote, excluding VAT", lambda row, _: formats.money(row.net), by=["net"], numeric=True),
    ],
    ids=lambda row: [row.school],
    empty_text="You have no invitations",
    template="invitations/list.html",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    with context.read() as snapshot:
        renewing = list(_renewing(snapshot))
    return list_page(context, LIST, renewing=renewing)


def _renewing(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    """What is to be renewed before sessions of the visitor's provider, each with the title and the address of its
    work."""
    if not snapshot.user.providers:
        return
    planning = caseload.waiting(
        snapshot.connection,
        limit=caseload.COUNTED_TO,
        schools=frozenset(),
        providers=snapshot.user.providers,
        waiting_for=[WaitingFor.PROVIDER],
        only=[Task.PLAN_SESSIONS],
    )
    items = items_for_reader(snapshot, renewals(snapshot, planning).items)
    known = rows_of(snapshot, {id for item in items for id in (item.record, item.school) if id})
    for item in sorted(items, key=place):
        school = known[item.school].name if item.school in known else "a school"
        if item.record in known:
            yield item.detail, school, record_href(item.kind, known[item.record].detail)


@pages.get("/<ref>")
def invitation(context: RequestContext, ref: str) -> str:
    return record_page(context, invitations, ref, "invitations/invitation.html", title=_title, ids=_specialist)


def _title(own: Any, _: Mapping[UUID, str]) -> str:
    return f"{own.subject or 'Support'} at {own.school_name}"


def _specialist(own: Any) -> list[UUID]:
    return [own.quote.specialist] if own.quote else []
