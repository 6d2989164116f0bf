"""What a workflow file says, as values. One file per process and version is the law of that process.

`nt_process/engine/loader.py` reads the YAML into these; `checks.py` judges them; `decide.py` runs a
case by them; the pages, the diagram and the printed rules are all drawn from them. There is no
second place where a process is described.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROLES = (
    "secretariat",
    "council_member",
    "region_representative",
    "company_contact",
    "company_administrator",
    "tlv_assessor",
    "expert",
    "patient_representative",
    "management",
    "auditor",
    "administrator",
)

# Only the clock sweep acts as the system; no person can hold this role.
SYSTEM_ROLE = "system"

# Whose move it is. `meeting` is a wait for the council's next meeting, `both` a negotiation in which
# neither party alone holds the ball, `court` a review that no party controls, `none` an ended case.
PARTIES = ("council", "company", "tlv", "region", "meeting", "both", "court", "none")

PARTY_OF_ROLE: Mapping[str, str] = {
    "secretariat": "council",
    "council_member": "council",
    "region_representative": "region",
    "company_contact": "company",
    "company_administrator": "company",
    "tlv_assessor": "tlv",
    "expert": "none",
    "patient_representative": "none",
    "management": "council",
    "auditor": "council",
    "administrator": "council",
    SYSTEM_ROLE: "council",
}

# Each state says its name once for each of these readers.
AUDIENCES = ("secretariat", "region", "company", "public")

AUDIENCE_OF_ROLE: Mapping[str, str] = {
    "secretariat": "secretariat",
    "council_member": "secretariat",
    "management": "secretariat",
    "auditor": "secretariat",
    "administrator": "secretariat",
    "tlv_assessor": "region",
    "region_representative": "region",
    "company_contact": "company",
    "company_administrator": "company",
    "expert": "public",
    "patient_representative": "public",
}

# The public stages of samverkanläkemedel.se, in order; every state belongs to one (domain W5).
PHASES = (
    "horizon",
    "decision",
    "assessment",
    "negotiation",
    "recommendation",
    "introduction",
    "follow_up",
    "closed",
)

# Who is told, by the name that a workflow file uses: the case's owner, or everyone with a role.
# A company contact is told of the cases of their own company only.
RECIPIENTS: Mapping[str, str] = {
    "owner": "owner",
    "secretariat": "secretariat",
    "council": "council_member",
    "regions": "region_representative",
    "company": "company_contact",
    "tlv": "tlv_assessor",
    "management": "management",
}

INPUT_TYPES = ("text", "date", "choice")

CLOCK_OPERATIONS = ("start", "stop", "suspend", "resume", "extend", "offer", "accept", "decline")

# Days relative to the last day; after the last rung a reminder goes out every week.
DEFAULT_LADDER = (-30, -14, -7, -1, 0, 1)

# The target of an action that leads back to where an interlude (a pause, a request) began.
PREVIOUS = "$previous"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages of the system."""

    sv: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.sv


# The kinds a case's documents are sorted into; a workflow file may require one of them.
DOCUMENT_KINDS: Mapping[str, Text] = {
    "early_report": Text("Tidig bedömningsrapport", "Early assessment report"),
    "nomination": Text("Nominering", "Nomination"),
    "application": Text("Ansökan", "Application"),
    "supplement": Text("Komplettering", "Supplement"),
    "assessment_report": Text("Hälsoekonomiskt underlag", "Health economic assessment"),
    "jca_report": Text("EU-gemensam klinisk granskning", "EU joint clinical assessment"),
    "agreement": Text("Avtal", "Agreement"),
    "recommendation": Text("Rekommendation", "Recommendation"),
    "follow_up_protocol": Text("Införande- och uppföljningsprotokoll", "Introduction and follow-up protocol"),
    "follow_up_report": Text("Uppföljningsrapport", "Follow-up report"),
    "withdrawal": Text("Återkallelse", "Withdrawal"),
    "other": Text("Övrigt", "Other"),
}

NO_SOURCE = Text("", "")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold before an action, by its name in `conditions.py`, with its argument."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Expiry:
    """What happens the day after the last day: always recorded, and `action` is taken when it is named."""

    action: str | None = None


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A limit. `unit` is days, working_days or months; `limit` and `target` are counted in it.

    `at_most` (days) bounds the limit and all unilateral extensions together; None means that only
    an agreement of both parties can extend.
    """

    name: str
    label: Text
    basis: str
    unit: str
    limit: int
    target: int | None
    at_most: int | None
    rolls: bool
    ladder: tuple[int, ...]
    notify: tuple[str, ...]
    escalate: tuple[str, ...]
    on_expiry: Expiry
    source: Text


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can be. `owner` is the role that answers for the wait, `waits_for` whose move it is."""

    name: str
    labels: Mapping[str, Text]
    phase: str
    waits_for: str
    owner: str | None
    initial: bool = False
    terminal: bool = False
    interlude: bool = False
    guidance: Text | None = None
    source: Text = NO_SOURCE


@dataclass(frozen=True, slots=True)
class Input:
    """Something the actor states when taking an action; `shared` ones are shown to the company too."""

    name: str
    label: Text
    type: str
    required: bool
    shared: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """What an action does to clocks. `clock` is a clock's name, or "running" or "all" for several."""

    operation: str
    clock: str


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done: from which states, to which, by whom, if what holds, with what effects."""

    name: str
    label: Text
    sources: tuple[str, ...]
    target: str | None
    by: tuple[str, ...]
    requires: tuple[Condition, ...]
    inputs: tuple[Input, ...]
    clocks: tuple[ClockEffect, ...]
    sets: Mapping[str, object]
    notify: tuple[str, ...]
    source: Text
    primary: bool = False
    confirm: Text | None = None

    @property
    def is_general(self) -> bool:
        """Whether it belongs to no stage in particular: a pause, a withdrawal, an ending."""
        return len(self.sources) >= 6


@dataclass(frozen=True, slots=True)
class Workflow:
    """A published version of a process. `sha256` is the hash of the file's bytes, kept on every case."""

    process: str
    version: int
    label: Text
    regime: str
    sha256: str
    source: Text
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    clocks: Mapping[str, ClockRule]

    @property
    def initial(self) -> State:
        return next(state for state in self.states.values() if state.initial)

    def actions_from(self, state: str) -> list[Action]:
        """Actions in the order of the file that can be taken from `state`."""
        return [action for action in self.actions.values() if state in action.sources]
