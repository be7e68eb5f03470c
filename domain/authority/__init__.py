"""Authority: whose service it is, and its settings, each version in force from a day on."""

from domain.authority.record import (
    AUTHORITY,
    SEVERAL,
    Authority,
    NothingChanged,
    VersionState,
    version_name,
)
from domain.authority.settings import (
    CALLED,
    DECIDED_BY_OTHERS,
    WINDOWS,
    NeedCategory,
    NotASetting,
    Retention,
    Settings,
    VettingDemand,
    Weight,
    changes_in_words,
)

__all__ = [
    "AUTHORITY",
    "CALLED",
    "DECIDED_BY_OTHERS",
    "SEVERAL",
    "WINDOWS",
    "Authority",
    "NeedCategory",
    "NotASetting",
    "NothingChanged",
    "Retention",
    "Settings",
    "VersionState",
    "VettingDemand",
    "Weight",
    "changes_in_words",
    "version_name",
]
