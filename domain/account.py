"""Account: the record of a person's way in. It holds no secret: passwords, links and tokens stand at the door."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned
from domain.vocabulary import About, Personal, Word


class AccountIsDisabled(Refusal):
    """Somebody whose account is disabled is given no new way in."""


class OwnAccount(Refusal):
    """Nobody disables the account with which they are acting, lest nobody is left to enable it."""


class ComesByCouncil(Refusal):
    """Who signs in with a council account has neither a password nor a second factor here."""


class NothingToChange(Refusal):
    """The account is so already: nothing is done, and nothing told."""


class TokenScopes(Word):
    """What a program may do with an API token."""

    READ = "read"
    READ_WRITE = "read write"

    @property
    def label(self) -> str:
        return "Read only" if self is TokenScopes.READ else "Read and change"


class Account(Aggregate):
    """One person's account. An act that would change nothing is refused."""

    KIND = "account"

    person: UUID

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_disabled = False
        self.has_second_factor = False
        self.comes_by_council = False
        self.tokens: dict[str, str] = {}
        """The labels of the tokens that are not revoked, by the prefix with which each begins."""

    class Opened(Event):
        TOPIC = "account.opened"
        says = "{by} opened an account for {person}, who signs in as {sign_in_name}"
        person: UUID
        sign_in_name: Personal

        def apply(self, account: Account) -> None:
            account.person = self.person

    class PasswordLinkMade(Event):
        TOPIC = "account.password-link-made"
        says = "{by} made a link for {person} to set a password, valid until {expires_at}"
        person: UUID
        expires_at: datetime

        def apply(self, account: Account) -> None: ...

    class PasswordSet(Event):
        TOPIC = "account.password-set"
        says = "{by} set the password of {person}"
        person: UUID

        def apply(self, account: Account) -> None: ...

    class Disabled(Event):
        TOPIC = "account.disabled"
        says = "{by} disabled the account of {person}: {reason}"
        person: UUID

        def apply(self, account: Account) -> None:
            account.is_disabled = True

    class Enabled(Event):
        TOPIC = "account.enabled"
        says = "{by} enabled the account of {person} again"
        person: UUID

        def apply(self, account: Account) -> None:
            account.is_disabled = False

    class TokenMade(Event):
        TOPIC = "account.token-made"
        says = "{by} made the API token {label} ({scopes}), which begins {prefix} and expires on {expires_on}"
        label: str
        scopes: TokenScopes
        prefix: str
        expires_on: date

        def apply(self, account: Account) -> None:
            account.tokens[self.prefix] = self.label

    class TokenRevoked(Event):
        TOPIC = "account.token-revoked"
        says = "{by} revoked the API token {label}, which begins {prefix}"
        label: str
        prefix: str

        def apply(self, account: Account) -> None:
            account.tokens.pop(self.prefix)

    class SecondFactorSetUp(Event):
        TOPIC = "account.second-factor-set-up"
        says = "{by} set up a second factor for {person}"
        person: UUID

        def apply(self, account: Account) -> None:
            account.has_second_factor = True

    class SecondFactorRemoved(Event):
        TOPIC = "account.second-factor-removed"
        says = "{by} removed the second factor of {person}: {reason}"
        person: UUID

        def apply(self, account: Account) -> None:
            account.has_second_factor = False

    class CouncilAccountLinked(Event):
        TOPIC = "account.council-account-linked"
        says = "{by} linked the account of {person} with a council account at {issuer}"
        person: UUID
        issuer: str

        def apply(self, account: Account) -> None:
            account.comes_by_council = True

    class CouncilAccountRemoved(Event):
        TOPIC = "account.council-account-removed"
        says = "{by} removed the council account of {person}: {reason}"
        person: UUID

        def apply(self, account: Account) -> None:
            account.comes_by_council = False

    @classmethod
    def open_for(cls, person: UUID, sign_in_name: str) -> Account:
        """An account for somebody who has none; a person has one at most."""
        account = cls.named(str(person))
        account.record(cls.Opened(person=person, sign_in_name=Personal(person, sign_in_name)))
        return account

    def make_password_link(self, *, expires_at: datetime) -> None:
        """Let the person in once, to set a password or link a council account.

        Raises AccountIsDisabled or ComesByCouncil.
        """
        self._must_be_enabled()
        self._must_come_by_password()
        self.record(self.PasswordLinkMade(person=self.person, expires_at=expires_at))

    def set_password(self) -> None:
        """Note that the password was set, with which every token ends. Raises AccountIsDisabled or ComesByCouncil."""
        self._must_be_enabled()
        self._must_come_by_password()
        self.record(self.PasswordSet(person=self.person))
        self._revoke_tokens()

    def disable(self, *, reason: str) -> None:
        """Let the person in no more, nor their programs. Raises ReasonNeeded, OwnAccount, NothingToChange."""
        why = reasoned(reason, "Enter why the account is disabled")
        if self.signature.actor == self.person:
            raise OwnAccount("You cannot disable your own account. Ask another administrator")
        if self.is_disabled:
            raise NothingToChange("This account is disabled already")
        self.record(self.Disabled(person=self.person), reason=why)
        self._revoke_tokens()

    def enable(self) -> None:
        """Let the person in again. Raises NothingToChange."""
        if not self.is_disabled:
            raise NothingToChange("This account is not disabled")
        self.record(self.Enabled(person=self.person))

    def make_token(self, *, label: str, scopes: TokenScopes, prefix: str, expires_on: date) -> None:
        """Note a token for a program. Raises AccountIsDisabled."""
        self._must_be_enabled()
        self.record(self.TokenMade(label=label, scopes=scopes, prefix=prefix, expires_on=expires_on))

    def revoke_token(self, prefix: str) -> None:
        """Note that the token which begins so counts no more. Raises NothingToChange."""
        if prefix not in self.tokens:
            raise NothingToChange("There is no such token, or it is revoked already")
        self.record(self.TokenRevoked(label=self.tokens[prefix], prefix=prefix))

    def set_up_second_factor(self) -> None:
        """Note that signing in takes a code from now on, and that every token, made without one, ends.

        Raises AccountIsDisabled, ComesByCouncil, NothingToChange.
        """
        self._must_be_enabled()
        self._must_come_by_password()
        if self.has_second_factor:
            raise NothingToChange("The second factor is set up already. Remove it to set up another")
        self.record(self.SecondFactorSetUp(person=self.person))
        self._revoke_tokens()

    def remove_second_factor(self, *, reason: str) -> None:
        """Note that signing in takes no code any more. Raises ReasonNeeded, NothingToChange."""
        why = reasoned(reason, "Enter why the second factor is removed")
        if not self.has_second_factor:
            raise NothingToChange("This person has no second factor")
        self.record(self.SecondFactorRemoved(person=self.person), reason=why)

    def link_council_account(self, *, issuer: str) -> None:
        """Note that the person signs in with a council account and no other way; what let them in before ends.

        Raises AccountIsDisabled, NothingToChange.
        """
        self._must_be_enabled()
        if self.comes_by_council:
            raise NothingToChange("This person signs in with a council account already. Remove that first")
        self.record(self.CouncilAccountLinked(person=self.person, issuer=issuer))
        self._revoke_tokens()
        if self.has_second_factor:
            self.remove_second_factor(reason="The council account has its own")

    def remove_council_account(self, *, reason: str) -> None:
        """Note that the council account lets the person in no more, nor their programs.

        Raises ReasonNeeded, NothingToChange.
        """
        why = reasoned(reason, "Enter why the council account is removed")
        if not self.comes_by_council:
            raise NothingToChange("This person has no council account")
        self.record(self.CouncilAccountRemoved(person=self.person), reason=why)
        self._revoke_tokens()

    def _revoke_tokens(self) -> None:
        for prefix in list(self.tokens):
            self.revoke_token(prefix)

    def about(self) -> About:
        return About(people=(self.person,))

    def _must_come_by_password(self) -> None:
        if self.comes_by_council:
            raise ComesByCouncil("This person signs in with a council account. Remove that first")

    def _must_be_enabled(self) -> None:
        if self.is_disabled:
            raise AccountIsDisabled("This account is disabled. Enable it first")
