"""PDF (ISO 32000-2): whether a file does nothing by itself when it is opened."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject

from web.runtime.refused_files import HasMacros, HasPassword, HoldsMore, IsActive

MOST_OBJECTS = 50_000

SCRIPTS = frozenset({"/JavaScript", "/Rendition"})
RUNS = frozenset({"/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/RichMediaExecute"})
HARMLESS = frozenset({"/GoTo", "/Named"})
"""Actions by what they do: run a script, run or fetch something else, turn to a page."""

EMBEDS = frozenset({"/EmbeddedFile", "/RichMedia", "/Movie", "/3D"})


def check(content: bytes) -> None:
    """`content` begins with the mark of a PDF. Raises HasMacros, IsActive, HasPassword, HoldsMore; other errors for
    one that is damaged."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise HasPassword
    _check_opening(reader)
    for each in _everything_in(reader):
        _check_dictionary(each)


def _check_opening(reader: PdfReader) -> None:
    """What is done when the document is opened, beside turning to a page."""
    root = _of(reader.trailer, "/Root")
    opening = _of(root, "/OpenAction") if isinstance(root, DictionaryObject) else None
    if isinstance(opening, DictionaryObject) and _of(opening, "/S") not in (None, *HARMLESS):
        _check_dictionary(opening)
        raise IsActive("runs something automatically when it is opened")


def _check_dictionary(each: DictionaryObject) -> None:
    does = _of(each, "/S")
    if "/JS" in each or does in SCRIPTS or "/XFA" in each:
        raise HasMacros
    if does in RUNS:
        raise IsActive("runs or fetches something else")
    files = _of(each, "/EmbeddedFiles")
    brings = isinstance(files, DictionaryObject) and bool(_of(files, "/Names") or _of(files, "/Kids"))
    if brings or "/EF" in each or _of(each, "/Type") in EMBEDS or _of(each, "/Subtype") in EMBEDS:
        raise IsActive("has another file embedded in it")
    at_events = _of(each, "/AA")
    if isinstance(at_events, DictionaryObject):
        for event in map(at_events.__getitem__, at_events):
            if isinstance(event, DictionaryObject) and _of(event, "/S") not in HARMLESS:
                _check_dictionary(event)
                raise IsActive("runs something automatically when it is read")


def _of(each: DictionaryObject, name: str) -> PdfObject | str | None:
    """A value of a dictionary, followed where the dictionary only points to it."""
    value: PdfObject | None = dict.get(each, NameObject(name))
    return None if value is None else value.get_object()


def _everything_in(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, also those packed together in streams of objects."""
    known = {number: generation for generation, at in reader.xref.items() for number in at}
    known |= dict.fromkeys(reader.xref_objStm, 0)
    if len(known) > MOST_OBJECTS:
        raise HoldsMore
    roots: Iterator[Any] = (reader.get_object(IndirectObject(number, known[number], reader)) for number in known)
    for root in itertools.chain([reader.trailer], roots):
        yield from _dictionaries(root)


def _dictionaries(value: PdfObject | None) -> Iterator[DictionaryObject]:
    """The dictionaries within a value, without those that it only points to."""
    if isinstance(value, DictionaryObject):
        yield value
        inner: Iterator[Any] = iter(dict.values(value))
    elif isinstance(value, ArrayObject):
        inner = iter(list.__iter__(value))
    else:
        return
    for each in inner:
        if isinstance(each, (DictionaryObject, ArrayObject)):
            yield from _dictionaries(each)
