"""Tokens that end, forgotten passwords looked up by the worker, a farewell to an old address, no registration dropped."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UPGRADE = """
-- A registration that is refused is about no company and no person that there is.
ALTER TABLE administrative_change DROP CONSTRAINT administrative_change_check,
    ADD CONSTRAINT administrative_change_about
        CHECK (num_nonnulls(person_id, organisation_id) >= 1 OR what = 'registration_refused');

-- A token opens the API for a year at most.
ALTER TABLE api_token ADD COLUMN expires_at timestamptz;
UPDATE api_token SET expires_at = created_at + interval '365 days';
ALTER TABLE api_token ALTER COLUMN expires_at SET NOT NULL;
ALTER TABLE api_token ADD CONSTRAINT api_token_year CHECK (expires_at - created_at <= interval '365 days');

-- Somebody has said that a password is forgotten. For whom is a hash of what was typed, whether there is such an
-- account or not; the worker looks it up, so that the answer to a stranger costs the same either way.
CREATE TABLE password_request (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account bytea NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX password_request_made ON password_request (made_at);

-- An address that was changed is told so once, where it was. It stands in the history.
CREATE TABLE old_address_mail (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    change_id bigint NOT NULL UNIQUE REFERENCES administrative_change,
    mail_after timestamptz,
    mail_attempts smallint NOT NULL DEFAULT 0,
    mailed_at timestamptz
);
CREATE INDEX old_address_mail_waits ON old_address_mail (mail_after) WHERE mail_after IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON password_request TO nt_app;
GRANT SELECT, INSERT, UPDATE ON old_address_mail TO nt_app;

-- Each registration is kept, whoever else has stated the same address; only its mail waits for its turn, and it can
-- be confirmed as long as ever from then on. The very same once more is nothing new.
CREATE OR REPLACE FUNCTION register_company(new_id uuid, hash bytea, company text, identifier text, email text,
    name text, language text, at timestamptz, expires timestamptz, pause_after timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO registration (id, token_hash, company, identifier, email, name, language, made_at, expires_at, mail_after)
    SELECT new_id, hash, $3, $4, $5, $6, $7, $8, expires + (turn.at - $8), turn.at
    FROM (SELECT greatest($8, max(coalesce(r.mail_after, r.mailed_at)) + ($8 - pause_after)) AS at
          FROM registration r WHERE lower(r.email) = lower($5) AND r.state <> 'refused') AS turn
    WHERE NOT EXISTS (
        SELECT FROM registration r
        WHERE r.state = 'unconfirmed' AND lower(r.email) = lower($5) AND r.made_at > pause_after
          AND (r.company, r.identifier, r.name) = ($3, $4, $6))
$$;
"""

DOWNGRADE = """
ALTER TABLE administrative_change DROP CONSTRAINT administrative_change_about,
    ADD CONSTRAINT administrative_change_check CHECK (num_nonnulls(person_id, organisation_id) >= 1) NOT VALID;

CREATE OR REPLACE FUNCTION register_company(new_id uuid, hash bytea, company text, identifier text, email text,
    name text, language text, at timestamptz, expires timestamptz, pause_after timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO registration (id, token_hash, company, identifier, email, name, language, made_at, expires_at, mail_after)
    SELECT new_id, hash, $3, $4, $5, $6, $7, $8, expires, $8
    WHERE NOT EXISTS (SELECT FROM registration r WHERE lower(r.email) = lower($5) AND r.made_at > pause_after)
$$;
DROP TABLE old_address_mail, password_request;
ALTER TABLE api_token DROP COLUMN expires_at;
"""

# Whom each column may be told to: table, column, class, what it is.
_COLUMNS = """
api_token expires_at internal until when it opens the API
password_request id internal the request
password_request account internal a hash of the address that was typed
password_request made_at internal when it was sent in
old_address_mail id internal the mail
old_address_mail change_id internal the change of the address
old_address_mail mail_after internal when it goes out
old_address_mail mail_attempts internal how often that was tried
old_address_mail mailed_at internal when it went out
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what}'")


def downgrade() -> None:
    op.execute(DOWNGRADE)
