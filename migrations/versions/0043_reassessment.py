"""Re-assessment: shorter last days, what may reopen a case, outcomes, early dialogues and evidence plans.

When a recommendation is to be assessed again is computed from what is public, from the case's log and from the newest
shorter day; it is stored nowhere. Everything here is added to and never changed: what was known on a day can be asked.
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = """
-- The numbers of the rules; the newest row holds.
CREATE TABLE reassessment_rule (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    months smallint NOT NULL CHECK (months BETWEEN 1 AND 120),
    price_percent numeric(5, 2) NOT NULL CHECK (price_percent > 0),
    agreement_days smallint NOT NULL CHECK (agreement_days >= 0),
    person text NOT NULL,
    at timestamptz NOT NULL
);
INSERT INTO reassessment_rule (months, price_percent, agreement_days, person, at) VALUES (24, 10, 90, '', now());

-- A last day before the rule's own, because a condition of the recommendation says so; without a day it is lifted again.
CREATE TABLE reassessment_bound (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    last_day date,
    reason text NOT NULL CHECK (reason <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX reassessment_bound_of ON reassessment_bound (recommendation_id, id DESC);

-- Each rung of each last day is told once, whoever works there then; the key says so to any number of schedulers.
CREATE TABLE reassessment_reminder (
    subject uuid NOT NULL,
    due date NOT NULL,
    rung smallint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (subject, due, rung)
);
-- The mornings on which what may reopen a case has been looked for.
CREATE TABLE reassessment_look (
    day date PRIMARY KEY,
    at timestamptz NOT NULL
);

-- Something that has happened and may reopen a case. The key is the happening: none is entered twice.
CREATE TABLE reopening_trigger (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_number text NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'new_indication', 'price_change', 'agreement_ends', 'new_evidence', 'alert', 'jca_updated')),
    key text NOT NULL CHECK (key <> ''),
    happened_on date NOT NULL,
    source text NOT NULL,
    description text NOT NULL,
    params jsonb NOT NULL,
    person_id uuid REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (case_id, kind, key)
);
CREATE INDEX reopening_trigger_at ON reopening_trigger (at DESC, id);

-- How it was assessed; the last one holds.
CREATE TABLE trigger_verdict (
    trigger_id uuid NOT NULL REFERENCES reopening_trigger,
    number smallint NOT NULL CHECK (number > 0),
    verdict text NOT NULL CHECK (verdict IN ('reopen', 'note', 'not_relevant')),
    reason text NOT NULL CHECK (reason <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (trigger_id, number)
);

-- What a re-assessment came to, with the reasons that anybody may read.
CREATE TABLE reassessment_outcome (
    recommendation_id uuid NOT NULL REFERENCES publication,
    case_id uuid NOT NULL REFERENCES cases,
    seq int NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('stands', 'changed', 'closed')),
    reasons text NOT NULL CHECK (reasons <> ''),
    decided_on date NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (recommendation_id, seq)
);

-- A meeting with a company before it applies, written in versions.
CREATE TABLE early_dialogue (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES organisation,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX early_dialogue_company ON early_dialogue (company_id);
CREATE TABLE early_dialogue_version (
    dialogue_id uuid NOT NULL REFERENCES early_dialogue,
    version smallint NOT NULL CHECK (version > 0),
    case_id uuid REFERENCES cases,
    medicine text NOT NULL CHECK (medicine <> ''),
    held_on date NOT NULL,
    parties text NOT NULL,
    questions text NOT NULL,
    advice text NOT NULL,
    for_regions text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (dialogue_id, version)
);
CREATE INDEX early_dialogue_case ON early_dialogue_version (case_id) WHERE case_id IS NOT NULL;

-- What is to be known by when, written in versions, and its milestones.
CREATE TABLE evidence_plan (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_number text NOT NULL,
    company_id uuid REFERENCES organisation,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX evidence_plan_case ON evidence_plan (case_id);
CREATE INDEX evidence_plan_company ON evidence_plan (company_id);
CREATE TABLE evidence_plan_version (
    plan_id uuid NOT NULL REFERENCES evidence_plan,
    version smallint NOT NULL CHECK (version > 0),
    question text NOT NULL CHECK (question <> ''),
    side text NOT NULL CHECK (side IN ('company', 'other')),
    data_owner text NOT NULL CHECK (data_owner <> ''),
    register text NOT NULL,
    intent text NOT NULL,
    agreement_id uuid REFERENCES agreement,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (plan_id, version)
);
CREATE TABLE evidence_milestone (
    id uuid PRIMARY KEY,
    plan_id uuid NOT NULL REFERENCES evidence_plan,
    what text NOT NULL CHECK (what <> ''),
    responsible text NOT NULL CHECK (responsible <> ''),
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX evidence_milestone_plan ON evidence_milestone (plan_id);
-- Its last day, which can be moved with a reason; the newest holds.
CREATE TABLE evidence_milestone_day (
    milestone_id uuid NOT NULL REFERENCES evidence_milestone,
    number smallint NOT NULL CHECK (number > 0),
    due date NOT NULL,
    reason text NOT NULL,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (milestone_id, number)
);
CREATE TABLE evidence_delivery (
    id uuid PRIMARY KEY,
    milestone_id uuid NOT NULL REFERENCES evidence_milestone,
    delivered_on date NOT NULL,
    note text NOT NULL,
    document_id uuid REFERENCES document,
    side text NOT NULL CHECK (side IN ('council', 'company')),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    CHECK (note <> '' OR document_id IS NOT NULL)
);
CREATE INDEX evidence_delivery_of ON evidence_delivery (milestone_id, at);

GRANT SELECT, INSERT ON reassessment_rule, reassessment_bound, reassessment_reminder, reassessment_look, reopening_trigger,
    trigger_verdict, reassessment_outcome, early_dialogue, early_dialogue_version, evidence_plan, evidence_plan_version,
    evidence_milestone, evidence_milestone_day, evidence_delivery TO nt_app;
"""

_SECRETARIAT = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')))"
_OWN = "company_id = ANY ((SELECT acting_organisations('{company_contact}'))::uuid[])"
POLICIES = f"""
ALTER TABLE reassessment_bound ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON reassessment_bound FOR SELECT USING (true);
CREATE POLICY stated ON reassessment_bound FOR INSERT WITH CHECK ({_SECRETARIAT});
ALTER TABLE reassessment_outcome ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON reassessment_outcome FOR SELECT USING (true);
CREATE POLICY decided ON reassessment_outcome FOR INSERT WITH CHECK (
    (SELECT acting_as_system())
    OR ((SELECT acting_in('{{secretariat,council_member}}')) AND person_id = (SELECT acting_person())));

-- What may reopen a case is the council's own until the case is reopened.
ALTER TABLE reopening_trigger ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON reopening_trigger FOR SELECT USING ((SELECT is_council_side()));
CREATE POLICY no_conflict ON reopening_trigger AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY found ON reopening_trigger FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE FUNCTION sees_trigger(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM reopening_trigger t WHERE t.id = wanted);
END
$$;
ALTER TABLE trigger_verdict ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON trigger_verdict FOR SELECT USING ((SELECT is_council_side()) AND sees_trigger(trigger_id));
CREATE POLICY assessed ON trigger_verdict FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ((SELECT acting_in('{{secretariat}}')) AND person_id = (SELECT acting_person())));

-- The council's side and the company that was met; the regions what may be told, in a case that they read.
ALTER TABLE early_dialogue ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON early_dialogue FOR SELECT USING (
    (SELECT is_council_side()) OR (SELECT acting_in('{{region_representative}}')) OR {_OWN});
CREATE POLICY made ON early_dialogue FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE FUNCTION sees_dialogue(wanted uuid, for_regions text, of_case uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF is_council_side() THEN
        RETURN of_case IS NULL OR NOT may_have_conflicts() OR NOT conflicted(of_case);
    END IF;
    RETURN (for_regions <> '' AND of_case IS NOT NULL AND acting_in('{{region_representative}}'))
        OR EXISTS (SELECT FROM early_dialogue d WHERE d.id = wanted
                   AND d.company_id = ANY (acting_organisations('{{company_contact}}')));
END
$$;
ALTER TABLE early_dialogue_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON early_dialogue_version FOR SELECT USING (sees_dialogue(dialogue_id, for_regions, case_id));
CREATE POLICY written ON early_dialogue_version FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ((SELECT acting_in('{{secretariat}}')) AND person_id = (SELECT acting_person())));

-- The council's side, the regions and the plan's own company.
ALTER TABLE evidence_plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON evidence_plan FOR SELECT USING (
    (SELECT is_council_side()) OR (SELECT acting_in('{{region_representative}}')) OR {_OWN});
CREATE POLICY no_conflict ON evidence_plan AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY made ON evidence_plan FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE FUNCTION sees_plan(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM evidence_plan p WHERE p.id = wanted);
END
$$;
CREATE FUNCTION sees_milestone(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM evidence_milestone m WHERE m.id = wanted AND sees_plan(m.plan_id));
END
$$;
CREATE FUNCTION delivers_milestone(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM evidence_milestone m JOIN evidence_plan p ON p.id = m.plan_id
        WHERE m.id = wanted AND (acting_in('{{secretariat}}')
            OR p.company_id = ANY (acting_organisations('{{company_contact}}'))));
END
$$;
ALTER TABLE evidence_plan_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON evidence_plan_version FOR SELECT USING (sees_plan(plan_id));
CREATE POLICY written ON evidence_plan_version FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ((SELECT acting_in('{{secretariat}}')) AND person_id = (SELECT acting_person())));
ALTER TABLE evidence_milestone ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON evidence_milestone FOR SELECT USING (sees_plan(plan_id));
CREATE POLICY made ON evidence_milestone FOR INSERT WITH CHECK ({_SECRETARIAT});
ALTER TABLE evidence_milestone_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON evidence_milestone_day FOR SELECT USING (sees_milestone(milestone_id));
CREATE POLICY stated ON evidence_milestone_day FOR INSERT WITH CHECK ({_SECRETARIAT});
ALTER TABLE evidence_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON evidence_delivery FOR SELECT USING (sees_milestone(milestone_id));
CREATE POLICY delivered ON evidence_delivery FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (person_id = (SELECT acting_person()) AND delivers_milestone(milestone_id)));
"""  # noqa: S608 - constants of this file

# What each column is, and whom it may be told to, as in 0012.
_COLUMNS = """
reassessment_rule id internal the row
reassessment_rule months public months from publication to the next assessment
reassessment_rule price_percent public how much a list price has changed when it is told
reassessment_rule agreement_days public how many days before its end an agreement is told
reassessment_rule person internal who set it
reassessment_rule at internal when
reassessment_bound id internal the row
reassessment_bound recommendation_id public the recommendation
reassessment_bound last_day public the last day; none when lifted
reassessment_bound reason internal why
reassessment_bound person_id internal who stated it
reassessment_bound person internal who stated it, by name
reassessment_bound at internal when
reassessment_reminder subject internal the recommendation or the milestone
reassessment_reminder due internal the last day it reminds of
reassessment_reminder rung internal months before it, or days from it
reassessment_reminder at internal when it was told
reassessment_look day internal the day
reassessment_look at internal when
reopening_trigger id internal the happening
reopening_trigger case_id internal the case
reopening_trigger case_number public the case by number
reopening_trigger kind internal what kind of happening
reopening_trigger key internal which happening
reopening_trigger happened_on internal its day
reopening_trigger source internal where it is known from
reopening_trigger description internal what has happened
reopening_trigger params internal figures of it
reopening_trigger person_id internal who entered it
reopening_trigger person internal who entered it, by name
reopening_trigger at internal when
trigger_verdict trigger_id internal the happening
trigger_verdict number internal which assessment of it
trigger_verdict verdict internal what is done
trigger_verdict reason internal why
trigger_verdict person_id internal who assessed it
trigger_verdict person internal who, by name
trigger_verdict at internal when
reassessment_outcome recommendation_id public the recommendation
reassessment_outcome case_id public its case
reassessment_outcome seq internal the event of the case
reassessment_outcome outcome public what it came to
reassessment_outcome reasons public why, for anybody to read
reassessment_outcome decided_on public the day
reassessment_outcome person_id internal who recorded it
reassessment_outcome person internal who, by name
reassessment_outcome at internal when
early_dialogue id internal the dialogue
early_dialogue company_id party the company
early_dialogue made_by internal who entered it
early_dialogue made_at internal when
early_dialogue_version dialogue_id internal the dialogue
early_dialogue_version version internal the version
early_dialogue_version case_id party the case that came of it
early_dialogue_version medicine party the medicine
early_dialogue_version held_on party the day of the meeting
early_dialogue_version parties party who met
early_dialogue_version questions party what was asked
early_dialogue_version advice party the advice given
early_dialogue_version for_regions party what may be told to the regions
early_dialogue_version person_id internal who wrote the version
early_dialogue_version person internal who, by name
early_dialogue_version at internal when
evidence_plan id internal the plan
evidence_plan case_id internal its case
evidence_plan case_number public its case by number
evidence_plan company_id internal the company
evidence_plan made_by internal who made it
evidence_plan made_at internal when
evidence_plan_version plan_id internal the plan
evidence_plan_version version internal the version
evidence_plan_version question party what is to be known
evidence_plan_version side internal whether the company owns the data
evidence_plan_version data_owner party who owns the data
evidence_plan_version register party the register it comes from
evidence_plan_version intent party the letter of intent on trials
evidence_plan_version agreement_id internal the agreement that rests on it
evidence_plan_version person_id internal who wrote the version
evidence_plan_version person internal who, by name
evidence_plan_version at internal when
evidence_milestone id internal the milestone
evidence_milestone plan_id internal the plan
evidence_milestone what party what is to be delivered
evidence_milestone responsible party who is responsible
evidence_milestone person internal who stated it
evidence_milestone at internal when
evidence_milestone_day milestone_id internal the milestone
evidence_milestone_day number internal which day of it
evidence_milestone_day due party the last day
evidence_milestone_day reason party why it was moved
evidence_milestone_day person internal who stated it
evidence_milestone_day at internal when
evidence_delivery id internal the delivery
evidence_delivery milestone_id internal the milestone
evidence_delivery delivered_on party the day
evidence_delivery note party what was said with it
evidence_delivery document_id internal the document, among those of the case
evidence_delivery side internal on which side whoever delivered it is
evidence_delivery person_id internal who delivered it
evidence_delivery person party who, by name
evidence_delivery at party when
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute("""
        DELETE FROM notice WHERE kind LIKE 'reassessment%' OR kind LIKE 'evidence%';
        DROP TABLE evidence_delivery, evidence_milestone_day, evidence_milestone, evidence_plan_version, evidence_plan,
            early_dialogue_version, early_dialogue, reassessment_outcome, trigger_verdict, reopening_trigger,
            reassessment_look, reassessment_reminder, reassessment_bound, reassessment_rule CASCADE;
        DROP FUNCTION sees_trigger, sees_dialogue, sees_plan, sees_milestone, delivers_milestone;
    """)
