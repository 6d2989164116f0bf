"""Introduction: what each of 21 regions does with a published recommendation, how far it has come, and who is reminded.

Every table of facts only grows. A region's decision says from which day it holds, which may lie before the instant it
was recorded at and never after it; of those that hold on a day, the one that holds from the latest day counts, and of
several from that day the one recorded last. A region is its county code: there are 21, whichever have a member here.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE introduction_decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    organisation_id uuid NOT NULL REFERENCES organisation,
    -- Which of the region's, so that of two that were written from the same page one is kept.
    number smallint NOT NULL CHECK (number > 0),
    decision text NOT NULL CHECK (decision IN ('follow', 'limits', 'not')),
    -- From the list in introduction/rules/reasons.py; none where the region follows.
    reason_code text NOT NULL CHECK (reason_code ~ '^[a-z_]*$'),
    reason text NOT NULL,
    reason_public boolean NOT NULL,
    -- When the medicine is taken into use; none where it is not, or is not known yet.
    start_on date,
    responsible_id uuid REFERENCES person,
    responsible text NOT NULL,
    responsible_role text NOT NULL,
    protocol_link text NOT NULL,
    holds_from date NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (recommendation_id, county_code, number),
    CHECK ((decision = 'follow') = (reason_code = '')),
    CHECK (decision = 'follow' OR reason <> ''),
    CHECK (holds_from <= (at AT TIME ZONE 'Europe/Stockholm')::date)
);
CREATE INDEX introduction_decision_holds
    ON introduction_decision (recommendation_id, county_code, holds_from DESC, at DESC, id DESC);

-- Where it is used: name and code as the region writes them.
CREATE TABLE introduction_unit (
    decision_id bigint NOT NULL REFERENCES introduction_decision,
    position smallint NOT NULL CHECK (position > 0),
    name text NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (decision_id, position)
);

-- A step of readiness and its day; none takes back what was said before. The decision itself is the first step.
CREATE TABLE introduction_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    organisation_id uuid NOT NULL REFERENCES organisation,
    step text NOT NULL CHECK (step IN ('funded', 'trained', 'ordering', 'in_use')),
    day date,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX introduction_step_of ON introduction_step (recommendation_id, county_code, step, at DESC, id DESC);

-- The region's introduction protocol as a file. One that was taken away stays, and is listed no more.
CREATE TABLE introduction_document (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    organisation_id uuid NOT NULL REFERENCES organisation,
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    removed_by text,
    removed_at timestamptz,
    CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE INDEX introduction_document_of ON introduction_document (recommendation_id, county_code);
CREATE INDEX introduction_document_file ON introduction_document (sha256);

-- Days after publication, or after the day of start, on which a region is reminded. The last row of a kind holds.
CREATE TABLE introduction_ladder (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('undecided', 'not_ready')),
    days smallint[] NOT NULL CHECK (cardinality(days) <= 10),
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX introduction_ladder_of ON introduction_ladder (kind, id DESC);
INSERT INTO introduction_ladder (kind, days, person, at)
VALUES ('undecided', '{30,60}', '', '2026-01-01T00:00:00Z'), ('not_ready', '{0}', '', '2026-01-01T00:00:00Z');

-- The next reminder of each region: `due` is what is counted from, `rung` the days after it; none when all have gone.
CREATE TABLE introduction_watch (
    recommendation_id uuid NOT NULL REFERENCES publication,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    kind text NOT NULL CHECK (kind IN ('undecided', 'not_ready')),
    due date NOT NULL,
    rung smallint,
    remind_on date,
    PRIMARY KEY (recommendation_id, county_code, kind),
    CHECK ((rung IS NULL) = (remind_on IS NULL))
);
CREATE INDEX introduction_watch_remind ON introduction_watch (remind_on) WHERE remind_on IS NOT NULL;
CREATE UNIQUE INDEX notice_introduction_once ON notice (kind, subject, rung, due, person_id)
    WHERE kind IN ('introduction_undecided', 'introduction_not_ready');

GRANT SELECT, INSERT ON introduction_decision, introduction_unit, introduction_step, introduction_document,
    introduction_ladder, introduction_watch TO nt_app;
GRANT UPDATE (removed_by, removed_at) ON introduction_document TO nt_app;
GRANT UPDATE (due, rung, remind_on) ON introduction_watch TO nt_app;
"""

_SEEN = "(SELECT is_council_side()) OR (SELECT acting_in('{region_representative}'))"
_OWN = """(SELECT acting_as_system()) OR (person_id = (SELECT acting_person())
    AND speaks_for_region(organisation_id, county_code))"""
POLICIES = f"""
-- Whether whoever acts may speak today for an organisation that is the region of the county code.
CREATE FUNCTION speaks_for_region(wanted uuid, county text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = m.organisation_id
        WHERE m.person_id = acting_person() AND m.organisation_id = wanted AND m.role = 'region_representative'
          AND m.speaks AND p.disabled_at IS NULL AND o.kind = 'region' AND coalesce(o.county_code, county) = county
          AND m.valid_from <= acting_day() AND (m.valid_to IS NULL OR m.valid_to >= acting_day()));
END $$;

-- Between the regions and the council, as the directors' answers are; what is public of it is in a view.
ALTER TABLE introduction_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON introduction_decision FOR SELECT USING ({_SEEN});
CREATE POLICY decided ON introduction_decision FOR INSERT WITH CHECK ({_OWN});
ALTER TABLE introduction_unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON introduction_unit FOR SELECT USING ({_SEEN});
CREATE FUNCTION own_introduction(wanted bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM introduction_decision d WHERE d.id = wanted AND d.person_id = acting_person());
END $$;
CREATE POLICY named ON introduction_unit FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR own_introduction(decision_id));
ALTER TABLE introduction_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON introduction_step FOR SELECT USING ({_SEEN});
CREATE POLICY taken ON introduction_step FOR INSERT WITH CHECK ({_OWN});
ALTER TABLE introduction_document ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON introduction_document FOR SELECT USING ({_SEEN});
CREATE POLICY added ON introduction_document FOR INSERT WITH CHECK (({_OWN}) AND may_name_file(sha256));
CREATE POLICY removed ON introduction_document FOR UPDATE USING (
    (SELECT acting_as_system()) OR speaks_for_region(organisation_id, county_code));
CREATE POLICY of_introductions ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM introduction_document d WHERE d.sha256 = file_part.sha256));
-- The printed report of deviations is read by the regions too.
CREATE POLICY of_introductions ON job USING (
    kind = 'introduction_pdf' AND (SELECT acting_in('{{region_representative}}')));
"""  # noqa: S608 - constants of this file

# As those of 0037: all that anybody at all may read of it. A region's own words are there where it has made them public.
VIEWS = """
CREATE VIEW public_introduction WITH (security_barrier) AS
    SELECT p.slug, p.case_number, h.county_code, h.decision, h.reason_code, h.start_on,
           CASE WHEN h.reason_public THEN h.reason ELSE '' END AS reason
    FROM publication p
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (d.county_code) d.* FROM introduction_decision d
        WHERE d.recommendation_id = p.recommendation_id
        ORDER BY d.county_code, d.holds_from DESC, d.at DESC, d.id DESC
    ) h;
-- Changes whenever something of it may have.
CREATE VIEW public_introduction_mark WITH (security_barrier) AS
    SELECT coalesce(max(d.id), 0) AS newest FROM introduction_decision d;
GRANT SELECT ON public_introduction, public_introduction_mark TO nt_app;
"""

# What each column is, and whom it may be told to, as in 0012.
_COLUMNS = """
introduction_decision id internal the decision
introduction_decision recommendation_id public the recommendation
introduction_decision county_code public the region
introduction_decision organisation_id internal the region as an organisation
introduction_decision number internal which of the region's
introduction_decision decision public whether the region follows
introduction_decision reason_code public why it does not, by the list
introduction_decision reason party why, in its own words; public where it says so
introduction_decision reason_public internal whether it says so
introduction_decision start_on public when the medicine is taken into use
introduction_decision responsible_id internal who is responsible, where they are a person of the region here
introduction_decision responsible party who is responsible, by name
introduction_decision responsible_role party as what
introduction_decision protocol_link party where the region's protocol is
introduction_decision holds_from party from which day it holds
introduction_decision person_id internal who recorded it
introduction_decision person party who recorded it, by name
introduction_decision at party when
introduction_unit decision_id internal the decision
introduction_unit position internal the place in its list
introduction_unit name party the unit
introduction_unit code party its code, as the region writes it
introduction_step id internal the entry
introduction_step recommendation_id party the recommendation
introduction_step county_code party the region
introduction_step organisation_id internal the region as an organisation
introduction_step step party the step of readiness
introduction_step day party its day
introduction_step person_id internal who recorded it
introduction_step person party who recorded it, by name
introduction_step at party when
introduction_document id internal the protocol
introduction_document recommendation_id party the recommendation
introduction_document county_code party the region
introduction_document organisation_id internal the region as an organisation
introduction_document filename party its name as a file
introduction_document sha256 internal its content
introduction_document person_id internal who added it
introduction_document person party who added it, by name
introduction_document at party when
introduction_document removed_by party who took it away
introduction_document removed_at party when
introduction_ladder id internal the setting
introduction_ladder kind internal what is reminded of
introduction_ladder days internal how many days after
introduction_ladder person internal who set it
introduction_ladder at internal when
introduction_watch recommendation_id internal the recommendation
introduction_watch county_code internal the region
introduction_watch kind internal what is reminded of
introduction_watch due internal the day that is counted from
introduction_watch rung internal the next reminder, in days after it
introduction_watch remind_on internal its day
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES + VIEWS)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute("""
        DROP VIEW public_introduction_mark, public_introduction;
        DROP POLICY of_introductions ON job;
        DROP POLICY of_introductions ON file_part;
        DELETE FROM notice WHERE kind LIKE 'introduction%';
        DELETE FROM job WHERE kind = 'introduction_pdf';
        DROP INDEX notice_introduction_once;
        DROP TABLE introduction_watch, introduction_ladder, introduction_document, introduction_step, introduction_unit,
            introduction_decision CASCADE;
        DROP FUNCTION own_introduction, speaks_for_region;
    """)
