"""The form of an offer: a few fields for the whole, and an ordered list of clauses, each with the fields of its kind.

A field is derived from its `Spec`: what it holds decides how it is typed, and a new kind of clause needs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.

from nt_process.infra.lazy_text import lazy as _l
from nt_process.negotiation.forms import ASKED, DAY, NUMBER, NegotiationForm
from nt_process.negotiation.terms_document import Typed, clauses_of, name_of
from nt_process.terms.clause import COMMON, DOSES, OUTCOMES, PATIENTS, POOL, Clause, Spec, specs
from nt_process.terms.contract import ROUNDINGS
from nt_process.terms.kinds import KINDS
from nt_process.terms.texts import CHOICES

# Those that most clauses leave as they are.
USUAL = frozenset(spec.name for spec in (*COMMON, *POOL))

_HELP: Mapping[str, Any] = {
    "prices": _l("One on each line, as “Package: 1234,50”."),
    "tiers": _l("One on each line, as “0: 10” and “100: 20”."),
    "instalments": _l("One on each line, as “Response at 12 months: 100000”."),
    "packages": _l("One on each line. Empty: all of them."),
    "day": _l("Empty: that of the agreement."),
    "text": _l("Such as invoiced sales, or a quality register."),
}


class OfferForm(NegotiationForm):
    """What is asked of every offer; `offer_form` adds the clauses."""

    starts = StringField(_l("Holds from"), validators=ASKED, render_kw=DAY)
    ends = StringField(_l("To and including"), render_kw=DAY)
    packages = TextAreaField(_l("Packages, one on each line"), validators=ASKED)
    rounding = SelectField(
        _l("A fraction of an öre is rounded"),
        choices=[SelectChoice(name, _l(CHOICES[name])) for name in ROUNDINGS],
        validate_choice=False,
    )
    clauses = SelectField(
        _l("Kind of clause"),
        choices=[SelectChoice(name, _l(kind.name)) for name, kind in KINDS.items()],
        validate_choice=False,
    )
    volume = StringField(_l("Packages of each kind bought in a month"), render_kw=NUMBER)
    price = StringField(_l("List price of a package, SEK"), render_kw=NUMBER)
    patients = StringField(_l("Patients who begin"), render_kw=NUMBER)
    doses = StringField(_l("Doses (or months) of each patient"), render_kw=NUMBER)
    met = StringField(_l("Outcome reached, per cent of the patients"), render_kw=NUMBER)
    terms_file = FileField(_l("File of terms (JSON)"))
    words = TextAreaField(_l("What is written beside the terms"))
    files = MultipleFileField(_l("Documents"))

    typed: ClassVar[Typed] = {}
    # What may be written in a field of a clause, by the field's name.
    helps: ClassVar[Mapping[str, Any]] = {}

    def clause_numbers(self) -> Sequence[int]:
        return range(1, len(clauses_of(self.typed)) + 1)

    def kind(self, number: int) -> type[Clause]:
        return KINDS[clauses_of(self.typed)[number - 1]["kind"]]

    def own(self, number: int) -> list[Field]:
        """The fields that only this kind of clause has."""
        return [self[name_of(number, spec.name)] for spec in self.kind(number).own]

    def usual(self, number: int) -> list[Field]:
        return [self[name_of(number, spec.name)] for spec in specs(self.kind(number)) if spec.name in USUAL]

    def is_unusual(self, number: int) -> bool:
        """Whether one of the usual fields says something, or is wrong."""
        return any(one.errors or (one.data or "") != (one.default or "") for one in self.usual(number))

    def asks(self) -> list[Field]:
        """What the worked example has to be told for these clauses."""
        counted = {name for one in clauses_of(self.typed) for name in KINDS[one["kind"]].counted}
        more = [name for name in (PATIENTS, DOSES, OUTCOMES) if name in counted]
        return [self["met" if name == OUTCOMES else name] for name in ("volume", "price", *more)]


def offer_form(typed: Typed) -> OfferForm:
    """The form as it was typed, with the fields of each clause that there is."""
    made: dict[str, Any] = {}
    helps: dict[str, Any] = {}
    for number, clause in enumerate(clauses_of(typed), 1):
        kind = KINDS[clause["kind"]]
        for spec in specs(kind):
            name = name_of(number, spec.name)
            made[name] = _field(spec, number, kind)
            helps[name] = _help_of(spec)
    form = type("OfferForm", (OfferForm,), {**made, "typed": dict(typed), "helps": helps})
    shown: OfferForm = form(formdata=MultiDict(typed) if typed else None)
    return shown


def _help_of(spec: Spec) -> Any:
    is_left_open = spec.kind == "day" and not spec.required
    is_said = is_left_open or spec.name == "source" or spec.kind not in ("day", "text")
    return _HELP.get(spec.kind) if is_said else None


def _field(spec: Spec, number: int, kind: type[Clause]) -> Any:
    common: dict[str, Any] = {
        "label": _(spec.label),
        # The clause is named where the field stands by itself: in the summary of what is wrong.
        "description": _("Clause %(number)s, %(name)s", number=number, name=_(kind.name).lower()),
        "validators": ASKED if spec.required else [],
        "default": _usually(kind, spec.name),
    }
    match spec.kind:
        case "choice":
            choices = [SelectChoice(name, _(CHOICES[name])) for name in spec.choices]
            return SelectField(**common, choices=choices, validate_choice=False)
        case "flag":
            return BooleanField(**common)
        case "packages" | "prices" | "tiers" | "instalments":
            return TextAreaField(**common, render_kw={"rows": 3})
        case "day":
            return StringField(**common, render_kw=DAY)
        case "text":
            return StringField(**common, render_kw={"autocomplete": "off"})
    return StringField(**common, render_kw=NUMBER)


def _usually(kind: type[Clause], name: str) -> str:
    """What holds where nothing is typed, as it is typed."""
    default = next(one.default for one in fields(kind) if one.name == name)
    if default is MISSING or not isinstance(default, str | int | Decimal) or isinstance(default, bool):
        return ""
    return str(default)
