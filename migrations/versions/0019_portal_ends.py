"""Several claims of secrecy in a document; a participant's own compilation; conflicts of interest of who is asked."""

from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

# Whoever may take no part in a case reads and writes nothing of a round on it: the round itself is hidden (0015).
_OF_ROUNDS = ("consultation_document", "consultation_draft", "consultation_reply", "consultation_attachment")
_NO_CONFLICT = """
    CREATE POLICY no_conflict ON {table} AS RESTRICTIVE USING (
        NOT (SELECT may_have_conflicts()) OR EXISTS (SELECT FROM consultation c WHERE c.id = {table}.consultation_id));
"""


def upgrade() -> None:
    op.execute("""
        ALTER TABLE application_passage ADD COLUMN number int NOT NULL DEFAULT 1 CHECK (number > 0);
        UPDATE application_passage p SET number = n.number
        FROM (SELECT id, row_number() OVER (PARTITION BY document_id ORDER BY id) AS number FROM application_passage) n
        WHERE n.id = p.id;
        ALTER TABLE application_passage ALTER COLUMN number DROP DEFAULT;
        ALTER TABLE application_passage ADD CONSTRAINT application_passage_number UNIQUE (document_id, number);
        COMMENT ON COLUMN application_passage.number IS 'party: which of the document''s claims of secrecy it is';

        -- What somebody who was asked in a consultation may read of it is printed for them alone: the job's key begins
        -- with the person's id, and the worker reads as that person. Not even the council's side reads it here, which
        -- has a compilation of its own.
        CREATE POLICY of_participants ON job USING (
            kind = 'consultation_own_pdf' AND split_part(key, ' ', 1) = (SELECT acting_person())::text);
        CREATE POLICY nobody_else ON job AS RESTRICTIVE FOR SELECT USING (
            kind <> 'consultation_own_pdf' OR (SELECT acting_as_system())
            OR split_part(key, ' ', 1) = (SELECT acting_person())::text);

        -- The rounds that a person is asked in, with their conflict of interest in the case: what tells them why they
        -- may not answer, and lets them declare for a case that they do not see. Of oneself alone.
        CREATE FUNCTION asked_in_rounds(who uuid, day date)
        RETURNS TABLE (consultation_id uuid, case_id uuid, case_number text, conflict jsonb)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT c.id, c.case_id, c.case_number, conflict_of_interest(c.case_id, who, day)
            FROM consultation c
            WHERE (acting_as_system() OR who = acting_person()) AND EXISTS (
                SELECT FROM consultation_addressee a JOIN membership m ON m.organisation_id = a.organisation_id
                WHERE a.consultation_id = c.id AND a.invited_at IS NOT NULL AND m.person_id = who
                  AND m.role IN ('region_representative', 'expert', 'patient_representative', 'tlv_assessor')
                  AND m.valid_from <= day AND (m.valid_to IS NULL OR m.valid_to >= day))
        $$;
    """)
    for table in _OF_ROUNDS:
        op.execute(_NO_CONFLICT.format(table=table))


def downgrade() -> None:
    for table in _OF_ROUNDS:
        op.execute(f"DROP POLICY no_conflict ON {table}")
    op.execute("""
        DROP FUNCTION asked_in_rounds(uuid, date);
        DROP POLICY nobody_else ON job;
        DROP POLICY of_participants ON job;
        DELETE FROM job WHERE kind = 'consultation_own_pdf';
        ALTER TABLE application_passage DROP COLUMN number;
    """)
