"""What stands against taking a file, for what is in it."""

from __future__ import annotations

from domain.aggregate import Refusal

FETCHED = "runs or fetches something automatically when it is opened"


class OfTheFile(Refusal):
    """A file is not taken."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


class ContentIsOtherwise(OfTheFile):
    """The bytes of a file are not of the type that its name says."""


class HasMacros(OfTheFile):
    """A document brings a program with it."""

    def __init__(self) -> None:
        super().__init__("Documents with macros are not allowed. Save it without macros and choose it again.")


class IsActive(OfTheFile):
    """A document runs or fetches something automatically when it is opened, or brings a further file with it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The file {what}. Such files are not allowed. Save a copy without this, ideally as a plain PDF."
        )


class HasPassword(OfTheFile):
    """Nobody can read the document, or look what is in it, without a password."""

    def __init__(self) -> None:
        super().__init__("The file has a password. Save it without one and choose it again.")


class HoldsMore(OfTheFile):
    """There is more packed in the file than is taken."""

    def __init__(self) -> None:
        super().__init__("This file contains too much. Save it in a simpler form and choose it again.")
