"""What notices about agreements say: that something happened, and where; never what is agreed."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

_PATH = "/agreements/%(subject)s"
_LINK = N_("See the agreement")

ABOUT_AGREEMENTS: Mapping[str, Wording] = {
    "agreement_to_sign": Wording(
        N_("%(number)s: an agreement to sign"),
        (N_("You are asked to read and sign the agreement in case %(number)s."),),
        _PATH,
        _LINK,
    ),
    "agreement_in_force": Wording(
        N_("%(number)s: the agreement is signed"),
        (N_("The agreement in case %(number)s has been signed, and says from which day it holds."),),
        _PATH,
        _LINK,
    ),
    "agreement_ended": Wording(
        N_("%(number)s: an end of the agreement"),
        (N_("It has been said that the agreement in case %(number)s ends, for all or for a region."),),
        _PATH,
        _LINK,
    ),
    "agreement_expiry": Wording(
        N_("%(number)s: the agreement is to expire"),
        (N_("The last day of the agreement in case %(number)s draws near. See which day it is."),),
        _PATH,
        _LINK,
    ),
    "agreement_renewal": Wording(
        N_("%(number)s: it is to be said whether the agreement is renewed"),
        (
            N_(
                "The day by which the renewal of the agreement in case %(number)s is to be said draws near. "
                "See which day it is."
            ),
        ),
        _PATH,
        _LINK,
    ),
    "agreement_renegotiation": Wording(
        N_("%(number)s: terms are to be negotiated again"),
        (
            N_(
                "The day from which the terms of the agreement in case %(number)s are to be negotiated again draws near. "
                "See which day it is."
            ),
        ),
        _PATH,
        _LINK,
    ),
}
