"""Files as programs write them, small enough to be read here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise

SECTOR, CUTOFF, FREE, END, FAT = 512, 4096, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

PAGE = {2: "<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"}


def pdf(catalog: str = "", objects: Mapping[int, str] | None = None, *, packed: bool = False) -> bytes:
    """A PDF of one empty page, with more in its catalog and further objects from number 5 on; all of them `packed` in
    a compressed stream of objects, as programs of today write them."""
    told = {1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>", **PAGE, **(objects or {})}
    return _packed(told) if packed else _plain(told)


def _plain(objects: Mapping[int, str]) -> bytes:
    out, at = io.BytesIO(b""), dict[int, int]()
    out.write(b"%PDF-1.7\n")
    for number, text in objects.items():
        at[number] = out.tell()
        out.write(f"{number} 0 obj\n{text}\nendobj\n".encode())
    begins, size = out.tell(), max(objects) + 1
    out.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
    for number in range(1, size):
        out.write(f"{at[number]:010} 00000 n \n".encode() if number in at else b"0000000000 00001 f \n")
    out.write(f"trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{begins}\n%%EOF\n".encode())
    return out.getvalue()


def _packed(objects: Mapping[int, str]) -> bytes:
    places, texts = [], ""
    for number, text in objects.items():
        places.append(f"{number} {len(texts)}")
        texts += text + " "
    head = " ".join(places) + " "
    of_objects = zlib.compress((head + texts).encode())
    stream = max(objects) + 1
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    at = out.tell()
    out.write(
        f"{stream} 0 obj\n<</Type/ObjStm/N {len(objects)}/First {len(head)}/Length {len(of_objects)}"
        "/Filter/FlateDecode>>stream\n".encode()
    )
    out.write(of_objects + b"\nendstream\nendobj\n")
    begins, order = out.tell(), list(objects)
    rows = [struct.pack(">BIH", 0, 0, 65535)]
    for number in range(1, stream):
        rows.append(struct.pack(">BIH", 2, stream, order.index(number)) if number in order else rows[0])
    rows += [struct.pack(">BIH", 1, at, 0), struct.pack(">BIH", 1, begins, 0)]
    table = zlib.compress(b"".join(rows))
    out.write(
        f"{stream + 1} 0 obj\n<</Type/XRef/Size {stream + 2}/W[1 4 2]/Root 1 0 R/Length {len(table)}"
        "/Filter/FlateDecode>>stream\n".encode()
    )
    out.write(table + f"\nendstream\nendobj\nstartxref\n{begins}\n%%EOF\n".encode())
    return out.getvalue()


def package(entries: Mapping[str, str | bytes]) -> bytes:
    """A zip of these entries."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return kept.getvalue()


def office_document(folder: str = "word", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A document of Word, a workbook (xl) or a presentation (ppt), with further parts."""
    return package({"[Content_Types].xml": "<Types/>", f"{folder}/document.xml": "<xml/>", **(more or {})})


def relationship(type: str, target: str, mode: str = ' TargetMode="External"') -> str:
    """A part that tells of a relationship of a document, to the outside unless told otherwise."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{type}"
    return f'<Relationships><Relationship Id="r1" Type="{kind}" Target="{target}"{mode}/></Relationships>'


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (MS-CFB) with these streams, folders in their names set apart by slashes."""
    entries: list[tuple[str, int, list[int], bytes]] = [("Root Entry", 5, [], b"")]
    known = {"": 0}
    for path, content in streams.items():
        folder = ""
        *folders, name = path.split("/")
        for each in folders:
            inner = f"{folder}/{each}"
            if inner not in known:
                known[inner] = len(entries)
                entries[known[folder]][2].append(known[inner])
                entries.append((each, 1, [], b""))
            folder = inner
        entries[known[folder]][2].append(len(entries))
        entries.append((name, 2, [], content.ljust(CUTOFF, b"\0")))
    return _laid_out(entries)


def _laid_out(entries: list[tuple[str, int, list[int], bytes]]) -> bytes:
    beside = {one: other for _, _, inner, _ in entries for one, other in pairwise(inner)}
    sectors, chain, rows = list[bytes](), list[int](), list[bytes]()

    def lay(content: bytes) -> int:
        first = len(sectors)
        for start in range(0, len(content), SECTOR):
            sectors.append(content[start : start + SECTOR].ljust(SECTOR, b"\0"))
            chain.append(len(sectors))
        chain[-1] = END
        return first

    for number, (name, kind, inner, content) in enumerate(entries):
        spelt = (name + "\0").encode("utf-16-le")
        row = spelt.ljust(64, b"\0") + struct.pack("<HBB", len(spelt), kind, 1)
        row += struct.pack("<III", FREE, beside.get(number, FREE), inner[0] if inner else FREE) + b"\0" * 36
        rows.append(row + struct.pack("<IQ", lay(content) if content else END if number == 0 else 0, len(content)))
    directory = lay(b"".join(rows).ljust(-(-len(rows) // 4) * SECTOR, b"\0"))
    tables = 1
    while tables * 128 < len(sectors) + tables:
        tables += 1
    chain += [FAT] * tables
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    where = [*range(len(sectors), len(sectors) + tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, tables, directory, 0, CUTOFF, END, 0, END, 0)
    head += struct.pack("<109I", *where, *[FREE] * (109 - tables))
    return head + b"".join(sectors) + table


def word(more: Mapping[str, bytes] | None = None, *, flags: int = 0) -> bytes:
    """A document of Word before 2007."""
    return compound({"WordDocument": b"\xec\xa5" + b"\0" * 8 + struct.pack("<H", flags), **(more or {})})


def message(attached: Mapping[str, bytes] | None = None, more: Mapping[str, bytes] | None = None) -> bytes:
    """A message of Outlook with files that came with it."""
    streams = {"__properties_version1.0": b"", "__substg1.0_0037001F": "Results".encode("utf-16-le"), **(more or {})}
    for number, (name, content) in enumerate((attached or {}).items()):
        folder = f"__attach_version1.0_#{number:08X}"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = content
    return compound(streams)


def word_text(*pieces: str | bytes, version: int = 0xC1) -> dict[str, bytes]:
    """The streams of a document of Word before 2007 whose text lies in these pieces, bytes with one for each letter;
    in versions before 97 as one text."""
    head, told, at = bytearray(0x200), [], 0x200
    text, ends, letters = b"", [0], 0
    for piece in pieces:
        written = piece if isinstance(piece, bytes) else piece.encode("utf-16-le")
        where = (at + len(text)) * 2 | 0x40000000 if isinstance(piece, bytes) else at + len(text)
        told.append(struct.pack("<HIH", 0, where, 0))
        text += written
        letters += len(piece)
        ends.append(letters)
    table = struct.pack(f"<{len(ends)}I", *ends) + b"".join(told)
    clx = struct.pack("<BH", 1, 2) + b"ab" + struct.pack("<BI", 2, len(table)) + table
    struct.pack_into("<HHHHHH", head, 0, 0xA5EC, version, 0, 0, 0, 0x0200)
    struct.pack_into("<II", head, 0x18, at, at + len(text))
    struct.pack_into("<II", head, 0x01A2, 16, len(clx))
    return {"WordDocument": bytes(head) + text, "1Table": b"\0" * 16 + clx}
