"""How a command of administration can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class AdministrationError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed (the role does not carry it), changed (someone was faster; `actor` and `at`), and those of
    `rules`: own_role, own_last_administration, own_account, own_second_factor; last_administrator (nobody would be
    left who administers without a last day); raced (somebody else made
    the same person meanwhile), not_sent (a disabled person is not
    invited), overlaps (the role is held already in those days), nothing_to_do;
    of one of several mandates: begins_later, ends_sooner, ends_later, no_last_day, does_not_answer.
    """
