"""The calculations as a reader meets them: what each answers, how it is chosen, what is drawn of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nt_process.financing import forms
from nt_process.financing.choice_form import ChoiceForm
from nt_process.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class Calculation:
    """One page. `name` is the command's, texts are message ids.

    `by` names the columns that a chart's bars are labelled with, `drawn` the columns that may be
    drawn first, the best one first; a reader may choose any other. `file_columns` are the columns
    of a file of one's own figures, with what they hold.
    """

    name: str
    title: str
    question: str
    form: type[ChoiceForm]
    by: tuple[str, ...]
    drawn: tuple[str, ...]
    upload: type[forms.UploadForm] | None = None
    file_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return self.name.replace("-", "_")


_REGION_COLUMN = N_("the region by name or county code, all 21 once")

CALCULATIONS = {
    calculation.name: calculation
    for calculation in (
        Calculation(
            "grant",
            N_("State grant"),
            N_(
                "What each region receives for the benefit scheme, per inhabitant and against the year before."
            ),
            forms.GrantForm,
            ("region",),
            ("grant_sek_per_inh", "grant_sek"),
        ),
        Calculation(
            "payments",
            N_("Payments of the grant"),
            N_("When the grant is paid, and what the state's share of the rebate takes of it."),
            forms.PaymentsForm,
            ("paid_month",),
            ("paid_sek",),
            forms.UploadForm,
            {
                "region": _REGION_COLUMN,
                "grant_sek": N_("the year's grant, SEK"),
                "rebate_forecast_sek": N_("the region's own forecast rebate, SEK; may be left out"),
                "rebate_sek": N_("the region's own final rebate, SEK; may be left out"),
            },
        ),
        Calculation(
            "solidarity",
            N_("Solidarity financing"),
            N_("What regions with a high cost of a few diseases are compensated, and what all pay for it."),
            forms.SolidarityForm,
            ("region",),
            ("net_sek_per_inh",),
            forms.UploadForm,
            {
                "region": _REGION_COLUMN,
                "cost_sek_per_inh": N_("cost, SEK per inhabitant"),
                "population": N_("inhabitants; may be left out"),
            },
        ),
        Calculation(
            "gainloss",
            N_("Gain and loss sharing"),
            N_("What is settled between state and regions when costs leave the corridor."),
            forms.GainLossForm,
            (),
            (),
        ),
        Calculation(
            "rebate-split",
            N_("Division of the rebate"),
            N_(
                "How a year's rebate is divided between regions and state, from forecast to final settlement."
            ),
            forms.RebateSplitForm,
            ("region",),
            ("regions_share_sek",),
            forms.UploadForm,
            {
                "region": _REGION_COLUMN,
                "rebate_sek": N_("final rebate, SEK"),
                "rebate_forecast_sek": N_("forecast rebate, SEK; may be left out"),
                "gross_grant_sek": N_("gross grant, SEK; may be left out"),
            },
        ),
        Calculation(
            "budget",
            N_("Shared cost by population"),
            N_("What each region pays of a cost that all bear together."),
            forms.BudgetForm,
            ("region",),
            ("cost_tsek",),
            forms.UploadForm,
            {"region": _REGION_COLUMN, "population": N_("inhabitants")},
        ),
        Calculation(
            "orphan-grant",
            N_("Grant for orphan medicines"),
            N_(
                "How the proposed grant lasts over the years, with other costs, pots and rules for a shortage."
            ),
            forms.OrphanGrantForm,
            ("year",),
            ("granted_msek", "granted_sek"),
            forms.OrphanUploadForm,
            {
                "year": N_("the year, for costs"),
                "region": N_("the region, for costs that are to be divided over all 21; may be left out"),
                "product": N_("the medicine's name, for products"),
                "cost_msek": N_("cost of the year, million SEK; of products, the yearly cost"),
                "first_day": N_("first day of use, for products"),
                "exclusivity_end": N_("last day of the market exclusivity, for products"),
            },
        ),
        Calculation(
            "regional",
            N_("Who pays in the region"),
            N_("Which unit or account bears the cost of a medicine inside a region, by rule and day."),
            forms.RegionalForm,
            ("payer_name", "unit"),
            ("amount_sek", "rebate_sek"),
            forms.UnitsUploadForm,
            {"unit": N_("the unit's name"), "cost_sek": N_("the cost it bore in the quarter, SEK")},
        ),
    )
}
