"""The market function: dates to watch with their reminders, the joint procurement plan, and every change of both.

Source: the 2014 proposal for a joint collaboration model, the section on the market function.
"""

from alembic import op

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None

UPGRADE = """
-- For each kind of date: how many months before it people are reminded, and who is.
CREATE TABLE market_ladder (
    kind text PRIMARY KEY CHECK (kind IN ('patent', 'spc', 'data_protection', 'market_protection',
        'orphan_exclusivity', 'biosimilar', 'generic')),
    months smallint[] NOT NULL CHECK (cardinality(months) <= 12),
    told text[] NOT NULL CHECK (cardinality(told) >= 1
        AND told <@ ARRAY['secretariat', 'council_member', 'region_representative', 'management']),
    version int NOT NULL DEFAULT 1
);
INSERT INTO market_ladder (kind, months, told) VALUES
    ('patent', '{36,24,12}', '{secretariat}'),
    ('spc', '{36,24,12}', '{secretariat}'),
    ('data_protection', '{36,24,12}', '{secretariat}'),
    ('market_protection', '{36,24,12}', '{secretariat}'),
    ('orphan_exclusivity', '{36,24,12}', '{secretariat,region_representative}'),
    ('biosimilar', '{12,6}', '{secretariat}'),
    ('generic', '{12,6}', '{secretariat}');

-- One date of one medicine: a protection that ends, or a competitor that is expected.
CREATE TABLE market_entry (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    kind text NOT NULL REFERENCES market_ladder,
    medicine text NOT NULL CHECK (medicine <> ''),
    substance text NOT NULL,
    atc text NOT NULL,
    company text NOT NULL,
    indication text NOT NULL,
    day date NOT NULL,
    certainty text NOT NULL CHECK (certainty IN ('stated', 'expected')),
    source text NOT NULL,
    note text NOT NULL,
    case_id uuid REFERENCES cases,
    removed_at timestamptz,
    -- The rung that fires next, in months before the day, and when it does; null when none is left.
    remind_months smallint,
    remind_on date,
    CHECK ((remind_months IS NULL) = (remind_on IS NULL)),
    search tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', search_fold(medicine || ' ' || substance || ' ' || atc || ' ' || company || ' '
            || left(indication, 5000)))
    ) STORED
);
CREATE INDEX market_entry_day ON market_entry (day, id) WHERE removed_at IS NULL;
CREATE INDEX market_entry_case ON market_entry (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX market_entry_remind ON market_entry (remind_on, id) WHERE remind_on IS NOT NULL;
CREATE INDEX market_entry_search ON market_entry USING gin (search);

CREATE TABLE market_procurement (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    name text NOT NULL CHECK (name <> ''),
    substance text NOT NULL,
    atc text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('joint', 'regional')),
    status text NOT NULL CHECK (status IN ('wished', 'planned', 'decided', 'under_way', 'concluded', 'cancelled')),
    -- Who carries it out. The market function itself does not.
    lead text NOT NULL,
    unit text NOT NULL,
    volume numeric CHECK (volume > 0),
    sign_up_until date,
    advertised_on date,
    agreement_from date,
    agreement_to date,
    note text NOT NULL,
    CHECK (agreement_to >= agreement_from),
    search tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', search_fold(name || ' ' || substance || ' ' || atc || ' ' || lead))
    ) STORED
);
CREATE INDEX market_procurement_search ON market_procurement USING gin (search);

-- What a region has bound itself to buy in a year, in the unit of the procurement.
CREATE TABLE market_commitment (
    procurement_id uuid NOT NULL REFERENCES market_procurement,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    volume numeric NOT NULL CHECK (volume > 0),
    withdrawn boolean NOT NULL DEFAULT false,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (procurement_id, county_code)
);

-- Who changed what, when, from what to what. The application adds to it and can do nothing else with it.
CREATE TABLE market_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id uuid REFERENCES market_entry,
    procurement_id uuid REFERENCES market_procurement,
    ladder_kind text REFERENCES market_ladder,
    county_code text,
    field text NOT NULL,
    old text NOT NULL,
    new text NOT NULL,
    reason text NOT NULL DEFAULT '',
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    CHECK (num_nonnulls(entry_id, procurement_id, ladder_kind) = 1)
);
CREATE INDEX market_change_entry ON market_change (entry_id, id) WHERE entry_id IS NOT NULL;
CREATE INDEX market_change_procurement ON market_change (procurement_id, id) WHERE procurement_id IS NOT NULL;
CREATE INDEX market_change_ladder ON market_change (id) WHERE ladder_kind IS NOT NULL;

-- Each rung of each date reaches each person once, however often it is swept; a moved date reminds anew.
CREATE UNIQUE INDEX notice_market_once ON notice (subject, rung, due, person_id) WHERE kind = 'market_reminder';

GRANT SELECT, UPDATE ON market_ladder TO nt_app;
GRANT SELECT, INSERT, UPDATE ON market_entry, market_procurement, market_commitment TO nt_app;
GRANT SELECT, INSERT ON market_change TO nt_app;
"""

DOWNGRADE = """
DROP INDEX notice_market_once;
DELETE FROM notice WHERE kind = 'market_reminder';
DROP TABLE market_change, market_commitment, market_procurement, market_entry, market_ladder;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
