"""Words of the public site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l

STANDING_NAMES: Mapping[str, Any] = {
    "in_force": _l("In force"),
    "ended": _l("No longer in force"),
    "replaced": _l("Replaced"),
}
STANDING_COLOURS: Mapping[str, str] = {"in_force": "success", "ended": "neutral", "replaced": "neutral"}
