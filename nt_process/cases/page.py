"""What the page of a case shows, made ready: names in the reader's language, clocks with their days.

What is internal to the council (notes, inputs that are not shared) is left out here for everyone else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from nt_process import web
from nt_process.cases.errors import Stale
from nt_process.cases.queries import CaseFile
from nt_process.cases.service import workflow_of
from nt_process.engine import clock as ledgers
from nt_process.engine.conditions import Facts
from nt_process.engine.definition import DOCUMENT_KINDS, PHASES, Workflow
from nt_process.engine.snapshot import Actor, Case, Clock, Event
from nt_process.identity.actor import SignedIn
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.web import reason_texts, template_filters

# Events that only the council's own side reads of.
# Whose document was stopped is told to the one who added it; the others never saw its file.
INTERNAL_KINDS = frozenset({
    "note", "conflict_decided", "document_stopped", "document_readers", "secret_read", "settlement_proposed",
    "settlement_approved", "settlement_declined", "settlement_disputed", "settlement_resolved",
    "council_decided", "council_heard", "council_postponed", "precedent_proposed", "precedent_approved",
    "precedent_declined", "precedent_withdrawn", "reassessment_trigger", "reassessment_assessed", "early_dialogue",
    "publication_step_refused", "followup_written", "followup_approved", "followup_alert",
})  # fmt: skip
_BETWEEN_TWO = frozenset({
    "message_sent", "decision_sent", "decision_received", "delay_requested", "delay_answered",
})  # fmt: skip
# What the regions read of a negotiation; of the rest the company and the council's side.
_TOLD_REGIONS = frozenset({
    "negotiation_opened", "negotiation_terms", "negotiation_accession", "negotiation_mandate",
    "negotiation_mandate_withdrawn", "negotiation_threshold",
})  # fmt: skip
_TOLD_ELSEWHERE = ("consultation_", "appeal_")
# How regions pay is between them and the council's side.
_OF_REGIONS = ("introduction_financing_", "joint_liability_")


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock as a reader sees it on a day. Days are whole days; `due` is None while it stands still."""

    key: str
    label: str
    basis: str
    source: str
    status: str
    ledger: ledgers.Ledger
    due: date | None
    target_due: date | None
    used: int
    left: int
    overdue: int
    suspended: int
    expired: bool
    steps: list[ledgers.Step]

    @property
    def used_share(self) -> int:
        """The used part of the budget in percent, for the bar."""
        return round(100 * self.used / self.ledger.budget) if self.ledger.budget else 100

    @property
    def target_share(self) -> int | None:
        target = self.ledger.target_days
        return (
            None
            if target is None or not self.ledger.budget
            else min(100, round(100 * target / self.ledger.budget))
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    seq: int
    at: datetime
    day: date
    title: str
    actor: str
    state: str | None
    stated: list[tuple[str, str]]
    backdated: bool
    kind: str


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    workflow: Workflow
    facts: Facts
    state_label: str
    guidance: str
    phases: list[tuple[str, str, str]]
    clocks: list[ClockView]
    timeline: list[Entry]
    internal: bool

    @property
    def open_clocks(self) -> list[ClockView]:
        return [clock for clock in self.clocks if clock.status != "stopped"]

    @property
    def ended_clocks(self) -> list[ClockView]:
        return [clock for clock in self.clocks if clock.status == "stopped"]


def case_page(found: CaseFile, actor: SignedIn, today: date) -> CasePage:
    """The page for `actor`, with days counted on `today` (the chosen day, when seen as of a past one)."""
    workflow = workflow_of(found.case)
    state = workflow.states[found.case.state]
    language = web.language()
    states_before = [None, *(event.state for event in found.events)]
    entries = [
        _entry(event, workflow, actor, language, moved=event.state != before)
        for event, before in zip(found.events, states_before, strict=False)
    ]
    return CasePage(
        case=found.case,
        workflow=workflow,
        facts=Facts(found.document_kinds, found.conflict),
        state_label=state.labels[actor.audience].in_language(language),
        guidance=state.guidance.in_language(language)
        if state.guidance is not None and actor.is_internal
        else "",
        phases=_phases(found, workflow),
        clocks=[clock_view(clock, workflow, today, language) for clock in found.case.clocks],
        timeline=_numbered([entry for entry in entries if entry is not None]),
        internal=actor.is_internal,
    )


def actor_towards(person: SignedIn, case: Case) -> Actor:
    """The person as an actor towards this case: a company contact only where the company is theirs.

    The read of a command (`store.LOAD`) decides the same in the query; this one only offers.
    """
    roles = person.roles
    if "company_contact" in roles and str(case.field("company_id")) not in person.company_ids:
        roles -= {"company_contact"}
    return Actor(person.id, person.name, roles, person.organisation)


def clock_view(clock: Clock, workflow: Workflow, today: date, language: str) -> ClockView:
    rule, ledger = workflow.clocks[clock.kind], clock.ledger
    return ClockView(
        key=clock.key,
        label=rule.label.in_language(language),
        basis=clock.basis,
        source=template_filters.text(rule.source) if not isinstance(rule.source, str) else rule.source,
        status=clock.status,
        ledger=ledger,
        due=ledgers.due(ledger),
        target_due=ledgers.target_due(ledger),
        used=ledgers.days_used(ledger, today),
        left=ledgers.days_left(ledger, today),
        overdue=ledgers.overdue_days(ledger, today),
        suspended=ledgers.days_suspended(ledger, today),
        expired=clock.expired,
        steps=ledgers.derive(ledger),
    )


def _phases(found: CaseFile, workflow: Workflow) -> list[tuple[str, str, str]]:
    """The stages of the process with (key, name, "done" | "here" | "ahead")."""
    used = [phase for phase in PHASES if any(state.phase == phase for state in workflow.states.values())]
    reached = {event.phase for event in found.events}
    here = found.case.phase
    return [
        (
            phase,
            str(reason_texts.PHASE_NAMES[phase]),
            "here" if phase == here else "done" if phase in reached else "ahead",
        )
        for phase in used
    ]


def _entry(event: Event, workflow: Workflow, actor: SignedIn, language: str, *, moved: bool) -> Entry | None:
    """The event as this reader may see it; None for what is internal to the council."""
    if not _is_shown(event, actor):
        return None
    state = workflow.states.get(event.state)
    return Entry(
        seq=event.seq,
        at=event.at,
        day=event.day,
        title=_title(event, workflow, language),
        actor=_who(event, actor),
        state=state.labels[actor.audience].in_language(language) if state is not None and moved else None,
        stated=_stated(event, workflow, actor, language),
        backdated=event.day != event.at.astimezone(STOCKHOLM).date(),
        kind=event.kind,
    )


def _numbered(entries: list[Entry]) -> list[Entry]:
    """The latest first, numbered without gaps: a reader cannot count what is not shown."""
    return [replace(entry, seq=number) for number, entry in reversed(list(enumerate(entries, start=1)))]


def _is_shown(event: Event, actor: SignedIn) -> bool:
    """Whether the reader may know of the event at all; notes and unshared documents are the council's own."""
    if actor.is_internal:
        return True
    if event.kind in ("document_added", "document_withdrawn"):
        readable = ("party", "regions") if "region_representative" in actor.roles else ("party",)
        return event.inputs.get("visibility") in readable
    if event.kind == "assigned":
        # The case officer is the parties' contact; who else works on the case is the council's own matter.
        return "owner" in event.changes
    if event.kind in _BETWEEN_TWO:
        # Between the company and the secretariat; neither the regions nor TLV are told.
        return actor.party == "company"
    if event.kind.startswith("negotiation_"):
        # Of a negotiation the regions are told what concerns them, and TLV on its own pages.
        return actor.party == "company" or (actor.party == "region" and event.kind in _TOLD_REGIONS)
    if event.kind.startswith("agreement_"):
        # That there is an agreement is told by the agreement itself, to those who are asked to sign it.
        told = event.kind != "agreement_drafted" and event.inputs.get("sent") is not False
        return actor.party == "company" and told
    if event.kind.startswith("recommendation_"):
        # Outside the council nothing is known of a recommendation before it is public.
        return event.kind == "recommendation_published"
    # Of a consultation those who are asked are told by the consultation itself, and nobody else; of an appeal who appeals,
    # and everybody how the decision stands by its public page.
    kept = _TOLD_ELSEWHERE if actor.party == "region" else (*_TOLD_ELSEWHERE, *_OF_REGIONS)
    return event.kind not in INTERNAL_KINDS and not event.kind.startswith(kept)


def _who(event: Event, actor: SignedIn) -> str:
    """Outside the council its people are shown as their organisation.

    The case officer is the parties' contact and named on the case; who else did what within the
    council is the council's own matter.
    """
    if event.actor.id is None:
        return _("The system")
    if actor.is_internal or event.actor.organisation == actor.organisation:
        return event.actor.name
    return event.actor.organisation


def _title(event: Event, workflow: Workflow, language: str) -> str:
    if event.kind == "clock_expired":
        kinds = [str(one["clock"]).rpartition(".")[0] for one in event.clocks if one["op"] == "expire"]
        labels = [
            workflow.clocks[kind].label.in_language(language) for kind in kinds if kind in workflow.clocks
        ]
        return _("The limit passed: %(clock)s", clock=", ".join(labels))
    if event.action is not None:
        action = workflow.actions.get(event.action)
        # The labels say what is to be done, and the log what was.
        label = action.label.in_language(language) if action is not None else event.action
        return _("Step: %(action)s", action=label)
    if event.kind == "conflict_decided":
        found = (
            _("A conflict of interest was found")
            if event.inputs["conflict"]
            else _("No conflict of interest")
        )
        return f"{found}: {event.inputs['person']}"
    return {
        "opened": _("The case was opened"),
        "edited": _("The facts were changed"),
        "assigned": _("The case officer was changed"),
        "note": _("Note"),
        "document_added": _("A document was added"),
        "message_sent": _("A message was sent"),
        "meeting_booked": _("A place at a meeting of the council was booked"),
        "meeting_moved": _("The case was moved to another meeting of the council"),
        "meeting_given_up": _("The place at a meeting of the council was given up"),
        "council_agenda": _("The case was put on the agenda of a meeting of the council"),
        "council_agenda_left": _("The case was taken off the agenda of a meeting of the council"),
        "council_decided": _("The council decided in the case at its meeting"),
        "council_heard": _("The council dealt with the case at its meeting"),
        "council_postponed": _("The council postponed the case to a later meeting"),
        "consultation_opened": _("A consultation was opened"),
        "consultation_extended": _("The last day of a consultation was moved"),
        "consultation_closed": _("A consultation was closed"),
        "negotiation_opened": _("The negotiation was opened"),
        "negotiation_circle": _("The circle of the negotiation was changed"),
        "negotiation_round": _("A round of offers was begun"),
        "negotiation_offer": _("An offer was made"),
        "negotiation_opened_round": _("A sealed round was opened"),
        "negotiation_terms": _("Terms were settled, for the regions to join"),
        "negotiation_threshold": _("The share of the population that is to be covered was changed"),
        "negotiation_accession": _("The regions' accession"),
        "negotiation_mandate": _("A region's mandate was added"),
        "negotiation_mandate_withdrawn": _("A region's mandate was withdrawn"),
        "agreement_drafted": _("An agreement was drafted"),
        "agreement_sent": _("An agreement was sent to be signed"),
        "agreement_withdrawn": _("A version of the agreement was withdrawn"),
        "agreement_signed": _("A party signed the agreement"),
        "agreement_ended": _("It was said that the agreement ends"),
        "secret_read": _("Something secret was opened"),
        "precedent_proposed": _("A precedent was written, to be approved"),
        "precedent_approved": _("A precedent was approved"),
        "precedent_declined": _("A precedent was declined"),
        "precedent_withdrawn": _("A precedent was withdrawn"),
        "recommendation_begun": _("A recommendation was begun"),
        "recommendation_written": _("A version of the recommendation was written"),
        "recommendation_dropped": _("A draft of a recommendation was put aside"),
        "recommendation_checked": _("The recommendation was compared with the settled terms"),
        "recommendation_approved": _("The recommendation was approved"),
        "recommendation_signed": _("The recommendation was signed"),
        "recommendation_recalled": _("The signature of the recommendation was recalled"),
        "recommendation_published": _("The recommendation became public"),
        "followup_written": _("A version of the follow-up protocol was written"),
        "followup_approved": _("The follow-up protocol was approved"),
        "followup_alert": _("Use in a region stood out in the follow-up"),
        "introduction_financing_begun": _("A region's introduction financing was registered"),
        "introduction_financing_moved": _("A region's introduction financing has a new first day"),
        "joint_liability_registered": _("The medicine was taken into the regions' joint liability"),
        "joint_liability_changed": _("The end of the regions' joint liability was stated anew"),
        "reassessment_day": _("An earlier last day for the re-assessment was stated"),
        "reassessment_trigger": _("Something that may reopen the case was found or entered"),
        "reassessment_assessed": _("What may reopen the case was assessed"),
        "early_dialogue": _("An early dialogue was written down"),
        "evidence_plan": _("An evidence plan was written"),
        "evidence_milestone": _("A milestone of an evidence plan was stated"),
        "evidence_delivered": _("A milestone of an evidence plan was delivered"),
        "publication_step_refused": _("A step that a publication or an appeal means could not be taken"),
        "decision_announced": _("The approved minutes were announced on the notice board"),
        "decision_notice_down": _("The notice came down from the board"),
        "decision_sent": _("The decision or a notification was sent to the company"),
        "decision_received": _("The company received what was sent"),
        "decision_legal_force": _("The decision gained legal force"),
        "appeal_registered": _("An appeal was registered"),
        "appeal_step": _("An appeal took a step"),
        "delay_requested": _("The company asked that the case be decided"),
        "delay_answered": _("The request that the case be decided was answered"),
        "introduction_decided": _("A region decided on the introduction"),
        "settlement_proposed": _("A settlement was proposed"),
        "settlement_approved": _("A settlement was approved"),
        "settlement_declined": _("A proposed settlement was put aside"),
        "settlement_disputed": _("A settlement was disputed"),
        "settlement_resolved": _("A dispute about a settlement was answered"),
        "document_withdrawn": _("A document was withdrawn"),
        "document_readers": _("Who may read a document was changed"),
        "document_stopped": _("A document's file was stopped at the examination"),
    }.get(event.kind, event.kind)


def _stated(event: Event, workflow: Workflow, actor: SignedIn, language: str) -> list[tuple[str, str]]:
    """What the actor stated and what changed, as (name, value); outside the council only what is shared."""
    lines: list[tuple[str, str]] = []
    action = workflow.actions.get(event.action or "")
    if action is not None:
        for wanted in action.inputs:
            value = event.inputs.get(wanted.name)
            if value and (actor.is_internal or wanted.shared):
                shown = (
                    wanted.choices[str(value)].in_language(language)
                    if value in wanted.choices
                    else str(value)
                )
                if wanted.type == "date":
                    shown = template_filters.day(shown)
                lines.append((wanted.label.in_language(language), shown))
    if event.kind == "note":
        lines.append(("", str(event.inputs["text"])))
    if event.kind in _OF_DOCUMENTS:
        lines += _of_document(event, language)
    if event.kind in ("consultation_opened", "consultation_extended"):
        lines.append((_("Last day"), template_filters.day(str(event.inputs["last_day"]))))
    lines += _of_negotiation(event)
    if event.kind in ("edited", "assigned", "conflict_decided"):
        lines += _changes(event, actor)
    lines += [
        line for effect in event.clocks if (line := _clock_line(effect, workflow, language)) is not None
    ]
    return lines


def _of_negotiation(event: Event) -> list[tuple[str, str]]:
    if event.kind == "negotiation_opened_round" and event.inputs["early"]:
        return [("", _("Before the time that was set"))]
    if event.kind == "negotiation_threshold":
        return [(_("Per cent"), f"{_share(event.inputs['before'])} → {_share(event.inputs['after'])}")]
    return []


def _share(value: object) -> str:
    """A share as it is read in the reader's language; in words where there was none."""
    return _("none") if value is None else format_decimal(Decimal(str(value)))


_OF_DOCUMENTS = ("document_added", "document_withdrawn", "document_readers")


def _of_document(event: Event, language: str) -> list[tuple[str, str]]:
    lines = [(_("Kind"), DOCUMENT_KINDS[str(event.inputs["kind"])].in_language(language))]
    if event.kind == "document_withdrawn":
        lines.append((_("Reason"), str(event.inputs["reason"])))
    if event.kind == "document_readers":
        names = reason_texts.READER_NAMES
        became = f"{names[str(event.inputs['before'])]} → {names[str(event.inputs['visibility'])]}"
        lines.append((_("Read by"), became))
    return lines


def _changes(event: Event, actor: SignedIn) -> list[tuple[str, str]]:
    """What was changed of the case; outside the council only who the case officer became."""
    if not actor.is_internal:
        return (
            [(_("Case officer"), str(event.changes["owner"] or _("Nobody")))]
            if event.kind == "assigned"
            else []
        )
    return [
        (str(reason_texts.FIELD_NAMES.get(name, name)), _value(name, value))
        for name, value in event.changes.items()
        if name not in ("company_id", "owner_id", "horizon_item_id")
    ]


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "approval_type":
        return str(reason_texts.APPROVAL_NAMES.get(value, value))
    if name == "assignees":
        return ", ".join(one["name"] for one in value) or "–"
    return str(value) if value not in (None, "") else "–"


def _clock_line(effect: Mapping[str, Any], workflow: Workflow, language: str) -> tuple[str, str] | None:
    rule = workflow.clocks.get(str(effect["clock"]).rpartition(".")[0])
    label = rule.label.in_language(language) if rule is not None else str(effect["clock"])
    match effect["op"]:
        case "start":
            return label, _("started: %(days)s days", days=effect["limit_days"])
        case "stop":
            return label, _("stopped")
        case "suspend":
            return label, _("stands still from %(day)s", day=template_filters.day(effect["since"]))
        case "resume":
            return label, _("runs again after %(day)s", day=template_filters.day(effect["until"]))
        case "extend":
            return label, _(
                "extended by %(days)s days to %(day)s",
                days=effect["days"],
                day=template_filters.day(effect["agreed_due"]),
            )
        case "offer":
            party = reason_texts.PARTY_NAMES[effect["party"]]
            return label, _(
                "%(party)s proposes %(day)s", party=party, day=template_filters.day(effect["new_due"])
            )
        case "decline":
            return label, _("the proposal was declined")
    return None


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader may be told of an event: who, when, what, and which fields it changed."""

    who: str
    at: datetime
    what: str
    fields: tuple[str, ...]


def told_of(stale: Stale, actor: SignedIn) -> Told | None:
    """What changed the case first, as the log would show it to this reader; None for what it does not show."""
    event = stale.event
    if event is None or not _is_shown(event, actor):
        return None
    fields = tuple(event.changes) if actor.is_internal else ()
    return Told(_who(event, actor), event.at, _title(event, workflow_of(stale.case), web.language()), fields)


def stale_message(stale: Stale, actor: SignedIn) -> str:
    """Who changed the case first, when, and what; of what the reader may not know, only that it has changed."""
    told = told_of(stale, actor)
    if told is None:
        return _(
            "The case has been changed since you opened the page. Nothing of yours was saved; what you typed is still "
            "here. Check the case, and send again if it still holds."
        )
    names = ", ".join(dict.fromkeys(str(reason_texts.FIELD_NAMES.get(name, name)) for name in told.fields))
    what = f"{told.what} ({names})" if names else told.what
    return _(
        "%(who)s changed the case at %(when)s: %(what)s. Nothing of yours was saved; what you typed is still here. "
        "Check the case, and send again if it still holds.",
        who=told.who,
        when=template_filters.instant(told.at),
        what=what,
    )
