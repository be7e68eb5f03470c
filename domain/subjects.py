"""Subjects and themes: the list of an authority, each with the other words for it, so that two words for one subject
are never taken for two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

from domain.text import line

LIKE = 0.75
"""How near a word has to come to another to be offered in its place (difflib's ratio): “Mathmatics” does."""


SKIPPED = ".'\N{RIGHT SINGLE QUOTATION MARK}"
"""What is written within a word or left out: “R.E.” is “RE”."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject or theme in which support is asked for and offered, and the other words for it."""

    name: str
    aliases: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Its name, and the other words for it."""
        return (self.name, *self.aliases)

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.aliases)})" if self.aliases else self.name


def subject_key(word: str) -> str:
    """A word for a subject as words are compared: without regard to case, full stops, accents, "&" or "and"."""
    letters = unicodedata.normalize("NFKD", word.casefold().replace("&", " and "))
    plain = "".join(each for each in letters if each not in SKIPPED and not unicodedata.combining(each))
    return " ".join(each for each in re.findall(r"\w+", plain) if each != "and")


def with_words(subjects: Sequence[Subject], words: Iterable[tuple[str, str]]) -> tuple[Subject, ...]:
    """Subjects with more words, each with the name of the subject that it is for; where that is new, it is added."""
    listed = {subject.name: subject for subject in subjects}
    for word, name in words:
        subject = listed.get(name, Subject(line(name)))
        aliases = subject.aliases if subject_key(word) == subject_key(name) else (*subject.aliases, line(word))
        listed[name] = replace(subject, aliases=tuple(dict.fromkeys(aliases)))
    return tuple(listed.values())


class SubjectList:
    """The subjects and themes of an authority on a day."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.subjects: Sequence[Subject] = sorted(subjects, key=lambda subject: subject.name.casefold())
        self._by_key = {subject_key(word): subject for subject in self.subjects for word in subject.words}

    def find(self, word: str) -> Subject | None:
        """The subject that a word is the name of, or another word for; None where none is."""
        return self._by_key.get(subject_key(word))

    def name_of(self, word: str) -> str:
        """The subject's name on the list; the word as it stands where it is not on it."""
        found = self.find(word)
        return found.name if found else line(word)

    def key_of(self, word: str) -> str:
        """What all words for one subject have in common."""
        return subject_key(self.name_of(word))

    def keys_of(self, word: str) -> Collection[str]:
        """The keys of every word for the same subject, by which what was recorded with any of them is found; none for
        an empty word."""
        return frozenset(map(subject_key, self.words_for(word)))

    def words_for(self, word: str) -> Sequence[str]:
        """A word and all others for the same subject, the word itself first; none for an empty one."""
        found = self.find(word)
        return list(dict.fromkeys(filter(None, (word.strip(), *(found.words if found else ())))))

    def are_one(self, word: str, other: str) -> bool:
        """Whether two words are for one subject."""
        return self.key_of(word) == self.key_of(other)

    def like(self, word: str) -> list[str]:
        """The names of up to three subjects of which a word that is not on the list may be meant, the likeliest
        first: those whose words are spelt much like it, and those that have a word in common with it."""
        key = subject_key(word)
        parts = {part for part in key.split() if len(part) > 3}
        near = get_close_matches(key, self._by_key, n=3, cutoff=LIKE)
        near += [each for each in self._by_key if parts & set(each.split())]
        return list(dict.fromkeys(self._by_key[each].name for each in near))[:3]


USUAL_SUBJECTS = (
    Subject("Art and design", ("Art",)),
    Subject("Assessment", ("Assessment and marking", "Assessment for learning")),
    Subject("Attendance", ("Attendance and punctuality",)),
    Subject("Behaviour", ("Behaviour management", "Behaviour and attitudes", "Behaviour and discipline")),
    Subject("Careers", ("Careers education", "CEIAG")),
    Subject("Citizenship"),
    Subject("Computing", ("Computer science", "Computer studies", "ICT", "IT", "Information technology")),
    Subject("Curriculum", ("Curriculum design", "Curriculum development")),
    Subject("Dance"),
    Subject("Data", ("Data analysis",)),
    Subject("Design and technology", ("DT", "D&T", "Design technology")),
    Subject("Drama", ("Theatre studies",)),
    Subject("Early years", ("EYFS", "Early years foundation stage", "Foundation stage")),
    Subject("English", ("English language", "English literature", "English lang", "English lit")),
    Subject("English as an additional language", ("EAL",)),
    Subject("Geography", ("Geog",)),
    Subject("Governance", ("Governor training",)),
    Subject("History", ("Hist",)),
    Subject("Inclusion"),
    Subject("Induction", ("ECT induction", "NQT induction")),
    Subject("Languages", ("Modern languages", "Modern foreign languages", "MFL", "Foreign languages")),
    Subject("Latin"),
    Subject("Leadership", ("Leadership and management", "School leadership")),
    Subject("Literacy"),
    Subject("Mathematics", ("Maths", "Math", "Numeracy")),
    Subject("Music", ("Music education",)),
    Subject("Phonics", ("Early reading", "Systematic synthetic phonics")),
    Subject("Physical education", ("PE", "Sport", "Games")),
    Subject("PSHE", ("Personal, social, health and economic education", "RSE", "RSHE", "Relationships education")),
    Subject("Pupil premium", ("Disadvantage", "Disadvantaged pupils")),
    Subject("Religious education", ("RE", "Religious studies")),
    Subject("Safeguarding"),
    Subject("Science", ("General science",)),
    Subject("Self-evaluation", ("SEF", "School self-evaluation")),
    Subject("Special educational needs", ("SEN", "SEND", "Special educational needs and disabilities")),
    Subject("Teaching and learning", ("Pedagogy", "Quality of teaching")),
    Subject("Wellbeing", ("Mental health", "Pupil wellbeing")),
)
"""What stands on the list of an authority that has set none: the national curriculum, and the usual themes."""

USUAL_LIST = SubjectList(USUAL_SUBJECTS)


@lru_cache(maxsize=16)
def list_of(subjects: tuple[Subject, ...]) -> SubjectList:
    """The list of an authority that has set these; the usual one where it has set none."""
    return SubjectList(subjects) if subjects else USUAL_LIST
