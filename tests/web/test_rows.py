"""Errors in repeated parts of a form name the part and the question, and lead to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from tests.request_context import sent_by
from tests.web.conftest import SharedAuthority
from web.forms import Form
from web.forms.field import FormField
from web.forms.grouped import RowsField
from web.resources import RESOURCES


def schemas() -> Iterator[Any]:
    """Every form that asks for several of a kind."""
    for resource, _ in RESOURCES:
        for command in resource.commands.values():
            if any(isinstance(each, RowsField) for each in form_of(command.schema).fields()):
                yield pytest.param(command.schema, id=f"{resource.path}/{command.name}")


def form_of(schema: type[Schema], *sent: tuple[str, str]) -> Form:
    return Form(schema(), data=MultiDict(sent), lookups=defaultdict(list))


def answered(question: FormField) -> Iterator[tuple[str, str]]:
    """What no question takes for an answer."""
    yield (f"{question.id}-day" if question.widget == "date" else question.id), "?"


@pytest.mark.parametrize("schema", list(schemas()))
def test_an_error_in_a_row_names_the_row_and_leads_to_the_question(
    shared: SharedAuthority, schema: type[Schema]
) -> None:
    with sent_by(shared.app, shared.authority.director):
        _look_at_rows(schema)


def _look_at_rows(schema: type[Schema]) -> None:
    for rows in form_of(schema).fields():
        if isinstance(rows, RowsField):
            asked = [each for each in rows.rows[1].questions if each.widget != "hidden"]
            form = form_of(schema, *answered(asked[-1]))
            assert not form.is_valid()
            wrong = [each for each in form.error_summary() if each["text"].startswith(f"{rows.row_label} 1: ")]
            assert wrong, f"{rows.name}: {form.errors}"
            controls = {inner.control_id for field in form.fields() for inner in field.within()}
            for error in wrong:
                said = error["text"].partition(": ")[2]
                assert said[0].islower() or said[1:2].isupper(), error["text"]
                assert error["href"].removeprefix("#") in controls, error
