"""Signing in through one's organisation: out to its provider and back."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account import proof
from nt_process.identity import federated, oidc, sessions
from nt_process.settings import Settings
from nt_process.web import known_device, session_cookie
from nt_process.web.local_path import local_path

bp = Blueprint("provider", __name__, url_prefix="/sign-in/organisation")


def install(app: Flask, settings: Settings) -> None:
    """Know the provider of the settings; without one there is nothing to be sent out to."""
    client = None
    if settings.oidc_issuer:
        secret = settings.oidc_client_secret
        provider = oidc.Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret="" if secret is None else secret.get_secret_value(),
            levels=frozenset(settings.oidc_levels.split()),
            person_claim=settings.oidc_person_claim,
            organisation_claim=settings.oidc_organisation_claim,
            scope=settings.oidc_scope,
        )
        client = oidc.Client(provider, f"{settings.base_url.rstrip('/')}{bp.url_prefix}/back")
    app.extensions["nt_oidc"] = client
    app.add_template_global(lambda: client is not None, "has_provider")


@bp.get("")
def out() -> Response:
    """Off to the provider, also to prove once more who one is. A link and not a form: the content policy lets no form
    lead elsewhere."""
    client = _client()
    if client is None:
        return redirect(url_for("entry.sign_in"))
    wanted = local_path(request.args.get("next")) or ""
    try:
        outgoing = client.send_out(web.connection(), wanted, web.now())
    except federated.NotAccepted as refusal:
        return not_accepted(refusal)
    session["provider_state"] = outgoing.state
    return redirect(outgoing.url)


@bp.get("/back")
def back() -> Response:
    """Back from the provider: signed in, or told that it did not come about."""
    client = _client()
    if client is None:
        return redirect(url_for("entry.sign_in"))
    expected = str(session.pop("provider_state", ""))
    try:
        arrived = client.take_back(web.connection(), request.args.to_dict(), expected, web.now(), web.today())
        return let_in(arrived)
    except federated.NotAccepted as refusal:
        return not_accepted(refusal)


def let_in(arrived: federated.Arrived) -> Response:
    """Begin the session of who has signed in at a provider, on the page they wanted. It takes the place of one that
    was open, which was theirs. Raises NotAccepted (somebody_else)."""
    if g.actor is not None:
        if g.actor.id != arrived.person_id:
            raise federated.NotAccepted("somebody_else")
        sessions.end(web.connection(), g.actor.id, web.session().id, web.now())
    token = sessions.begin(
        web.connection(),
        arrived.person_id,
        web.now(),
        web.visitor(),
        strong=True,
        proved_at=arrived.proved_at,
    )
    proof.note_proved("provider", arrived.person_id)
    session.clear()
    response = redirect(local_path(arrived.next) or url_for("cases.worklist"))
    return session_cookie.keep(known_device.remember(response, arrived.email), token)


def _client() -> oidc.Client | None:
    return cast("oidc.Client | None", current_app.extensions["nt_oidc"])


def not_accepted(refusal: federated.NotAccepted) -> Response:
    """One answer to all that can be wrong; which it was stands in the log."""
    proof.note_refused("provider", refusal.code)
    flash(
        _(
            "You could not be signed in through your organisation. Try again; if it stays so, ask the "
            "secretariat whether your account is linked to it."
        ),
        "danger",
    )
    return redirect(url_for("entry.sign_in"))
