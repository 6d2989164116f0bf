"""Companies: registration, their own administration, messages in cases, the council's meetings and their slots."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

UPGRADE = """
-- A membership that is ended on its first day has held on no day.
ALTER TABLE membership DROP CONSTRAINT membership_check;
ALTER TABLE membership ADD CONSTRAINT membership_check CHECK (valid_to >= valid_from - 1);

-- What is known of a company beside its name: how registers name it, and the domains its people have mail at.
CREATE TABLE company_identity (
    organisation_id uuid PRIMARY KEY REFERENCES organisation,
    identifier text NOT NULL UNIQUE CHECK (identifier <> ''),
    at timestamptz NOT NULL
);
CREATE TABLE company_domain (
    organisation_id uuid NOT NULL REFERENCES organisation,
    domain text NOT NULL CHECK (domain = lower(domain) AND domain <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, domain)
);
CREATE INDEX company_domain_name ON company_domain (domain);

-- Somebody wants in for a company. Its link is confirmed once and shows afterwards what became of it; the token
-- follows from the id and the installation's key, as that of a one-time link does, and is mailed by the same worker.
CREATE TABLE registration (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    company text NOT NULL CHECK (company <> ''),
    identifier text NOT NULL CHECK (identifier <> ''),
    email text NOT NULL CHECK (email <> ''),
    name text NOT NULL CHECK (name <> ''),
    language text NOT NULL CHECK (language IN ('sv', 'en')),
    state text NOT NULL DEFAULT 'unconfirmed'
        CHECK (state IN ('unconfirmed', 'waiting', 'approved', 'refused')),
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    used_at timestamptz,
    mail_after timestamptz,
    mail_attempts smallint NOT NULL DEFAULT 0,
    mailed_at timestamptz,
    organisation_id uuid REFERENCES organisation,
    decided_by text,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    CHECK ((state IN ('approved', 'refused')) = (decided_at IS NOT NULL)),
    CHECK ((state = 'approved') = (organisation_id IS NOT NULL)),
    CHECK (state <> 'refused' OR reason <> '')
);
CREATE INDEX registration_email ON registration (lower(email), made_at);
CREATE INDEX registration_mail ON registration (mail_after) WHERE mail_after IS NOT NULL;
CREATE INDEX registration_state ON registration (state, made_at);

-- A colleague whose mail is at another domain than the company's own: the secretariat says yes or no.
CREATE TABLE company_request (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation,
    email text NOT NULL CHECK (email <> ''),
    name text NOT NULL CHECK (name <> ''),
    language text NOT NULL CHECK (language IN ('sv', 'en')),
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'refused')),
    decided_by text,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK (state <> 'refused' OR reason <> '')
);
CREATE INDEX company_request_organisation ON company_request (organisation_id, asked_at);
CREATE UNIQUE INDEX company_request_once ON company_request (organisation_id, lower(email)) WHERE state = 'waiting';

-- Who the secretariat turns to in a case.
CREATE TABLE case_contact (
    case_id uuid PRIMARY KEY REFERENCES cases,
    person_id uuid NOT NULL REFERENCES person,
    at timestamptz NOT NULL
);

-- Who changed what of a company, when. The application adds to it and can do nothing else with it.
CREATE TABLE company_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation,
    kind text NOT NULL CHECK (kind IN ('registered', 'joined', 'invited', 'asked', 'approved', 'refused', 'ended',
        'made_administrator', 'no_administrator', 'contact', 'domain_added', 'domain_removed')),
    subject text NOT NULL,
    reason text NOT NULL DEFAULT '',
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    side text NOT NULL CHECK (side IN ('council', 'company')),
    at timestamptz NOT NULL
);
CREATE INDEX company_change_organisation ON company_change (organisation_id, id DESC);

-- Messages between a company and the secretariat, and who has read which. Neither is ever changed.
CREATE TABLE case_message (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    case_id uuid NOT NULL REFERENCES cases,
    side text NOT NULL CHECK (side IN ('council', 'company')),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    body text NOT NULL CHECK (body <> ''),
    at timestamptz NOT NULL
);
CREATE INDEX case_message_case ON case_message (case_id, number);
CREATE TABLE case_message_file (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES case_message,
    filename text NOT NULL CHECK (filename <> ''),
    sha256 text NOT NULL REFERENCES file_content
);
CREATE INDEX case_message_file_message ON case_message_file (message_id);
CREATE INDEX case_message_file_content ON case_message_file (sha256);
CREATE TABLE case_message_read (
    message_id uuid NOT NULL REFERENCES case_message,
    person_id uuid NOT NULL REFERENCES person,
    side text NOT NULL CHECK (side IN ('council', 'company')),
    at timestamptz NOT NULL,
    PRIMARY KEY (message_id, person_id)
);

-- The council's meetings. `file_by` follows from the day and `lead_days` (working days); `booked` is kept by the
-- slots themselves, so that two who book the last place at once cannot both have it.
CREATE TABLE council_meeting (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    year smallint NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    day date NOT NULL UNIQUE,
    place text NOT NULL,
    notes text NOT NULL,
    lead_days smallint NOT NULL CHECK (lead_days BETWEEN 1 AND 250),
    file_by date NOT NULL CHECK (file_by < day),
    capacity smallint NOT NULL CHECK (capacity BETWEEN 1 AND 100),
    booked smallint NOT NULL DEFAULT 0,
    cancelled_at timestamptz,
    UNIQUE (year, number),
    CONSTRAINT council_meeting_places CHECK (booked BETWEEN 0 AND capacity)
);
CREATE TABLE meeting_slot (
    case_id uuid NOT NULL REFERENCES cases,
    meeting_id uuid NOT NULL REFERENCES council_meeting,
    person text NOT NULL,
    at timestamptz NOT NULL,
    -- The rung that fires next, in days before the last day to file, and when it does; null when none is left.
    remind_days smallint,
    remind_on date,
    PRIMARY KEY (meeting_id, case_id),
    CHECK ((remind_days IS NULL) = (remind_on IS NULL))
);
CREATE INDEX meeting_slot_case ON meeting_slot (case_id);
CREATE INDEX meeting_slot_remind ON meeting_slot (remind_on) WHERE remind_on IS NOT NULL;

-- The count is kept by who owns the tables: whoever books sees no other company's slots.
CREATE FUNCTION count_slot() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE council_meeting SET booked = booked + 1 WHERE id = NEW.meeting_id;
    ELSE
        UPDATE council_meeting SET booked = booked - 1 WHERE id = OLD.meeting_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER meeting_slot_counted AFTER INSERT OR DELETE ON meeting_slot FOR EACH ROW EXECUTE FUNCTION count_slot();

CREATE UNIQUE INDEX notice_slot_once ON notice (case_id, subject, rung, due, person_id) WHERE kind = 'slot_reminder';

-- Whoever registers is nobody yet and sees no row of anybody's: these say no more than the holder of a link may know.
CREATE FUNCTION register_company(new_id uuid, hash bytea, company text, identifier text, email text, name text,
    language text, at timestamptz, expires timestamptz, pause_after timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO registration (id, token_hash, company, identifier, email, name, language, made_at, expires_at, mail_after)
    SELECT new_id, hash, $3, $4, $5, $6, $7, $8, expires, $8
    WHERE NOT EXISTS (SELECT FROM registration r WHERE lower(r.email) = lower($5) AND r.made_at > pause_after)
$$;
CREATE FUNCTION registration_of_link(hash bytea)
RETURNS TABLE (company text, email text, name text, state text, reason text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.company, r.email, r.name, r.state, r.reason, r.expires_at FROM registration r WHERE r.token_hash = hash
$$;
CREATE FUNCTION confirm_registration(hash bytea, at timestamptz)
RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE registration SET state = 'waiting', used_at = $2, mail_after = NULL
    WHERE token_hash = hash AND used_at IS NULL AND expires_at > $2 RETURNING id
$$;

GRANT SELECT, INSERT, UPDATE ON company_identity, council_meeting, company_request, case_contact TO nt_app;
GRANT SELECT, UPDATE, DELETE ON registration TO nt_app;
GRANT SELECT, INSERT, DELETE ON company_domain TO nt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON meeting_slot TO nt_app;
GRANT SELECT, INSERT ON company_change, case_message, case_message_file, case_message_read TO nt_app;

-- The second wall. A company sees what is its own, the council's side everything here; TLV and the regions nothing
-- but meetings and, the regions, who is heard at them.
CREATE FUNCTION acts_for_company(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT wanted = ANY (acting_organisations('{company_contact,company_administrator}'))
$$;
ALTER TABLE registration ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON registration USING ((SELECT is_council_side()));
ALTER TABLE company_identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON company_identity USING ((SELECT is_council_side()) OR acts_for_company(organisation_id));
ALTER TABLE company_domain ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON company_domain FOR SELECT
    USING ((SELECT is_council_side()) OR acts_for_company(organisation_id));
CREATE POLICY kept ON company_domain USING ((SELECT is_council_side()));
ALTER TABLE company_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON company_request USING ((SELECT is_council_side()) OR acts_for_company(organisation_id));
ALTER TABLE company_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON company_change USING ((SELECT is_council_side()) OR acts_for_company(organisation_id));
ALTER TABLE case_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON case_contact USING ((SELECT is_council_side()) OR EXISTS (
    SELECT FROM cases c WHERE c.id = case_contact.case_id
      AND c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));
ALTER TABLE case_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON case_message USING ((SELECT is_council_side()) OR EXISTS (
    SELECT FROM cases c WHERE c.id = case_message.case_id
      AND c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));
ALTER TABLE case_message_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY no_conflict ON case_message AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY seen ON case_message_file
    USING (EXISTS (SELECT FROM case_message m WHERE m.id = case_message_file.message_id));
ALTER TABLE case_message_read ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON case_message_read
    USING (EXISTS (SELECT FROM case_message m WHERE m.id = case_message_read.message_id));
CREATE POLICY of_messages ON file_part FOR SELECT
    USING (EXISTS (SELECT FROM case_message_file f WHERE f.sha256 = file_part.sha256));
ALTER TABLE meeting_slot ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON meeting_slot USING ((SELECT sees_every_case()) OR EXISTS (
    SELECT FROM cases c WHERE c.id = meeting_slot.case_id
      AND c.company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])));
"""

DOWNGRADE = """
DROP POLICY of_messages ON file_part;
DROP INDEX notice_slot_once;
DELETE FROM notice WHERE kind IN ('slot_reminder', 'message', 'registration_waiting', 'request_waiting',
    'request_decided', 'company_joined', 'meeting_changed', 'meeting_cancelled');
DROP TABLE meeting_slot, council_meeting, case_message_read, case_message_file, case_message, company_change,
    case_contact, company_request, registration, company_domain, company_identity;
DROP FUNCTION count_slot(), acts_for_company(uuid), confirm_registration(bytea, timestamptz),
    registration_of_link(bytea), register_company(uuid, bytea, text, text, text, text, text, timestamptz, timestamptz,
    timestamptz);
DELETE FROM membership WHERE valid_to < valid_from;
ALTER TABLE membership DROP CONSTRAINT membership_check;
ALTER TABLE membership ADD CONSTRAINT membership_check CHECK (valid_to >= valid_from);
"""

# What each column is, and whom it may be told to, as in 0012: public, internal, party or secret.
_COLUMNS = """
company_identity organisation_id internal the company
company_identity identifier internal its number in the register of companies, or another identifier
company_identity at internal when it was stated
company_domain organisation_id internal the company
company_domain domain party a domain that its people have mail at
company_domain at internal since when
registration id internal the registration
registration token_hash internal what is stored of its link
registration company party the name of the company as stated
registration identifier party its number as stated
registration email party the address that the link is mailed to
registration name party who registers
registration language internal in which language they are written to
registration state internal how far it has come
registration made_at internal when it was sent in
registration expires_at internal how long the link can be confirmed
registration used_at internal when it was confirmed
registration mail_after internal when its next mail goes out
registration mail_attempts internal how often that was tried
registration mailed_at internal when it went out
registration organisation_id internal the company that it led to
registration decided_by internal who decided
registration decided_at internal when
registration reason party why it was refused
company_request id internal the request
company_request organisation_id internal the company
company_request email party the address of the colleague
company_request name party the colleague
company_request language internal in which language they are written to
company_request asked_by party who asked
company_request asked_at party when
company_request state party what became of it
company_request decided_by internal who decided
company_request decided_at party when
company_request reason party why it was refused
case_contact case_id internal the case
case_contact person_id party whom the secretariat turns to
case_contact at internal since when
company_change id internal the change
company_change organisation_id internal the company
company_change kind party what was done
company_change subject party whom or what it was done to
company_change reason party why
company_change person_id internal who did it
company_change person party who did it, by name
company_change side party on whose side they stand
company_change at party when
case_message id internal the message
case_message number internal its place in the order of all messages
case_message case_id internal the case
case_message side secret who writes to whom
case_message person_id secret who wrote it
case_message person secret who wrote it, by name
case_message body secret what is written
case_message at secret when
case_message_file id internal the attachment
case_message_file message_id internal the message that it came with
case_message_file filename secret its name
case_message_file sha256 secret its content
case_message_read message_id internal the message
case_message_read person_id secret who has read it
case_message_read side secret on whose side they stand
case_message_read at secret when they said so
council_meeting id internal the meeting
council_meeting version internal how often it was changed
council_meeting year public the year that its number is counted in
council_meeting number public its number in that year
council_meeting day public when it is held
council_meeting place public where
council_meeting notes internal what the council needs to know of it
council_meeting lead_days public working days between the last day to file and the meeting
council_meeting file_by public the last day to file
council_meeting capacity public how many cases can be heard
council_meeting booked internal how many places are taken
council_meeting cancelled_at public when it was cancelled
meeting_slot case_id party the case that is to be heard
meeting_slot meeting_id party the meeting
meeting_slot person party who booked it
meeting_slot at party when
meeting_slot remind_days internal the next reminder, in days before the last day to file
meeting_slot remind_on internal the day of that reminder
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what}'")


def downgrade() -> None:
    op.execute(DOWNGRADE)
