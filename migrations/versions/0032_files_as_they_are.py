"""Parts of files are stored as they are: most are packed already, and a long table is not packed again to be read once."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE file_part ALTER data SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE file_part ALTER data SET STORAGE EXTENDED")
