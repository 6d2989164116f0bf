"""Recommendations: drafted in versions, checked, approved by a second person, signed, and published at a set time.

Two worlds that meet in one row. What is drafted is the council's own until it is published; `publication` holds what
anybody may read, and nothing else does. Only the system publishes, and only what has been signed, printed and not
recalled, at or after the instant that was signed for: keys and policies say so, whatever the application asks. What
anybody may read of cases, comments and meetings is likewise said once, by views that give those columns alone.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE recommendation (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_number text NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    kind text NOT NULL CHECK (kind IN ('final', 'interim')),
    -- An earlier one of the same case, which this one takes the place of or adds to.
    earlier_id uuid REFERENCES recommendation,
    relation text CHECK (relation IN ('replaces', 'amends')),
    meeting_id uuid REFERENCES council_meeting,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    dropped_by text,
    dropped_at timestamptz,
    UNIQUE (case_id, number),
    CHECK ((earlier_id IS NULL) = (relation IS NULL)),
    CHECK ((dropped_by IS NULL) = (dropped_at IS NULL))
);
CREATE INDEX recommendation_made ON recommendation (made_at DESC, id);
CREATE INDEX recommendation_earlier ON recommendation (earlier_id) WHERE earlier_id IS NOT NULL;

-- What has been written, a version each time somebody saves. None is changed.
CREATE TABLE recommendation_text (
    recommendation_id uuid NOT NULL REFERENCES recommendation,
    version smallint NOT NULL CHECK (version > 0),
    outcome text NOT NULL CHECK (outcome IN ('', 'should', 'can', 'should_not', 'wait')),
    valid_to date,
    summary text NOT NULL,
    patient_group text NOT NULL,
    start_criteria text NOT NULL,
    stop_criteria text NOT NULL,
    conditions text NOT NULL,
    human_dignity text NOT NULL,
    need_solidarity text NOT NULL,
    cost_effectiveness text NOT NULL,
    severity_level text NOT NULL CHECK (severity_level IN ('', 'low', 'moderate', 'high', 'very_high')),
    severity text NOT NULL,
    effect text NOT NULL,
    certainty_level text NOT NULL CHECK (certainty_level IN ('', 'very_low', 'low', 'moderate', 'high')),
    certainty text NOT NULL,
    rarity text NOT NULL,
    cost_per_qaly text NOT NULL,
    willingness text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (recommendation_id, version),
    UNIQUE (recommendation_id, version, person_id)
);

-- That a version was compared with the sealed terms of the case, by somebody who may read them. What was found there is
-- not kept; `reason` says why figures that are the same may be public all the same.
CREATE TABLE recommendation_check (
    recommendation_id uuid NOT NULL,
    version smallint NOT NULL,
    text_hash text NOT NULL CHECK (text_hash ~ '^[0-9a-f]{64}$'),
    reason text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (recommendation_id, version, text_hash),
    FOREIGN KEY (recommendation_id, version) REFERENCES recommendation_text
);

-- Nobody approves what they have written themselves.
CREATE TABLE recommendation_approval (
    recommendation_id uuid NOT NULL,
    version smallint NOT NULL,
    text_hash text NOT NULL CHECK (text_hash ~ '^[0-9a-f]{64}$'),
    written_by uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES person CHECK (person_id <> written_by),
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (recommendation_id, version, text_hash),
    FOREIGN KEY (recommendation_id, version, written_by) REFERENCES recommendation_text (recommendation_id, version, person_id)
);

-- A signature is on the text that was approved, by its hash, and for the instant at which it is to be public. The printed
-- document is made of that text afterwards.
CREATE TABLE recommendation_signature (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL,
    version smallint NOT NULL,
    text_hash text NOT NULL,
    content jsonb NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    role text NOT NULL,
    -- When they proved who they are, shortly before, and whether it was with a second factor.
    proved_at timestamptz NOT NULL,
    second_factor boolean NOT NULL,
    at timestamptz NOT NULL CHECK (at - proved_at BETWEEN interval '0' AND interval '10 minutes'),
    publish_at timestamptz NOT NULL CHECK (publish_at >= at),
    pdf_sha256 text REFERENCES file_content,
    recalled_by text,
    recalled_at timestamptz,
    UNIQUE (id, recommendation_id, text_hash, publish_at, pdf_sha256),
    FOREIGN KEY (recommendation_id, version, text_hash) REFERENCES recommendation_approval,
    CHECK ((recalled_by IS NULL) = (recalled_at IS NULL))
);
CREATE UNIQUE INDEX recommendation_signature_one ON recommendation_signature (recommendation_id) WHERE recalled_at IS NULL;
CREATE INDEX recommendation_signature_due ON recommendation_signature (publish_at) WHERE recalled_at IS NULL;
CREATE INDEX recommendation_signature_pdf ON recommendation_signature (pdf_sha256);

-- What anybody may read. A row is there from the instant it is public, and is never changed.
CREATE TABLE publication (
    recommendation_id uuid PRIMARY KEY REFERENCES recommendation,
    signature_id uuid NOT NULL UNIQUE,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]+$'),
    case_number text NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    medicine text NOT NULL,
    substance text NOT NULL,
    atc text NOT NULL,
    valid_to date,
    content jsonb NOT NULL,
    text_hash text NOT NULL,
    signed_by text NOT NULL,
    earlier_id uuid REFERENCES publication,
    relation text,
    pdf_sha256 text NOT NULL REFERENCES file_content,
    publish_at timestamptz NOT NULL,
    published_at timestamptz NOT NULL CHECK (published_at >= publish_at),
    CHECK ((earlier_id IS NULL) = (relation IS NULL)),
    FOREIGN KEY (signature_id, recommendation_id, text_hash, publish_at, pdf_sha256)
        REFERENCES recommendation_signature (id, recommendation_id, text_hash, publish_at, pdf_sha256)
);
CREATE INDEX publication_at ON publication (published_at DESC, slug);
CREATE INDEX publication_case ON publication (case_number);
CREATE INDEX publication_pdf ON publication (pdf_sha256);
CREATE INDEX publication_earlier ON publication (earlier_id) WHERE earlier_id IS NOT NULL;

-- What a region says of a published recommendation. The last one holds; earlier ones stay.
CREATE TABLE recommendation_answer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES publication,
    organisation_id uuid NOT NULL REFERENCES organisation,
    willing text NOT NULL CHECK (willing IN ('yes', 'no')),
    follows text NOT NULL CHECK (follows IN ('yes', 'partly', 'no')),
    comment text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX recommendation_answer_of ON recommendation_answer (recommendation_id, organisation_id, id DESC);

GRANT SELECT, INSERT ON recommendation, recommendation_text, recommendation_check, recommendation_approval,
    recommendation_signature, publication, recommendation_answer TO nt_app;
GRANT UPDATE (dropped_by, dropped_at) ON recommendation TO nt_app;
GRANT UPDATE (pdf_sha256, recalled_by, recalled_at) ON recommendation_signature TO nt_app;
"""

_WRITES = "(SELECT acting_in('{secretariat,council_member}'))"
POLICIES = f"""
ALTER TABLE recommendation ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON recommendation FOR SELECT USING ((SELECT is_council_side()));
CREATE POLICY no_conflict ON recommendation AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY made ON recommendation FOR INSERT WITH CHECK ({_WRITES} OR (SELECT acting_as_system()));
CREATE POLICY dropped ON recommendation FOR UPDATE USING ({_WRITES} OR (SELECT acting_as_system()));
CREATE FUNCTION sees_recommendation(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM recommendation r WHERE r.id = wanted);
END
$$;

ALTER TABLE recommendation_text ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON recommendation_text FOR SELECT USING (
    (SELECT is_council_side()) AND sees_recommendation(recommendation_id));
CREATE POLICY written ON recommendation_text FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ({_WRITES} AND person_id = (SELECT acting_person())));
ALTER TABLE recommendation_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON recommendation_check FOR SELECT USING (
    (SELECT is_council_side()) AND sees_recommendation(recommendation_id));
CREATE POLICY checked ON recommendation_check FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ({_WRITES} AND person_id = (SELECT acting_person())));
ALTER TABLE recommendation_approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON recommendation_approval FOR SELECT USING (
    (SELECT is_council_side()) AND sees_recommendation(recommendation_id));
CREATE POLICY approved ON recommendation_approval FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR ({_WRITES} AND person_id = (SELECT acting_person())));

-- What has been published is not recalled.
ALTER TABLE recommendation_signature ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON recommendation_signature FOR SELECT USING (
    (SELECT is_council_side()) AND sees_recommendation(recommendation_id));
CREATE POLICY signed ON recommendation_signature FOR INSERT WITH CHECK (
    pdf_sha256 IS NULL AND recalled_at IS NULL AND ((SELECT acting_as_system())
        OR ((SELECT acting_in('{{council_member}}')) AND person_id = (SELECT acting_person()))));
CREATE POLICY changed ON recommendation_signature FOR UPDATE USING (
    ({_WRITES} OR (SELECT acting_as_system()))
    AND NOT EXISTS (SELECT FROM publication p WHERE p.signature_id = recommendation_signature.id));

ALTER TABLE publication ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_anybody ON publication FOR SELECT USING (true);
CREATE POLICY published ON publication FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) AND EXISTS (
        SELECT FROM recommendation_signature s WHERE s.id = signature_id AND s.recalled_at IS NULL));

-- Between the regions and the council.
ALTER TABLE recommendation_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON recommendation_answer FOR SELECT USING (
    (SELECT is_council_side()) OR (SELECT acting_in('{{region_representative}}')));
CREATE POLICY answered ON recommendation_answer FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (person_id = (SELECT acting_person())
        AND organisation_id = ANY ((SELECT acting_organisations('{{region_representative}}'))::uuid[])));

-- The printed document is the council's until it is public.
CREATE POLICY of_publications ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM publication p WHERE p.pdf_sha256 = file_part.sha256));
CREATE POLICY of_recommendations ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM recommendation_signature s WHERE s.pdf_sha256 = file_part.sha256));

-- Outside the council nothing is known of a recommendation before it is public.
CREATE POLICY recommended ON event AS RESTRICTIVE FOR SELECT USING (
    NOT starts_with(kind, 'recommendation_') OR kind = 'recommendation_published' OR (SELECT is_council_side()));
"""  # noqa: S608 - constants of this file

# Each is all that anybody at all may read of what it is about. They belong to the tables' owner, whom no policy binds, so
# that nobody's right is needed; whoever adds a column makes it public.
VIEWS = """
-- A case, with the file that runs it: whether a state is told to the public stands there.
CREATE VIEW public_case WITH (security_barrier) AS
    SELECT c.number, c.process, c.workflow_version, c.medicine, c.substance, c.atc, c.opened_on FROM cases c;
-- Where a case has been: every move from one state to another, numbered without gaps, in the order of days.
CREATE VIEW public_step WITH (security_barrier) AS
    SELECT moved.number, row_number() OVER (PARTITION BY moved.number ORDER BY moved.seq) AS step, moved.day, moved.state,
           moved.waits_for
    FROM (
        SELECT c.number, e.seq, e.day, e.state, e.body ->> 'waits_for' AS waits_for,
               lag(e.state) OVER (PARTITION BY e.case_id ORDER BY e.seq) AS before
        FROM event e JOIN cases c ON c.id = e.case_id
    ) moved
    WHERE moved.before IS DISTINCT FROM moved.state;
-- The comments of closed rounds that their writers made public, with what became of them once that has been told.
CREATE VIEW public_comment WITH (security_barrier) AS
    SELECT c.case_number AS number, c.title, c.last_day, q.position, q.kind, q.text AS question, o.name AS organisation,
           r.choice, r.text, d.verdict, d.reason
    FROM consultation c
    JOIN consultation_reply r ON r.consultation_id = c.id AND r.stands AND r.tier = 'public'
    JOIN consultation_question q ON q.id = r.question_id
    JOIN organisation o ON o.id = r.organisation_id
    LEFT JOIN LATERAL (
        SELECT verdict, reason FROM consultation_disposition x
        WHERE x.reply_id = r.id AND x.at <= c.told_at ORDER BY x.id DESC LIMIT 1
    ) d ON true
    WHERE c.closed_at IS NOT NULL AND c.has_public;
CREATE VIEW public_meeting WITH (security_barrier) AS
    SELECT m.year, m.number, m.day, m.file_by, m.cancelled_at IS NOT NULL AS cancelled FROM council_meeting m;
GRANT SELECT ON public_case, public_step, public_comment, public_meeting TO nt_app;
"""

# What each column is, and whom it may be told to, as in 0012.
_COLUMNS = """
recommendation id internal the recommendation
recommendation case_id internal its case
recommendation case_number public its case by number
recommendation number internal which of the case's
recommendation kind internal final or interim
recommendation earlier_id internal the one that it replaces or amends
recommendation relation internal whether it replaces or amends that
recommendation meeting_id internal the meeting that took the position
recommendation made_by internal who began it
recommendation made_at internal when
recommendation dropped_by internal who put it aside
recommendation dropped_at internal when
recommendation_text recommendation_id internal the recommendation
recommendation_text version internal the version
recommendation_text outcome internal the position
recommendation_text valid_to internal its last day
recommendation_text summary internal the recommendation in short
recommendation_text patient_group internal for whom
recommendation_text start_criteria internal when treatment begins
recommendation_text stop_criteria internal when it ends
recommendation_text conditions internal on what conditions
recommendation_text human_dignity internal the principle of human dignity
recommendation_text need_solidarity internal the principle of need and solidarity
recommendation_text cost_effectiveness internal the principle of cost effectiveness
recommendation_text severity_level internal how severe the condition is
recommendation_text severity internal why
recommendation_text effect internal the effect and its size
recommendation_text certainty_level internal how certain the evidence is
recommendation_text certainty internal why
recommendation_text rarity internal how rare the condition is
recommendation_text cost_per_qaly internal the cost for each quality-adjusted year of life
recommendation_text willingness internal the willingness to pay
recommendation_text person_id internal who wrote the version
recommendation_text person internal who wrote it, by name
recommendation_text at internal when
recommendation_check recommendation_id internal the recommendation
recommendation_check version internal the version
recommendation_check text_hash internal the hash of its text
recommendation_check reason internal why figures that are the same may be public
recommendation_check person_id internal who compared it with the terms
recommendation_check person internal who did, by name
recommendation_check at internal when
recommendation_approval recommendation_id internal the recommendation
recommendation_approval version internal the version
recommendation_approval text_hash internal the hash of its text
recommendation_approval written_by internal who wrote it
recommendation_approval person_id internal who approved it
recommendation_approval person internal who approved it, by name
recommendation_approval at internal when
recommendation_signature id internal the signature
recommendation_signature recommendation_id internal the recommendation
recommendation_signature version internal the version
recommendation_signature text_hash internal the hash of its text
recommendation_signature content internal what is signed
recommendation_signature person_id internal who signed
recommendation_signature person internal who signed, by name
recommendation_signature role internal as what
recommendation_signature proved_at internal when they proved who they are
recommendation_signature second_factor internal whether with a second factor
recommendation_signature at internal when
recommendation_signature publish_at internal when it is to be public
recommendation_signature pdf_sha256 internal the printed document
recommendation_signature recalled_by internal who recalled it before it was public
recommendation_signature recalled_at internal when
publication recommendation_id internal the recommendation
publication signature_id internal its signature
publication slug public its name in addresses
publication case_number public its case
publication kind public final or interim
publication outcome public the position
publication medicine public the medicine
publication substance public the substance
publication atc public its code
publication valid_to public its last day
publication content public everything that it says
publication text_hash public the hash of that
publication signed_by public who signed it
publication earlier_id public the one that it replaces or amends
publication relation public whether it replaces or amends that
publication pdf_sha256 public the printed document
publication publish_at public when it was to be public
publication published_at public since when it is
recommendation_answer id internal the answer
recommendation_answer recommendation_id party the recommendation
recommendation_answer organisation_id party the region
recommendation_answer willing party whether it matches the region's willingness to pay
recommendation_answer follows party whether the region can follow it
recommendation_answer comment party what the region says of it
recommendation_answer person_id internal who answered
recommendation_answer person party who answered, by name
recommendation_answer at party when
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES + VIEWS)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute("""
        DROP VIEW public_meeting, public_comment, public_step, public_case;
        DROP POLICY recommended ON event;
        DROP POLICY of_recommendations ON file_part;
        DROP POLICY of_publications ON file_part;
        DELETE FROM notice WHERE kind LIKE 'recommendation%';
        DELETE FROM job WHERE kind = 'recommendation_pdf';
        DROP TABLE recommendation_answer, publication, recommendation_signature, recommendation_approval,
            recommendation_check, recommendation_text, recommendation CASCADE;
        DROP FUNCTION sees_recommendation;
    """)
