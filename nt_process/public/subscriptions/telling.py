"""What subscribers are written, in their language: of what is public, in its public words, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nt_process.engine.loader import load_published
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.kernel.regions import REGIONS

_REGIONS = {region.code: region.official_name for region in REGIONS}

CONFIRM = "/confirm-subscription?link="
KEEP = "/subscription?link="
UNSUBSCRIBE = "/unsubscribe?link="


@dataclass(frozen=True, slots=True)
class Told:
    """A mail in words. `path` is where its link leads, below the address of the application."""

    title: str
    sentences: tuple[str, ...]
    path: str
    link: str


def page(language: str, path: str) -> str:
    return f"/public/{language}{path}"


def confirmation(language: str, token: str) -> Told:
    """The mail that somebody who has subscribed confirms by."""
    _ = translator(language)
    return Told(
        _(N_("Confirm that you want mail from the council for new therapies")),
        (
            _(N_("Somebody, probably you, wants mail to this address about new medicines in the regions.")),
            _(
                N_(
                    "Follow the link within three days and confirm it there. If it was not you, you need do nothing: "
                    "what is not confirmed is deleted."
                )
            ),
        ),
        page(language, CONFIRM + token),
        _(N_("Confirm the subscription")),
    )


def happened(row: Mapping[str, Any], language: str) -> Told:
    """What has happened. `row`: a happening with the names of its case, its label in both languages, and its meeting's day."""
    _ = translator(language)
    if row["kind"] == "recommendation":
        label = row["label"][language]
        return Told(
            f"{row['medicine']}: {label}",
            (
                _(
                    N_("The council has published a recommendation on %(medicine)s: %(label)s."),
                    medicine=row["medicine"],
                    label=label,
                ),
            ),
            page(language, f"/recommendations/{row['slug']}"),
            _(N_("Read the recommendation")),
        )
    if row["kind"] == "region":
        given = {"region": _REGIONS.get(row["county_code"], ""), "medicine": row["medicine"]}
        return Told(
            _(N_("%(region)s on %(medicine)s"), **given),
            (
                _(
                    N_("%(region)s has said what it does with the council's recommendation on %(medicine)s."),
                    **given,
                ),
            ),
            page(language, f"/recommendations/{row['slug']}"),
            _(N_("Read the recommendation")),
        )
    if row["kind"] == "stage":
        return _stage(row, language, _)
    named = {"name": f"{row['meeting_number']}/{row['meeting_year']}", "day": str(row["meeting_day"])}
    title, said = (
        (N_("The council meets on %(day)s"), N_("Meeting %(name)s of the council is on %(day)s."))
        if row["kind"] == "meeting"
        else (
            N_("The meeting on %(day)s is cancelled"),
            N_("Meeting %(name)s of the council, which was to be on %(day)s, is cancelled."),
        )
    )
    return Told(
        _(title, **named), (_(said, **named),), page(language, "/meetings"), _(N_("See the meetings"))
    )


def _stage(row: Mapping[str, Any], language: str, translate: Translate) -> Told:
    workflow = load_published().get((row["process"], row["workflow_version"]))
    state = workflow.states.get(row["state"]) if workflow is not None else None
    label = " ".join(state.labels["public"].in_language(language).split()) if state is not None else ""
    given = {"medicine": row["medicine"], "number": row["case_number"], "stage": label}
    return Told(
        translate(N_("%(medicine)s: %(stage)s"), **given),
        (translate(N_("Case %(number)s on %(medicine)s has come to the stage “%(stage)s”."), **given),),
        page(language, f"/cases/{row['case_number']}"),
        translate(N_("See the case")),
    )
