"""The pages of subscriptions: the form, what the mailed links open, and the address that mail programs post to.

A GET changes nothing, whoever follows the link: programs that look for dangerous mail do as well.
"""

from __future__ import annotations

from flask import Response, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from nt_process import web
from nt_process.identity import throttle
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import REGIONS
from nt_process.public import texts
from nt_process.public.answering import fresh
from nt_process.public.forms import ChangeForm, SubscribeForm
from nt_process.public.site import bp, draw, page
from nt_process.public.subscriptions import rules, service
from nt_process.web import reason_texts

_REGIONS = {one.code: one.official_name for one in REGIONS}


@bp.get("/subscribe")
def subscribe() -> Response:
    """The empty form: the same for everybody."""
    form = SubscribeForm(formdata=None, language=g.fixed_language).ticked([rules.RECOMMENDATIONS])
    return fresh(page("public/subscribe.html", form=form, topics=texts.TOPIC_NAMES))


@bp.post("/subscribe")
def send_subscription() -> ResponseReturnValue:
    """Have a link mailed that confirms. The answer is the same, and as fast, whether the address is known or not."""
    form = SubscribeForm()
    try:
        choices, address = _read(form)
        _hold_pace(f"subscription of {address}")
    except BadInput as refusal:
        form.show_faults(refusal, translator(g.fixed_language))
        drawn = draw("public/subscribe.html", form=form, topics=texts.TOPIC_NAMES)
        return drawn, 429 if refusal.faults[0].code == "too_often" else 422
    service.ask(web.engine(), web.settings().secret_key(), address, choices, web.now())
    return draw("public/subscribed.html", address=address)


def _read(form: SubscribeForm) -> tuple[rules.Choices, str]:
    """What was chosen, and the address. Raises BadInput with every fault."""
    faults: list[Fault] = []
    choices, address = None, ""
    chosen = request.form.getlist("topics")
    form.ticked(chosen)
    try:
        choices = rules.read_choices(form.texts(), chosen)
    except BadInput as refused:
        faults += refused.faults
    try:
        address = rules.read_address(form.address.data or "")
    except BadInput as refused:
        faults += refused.faults
    if choices is None or faults:
        raise BadInput(*faults)
    return choices, address


def _hold_pace(what: str) -> None:
    """Raises BadInput (column `address`) for whoever has tried too often from where they are."""
    place = throttle.from_address(request.remote_addr or "")
    if not throttle.may_try(web.connection(), "link", throttle.account_key(what), place, web.now()):
        raise BadInput(Fault("too_often", column="address"))


def _token() -> str:
    return (request.form.get("link") or request.args.get("link") or "")[:200]


@bp.route("/confirm-subscription", methods=["GET", "POST"])
def confirm_subscription() -> ResponseReturnValue:
    """Where the mailed link leads: a button, and only that confirms."""
    token = _token()
    if request.method == "POST":
        secret = web.settings().secret_key()
        opens = service.confirm(web.engine(), secret, token, web.now())
        if opens is not None:
            return redirect(url_for("public.subscription", link=opens, new=1))
    asked = service.to_confirm(web.connection(), token, web.now())
    return draw("public/confirm.html", other=False, token=token, asked=asked, **_said(asked))


@bp.get("/subscription")
def subscription() -> str:
    """What a link opens: what is subscribed to, to change or to end it."""
    return _opened(_token())


@bp.post("/subscription")
def change_subscription() -> ResponseReturnValue:
    token, form, chosen = _token(), ChangeForm(), request.form.getlist("topics")
    form.ticked(chosen)
    found = service.of_link(web.connection(), token)
    if found is None:
        return _opened(token), 422
    try:
        choices = rules.read_choices(form.texts(), chosen)
    except BadInput as refusal:
        form.show_faults(refusal, translator(g.fixed_language))
        return _opened(token, form), 422
    service.change(web.engine(), token, choices, web.now())
    return redirect(url_for("public.subscription", link=token, changed=1))


def _opened(token: str, form: ChangeForm | None = None) -> str:
    found = service.of_link(web.connection(), token)
    if form is None and found is not None:
        values = {name: found[name] for name in ("language", "words", "atc", "region", "phase")}
        form = ChangeForm(formdata=None, link=token, **values).ticked(found["topics"])
    done = ""
    if "new" in request.args:
        done = _("The subscription is confirmed.")
    elif "changed" in request.args:
        done = _("The change is saved.")
    return draw(
        "public/subscription.html",
        other=False,
        found=found,
        form=form,
        token=token,
        done=done if request.method == "GET" else "",
        topics=texts.TOPIC_NAMES,
    )


@bp.get("/unsubscribe")
def leave() -> str:
    """A button that ends the subscription; looking ends nothing."""
    token = _token()
    return draw(
        "public/unsubscribe.html",
        other=False,
        token=token,
        found=service.of_link(web.connection(), token),
        ended=False,
    )


@bp.post("/unsubscribe")
def unsubscribe() -> str:
    """End it: by the button, or by a mail program that is asked to (RFC 8058). Whatever the link is, nothing is left of it."""
    service.end(web.engine(), _token())
    return draw("public/unsubscribe.html", other=False, token="", found=None, ended=True)


def _said(asked: Row | None) -> dict[str, object]:
    """What would be confirmed, in words."""
    if asked is None:
        return {"said": []}
    narrowed = [
        (_("Medicine or substance"), asked["words"]),
        (_("ATC code"), asked["atc"]),
        (_("Stage"), str(reason_texts.PHASE_NAMES[asked["phase"]]) if asked["phase"] else ""),
        (_("Region"), _REGIONS.get(asked["region"], "")),
    ]
    topics = [str(texts.TOPIC_NAMES[topic]) for topic in asked["topics"]]
    return {"said": [(_("What"), "; ".join(topics)), *(one for one in narrowed if one[1])]}
