"""A school's summary and its file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import unquote

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.school import Inspection, Source
from domain.vocabulary import Purpose
from providers.intake.links import confirm_merger, confirm_succession
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import change, propose, read

INSPECTIONS = Source("inspections.csv", date(2024, 1, 1))


def raise_concern(sample: SampleAuthority, school: object, purpose: Purpose, detail: str) -> None:
    with sample.acting():
        number = purpose.value.encode()[0]
        sample.services.service.add(
            lambda: ConcernCase.raise_(
                f"CC-2026-0{number:03}",
                school=school,  # type: ignore[arg-type]  # an id, as the sample gives it
                kind=ConcernKind.ACHIEVEMENT,
                source=ConcernSource.DATA,
                severity=Severity.HIGH,
                detail=detail,
                purpose=purpose,
            )
        )


def test_the_summary_tells_who_it_is_and_who_looks_after_it(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school(school_type="Community school", street="12 Long Street", percent_fsm="13.7")
    sample.link_officer(school, "Lena Link")
    sample.headteacher(school, "Hana Head")
    sample.chair(school, "Chris Chair")

    page = sign_in(sample.director()).get(f"/schools/{sample.urn(school)}")

    for told in ("Ashgrove High School", "Lena Link", "Hana Head", "Chris Chair", "Community school", "13.7%"):
        assert told in page
    assert "From the register of 1 September 2024 (register.csv)" in page


def test_what_is_next_stands_on_the_summary(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school, other = sample.school(), sample.school("Elm Grove School")
    raise_concern(sample, school, Purpose.CHALLENGE, "Maths fell")
    browser = sign_in(sample.director())

    assert "Assess concern" in browser.get(f"/schools/{sample.urn(school)}")
    assert "Nothing to do for this school" in browser.get(f"/schools/{sample.urn(other)}")


def test_inspections_of_different_frameworks_stand_apart(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    urn = sample.urn(school)
    for on, rating, framework in (
        (date(2012, 5, 1), "Satisfactory", "section 5, 2012"),
        (date(2022, 3, 5), "Good", "education inspection framework, 2019"),
    ):
        inspection = Inspection(urn, on, rating, framework)
        change(sample, school, lambda record, one=inspection: record.record_inspection(one, source=INSPECTIONS))

    page = sign_in(sample.director()).get(f"/schools/{urn}")

    assert "cannot be compared" in page
    newer, older = page.index("Education inspection framework, 2019"), page.index("Section 5, 2012")
    assert newer < page.index(">Good</td>") < older < page.index(">Satisfactory</td>")


def test_the_file_holds_everything_and_is_narrowed_by_purpose(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    raise_concern(sample, school, Purpose.CHALLENGE, "Maths fell")
    raise_concern(sample, school, Purpose.MONITORING, "Attendance to be watched")
    browser, urn = sign_in(sample.director()), sample.urn(school)

    whole = browser.get(f"/schools/{urn}/file")
    challenge = browser.get(f"/schools/{urn}/file?purpose=challenge")

    assert "Maths fell" in whole
    assert "Attendance to be watched" in whole
    assert "added Ashgrove High School" in whole
    assert "Maths fell" in challenge
    assert "Attendance to be watched" not in challenge
    assert "added Ashgrove High School" not in challenge
    assert "Nothing in this file matches" in browser.get(f"/schools/{urn}/file?purpose=intervention")


def test_a_long_file_goes_on_page_by_page(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    for year in range(1900, 1960):
        inspection = Inspection(sample.urn(school), date(year, 3, 5), "Good", "of old")
        change(sample, school, lambda record, one=inspection: record.record_inspection(one, source=INSPECTIONS))
    browser, href = sign_in(sample.director()), f"/schools/{sample.urn(school)}/file"

    first = browser.get(href)
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(following)

    assert re.search(r"after=~[\w-]{22}$", unquote(following))
    assert first.count("recorded the inspection of") + second.count("recorded the inspection of") == 60
    assert "added Ashgrove High School" in second
    assert browser.get(f"{href}?after=nonsense").count("app-timeline__item") == 50


def test_the_administrator_keeps_the_register_but_does_not_read_the_file(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    browser = sign_in(sample.administrator())

    page = browser.get(f"/schools/{sample.urn(school)}")

    assert f"/schools/{sample.urn(school)}/file" not in page
    browser.get(f"/schools/{sample.urn(school)}/file", 403)


def test_an_earlier_urn_leads_to_the_school(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    earlier, later = sample.school("Ashgrove High School"), sample.school("Ashgrove Academy")
    old, new = sample.urn(earlier), propose(sample, earlier, later)
    with sample.acting():
        confirm_succession(sample.services.service, earlier, new, later=later, reason="Converted")
    browser = sign_in(sample.director())

    response = browser.client.get(f"/schools/{old}")

    assert (response.status_code, response.headers["Location"]) == (302, f"/schools/{new}")
    page = browser.get(f"/schools/{new}")
    assert "Ashgrove Academy" in page
    assert "Earlier URN of this school" in page
    assert browser.client.get(f"/schools/{old}/file").headers["Location"] == f"/schools/{new}/file"
    shown = program(sample.director()).get(f"/schools/{old}").json
    assert shown is not None
    assert shown["urns"] == [old, new]


def test_the_file_of_a_school_holds_those_that_went_into_it(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    infants, primary = sample.school("Lark Hill Infants"), sample.school("Lark Hill Primary")
    old, urn = sample.urn(infants), propose(sample, infants, primary)
    raise_concern(sample, infants, Purpose.CHALLENGE, "Reading fell")
    with sample.acting():
        confirm_merger(sample.services.service, infants, urn, into=primary, reason="Amalgamated")
    browser = sign_in(sample.director())

    assert "Lark Hill Infants" in browser.get(f"/schools/{urn}")
    whole, before = browser.get(f"/schools/{urn}/file"), browser.get(f"/schools/{urn}/file?of={old}")
    assert "Reading fell" in whole
    assert "added Lark Hill Primary" in whole
    assert "Reading fell" in before
    assert "added Lark Hill Primary" not in before
    browser.get(f"/schools/{urn}/file?of=123456", 404)

    trust, later = sample.school("Lark Hill Trust School"), None
    later = propose(sample, primary, trust)
    with sample.acting():
        confirm_merger(sample.services.service, primary, later, into=trust, reason="Amalgamated again")
    through = browser.get(f"/schools/{later}/file?of={old}")
    assert "Reading fell" in through
    assert "Lark Hill Infants" in browser.get(f"/schools/{later}")
    assert "Lark Hill Trust School" in browser.get("/schools/?q=Lark+Hill+Infants")


def test_a_school_that_nobody_knows_is_not_found(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(sample.director())

    for ref in ("999999", "nonsense", "9" * 400, "٣٤٥"):
        browser.get(f"/schools/{ref}", 404)


def test_the_api_shows_a_school_with_all_that_is_kept_of_it(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    school = sample.school()
    officer = sample.link_officer(school)
    change(
        sample,
        school,
        lambda record: record.record_inspection(
            Inspection(sample.urn(school), date(2022, 3, 5), "Good", "of 2019"), source=INSPECTIONS
        ),
    )

    shown = program(sample.director()).get(f"/schools/{sample.urn(school)}").json

    assert shown is not None
    assert shown["version"] == read(sample, school).version
    assert shown["link_officers"] == [{"officer": sample.reference(officer), "from": "2024-09-01", "until": None}]
    assert [each["overall_grade"] for each in shown["inspections"]] == ["Good"]
    assert shown["details"]["town"] == "Wexmoor"
