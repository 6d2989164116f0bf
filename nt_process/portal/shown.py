"""What the portal's pages share: faults and refusals in words, answers as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from nt_process import web
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import REGIONS
from nt_process.portal import rules, texts
from nt_process.portal.errors import PortalError
from nt_process.portal.form import PROVISIONS, YEARS, Field, Section, cell
from nt_process.portal.rules import NotAnAnswer
from nt_process.web import template_filters

_MONEY = Field("", PROVISIONS["other"], "money")


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as it is read. `rows` are the rows of a table of regions."""

    field: Field
    value: str
    secret: bool
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()


def section_lines(section: Section, answers: Mapping[str, str]) -> list[Line]:
    """The answers of a section; those that were left out are left out."""
    lines = []
    for one in (*section.fields, *section.claim_fields):
        secret = rules.is_secret(section, one, answers)
        if one.type == "regions":
            rows = tuple((name, amounts) for name, amounts in _rows(one.name, answers) if any(amounts))
            lines += [Line(one, "", secret, rows)] if rows else []
        elif answers.get(one.name):
            value = answers[one.name]
            text = (
                template_filters.day(value) if one.type == "date" else rules.shown(one, value, web.language())
            )
            lines.append(Line(one, text, secret))
    return lines


def _rows(name: str, answers: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    added = rules.sums(name, answers)
    rows = []
    for region in REGIONS:
        amounts = [answers.get(cell(name, region.code, year), "") for year in YEARS]
        rows.append(
            (
                region.name,
                (*(money(one) for one in amounts), money(added[region.code]) if any(amounts) else ""),
            )
        )
    total = tuple(money(added[str(year)]) for year in YEARS)
    return [*rows, ("", (*total, money(added["all"])))]


def money(amount: Decimal | str) -> str:
    """An amount with its thousands apart; nothing for no amount."""
    text = amount if isinstance(amount, str) else format(amount, "f")
    return rules.written(_MONEY, text, web.language()) if text else ""


def fault(error: NotAnAnswer) -> str:
    """What is wrong with an answer, in the reader's language."""
    return fault_sentence(Fault(error.code, params=error.params), translator(web.language()), texts.FAULTS)


def explain(error: PortalError) -> str:
    return str(texts.ERRORS[error.reason.code])


def refused(error: PortalError) -> ResponseReturnValue:
    """What one has no part in does not exist; any other refusal is told on the page that one came from."""
    if error.reason.code in ("not_found", "changed"):
        # Raised from here, it would count as an error of the program's own.
        return current_app.handle_http_exception(NotFound())
    flash(explain(error), "danger")
    application_id = (request.view_args or {}).get("application_id")
    if error.reason.code == "not_draft" or application_id is None:
        return redirect(url_for("portal.home"))
    return redirect(url_for("portal.people", application_id=application_id))


def document_words() -> dict[str, Any]:
    """What a list of documents and the form for one need."""
    return {
        "kind_labels": {key: template_filters.text(label) for key, label in DOCUMENT_KINDS.items()},
        "provisions": {key: template_filters.text(label) for key, label in PROVISIONS.items()},
        "most_claims": rules.MOST_CLAIMS,
        "fault_labels": _fault_labels(),
    }


def _fault_labels() -> dict[str, str]:
    """What each field of the forms for documents and for a supplement is called where its fault is summed up."""
    labels = {
        "title": _("Title"),
        "kind": _("Kind of document"),
        "public_file": _("The version that everyone with part in the case may read"),
        "secret_file": _("The confidential version, with its secret passages marked"),
        "answer": _("Answer"),
        "secret_answer": _("Confidential part of the answer"),
    }
    claim = {
        "place": _("Where the secret passages are"),
        "provision": _("Provision"),
        "reason": _("Reason: what harm may come?"),
        "until": _("Secret until"),
    }
    for number in range(1, rules.MOST_CLAIMS + 1):
        labels |= {f"{name}-{number}": label for name, label in claim.items()}
    return labels
