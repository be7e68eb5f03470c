"""The file of a SQLite database: private from its first moment, and not deleted while it is used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from projections.database import alone, open_database
from projections.database_file import InUse, delete_databases, files_of


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """A machine on which whatever is made is open to everybody, unless it is said otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {each.name: oct(each.stat().st_mode & 0o777) for each in (folder, *folder.iterdir())}


def test_whatever_is_made_for_a_database_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "srv" / "sis"
    with closing(open_database(f"sqlite:///{folder / 'a.sqlite'}")) as database:
        with database.writer.begin() as connection:
            connection.execute(sa.text("CREATE TABLE t (x)"))
        with alone(database.writer, "views"), database.reader.begin() as connection:
            connection.execute(sa.text("SELECT * FROM t"))
            made = modes(folder)

    assert {"a.sqlite", "a.sqlite-wal", "a.sqlite-shm", "a.sqlite.views-lock"} <= made.keys()
    assert {name: mode for name, mode in made.items() if mode not in {"0o600", "0o700"}} == {}
    assert (made["a.sqlite"], made["sis"]) == ("0o600", "0o700")
    assert oct((tmp_path / "srv").stat().st_mode & 0o777) == "0o700"


def test_a_file_that_stands_already_keeps_the_mode_that_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.touch()
    path.chmod(0o640)
    open_database(f"sqlite:///{path}").close()
    assert oct(path.stat().st_mode & 0o777) == "0o640"


def test_no_connection_makes_a_file_in_place_of_one_that_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(open_database(f"sqlite:///{path}")) as database:
        path.unlink()
        with pytest.raises(sa.exc.OperationalError), database.reader.connect():
            pass
    assert not path.exists()


@pytest.mark.parametrize("name", ["a b.sqlite", "a?mode=memory.sqlite", "a#b.sqlite", "a%20.sqlite", "ä.sqlite"])
def test_a_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    url = sa.URL.create("sqlite", database=str(tmp_path / name))
    with closing(open_database(url.render_as_string())) as database, database.writer.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (x)"))
    assert (tmp_path / name).stat().st_size > 0


def test_a_database_that_is_used_is_not_deleted_nor_are_others_with_it(tmp_path: Path) -> None:
    paths = [tmp_path / "a.sqlite", tmp_path / "b.sqlite"]
    open_database(f"sqlite:///{paths[0]}").close()
    with closing(open_database(f"sqlite:///{paths[1]}")), pytest.raises(InUse, match=r"b\.sqlite"):
        delete_databases(paths)
    assert all(path.exists() for path in paths)

    delete_databases(paths)
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_free_when_its_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    program = (
        "import sys, time; from projections.database import open_database;"
        "kept = open_database(sys.argv[1]); print('open', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, f"sqlite:///{path}"], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        with pytest.raises(InUse):
            delete_databases([path])
        process.kill()
    delete_databases([path])
    assert not path.exists()


def test_only_what_is_a_part_of_the_database_lies_beside_it(tmp_path: Path) -> None:
    for name in ("a.sqlite", "a.sqlite-wal", "a.sqlite.open-lock", "a.sqlite.backup", "a.sqlite2"):
        (tmp_path / name).touch()
    found = [each.name for each in files_of(tmp_path / "a.sqlite")]
    assert found == ["a.sqlite", "a.sqlite-wal", "a.sqlite.open-lock"]
