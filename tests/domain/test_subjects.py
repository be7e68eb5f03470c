"""Words for one subject are told from words for another."""

from __future__ import annotations

import pytest

from domain.authority import NotASetting, Settings
from domain.authority.settings import check_subjects
from domain.subjects import USUAL_LIST, USUAL_SUBJECTS, Subject, SubjectList


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("MATHS ", "Mathematics"),
        ("numeracy", "Mathematics"),
        ("Modern languages", "Languages"),
        ("English lit.", "English"),
        ("R.E.", "Religious education"),
        ("D & T", "Design and technology"),
        ("Design & Technology", "Design and technology"),
        ("self evaluation", "Self-evaluation"),
    ],
)
def test_case_spelling_and_other_words_are_one_subject(word: str, name: str) -> None:
    assert USUAL_LIST.name_of(word) == name
    assert USUAL_LIST.are_one(word, name)


def test_a_word_that_is_not_on_the_list_stays_as_it_is_and_is_told_what_it_may_mean() -> None:
    assert USUAL_LIST.find("Mathmatics") is None
    assert USUAL_LIST.name_of(" Upholstery ") == "Upholstery"
    assert USUAL_LIST.like("Mathmatics") == ["Mathematics"]
    assert USUAL_LIST.like("Behaviour support") == ["Behaviour"]
    assert USUAL_LIST.like("Upholstery") == []
    assert not USUAL_LIST.are_one("Literacy", "English")
    assert USUAL_LIST.are_one("upholstery", "Upholstery")


def test_what_was_recorded_by_any_word_is_found_by_each() -> None:
    languages = SubjectList([Subject("Languages", ("Modern languages",))])

    assert languages.words_for("modern languages") == ["modern languages", "Languages", "Modern languages"]
    assert languages.keys_of("LANGUAGES") == {"languages", "modern languages"}
    assert languages.keys_of("Latin") == {"latin"}
    assert not languages.keys_of(" ")


def test_the_usual_list_stands_until_an_authority_sets_its_own() -> None:
    check_subjects(USUAL_SUBJECTS)
    assert Settings().subject_list is USUAL_LIST
    assert Settings(subjects=(Subject("Latin", ("Classics",)),)).subject_list.find("Maths") is None


@pytest.mark.parametrize(
    ("subjects", "why"),
    [
        ([Subject("Latin"), Subject("Classics", ("LATIN",))], "“latin” stands both for Latin and for Classics"),
        ([Subject("Latin"), Subject("latin")], "stands both|Name each subject once"),
        ([Subject("Latin", ("…",))], "in letters"),
    ],
)
def test_a_word_stands_for_one_subject(subjects: list[Subject], why: str) -> None:
    with pytest.raises(NotASetting, match=why):
        check_subjects(tuple(subjects))
