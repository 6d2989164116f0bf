"""The half-yearly report: its figures as known on a day, a preface in versions, its issue by a second person, and what
the secretariat enters of the joint budget.

Everything only grows. A report's figures are counted once, by the system; what is issued is kept as it was, with a hash.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE half_year_report (
    id uuid PRIMARY KEY,
    -- Whole months, and the day at whose end everything in it was known.
    first_month date NOT NULL CHECK (extract(day FROM first_month) = 1),
    months smallint NOT NULL CHECK (months BETWEEN 1 AND 24),
    known_on date NOT NULL CHECK (known_on >= first_month),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (first_month, months, known_on)
);

-- Counted once in the background. `content` is JSON as it is hashed.
CREATE TABLE half_year_figures (
    report_id uuid PRIMARY KEY REFERENCES half_year_report,
    content text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);

CREATE TABLE half_year_preface (
    report_id uuid NOT NULL REFERENCES half_year_report,
    version smallint NOT NULL CHECK (version > 0),
    text text NOT NULL CHECK (text <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (report_id, version),
    UNIQUE (report_id, version, person_id)
);

-- Nobody issues what they have written themselves. `content` is the whole report as JSON, as it is hashed.
CREATE TABLE half_year_issue (
    report_id uuid PRIMARY KEY REFERENCES half_year_figures,
    version smallint NOT NULL,
    written_by uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES person CHECK (person_id <> written_by),
    person text NOT NULL,
    at timestamptz NOT NULL,
    content text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
    -- Set when the worker has printed it, and never again.
    pdf_sha256 text REFERENCES file_content,
    FOREIGN KEY (report_id, version, written_by) REFERENCES half_year_preface (report_id, version, person_id)
);
CREATE INDEX half_year_issue_pdf ON half_year_issue (pdf_sha256);

-- A line of the joint budget for a year, of which the last entry holds, or a cost that was booked on a day; a cost that
-- was entered wrongly is taken back by one with the opposite sign. SEK with öre.
CREATE TABLE joint_budget_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('budget', 'cost')),
    year smallint NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    line text NOT NULL CHECK (line ~ '^[a-z_]+$'),
    day date,
    amount numeric(14, 2) NOT NULL CHECK (kind = 'cost' OR amount >= 0),
    note text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    CHECK (CASE kind WHEN 'cost' THEN day IS NOT NULL AND extract(year FROM day) = year ELSE day IS NULL END)
);
CREATE INDEX joint_budget_entry_year ON joint_budget_entry (year, kind, line, id DESC);

GRANT SELECT, INSERT ON half_year_report, half_year_figures, half_year_preface, half_year_issue, joint_budget_entry
    TO nt_app;
GRANT UPDATE (pdf_sha256) ON half_year_issue TO nt_app;
"""

_READERS = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat,management,auditor}')))"
_OWN = """((SELECT acting_as_system())
    OR ((SELECT acting_in('{secretariat,management}')) AND person_id = (SELECT acting_person())))"""
_OFFICE = """((SELECT acting_as_system())
    OR ((SELECT acting_in('{secretariat}')) AND person_id = (SELECT acting_person())))"""

POLICIES = f"""
ALTER TABLE half_year_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON half_year_report FOR SELECT USING ({_READERS});
CREATE POLICY made ON half_year_report FOR INSERT WITH CHECK ({_OWN});
ALTER TABLE half_year_figures ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON half_year_figures FOR SELECT USING ({_READERS});
CREATE POLICY counted ON half_year_figures FOR INSERT WITH CHECK ((SELECT acting_as_system()));
-- What has been issued has no later preface.
ALTER TABLE half_year_preface ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON half_year_preface FOR SELECT USING ({_READERS});
CREATE POLICY written ON half_year_preface FOR INSERT WITH CHECK (
    {_OWN} AND NOT EXISTS (SELECT FROM half_year_issue i WHERE i.report_id = half_year_preface.report_id));
ALTER TABLE half_year_issue ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON half_year_issue FOR SELECT USING ({_READERS});
CREATE POLICY issued ON half_year_issue FOR INSERT WITH CHECK ({_OWN} AND pdf_sha256 IS NULL);
CREATE POLICY printed ON half_year_issue FOR UPDATE USING ((SELECT acting_as_system()) AND pdf_sha256 IS NULL)
    WITH CHECK ((SELECT acting_as_system()));
ALTER TABLE joint_budget_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON joint_budget_entry FOR SELECT USING ({_READERS});
CREATE POLICY entered ON joint_budget_entry FOR INSERT WITH CHECK ({_OFFICE});
CREATE POLICY of_half_years ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM half_year_issue i WHERE i.pdf_sha256 = file_part.sha256));
"""  # noqa: S608 - constants of this file

# What each column is, and whom it may be told to, as in 0012.
_COLUMNS = """
half_year_report id internal the report
half_year_report first_month internal the first day of its period
half_year_report months internal how many months its period has
half_year_report known_on internal the day at whose end everything in it was known
half_year_report person_id internal who asked for it
half_year_report person internal who asked for it, by name
half_year_report at internal when
half_year_figures report_id internal the report
half_year_figures content internal its figures as JSON
half_year_figures sha256 internal the hash of its figures
half_year_preface report_id internal the report
half_year_preface version internal which version of its preface
half_year_preface text internal the preface
half_year_preface person_id internal who wrote the version
half_year_preface person internal who wrote it, by name
half_year_preface at internal when
half_year_issue report_id internal the report
half_year_issue version internal the version of its preface
half_year_issue written_by internal who wrote that
half_year_issue person_id internal who issued it
half_year_issue person internal who issued it, by name
half_year_issue at internal when
half_year_issue content internal everything that it says as JSON
half_year_issue sha256 internal the hash of that
half_year_issue pdf_sha256 internal the printed report
joint_budget_entry id internal the entry
joint_budget_entry kind internal a line of the budget or a cost
joint_budget_entry year internal the year
joint_budget_entry line internal the line of the budget
joint_budget_entry day internal when the cost was booked
joint_budget_entry amount internal how much
joint_budget_entry note internal what it is for
joint_budget_entry person_id internal who entered it
joint_budget_entry person internal who entered it, by name
joint_budget_entry at internal when
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute("""
        DROP POLICY of_half_years ON file_part;
        DELETE FROM job WHERE kind LIKE 'half_year%';
        DROP TABLE joint_budget_entry, half_year_issue, half_year_preface, half_year_figures, half_year_report CASCADE;
    """)
