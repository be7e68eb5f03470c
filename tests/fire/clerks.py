"""Clients of the API that work without a pause, and send again what they got no answer to until they get one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Lock
from time import monotonic
from typing import Any
from uuid import uuid4

from web.api import API_PREFIX

PATIENCE = 180
"""Seconds until a command must have been carried out, whatever is killed meanwhile."""

PAUSE = 0.1
"""Seconds before a command is sent again."""

DONE = {200, 201}
SEND_AGAIN = {503}
"""Not to be had at present."""


class Clerks:
    """Threads that write notes on schools, and revise them; each text is written by one command."""

    def __init__(self, number: int, chance: Random, port: int, token: str, urns: list[int]) -> None:
        self.acknowledged: list[str] = []
        """The texts of the commands that were said to be carried out."""
        self.answers: Counter[int | str] = Counter()
        self._number = number
        self._chance = [Random(chance.random()) for _ in range(number)]
        self._port = port
        self._token = token
        self._urns = urns
        self._lock = Lock()
        self._ended = Event()

    @property
    def sent_again(self) -> int:
        """How often a command had to be sent again. Never because others do something else at the same moment: for
        that a clerk gives up."""
        return sum(number for answer, number in self.answers.items() if answer not in DONE)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """They work meanwhile; then each gets the answer to what it has sent last."""
        with ThreadPoolExecutor(self._number) as threads:
            working = [threads.submit(self._work, random) for random in self._chance]
            try:
                yield
            finally:
                self._ended.set()
                # What a clerk met with says more than what came of it.
                for each in working:
                    each.result()

    def _work(self, random: Random) -> None:
        while not self._ended.is_set():
            on = str(random.choice(self._urns))
            told = {"note_type": "telephone", "heading": "A call", "visible_to": "service"}
            path, version = self._send(random, "/notes/write", {"record": on, **told})
            for _ in range(random.randint(0, 2)):
                if not self._ended.is_set():
                    revised = {"heading": "A call", "reason": "Something was left out"}
                    path, version = self._send(random, f"{path}/revise", revised, version)

    def _send(self, random: Random, path: str, body: dict[str, Any], version: str = "") -> tuple[str, str]:
        """Send a command until it is carried out; returns the record's path and its version then."""
        key = str(uuid4())
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
            **({"If-Match": version} if version else {}),
        }
        until = monotonic() + PATIENCE
        while monotonic() < until:
            answer = self._post(path, json.dumps({**body, "text": key}), headers)
            if answer is not None:
                with self._lock:
                    self.acknowledged.append(key)
                return answer
            Event().wait(PAUSE)
        raise AssertionError(f"{path} was not carried out within {PATIENCE} seconds: {self.answers}")

    def _post(self, path: str, body: str, headers: dict[str, str]) -> tuple[str, str] | None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("POST", f"{API_PREFIX}{path}", body, headers)
            answer = connection.getresponse()
            said = answer.read().decode()
        except (OSError, HTTPException) as error:
            self._count(type(error).__name__)
            return None
        finally:
            connection.close()
        self._count(answer.status)
        if answer.status in SEND_AGAIN:
            return None
        assert answer.status in DONE, f"{answer.status} {path}: {said[:2000]}"
        return answer.headers["Location"].removeprefix(API_PREFIX), answer.headers["ETag"]

    def _count(self, what: int | str) -> None:
        with self._lock:
            self.answers[what] += 1
