"""A request whose worker dies is sent again under its key: nothing is lost, nothing done twice, and nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.databases import Databases, with_views
from tests.grants import for_selection
from tests.sample_authority import Clock, SampleAuthority
from tests.web.brokerage_stages import AGREEMENT, BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.test_doors import A_CONCERN
from web.runtime.services import Services

RAISE = "/concerns/raise"
REQUEST = "/requests/SR-2026-0001"


class Died(BaseException):
    """The worker is gone, whatever it was about to do."""


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    return sample.director()


@pytest.fixture
def api(program: Callable[..., Program], director: UUID) -> Program:
    return program(director)


@pytest.fixture
def a_case(sample: SampleAuthority) -> dict[str, Any]:
    return {**A_CONCERN, "school": str(sample.urn(sample.school()))}


@contextmanager
def dying_before_it_is_saved(services: Services) -> Iterator[None]:
    """The worker dies with the events written, and not committed yet."""

    def die(connection: sa.Connection) -> None:
        if list(connection.exec_driver_sql("SELECT 1 FROM events WHERE topic = 'concern.raised'")):
            raise Died

    sa.event.listen(services.writer, "commit", die)
    with pytest.raises(Died):
        yield
    sa.event.remove(services.writer, "commit", die)


@contextmanager
def dying_once_it_is_saved(services: Services) -> Iterator[None]:
    """The worker dies after the commit, before it has answered."""
    told = services.store.on_saved

    def die(_: int) -> None:
        raise Died

    services.store.on_saved = die
    with pytest.raises(Died):
        yield
    services.store.on_saved = told


WAYS = [dying_before_it_is_saved, dying_once_it_is_saved]


@pytest.mark.parametrize("dying", WAYS)
def test_a_request_broken_off_is_answered_at_once_when_it_is_sent_again(
    services: Services, api: Program, a_case: dict[str, Any], dying: Callable[[Services], Any]
) -> None:
    with dying(services):
        api.post(RAISE, a_case, key="raise-the-case")

    first, again = (api.post(RAISE, a_case, key="raise-the-case", status=201) for _ in range(2))

    assert (first.get_data(), first.headers["ETag"]) == (again.get_data(), again.headers["ETag"])
    assert first.headers["ETag"].startswith('"1-')
    assert first.json == api.get(first.headers["Location"].removeprefix("/api/v1")).json
    assert len(api.get("/concerns").json["items"]) == 1


def test_a_change_of_what_belongs_to_a_record_is_answered_with_the_record_as_it_was_then(
    services: Services, program: Callable[..., Program], sample: SampleAuthority
) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()
    for firm in (stages.calder, stages.harrop):
        stages.quote(firm)
    head = program(stages.head)
    before = head.get(REQUEST)
    preferred = {"provider": "PV-2026-0002", "preference": "He knows us"}
    asked = {"key": "prefer-harrop", "at": before.headers["ETag"]}

    with dying_once_it_is_saved(services):  # with the choice saved in the tender, and the request as it was
        head.post(f"{REQUEST}/prefer", preferred, **asked)
    with stages.brokering():
        stages.brokerage.select(
            stages.tender, stages.harrop.id, rationale="As the school", granted=for_selection(stages.tender)
        )
    with stages.brokering():
        stages.brokerage.engage_selected(stages.tender, "BE-2026-0001", AGREEMENT)
    again = head.post(f"{REQUEST}/prefer", preferred, **asked)

    assert (again.headers["ETag"], again.json) == (before.headers["ETag"], before.json)
    assert head.get(REQUEST).headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(("dying", "status"), list(zip(WAYS, (201, 422), strict=True)))
def test_a_key_is_free_for_another_request_where_nothing_was_saved(
    services: Services, api: Program, a_case: dict[str, Any], dying: Callable[[Services], Any], status: int
) -> None:
    with dying(services):
        api.post(RAISE, a_case, key="raise-the-case")

    api.post(RAISE, {**a_case, "severity": "low"}, key="raise-the-case", status=status)


@pytest.mark.parametrize(("dying", "status"), list(zip(WAYS, (303, 422), strict=True)))
def test_a_form_broken_off_may_come_with_other_answers_where_nothing_was_saved(
    services: Services,
    sign_in: Callable[[UUID], Browser],
    director: UUID,
    a_case: dict[str, Any],
    dying: Callable[[Services], Any],
    status: int,
) -> None:
    browser = sign_in(director)
    page = browser.get(RAISE)
    with dying(services):
        browser.send_page(RAISE, page, a_case)

    browser.send_page(RAISE, page, {**a_case, "severity": "low"}, status=status)
