from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from providers.catalogue.courses import (
    LONDON,
    NCCE,
    CourseRow,
    Duration,
    NotCourses,
    RunRow,
    read_code_list,
    read_courses,
    read_runs,
)
from providers.catalogue.markup import plain_text
from providers.catalogue.npq import read_npq_courses
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, read, rows

SUBJECTS = {"157430003": "Computing", "100000005": "Leadership"}
AGE_GROUPS = {"157430006": "EYFS", "157430009": "Key stage 2", "157430001": "14-16 years", "157430011": "Key stage 4"}
COURSE = {
    "Template.COURSETEMPLATENO": "be2d",
    "Template.TemplateTitle": "Adapted teaching",
    "Template.ActivityCode": "CP448",
    "Template.Summary": "<p>You&rsquo;ll learn.</p>",
    "Template.OnlineCPD": "False",
    "Template.RemoteDeliveredCPD": "True",
    "Template.BookingURL": "",
    "Template.Subject": "157430003",
    "Template.AdditionalSubjects": "100000005;157430003",
    "Template.Duration": "6",
    "Template.DurationUnit": "157430002",
    "Template.AgeGroups": "157430006;157430001;157430011",
}
RUN = {
    "Activity.COURSEOCCURRENCENO": "0508",
    "Activity.ActivityTitle": "Leading primary computing",
    "Activity.StartDate": "02/12/2021 09:30:00",
    "Activity.EndDate": "09/06/2022 15:30:00",
    "Activity.OnlineCPD": "False",
    "Activity.RemoteDeliveredCPD": "False",
    "Activity.SubDeliverer": "Computing - Norfolk",
    "Activity.Region": "East of England",
    "ActivityVenueAddress.PostCode": "MK8 1EP",
    "ActivityVenueAddress.City": "Milton Keynes",
    "ActivityVenueAddress.VenueName": "Watling Academy",
    "Template.COURSETEMPLATENO": "e3c1",
}


def answered(written: Written, *entities: dict[str, object]) -> Path:
    return written("catalogue.json.gz", json.dumps({"GetJsonResult": {"Entities": list(entities)}}))


def courses(path: Path) -> tuple[list[CourseRow], list[object]]:
    good, problems = read(read_courses(path, subjects=SUBJECTS, age_groups=AGE_GROUPS))
    return good, [(found.line, found.column, found.reason) for found in problems]


def test_a_course_is_read_with_its_codes_explained(written: Written) -> None:
    assert courses(answered(written, dict(COURSE))) == (
        [
            CourseRow(
                line=1,
                provider=NCCE,
                title="Adapted teaching",
                code="CP448",
                source_id="be2d",
                subject="Computing",
                further_subjects=("Leadership", "Computing"),
                phases=("nursery", "secondary"),
                summary="You\u2019ll learn.",
                duration=Duration(6, "hours"),
                delivery="remote",
                website=None,
            )
        ],
        [],
    )


@pytest.mark.parametrize(
    ("amount", "unit", "duration"),
    [
        ("90", "157430004", Duration(90, "minutes")),
        ("2", "157430000", Duration(2, "days")),
        ("4", "157430001", Duration(4, "weeks")),
        ("", "", None),
    ],
)
def test_a_course_has_a_duration_in_the_catalogues_unit(
    written: Written, amount: str, unit: str, duration: Duration | None
) -> None:
    good, _ = courses(answered(written, {**COURSE, "Template.Duration": amount, "Template.DurationUnit": unit}))
    assert good[0].duration == duration


def test_a_trial_entry_without_a_code_does_not_count(written: Written) -> None:
    good, problems = courses(answered(written, {**COURSE, "Template.ActivityCode": ""}, dict(COURSE)))
    assert [course.line for course in good] == [2]
    assert problems == [(1, "Template.ActivityCode", "is missing")]


def test_a_code_that_the_list_does_not_explain_costs_itself_only(written: Written) -> None:
    good, problems = courses(answered(written, {**COURSE, "Template.AdditionalSubjects": "100000005;9"}))
    assert good[0].further_subjects == ("Leadership",)
    assert problems == [(1, "Template.AdditionalSubjects", "has codes that the list does not explain: 9")]


def test_a_run_is_read_with_its_times_and_place(written: Written) -> None:
    assert rows(read_runs(answered(written, dict(RUN)))) == [
        RunRow(
            line=1,
            provider="Computing - Norfolk",
            title="Leading primary computing",
            source_id="0508",
            course="e3c1",
            starts=datetime(2021, 12, 2, 9, 30, tzinfo=LONDON),
            ends=datetime(2022, 6, 9, 15, 30, tzinfo=LONDON),
            delivery="face_to_face",
            region="East of England",
            venue="Watling Academy",
            town="Milton Keynes",
            postcode="MK8 1EP",
        )
    ]


def test_a_run_at_a_virtual_venue_is_remote_though_not_marked_so(written: Written) -> None:
    path = answered(written, {**RUN, "ActivityVenueAddress.VenueName": "Virtual"})
    assert rows(read_runs(path))[0].delivery == "remote"


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Activity.SubDeliverer", ""),
        ("Activity.StartDate", "2 December"),
        ("Activity.EndDate", "01/12/2021 09:30:00"),
    ],
)
def test_a_run_with_a_part_missing_does_not_count(written: Written, heading: str, cell: str) -> None:
    good, problems = read(read_runs(answered(written, {**RUN, heading: cell}, dict(RUN))))
    assert [run.line for run in good] == [2]
    assert [(found.line, found.column) for found in problems] == [(1, heading)]


@pytest.mark.parametrize("text", ["{}", "[]", '{"GetJsonResult": {}}', '{"GetJsonResult": {"Entities": [1]}}', "x"])
def test_a_file_that_is_no_catalogue_is_refused_at_once(written: Written, text: str) -> None:
    path = written("c.json", text)
    with pytest.raises(NotCourses):
        read_courses(path, subjects={}, age_groups={})
    with pytest.raises(NotCourses):
        read_runs(path)
    with pytest.raises(NotCourses):
        read_code_list(path)


def test_courses_and_runs_are_not_taken_for_each_other(written: Written) -> None:
    with pytest.raises(NotCourses, match="TemplateTitle"):
        read_courses(answered(written, dict(RUN)), subjects={}, age_groups={})
    with pytest.raises(NotCourses, match="StartDate"):
        read_runs(answered(written, dict(COURSE)))


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One&nbsp;&amp;<br />two</p>\n<ul><li>a</li><li>b</li></ul>", "One &\ntwo\na\nb"),
        ("<p>One</p><p>&nbsp;</p>", "One"),
        ("<html><head><title>x</title><style>p {}</style></head><body>Shown<script>1</script></body>", "Shown"),
        ("not <b>closed", "not closed"),
        ("<p></p>", None),
        ("", None),
    ],
)
def test_the_text_of_a_description_is_what_a_reader_would_see(fragment: str, text: str | None) -> None:
    assert plain_text(fragment) == text


def test_each_lead_provider_offers_a_qualification(written: Written) -> None:
    catalogue = written(
        "npq.csv", "name,identifier,short_code\r\nLeading primary mathematics (NPQLPM),npq-lpm,NPQLPM\r\n"
    )
    offers = written(
        "offers.csv", "course_identifier,lead_provider_name\nnpq-lpm,LLSE\nnpq-lpm,Teach First\nnpq-x,LLSE\n"
    )
    good, problems = read(read_npq_courses(catalogue, offers))
    assert [(course.line, course.provider, course.code) for course in good] == [
        (2, "LLSE", "NPQLPM"),
        (3, "Teach First", "NPQLPM"),
    ]
    assert (good[0].subject, good[0].phases) == ("Primary mathematics", ("primary",))
    assert [(found.line, found.value) for found in problems] == [(4, "npq-x")]


@pytest.mark.real_data
def test_the_real_computing_catalogue_is_read(real_data: Path) -> None:
    folder = real_data / "providers"
    subjects = read_code_list(folder / "ncce_subjects.json")
    age_groups = read_code_list(folder / "ncce_age_groups.json")
    assert (len(subjects), len(age_groups)) == (33, 19)
    path = folder / "ncce_course_templates_2021.json.gz"
    good, problems = read(read_courses(path, subjects=subjects, age_groups=age_groups))
    assert len(good) == 168 - 2
    assert Counter(found.column for found in problems) == {
        "Template.ActivityCode": 2,
        "Template.AdditionalSubjects": 8,
    }
    assert not [
        course.code for course in good if course.summary and ("<" in course.summary or "&nbsp" in course.summary)
    ]
    assert {phase for course in good for phase in course.phases} == {"primary", "secondary", "sixteen_plus"}
    assert {course.delivery for course in good} == {"online", "remote", "face_to_face"}


@pytest.mark.real_data
def test_the_real_runs_are_of_courses_in_the_catalogue(real_data: Path) -> None:
    good, problems = read(read_runs(real_data / "providers/ncce_course_occurrences_2021-22.json.gz"))
    assert len(good) == 293 - 7
    assert {found.column for found in problems} == {"Activity.SubDeliverer"}
    path = real_data / "providers/ncce_course_templates_2021.json.gz"
    known = {course.source_id for course in read(read_courses(path, subjects={}, age_groups={}))[0]}
    assert sum(run.course in known for run in good) > 250


@pytest.mark.real_data
def test_the_real_qualifications_have_their_lead_providers(real_data: Path) -> None:
    folder = real_data / "providers"
    courses = rows(read_npq_courses(folder / "npq_courses.csv", folder / "npq_course_lead_providers_2026-06.csv"))
    assert len(courses) == 69
    assert len({course.provider for course in courses}) == 7


def test_an_unexplained_age_group_is_a_problem(written: Written) -> None:
    path = answered(written, {**COURSE, "Template.AgeGroups": "1"})
    assert problem(read_courses(path, subjects=SUBJECTS, age_groups=AGE_GROUPS)).column == "Template.AgeGroups"
