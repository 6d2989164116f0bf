"""What somebody can subscribe to, how it is read from the form, and which happening concerns whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from nt_process.engine.definition import PHASES, Workflow
from nt_process.kernel import typed
from nt_process.kernel.cells import read_atc
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.regions import REGIONS
from nt_process.public.rules import Step, is_public

RECOMMENDATIONS, MEETINGS, STAGES = "recommendations", "meetings", "stages"
TOPICS = (RECOMMENDATIONS, MEETINGS, STAGES)
LANGUAGES = ("sv", "en")
MOST_WORDS = 100
# How long a mailed link can be used to confirm.
VALID_FOR = timedelta(days=3)

# How many mails with a link anybody can have sent to one address in a day, and how far apart; and to all in an hour.
A_DAY, APART, AN_HOUR = 3, timedelta(minutes=10), 1000

_TOPIC_OF = {
    "recommendation": RECOMMENDATIONS,
    "region": RECOMMENDATIONS,
    "meeting": MEETINGS,
    "meeting_cancelled": MEETINGS,
    "stage": STAGES,
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What is subscribed to, in which language. An empty text narrows nothing.

    `words` of a medicine's or a substance's name, `atc` the beginning of a code, `region` a county code: what that region
    has said something publicly about, `phase` a stage that a case came to.
    """

    language: str
    topics: tuple[str, ...]
    words: str = ""
    atc: str = ""
    region: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that has become public. Of a meeting, which is about no medicine, only `kind` and `day` are stated.

    `regions`: the county codes of the regions that have said something publicly about the case.
    """

    kind: str
    day: date
    medicine: str = ""
    substance: str = ""
    atc: str = ""
    phase: str = ""
    regions: frozenset[str] = frozenset()


def _atc(text: str) -> str:
    written = typed.line(text)
    return str(read_atc(written)) if written else ""


_READERS = {
    "language": typed.one_of(LANGUAGES),
    "words": partial(typed.line, limit=MOST_WORDS),
    "atc": _atc,
    "region": typed.one_of(("", *(region.code for region in REGIONS))),
    "phase": typed.one_of(("", *PHASES)),
}


def read_choices(texts: Mapping[str, str], topics: Collection[str]) -> Choices:
    """What was chosen in the form. Raises BadInput."""
    faults: list[Fault] = []
    chosen = tuple(topic for topic in TOPICS if topic in topics)
    if not chosen:
        faults.append(Fault("no_topic", column="topics"))
    try:
        values = typed.read(texts, _READERS)
    except BadInput as refused:
        raise BadInput(*faults, *refused.faults) from None
    if faults:
        raise BadInput(*faults)
    return Choices(topics=chosen, **values)


def read_address(text: str) -> str:
    """The address in small letters. Raises BadInput (column `address`)."""
    read = typed.mail_address if text.strip() else typed.required(typed.line)
    return str(typed.read({"address": text}, {"address": read})["address"])


def concerns(choices: Choices, happening: Happening) -> bool:
    """Whether whoever chose this is to be told of it. Meetings are narrowed by nothing, a stage narrows stages alone.

    What a region says of a recommendation ("region") is told to those alone who have chosen that region.
    """
    topic = _TOPIC_OF[happening.kind]
    if topic not in choices.topics:
        return False
    if topic == MEETINGS:
        return True
    names = f"{happening.medicine} {happening.substance}".casefold()
    return (
        all(word in names for word in choices.words.casefold().split())
        and happening.atc.startswith(choices.atc)
        and (choices.region in happening.regions or (not choices.region and happening.kind != "region"))
        and (topic != STAGES or choices.phase in ("", happening.phase))
    )


def moves(workflow: Workflow, steps: Sequence[Step]) -> list[tuple[int, Step]]:
    """The moves of a case that the public sees, each with its number among all: those that lead to another told state."""
    found: list[tuple[int, Step]] = []
    for number, step in enumerate(steps, 1):
        if is_public(workflow, step.state) and not (found and found[-1][1].state == step.state):
            found.append((number, step))
    return found


def may_be_written_to(sent: Sequence[datetime], at: datetime) -> bool:
    """Whether an address that got mail with links at these instants may get another now."""
    lately = [one for one in sent if at - one < timedelta(days=1)]
    return len(lately) < A_DAY and all(at - one >= APART for one in lately)
