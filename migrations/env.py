"""Read by Alembic: runs the steps on the connection that it is handed, within that connection's transaction."""

from __future__ import annotations

from alembic import context

from web.runtime.migrate import OPTIONS

context.configure(connection=context.config.attributes["connection"], **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
