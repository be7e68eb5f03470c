"""The pages of invitations: those of the visitor's provider, and one of them with its brief and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from projections.tenders import ProvidersInvitation
from web import formats
from web.access.context import Pages, RequestContext
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
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>")
def invitation(context: RequestContext, ref: str) -> str:
    return record_page(context, invitations, ref, "invitations/invitation.html", title=_title, ids=_specialist)


def _title(own: Any, _: Mapping[UUID, str]) -> str:
    return f"{own.subject or 'Support'} at {own.school_name}"


def _specialist(own: Any) -> list[UUID]:
    return [own.quote.specialist] if own.quote else []
