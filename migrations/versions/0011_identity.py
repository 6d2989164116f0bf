"""Identity: sessions, throttled attempts, second factors, one-time links, sign-in through another provider."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UPGRADE = """
-- A sign-in. Of its token only the hash is here. `confirmed_at` is when the person last proved who they
-- are; `strong` says that it was with a second factor; `pending` that the second factor is still to come.
CREATE TABLE session (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash bytea NOT NULL UNIQUE,
    person_id uuid NOT NULL REFERENCES person,
    began_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    confirmed_at timestamptz NOT NULL,
    strong boolean NOT NULL,
    pending boolean NOT NULL,
    client text NOT NULL CHECK (length(client) <= 300),
    address text NOT NULL,
    -- What a passkey is asked to sign; it is answered once.
    challenge bytea,
    challenge_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX session_open ON session (person_id) WHERE ended_at IS NULL;

-- Tries that have not succeeded, by what is tried, for whom (a hash: nobody's address is kept because a
-- stranger typed it) and from where (a network address, or a device that the person has used before).
CREATE TABLE attempt (
    kind text NOT NULL CHECK (kind IN ('password', 'second_factor', 'link')),
    account bytea NOT NULL,
    place text NOT NULL,
    tries int NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (kind, account, place)
);
CREATE INDEX attempt_place ON attempt (kind, place, last_at);
CREATE INDEX attempt_last ON attempt (last_at);

-- The secret of an authenticator app, encrypted for its person. A time step is used once, and never an earlier one.
CREATE TABLE authenticator (
    person_id uuid PRIMARY KEY REFERENCES person,
    secret bytea NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz
);
CREATE TABLE passkey (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id uuid NOT NULL REFERENCES person,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX passkey_person ON passkey (person_id);
CREATE TABLE recovery_code (
    person_id uuid NOT NULL REFERENCES person,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (person_id, code_hash)
);

-- A link that is mailed and works once. Its token follows from the id and the installation's key, so that
-- it stands nowhere before it is mailed.
CREATE TABLE one_time_link (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash bytea NOT NULL UNIQUE,
    person_id uuid NOT NULL REFERENCES person,
    purpose text NOT NULL CHECK (purpose IN ('invitation', 'password')),
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    used_at timestamptz,
    mail_after timestamptz,
    mail_attempts smallint NOT NULL DEFAULT 0,
    mailed_at timestamptz
);
CREATE INDEX one_time_link_person ON one_time_link (person_id, made_at);
CREATE INDEX one_time_link_mail ON one_time_link (mail_after) WHERE mail_after IS NOT NULL;

-- An organisation as another sign-in provider names it, and a person as that provider names them there.
ALTER TABLE organisation ADD COLUMN identifier text UNIQUE CHECK (identifier <> '');
CREATE TABLE federated_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX federated_identity_person ON federated_identity (person_id);
-- A sign-in that was sent to the provider and has not come back. It is answered once.
CREATE TABLE provider_request (
    state_hash bytea PRIMARY KEY,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    next text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX provider_request_made ON provider_request (made_at);

GRANT SELECT, INSERT, UPDATE ON session, passkey, one_time_link TO nt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt, authenticator, recovery_code, provider_request TO nt_app;
GRANT SELECT, INSERT, DELETE ON federated_identity TO nt_app;
GRANT DELETE ON session, passkey, one_time_link TO nt_app;
"""

DOWNGRADE = """
DROP TABLE provider_request, federated_identity, one_time_link, recovery_code, passkey, authenticator, attempt, session;
ALTER TABLE organisation DROP COLUMN identifier;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
