"""A SQLite file whose tables somebody else has changed takes an event or says that it did not."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa

from projections.codec import stored
from tests.databases import Databases, with_log
from tests.notebook import Notebook, NotebookSystem, command

BROKEN = "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT 1 FROM nowhere; END"


def test_a_statement_that_fails_as_the_tables_have_changed_fails_the_next_time_too(
    sqlite_databases: Databases,
) -> None:
    """As when two commands share a commit, and the first one's failed cursor still lives."""
    with command():
        records = [stored(event) for event in Notebook.open().collect_events()]
    with (
        sqlite_databases.like(with_log) as url,
        closing(NotebookSystem(url)) as desk,
        closing(NotebookSystem(url)) as other,
    ):
        with command():
            desk.service.add(Notebook.open)
        with other.writer.begin() as connection:
            connection.exec_driver_sql(BROKEN)
        with desk.writer.begin() as connection:
            connection.exec_driver_sql("SAVEPOINT job")
            with pytest.raises(sa.exc.OperationalError) as first:
                desk.log.append(connection, records, looked_at={})
            connection.exec_driver_sql("ROLLBACK TO job")
            with pytest.raises(sa.exc.OperationalError) as second:
                desk.log.append(connection, records, looked_at={})
        assert "nowhere" in str(first.value)
        assert "nowhere" in str(second.value)
        assert desk.log.max_notification_id() == 1
