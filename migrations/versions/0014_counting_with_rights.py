"""Cases are counted from an index alone again: each index that counts holds what the policy on cases reads."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INDEXES = {
    "cases_open": "next_due, id",
    "cases_open_process": "process, next_due, id",
    "cases_open_phase": "phase, next_due, id",
    "cases_open_owner": "owner_id, next_due, id",
    "cases_open_waits": "waits_for, next_due, id",
    "cases_open_since": "state_since, id",
    "cases_ended": "state_since DESC, id",
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        read = "company_id" if "process" in columns else "company_id, process"
        _make(name, f"{columns}) INCLUDE ({read}")


def downgrade() -> None:
    for name, columns in _INDEXES.items():
        _make(name, columns)


def _make(name: str, columns: str) -> None:
    terminal = "terminal" if name == "cases_ended" else "NOT terminal"
    op.execute(f"DROP INDEX {name}")
    op.execute(f"CREATE INDEX {name} ON cases ({columns}) WHERE {terminal}")
