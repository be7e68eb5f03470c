"""Every form with a free text says at its head who will read it; what is said is held to who is told of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.web.conftest import SharedAuthority
from tests.web.test_reason_readers import KEPT_IN, SIDES, events_of, is_told
from web.commands.text_readers import beside_reason, readers_of_texts, texts_of
from web.resources import RESOURCES

TEXTS_IN: Mapping[str, str] = {
    "schools/note-support": "school.external-support-noted",
    "visits/plan": "visit.planned",
    "visits/record-unplanned": "visit.held-unplanned",
    "visits/confirm": "visit.confirmed",
    "visits/record-agreement": "visit.agreement-recorded",
    "visits/add-agenda-item": "visit.agenda-item-added",
    "visits/hold": "visit.held",
    "records/respond-as-headteacher": "record-of-visit.headteacher-responded",
    "records/respond-as-chair": "record-of-visit.chair-responded",
    "records/present": "record-of-visit.presented-to-governors",
    "records/complete-action": "record-of-visit.action-completed",
    "records/return": "record-of-visit.returned",
    "requests/prefer": "tender.school-preferred",
    "requests/signpost": "support-request.signposted",
    "requests/meet-in-house": "support-request.met-in-house",
    "requests/close": "support-request.closed",
    "requests/raise": "support-request.raised",
    "requests/triage": "support-request.triaged",
    "requests/triage-again": "support-request.triaged",
    "requests/ask-for-information": "support-request.more-information-asked",
    "requests/give-information": "support-request.more-information-given",
    "requests/record-approval": "decision.recorded-for-another",
    "tenders/record-quote": "tender.quote-received",
    "tenders/answer-question": "tender.question-answered",
    "tenders/record-preference": "tender.school-preferred",
    "tenders/select": "tender.quote-selected",
    "tenders/record-selection": "tender.quote-selected",
    "tenders/propose": "engagement.proposed",
    "invitations/quote": "tender.quote-received",
    "invitations/revise-quote": "tender.quote-revised",
    "invitations/ask": "tender.question-asked",
    "engagements/propose": "engagement.proposed",
    **{f"engagements/record-agreement-of-{side}": "engagement.agreement-recorded" for side in (*SIDES, "service")},
    "engagements/follow-up-breach": "engagement.breach-followed-up",
    "engagements/deliver-session": "engagement.session-delivered",
    "engagements/plan-session": "engagement.session-planned",
    "engagements/evaluate": "engagement.evaluated",
    "engagements/close": "engagement.closed",
    "decisions/ask-more": "decision.more-asked",
    "decisions/answer": "decision.answered",
    "decisions/give": "decision.given",
    "decisions/meet-condition": "decision.condition-met",
    "providers/record-exemption": "provider.exemption-granted",
    "settings/change": "authority.settings-changed",
}
"""In which events each command keeps the texts that it asks for beside a reason, but for those of BY_THE_RECORD."""

BY_THE_RECORD = {"concerns", "notes", "files"}
"""Resources whose records each say who reads them."""

SHOWN_ON_A_PAGE = {"records/write": "school", "requests/open-tender": "provider"}
"""Whose page shows a text that no event tells outside the service."""

FORMS = {
    f"{resource.path}/{command.name}": (resource, command)
    for resource, _ in RESOURCES
    for command in resource.commands.values()
    if any(texts_of(command.schema(), resource.kind.KIND))
}
TO_BE_TOLD = sorted(name for name in FORMS if name.split("/")[0] not in BY_THE_RECORD and name not in SHOWN_ON_A_PAGE)


@pytest.mark.parametrize("name", TO_BE_TOLD)
def test_the_head_of_a_form_names_those_who_are_told_of_its_texts(shared: SharedAuthority, name: str) -> None:
    resource, command = FORMS[name]
    said = readers_of_texts(resource, command)
    assert said is not None
    for side, role in SIDES.items():
        told = any(is_told(shared, role, event) for event in events_of(TEXTS_IN.get(name) or KEPT_IN[name]))
        assert (role in said.roles) is told, f"{side}: {said}"


@pytest.mark.parametrize("name", sorted(SHOWN_ON_A_PAGE))
def test_it_names_those_to_whom_a_page_shows_them(name: str) -> None:
    said = readers_of_texts(*FORMS[name])
    assert said is not None
    assert {side for side, role in SIDES.items() if role in said.roles} == {SHOWN_ON_A_PAGE[name]}


def test_a_reason_that_others_read_than_the_texts_says_so_beside_it() -> None:
    apart = {name: said for name, form in FORMS.items() if (said := beside_reason(*form))}
    assert apart["requests/open-tender"] == "Nobody outside the service can read it."
    assert "concerns/give-notice" in apart
    assert "visits/record-unplanned" not in apart
