"""The rooms: each resource with its pages, and the pages that belong to no record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from web.about.pages import pages as about_pages
from web.audit.pages import audit
from web.audit.pages import pages as audit_pages
from web.caseload.pages import caseload
from web.caseload.pages import pages as caseload_pages
from web.commands.listing import ListEndpoint
from web.commands.resource import Resource, SingleEndpoint
from web.concerns.commands import concerns
from web.concerns.pages import pages as concern_pages
from web.decisions.commands import decisions
from web.decisions.pages import pages as decision_pages
from web.decisions.scheme import pages as scheme_pages
from web.decisions.scheme import scheme_list
from web.engagements.commands import engagements
from web.engagements.pages import pages as engagement_pages
from web.files.commands import files
from web.files.pages import pages as file_pages
from web.imports.commands import imports
from web.imports.pages import pages as import_pages
from web.in_school.pages import pages as in_school_pages
from web.in_school.presences import in_school
from web.invitations.commands import invitations
from web.invitations.pages import pages as invitation_pages
from web.notes.commands import notes
from web.notes.pages import pages as note_pages
from web.people.commands import people
from web.people.me import me
from web.people.pages import pages as people_pages
from web.providers.brokered import brokered, brokered_cases
from web.providers.clearance import cleared_people
from web.providers.commands import providers
from web.providers.expiring_checks import vetting
from web.providers.pages import pages as provider_pages
from web.records.commands import records
from web.records.pages import pages as record_pages
from web.requests.choices import subjects_list
from web.requests.commands import requests
from web.requests.gaps import gaps_list
from web.requests.pages import pages as request_pages
from web.schools.api import schools
from web.schools.pages import pages as school_pages
from web.schools.register_lists import missed, successions
from web.search.api import search
from web.search.pages import pages as search_pages
from web.settings_pages.api import in_force, terms
from web.settings_pages.pages import pages as settings_pages
from web.settings_pages.resource import settings
from web.settings_pages.subjects import unlisted
from web.tenders.commands import tenders
from web.tenders.pages import pages as tender_pages
from web.visits.commands import visits
from web.visits.coverage import core_visits_list
from web.visits.pages import pages as visit_pages

RESOURCES: tuple[tuple[Resource[Any], Blueprint], ...] = (
    (schools, school_pages),
    (visits, visit_pages),
    (records, record_pages),
    (requests, request_pages),
    (tenders, tender_pages),
    (concerns, concern_pages),
    (invitations, invitation_pages),
    (engagements, engagement_pages),
    (decisions, decision_pages),
    (providers, provider_pages),
    (people, people_pages),
    (notes, note_pages),
    (files, file_pages),
    (settings, settings_pages),
    (imports, import_pages),
)

PAGES: tuple[Blueprint, ...] = (about_pages, search_pages, caseload_pages, audit_pages, scheme_pages, in_school_pages)

LIST_ENDPOINTS: tuple[ListEndpoint, ...] = (
    caseload,
    search,
    audit,
    core_visits_list,
    in_school,
    gaps_list,
    missed,
    successions,
    cleared_people,
    vetting,
    brokered,
    brokered_cases,
    subjects_list,
    unlisted,
    terms,
    scheme_list,
)

SINGLE_ENDPOINTS: tuple[SingleEndpoint, ...] = (me, in_force)
