"""What can be done with an authority's settings, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from flask import request

from domain.authority import AUTHORITY, DECIDED_BY_OTHERS, Authority, NothingChanged, Settings
from domain.service import NotFound
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.policy import Action
from web.commands.resource import Execution, Values
from web.runtime.services import Services
from web.settings_pages import decided, schemas
from web.settings_pages.resource import settings


def is_begun(services: Services) -> bool:
    """Whether the authority of this database has its name."""
    try:
        services.service.find(Authority, AUTHORITY)
    except NotFound:
        return False
    return True


@ContextRule
def _must_have_no_name(context: RequestContext, _: Authority) -> None:
    if is_begun(context.services):
        raise NothingChanged("The authority already has a name. Change it on the settings page")


@settings.beginning(
    "begin",
    "Name the authority",
    Action.KEEP_SETTINGS,
    schemas.NameAuthority,
    done="Authority named",
    rules=[_must_have_no_name],
)
def begin(execution: Execution[Authority], values: Values) -> Authority:
    return execution.service.add(lambda: Authority.begin(**values))


settings.command(
    "rename",
    "Change the names",
    Action.KEEP_SETTINGS,
    schemas.NameAuthority,
    done="Names changed",
    method=Authority.rename,
    initial=lambda _, authority: {
        "name": authority.name,
        "la_code": authority.la_code,
        "service_name": authority.service_name,
    },
)


def _in_force(snapshot: Snapshot, authority: Authority) -> Mapping[str, Any]:
    today = snapshot.services.today()
    found, _version = authority.settings_on(today)
    return {**schemas.answers_from(found), "from_": today}


@settings.command(
    "change",
    "Change the settings",
    Action.KEEP_SETTINGS,
    schemas.ChangeSettings,
    done="Settings changed",
    lead="These are today's settings. Your changes take effect from the date you choose.",
    notes=(
        "A director and a chief officer decide on a change of the spending limit, of how long an exemption lasts "
        "and of vetting, from tomorrow at the earliest. They decide on all that you change in one form.",
        decided.WHILE_SETTING_UP,
    ),
    initial=_in_force,
    main=True,
)
def change(execution: Execution[Authority], values: Values) -> None:
    """Served types that are not named, and what is not asked for, stay as they are on the day from which the change
    is in force."""

    def answered(authority: Authority) -> Settings:
        in_force, _ = authority.settings_on(values["from_"])
        extra = {each.code: each.extra_visits for each in in_force.need_categories}
        answered: Settings = values["settings"]
        return replace(
            answered,
            served_types=tuple(dict.fromkeys(values["served_types"] or in_force.served_types)),
            need_categories=tuple(
                replace(each, extra_visits=extra.get(each.code, 0)) for each in answered.need_categories
            ),
            retention=in_force.retention,
            delegation=in_force.delegation,
            subjects=in_force.subjects,
        )

    asked = answered(execution.record)
    changed = execution.record.settings_on(values["from_"])[0].changed_in(asked)
    if set(changed).isdisjoint(DECIDED_BY_OTHERS):
        execution.change(
            lambda authority: authority.change_settings(
                answered(authority), from_=values["from_"], reason=values["reason"]
            )
        )
    else:
        decided.ask(execution, decided.SETTINGS, {**values, "settings": asked, "changed": changed})


def _row_asked(snapshot: Snapshot, authority: Authority) -> Mapping[str, Any]:
    """The row to which the address leads, as it is today."""
    found, _version = authority.settings_on(snapshot.services.today())
    row = next((each for each in found.scheme if each.code == request.args.get("row")), found.scheme[0])
    tomorrow = snapshot.services.today() + timedelta(days=1)
    return {**asdict(row), "row": row.code, "from_": tomorrow}


@settings.command(
    "change-scheme",
    "Change who decides",
    Action.KEEP_SETTINGS,
    schemas.ChangeSchemeRow,
    done="Scheme of delegation changed",
    lead="One row of the scheme of delegation. If others decide from then on, open questions have to be asked again.",
    notes=(
        "A director and a chief officer decide on it, and it takes effect the day after they do at the earliest.",
        decided.WHILE_SETTING_UP,
    ),
    initial=_row_asked,
)
def change_scheme(execution: Execution[Authority], values: Values) -> None:
    """A row of the scheme from a day on; all else stays as it is on that day."""
    decided.ask(execution, decided.ROW, values)
