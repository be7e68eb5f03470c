"""Work in processes of its own: several at once, or one on a slower disk.

    with Crew("bench.writers:raw", [{"url": url}] * 8) as crew:
        crew.work(100)

The function is called once in each process, with what is told as JSON; it makes itself ready and returns the work, a
function that does so many things and says how many it did.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Self

from bench.material.timing import Spent

HERE = Path(__file__).parents[2]


class Crew:
    """Processes that each wait to be told to work."""

    def __init__(
        self, function: str, told: Sequence[Mapping[str, Any]], *, environment: Mapping[str, str] | None = None
    ) -> None:
        self._workers = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.material.apart", function, json.dumps(each)],
                cwd=HERE,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for each in told
        ]
        for worker in self._workers:
            self._answer(worker)

    def work(self, number: int) -> Spent:
        """Let every process do so many things, all at once; returns what they spent together."""
        began = perf_counter()
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.write(f"{number}\n")
            worker.stdin.flush()
        answers = [self._answer(worker) for worker in self._workers]
        wall = perf_counter() - began
        return Spent(sum(done for done, _ in answers), wall, sum(cpu for _, cpu in answers))

    def _answer(self, worker: subprocess.Popen[str]) -> tuple[int, float]:
        assert worker.stdout is not None
        line = worker.stdout.readline()
        if not line:
            raise RuntimeError(f"{worker.args!r} ended by itself")
        done, cpu = json.loads(line)
        return done, cpu

    def close(self) -> None:
        """Let the processes end."""
        for worker in self._workers:
            worker.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _main(function: str, told: str) -> None:
    module, name = function.split(":")
    prepare: Callable[..., Callable[[int], int]] = getattr(import_module(module), name)
    work = prepare(**json.loads(told))
    print(json.dumps([0, 0.0]), flush=True)
    for line in sys.stdin:
        began = process_time()
        done = work(int(line))
        print(json.dumps([done, process_time() - began]), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
