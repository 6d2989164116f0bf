"""The minutes as they are drafted from what was recorded. They are an official document and written in Swedish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

from nt_process.council.rules import VOTING, Attendant, Section
from nt_process.council.texts import ROLE_MESSAGES, VOTE_MESSAGES
from nt_process.kernel.messages import N_, translator

LANGUAGE = "sv"


@dataclass(frozen=True, slots=True)
class Dealt:
    """An item with what was recorded of it. `outside`: (name, left, back, because of a conflict of interest)."""

    id: str
    heading: str
    status: str
    outcome: str = ""
    reasons: str = ""
    way: str | None = None
    taken_at: time | None = None
    postponed_to: str = ""
    outside: Sequence[tuple[str, time, time | None, bool]] = ()
    votes: Sequence[tuple[str, str]] = ()
    reservations: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting with what was recorded of it."""

    name: str
    day: date
    place: str
    began: time
    ended: time | None
    guests: str
    quorum: int
    attendants: Sequence[Attendant]
    adjusters: Sequence[str]
    dealt: Sequence[Dealt] = field(default_factory=tuple)


def drafted(sitting: Sitting) -> list[Section]:
    """The sections of the minutes: the opening, every item of the agenda in its order, and the close."""
    _ = translator(LANGUAGE)
    sections = [Section(_(N_("Opening")), _opening(sitting))]
    sections += [Section(one.heading, _item(one), one.id) for one in sitting.dealt]
    ended = sitting.ended
    close = (
        _(N_("The chair closes the meeting at %(time)s."), time=_at(ended))
        if ended
        else _(N_("The chair closes the meeting."))
    )
    return [*sections, Section(_(N_("Close")), close)]


def _opening(sitting: Sitting) -> str:
    _ = translator(LANGUAGE)
    place = {"name": sitting.name, "day": sitting.day.isoformat(), "time": _at(sitting.began)}
    lines = [_(N_("The chair opens meeting %(name)s of the council on %(day)s at %(time)s."), **place)]
    if sitting.place:
        lines[0] += " " + _(N_("Place: %(place)s."), place=sitting.place)
    lines.append(_(N_("Present:")))
    for one in sitting.attendants:
        said = f"– {one.name}, {_(ROLE_MESSAGES[one.role])}"
        if one.came > sitting.began:
            said += ", " + _(N_("from %(time)s"), time=_at(one.came))
        if one.left is not None:
            said += ", " + _(N_("until %(time)s"), time=_at(one.left))
        lines.append(said)
    if sitting.guests:
        lines.append(_(N_("Also present: %(guests)s"), guests=sitting.guests))
    if sitting.adjusters:
        lines.append(_(N_("%(names)s is to adjust the minutes."), names=", ".join(sitting.adjusters)))
    voting = len([one for one in sitting.attendants if one.role in VOTING])
    counted = {"count": voting, "needed": sitting.quorum}
    lines.append(
        _(N_("%(count)s who vote are present. The council can decide when %(needed)s are."), **counted)
    )
    return "\n".join(lines)


def _item(one: Dealt) -> str:
    _ = translator(LANGUAGE)
    lines = [_outside(*out) for out in one.outside]
    if one.status == "postponed":
        lines.append(_(N_("The item is postponed to meeting %(name)s."), name=one.postponed_to))
    if one.status == "decided":
        lines.append(_(N_("Decision")) + f": {one.outcome}")
    elif one.outcome:
        lines.append(one.outcome)
    if one.reasons:
        lines.append(_(N_("Reasons in short")) + f": {one.reasons}")
    if one.way == "unanimous":
        lines.append(_(N_("The decision is unanimous.")))
    for name, vote in one.votes:
        lines.append(f"– {name}: {_(VOTE_MESSAGES[vote])}")
    for name, said in one.reservations:
        lines.append(_(N_("Reservation by %(name)s: %(said)s"), name=name, said=said))
    if one.status == "noted" and not (one.outcome or one.reasons):
        lines.append(_(N_("The council takes note of the information.")))
    return "\n".join(lines)


def _outside(name: str, left: time, back: time | None, conflict: bool) -> str:
    _ = translator(LANGUAGE)
    told = {"name": name, "left": _at(left), "back": _at(back) if back else ""}
    if conflict and back:
        return _(
            N_(
                "%(name)s has a conflict of interest, leaves the room at %(left)s, takes no part in the item and comes back "
                "at %(back)s."
            ),
            **told,
        )
    if conflict:
        return _(
            N_(
                "%(name)s has a conflict of interest, leaves the room at %(left)s and takes no part in the item."
            ),
            **told,
        )
    if back:
        return _(N_("%(name)s is out of the room from %(left)s to %(back)s."), **told)
    return _(N_("%(name)s leaves the room at %(left)s."), **told)


def _at(instant: time | None) -> str:
    return "" if instant is None else instant.strftime("%H.%M")
