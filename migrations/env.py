"""What Alembic runs for `upgrade`: the connection is given by `nt_process.infra.database.migrate`.

A migration's file is named `NNNN_what_it_does.py` and its revision is `NNNN`. Each grants the role
`nt_app` exactly what the application needs on the tables it makes.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    version_table="version",
    version_table_schema="public",
)
with context.begin_transaction():
    context.run_migrations()
