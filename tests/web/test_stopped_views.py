"""Who works in the service is told when a view has stopped, and nobody is asked for it twice."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from projections import caseload, notes
from projections.view import View
from projections.view_status import filled, stop
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser
from tests.web.test_read_consistency import asked

SignIn = Callable[[UUID], Browser]
STOPPED = (
    "The caseload has not been brought up to date since 2 November 2026, 10am; the records themselves are complete."
)


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school()


def stop_at_the_end(sample: SampleAuthority, view: View) -> None:
    position = sample.services.log.max_notification_id() or 0
    with sample.services.write() as connection:
        stop(connection, view.name, position, "cannot take it")


def test_the_staff_are_told_which_view_has_stopped_and_since_when(
    sample: SampleAuthority, school: UUID, sign_in: SignIn
) -> None:
    officer, head = sign_in(sample.link_officer(school)), sign_in(sample.headteacher(school))
    assert "up to date" not in officer.get("/visits/")
    stop_at_the_end(sample, caseload.VIEW)
    assert STOPPED in officer.get("/visits/")
    assert STOPPED in officer.get("/caseload")
    assert "up to date" not in head.get("/visits/")

    stop_at_the_end(sample, notes.VIEW)
    assert "The caseload and the list of notes have not been brought up to date since" in officer.get("/visits/")

    with sample.services.write() as connection:
        filled(connection, [caseload.VIEW, notes.VIEW], sample.services.log.max_notification_id() or 0)
    assert "up to date" not in officer.get("/visits/")


def test_no_page_asks_how_the_views_stand_unless_that_has_changed(
    sample: SampleAuthority, school: UUID, sign_in: SignIn
) -> None:
    officer = sign_in(sample.link_officer(school))
    with asked(sample.services) as heard:
        officer.get("/visits/")
        assert [each for each in heard if "stopped_at" in each] == []
        stop_at_the_end(sample, caseload.VIEW)
        heard.clear()
        for _ in range(3):
            assert STOPPED in officer.get("/visits/")
        # Once for the notice, and once for the process, which may have to keep other views in step now.
        assert len([each for each in heard if "stopped_at" in each]) == 2
