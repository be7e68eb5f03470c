"""Person: somebody who works with the service, in posts held for dated periods."""

from domain.person.parts import SCHOOL_ROLES, TAKES_A_SECOND_PERSON, Deputy, Post, Proposal
from domain.person.record import Person

__all__ = ["SCHOOL_ROLES", "TAKES_A_SECOND_PERSON", "Deputy", "Person", "Post", "Proposal"]
