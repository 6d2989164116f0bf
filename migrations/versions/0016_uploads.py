"""Files that wait to be examined or were stopped, and who handed them in.

A file that was examined while its sender waited has no row here: it is in order. The bytes of one that waits are
read by the one who handed it in, those of one that was stopped by nobody, whatever else would let them.
"""

from collections.abc import Mapping

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UPGRADE = """
CREATE TABLE examination (
    sha256 text PRIMARY KEY REFERENCES file_content,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'clean', 'quarantined')),
    -- Why it was stopped, as a code, and what the code's sentence needs.
    fault text NOT NULL DEFAULT '',
    params jsonb NOT NULL DEFAULT '{}',
    asked_at timestamptz NOT NULL,
    -- A worker that takes it moves this forward: if it never comes back, another takes it from then on.
    run_after timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CHECK ((state = 'quarantined') = (fault <> ''))
);
CREATE INDEX examination_waiting ON examination (run_after) WHERE state = 'waiting';

CREATE TABLE handed_in (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256 text NOT NULL REFERENCES examination,
    person_id uuid NOT NULL REFERENCES person,
    case_id uuid REFERENCES cases,
    at timestamptz NOT NULL
);
CREATE INDEX handed_in_file ON handed_in (sha256, person_id);

GRANT SELECT, INSERT, UPDATE ON examination TO nt_app;
GRANT SELECT, INSERT ON handed_in TO nt_app;

-- Only the worker decides.
ALTER TABLE examination ENABLE ROW LEVEL SECURITY;
CREATE POLICY told ON examination FOR SELECT USING (true);
CREATE POLICY asked ON examination FOR INSERT WITH CHECK (state = 'waiting');
CREATE POLICY decided ON examination FOR UPDATE USING ((SELECT acting_as_system()));
ALTER TABLE handed_in ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON handed_in FOR SELECT USING (
    (SELECT acting_as_system()) OR person_id = (SELECT acting_person()));
CREATE POLICY noted ON handed_in FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR person_id = (SELECT acting_person()));

-- Beside whatever opens a file to someone: it must also have been examined.
CREATE POLICY examined ON file_part AS RESTRICTIVE FOR SELECT USING (
    (SELECT acting_as_system()) OR NOT EXISTS (
        SELECT FROM examination x WHERE x.sha256 = file_part.sha256 AND (x.state = 'quarantined'
            OR (x.state = 'waiting' AND NOT EXISTS (
                SELECT FROM handed_in h WHERE h.sha256 = x.sha256 AND h.person_id = (SELECT acting_person()))))));

-- A document that was stopped is no document that a decision could rest on.
CREATE OR REPLACE FUNCTION document_kinds(wanted uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT d.kind), '{}') FROM document d
    WHERE d.case_id = wanted AND NOT EXISTS (
        SELECT FROM examination x WHERE x.sha256 = d.sha256 AND x.state = 'quarantined')
$$;
"""

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "examination": {"internal": "sha256 kind asked_at run_after finished_at", "party": "state fault params"},
    "handed_in": {"internal": "id sha256 person_id case_id at"},
}


def upgrade() -> None:
    op.execute(UPGRADE)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION document_kinds(wanted uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
            SELECT coalesce(array_agg(DISTINCT d.kind), '{}') FROM document d WHERE d.case_id = wanted
        $$;
        DROP POLICY examined ON file_part;
        DROP TABLE handed_in, examination;
    """)
