"""Published processes never change: each version's hash is kept in the database when it is first used.

A file that was changed after that is noticed before a case can be run by it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.engine.loader import load_published
from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_

_KEEP = sa.text("""
    INSERT INTO workflow_version (process, version, sha256, published_at) VALUES (:process, :version, :sha256, :at)
    ON CONFLICT (process, version) DO NOTHING
""")
_KEPT = sa.text("SELECT process, version, sha256 FROM workflow_version")


class ChangedAfterPublicationError(OperationError):
    """A workflow file is not the one whose hash was kept."""


def keep_published(engine: Engine, at: datetime) -> None:
    """Keep the hash of every version that is new. Raises ChangedAfterPublicationError for a changed file."""
    published = load_published()
    with engine.begin() as connection:
        kept = {(row.process, row.version): row.sha256 for row in connection.execute(_KEPT)}
        for (process, version), workflow in published.items():
            if kept.get((process, version), workflow.sha256) != workflow.sha256:
                raise ChangedAfterPublicationError(
                    N_(
                        "The file of the process %(process)s, version %(version)s, has been changed after it was "
                        "published. Restore it, and publish the change as version %(next)s."
                    ),
                    process=process,
                    version=version,
                    next=version + 1,
                )
            if (process, version) not in kept:
                values = {"process": process, "version": version, "sha256": workflow.sha256, "at": at}
                connection.execute(_KEEP, values)
