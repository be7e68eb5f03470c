"""The pages of the audit trail: who may look, what is found, and what one entry tells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.account import Account
from domain.aggregate import Event
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.note import Note, NoteType
from domain.person import Person
from domain.school import School, Source
from domain.vocabulary import Purpose, Sensitivity
from projections import readings as readings_view
from tests.full_authority import FullAuthority
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from web.audit.details import label_of

SignIn = Callable[[UUID], Browser]

LAST_WEEK = TODAY - timedelta(days=7)


@pytest.fixture
def schools(sample: SampleAuthority) -> tuple[UUID, UUID]:
    return sample.school("Oak Lane School"), sample.school("Ash Vale School")


@pytest.fixture
def officer(sample: SampleAuthority) -> UUID:
    return sample.officer("Olive Officer")


@pytest.fixture
def cases(sample: SampleAuthority, schools: tuple[UUID, UUID], officer: UUID) -> tuple[ConcernCase, ConcernCase]:
    """A concern of last week at Oak Lane by Olive, and one of today at Ash Vale."""
    oak, ash = schools
    with sample.acting(officer, "officer"):
        first = sample.services.service.add(lambda: concern(1, oak, "Attendance falls", Purpose.CHALLENGE))
    with sample.acting():
        second = sample.services.service.add(lambda: concern(2, ash, "Staff leave", Purpose.MONITORING))
    return first, second


def concern(number: int, school: UUID, detail: str, purpose: Purpose, **more: Sensitivity) -> ConcernCase:
    return ConcernCase.raise_(
        f"CC-2026-{number:04}",
        school=school,
        kind=next(iter(ConcernKind)),
        source=next(iter(ConcernSource)),
        severity=next(iter(Severity)),
        detail=detail,
        purpose=purpose,
        on=LAST_WEEK if number == 1 else None,
        **more,
    )


@pytest.fixture
def reviewer(sample: SampleAuthority, sign_in: SignIn) -> Browser:
    return sign_in(sample.reviewer())


def found(page: str) -> str:
    """What stands in the timeline of a page."""
    _, _, after = page.partition('<ol class="app-timeline">')
    return text_of(after.partition("</ol>")[0])


def text_of(page: str) -> str:
    page = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def entry_of(sample: SampleAuthority, record: UUID, number: int = 0) -> str:
    """The address of an event's own page."""
    events = [event for event in sample.services.store.get(record) if isinstance(event, Event)]
    called = getattr(events[0], "reference", "") or getattr(events[0], "urn", "")
    meta = events[number].meta
    return f"/audit/{called}/{meta.version}" if called else f"/audit/{meta.event_id.hex[:16]}"


def test_those_who_answer_for_the_service_read_the_trail(sample: SampleAuthority, sign_in: SignIn) -> None:
    for person in (sample.reviewer(), sample.director(), sample.administrator()):
        sign_in(person).get("/audit")


def test_the_trail_says_of_what_it_tells_each_reader_and_offers_the_kinds_of_that(
    sample: SampleAuthority, sign_in: SignIn, cases: tuple[ConcernCase, ConcernCase]
) -> None:
    for person, is_all in ((sample.reviewer(), True), (sample.director(), True), (sample.administrator(), False)):
        asking = sign_in(person)
        page, sheet = asking.get("/audit"), asking.get("/audit.csv")
        for told in (text_of(page), sheet.splitlines()[-1]):
            assert ("Everything that has been recorded" in told) is is_all
            assert ("Everything that you can read" in told) is not is_all
        assert ('<option value="concern"' in page) is is_all
        assert '<option value="account"' in page
        asking.get("/audit?kind=concern", 200 if is_all else 422)


def test_a_record_that_one_may_not_read_and_one_that_is_not_there_are_answered_alike(
    sample: SampleAuthority, sign_in: SignIn, cases: tuple[ConcernCase, ConcernCase]
) -> None:
    administrator = sign_in(sample.administrator())
    for record in ("CC-2026-0001", "CC-2026-0999"):
        page = administrator.get(f"/audit?record={record}", 422)
        assert "There is no such record, or you may not read its trail" in page
        assert "Enter a reference like" not in page


def test_nobody_else_does(sample: SampleAuthority, sign_in: SignIn, schools: tuple[UUID, UUID]) -> None:
    for person in (sample.officer(), sample.broker(), sample.headteacher(schools[0])):
        for path in ("/audit", "/audit.csv", f"/audit/{uuid4()}"):
            sign_in(person).get(path, 403)


def test_an_entry_tells_when_who_what_and_for_which_purpose(
    sample: SampleAuthority, reviewer: Browser, cases: tuple[ConcernCase, ConcernCase]
) -> None:
    told = found(reviewer.get(f"/audit?kind=concern&school={sample.urn(cases[0].school)}"))
    assert "Olive Officer raised a concern" in told
    assert "Olive Officer, School Improvement Officer" in told
    assert "26 October 2026" in told
    assert "recorded 2 November 2026, 10am" in told
    assert "Challenge" in told
    assert "Concern CC-2026-0001" in told


def test_a_filter_finds_the_one_and_not_the_other(
    sample: SampleAuthority, reviewer: Browser, cases: tuple[ConcernCase, ConcernCase]
) -> None:
    for query in (
        f"school={sample.urn(cases[0].school)}&kind=concern",
        "school=oak+lane&kind=concern",
        "record=cc-2026-0001",
        "purpose=challenge",
        "purpose=challenge&purpose=support",
        "person=Olive&part=acted",
        "until=2026-10-26",
        "since=2026-10-26&until=2026-10-26",
    ):
        told = found(reviewer.get(f"/audit?{query}"))
        assert "Attendance falls" in told, query
        assert "Staff leave" not in told, query


def test_a_day_may_be_that_of_the_recording(reviewer: Browser, cases: tuple[ConcernCase, ConcernCase]) -> None:
    both = found(reviewer.get(f"/audit?kind=concern&since={TODAY}&dated=recorded"))
    assert "Attendance falls" in both
    assert "Staff leave" in both
    assert "Attendance falls" not in found(reviewer.get(f"/audit?kind=concern&since={TODAY}"))


UNREADABLE = {
    "school=999999": "No school has that URN or name",
    "school=school": "Several have that name. Enter one of: ",
    "person=nobody": "No person has that reference or name",
    "record=XX-1": "There is no such record, or you may not read its trail",
    "since=yesterday": "Enter a real date",
    "record_kind=unicorn": "There are no records of that kind, or you may not read their trail",
    "purpose=fun": "Purpose: select one of the options",
}


def test_a_filter_that_cannot_be_read_is_named(reviewer: Browser, schools: tuple[UUID, UUID]) -> None:
    for query, message in UNREADABLE.items():
        page = reviewer.get(f"/audit?{query}", 422)
        assert message in page, query
        assert "Nothing is shown because a filter is wrong" in page
        assert f'href="#filter-{query.partition("=")[0]}"' in page
        assert "<title>Error: Audit trail" in page.replace("\n", "")
        reviewer.get(f"/audit.csv?{query}", 400)


def test_a_long_trail_is_walked_page_by_page(sample: SampleAuthority, reviewer: Browser) -> None:
    names = [f"Person {number:02}" for number in range(60)]
    for number, name in enumerate(names, 100):
        with sample.acting():
            sample.services.service.add(
                lambda name=name, number=number: Person.register(f"PE-2026-{number:04}", name=name)
            )
    first = reviewer.get("/audit?kind=person")
    [href] = re.findall(r'href="([^"]*after=[^"]*)" rel="next"', first)
    second = reviewer.get(href.replace("&amp;", "&"))
    told = found(first) + found(second)
    assert all(told.count(f"registered {name} ") == 1 for name in names)
    assert "record_kind=person" in href
    reviewer.get("/audit?after=nonsense", 400)


def test_one_entry_shows_what_changed_and_how_it_came_about(sample: SampleAuthority, reviewer: Browser) -> None:
    person = sample.officer("Anne Webb")
    with sample.acting():
        sample.services.service.change(Person, person, lambda person: person.rename("Anne Hall"))
    page = reviewer.get(entry_of(sample, person, -1))
    text = text_of(page)
    assert "changed Anne Webb&#39;s name to Anne Hall" in text
    assert "Detail Before After Name Anne Webb Anne Hall" in text
    assert "person.name-changed, schema 1" in text
    assert "2 November 2026, 10:00:00 GMT" in text
    assert "Recorded" not in text.replace("Recorded at the same time", "")
    assert "added Anne Hall as School Improvement Officer" in text


def test_what_a_register_changed_stands_under_the_labels_and_in_the_words_of_the_school_page(
    sample: SampleAuthority, reviewer: Browser
) -> None:
    school = sample.school("Oak Lane School", phase="primary", percent_fsm="12.5", opened="1998-09-01")
    first = text_of(reviewer.get(entry_of(sample, school)))
    news = {"phase": "secondary", "la_code": "399", "percent_fsm": "14.1", "last_inspected": "2023-07-11"}
    with sample.acting():
        sample.services.service.change(
            School, school, lambda school: school.refresh(news, source=Source("register.csv", TODAY))
        )

    second = text_of(reviewer.get(entry_of(sample, school, -1)))

    assert "Phase: Primary" in first
    assert "Authority code: 399" in first
    assert "Eligible for free school meals: 12.5%" in first
    assert "Opened: 1 September 1998" in first
    before = "Phase: Primary Eligible for free school meals: 12.5%"
    after = "Phase: Secondary Eligible for free school meals: 14.1% Last inspected: 11 July 2023"
    assert f"Details {before} {after}" in second
    assert not re.search(r"Tellings|La code|Percent fsm|\d{4} \d\d \d\d:|Authority code", second)


@pytest.mark.parametrize(
    ("field", "label"),
    [("vat_is_known", "VAT is known"), ("urns", "URNs"), ("reply_by", "Reply by"), ("from_", "From")],
)
def test_the_name_of_a_field_becomes_a_label_with_its_abbreviations(field: str, label: str) -> None:
    assert label_of(field) == label


def test_entries_of_one_act_lead_to_each_other(sample: SampleAuthority, reviewer: Browser) -> None:
    person = sample.officer("Anne Webb")
    page = reviewer.get(entry_of(sample, person, 0))
    assert "Recorded at the same time" in page
    assert f'href="{entry_of(sample, person, 1)}"' in page


def test_an_unknown_entry_is_not_found(reviewer: Browser) -> None:
    reviewer.get(f"/audit/{uuid4()}", 404)
    for address in (
        "1",
        "PE-2026-0999/1",
        "999999/1",
        "PE-2026-0001/99",
        "PE-2026-0001/0",
        "Ω/1",
        "0123456789abcdef",
    ):
        reviewer.get(f"/audit/{address}", 404)


def test_no_id_stands_in_an_address_of_the_trail_and_an_address_with_one_still_answers(
    sample: SampleAuthority, reviewer: Browser, cases: tuple[ConcernCase, ConcernCase]
) -> None:
    person = sample.officer("Anne Webb")
    for query in ("", "?kind=account", "?kind=school", "?kind=authority"):
        page = reviewer.get(f"/audit{query}")
        assert not re.search(r'href="[^"]*[0-9a-f]{8}-[0-9a-f]{4}-', page)
        for href in re.findall(r'href="(/audit/[^"]+)"', page):
            reviewer.get(href)
    [*_, last] = (event for event in sample.services.store.get(person) if isinstance(event, Event))
    by_id, by_reference = (
        text_of(reviewer.get(f"/audit/{address}"))
        for address in (last.meta.event_id, f"{sample.reference(person)}/{last.meta.version}")
    )
    assert by_id == by_reference


# What is restricted


@pytest.fixture
def note(sample: SampleAuthority, schools: tuple[UUID, UUID], cases: tuple[ConcernCase, ConcernCase]) -> UUID:
    with sample.acting():
        return sample.services.service.add(
            lambda: Note.write(
                "N-2026-0001",
                on_kind="concern",
                on_record=cases[0].id,
                school=schools[0],
                note_type=NoteType.MEETING,
                heading="About the head",
                text="Told in confidence",
                sensitivity=Sensitivity.RESTRICTED,
            )
        ).id


def readings(sample: SampleAuthority, note: UUID) -> int:
    with sample.services.read() as connection:
        return len(readings_view.of_record(connection, note, 20))


def test_a_restricted_note_is_not_told_in_lists(sample: SampleAuthority, reviewer: Browser, note: UUID) -> None:
    for path in ("/audit", "/audit.csv"):
        page = reviewer.get(path)
        assert "A restricted note was written" in page
        assert "About the head" not in page
    assert readings(sample, note) == 0


def test_reading_a_restricted_note_in_the_trail_is_recorded(
    sample: SampleAuthority, reviewer: Browser, note: UUID
) -> None:
    assert "Told in confidence" in reviewer.get(entry_of(sample, note))
    assert readings(sample, note) == 1
    assert "Rae Reviewer read restricted information on a page: N-2026-0001" in text_of(reviewer.get("/audit"))


def test_a_restricted_concern_is_told_to_those_who_may_read_it(
    sample: SampleAuthority, sign_in: SignIn, reviewer: Browser, schools: tuple[UUID, UUID]
) -> None:
    with sample.acting():
        sample.services.service.add(
            lambda: concern(7, schools[0], "Money is missing", Purpose.CHALLENGE, sensitivity=Sensitivity.RESTRICTED)
        )
    assert "Money is missing" in reviewer.get("/audit")


# What the policy keeps from administrators


@pytest.fixture
def administrator(sample: SampleAuthority) -> UUID:
    return sample.administrator()


def test_an_administrator_reads_of_accounts_people_settings_and_the_register_and_of_nothing_said_of_schools(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], administrator: UUID
) -> None:
    authority = FullAuthority(sample)
    with sample.acting():
        sample.services.service.add(lambda: Account.open_for(administrator, "ada@wexmoor.example"))
    need = {"review_due": TODAY + timedelta(days=90), "rationale": "Two poor years", "scheme": "2026"}
    with sample.acting():
        sample.services.service.change(
            School, authority.ours.school, lambda one: set_need_category(one, "B", among="B", from_=TODAY, **need)
        )
    browser, api = sign_in(administrator), program(administrator)
    kept = ("Two poor years", "need category", "Target setting", "Results in mathematics", "Call with the office")
    kept += ("Planning in mathematics", "Action plan.pdf", "BE-2026-", "TN-2026-", "CC-2026-", "quoted")

    trail, walked = text_of(browser.get("/audit")), walk(api, "")
    for told in (trail, browser.get("/audit.csv"), *(row["sentence"] + (row["record"] or "") for row in walked)):
        assert not [text for text in kept if text in told]
    assert {row["record_kind"] for row in walked} == {
        "account",
        "authority",
        "import",
        "person",
        "provider",
        "school",
    }
    for kind in ("visit", "tender", "concern", "record-of-visit"):
        assert "you may not read" in api.get(f"/audit?kind={kind}", 422).text


def walk(api: Program, query: str) -> list[dict[str, Any]]:
    """All entries, two at a time: what is kept back leaves no gap."""
    found, after = [], ""
    while after is not None:
        page = api.get(f"/audit?limit=2&{query}{f'&after={after}' if after else ''}").json
        assert len(page["items"]) == 2 or page["next"] is None
        found += page["items"]
        after = page["next"]
    return found


def test_no_entry_of_what_is_said_of_schools_opens_to_an_administrator(
    sample: SampleAuthority, sign_in: SignIn, administrator: UUID
) -> None:
    authority, browser = FullAuthority(sample), sign_in(administrator)
    for kind, record in authority.ours.records.items():
        opens = kind in {"school", "person", "provider", "authority", "import"}
        browser.get(entry_of(sample, record), 200 if opens else 404)


def test_a_record_of_which_somebody_is_told_nothing_is_none_to_their_search(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], administrator: UUID
) -> None:
    FullAuthority(sample)
    for known, unknown in (("TN-2026-0001", "TN-2026-0999"), ("CC-2026-0001", "CC-2026-0999")):
        pages = [sign_in(administrator).get(f"/audit?record={each}", 422) for each in (known, unknown)]
        told = [program(administrator).get(f"/audit?record={each}", 422).json for each in (known, unknown)]
        assert text_of(pages[0]).replace(known, "") == text_of(pages[1]).replace(unknown, "")
        assert told[0]["errors"] == told[1]["errors"]


# The sheet


def sheet(browser: Browser, query: str = "") -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.get(f"/audit.csv{query}"))))


def test_the_sheet_holds_what_the_search_finds_and_says_so_at_its_end(
    sample: SampleAuthority, reviewer: Browser, cases: tuple[ConcernCase, ConcernCase]
) -> None:
    response = reviewer.client.get("/audit.csv?kind=concern&purpose=challenge")
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert "audit-trail-2026-11-02.csv" in response.headers["Content-Disposition"]
    head, row, last = sheet(reviewer, "?kind=concern&purpose=challenge")
    told = dict(zip([name.lstrip("\ufeff") for name in head], row, strict=True))
    assert told["Happened"] == "2026-10-26"
    assert told["Recorded"] == "2026-11-02 10:00:00"
    assert (told["Who"], told["School"], told["URN"]) == (
        "Olive Officer",
        "Oak Lane School",
        str(sample.urn(cases[0].school)),
    )
    assert told["Reference"] == "CC-2026-0001"
    assert told["Role"] == "School Improvement Officer"
    assert "Entries: 1. Filters: Kind of record: Concern; Purpose: Challenge. Made by Rae Reviewer" in last[0]


def test_no_cell_of_the_sheet_is_taken_for_a_formula(
    sample: SampleAuthority, reviewer: Browser, schools: tuple[UUID, UUID]
) -> None:
    officer = sample.officer("=HYPERLINK(1)")
    with sample.acting(officer, "officer"):
        sample.services.service.add(lambda: concern(1, schools[0], "Attendance falls", Purpose.CHALLENGE))
    _, row, _ = sheet(reviewer, "?kind=concern")
    assert "'=HYPERLINK(1)" in row
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_sheet_says_through_what_each_entry_came(
    sample: SampleAuthority, reviewer: Browser, schools: tuple[UUID, UUID], program: Callable[..., Program]
) -> None:
    raised = {
        "school": str(sample.urn(schools[0])),
        "kind": next(iter(ConcernKind)).value,
        "source": next(iter(ConcernSource)).value,
        "severity": next(iter(Severity)).value,
        "detail": "Attendance falls",
        "purpose": "challenge",
    }
    program(sample.director()).post("/concerns/raise", raised, key="through-the-api", status=201)

    head, row, _ = sheet(reviewer, "?kind=concern")

    assert row[head.index("Through")] == "API"


def places_of(sample: SampleAuthority) -> list[int | None]:
    """Where in the log its events stand: not always at 1, 2, 3."""
    with sample.services.read() as connection:
        return [event.meta.position for event in sample.services.store.everything(connection)]


def test_a_long_sheet_has_every_entry_once(
    sample: SampleAuthority,
    reviewer: Browser,
    cases: tuple[ConcernCase, ConcernCase],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.audit.export.AT_ONCE", 2)
    places = [int(row[-1]) for row in sheet(reviewer)[1:-1]]
    assert places == places_of(sample)[::-1]


# The API


def test_programs_read_the_same_trail(
    sample: SampleAuthority, program: Callable[..., Program], cases: tuple[ConcernCase, ConcernCase]
) -> None:
    api = program(sample.reviewer())
    answer = api.get("/audit?kind=concern&purpose=challenge&purpose=support").json
    assert [row["record"] for row in answer["items"]] == ["CC-2026-0001"]
    assert answer["items"][0]["sentence"].startswith("Olive Officer raised a concern")
    assert answer["items"][0]["occurred_on"] == "2026-10-26"
    assert answer["items"][0]["occurred_at"] is None
    assert answer["items"][0]["channel"] == "screen"
    assert answer["next"] is None


def test_programs_walk_the_trail_by_cursor(
    sample: SampleAuthority, program: Callable[..., Program], cases: tuple[ConcernCase, ConcernCase]
) -> None:
    api = program(sample.reviewer())
    walked: list[int] = []
    after = ""
    while after is not None:
        answer = api.get(f"/audit?dated=recorded&limit=2{f'&after={after}' if after else ''}")
        assert ("dated_by=recorded" in answer.headers.get("Link", "")) == (answer.json["next"] is not None)
        walked += [row["position"] for row in answer.json["items"]]
        after = answer.json["next"]
    assert walked == sorted(set(walked), reverse=True)
    assert walked[-1] == places_of(sample)[0]
    api.get("/audit?after=nonsense", 400)
    api.get("/audit?kind=unicorn", 422)


def test_programs_of_others_do_not_read_it(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    program(sample.broker()).get("/audit", 403)


def test_where_an_entry_stands_in_the_log_is_told_to_whoever_is_told_of_all_of_it(
    sample: SampleAuthority, program: Callable[..., Program], sign_in: Callable[[UUID], Browser]
) -> None:
    """To an administrator the gaps between places would tell how much there is of what they may not read."""
    reviewer, administrator = sample.reviewer(), sample.administrator()
    seen = {}
    for reader in (reviewer, administrator):
        answer = program(reader).get("/audit?kind=person&limit=1").json
        [row] = answer["items"]
        browser = sign_in(reader)
        page = text_of(browser.get(f"/audit/{row['id']}"))
        [last] = [
            cells for cells in csv.reader(browser.get("/audit.csv?kind=person").splitlines()) if row["id"] in cells
        ]
        seen[reader] = (row["position"] is None, "Place in the log" in page, last[-1] == "")
        assert not answer["next"].isdecimal()
        [following] = program(reader).get(f"/audit?kind=person&limit=1&after={answer['next']}").json["items"]
        assert following["id"] != row["id"]
    assert seen == {reviewer: (False, True, False), administrator: (True, False, True)}
