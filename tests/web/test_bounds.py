"""How much a request may hold: what is at its bound is taken, what is beyond it is not."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.exceptions import UnprocessableEntity

from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from web.runtime.requests import DEEPEST, LONGEST, MOST_FIELDS, MOST_TYPED, check_nesting


def within(value: object, levels: int) -> object:
    """A value within so many lists and objects, by turns."""
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize("innermost", ["text", 1, None], ids=str)
def test_json_nests_to_its_bound_and_no_deeper(innermost: object) -> None:
    check_nesting(innermost)
    check_nesting(within(innermost, DEEPEST))
    check_nesting(within([], DEEPEST - 1))

    for deeper in (within(innermost, DEEPEST + 1), within({}, DEEPEST)):
        with pytest.raises(UnprocessableEntity, match=f"more than {DEEPEST} deep"):
            check_nesting(deeper)


@pytest.mark.parametrize("levels", [0, 1, DEEPEST - 1])
def test_lists_and_objects_have_entries_to_their_bound_and_no_more(levels: int) -> None:
    for entries in (range(LONGEST), range(LONGEST + 1)):
        for told in (list(entries), dict.fromkeys(map(str, entries))):
            if len(told) == LONGEST:
                check_nesting(within(told, levels))
            else:
                with pytest.raises(UnprocessableEntity, match="more than 5,000 entries"):
                    check_nesting(within(told, levels))


@pytest.mark.parametrize(("fields", "is_taken"), [(MOST_FIELDS, True), (MOST_FIELDS + 1, False)])
def test_a_form_has_fields_to_its_bound_and_no_more(app: Flask, fields: int, is_taken: bool) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = app.test_client().post("/sign-in", data="&".join(["a="] * fields), content_type=kind)

    assert (answer.status_code == 413) is not is_taken
    assert ("What you sent is too large" in answer.text) is not is_taken
    assert "The file is too large" not in answer.text


@pytest.mark.parametrize(("size", "is_taken"), [(MOST_TYPED, True), (MOST_TYPED + 1, False)])
def test_a_body_has_bytes_to_its_bound_and_no_more(
    sample: SampleAuthority, program: Callable[..., Program], size: int, is_taken: bool
) -> None:
    api = program(sample.director())
    headers = {**api.headers, "Idempotency-Key": "to-the-bound", "Content-Type": "application/json"}

    answer = api.client.post("/api/v1/concerns/raise", data="{}".ljust(size), headers=headers)

    assert answer.status_code == (422 if is_taken else 413)


def test_a_form_whose_number_is_none_is_refused(sample: SampleAuthority, sign_in: Callable[[UUID], Browser]) -> None:
    browser = sign_in(sample.director())

    answer = browser.client.post("/concerns/raise", data={"command": "not a number"})

    assert answer.status_code == 400
    assert "We could not read this form. Open the page again" in answer.text
