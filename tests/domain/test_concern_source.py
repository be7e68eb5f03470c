"""Who told the service of a concern in confidence: kept with the case, and said in no sentence."""

from __future__ import annotations

import pytest

from domain.concern import ConcernCase, InConfidence
from domain.concern.informant import SameSource
from domain.concern.rules import TextNeeded
from tests.domain.test_concern import a_concern
from tests.scenario import signed

NAME = "Rosa Blum, teaching assistant"


def test_who_told_is_kept_and_may_be_put_right() -> None:
    with signed():
        case = a_concern()
        case.name_source(source_name="Rosa Blume")
        case.name_source(source_name=NAME)
    assert case.source_name == InConfidence(NAME)


def test_the_same_name_again_and_none_are_refused() -> None:
    with signed():
        case = a_concern()
        case.name_source(source_name=NAME)
        with pytest.raises(SameSource):
            case.name_source(source_name=NAME)
        with pytest.raises(TextNeeded):
            case.name_source(source_name=" ")


def test_the_sentence_tells_that_somebody_did_and_not_who() -> None:
    assert "{source_name" not in ConcernCase.SourceNamed.says
