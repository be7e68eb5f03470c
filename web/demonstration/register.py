"""Wexmoor's register, in the layout of the official one."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from web.demonstration.places import AUTHORITY, AUTHORITY_CODE, AUTHORITY_GSS
from web.demonstration.schools import SampleSchool, schools

_LAYOUT = """\
URN; LA (code); LA (name); EstablishmentNumber; EstablishmentName; TypeOfEstablishment (code);
TypeOfEstablishment (name); EstablishmentTypeGroup (code); EstablishmentTypeGroup (name);
EstablishmentStatus (code); EstablishmentStatus (name); ReasonEstablishmentOpened (code);
ReasonEstablishmentOpened (name); OpenDate; ReasonEstablishmentClosed (code);
ReasonEstablishmentClosed (name); CloseDate; PhaseOfEducation (code); PhaseOfEducation (name);
StatutoryLowAge; StatutoryHighAge; Boarders (code); Boarders (name); NurseryProvision (name);
OfficialSixthForm (code); OfficialSixthForm (name); Gender (code); Gender (name);
ReligiousCharacter (code); ReligiousCharacter (name); ReligiousEthos (name); Diocese (code);
Diocese (name); AdmissionsPolicy (code); AdmissionsPolicy (name); SchoolCapacity; SpecialClasses (code);
SpecialClasses (name); CensusDate; NumberOfPupils; NumberOfBoys; NumberOfGirls; PercentageFSM;
TrustSchoolFlag (code); TrustSchoolFlag (name); Trusts (code); Trusts (name); SchoolSponsorFlag (name);
SchoolSponsors (name); FederationFlag (name); Federations (code); Federations (name); UKPRN;
FEHEIdentifier; FurtherEducationType (name); OfstedLastInsp; OfstedSpecialMeasures (code);
OfstedSpecialMeasures (name); LastChangedDate; Street; Locality; Address3; Town; County (name);
Postcode; SchoolWebsite; TelephoneNum; HeadTitle (name); HeadFirstName; HeadLastName;
HeadPreferredJobTitle; BSOInspectorateName (name); InspectorateReport; DateOfLastInspectionVisit;
NextInspectionVisit; TeenMoth (name); TeenMothPlaces; CCF (name); SENPRU (name); EBD (name); PlacesPRU;
FTProv (name); EdByOther (name); Section41Approved (name); SEN1 (name); SEN2 (name); SEN3 (name);
SEN4 (name); SEN5 (name); SEN6 (name); SEN7 (name); SEN8 (name); SEN9 (name); SEN10 (name);
SEN11 (name); SEN12 (name); SEN13 (name); TypeOfResourcedProvision (name); ResourcedProvisionOnRoll;
ResourcedProvisionCapacity; SenUnitOnRoll; SenUnitCapacity; GOR (code); GOR (name);
DistrictAdministrative (code); DistrictAdministrative (name); AdministrativeWard (code);
AdministrativeWard (name); ParliamentaryConstituency (code); ParliamentaryConstituency (name);
UrbanRural (code); UrbanRural (name); GSSLACode (name); Easting; Northing;
CensusAreaStatisticWard (name); MSOA (name); LSOA (name); InspectorateName (name); SENStat; SENNoStat;
BoardingEstablishment (name); PropsName; PreviousLA (code); PreviousLA (name);
PreviousEstablishmentNumber; OfstedRating (name); RSCRegion (name); Country (name); UPRN; SiteName;
QABName (code); QABName (name); EstablishmentAccredited (code); EstablishmentAccredited (name);
QABReport; CHNumber; MSOA (code); LSOA (code)
"""

COLUMNS = tuple(column.strip() for column in _LAYOUT.split(";"))


Cell = str | int | float

_STATUS_CODES = {"Open": 1, "Closed": 2, "Open, but proposed to close": 3}
_FAITH_CODES = {"Does not apply": 0, "Church of England": 2, "Roman Catholic": 3}
_GENDER_CODES = {"Boys": 1, "Girls": 2, "Mixed": 3}
_DIOCESES: dict[str, tuple[Cell, str]] = {
    "Does not apply": (0, "Not applicable"),
    "Church of England": ("CE99", "Diocese of Wexmoor"),
    "Roman Catholic": ("RC99", "Diocese of Wexmoor (Roman Catholic)"),
}


def write_register(path: Path, *, seed: int, on: date) -> None:
    """Write the register of a day in the layout of the full download: cp1252, CRLF, (code) and (name) columns."""
    rows = ([_cells(school, on).get(column, "") for column in COLUMNS] for school in schools(seed, on))
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _cells(school: SampleSchool, on: date) -> dict[str, Cell]:
    return {
        "URN": school.urn,
        "LA (code)": AUTHORITY_CODE,
        "LA (name)": AUTHORITY,
        "EstablishmentNumber": school.number,
        "EstablishmentName": school.name,
        **_kind(school),
        **_life(school, on),
        **_pupils(school, on),
        **_faith_and_trust(school),
        **_inspection(school),
        **_place(school),
        **_contact(school),
    }


def _pair(column: str, code: Cell, name: str) -> dict[str, Cell]:
    return {f"{column} (code)": code, f"{column} (name)": name}


def _kind(school: SampleSchool) -> dict[str, Cell]:
    kind = school.kind
    high = kind.phase_name == "Secondary"
    sixth_form = (1, "Has a sixth form") if school.ages[1] > 16 else (2, "Does not have a sixth form")
    return {
        **_pair("TypeOfEstablishment", kind.type_code, kind.type_name),
        **_pair("EstablishmentTypeGroup", kind.group_code, kind.group_name),
        **_pair("PhaseOfEducation", kind.phase_code, kind.phase_name),
        **_pair("OfficialSixthForm", *(sixth_form if high else (0, "Not applicable"))),
        **_pair("Boarders", 1, "No boarders"),
        "NurseryProvision (name)": "Has Nursery Classes" if school.ages[0] < 4 else "No Nursery Classes",
    }


def _life(school: SampleSchool, on: date) -> dict[str, Cell]:
    conversion, none = (10, "Academy Converter"), (0, "Not applicable")
    return {
        **_pair("EstablishmentStatus", _STATUS_CODES[school.status], school.status),
        **_pair("ReasonEstablishmentOpened", *(conversion if school.opened else none)),
        "OpenDate": _day(school.opened),
        **_pair("ReasonEstablishmentClosed", *(conversion if school.status == "Closed" else none)),
        "CloseDate": _day(school.closing),
        "LastChangedDate": _day(on - timedelta(days=school.urn % 90)),
    }


def _pupils(school: SampleSchool, on: date) -> dict[str, Cell]:
    low, high = school.ages
    return {
        "StatutoryLowAge": low,
        "StatutoryHighAge": high,
        **_pair("Gender", _GENDER_CODES[school.girls_and_boys], school.girls_and_boys),
        "SchoolCapacity": school.capacity,
        "CensusDate": _day(_census_before(on)),
        "NumberOfPupils": school.pupils,
        "NumberOfBoys": school.boys,
        "NumberOfGirls": school.pupils - school.boys,
        "PercentageFSM": school.free_meals,
    }


def _faith_and_trust(school: SampleSchool) -> dict[str, Cell]:
    trust = school.trust
    supported = (3, "Supported by a multi-academy trust") if trust else (0, "Not applicable")
    return {
        **_pair("ReligiousCharacter", _FAITH_CODES[school.faith], school.faith),
        **_pair("Diocese", *_DIOCESES[school.faith]),
        **_pair("TrustSchoolFlag", *supported),
        **_pair("Trusts", trust.number if trust else "", trust.name if trust else ""),
        "FederationFlag (name)": "Not applicable" if trust else "Not under a federation",
    }


def _inspection(school: SampleSchool) -> dict[str, Cell]:
    if not school.inspections:
        return {}
    last = school.inspections[0]
    return {"OfstedLastInsp": _day(last.on), "OfstedRating (name)": last.grade.capitalize()}


def _place(school: SampleSchool) -> dict[str, Cell]:
    address = school.address
    return {
        "Street": address.street,
        "Locality": address.ward.name,
        "Town": address.ward.town,
        "County (name)": AUTHORITY,
        "Postcode": address.postcode,
        **_pair("DistrictAdministrative", AUTHORITY_GSS, AUTHORITY),
        **_pair("AdministrativeWard", address.ward.code, address.ward.name),
        "GSSLACode (name)": AUTHORITY_GSS,
        "Easting": address.easting,
        "Northing": address.northing,
    }


def _contact(school: SampleSchool) -> dict[str, Cell]:
    if school.head is None:
        return {}
    return {
        "SchoolWebsite": f"https://www.{school.site}/",
        "TelephoneNum": school.telephone,
        "HeadTitle (name)": school.head.title,
        "HeadFirstName": school.head.first,
        "HeadLastName": school.head.last,
        "HeadPreferredJobTitle": "Executive Headteacher" if "Unit" in school.name else "Headteacher",
    }


def _census_before(on: date) -> date:
    """The third Thursday of the latest January."""
    january = date(on.year if on >= date(on.year, 1, 22) else on.year - 1, 1, 1)
    return january + timedelta(days=(3 - january.weekday()) % 7 + 14)


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d-%m-%Y}"
