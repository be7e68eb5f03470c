"""What is held of requests that are on their way: bounded in all, and let go of once they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from web.runtime.requests import BODY_TO_COME, MOST_TYPED
from web.serving.front import Application, Bounds, Front, Message

TYPED, FILES = 100, MOST_TYPED + 200


class Echo:
    """Answers, when it is let, with how many bytes came."""

    def __init__(self) -> None:
        self.may_answer = Event()
        self.may_answer.set()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if BODY_TO_COME in environ:
            start("100 Continue", [])
            return []
        came = len(environ["wsgi.input"].read())
        self.may_answer.wait(120)
        start("200 OK", [])
        return [str(came).encode()]


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def front(echo: Echo) -> Front:
    return Front(Application(echo, lambda *_: 2 * MOST_TYPED), 2, Bounds(5, typed=TYPED, files=FILES))


async def sent(front: Front, size: int) -> tuple[int, bytes]:
    """What is answered to a body of so many bytes."""
    coming = [{"type": "http.request", "body": bytes(size), "more_body": False}]
    answer: list[Message] = []

    async def receive() -> Message:
        return coming.pop()

    async def send(message: Message) -> None:
        answer.append(message)

    headers = [(b"host", b"x"), (b"content-length", str(size).encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "http_version": "1.1"}
    await front({**scope, "scheme": "http", "headers": headers}, receive, send)
    return answer[0]["status"], answer[1]["body"]


@pytest.mark.parametrize(("size", "other"), [(60, MOST_TYPED + 60), (MOST_TYPED + 60, 60)], ids=["typed", "files"])
def test_all_bodies_together_are_bounded_until_they_are_answered(
    front: Front, echo: Echo, size: int, other: int
) -> None:
    """Those that anybody may send and the larger ones apart, so that neither keeps the others out."""

    async def together() -> None:
        echo.may_answer.clear()
        two = [asyncio.create_task(sent(front, size)) for _ in range(2)]
        (refused,), (held,) = await asyncio.wait(two, return_when=asyncio.FIRST_COMPLETED)
        assert refused.result() == (503, b"The service is busy\n")
        of_the_other_kind = asyncio.create_task(sent(front, other))
        echo.may_answer.set()
        assert await held == (200, str(size).encode())
        assert await of_the_other_kind == (200, str(other).encode())
        assert await sent(front, size) == (200, str(size).encode())

    with ThreadPoolExecutor(1) as thread:  # the thread of a browser test has a loop already
        thread.submit(asyncio.run, together()).result()
