"""Which passwords will do: long enough, and not among those that are guessed first (zxcvbn's estimate)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from domain.aggregate import Refusal

SHORTEST, LONGEST = 12, 128
"""Characters. Nothing is cut off: a longer password is refused."""

GUESSES = 10**10
"""A password that a program finds with fewer guesses than these is refused; zxcvbn calls it the safe bound for one
that is stored as a slow hash."""

_ESTIMATED = 72
"""Characters that are estimated, which bounds the work; what follows them can only make a password better."""

_SHORTEST_WORD = 4
"""Characters of a guessable word: shorter ones stand in too many honest passwords."""

COMMON_PLACES = ("password", "school", "improvement", "service", "council", "authority")
"""What a password of this service is made with by somebody who has to make one up quickly."""


class PasswordRefused(Refusal):
    """The password will not do."""


class PasswordTooShort(PasswordRefused):
    """It has too few characters."""


class PasswordTooLong(PasswordRefused):
    """It has too many characters."""


class PasswordTooCommon(PasswordRefused):
    """It is among those that are guessed first."""


def check(password: str, *, guessable: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long or soon guessed. Raises a PasswordRefused.

    `guessable` is what anybody who knows the person would try first: their name and address, the authority's name and
    the service's. What is left of the password without these words has to be hard to guess by itself.
    """
    plain = alike(password)
    if len(plain) < SHORTEST:
        raise PasswordTooShort(f"Password must be {SHORTEST} characters or more", field="password")
    if len(plain) > LONGEST:
        raise PasswordTooLong(f"Password must be {LONGEST} characters or fewer", field="password")
    words = _words((*COMMON_PLACES, *guessable))
    if _guesses(plain, words) < GUESSES or _guesses(_without(plain, words), words) < GUESSES:
        raise PasswordTooCommon(
            "Choose a password that is harder to guess, such as three random words. Leave out names, places, dates "
            "and the name of this service",
            field="password",
        )


def alike(password: str) -> str:
    """The same password typed on two keyboards may differ in its code points; not so afterwards."""
    return unicodedata.normalize("NFKC", password)


def _words(texts: Iterable[str]) -> list[str]:
    """The words of these texts, longest first, so that a longer one is not hidden by a shorter one within it."""
    found = {word for text in texts for word in re.findall(r"\w+", alike(text).casefold())}
    return sorted((word for word in found if len(word) >= _SHORTEST_WORD), key=len, reverse=True)


def _without(password: str, words: list[str]) -> str:
    """The password without these words, also where letters are written as figures."""
    left = password.casefold()
    for word in words:
        pattern = "".join(_WRITTEN.get(letter, re.escape(letter)) for letter in word)
        left = re.sub(pattern, " ", left)
    return re.sub(r"\s+", " ", left).strip()


_WRITTEN = {"a": "[a4@]", "e": "[e3]", "i": "[i1!]", "l": "[l1]", "o": "[o0]", "s": "[s5$]", "t": "[t7]"}


def _guesses(password: str, words: list[str]) -> int:
    """How many guesses find a password."""
    from zxcvbn import zxcvbn

    return int(zxcvbn(password[:_ESTIMATED], user_inputs=words)["guesses"]) if password else 0
