"""Declarations of interest, the conflicts they lead to, and the register's own history and imports.

Whether a person may take part in a case is asked here (`conflict_of_interest`) by every statement that reads or
writes one: what is declared is matched against the case as it is now, so that no stored answer can be out of date.
What matches and has not been decided blocks as a conflict does. Law: förvaltningslagen (2017:900) 16–18 §§.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INTERESTS = """
-- A company's name as it is compared: without accents, signs, legal form and country. `interests.rules` says the
-- same, and a test compares them.
CREATE FUNCTION company_key(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(trim(regexp_replace(search_fold(value), '[^a-z0-9]+', ' ', 'g')),
        '( (ab|publ|aktiebolag|as|a s|asa|aps|oy|oyj|ltd|limited|plc|inc|incorporated|corp|corporation|co|company|llc'
        '|lp|gmbh|ag|kg|kgaa|se|sa|s a|sas|sarl|srl|spa|s p a|bv|b v|nv|n v|sverige|sweden|nordic|nordics|norden'
        '|scandinavia|europe|international))+$', '');
-- A substance's names as they are compared: of a combination each part, and the Latin ending left out.
CREATE FUNCTION substance_keys(value text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(
        SELECT DISTINCT key FROM (
            SELECT regexp_replace(trim(regexp_replace(search_fold(part), '[^a-z0-9]+', ' ', 'g')), 'um$', '') AS key
            FROM regexp_split_to_table(value || ',' || translate(value, ',;/+', '    '), '[,;/+]') AS part) keys
        WHERE key <> '' ORDER BY key);

-- One a year, and one for each case. What is filed later takes the place of what was filed before, which stays.
CREATE TABLE declaration (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person,
    year smallint CHECK (year BETWEEN 2000 AND 2200),
    case_id uuid REFERENCES cases,
    nothing boolean NOT NULL,
    filed_at timestamptz NOT NULL,
    CHECK (num_nonnulls(year, case_id) = 1)
);
CREATE INDEX declaration_person ON declaration (person_id, case_id, id DESC);
CREATE INDEX declaration_case ON declaration (case_id, person_id) WHERE case_id IS NOT NULL;

CREATE TABLE interest (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    declaration_id bigint NOT NULL REFERENCES declaration,
    kind text NOT NULL CHECK (kind IN ('employment', 'ownership', 'assignment', 'research', 'relation', 'other')),
    company text NOT NULL,
    company_id uuid REFERENCES organisation,
    substance text NOT NULL,
    since date,
    until date CHECK (until >= since),
    description text NOT NULL,
    company_key text GENERATED ALWAYS AS (company_key(company)) STORED,
    substance_keys text[] GENERATED ALWAYS AS (substance_keys(substance)) STORED,
    -- What a decision has covered stays covered when the same is declared again.
    match_key text GENERATED ALWAYS AS (
        kind || '|' || company_key(company) || '|' || lower(substance) || '|' || md5(description)) STORED
);
CREATE INDEX interest_declaration ON interest (declaration_id);

-- Who decided that a person may or may not take part in a case, and which of the declared interests that was about.
CREATE TABLE conflict_decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    person_id uuid NOT NULL REFERENCES person,
    conflict boolean NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    covers text[] NOT NULL,
    decided_by uuid NOT NULL REFERENCES person,
    decider text NOT NULL,
    at timestamptz NOT NULL,
    CHECK (decided_by <> person_id)
);
CREATE INDEX conflict_decision_person ON conflict_decision (person_id, case_id, id DESC);
CREATE INDEX conflict_decision_case ON conflict_decision (case_id, id);

-- The interests in force that touch a case: of the latest yearly declaration those that hold on the day and name
-- its company or substance, of the latest declaration for the case all.
CREATE FUNCTION interests_touching(wanted uuid, who uuid, day date) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT i.id FROM interest i JOIN cases c ON c.id = wanted
    WHERE i.declaration_id = (
            SELECT max(d.id) FROM declaration d WHERE d.person_id = who AND d.case_id = wanted)
    UNION ALL
    SELECT i.id FROM interest i JOIN cases c ON c.id = wanted
    WHERE i.declaration_id = (
            SELECT max(d.id) FROM declaration d WHERE d.person_id = who AND d.case_id IS NULL)
      AND (i.since IS NULL OR i.since <= day) AND (i.until IS NULL OR i.until >= day)
      AND (i.company_id = c.company_id OR (i.company_key <> '' AND i.company_key = company_key(c.company))
           OR i.substance_keys && substance_keys(c.substance));
END $$;
-- Null: may take part. {}: a possible conflict that waits for its decision. Else who decided it, and when.
CREATE FUNCTION conflict_of_interest(wanted uuid, who uuid, day date) RETURNS jsonb LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    latest conflict_decision;
BEGIN
    SELECT * INTO latest FROM conflict_decision d
    WHERE d.case_id = wanted AND d.person_id = who ORDER BY d.id DESC LIMIT 1;
    IF latest.conflict THEN
        RETURN jsonb_build_object('by', latest.decider, 'on', (latest.at AT TIME ZONE 'Europe/Stockholm')::date);
    END IF;
    IF NOT EXISTS (SELECT FROM declaration d WHERE d.person_id = who AND NOT d.nothing) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM interests_touching(wanted, who, day) AS touching JOIN interest i ON i.id = touching
        WHERE NOT EXISTS (
            SELECT FROM conflict_decision d
            WHERE d.case_id = wanted AND d.person_id = who AND NOT d.conflict AND i.match_key = ANY (d.covers))
    ) THEN
        RETURN '{}';
    END IF;
    RETURN NULL;
END $$;
-- Asked once in a statement; only for the few who have declared anything is each row asked about.
CREATE FUNCTION may_have_conflicts() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM declaration d WHERE d.person_id = acting_person() AND NOT d.nothing)
        OR EXISTS (SELECT FROM conflict_decision d WHERE d.person_id = acting_person())
$$;
CREATE FUNCTION conflicted(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN conflict_of_interest(wanted, acting_person(), acting_day()) IS NOT NULL;
END $$;
-- Who may not take part in a case today, whoever asks: names and whether it has been decided, never why.
CREATE FUNCTION conflicts_in(wanted uuid, day date) RETURNS TABLE (person_id uuid, conflict jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT who.id, found.conflict
    FROM (SELECT d.person_id AS id FROM conflict_decision d WHERE d.case_id = wanted
          UNION SELECT d.person_id FROM declaration d WHERE NOT d.nothing) who
    CROSS JOIN LATERAL (SELECT conflict_of_interest(wanted, who.id, day) AS conflict) found
    WHERE found.conflict IS NOT NULL
$$;

GRANT SELECT, INSERT ON declaration, interest, conflict_decision TO nt_app;

ALTER TABLE declaration ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON declaration FOR SELECT USING (
    (SELECT acting_as_system()) OR person_id = (SELECT acting_person()) OR (SELECT acting_in('{secretariat}')));
CREATE POLICY filed ON declaration FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR person_id = (SELECT acting_person()));
ALTER TABLE interest ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON interest FOR SELECT USING (
    EXISTS (SELECT FROM declaration d WHERE d.id = interest.declaration_id));
CREATE POLICY filed ON interest FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM declaration d WHERE d.id = interest.declaration_id
            AND ((SELECT acting_as_system()) OR d.person_id = (SELECT acting_person()))));
ALTER TABLE conflict_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON conflict_decision FOR SELECT USING (
    (SELECT is_council_side()) OR person_id = (SELECT acting_person()));
CREATE POLICY decided ON conflict_decision FOR INSERT WITH CHECK (
    (SELECT acting_as_system())
    OR ((SELECT acting_in('{secretariat}')) AND person_id <> (SELECT acting_person())
        AND decided_by = (SELECT acting_person())));

CREATE POLICY no_conflict ON document AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY no_conflict ON application AS RESTRICTIVE FOR SELECT USING (
    case_id IS NULL OR NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY no_conflict ON consultation AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY no_conflict ON event AS RESTRICTIVE FOR SELECT USING (
    kind <> 'note' OR NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));

CREATE UNIQUE INDEX notice_declaration_once ON notice (person_id, subject) WHERE kind = 'declaration_missing';
"""

ADMINISTRATION = """
-- Who changed what about people, organisations and their memberships. Nobody changes it.
CREATE TABLE administrative_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    -- Nobody is the operator's command.
    actor_id uuid REFERENCES person,
    actor text NOT NULL,
    person_id uuid REFERENCES person,
    organisation_id uuid REFERENCES organisation,
    what text NOT NULL CHECK (what <> ''),
    old text NOT NULL DEFAULT '',
    new text NOT NULL DEFAULT '',
    CHECK (num_nonnulls(person_id, organisation_id) >= 1)
);
CREATE INDEX administrative_change_person ON administrative_change (person_id, id DESC);
CREATE INDEX administrative_change_organisation ON administrative_change (organisation_id, id DESC);
GRANT SELECT, INSERT ON administrative_change TO nt_app;
ALTER TABLE administrative_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY noted ON administrative_change FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON administrative_change FOR SELECT USING (
    (SELECT acting_as_system()) OR (SELECT acting_in('{administrator,secretariat,auditor}')));

-- A file of people that was handed in: shown first, then carried out as a whole.
CREATE TABLE person_import (
    id uuid PRIMARY KEY,
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    uploaded_by uuid NOT NULL REFERENCES person,
    uploaded_at timestamptz NOT NULL,
    done_by uuid REFERENCES person,
    done_at timestamptz,
    counts jsonb,
    CHECK ((done_at IS NULL) = (counts IS NULL))
);
CREATE INDEX person_import_at ON person_import (uploaded_at DESC);
GRANT SELECT, INSERT, UPDATE ON person_import TO nt_app;
ALTER TABLE person_import ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON person_import USING (
    (SELECT acting_as_system()) OR (SELECT acting_in('{administrator}')));
CREATE POLICY of_people ON file_part FOR SELECT USING (
    (SELECT acting_in('{administrator}'))
    AND EXISTS (SELECT FROM person_import i WHERE i.sha256 = file_part.sha256));

-- Mail as an administrator follows it: to whom, of which kind, how far it has come. Never what it says.
CREATE FUNCTION mail_log(q text, wanted text, most int, skipped int)
RETURNS TABLE (source text, id text, person_id uuid, name text, email text, kind text, made_at timestamptz,
               state text, attempts int, mailed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH receiver AS MATERIALIZED (
        SELECT p.id, p.name, p.email FROM person p
        WHERE (acting_as_system() OR acting_in('{administrator}'))
          AND (q = '' OR search_fold(p.name || ' ' || p.email) LIKE '%' || search_fold(q) || '%')
    ), notices AS (
        SELECT 'notice'::text, n.id::text, r.id, r.name, r.email, n.kind, n.created_at, n.mail, n.mail_attempts,
               n.mailed_at
        FROM notice n JOIN receiver r ON r.id = n.person_id
        WHERE n.mail IN ('pending', 'sent', 'failed') AND wanted IN ('', n.mail)
        ORDER BY n.id DESC LIMIT most + skipped
    ), links AS (
        SELECT 'link'::text, l.id::text, r.id, r.name, r.email, l.purpose, l.made_at, found.state,
               l.mail_attempts::int, l.mailed_at
        FROM one_time_link l JOIN receiver r ON r.id = l.person_id
        CROSS JOIN LATERAL (SELECT CASE WHEN l.mailed_at IS NOT NULL THEN 'sent' WHEN l.mail_after IS NOT NULL THEN 'pending'
            WHEN l.used_at IS NOT NULL THEN 'ended' ELSE 'failed' END AS state) found
        WHERE wanted IN ('', found.state)
        ORDER BY l.made_at DESC LIMIT most + skipped
    )
    SELECT * FROM notices UNION ALL SELECT * FROM links ORDER BY 7 DESC, 2 DESC LIMIT most OFFSET skipped
$$;
CREATE FUNCTION retry_mail(wanted bigint, at timestamptz) RETURNS boolean LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    WITH again AS (
        UPDATE notice SET mail = 'pending', mail_attempts = 0, mail_after = at
        WHERE id = wanted AND mail = 'failed' AND (acting_as_system() OR acting_in('{administrator}'))
        RETURNING id)
    SELECT EXISTS (SELECT FROM again)
$$;
"""

_CLASSES = {
    "declaration": {"secret": "id person_id year case_id nothing filed_at"},
    "interest": {
        "secret": (
            "id declaration_id kind company company_id substance since until description company_key "
            "substance_keys match_key"
        ),
    },
    "conflict_decision": {
        "internal": "id case_id person_id conflict decided_by decider at",
        "secret": "reason covers",
    },
    "administrative_change": {"internal": "id at actor_id actor person_id organisation_id what old new"},
    "person_import": {
        "internal": "id filename sha256 uploaded_by uploaded_at done_by done_at counts",
    },
}
_WHAT = {
    "description": "what the person has told of an interest; the person and the secretariat",
    "reason": "why a conflict was decided; the person and the secretariat",
    "covers": "which declared interests a decision was about",
}


def upgrade() -> None:
    op.execute(INTERESTS + ADMINISTRATION)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                what = f": {_WHAT[column]}" if column in _WHAT else ""
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}{what}'")


def downgrade() -> None:
    op.execute("""
        DROP FUNCTION retry_mail(bigint, timestamptz), mail_log(text, text, int, int);
        DROP POLICY of_people ON file_part;
        DROP TABLE person_import, administrative_change;
        DELETE FROM notice WHERE kind = 'declaration_missing';
        DROP INDEX notice_declaration_once;
        DROP POLICY no_conflict ON event; DROP POLICY no_conflict ON document; DROP POLICY no_conflict ON application;
        DROP POLICY no_conflict ON consultation;
        DROP FUNCTION conflicts_in(uuid, date), conflicted(uuid), may_have_conflicts(),
            conflict_of_interest(uuid, uuid, date), interests_touching(uuid, uuid, date);
        DROP TABLE conflict_decision, interest, declaration;
        DROP FUNCTION substance_keys(text), company_key(text);
    """)
