"""The sealed room: what only a named circle may read, encrypted; who has read it; and who stands in the circle.

A schema of its own. What is sealed is encrypted under a key of its negotiation's, which is stored as the master key has
wrapped it; the master key is never here. The application adds sealed rows and readings and can change neither: not
for whom something was sealed, and not that somebody has read it.
"""

from collections.abc import Mapping

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = """
CREATE SCHEMA sealed;
GRANT USAGE ON SCHEMA sealed TO nt_app;

-- One for each negotiation. `wrapped` is the key as the master key of that version has encrypted it.
CREATE TABLE sealed.data_key (
    negotiation_id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    wrapped text NOT NULL CHECK (wrapped <> ''),
    master_version int NOT NULL CHECK (master_version > 0),
    made_at timestamptz NOT NULL,
    wrapped_at timestamptz NOT NULL
);
CREATE INDEX data_key_version ON sealed.data_key (master_version);
CREATE INDEX data_key_case ON sealed.data_key (case_id);

-- Who may read, on which side, from one day to another. The company is there as an organisation: whoever is its contact
-- that day; of all others each person by name, as long as they belong to the organisation.
CREATE TABLE sealed.circle (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES sealed.data_key,
    case_id uuid NOT NULL REFERENCES cases,
    side text NOT NULL CHECK (side IN ('delegation', 'region', 'company', 'tlv')),
    organisation_id uuid NOT NULL REFERENCES organisation,
    person_id uuid REFERENCES person,
    capacity text NOT NULL,
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from - 1),
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    ended_by text,
    ended_at timestamptz,
    -- Taken out by the secretariat, so that they do not come back by themselves.
    barred boolean NOT NULL DEFAULT false,
    CHECK ((person_id IS NULL) = (side = 'company')),
    CHECK (ended_at IS NULL OR ended_by IS NOT NULL),
    CHECK (NOT barred OR ended_at IS NOT NULL)
);
CREATE INDEX circle_negotiation ON sealed.circle (negotiation_id);
CREATE INDEX circle_person ON sealed.circle (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX circle_organisation ON sealed.circle (organisation_id) WHERE person_id IS NULL;

-- What was sealed: `place` and `row_id` say which secret it is, `readers` which sides of the circle it is for, and
-- `organisation_id`, of the regions, which region alone. A secret that changes gets a new version; the old one stays.
CREATE TABLE sealed.secret (
    place text NOT NULL CHECK (place ~ '^[a-z][a-z_.]{0,80}$'),
    row_id text NOT NULL CHECK (length(row_id) BETWEEN 1 AND 200),
    version int NOT NULL CHECK (version > 0),
    negotiation_id uuid NOT NULL REFERENCES sealed.data_key,
    case_id uuid NOT NULL REFERENCES cases,
    organisation_id uuid REFERENCES organisation,
    readers text[] NOT NULL CHECK (
        cardinality(readers) > 0 AND readers <@ ARRAY['delegation', 'region', 'company', 'tlv']),
    nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
    ciphertext bytea NOT NULL CHECK (octet_length(ciphertext) > 16),
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (place, row_id, version)
);
CREATE INDEX secret_negotiation ON sealed.secret (negotiation_id, place);

-- Who has read which secret, when, and why. Nobody changes it.
CREATE TABLE sealed.reading (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES sealed.data_key,
    case_id uuid NOT NULL REFERENCES cases,
    place text NOT NULL,
    row_id text NOT NULL,
    version int NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    organisation text NOT NULL,
    side text NOT NULL,
    unattended boolean NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL
);
CREATE INDEX reading_secret ON sealed.reading (place, row_id, id DESC);
CREATE INDEX reading_negotiation ON sealed.reading (negotiation_id, id DESC);
CREATE INDEX reading_person ON sealed.reading (person_id, id DESC);

GRANT SELECT, INSERT ON sealed.data_key, sealed.circle, sealed.secret, sealed.reading TO nt_app;
GRANT UPDATE (wrapped, master_version, wrapped_at) ON sealed.data_key TO nt_app;
GRANT UPDATE (valid_to, ended_by, ended_at, barred) ON sealed.circle TO nt_app;
"""

POLICIES = """
-- Where in which circles whoever acts stands today. Asked by policies, which may not ask each other in a circle.
CREATE FUNCTION sealed.acting_circles() RETURNS TABLE (negotiation_id uuid, side text, organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.negotiation_id, c.side, c.organisation_id FROM sealed.circle c
    WHERE c.valid_from <= acting_day() AND (c.valid_to IS NULL OR c.valid_to >= acting_day())
      AND ((c.person_id = acting_person() AND c.organisation_id = ANY (acting_organisations()))
           OR (c.person_id IS NULL AND c.organisation_id = ANY (acting_organisations('{company_contact}'))))
$$;

ALTER TABLE sealed.data_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_circle ON sealed.data_key FOR SELECT USING (
    (SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}'))
    OR negotiation_id IN (SELECT m.negotiation_id FROM sealed.acting_circles() m));
CREATE POLICY made ON sealed.data_key FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')));
CREATE POLICY wrapped_again ON sealed.data_key FOR UPDATE USING ((SELECT acting_as_system()));

ALTER TABLE sealed.circle ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON sealed.circle FOR SELECT USING (
    (SELECT is_council_side()) OR negotiation_id IN (SELECT m.negotiation_id FROM sealed.acting_circles() m));
CREATE POLICY admitted ON sealed.circle FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')));
CREATE POLICY ended ON sealed.circle FOR UPDATE USING (
    (SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')));

ALTER TABLE sealed.secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_circle ON sealed.secret FOR SELECT USING (
    (SELECT acting_as_system()) OR EXISTS (
        SELECT FROM sealed.acting_circles() m
        WHERE m.negotiation_id = secret.negotiation_id AND m.side = ANY (secret.readers)
          AND (m.side <> 'region' OR secret.organisation_id IS NULL OR m.organisation_id = secret.organisation_id)));
CREATE POLICY sealed ON sealed.secret FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR EXISTS (
        SELECT FROM sealed.acting_circles() m WHERE m.negotiation_id = secret.negotiation_id));

ALTER TABLE sealed.reading ENABLE ROW LEVEL SECURITY;
CREATE POLICY noted ON sealed.reading FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR person_id = (SELECT acting_person()));
CREATE POLICY seen ON sealed.reading FOR SELECT USING (
    (SELECT acting_as_system()) OR (SELECT acting_in('{auditor,secretariat}'))
    OR person_id = (SELECT acting_person()));

CREATE POLICY no_conflict ON sealed.data_key AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY no_conflict ON sealed.secret AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY no_conflict ON sealed.circle AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
"""

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "data_key": {
        "internal": "negotiation_id case_id master_version made_at wrapped_at",
        "secret": "wrapped",
    },
    "circle": {
        "party": (
            "id negotiation_id case_id side organisation_id person_id capacity valid_from valid_to added_by added_at "
            "ended_by ended_at barred"
        ),
    },
    "secret": {
        "secret": "place row_id version negotiation_id case_id organisation_id readers nonce ciphertext sealed_at",
    },
    "reading": {
        "internal": "id negotiation_id case_id place row_id version person_id person organisation side unattended at",
        "secret": "reason",
    },
}
_WHAT = {
    "wrapped": "the key of the negotiation, encrypted under the master key, which is not in the database",
    "ciphertext": "what was sealed, encrypted; bound to its place, row, version, negotiation and organisation",
    "reason": "why somebody read a secret; the auditor, the secretariat and the reader",
}


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                what = f": {_WHAT[column]}" if column in _WHAT else ""
                op.execute(f"COMMENT ON COLUMN sealed.{table}.{column} IS '{name}{what}'")


def downgrade() -> None:
    op.execute("DROP SCHEMA sealed CASCADE")
