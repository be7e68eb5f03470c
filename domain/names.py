"""Names of people: written in one script, and what makes two of them look alike."""

# ruff: noqa: RUF001  # letters that look alike are what this is about

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from domain.aggregate import Refusal
from domain.text import line, script_of

EAST_ASIAN = frozenset({"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Scripts that are written together."""

ALIKE_ACROSS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET"})
"""Scripts so many of whose letters look alike that no name needs two of them."""

ACCENTS = re.compile("[\u0300-\u036f]")
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")

_LOOKS = {
    "aαаɑ": "a", "AΑА": "A", "BΒВᏴ": "B", "cсϲ": "c", "CСϹᏟ": "C", "dԁᏧ": "d", "eеҽ": "e", "EΕЕᎬ": "E", "gɡց": "g",
    "HΗНᎻ": "H", "hһհ": "h", "iιіıɩ": "i", "IΙІӀ": "I", "jјϳ": "j", "JЈᎫ": "J", "KΚКᏦ": "K", "kкκ": "k", "lǀ": "l",
    "MΜМᎷ": "M", "NΝ": "N", "nո": "n", "oοоօσ": "o", "OΟОՕ": "O", "pρр": "p", "PΡРᏢ": "P", "qԛզ": "q", "QԚ": "Q",
    "rг": "r", "sѕ": "s", "SЅՏ": "S", "TΤТᎢ": "T", "uυսʋ": "u", "UՍ": "U", "vνѵ": "v", "VѴᏙ": "V", "wωԝաѡ": "w",
    "WԜᎳ": "W", "xх": "x", "XΧХ": "X", "yуүγ": "y", "YΥҮᎩ": "Y", "ZΖᏃ": "Z", "3ЗӠ": "3", "6б": "6",
}  # fmt: skip
ALIKE = {ord(letter): latin for letters, latin in _LOOKS.items() for letter in letters}
"""Letters that are drawn as a Latin one, after Unicode Technical Standard 39."""


class MixedScripts(Refusal):
    """A name mixes letters of several scripts, so that it may look like another's."""


def spelt(name: str, field: str = "name") -> str:
    """A name on one line, in plain letters. Raises MixedScripts where it has letters of several scripts that are not
    written together, so that it may pass for another's."""
    plain = "".join(unicodedata.normalize("NFKC", each) if each.isalnum() else each for each in line(name))
    words = [{letter: script for letter in word if (script := _script(letter))} for word in WORD.findall(plain)]
    alike = {letter: script for word in words for letter, script in word.items() if script in ALIKE_ACROSS}
    for letters in (*words, alike):
        if len(set(letters.values())) > 1:
            odd = _rarest(letters)
            told = f"“{odd}” is a letter of another ({unicodedata.name(odd).lower()})"
            raise MixedScripts(f"Use letters of one script: {told}", field=field)
    return plain


def address_spelt(address: str, field: str) -> str:
    """An e-mail address: its name and each part of its domain in letters of one script. Raises MixedScripts."""
    name, _, domain = address.rpartition("@")
    for part in (name, *domain.split(".")):
        spelt(part, field)
    return address


@lru_cache(maxsize=16_384)
def look(name: str) -> str:
    """What two names have in common that a reader may take for one another: letters without case, accents, blanks
    and signs, those that are drawn alike as one."""
    parts = ACCENTS.sub("", unicodedata.normalize("NFKD", line(name).translate(ALIKE)).casefold())
    letters = "".join(each for each in parts if unicodedata.category(each)[0] in "LMN").translate(ALIKE)
    return letters.replace("rn", "m").replace("vv", "w").translate(str.maketrans("i1|0", "lllo")) or name


def _script(letter: str) -> str:
    script = script_of(letter)
    if script in EAST_ASIAN:
        return "CJK"
    return "" if script == "MODIFIER" or not letter.isalpha() else script


def _rarest(letters: dict[str, str]) -> str:
    """A letter of the script that has the fewest; of two with as many, one that is not Latin."""
    scripts = list(letters.values())
    return min(letters, key=lambda letter: (scripts.count(letters[letter]), letters[letter] == "LATIN"))
