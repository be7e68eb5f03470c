"""Files on records: added, listed, downloaded and withdrawn, by those who may."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from domain.attachment import MOST_BYTES, Attachment
from domain.concern import ConcernCase
from domain.provider import Provider, ProviderKind
from domain.references import record_id
from domain.vocabulary import Audience
from projections.event_log import saving_alongside
from tests import grants
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from tests.web.files.sample_files import pdf
from web.files.storage import Bytes
from web.runtime.tables import UPLOADS

Open = Callable[[UUID], Browser]
Use = Callable[..., Program]

PDF = pdf()

RAISED = {
    "kind": "achievement",
    "source": "data",
    "severity": "high",
    "detail": "Results in mathematics fell",
    "purpose": "challenge",
}


def file(name: str = "results.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def attachment(sample: SampleAuthority, ref: str = "F-2026-0001") -> Attachment:
    return sample.services.service.find(Attachment, record_id(Attachment.KIND, ref))


def let_go(answer: TestResponse) -> None:
    """Close what the client kept on disk of a large request."""
    answer.request.environ["wsgi.input"].close()


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school("Ashgrove")


@pytest.fixture
def director(sample: SampleAuthority, sign_in: Open) -> Browser:
    return sign_in(sample.director())


@pytest.fixture
def concern(sample: SampleAuthority, director: Browser, school: UUID) -> str:
    made = director.send("/concerns/raise", {**RAISED, "school": str(sample.urn(school))}).headers["Location"]
    with sample.acting(sample.director("Sheila Sharer"), "director"):
        case = record_id(ConcernCase.KIND, made.rsplit("/", 1)[-1])
        sample.services.service.change(ConcernCase, case, grants.assess_and_share)
    return made


@pytest.fixture
def ref(concern: str) -> str:
    return concern.rsplit("/", 1)[-1]


def test_a_file_is_added_from_the_page_of_its_record(
    sample: SampleAuthority, director: Browser, school: UUID, concern: str, ref: str
) -> None:
    assert f"/files/add?record={ref}" in director.get(concern)
    page = director.get(f"/files/add?record={ref}")
    assert 'enctype="multipart/form-data"' in page
    made = director.send("/files/add", {"record": ref, "file": file()})
    assert made.headers["Location"] == f"{concern}#files"
    assert "results.pdf" in director.get(concern)
    kept = attachment(sample)
    assert (kept.size, kept.sha256, kept.school) == (len(PDF), hashlib.sha256(PDF).hexdigest(), school)
    assert "Dora Director" in director.get("/files/F-2026-0001")
    assert "results.pdf" in director.get("/files/")


def test_a_file_is_handed_out_under_its_name_and_never_shown(director: Browser, ref: str) -> None:
    director.send("/files/add", {"record": ref, "file": file("Ergebnis für Ashgrove.pdf")})
    answer = director.client.get("/files/F-2026-0001/download")
    assert answer.data == PDF
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''Ergebnis%20f%C3%BCr%20Ashgrove.pdf" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (file("results.exe"), "Choose a file of one of these types: PDF"),
        (file("results.pdf", b"MZ a program"), "This is not really a PDF file"),
        (file("results.pdf", b""), "The file is empty"),
        (file("results.pdf", PDF + b"x" * MOST_BYTES), "Choose a file of 10 MB or less"),
        (file(""), "Choose a file"),
    ],
    ids=["type", "content", "empty", "size", "none"],
)
def test_a_file_that_is_not_taken_is_refused_beside_the_question(
    sample: SampleAuthority, director: Browser, ref: str, sent: tuple[io.BytesIO, str], message: str
) -> None:
    content = sent[0].getvalue()
    answer = director.send("/files/add", {"record": ref, "file": (io.BytesIO(content), sent[1])}, status=422)
    assert message in answer.text
    assert 'href="#file"' in answer.text
    assert f'value="{ref}"' in answer.text
    let_go(answer)
    with sample.services.read_present() as connection:
        assert connection.execute(sa.select(UPLOADS.c.sha256)).all() == [], "nothing refused stays"


def test_a_request_beyond_all_size_is_told_so(director: Browser, ref: str) -> None:
    answer = director.send("/files/add", {"record": ref, "file": file(content=PDF * 40_000)}, status=413)
    assert "What you sent is too large" in answer.text
    let_go(answer)


def test_a_record_of_visit_and_a_person_take_no_files(sample: SampleAuthority, director: Browser) -> None:
    for on in ("PE-2026-0001", "RV-2026-0001", ""):
        director.send("/files/add", {"on": on, "file": file()}, status=422)


def test_a_form_sent_twice_adds_one_file(director: Browser, concern: str, ref: str) -> None:
    page = director.get("/files/add")
    director.send_page("/files/add", page, {"record": ref, "file": file()})
    director.send_page("/files/add", page, {"record": ref, "file": file()})
    assert "F-2026-0002" not in director.get(concern)


def test_a_withdrawn_file_is_no_longer_served(
    sample: SampleAuthority, program: Use, director: Browser, concern: str, ref: str
) -> None:
    director.send("/files/add", {"record": ref, "file": file()})
    director.send("/files/F-2026-0001/withdraw", {"reason": "Names a pupil"})
    assert "results.pdf" not in director.get(concern).split('id="history"')[0]
    director.get("/files/F-2026-0001/download", 410)
    program(sample.director("Dan Director")).get("/files/F-2026-0001/content", 410)
    assert "This file was withdrawn" in director.get("/files/F-2026-0001")
    assert "This file has already been withdrawn" in director.get("/files/F-2026-0001/withdraw", 409)


def test_who_may_not_read_the_record_gets_no_file(
    sample: SampleAuthority, sign_in: Open, director: Browser, school: UUID, ref: str
) -> None:
    director.send("/files/add", {"record": ref, "file": file(), "visible_to": "school"})
    stranger = sample.headteacher(sample.school("Birchwood"), "Hugo Head")
    for person, status in ((sample.broker(), 404), (stranger, 404), (sample.administrator(), 403)):
        browser = sign_in(person)
        browser.get("/files/F-2026-0001", status)
        browser.get("/files/F-2026-0001/download", status)
    assert "results.pdf" not in sign_in(stranger).get("/files/")
    sign_in(stranger).send("/files/add", {"record": ref, "file": file()}, status=422)
    assert sign_in(sample.headteacher(school)).client.get("/files/F-2026-0001/download").data == PDF


def test_a_headteacher_withdraws_only_what_they_added(
    sample: SampleAuthority, sign_in: Open, director: Browser, school: UUID, ref: str
) -> None:
    director.send("/files/add", {"record": ref, "file": file(), "visible_to": "school"})
    head = sign_in(sample.headteacher(school))
    head.send("/files/add", {"record": ref, "file": file("plan.txt", b"Our plan"), "visible_to": "school"})
    head.get("/files/F-2026-0001/withdraw", 403)
    head.send("/files/F-2026-0002/withdraw", {"reason": "A newer one comes"})


def closed_to(browser: Browser, use: Program, ref: str) -> bool:
    """Whether a file is closed at every door; else it has to be open at each."""
    doors = [browser.client.get(f"/files/{ref}{part}").status_code for part in ("", "/download")]
    paths = [f"/api/v1/files/{ref}{part}" for part in ("", "/content")]
    doors += [use.client.get(path, headers=use.headers).status_code for path in paths]
    listed = f"/files/{ref}" in browser.get("/files/")
    told = ref in [row["reference"] for row in use.get("/files").json["items"]]
    assert (set(doors), listed, told) in [({404}, False, False), ({200}, True, True)]
    return not listed


def test_a_file_is_for_the_service_alone_unless_it_is_said_otherwise(
    sample: SampleAuthority, sign_in: Open, program: Use, director: Browser, school: UUID, concern: str, ref: str
) -> None:
    page = director.get(f"/files/add?record={ref}")
    assert "Who can see it" in page
    assert 'value="service" checked' in page
    director.send("/files/add", {"record": ref, "file": file("inside.pdf"), "visible_to": "service"})
    director.send("/files/add", {"record": ref, "file": file("unsaid.pdf")})
    director.send("/files/add", {"record": ref, "file": file("shared.pdf"), "visible_to": "school"})
    head = sample.headteacher(school)
    browser, use = sign_in(head), program(head)

    assert [closed_to(browser, use, f"F-2026-000{number}") for number in (1, 2, 3)] == [True, True, False]
    for href in (concern, f"/schools/{sample.urn(school)}/file"):
        seen = browser.get(href)
        assert "shared.pdf" in seen
        assert "inside.pdf" not in seen
        assert "unsaid.pdf" not in seen
    assert "The service and the school" in browser.get("/files/F-2026-0003")
    assert "The service only" in director.get("/files/F-2026-0001")
    assert "The service and the school" in director.get(concern)


def test_a_file_is_for_a_provider_where_it_is_said_so(
    sample: SampleAuthority, sign_in: Open, program: Use, director: Browser
) -> None:
    with sample.acting():
        provider = sample.services.service.add(
            lambda: Provider.register("PV-2026-0001", trading_as="Music Service", kind=ProviderKind.INTERNAL)
        )
    on = {"record": "PV-2026-0001"}
    director.send("/files/add", {**on, "file": file("inside.pdf")})
    director.send("/files/add", {**on, "file": file("shared.pdf"), "visible_to": "provider"})
    director.send("/files/add", {**on, "file": file("lost.pdf"), "visible_to": "school"}, status=422)
    specialist = sample.specialist(provider.id)
    browser, use = sign_in(specialist), program(specialist)

    assert [closed_to(browser, use, f"F-2026-000{number}") for number in (1, 2)] == [True, False]
    seen = browser.get("/providers/PV-2026-0001")
    assert "shared.pdf" in seen
    assert "inside.pdf" not in seen


def test_a_headteacher_adds_files_for_their_own_side_alone(
    sample: SampleAuthority, sign_in: Open, director: Browser, school: UUID, ref: str
) -> None:
    head = sign_in(sample.headteacher(school))
    page = head.get(f"/files/add?record={ref}")
    assert 'value="school" checked' in page
    assert 'value="service"' not in page

    head.send("/files/add", {"record": ref, "file": file(), "visible_to": "service"}, status=422)
    head.send("/files/add", {"record": ref, "file": file()})

    assert attachment(sample).visible_to is Audience.SCHOOL


def test_a_file_of_which_nobody_was_asked_stays_open_to_all_who_read_its_record(
    sample: SampleAuthority, sign_in: Open, program: Use, director: Browser, school: UUID, concern: str, ref: str
) -> None:
    kept = Bytes(PDF, "application/pdf", sample.services.now())
    old = Attachment.named("F-2026-0001")
    with sample.acting(post="director"):
        old.record(
            Attachment.Added(
                reference="F-2026-0001",
                on_kind="concern",
                on_record=record_id("concern", ref),
                school=school,
                provider=None,
                file_name="old.pdf",
                media_type="application/pdf",
                size=len(PDF),
                sha256=kept.sha256,
            )
        )
        with saving_alongside(kept):
            sample.services.service.save_together([old])
    head = sample.headteacher(school)
    browser, use = sign_in(head), program(head)

    assert not closed_to(browser, use, "F-2026-0001")
    assert use.get("/files/F-2026-0001").json["visible_to"] is None
    assert "Everyone who can read the record" in browser.get("/files/F-2026-0001")
    assert "old.pdf" in browser.get(concern)
    assert "old.pdf" in browser.get(f"/schools/{sample.urn(school)}/file")


def test_a_reviewer_downloads_and_adds_nothing(
    sample: SampleAuthority, sign_in: Open, director: Browser, ref: str
) -> None:
    director.send("/files/add", {"record": ref, "file": file()})
    reviewer = sign_in(sample.reviewer())
    assert reviewer.client.get("/files/F-2026-0001/download").data == PDF
    reviewer.get("/files/add", 403)
    reviewer.get("/files/F-2026-0001/withdraw", 403)


def send(use: Program, key: str, data: dict[str, Any], *, status: int = 201) -> Any:
    headers = {**use.headers, "Idempotency-Key": key}
    answer = use.client.post("/api/v1/files/add", data=data, headers=headers, content_type="multipart/form-data")
    assert answer.status_code == status, answer.text
    return answer


def test_a_program_adds_a_file_once_and_gets_its_bytes(sample: SampleAuthority, program: Use, ref: str) -> None:
    use = program(sample.director("Dan Director"))
    made = send(use, "file-0001", {"record": ref, "file": file()})
    again = send(use, "file-0001", {"record": ref, "file": file()})
    assert made.json == again.json
    assert made.json["record"] == ref
    other = send(use, "file-0001", {"record": ref, "file": file(content=pdf("/Lang(cy)"))}, status=422)
    assert other.json["type"].endswith("key-used-for-another")
    answer = use.get(f"/files/{made.json['reference']}/content")
    assert answer.data == PDF
    assert [row["file_name"] for row in use.get(f"/files?record={ref}").json["items"]] == ["results.pdf"]


def test_a_form_in_which_a_part_stands_twice_is_another_request(
    sample: SampleAuthority, program: Use, ref: str
) -> None:
    use = program(sample.director("Dan Director"))
    send(use, "file-0001", {"record": ref, "file": file()})

    for twice in ({"record": [ref, ref], "file": file()}, {"record": ref, "file": [file(), file()]}):
        other = send(use, "file-0001", twice, status=422)
        assert other.json["type"].endswith("key-used-for-another")


def test_a_program_is_told_what_is_wrong(sample: SampleAuthority, program: Use, ref: str) -> None:
    use = program(sample.director("Dan Director"))
    send(use, "file-0001", {"record": ref}, status=422)
    send(use, "file-0002", {"record": ref, "file": "not a file"}, status=422)
    send(use, "file-0003", {"record": ref, "file": file("a.exe")}, status=422)
    send(use, "file-0004", {"record": ref, "file": file(), "more": "x"}, status=422)
    use.post("/files/add", {"record": ref}, key="file-0005", status=415)


def test_the_document_describes_the_file_as_part_of_a_form(sample: SampleAuthority, program: Use) -> None:
    paths = program(sample.director("Dan Director")).get("/openapi.json").json["paths"]
    body = paths["/api/v1/files/add"]["post"]["requestBody"]["content"]
    assert list(body) == ["multipart/form-data"]
    answer = paths["/api/v1/files/{ref}/content"]["get"]["responses"]["200"]["content"]
    assert answer["application/octet-stream"]["schema"] == {"type": "string", "format": "binary"}
