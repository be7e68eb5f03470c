"""What every request needs, wired once: settings, services, tables, limits, headers and errors."""
