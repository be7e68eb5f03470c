"""A database of any day is brought to the schema that the code expects, and its log is only added to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from projections.database import open_database
from projections.event_log import EVENTS
from projections.view import VIEW_TABLES
from web.runtime.migrate import OPTIONS, alembic_config, upgrade
from web.runtime.tables import ACCOUNTS, IDEMPOTENCY_KEYS, KEPT_FORMS

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture
def writer(each_database: str) -> Iterator[sa.Engine]:
    with closing(open_database(each_database)) as database:
        yield database.writer


@pytest.fixture
def migrated(writer: sa.Engine) -> sa.Engine:
    upgrade(writer)
    return writer


def differences(connection: sa.Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts=dict(OPTIONS))
    return list(compare_metadata(context, OPTIONS["target_metadata"]))


def an_event(connection: sa.Connection) -> None:
    connection.execute(
        EVENTS.insert().values(
            position=1,
            stream_id=uuid4(),
            version=1,
            event_id=uuid4(),
            topic="visit.planned",
            recorded_at=datetime(2026, 11, 2, tzinfo=UTC),
            meta="{}",
            state="{}",
        )
    )


def test_an_empty_database_becomes_the_one_that_the_code_expects(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        assert differences(connection) == []
        assert set(sa.inspect(connection).get_table_names()) > {"events", "accounts", "idempotency_keys"}


def test_the_comparison_sees_a_missing_column_and_a_missing_index(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE accounts DROP COLUMN disabled_at")
        connection.exec_driver_sql("DROP INDEX ix_sessions_person")
        assert {difference[0] for difference in differences(connection)} == {"add_column", "add_index"}


def test_the_tables_of_views_are_none_of_the_migrations_business(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        VIEW_TABLES.create_all(connection)
        assert "views" in sa.inspect(connection).get_table_names()
        assert differences(connection) == []


def test_an_event_cannot_be_changed(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        an_event(connection)
        with pytest.raises(sa.exc.IntegrityError, match="never changed"), connection.begin_nested():
            connection.execute(EVENTS.update().values(state='{"other": 1}'))
        assert connection.execute(sa.select(EVENTS.c.state)).scalar_one() == "{}"


REMOVALS = {"sqlite": ["DELETE FROM events"], "postgresql": ["DELETE FROM events", "TRUNCATE events"]}


def test_an_event_cannot_be_removed(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        an_event(connection)
        for removal in REMOVALS[migrated.dialect.name]:
            with pytest.raises(sa.exc.IntegrityError, match="never removed"), connection.begin_nested():
                connection.exec_driver_sql(removal)
        assert connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one() == 1


def test_a_second_upgrade_changes_nothing(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        connection.execute(ACCOUNTS.insert().values(id=uuid4(), person=uuid4(), sign_in_name="a@example.org"))
    upgrade(migrated)
    with migrated.begin() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ACCOUNTS)).scalar_one() == 1


def test_an_upgrade_that_fails_leaves_nothing_behind(writer: sa.Engine) -> None:
    with writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE uploads (something TEXT)")
    with pytest.raises(sa.exc.DBAPIError, match="uploads"):
        upgrade(writer)
    with writer.begin() as connection:
        assert sa.inspect(connection).get_table_names() == ["uploads"]


def test_what_was_kept_of_forms_goes_into_one_table(writer: sa.Engine) -> None:
    with writer.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
    person, form = uuid4(), uuid4()
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    old = sa.MetaData()
    with writer.begin() as connection:
        old.reflect(connection, only=["drafts", "kept_answers", "idempotency_keys"])
        drafts, answers, keys = (old.tables[name] for name in ("drafts", "kept_answers", "idempotency_keys"))
        of = {"person": sa.type_coerce(person, sa.Uuid), "created_at": at, "fingerprint": "f"}
        connection.execute(keys.insert().values(**of, route="form", key=str(form)))
        connection.execute(keys.insert().values(**of, route="/visits", key="of-a-program"))
        who = {"person": of["person"]}
        typed = '{"version":3,"typed":[["text","é"]]}'
        connection.execute(drafts.insert().values(**who, form_key="/visits/plan", saved_at=at, answers=typed))
        sealed = {"path": "/x", "answers": '{"sealed":"z"}'}
        connection.execute(answers.insert().values(**who, key_hash="h", kept_at=at, **sealed))

    upgrade(writer)

    with writer.begin() as connection:
        found = {row.kept_as: row for row in connection.execute(KEPT_FORMS.select())}
        left = connection.execute(sa.select(IDEMPOTENCY_KEYS.c.key)).scalars().all()
        assert not {"drafts", "kept_answers"} & set(sa.inspect(connection).get_table_names())
    assert {(row.person, row.kept_at) for row in found.values()} == {(person, at)}
    assert (found["sent"].key, found["sent"].fingerprint) == (str(form), "f")
    assert (found["draft"].key, found["draft"].answers) == ("/visits/plan", {"version": 3, "typed": [["text", "é"]]})
    assert (found["answers"].key, found["answers"].path) == ("h", "/x")
    assert found["answers"].answers == {"sealed": "z"}
    assert left == ["of-a-program"]


def test_two_upgrades_at_once_wait_for_each_other(each_database: str) -> None:
    """Two processes in a row would prove little, so that both start on the empty database together."""
    program = (
        "import sys; from projections.database import open_database; from web.runtime.migrate import upgrade; "
        + ("upgrade(open_database(sys.argv[1]).writer)")
    )
    codes: list[int] = []

    def run() -> None:
        codes.append(subprocess.run([sys.executable, "-c", program, each_database], check=False).returncode)

    both = [Thread(target=run), Thread(target=run)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert codes == [0, 0]


def test_the_log_is_guarded_by_triggers_of_its_own(migrated: sa.Engine) -> None:
    with migrated.begin() as connection:
        found = connection.exec_driver_sql(TRIGGERS[migrated.dialect.name]).scalars()
        assert set(found) == {"events_are_not_changed", "events_are_not_removed"}
