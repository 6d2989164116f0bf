"""Horizon scanning: imports of the agency's export, items, what changed in them and what was decided.

The history (changes and decisions) is added to and never altered by the application.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UPGRADE = """
-- A file that was handed in. It is read and shown first; imported_at is set when it has been imported.
CREATE TABLE horizon_import (
    id uuid PRIMARY KEY,
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    -- When the export was made, as it says itself; the time of upload where it does not say.
    made_at timestamptz NOT NULL,
    uploaded_by uuid REFERENCES person,
    uploaded_at timestamptz NOT NULL,
    imported_by uuid REFERENCES person,
    imported_at timestamptz,
    created int,
    updated int,
    unchanged int,
    rejected jsonb NOT NULL DEFAULT '[]',
    CHECK ((imported_at IS NULL) = (created IS NULL))
);
CREATE INDEX horizon_import_uploaded ON horizon_import (uploaded_at DESC);
CREATE INDEX horizon_import_made ON horizon_import (made_at DESC) WHERE imported_at IS NOT NULL;

CREATE TABLE horizon_item (
    id uuid PRIMARY KEY,
    status text NOT NULL DEFAULT 'watched' CHECK (status IN ('watched', 'merged', 'dismissed', 'opened')),
    status_at timestamptz NOT NULL,
    merged_into uuid REFERENCES horizon_item CHECK (merged_into <> id),
    version int NOT NULL DEFAULT 1,
    -- The product's own number, null while the export has only a procedure's.
    product_key text UNIQUE,
    names text[] NOT NULL,
    medicine text NOT NULL CHECK (medicine <> ''),
    product_number text NOT NULL,
    substance text NOT NULL,
    atc text NOT NULL,
    therapeutic_area text NOT NULL,
    indication text NOT NULL,
    company text NOT NULL,
    agency_status text NOT NULL,
    orphan boolean NOT NULL,
    oncology boolean,
    approval_type text NOT NULL CHECK (approval_type IN ('', 'full', 'conditional', 'exceptional')),
    opinion_on date,
    authorised_on date,
    expected_on date,
    expected_by text CHECK (expected_by IN ('decision', 'forecast')),
    -- The row as the agency states it, by field, cleaned of signs that cannot be seen.
    source jsonb NOT NULL,
    first_import uuid NOT NULL REFERENCES horizon_import,
    last_import uuid NOT NULL REFERENCES horizon_import,
    seen_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CHECK ((status = 'merged') = (merged_into IS NOT NULL)),
    search tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', search_fold(medicine || ' ' || substance || ' ' || atc || ' ' || company || ' '
            || product_number || ' ' || therapeutic_area || ' ' || left(indication, 20000)))
    ) STORED
);
CREATE INDEX horizon_item_search ON horizon_item USING gin (search);
CREATE INDEX horizon_item_names ON horizon_item USING gin (names);
CREATE INDEX horizon_item_expected ON horizon_item (status, expected_on DESC NULLS LAST, id);
CREATE INDEX horizon_item_merged ON horizon_item (merged_into) WHERE merged_into IS NOT NULL;

-- What an export stated otherwise than the item did. `applied` is false for an older export, whose
-- values are history and change nothing today.
CREATE TABLE horizon_change (
    item_id uuid NOT NULL REFERENCES horizon_item,
    import_id uuid NOT NULL REFERENCES horizon_import,
    field text NOT NULL,
    old text NOT NULL,
    new text NOT NULL,
    applied boolean NOT NULL,
    PRIMARY KEY (item_id, import_id, field)
);
CREATE INDEX horizon_change_import ON horizon_change (import_id);

CREATE TABLE horizon_decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id uuid NOT NULL REFERENCES horizon_item,
    kind text NOT NULL CHECK (kind IN ('merged', 'received', 'dismissed', 'reopened', 'opened')),
    reason text NOT NULL DEFAULT '',
    other_item uuid REFERENCES horizon_item,
    case_number text,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX horizon_decision_item ON horizon_decision (item_id, id);

CREATE INDEX cases_horizon_item ON cases (horizon_item_id) WHERE horizon_item_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON horizon_import, horizon_item TO nt_app;
GRANT SELECT, INSERT ON horizon_change, horizon_decision TO nt_app;
"""

DOWNGRADE = """
DROP INDEX cases_horizon_item;
DROP TABLE horizon_decision, horizon_change, horizon_item, horizon_import;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
