"""The pages of agreements: the list, one agreement, drafting it, sending it to be signed, and ending it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.agreements import queries, rules, service, signing, texts
from nt_process.agreements.answers import Page, bp, carried_out, the_file
from nt_process.agreements.forms import DraftForm, EndForm, PackageField
from nt_process.agreements.packages import Unfit, field_of
from nt_process.agreements.queries import AgreementFile, Listed
from nt_process.cases.answering import maker
from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.negotiation import queries as negotiations
from nt_process.rights import CASE_READERS, SECRETARIAT
from nt_process.terms.identity import is_number
from nt_process.web.asked_day import asked_day
from nt_process.web.step_up import require_step_up


@bp.app_template_global()
def agreements_of_case(number: str) -> list[Listed]:
    """For the tab on a case: its agreements that the reader may know of, the oldest first."""
    if not CASE_READERS.allows(web.actor().roles):
        return []
    return queries.listed(web.connection(), web.actor(), web.today(), number)[::-1]


@bp.app_template_global()
def agreement_of_negotiation(negotiation_id: uuid.UUID, number: str) -> Listed | None:
    """For the pages of a negotiation: the agreement that came of it, where the reader may know of it."""
    found = (one for one in agreements_of_case(number) if one.row["negotiation_id"] == negotiation_id)
    return next(found, None)


@bp.get("")
def index() -> str:
    may_draft = SECRETARIAT.allows(web.actor().roles)
    return render_template(
        "agreements/index.html",
        listed=queries.listed(web.connection(), web.actor(), web.today()),
        to_draft=queries.to_draft(web.connection()) if may_draft else [],
        words=texts,
    )


@bp.route("/draft/<uuid:negotiation_id>", methods=["GET", "POST"])
@require_step_up
def draft(negotiation_id: uuid.UUID) -> Page:
    """Write an agreement, or a new version of it, from the negotiation's settled terms; for who is of the delegation."""
    found = negotiations.negotiation_file(web.connection(), web.actor(), str(negotiation_id), web.today())
    if found is None or not found.is_delegate:
        abort(404)
    form, row = DraftForm(), found.row

    def command() -> Page:
        try:
            made = service.draft(web.engine(), maker(), str(negotiation_id), form.texts() | _numbers())
        except Unfit as refusal:
            return _asked(row, form, refusal)
        flash(_("The version is drafted. Read it, and send it to be signed."), "success")
        return redirect(url_for("agreements.show", agreement_id=made))

    def show(problem: str | None) -> str:
        return _draft_page(row, form, problem)

    return carried_out(form, command, show) if form.is_submitted() else show(None)


def _draft_page(
    row: Row, form: DraftForm, problem: str | None = None, packages: Sequence[PackageField] = ()
) -> str:
    return render_template(
        "agreements/draft.html", n=row, form=form, problem=problem, packages=packages,
    )  # fmt: skip


def _numbers() -> dict[str, str]:
    """What was chosen and typed for each package, by its field."""
    names = {name for name in request.form if name.startswith("package_")}
    return {name: " ".join(request.form.getlist(name)) for name in names}


def _asked(row: Row, form: DraftForm, refusal: Unfit) -> Page:
    """The form once more, with a field for each package whose number the terms do not say.

    What the terms call their packages is not known before they are opened, so a form that has just been opened asks for
    the numbers without a fault.
    """
    posted, fields = _numbers(), {field_of(place): name for place, name in enumerate(refusal.names, 1)}
    of_form = [fault for fault in refusal.faults if fault.column not in fields]
    form.show_faults(BadInput(*of_form), translator(web.language()))
    offered = queries.register_packages(web.connection(), web.actor(), row["case_number"], web.today())
    packages = [
        _package_field(field, name, offered, posted.get(field), refusal, alone=len(fields) == 1)
        for field, name in fields.items()
        if not is_number(name)
    ]
    page = _draft_page(row, form, packages=packages)
    return (page, 422) if of_form or posted else page


def _package_field(
    field: str, name: str, offered: Sequence[Row], said: str | None, refusal: Unfit, *, alone: bool
) -> PackageField:
    known = {one["article_number"] for one in offered}
    # The one package of the medicine is the one that is meant.
    numbers = said.split() if said is not None else list(known) if alone and len(known) == 1 else []
    errors = [] if said is None else [
        fault_sentence(Fault(one.code, params=one.params), translator(web.language()), texts.FAULTS)
        for one in refusal.faults if one.column == field
    ]  # fmt: skip
    typed = " ".join(one for one in numbers if one not in known)
    return PackageField(field, name, offered, frozenset(numbers) & known, typed, errors)


@bp.get("/<uuid:agreement_id>")
def show(agreement_id: uuid.UUID) -> str:
    return _page(the_file(agreement_id))


def _page(file: AgreementFile, problem: str | None = None, end: EndForm | None = None) -> str:
    asked = asked_day()
    day = asked.day
    newest = file.newest
    secretariat = SECRETARIAT.allows(web.actor().roles)
    of_company = file.row["company_id"] in {uuid.UUID(one) for one in web.actor().company_ids}
    bound = file.state(web.today()) in (rules.IN_FORCE, rules.TO_COME)
    return render_template(
        "agreements/show.html",
        file=file,
        a=file.row,
        newest=newest,
        open=file.open_version,
        to_sign=[] if newest is None else file.own_unsigned(newest["version"]),
        to_enter=[] if newest is None or newest["sent_at"] is None else file.to_enter(newest["version"]),
        waiting=[] if newest is None else [
            one for one in file.parties_of(newest["version"]) if one["signed_at"] is None
        ],
        state=file.state(web.today()),
        parties=_parties(file, day),
        day=day,
        asked=asked,
        is_today=day == web.today(),
        settles=_settles(file, of_company=of_company),
        may_keep=secretariat,
        may_end=bound and (secretariat or of_company or bool(file.regions)),
        whole=secretariat or of_company,
        end=end or EndForm(formdata=None),
        problem=problem,
        in_force=_in_force(file),
        words=texts,
    )  # fmt: skip


def _in_force(file: AgreementFile) -> set[int]:
    """The versions that hold today for this reader; a region's own, of others all."""
    only_region = all(one.side == "region" for one in file.stands)
    own = [one.organisation_id for one in file.stands] if only_region else None
    return set(rules.versions_for(file.bound, web.today(), own))


def _settles(file: AgreementFile, *, of_company: bool) -> bool:
    """Whether anybody is or has been bound, and what is settled concerns this reader."""
    bound = {one.region for one in file.bound}
    own = {str(one) for one in file.regions}
    return bool(bound) and (web.actor().is_internal or of_company or bool(bound & own))


def _parties(file: AgreementFile, day: date) -> list[tuple[str, int]]:
    names = {str(one["organisation_id"]): one["name"] for one in file.parties}
    return [(names[region], version) for region, version in rules.parties(file.bound, day).items()]


@bp.post("/<uuid:agreement_id>/versions/<int:version>/send")
def send(agreement_id: uuid.UUID, version: int) -> Page:
    return _changed(
        agreement_id,
        lambda file: service.send(web.engine(), maker(), file.id, version),
        _("The company and the regions that have joined are asked to sign."),
    )


@bp.post("/<uuid:agreement_id>/versions/<int:version>/withdraw")
def withdraw(agreement_id: uuid.UUID, version: int) -> Page:
    return _changed(
        agreement_id,
        lambda file: service.withdraw(web.engine(), maker(), file.id, version),
        _("The version is withdrawn. What held before goes on."),
    )


@bp.post("/<uuid:agreement_id>/end")
def end(agreement_id: uuid.UUID) -> Page:
    form = EndForm()
    return _changed(
        agreement_id,
        lambda file: signing.end(web.engine(), maker(), file.id, form.texts()),
        _("It is kept that the agreement ends, and the others are told."),
        form,
    )


def _changed(
    agreement_id: uuid.UUID, change: Callable[[AgreementFile], object], said: str, form: EndForm | None = None
) -> Page:
    file = the_file(agreement_id)

    def command() -> BaseResponse:
        change(file)
        flash(said, "success")
        return redirect(url_for("agreements.show", agreement_id=agreement_id))

    return carried_out(form or EndForm(formdata=None), command, lambda problem: _page(file, problem, form))
