"""Introduction financing: the regions' own rules and lists, periods with their budgets and actuals, and the pot.

What was stated is never changed: a rule, a period and a medicine of the pot get versions, and a later amount takes the
place of an earlier one. Only the next reminder moves on its row. A region's amounts are its own; the secretariat and the
management are told sums of at least three regions.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = """
-- A region's own rule, in versions. `central_pct` of the cost is paid centrally (share), or the extra cost of an introduction
-- for `months` months (introduction). A rule that has been removed holds on no day.
CREATE TABLE cost_rule (
    id uuid NOT NULL,
    version smallint NOT NULL CHECK (version > 0),
    organisation_id uuid NOT NULL REFERENCES organisation,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    kind text NOT NULL CHECK (kind IN ('share', 'introduction')),
    atc text NOT NULL,
    central_pct smallint CHECK (central_pct BETWEEN 1 AND 100),
    months smallint CHECK (months BETWEEN 1 AND 120),
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from),
    title text NOT NULL CHECK (title <> ''),
    origin text NOT NULL CHECK (origin <> ''),
    removed boolean NOT NULL DEFAULT false,
    reason text NOT NULL DEFAULT '',
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id, version),
    CHECK ((kind = 'share') = (central_pct IS NOT NULL AND atc <> '')),
    CHECK ((kind = 'introduction') = (months IS NOT NULL))
);
CREATE INDEX cost_rule_region ON cost_rule (county_code, id, version DESC);

-- The yearly list of extremely expensive medicines. The newest row of a medicine and a year holds.
CREATE TABLE solidarity_listing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    year smallint NOT NULL,
    atc text NOT NULL CHECK (atc <> ''),
    medicine text NOT NULL,
    origin text NOT NULL CHECK (origin <> ''),
    removed boolean NOT NULL DEFAULT false,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX solidarity_listing_of ON solidarity_listing (county_code, year, atc, id DESC);

-- A medicine whose introduction a region finances. `moves_on` is that of the newest version below.
CREATE TABLE introduction_financing (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation,
    county_code text NOT NULL CHECK (county_code ~ '^[0-9]{2}$'),
    medicine text NOT NULL CHECK (medicine <> ''),
    atc text NOT NULL CHECK (atc <> ''),
    indication text NOT NULL DEFAULT '',
    case_id uuid REFERENCES cases,
    moves_on date NOT NULL,
    version smallint NOT NULL DEFAULT 1,
    -- The rung that fires next, in months before the cost moves, and when it does; null when none is left.
    remind_months smallint,
    remind_on date,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (county_code, atc, medicine, indication),
    UNIQUE (id, organisation_id),
    CHECK ((remind_months IS NULL) = (remind_on IS NULL))
);
CREATE INDEX introduction_financing_remind ON introduction_financing (remind_on, id) WHERE remind_on IS NOT NULL;
CREATE INDEX introduction_financing_case ON introduction_financing (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX introduction_financing_ends ON introduction_financing (moves_on);

CREATE TABLE introduction_period (
    financing_id uuid NOT NULL REFERENCES introduction_financing,
    version smallint NOT NULL CHECK (version > 0),
    start_on date NOT NULL,
    months smallint NOT NULL CHECK (months BETWEEN 1 AND 120),
    moves_on date NOT NULL CHECK (moves_on > start_on),
    -- The rule that gives the months.
    because text NOT NULL,
    reason text NOT NULL DEFAULT '',
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (financing_id, version)
);

-- Amounts in SEK. The newest row of a period's budget holds, and of a month; there what the region states goes before sales.
CREATE TABLE introduction_budget (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    financing_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    amount numeric NOT NULL CHECK (amount >= 0),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    FOREIGN KEY (financing_id, organisation_id) REFERENCES introduction_financing (id, organisation_id)
);
CREATE INDEX introduction_budget_of ON introduction_budget (financing_id, id DESC);
CREATE TABLE introduction_actual (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    financing_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    amount numeric NOT NULL CHECK (amount >= 0),
    -- Stated by the region, or what settlement's files say was sold.
    origin text NOT NULL CHECK (origin IN ('entered', 'sales')),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    FOREIGN KEY (financing_id, organisation_id) REFERENCES introduction_financing (id, organisation_id)
);
CREATE INDEX introduction_actual_of ON introduction_actual (financing_id, month, id DESC);

-- The pot's terms as they have been stated; the newest row holds. Amounts in million SEK.
CREATE TABLE orphan_pot (
    version smallint PRIMARY KEY CHECK (version > 0),
    first_year smallint NOT NULL,
    pot numeric NOT NULL CHECK (pot >= 0),
    indexation_pct numeric NOT NULL CHECK (indexation_pct BETWEEN 0 AND 100),
    way text NOT NULL CHECK (way IN ('pro-rata', 'carry-over', 'deficit')),
    -- By the year in which a period of five begins: its new base.
    bases jsonb NOT NULL DEFAULT '{}',
    origin text NOT NULL CHECK (origin <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);

-- A medicine, for one indication, for which the regions are jointly liable until its exclusivity ends.
CREATE TABLE orphan_medicine (
    id uuid PRIMARY KEY,
    case_id uuid REFERENCES cases,
    medicine text NOT NULL CHECK (medicine <> ''),
    atc text NOT NULL CHECK (atc <> ''),
    indication text NOT NULL CHECK (indication <> ''),
    version smallint NOT NULL DEFAULT 1,
    ends_on date NOT NULL,
    remind_months smallint,
    remind_on date,
    UNIQUE (atc, medicine, indication),
    CHECK ((remind_months IS NULL) = (remind_on IS NULL))
);
CREATE INDEX orphan_medicine_remind ON orphan_medicine (remind_on, id) WHERE remind_on IS NOT NULL;
CREATE INDEX orphan_medicine_case ON orphan_medicine (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE orphan_exclusivity (
    medicine_id uuid NOT NULL REFERENCES orphan_medicine,
    version smallint NOT NULL CHECK (version > 0),
    start_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > start_on),
    yearly_cost numeric NOT NULL CHECK (yearly_cost >= 0),
    reason text NOT NULL DEFAULT '',
    origin text NOT NULL CHECK (origin <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (medicine_id, version)
);

-- What orphan drugs cost a region in a year, SEK. The newest row holds.
CREATE TABLE orphan_cost (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation,
    year smallint NOT NULL,
    amount numeric NOT NULL CHECK (amount >= 0),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX orphan_cost_of ON orphan_cost (organisation_id, year, id DESC);

CREATE UNIQUE INDEX notice_financing_once ON notice (subject, rung, due, person_id)
    WHERE kind IN ('introduction_financing_ends', 'joint_liability_ends');

GRANT SELECT, INSERT ON cost_rule, solidarity_listing, introduction_financing, introduction_period, introduction_budget,
    introduction_actual, orphan_pot, orphan_medicine, orphan_exclusivity, orphan_cost TO nt_app;
GRANT UPDATE (moves_on, version, remind_months, remind_on) ON introduction_financing TO nt_app;
GRANT UPDATE (ends_on, version, remind_months, remind_on) ON orphan_medicine TO nt_app;
"""

_OWN = "organisation_id = ANY ((SELECT acting_organisations('{region_representative}'))::uuid[])"
_OFFICE = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')))"
_OWN_SIDE = "((SELECT is_council_side()) OR (SELECT acting_in('{region_representative}')))"
_MINE_OR_OFFICE = f"({_OFFICE} OR {_OWN})"
# Who reads the rows of each table, and who adds to them.
_SIGHT = {
    "cost_rule": (_OWN_SIDE, _MINE_OR_OFFICE),
    "solidarity_listing": (_OWN_SIDE, _MINE_OR_OFFICE),
    "introduction_financing": (_OWN_SIDE, _MINE_OR_OFFICE),
    "introduction_period": (
        _OWN_SIDE,
        f"{_OFFICE} OR EXISTS (SELECT FROM introduction_financing f WHERE f.id = financing_id AND f.{_OWN})",
    ),
    "introduction_budget": (
        f"(SELECT acting_as_system()) OR {_OWN}",
        f"(SELECT acting_as_system()) OR {_OWN}",
    ),
    # What was sold the secretariat knows from settlement, and hands on to the region.
    "introduction_actual": (
        f"(SELECT acting_as_system()) OR {_OWN} OR (origin = 'sales' AND (SELECT acting_in('{{secretariat}}')))",
        f"(SELECT acting_as_system()) OR {_OWN} OR (origin = 'sales' AND (SELECT acting_in('{{secretariat}}')))",
    ),
    "orphan_pot": (_OWN_SIDE, _OFFICE),
    "orphan_medicine": (_OWN_SIDE, _OFFICE),
    "orphan_exclusivity": (_OWN_SIDE, _OFFICE),
    "orphan_cost": (f"(SELECT acting_as_system()) OR {_OWN}", f"(SELECT acting_as_system()) OR {_OWN}"),
}

FUNCTIONS = """
-- Sums over regions for the secretariat and the management, who read no region's own amounts: only where at least three
-- regions are in a sum, so that none can be told from it (with two, each would know the other's).
CREATE FUNCTION introduction_sums()
RETURNS TABLE (atc text, medicine text, budgets int, budget numeric, told int, spent numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH one AS (
        SELECT f.atc, f.medicine, f.organisation_id, b.amount AS budget, s.amount AS spent
        FROM introduction_financing f
        LEFT JOIN LATERAL (
            SELECT x.amount FROM introduction_budget x WHERE x.financing_id = f.id ORDER BY x.id DESC LIMIT 1
        ) b ON true
        LEFT JOIN LATERAL (
            SELECT sum(y.amount) AS amount FROM (
                SELECT DISTINCT ON (x.month) x.amount FROM introduction_actual x
                JOIN introduction_period p ON p.financing_id = f.id AND p.version = f.version
                WHERE x.financing_id = f.id AND x.month >= date_trunc('month', p.start_on) AND x.month < p.moves_on
                ORDER BY x.month, x.origin = 'entered' DESC, x.id DESC) y
        ) s ON true
        WHERE acting_as_system() OR acting_in('{secretariat,management}')
    ),
    summed AS (
        SELECT one.atc, one.medicine,
               count(DISTINCT organisation_id) FILTER (WHERE one.budget IS NOT NULL)::int AS budgets,
               sum(one.budget) AS budget,
               count(DISTINCT organisation_id) FILTER (WHERE one.spent IS NOT NULL)::int AS told,
               sum(one.spent) AS spent
        FROM one GROUP BY one.atc, one.medicine
    )
    SELECT s.atc, s.medicine, s.budgets, CASE WHEN s.budgets >= 3 THEN s.budget END, s.told,
           CASE WHEN s.told >= 3 THEN s.spent END
    FROM summed s
$$;
-- The same for what orphan drugs have cost in a year; the regions are told too, who share the pot.
CREATE FUNCTION orphan_cost_sums() RETURNS TABLE (year int, told int, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT x.year::int, count(*)::int, CASE WHEN count(*) >= 3 THEN sum(x.amount) END
    FROM (
        SELECT DISTINCT ON (c.organisation_id, c.year) c.organisation_id, c.year, c.amount FROM orphan_cost c
        WHERE is_council_side() OR acting_in('{region_representative}')
        ORDER BY c.organisation_id, c.year, c.id DESC
    ) x GROUP BY x.year
$$;
GRANT EXECUTE ON FUNCTION introduction_sums(), orphan_cost_sums() TO nt_app;
"""

_COLUMNS = """
cost_rule id internal the rule
cost_rule version internal which version of it
cost_rule organisation_id internal whose it is
cost_rule county_code internal in which region
cost_rule kind internal a share of the cost, or the extra cost of introductions
cost_rule atc internal for codes that begin so
cost_rule central_pct internal how much is paid centrally
cost_rule months internal for how long
cost_rule valid_from internal its first day
cost_rule valid_to internal its last day
cost_rule title internal what it says
cost_rule origin internal where it is from
cost_rule removed internal whether it was taken back
cost_rule reason internal why it was changed
cost_rule person_id internal who entered the version
cost_rule person internal who entered it, by name
cost_rule at internal when
solidarity_listing id internal the row
solidarity_listing organisation_id internal whose list
solidarity_listing county_code internal in which region
solidarity_listing year internal for which year
solidarity_listing atc internal which medicine
solidarity_listing medicine internal its name
solidarity_listing origin internal the decision
solidarity_listing removed internal whether it was taken off
solidarity_listing person_id internal who entered it
solidarity_listing person internal who entered it, by name
solidarity_listing at internal when
introduction_financing id internal the financing
introduction_financing organisation_id internal who finances
introduction_financing county_code internal in which region
introduction_financing medicine internal the medicine
introduction_financing atc internal its code
introduction_financing indication internal for which indication
introduction_financing case_id internal the case
introduction_financing moves_on internal when the cost moves
introduction_financing version internal the newest version of its period
introduction_financing remind_months internal which reminder is next
introduction_financing remind_on internal when it is sent
introduction_financing person_id internal who entered it
introduction_financing person internal who entered it, by name
introduction_financing at internal when
introduction_period financing_id internal the financing
introduction_period version internal which version
introduction_period start_on internal its first day
introduction_period months internal for how long
introduction_period moves_on internal when the cost moves
introduction_period because internal by which rule
introduction_period reason internal why it was changed
introduction_period person_id internal who stated it
introduction_period person internal who stated it, by name
introduction_period at internal when
introduction_budget id internal the row
introduction_budget financing_id internal the financing
introduction_budget organisation_id party whose it is
introduction_budget amount party the budget of the period
introduction_budget person_id internal who stated it
introduction_budget person party who stated it, by name
introduction_budget at internal when
introduction_actual id internal the row
introduction_actual financing_id internal the financing
introduction_actual organisation_id party whose it is
introduction_actual month party in which month
introduction_actual amount party what it cost
introduction_actual origin internal stated, or by the files of sales
introduction_actual person_id internal who entered it
introduction_actual person party who entered it, by name
introduction_actual at internal when
orphan_pot version public which version
orphan_pot first_year public the first year of the grant
orphan_pot pot public its size in that year
orphan_pot indexation_pct public how much it grows a year
orphan_pot way public what is done when it does not suffice
orphan_pot bases public its new levels
orphan_pot origin public where the terms are from
orphan_pot person_id internal who stated them
orphan_pot person internal who stated them, by name
orphan_pot at internal when
orphan_medicine id internal the medicine
orphan_medicine case_id internal the case
orphan_medicine medicine internal its name
orphan_medicine atc internal its code
orphan_medicine indication internal for which indication
orphan_medicine version internal the newest version of what is stated of it
orphan_medicine ends_on internal when joint liability ends
orphan_medicine remind_months internal which warning is next
orphan_medicine remind_on internal when it is sent
orphan_exclusivity medicine_id internal the medicine
orphan_exclusivity version internal which version
orphan_exclusivity start_on internal the first day of exclusivity
orphan_exclusivity ends_on internal when it ends
orphan_exclusivity yearly_cost party what the medicine is expected to cost all regions a year
orphan_exclusivity reason internal why it ends on another day than after ten years
orphan_exclusivity origin internal where the days are from
orphan_exclusivity person_id internal who stated it
orphan_exclusivity person internal who stated it, by name
orphan_exclusivity at internal when
orphan_cost id internal the row
orphan_cost organisation_id party whose it is
orphan_cost year party in which year
orphan_cost amount party what orphan drugs cost
orphan_cost person_id internal who stated it
orphan_cost person party who stated it, by name
orphan_cost at internal when
"""


def upgrade() -> None:
    op.execute(TABLES + FUNCTIONS)
    for table, (seen, made) in _SIGHT.items():
        op.execute(f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
            CREATE POLICY made ON {table} FOR INSERT WITH CHECK ({made});
        """)
    op.execute(f"""
        CREATE POLICY changed ON introduction_financing FOR UPDATE USING ({_MINE_OR_OFFICE});
        CREATE POLICY changed ON orphan_medicine FOR UPDATE USING ({_OFFICE});
        -- The printed pot has no region's own amounts.
        CREATE POLICY of_the_pot ON job USING (kind = 'orphan_pot_pdf' AND {_OWN_SIDE});
        -- How regions pay is between them and the council's side.
        CREATE POLICY financed ON event AS RESTRICTIVE FOR SELECT USING (
            NOT (starts_with(kind, 'introduction_financing_') OR starts_with(kind, 'joint_liability_')) OR {_OWN_SIDE});
    """)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what}'")


def downgrade() -> None:
    op.execute("""
        DELETE FROM notice WHERE kind IN ('introduction_financing_ends', 'joint_liability_ends');
        DELETE FROM job WHERE kind = 'orphan_pot_pdf';
        DROP INDEX notice_financing_once;
        DROP POLICY financed ON event;
        DROP POLICY of_the_pot ON job;
        DROP FUNCTION introduction_sums();
        DROP FUNCTION orphan_cost_sums();
        DROP TABLE orphan_cost, orphan_exclusivity, orphan_medicine, orphan_pot, introduction_actual, introduction_budget,
            introduction_period, introduction_financing, solidarity_listing, cost_rule;
    """)
