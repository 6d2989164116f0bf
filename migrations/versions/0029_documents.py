"""A document can be withdrawn, with the reason, and who may read it can be corrected; both stand in the case's log."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_KINDS = """
    CREATE OR REPLACE FUNCTION document_kinds(wanted uuid) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    BEGIN
        IF NOT sees_every_case() AND NOT EXISTS (
            SELECT FROM cases c WHERE c.id = wanted AND sees_as_party(c.id, c.company_id, c.process)) THEN
            RETURN '{{}}';
        END IF;
        RETURN (SELECT coalesce(array_agg(DISTINCT d.kind), '{{}}') FROM document d
            WHERE d.case_id = wanted {standing} AND NOT EXISTS (
                SELECT FROM examination x WHERE x.sha256 = d.sha256 AND x.state = 'quarantined'));
    END $$;
    DROP POLICY of_documents ON file_part;
    CREATE POLICY of_documents ON file_part FOR SELECT USING (
        EXISTS (SELECT FROM document d WHERE d.sha256 = file_part.sha256 {standing}));
"""

_CLASSES = {
    "withdrawn_at": "party: when it was withdrawn; its file is given to nobody from then on",
    "withdrawn_by": "internal: who withdrew it",
    "withdrawn_reason": "party: why it was withdrawn",
}


def upgrade() -> None:
    op.execute("""
        ALTER TABLE document ADD COLUMN withdrawn_at timestamptz, ADD COLUMN withdrawn_by text,
            ADD COLUMN withdrawn_reason text,
            ADD CHECK (num_nonnulls(withdrawn_at, withdrawn_by, nullif(withdrawn_reason, '')) IN (0, 3));
        GRANT UPDATE (visibility, withdrawn_at, withdrawn_by, withdrawn_reason) ON document TO nt_app;
        -- By the secretariat, and by whoever added it, whom the case's log names.
        CREATE POLICY changed ON document FOR UPDATE USING (
            (SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')) OR EXISTS (
                SELECT FROM event e WHERE e.case_id = document.case_id AND e.kind = 'document_added'
                  AND e.body -> 'inputs' ->> 'document' = document.id::text
                  AND e.actor_id = (SELECT acting_person())));
    """)
    for column, meaning in _CLASSES.items():
        op.execute(f"COMMENT ON COLUMN document.{column} IS '{meaning}'")
    # A document that was withdrawn is no document that a decision could rest on, and nobody's to open.
    op.execute(_KINDS.format(standing="AND d.withdrawn_at IS NULL"))


def downgrade() -> None:
    op.execute(_KINDS.format(standing=""))
    op.execute("""
        DROP POLICY changed ON document;
        REVOKE UPDATE (visibility, withdrawn_at, withdrawn_by, withdrawn_reason) ON document FROM nt_app;
        ALTER TABLE document DROP COLUMN withdrawn_at, DROP COLUMN withdrawn_by, DROP COLUMN withdrawn_reason;
    """)
