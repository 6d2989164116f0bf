"""The price register: packages, their list prices over time, and what was known of them when."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UPGRADE = """
-- A price list as it was handed in, shown before it is taken in.
CREATE TABLE price_import (
    id uuid PRIMARY KEY,
    filename text NOT NULL,
    sha256 text NOT NULL REFERENCES file_content,
    valid_from date,
    uploaded_by uuid REFERENCES person,
    uploaded_at timestamptz NOT NULL,
    imported_by uuid REFERENCES person,
    imported_at timestamptz,
    created int,
    updated int,
    unchanged int,
    rejected jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX price_import_file ON price_import (sha256);
CREATE INDEX price_import_latest ON price_import (uploaded_at DESC);

CREATE TABLE price_package (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_number text NOT NULL UNIQUE CHECK (article_number ~ '^[0-9]{6}$'),
    npl_id text NOT NULL CHECK (npl_id = '' OR npl_id ~ '^[0-9]{14}$'),
    product text NOT NULL CHECK (product <> ''),
    substance text NOT NULL CHECK (substance <> ''),
    atc text NOT NULL CHECK (atc <> ''),
    strength text NOT NULL,
    form text NOT NULL CHECK (form <> ''),
    pack text NOT NULL,
    units numeric(12, 3) NOT NULL CHECK (units > 0),
    unit text NOT NULL CHECK (unit <> ''),
    company text NOT NULL,
    organisation_id uuid REFERENCES organisation,
    parallel_import boolean NOT NULL,
    -- First day of the list that the facts above come from: an older list does not overwrite them.
    facts_from date NOT NULL,
    search tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', search_fold(product || ' ' || substance || ' ' || atc || ' ' || article_number || ' '
            || npl_id || ' ' || company || ' ' || form || ' ' || strength))
    ) STORED
);
CREATE UNIQUE INDEX price_package_npl ON price_package (npl_id) WHERE npl_id <> '';
CREATE INDEX price_package_substance ON price_package (lower(substance));
CREATE INDEX price_package_product ON price_package (lower(product));
CREATE INDEX price_package_atc ON price_package (atc text_pattern_ops);
CREATE INDEX price_package_search ON price_package USING gin (search);

-- A price holds from its first day until the day before the next one's; without an amount the package has no list
-- price from that day. A correction is a new row, and the old one says until when it was believed. So at every
-- instant at most one price of a package is known to begin on a day, and none can overlap another.
CREATE TABLE list_price (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    package_id bigint NOT NULL REFERENCES price_package,
    valid_from date NOT NULL,
    aip numeric(14, 2) CHECK (aip > 0),
    aup numeric(14, 2) CHECK (aup >= aip),
    source text NOT NULL,
    import_id uuid NOT NULL REFERENCES price_import,
    supersedes bigint REFERENCES list_price,
    known_from timestamptz NOT NULL,
    known_to timestamptz,
    CHECK (aup IS NULL OR aip IS NOT NULL),
    CHECK (known_to >= known_from),
    EXCLUDE USING gist (
        int8range(package_id, package_id, '[]') WITH &&,
        daterange(valid_from, valid_from, '[]') WITH &&,
        tstzrange(known_from, known_to) WITH &&
    )
);
CREATE INDEX list_price_of_package ON list_price (package_id, valid_from DESC) WHERE known_to IS NULL;
CREATE INDEX list_price_history ON list_price (package_id, valid_from DESC, id);
CREATE INDEX list_price_import ON list_price (import_id);

-- Nothing of a price is changed but that it is no longer believed, once.
CREATE FUNCTION list_price_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.known_to IS NOT NULL OR NEW.known_to IS NULL
        OR to_jsonb(OLD) - 'known_to' <> to_jsonb(NEW) - 'known_to' THEN
        RAISE EXCEPTION 'a list price is superseded, not changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER list_price_stands BEFORE UPDATE ON list_price FOR EACH ROW EXECUTE FUNCTION list_price_stands();

-- What a package was called before a list said otherwise.
CREATE TABLE price_package_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    package_id bigint NOT NULL REFERENCES price_package,
    import_id uuid NOT NULL REFERENCES price_import,
    field text NOT NULL,
    old text NOT NULL,
    new text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX price_package_change_of ON price_package_change (package_id, id);

GRANT SELECT, INSERT, UPDATE ON price_import, price_package TO nt_app;
GRANT SELECT, INSERT, UPDATE (known_to) ON list_price TO nt_app;
GRANT SELECT, INSERT ON price_package_change TO nt_app;

CREATE POLICY of_prices ON file_part FOR SELECT USING (
    (SELECT acting_in('{secretariat}')) AND EXISTS (SELECT FROM price_import i WHERE i.sha256 = file_part.sha256));
"""

DOWNGRADE = """
DROP POLICY of_prices ON file_part;
DROP TABLE price_package_change, list_price, price_package, price_import;
DROP FUNCTION list_price_stands();
"""

# Whom each column may be told to: table, column, class, what it is.
_COLUMNS = """
price_import id internal the import
price_import filename internal what the file was called
price_import sha256 internal the file
price_import valid_from internal first day of prices whose rows state none
price_import uploaded_by internal who handed it in
price_import uploaded_at internal when it was handed in
price_import imported_by internal who took it in
price_import imported_at internal when it was taken in
price_import created internal how many rows were of new packages
price_import updated internal how many rows changed something
price_import unchanged internal how many rows changed nothing
price_import rejected internal the rows that were left out, with their faults
price_package id internal the package
price_package article_number public the Nordic article number (Vnr)
price_package npl_id public the package's id in the national product register (NPL)
price_package product public what the medicine is called
price_package substance public its active substance
price_package atc public its ATC code
price_package strength public its strength
price_package form public its pharmaceutical form
price_package pack public the package in words
price_package units public how many units it holds
price_package unit public what is counted
price_package company public who sells it
price_package organisation_id public the same company in the register of organisations
price_package parallel_import public whether it is imported by another than the maker
price_package facts_from public first day of the list that says so
price_package search public the words of the above, for the search
list_price id internal the row
list_price package_id internal the package
list_price valid_from public the first day of the price
list_price aip public the pharmacies' purchase price in SEK
list_price aup public the pharmacies' selling price in SEK
list_price source public where it was read
list_price import_id internal the import that brought it
list_price supersedes internal the row that it corrects
list_price known_from public since when it is known
list_price known_to public until when it was believed
price_package_change id internal the change
price_package_change package_id internal the package
price_package_change import_id internal the import that brought it
price_package_change field public what was changed
price_package_change old public what was said before
price_package_change new public what is said since
price_package_change at public when it was changed
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    for line in _COLUMNS.strip().splitlines():
        table, column, name, what = line.split(" ", 3)
        op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{name}: {what.replace(chr(39), chr(39) * 2)}'")


def downgrade() -> None:
    op.execute(DOWNGRADE)
