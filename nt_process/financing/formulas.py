"""How each column of each calculation comes about, in words a controller can check by hand.

Keyed by the name of the layout and the key of the column; the subject's own file holds the formula
with its source. A column that is not here is given: by a document, or by the reader.
"""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.messages import N_

FORMULAS: Mapping[str, Mapping[str, str]] = {
    "grant": {
        "share_pct": N_("100 × the region's grant ÷ the sum of all grants"),
        "grant_sek_per_inh": N_("grant ÷ population"),
        "change_sek": N_("grant − grant the year before"),
        "change_pct": N_("100 × change ÷ grant the year before"),
        "needs_model_change_sek_per_inh": N_("needs model − needs model the year before"),
    },
    "grant-scenario": {
        "scaled_needs_sek_per_inh": N_(
            "needs model × total ÷ the sum over all regions of population × needs model"
        ),
        "solidarity_net_sek_per_inh": N_("the net of the year's solidarity financing"),
        "grant_sek_per_inh": N_("scaled needs model + net of the solidarity financing"),
        "grant_sek": N_("grant per inhabitant × population"),
        "difference_sek": N_("rounded grant − published grant"),
    },
    "payments": {
        "instalment_sek": N_("the year's grant ÷ 12"),
        "rebate_reduction_sek": N_(
            "in February the state's share of the forecast; in May its share of the outcome − what February took"
        ),
        "paid_sek": N_("rounded instalment − the state's share of the rebate"),
    },
    "solidarity": {
        "excess_cost_level1_sek_per_inh": N_(
            "the smaller of cost and upper threshold − lower threshold, at least 0"
        ),
        "excess_cost_level2_sek_per_inh": N_("cost − upper threshold, at least 0"),
        "compensation_level1_sek_per_inh": N_("excess cost level 1 × the percentage of level 1"),
        "compensation_level2_sek_per_inh": N_("excess cost level 2 × the percentage of level 2"),
        "financing_sek_per_inh": N_("−1 × all regions' compensation in SEK ÷ all regions' population"),
        "net_sek_per_inh": N_("compensation level 1 + compensation level 2 + financing"),
        "compensation_sek": N_("(compensation level 1 + compensation level 2) × population"),
        "financing_sek": N_("financing per inhabitant × population"),
        "net_sek": N_("compensation + financing"),
    },
    "gainloss": {
        "compared_msek": N_("actual cost × the compared share of the cost"),
        "lower_edge_msek": N_("agreed × (100 − corridor) ÷ 100"),
        "upper_edge_msek": N_("agreed × (100 + corridor) ÷ 100"),
        "deviation_msek": N_("compared cost − agreed"),
        "beyond_msek": N_(
            "compared cost − upper edge when above it, compared cost − lower edge when below it"
        ),
        "settlement_msek": N_("beyond the corridor × the state's share beyond it"),
    },
    "rebate-split": {
        "state_share_sek": N_("rebate × the state's share"),
        "regions_share_sek": N_("rebate − the state's share"),
        "forecast_state_share_sek": N_("forecast rebate × the state's share"),
        "adjustment_sek": N_("the state's rounded share − its rounded share of the forecast"),
        "net_grant_sek": N_("gross grant − the state's rounded share of the forecast"),
    },
    "budget": {
        "share_pct": N_("100 × population ÷ all regions' population"),
        "cost_tsek": N_("total × population ÷ all regions' population"),
    },
    "orphan-grant": {
        "entitled_msek": N_("cost × the state's part"),
        "brought_forward_msek": N_("what was owed at the end of the year before"),
        "opening_msek": N_("the balance at the end of the year before"),
        "pot_msek": N_("the last base level × (1 + indexation), once for each year since it was set"),
        "granted_msek": N_(
            "the state's part + what is owed, as far as the pot and what is saved reach; in full when a deficit "
            "is allowed"
        ),
        "shortage_msek": N_("the state's part + what is owed − pot − what is saved, at least 0"),
        "carried_forward_msek": N_("the shortage, when it is owed to later years"),
        "closing_msek": N_("saved from earlier years + pot − granted"),
        "regions_pay_msek": N_("cost − granted"),
        "granted_sek": N_("the year's grant × the region's cost ÷ all regions' cost of the year"),
        "region_pays_sek": N_("cost − granted"),
    },
    "regional": {
        "amount_sek": N_("what the share is of × the share"),
    },
    "regional-rebate": {
        "rebate_sek": N_("the rebate × the unit's cost ÷ the sum of the units' costs"),
    },
}
