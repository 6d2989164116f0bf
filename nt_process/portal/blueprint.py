"""The portal's pages stand under two names: what a company writes, and what has been filed."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from nt_process.portal import shown
from nt_process.portal.errors import PortalError

bp = Blueprint("portal", __name__, url_prefix="/portal")
filed = Blueprint("filed", __name__, url_prefix="/applications")


@bp.errorhandler(PortalError)
@filed.errorhandler(PortalError)
def _refused(error: PortalError) -> ResponseReturnValue:
    return shown.refused(error)
