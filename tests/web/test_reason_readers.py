"""Beside each reason stands who outside the service reads it; what is said is held to what they are told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from domain.aggregate import EVENTS, Event, Meta
from domain.person import Person
from domain.signature import Signature
from domain.vocabulary import About, Channel, Role, Sensitivity, Side
from projections.codec import decode_state
from tests.domain.test_stored_samples import samples
from tests.request_context import sent_by
from tests.web.conftest import SharedAuthority
from web.access.disclosure import Disclosure
from web.commands.reason_readers import REASON_READERS, readers_of
from web.forms import Form
from web.resources import RESOURCES

KEPT_IN: Mapping[str, str] = {
    "schools/assign-officer": "school.link-officer-assigned school.link-officer-released",
    "schools/release-officer": "school.link-officer-released",
    "schools/arrange-cover": "school.cover-arranged",
    "schools/end-cover": "school.cover-ended",
    "schools/set-need-category": "school.need-category-decided decision.asked",
    "schools/confirm-succession": "school.urn-superseded school.merged-into",
    "schools/explain-absence": "school.absence-explained",
    "schools/decline-succession": "school.succession-declined",
    "visits/plan": "visit.planned",
    "visits/record-unplanned": "visit.held-unplanned",
    "visits/hold": "visit.held",
    "visits/change-visitors": "visit.visitors-changed",
    "visits/reschedule": "visit.rescheduled",
    "visits/miss": "visit.not-made",
    "visits/cancel": "visit.cancelled",
    "engagements/correct-session": "engagement.session-corrected",
    "people/correct": "person.corrected",
    "providers/correct": "provider.corrected",
    "requests/correct": "support-request.corrected",
    "concerns/correct": "concern.corrected",
    "visits/correct": "visit.corrected",
    "records/decline-response": "record-of-visit.response-declined",
    "records/waive-presentation": "record-of-visit.presentation-waived",
    "records/reopen-action": "record-of-visit.action-reopened",
    "records/hand-over-action": "record-of-visit.action-handed-over",
    "records/correct": "record-of-visit.reopened-for-correction",
    "requests/raise": "support-request.raised",
    "requests/change-subject": "support-request.subject-changed",
    "requests/reassign": "support-request.reassigned",
    "requests/approve": "decision.asked decision.decided-alone",
    "requests/change-ceiling": "decision.asked decision.decided-alone",
    "requests/state-payer": "support-request.payer-stated",
    "requests/record-price-agreement": "support-request.price-agreed-by-school",
    "requests/reopen": "support-request.reopened",
    "requests/remove-from-shortlist": "support-request.provider-removed-from-shortlist",
    "requests/open-tender": "tender.opened",
    "requests/withdraw": "support-request.withdrawn",
    "requests/decline": "support-request.declined",
    "requests/signpost": "support-request.signposted",
    "requests/record-unmet": "support-request.unmet",
    "requests/merge": "support-request.merged",
    "people/register": "person.registered",
    "providers/register": "provider.registered",
    "providers/register-practitioner": "provider.registered",
    "providers/offer": "provider.capability-offered",
    "providers/add-specialist": "provider.specialist-added",
    "tenders/record-quote": "tender.quote-received",
    "tenders/record-refusal": "tender.invitation-declined",
    "tenders/extend": "tender.reply-by-extended",
    "tenders/record-selection": "tender.quote-selected",
    "tenders/select": "tender.quote-selected",
    "tenders/withdraw-selection": "tender.selection-withdrawn",
    "tenders/close": "tender.closed-without-selection support-request.tender-ended",
    "decisions/refuse": "decision.refused",
    "decisions/withdraw": "decision.withdrawn",
    "decisions/ask-again": "decision.asked",
    "decisions/disown": "decision.disowned",
    "decisions/disown-earlier": "decision.disowned",
    "decisions/decide-afterwards": "decision.decided-afterwards",
    "decisions/settle": "decision.settled",
    "concerns/send-pre-warning": "decision.asked",
    "concerns/give-notice": "decision.asked",
    "concerns/assess-compliance": "decision.asked",
    "concerns/notify-intention": "decision.asked",
    "concerns/require-arrangements": "decision.asked",
    "concerns/appoint-governors": "decision.asked",
    "concerns/appoint-interim-board": "decision.asked",
    "concerns/suspend-budget": "decision.asked",
    "concerns/suspend-for-mismanagement": "decision.asked",
    "concerns/refer": "decision.asked",
    "concerns/waive-step": "concern.step-waived decision.asked",
    "concerns/withdraw-notice": "concern.notice-withdrawn decision.asked",
    "concerns/end-power": "concern.power-ended decision.asked",
    "concerns/hold-review": "concern.review-recorded",
    "concerns/continue-intervention": "concern.review-decided decision.asked",
    "concerns/change-level": "concern.review-decided decision.asked",
    "concerns/revise-plan": "concern.plan-revised",
    "concerns/promise-meetings": "concern.meetings-promised",
    "concerns/end-intervention": "concern.end-decided decision.asked",
    "concerns/start-intervention": "concern.intervention-decided decision.asked",
    "concerns/pause": "concern.paused",
    "concerns/resume": "concern.resumed",
    "concerns/close": "concern.closed",
    "concerns/reword": "concern.reworded",
    "concerns/withdraw": "concern.withdrawn",
    "concerns/change-sensitivity": "concern.sensitivity-changed",
    "concerns/reopen": "concern.reopening-decided decision.asked",
    "invitations/revise-quote": "tender.quote-revised",
    "invitations/withdraw-quote": "tender.quote-withdrawn",
    "invitations/decline": "tender.invitation-declined",
    "engagements/propose": "engagement.proposed",
    **{f"engagements/disown-agreement-of-{side}": "engagement.agreement-disowned" for side in Side},
    "visits/disown-agreement": "visit.agreement-disowned",
    "engagements/substitute": "engagement.specialist-substituted",
    "engagements/agree-variation": "engagement.variation-agreed",
    "engagements/cancel-session": "engagement.session-cancelled",
    "engagements/miss-session": "engagement.session-not-held",
    "engagements/plan-session": "engagement.session-planned",
    "engagements/deliver-session": "engagement.session-delivered engagement.breach-recorded",
    "engagements/close-breach": "engagement.breach-closed decision.asked",
    "engagements/withdraw-report": "engagement.session-wrongly-reported",
    "engagements/pause": "engagement.paused",
    "engagements/resume": "engagement.resumed",
    "engagements/end-early": "engagement.ended-early",
    "engagements/cancel": "engagement.cancelled support-request.placement-fell-through",
    "engagements/waive-evaluation": "engagement.evaluation-waived",
    "providers/note-leaving": "provider.specialist-left person.post-ended",
    "providers/suspend": "provider.suspended engagement.paused engagement.cancelled",
    "providers/reinstate": "provider.reinstated",
    "providers/remove": "provider.removed",
    "providers/exempt": "provider.exemption-granted",
    "providers/record-exemption": "provider.exemption-granted",
    "providers/revoke": "provider.requirement-revoked",
    "people/decline-post": "person.post-declined person.post-ended",
    "people/withdraw-post": "person.post-proposal-withdrawn",
    "people/end-post": "person.post-ended",
    "people/leave": "person.left",
    "settings/change": "authority.settings-changed decision.asked authority.scheme-changed authority.scheme-set-up",
    "settings/set-subject": "authority.settings-changed",
    "settings/map-subjects": "authority.settings-changed",
    "settings/change-scheme": "decision.asked authority.scheme-changed authority.scheme-set-up",
}
"""In which events each command keeps the reason that it asks for."""

FOR_WHOM_THEY_ARE_MEANT = {"notes/revise", "notes/withdraw", "files/withdraw"}

REASONED = {
    f"{resource.path}/{command.name}": (resource, command)
    for resource, _ in RESOURCES
    for command in resource.commands.values()
    if any(field.metadata.get("is_reason") for field in command.schema().fields.values())
}
SIDES = {"school": Role.HEADTEACHER, "provider": Role.SPECIALIST}


def events_of(topics: str) -> Iterator[type[Event]]:
    return (EVENTS[topic] for topic in topics.split())


def test_whatever_is_called_a_reason_says_who_reads_it() -> None:
    asked = {
        f"{resource.path}/{command.name}": field.metadata
        for resource, _ in RESOURCES
        for command in resource.commands.values()
        for name, field in command.schema().fields.items()
        if name in {"reason", "rationale"}
    }
    assert all(metadata.get("is_reason") for metadata in asked.values())
    assert REASONED.keys() == KEPT_IN.keys() | FOR_WHOM_THEY_ARE_MEANT


@pytest.mark.parametrize("name", sorted(KEPT_IN))
def test_who_is_said_to_read_a_reason_is_who_is_told_of_it(shared: SharedAuthority, name: str) -> None:
    resource, command = REASONED[name]
    said = readers_of(resource, command).lower()
    for side, role in SIDES.items():
        told = any(is_told(shared, role, event) for event in events_of(KEPT_IN[name]))
        assert (f"the {side}" in said) is told, f"{side}: {said!r}"


def is_told(shared: SharedAuthority, role: Role, event_class: type[Event]) -> bool:
    """Whether somebody outside is told of such an event about their own school and provider."""
    authority, kind = shared.authority, event_class.TOPIC.partition(".")[0]
    event = made(event_class)
    provider = authority.ours.provider if kind in ("engagement", "provider") or hasattr(event, "provider") else None
    school = None if kind in ("provider", "person", "authority") else authority.ours.school
    signature = Signature(
        authority.director, "director", Channel.SCREEN, uuid4(), shared.authority.sample.services.now()
    )
    event.signed(
        Meta(
            event_id=uuid4(),
            stream=authority.ours.records.get(kind, authority.ours.school),
            version=1,
            signature=signature,
            occurred=signature.at,
            about=About(school=school, provider=provider),
            purpose=None,
            reason="Because",
            rules=(),
            sensitivity=Sensitivity.ORDINARY,
            decision=None,
            recorded_at=signature.at,
            position=1,
        )
    )
    with sent_by(shared.app, authority.people[role]) as context, context.read() as snapshot:
        return Disclosure(snapshot, [event]).tells(event)


def made(event_class: type[Event]) -> Event:
    stored = next(each for each in samples()[event_class.TOPIC] if each["schema"] == event_class.SCHEMA)
    return decode_state(event_class, json.dumps(stored["state"]).encode(), schema=stored["schema"])


@pytest.mark.parametrize("name", sorted(REASONED))
def test_it_is_said_beside_the_question(name: str) -> None:
    resource, command = REASONED[name]
    said = readers_of(resource, command)
    hints = [field.hint for field in asked(command.schema(), said) if field.says.get("is_reason")]
    assert hints
    assert all(hint.endswith(said) for hint in hints)


def asked(schema: Schema, said: str) -> list[Any]:
    return list(Form(schema, data=MultiDict(), lookups=_Anything({REASON_READERS: lambda: said})).fields())


class _Anything(dict[str, Any]):
    def __missing__(self, name: str) -> tuple[()]:
        return ()


def test_a_head_is_named_to_whoever_cancels_a_visit(shared: SharedAuthority) -> None:
    resource, _ = REASONED["visits/cancel"]
    href = resource.href(shared.authority.record(resource.kind, shared.authority.ours))
    page = shared.browser(shared.authority.director).get(f"{href}/cancel").text
    head = shared.authority.service.find(Person, shared.authority.ours.head)
    assert f"{head.name} (headteacher)" in page
    assert "The school can read it." not in page, "it is said at the head of the form, and so not beside the reason"
