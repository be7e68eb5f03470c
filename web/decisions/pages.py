"""The pages of decisions: the list, and one decision with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request

from domain.decision import Decision, DecisionStatus, Question
from domain.decision.parts import OPEN
from projections.decisions import DecisionRow, by_id
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.deciders import may_decide
from web.access.disclosure import READING
from web.access.identity import allow, concerned
from web.access.name_cache import names_of
from web.access.policy import Action
from web.decisions import commands_asker, commands_disowned, commands_earlier, commands_enquiry, earlier
from web.decisions.commands import decisions
from web.history.record_addresses import PATHS
from web.layout.links import record_rows
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page
from web.layout.paging import PAGE, page_links, place_asked
from web.layout.resource_pages import PageRows, record_page
from web.layout.waiting_decisions import decision_cell, waiting_decisions

__all__ = ["commands_asker", "commands_disowned", "commands_earlier", "commands_enquiry", "decisions", "pages"]

pages = Pages("decisions", __name__, template_folder="templates")


def _choices(_: Snapshot) -> Mapping[str, list[tuple[str, str]]]:
    return {
        "status": [(status.value, status.label) for status in DecisionStatus],
        "for_me": [("true", "Yours to decide")],
        "marked": [("true", "Above a limit together")],
    }


def _decider(row: DecisionRow, names: Names) -> dict[str, str]:
    by_others = row.status in (DecisionStatus.UNCONFIRMED, DecisionStatus.DISOWNED)
    decider = names.get(row.decider, "") if row.decider else ""
    return {"text": decider, "hint": "as others recorded" if by_others else ""}


LIST: ListPage[DecisionRow] = ListPage(
    decisions,
    title="Decisions",
    caption="Decisions, newest first",
    counted=("decision", "decisions"),
    columns=[
        ListColumn("Decision", decision_cell),
        ListColumn("Asked or recorded by", lambda row, names: names.get(row.asker, "") if row.asker else ""),
        date_column("Asked or recorded on", "asked_on"),
        ListColumn("Status", lambda row, _: {"tag": row.status}),
        ListColumn("Decided by", _decider),
        date_column("Decided", "decided_on"),
    ],
    ids=lambda row: [row.school, row.asker, row.decider],
    empty_text="No decisions",
    choices=_choices,
    template="decisions/list.html",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    asks: Mapping[str, Any] = {}
    if not request.args:
        with context.read() as snapshot:
            asks = {**waiting_decisions(snapshot), "in_your_name": earlier.unanswered(snapshot)}
    return list_page(context, LIST, **asks)


@pages.get("/in-your-name")
def in_your_name(context: RequestContext) -> str:
    """What others recorded as this person's decision before decisions were kept, the latest first, each to be
    confirmed or disowned."""
    allow(context, Action.READ_DECISION)
    with context.read() as snapshot:
        found = earlier.entries_in_name(snapshot, place_asked())
        count, answers = earlier.unanswered(snapshot), earlier.answers_of(snapshot, found)
    return render_template(
        "decisions/in_your_name.html",
        page_title="Decisions in your name",
        section="Decisions",
        breadcrumbs=[("Decisions", "/decisions/"), ("In your name", "")],
        rows=found[:PAGE],
        count=count,
        answers=answers,
        **page_links(str(found[PAGE - 1].id) if len(found) > PAGE else None),
    )


@pages.get("/<ref>")
def decision(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        decisions,
        ref,
        "decisions/decision.html",
        title=lambda decision, _: f"{decision.question.act.label} for {decision.question.subject_reference}",
        ids=lambda decision: [
            decision.asker,
            decision.decider,
            decision.first_by,
            decision.first_for,
            decision.decided_for,
            decision.condition.owner if decision.condition else None,
            *(each for enquiry in decision.enquiries for each in (enquiry.by, enquiry.answered_by)),
        ],
        more=_around,
    )


def _around(snapshot: Snapshot, decision: Decision, _: PageRows) -> Mapping[str, Any]:
    asked, today = decision.question, snapshot.services.today()
    waits = decision.status_on(today) in OPEN
    posts = decision.asked_of(today)
    barred = {decision.asker, decision.first_by, decision.first_for, *asked.others}
    holders = may_decide(snapshot, posts, asked.school, barred) if waits else []
    names = names_of(snapshot, holders)
    subject = _subject(snapshot, asked)
    row = by_id(snapshot.connection, decision.id)
    about: list[Any] = [("About", subject)]
    reading = READING.get(asked.kind)
    if reading is not None and snapshot.user.may(reading, concerned(snapshot, decision.about())):
        about = record_rows(snapshot, ("About", subject, PATHS[asked.kind], asked.subject))
    return {
        "links": about,
        "waits": waits,
        "asked_of": decision.whom(today) if waits else "",
        "holders": ", ".join(sorted(names[each] for each in holders if each in names)) or "Nobody at present",
        "again": row.asked_again if row else "",
        "lapses": formats.date(decision.lapses_on) if decision.lapses_on else "",
    }


def _subject(snapshot: Snapshot, asked: Question) -> str:
    """What the record that a decision is about is called: by its name, or as what it is at its school."""
    names = names_of(snapshot, [asked.subject, *filter(None, [asked.school])])
    called = names.get(asked.subject, "")
    if called not in ("", asked.subject_reference):
        return called
    if asked.kind not in PATHS:
        return asked.subject_reference
    kind = asked.kind.replace("-", " ").capitalize()
    return f"{kind} for {names[asked.school]}" if asked.school in names else kind
