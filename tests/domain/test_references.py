"""Short references and the ids that follow from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.references import NotAReference, parts, record_id, reference


@given(
    prefix=st.from_regex(r"[A-Z]{1,3}", fullmatch=True), year=st.integers(1000, 9999), number=st.integers(1, 999_999)
)
def test_a_reference_is_taken_apart_into_what_it_was_made_of(prefix: str, year: int, number: int) -> None:
    assert parts(reference(prefix, year, number)) == (prefix, year, number)


def test_a_reference_reads_as_people_write_it() -> None:
    assert reference("SR", 2026, 142) == "SR-2026-0142"
    assert reference("SR", 2026, 12_345) == "SR-2026-12345"


def test_a_reference_is_understood_in_any_case_and_with_blanks_around_it() -> None:
    assert parts(" sr-2026-0142\n") == ("SR", 2026, 142)


@pytest.mark.parametrize(
    "text", ["", "SR", "SR-26-0142", "SR-2026-142", "SR-2026-0142-1", "SRSR-2026-0142", "1-2026-0142", "SR 2026 0142"]
)
def test_other_text_is_no_reference(text: str) -> None:
    with pytest.raises(NotAReference):
        parts(text)


def test_digits_of_other_scripts_are_no_reference() -> None:
    with pytest.raises(NotAReference):
        parts("SR-2026-٠١٤٢")


def test_one_kind_and_key_have_one_id_for_ever() -> None:
    assert str(record_id("school", "100049")) == "6d6f2ec5-330d-5075-bff4-070b11928a65"
    assert record_id("school", "100049") != record_id("visit", "100049")
    assert record_id("school", "100049") != record_id("school", "100050")
