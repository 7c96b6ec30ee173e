"""Runs inside alembic: migrations on the connection that `dashgraph.store.upgrade` hands over."""

from alembic import context

from dashgraph.store import work_tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=work_tables.jobs.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
