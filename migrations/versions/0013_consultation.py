"""Consultation: rounds on a case, who is asked what until when, their answers in versions, and what became of each."""

from collections.abc import Mapping

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
-- Whoever may speak for the organisation sends its answer; everyone else in it drafts.
ALTER TABLE membership ADD COLUMN speaks boolean NOT NULL DEFAULT true;

-- A round. It is prepared until it is opened; then its last day is a ledger, as of any clock: the day it was
-- opened, the days given, and the extensions below. `last_day` is what the ledger gives.
CREATE TABLE consultation (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    -- Those who are asked see no case, and name it all the same.
    case_number text NOT NULL,
    version int NOT NULL DEFAULT 1,
    title text NOT NULL CHECK (title <> ''),
    intro text NOT NULL DEFAULT '',
    wanted_day date,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    opened_at timestamptz,
    started_on date,
    limit_days int CHECK (limit_days > 0),
    last_day date,
    closed_at timestamptz,
    -- Set when it is closed: whether anybody may read some comment of it.
    has_public boolean NOT NULL DEFAULT false,
    -- Until which instant's dispositions the commenters have been told.
    told_at timestamptz,
    -- The rung that fires next, in days after the last day, and when it does; null when none is left.
    remind_rung smallint,
    remind_on date,
    CHECK ((remind_rung IS NULL) = (remind_on IS NULL)),
    CHECK (num_nonnulls(opened_at, started_on, limit_days, last_day) IN (0, 4)),
    CHECK (closed_at IS NULL OR opened_at IS NOT NULL)
);
CREATE INDEX consultation_case ON consultation (case_id);
CREATE INDEX consultation_remind ON consultation (remind_on, id) WHERE remind_on IS NOT NULL;

CREATE TABLE consultation_extension (
    consultation_id uuid NOT NULL REFERENCES consultation,
    days int NOT NULL CHECK (days > 0),
    decided_on date NOT NULL,
    new_day date NOT NULL,
    reason text NOT NULL,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (consultation_id, at)
);

CREATE TABLE consultation_question (
    id uuid PRIMARY KEY,
    consultation_id uuid NOT NULL REFERENCES consultation ON DELETE CASCADE,
    position smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('text', 'choice', 'yes_no', 'scale')),
    text text NOT NULL CHECK (text <> ''),
    choices text[] NOT NULL DEFAULT '{}' CHECK ((kind = 'choice') = (cardinality(choices) >= 2)),
    required boolean NOT NULL,
    UNIQUE (consultation_id, position) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE consultation_document (
    id uuid PRIMARY KEY,
    consultation_id uuid NOT NULL REFERENCES consultation ON DELETE CASCADE,
    title text NOT NULL CHECK (title <> ''),
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE INDEX consultation_document_round ON consultation_document (consultation_id);
CREATE INDEX consultation_document_file ON consultation_document (sha256);

-- What an organisation has sent. Sending again adds a version; none is changed.
CREATE TABLE consultation_answer (
    id uuid PRIMARY KEY,
    consultation_id uuid NOT NULL REFERENCES consultation,
    organisation_id uuid NOT NULL REFERENCES organisation,
    version smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('submitted', 'no_comment')),
    late boolean NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (consultation_id, organisation_id, version)
);

-- Who is asked. `answer_id` is the answer that stands, the last one sent.
CREATE TABLE consultation_addressee (
    consultation_id uuid NOT NULL REFERENCES consultation ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisation,
    invited_at timestamptz,
    reminded_on date,
    answer_id uuid REFERENCES consultation_answer,
    PRIMARY KEY (consultation_id, organisation_id)
);
CREATE INDEX consultation_addressee_organisation ON consultation_addressee (organisation_id, consultation_id);

-- The answer that an organisation is working on, by question: {"choice", "text", "tier"}. Nobody else reads it.
CREATE TABLE consultation_draft (
    consultation_id uuid NOT NULL REFERENCES consultation,
    organisation_id uuid NOT NULL REFERENCES organisation,
    version int NOT NULL,
    content jsonb NOT NULL,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (consultation_id, organisation_id)
);

-- One question's answer. All of it stays as it was sent but `stands`: whether it is of the answer that stands.
CREATE TABLE consultation_reply (
    id uuid PRIMARY KEY,
    answer_id uuid NOT NULL REFERENCES consultation_answer,
    consultation_id uuid NOT NULL REFERENCES consultation,
    organisation_id uuid NOT NULL REFERENCES organisation,
    question_id uuid NOT NULL REFERENCES consultation_question,
    choice text NOT NULL,
    text text NOT NULL,
    tier text NOT NULL CHECK (tier IN ('council', 'participants', 'public')),
    stands boolean NOT NULL DEFAULT true,
    UNIQUE (answer_id, question_id)
);
CREATE INDEX consultation_reply_round ON consultation_reply (consultation_id) WHERE stands;

-- `sent`: it was part of an answer that was sent; `stands`: of the one that stands.
CREATE TABLE consultation_attachment (
    id uuid PRIMARY KEY,
    consultation_id uuid NOT NULL REFERENCES consultation,
    organisation_id uuid NOT NULL REFERENCES organisation,
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    tier text NOT NULL CHECK (tier IN ('council', 'participants', 'public')),
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    sent boolean NOT NULL DEFAULT false,
    stands boolean NOT NULL DEFAULT false
);
CREATE INDEX consultation_attachment_round ON consultation_attachment (consultation_id, organisation_id);
CREATE INDEX consultation_attachment_file ON consultation_attachment (sha256);

-- What became of a comment. The last one holds; earlier ones stay.
CREATE TABLE consultation_disposition (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reply_id uuid NOT NULL REFERENCES consultation_reply,
    verdict text NOT NULL CHECK (verdict IN ('followed', 'partly', 'not_followed')),
    reason text NOT NULL CHECK (reason <> ''),
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX consultation_disposition_reply ON consultation_disposition (reply_id, id);

CREATE UNIQUE INDEX notice_consultation_once ON notice (subject, rung, due, person_id)
    WHERE kind = 'consultation_reminder' AND rung IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON consultation, consultation_question, consultation_document,
    consultation_addressee TO nt_app;
GRANT SELECT, INSERT, UPDATE ON consultation_draft, consultation_attachment TO nt_app;
GRANT SELECT, INSERT ON consultation_extension, consultation_answer, consultation_reply, consultation_disposition
    TO nt_app;
GRANT UPDATE (stands) ON consultation_reply TO nt_app;
"""

# The organisations that the reader may answer for today.
_MINE = """((SELECT acting_organisations(
        '{region_representative,expert,patient_representative,tlv_assessor}'))::uuid[])"""
# A thing of an organisation, by its tier: read by the others who were asked, or by anybody known, when the round is
# closed.
_BY_TIER = """stands AND tier <> 'council' AND EXISTS (
        SELECT FROM consultation c WHERE c.id = consultation_id AND c.closed_at IS NOT NULL AND (
            (tier = 'public' AND (SELECT acting_person()) IS NOT NULL)
            OR EXISTS (SELECT FROM consultation_addressee a WHERE a.consultation_id = c.id)))"""

# An addressee's policy asks no other table, so that the others can ask it: whoever is not of the council sees only
# their own organisation among those who are asked, and only when the round has been opened.
POLICIES = f"""
ALTER TABLE consultation_addressee ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON consultation_addressee USING ((SELECT is_council_side()));
CREATE POLICY own ON consultation_addressee FOR SELECT USING (
    invited_at IS NOT NULL AND organisation_id = ANY {_MINE});
CREATE POLICY answered ON consultation_addressee FOR UPDATE USING (
    invited_at IS NOT NULL AND organisation_id = ANY {_MINE});

ALTER TABLE consultation ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON consultation USING ((SELECT is_council_side()));
CREATE POLICY asked ON consultation FOR SELECT USING (
    EXISTS (SELECT FROM consultation_addressee a WHERE a.consultation_id = consultation.id));
CREATE POLICY made_public ON consultation FOR SELECT USING (
    has_public AND closed_at IS NOT NULL AND (SELECT acting_person()) IS NOT NULL);

ALTER TABLE consultation_extension ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON consultation_extension USING ((SELECT is_council_side()));
CREATE POLICY asked ON consultation_extension FOR SELECT USING (
    EXISTS (SELECT FROM consultation_addressee a WHERE a.consultation_id = consultation_extension.consultation_id));

ALTER TABLE consultation_question ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON consultation_question USING ((SELECT is_council_side()));
CREATE POLICY seen ON consultation_question FOR SELECT USING (
    EXISTS (SELECT FROM consultation c WHERE c.id = consultation_question.consultation_id));

ALTER TABLE consultation_document ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON consultation_document USING ((SELECT is_council_side()));
CREATE POLICY asked ON consultation_document FOR SELECT USING (
    EXISTS (SELECT FROM consultation_addressee a WHERE a.consultation_id = consultation_document.consultation_id));

ALTER TABLE consultation_draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON consultation_draft USING ((SELECT acting_as_system()) OR organisation_id = ANY {_MINE});

ALTER TABLE consultation_reply ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON consultation_reply USING ((SELECT acting_as_system()) OR organisation_id = ANY {_MINE});
CREATE POLICY council ON consultation_reply FOR SELECT USING ((SELECT is_council_side()));
CREATE POLICY by_tier ON consultation_reply FOR SELECT USING ({_BY_TIER});

ALTER TABLE consultation_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON consultation_answer USING ((SELECT acting_as_system()) OR organisation_id = ANY {_MINE});
CREATE POLICY council ON consultation_answer FOR SELECT USING ((SELECT is_council_side()));
CREATE POLICY with_replies ON consultation_answer FOR SELECT USING (
    EXISTS (SELECT FROM consultation_reply r WHERE r.answer_id = consultation_answer.id));

ALTER TABLE consultation_attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON consultation_attachment USING ((SELECT acting_as_system()) OR organisation_id = ANY {_MINE});
CREATE POLICY council ON consultation_attachment FOR SELECT USING (sent AND (SELECT is_council_side()));
CREATE POLICY by_tier ON consultation_attachment FOR SELECT USING ({_BY_TIER});

ALTER TABLE consultation_disposition ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON consultation_disposition USING ((SELECT is_council_side()));
CREATE POLICY told ON consultation_disposition FOR SELECT USING (EXISTS (
    SELECT FROM consultation_reply r JOIN consultation c ON c.id = r.consultation_id
    WHERE r.id = consultation_disposition.reply_id AND c.told_at >= consultation_disposition.at));

CREATE POLICY of_consultations ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM consultation_document d WHERE d.sha256 = file_part.sha256)
    OR EXISTS (SELECT FROM consultation_attachment a WHERE a.sha256 = file_part.sha256));
"""  # noqa: S608 - constants of this file

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "membership": {"internal": "speaks"},
    "consultation": {
        "public": "case_number",
        "internal": "id version made_by made_at has_public remind_rung remind_on",
        "party": (
            "case_id title intro wanted_day opened_at started_on limit_days last_day closed_at told_at"
        ),
    },
    "consultation_extension": {"party": "consultation_id days decided_on new_day reason person at"},
    "consultation_question": {"party": "id consultation_id position kind text choices required"},
    "consultation_document": {"party": "id consultation_id title filename sha256 added_by added_at"},
    "consultation_addressee": {
        "party": "consultation_id organisation_id invited_at answer_id",
        "internal": "reminded_on",
    },
    "consultation_answer": {
        "party": "id consultation_id organisation_id version kind late person_id person at",
    },
    "consultation_draft": {"secret": "consultation_id organisation_id version content person at"},
    "consultation_reply": {
        "party": "id answer_id consultation_id organisation_id question_id choice text tier stands",
    },
    "consultation_attachment": {
        "party": (
            "id consultation_id organisation_id filename sha256 tier added_by added_at removed_at sent stands"
        ),
    },
    "consultation_disposition": {"party": "id reply_id verdict reason person at"},
}

DOWNGRADE = """
DROP POLICY of_consultations ON file_part;
DROP INDEX notice_consultation_once;
DELETE FROM notice WHERE kind LIKE 'consultation%';
DROP TABLE consultation_disposition, consultation_attachment, consultation_reply, consultation_draft,
    consultation_addressee, consultation_answer, consultation_document, consultation_question,
    consultation_extension, consultation CASCADE;
ALTER TABLE membership DROP COLUMN speaks;
"""


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute(DOWNGRADE)
