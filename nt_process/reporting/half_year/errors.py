"""How a command on a half-yearly report can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class HalfYearError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed (the role does not carry it), issued (it is as it was issued for ever), not_counted (its figures
    are not there yet), no_preface, own_preface (whoever wrote it does not issue it), changed (somebody wrote a later
    version of the preface meanwhile).
    """
