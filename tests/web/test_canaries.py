"""A walk through every route by everybody: nobody meets a text that the policy keeps from them.

Each kind of sensitive text holds a word of its own. Which reader may meet it follows from the rows of the policy,
which routes there are from the application itself. Whoever is new in either is walked without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from domain.account import Account
from domain.attachment import Attachment
from domain.calendar import default_term_on
from domain.concern import ConcernCase
from domain.engagement import BrokeredEngagement
from domain.note import Note, NoteType
from domain.person import Person
from domain.record_of_visit import Content, RecordOfVisit, Section
from domain.school import School
from domain.support_request import SupportRequest
from domain.tender import Tender
from domain.visit import Visit, Visitor
from domain.vocabulary import Audience, Purpose, Role, Sensitivity, VisitKind
from projections import names
from tests.canaries import Told
from tests.canaries.words import GONE
from tests.databases import Databases
from tests.domain.brokered import terms
from tests.full_authority import RULES, FullAuthority
from tests.grants import set_need_category
from tests.request_context import sent_by
from tests.restricted_concern import CANARY, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import a_program, an_app, an_office
from tests.web.read_routes import NO_EVENT, addresses, latest_events, references
from tests.web.text_fields import text_fields, texts
from web.access.policy import Action, RecordScope


@dataclass(frozen=True)
class Secret:
    """Which right it takes to meet a word, and whom it concerns; `writer` knows it anyway."""

    action: Action
    where: RecordScope
    writer: UUID | None = None


OF_A_PROVIDER = {Action.READ_INVITATION, Action.READ_ENGAGEMENT}


class Valley:
    """The authority with a word in each kind of sensitive text."""

    def __init__(self, sample: SampleAuthority) -> None:
        self.authority, self.sample = FullAuthority(sample), sample
        told = Told(self.authority)
        self.restricted = RestrictedConcern(sample, self.authority)
        self.restricted.keep(Sensitivity.RESTRICTED)
        ours, theirs = self.authority.ours, self.authority.theirs
        here, provider = RecordScope(ours.school), RecordScope(ours.school, provider=ours.provider)
        self.secrets = {
            CANARY: Secret(Action.READ_RESTRICTED, here),
            "Two posts are at risk": Secret(Action.READ_RESTRICTED, here),
            "Moosglocke": Secret(Action.READ_RESTRICTED, here),
            "Kranichfeder": Secret(Action.READ_DRAFT_RECORD, here),
            "Wollgras": Secret(Action.READ_DRAFT_RECORD, here),
            "Haselmaus": Secret(Action.READ_DRAFT_RECORD, here),
            "ROV-2026-0777": Secret(Action.READ_DRAFT_RECORD, here),
            "Silberdistel": Secret(Action.READ_INVITATION, provider),
            "Eisvogel": Secret(Action.READ_SCHOOL_FILE, here),
            "bergahorn": Secret(Action.READ_PEOPLE, RecordScope(), writer=ours.head),
            "Feuersalamander": Secret(Action.READ_AUDIT, RecordScope()),
            **{
                word: Secret(right, provider if right in OF_A_PROVIDER else here)
                for word, right in told.words.items()
            },
        }
        self._notes()
        self._draft()
        then, quoted = self.authority._then, terms(specialist=ours.specialist, approach="Silberdistel")
        then(
            Tender,
            ours.records[Tender.KIND],
            lambda one: one.revise_quote(ours.provider, quoted, reason="More days"),
            lambda one: one.invite(theirs.provider, clearance="Cleared", rules=RULES),
        )
        need = {"review_due": TODAY + timedelta(days=90), "rationale": "Eisvogel", "scheme": "2026"}
        then(School, ours.school, lambda one: set_need_category(one, "B", among="B", from_=TODAY, **need))
        then(Person, ours.head, lambda one: one.change_email("bergahorn@wexmoor.example"))
        account = self.authority._add(lambda: Account.open_for(theirs.head, "beech@wexmoor.example"))
        then(Account, account, lambda one: one.disable(reason="Feuersalamander"))

    def _notes(self) -> None:
        ours = self.authority.ours
        visit = {"on_kind": Visit.KIND, "on_record": ours.records[Visit.KIND], "school": ours.school}
        school = {"on_kind": School.KIND, "on_record": ours.school, "school": ours.school}
        for number, word, place, kept in (
            (71, "Kranichfeder", visit, Sensitivity.ORDINARY),
            (72, "Moosglocke", school, Sensitivity.RESTRICTED),
        ):
            said = {"note_type": NoteType.MEETING, "heading": word, "text": f"{word} again", "sensitivity": kept}
            self.authority._add(partial(Note.write, f"N-2026-{number:04d}", **place, **said))
        file = {"file_name": "Wollgras.pdf", "size": 9, "sha256": "ab" * 32, "visible_to": Audience.SERVICE}
        self.authority._add(lambda: Attachment.add("F-2026-0071", **visit, **file))

    def _draft(self) -> None:
        ours = self.authority.ours
        visit = self.authority._add(
            lambda: Visit.record_unplanned(
                "V-2026-0777",
                school=ours.school,
                kind=VisitKind.FOLLOW_UP,
                purpose=Purpose.CHALLENGE,
                on=TODAY,
                term=default_term_on(TODAY),
                visitors=(Visitor(ours.officer, "officer"),),
                lead=ours.officer,
                focus="Reading",
                minutes=60,
                attendees="Headteacher",
                reason="The head telephoned",
            )
        )
        record = self.authority._add(
            lambda: RecordOfVisit.start(
                "ROV-2026-0777",
                visit=visit,
                school=ours.school,
                kind=VisitKind.FOLLOW_UP,
                purpose=Purpose.CHALLENGE,
                author=ours.officer,
                visited_on=TODAY,
                needs_assurance=False,
                rules=RULES,
            )
        )
        written = Content(sections=(Section(heading="Haselmaus", text="Haselmaus"),))
        self.authority._then(RecordOfVisit, record, lambda one: one.write(written))
        begun = self.authority.service.find(RecordOfVisit, record)
        self.authority._then(Visit, visit, lambda one: one.start_record(begun))

    @property
    def readers(self) -> dict[str, UUID]:
        theirs = self.authority.theirs
        return {
            **{role.value: person for role, person in self.authority.people.items()},
            "head elsewhere": theirs.head,
            "rival": theirs.specialist,
            "bystander": self.authority.bystander,
            "team lead": self.authority.team_lead,
        }


@dataclass
class Walk:
    """What there is to be walked, and what was met on the way."""

    app: Flask
    valley: Valley

    def kept_from(self, person: UUID) -> set[str]:
        """The words that the policy keeps from somebody."""
        with sent_by(self.app, person) as context:
            user = context.user
            teams = {right.leads for right in user.rights} - {None}
            return {
                word
                for word, secret in self.valley.secrets.items()
                if person != secret.writer
                and not user.may(
                    secret.action,
                    RecordScope(secret.where.school, next(iter(teams), None), secret.where.provider),
                )
            }

    def addresses(self, *, audits: bool) -> Iterator[str]:
        """Every route that is read; of the records those that hold a word or hang on one that does."""
        sample, ours = self.valley.sample, self.valley.authority.ours
        with sample.services.read() as connection:
            told = {row.id for row in names.names.rows(connection) if row.kind in {"person", "provider", "school"}}
        known = references(sample, apart_from=told - {ours.head, ours.provider, ours.school})
        events = [str(event.meta.event_id) for event in latest_events(sample).values()] if audits else [NO_EVENT]
        return addresses(self.app, known, events)

    def met_by(self, person: UUID | None) -> dict[str, str]:
        """The words that somebody meets, each with an address at which they do."""
        client = self.app.test_client(use_cookies=person is not None)
        headers: dict[str, str] = {}
        audits = False
        if person is not None:
            client.set_cookie(*self.valley.sample.session_of(person))
            headers = a_program(self.app, self.valley.sample, person).headers
            audits = client.get("/audit").status_code == 200
        met: dict[str, str] = {}
        for address in dict.fromkeys(self.addresses(audits=audits)):
            sent: dict[str, Any] = {"headers": headers} if address.startswith("/api/") else {}
            answer = client.get(address, **sent)
            assert answer.status_code < 500, address
            typed = address.rpartition("?")[2] if "?" in address else address
            text = (answer.text + str(answer.headers)).replace(typed, "")
            for word in self.valley.secrets:
                if word in text and word not in address:
                    met.setdefault(word, address)
        return met


@contextmanager
def a_walk(databases: Databases) -> Iterator[Walk]:
    with an_office(databases) as (services, clock):
        yield Walk(an_app(services), Valley(SampleAuthority(services, clock)))


@pytest.fixture(scope="module")
def walk(databases: Databases) -> Iterator[Walk]:
    with a_walk(databases) as walk:
        yield walk


READERS = [*(role.value for role in Role), "head elsewhere", "rival", "bystander", "team lead"]


@pytest.mark.parametrize("reader", READERS)
def test_nobody_meets_a_word_that_the_policy_keeps_from_them(walk: Walk, reader: str) -> None:
    person = walk.valley.readers[reader]
    kept, met = walk.kept_from(person), walk.met_by(person)

    assert {word: address for word, address in met.items() if word in kept} == {}
    if reader in {Role.DIRECTOR.value, Role.REVIEWER.value}:
        unmet = walk.valley.secrets.keys() - met.keys() - kept
        assert unmet == {word for word in walk.valley.secrets if GONE in word}, "whoever may read the others does"


def test_nobody_at_all_meets_any(walk: Walk) -> None:
    assert walk.met_by(None) == {}


SENSITIVE = (
    ConcernCase,
    Visit,
    RecordOfVisit,
    SupportRequest,
    Tender,
    BrokeredEngagement,
    Note,
    Attachment,
)

WITHOUT_A_WORD = {
    **dict.fromkeys(
        (
            "engagement.clearance-confirmed exempt",
            "engagement.clearance-confirmed conditions",
            "engagement.specialist-substituted exempt",
            "engagement.specialist-substituted conditions",
        ),
        "the name of a check and a day, as the provider's page tells them",
    ),
    **dict.fromkeys(
        (
            "attachment.added reference",
            "concern.raised reference",
            "concern.safeguarding-referred reference",
            "engagement.proposed reference",
            "note.written reference",
            "support-request.raised reference",
            "tender.opened reference",
            "visit.held-unplanned reference",
            "visit.planned reference",
        ),
        "a number that the service gives, and part of every address of the walk",
    ),
    **dict.fromkeys(
        (
            "engagement.proposed subject",
            "support-request.raised subject",
            "support-request.subject-changed subject",
            "support-request.subject-changed was",
            "support-request.unmet subject",
        ),
        "the name of a subject, from a list that everybody has",
    ),
    **dict.fromkeys(("attachment.added on_kind", "note.written on_kind"), "the code of a kind of record"),
    **dict.fromkeys(
        ("attachment.added sha256", "record-of-visit.issued content_hash", "record-of-visit.reissued content_hash"),
        "a hash, which tells nothing of what it is of",
    ),
    **dict.fromkeys(
        (
            "concern.intervention-ended outcome",
            "concern.intervention-started improvement_plan",
            "concern.intervention-started objectives.measure",
            "concern.intervention-started objectives.text",
            "concern.formal-step-taken ground",
            "concern.formal-step-taken text",
            "concern.step-recorded ground",
            "concern.review-held evidence",
            "concern.review-held findings.commentary",
        ),
        "an event of older logs, which nothing records any more; its successor has a word",
    ),
    **dict.fromkeys(
        ("concern.ceased-to-be-maintained ended", "concern.ceased-to-be-maintained text"),
        "what became of the school, and which kinds of step ended with it",
    ),
    "attachment.added media_type": "follows from the ending of the file's name",
    "attachment.added scanner": "the name of a program that the service runs",
}
"""The text fields of sensitive records in which the walk has no word, and why not."""


def test_every_text_of_a_sensitive_record_holds_a_word_or_says_why_not(walk: Walk) -> None:
    with walk.valley.sample.services.read() as connection:
        events = list(walk.valley.sample.services.store.everything(connection))
    told = {
        field for event in events for field, text in texts(event) if any(word in text for word in walk.valley.secrets)
    }

    assert text_fields(SENSITIVE) - told == WITHOUT_A_WORD.keys()
