"""Account: the record of a person's way in. It holds no secret: the web layer keeps passwords, links and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned
from domain.vocabulary import About, LabelledEnum, Personal


class AccountIsDisabled(Refusal):
    """Somebody whose account is disabled is given no new way in."""


class OwnAccount(Refusal):
    """Nobody disables the account with which they are acting, lest nobody is left to enable it."""


class ComesByCouncil(Refusal):
    """Who signs in with a council account has neither a password nor a second factor here."""


class NothingToChange(Refusal):
    """The account is so already: nothing is done, and nothing told."""


class NotProposed(Refusal):
    """Nobody else has proposed this of late, and it takes two people."""


class WayIn(LabelledEnum):
    """What opens a way in to somebody else's account, and so takes two people where much would be opened by it."""

    PASSWORD_LINK = "password link"  # noqa: S105 - the name of a fact
    NO_SECOND_FACTOR = "second factor removed"
    NO_COUNCIL_ACCOUNT = "council account removed"

    @property
    def label(self) -> str:
        return _WAYS_IN[self.value]


_WAYS_IN = {
    "password link": "make a password link for",
    "second factor removed": "remove the second factor of",
    "council account removed": "remove the council account of",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way in that somebody has proposed, to be confirmed by somebody else before a moment."""

    by: UUID | None
    until: datetime


class TokenScopes(LabelledEnum):
    """What a program may do with an API token."""

    READ = "read"
    READ_WRITE = "read write"

    @property
    def label(self) -> str:
        return "Read only" if self is TokenScopes.READ else "Read and change"


def _nobodys_link(event: Account.PasswordSet | Account.CouncilAccountLinked) -> str:
    return ", using a link made at the command line" if event.by_link and not event.link_made_by else ""


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
        self.proposals: dict[WayIn, Proposal] = {}
        self.link_made_by: UUID | None = None
        self.link_is_for_wide_rights: bool | None = None
        self.password_by_link = False

    class Opened(Event):
        TOPIC = "account.opened"
        says = "{by} created an account for {person}, who signs in as {sign_in_name}"
        person: UUID
        sign_in_name: Personal

        def apply(self, account: Account) -> None:
            account.person = self.person

    class PasswordLinkMade(Event):
        TOPIC = "account.password-link-made"
        says = (
            "{by} made a link for {person} to set a password, valid until {expires_at}"
            "{proposed_by:, as … proposed}{reason:: …}"
        )
        person: UUID
        expires_at: datetime
        proposed_by: UUID | None = None
        """Who had proposed it, where it took two people."""
        for_wide_rights: bool | None = None
        """Whether the person held, or was to hold, a post that takes two people; None where that was not kept yet."""

        def apply(self, account: Account) -> None:
            account.link_made_by = self.meta.signature.actor
            account.link_is_for_wide_rights = self.for_wide_rights
            account.proposals.pop(WayIn.PASSWORD_LINK, None)

    class WayInProposed(Event):
        TOPIC = "account.way-in-proposed"
        says = "{by} proposed to {way} {person}, to be confirmed by a second person by {until}{reason:: …}"
        person: UUID
        way: WayIn
        until: datetime

        def apply(self, account: Account) -> None:
            account.proposals[self.way] = Proposal(self.meta.signature.actor, self.until)

    class PasswordSet(Event):
        """By a link, nobody has proved who they are: the link tells who made it, and not who opened it."""

        TOPIC = "account.password-set"
        says = "{by} set {person}'s password{link_made_by:, using a link made by …}{nobodys_link}"
        person: UUID
        by_link: bool = False
        link_made_by: UUID | None = None
        nobodys_link = property(_nobodys_link)

        def apply(self, account: Account) -> None:
            account.password_by_link = self.by_link

    class Disabled(Event):
        TOPIC = "account.disabled"
        says = "{by} disabled {person}'s account: {reason}"
        person: UUID

        def apply(self, account: Account) -> None:
            account.is_disabled = True

    class Enabled(Event):
        TOPIC = "account.enabled"
        says = "{by} enabled {person}'s account"
        person: UUID

        def apply(self, account: Account) -> None:
            account.is_disabled = False

    class TokenMade(Event):
        TOPIC = "account.token-made"
        says = "{by} made the API token {label} ({scopes}), which expires on {expires_on}"
        label: str
        scopes: TokenScopes
        prefix: str
        expires_on: date

        def apply(self, account: Account) -> None:
            account.tokens[self.prefix] = self.label

    class TokenRevoked(Event):
        TOPIC = "account.token-revoked"
        says = "{by} revoked the API token {label}"
        label: str
        prefix: str

        def apply(self, account: Account) -> None:
            account.tokens.pop(self.prefix)

    class SecondFactorSetUp(Event):
        TOPIC = "account.second-factor-set-up"
        says = "{by} set up a second factor for {person}{link_made_by:, with a password set using a link made by …}"
        person: UUID
        link_made_by: UUID | None = None
        """Who made the link by which the present password was set, where it was set so."""

        def apply(self, account: Account) -> None:
            account.has_second_factor = True

    class SecondFactorRemoved(Event):
        TOPIC = "account.second-factor-removed"
        says = "{by} removed {person}'s second factor{proposed_by:, as … proposed}: {reason}"
        person: UUID
        proposed_by: UUID | None = None

        def apply(self, account: Account) -> None:
            account.has_second_factor = False
            account.proposals.pop(WayIn.NO_SECOND_FACTOR, None)

    class CouncilAccountLinked(Event):
        """By a link, nobody has proved here who they are, as with PasswordSet."""

        TOPIC = "account.council-account-linked"
        says = (
            "{by} linked {person}'s account to a council account at {issuer}"
            "{link_made_by:, using a link made by …}{nobodys_link}"
        )
        person: UUID
        issuer: str
        by_link: bool = False
        link_made_by: UUID | None = None
        nobodys_link = property(_nobodys_link)

        def apply(self, account: Account) -> None:
            account.comes_by_council = True

    class CouncilAccountRemoved(Event):
        TOPIC = "account.council-account-removed"
        says = "{by} removed {person}'s council account{proposed_by:, as … proposed}: {reason}"
        person: UUID
        proposed_by: UUID | None = None

        def apply(self, account: Account) -> None:
            account.comes_by_council = False
            account.proposals.pop(WayIn.NO_COUNCIL_ACCOUNT, None)

    @classmethod
    def open_for(cls, person: UUID, sign_in_name: str) -> Account:
        """An account for somebody who has none; a person has one at most."""
        account = cls.named(str(person))
        account.record(cls.Opened(person=person, sign_in_name=Personal(person, sign_in_name)))
        return account

    def propose(self, way: WayIn, *, until: datetime, reason: str = "") -> None:
        """Propose what opens a way in and takes two people; until a moment somebody else may confirm it by doing it.

        Raises NothingToChange where it is proposed already, and what doing it does.
        """
        self._must_be_open_to(way)
        if self._is_proposed(way):
            raise NothingToChange("This has already been proposed. Somebody else must confirm it")
        self.record(self.WayInProposed(person=self.person, way=way, until=until), reason=reason.strip())

    def proposal(self, way: WayIn) -> Proposal | None:
        """What was proposed of late, and may be confirmed by somebody else than whoever proposed it."""
        return self.proposals[way] if self._is_proposed(way) else None

    def proposer(self, way: WayIn) -> UUID | None:
        """Who has proposed what is now confirmed by doing it. Raises NotProposed, also to whoever proposed it."""
        found = self.proposal(way)
        if found is None or found.by == self.signature.actor:
            raise NotProposed("This takes two people: somebody else must propose it first")
        return found.by

    def make_password_link(
        self, *, expires_at: datetime, takes_two: bool = False, for_wide_rights: bool = False, reason: str = ""
    ) -> None:
        """Let the person in once, to set a password or link a council account.

        Raises AccountIsDisabled, ComesByCouncil; NotProposed where it takes two people.
        """
        self._must_be_open_to(WayIn.PASSWORD_LINK)
        proposed_by = self.proposer(WayIn.PASSWORD_LINK) if takes_two else None
        made = self.PasswordLinkMade(
            person=self.person, expires_at=expires_at, proposed_by=proposed_by, for_wide_rights=for_wide_rights
        )
        self.record(made, reason=reason.strip())

    def set_password(self, *, by_link: bool = False) -> None:
        """Note that the password was set, with which every token ends. Raises AccountIsDisabled or ComesByCouncil."""
        self._must_be_enabled()
        self._must_come_by_password()
        self.record(self.PasswordSet(person=self.person, by_link=by_link, link_made_by=self._maker(by_link)))
        self._revoke_tokens()

    def disable(self, *, reason: str) -> None:
        """Let the person in no more, nor their programs. Raises ReasonNeeded, OwnAccount, NothingToChange."""
        why = reasoned(reason, "Enter why the account is disabled")
        if self.signature.actor == self.person:
            raise OwnAccount("You cannot disable your own account. Ask another administrator")
        if self.is_disabled:
            raise NothingToChange("This account is already disabled")
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
            raise NothingToChange("You have no such token, or it has already been revoked")
        self.record(self.TokenRevoked(label=self.tokens[prefix], prefix=prefix))

    def set_up_second_factor(self) -> None:
        """Note that signing in takes a code from now on, and that every token, made without one, ends.

        Raises AccountIsDisabled, ComesByCouncil, NothingToChange.
        """
        self._must_be_enabled()
        self._must_come_by_password()
        if self.has_second_factor:
            raise NothingToChange("A second factor is already set up. Remove it to set up another")
        self.record(self.SecondFactorSetUp(person=self.person, link_made_by=self._maker(self.password_by_link)))
        self._revoke_tokens()

    def remove_second_factor(self, *, reason: str, takes_two: bool = False) -> None:
        """Note that signing in takes no code any more.

        Raises ReasonNeeded, NothingToChange; NotProposed where it takes two people.
        """
        why = reasoned(reason, "Enter why the second factor is removed")
        self._must_be_open_to(WayIn.NO_SECOND_FACTOR)
        proposed_by = self.proposer(WayIn.NO_SECOND_FACTOR) if takes_two else None
        self.record(self.SecondFactorRemoved(person=self.person, proposed_by=proposed_by), reason=why)

    def link_council_account(self, *, issuer: str, by_link: bool = False) -> None:
        """Note that the person signs in with a council account and no other way; what let them in before ends.

        Raises AccountIsDisabled, NothingToChange.
        """
        self._must_be_enabled()
        if self.comes_by_council:
            raise NothingToChange("This person already signs in with a council account. Remove that first")
        self.record(
            self.CouncilAccountLinked(
                person=self.person, issuer=issuer, by_link=by_link, link_made_by=self._maker(by_link)
            )
        )
        self._revoke_tokens()
        if self.has_second_factor:
            self.remove_second_factor(reason="The council account has its own second factor")

    def remove_council_account(self, *, reason: str, takes_two: bool = False) -> None:
        """Note that the council account lets the person in no more, nor their programs.

        Raises ReasonNeeded, NothingToChange; NotProposed where it takes two people.
        """
        why = reasoned(reason, "Enter why the council account is removed")
        self._must_be_open_to(WayIn.NO_COUNCIL_ACCOUNT)
        proposed_by = self.proposer(WayIn.NO_COUNCIL_ACCOUNT) if takes_two else None
        self.record(self.CouncilAccountRemoved(person=self.person, proposed_by=proposed_by), reason=why)
        self._revoke_tokens()

    def _must_be_open_to(self, way: WayIn) -> None:
        match way:
            case WayIn.PASSWORD_LINK:
                self._must_be_enabled()
                self._must_come_by_password()
            case WayIn.NO_SECOND_FACTOR:
                if not self.has_second_factor:
                    raise NothingToChange("This person has no second factor")
            case WayIn.NO_COUNCIL_ACCOUNT:
                if not self.comes_by_council:
                    raise NothingToChange("This person has no council account")

    def _is_proposed(self, way: WayIn) -> bool:
        return way in self.proposals and self.signature.at < self.proposals[way].until

    def _maker(self, by_link: bool) -> UUID | None:
        return self.link_made_by if by_link else None

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
