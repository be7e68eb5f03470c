"""What of a text is kept: what can be seen, spelt in one way."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.aggregate import ReasonNeeded
from domain.names import MixedScripts, look, spelt
from domain.note import Note, NoteType
from domain.person import Person
from domain.person.rules import NameNeeded
from domain.text import line, plain, visible, visible_within
from tests.scenario import signed

# ruff: noqa: RUF001

WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
UNSEEN = [
    *"\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u2060\ufeff\u00ad\u061c\u034f\u115f\u1160\u17b4\u3164\uffa0\ufffc",
    *"\x00\x07\x1b\x7f\x9f\ue000\ufdd0\u0378\U000e0041\U000e007f\U0010ffff\ufe0f\U000e0100\u2028\u00a0\u2800\u3000",
]


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_a_text_of_nothing_visible_is_empty(unseen: str) -> None:
    assert plain(unseen * 3) == ""
    assert plain(f"Jo{unseen}Smith") in ("JoSmith", "Jo Smith", "Jo\nSmith")
    with signed():
        with pytest.raises(NameNeeded):
            Person.register("PE-2026-0001", name=unseen)
        person = Person.register("PE-2026-0001", name="Jo")
        with pytest.raises(ReasonNeeded):
            person.leave(on=person.today, reason=f" {unseen} ")


@pytest.mark.parametrize(
    "kept",
    [
        "می‌خواهم",
        "علی‌رضا",
        "র‍্যাম",
        "ශ්‍රී ලංකා",
        "葛\U000e0100城",
        "👩🏽‍🏫 and 👨‍👩‍👧",
        "❤️ 1️⃣ ‼️",
        f"Cymru {WALES}",
        "🫠 \U0001fadf",
        "Ponctuation : « oui » – 5 €",
        "a\tb\nc",
    ],
)
def test_what_a_script_or_emoji_needs_is_kept(kept: str) -> None:
    assert plain(kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("cafe\u0301", "café"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("5\u00a0km\u2009away", "5 km away"),
        ("كار\u200cها", "كارها"),
        ("Jo\u200dSmith", "JoSmith"),
        (f"{WALES}\U000e0048\U000e0049", WALES),
        ("\u0301\u0302", ""),
    ],
)
def test_what_shows_nothing_is_taken_out(typed: str, kept: str) -> None:
    assert plain(typed) == kept


@given(st.text())
@example("=\u0338\ufe0f")
@example("\u202e\ud800")
def test_text_that_is_kept_is_plain(typed: str) -> None:
    kept = plain(typed)
    assert plain(kept) == kept == unicodedata.normalize("NFC", kept).strip()
    assert plain(f"\u202e {typed} \u2066") == kept
    assert not {unicodedata.bidirectional(each) for each in kept} & {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI"}
    assert "\n" not in line(typed)


@given(st.text(st.characters(categories=("L", "N", "P"))))
def test_letters_numbers_and_signs_are_all_kept(typed: str) -> None:
    shown = unicodedata.normalize("NFC", typed)
    unseen = "\u115f\u1160\u3164\uffa0"
    assert plain(typed) == "".join(each for each in shown if each not in unseen)


@dataclass(frozen=True)
class Held:
    texts: Any


@given(
    st.recursive(
        st.text(), lambda inner: st.tuples(inner) | st.dictionaries(st.text(), inner) | st.builds(Held, inner)
    )
)
def test_every_text_within_a_value_is_seen(value: Any) -> None:
    seen = visible_within(value)
    assert visible_within(seen) is seen
    assert visible_within((value, "a\u200b")) == (seen, "a")


def test_a_record_takes_in_what_can_be_seen_whichever_way_it_comes() -> None:
    with signed():
        note = Note.write(
            "N-2026-0001",
            on_kind="school",
            on_record=Person.named("PE-2026-0001").id,
            note_type=next(iter(NoteType)),
            heading="Call\u202e",
            text="He\u200b said\u2029yes",
        )
    [written] = note.pending
    assert (written.heading, written.text) == ("Call", "He said\nyes")  # type: ignore[attr-defined]


PEOPLE = [
    "Siân Llŷr ap Gwilym",
    "Seán Ó Súilleabháin",
    "Zbigniew Żółć",
    "Łukasz Wiśniewski-Nowak",
    "O’Brien",
    "D'Angelo",
    "محمد اقبال",
    "علی‌رضا",
    "সৌরভ গাঙ্গুলী",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "李伟 (Li Wei)",
    "山田エリ子",
    "김민준",
    "Nguyễn Thị Ánh",
    "Ẹ̀bùn",
    "ʻAʻāpeka",
    "Иван Петров",
    "Γιάννης Παπαδόπουλος",
    "Şükrü Işık",
    "Jo Smith 2nd",
    "Dr. J. R. R. Smith, Jr.",
    "ተስፋዬ",
    "Ġorġ Ħal",
]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_names_of_real_people_are_taken_as_they_are(name: str) -> None:
    assert spelt(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", ["Smаrt", "Аnna Smith", "Anna Смит", "Ηarry", "Jօ", "PayᏢal", "Aли"])
def test_a_name_that_mixes_scripts_is_refused(name: str) -> None:
    with signed():
        with pytest.raises(MixedScripts, match=r"Use letters of one script: “.” is a letter of another"):
            Person.register("PE-2026-0001", name=name)
        with pytest.raises(MixedScripts):
            Person.register("PE-2026-0001", name="Jo", email=f"{name.replace(' ', '.')}@example.org")
        person = Person.register("PE-2026-0001", name="Jo")
        with pytest.raises(MixedScripts):
            person.rename(name)


@pytest.mark.parametrize(
    ("fancy", "is_"), [("Ｊｏ Ｓｍｉｔｈ", "Jo Smith"), ("𝓙𝓸 𝐒mith", "Jo Smith"), ("Soﬁa", "Sofia")]
)
def test_letters_of_another_make_are_written_plainly(fancy: str, is_: str) -> None:
    assert spelt(fancy) == is_


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jo Smith", "JO  SMITH"),
        ("Jo Smith", "Jo Srnith"),
        ("Ian", "lan"),
        ("José O'Brien", "Jose O’Brien"),
        ("Раусе", "Payce"),
    ],
)
def test_names_that_a_reader_may_mistake_look_alike(one: str, other: str) -> None:
    assert look(one) == look(other)


@pytest.mark.parametrize(("one", "other"), [("Jo Smith", "Jo Smyth"), ("সৌরভ", "সুরভি"), ("李伟", "李偉")])
def test_other_names_do_not(one: str, other: str) -> None:
    assert look(one) != look(other)


OVER_AND_OVER = [
    "\u0301\u0316", "\u0301\u200d", "\u0628\u200d", "\u064b\u200d", "\u0344\u0316", "\u200b\u0301\u0316",
    "\u0301" * 15 + "\u0316" * 15 + "\u200b", "\U0001f469\u200d", "\ufb1d", "\u0f73",
]  # fmt: skip
SEE = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from domain.text import visible
for each in EACH:
    print(ascii(each), flush=True)
    visible("a" + each * (200_000 // len(each)))
print("seen")
"""


def test_marks_over_and_over_cost_no_more_than_the_length_of_a_text() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SEE.replace("EACH", repr(OVER_AND_OVER))], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout.splitlines()[-1:]) == (0, ["seen"]), told.stdout + told.stderr


def test_a_letter_keeps_as_many_marks_as_a_text_of_unicode_has() -> None:
    assert visible("x" + "\u0316" * 30 + "b") == "x" + "\u0316" * 30 + "b"
    assert visible("x" + "\u0316" * 50 + "b" + "\u0316") == "x" + "\u0316" * 30 + "b\u0316"
