"""The council's meetings: agenda, who was in the room, decisions, votes and reservations, minutes that are closed for ever."""

from collections.abc import Mapping

from alembic import op

revision = "0036"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = """
-- The council's own order, the latest row holds. Days are working days before a meeting.
CREATE TABLE council_rule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    quorum smallint NOT NULL CHECK (quorum BETWEEN 1 AND 100),
    consultation_days smallint NOT NULL CHECK (consultation_days BETWEEN 1 AND 250),
    assessment_days smallint NOT NULL CHECK (assessment_days BETWEEN 1 AND 250),
    material_days smallint NOT NULL CHECK (material_days BETWEEN 1 AND 250),
    person text NOT NULL,
    at timestamptz NOT NULL
);

-- What a meeting has of its own beside its day: its agenda, and how far it has come. `version` counts every change of
-- anything below. Times of day are of the meeting's day in Sweden.
CREATE TABLE council_agenda (
    meeting_id uuid PRIMARY KEY REFERENCES council_meeting,
    version int NOT NULL DEFAULT 1,
    starts time NOT NULL,
    published_at timestamptz,
    -- When its readers were told last.
    told_at timestamptz,
    -- The rule as it was when it was first recorded who was there.
    quorum smallint,
    began time,
    ended time CHECK (ended > began),
    guests text NOT NULL DEFAULT '',
    -- Set when both have approved the same minutes.
    closed_at timestamptz,
    closed_version smallint,
    notice_up date,
    notice_down date CHECK (notice_down > notice_up),
    CHECK ((closed_at IS NULL) = (closed_version IS NULL)),
    CHECK (notice_up IS NULL OR closed_at IS NOT NULL),
    CHECK (notice_down IS NULL OR notice_up IS NOT NULL)
);

CREATE TABLE council_item (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES council_agenda,
    position smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('decision', 'information', 'presentation')),
    case_id uuid REFERENCES cases,
    title text NOT NULL,
    minutes smallint NOT NULL CHECK (minutes BETWEEN 1 AND 600),
    -- Kept by the commands, so that whoever is told of one item learns its time and nothing of the others.
    begins time NOT NULL,
    is_public boolean NOT NULL,
    origin text NOT NULL CHECK (origin IN ('ready', 'booked', 'hand', 'postponed')),
    added_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    removed_at timestamptz,
    CHECK (case_id IS NOT NULL OR title <> '')
);
CREATE INDEX council_item_meeting ON council_item (meeting_id, position);
CREATE UNIQUE INDEX council_item_case ON council_item (case_id, meeting_id) WHERE removed_at IS NULL;

CREATE TABLE council_attendance (
    meeting_id uuid NOT NULL REFERENCES council_agenda,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    role text NOT NULL CHECK (role IN ('chair', 'vice_chair', 'member', 'secretary')),
    came time NOT NULL,
    left_at time CHECK (left_at > came),
    adjusts boolean NOT NULL,
    PRIMARY KEY (meeting_id, person_id)
);
CREATE UNIQUE INDEX council_attendance_chair ON council_attendance (meeting_id) WHERE role = 'chair';

-- What became of an item.
CREATE TABLE council_decision (
    item_id uuid PRIMARY KEY REFERENCES council_item,
    status text NOT NULL CHECK (status IN ('decided', 'noted', 'postponed')),
    outcome text NOT NULL,
    reasons text NOT NULL,
    way text CHECK (way IN ('unanimous', 'votes')),
    taken_at time,
    next_item uuid REFERENCES council_item,
    person text NOT NULL,
    at timestamptz NOT NULL,
    CHECK ((status = 'postponed') = (next_item IS NOT NULL)),
    CHECK ((status = 'decided') = (way IS NOT NULL)),
    CHECK (status <> 'decided' OR (outcome <> '' AND taken_at IS NOT NULL))
);
CREATE INDEX council_decision_next ON council_decision (next_item) WHERE next_item IS NOT NULL;

-- Who was out of the room while an item was dealt with.
CREATE TABLE council_outside (
    item_id uuid NOT NULL REFERENCES council_item,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    because text NOT NULL CHECK (because IN ('conflict', 'other')),
    left_at time NOT NULL,
    back_at time CHECK (back_at > left_at),
    PRIMARY KEY (item_id, person_id)
);
CREATE TABLE council_voice (
    item_id uuid NOT NULL REFERENCES council_item,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    vote text CHECK (vote IN ('for', 'against', 'abstains')),
    reservation text NOT NULL DEFAULT '',
    PRIMARY KEY (item_id, person_id),
    CHECK (vote IS NOT NULL OR reservation <> '')
);
-- The step of the case's workflow that carried a decision out.
CREATE TABLE council_step (
    item_id uuid PRIMARY KEY REFERENCES council_item,
    action text NOT NULL,
    person text NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE council_minutes (
    meeting_id uuid NOT NULL REFERENCES council_agenda,
    version smallint NOT NULL,
    sha256 text NOT NULL,
    person text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (meeting_id, version)
);
CREATE TABLE council_section (
    meeting_id uuid NOT NULL,
    version smallint NOT NULL,
    position smallint NOT NULL,
    item_id uuid REFERENCES council_item,
    heading text NOT NULL CHECK (heading <> ''),
    body text NOT NULL,
    PRIMARY KEY (meeting_id, version, position),
    UNIQUE (meeting_id, version, item_id),
    FOREIGN KEY (meeting_id, version) REFERENCES council_minutes
);
CREATE INDEX council_section_item ON council_section (item_id);
CREATE TABLE council_approval (
    meeting_id uuid NOT NULL,
    version smallint NOT NULL,
    role text NOT NULL CHECK (role IN ('chair', 'adjuster')),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    sha256 text NOT NULL,
    proved_at timestamptz NOT NULL,
    second_factor boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (meeting_id, version, role),
    UNIQUE (meeting_id, version, person_id),
    FOREIGN KEY (meeting_id, version) REFERENCES council_minutes
);

GRANT SELECT, INSERT ON council_rule, council_minutes, council_section, council_approval, council_step TO nt_app;
GRANT SELECT, INSERT, UPDATE ON council_agenda, council_item, council_decision TO nt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON council_attendance, council_outside, council_voice TO nt_app;
"""

CLOSING = """
-- When both have approved the same text, the minutes are closed, and with them everything that they rest on.
CREATE FUNCTION close_minutes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- One after the other, and not while a new version is stored.
    PERFORM FROM council_agenda WHERE meeting_id = NEW.meeting_id FOR UPDATE;
    IF NEW.version <> (SELECT max(version) FROM council_minutes WHERE meeting_id = NEW.meeting_id) THEN
        RAISE EXCEPTION 'there is a later version' USING ERRCODE = 'check_violation', CONSTRAINT = 'council_latest';
    END IF;
    IF (SELECT count(*) FROM council_approval a JOIN council_minutes m USING (meeting_id, version)
        WHERE a.meeting_id = NEW.meeting_id AND a.version = NEW.version AND a.sha256 = m.sha256) = 2 THEN
        UPDATE council_agenda SET closed_at = NEW.at, closed_version = NEW.version, version = version + 1
        WHERE meeting_id = NEW.meeting_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER close_minutes AFTER INSERT ON council_approval FOR EACH ROW EXECUTE FUNCTION close_minutes();

CREATE FUNCTION council_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held record := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    meeting uuid;
BEGIN
    IF TG_ARGV[0] = 'item' THEN
        SELECT i.meeting_id INTO meeting FROM council_item i WHERE i.id = held.item_id;
    ELSE
        meeting := held.meeting_id;
    END IF;
    IF EXISTS (SELECT FROM council_agenda a WHERE a.meeting_id = meeting AND a.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the minutes are closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'council_closed';
    END IF;
    RETURN held;
END $$;
CREATE FUNCTION council_agenda_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(OLD.starts, OLD.published_at, OLD.quorum, OLD.began, OLD.ended, OLD.guests, OLD.closed_at, OLD.closed_version)
        IS DISTINCT FROM
        ROW(NEW.starts, NEW.published_at, NEW.quorum, NEW.began, NEW.ended, NEW.guests, NEW.closed_at, NEW.closed_version)
    THEN
        RAISE EXCEPTION 'the minutes are closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'council_closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON council_agenda FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION council_agenda_stays();
"""
# Of what each row is found to belong to.
_STAYS = {
    "council_item": "meeting",
    "council_attendance": "meeting",
    "council_minutes": "meeting",
    "council_section": "meeting",
    "council_approval": "meeting",
    "council_decision": "item",
    "council_outside": "item",
    "council_voice": "item",
}
STAYS = [
    f"CREATE TRIGGER stays BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
    f"EXECUTE FUNCTION council_stays('{by}');\n"
    for table, by in _STAYS.items()
]

_SECRETARIAT = "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}')))"
_READERS = (
    "((SELECT acting_as_system()) OR (SELECT acting_in('{secretariat,council_member,management,auditor}')))"
)

ITEMS = f"""
ALTER TABLE council_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON council_rule FOR SELECT USING ({_READERS});
CREATE POLICY made ON council_rule FOR INSERT WITH CHECK ({_SECRETARIAT});

ALTER TABLE council_agenda ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON council_agenda FOR SELECT USING ({_SECRETARIAT} OR (published_at IS NOT NULL AND
    (SELECT acting_in('{{council_member,management,auditor,region_representative,company_contact,tlv_assessor}}'))));
CREATE POLICY made ON council_agenda FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE POLICY changed ON council_agenda FOR UPDATE USING ({_SECRETARIAT});

-- The council reads a published agenda whole, the regions what is public of it, a company what is about its own case, and
-- TLV what it presents.
CREATE FUNCTION sees_council_item(meeting uuid, wanted uuid, kind text, is_public boolean, there boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM council_agenda a WHERE a.meeting_id = meeting AND a.published_at IS NOT NULL) THEN
        RETURN false;
    END IF;
    RETURN acting_in('{{council_member,management,auditor}}') OR (there AND (
        (is_public AND acting_in('{{region_representative}}'))
        OR EXISTS (SELECT FROM cases c WHERE c.id = wanted
            AND c.company_id = ANY (acting_organisations('{{company_contact}}')))
        OR (kind = 'presentation' AND acting_in('{{tlv_assessor}}') AND sees_case(wanted))));
END $$;
ALTER TABLE council_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON council_item FOR SELECT USING (
    {_SECRETARIAT} OR sees_council_item(meeting_id, case_id, kind, is_public, removed_at IS NULL));
CREATE POLICY added ON council_item FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE POLICY changed ON council_item FOR UPDATE USING ({_SECRETARIAT});

-- Whoever has a conflict of interest reads nothing of what became of the item, until the minutes are closed.
CREATE FUNCTION may_follow_item(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM council_item i WHERE i.id = wanted AND (
        i.case_id IS NULL OR NOT may_have_conflicts() OR NOT conflicted(i.case_id)
        OR EXISTS (SELECT FROM council_agenda a WHERE a.meeting_id = i.meeting_id AND a.closed_at IS NOT NULL)));
END $$;
"""  # noqa: S608 - constants of this file

_FOLLOWED = {
    "council_attendance": "",
    "council_decision": " AND may_follow_item(item_id)",
    "council_outside": " AND may_follow_item(item_id)",
    "council_voice": " AND may_follow_item(item_id)",
    "council_step": " AND may_follow_item(item_id)",
    "council_minutes": "",
    "council_section": " AND (item_id IS NULL OR may_follow_item(item_id))",
}
FOLLOWED = [
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON {table} FOR SELECT USING ({_READERS}{more});
CREATE POLICY made ON {table} FOR INSERT WITH CHECK ({_SECRETARIAT});
"""
    for table, more in _FOLLOWED.items()
]
CHANGED = [
    f"CREATE POLICY {name} ON {table} FOR {command} USING ({_SECRETARIAT});\n"
    for name, command, tables in (
        ("changed", "UPDATE", ("council_attendance", "council_decision", "council_outside", "council_voice")),
        ("removed", "DELETE", ("council_attendance", "council_outside", "council_voice")),
    )
    for table in tables
]
APPROVALS = f"""
-- Nobody approves for another, and only who was there in that capacity.
ALTER TABLE council_approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON council_approval FOR SELECT USING ({_READERS});
CREATE POLICY made ON council_approval FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (person_id = (SELECT acting_person()) AND EXISTS (
        SELECT FROM council_attendance a
        WHERE a.meeting_id = council_approval.meeting_id AND a.person_id = council_approval.person_id
          AND CASE council_approval.role WHEN 'chair' THEN a.role IN ('chair', 'vice_chair') ELSE a.adjusts END)));
"""  # noqa: S608 - constants of this file

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "council_rule": {"internal": "id quorum consultation_days assessment_days material_days person at"},
    "council_agenda": {
        "public": "starts published_at notice_up notice_down",
        "internal": "meeting_id version told_at quorum began ended closed_at closed_version",
        "party": "guests",
    },
    "council_item": {
        "internal": "id meeting_id origin added_at changed_at removed_at is_public",
        "party": "position kind case_id title minutes begins",
    },
    "council_attendance": {"party": "meeting_id person_id person role came left_at adjusts"},
    "council_decision": {"party": "item_id status outcome reasons way taken_at next_item person at"},
    "council_outside": {"party": "item_id person_id person because left_at back_at"},
    "council_voice": {"party": "item_id person_id person vote reservation"},
    "council_step": {"party": "item_id action person at"},
    "council_minutes": {"party": "meeting_id version sha256 person at"},
    "council_section": {"party": "meeting_id version position item_id heading body"},
    "council_approval": {
        "party": "meeting_id version role person_id person sha256 proved_at second_factor at",
    },
}


def upgrade() -> None:
    op.execute(TABLES + CLOSING + "".join(STAYS) + ITEMS + "".join(FOLLOWED) + "".join(CHANGED) + APPROVALS)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        DELETE FROM job WHERE kind LIKE 'council%';
        DELETE FROM notice WHERE kind LIKE 'council%';
        DROP TABLE council_approval, council_section, council_minutes, council_step, council_voice, council_outside,
            council_decision, council_attendance, council_item, council_agenda, council_rule CASCADE;
        DROP FUNCTION close_minutes();
        DROP FUNCTION council_stays();
        DROP FUNCTION council_agenda_stays();
        DROP FUNCTION sees_council_item(uuid, uuid, text, boolean, boolean);
        DROP FUNCTION may_follow_item(uuid);
    """)
