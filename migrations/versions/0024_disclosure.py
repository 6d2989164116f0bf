"""Disclosure control: the register of released totals, the rules' parameters, and what totals are made of, sealed."""

from collections.abc import Mapping

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = """
-- Contributions as they were known at an instant: when they were taken in and how many. A release is made of one of
-- these, and the audit of later releases reads it again; `commitment` shows that it is the same.
CREATE TABLE disclosure_basis (
    id uuid PRIMARY KEY,
    taken_at timestamptz NOT NULL,
    person text NOT NULL,
    -- From a file, from what has been settled here, or from the latest of both. What is only a part of what is known is
    -- kept to be put together with the other, and no release is made of it.
    kind text NOT NULL CHECK (kind IN ('file', 'settled', 'both')),
    is_part boolean NOT NULL CHECK (CASE kind WHEN 'settled' THEN is_part WHEN 'both' THEN NOT is_part ELSE true END),
    contributions int NOT NULL CHECK (contributions > 0),
    first_month date NOT NULL,
    last_month date NOT NULL,
    commitment text NOT NULL
);
-- The contributions themselves, encrypted under the installation's key and bound to their basis.
CREATE TABLE disclosure_sealed (
    basis_id uuid PRIMARY KEY REFERENCES disclosure_basis,
    sealed bytea NOT NULL
);

-- What each parameter is from a day on. The latest row whose day has come holds; none is changed.
CREATE TABLE disclosure_parameter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    value int NOT NULL CHECK (value > 0),
    from_day date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    person text NOT NULL,
    at timestamptz NOT NULL
);

-- A release: requested, then audited (ready or refused), then decided. `round` counts the audits; `after` is how many
-- releases had been published when the last one was made. Once published, declined or refused it never changes.
CREATE TABLE disclosure_release (
    id uuid PRIMARY KEY,
    number int NOT NULL UNIQUE,
    title text NOT NULL CHECK (title <> ''),
    layout text NOT NULL CHECK (layout IN ('national', 'main_group', 'subgroup', 'region')),
    scope text NOT NULL,
    first_month date NOT NULL CHECK (extract(day FROM first_month) = 1),
    months int NOT NULL CHECK (months >= 12),
    measure text NOT NULL CHECK (measure IN ('total', 'regions', 'state')),
    basis_id uuid NOT NULL REFERENCES disclosure_basis,
    state text NOT NULL DEFAULT 'requested'
        CHECK (state IN ('requested', 'ready', 'refused', 'published', 'declined')),
    round int NOT NULL DEFAULT 1,
    requested_by_id uuid NOT NULL REFERENCES person,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    audited_at timestamptz,
    after int,
    step_msek int,
    refused_for text CHECK (refused_for IN ('unsafe', 'blocked', 'unreproducible')),
    blocked_by int[] NOT NULL DEFAULT '{}',
    decided_by_id uuid REFERENCES person,
    decided_by text,
    decided_at timestamptz,
    note text NOT NULL DEFAULT '',
    sha256 text,
    CHECK ((state = 'refused') = (refused_for IS NOT NULL)),
    CHECK ((state IN ('published', 'declined')) = (decided_at IS NOT NULL)),
    CHECK ((state = 'published') = (sha256 IS NOT NULL)),
    CHECK (decided_by_id IS DISTINCT FROM requested_by_id)
);
-- The rounded table, in millions of SEK; null: not shown. No row says why.
CREATE TABLE disclosure_cell (
    release_id uuid NOT NULL REFERENCES disclosure_release,
    round int NOT NULL,
    position int NOT NULL,
    product text NOT NULL,
    region text NOT NULL,
    amount numeric,
    PRIMARY KEY (release_id, round, position)
);

GRANT SELECT, INSERT ON disclosure_basis, disclosure_sealed, disclosure_parameter, disclosure_release, disclosure_cell
    TO nt_app;
GRANT UPDATE (state, round, audited_at, after, step_msek, refused_for, blocked_by, decided_by_id, decided_by, decided_at,
    note, sha256) ON disclosure_release TO nt_app;
"""

_READERS = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat,management,auditor}')))"
_SECRETARIAT = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')))"
_DECIDERS = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat,management}')))"
_KEEPERS = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat,administrator}')))"

POLICIES = f"""
ALTER TABLE disclosure_basis ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON disclosure_basis FOR SELECT USING ({_READERS});
CREATE POLICY taken ON disclosure_basis FOR INSERT WITH CHECK ({_SECRETARIAT});
-- What was sealed is opened by the worker alone.
ALTER TABLE disclosure_sealed ENABLE ROW LEVEL SECURITY;
CREATE POLICY opened ON disclosure_sealed FOR SELECT USING ((SELECT acting_as_system()));
CREATE POLICY taken ON disclosure_sealed FOR INSERT WITH CHECK ({_SECRETARIAT});
ALTER TABLE disclosure_parameter ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON disclosure_parameter FOR SELECT USING ({_READERS} OR {_KEEPERS});
CREATE POLICY set ON disclosure_parameter FOR INSERT WITH CHECK ({_KEEPERS});
ALTER TABLE disclosure_release ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON disclosure_release FOR SELECT USING ({_READERS});
CREATE POLICY requested ON disclosure_release FOR INSERT WITH CHECK ({_SECRETARIAT} AND state = 'requested');
CREATE POLICY went_on ON disclosure_release FOR UPDATE USING ({_DECIDERS} AND state IN ('requested', 'ready'))
    WITH CHECK ({_DECIDERS});
ALTER TABLE disclosure_cell ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON disclosure_cell FOR SELECT USING ({_READERS});
CREATE POLICY computed ON disclosure_cell FOR INSERT WITH CHECK ((SELECT acting_as_system()) AND EXISTS (
    SELECT FROM disclosure_release r
    WHERE r.id = release_id AND r.round = disclosure_cell.round AND r.state = 'requested'));
"""  # noqa: S608 - constants of this file

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "disclosure_basis": {
        "internal": "id taken_at person kind is_part contributions first_month last_month commitment"
    },
    "disclosure_sealed": {"secret": "basis_id sealed"},
    "disclosure_parameter": {"public": "name", "internal": "id value from_day reason person at"},
    "disclosure_release": {
        "public": "number layout scope first_month months measure refused_for",
        "internal": (
            "id title basis_id state round requested_by_id requested_by requested_at audited_at after step_msek blocked_by "
            "decided_by_id decided_by decided_at note sha256"
        ),
    },
    "disclosure_cell": {"public": "product region", "internal": "release_id round position amount"},
}


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        DROP TABLE disclosure_cell, disclosure_release, disclosure_parameter, disclosure_sealed, disclosure_basis
    """)
