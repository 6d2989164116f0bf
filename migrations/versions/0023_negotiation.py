"""Negotiations: delegation, mandates, meetings, rounds of offers that may stay sealed, terms, and the regions' accession.

What is offered and agreed is not here: it is in the sealed room (0021). Here it is said who has offered when, with the
hash of what was offered, and which region has joined which version of the terms.
"""

from collections.abc import Mapping

from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = """
-- Hangs on a case: its stage is the state of the case, its outer limit the case's clock. A case that is negotiated again
-- gets another one. `number` counts within the case.
CREATE TABLE negotiation (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_number text NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    kind text NOT NULL CHECK (kind IN ('two_party', 'three_party')),
    company_id uuid NOT NULL REFERENCES organisation,
    -- The share of the population, in per cent, that has to be covered for the agreement; null: none is asked.
    threshold numeric(5, 2) CHECK (threshold BETWEEN 0 AND 100),
    opened_seq int NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    UNIQUE (case_id, number)
);
CREATE INDEX negotiation_company ON negotiation (company_id);

-- A region's power of attorney for those who negotiate.
CREATE TABLE negotiation_mandate (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    organisation_id uuid NOT NULL REFERENCES organisation,
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from),
    authority text NOT NULL CHECK (authority <> ''),
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    withdrawn_on date,
    withdrawn_by text,
    CHECK (withdrawn_on IS NULL OR withdrawn_by IS NOT NULL)
);
CREATE INDEX negotiation_mandate_negotiation ON negotiation_mandate (negotiation_id, organisation_id);
CREATE INDEX negotiation_mandate_organisation ON negotiation_mandate (organisation_id);
CREATE INDEX negotiation_mandate_file ON negotiation_mandate (sha256);

CREATE TABLE negotiation_meeting (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    day date NOT NULL,
    place text NOT NULL,
    -- Whether the company takes part; else the delegation meets by itself, and the company is not told.
    with_company boolean NOT NULL,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE INDEX negotiation_meeting_negotiation ON negotiation_meeting (negotiation_id, day);

-- What a note says is sealed, for the delegation alone.
CREATE TABLE negotiation_note (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX negotiation_note_negotiation ON negotiation_note (negotiation_id, at);

-- A round of offers. In a sealed one nobody but whoever made an offer can open it, until two people of the
-- delegation have opened the round, at `opens_at` or later; earlier only with a reason.
CREATE TABLE negotiation_round (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    number smallint NOT NULL CHECK (number > 0),
    opens_at timestamptz,
    opened_at timestamptz,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CHECK (opened_at IS NULL OR opens_at IS NOT NULL),
    UNIQUE (negotiation_id, number)
);
CREATE TABLE negotiation_opening (
    round_id uuid NOT NULL REFERENCES negotiation_round,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    PRIMARY KEY (round_id, person_id)
);

-- That an offer was made. `commitment` is the hash of its terms with a nonce that is sealed with them.
CREATE TABLE negotiation_offer (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    round_id uuid NOT NULL REFERENCES negotiation_round,
    side text NOT NULL CHECK (side IN ('delegation', 'company')),
    number smallint NOT NULL CHECK (number > 0),
    commitment text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
    files smallint NOT NULL CHECK (files >= 0),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    organisation text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (negotiation_id, number)
);
CREATE INDEX negotiation_offer_round ON negotiation_offer (round_id);

-- The terms that the regions join, version by version.
CREATE TABLE negotiation_terms (
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    version smallint NOT NULL CHECK (version > 0),
    commitment text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
    offer_id uuid NOT NULL REFERENCES negotiation_offer,
    settled_on date NOT NULL,
    settled_by text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (negotiation_id, version)
);

-- The ledger. Whoever joins or confirms binds themselves to one version by its hash.
CREATE TABLE negotiation_accession (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    negotiation_id uuid NOT NULL REFERENCES negotiation,
    organisation_id uuid NOT NULL REFERENCES organisation,
    kind text NOT NULL CHECK (kind IN ('invited', 'joined', 'confirmed', 'declined', 'left')),
    day date NOT NULL,
    version smallint,
    commitment text,
    authority text NOT NULL DEFAULT '',
    reservations text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    at timestamptz NOT NULL,
    CHECK ((kind IN ('joined', 'confirmed')) = (version IS NOT NULL)),
    CHECK ((version IS NULL) = (commitment IS NULL)),
    FOREIGN KEY (negotiation_id, version) REFERENCES negotiation_terms (negotiation_id, version)
);
CREATE INDEX negotiation_accession_region ON negotiation_accession (negotiation_id, organisation_id, id);
CREATE INDEX negotiation_accession_organisation ON negotiation_accession (organisation_id);

GRANT SELECT, INSERT ON negotiation, negotiation_mandate, negotiation_meeting, negotiation_note, negotiation_round,
    negotiation_opening, negotiation_offer, negotiation_terms, negotiation_accession TO nt_app;
GRANT UPDATE (threshold) ON negotiation TO nt_app;
GRANT UPDATE (withdrawn_on, withdrawn_by) ON negotiation_mandate TO nt_app;
"""

_OWN_REGION = "organisation_id = ANY ((SELECT acting_organisations('{region_representative}'))::uuid[])"
_IN_CIRCLE = """(SELECT acting_as_system()) OR EXISTS (
    SELECT FROM sealed.acting_circles() m WHERE m.negotiation_id = {table}.negotiation_id{side})"""
_DELEGATE = _IN_CIRCLE.replace("{side}", " AND m.side = 'delegation'")
_ANY_SIDE = _IN_CIRCLE.replace("{side}", "")
_SECRETARIAT = "(SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}'))"

POLICIES = f"""
ALTER TABLE negotiation ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation FOR SELECT USING (
    (SELECT sees_every_case()) OR company_id = ANY ((SELECT acting_organisations('{{company_contact}}'))::uuid[])
    OR (kind = 'three_party' AND (SELECT acting_in('{{tlv_assessor}}')) AND sees_case(case_id)));
CREATE POLICY no_conflict ON negotiation AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY opened ON negotiation FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE POLICY changed ON negotiation FOR UPDATE USING ({_SECRETARIAT});
CREATE FUNCTION sees_negotiation(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM negotiation n WHERE n.id = wanted);
END
$$;

ALTER TABLE negotiation_mandate ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_mandate FOR SELECT USING (
    ((SELECT is_council_side()) OR {_OWN_REGION} OR {_ANY_SIDE.format(table="negotiation_mandate")})
    AND sees_negotiation(negotiation_id));
CREATE POLICY given ON negotiation_mandate FOR INSERT WITH CHECK ({_SECRETARIAT} OR {_OWN_REGION});
CREATE POLICY withdrawn ON negotiation_mandate FOR UPDATE USING ({_SECRETARIAT} OR {_OWN_REGION});
CREATE POLICY of_mandates ON file_part FOR SELECT USING (
    EXISTS (SELECT FROM negotiation_mandate m WHERE m.sha256 = file_part.sha256));

ALTER TABLE negotiation_meeting ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_meeting FOR SELECT USING (
    ((SELECT is_council_side()) OR {_DELEGATE.format(table="negotiation_meeting")}
     OR (with_company AND {_ANY_SIDE.format(table="negotiation_meeting")}))
    AND sees_negotiation(negotiation_id));
CREATE POLICY added ON negotiation_meeting FOR INSERT WITH CHECK ({_DELEGATE.format(table="negotiation_meeting")});

ALTER TABLE negotiation_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_note FOR SELECT USING (
    ({_DELEGATE.format(table="negotiation_note")}) AND sees_negotiation(negotiation_id));
CREATE POLICY written ON negotiation_note FOR INSERT WITH CHECK ({_DELEGATE.format(table="negotiation_note")});

ALTER TABLE negotiation_round ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_round FOR SELECT USING (
    ((SELECT is_council_side()) OR {_ANY_SIDE.format(table="negotiation_round")}) AND sees_negotiation(negotiation_id));
CREATE POLICY made ON negotiation_round FOR INSERT WITH CHECK ({_DELEGATE.format(table="negotiation_round")});

ALTER TABLE negotiation_opening ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_opening FOR SELECT USING (
    EXISTS (SELECT FROM negotiation_round r WHERE r.id = negotiation_opening.round_id));
CREATE POLICY opened ON negotiation_opening FOR INSERT WITH CHECK (
    ((SELECT acting_as_system()) OR person_id = (SELECT acting_person())) AND EXISTS (
        SELECT FROM negotiation_round r JOIN sealed.circle m ON m.negotiation_id = r.negotiation_id
        WHERE r.id = negotiation_opening.round_id AND m.person_id = negotiation_opening.person_id
          AND m.side = 'delegation' AND m.valid_from <= acting_day()
          AND (m.valid_to IS NULL OR m.valid_to >= acting_day())));

ALTER TABLE negotiation_offer ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_offer FOR SELECT USING (
    ((SELECT is_council_side()) OR {_ANY_SIDE.format(table="negotiation_offer")}) AND sees_negotiation(negotiation_id));
CREATE POLICY made ON negotiation_offer FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR EXISTS (
        SELECT FROM sealed.acting_circles() m
        WHERE m.negotiation_id = negotiation_offer.negotiation_id AND m.side = negotiation_offer.side));

ALTER TABLE negotiation_terms ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_terms FOR SELECT USING (sees_negotiation(negotiation_id));
CREATE POLICY settled ON negotiation_terms FOR INSERT WITH CHECK ({_SECRETARIAT});

ALTER TABLE negotiation_accession ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON negotiation_accession FOR SELECT USING (sees_negotiation(negotiation_id));
CREATE POLICY noted ON negotiation_accession FOR INSERT WITH CHECK (
    {_SECRETARIAT} OR ({_OWN_REGION} AND kind <> 'invited' AND person_id = (SELECT acting_person())));

-- Whoever represents a region enters the circle by themselves while the region is invited and has given a mandate, or
-- stands by the terms; and is out of it when the region declines or leaves.
CREATE FUNCTION may_enter_circle(wanted uuid, region uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    last text;
BEGIN
    SELECT a.kind INTO last FROM negotiation_accession a
    WHERE a.negotiation_id = wanted AND a.organisation_id = region ORDER BY a.id DESC LIMIT 1;
    RETURN NOT EXISTS (SELECT FROM sealed.circle c
                       WHERE c.negotiation_id = wanted AND c.person_id = acting_person() AND c.barred)
        AND coalesce(last IN ('joined', 'confirmed') OR (last = 'invited' AND EXISTS (
        SELECT FROM negotiation_mandate m
        WHERE m.negotiation_id = wanted AND m.organisation_id = region AND m.withdrawn_on IS NULL
          AND m.valid_from <= acting_day() AND (m.valid_to IS NULL OR m.valid_to >= acting_day()))), false);
END
$$;
CREATE POLICY entered ON sealed.circle FOR INSERT WITH CHECK (
    side = 'region' AND person_id = (SELECT acting_person()) AND {_OWN_REGION}
    AND may_enter_circle(negotiation_id, organisation_id));
CREATE POLICY own_region ON sealed.circle FOR SELECT USING (side = 'region' AND {_OWN_REGION});
CREATE POLICY left_by_region ON sealed.circle FOR UPDATE USING (side = 'region' AND {_OWN_REGION});

-- The only way by which a secret gets more readers: two different people of the delegation have said that the round is
-- to be opened, and if either did before its time, with a reason.
CREATE FUNCTION open_sealed_round(wanted uuid, moment timestamptz) RETURNS boolean LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found negotiation_round;
BEGIN
    SELECT * INTO found FROM negotiation_round r WHERE r.id = wanted FOR UPDATE;
    IF found.opens_at IS NULL OR found.opened_at IS NOT NULL
       OR (SELECT count(DISTINCT o.person_id) FROM negotiation_opening o WHERE o.round_id = wanted) < 2
       OR EXISTS (SELECT FROM negotiation_opening o WHERE o.round_id = wanted AND o.at < found.opens_at AND o.reason = '')
    THEN
        RETURN false;
    END IF;
    UPDATE negotiation_round SET opened_at = moment WHERE id = wanted;
    UPDATE sealed.secret s SET readers = ARRAY(
            SELECT DISTINCT reader FROM unnest(s.readers || ARRAY['delegation', 'company']
                || CASE n.kind WHEN 'three_party' THEN ARRAY['tlv'] ELSE ARRAY[]::text[] END) AS reader)
    FROM negotiation_offer o JOIN negotiation n ON n.id = o.negotiation_id
    WHERE o.round_id = wanted AND s.negotiation_id = o.negotiation_id
      AND s.place IN ('negotiation_offer', 'negotiation_offer_file') AND split_part(s.row_id, '.', 1) = o.id::text;
    RETURN true;
END
$$;
"""  # noqa: S608 - constants of this file

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "negotiation": {
        "public": "case_number",
        "party": "id case_id number kind company_id threshold opened_seq opened_by opened_at",
    },
    "negotiation_mandate": {
        "party": (
            "id negotiation_id organisation_id valid_from valid_to authority filename sha256 added_by added_at "
            "withdrawn_on withdrawn_by"
        ),
    },
    "negotiation_meeting": {"party": "id negotiation_id day place with_company added_by added_at"},
    "negotiation_note": {"secret": "id negotiation_id person_id person at"},
    "negotiation_round": {"party": "id negotiation_id number opens_at opened_at made_by made_at"},
    "negotiation_opening": {"party": "round_id person_id person reason at"},
    "negotiation_offer": {
        "party": "id negotiation_id round_id side number commitment files person_id person organisation at",
    },
    "negotiation_terms": {"party": "negotiation_id version commitment offer_id settled_on settled_by at"},
    "negotiation_accession": {
        "party": (
            "id negotiation_id organisation_id kind day version commitment authority reservations reason person_id "
            "person at"
        ),
    },
}


def upgrade() -> None:
    op.execute(TABLES + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        DROP FUNCTION open_sealed_round(uuid, timestamptz);
        DROP POLICY entered ON sealed.circle; DROP POLICY own_region ON sealed.circle;
        DROP POLICY left_by_region ON sealed.circle;
        DROP FUNCTION may_enter_circle(uuid, uuid);
        DROP POLICY of_mandates ON file_part;
        DELETE FROM notice WHERE kind LIKE 'negotiation%';
        DROP TABLE negotiation_accession, negotiation_terms, negotiation_offer, negotiation_opening, negotiation_round,
            negotiation_note, negotiation_meeting, negotiation_mandate, negotiation CASCADE;
        DROP FUNCTION sees_negotiation(uuid);
    """)
