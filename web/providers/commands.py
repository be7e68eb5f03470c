"""What can be done with a provider, declared once for pages and API."""

from web.providers import commands_description, commands_list, commands_vetting
from web.providers.resource import providers

__all__ = ["commands_description", "commands_list", "commands_vetting", "providers"]
