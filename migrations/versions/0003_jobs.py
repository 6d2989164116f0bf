"""Work that is done in the background, and its results for as long as they are asked for."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UPGRADE = """
-- The same work is asked for under the same key, and then done once. A worker that takes a job moves
-- `run_after` forward: if it never comes back, the job is free again from then on.
CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind <> ''),
    key text NOT NULL CHECK (key <> ''),
    params jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    asked_at timestamptz NOT NULL,
    run_after timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    -- Why it failed, as the English text of a message to the reader.
    fault text NOT NULL DEFAULT '',
    result bytea,
    finished_at timestamptz,
    UNIQUE (kind, key),
    CHECK ((state = 'done') = (result IS NOT NULL)),
    CHECK ((state = 'waiting') = (finished_at IS NULL))
);
CREATE INDEX job_waiting ON job (run_after, id) WHERE state = 'waiting';
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON job TO nt_app;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute("DROP TABLE job")
