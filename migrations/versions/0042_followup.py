"""Follow-up: what is asked of a published recommendation, what was counted in each quarter, and the figures made of that.

What is counted stays as it was handed in, and only the council's side and the region itself read it. What is shown of it
is made once by the system, after small numbers have been taken away: a row for each quarter, each known file and each
version of the protocol, so that what was known on any day can be asked for later. Nothing here is changed afterwards but
how far a file has come.
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TABLES = """
-- What is followed, a version each time somebody saves. `indicators` [{name, definition, numerator, denominator, source,
-- period, responsible}] and `milestones` [{day, what, responsible}] are read and written with their version. `path` is
-- what is expected of each quarter from the first, in units of the measure for 100 000 inhabitants; the last one holds on.
CREATE TABLE followup_protocol (
    recommendation_id uuid NOT NULL REFERENCES publication,
    version smallint NOT NULL CHECK (version > 0),
    questions text NOT NULL,
    conditions text NOT NULL,
    measure text NOT NULL CHECK (measure IN ('packages', 'ddd', 'patients')),
    -- How much of the measure a patient uses in a quarter; by it amounts become patients.
    per_patient numeric NOT NULL CHECK (per_patient > 0),
    expected_patients int CHECK (expected_patients > 0),
    first_quarter date NOT NULL CHECK (first_quarter = date_trunc('quarter', first_quarter)),
    path numeric[] NOT NULL CHECK (0 <= ALL (path)),
    hidden_below smallint NOT NULL CHECK (hidden_below BETWEEN 2 AND 50),
    indicators jsonb NOT NULL,
    milestones jsonb NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (recommendation_id, version),
    UNIQUE (recommendation_id, version, person_id)
);

-- Nobody approves what they have written themselves. The newest approved version holds.
CREATE TABLE followup_approval (
    recommendation_id uuid NOT NULL,
    version smallint NOT NULL,
    written_by uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES person CHECK (person_id <> written_by),
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (recommendation_id, version),
    FOREIGN KEY (recommendation_id, version, written_by)
        REFERENCES followup_protocol (recommendation_id, version, person_id)
);

-- A quarter's file. It is read in the background, shown, and taken in when somebody says so.
CREATE TABLE followup_file (
    id uuid PRIMARY KEY,
    source text NOT NULL CHECK (source <> ''),
    -- On what ground the source may hand out the counts, in the words of the day it was taken in.
    legal_basis text NOT NULL CHECK (legal_basis <> ''),
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    state text NOT NULL CHECK (state IN ('waiting', 'faulty', 'read', 'taken')),
    row_count int NOT NULL DEFAULT 0,
    fault_count int NOT NULL DEFAULT 0,
    faults jsonb NOT NULL DEFAULT '[]',
    summary jsonb NOT NULL DEFAULT '{}',
    -- The order in which files were taken in: a later one replaces what an earlier one said of the same.
    taken_number bigint UNIQUE,
    -- None: it was handed in at the command line.
    uploaded_by uuid REFERENCES person,
    uploader text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    taken_by uuid REFERENCES person,
    taker text,
    taken_at timestamptz,
    CHECK ((state = 'taken') = (taken_number IS NOT NULL)),
    CHECK ((taken_number IS NULL) = (taken_at IS NULL))
);
CREATE INDEX followup_file_at ON followup_file (uploaded_at DESC, id);

-- Counts of groups, never of persons. No quantity: the region has not told. `base` is an indicator's denominator.
CREATE TABLE followup_count (
    file_id uuid NOT NULL REFERENCES followup_file,
    recommendation_id uuid NOT NULL REFERENCES publication,
    quarter date NOT NULL CHECK (quarter = date_trunc('quarter', quarter)),
    measure text NOT NULL CHECK (measure IN ('packages', 'ddd', 'patients') OR measure ~ '^indicator-[1-9][0-9]?$'),
    county_code text NOT NULL,
    quantity numeric CHECK (quantity >= 0),
    base numeric CHECK (base > 0),
    PRIMARY KEY (recommendation_id, quarter, measure, county_code, file_id),
    CHECK (starts_with(measure, 'indicator-') OR base IS NULL),
    CHECK (NOT starts_with(measure, 'indicator-') OR (quantity IS NULL) = (base IS NULL))
);
CREATE INDEX followup_count_file ON followup_count (file_id);

-- What is told of a quarter, of one measure: as the protocol's version and the files up to `known_number` had it. `scale`
-- is what a rate is told for: 100 000 inhabitants, or 100 of an indicator's denominator.
CREATE TABLE followup_figure (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    quarter date NOT NULL,
    measure text NOT NULL,
    version smallint NOT NULL,
    known_number bigint NOT NULL,
    at timestamptz NOT NULL,
    scale int NOT NULL CHECK (scale > 0),
    regions_told smallint NOT NULL CHECK (regions_told BETWEEN 0 AND 21),
    regions_hidden smallint NOT NULL CHECK (regions_hidden BETWEEN 0 AND regions_told),
    -- None where it would give a small number away.
    total numeric,
    base numeric,
    rate numeric,
    rate_low numeric,
    rate_high numeric,
    -- Share of the expected patients, in percent.
    of_expected numeric,
    expected numeric,
    variation numeric,
    variation_low numeric,
    variation_high numeric,
    gini numeric,
    gini_low numeric,
    gini_high numeric,
    ratio numeric,
    ratio_low numeric,
    ratio_high numeric,
    -- The coefficient of variation that 95 of 100 quarters stay below when all regions are alike.
    by_chance numeric,
    UNIQUE (recommendation_id, quarter, measure, known_number, version),
    FOREIGN KEY (recommendation_id, version) REFERENCES followup_protocol
);

CREATE TABLE followup_region_figure (
    figure_id uuid NOT NULL REFERENCES followup_figure,
    county_code text NOT NULL,
    is_told boolean NOT NULL,
    is_hidden boolean NOT NULL,
    quantity numeric,
    base numeric,
    rate numeric,
    rate_low numeric,
    rate_high numeric,
    of_expected numeric,
    place text CHECK (place IN ('below', 'within', 'above')),
    PRIMARY KEY (figure_id, county_code),
    CHECK (NOT is_hidden OR num_nonnulls(quantity, rate, rate_low, rate_high, of_expected, place) = 0)
);

-- That a region has been above or below what is expected two quarters in a row; once for each such run of quarters.
CREATE TABLE followup_alert (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    county_code text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('over', 'under')),
    began date NOT NULL,
    quarter date NOT NULL CHECK (quarter > began),
    rate numeric NOT NULL,
    rate_low numeric NOT NULL,
    rate_high numeric NOT NULL,
    expected numeric NOT NULL,
    version smallint NOT NULL,
    known_number bigint NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (recommendation_id, county_code, direction, began),
    FOREIGN KEY (recommendation_id, version) REFERENCES followup_protocol
);
CREATE INDEX followup_alert_at ON followup_alert (at DESC, id);

-- What the secretariat has said of an alert. The last one holds; earlier ones stay.
CREATE TABLE followup_answer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id uuid NOT NULL REFERENCES followup_alert,
    verdict text NOT NULL CHECK (verdict IN ('asked', 'explained', 'acted', 'noise')),
    text text NOT NULL CHECK (text <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX followup_answer_of ON followup_answer (alert_id, id DESC);

GRANT SELECT, INSERT ON followup_protocol, followup_approval, followup_file, followup_count, followup_figure,
    followup_region_figure, followup_alert, followup_answer TO nt_app;
GRANT UPDATE (state, row_count, fault_count, faults, summary, taken_number, taken_by, taker, taken_at)
    ON followup_file TO nt_app;
"""

_OFFICE = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')))"
_OWN = "((SELECT acting_as_system()) OR ((SELECT acting_in('{secretariat}')) AND person_id = (SELECT acting_person())))"
_REGIONS = "(SELECT acting_in('{region_representative}'))"

POLICIES = f"""
-- The county codes of the regions that whoever acts may speak of.
CREATE FUNCTION acting_counties() RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT o.county_code FROM organisation o
        WHERE o.id = ANY (acting_organisations('{{region_representative}}')) AND o.county_code IS NOT NULL);
END $$;

ALTER TABLE followup_protocol ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_protocol FOR SELECT USING ((SELECT is_council_side()) OR ({_REGIONS} AND EXISTS (
    SELECT FROM followup_approval a
    WHERE a.recommendation_id = followup_protocol.recommendation_id AND a.version = followup_protocol.version)));
CREATE POLICY written ON followup_protocol FOR INSERT WITH CHECK ({_OWN});
ALTER TABLE followup_approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_approval FOR SELECT USING ((SELECT is_council_side()) OR {_REGIONS});
CREATE POLICY approved ON followup_approval FOR INSERT WITH CHECK ({_OWN});

ALTER TABLE followup_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_file FOR SELECT USING ((SELECT is_council_side()) OR (state = 'taken' AND {_REGIONS}));
CREATE POLICY made ON followup_file FOR INSERT WITH CHECK ({_OFFICE});
CREATE POLICY changed ON followup_file FOR UPDATE USING ({_OFFICE} AND state <> 'taken') WITH CHECK ({_OFFICE});
ALTER TABLE followup_count ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_count FOR SELECT USING (
    (SELECT is_council_side()) OR county_code = ANY ((SELECT acting_counties())::text[]));
CREATE POLICY made ON followup_count FOR INSERT WITH CHECK ({_OFFICE});

-- Only the system makes figures. Those of the whole country are everybody's, those of each region the council's and the
-- regions'.
ALTER TABLE followup_figure ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON followup_figure FOR SELECT USING (true);
CREATE POLICY made ON followup_figure FOR INSERT WITH CHECK ((SELECT acting_as_system()));
ALTER TABLE followup_region_figure ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_region_figure FOR SELECT USING ((SELECT is_council_side()) OR {_REGIONS});
CREATE POLICY made ON followup_region_figure FOR INSERT WITH CHECK ((SELECT acting_as_system()));

-- That a region stands out may tell of a small number of its own, which the others are not shown.
ALTER TABLE followup_alert ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_alert FOR SELECT USING (
    (SELECT is_council_side()) OR county_code = ANY ((SELECT acting_counties())::text[]));
CREATE POLICY made ON followup_alert FOR INSERT WITH CHECK ((SELECT acting_as_system()));
ALTER TABLE followup_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON followup_answer FOR SELECT USING (
    EXISTS (SELECT FROM followup_alert a WHERE a.id = followup_answer.alert_id));
CREATE POLICY given ON followup_answer FOR INSERT WITH CHECK ({_OWN});
CREATE POLICY of_followup ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM followup_file f WHERE f.sha256 = file_part.sha256 AND (SELECT is_council_side())));

-- A report without alerts may be printed for the regions.
CREATE POLICY of_followup ON job USING (kind = 'followup_shared_pdf' AND {_REGIONS});

-- Outside the council the log of a case says nothing of protocols and alerts.
CREATE POLICY followed_up ON event AS RESTRICTIVE FOR SELECT USING (
    NOT starts_with(kind, 'followup_') OR (SELECT is_council_side()));

-- All that anybody at all may read: each quarter of a published recommendation as it is known now, of the measure that
-- its protocol counts by, the whole country together.
CREATE VIEW public_followup WITH (security_barrier) AS
    SELECT DISTINCT ON (p.slug, f.quarter) p.slug, f.quarter, f.measure, f.at, f.regions_told, f.regions_hidden, f.total, f.rate,
           f.rate_low, f.rate_high, f.expected, f.variation, f.variation_low, f.variation_high, f.gini, f.gini_low,
           f.gini_high, f.ratio, f.ratio_low, f.ratio_high, f.by_chance
    FROM followup_figure f
    JOIN publication p ON p.recommendation_id = f.recommendation_id
    JOIN followup_protocol x ON x.recommendation_id = f.recommendation_id AND x.version = f.version
        AND x.measure = f.measure
    ORDER BY p.slug, f.quarter, f.version DESC, f.known_number DESC;
GRANT SELECT ON public_followup TO nt_app;
"""  # noqa: S608 - constants of this file

# What each column is, and whom it may be told to, as in 0012.
_COLUMNS = """
followup_protocol recommendation_id public the recommendation
followup_protocol version internal the version
followup_protocol questions party what is to be known
followup_protocol conditions party which conditions are followed, and how
followup_protocol measure public what is counted
followup_protocol per_patient party how much of it a patient uses in a quarter
followup_protocol expected_patients party how many patients are expected in the country
followup_protocol first_quarter party the first day of the first quarter that is followed
followup_protocol path party what is expected of each quarter
followup_protocol hidden_below internal from how many patients a number is shown
followup_protocol indicators party the indicators
followup_protocol milestones party the milestones
followup_protocol person_id internal who wrote the version
followup_protocol person internal who wrote it, by name
followup_protocol at internal when
followup_approval recommendation_id internal the recommendation
followup_approval version internal the version
followup_approval written_by internal who wrote it
followup_approval person_id internal who approved it
followup_approval person internal who approved it, by name
followup_approval at internal when
followup_file id internal the file
followup_file source internal whose counts
followup_file legal_basis internal on what ground they are handed out
followup_file filename internal its name
followup_file sha256 internal its content
followup_file state internal how far it has come
followup_file row_count internal how many rows it has
followup_file fault_count internal how many faults it has
followup_file faults party the first of them
followup_file summary internal what it holds
followup_file taken_number internal its place in the order of what was taken in
followup_file uploaded_by internal who handed it in
followup_file uploader internal who handed it in, by name
followup_file uploaded_at internal when
followup_file taken_by internal who had it taken in
followup_file taker internal who had it taken in, by name
followup_file taken_at internal when
followup_count file_id internal the file
followup_count recommendation_id public the recommendation
followup_count quarter internal the quarter's first day
followup_count measure public what was counted
followup_count county_code party in which region
followup_count quantity party how much
followup_count base party of how many
followup_figure id public the figure
followup_figure recommendation_id public the recommendation
followup_figure quarter public the quarter's first day
followup_figure measure public what was counted
followup_figure version public by which version of the protocol
followup_figure known_number public the last file that was known
followup_figure at public when it was made
followup_figure scale public what a rate is told for
followup_figure regions_told public how many regions have told
followup_figure regions_hidden public how many of them are not shown
followup_figure total public how much in the country
followup_figure base public of how many
followup_figure rate public the country's rate
followup_figure rate_low public its lower bound
followup_figure rate_high public its upper bound
followup_figure of_expected public share of the expected patients
followup_figure expected public the expected rate
followup_figure variation public the coefficient of variation
followup_figure variation_low public its lower bound
followup_figure variation_high public its upper bound
followup_figure gini public the Gini coefficient
followup_figure gini_low public its lower bound
followup_figure gini_high public its upper bound
followup_figure ratio public highest to lowest
followup_figure ratio_low public its lower bound
followup_figure ratio_high public its upper bound
followup_figure by_chance public the variation that chance alone may give
followup_region_figure figure_id internal the figure
followup_region_figure county_code party the region
followup_region_figure is_told party whether it has told
followup_region_figure is_hidden party whether it is not shown
followup_region_figure quantity party how much
followup_region_figure base party of how many
followup_region_figure rate party its rate
followup_region_figure rate_low party its lower bound
followup_region_figure rate_high party its upper bound
followup_region_figure of_expected party share of the expected patients
followup_region_figure place party below, within or above what is expected
followup_alert id internal the alert
followup_alert recommendation_id internal the recommendation
followup_alert county_code party the region
followup_alert direction party over or under
followup_alert began party the first quarter of the run
followup_alert quarter party the quarter that made it an alert
followup_alert rate party the rate
followup_alert rate_low party its lower bound
followup_alert rate_high party its upper bound
followup_alert expected party what was expected
followup_alert version internal by which version of the protocol
followup_alert known_number internal the last file that was known
followup_alert at party when
followup_answer id internal the answer
followup_answer alert_id internal the alert
followup_answer verdict party what became of it
followup_answer text party in words
followup_answer person_id internal who answered
followup_answer person internal who answered, by name
followup_answer at party when
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute("""
        DROP VIEW public_followup;
        DROP POLICY followed_up ON event;
        DROP POLICY of_followup ON job;
        DROP POLICY of_followup ON file_part;
        DELETE FROM notice WHERE kind LIKE 'followup%';
        DELETE FROM job WHERE kind LIKE 'followup%';
        DROP TABLE followup_answer, followup_alert, followup_region_figure, followup_figure, followup_count, followup_file,
            followup_approval, followup_protocol CASCADE;
        DROP FUNCTION acting_counties;
    """)
