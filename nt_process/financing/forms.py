"""The form of each calculation, with the names of the command's options, and what an upload asks besides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.

from nt_process.financing import amounts, parameters
from nt_process.financing.budget import Method
from nt_process.financing.choice_form import ChoiceForm, Published
from nt_process.financing.data import populations
from nt_process.financing.layout import Layout
from nt_process.financing.orphan_grant import ShortageRule
from nt_process.financing.regional import Channel, Disease, Patient, Prescriber
from nt_process.financing.scenarios import orphan_grant, regional
from nt_process.financing.scenarios.budget import budget_scenario
from nt_process.financing.scenarios.sharing import gain_loss_scenario, rebate_split_scenario
from nt_process.financing.scenarios.solidarity import solidarity_scenario
from nt_process.financing.scenarios.state_grant import grant_scenario, payments_scenario
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import MILLION, ORE, ZERO, round_half_up
from nt_process.kernel.regions import BY_CODE, REGIONS

_NUMBER = {"inputmode": "decimal", "autocomplete": "off"}
_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}


def _select(label: Any, choices: Iterable[tuple[str, Any]], **options: Any) -> SelectField:
    """A choice that is judged where it is read, so that an odd address is answered and not refused."""
    offered = [SelectChoice(value, text) for value, text in choices]
    return SelectField(label, choices=offered, validate_choice=False, **options)


def _years(years: Iterable[int]) -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in years]


def _year(text: str) -> int:
    """The year as sent; 0, which has no parameters, when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


class _YearForm(ChoiceForm):
    follows = ("year",)

    @property
    def chosen_year(self) -> int:
        return _year(self["year"].data or "")


class GrantForm(_YearForm):
    year = _select(_l("Year"), _years(sorted(parameters.GRANT_YEARS)), default="2023")
    total = StringField(_l("Total, SEK"), render_kw=_NUMBER)

    def published(self, *chosen: str) -> Published:
        known = parameters.GRANT_YEARS.get(_year(chosen[0]))
        if known is None:
            return {"total": None}
        return {"total": sum(known.grants.values(), ZERO) or known.total_msek * MILLION}

    def layout(self) -> Layout:
        total = self.own("total")
        self.refuse_faulty()
        return grant_scenario(self.chosen_year, total)


class PaymentsForm(_YearForm):
    year = _select(
        _l("Year"),
        _years(range(min(parameters.GRANT_YEARS), max(parameters.GRANT_YEARS) + 1)),
        default="2023",
    )
    region = _select(
        _l("Region"),
        [("", _l("All regions")), *((region.code, region.name) for region in REGIONS)],
    )
    rebate_forecast = StringField(_l("Forecast rebate, million SEK"), render_kw=_NUMBER)
    rebate_final = StringField(_l("Final rebate, million SEK"), render_kw=_NUMBER)

    def published(self, *chosen: str) -> Published:
        known = parameters.REBATE_OUTCOMES.get(_year(chosen[0]))
        return {
            "rebate_forecast": known.forecast_sek / MILLION if known else None,
            "rebate_final": known.final_sek / MILLION if known else None,
        }

    def layout(self) -> Layout:
        return self._layout(None)

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        return self._layout(content)

    def _layout(self, file: bytes | None) -> Layout:
        forecast, final = self.own("rebate_forecast"), self.own("rebate_final")
        self.refuse_faulty()
        return payments_scenario(self.chosen_year, self.region.data or None, file, forecast, final)


class SolidarityForm(_YearForm):
    year = _select(_l("Year"), _years(sorted(parameters.SOLIDARITY_YEARS)), default="2023")
    lower = StringField(_l("Lower threshold, SEK per inhabitant"), render_kw=_NUMBER)
    upper = StringField(_l("Upper threshold, SEK per inhabitant"), render_kw=_NUMBER)
    computed = BooleanField(_l("Compute the thresholds from the mean cost"))

    def published(self, *chosen: str) -> Published:
        known = parameters.SOLIDARITY_YEARS.get(_year(chosen[0]))
        return {
            "lower": known.staircase.lower if known else None,
            "upper": known.staircase.upper if known else None,
        }

    def layout(self) -> Layout:
        return self._layout(None)

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        return self._layout(content)

    def _layout(self, file: bytes | None) -> Layout:
        lower, upper = self.own("lower"), self.own("upper")
        self.refuse_faulty()
        return solidarity_scenario(
            self.chosen_year, file, lower=lower, upper=upper, compute_thresholds=bool(self.computed.data)
        )


class GainLossForm(_YearForm):
    follows = ("year", "part")
    year = _select(_l("Year"), _years(sorted(parameters.GAIN_LOSS_YEARS)), default="2023")
    part = _select(
        _l("Part of the agreement"),
        [
            ("benefit", _l("Pharmaceutical benefit")),
            ("hepatitis-c", _l("Hepatitis C")),
        ],
        default="benefit",
    )
    agreed = StringField(_l("Agreed, million SEK"), render_kw=_NUMBER)
    actual = StringField(_l("Actual cost, million SEK"), render_kw=_NUMBER)
    corridor = StringField(_l("Corridor, percent"), render_kw=_NUMBER)
    share = StringField(_l("The state's share beyond it, percent"), render_kw=_NUMBER)

    def published(self, *chosen: str) -> Published:
        """The agreed amount, and as actual cost the one that agrees with it, because none is published."""
        known = parameters.GAIN_LOSS_YEARS.get(_year(chosen[0]))
        if known is None:
            return dict.fromkeys(("agreed", "actual", "corridor", "share"))
        hepatitis = chosen[-1] == "hepatitis-c"
        agreed = known.hepatitis_c if hepatitis else known.benefit
        share = known.hepatitis_c_state_pct if hepatitis else Decimal(100)
        return {
            "agreed": agreed,
            "actual": round_half_up(agreed * 100 / share, ORE),
            "corridor": known.corridor.width_pct,
            "share": known.corridor.share_pct,
        }

    def layout(self) -> Layout:
        actual = self.amount("actual")
        if actual is None:
            self._faults.append(Fault("empty_number", column="actual"))
        return self.layout_at(actual or ZERO)

    def layout_at(self, actual: Decimal) -> Layout:
        """The settlement of these terms at another actual cost, million SEK. Raises BadInput."""
        agreed = self.own("agreed")
        width, share = self.own("corridor", amounts.PERCENT), self.own("share", amounts.PERCENT)
        self.refuse_faulty()
        return gain_loss_scenario(
            self.chosen_year, self.one_of("part"), agreed, actual, width_pct=width, share_pct=share
        )


class RebateSplitForm(_YearForm):
    year = _select(
        _l("Year"),
        _years(range(parameters.REBATE_RULES[0].first_year, parameters.REBATE_RULES[-1].last_year + 1)),
        default="2023",
    )
    total = StringField(_l("Rebate, million SEK"), render_kw=_NUMBER)
    forecast = StringField(_l("Forecast rebate, million SEK"), render_kw=_NUMBER)
    gross_grant = StringField(_l("Gross grant, million SEK"), render_kw=_NUMBER)

    def published(self, *chosen: str) -> Published:
        known = parameters.REBATE_OUTCOMES.get(_year(chosen[0]))
        return {
            "total": known.final_sek / MILLION if known else None,
            "forecast": known.forecast_sek / MILLION if known else None,
        }

    def layout(self) -> Layout:
        total, gross_grant = self.own("total"), self.amount("gross_grant")
        # A total of one's own is not compared with a published forecast unless that is what is stated.
        forecast = self.own("forecast") if total is None else self.amount("forecast")
        self.refuse_faulty()
        if total is None and self.chosen_year not in parameters.REBATE_OUTCOMES:
            parameters.rebate_rule(self.chosen_year)
            raise BadInput(Fault("no_rebate_outcome", column="total", params={"year": self.chosen_year}))
        return rebate_split_scenario(self.chosen_year, total, forecast, gross_grant)

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        return rebate_split_scenario(self.chosen_year, None, file=content)


class BudgetForm(_YearForm):
    year = _select(_l("Year"), _years(sorted(parameters.BUDGET_YEARS)), default="2015")
    total = StringField(_l("Total, thousand SEK"), render_kw=_NUMBER)
    method = _select(
        _l("How whole thousands are made"),
        [
            ("half-up", _l("Each row rounded half up")),
            ("largest-remainder", _l("Largest remainder, so that the rows add up")),
        ],
    )
    population_day = _select(
        _l("Population on"),
        [(day.isoformat(), day.isoformat()) for day in sorted(populations.POPULATIONS)],
    )

    def prepare(self, today: date) -> None:
        known = parameters.BUDGET_YEARS.get(self.chosen_year)
        if known and not self.population_day.raw_data:
            self.population_day.data = known.population_day.isoformat()

    def published(self, *chosen: str) -> Published:
        known = parameters.BUDGET_YEARS.get(_year(chosen[0]))
        return {"total": known.total_tsek if known else None}

    def layout(self) -> Layout:
        return self._layout(None)

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        return self._layout(content)

    def _layout(self, file: bytes | None) -> Layout:
        total, day = self.own("total"), self.day("population_day")
        self.refuse_faulty()
        method = cast("Method", self.one_of("method"))
        return budget_scenario(self.chosen_year, total, method, day, file)


class OrphanGrantForm(ChoiceForm):
    first_year = StringField(_l("First year"), render_kw=_NUMBER)
    years = StringField(_l("Number of years"), render_kw=_NUMBER)
    cost = StringField(_l("Cost in the first year, million SEK"), render_kw=_NUMBER)
    growth = StringField(_l("Growth of the cost per year, percent"), render_kw=_NUMBER)
    pot = StringField(_l("Pot in the first year, million SEK"), render_kw=_NUMBER)
    indexation = StringField(_l("Indexation per year, percent"), render_kw=_NUMBER)
    base = StringField(_l("New base levels, such as 2029=1200; 2034=1500"), render_kw={"autocomplete": "off"})
    shortage = _select(
        _l("When the pot is exceeded"),
        [
            ("pro-rata", _l("The regions bear the rest")),
            ("carry-over", _l("The rest is owed to later years")),
            ("deficit", _l("It is paid, and the balance turns negative")),
        ],
    )

    def published(self, *chosen: str) -> Published:
        """No document states a cost or a pot: these are the examples of the command."""
        return {
            "first_year": orphan_grant.EXAMPLE_FIRST_YEAR,
            "years": orphan_grant.EXAMPLE_YEARS,
            "cost": orphan_grant.EXAMPLE_COST_MSEK,
            "growth": orphan_grant.EXAMPLE_GROWTH_PCT,
            "pot": orphan_grant.EXAMPLE_POT_MSEK,
            "indexation": orphan_grant.EXAMPLE_INDEXATION_PCT,
        }

    def layout(self) -> Layout:
        choice, years = self._choice(), self._number_of_years()
        cost, growth = self.own("cost"), self.own("growth", amounts.GROWTH_PERCENT)
        self.refuse_faulty()
        return orphan_grant.growing_cost_scenario(choice, years, cost, growth)

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        choice, years = self._choice(), self._number_of_years()
        self.refuse_faulty()
        if more["kind"].data == "products":
            glide = more["glide"].data or ""
            return orphan_grant.product_file_scenario(
                choice, years, content, int(glide) if glide.isdigit() else 0
            )
        return orphan_grant.cost_file_scenario(choice, content)

    def _choice(self) -> orphan_grant.PotChoice:
        bases: dict[int, Decimal] = {}
        for text in (self.base.data or "").replace("\n", ";").split(";"):
            if text.strip():
                try:
                    year, amount = orphan_grant.read_base_level(text.strip(), "base")
                    bases[year] = amount
                except BadInput as refusal:
                    self._faults += refusal.faults
        return orphan_grant.PotChoice(
            self.whole("first_year", *orphan_grant.FIRST_YEARS),
            self.own("pot"),
            self.own("indexation", amounts.PERCENT),
            cast("ShortageRule", self.one_of("shortage")),
            bases,
        )

    def _number_of_years(self) -> int:
        return self.whole("years", 1, orphan_grant.MAX_YEARS)


class RegionalForm(ChoiceForm):
    region = _select(
        _l("Region"),
        [(code, BY_CODE[code].name) for code in regional.RULES_BY_REGION],
        default=next(iter(regional.RULES_BY_REGION)),
    )
    day_of_purchase = StringField(_l("Day"), name="date", render_kw=_DAY)
    price = StringField(_l("Price of one purchase, SEK"), render_kw=_NUMBER)
    patient_fee = StringField(_l("Patient's own fee, SEK"), render_kw=_NUMBER)
    channel = _select(
        _l("Channel"),
        [
            ("prescription", _l("Prescription")),
            ("requisition", _l("Requisition")),
        ],
    )
    atc = StringField(_l("ATC code"), render_kw={"autocomplete": "off", "spellcheck": "false"})
    prescriber = _select(
        _l("Who prescribes"),
        [
            ("own", _l("A unit of the region with responsibility for cost")),
            ("without-responsibility", _l("A unit without responsibility for cost")),
            ("other-region", _l("A unit of another region")),
        ],
    )
    patient = _select(
        _l("Who is treated"),
        [
            ("resident", _l("A resident of the region")),
            ("other-region", _l("A resident of another region")),
            ("asylum-seeker", _l("An asylum seeker")),
            ("without-permit", _l("A person without a residence permit")),
        ],
    )
    communicable = _select(
        _l("Under the Communicable Diseases Act"),
        [
            ("", _l("No")),
            ("hiv", _l("HIV")),
            ("hepatitis-c", _l("Hepatitis C")),
            ("other", _l("Another disease")),
        ],
    )
    introduction_start = StringField(_l("First day of introduction financing"), render_kw=_DAY)
    extra_cost = StringField(_l("Extra cost that the introduction covers, SEK"), render_kw=_NUMBER)
    vaccination = BooleanField(_l("Vaccine of a general vaccination programme"))
    acute_store = BooleanField(_l("For a municipal store of acute drugs"))
    solidarity_listed = BooleanField(_l("On the year's list of regional solidarity financing"))

    def prepare(self, today: date) -> None:
        if not (self.day_of_purchase.data or "").strip():
            self.day_of_purchase.data = today.isoformat()

    def published(self, *chosen: str) -> Published:
        return {}

    def layout(self) -> Layout:
        price, fee = self.amount("price", amounts.IN_ORE), self.amount("patient_fee", amounts.IN_ORE)
        day, start = self.day("day_of_purchase"), self.day("introduction_start")
        extra_cost = self.amount("extra_cost", amounts.IN_ORE)
        self.refuse_faulty()
        if day is None:
            raise BadInput(Fault("empty_date", column="day_of_purchase"))
        if price is None:
            return regional.rules_scenario(self.region.data, day)
        purchase = regional.stated_purchase(
            day,
            price,
            patient_fee=fee or ZERO,
            channel=cast("Channel", self.one_of("channel")),
            atc=self.atc.data or "",
            prescriber=cast("Prescriber", self.one_of("prescriber")),
            patient=cast("Patient", self.one_of("patient")),
            communicable=cast("Disease | None", self.one_of("communicable") or None),
            vaccination=bool(self.vaccination.data),
            acute_store=bool(self.acute_store.data),
            solidarity_listed=bool(self.solidarity_listed.data),
            introduction_start=start,
            extra_cost=extra_cost,
        )
        return regional.purchase_scenario(self.region.data, purchase)

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        rebate = amounts.IN_ORE.read(more["rebate"].data or "", "rebate")
        return regional.returned_rebate_scenario(self.region.data, rebate, content)


# --- uploads ------------------------------------------------------------------------------------------


class UploadForm(FlaskForm):
    """A file of one's own figures, and the scenario that it is for: "a", "b", or "ab" for both."""

    file = FileField(_l("File, CSV or XLSX"), validators=[FileRequired(_l("Choose a file."))])
    scenario = _select(
        _l("Used in"),
        [
            ("b", _l("Scenario B")),
            ("a", _l("Scenario A")),
            ("ab", _l("Both scenarios")),
        ],
        default="a",
    )
    format = HiddenField()


class OrphanUploadForm(UploadForm):
    kind = _select(
        _l("What the file holds"),
        [
            ("costs", _l("Cost per year, or per year and region")),
            ("products", _l("Products with cost and exclusivity")),
        ],
        default="costs",
    )
    glide = _select(
        _l("Years of phasing out after exclusivity, for products"),
        _years(range(21)),
        default="0",
    )


class UnitsUploadForm(UploadForm):
    rebate = StringField(_l("A quarter's rebate to return, SEK"), render_kw=_NUMBER)
