"""Which passwords will do."""

from __future__ import annotations

import pytest

from web.accounts.strength import LONGEST, SHORTEST, PasswordTooCommon, PasswordTooLong, PasswordTooShort, check

CONTEXT = ("j.smith@example.org", "Jean Smithson", "Wexmoor Council", "School improvement")


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", PasswordTooShort),
        ("k2#vQ9!xLp7", PasswordTooShort),
        ("sunny purple kettle " * 7, PasswordTooLong),
    ],
)
def test_a_password_has_its_bounds(password: str, rule: type[Exception]) -> None:
    with pytest.raises(rule) as refused:
        check(password)
    assert getattr(refused.value, "field", None) == "password"


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PASSWORD1234",
        "P@ssw0rd1234",
        "Password12345!",
        "aaaaaaaaaaaaaa",
        "121212121212",
        "abcdefghijklm",
        "qwertyuiop123",
        "1q2w3e4r5t6y",
        "iloveyou1234",
        "letmein letmein",
        "football2026",
        "Summer2026!!!!",
        "Liverpool2026!",
        "administrator",
        "welcome12345",
        "passwordpassword",
        "abcdefghijkm" * 8,
    ],
)
def test_a_password_that_is_guessed_first_will_not_do(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check(password)


@pytest.mark.parametrize(
    "password",
    [
        "J.Smith@example.org",
        "jean.smithson",
        "Jean Smithson 2026",
        "smithson-smithson",
        "Wexmoor Council 2026",
        "wexmoor-2026-school",
        "W3xm00rC0unc1l!",
        "SchoolImprovement1",
        "schoolservice2026",
    ],
)
def test_what_anybody_would_try_who_knows_the_person_and_the_service_will_not_do(password: str) -> None:
    with pytest.raises(PasswordTooCommon, match="Leave out names"):
        check(password, guessable=CONTEXT)


@pytest.mark.parametrize(
    "password",
    [
        "sunny purple kettle",
        "correct horse battery",
        "k2#vQ9!xLp7d",
        "café ristretto lampe",
        "Wexmoor sunny purple kettle",
    ],
)
def test_a_password_that_is_hard_to_guess_will_do(password: str) -> None:
    check(password, guessable=CONTEXT)


def test_passwords_of_the_shortest_and_the_longest_length_will_do() -> None:
    varied = "k2#vQ9!xLp7d" + "sunny purple kettle " * 6
    check(varied[:SHORTEST])
    check(varied[:LONGEST])


def test_a_password_counts_by_the_characters_that_are_kept() -> None:
    with pytest.raises(PasswordTooShort):
        check("k2#vQ9!xLp" + "e\u0301")
