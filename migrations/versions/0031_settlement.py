"""Settlement: what was sold, what was counted, and what companies owe regions under their agreements.

Amounts that follow from terms are never here: a run's result, the statements and what is said in a dispute lie in the
sealed room, one sealed document for each. A run that has been decided and what was once taken in cannot be changed.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = """
-- A file that was handed in. It is read in the background, shown, and taken in when somebody says so.
CREATE TABLE settlement_file (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('sales', 'counts')),
    agreement_id uuid REFERENCES agreement,
    filename text NOT NULL,
    sha256 text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'faulty', 'read', 'taken')),
    row_count int NOT NULL DEFAULT 0,
    done_count int NOT NULL DEFAULT 0,
    fault_count int NOT NULL DEFAULT 0,
    faults jsonb NOT NULL DEFAULT '[]',
    summary jsonb NOT NULL DEFAULT '{}',
    -- The order in which files were taken in: a later one replaces what an earlier one said of the same.
    taken_number bigint UNIQUE,
    uploaded_by uuid NOT NULL REFERENCES person,
    uploaded_at timestamptz NOT NULL,
    taken_by uuid REFERENCES person,
    taken_at timestamptz,
    CHECK ((kind = 'counts') = (agreement_id IS NOT NULL)),
    CHECK ((state = 'taken') = (taken_number IS NOT NULL))
);
CREATE INDEX settlement_file_at ON settlement_file (uploaded_at DESC);

-- What a file says of a package in a region in a month, unit by unit: it replaces all that earlier files said of it.
-- It counts from when the file is taken in. The units are lines of one text, and their volumes and amounts words of two
-- others: they are always read and written together, and PostgreSQL takes longer over a hundred thousand numbers in
-- arrays than over all the rest of a file. A unit's volume is string_to_array(volumes, ' ')::numeric[].
CREATE TABLE settlement_sale (
    package text NOT NULL,
    county_code text NOT NULL,
    month date NOT NULL,
    file_id uuid NOT NULL REFERENCES settlement_file,
    units text STORAGE EXTERNAL NOT NULL CHECK (units <> ''),
    volumes text STORAGE EXTERNAL NOT NULL CHECK (volumes ~ '^[0-9. ]+$'),
    amounts text STORAGE EXTERNAL NOT NULL CHECK (amounts ~ '^[0-9. ]+$'),
    PRIMARY KEY (package, county_code, month, file_id),
    -- As many of each.
    CHECK (octet_length(units) - octet_length(replace(units, E'\\n', ''))
        = ALL (ARRAY[octet_length(volumes) - octet_length(replace(volumes, ' ', '')),
                     octet_length(amounts) - octet_length(replace(amounts, ' ', ''))]))
);

-- Counts alone: no row is about one person.
CREATE TABLE settlement_count (
    file_id uuid NOT NULL REFERENCES settlement_file,
    agreement_id uuid NOT NULL REFERENCES agreement,
    kind text NOT NULL CHECK (kind IN ('cohort', 'doses', 'outcome')),
    county_code text NOT NULL,
    month date NOT NULL,
    measure text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT '' CHECK (status IN ('', 'met', 'failed', 'missing')),
    doses int NOT NULL DEFAULT 0 CHECK (doses >= 0),
    patients int NOT NULL CHECK (patients >= 0),
    cost numeric NOT NULL DEFAULT 0 CHECK (cost >= 0)
);
CREATE INDEX settlement_count_of ON settlement_count (agreement_id, kind, county_code, month);

-- What is due to date at the end of a quarter, less all that was approved before. A later run never changes an earlier one.
CREATE TABLE settlement_run (
    id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement,
    number int NOT NULL CHECK (number > 0),
    until date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('ordinary', 'correction')),
    -- The run whose result is taken off; none for the first.
    after_run uuid REFERENCES settlement_run,
    known_number bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('computing', 'failed', 'proposed', 'approved', 'declined')),
    row_count int NOT NULL DEFAULT 0,
    proposed_by uuid NOT NULL REFERENCES person,
    proposed_at timestamptz NOT NULL,
    decided_by uuid REFERENCES person,
    decided_at timestamptz,
    UNIQUE (agreement_id, number),
    CHECK (decided_by <> proposed_by OR state <> 'approved'),
    CHECK ((state IN ('approved', 'declined')) = (decided_by IS NOT NULL))
);
CREATE UNIQUE INDEX settlement_run_open ON settlement_run (agreement_id) WHERE state IN ('computing', 'proposed');
CREATE UNIQUE INDEX settlement_run_after ON settlement_run (agreement_id, after_run) NULLS NOT DISTINCT
    WHERE state = 'approved';

-- Whom a run has a statement for: the company (no region) or a region.
CREATE TABLE settlement_statement (
    run_id uuid NOT NULL REFERENCES settlement_run,
    party text NOT NULL CHECK (party = 'company' OR party ~ '^[0-9]{2}$'),
    organisation_id uuid NOT NULL REFERENCES organisation,
    units text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, party)
);

CREATE TABLE settlement_dispute (
    id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES settlement_run,
    party text NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisation,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'rejected')),
    raised_by uuid NOT NULL REFERENCES person,
    raised_at timestamptz NOT NULL,
    resolved_by uuid REFERENCES person,
    resolved_at timestamptz,
    CHECK ((state = 'open') = (resolved_by IS NULL))
);
CREATE UNIQUE INDEX settlement_dispute_open ON settlement_dispute (run_id, party) WHERE state = 'open';

GRANT SELECT, INSERT ON settlement_file, settlement_sale, settlement_count, settlement_run, settlement_statement,
    settlement_dispute TO nt_app;
GRANT UPDATE (state, row_count, done_count, fault_count, faults, summary, taken_number, taken_by, taken_at)
    ON settlement_file TO nt_app;
GRANT UPDATE (state, row_count, decided_by, decided_at) ON settlement_run TO nt_app;
GRANT UPDATE (state, resolved_by, resolved_at) ON settlement_dispute TO nt_app;
"""

POLICIES = """
-- Whether whoever acts speaks for the company of an agreement or for a region that it binds or has bound. The policies of
-- agreements are asked as well: a region that was only asked to sign knows of the agreement, and of no settlement.
CREATE FUNCTION settles_with_me(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM agreement a WHERE a.id = wanted AND a.company_id = ANY (acting_organisations('{company_contact}')))
    OR EXISTS (
        SELECT FROM agreement_binding b WHERE b.agreement_id = wanted AND NOT isempty(b.days)
          AND b.organisation_id = ANY (acting_organisations('{region_representative}')));
END $$;
"""

_COUNCIL_ALONE = ("settlement_file", "settlement_sale", "settlement_count")
_OFFICE = "(SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}'))"
_OF_AGREEMENT = (
    "sees_agreement(agreement_id) "
    "AND ((SELECT is_council_side()) OR (state = 'approved' AND settles_with_me(agreement_id)))"
)
_OF_RUN = (
    "EXISTS (SELECT FROM settlement_run r WHERE r.id = run_id) AND ((SELECT is_council_side()) "
    "OR organisation_id = ANY ((SELECT acting_organisations('{company_contact,region_representative}'))::uuid[]))"
)
_SEEN = {
    "settlement_run": _OF_AGREEMENT,
    "settlement_statement": _OF_RUN,
    "settlement_dispute": _OF_RUN,
}

# What has been decided stays: the application finds no row to change.
_CHANGED = {
    "settlement_run": "state IN ('computing', 'proposed')",
    "settlement_dispute": "state = 'open'",
    "settlement_file": "state <> 'taken'",
}

_COLUMNS = """
settlement_file id internal the file
settlement_file kind internal sales or counts
settlement_file agreement_id internal whose counts
settlement_file filename party its name
settlement_file sha256 internal its content
settlement_file state internal how far it has come
settlement_file row_count internal how many rows it has
settlement_file done_count internal how many have been read
settlement_file fault_count internal how many faults it has
settlement_file faults party the first of them
settlement_file summary party what it holds
settlement_file taken_number internal its place in the order of what was taken in
settlement_file uploaded_by internal who handed it in
settlement_file uploaded_at internal when
settlement_file taken_by internal who had it taken in
settlement_file taken_at internal when
settlement_sale package party what was sold
settlement_sale county_code party to which region
settlement_sale month party in which month
settlement_sale file_id internal the file
settlement_sale units party to which of its units
settlement_sale volumes party how many packages each bought
settlement_sale amounts party what they cost before any rebate
settlement_count file_id internal the file
settlement_count agreement_id internal the agreement
settlement_count kind internal cohort, doses or outcome
settlement_count county_code party in which region
settlement_count month party of those who began in this month
settlement_count measure party by which measure
settlement_count status internal met, failed or missing
settlement_count doses party how many doses
settlement_count patients party how many patients
settlement_count cost party what the medicine cost for them
settlement_run id internal the run
settlement_run agreement_id internal the agreement
settlement_run number internal its number within the agreement
settlement_run until party the last day that is counted
settlement_run kind internal ordinary or correction
settlement_run after_run internal the run before
settlement_run known_number internal the last file that was known
settlement_run state internal how far it has come
settlement_run row_count internal how many lines of sales it was computed from
settlement_run proposed_by internal who proposed it
settlement_run proposed_at internal when
settlement_run decided_by internal who approved or declined it
settlement_run decided_at internal when
settlement_statement run_id internal the run
settlement_statement party internal the company, or which region
settlement_statement organisation_id party for whom
settlement_statement units party the units that it names
settlement_dispute id internal the dispute
settlement_dispute run_id internal the run
settlement_dispute party internal who disputes it
settlement_dispute organisation_id party who disputes it
settlement_dispute state internal open, upheld or rejected
settlement_dispute raised_by internal who raised it
settlement_dispute raised_at party when
settlement_dispute resolved_by internal who resolved it
settlement_dispute resolved_at party when
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    tables = list(dict.fromkeys(line.split()[0] for line in _COLUMNS.strip().splitlines()))
    for table in tables:
        seen = "(SELECT is_council_side())" if table in _COUNCIL_ALONE else _SEEN[table]
        made = _OFFICE if table != "settlement_dispute" else _OF_RUN
        op.execute(f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
            CREATE POLICY made ON {table} FOR INSERT WITH CHECK ({made});
            CREATE POLICY changed ON {table} FOR UPDATE
                USING (({_OFFICE}) AND {_CHANGED.get(table, "true")}) WITH CHECK ({_OFFICE});
            CREATE POLICY removed ON {table} FOR DELETE USING ({_OFFICE});
        """)
    op.execute("""
        -- A statement's PDF is asked for by whoever has the statement; its key begins with the run and the party.
        CREATE POLICY of_statements ON job USING (
            kind = 'settlement_pdf' AND EXISTS (
                SELECT FROM settlement_statement s
                WHERE s.run_id::text = split_part(job.key, ':', 1) AND s.party = split_part(job.key, ':', 2)));
    """)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what}'")


def downgrade() -> None:
    op.execute("""
        DROP POLICY of_statements ON job;
        DROP TABLE settlement_dispute, settlement_statement, settlement_run, settlement_count, settlement_sale,
            settlement_file;
        DROP FUNCTION settles_with_me(uuid);
    """)
