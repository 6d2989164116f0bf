"""A row as it is read: names to values, from the database or made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import RowMapping

Row = Mapping[str, Any] | RowMapping
