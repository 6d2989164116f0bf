"""Rights in the database: who acts, what they see of each row, and the class of every column.

The second wall. Queries already leave out what their reader may not see; here the database does so again,
knowing only who acts (`nt.person`) and which day it is (`nt.day`). Roles are those of `engine.definition` and
`identity.actor`; a test compares them. The tables' owner is not bound by the policies, and the application
refuses to run as the owner.
"""

from collections.abc import Mapping

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROLES = """
ALTER TABLE membership DROP CONSTRAINT membership_role_check;
ALTER TABLE membership ADD CONSTRAINT membership_role_check CHECK (role IN ('secretariat', 'council_member',
    'region_representative', 'company_contact', 'company_administrator', 'tlv_assessor', 'expert',
    'patient_representative', 'management', 'auditor', 'administrator'));
"""

# Each is asked once in a statement, as (SELECT f()). They say nothing to whoever acts as nobody.
FUNCTIONS = """
CREATE FUNCTION acting_as_system() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('nt.person', true), '') = 'system'
$$;
CREATE FUNCTION acting_person() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN NOT acting_as_system() THEN nullif(current_setting('nt.person', true), '')::uuid END
$$;
CREATE FUNCTION acting_day() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('nt.day', true), '')::date, (now() AT TIME ZONE 'Europe/Stockholm')::date)
$$;
CREATE FUNCTION acting_in(roles text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id
        WHERE m.person_id = acting_person() AND m.role = ANY (roles) AND p.disabled_at IS NULL
          AND m.valid_from <= acting_day() AND (m.valid_to IS NULL OR m.valid_to >= acting_day()))
$$;
CREATE FUNCTION acting_organisations(roles text[] DEFAULT NULL) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT m.organisation_id), '{}') FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.person_id = acting_person() AND (roles IS NULL OR m.role = ANY (roles)) AND p.disabled_at IS NULL
      AND m.valid_from <= acting_day() AND (m.valid_to IS NULL OR m.valid_to >= acting_day())
$$;
CREATE FUNCTION is_council_side() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT acting_as_system()
        OR acting_in('{secretariat,council_member,management,auditor,administrator}')
$$;
-- Asked by each policy of each statement. The first answer is kept in `nt.sees` until the transaction ends, with whom
-- and which day it is for, so that it serves nobody else.
CREATE FUNCTION sees_every_case() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    whose text := concat(current_setting('nt.person', true), ' ', current_setting('nt.day', true), ' ');
    kept text := current_setting('nt.sees', true);
BEGIN
    IF kept IS NULL OR left(kept, -1) <> whose THEN
        kept := concat(whose, (acting_as_system() OR acting_in(
            '{secretariat,council_member,management,auditor,administrator,region_representative}'))::int);
        PERFORM set_config('nt.sees', kept, true);
    END IF;
    RETURN right(kept, 1) = '1';
END
$$;

-- TLV has part in every case of the benefit scheme, which it decides itself, and elsewhere once a limit tells TLV.
-- Asked by policies, which may not ask each other in a circle.
CREATE FUNCTION concerns_tlv(wanted uuid, process text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT process = 'forman'
        OR EXISTS (SELECT FROM clock k WHERE k.case_id = wanted AND 'tlv_assessor' = ANY (k.notify))
$$;
-- The questions of the parties are asked in functions: a question inside a policy is made ready in every statement, also
-- in the many that never ask it.
CREATE FUNCTION sees_as_party(wanted uuid, company uuid, process text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN company = ANY (acting_organisations('{company_contact}'))
        OR (acting_in('{tlv_assessor}') AND concerns_tlv(wanted, process));
END
$$;
CREATE FUNCTION sees_case(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM cases c WHERE c.id = wanted);
END
$$;
-- What a decision needs to know, whoever takes it: the kinds of a case's documents, and nothing else of them.
CREATE FUNCTION document_kinds(wanted uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT d.kind), '{}') FROM document d WHERE d.case_id = wanted
$$;
-- Ids of the cases that have the words. The index of words cannot serve a statement that is bound by a policy;
-- the statement that asks is bound by it all the same, so an id of what one may not see leads nowhere.
CREATE FUNCTION cases_with_words(prefixes text, words text, most int) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp ROWS 200 AS $$
    SELECT c.id FROM cases c WHERE c.search @@ (to_tsquery('simple', prefixes) || plainto_tsquery('swedish', words))
    LIMIT most
$$;
"""

POLICIES = """
ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON cases USING ((SELECT sees_every_case()) OR sees_as_party(id, company_id, process));

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON event USING (
    (SELECT sees_every_case()) OR sees_case(case_id));
ALTER TABLE clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON clock USING (
    (SELECT sees_every_case()) OR sees_case(case_id));

-- internal: the council; regions: also the regions; party: everyone who sees the case.
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON document FOR SELECT USING (
    (SELECT is_council_side())
    OR (visibility IN ('regions', 'party') AND (SELECT acting_in('{region_representative}')))
    OR (visibility = 'party' AND sees_case(case_id)));
CREATE POLICY added ON document FOR INSERT WITH CHECK (sees_case(case_id));

-- The bytes of a file are read through what they belong to. Each kind of thing that has files adds a policy.
ALTER TABLE file_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY stored ON file_part FOR INSERT WITH CHECK (true);
CREATE POLICY of_the_system ON file_part FOR SELECT USING ((SELECT acting_as_system()));
CREATE POLICY of_documents ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM document d WHERE d.sha256 = file_part.sha256));
CREATE POLICY of_imports ON file_part FOR SELECT USING (
    ((SELECT sees_every_case()) OR (SELECT acting_in('{tlv_assessor}')))
    AND EXISTS (SELECT FROM horizon_import i WHERE i.sha256 = file_part.sha256));

-- Notices are read by the one they are to; a command that concerns others writes theirs.
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY told ON notice FOR INSERT WITH CHECK (true);
CREATE POLICY own ON notice FOR SELECT USING ((SELECT acting_as_system()) OR person_id = (SELECT acting_person()));
CREATE POLICY read ON notice FOR UPDATE USING ((SELECT acting_as_system()) OR person_id = (SELECT acting_person()));

-- The results of background work are reports over all cases.
ALTER TABLE job ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON job USING ((SELECT is_council_side()));

-- An attempt to do what one may not, as it was refused. Nobody changes it.
CREATE TABLE denial (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    person_id uuid REFERENCES person,
    person text NOT NULL,
    organisation text NOT NULL,
    endpoint text NOT NULL,
    method text NOT NULL,
    object text NOT NULL CHECK (length(object) <= 200),
    reason text NOT NULL
);
CREATE INDEX denial_at ON denial (at DESC, id DESC);
CREATE INDEX denial_person ON denial (person_id, at DESC);
GRANT SELECT, INSERT ON denial TO nt_app;
ALTER TABLE denial ENABLE ROW LEVEL SECURITY;
CREATE POLICY noted ON denial FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON denial FOR SELECT USING ((SELECT is_council_side()));
"""

# Whom each column may be told to: public: anyone; internal: the council's side and who works in the system; party:
# only the council and the parties concerned; secret: only a named circle. Of passwords, codes and tokens only hashes
# are stored, and of an app's secret only what the installation's key has encrypted.
_CLASSES: Mapping[str, Mapping[str, str]] = {
    "api_token": {
        "internal": "id person_id token_hash created_at revoked_at",
    },
    "attempt": {
        "internal": "kind account place tries last_at",
    },
    "authenticator": {
        "internal": "person_id secret last_step confirmed_at",
    },
    "cases": {
        "public": "number process workflow_version workflow_sha256 phase",
        "internal": "id terminal owner_id owner assignees horizon_item_id head_hash",
        "party": (
            "version state waits_for state_since opened_on last_day returns_to medicine substance atc "
            "indication company_id company orphan oncology approval_type authorised_on "
            "exclusivity_ends outcome next_due next_target search"
        ),
    },
    "clock": {
        "party": (
            "case_id position kind number basis started_on limit_days target_days rolls suspensions "
            "extensions offer stopped_on expired due target_due ladder notify escalate remind_rung "
            "remind_on"
        ),
    },
    "command": {
        "internal": "person_id key fingerprint case_id seq at",
    },
    "denial": {
        "internal": "id at person_id person organisation endpoint method object reason",
    },
    "document": {
        "party": "id case_id kind title filename sha256 visibility added_by added_at",
    },
    "event": {
        "party": (
            "case_id seq kind at day actor_id actor organisation role action state body prev_hash hash"
        ),
    },
    "federated_identity": {
        "internal": "issuer subject person_id created_at",
    },
    "file_content": {
        "internal": "sha256 size media_type stored_at",
    },
    "file_part": {
        "internal": "sha256 part",
        "party": "data",
    },
    "heartbeat": {
        "internal": "process at",
    },
    "horizon_change": {
        "internal": "item_id import_id field old new applied",
    },
    "horizon_decision": {
        "internal": "id item_id kind reason other_item case_number person_id person at",
    },
    "horizon_import": {
        "internal": (
            "id filename sha256 made_at uploaded_by uploaded_at imported_by imported_at created "
            "updated unchanged rejected"
        ),
    },
    "horizon_item": {
        "internal": (
            "id status status_at merged_into version product_key names medicine product_number "
            "substance atc therapeutic_area indication company agency_status orphan oncology "
            "approval_type opinion_on authorised_on expected_on expected_by source first_import "
            "last_import seen_at changed_at search"
        ),
    },
    "job": {
        "internal": "id kind key state asked_at run_after attempts fault finished_at",
        "party": "params result",
    },
    "market_change": {
        "internal": (
            "id entry_id procurement_id ladder_kind county_code field old new reason person_id person at"
        ),
    },
    "market_commitment": {
        "internal": "procurement_id county_code volume withdrawn person at",
    },
    "market_entry": {
        "internal": (
            "id version kind medicine substance atc company indication day certainty source note "
            "case_id removed_at remind_months remind_on search"
        ),
    },
    "market_ladder": {
        "internal": "kind months told version",
    },
    "market_procurement": {
        "internal": (
            "id version name substance atc scope status lead unit volume sign_up_until advertised_on "
            "agreement_from agreement_to note search"
        ),
    },
    "membership": {
        "internal": "id person_id organisation_id role valid_from valid_to",
    },
    "notice": {
        "party": (
            "id person_id case_id kind subject clock rung due late params created_at read_at mail "
            "mail_after mail_attempts mailed_at"
        ),
    },
    "number_series": {
        "internal": "year last",
    },
    "one_time_link": {
        "internal": (
            "id token_hash person_id purpose made_at expires_at used_at mail_after mail_attempts mailed_at"
        ),
    },
    "organisation": {
        "public": "kind name county_code",
        "internal": "id identifier",
    },
    "passkey": {
        "internal": "id person_id credential_id public_key sign_count name created_at last_used_at",
    },
    "person": {
        "internal": "id email name password_hash language mail calendar_token_hash created_at disabled_at",
    },
    "provider_request": {
        "internal": "state_hash nonce code_verifier next made_at",
    },
    "recovery_code": {
        "internal": "person_id code_hash used_at",
    },
    "saved_view": {
        "internal": "id person_id name query",
    },
    "session": {
        "internal": (
            "id token_hash person_id began_at last_seen_at confirmed_at strong pending client address "
            "challenge challenge_at ended_at"
        ),
    },
    "workflow_version": {
        "public": "process version sha256 published_at",
    },
}


# An index that counts alone has to hold what the policy on cases reads.
_INDEXES = {
    "cases_open": "next_due, id",
    "cases_open_process": "process, next_due, id",
    "cases_open_phase": "phase, next_due, id",
    "cases_open_owner": "owner_id, next_due, id",
    "cases_open_waits": "waits_for, next_due, id",
    "cases_open_since": "state_since, id",
    "cases_ended": "state_since DESC, id",
}


def _make_index(name: str, columns: str) -> None:
    terminal = "terminal" if name == "cases_ended" else "NOT terminal"
    op.execute(f"DROP INDEX {name}")
    op.execute(f"CREATE INDEX {name} ON cases ({columns}) WHERE {terminal}")


def upgrade() -> None:
    op.execute(ROLES + FUNCTIONS + POLICIES)
    for name, columns in _INDEXES.items():
        read = "company_id" if "process" in columns else "company_id, process"
        _make_index(name, f"{columns}) INCLUDE ({read}")
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    for name, columns in _INDEXES.items():
        _make_index(name, columns)
    for table, classes in _CLASSES.items():
        for columns in classes.values():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS NULL")
    op.execute("""
        DROP TABLE denial;
        DROP POLICY seen ON job; ALTER TABLE job DISABLE ROW LEVEL SECURITY;
        DROP POLICY read ON notice; DROP POLICY own ON notice; DROP POLICY told ON notice;
        ALTER TABLE notice DISABLE ROW LEVEL SECURITY;
        DROP POLICY of_imports ON file_part; DROP POLICY of_documents ON file_part;
        DROP POLICY of_the_system ON file_part; DROP POLICY stored ON file_part;
        ALTER TABLE file_part DISABLE ROW LEVEL SECURITY;
        DROP POLICY added ON document; DROP POLICY seen ON document;
        ALTER TABLE document DISABLE ROW LEVEL SECURITY;
        DROP POLICY seen ON clock; ALTER TABLE clock DISABLE ROW LEVEL SECURITY;
        DROP POLICY seen ON event; ALTER TABLE event DISABLE ROW LEVEL SECURITY;
        DROP POLICY seen ON cases; ALTER TABLE cases DISABLE ROW LEVEL SECURITY;
        DROP FUNCTION cases_with_words(text, text, int), document_kinds(uuid), sees_case(uuid),
            sees_as_party(uuid, uuid, text), concerns_tlv(uuid, text), sees_every_case(),
            is_council_side(), acting_organisations(text[]), acting_in(text[]), acting_day(), acting_person(),
            acting_as_system();
        DELETE FROM membership WHERE role IN ('company_administrator', 'expert', 'patient_representative');
        ALTER TABLE membership DROP CONSTRAINT membership_role_check;
        ALTER TABLE membership ADD CONSTRAINT membership_role_check CHECK (role IN ('secretariat', 'council_member',
            'region_representative', 'company_contact', 'tlv_assessor', 'management', 'auditor', 'administrator'));
    """)
