"""Several claims of secrecy in a document, in the order in which they were made; a participant's own compilation."""

from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


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
    """)


def downgrade() -> None:
    op.execute("""
        DROP POLICY nobody_else ON job;
        DROP POLICY of_participants ON job;
        DELETE FROM job WHERE kind = 'consultation_own_pdf';
        ALTER TABLE application_passage DROP COLUMN number;
    """)
