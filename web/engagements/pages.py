"""The pages of engagements: the list, and one with its terms, sessions, money, clearance and evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.engagement import BrokeredEngagement
from projections import engagements as view
from projections.engagements import EngagementRow
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import list_scope
from web.access.name_cache import names_of, references_of
from web.access.policy import Action
from web.brokerage.vetting_policy import VETTED
from web.commands.attachments import ATTACHED_QUERY
from web.commands.correcting import restated_in_words
from web.commands.on_behalf import agreed_in_words, doubts_in_words, ids_in
from web.engagements.clearance import clearance_now
from web.engagements.commands import engagements
from web.layout.links import concern_rows, record_rows
from web.layout.list_pages import Answer, ListColumn, ListPage, list_page, record_column
from web.layout.resource_pages import PageRows, record_page

pages = Pages("engagements", __name__, template_folder="templates")

MANY = 1000


def _next(row: EngagementRow, names: Mapping[UUID, str]) -> str:
    """What of it nobody has confirmed or was restated, and whose turn it is or the next day of the work."""
    told = (doubts_in_words(row.recorded_for_others, names), restated_in_words(row.restated_on), _turn(row))
    return ". ".join(filter(None, told))


def _turn(row: EngagementRow) -> str:
    if row.awaiting_agreement:
        return "Waiting for " + ", ".join(side.label.lower() for side in row.awaiting_agreement)
    if row.evaluation_due:
        return "Evaluation due"
    if row.next_session is None:
        return ""
    states = Counter(session.outlook for session in row.held_up)
    waits = [f"{number} {state.label.lower()}" for state, number in states.items()]
    return "; ".join([f"Next session {formats.short_date(row.next_session)}", *waits])


def _choices(snapshot: Snapshot) -> Mapping[str, Iterable[tuple[str, str]]]:
    """The providers at work as far as the visitor sees them, by name."""
    seen = list_scope(snapshot, Action.READ_ENGAGEMENT)
    among = None if seen.everything else (seen.schools, seen.providers)
    found = view.engagements.rows(snapshot.connection, view.listed(among=among).limit(MANY))
    ids = {row.provider for row in found}
    refs, names = references_of(snapshot, ids), names_of(snapshot, ids)
    listed = sorted((names.get(each, ""), ref) for each, ref in refs.items())
    return {"provider": [(ref, name) for name, ref in listed], "evaluation_due": [("true", "Due")]}


LIST: ListPage[EngagementRow] = ListPage(
    engagements,
    title="Engagements",
    caption="Engagements, newest first",
    counted=("engagement", "engagements"),
    columns=[
        record_column(
            "Engagement", "engagements", lambda row, names: f"{row.subject} at {names.get(row.school, 'a school')}"
        ),
        ListColumn(
            "Provider",
            lambda row, names: {"text": names.get(row.provider, ""), "hint": names.get(row.specialist, "")},
        ),
        ListColumn("Support", lambda row, _: row.kind.label, by=["kind"]),
        ListColumn(
            "Status",
            lambda row, names: {"tag": row.status, "hint": _next(row, names)},
            by=["status"],
        ),
        ListColumn(
            "Days used",
            lambda row, _: f"{formats.days(row.used_days).partition(' ')[0]} of {formats.days(row.agreed_days)}",
            by=["used_days"],
            nowrap=True,
        ),
        ListColumn("Price excluding VAT", lambda row, _: formats.money(row.net), by=["net"], numeric=True),
    ],
    ids=lambda row: [row.school, row.provider, row.specialist, *ids_in(row.recorded_for_others)],
    empty_text="No engagements",
    choices=_choices,
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>")
def engagement(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        engagements,
        ref,
        "engagements/engagement.html",
        title=lambda it, names: f"{it.work.subject} at {names.get(it.work.school, 'a school')}",
        ids=lambda it: list(_named(it)),
        more=_more,
        page_query=PAGE_QUERY,
        about=lambda it: {"provider": it.work.provider},
    )


PAGE_QUERY = ATTACHED_QUERY.with_(**VETTED)
"""What is asked for the page of an engagement."""


def _named(it: BrokeredEngagement) -> Iterator[UUID | None]:
    yield from (it.work.school, it.work.provider, it.work.specialist)
    yield from (agreed.by for agreed in it.agreements.values())
    yield from ids_in(agreed.recorded for agreed in it.agreements.values())
    yield from (session.specialist for session in it.sessions.values())
    for variation in it.variations:
        if variation.consent:
            yield from (variation.consent.school_by, variation.consent.provider_by)
    if it.evaluation:
        yield it.evaluation.evaluator


def _more(snapshot: Snapshot, it: BrokeredEngagement, found: PageRows) -> Mapping[str, Any]:
    """The clearance of today, and the addresses of what the visitor may open."""
    user, work = snapshot.user, it.work
    refs = references_of(snapshot, [work.provider, work.school])
    request = it.request if user.may(Action.READ_REQUEST) else None
    tender = it.tender if user.may(Action.BROKER_SUPPORT) else None
    at = names_of(snapshot, [work.school]).get(work.school, "a school")
    places = (
        ("school", Action.READ_SCHOOL_FILE, f"/schools/{refs[work.school]}" if work.school in refs else ""),
        ("provider", Action.READ_PROVIDER, f"/providers/{refs.get(work.provider, '')}"),
    )
    return {
        "agreed_in_words": agreed_in_words,
        "clearance": clearance_now(snapshot.context, it, found),
        "hrefs": {name: href for name, action, href in places if href and user.may(action)},
        "links": record_rows(
            snapshot,
            ("Support request", f"{work.subject} for {at}", "requests", request),
            ("Tender", f"Tender for {at}", "tenders", tender),
        )
        + concern_rows(snapshot, it.id, at),
        "sessions": sorted(it.sessions.values(), key=lambda session: (session.on, session.number)),
    }
