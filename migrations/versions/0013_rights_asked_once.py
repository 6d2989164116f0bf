"""Whether all cases are seen is asked once in a transaction, not by each policy of each statement."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# An action's two statements ask it eight times, each time by reading memberships. The first answer is kept in
# `nt.sees` until the transaction ends, with whom and which day it is for, so that it serves nobody else.
UPGRADE = """
CREATE OR REPLACE FUNCTION sees_every_case() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    whose text := concat(current_setting('nt.person', true), ' ', current_setting('nt.day', true), ' ');
    kept text := current_setting('nt.sees', true);
BEGIN
    IF kept IS NULL OR left(kept, -1) <> whose THEN
        kept := concat(whose, (acting_as_system() OR acting_in(
            '{secretariat,council_member,management,auditor,administrator,region_representative}'))::int);
        PERFORM set_config('nt.sees', kept, true);
    END IF;
    RETURN right(kept, 1) = '1';
END
$$;
"""

DOWNGRADE = """
CREATE OR REPLACE FUNCTION sees_every_case() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT acting_as_system()
        OR acting_in('{secretariat,council_member,management,auditor,administrator,region_representative}')
$$;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
