"""Agreements: versions of the contract, who is asked to sign, signatures, and which region is bound by what on which days.

What is agreed is not here: the text of the contract lies in the sealed room (0021), and a version is bound to it and to
the settled terms by their hashes. Who is bound follows from the signatures alone, by triggers; the application can
neither bind a region nor set one free in any other way.
"""

from collections.abc import Mapping

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLES = """
-- A span of texts; of one text alone it lets a constraint on spans of days compare names as well, without an extension.
CREATE TYPE text_span AS RANGE (subtype = text, collation = "C");

CREATE TABLE agreement (
    id uuid PRIMARY KEY,
    negotiation_id uuid NOT NULL UNIQUE REFERENCES negotiation,
    case_id uuid NOT NULL REFERENCES cases,
    case_number text NOT NULL,
    company_id uuid NOT NULL REFERENCES organisation,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    -- When a version was first sent to be signed. Before that only the council's side knows of the agreement.
    sent_at timestamptz
);
CREATE INDEX agreement_case ON agreement (case_id);
CREATE INDEX agreement_company ON agreement (company_id);

CREATE TABLE agreement_version (
    agreement_id uuid NOT NULL REFERENCES agreement,
    version smallint NOT NULL CHECK (version > 0),
    negotiation_id uuid NOT NULL,
    terms_version smallint NOT NULL,
    terms_commitment text NOT NULL CHECK (terms_commitment ~ '^[0-9a-f]{64}$'),
    text_commitment text NOT NULL CHECK (text_commitment ~ '^[0-9a-f]{64}$'),
    -- Article numbers, by which sales are counted and no region is bound twice; and what the terms call each of them.
    packages text[] NOT NULL CHECK (array_to_string(packages, ' ') ~ '^([0-9]{6}|[0-9]{14})( ([0-9]{6}|[0-9]{14}))*$'),
    package_names text[] NOT NULL CHECK (cardinality(package_names) = cardinality(packages)),
    first_day date NOT NULL,
    last_day date CHECK (last_day >= first_day),
    renew_by date CHECK (renew_by >= first_day),
    renegotiate_on date CHECK (renegotiate_on >= first_day),
    drafted_by text NOT NULL,
    drafted_at timestamptz NOT NULL,
    sent_by text,
    sent_at timestamptz,
    withdrawn_by text,
    withdrawn_at timestamptz,
    PRIMARY KEY (agreement_id, version),
    UNIQUE (agreement_id, version, terms_commitment, text_commitment),
    FOREIGN KEY (negotiation_id, terms_version) REFERENCES negotiation_terms (negotiation_id, version),
    CHECK (sent_at IS NULL OR sent_by IS NOT NULL),
    CHECK (withdrawn_at IS NULL OR withdrawn_by IS NOT NULL)
);

-- Who is asked to sign a version.
CREATE TABLE agreement_party (
    agreement_id uuid NOT NULL,
    version smallint NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisation,
    side text NOT NULL CHECK (side IN ('company', 'region')),
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (agreement_id, version, organisation_id),
    FOREIGN KEY (agreement_id, version) REFERENCES agreement_version
);
CREATE INDEX agreement_party_organisation ON agreement_party (organisation_id);

-- A signature is on one text and one version of the terms, by their hashes, and on no other.
CREATE TABLE agreement_signature (
    agreement_id uuid NOT NULL,
    version smallint NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisation,
    terms_commitment text NOT NULL,
    text_commitment text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    capacity text NOT NULL,
    authority text NOT NULL CHECK (authority <> ''),
    -- When the person proved who they are, shortly before they signed, and whether it was with a second factor.
    proved_at timestamptz NOT NULL,
    second_factor boolean NOT NULL,
    at timestamptz NOT NULL CHECK (at - proved_at BETWEEN interval '0' AND interval '10 minutes'),
    PRIMARY KEY (agreement_id, version, organisation_id),
    FOREIGN KEY (agreement_id, version, organisation_id) REFERENCES agreement_party,
    FOREIGN KEY (agreement_id, version, terms_commitment, text_commitment)
        REFERENCES agreement_version (agreement_id, version, terms_commitment, text_commitment)
);
CREATE INDEX agreement_signature_organisation ON agreement_signature (organisation_id);

-- That the agreement ends, or ends for one region; its last day.
CREATE TABLE agreement_end (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement,
    organisation_id uuid REFERENCES organisation,
    last_day date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    person_id uuid NOT NULL REFERENCES person,
    person text NOT NULL,
    organisation text NOT NULL,
    at timestamptz NOT NULL
);
CREATE UNIQUE INDEX agreement_end_whole ON agreement_end (agreement_id) WHERE organisation_id IS NULL;
CREATE INDEX agreement_end_agreement ON agreement_end (agreement_id, id);
CREATE INDEX agreement_end_organisation ON agreement_end (organisation_id);

-- By which version a region is bound on which days, for each package. No region is bound twice for the same one. A span
-- that a later version took the place of before it began is empty, and stays.
CREATE TABLE agreement_binding (
    agreement_id uuid NOT NULL,
    version smallint NOT NULL,
    organisation_id uuid NOT NULL,
    package text NOT NULL,
    days daterange NOT NULL,
    PRIMARY KEY (agreement_id, version, organisation_id, package),
    FOREIGN KEY (agreement_id, version, organisation_id) REFERENCES agreement_signature,
    CONSTRAINT agreement_binding_once EXCLUDE USING gist (
        text_span(organisation_id::text || ' ' || package, organisation_id::text || ' ' || package, '[]') WITH &&,
        days WITH &&)
);

-- What a version in force is to be reminded of.
CREATE TABLE agreement_clock (
    agreement_id uuid NOT NULL,
    version smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('expiry', 'renewal', 'renegotiation')),
    due date NOT NULL,
    remind_rung int,
    remind_on date,
    PRIMARY KEY (agreement_id, version, kind),
    FOREIGN KEY (agreement_id, version) REFERENCES agreement_version
);
CREATE INDEX agreement_clock_next ON agreement_clock (remind_on) WHERE remind_on IS NOT NULL;

CREATE UNIQUE INDEX notice_agreement_once ON notice (kind, subject, rung, due, person_id)
    WHERE kind IN ('agreement_expiry', 'agreement_renewal', 'agreement_renegotiation') AND rung IS NOT NULL;

GRANT SELECT, INSERT ON agreement, agreement_version, agreement_party, agreement_signature, agreement_end TO nt_app;
GRANT UPDATE (sent_at) ON agreement TO nt_app;
GRANT UPDATE (sent_by, sent_at, withdrawn_by, withdrawn_at) ON agreement_version TO nt_app;
GRANT SELECT ON agreement_binding, agreement_clock TO nt_app;
GRANT UPDATE (remind_rung, remind_on) ON agreement_clock TO nt_app;
"""

BINDING = """
-- A region is bound by a version from its first day, or from the day when both it and the company have signed, if that is
-- later. What bound it before ends the day before.
CREATE FUNCTION bind_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    signed agreement_version;
    company_day date;
    one record;
BEGIN
    SELECT * INTO signed FROM agreement_version v WHERE v.agreement_id = NEW.agreement_id AND v.version = NEW.version;
    IF signed.sent_at IS NULL OR signed.withdrawn_at IS NOT NULL
       OR EXISTS (SELECT FROM agreement_version v WHERE v.agreement_id = NEW.agreement_id AND v.version > NEW.version
                  AND v.sent_at IS NOT NULL AND v.withdrawn_at IS NULL)
       OR EXISTS (SELECT FROM agreement_end e WHERE e.agreement_id = NEW.agreement_id AND e.organisation_id IS NULL)
    THEN
        RAISE EXCEPTION 'this version is not there to be signed' USING ERRCODE = 'check_violation';
    END IF;
    SELECT (s.at AT TIME ZONE 'Europe/Stockholm')::date INTO company_day
    FROM agreement_signature s JOIN agreement_party p USING (agreement_id, version, organisation_id)
    WHERE s.agreement_id = NEW.agreement_id AND s.version = NEW.version AND p.side = 'company';
    FOR one IN
        SELECT s.organisation_id,
               greatest(signed.first_day, company_day, (s.at AT TIME ZONE 'Europe/Stockholm')::date) AS start
        FROM agreement_signature s JOIN agreement_party p USING (agreement_id, version, organisation_id)
        WHERE s.agreement_id = NEW.agreement_id AND s.version = NEW.version AND p.side = 'region'
          AND company_day IS NOT NULL AND NOT EXISTS (
              SELECT FROM agreement_binding b WHERE b.agreement_id = s.agreement_id AND b.version = s.version
                AND b.organisation_id = s.organisation_id)
    LOOP
        CONTINUE WHEN one.start > signed.last_day;
        UPDATE agreement_binding b
        SET days = CASE WHEN lower(b.days) < one.start
                        THEN daterange(lower(b.days), least(upper(b.days), one.start)) ELSE 'empty' END
        WHERE b.agreement_id = NEW.agreement_id AND b.organisation_id = one.organisation_id AND NOT isempty(b.days);
        INSERT INTO agreement_binding (agreement_id, version, organisation_id, package, days)
        SELECT NEW.agreement_id, NEW.version, one.organisation_id, package,
               daterange(one.start, signed.last_day + 1)
        FROM unnest(signed.packages) AS package;
        INSERT INTO agreement_clock (agreement_id, version, kind, due, remind_rung, remind_on)
        SELECT NEW.agreement_id, NEW.version, wanted.kind, wanted.due, next.rung, wanted.due + next.rung
        FROM (VALUES ('expiry', signed.last_day), ('renewal', signed.renew_by),
                     ('renegotiation', signed.renegotiate_on)) AS wanted (kind, due)
        CROSS JOIN LATERAL (
            SELECT min(rung) AS rung FROM unnest('{-180,-90,-30,-7}'::int[]) AS rung
            WHERE wanted.due + rung >= (NEW.at AT TIME ZONE 'Europe/Stockholm')::date) AS next
        WHERE wanted.due IS NOT NULL
        ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER bind_signed AFTER INSERT ON agreement_signature FOR EACH ROW EXECUTE FUNCTION bind_signed();

CREATE FUNCTION unbind_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE agreement_binding b
    SET days = CASE WHEN lower(b.days) <= NEW.last_day
                    THEN daterange(lower(b.days), least(upper(b.days), NEW.last_day + 1)) ELSE 'empty' END
    WHERE b.agreement_id = NEW.agreement_id AND NOT isempty(b.days)
      AND (NEW.organisation_id IS NULL OR b.organisation_id = NEW.organisation_id);
    IF NEW.organisation_id IS NULL THEN
        UPDATE agreement_clock SET remind_on = NULL WHERE agreement_id = NEW.agreement_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER unbind_ended AFTER INSERT ON agreement_end FOR EACH ROW EXECUTE FUNCTION unbind_ended();
"""

_SECRETARIAT = "(SELECT acting_as_system()) OR (SELECT acting_in('{secretariat}'))"
_OWN_REGIONS = "(SELECT acting_organisations('{region_representative}'))::uuid[]"
_OWN_COMPANIES = "(SELECT acting_organisations('{company_contact}'))::uuid[]"

POLICIES = f"""
-- The agreements that whoever acts is asked to sign for their region. Asked by policies, which may not ask each other in
-- a circle.
CREATE FUNCTION acting_agreements() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT p.agreement_id), '{{}}') FROM agreement_party p
    WHERE p.side = 'region' AND p.organisation_id = ANY (acting_organisations('{{region_representative}}'))
$$;
ALTER TABLE agreement ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement FOR SELECT USING (
    (SELECT is_council_side()) OR (sent_at IS NOT NULL AND (
        company_id = ANY ({_OWN_COMPANIES}) OR id = ANY ((SELECT acting_agreements())::uuid[]))));
CREATE POLICY no_conflict ON agreement AS RESTRICTIVE FOR SELECT USING (
    NOT (SELECT may_have_conflicts()) OR NOT conflicted(case_id));
CREATE POLICY made ON agreement FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE POLICY sent ON agreement FOR UPDATE USING ({_SECRETARIAT});
CREATE FUNCTION sees_agreement(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM agreement a WHERE a.id = wanted);
END
$$;

ALTER TABLE agreement_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_version FOR SELECT USING (
    ((SELECT is_council_side()) OR sent_at IS NOT NULL) AND sees_agreement(agreement_id));
CREATE POLICY drafted ON agreement_version FOR INSERT WITH CHECK ({_SECRETARIAT});
CREATE POLICY changed ON agreement_version FOR UPDATE USING ({_SECRETARIAT});

ALTER TABLE agreement_party ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_party FOR SELECT USING (sees_agreement(agreement_id));
CREATE POLICY asked ON agreement_party FOR INSERT WITH CHECK ({_SECRETARIAT});

-- Nobody signs for another, nor without standing in the circle that may read what is signed.
ALTER TABLE agreement_signature ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_signature FOR SELECT USING (sees_agreement(agreement_id));
CREATE POLICY signed ON agreement_signature FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (person_id = (SELECT acting_person()) AND EXISTS (
        SELECT FROM agreement_version v JOIN sealed.acting_circles() m ON m.negotiation_id = v.negotiation_id
        WHERE v.agreement_id = agreement_signature.agreement_id AND v.version = agreement_signature.version
          AND m.organisation_id = agreement_signature.organisation_id AND m.side IN ('company', 'region'))));

ALTER TABLE agreement_end ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_end FOR SELECT USING (sees_agreement(agreement_id));
CREATE POLICY said ON agreement_end FOR INSERT WITH CHECK (
    (SELECT acting_as_system()) OR (person_id = (SELECT acting_person()) AND (
        organisation_id = ANY ({_OWN_REGIONS})
        OR (organisation_id IS NULL AND ((SELECT acting_in('{{secretariat}}')) OR EXISTS (
            SELECT FROM agreement a WHERE a.id = agreement_end.agreement_id
              AND a.company_id = ANY ({_OWN_COMPANIES})))))));

ALTER TABLE agreement_binding ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_binding FOR SELECT USING (sees_agreement(agreement_id));
ALTER TABLE agreement_clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreement_clock FOR SELECT USING (sees_agreement(agreement_id));
CREATE POLICY reminded ON agreement_clock FOR UPDATE USING ((SELECT acting_as_system()));

-- A printed contract is sealed, and its job holds nothing; the evidence is as much as whoever asks may know.
CREATE POLICY of_agreements ON job USING (
    (kind = 'agreement_pdf' AND EXISTS (SELECT FROM agreement a WHERE a.id::text = split_part(job.key, ':', 1)))
    OR (kind = 'agreement_evidence_pdf' AND split_part(job.key, ':', 2) = (SELECT acting_person())::text));
"""  # noqa: S608 - constants of this file

_CLASSES: Mapping[str, Mapping[str, str]] = {
    "agreement": {"party": "id negotiation_id case_id case_number company_id made_by made_at sent_at"},
    "agreement_version": {
        "party": (
            "agreement_id version negotiation_id terms_version terms_commitment text_commitment packages package_names first_day "
            "last_day renew_by renegotiate_on drafted_by drafted_at sent_by sent_at withdrawn_by withdrawn_at"
        ),
    },
    "agreement_party": {"party": "agreement_id version organisation_id side asked_by asked_at"},
    "agreement_signature": {
        "party": (
            "agreement_id version organisation_id terms_commitment text_commitment person_id person capacity authority "
            "proved_at second_factor at"
        ),
    },
    "agreement_end": {
        "party": "id agreement_id organisation_id last_day reason person_id person organisation at",
    },
    "agreement_binding": {"party": "agreement_id version organisation_id package days"},
    "agreement_clock": {"party": "agreement_id version kind due remind_rung remind_on"},
}


def upgrade() -> None:
    op.execute(TABLES + BINDING + POLICIES)
    for table, classes in _CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}'")


def downgrade() -> None:
    op.execute("""
        DROP POLICY of_agreements ON job;
        DELETE FROM job WHERE kind IN ('agreement_pdf', 'agreement_evidence_pdf');
        DROP INDEX notice_agreement_once;
        DELETE FROM notice WHERE kind LIKE 'agreement%';
        DROP TABLE agreement_clock, agreement_binding, agreement_end, agreement_signature, agreement_party,
            agreement_version, agreement CASCADE;
        DROP TYPE text_span;
        DROP FUNCTION bind_signed;
        DROP FUNCTION unbind_ended;
        DROP FUNCTION sees_agreement;
        DROP FUNCTION acting_agreements;
    """)
