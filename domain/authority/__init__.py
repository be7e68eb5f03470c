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
    WINDOWS,
    NeedCategory,
    NotASetting,
    Retention,
    Settings,
    VettingDemand,
    Weight,
)

__all__ = [
    "AUTHORITY",
    "CALLED",
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
    "version_name",
]
