"""The rest of the public site: subscriptions by mail, the register of documents, requests for documents and their answers."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SUBSCRIPTIONS = """
-- What somebody has asked for in the form. The same is written whether the address is known or not; the worker looks, and
-- decides when its mail goes out. What nobody confirms in time is deleted.
CREATE TABLE subscription_request (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email <> ''),
    language text NOT NULL CHECK (language IN ('sv', 'en')),
    topics text[] NOT NULL CHECK (topics <> '{}' AND topics <@ ARRAY['recommendations', 'meetings', 'stages']),
    words text NOT NULL,
    atc text NOT NULL,
    region text NOT NULL,
    phase text NOT NULL,
    confirm_hash bytea NOT NULL UNIQUE,
    link_hash bytea NOT NULL UNIQUE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Set when it has been decided that the mail goes out.
    admitted_at timestamptz,
    mail_after timestamptz,
    mail_attempts smallint NOT NULL DEFAULT 0,
    mailed_at timestamptz
);
CREATE INDEX subscription_request_email ON subscription_request (email);
CREATE INDEX subscription_request_new ON subscription_request (made_at, id) WHERE admitted_at IS NULL;
CREATE INDEX subscription_request_mail ON subscription_request (mail_after) WHERE mail_after IS NOT NULL;
CREATE INDEX subscription_request_expires ON subscription_request (expires_at);

-- To which addresses mail with a link has gone out, as hashes that only this installation can make, for a day.
CREATE TABLE subscription_pace (
    address bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX subscription_pace_address ON subscription_pace (address, at);
CREATE INDEX subscription_pace_at ON subscription_pace (at);

-- An address that was confirmed has one subscription. When it ends, nothing of it is left.
CREATE TABLE subscription (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE,
    language text NOT NULL CHECK (language IN ('sv', 'en')),
    topics text[] NOT NULL CHECK (topics <> '{}' AND topics <@ ARRAY['recommendations', 'meetings', 'stages']),
    words text NOT NULL,
    atc text NOT NULL,
    region text NOT NULL,
    phase text NOT NULL,
    confirmed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
-- What opens a subscription, as hashes: one link for each key of the installation that mail has been written with.
CREATE TABLE subscription_link (
    token_hash bytea PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES subscription ON DELETE CASCADE
);
CREATE INDEX subscription_link_of ON subscription_link (subscription_id);

-- What has become public and is told once to each who subscribes to it. `key` says which it is, so that two who look at
-- once find it once.
CREATE TABLE happening (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('recommendation', 'region', 'meeting', 'meeting_cancelled', 'stage')),
    key text NOT NULL UNIQUE,
    day date NOT NULL,
    case_number text,
    state text,
    slug text,
    county_code text,
    meeting_year smallint,
    meeting_number smallint,
    noticed_at timestamptz NOT NULL
);
CREATE INDEX happening_case ON happening (case_number);
CREATE TABLE subscription_mail (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    subscription_id uuid NOT NULL REFERENCES subscription ON DELETE CASCADE,
    happening_id bigint NOT NULL REFERENCES happening,
    mail_after timestamptz,
    mail_attempts smallint NOT NULL DEFAULT 0,
    mailed_at timestamptz,
    UNIQUE (subscription_id, happening_id)
);
CREATE INDEX subscription_mail_waits ON subscription_mail (mail_after) WHERE mail_after IS NOT NULL;
CREATE INDEX subscription_mail_of ON subscription_mail (happening_id);
-- Until which instant the cases' logs have been looked through.
CREATE TABLE happening_sweep (
    one boolean PRIMARY KEY CHECK (one),
    at timestamptz NOT NULL
);

-- Meetings that are public before anybody subscribes are nothing new.
INSERT INTO happening (kind, key, day, meeting_year, meeting_number, noticed_at)
SELECT 'meeting', 'meeting ' || year || '/' || number, day, year, number, now() FROM council_meeting;
INSERT INTO happening (kind, key, day, meeting_year, meeting_number, noticed_at)
SELECT 'meeting_cancelled', 'meeting ' || year || '/' || number || ' cancelled', day, year, number, now()
FROM council_meeting WHERE cancelled_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON subscription_request, subscription TO nt_app;
GRANT SELECT, INSERT, DELETE ON subscription_pace, subscription_link TO nt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON subscription_mail TO nt_app;
GRANT SELECT, INSERT ON happening TO nt_app;
GRANT SELECT, INSERT, UPDATE ON happening_sweep TO nt_app;
ALTER TABLE happening ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON happening FOR SELECT USING (true);
CREATE POLICY noticed ON happening FOR INSERT WITH CHECK ((SELECT acting_as_system()));

-- Anybody may ask, and asks for no mail by it; the rest is the worker's. Whoever holds a link is answered by functions.
ALTER TABLE subscription_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON subscription_request USING ((SELECT acting_as_system()));
CREATE POLICY asked ON subscription_request FOR INSERT WITH CHECK (
    admitted_at IS NULL AND mail_after IS NULL AND mailed_at IS NULL AND mail_attempts = 0);
ALTER TABLE subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON subscription USING ((SELECT acting_as_system()));
ALTER TABLE subscription_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON subscription_link USING ((SELECT acting_as_system()));
ALTER TABLE subscription_mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON subscription_mail USING ((SELECT acting_as_system()));
ALTER TABLE subscription_pace ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON subscription_pace USING ((SELECT acting_as_system()));

CREATE FUNCTION subscription_to_confirm(hash bytea, now timestamptz)
RETURNS TABLE (id uuid, language text, topics text[], words text, atc text, region text, phase text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.language, r.topics, r.words, r.atc, r.region, r.phase FROM subscription_request r
    WHERE r.confirm_hash = hash AND r.expires_at > now
$$;
-- The link has been used: the address subscribes to what it says, whatever it subscribed to before. Works once.
CREATE FUNCTION confirm_subscription(hash bytea, now timestamptz)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked subscription_request;
    kept uuid;
BEGIN
    DELETE FROM subscription_request r WHERE r.confirm_hash = hash AND r.expires_at > now RETURNING * INTO asked;
    IF asked.id IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO subscription AS s (id, email, language, topics, words, atc, region, phase, confirmed_at, changed_at)
    VALUES (asked.id, asked.email, asked.language, asked.topics, asked.words, asked.atc, asked.region, asked.phase, now, now)
    ON CONFLICT (email) DO UPDATE SET language = excluded.language, topics = excluded.topics, words = excluded.words,
        atc = excluded.atc, region = excluded.region, phase = excluded.phase, changed_at = excluded.changed_at
    RETURNING s.id INTO kept;
    INSERT INTO subscription_link VALUES (asked.link_hash, kept);
    RETURN asked.id;
END
$$;
CREATE FUNCTION subscription_of_link(hash bytea)
RETURNS TABLE (language text, topics text[], words text, atc text, region text, phase text, confirmed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.language, s.topics, s.words, s.atc, s.region, s.phase, true
    FROM subscription_link l JOIN subscription s ON s.id = l.subscription_id WHERE l.token_hash = hash
    UNION ALL
    SELECT r.language, r.topics, r.words, r.atc, r.region, r.phase, false
    FROM subscription_request r WHERE r.link_hash = hash
$$;
CREATE FUNCTION change_subscription(hash bytea, language text, topics text[], words text, atc text, region text,
    phase text, now timestamptz)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE subscription s SET language = $2, topics = $3, words = $4, atc = $5, region = $6, phase = $7, changed_at = $8
    FROM subscription_link l WHERE l.token_hash = hash AND s.id = l.subscription_id RETURNING true
$$;
-- Everything that holds the address goes, what it has asked for and not confirmed as well.
CREATE FUNCTION end_subscription(hash bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH address AS (
        SELECT s.email FROM subscription_link l JOIN subscription s ON s.id = l.subscription_id WHERE l.token_hash = hash
        UNION SELECT r.email FROM subscription_request r WHERE r.link_hash = hash
    ), asked AS (
        DELETE FROM subscription_request r USING address a WHERE r.email = a.email
    )
    DELETE FROM subscription s USING address a WHERE s.email = a.email
$$;
"""

REGISTER = """
-- The register of documents, as anybody may read it: which document by number, day and kind, and of which public case. No
-- text that anybody has typed is in it.
CREATE TABLE register_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL UNIQUE,
    kind text NOT NULL,
    -- What the document belongs to: a case, a meeting, a request; numbered from 1 within it.
    place text NOT NULL,
    serial int NOT NULL CHECK (serial > 0),
    case_number text REFERENCES cases (number),
    day date NOT NULL,
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    UNIQUE (place, serial)
);
CREATE INDEX register_entry_day ON register_entry (day DESC, id DESC);
CREATE INDEX register_entry_kind ON register_entry (kind, day DESC, id DESC);
CREATE INDEX register_entry_case ON register_entry (case_number, day DESC, id DESC);
GRANT SELECT, INSERT ON register_entry TO nt_app;
ALTER TABLE register_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON register_entry FOR SELECT USING (true);
CREATE POLICY entered ON register_entry FOR INSERT WITH CHECK ((SELECT acting_as_system()));

CREATE VIEW public_register WITH (security_barrier) AS
    SELECT e.id, e.kind, e.place, e.serial, e.day, e.case_number, c.process, c.workflow_version, c.state, c.medicine,
           c.substance, c.atc
    FROM register_entry e LEFT JOIN cases c ON c.number = e.case_number;
GRANT SELECT ON public_register TO nt_app;
"""

REQUESTS = """
-- Somebody asks for a document, by name or not. The address is kept until the answer has been mailed to it.
CREATE TABLE document_request (
    id uuid PRIMARY KEY,
    year smallint NOT NULL,
    number int NOT NULL CHECK (number > 0),
    made_at timestamptz NOT NULL,
    language text NOT NULL CHECK (language IN ('sv', 'en')),
    email text NOT NULL,
    wanted text NOT NULL CHECK (wanted <> ''),
    designation text NOT NULL,
    code_hash bytea NOT NULL UNIQUE,
    decider_id uuid REFERENCES person,
    decider text NOT NULL DEFAULT '',
    answered_at timestamptz,
    -- Which day of waiting is told of next, and when.
    remind_rung int,
    remind_at timestamptz,
    mail_after timestamptz,
    mail_attempts smallint NOT NULL DEFAULT 0,
    mailed_at timestamptz,
    UNIQUE (year, number),
    CHECK ((remind_rung IS NULL) = (remind_at IS NULL)),
    CHECK (answered_at IS NULL OR remind_at IS NULL)
);
CREATE INDEX document_request_open ON document_request (made_at) WHERE answered_at IS NULL;
CREATE INDEX document_request_made ON document_request (made_at DESC, id);
CREATE INDEX document_request_remind ON document_request (remind_at, id) WHERE remind_at IS NOT NULL;
CREATE INDEX document_request_mail ON document_request (mail_after) WHERE mail_after IS NOT NULL;
CREATE INDEX document_request_decider ON document_request (decider_id);

-- What is handed out, and of each file that something was taken out of, what and why. Changed until it is answered.
CREATE TABLE document_request_file (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES document_request,
    filename text NOT NULL CHECK (filename <> ''),
    sha256 text NOT NULL REFERENCES file_content,
    masked boolean NOT NULL,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE INDEX document_request_file_of ON document_request_file (request_id);
CREATE INDEX document_request_file_content ON document_request_file (sha256);
CREATE TABLE document_request_mask (
    id uuid PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES document_request_file ON DELETE CASCADE,
    passage text NOT NULL CHECK (passage <> ''),
    ground text NOT NULL,
    provision text NOT NULL CHECK (provision <> ''),
    added_at timestamptz NOT NULL
);
CREATE INDEX document_request_mask_of ON document_request_mask (file_id);
CREATE TABLE document_request_answer (
    request_id uuid PRIMARY KEY REFERENCES document_request,
    outcome text NOT NULL CHECK (outcome IN ('whole', 'masked', 'refused', 'not_held')),
    reasons text NOT NULL CHECK (reasons <> '' OR outcome IN ('whole', 'not_held')),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE TABLE document_request_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES document_request,
    what text NOT NULL CHECK (what IN ('received', 'assigned', 'file_added', 'file_removed', 'mask_added', 'mask_removed',
        'answered')),
    person_id uuid REFERENCES person,
    person text NOT NULL,
    detail text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX document_request_log_of ON document_request_log (request_id, id);
CREATE UNIQUE INDEX notice_document_request_once ON notice (subject, rung, person_id) WHERE kind = 'document_request';

GRANT SELECT ON document_request TO nt_app;
GRANT UPDATE (decider_id, decider, answered_at, remind_rung, remind_at, mail_after, mail_attempts, mailed_at, email)
    ON document_request TO nt_app;
GRANT SELECT, INSERT, DELETE ON document_request_file, document_request_mask TO nt_app;
GRANT SELECT, INSERT ON document_request_answer, document_request_log TO nt_app;

-- The secretariat answers, and the auditor reads. What has been answered is not changed.
CREATE FUNCTION reads_requests() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT acting_as_system() OR acting_in('{secretariat,auditor}')
$$;
CREATE FUNCTION answers_requests() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT acting_as_system() OR acting_in('{secretariat}')
$$;
CREATE FUNCTION request_is_open(request uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM document_request r WHERE r.id = request AND r.answered_at IS NULL);
END
$$;
CREATE FUNCTION request_of_file_is_open(file uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM document_request_file f WHERE f.id = file AND request_is_open(f.request_id));
END
$$;
ALTER TABLE document_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON document_request FOR SELECT USING ((SELECT reads_requests()));
CREATE POLICY handled ON document_request FOR UPDATE USING ((SELECT answers_requests()));
ALTER TABLE document_request_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON document_request_file FOR SELECT USING ((SELECT reads_requests()));
CREATE POLICY added ON document_request_file FOR INSERT WITH CHECK (
    (SELECT answers_requests()) AND request_is_open(request_id));
CREATE POLICY removed ON document_request_file FOR DELETE USING (
    (SELECT answers_requests()) AND request_is_open(request_id));
ALTER TABLE document_request_mask ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON document_request_mask FOR SELECT USING ((SELECT reads_requests()));
CREATE POLICY added ON document_request_mask FOR INSERT WITH CHECK (
    (SELECT answers_requests()) AND request_of_file_is_open(file_id));
CREATE POLICY removed ON document_request_mask FOR DELETE USING (
    (SELECT answers_requests()) AND request_of_file_is_open(file_id));
ALTER TABLE document_request_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON document_request_answer FOR SELECT USING ((SELECT reads_requests()));
CREATE POLICY answered ON document_request_answer FOR INSERT WITH CHECK (
    (SELECT answers_requests()) AND request_is_open(request_id));
ALTER TABLE document_request_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON document_request_log FOR SELECT USING ((SELECT reads_requests()));
CREATE POLICY noted ON document_request_log FOR INSERT WITH CHECK ((SELECT answers_requests()));
CREATE POLICY of_requests ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM document_request_file f WHERE f.sha256 = file_part.sha256));

-- Whoever asks is nobody, and sees no row. These say no more than the holder of a code may know.
CREATE FUNCTION ask_for_document(new_id uuid, hash bytea, email text, language text, wanted text, designation text,
    now timestamptz)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    this_year int := extract(year FROM now AT TIME ZONE 'Europe/Stockholm');
    next int;
BEGIN
    PERFORM pg_advisory_xact_lock(390001);
    SELECT coalesce(max(r.number), 0) + 1 INTO next FROM document_request r WHERE r.year = this_year;
    INSERT INTO document_request (id, year, number, made_at, language, email, wanted, designation, code_hash, remind_rung,
        remind_at)
    VALUES ($1, this_year, next, $7, $4, $3, $5, $6, $2, 0, $7);
    INSERT INTO document_request_log (request_id, what, person, detail, at) VALUES ($1, 'received', '', '', $7);
    RETURN 'B ' || this_year || '-' || lpad(next::text, 4, '0');
END
$$;
CREATE FUNCTION request_of_code(hash bytea)
RETURNS TABLE (name text, made_at timestamptz, wanted text, designation text, outcome text, reasons text, person text,
    answered_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'B ' || r.year || '-' || lpad(r.number::text, 4, '0'), r.made_at, r.wanted, r.designation, a.outcome, a.reasons,
           a.person, a.at
    FROM document_request r LEFT JOIN document_request_answer a ON a.request_id = r.id WHERE r.code_hash = hash
$$;
CREATE FUNCTION files_of_code(hash bytea)
RETURNS TABLE (id uuid, filename text, size bigint, media_type text, masked boolean, passages json)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.id, f.filename, x.size, x.media_type, f.masked,
           (SELECT coalesce(json_agg(json_build_object('passage', m.passage, 'ground', m.ground, 'provision', m.provision)
                ORDER BY m.added_at, m.id), '[]') FROM document_request_mask m WHERE m.file_id = f.id)
    FROM document_request r JOIN document_request_answer a ON a.request_id = r.id
    JOIN document_request_file f ON f.request_id = r.id JOIN file_content x ON x.sha256 = f.sha256
    WHERE r.code_hash = hash AND a.outcome IN ('whole', 'masked') ORDER BY f.added_at, f.id
$$;
CREATE FUNCTION part_of_code(hash bytea, file_wanted uuid, which int)
RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.data FROM document_request r JOIN document_request_answer a ON a.request_id = r.id
    JOIN document_request_file f ON f.request_id = r.id JOIN file_part p ON p.sha256 = f.sha256
    WHERE r.code_hash = hash AND a.outcome IN ('whole', 'masked') AND f.id = file_wanted AND p.part = which
$$;
"""

# Whom each column may be told to: table, column, class, what it is.
_COLUMNS = """
subscription_request id internal the request
subscription_request email party the address that is written to
subscription_request language internal in which language
subscription_request topics party what is asked for
subscription_request words party of which substance or medicine
subscription_request atc party of which group of medicines
subscription_request region party of what which region has said something
subscription_request phase party of which stage
subscription_request confirm_hash internal what is stored of the link that confirms
subscription_request link_hash internal what is stored of the link that ends it
subscription_request made_at internal when it was sent in
subscription_request expires_at internal how long it can be confirmed
subscription_request admitted_at internal when it was decided that the mail goes out
subscription_request mail_after internal when its mail goes out
subscription_request mail_attempts internal how often that was tried
subscription_request mailed_at internal when it went out
subscription_pace address internal a hash of an address that was written to
subscription_pace at internal when
subscription id internal the subscription
subscription email party the address that is written to
subscription language internal in which language
subscription topics party what is told
subscription words party of which substance or medicine
subscription atc party of which group of medicines
subscription region party of what which region has said something
subscription phase party of which stage
subscription confirmed_at internal when the address was confirmed
subscription changed_at internal when it was changed last
subscription_link token_hash internal what is stored of a link
subscription_link subscription_id internal the subscription that it opens
happening id internal what has become public
happening kind public of which kind it is
happening key public which it is
happening day public on which day it happened
happening case_number public the case
happening state public the state that the case came to
happening slug public the recommendation
happening county_code public the region that has said something of it
happening meeting_year public the year of the meeting
happening meeting_number public the number of the meeting in it
happening noticed_at internal when it was found
subscription_mail id internal the mail
subscription_mail subscription_id internal who is told
subscription_mail happening_id internal of what
subscription_mail mail_after internal when it goes out
subscription_mail mail_attempts internal how often that was tried
subscription_mail mailed_at internal when it went out
happening_sweep one internal the only row
happening_sweep at internal until when the logs have been looked through
register_entry id public its place in the register
register_entry source internal the row that it stands for
register_entry kind public what kind of document it is
register_entry place public what it belongs to
register_entry serial public which of that it is
register_entry case_number public its case
register_entry day public the day it came or was drawn up
register_entry at internal the instant
register_entry entered_at internal when it was entered
document_request id internal the request
document_request year public the year in which it came
document_request number public which of that year it is
document_request made_at public when it came
document_request language internal in which language it is answered
document_request email party where the answer is told of
document_request wanted party what is asked for
document_request designation party which document of the register
document_request code_hash internal what is stored of the code
document_request decider_id internal who decides
document_request decider internal who decides, by name
document_request answered_at internal when it was answered
document_request remind_rung internal which day of waiting is told of next
document_request remind_at internal when
document_request mail_after internal when its mail goes out
document_request mail_attempts internal how often that was tried
document_request mailed_at internal when it went out
document_request_file id internal the file
document_request_file request_id internal the request
document_request_file filename party its name
document_request_file sha256 internal its content
document_request_file masked internal whether something has been taken out
document_request_file added_by internal who added it
document_request_file added_at internal when
document_request_mask id internal the passage
document_request_mask file_id internal the file
document_request_mask passage party where it stands
document_request_mask ground internal why it was taken out
document_request_mask provision party by which provision
document_request_mask added_at internal when it was noted
document_request_answer request_id internal the request
document_request_answer outcome internal what became of it
document_request_answer reasons party why
document_request_answer person_id internal who decided
document_request_answer person party who decided, by name
document_request_answer at internal when
document_request_log id internal the line
document_request_log request_id internal the request
document_request_log what internal what happened
document_request_log person_id internal who did it
document_request_log person internal who did it, by name
document_request_log detail internal which file or whom it was about
document_request_log at internal when
"""


def upgrade() -> None:
    op.execute(SUBSCRIPTIONS + REGISTER + REQUESTS)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what}'")


def downgrade() -> None:
    op.execute("""
        DROP FUNCTION part_of_code, files_of_code, request_of_code, ask_for_document;
        DROP POLICY of_requests ON file_part;
        DELETE FROM notice WHERE kind = 'document_request';
        DROP INDEX notice_document_request_once;
        DROP TABLE document_request_log, document_request_answer, document_request_mask, document_request_file,
            document_request CASCADE;
        DROP FUNCTION request_of_file_is_open, request_is_open, answers_requests, reads_requests;
        DROP VIEW public_register;
        DROP TABLE register_entry;
        DROP FUNCTION end_subscription, change_subscription, subscription_of_link, confirm_subscription,
            subscription_to_confirm;
        DROP TABLE happening_sweep, subscription_mail, happening, subscription_link, subscription, subscription_pace,
            subscription_request;
    """)
