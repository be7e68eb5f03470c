"""A version is what its reader may know: what somebody is not told of neither moves the versions of what they
read nor makes what they send stale; what they are told of does both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import Aggregate
from domain.assignment import assign_link_officer
from domain.attachment import Attachment
from domain.authority import Authority
from domain.concern import ConcernCase
from domain.decision import Decision, DecisionStatus
from domain.delegation import Decider
from domain.engagement import BrokeredEngagement
from domain.imports import Import
from domain.note import Note
from domain.person import Person
from domain.provider import Provider
from domain.record_of_visit import ExtentOfAgreement, RecordOfVisit, Respondent
from domain.school import School
from domain.support_request import Ranked, SupportRequest
from domain.tender import DeclineReason, Tender, Terms
from domain.visit import AgendaKind, Visit
from domain.vocabulary import Role, Sensitivity, Side
from tests import grants
from tests.databases import Databases
from tests.domain.brokered import REPLY_BY, terms
from tests.full_authority import RULES, TOMORROW, FullAuthority
from tests.grants import approve, for_selection, set_need_category
from tests.restricted_concern import SECRET, VISIT, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import HIDDEN, Browser, Program, SharedAuthority, an_app, an_office
from web.commands.resource import Resource
from web.resources import RESOURCES

Step = Callable[[Any], object]
SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]


def _steps(authority: FullAuthority) -> dict[type[Aggregate], list[Step]]:
    """What happens to a record of each kind, one thing after another."""
    ours, theirs, by = authority.ours, authority.theirs, authority.director

    def fewer(days: int, specialist: UUID) -> Terms:
        return terms(days=Decimal(days), specialist=specialist)

    another = (Ranked(ours.provider, 80, ("Offers",)), Ranked(theirs.provider, 60, ("Offers",)))
    return {
        SupportRequest: [
            lambda it: it.ask_for_information("Which years?", respond_by=REPLY_BY, rules=RULES),
            lambda it: approve(it, 2700),
            lambda it: it.shortlist_providers(another, chosen=(ours.provider, theirs.provider), rules=RULES),
            lambda it: it.remove_from_shortlist(theirs.provider, reason="Too far"),
            lambda it: it.give_information("Years 7 and 8"),
            lambda it: it.open_tender(ours.records[Tender.KIND]),
            lambda it: it.end_tender(reason="Nobody has time"),
            lambda it: it.place(engagement=ours.records[BrokeredEngagement.KIND], provider=ours.provider),
            lambda it: it.take_up_again(reason="It fell through"),
            lambda it: it.withdraw(side=Side.SCHOOL, reason="No longer needed"),
            lambda it: it.reopen(reason="It is needed after all"),
        ],
        Tender: [
            lambda it: it.invite(theirs.provider, clearance="Cleared", rules=RULES),
            lambda it: it.ask(theirs.provider, "Which rooms?"),
            lambda it: it.answer(1, "The library"),
            lambda it: it.quote(theirs.provider, terms(specialist=theirs.specialist)),
            lambda it: it.ask(ours.provider, "At what time?"),
            lambda it: it.revise_quote(theirs.provider, fewer(3, theirs.specialist), reason="Less"),
            lambda it: it.revise_quote(ours.provider, fewer(2, ours.specialist), reason="Less"),
            lambda it: it.prefer(ours.provider, "The head knows them"),
            lambda it: it.decline(theirs.provider, why=next(iter(DeclineReason)), reason="Too much else"),
            lambda it: it.extend(reply_by=REPLY_BY + timedelta(days=7), reason="More time"),
            lambda it: it.select(
                ours.provider, rationale="Best", granted=for_selection(it.id), ceiling=Decimal(9000)
            ),
            lambda it: it.withdraw_selection(reason="Not yet"),
            lambda it: it.close(reason="Nobody fits"),
        ],
        Visit: [
            lambda it: it.confirm(side=Side.SCHOOL, on=TOMORROW),
            lambda it: it.add_to_agenda(kind=next(iter(AgendaKind)), text="Marking", side=Side.SERVICE),
            lambda it: it.miss(reason="Snow") if it.on <= TODAY else it.withdraw_from_agenda(it.agenda[-1].number),
        ],
        RecordOfVisit: [
            lambda it: it.reopen_for_correction("It was Year 8"),
            lambda it: it.write(it.content),
            lambda it: it.abandon_correction(),
            lambda it: it.reopen_for_correction("It was Year 9"),
            lambda it: it.respond(Respondent.CHAIR, agrees=ExtentOfAgreement.AGREES),
            lambda it: it.abandon_correction(),
            lambda it: it.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES),
        ],
        ConcernCase: [
            lambda it: grants.assess_as_causing_concern(it, "Serious", rules=RULES),
            lambda it: it.pause(reason="Holidays"),
            lambda it: it.change_sensitivity(Sensitivity.RESTRICTED, reason="Names"),
            lambda it: it.resume(reason="Back"),
            lambda it: it.change_sensitivity(Sensitivity.ORDINARY, reason="Known now"),
        ],
        Decision: [
            lambda it: (
                it.mark_read(taken_over_by=it.signature.actor)
                if it.status is DecisionStatus.OVERTAKEN
                else it.refuse(held={Decider.DIRECTOR}, reason="Too much")
            ),
        ],
        BrokeredEngagement: [
            lambda it: it.agree(Side.SCHOOL),
            lambda it: it.agree(Side.PROVIDER),
            lambda it: it.confirm_clearance(cleared=True, valid_to=None, rules=RULES),
            lambda it: it.cancel(side=Side.SCHOOL, reason="No longer needed"),
        ],
        Note: [
            lambda it: it.revise(heading="Anew", text="Other words", reason="Wrong"),
            lambda it: it.withdraw(reason="Wrong"),
        ],
        Attachment: [lambda it: it.withdraw(reason="Wrong file")],
        School: [
            lambda it: it.release_link_officer(until=TODAY, reason="Moves on"),
            lambda it: set_need_category(
                it, "1", among=("1", "2"), from_=TODAY, review_due=TOMORROW, rationale="Results", scheme="authority/1"
            ),
        ],
        Person: [lambda it: it.rename("Hanna Head"), lambda it: it.change_email("hanna@wexmoor.example")],
        Provider: [
            lambda it: it.set_rate(from_=TODAY, day_rate=Decimal(480), vat_registered=True),
            lambda it: it.declare_capacity(from_=TODAY, to=REPLY_BY, days=Decimal(3)),
            lambda it: it.suspend(reason="No insurance"),
        ],
        Import: [lambda it: it.resume(), lambda it: it.finish([], [])],
        Authority: [
            lambda it: it.rename(name="Wexmoor", la_code="399", service_name="Improvement"),
            lambda it: it.appoint_first_holder(by, Role.DIRECTOR),
        ],
    }


@dataclass(frozen=True)
class Seen:
    """What somebody sees of a record: its version, what it says, and what happened to it."""

    version: str
    says: str
    happened: tuple[str, ...]


class Readers:
    """Somebody in each post, at the API and at the pages."""

    def __init__(self, shared: SharedAuthority) -> None:
        self.authority = authority = shared.authority
        people = {role.value: person for role, person in authority.people.items()}
        people |= {
            "team lead": authority.team_lead,
            "bystander": authority.bystander,
            "other provider": authority.theirs.specialist,
        }
        self.programs = {post: shared.program(person) for post, person in people.items()}
        self.browsers = {post: shared.browser(person) for post, person in people.items()}

    def seen(self, kind: type[Aggregate]) -> dict[tuple[str, str], Seen]:
        """What each sees of the record of a kind, by door and post; who may not see it is left out."""
        found = {}
        for resource in resources_of(kind):
            path = f"/api/v1{resource.href(self.authority.record(kind, self.authority.ours))}"
            for post, program in self.programs.items():
                answer = program.client.get(path, headers=program.headers)
                if answer.status_code != 200:
                    continue
                told = dict(answer.json or {})
                told.pop("version", None)
                history = program.client.get(f"{path}/history?limit=200", headers=program.headers).json
                happened = tuple(each["id"] for each in (history or {}).get("items", ()))
                version = str((answer.json or {})["version"])
                assert answer.headers["ETag"].startswith(f'"{version}-')
                found[resource.path, post] = Seen(version, json.dumps(told, sort_keys=True), happened)
        return found

    def versions_of_forms(self, kind: type[Aggregate]) -> Iterator[tuple[tuple[str, str], str]]:
        """The version that the forms of a record carry, by door and post."""
        record = self.authority.record(kind, self.authority.ours)
        for resource, (post, browser) in product(resources_of(kind), self.browsers.items()):
            for command in resource.commands.values():
                page = None if command.begins else browser.get(resource.href(record, command.name))
                if page is not None and page.status_code == 200 and (hidden := dict(HIDDEN.findall(page.text))):
                    yield (resource.path, post), hidden["version"]
                    break


def resources_of(kind: type[Aggregate]) -> list[Resource[Any]]:
    return [resource for resource, _ in RESOURCES if resource.kind is kind]


@pytest.fixture(scope="module")
def readers(databases: Databases) -> Iterator[Readers]:
    """An authority in which things happen, made once: each test has records of its own."""
    with an_office(databases) as (services, clock):
        yield Readers(SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock))))


KINDS = [pytest.param(kind, id=kind.KIND) for kind in dict.fromkeys(resource.kind for resource, _ in RESOURCES)]


@pytest.mark.parametrize("kind", KINDS)
def test_versions_move_with_what_their_reader_is_told_and_with_nothing_else(
    readers: Readers, kind: type[Aggregate]
) -> None:
    authority = readers.authority
    before = readers.seen(kind)
    assert before
    for number, step in enumerate(_steps(authority)[kind], 1):
        authority._then(kind, authority.record(kind, authority.ours).id, step)
        after = readers.seen(kind)
        for reader in before.keys() & after.keys():
            was, now, where = before[reader], after[reader], f"step {number} as seen by {reader}"
            is_told = was.happened != now.happened
            if was.version != now.version:
                assert is_told or was.says != now.says, where
            else:
                assert not is_told, where
                assert was.says == now.says, where
        before = after
    for reader, version in readers.versions_of_forms(kind):
        assert version == before[reader].version, reader


def test_a_list_tells_the_same_version_as_the_record(readers: Readers) -> None:
    told = readers.seen(School)
    for post, program in readers.programs.items():
        answer = program.client.get("/api/v1/schools?limit=200", headers=program.headers).json or {}
        for row in answer.get("items", ()):
            if (
                row["urn"] == readers.authority.sample.urn(readers.authority.ours.school)
                and ("schools", post) in told
            ):
                assert str(row["version"]) == told["schools", post].version, post


ANSWER = {"answer": "Years 7 and 8"}


def _asked(authority: FullAuthority) -> tuple[UUID, str]:
    """The request of the authority's first school, which waits for the school's answer; and its address."""
    request = authority.record(SupportRequest, authority.ours)
    authority._then(SupportRequest, request.id, lambda it: it.ask_for_information("Which years?"))
    return request.id, f"/requests/{request.reference}"


def _private_steps(authority: FullAuthority) -> list[Step]:
    """Approval up to a ceiling, and a shortlist."""
    return _steps(authority)[SupportRequest][1:3]


def test_a_school_answers_whatever_the_broker_has_done_meanwhile_by_itself(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    authority = FullAuthority(sample)
    request, path = _asked(authority)
    head, browser = program(authority.ours.head), sign_in(authority.ours.head)
    read, form = head.get(path).headers["ETag"], browser.get(f"{path}/give-information")

    authority._then(SupportRequest, request, *_private_steps(authority))

    again = head.get(path)
    assert again.headers["ETag"] != read, "they see another stage"
    assert dict(HIDDEN.findall(browser.get(f"{path}/give-information")))["version"] == str(again.json["version"])
    browser.send_page(f"{path}/give-information", form, ANSWER)
    head.post(f"{path}/withdraw", {"reason": "Done"}, key="withdraw-1", at=read, status=412)
    authority._then(SupportRequest, request, lambda it: it.ask_for_information("And who?"))
    at = head.get(path).headers["ETag"]
    authority._then(
        SupportRequest, request, lambda it: it.remove_from_shortlist(authority.theirs.provider, reason="Too far")
    )
    assert head.post(f"{path}/give-information", ANSWER, key="answer-01", at=at).headers["ETag"] != at


def test_a_school_is_told_of_what_it_may_know_before_its_answer_is_taken(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    authority = FullAuthority(sample)
    request, path = _asked(authority)
    head, browser = program(authority.ours.head), sign_in(authority.ours.head)
    read, form = head.get(path).headers["ETag"], browser.get(f"{path}/give-information")

    def reassigned(it: SupportRequest) -> None:
        it.reassign(broker=authority.director, reason="She is ill")

    authority._then(SupportRequest, request, reassigned, *_private_steps(authority))

    head.post(f"{path}/give-information", ANSWER, key="answer-01", at=read, status=412)
    conflict = browser.send_page(f"{path}/give-information", form, ANSWER, status=409).text
    assert "She is ill" in conflict
    for private in ("ceiling", "shortlist", "2,700"):
        assert private not in conflict


def test_whoever_has_a_record_that_was_restricted_since_is_not_told_that_it_is_unchanged(
    sample: SampleAuthority, program: Use
) -> None:
    """By a concern, by what hangs on it, and by the visit that is told plainly from then on."""
    restricted = RestrictedConcern(sample)
    head, officer = program(restricted.place.head), program(restricted.place.officer)
    paths = (f"/concerns/{SECRET}", "/requests/SR-2026-0909", f"/visits/{VISIT}")

    def answered(status: int, path: str, tag: str) -> str:
        known: dict[str, Any] = {"If-None-Match": tag}
        return head.get(path, status=status, **known).headers.get("ETag", "")

    read = {path: head.get(path).headers["ETag"] for path in paths}
    assert {path: answered(304, path, tag) for path, tag in read.items()} == read
    restricted.keep(Sensitivity.RESTRICTED)
    closed = {path: answered(200 if path == paths[-1] else 404, path, tag) for path, tag in read.items()}
    assert closed[paths[-1]] != read[paths[-1]], "the visit is another one, though nothing happened to it"
    assert officer.get(paths[0]).json["sensitivity"] == "restricted"
    restricted.keep(Sensitivity.ORDINARY)
    again = {path: answered(200 if path == paths[0] else 304, path, tag) for path, tag in read.items()}
    assert again[paths[0]] != read[paths[0]], "the concern itself was restricted and opened"
    assert answered(200, paths[-1], closed[paths[-1]]) == read[paths[-1]]


def test_whoever_lost_the_post_by_which_they_read_a_record_is_not_told_that_it_is_unchanged(
    sample: SampleAuthority, program: Use
) -> None:
    """A head whose post ended reads it no more; one who has another school's post by then neither."""
    authority = FullAuthority(sample)
    request = authority.record(SupportRequest, authority.ours)
    path, leaving, moving = f"/requests/{request.reference}", authority.ours.head, authority.ours.chair
    tags = {person: program(person).get(path).headers["ETag"] for person in (leaving, moving)}
    for person, tag in tags.items():
        assert asked(program(person), path, tag) == 304

    def to_the_other_school(it: Person) -> None:
        it.end_post(1, until=TODAY, reason="Moves")
        it.take_post(Role.CHAIR, from_=TOMORROW, school=authority.theirs.school)

    authority._then(Person, leaving, lambda it: it.end_post(1, until=TODAY, reason="Retires"))
    authority._then(Person, moving, to_the_other_school)
    assert asked(program(moving), path, tags[moving]) == 304, "the last day of a post is a day of it"
    sample.clock.go_to(TOMORROW)
    for person, tag in tags.items():
        assert asked(program(person), path, tag) in {403, 404}


def test_whoever_came_to_a_post_by_which_they_read_more_is_not_told_that_a_record_is_unchanged(
    sample: SampleAuthority, program: Use
) -> None:
    restricted = RestrictedConcern(sample)
    restricted.keep(Sensitivity.RESTRICTED)
    officer, path = restricted.authority.bystander, f"/visits/{VISIT}"
    plain = program(officer).get(path).headers["ETag"]
    assert asked(program(officer), path, plain) == 304
    assert asked(program(officer), f"/concerns/{SECRET}", plain) == 404

    with sample.acting():
        assign_link_officer(
            sample.services.service, restricted.place.school, officer, from_=TODAY, reason="She looks after it now"
        )
    told = program(officer).get(path, **{"If-None-Match": plain})
    assert (told.json["kind"], told.headers["ETag"] == plain) == ("concern_review", False)
    assert asked(program(officer), f"/concerns/{SECRET}", plain) == 200


def asked(api: Program, path: str, tag: str) -> int:
    """How somebody who has a record already is answered."""
    return api.client.get(f"/api/v1{path}", headers={**api.headers, "If-None-Match": tag}).status_code


def test_a_school_sees_its_request_go_on_by_a_version(sample: SampleAuthority, program: Use) -> None:
    authority = FullAuthority(sample)
    request = authority.record(SupportRequest, authority.ours)
    path, head = f"/requests/{request.reference}", program(authority.ours.head)
    before = head.get(path)
    another = (Ranked(authority.ours.provider, 80, ("Offers",)),)
    authority._then(
        SupportRequest,
        request.id,
        lambda it: it.shortlist_providers(another, chosen=(authority.ours.provider,), rules=RULES),
    )
    after = head.get(path)

    assert (before.json["status"], after.json["status"]) == ("approved", "shortlisted")
    assert after.json["version"] == before.json["version"] + 1
    head.get(path, **{"If-None-Match": before.headers["ETag"]})
    head.post(f"{path}/withdraw", {"reason": "Done"}, key="withdraw-1", at=before.headers["ETag"])
