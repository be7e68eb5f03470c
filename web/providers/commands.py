"""What can be done with a provider, declared once for pages and API."""

from web.providers import description, list_keeping, vetting
from web.providers.resource import providers

__all__ = ["description", "list_keeping", "providers", "vetting"]
