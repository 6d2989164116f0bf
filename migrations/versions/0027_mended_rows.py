"""The second wall once more: what a log tells outside the council, whose a file is, what a case may be changed to.

A case's row is written by every action, also a company's or a region's, so that no policy can say which of its
columns they may change; triggers that fire for nothing else do.
"""

from alembic import op

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None

_OF_ROUNDS = ("consultation_answer", "consultation_extension", "consultation_question")
_WITH_FILES = (
    "document",
    "application_document.public_sha256",
    "application_document.secret_sha256",
    "case_message_file",
    "consultation_attachment",
)

EVENTS = """
-- As `cases.page` shows the log: outside the council notes, decisions on conflicts, what became of a file and
-- consultations are not told, a document only to its readers, a message only to the company.
CREATE POLICY told ON event AS RESTRICTIVE FOR SELECT USING (
    (SELECT is_council_side()) OR CASE
        WHEN kind = 'document_added' THEN body -> 'inputs' ->> 'visibility' = 'party'
            OR (body -> 'inputs' ->> 'visibility' = 'regions' AND (SELECT acting_in('{region_representative}')))
        WHEN kind = 'message_sent' THEN (SELECT acting_in('{company_contact}'))
        ELSE kind NOT IN ('note', 'conflict_decided', 'document_stopped') AND NOT starts_with(kind, 'consultation_') END);
"""

CASES = """
-- A case's company and what it is known by are not changed by an action.
CREATE FUNCTION has_things_of_its_company(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT is_council_side() AND (EXISTS (SELECT FROM case_message m WHERE m.case_id = wanted)
        OR EXISTS (SELECT FROM application a WHERE a.case_id = wanted AND a.status <> 'withdrawn')
        OR EXISTS (SELECT FROM document d WHERE d.case_id = wanted AND d.visibility = 'party')
        OR EXISTS (SELECT FROM meeting_slot s WHERE s.case_id = wanted)
        OR EXISTS (SELECT FROM event e WHERE e.case_id = wanted AND e.role = 'company_contact'))
$$;
CREATE FUNCTION keep_company() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_council_side() THEN
        RAISE EXCEPTION 'only the council changes the company of a case' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.company_id IS NOT NULL AND NOT acting_as_system() AND has_things_of_its_company(OLD.id) THEN
        RAISE EXCEPTION 'the case has things of its company' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_company BEFORE UPDATE OF company_id ON cases FOR EACH ROW
    WHEN (OLD.company_id IS DISTINCT FROM NEW.company_id) EXECUTE FUNCTION keep_company();
CREATE FUNCTION only_with_its_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The tables' owner is bound by nothing.
    IF acting_as_system() OR current_user = (SELECT tableowner FROM pg_tables WHERE tablename = 'cases') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a case changes only with an event in its log' USING ERRCODE = 'insufficient_privilege';
END $$;
-- The condition costs an action nothing: it holds for what is written beside the log alone.
CREATE TRIGGER cases_with_log BEFORE UPDATE ON cases FOR EACH ROW
    WHEN (NEW.version <> OLD.version + 1 OR NEW.head_hash = OLD.head_hash OR NEW.id <> OLD.id OR NEW.number <> OLD.number
        OR NEW.process <> OLD.process)
    EXECUTE FUNCTION only_with_its_log();

DROP POLICY seen ON meeting_slot;
CREATE POLICY seen ON meeting_slot FOR SELECT USING ((SELECT sees_every_case()) OR EXISTS (
    SELECT FROM cases c WHERE c.id = meeting_slot.case_id
      AND c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));
CREATE POLICY kept ON meeting_slot USING ((SELECT is_council_side()) OR EXISTS (
    SELECT FROM cases c WHERE c.id = meeting_slot.case_id
      AND c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));

-- Of a case that the reader does not see there is nothing to say.
CREATE OR REPLACE FUNCTION document_kinds(wanted uuid) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_every_case() AND NOT EXISTS (
        SELECT FROM cases c WHERE c.id = wanted AND sees_as_party(c.id, c.company_id, c.process)) THEN
        RETURN '{}';
    END IF;
    RETURN (SELECT coalesce(array_agg(DISTINCT d.kind), '{}') FROM document d
        WHERE d.case_id = wanted AND NOT EXISTS (
            SELECT FROM examination x WHERE x.sha256 = d.sha256 AND x.state = 'quarantined'));
END $$;
CREATE OR REPLACE FUNCTION cases_with_words(prefixes text, words text, most int) RETURNS SETOF uuid LANGUAGE sql
STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 200 AS $$
    SELECT c.id FROM cases c WHERE c.search @@ (to_tsquery('simple', prefixes) || plainto_tsquery('swedish', words))
      AND ((SELECT sees_every_case())
        OR c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])
        OR ((SELECT acting_in('{tlv_assessor}')) AND concerns_tlv(c.id, c.process)))
    LIMIT most
$$;
"""

FILES = """
-- Stores a file's name among the known ones and notes until the transaction ends that whoever acts had its bytes.
-- True: it is new, and its parts are to be stored as well.
CREATE FUNCTION keep_file(digest text, bytes bigint, type text, at timestamptz) RETURNS boolean LANGUAGE plpgsql
AS $$
DECLARE
    stored int;
BEGIN
    INSERT INTO file_content (sha256, size, media_type, stored_at) VALUES (digest, bytes, type, at)
    -- To name the column would be to read it, and whoever hands in what another has stored may not.
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS stored = ROW_COUNT;
    PERFORM set_config('nt.held', concat_ws(' ', nullif(current_setting('nt.held', true), ''), digest), true);
    RETURN stored = 1;
END $$;
CREATE FUNCTION reads_file(digest text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN acting_as_system() OR EXISTS (SELECT FROM file_part p WHERE p.sha256 = digest AND p.part = 0);
END $$;
-- A row may name a file that whoever acts has handed in or may read, and no other: it would open the file to them.
CREATE FUNCTION may_name_file(digest text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN digest IS NULL OR digest = ANY (string_to_array(current_setting('nt.held', true), ' ')) OR reads_file(digest);
END $$;
ALTER TABLE file_content ENABLE ROW LEVEL SECURITY;
CREATE POLICY stored ON file_content FOR INSERT WITH CHECK (true);
-- What waits or was stopped is listed with its size where the document is, though its bytes are given to nobody.
CREATE POLICY of_parts ON file_content FOR SELECT USING (
    (SELECT acting_as_system()) OR reads_file(sha256)
    OR EXISTS (SELECT FROM document d WHERE d.sha256 = file_content.sha256));
"""

APPLICATIONS = """
-- When somebody's part in a company ends, an application that they alone coordinated is not left without anybody:
-- whoever ends it takes over, or an administrator of the company, or else another contact; and is told.
CREATE FUNCTION hand_over_applications() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    heir uuid;
    mail_to text;
    left_alone uuid;
BEGIN
    IF NEW.valid_to >= acting_day() THEN
        RETURN NULL;
    END IF;
    SELECT m.person_id, p.mail INTO heir, mail_to FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = NEW.organisation_id AND m.role = 'company_contact' AND m.person_id <> NEW.person_id
      AND p.disabled_at IS NULL AND m.valid_from <= acting_day() AND (m.valid_to IS NULL OR m.valid_to >= acting_day())
    ORDER BY m.person_id = acting_person() DESC NULLS LAST, EXISTS (
        SELECT FROM membership a WHERE a.person_id = m.person_id AND a.organisation_id = m.organisation_id
          AND a.role = 'company_administrator' AND a.valid_from <= acting_day()
          AND (a.valid_to IS NULL OR a.valid_to >= acting_day())) DESC, m.valid_from, m.person_id LIMIT 1;
    IF heir IS NULL THEN
        RETURN NULL;
    END IF;
    FOR left_alone IN
        SELECT a.id FROM application a JOIN application_member m ON m.application_id = a.id
        WHERE a.company_id = NEW.organisation_id AND a.status <> 'withdrawn' AND m.person_id = NEW.person_id
          AND m.role = 'coordinator' AND m.removed_at IS NULL AND NOT EXISTS (
            SELECT FROM application_member o JOIN membership h ON h.person_id = o.person_id
            WHERE o.application_id = a.id AND o.role = 'coordinator' AND o.removed_at IS NULL
              AND o.person_id <> NEW.person_id AND h.organisation_id = a.company_id AND h.role = 'company_contact'
              AND h.valid_from <= acting_day() AND (h.valid_to IS NULL OR h.valid_to >= acting_day()))
    LOOP
        INSERT INTO application_member (application_id, person_id, role, added_at)
        VALUES (left_alone, heir, 'coordinator', now())
        ON CONFLICT (application_id, person_id) DO UPDATE SET role = 'coordinator', removed_at = NULL;
        UPDATE application_member SET removed_at = now() WHERE application_id = left_alone AND person_id = NEW.person_id;
        UPDATE application SET contact_id = heir WHERE id = left_alone AND contact_id = NEW.person_id;
        INSERT INTO notice (person_id, kind, subject, created_at, mail, mail_after)
        VALUES (heir, 'application_joined', left_alone::text, now(),
            CASE mail_to WHEN 'each' THEN 'pending' ELSE mail_to END, now());
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER membership_ended AFTER UPDATE OF valid_to ON membership FOR EACH ROW
    WHEN (NEW.role = 'company_contact' AND NEW.valid_to IS NOT NULL) EXECUTE FUNCTION hand_over_applications();
"""

INTERESTS = """
-- The words that tell a company from others: of its name as it is compared, without those that many have.
-- `interests.rules` says the same, and a test compares them.
CREATE FUNCTION company_words(value text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(
        SELECT DISTINCT word FROM regexp_split_to_table(company_key(value), ' ') AS word
        WHERE length(word) > 2 AND word NOT IN ('and', 'och', 'the', 'for', 'pharma', 'pharmaceutical', 'pharmaceuticals',
            'farma', 'lakemedel', 'medical', 'medicin', 'medicine', 'medicines', 'med', 'health', 'healthcare', 'care', 'bio',
            'biotech', 'biopharma', 'biologics', 'life', 'science', 'sciences', 'therapeutics', 'laboratories', 'labs', 'lab',
            'group', 'holding', 'holdings', 'global', 'research', 'products', 'sverige', 'sweden', 'swedish', 'svenska',
            'nordic', 'nordics', 'norden', 'scandinavia', 'europe', 'european', 'international', 'publ', 'aktiebolag',
            'limited', 'ltd', 'inc', 'corporation', 'company', 'gmbh')
        ORDER BY word);
-- Whether two names may be one company's: equal, or the telling words of the one are all among those of the other.
CREATE FUNCTION may_be_same_company(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (company_key(one) <> '' AND company_key(one) = company_key(other))
        OR (cardinality(company_words(one)) > 0 AND cardinality(company_words(other)) > 0
            AND (company_words(one) <@ company_words(other) OR company_words(one) @> company_words(other)));

-- The interests in force that touch a case: of the latest yearly declaration, and of those before it that held when
-- the case had been opened; of the declarations for the case all. What somebody leaves out of a later declaration
-- is decided by others: it goes on to touch, and blocks until a decision has covered it.
CREATE OR REPLACE FUNCTION interests_touching(wanted uuid, who uuid, day date) RETURNS SETOF bigint LANGUAGE plpgsql
STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT i.id FROM interest i JOIN declaration d ON d.id = i.declaration_id
    WHERE d.person_id = who AND d.case_id = wanted
      AND (d.id = (SELECT max(l.id) FROM declaration l WHERE l.person_id = who AND l.case_id = wanted)
           OR NOT is_covered(wanted, who, i.match_key))
    UNION ALL
    SELECT i.id FROM interest i JOIN declaration d ON d.id = i.declaration_id JOIN cases c ON c.id = wanted
    LEFT JOIN LATERAL (SELECT min(l.filed_at) AS at FROM declaration l
        WHERE l.person_id = who AND l.case_id IS NULL AND l.id > d.id) later ON true
    WHERE d.person_id = who AND d.case_id IS NULL
      AND (i.since IS NULL OR i.since <= day) AND (i.until IS NULL OR i.until >= day)
      AND (i.company_id = c.company_id OR may_be_same_company(i.company, c.company)
           OR i.substance_keys && substance_keys(c.substance))
      AND (later.at IS NULL OR (NOT is_covered(wanted, who, i.match_key)
           AND later.at >= (SELECT e.at FROM event e WHERE e.case_id = wanted AND e.seq = 1)));
END $$;
CREATE FUNCTION is_covered(wanted uuid, who uuid, key text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM conflict_decision d
        WHERE d.case_id = wanted AND d.person_id = who AND key = ANY (d.covers))
$$;
"""

DOWNGRADE = """
DROP TRIGGER membership_ended ON membership;
DROP FUNCTION hand_over_applications();
DROP POLICY told ON event;
DROP TRIGGER cases_with_log ON cases;
DROP TRIGGER cases_company ON cases;
DROP FUNCTION only_with_its_log(), keep_company(), has_things_of_its_company(uuid);
DROP POLICY kept ON meeting_slot;
DROP POLICY seen ON meeting_slot;
CREATE POLICY seen ON meeting_slot USING ((SELECT sees_every_case()) OR EXISTS (
    SELECT FROM cases c WHERE c.id = meeting_slot.case_id
      AND c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));
DROP POLICY no_conflict ON consultation_disposition;
DROP POLICY of_parts ON file_content;
DROP POLICY stored ON file_content;
ALTER TABLE file_content DISABLE ROW LEVEL SECURITY;
DROP FUNCTION may_name_file(text), reads_file(text), keep_file(text, bigint, text, timestamptz);
CREATE OR REPLACE FUNCTION document_kinds(wanted uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT d.kind), '{}') FROM document d
    WHERE d.case_id = wanted AND NOT EXISTS (
        SELECT FROM examination x WHERE x.sha256 = d.sha256 AND x.state = 'quarantined')
$$;
CREATE OR REPLACE FUNCTION cases_with_words(prefixes text, words text, most int) RETURNS SETOF uuid LANGUAGE sql
STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 200 AS $$
    SELECT c.id FROM cases c WHERE c.search @@ (to_tsquery('simple', prefixes) || plainto_tsquery('swedish', words))
    LIMIT most
$$;
CREATE OR REPLACE FUNCTION interests_touching(wanted uuid, who uuid, day date) RETURNS SETOF bigint LANGUAGE plpgsql
STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
DROP FUNCTION is_covered(uuid, uuid, text), may_be_same_company(text, text), company_words(text);
"""


def upgrade() -> None:
    op.execute(EVENTS + CASES + FILES + APPLICATIONS + INTERESTS)
    # Whoever may take no part in a case reads nothing of a round on it: the round itself is hidden (0015, 0019).
    for table in _OF_ROUNDS:
        op.execute(f"""
            CREATE POLICY no_conflict ON {table} AS RESTRICTIVE FOR SELECT USING (
                NOT (SELECT may_have_conflicts())
                OR EXISTS (SELECT FROM consultation c WHERE c.id = {table}.consultation_id));
        """)  # noqa: S608 - constants of this file
    op.execute("""
        CREATE POLICY no_conflict ON consultation_disposition AS RESTRICTIVE FOR SELECT USING (
            NOT (SELECT may_have_conflicts())
            OR EXISTS (SELECT FROM consultation_reply r WHERE r.id = consultation_disposition.reply_id));
    """)
    for place in _WITH_FILES:
        table, _, column = place.partition(".")
        column = column or "sha256"
        op.execute(f"""
            CREATE POLICY held_{column} ON {table} AS RESTRICTIVE FOR INSERT WITH CHECK (may_name_file({column}));
        """)
    # Which file they are of stays as it was.
    op.execute("""
        REVOKE UPDATE ON application_document, consultation_attachment FROM nt_app;
        GRANT UPDATE (filing_id, removed_at) ON application_document TO nt_app;
        GRANT UPDATE (tier, removed_at, sent, stands) ON consultation_attachment TO nt_app;
    """)


def downgrade() -> None:
    op.execute("GRANT UPDATE ON application_document, consultation_attachment TO nt_app")
    for place in _WITH_FILES:
        table, _, column = place.partition(".")
        op.execute(f"DROP POLICY held_{column or 'sha256'} ON {table}")
    for table in _OF_ROUNDS:
        op.execute(f"DROP POLICY no_conflict ON {table}")
    op.execute(DOWNGRADE)
