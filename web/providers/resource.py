"""Providers as pages and API know them: the resource, its list, and what its forms offer to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from domain.provider import Provider
from projections import providers as view
from projections.names import formerly
from projections.recorded import Recorded
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.name_cache import names_of, references_of
from web.access.policy import Action
from web.commands.choices import Choices
from web.commands.doubts import with_doubts
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Resource, Values
from web.providers import api_schema, schemas
from web.runtime.authority import subjects_of


def _listed(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    among = None if scope.everything else scope.providers
    asked = {"text" if name == "q" else name: value for name, value in filters.items() if name != "subject"}
    subject_keys = subjects_of(snapshot.services).keys_of(filters.get("subject", ""))
    if asked.get("text", "").strip():
        asked["formerly"] = formerly(Provider.KIND, asked["text"])
    return view.listed(snapshot.connection, among=among, after=after, subject_keys=subject_keys, **asked)


class MarkedProvider(view.ListedProvider):
    """A provider with what of its decisions nobody has confirmed, or somebody has disowned."""

    recorded_for_others: Recorded = ()


providers: Resource[Provider] = Resource(
    "providers",
    Provider,
    one="provider",
    read=Action.READ_PROVIDER,
    out=api_schema.ProviderOut,
    listing=Listing(
        MarkedProvider,
        TableQuery(view.providers, _listed, with_doubts(MarkedProvider)),
        lambda row: row.reference,
        api_schema.ProviderFilters,
        inside=("id", "name_key"),
        names={"suspended_to": "suspended_until", "whose": "on_behalf_of"},
    ),
)

KEEP = Action.KEEP_PROVIDERS


def with_specialists(snapshot: Snapshot, provider: Provider | None) -> Mapping[str, Any]:
    """Everybody who works or worked for the provider, by name."""
    return {schemas.SPECIALISTS: _specialists(snapshot, provider) if provider else []}


def _specialists(snapshot: Snapshot, provider: Provider) -> Choices:
    ids = list(provider.specialists)
    named, refs = names_of(snapshot, ids), references_of(snapshot, ids)
    return sorted(((refs[id], named[id]) for id in ids if id in refs), key=lambda choice: choice[1])
