"""Processes of their own for the tests, forked from one that knows the service already: each starts in no time."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

_KNOWN = ["tests.notebook", "web.console.following"]


def processes(number: int) -> ProcessPoolExecutor:
    """So many processes, to be given functions of a module and arguments that can be pickled."""
    return ProcessPoolExecutor(number, mp_context=_context())


def process(work: Callable[..., object], *arguments: Any) -> BaseProcess:
    """A process that is at work already, and goes with the tests, however they end."""
    started = _context().Process(target=_at_work, args=(work, arguments))
    started.start()
    return started


def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(_KNOWN)
    return context


def _at_work(work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    Thread(target=_end_with_the_tests, daemon=True).start()
    work(*arguments)


def _end_with_the_tests() -> None:
    tests = parent_process()
    assert tests is not None
    tests.join()
    os._exit(1)
