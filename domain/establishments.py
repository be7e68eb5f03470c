"""The types of establishment, in the official register's own words, and which of them a service works with."""

from __future__ import annotations

from enum import StrEnum


class EstablishmentType(StrEnum):
    """What kind of school or other place it is by law."""

    ACADEMY_16_TO_19_SPONSOR_LED = "Academy 16 to 19 sponsor led"
    ACADEMY_16_19_CONVERTER = "Academy 16-19 converter"
    ACADEMY_ALTERNATIVE_PROVISION_CONVERTER = "Academy alternative provision converter"
    ACADEMY_ALTERNATIVE_PROVISION_SPONSOR_LED = "Academy alternative provision sponsor led"
    ACADEMY_CONVERTER = "Academy converter"
    ACADEMY_SECURE_16_TO_19 = "Academy secure 16 to 19"
    ACADEMY_SPECIAL_CONVERTER = "Academy special converter"
    ACADEMY_SPECIAL_SPONSOR_LED = "Academy special sponsor led"
    ACADEMY_SPONSOR_LED = "Academy sponsor led"
    BRITISH_SCHOOLS_OVERSEAS = "British schools overseas"
    CHILDRENS_CENTRE = "Children's centre"
    CHILDRENS_CENTRE_LINKED_SITE = "Children's centre linked site"
    CITY_TECHNOLOGY_COLLEGE = "City technology college"
    COMMUNITY_SCHOOL = "Community school"
    COMMUNITY_SPECIAL_SCHOOL = "Community special school"
    FOUNDATION_SCHOOL = "Foundation school"
    FOUNDATION_SPECIAL_SCHOOL = "Foundation special school"
    FREE_SCHOOLS = "Free schools"
    FREE_SCHOOLS_16_TO_19 = "Free schools 16 to 19"
    FREE_SCHOOLS_ALTERNATIVE_PROVISION = "Free schools alternative provision"
    FREE_SCHOOLS_SPECIAL = "Free schools special"
    FURTHER_EDUCATION = "Further education"
    HIGHER_EDUCATION_INSTITUTIONS = "Higher education institutions"
    INSTITUTION_FUNDED_BY_OTHER_GOVERNMENT_DEPARTMENT = "Institution funded by other government department"
    LOCAL_AUTHORITY_NURSERY_SCHOOL = "Local authority nursery school"
    MISCELLANEOUS = "Miscellaneous"
    NON_MAINTAINED_SPECIAL_SCHOOL = "Non-maintained special school"
    OFFSHORE_SCHOOLS = "Offshore schools"
    ONLINE_PROVIDER = "Online provider"
    OTHER_INDEPENDENT_SCHOOL = "Other independent school"
    OTHER_INDEPENDENT_SPECIAL_SCHOOL = "Other independent special school"
    PUPIL_REFERRAL_UNIT = "Pupil referral unit"
    SECURE_UNITS = "Secure units"
    SERVICE_CHILDRENS_EDUCATION = "Service children's education"
    SIXTH_FORM_CENTRES = "Sixth form centres"
    SPECIAL_POST_16_INSTITUTION = "Special post 16 institution"
    STUDIO_SCHOOLS = "Studio schools"
    UNIVERSITY_TECHNICAL_COLLEGE = "University technical college"
    VOLUNTARY_AIDED_SCHOOL = "Voluntary aided school"
    VOLUNTARY_CONTROLLED_SCHOOL = "Voluntary controlled school"
    WELSH_ESTABLISHMENT = "Welsh establishment"


STATE_FUNDED = (
    EstablishmentType.ACADEMY_16_TO_19_SPONSOR_LED,
    EstablishmentType.ACADEMY_16_19_CONVERTER,
    EstablishmentType.ACADEMY_ALTERNATIVE_PROVISION_CONVERTER,
    EstablishmentType.ACADEMY_ALTERNATIVE_PROVISION_SPONSOR_LED,
    EstablishmentType.ACADEMY_CONVERTER,
    EstablishmentType.ACADEMY_SECURE_16_TO_19,
    EstablishmentType.ACADEMY_SPECIAL_CONVERTER,
    EstablishmentType.ACADEMY_SPECIAL_SPONSOR_LED,
    EstablishmentType.ACADEMY_SPONSOR_LED,
    EstablishmentType.CITY_TECHNOLOGY_COLLEGE,
    EstablishmentType.COMMUNITY_SCHOOL,
    EstablishmentType.COMMUNITY_SPECIAL_SCHOOL,
    EstablishmentType.FOUNDATION_SCHOOL,
    EstablishmentType.FOUNDATION_SPECIAL_SCHOOL,
    EstablishmentType.FREE_SCHOOLS,
    EstablishmentType.FREE_SCHOOLS_16_TO_19,
    EstablishmentType.FREE_SCHOOLS_ALTERNATIVE_PROVISION,
    EstablishmentType.FREE_SCHOOLS_SPECIAL,
    EstablishmentType.LOCAL_AUTHORITY_NURSERY_SCHOOL,
    EstablishmentType.PUPIL_REFERRAL_UNIT,
    EstablishmentType.STUDIO_SCHOOLS,
    EstablishmentType.UNIVERSITY_TECHNICAL_COLLEGE,
    EstablishmentType.VOLUNTARY_AIDED_SCHOOL,
    EstablishmentType.VOLUNTARY_CONTROLLED_SCHOOL,
)
"""The schools that the state pays for: not colleges, universities, children's centres or independent schools, nor
non-maintained special schools, which the Department for Education counts apart."""

OPEN = ("Open", "Open, but proposed to close")
"""The status of an establishment that is open today, in the register's own words."""
