"""A scanner for viruses, where the deployment names one: clamd, asked as its manual says (INSTREAM)."""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from dataclasses import dataclass
from mmap import mmap
from typing import Protocol

from web.runtime.environment import BadSetting
from web.runtime.refused_files import OfTheFile

SECONDS = 30.0
"""How long a scanner may be silent."""

CHUNK = 1 << 16
LONGEST_ANSWER = 4096


class ScannerAway(OfTheFile):
    """The scanner that looks at every file cannot be asked now."""

    def __init__(self) -> None:
        super().__init__("We cannot check the file for viruses just now, so it was not uploaded. Try again later.")


class HasVirus(OfTheFile):
    """The scanner knows the file, or something in it, as harmful."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The file was not uploaded: the virus scanner found {name} in it.")


class Scanner(Protocol):
    """Looks at the bytes of files."""

    def look(self, content: bytes | mmap) -> str:
        """Who looked and found nothing, with the version. Raises HasVirus, ScannerAway."""


@dataclass(frozen=True)
class Clamd:
    """The scanner ClamAV: at a host and port, or at a socket in the file system."""

    address: tuple[str, int] | str

    def look(self, content: bytes | mmap) -> str:
        found = self._ask(b"INSTREAM", content)
        if found.endswith(" FOUND"):
            raise HasVirus(found.removeprefix("stream: ").removesuffix(" FOUND"))
        if found != "stream: OK":
            raise ScannerAway
        return "/".join(self._ask(b"VERSION").split("/")[:2])

    def _ask(self, command: bytes, content: bytes | mmap | None = None) -> str:
        """What is answered to a command. Raises ScannerAway."""
        try:
            with closing(self._connect()) as connection:
                connection.sendall(b"z" + command + b"\0")
                if content is not None:
                    for start in range(0, len(content), CHUNK):
                        part = content[start : start + CHUNK]
                        connection.sendall(struct.pack("!L", len(part)) + part)
                    connection.sendall(struct.pack("!L", 0))
                answer = b""
                while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
                    more = connection.recv(LONGEST_ANSWER)
                    if not more:
                        break
                    answer += more
        except OSError:
            raise ScannerAway from None
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")

    def _connect(self) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        try:
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection


def scanner_at(address: str) -> Scanner | None:
    """The scanner at `host:port` or at the path of a socket; None where none is named. Raises BadSetting."""
    if not address:
        return None
    if address.startswith("/"):
        return Clamd(address)
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadSetting("SIS_SCANNER is the address of clamd, as 127.0.0.1:3310, or the path of its socket")
    return Clamd((host.strip("[]"), int(port)))
