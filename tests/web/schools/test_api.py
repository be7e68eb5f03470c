"""What programs ask of schools beside the register: the file, the successions that wait, and the hand-over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.school import Inspection, Source
from domain.vocabulary import Purpose
from providers.intake.links import confirm_merger
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Program
from tests.web.schools.school_changes import change, propose, read
from tests.web.schools.test_file import raise_concern

Use = Callable[..., Program]

INSPECTIONS = Source("inspections.csv", date(2024, 1, 1))


def sentences(answer: Any) -> str:
    return "\n".join(row["sentence"] for row in answer.json["items"])


# The file


def test_a_program_reads_the_file_by_purpose(sample: SampleAuthority, program: Use) -> None:
    school = sample.school()
    raise_concern(sample, school, Purpose.CHALLENGE, "Maths fell")
    raise_concern(sample, school, Purpose.MONITORING, "Attendance to be watched")
    api, path = program(sample.director()), f"/schools/{sample.urn(school)}/file"

    whole, challenge = api.get(path), api.get(f"{path}?purpose=challenge")

    assert "Maths fell" in sentences(whole)
    assert "added Ashgrove High School" in sentences(whole)
    (row,) = challenge.json["items"]
    assert (row["record_kind"], row["purpose"], row["school"]) == ("concern", "challenge", str(sample.urn(school)))
    assert row["record"].startswith("CC-2026-")
    assert api.get(f"{path}?purpose=challenge&purpose=monitoring&limit=1").json["next"]
    api.get(f"{path}?purpose=gossip", 422)


def test_a_program_walks_a_long_file_by_cursor(sample: SampleAuthority, program: Use) -> None:
    school = sample.school()
    for year in range(1990, 2000):
        inspection = Inspection(sample.urn(school), date(year, 3, 5), "Good", "of old")
        change(sample, school, lambda record, one=inspection: record.record_inspection(one, source=INSPECTIONS))
    api, path = program(sample.director()), f"/schools/{sample.urn(school)}/file?limit=4"

    seen: list[str] = []
    following: str | None = path
    while following:
        page = api.get(following)
        seen += [row["id"] for row in page.json["items"]]
        assert page.json["next"] in {None, page.json["items"][-1]["id"]}
        following = f"{path}&after={page.json['next']}" if page.json["next"] else None

    assert len(seen) == len(set(seen)) == 11
    api.get(f"{path}&after=zzz", 400)


def test_the_file_opens_to_programs_of_those_to_whom_its_page_opens(sample: SampleAuthority, program: Use) -> None:
    own, other = sample.school("Ashgrove High School"), sample.school("Elm Grove School")
    head = program(sample.headteacher(own))

    head.get(f"/schools/{sample.urn(own)}/file")
    head.get(f"/schools/{sample.urn(other)}/file", 404)
    program(sample.officer()).get(f"/schools/{sample.urn(other)}/file")
    program(sample.administrator()).get(f"/schools/{sample.urn(own)}/file", 403)
    program(sample.director()).get("/schools/999999/file", 404)


def test_the_file_of_a_school_holds_those_that_went_into_it(sample: SampleAuthority, program: Use) -> None:
    infants, primary = sample.school("Lark Hill Infants"), sample.school("Lark Hill Primary")
    old, urn = sample.urn(infants), propose(sample, infants, primary)
    raise_concern(sample, infants, Purpose.CHALLENGE, "Reading fell")
    with sample.acting():
        confirm_merger(sample.services.service, infants, urn, into=primary, reason="Amalgamated")
    api = program(sample.director())

    assert "Reading fell" in sentences(api.get(f"/schools/{urn}/file"))
    assert "Reading fell" in sentences(api.get(f"/schools/{urn}/file?of={old}"))
    api.get(f"/schools/{urn}/file?of=123456", 404)


# Successions


def test_a_program_reads_the_successions_that_wait(sample: SampleAuthority, program: Use) -> None:
    first, second = sample.school("Ashgrove High School"), sample.school("Elm Grove School")
    later = propose(sample, first, sample.school("Ashgrove Academy"))
    propose(sample, second, sample.school("Elm Grove Academy"))
    api = program(sample.administrator())

    page = api.get("/successions?limit=1").json
    rest = api.get(f"/successions?limit=1&after={page['next']}").json

    (row,) = page["items"]
    assert (row["school"], row["name"]) == (str(sample.urn(first)), "Ashgrove High School")
    assert (row["later_urn"], row["later_name"]) == (later, "Ashgrove Academy")
    assert ([each["name"] for each in rest["items"]], rest["next"]) == (["Elm Grove School"], None)
    program(sample.officer()).get("/successions", 403)


# The hand-over


def looked_after(sample: SampleAuthority) -> tuple[UUID, UUID, UUID]:
    """Two schools and the officer who has both."""
    one, two = sample.school("Ashgrove"), sample.school("Elm Grove")
    officer = sample.link_officer(one)
    change(sample, two, lambda record: record.assign_link_officer(officer, from_=date(2024, 9, 1), reason="New year"))
    return one, two, officer


def giving(sample: SampleAuthority, officer: UUID, taker: UUID, *schools: UUID, **changes: Any) -> dict[str, Any]:
    given = [{"urn": sample.urn(each), "version": read(sample, each).version} for each in schools]
    return {
        "officer": sample.reference(officer),
        "schools": given,
        "to_officer": sample.reference(taker),
        "from": TODAY.isoformat(),
        "reason": "Lena leaves",
        **changes,
    }


def test_a_program_hands_schools_over_together(sample: SampleAuthority, program: Use) -> None:
    one, two, leaver = looked_after(sample)
    taker = sample.officer("Omar Other")

    answer = program(sample.director()).post(
        "/schools/hand-over", giving(sample, leaver, taker, one, two), key="hand-over-1"
    )

    assert [(row["name"], row["handed_over"], row["refusal"]) for row in answer.json["items"]] == [
        ("Ashgrove", True, ""),
        ("Elm Grove", True, ""),
    ]
    assert [read(sample, each).link_officer_on(TODAY) for each in (one, two)] == [taker, taker]


def test_each_school_of_a_hand_over_is_held_to_its_version(sample: SampleAuthority, program: Use) -> None:
    one, two, leaver = looked_after(sample)
    taker = sample.officer("Omar Other")
    body = giving(sample, leaver, taker, one, two)
    change(
        sample,
        two,
        lambda record: set_need_category(
            record,
            "C",
            among=["C"],
            from_=TODAY,
            review_due=date(2027, 3, 1),
            rationale="Results",
            scheme="settings-0",
        ),
    )

    answer = program(sample.director()).post("/schools/hand-over", body, key="hand-over-2")

    assert [row["handed_over"] for row in answer.json["items"]] == [True, False]
    assert "Someone else has changed this school" in answer.json["items"][1]["refusal"]
    assert read(sample, two).link_officer_on(TODAY) == leaver


def test_a_hand_over_sent_again_is_done_once_and_answered_alike(sample: SampleAuthority, program: Use) -> None:
    one, _, leaver = looked_after(sample)
    body, api = giving(sample, leaver, sample.officer("Omar Other"), one), program(sample.director())

    first = api.post("/schools/hand-over", body, key="hand-over-3")
    again = api.post("/schools/hand-over", body, key="hand-over-3")

    assert first.json == again.json
    assert len(read(sample, one).link_officers) == 2


def test_schools_of_another_officer_are_not_handed_over(sample: SampleAuthority, program: Use) -> None:
    one, two, leaver = looked_after(sample)
    other, taker = sample.school("Lark Hill"), sample.officer("Omar Other")
    body = giving(sample, leaver, taker, one, other)

    answer = program(sample.director()).post("/schools/hand-over", body, key="hand-over-4")

    assert [row["handed_over"] for row in answer.json["items"]] == [True, False]
    assert "not the school's link officer" in answer.json["items"][1]["refusal"]
    assert read(sample, other).link_officer_on(TODAY) is None
    assert read(sample, two).link_officer_on(TODAY) == leaver


def test_nobody_hands_over_what_is_not_theirs_to_give(sample: SampleAuthority, program: Use) -> None:
    one, _, leaver = looked_after(sample)
    body = giving(sample, leaver, sample.officer("Omar Other"), one)

    for key, person in enumerate((sample.reviewer(), sample.headteacher(one), sample.broker())):
        program(person).post("/schools/hand-over", body, key=f"hand-over-5-{key}", status=403)
    answer = program(sample.officer("Basil Bystander")).post("/schools/hand-over", body, key="hand-over-6")

    assert [row["handed_over"] for row in answer.json["items"]] == [False]
    assert read(sample, one).link_officer_on(TODAY) == leaver


def test_a_refused_hand_over_names_the_officer_as_the_program_does(sample: SampleAuthority, program: Use) -> None:
    one, _, leaver = looked_after(sample)
    body = giving(sample, leaver, sample.broker(), one)

    problem = program(sample.director()).post("/schools/hand-over", body, key="hand-over-7", status=422).json

    assert list(problem["errors"]["json"]) == ["to_officer"]
    assert read(sample, one).link_officer_on(TODAY) == leaver
