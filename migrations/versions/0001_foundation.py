"""People, cases, clocks, the log, notices, documents.

Written as SQL: what the database guarantees (keys, checks, grants, indexes) is read here as it is.
The application role may add to the log and never change it.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UPGRADE = """
-- Swedish order without ICU: byte order puts Ä before Å, so å, ä, ö are mapped behind z in their own order.
CREATE FUNCTION sv_sort(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(lower(value), 'åäöæøéèü', '{|}|}eeu');

-- Words as they are searched: small letters without accents, and apart where people write them together.
CREATE FUNCTION search_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(lower(value), 'åäöæøéèüáàíóúñç/-_', 'aaoaoeeuaaiounc   ');

CREATE TABLE organisation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind IN ('council', 'region', 'company', 'tlv', 'expert_group', 'patient_organisation')),
    name text NOT NULL CHECK (name <> ''),
    county_code text UNIQUE,
    UNIQUE (kind, name)
);

CREATE TABLE person (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL CHECK (email <> ''),
    name text NOT NULL CHECK (name <> ''),
    password_hash text,
    language text NOT NULL DEFAULT 'sv' CHECK (language IN ('sv', 'en')),
    mail text NOT NULL DEFAULT 'each' CHECK (mail IN ('each', 'digest', 'none')),
    calendar_token_hash bytea UNIQUE,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);
CREATE UNIQUE INDEX person_email ON person (lower(email));

CREATE TABLE membership (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id uuid NOT NULL REFERENCES person,
    organisation_id uuid NOT NULL REFERENCES organisation,
    role text NOT NULL CHECK (role IN ('secretariat', 'council_member', 'region_representative',
        'company_contact', 'tlv_assessor', 'management', 'auditor', 'administrator')),
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from),
    UNIQUE (person_id, organisation_id, role, valid_from)
);
CREATE INDEX membership_organisation ON membership (organisation_id, role);
CREATE INDEX membership_role ON membership (role, person_id);

CREATE TABLE api_token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id uuid NOT NULL REFERENCES person,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- What was published, so that a changed file is noticed before it can run a case.
CREATE TABLE workflow_version (
    process text NOT NULL,
    version int NOT NULL,
    sha256 text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (process, version)
);

CREATE TABLE number_series (
    year int PRIMARY KEY,
    last int NOT NULL CHECK (last BETWEEN 1 AND 9999)
);

CREATE TABLE cases (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number text NOT NULL UNIQUE,
    process text NOT NULL,
    workflow_version int NOT NULL,
    workflow_sha256 text NOT NULL,
    version int NOT NULL,
    state text NOT NULL,
    phase text NOT NULL,
    waits_for text NOT NULL,
    terminal boolean NOT NULL,
    state_since date NOT NULL,
    opened_on date NOT NULL,
    last_day date NOT NULL,
    returns_to text[] NOT NULL DEFAULT '{}',
    medicine text NOT NULL,
    substance text NOT NULL DEFAULT '',
    atc text NOT NULL DEFAULT '',
    indication text NOT NULL DEFAULT '',
    company_id uuid REFERENCES organisation,
    company text NOT NULL DEFAULT '',
    orphan boolean NOT NULL DEFAULT false,
    oncology boolean NOT NULL DEFAULT false,
    approval_type text NOT NULL DEFAULT '',
    authorised_on date,
    exclusivity_ends date,
    owner_id uuid REFERENCES person,
    owner text NOT NULL DEFAULT '',
    assignees jsonb NOT NULL DEFAULT '[]',
    outcome text,
    horizon_item_id uuid,
    next_due date,
    next_target date,
    head_hash bytea NOT NULL,
    search tsvector GENERATED ALWAYS AS (
        to_tsvector('swedish', medicine || ' ' || substance || ' ' || company || ' ' || owner || ' ' || left(indication, 5000))
        || to_tsvector('simple', search_fold(number || ' ' || medicine || ' ' || substance || ' ' || atc || ' ' || company
            || ' ' || owner || ' ' || left(indication, 5000)))
    ) STORED
);
CREATE INDEX cases_search ON cases USING gin (search);
CREATE INDEX cases_open ON cases (next_due, id) WHERE NOT terminal;
CREATE INDEX cases_open_process ON cases (process, next_due, id) WHERE NOT terminal;
CREATE INDEX cases_open_phase ON cases (phase, next_due, id) WHERE NOT terminal;
CREATE INDEX cases_open_owner ON cases (owner_id, next_due, id) WHERE NOT terminal;
CREATE INDEX cases_open_waits ON cases (waits_for, next_due, id) WHERE NOT terminal;
CREATE INDEX cases_company ON cases (company_id, next_due, id);
CREATE INDEX cases_open_medicine ON cases (sv_sort(medicine), id) WHERE NOT terminal;
CREATE INDEX cases_open_since ON cases (state_since, id) WHERE NOT terminal;
CREATE INDEX cases_ended ON cases (state_since DESC, id) WHERE terminal;

CREATE TABLE event (
    case_id uuid NOT NULL REFERENCES cases,
    seq int NOT NULL CHECK (seq >= 1),
    kind text NOT NULL,
    at timestamptz NOT NULL,
    day date NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    organisation text NOT NULL,
    role text NOT NULL,
    action text,
    state text NOT NULL,
    body jsonb NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE INDEX event_at ON event (at);

CREATE TABLE clock (
    case_id uuid NOT NULL REFERENCES cases,
    position smallint NOT NULL,
    kind text NOT NULL,
    number int NOT NULL,
    basis text NOT NULL,
    started_on date NOT NULL,
    limit_days int NOT NULL CHECK (limit_days >= 0),
    target_days int,
    rolls boolean NOT NULL,
    suspensions jsonb NOT NULL,
    extensions jsonb NOT NULL,
    offer jsonb,
    stopped_on date,
    expired boolean NOT NULL,
    -- Derived from the ledger with every event; null while the clock is suspended or stopped.
    due date,
    target_due date,
    ladder smallint[] NOT NULL,
    notify text[] NOT NULL,
    escalate text[] NOT NULL,
    -- The rung that fires next, in days relative to the last day, and the day on which it does.
    remind_rung smallint,
    remind_on date,
    PRIMARY KEY (case_id, kind, number)
);
CREATE INDEX clock_remind ON clock (remind_on, case_id) WHERE remind_on IS NOT NULL;
CREATE INDEX clock_expires ON clock (due, case_id) WHERE due IS NOT NULL AND NOT expired;

-- A command that was carried out once is answered, and not carried out, when it is sent again.
CREATE TABLE command (
    person_id uuid NOT NULL REFERENCES person,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    fingerprint bytea NOT NULL,
    case_id uuid NOT NULL REFERENCES cases,
    seq int NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (person_id, key)
);

-- A notice is read in the application, and is the outgoing mail until it has been sent.
CREATE TABLE notice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person,
    case_id uuid REFERENCES cases,
    kind text NOT NULL,
    subject text NOT NULL DEFAULT '',
    clock text,
    rung smallint,
    due date,
    late boolean NOT NULL DEFAULT false,
    params jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    mail text NOT NULL CHECK (mail IN ('pending', 'digest', 'none', 'sent', 'failed')),
    mail_after timestamptz NOT NULL,
    mail_attempts int NOT NULL DEFAULT 0,
    mailed_at timestamptz
);
-- Each rung of each clock reaches each person once for each last day, however often it is swept.
CREATE UNIQUE INDEX notice_once ON notice (case_id, clock, rung, due, person_id) WHERE kind = 'reminder';
CREATE UNIQUE INDEX notice_period ON notice (person_id, kind, subject) WHERE kind IN ('monthly_report', 'digest');
CREATE INDEX notice_mail ON notice (mail_after, id) WHERE mail = 'pending';
CREATE INDEX notice_person ON notice (person_id, id DESC);
CREATE INDEX notice_unread ON notice (person_id) WHERE read_at IS NULL;
CREATE INDEX notice_digest ON notice (person_id) WHERE mail = 'digest';

CREATE TABLE file_content (
    sha256 text PRIMARY KEY,
    size bigint NOT NULL CHECK (size BETWEEN 1 AND 52428800),
    media_type text NOT NULL,
    stored_at timestamptz NOT NULL
);
CREATE TABLE file_part (
    sha256 text NOT NULL REFERENCES file_content,
    part int NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (sha256, part)
);

CREATE TABLE document (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id uuid NOT NULL REFERENCES cases,
    kind text NOT NULL,
    title text NOT NULL,
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    -- internal: the council; regions: also the regions; party: everyone who sees the case.
    visibility text NOT NULL CHECK (visibility IN ('internal', 'regions', 'party')),
    added_by text NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE INDEX document_case ON document (case_id, added_at);

CREATE TABLE saved_view (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id uuid NOT NULL REFERENCES person,
    name text NOT NULL CHECK (name <> ''),
    query text NOT NULL,
    UNIQUE (person_id, name)
);

-- Each long-running process says that it is alive; operations read it at /metrics.
CREATE TABLE heartbeat (
    process text PRIMARY KEY,
    at timestamptz NOT NULL
);

-- Who is told: `groups` names roles, or 'owner' for the case's own. Where it has none, or the owner has left,
-- the secretariat is told. A company contact is told of the cases of their own company only.
CREATE FUNCTION recipients(groups text[], case_owner uuid, case_company uuid, day date)
RETURNS TABLE (person_id uuid) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT m.person_id FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.valid_from <= day AND (m.valid_to IS NULL OR m.valid_to >= day) AND p.disabled_at IS NULL AND (
        (m.role = ANY (groups) AND (m.role <> 'company_contact' OR m.organisation_id = case_company))
        OR ('owner' = ANY (groups) AND m.person_id = case_owner)
        OR ('owner' = ANY (groups) AND m.role = 'secretariat' AND NOT EXISTS (
            SELECT FROM membership o JOIN person q ON q.id = o.person_id
            WHERE o.person_id = case_owner AND q.disabled_at IS NULL
              AND o.valid_from <= day AND (o.valid_to IS NULL OR o.valid_to >= day))))
$$;

GRANT USAGE ON SCHEMA public TO nt_app;
GRANT SELECT, INSERT, UPDATE ON organisation, person, membership, api_token, number_series, cases, clock,
    notice, document, heartbeat TO nt_app;
GRANT SELECT, INSERT ON event, command, file_content, file_part, workflow_version TO nt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO nt_app;
"""

DOWNGRADE = """
DROP FUNCTION recipients(text[], uuid, uuid, date);
DROP TABLE heartbeat, saved_view, document, file_part, file_content, notice, command, clock, event, cases,
    number_series, workflow_version, api_token, membership, person, organisation;
DROP FUNCTION search_fold(text);
DROP FUNCTION sv_sort(text);
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
