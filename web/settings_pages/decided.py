"""What an administrator asks about the settings, and others decide: who decides, limits, and the required checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from domain.authority import Authority, Settings, changes_in_words
from domain.decision import Question, Term
from domain.delegation import Act, Decider, DelegationRow, Granted, never_held, one_of, row_for
from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.deciders import holders_of
from web.access.deciders import never_held as posts_never_held
from web.commands.decided import Answers, DecidedAct, decide_or_ask
from web.commands.resource import Execution, Values
from web.runtime.authority import settings_of
from web.settings_pages.resource import settings

WHILE_SETTING_UP = "Until anybody has been a director or a chief officer, you change it alone. The history says so."

Become = Callable[[Settings, Answers], Settings]
"""What the settings of a day become by the answers."""


def ask(execution: Execution[Authority], act: DecidedAct[Authority], values: Values) -> None:
    """Ask those who decide on it; where nobody has held any of their posts yet, change it and say so. Raises
    SchemeNeverBack, and what `decide_or_ask` does."""
    context, become = execution.context, BECOME[act.command]
    execution.record.must_come_ahead(values["from_"])

    def set_up(authority: Authority) -> None:
        changed = become(authority.settings_on(values["from_"])[0], values)
        authority.set_up_scheme(changed, from_=values["from_"], reason=values["reason"], unfilled=_unfilled(context))

    with context.read_present() as snapshot:
        nobody_yet = _filled(snapshot, _row_today(context)) is None
    if nobody_yet:
        execution.change(set_up)
    else:
        decide_or_ask(execution, act, values)


def _row_today(context: RequestContext) -> DelegationRow:
    return row_for(settings_of(context.services)[0].scheme, Act.CHANGE_SCHEME, None)


def _unfilled(context: RequestContext) -> tuple[Decider, ...]:
    """The posts of today's row that nobody has held yet."""
    row = _row_today(context)
    with context.read_present() as snapshot:
        return posts_never_held(snapshot, (*row.decides, *row.countersigns))


def _filled(snapshot: Snapshot, row: DelegationRow) -> DelegationRow | None:
    """The row without the side of which nobody has held a post yet; None where that is so of both."""
    first, second = (
        [post for post in side if not posts_never_held(snapshot, [post])] for side in (row.decides, row.countersigns)
    )
    if first and (second or not row.countersigns):
        return row
    there = tuple(first or second)
    return replace(row, decides=there, countersigns=(), deputies=()) if there else None


def _question(authority: Authority, given: Answers, *, command: str, tomorrow: date, without: str) -> Question:
    in_force, _ = authority.settings_on(max(given["from_"], tomorrow))
    becomes = BECOME[command](in_force, given)
    shown = [
        (formats.upper_first(name), change)
        for name, change in changes_in_words(in_force, becomes, in_force.changed_in(becomes))
    ]
    shown.append(
        ("In force from", f"{formats.date(given['from_'])}, or the day after it is approved if that is later")
    )
    if without:
        shown.append(("Decided by one person", without))
    return Question(
        act=Act.CHANGE_SCHEME,
        kind=authority.KIND,
        subject=authority.id,
        subject_reference=authority.name,
        command=command,
        answers=msgspec.json.encode(dict(given)).decode(),
        terms=tuple(Term(label, value) for label, value in shown),
        matter=given["row"].code if "row" in given else "",
    )


def _act(command: str, answers: Mapping[str, Any]) -> DecidedAct[Authority]:
    def question(snapshot: Snapshot, authority: Authority, given: Answers) -> Question:
        tomorrow = snapshot.services.today() + timedelta(days=1)
        without = never_held(_one_sided(snapshot))
        asked = _question(authority, given, command=command, tomorrow=tomorrow, without=without)
        posts = given["row"].posts if "row" in given else ()
        unheld = [post for post in posts if not holders_of(snapshot, [post], None)]
        term = [Term("Nobody is today", one_of(unheld))] if unheld else []
        return replace(asked, terms=(*asked.terms, *term))

    def carry_out(
        execution: Execution[Any], authority: Authority, given: Answers, granted: Granted, rules: tuple[str, ...]
    ) -> None:
        from_ = max(given["from_"], authority.today + timedelta(days=1))
        authority.change_scheme(
            BECOME[command](authority.settings_on(from_)[0], given),
            from_=from_,
            reason=given["reason"],
            granted=granted,
            unfilled=_unfilled(execution.context),
            rules=rules,
        )

    return DecidedAct(
        settings,
        command,
        Act.CHANGE_SCHEME,
        {"from_": date, **answers, "reason": str},
        question,
        lambda given, _: given,
        carry_out,
        tried=True,
        among=lambda snapshot, row: _filled(snapshot, row) or row,
    )


def _one_sided(snapshot: Snapshot) -> tuple[Decider, ...]:
    """The posts that are missing where one side of the row decides alone."""
    row = row_for(settings_of(snapshot.services)[0].scheme, Act.CHANGE_SCHEME, None)
    filled = _filled(snapshot, row)
    if filled is None or filled == row:
        return ()
    return posts_never_held(snapshot, (*row.decides, *row.countersigns))


BECOME: Mapping[str, Become] = {
    "change": lambda in_force, given: replace(
        in_force, **{name: getattr(given["settings"], name) for name in given["changed"]}
    ),
    "change-scheme": lambda in_force, given: in_force.with_row(given["row"]),
}

SETTINGS = _act("change", {"settings": Settings, "changed": list[str]})
ROW = _act("change-scheme", {"row": DelegationRow})
