"""The pages of invitations: those of the visitor's provider, and one of them with its brief and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint

from projections.tenders import ProvidersInvitation
from web import formats
from web.commands.resource import Listing
from web.invitations.commands import invitations
from web.invitations.own import InvitationProgress, standing_of
from web.layout.resource_pages import Answer, ListPage, list_page, record_page
from web.runtime.services import services

pages = Blueprint("invitations", __name__, template_folder="templates")


def _cells(row: ProvidersInvitation, names: Mapping[UUID, str]) -> list[Any]:
    standing = standing_of(row.status, row.tender_status, row.reply_by, services().today())
    return [
        {
            "text": f"Support at {names.get(row.school, 'a school')}",
            "href": f"/invitations/{row.reference}",
            "hint": row.reference,
        },
        _shortened(row.brief),
        {"tag": standing},
        _reply_by(row, standing),
        formats.money(row.net),
    ]


def _reply_by(row: ProvidersInvitation, standing: InvitationProgress) -> str:
    """When a reply is due, in words; of what is settled, the day alone."""
    if standing not in {InvitationProgress.AWAITED, InvitationProgress.OVERDUE, InvitationProgress.QUOTED}:
        return formats.short_date(row.reply_by)
    said = f"{formats.short_date(row.reply_by)}, {formats.relative(row.reply_by, services().now())}"
    return f"Reply by {said}" if standing is InvitationProgress.AWAITED else said


def _shortened(brief: str, longest: int = 120) -> str:
    text = " ".join(brief.split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + "…"


LIST = ListPage(
    title="Invitations",
    caption="Invitations to quote, those waiting for your reply first",
    head=[
        "Invitation",
        "Brief",
        "Status",
        "When",
        {"text": "Your quote, excluding VAT", "numeric": True},
    ],
    cells=_cells,
    ids=lambda row: [row.school],
    empty_text="You have no invitations",
)


@pages.get("/")
def listed() -> Answer:
    assert isinstance(invitations.listing, Listing)
    return list_page(invitations, invitations.listing, LIST)


@pages.get("/<ref>")
def invitation(ref: str) -> str:
    return record_page(invitations, ref, "invitations/invitation.html", title=_title, ids=_specialist)


def _title(own: Any, _: Mapping[UUID, str]) -> str:
    return f"{own.subject or 'Support'} at {own.school_name}"


def _specialist(own: Any) -> list[UUID]:
    return [own.quote.specialist] if own.quote else []
