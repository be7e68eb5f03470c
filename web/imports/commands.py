"""What can be done with imports, declared once for pages and API."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from werkzeug.datastructures import FileStorage

from domain.attachment import plain_name
from domain.imports import Count, Import
from domain.school import Source
from projections import imports as view
from providers.catalogue.dated_names import date_in_name
from providers.catalogue.problems import WHAT_OF_ROW
from providers.intake.batches import TooMuchMissing
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope, allow
from web.access.policy import Action
from web.commands.listing import Listing
from web.commands.resource import Execution, Resource, Values
from web.imports import schemas
from web.imports.file_import import finished_before, rehearse, schools_named, take_in
from web.imports.importers import ALL, AuthorityNeeded, ImportFile
from web.runtime.requests import MIB
from web.runtime.services import Services
from web.runtime.settings import IMPORT_MIB, current_settings

PREFIX = "sis-import-"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone with the end of this block; where the process was killed before, with the next one."""
    _clear_away()
    with TemporaryDirectory(prefix=PREFIX) as name, _held(name, LOCK_EX):
        yield Path(name)


@contextmanager
def _held(name: str | Path, how: int) -> Iterator[None]:
    """Holds a folder until the block or the process ends. Raises OSError with LOCK_NB where another one holds it."""
    handle = os.open(name, os.O_RDONLY)
    try:
        flock(handle, how)
        yield
    finally:
        os.close(handle)


def _clear_away() -> None:
    """Remove the folders of processes that ended before they could; one that is not held yet is still empty."""
    for each in Path(gettempdir()).glob(f"{PREFIX}*"):
        try:
            with _held(each, LOCK_EX | LOCK_NB):
                if any(each.iterdir()):
                    rmtree(each)
        except OSError:
            continue


MOST_BYTES = IMPORT_MIB * MIB
"""Of the files of one import, where SIS_IMPORT_MIB does not set it."""

NAMED = 100
"""Problems, and schools that a person has to know of, that a preview tells one by one; more are counted."""

MOST_NAMED = 10
"""Of what a file lacks, named in a refusal."""


def _listed(snapshot: Snapshot, _: ListScope, filters: Values, after: str | None, limit: int) -> list[view.ImportRow]:
    return view.list_rows(snapshot.connection, what=filters.get("what"), after=after, limit=limit)


imports: Resource[Import] = Resource(
    "imports",
    Import,
    one="import",
    read=Action.READ_IMPORTS,
    out=schemas.ImportOut,
    listing=Listing(
        view.ImportRow, _listed, lambda row: row.reference, schemas.ImportFilters, names={"outcome": "counted"}
    ),
)


def _preview(context: RequestContext, values: Values) -> Mapping[str, Any]:
    """What an import would change, for its check page and by API. Raises what the import would raise."""
    user, right = context.user, allow(context, Action.KEEP_REGISTER)
    here = context.services
    with _on_disk(here, values) as wanted, here.acting(user.person, right.role.value, user.channel):
        before = finished_before(here, wanted)
        rehearsal, done = rehearse(here, wanted, {user.person: user.name})
    return {
        "before": before,
        "day": wanted.source.dated,
        "rehearsal": rehearsal,
        "done": done,
        "schools": schools_named(rehearsal, done, NAMED),
        "problems": done.problems[:NAMED],
        "problem_count": len(done.problems),
        "count_rows": count_rows(done.counts),
        "problem_rows": [
            [f"{each.line:,}", each.column, each.value, each.reason, WHAT_OF_ROW[each.row_taken]]
            for each in done.problems[:NAMED]
        ],
    }


def count_rows(counts: Sequence[Count]) -> list[tuple[str, str]]:
    """What became of a file, as the rows of a table."""
    return [(count.outcome.label, f"{count.number:,}") for count in counts]


@imports.beginning(
    "begin",
    "Import a file",
    Action.KEEP_REGISTER,
    schemas.BeginImport,
    done="Import finished",
    lead="You can check what will change before anything does.",
    files=MOST_BYTES,
    files_set_by=lambda settings: settings.import_mib * MIB,
    check=True,
    preview=_preview,
    preview_out=schemas.PreviewOut,
    check_page="imports/check.html",
)
def begin(execution: Execution[Import], values: Values) -> Import:
    with _on_disk(execution.services, values) as wanted:
        record, _ = take_in(execution.services, wanted)
    return record


@contextmanager
def _on_disk(here: Services, values: Values) -> Iterator[ImportFile]:
    """The files that were sent, each under its own name, until they are taken in. Raises AuthorityNeeded where those
    of every authority are asked for, which would hold a request for too long."""
    la = values.get("la") or None
    if la is not None and la.casefold() == ALL:
        raise AuthorityNeeded("Enter one authority. The system operator can import all of them at once", field="la")
    with folder() as place:
        file = _written(values["file"], place / "1")
        memberships = _written(values["memberships"], place / "2") if "memberships" in values else None
        last, today = memberships or file, here.today()
        told = values.get("dated") or date_in_name(last)
        dated = min(told or today, today)
        wanted = ImportFile(
            what=values["what"],
            file=file,
            memberships=memberships,
            source=Source(last.name, dated, assumed=told is None),
            la=la,
            part=values["part"],
            force=values["force"],
            provider_kind=values.get("provider_kind"),
            scanner=current_settings().scanner,
        )
        try:
            yield wanted
        except TooMuchMissing as refusal:
            raise refusal.naming(MOST_NAMED) from None


def _written(sent: FileStorage, folder: Path) -> Path:
    folder.mkdir()
    path = folder / plain_name(sent.filename or "")
    with path.open("wb") as file:
        sent.save(file)
    sent.stream.seek(0)
    return path
