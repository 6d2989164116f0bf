"""Precedents: what was decided on which grounds, with only what may be told.

Nothing here is changed afterwards: a precedent gets versions, a second person approves or declines each, and what was
approved can be withdrawn. What is told follows from that alone, by triggers (`precedent_current`); the application has no
right to write there.
"""

from collections.abc import Mapping

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = """
-- A decision in a case, by the event that it is in the case's log.
CREATE TABLE precedent (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    process text NOT NULL,
    decision_seq int NOT NULL,
    decision text NOT NULL CHECK (decision IN ('agreement', 'no_agreement', 'should', 'can', 'should_not')),
    decided_on date NOT NULL,
    UNIQUE (case_id, decision_seq),
    FOREIGN KEY (case_id, decision_seq) REFERENCES event (case_id, seq)
);

-- The grounds. Bounds of an interval are whole steps of 50 000 SEK, so that no figure of a negotiation stands in one.
CREATE TABLE precedent_version (
    precedent_id uuid NOT NULL REFERENCES precedent,
    version smallint NOT NULL CHECK (version > 0),
    medicine text NOT NULL,
    substance text NOT NULL,
    atc text NOT NULL,
    company text NOT NULL,
    indication text NOT NULL,
    severity text CHECK (severity IN ('low', 'moderate', 'high', 'very_high')),
    rarity text CHECK (rarity IN ('ultra_rare', 'rare', 'common')),
    patients int CHECK (patients > 0),
    certainty text CHECK (certainty IN ('very_low', 'low', 'moderate', 'high')),
    qaly_from int CHECK (qaly_from >= 0 AND qaly_from % 50000 = 0),
    qaly_to int CHECK (qaly_to > qaly_from AND qaly_to % 50000 = 0),
    willing_from int CHECK (willing_from >= 0 AND willing_from % 50000 = 0),
    willing_to int CHECK (willing_to > willing_from AND willing_to % 50000 = 0),
    contract text[] NOT NULL CHECK (contract <@ ARRAY['financial', 'outcome_based']),
    -- Kinds of clauses, only where the parties have agreed that they may be told.
    clauses text[] NOT NULL,
    clauses_told_by text NOT NULL CHECK (clauses = '{}' OR clauses_told_by <> ''),
    reasons text NOT NULL CHECK (reasons <> ''),
    is_public boolean NOT NULL,
    public_parts text[] NOT NULL CHECK (
        public_parts <@ ARRAY['grounds', 'economy', 'contract', 'reasons'] AND (is_public OR public_parts = '{}')),
    written_by_id uuid NOT NULL REFERENCES person,
    written_by text NOT NULL,
    written_at timestamptz NOT NULL,
    -- All words, and those that the public may find it by.
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_fold(
        medicine || ' ' || substance || ' ' || atc || ' ' || company || ' ' || left(indication, 5000) || ' ' || reasons)))
        STORED,
    public_search tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_fold(
        medicine || ' ' || substance || ' ' || atc || ' ' || company || ' ' || left(indication, 5000) || ' '
        || CASE WHEN 'reasons' = ANY (public_parts) THEN reasons ELSE '' END))) STORED,
    CHECK (qaly_from IS NOT NULL OR qaly_to IS NULL),
    CHECK (willing_from IS NOT NULL OR willing_to IS NULL),
    PRIMARY KEY (precedent_id, version),
    UNIQUE (precedent_id, version, written_by_id)
);

-- What another person than the writer has said of a version.
CREATE TABLE precedent_verdict (
    precedent_id uuid NOT NULL,
    version smallint NOT NULL,
    written_by_id uuid NOT NULL,
    approved boolean NOT NULL,
    reason text NOT NULL CHECK (approved OR reason <> ''),
    person_id uuid NOT NULL REFERENCES person CHECK (person_id <> written_by_id),
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (precedent_id, version),
    FOREIGN KEY (precedent_id, version, written_by_id)
        REFERENCES precedent_version (precedent_id, version, written_by_id)
);

CREATE TABLE precedent_withdrawal (
    precedent_id uuid NOT NULL,
    version smallint NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (precedent_id, version),
    FOREIGN KEY (precedent_id, version) REFERENCES precedent_verdict
);

-- The version that is told today: the newest approved one, unless it has been withdrawn.
CREATE TABLE precedent_current (
    precedent_id uuid PRIMARY KEY REFERENCES precedent,
    version smallint NOT NULL,
    case_id uuid NOT NULL,
    is_public boolean NOT NULL,
    approved_at timestamptz NOT NULL,
    FOREIGN KEY (precedent_id, version) REFERENCES precedent_version
);
CREATE INDEX precedent_current_case ON precedent_current (case_id);

-- Which decisions there are to write of.
CREATE INDEX event_decision ON event (case_id, seq DESC) WHERE action IN ('conclude_agreement', 'end_without_agreement',
    'negotiation_expires', 'decide_recommendation', 'confirm_recommendation');

GRANT SELECT, INSERT ON precedent, precedent_version, precedent_verdict, precedent_withdrawal TO nt_app;
GRANT SELECT ON precedent_current TO nt_app;

CREATE FUNCTION tell_precedent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.approved THEN
        INSERT INTO precedent_current (precedent_id, version, case_id, is_public, approved_at)
        SELECT v.precedent_id, v.version, p.case_id, v.is_public, NEW.at
        FROM precedent_version v JOIN precedent p ON p.id = v.precedent_id
        WHERE v.precedent_id = NEW.precedent_id AND v.version = NEW.version
        ON CONFLICT (precedent_id) DO UPDATE
        SET version = excluded.version, is_public = excluded.is_public, approved_at = excluded.approved_at
        WHERE precedent_current.version < excluded.version;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_precedent AFTER INSERT ON precedent_verdict FOR EACH ROW EXECUTE FUNCTION tell_precedent();

CREATE FUNCTION untell_precedent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM precedent_current c WHERE c.precedent_id = NEW.precedent_id AND c.version = NEW.version;
    RETURN NULL;
END
$$;
CREATE TRIGGER untell_precedent AFTER INSERT ON precedent_withdrawal FOR EACH ROW EXECUTE FUNCTION untell_precedent();
"""

_SECRETARIAT = "(SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}'))"

POLICIES = f"""
-- How much of precedents whoever acts may know: all of them, those that have been approved, or those that are public.
CREATE FUNCTION precedent_reach() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN acting_as_system() OR acting_in('{{secretariat,auditor}}') THEN 'all'
        WHEN acting_in('{{council_member,management,region_representative,tlv_assessor}}') THEN 'approved'
        ELSE 'public' END
$$;

-- Who has a conflict of interest in the case knows what everybody may.
ALTER TABLE precedent_current ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON precedent_current FOR SELECT USING (
    is_public OR ((SELECT precedent_reach()) <> 'public'
                  AND (NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id))));

ALTER TABLE precedent ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON precedent FOR SELECT USING (
    ((SELECT precedent_reach()) = 'all' AND (NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id)))
    OR EXISTS (SELECT FROM precedent_current c WHERE c.precedent_id = precedent.id));
CREATE POLICY made ON precedent FOR INSERT WITH CHECK ({_SECRETARIAT});

-- Whether whoever acts may know of a precedent also what has not been approved.
CREATE FUNCTION sees_whole_precedent(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN precedent_reach() = 'all' AND EXISTS (
        SELECT FROM precedent p WHERE p.id = wanted AND (NOT may_have_conflicts() OR NOT conflicted(p.case_id)));
END
$$;
ALTER TABLE precedent_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON precedent_version FOR SELECT USING (
    EXISTS (SELECT FROM precedent_current c
            WHERE c.precedent_id = precedent_version.precedent_id AND c.version = precedent_version.version)
    OR sees_whole_precedent(precedent_id));
CREATE POLICY written ON precedent_version FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ((SELECT acting_in('{{secretariat}}')) AND written_by_id = (SELECT acting_person())));

ALTER TABLE precedent_verdict ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON precedent_verdict FOR SELECT USING (sees_whole_precedent(precedent_id));
CREATE POLICY given ON precedent_verdict FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ((SELECT acting_in('{{secretariat}}')) AND person_id = (SELECT acting_person())));

ALTER TABLE precedent_withdrawal ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON precedent_withdrawal FOR SELECT USING (sees_whole_precedent(precedent_id));
CREATE POLICY withdrawn ON precedent_withdrawal FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ((SELECT acting_in('{{secretariat}}')) AND person_id = (SELECT acting_person())));
"""  # noqa: S608 - constants of this file

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "precedent": {"party": "id case_id process decision_seq decision decided_on"},
    "precedent_version": {
        "party": (
            "precedent_id version medicine substance atc company indication severity rarity patients certainty "
            "qaly_from qaly_to willing_from willing_to contract clauses reasons is_public public_parts search "
            "public_search"
        ),
        "internal": "clauses_told_by written_by_id written_by written_at",
    },
    "precedent_verdict": {
        "internal": "precedent_id version written_by_id approved reason person_id person at"
    },
    "precedent_withdrawal": {"internal": "precedent_id version reason person_id person at"},
    "precedent_current": {"party": "precedent_id version case_id is_public approved_at"},
}


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        DROP INDEX event_decision;
        DROP TABLE precedent_current, precedent_withdrawal, precedent_verdict, precedent_version, precedent CASCADE;
        DROP FUNCTION tell_precedent;
        DROP FUNCTION untell_precedent;
        DROP FUNCTION sees_whole_precedent;
        DROP FUNCTION precedent_reach;
    """)
