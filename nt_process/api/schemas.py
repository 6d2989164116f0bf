"""What the API takes and gives, as the OpenAPI document states it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from nt_process.engine.definition import PARTIES, PHASES

Number = Annotated[
    str, Field(pattern=r"^NT-[0-9]{4}-[0-9]{4}$", description="The register number, NT-2026-0001")
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CasePath(BaseModel):
    number: str = Field(description="The register number, NT-2026-0001", max_length=40)


class ActionPath(CasePath):
    action: str = Field(description="The stable name of an action of the process", max_length=100)


class NoQuery(Strict):
    """No parameter is asked for in the address, and none is passed over."""


class CaseQuery(Strict):
    as_of: date | None = Field(
        None, description="The case as it was at the end of this day; now when left out"
    )


class ListQuery(Strict):
    q: str = Field(
        "", max_length=200, description="Beginnings of words in number, medicine, substance, company"
    )
    process: str = Field("", max_length=50, pattern=r"^[a-z_]*$")
    phase: Literal["", *PHASES] = ""  # type: ignore[valid-type]
    waits_for: Literal["", *PARTIES] = ""  # type: ignore[valid-type]
    ended: bool | None = Field(None, description="true: only ended cases, false: only open ones")
    page: int = Field(1, ge=1, le=10_000)
    page_size: int = Field(50, ge=1, le=200)


class Extension(BaseModel):
    days: int
    decided_on: date
    agreed_due: date | None


class Suspension(BaseModel):
    since: date = Field(description="First day that does not count")
    until: date | None = Field(description="Last day that does not count; null while it stands still")
    waits_for: str


class Clock(BaseModel):
    key: str
    kind: str
    label: str
    basis: Literal["statute", "policy", "contract"]
    status: Literal["running", "suspended", "stopped"]
    started_on: date
    stopped_on: date | None
    limit_days: int
    budget_days: int = Field(description="The limit and all extensions")
    days_used: int
    days_left: int
    days_overdue: int
    due: date | None = Field(description="The last day; null while the clock stands still")
    target_due: date | None
    suspensions: list[Suspension]
    extensions: list[Extension]


class Case(BaseModel):
    number: Number
    process: str
    workflow_version: int
    state: str = Field(description="Stable name; never translated")
    state_label: str
    phase: str
    waits_for: str
    ended: bool
    version: int = Field(
        description="Goes up with every event, also one that the reader is not told of; send it as If-Match"
    )
    medicine: str
    substance: str
    atc: str
    indication: str
    company: str
    orphan: bool
    oncology: bool
    approval_type: str
    authorised_on: date | None
    exclusivity_ends: date | None
    outcome: str | None
    owner: str | None
    opened_on: date
    state_since: date
    next_due: date | None
    clocks: list[Clock]


class CaseList(BaseModel):
    items: list[Case]
    total: int


class ReasonOut(BaseModel):
    code: str
    text: str


class InputOut(BaseModel):
    name: str
    label: str
    type: Literal["text", "date", "choice"]
    required: bool
    choices: list[str]


class Offered(BaseModel):
    action: str
    label: str
    allowed: bool
    reasons: list[ReasonOut]
    inputs: list[InputOut]


class OfferedList(RootModel[list[Offered]]):
    """Every action that leads on from the case's state."""


class TakeAction(Strict):
    inputs: dict[Annotated[str, Field(max_length=100)], str] = Field(
        default_factory=dict, description="What the action asks for, by name; days as 2026-11-22"
    )
    day: date | None = Field(None, description="The day it took effect; today when left out")


class CommandHeaders(BaseModel):
    if_match: str | None = Field(None, alias="If-Match", description="The version the command was made for")
    idempotency_key: str | None = Field(
        None, alias="Idempotency-Key", max_length=200, description="The same key makes a repetition harmless"
    )


class Step(BaseModel):
    date: date
    days: int
    rule: str
    text: str


class ClockWithSteps(Clock):
    steps: list[Step]


class ClockList(RootModel[list[ClockWithSteps]]):
    """Every limit of the case, with how its last day follows."""


class Stated(BaseModel):
    name: str
    value: str


class Event(BaseModel):
    seq: int
    at: datetime
    day: date
    kind: str
    title: str
    actor: str
    state: str | None
    stated: list[Stated]


class EventList(RootModel[list[Event]]):
    """What has happened in the case, the oldest first."""


class Problem(BaseModel):
    type: str
    title: str
    status: int
    request_id: str
    detail: str | None = None


class FaultOut(BaseModel):
    where: str = Field(description="The parameter, or the place in the body; empty for the whole of it")
    text: str
    code: str | None = None


class Faulty(Problem):
    faults: list[FaultOut] = Field([], description="Each fault with its place")


class ProblemWithReasons(Problem):
    reasons: list[ReasonOut]


class StaleProblem(Problem):
    version: int
    changed_by: str = Field(description="Empty for what the reader is not told of")
    changed_at: datetime | None = Field(description="Null for what the reader is not told of")
    what: str = Field(description="Empty for what the reader is not told of")
    fields: list[str]
