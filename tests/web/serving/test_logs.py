"""The log of a service whose workers write to one place, buffered by Python or not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

WRITER = """
import logging, structlog
from web.serving.logs import write_log
write_log()
structlog.get_logger().info("ours", name="Ada")
logging.getLogger("theirs").warning("theirs")
structlog.get_logger().warning("ours again")
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_each_line_of_the_log_is_one_write_so_that_no_other_worker_writes_inside_it(unbuffered: str) -> None:
    # A socket of packets keeps apart what is written apart.
    read, written = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with read, written:
        subprocess.run(
            [sys.executable, "-c", WRITER],
            stdout=written,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            check=True,
        )
        written.close()
        writes = [write.decode() for write in iter(lambda: read.recv(65536), b"")]
    assert [write[-1] for write in writes] == ["\n"] * 3
    assert [json.loads(write)["event"] for write in writes] == ["ours", "theirs", "ours again"]
