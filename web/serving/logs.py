"""The log of a service: lines for a person at a terminal, and a line of JSON for each event to everything else."""

from __future__ import annotations

import logging.config
import sys
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Without the values of variables, which may be somebody's name.
    structlog.processors.format_exc_info,
]

AS_JSON: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["lines"], "level": "INFO"},
    "loggers": {"_granian": {"handlers": [], "level": "INFO", "propagate": True}},
}
"""How the loggers of the standard library write: Flask's, which has the faults, and the server's."""


def write_log() -> dict[str, Any] | None:
    """Write the log as befits its reader; returns what the server needs to write its own alike."""
    if sys.stdout.isatty():
        return None
    # A line and its end are one write: unbuffered, print() makes two of it, and workers write between them.
    structlog.configure(
        processors=[*SHARED, structlog.processors.JSONRenderer()], logger_factory=structlog.WriteLoggerFactory()
    )
    logging.config.dictConfig(AS_JSON)
    return AS_JSON
