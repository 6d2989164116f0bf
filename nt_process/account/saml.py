"""Signing in through an organisation's provider that speaks SAML: out, back, and what it is told of us.

Without a provider in the settings there is nothing here: no address answers, and the library is not loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account import provider
from nt_process.identity import federated
from nt_process.kernel.messages import N_
from nt_process.settings import Settings, SettingsError
from nt_process.web.local_path import local_path

if TYPE_CHECKING:
    from nt_process.identity.saml import Client

bp = Blueprint("saml", __name__, url_prefix="/sign-in/saml")


def install(app: Flask, settings: Settings) -> None:
    """Know the provider of the settings. Raises SettingsError when it cannot be used."""
    client = None if settings.saml_metadata is None else _client_of(settings)
    app.extensions["nt_saml"] = client
    app.add_template_global(lambda: client is not None, "has_saml")


def _client_of(settings: Settings) -> Client:
    try:
        from nt_process.identity import saml
    except ImportError:
        raise SettingsError(
            N_(
                "NT_SAML_METADATA is set, but what reads SAML is not installed: install nt-process with the extra [saml]."
            )
        ) from None
    if settings.saml_metadata is None:
        raise AssertionError("asked for without metadata")
    try:
        known = saml.read_provider(settings.saml_metadata)
    except (OSError, federated.NotAccepted):
        raise SettingsError(
            N_("NT_SAML_METADATA: %(file)s holds no metadata of one provider that can be used."),
            file=settings.saml_metadata,
        ) from None
    agreed = saml.Agreed(
        levels=frozenset(settings.saml_levels.split()),
        person_attribute=settings.saml_person_attribute,
        organisation_attribute=settings.saml_organisation_attribute,
    )
    here = f"{settings.base_url.rstrip('/')}{bp.url_prefix}"
    return saml.Client(known, agreed, entity=f"{here}/metadata", back=f"{here}/back")


@bp.before_request
def only_with_a_provider() -> None:
    if current_app.extensions["nt_saml"] is None:
        abort(404)


@bp.get("/metadata")
def metadata() -> Response:
    """What the provider is told of this application."""
    return current_app.response_class(_client().metadata(), mimetype="application/samlmetadata+xml")


@bp.get("")
def out() -> Response:
    """Off to the provider. A link and not a form: the content policy lets no form lead elsewhere."""
    wanted = local_path(request.args.get("next")) or ""
    try:
        outgoing = _client().send_out(web.connection(), wanted, web.now())
    except federated.NotAccepted as refusal:
        return provider.not_accepted(refusal)
    response = redirect(outgoing.url)
    _keep_state(response, outgoing.state)
    return response


@bp.post("/back")
def back() -> Response:
    """Back from the provider, whose page posts a form here: signed in, or told that it did not come about."""
    expected = request.cookies.get(_cookie(), "")
    answer = request.form.to_dict()
    try:
        arrived = _client().take_back(web.connection(), answer, expected, web.now(), web.today())
        response = provider.let_in(arrived)
    except federated.NotAccepted as refusal:
        response = provider.not_accepted(refusal)
    response.delete_cookie(_cookie(), path="/", secure=_secure(), httponly=True)
    return response


def _client() -> Client:
    return cast("Client", current_app.extensions["nt_saml"])


def _keep_state(response: Response, state: str) -> None:
    """Remember in the browser what it was sent out with.

    The form comes from the provider's site, so that no cookie of ours comes with it that is not let through
    from there. This one is, and opens nothing: it only says that the answer has come to whom had asked.
    """
    response.set_cookie(
        _cookie(),
        state,
        max_age=int(federated.ANSWERED_WITHIN.total_seconds()),
        path="/",
        secure=_secure(),
        httponly=True,
        samesite="None" if _secure() else "Lax",
    )


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _cookie() -> str:
    return "__Host-nt-saml" if _secure() else "nt-saml"
