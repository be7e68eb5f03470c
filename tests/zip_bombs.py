"""Small zips that unpack to very much, as an attacker would send them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from functools import cache

TWO_GIGABYTES = 1 << 31
PIECE = 1 << 24


@cache
def _zeros() -> tuple[bytes, int]:
    """Two gigabytes of zeros, deflated, and their checksum. A piece that ends in a full flush stands by itself, so
    that it can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(bytes(PIECE)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(TWO_GIGABYTES // PIECE):
        checksum = zlib.crc32(bytes(PIECE), checksum)
    return piece * (TWO_GIGABYTES // PIECE) + packer.flush(), checksum


def of_ten_gigabytes(*names: str) -> bytes:
    """A zip of some megabytes in which five files of two gigabytes lie on each other; the names come first."""
    packed, checksum = _zeros()
    return _zip(
        [*names, *(f"more/{number}.xml" for number in range(5 - len(names)))], packed, checksum, TWO_GIGABYTES
    )


def of_many_entries(*names: str) -> bytes:
    """A zip of 100,000 empty files; the names come first."""
    return _zip([*names, *(f"more/{number}.xml" for number in range(100_000 - len(names)))], b"\x03\x00", 0, 0)


def _zip(names: list[str], packed: bytes, checksum: int, size: int) -> bytes:
    """A zip whose files all lie on the first one."""
    sizes = (zipfile.ZIP_DEFLATED, 0, 0, checksum, len(packed), size)
    first = names[0].encode()
    body = struct.pack("<4s2H3H3L2H", b"PK\x03\x04", 20, 0, *sizes, len(first), 0) + first + packed
    listed = b"".join(
        struct.pack("<4s3H3H3L5H2L", b"PK\x01\x02", 20, 20, 0, *sizes, len(name), 0, 0, 0, 0, 0, 0) + name
        for name in (each.encode() for each in names)
    )
    start, count = len(body) + len(listed), len(names)
    zip64 = b""
    if count > 0xFFFF:
        zip64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(listed), len(body))
        zip64 += struct.pack("<4sLQL", b"PK\x06\x07", 0, start, 1)
    told = min(count, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, told, told, len(listed), len(body), 0)
    return body + listed + zip64 + end
