"""Appeals of the federation's decisions: announced on the notice board, delivered to the parties, appealed, gaining legal force.

Everything that has happened is kept as it came, with who recorded it and when, and is never changed; only reminders move on.
`decision_status` and `decision_notice` are what anybody may read; of who appeals they say the kind of party and no more. A
company reads what concerns its own case and its own appeals.
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLES = """
-- The announcement on the notice board that the minutes with the decision are approved.
CREATE TABLE decision_notice (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    approved_on date NOT NULL,
    up_on date NOT NULL CHECK (up_on >= approved_on),
    -- The first day on which it may come down.
    down_on date NOT NULL CHECK (down_on > up_on),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX decision_notice_of ON decision_notice (recommendation_id, up_on);
CREATE TABLE decision_notice_down (
    notice_id uuid PRIMARY KEY REFERENCES decision_notice,
    down_on date NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);

-- That the decision, or the notification of an award, was sent to a party, and that the party received it.
CREATE TABLE decision_delivery (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    organisation_id uuid NOT NULL REFERENCES organisation,
    what text NOT NULL CHECK (what IN ('decision', 'award')),
    way text NOT NULL CHECK (way IN ('system', 'mail', 'post')),
    sent_on date NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX decision_delivery_of ON decision_delivery (recommendation_id);
CREATE TABLE decision_receipt (
    delivery_id uuid PRIMARY KEY REFERENCES decision_delivery,
    received_on date NOT NULL,
    proof text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE appeal (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    case_id uuid NOT NULL REFERENCES cases,
    number smallint NOT NULL CHECK (number > 0),
    track text NOT NULL CHECK (track IN ('legality', 'merits', 'procurement')),
    party_class text NOT NULL CHECK (party_class IN ('member', 'company', 'supplier', 'region', 'other')),
    -- The company that appeals, which reads it.
    organisation_id uuid REFERENCES organisation,
    appellant text NOT NULL CHECK (appellant <> ''),
    grounds text NOT NULL,
    received_on date NOT NULL,
    received_by text NOT NULL CHECK (received_by IN ('body', 'court')),
    -- As it was judged when it was registered: the last day then, and the rule.
    last_day date,
    in_time boolean NOT NULL,
    because text NOT NULL CHECK (because IN ('not_begun', 'in_time', 'with_the_other', 'misinformed', 'late')),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (case_id, number),
    CHECK ((organisation_id IS NULL) OR party_class IN ('company', 'supplier'))
);
CREATE INDEX appeal_of ON appeal (recommendation_id);
CREATE TABLE appeal_step (
    appeal_id uuid NOT NULL REFERENCES appeal,
    seq smallint NOT NULL CHECK (seq > 0),
    kind text NOT NULL CHECK (kind IN ('reconsidered', 'changed', 'rejected_late', 'handed_over', 'statement_asked',
        'statement_given', 'ruled', 'withdrawn')),
    day date NOT NULL,
    due date,
    ruling text CHECK (ruling IN ('dismissed', 'rejected', 'granted', 'annulled', 'remitted')),
    -- From which day a ruling has legal force.
    final_on date CHECK (final_on >= day),
    court_number text NOT NULL DEFAULT '',
    text text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (appeal_id, seq),
    CHECK ((kind = 'ruled') = (ruling IS NOT NULL)),
    CHECK ((kind = 'ruled') = (final_on IS NOT NULL)),
    CHECK ((kind = 'statement_asked') = (due IS NOT NULL))
);

-- What anybody may know of how a published decision stands.
CREATE TABLE decision_status (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    status text NOT NULL CHECK (status IN ('announced', 'appealed', 'stands', 'changed', 'annulled', 'remitted',
        'legal_force')),
    day date NOT NULL,
    track text CHECK (track IN ('legality', 'merits', 'procurement')),
    party_class text CHECK (party_class IN ('member', 'company', 'supplier', 'region', 'other')),
    at timestamptz NOT NULL
);
CREATE INDEX decision_status_of ON decision_status (recommendation_id, id);
CREATE UNIQUE INDEX decision_status_force ON decision_status (recommendation_id) WHERE status = 'legal_force';

-- A company asks that its case be decided, and the answer.
CREATE TABLE delay_request (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_number text NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisation,
    text text NOT NULL,
    asked_on date NOT NULL,
    answer_by date NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
-- A party may ask once while a case is handled (FL 12 §).
CREATE UNIQUE INDEX delay_request_once ON delay_request (case_id, organisation_id);
CREATE TABLE delay_answer (
    request_id uuid PRIMARY KEY REFERENCES delay_request,
    granted boolean NOT NULL,
    text text NOT NULL CHECK (text <> ''),
    answered_on date NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);

-- What is reminded of, with its next reminder. A row ends when what it waits for has come.
CREATE TABLE appeal_clock (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    -- Where it is handled: a recommendation, or `delay/` and a request.
    subject text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('legality', 'merits', 'procurement', 'statement', 'delay')),
    appeal_id uuid REFERENCES appeal,
    due date NOT NULL,
    remind_rung smallint,
    remind_on date,
    ended_at timestamptz,
    CHECK ((kind = 'statement') = (appeal_id IS NOT NULL)),
    CHECK ((remind_rung IS NULL) = (remind_on IS NULL))
);
CREATE INDEX appeal_clock_due ON appeal_clock (remind_on) WHERE remind_on IS NOT NULL;
CREATE INDEX appeal_clock_of ON appeal_clock (subject);
CREATE UNIQUE INDEX notice_appeal_once ON notice (kind, subject, rung, due, person_id)
    WHERE kind = 'appeal_reminder' AND rung IS NOT NULL;

GRANT SELECT, INSERT ON decision_notice, decision_notice_down, decision_delivery, decision_receipt, appeal, appeal_step,
    decision_status, delay_request, delay_answer, appeal_clock TO nt_app;
GRANT UPDATE (remind_rung, remind_on, ended_at) ON appeal_clock TO nt_app;
"""

_SECRETARIAT = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')))"
_BY_SELF = "((SELECT acting_as_system()) OR person_id = (SELECT acting_person()))"
_COMPANIES = "(SELECT acting_organisations('{company_contact}'))::uuid[]"
POLICIES = f"""
ALTER TABLE decision_notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON decision_notice FOR SELECT USING (true);
CREATE POLICY put_up ON decision_notice FOR INSERT WITH CHECK ({_SECRETARIAT} AND {_BY_SELF});
ALTER TABLE decision_notice_down ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON decision_notice_down FOR SELECT USING (true);
CREATE POLICY taken_down ON decision_notice_down FOR INSERT WITH CHECK ({_SECRETARIAT} AND {_BY_SELF});
ALTER TABLE decision_status ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON decision_status FOR SELECT USING (true);
CREATE POLICY noted ON decision_status FOR INSERT WITH CHECK ({_SECRETARIAT});

-- Whose case a decision is about: asked by policies, which may not go through those of the recommendation.
CREATE FUNCTION case_of_decision(wanted uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT r.case_id FROM recommendation r WHERE r.id = wanted $$;

ALTER TABLE decision_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON decision_delivery FOR SELECT USING (
    (SELECT is_council_side()) OR organisation_id = ANY ({_COMPANIES}));
CREATE POLICY no_conflict ON decision_delivery AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_of_decision(recommendation_id)));
CREATE POLICY sent ON decision_delivery FOR INSERT WITH CHECK ({_SECRETARIAT} AND {_BY_SELF});
CREATE FUNCTION sees_delivery(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM decision_delivery d WHERE d.id = wanted);
END
$$;
ALTER TABLE decision_receipt ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON decision_receipt FOR SELECT USING (sees_delivery(delivery_id));
CREATE POLICY received ON decision_receipt FOR INSERT WITH CHECK ({_BY_SELF} AND sees_delivery(delivery_id)
    AND ({_SECRETARIAT} OR (SELECT acting_in('{{company_contact}}'))));

ALTER TABLE appeal ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON appeal FOR SELECT USING (
    (SELECT is_council_side()) OR organisation_id = ANY ({_COMPANIES}));
CREATE POLICY no_conflict ON appeal AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY registered ON appeal FOR INSERT WITH CHECK ({_SECRETARIAT} AND {_BY_SELF});
CREATE FUNCTION sees_appeal(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM appeal a WHERE a.id = wanted);
END
$$;
ALTER TABLE appeal_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON appeal_step FOR SELECT USING (sees_appeal(appeal_id));
CREATE POLICY taken ON appeal_step FOR INSERT WITH CHECK ({_SECRETARIAT} AND {_BY_SELF});

ALTER TABLE delay_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON delay_request FOR SELECT USING (
    (SELECT is_council_side()) OR organisation_id = ANY ({_COMPANIES}));
CREATE POLICY no_conflict ON delay_request AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY asked ON delay_request FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (person_id = (SELECT acting_person()) AND organisation_id = ANY ({_COMPANIES})));
CREATE FUNCTION sees_delay_request(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM delay_request d WHERE d.id = wanted);
END
$$;
ALTER TABLE delay_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON delay_answer FOR SELECT USING (sees_delay_request(request_id));
CREATE POLICY answered ON delay_answer FOR INSERT WITH CHECK ({_SECRETARIAT} AND {_BY_SELF});

-- A company that asks to have its case decided starts the time of the answer.
ALTER TABLE appeal_clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON appeal_clock FOR SELECT USING ((SELECT is_council_side()));
CREATE POLICY started ON appeal_clock FOR INSERT WITH CHECK ({_SECRETARIAT} OR (SELECT acting_in('{{company_contact}}')));
CREATE POLICY moved ON appeal_clock FOR UPDATE USING ({_SECRETARIAT});

-- Of appeals the council's side alone is told in a case's log; of what passes between them the company as well.
CREATE POLICY of_appeals ON event AS RESTRICTIVE FOR SELECT USING (
    NOT (starts_with(kind, 'appeal_') OR starts_with(kind, 'delay_')
         OR kind IN ('decision_sent', 'decision_received', 'publication_step_refused'))
    OR (SELECT is_council_side())
    OR (NOT starts_with(kind, 'appeal_') AND kind <> 'publication_step_refused'
        AND (SELECT acting_in('{{company_contact}}'))));
"""  # noqa: S608 - constants of this file

# What each column is, and whom it may be told to, as in 0012.
_COLUMNS = """
decision_notice id public the announcement
decision_notice recommendation_id public the decision
decision_notice approved_on public when the minutes were approved
decision_notice up_on public since when it is on the notice board
decision_notice down_on public the first day on which it may come down
decision_notice person_id internal who put it up
decision_notice person internal who put it up, by name
decision_notice at public when that was recorded
decision_notice_down notice_id public the announcement
decision_notice_down down_on public when it came down
decision_notice_down person_id internal who took it down
decision_notice_down person internal who took it down, by name
decision_notice_down at public when that was recorded
decision_delivery id internal the delivery
decision_delivery recommendation_id party the decision
decision_delivery organisation_id party to which party
decision_delivery what party the decision or an award
decision_delivery way party how it was sent
decision_delivery sent_on party when
decision_delivery person_id internal who sent it
decision_delivery person internal who sent it, by name
decision_delivery at party when that was recorded
decision_receipt delivery_id internal the delivery
decision_receipt received_on party when the party received it
decision_receipt proof party how that is known
decision_receipt person_id internal who recorded it
decision_receipt person internal who recorded it, by name
decision_receipt at party when
appeal id internal the appeal
appeal recommendation_id party the decision
appeal case_id internal its case
appeal number party which of the case's
appeal track party the track
appeal party_class party the kind of party
appeal organisation_id party the company that appeals
appeal appellant party who appeals
appeal grounds party on what grounds
appeal received_on party when it came in
appeal received_by party where it came in
appeal last_day party the last day of the track
appeal in_time party whether it came in time
appeal because party by which rule
appeal person_id internal who registered it
appeal person internal who registered it, by name
appeal at party when
appeal_step appeal_id internal the appeal
appeal_step seq internal which of its steps
appeal_step kind party what happened
appeal_step day party when
appeal_step due party the last day of what is asked for
appeal_step ruling party what the court answered
appeal_step final_on party from when that has legal force
appeal_step court_number party the number of the court's case
appeal_step text party the reasons, or what was handed over
appeal_step person_id internal who recorded it
appeal_step person internal who recorded it, by name
appeal_step at party when
decision_status id internal the row
decision_status recommendation_id public the decision
decision_status status public how it stands
decision_status day public since when
decision_status track public by which track
decision_status party_class public appealed by what kind of party
decision_status at public when that was recorded
delay_request id internal the request
delay_request case_id internal the case
delay_request case_number public the case by number
delay_request organisation_id party the company that asks
delay_request text party what it says
delay_request asked_on party when
delay_request answer_by party by when it is answered
delay_request person_id internal who asked
delay_request person party who asked, by name
delay_request at party when
delay_answer request_id internal the request
delay_answer granted party whether the case is decided
delay_answer text party the reasons
delay_answer answered_on party when
delay_answer person_id internal who answered
delay_answer person internal who answered, by name
delay_answer at party when
appeal_clock id internal the clock
appeal_clock case_id internal its case
appeal_clock subject internal where it is handled
appeal_clock kind internal what it is for
appeal_clock appeal_id internal the appeal whose statement is asked for
appeal_clock due internal the last day
appeal_clock remind_rung internal the next reminder, in days from the last day
appeal_clock remind_on internal the day of it
appeal_clock ended_at internal when what is waited for came
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute("""
        DROP POLICY of_appeals ON event;
        DROP INDEX notice_appeal_once;
        DELETE FROM notice WHERE kind LIKE 'appeal%' OR kind LIKE 'decision%' OR kind LIKE 'delay%'
            OR kind IN ('publication_step_refused', 'council_meeting_changed', 'council_meeting_cancelled');
        DROP TABLE appeal_clock, delay_answer, delay_request, decision_status, appeal_step, appeal, decision_receipt,
            decision_delivery, decision_notice_down, decision_notice CASCADE;
        DROP FUNCTION sees_delivery;
        DROP FUNCTION sees_appeal;
        DROP FUNCTION sees_delay_request;
        DROP FUNCTION case_of_decision;
    """)
