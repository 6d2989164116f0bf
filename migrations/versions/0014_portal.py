"""The company portal: applications while they are written, what was filed of them, and who has part in them.

A draft is its members' alone; the council's side has no part in it. What is filed is a row of its own that holds
everything as it was then, and the application can add such rows and do nothing else with them.
"""

from collections.abc import Mapping

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
-- A form as it was when something was filed with it: an old application still reads as it did.
CREATE TABLE application_form (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name text NOT NULL,
    version int NOT NULL,
    content text NOT NULL,
    stored_at timestamptz NOT NULL
);

CREATE TABLE application (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES organisation,
    process text NOT NULL,
    -- The case that it is filed in. One that begins with a medicine gets its case when it is filed.
    case_id uuid REFERENCES cases,
    horizon_item_id uuid REFERENCES horizon_item,
    medicine text NOT NULL CHECK (medicine <> ''),
    form_sha256 text NOT NULL REFERENCES application_form,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'withdrawn')),
    contact_id uuid NOT NULL REFERENCES person,
    begun_at timestamptz NOT NULL,
    submitted_at timestamptz,
    CHECK ((status = 'submitted') = (submitted_at IS NOT NULL)),
    CHECK (status <> 'submitted' OR case_id IS NOT NULL)
);
CREATE UNIQUE INDEX application_draft ON application (case_id) WHERE status = 'draft' AND case_id IS NOT NULL;
CREATE INDEX application_case ON application (case_id);
CREATE INDEX application_submitted ON application (submitted_at DESC) WHERE status = 'submitted';

CREATE TABLE application_member (
    application_id uuid NOT NULL REFERENCES application,
    person_id uuid NOT NULL REFERENCES person,
    role text NOT NULL CHECK (role IN ('coordinator', 'contributor')),
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (application_id, person_id)
);
CREATE INDEX application_member_person ON application_member (person_id) WHERE removed_at IS NULL;

-- What is being written, field by field. `version` is what its writer must have seen.
CREATE TABLE application_answer (
    application_id uuid NOT NULL REFERENCES application,
    field text NOT NULL,
    value text NOT NULL,
    version int NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (application_id, field)
);

-- What was filed: `content` is the exact text that the hash is of, answers and documents' hashes in it.
CREATE TABLE application_filing (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    number int NOT NULL CHECK (number > 0),
    kind text NOT NULL CHECK (kind IN ('application', 'supplement')),
    case_id uuid NOT NULL REFERENCES cases,
    request_seq int,
    form_sha256 text NOT NULL REFERENCES application_form,
    content text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (application_id, number)
);

-- A document with its version for everyone, and where it holds secrets also the one for the council alone.
CREATE TABLE application_document (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    -- The request for a supplement that it answers; null for the application itself.
    request_seq int,
    filing_id uuid REFERENCES application_filing,
    kind text NOT NULL,
    title text NOT NULL CHECK (title <> ''),
    public_sha256 text NOT NULL REFERENCES file_content,
    public_name text NOT NULL,
    secret_sha256 text REFERENCES file_content,
    secret_name text,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    CHECK ((secret_sha256 IS NULL) = (secret_name IS NULL)),
    CHECK (removed_at IS NULL OR filing_id IS NULL)
);
CREATE INDEX application_document_application ON application_document (application_id);
CREATE INDEX application_document_public ON application_document (public_sha256);
CREATE INDEX application_document_secret ON application_document (secret_sha256);

-- A passage that is claimed secret: where it stands, under which provision, why and until when.
CREATE TABLE application_passage (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES application_document,
    place text NOT NULL CHECK (place <> ''),
    provision text NOT NULL CHECK (provision <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    secret_until date NOT NULL
);
CREATE INDEX application_passage_document ON application_passage (document_id);

GRANT SELECT, INSERT ON application_form, application_filing, application_passage TO nt_app;
GRANT SELECT, INSERT, UPDATE ON application, application_member, application_answer, application_document TO nt_app;
"""

POLICIES = """
-- The applications that whoever acts is a member of, as long as they also act for the company. Asked once in a statement.
CREATE FUNCTION acting_applications() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(a.id), '{}') FROM application_member m JOIN application a ON a.id = m.application_id
    WHERE m.person_id = acting_person() AND m.removed_at IS NULL
      AND a.company_id = ANY (acting_organisations('{company_contact}'))
$$;
-- A new application has no members yet; its first is whoever began it.
CREATE FUNCTION begins_application(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM application a WHERE a.id = wanted AND a.contact_id = acting_person()
                   AND a.company_id = ANY (acting_organisations('{company_contact}')))
       AND NOT EXISTS (SELECT FROM application_member m WHERE m.application_id = wanted)
$$;

ALTER TABLE application ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON application FOR SELECT USING (
    (SELECT acting_as_system()) OR id = ANY ((SELECT acting_applications())::uuid[]));
CREATE POLICY submitted ON application FOR SELECT USING (
    status = 'submitted' AND ((SELECT is_council_side())
        OR ((SELECT acting_in('{tlv_assessor}')) AND EXISTS (SELECT FROM cases c WHERE c.id = application.case_id))));
CREATE POLICY begun ON application FOR INSERT WITH CHECK (
    (SELECT acting_as_system())
    OR (status = 'draft' AND company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));
CREATE POLICY written ON application FOR UPDATE USING (
    (SELECT acting_as_system()) OR id = ANY ((SELECT acting_applications())::uuid[]));

ALTER TABLE application_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON application_member FOR SELECT USING (
    EXISTS (SELECT FROM application a WHERE a.id = application_member.application_id));
CREATE POLICY added ON application_member FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR application_id = ANY ((SELECT acting_applications())::uuid[])
    OR (person_id = (SELECT acting_person()) AND begins_application(application_id)));
CREATE POLICY changed ON application_member FOR UPDATE USING (
    (SELECT acting_as_system()) OR application_id = ANY ((SELECT acting_applications())::uuid[]));

-- What is being written is nobody's but the members'; also after filing, while a supplement is written.
ALTER TABLE application_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON application_answer USING (
    (SELECT acting_as_system()) OR application_id = ANY ((SELECT acting_applications())::uuid[]));

ALTER TABLE application_filing ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON application_filing FOR SELECT USING (
    EXISTS (SELECT FROM application a WHERE a.id = application_filing.application_id));
CREATE POLICY filed ON application_filing FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR application_id = ANY ((SELECT acting_applications())::uuid[]));

ALTER TABLE application_document ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON application_document USING (
    (SELECT acting_as_system()) OR application_id = ANY ((SELECT acting_applications())::uuid[]));
CREATE POLICY filed ON application_document FOR SELECT USING (
    filing_id IS NOT NULL AND EXISTS (SELECT FROM application a WHERE a.id = application_document.application_id));

ALTER TABLE application_passage ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON application_passage USING (
    EXISTS (SELECT FROM application_document d WHERE d.id = application_passage.document_id));

CREATE POLICY of_applications ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM application_document d WHERE d.public_sha256 = file_part.sha256)
    OR EXISTS (SELECT FROM application_document d WHERE d.secret_sha256 = file_part.sha256));
-- A receipt's PDF is asked for by whoever may read what was filed; its key begins with the filing's id.
CREATE POLICY of_receipts ON job USING (
    kind = 'application_receipt_pdf'
    AND EXISTS (SELECT FROM application_filing f WHERE f.id::text = split_part(job.key, ' ', 1)));

-- A company's application may open the case. The case's first event is written in the same statement as the case
-- itself, which it therefore cannot look for.
CREATE POLICY opened ON event FOR INSERT WITH CHECK (
    seq = 1 AND kind = 'opened' AND actor_id = (SELECT acting_person()));
"""

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "application_form": {"public": "sha256 name version content stored_at"},
    "application": {
        "party": "id company_id process case_id medicine form_sha256 status contact_id begun_at submitted_at",
        "internal": "horizon_item_id",
    },
    "application_member": {"party": "application_id person_id role added_at removed_at"},
    "application_answer": {
        "party": "application_id field version person_id person at",
        "secret": "value",
    },
    "application_filing": {
        "party": "id application_id number kind case_id request_seq form_sha256 sha256 person_id person at",
        "secret": "content",
    },
    "application_document": {
        "party": (
            "id application_id request_seq filing_id kind title public_sha256 public_name secret_sha256 secret_name "
            "added_by added_at removed_at"
        ),
    },
    "application_passage": {
        "party": "id document_id provision secret_until",
        "secret": "place reason",
    },
}


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        DROP POLICY opened ON event;
        DROP POLICY of_receipts ON job;
        DROP POLICY of_applications ON file_part;
        DELETE FROM job WHERE kind = 'application_receipt_pdf';
        DROP TABLE application_passage, application_document, application_filing, application_answer,
            application_member CASCADE;
        DROP TABLE application;
        DROP TABLE application_form;
        DROP FUNCTION begins_application(uuid), acting_applications();
    """)
