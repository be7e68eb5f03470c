"""Processes of their own for the tests, forked from one that knows the service already: each starts in no time."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

_KNOWN = ["tests.notebook"]


def processes(number: int) -> ProcessPoolExecutor:
    """So many processes, to be given functions of a module and arguments that can be pickled."""
    context = get_context("forkserver")
    context.set_forkserver_preload(_KNOWN)
    return ProcessPoolExecutor(number, mp_context=context)
