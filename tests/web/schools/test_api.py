"""What programs ask of schools beside the register: the file, the successions that wait, and the hand-over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.school import Inspection, Source
from domain.vocabulary import Purpose
from providers.intake.links import confirm_merger
from tests.scenario import TODAY
from tests.web.conftest import Program
from tests.web.schools.acting import change, propose, read
from tests.web.schools.test_file import raise_concern
from tests.world import World

Use = Callable[..., Program]

INSPECTIONS = Source("inspections.csv", date(2024, 1, 1))


def sentences(answer: Any) -> str:
    return "\n".join(row["sentence"] for row in answer.json["items"])


# The file


def test_a_program_reads_the_file_by_purpose(world: World, program: Use) -> None:
    school = world.school()
    raise_concern(world, school, Purpose.CHALLENGE, "Maths fell")
    raise_concern(world, school, Purpose.MONITORING, "Attendance to be watched")
    api, path = program(world.director()), f"/schools/{world.urn(school)}/file"

    whole, challenge = api.get(path), api.get(f"{path}?purpose=challenge")

    assert "Maths fell" in sentences(whole)
    assert "added Ashgrove High School" in sentences(whole)
    (row,) = challenge.json["items"]
    assert (row["record_kind"], row["purpose"], row["school"]) == ("concern", "challenge", str(world.urn(school)))
    assert row["record"].startswith("CC-2026-")
    assert api.get(f"{path}?purpose=challenge&purpose=monitoring&limit=1").json["next"]
    api.get(f"{path}?purpose=gossip", 422)


def test_a_program_walks_a_long_file_by_cursor(world: World, program: Use) -> None:
    school = world.school()
    for year in range(1990, 2000):
        inspection = Inspection(world.urn(school), date(year, 3, 5), "Good", "of old")
        change(world, school, lambda record, one=inspection: record.record_inspection(one, source=INSPECTIONS))
    api, path = program(world.director()), f"/schools/{world.urn(school)}/file?limit=4"

    seen: list[str] = []
    following: str | None = path
    while following:
        page = api.get(following)
        seen += [row["id"] for row in page.json["items"]]
        assert page.json["next"] in {None, page.json["items"][-1]["id"]}
        following = f"{path}&after={page.json['next']}" if page.json["next"] else None

    assert len(seen) == len(set(seen)) == 11
    api.get(f"{path}&after=zzz", 400)


def test_the_file_opens_to_programs_of_those_to_whom_its_page_opens(world: World, program: Use) -> None:
    own, other = world.school("Ashgrove High School"), world.school("Elm Grove School")
    head = program(world.headteacher(own))

    head.get(f"/schools/{world.urn(own)}/file")
    head.get(f"/schools/{world.urn(other)}/file", 404)
    program(world.officer()).get(f"/schools/{world.urn(other)}/file")
    program(world.administrator()).get(f"/schools/{world.urn(own)}/file", 403)
    program(world.director()).get("/schools/999999/file", 404)


def test_a_school_that_went_into_another_keeps_its_file_there(world: World, program: Use) -> None:
    infants, primary = world.school("Lark Hill Infants"), world.school("Lark Hill Primary")
    old, urn = world.urn(infants), propose(world, infants, primary)
    raise_concern(world, infants, Purpose.CHALLENGE, "Reading fell")
    with world.acting():
        confirm_merger(world.services.service, infants, urn, into=primary, reason="Amalgamated")
    api = program(world.director())

    assert "Reading fell" not in sentences(api.get(f"/schools/{urn}/file"))
    assert "Reading fell" in sentences(api.get(f"/schools/{urn}/file?of={old}"))
    api.get(f"/schools/{urn}/file?of=123456", 404)


# Successions


def test_a_program_reads_the_successions_that_wait(world: World, program: Use) -> None:
    first, second = world.school("Ashgrove High School"), world.school("Elm Grove School")
    later = propose(world, first, world.school("Ashgrove Academy"))
    propose(world, second, world.school("Elm Grove Academy"))
    api = program(world.administrator())

    page = api.get("/successions?limit=1").json
    rest = api.get(f"/successions?limit=1&after={page['next']}").json

    (row,) = page["items"]
    assert (row["school"], row["name"]) == (str(world.urn(first)), "Ashgrove High School")
    assert (row["later_urn"], row["later_name"]) == (later, "Ashgrove Academy")
    assert ([each["name"] for each in rest["items"]], rest["next"]) == (["Elm Grove School"], None)
    program(world.officer()).get("/successions", 403)


# The hand-over


def looked_after(world: World) -> tuple[UUID, UUID, UUID]:
    """Two schools and the officer who has both."""
    one, two = world.school("Ashgrove"), world.school("Elm Grove")
    officer = world.link_officer(one)
    change(world, two, lambda record: record.assign_link_officer(officer, from_=date(2024, 9, 1), reason="New year"))
    return one, two, officer


def giving(world: World, officer: UUID, taker: UUID, *schools: UUID, **changes: Any) -> dict[str, Any]:
    given = [{"urn": world.urn(each), "version": read(world, each).version} for each in schools]
    return {
        "officer": world.reference(officer),
        "schools": given,
        "to_officer": world.reference(taker),
        "from": TODAY.isoformat(),
        "reason": "Lena leaves",
        **changes,
    }


def test_a_program_hands_schools_over_together(world: World, program: Use) -> None:
    one, two, leaver = looked_after(world)
    taker = world.officer("Omar Other")

    answer = program(world.director()).post(
        "/schools/hand-over", giving(world, leaver, taker, one, two), key="hand-over-1"
    )

    assert [(row["name"], row["handed_over"], row["refusal"]) for row in answer.json["items"]] == [
        ("Ashgrove", True, ""),
        ("Elm Grove", True, ""),
    ]
    assert [read(world, each).link_officer_on(TODAY) for each in (one, two)] == [taker, taker]


def test_each_school_of_a_hand_over_is_held_to_its_version(world: World, program: Use) -> None:
    one, two, leaver = looked_after(world)
    taker = world.officer("Omar Other")
    body = giving(world, leaver, taker, one, two)
    change(
        world,
        two,
        lambda record: record.set_need_category(
            "C", among=["C"], from_=TODAY, review_due=date(2027, 3, 1), rationale="Results", scheme="settings-0"
        ),
    )

    answer = program(world.director()).post("/schools/hand-over", body, key="hand-over-2")

    assert [row["handed_over"] for row in answer.json["items"]] == [True, False]
    assert "Someone else has changed this school" in answer.json["items"][1]["refusal"]
    assert read(world, two).link_officer_on(TODAY) == leaver


def test_a_hand_over_sent_again_is_done_once_and_answered_alike(world: World, program: Use) -> None:
    one, _, leaver = looked_after(world)
    body, api = giving(world, leaver, world.officer("Omar Other"), one), program(world.director())

    first = api.post("/schools/hand-over", body, key="hand-over-3")
    again = api.post("/schools/hand-over", body, key="hand-over-3")

    assert first.json == again.json
    assert len(read(world, one).link_officers) == 2


def test_schools_of_another_officer_are_not_handed_over(world: World, program: Use) -> None:
    one, two, leaver = looked_after(world)
    other, taker = world.school("Lark Hill"), world.officer("Omar Other")
    body = giving(world, leaver, taker, one, other)

    answer = program(world.director()).post("/schools/hand-over", body, key="hand-over-4")

    assert [row["handed_over"] for row in answer.json["items"]] == [True, False]
    assert "not the school's link officer" in answer.json["items"][1]["refusal"]
    assert read(world, other).link_officer_on(TODAY) is None
    assert read(world, two).link_officer_on(TODAY) == leaver


def test_nobody_hands_over_what_is_not_theirs_to_give(world: World, program: Use) -> None:
    one, _, leaver = looked_after(world)
    body = giving(world, leaver, world.officer("Omar Other"), one)

    for key, person in enumerate((world.reviewer(), world.headteacher(one), world.broker())):
        program(person).post("/schools/hand-over", body, key=f"hand-over-5-{key}", status=403)
    answer = program(world.officer("Basil Bystander")).post("/schools/hand-over", body, key="hand-over-6")

    assert [row["handed_over"] for row in answer.json["items"]] == [False]
    assert read(world, one).link_officer_on(TODAY) == leaver


def test_a_refused_hand_over_names_the_officer_as_the_program_does(world: World, program: Use) -> None:
    one, _, leaver = looked_after(world)
    body = giving(world, leaver, world.broker(), one)

    problem = program(world.director()).post("/schools/hand-over", body, key="hand-over-7", status=422).json

    assert list(problem["errors"]["json"]) == ["to_officer"]
    assert read(world, one).link_officer_on(TODAY) == leaver
