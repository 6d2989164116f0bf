"""What is wrong with the file of rules, in sentences: those of workflow files for its shape, and these for the rest."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.engine.findings import WorkflowFault
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.workflow_texts import fault_text

_TEXTS: Mapping[str, str] = {
    "unknown_format": N_("The file's format is not known. Write format: %(known)s."),
    "rule_twice": N_("The rule “%(rule)s” stands twice for the region; the first is on line %(first)s."),
    "never_tried": N_("The rule “%(rule)s” is never tried: the rule on line %(first)s always applies before it."),
    "no_rule_for_the_rest": N_(
        "No rule applies to everything in every region. Let the last one have region: every and no conditions."
    ),
    "unknown_region": N_("“%(name)s” is no region. Write a county code in quotation marks, or every."),
    "unknown_payer": N_("“%(name)s” is no payer. Known are: %(known)s."),
    "unknown_source": N_("The source “%(name)s” does not stand under sources."),
    "unknown_value": N_("“%(name)s” cannot be “%(key)s” in %(where)s."),
    "only_true": N_("“%(key)s” in %(where)s can only be true. Leave it out otherwise."),
    "not_a_share": N_("The share of “%(name)s” in %(where)s should be a whole number from 1 to 100."),
    "shares_not_whole": N_("The shares of %(where)s add up to %(total)s and not to 100."),
    "ends_before_start": N_("The last day of %(where)s lies before its first."),
    "not_an_introduction": N_("“%(key)s” in %(where)s belongs to a rule that applies when introduction: true."),
    "not_within": N_("“%(key)s” in %(where)s should be a whole number from %(least)s to %(most)s."),
    "not_a_day": N_("“%(key)s” in %(where)s should be a day, such as 2026-01-31."),
}  # fmt: skip


def sentence(fault: WorkflowFault, translate: Translate) -> str:
    """What is wrong, and what to do about it."""
    if fault.code not in _TEXTS:
        return fault_text(fault, translate)
    params = dict(fault.params)
    if isinstance(params.get("known"), tuple):
        params["known"] = ", ".join(map(str, fault.params["known"]))  # type: ignore[call-overload]
    return translate(_TEXTS[fault.code], **params)


def line_of(fault: WorkflowFault, translate: Translate | None = None) -> str:
    """The fault with its file and line, as compilers write them; in English without a language."""
    return f"{fault.file}:{fault.line}: {sentence(fault, translate or translator('en'))}"
