"""What a message may hold, and on whose side of a case its reader stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nt_process.kernel.typed import paragraph, read, required

COUNCIL, COMPANY = "council", "company"
MAX_FILES = 10
# Roles that may write, each for its side.
WRITES_FOR: Mapping[str, str] = {"secretariat": COUNCIL, "company_contact": COMPANY}


def read_body(text: str) -> str:
    """Raises BadInput."""
    return str(read({"body": text}, {"body": required(paragraph)})["body"])


def role_to_write(roles: Collection[str]) -> str | None:
    """The role that somebody towards this case writes in; None for who only reads."""
    return next((role for role in WRITES_FOR if role in roles), None)
