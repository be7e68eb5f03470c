"""An attachment: which files are taken, and what is known of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import ReasonNeeded, Refusal
from domain.attachment import (
    MOST_BYTES,
    Attachment,
    AttachmentWithdrawn,
    FileIsEmpty,
    FileNameNeeded,
    FileTooLarge,
    FileTypeNotTaken,
    NotAHash,
)
from domain.vocabulary import Audience
from tests.scenario import given, signed

REQUEST, SCHOOL, OFFICER = (UUID(int=number) for number in range(1, 4))


def an_attachment(**changes: Any) -> Attachment:
    told: dict[str, Any] = {
        "on_kind": "support-request",
        "on_record": REQUEST,
        "school": SCHOOL,
        "file_name": "Action plan.PDF",
        "size": 20_000,
        "sha256": "ab" * 32,
    }
    with signed(by=OFFICER):
        return Attachment.add("F-2026-0001", **told | changes)


def test_a_file_is_known_by_its_name_type_size_hash_and_sender() -> None:
    attachment = an_attachment()

    assert attachment.media_type == "application/pdf"
    assert attachment.added_by == OFFICER
    assert attachment.about().school == SCHOOL


@pytest.mark.parametrize(
    "long", ["x" * 300 + ".pdf", "ż" * 240 + ".PDF", "校" * 99 + ".docx", "a." * 200 + "pdf", "👩🏽‍🏫" * 40 + ".txt"]
)
def test_a_long_name_is_shortened_before_its_ending(long: str) -> None:
    name = an_attachment(file_name=long).file_name

    assert len(name) <= 200
    assert 200 < len(name.encode()) <= 255 or len(name) > 195
    assert name.endswith(long[long.rindex(".") :])
    assert long.startswith(name[:20])


def test_a_name_is_kept_without_what_turns_its_ending_round() -> None:
    assert an_attachment(file_name="invoice\u202efdp.docx").file_name == "invoicefdp.docx"


def test_which_scanner_looked_is_known_and_told() -> None:
    assert an_attachment().scanner == ""
    [added] = an_attachment(scanner="ClamAV 1.4.6").pending
    assert isinstance(added, Attachment.Added)
    assert added.scanner == "ClamAV 1.4.6"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"file_name": "run.exe"}, FileTypeNotTaken),
        ({"file_name": "plan.pdf.html"}, FileTypeNotTaken),
        ({"file_name": "plan"}, FileTypeNotTaken),
        ({"file_name": "folder/"}, FileNameNeeded),
        ({"file_name": " .. "}, FileNameNeeded),
        ({"size": MOST_BYTES + 1}, FileTooLarge),
        ({"size": 0}, FileIsEmpty),
        ({"sha256": "ab"}, NotAHash),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_by_name(changes: dict[str, Any], rule: type[Refusal]) -> None:
    with pytest.raises(rule) as refusal:
        an_attachment(**changes)
    assert refusal.value.field == "file"


def test_a_name_of_two_hundred_characters_is_taken() -> None:
    assert an_attachment(file_name="x" * 196 + ".pdf").file_name.endswith("x.pdf")


def test_a_file_is_for_the_service_alone_unless_it_is_said_otherwise() -> None:
    assert an_attachment().visible_to is Audience.SERVICE
    assert an_attachment(visible_to=Audience.SCHOOL).visible_to is Audience.SCHOOL


def test_a_file_of_which_nobody_was_asked_is_for_all_who_read_the_record() -> None:
    told = {name: getattr(an_attachment(), name) for name in ("on_kind", "on_record", "school", "provider")}
    told |= {"file_name": "plan.pdf", "media_type": "application/pdf", "size": 1, "sha256": "ab" * 32}
    attachment = Attachment.named("F-2026-0001")
    with signed(by=OFFICER):
        attachment.record(Attachment.Added(reference="F-2026-0001", **told))

    assert attachment.visible_to is None


def test_a_file_of_ten_mebibytes_is_taken() -> None:
    assert an_attachment(size=MOST_BYTES).size == MOST_BYTES


@pytest.mark.parametrize("sent", ["C:\\Users\\me\\plan.pdf", "../../plan.pdf", "pl\x00an.pdf"])
def test_only_the_last_part_of_a_file_name_is_kept(sent: str) -> None:
    assert an_attachment(file_name=sent).file_name == "plan.pdf"


def test_a_file_is_withdrawn_once_and_for_a_reason() -> None:
    given(an_attachment()).when(lambda attachment: attachment.withdraw(reason="")).then_refused(ReasonNeeded).when(
        lambda attachment: attachment.withdraw(reason="Wrong request")
    ).then(Attachment.Withdrawn, reason="Wrong request").when(
        lambda attachment: attachment.withdraw(reason="Again")
    ).then_refused(AttachmentWithdrawn)
