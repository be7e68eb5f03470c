"""The door keeps its rules where requests come at the same moment, on either kind of database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.databases import Databases, with_views
from tests.sample_authority import Clock, SampleAuthority
from tests.web.conftest import a_program
from tests.web.test_doors import A_CONCERN
from web.accounts import accounts
from web.accounts.accounts import LinkNoLongerValid, SignInNameInUse
from web.accounts.attempts import AT_UNKNOWN, TooManyAttempts, begin
from web.files import storage
from web.forms import kept
from web.runtime.services import Services

MANY = 8


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    """services on a database of one kind and of the other."""
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


def at_once(work: Callable[[int], Any]) -> Counter[str]:
    """Have it done many times at the same moment; returns how often it was done, and how often what was raised."""
    ready = Barrier(MANY)

    def one(number: int) -> str:
        ready.wait(timeout=120)
        try:
            work(number)
        except Exception as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(MANY) as threads:
        return Counter(threads.map(one, range(MANY)))


def test_guesses_at_one_moment_count_like_guesses_in_a_row(services: Services) -> None:
    def guess(_: int) -> None:
        with services.write() as connection:
            begin(connection, "anna@example.org", "192.0.2.1", services.now())

    allowed = AT_UNKNOWN.after
    assert at_once(guess) == {"done": allowed, TooManyAttempts.__name__: MANY - allowed}


def test_a_link_is_used_once(services: Services) -> None:
    with services.write() as connection:
        account = accounts.create(connection, uuid4(), "anna@example.org")
        link = accounts.add_link(connection, account, services.now())

    def use(number: int) -> None:
        with services.write() as connection:
            accounts.use_link(connection, link, f"hash {number}", services.now())

    assert at_once(use) == {"done": 1, LinkNoLongerValid.__name__: MANY - 1}


def test_one_name_is_given_to_one_account(services: Services) -> None:
    def give(_: int) -> None:
        with services.write() as connection:
            accounts.create(connection, uuid4(), "anna@example.org")

    assert at_once(give) == {"done": 1, SignInNameInUse.__name__: MANY - 1}


def test_of_many_requests_with_one_key_one_is_carried_out_and_all_have_its_answer(
    app: Flask, sample: SampleAuthority
) -> None:
    director, case = sample.director(), {**A_CONCERN, "school": str(sample.urn(sample.school()))}
    programs = [a_program(app, sample, director) for _ in range(MANY)]
    answers: list[bytes] = []

    def send(number: int) -> None:
        answers.append(programs[number].post("/concerns/raise", case, key="just-once", status=201).get_data())

    assert at_once(send) == {"done": MANY}
    assert len(set(answers)) == 1
    assert len(programs[0].get("/concerns").json["items"]) == 1


def test_of_many_different_requests_with_one_key_one_is_carried_out_and_the_others_are_refused(
    app: Flask, sample: SampleAuthority
) -> None:
    director, case = sample.director(), {**A_CONCERN, "school": str(sample.urn(sample.school()))}
    programs = [a_program(app, sample, director) for _ in range(MANY)]
    statuses: Counter[int] = Counter()

    def send(number: int) -> None:
        headers = {**programs[number].headers, "Idempotency-Key": "just-once"}
        answer = programs[number].client.post(
            "/api/v1/concerns/raise", json={**case, "detail": f"As {number} says"}, headers=headers
        )
        statuses[answer.status_code] += 1

    assert at_once(send) == {"done": MANY}
    assert statuses == {201: 1, 422: MANY - 1}


def test_of_many_savings_of_a_draft_the_last_one_is_kept(services: Services) -> None:
    person = uuid4()
    sent = [MultiDict([("text", f"as of {number}")]) for number in range(MANY)]
    assert at_once(lambda number: kept.keep_draft(services, person, "/visits/plan", sent[number], None)) == {
        "done": MANY
    }
    with services.read() as connection:
        found = kept.find_draft(connection, person, "/visits/plan")
    assert found is not None
    assert found.sent in sent


def test_one_content_is_kept_once(services: Services) -> None:
    plan = storage.Bytes(b"a plan", "text/plain", services.now())

    def keep(_: int) -> None:
        with services.write() as connection:
            plan.write(connection, ())

    assert at_once(keep) == {"done": MANY}
    assert storage.bytes_of(services, plan.sha256) == b"a plan"


def test_whoever_begins_different_records_at_one_moment_is_never_refused(app: Flask, sample: SampleAuthority) -> None:
    beginners, records = 16, 200
    school, director, administrator = str(sample.urn(sample.school())), sample.director(), sample.administrator()
    a_note = {
        "record": school,
        "note_type": "telephone",
        "heading": "A call",
        "visible_to": "service",
        "text": "Short",
    }

    a_provider = {"trading_as": "Tarn Learning", "kind": "private"}

    def another(unusual: str) -> dict[str, Any]:
        return {"unusual": [unusual], "why_unusual": "One of many of that name"}

    begun: list[tuple[UUID, str, dict[str, Any]]] = [
        (director, "/notes/write", a_note),
        (director, "/concerns/raise", {**A_CONCERN, "school": school}),
        (administrator, "/people/register", {"name": "Anna Kowalski", **another("like_person")}),
        (administrator, "/providers/register", a_provider | another("like_provider")),
    ]

    def begin(number: int) -> str:
        person, path, body = begun[number % len(begun)]
        answer = a_program(app, sample, person).post(path, body, key=f"begin-{number:04}", status=201)
        return str(answer.headers["Location"])

    with ThreadPoolExecutor(beginners) as threads:
        addresses = Counter(threads.map(begin, range(records)))

    assert (len(addresses), set(addresses.values())) == (records, {1})
