"""All pages of follow-up, on their blueprint."""

from __future__ import annotations

from nt_process.followup import file_views as _file_views  # noqa: F401
from nt_process.followup import protocol_views as _protocol_views  # noqa: F401
from nt_process.followup import views as _views  # noqa: F401
from nt_process.followup.answers import bp

__all__ = ["bp"]
