"""Takes a file in, one at a time, and keeps a record of it; or only tells what would change."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Event, Refusal
from domain.imports import Asked, Import, ImportedFile, ImportKind, RowProblem, SchoolChange
from domain.references import record_id
from domain.school import School
from domain.service import TooManyAtOnce, before_saving, rehearsing
from domain.signature import acting, current_signature
from domain.vocabulary import Channel
from projections import imports as view
from projections.database import alone
from projections.event_log import saving_alone
from projections.imports import ImportRow, elsewhere
from providers.catalogue.problems import WrongFile
from providers.catalogue.register import AUTHORITY, UnknownAuthority
from web.history.sentences import sentence
from web.imports.importers import IMPORTERS, NEW_PROVIDER, ImportFile, ImportResult, whose_schools
from web.imports.whole_counts import of_whole
from web.runtime.refused_files import OfTheFile
from web.runtime.services import Services

TOLD = 100
"""Sentences of what would be recorded that are told one by one."""


class FileNotTaken(Refusal):
    """The file is not one that can be read, or holds nothing of the authority that was asked for."""


class AnotherImportRuns(TooManyAtOnce):
    """Files are taken in one at a time."""


@dataclass
class Rehearsal:
    """What a file would change: sentences of the first hundred events, each with how often it stands, and how many
    more events there are; and the schools that a person may have to know of. `names` are of those who would act."""

    names: Mapping[UUID, str]
    sentences: Counter[str] = field(default_factory=Counter)
    more: int = 0
    changed: dict[SchoolChange, list[str]] = field(default_factory=dict)

    @property
    def told(self) -> list[dict[str, str | int]]:
        """Each sentence with how often it stands, for programs."""
        return [{"sentence": sentence, "times": times} for sentence, times in self.sentences.items()]

    def __call__(self, record: Aggregate, events: list[Event]) -> None:
        """Be told of what would be saved (domain.service.rehearsing)."""
        for event in events:
            change = view.change_of(event)
            if change is not None and isinstance(record, School):
                self.changed.setdefault(change, []).append(school_in_words(record.name, record.urn, elsewhere(event)))
            if isinstance(event, School.DetailsConfirmed):
                # What changes nothing is told once for all schools: it would drown what does.
                self.sentences[sentence(event, self.names)] += 1
            elif len(self.sentences) < TOLD:
                told = f"{record.reference}: {sentence(event, self.names)}"
                told = told.replace(f"{NEW_PROVIDER}: ", "New provider: ").replace(f" ({NEW_PROVIDER})", "")
                self.sentences[told] += 1
            else:
                self.more += 1


def school_in_words(school: str, urn: int, elsewhere: str) -> str:
    """A school that an import changes, and the authority to which it goes."""
    return f"{school} (URN {urn})" + (f" is now in {elsewhere}" if elsewhere else "")


def take_in(services: Services, wanted: ImportFile) -> tuple[Import, ImportResult]:
    """Take a file in; the caller has signed. The record is begun before the first change is saved, so that an import
    that broke off is seen; it goes on when the very same is asked again.

    Raises AnotherImportRuns, HasVirus, ScannerAway, FileNotTaken, or what the importers refuse; then nothing is
    changed, and but for the first a record tells which file was refused, and why.
    """
    with (
        alone(services.writer, "import", _another_runs),
        _recording_refusal(services, wanted) as attempt,
        _refusing(),
    ):
        attempt.scanner = _looked_at(wanted)
        asked = _asked(services, wanted)
        attempt.recording = recording = _Recording(services, asked, attempt.scanner)
        signature = current_signature()
        steps = replace(
            signature,
            channel=Channel.IMPORT,
            command=uuid5(signature.command, "steps"),
            correlation=recording.reference,
        )
        with acting(steps), before_saving(recording.begin):
            done = IMPORTERS[wanted.what](services, _of_authority(wanted, asked.authority))
        record = recording.finish(done)
        return record, replace(done, counts=record.counts)


def rehearse(
    services: Services, wanted: ImportFile, names: Mapping[UUID, str] = MappingProxyType({})
) -> tuple[Rehearsal, ImportResult]:
    """Tell what `take_in` would change, and change nothing; the caller has signed. Raises what `take_in` raises, but
    for AnotherImportRuns."""
    rehearsal = Rehearsal(names)
    _looked_at(wanted)
    la = _whose(services, wanted)
    signature = replace(current_signature(), channel=Channel.IMPORT)
    with _refusing(), acting(signature), rehearsing(rehearsal):
        done = IMPORTERS[wanted.what](services, _of_authority(wanted, la))
    return rehearsal, done


@dataclass(frozen=True)
class SchoolsNamed:
    """The schools to which a file would do the same: how many, and the first by name. `change` is None for those
    that it lacks, for the first time or not."""

    change: SchoolChange | None
    number: int
    names: Sequence[str]

    def __str__(self) -> str:
        return self.change.label if self.change else "Not in the file"


def schools_named(rehearsal: Rehearsal, done: ImportResult, most: int) -> list[SchoolsNamed]:
    """The schools that a file would change, by what would happen to them, and those that it lacks: of each the first
    by name."""
    changes = (each for each in SchoolChange if each is not SchoolChange.MISSED)
    found = [*((each, rehearsal.changed.get(each, [])) for each in changes), (None, done.missed)]
    return [SchoolsNamed(change, len(names), names[:most]) for change, names in found if names]


def finished_before(services: Services, wanted: ImportFile) -> ImportRow | None:
    """The last import of the very same bytes that came to its end, None where there is none."""
    sha256 = " ".join(file.sha256 for file in _files(wanted))
    with services.read_present() as connection:
        rows = view.of_file(connection, wanted.what, sha256)
    return next((row for row in rows if row.finished_at is not None), None)


@dataclass
class _Attempt:
    """How far an import came that may be refused."""

    scanner: str = ""
    recording: _Recording | None = None


@contextmanager
def _recording_refusal(services: Services, wanted: ImportFile) -> Iterator[_Attempt]:
    """Keep a record of the file where it is refused before anything of it is saved."""
    attempt = _Attempt()
    try:
        yield attempt
    except Refusal as refusal:
        if attempt.recording is None or not attempt.recording.is_begun:
            _record_refusal(services, wanted, attempt, str(refusal))
        raise


def _record_refusal(services: Services, wanted: ImportFile, attempt: _Attempt, reason: str) -> None:
    """Saved apart from the command that is refused, which may be sent again; once where it is refused alike again."""
    asked = attempt.recording.asked if attempt.recording else _as_asked(wanted, _told_authority(wanted))
    signature = current_signature()
    command = uuid5(signature.command, f"refused {asked} {reason}")

    def refused() -> Import:
        record = Import.begin(services.next_reference(Import), asked, scanner=attempt.scanner)
        record.refuse(reason)
        return record

    with saving_alone(), acting(replace(signature, command=command)):
        if services.service.done() is None:
            services.service.add(refused)


class _Recording:
    """The record of one import while it goes on: begun when the first change is about to be saved."""

    def __init__(self, services: Services, asked: Asked, scanner: str) -> None:
        self._office = services
        self._scanner = scanner
        self.asked = asked
        self._signature = current_signature()
        self._broken_off = _broken_off(services, asked)
        self.is_begun = False
        self.reference = self._broken_off.reference if self._broken_off else services.next_reference(Import)

    def begin(self) -> None:
        """Note that the file is being taken in, or is again."""
        self.is_begun = True
        if self._broken_off is not None:
            self._change(Import.resume, f"resumed after {self._broken_off.version}")
            return
        with acting(self._signature):
            self._office.service.add(lambda: Import.begin(self.reference, self.asked, scanner=self._scanner))

    def finish(self, done: ImportResult) -> Import:
        """Note what became of the file."""
        if not self.is_begun:
            self.begin()
        problems = [RowProblem(each.line, each.column, each.reason, each.row_taken) for each in done.problems]
        counts = of_whole(self._office, self._broken_off, done.counts) if self._broken_off else done.counts
        return self._change(lambda record: record.finish(counts, problems), "finished")

    def _change(self, decide: Callable[[Import], None], what: str) -> Import:
        id, command = record_id(Import.KIND, self.reference), uuid5(self._signature.command, what)
        with acting(replace(self._signature, command=command, at=self._office.now())):
            self._office.service.change(Import, id, decide)
        return self._office.service.find(Import, id)


def _asked(services: Services, wanted: ImportFile) -> Asked:
    return _as_asked(wanted, _whose(services, wanted))


def _as_asked(wanted: ImportFile, authority: str) -> Asked:
    return Asked(
        wanted.what, _files(wanted), wanted.source.dated, authority, wanted.part, wanted.force, wanted.source.assumed
    )


def _looked_at(wanted: ImportFile) -> str:
    """Which scanner looked at the files and found nothing; empty where none did. Raises HasVirus, ScannerAway."""
    looked = ""
    for answer, path in (("file", wanted.file), ("memberships", wanted.memberships)):
        if wanted.scanner is None or path is None or not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            try:
                looked = wanted.scanner.look(content)
            except OfTheFile as refusal:
                refusal.field = answer
                raise
    return looked


def _files(wanted: ImportFile) -> tuple[ImportedFile, ...]:
    files = [wanted.file, *([wanted.memberships] if wanted.memberships else [])]
    return tuple(ImportedFile(file.name, file.stat().st_size, _hash(file)) for file in files)


def _of_authority(wanted: ImportFile, la: str) -> ImportFile:
    return replace(wanted, la=la or None, is_la_told=wanted.la is not None)


def _told_authority(wanted: ImportFile) -> str:
    return (wanted.la or "") if wanted.what is ImportKind.SCHOOLS else ""


def _whose(services: Services, wanted: ImportFile) -> str:
    if wanted.what is not ImportKind.SCHOOLS:
        return ""
    with _refusing():
        return whose_schools(services, wanted.file, wanted.la)


def _broken_off(services: Services, asked: Asked) -> Import | None:
    """The import of the very same that never came to its end, None where there is none."""
    sha256 = " ".join(file.sha256 for file in asked.files)
    with services.read_present() as connection:
        rows = [row for row in view.of_file(connection, asked.what, sha256) if not row.is_over]
    found = (services.service.find(Import, row.id) for row in rows)
    return next((record for record in found if replace(record.asked, files=asked.files) == asked), None)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _refusing() -> Iterator[None]:
    """A file that cannot be read is refused like everything else."""
    try:
        yield
    except (WrongFile, UnknownAuthority) as wrong:
        names_none = isinstance(wrong, WrongFile) and wrong.missing == (AUTHORITY,)
        raise FileNotTaken(str(wrong), field="la" if names_none else "file") from None


def _another_runs() -> None:
    raise AnotherImportRuns(
        "Another import is running on this database. Nothing was changed. Start again when it has finished"
    )
