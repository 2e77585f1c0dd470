"""Alembic's way in: it works on the connection, and in the transaction, that `store.disk.schema` gives it."""

from alembic import context

from store.disk.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=False)
with context.begin_transaction():
    context.run_migrations()
