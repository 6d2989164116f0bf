"""One thing done with the rows that were ticked in a list: each is judged on its own, and each has its own answer.

A list describes itself as a `List`; `answer` reads what was ticked and chosen, gives the command for each row
(`kernel.several`), and shows what became of each. What cannot be carried out at all brings the list back with the
ticks kept. A row that is not there answers as one that is not the reader's to see: without a name.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext as _

from nt_process import web
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.kernel.reasons import NotDone
from nt_process.kernel.several import Item, each

MOST = 500
ABSENT = ("not_found", "not_allowed")

Command = Callable[[str], object]
# Reads what goes with a command, such as a last day. Raises BadInput, before anything is done.
Task = Callable[[], Command]


@dataclass(frozen=True, slots=True)
class Named:
    """A row in the answer: what it is called, and its page."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row, in words."""

    row: Named
    done: bool
    said: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was ticked and chosen, and what is wrong with it by the name of the field; empty on a fresh page."""

    ticked: tuple[str, ...] = ()
    do: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)

    def typed(self, name: str, fresh: str = "") -> str:
        """What was typed in the field, as far as a page can show it."""
        if not self.faults or name not in request.form:
            return fresh
        return request.form[name].replace("\x00", "").encode("utf-8", "ignore").decode()[:5000]


@dataclass(frozen=True, slots=True)
class List:
    """A list whose rows can be ticked.

    `key`: the row's key as it was sent, in its one spelling, or None for what is no key. `named`: those of the
    rows that the reader may see. `draw`: the list again, with what was asked. `show`: the answer.
    """

    key: Callable[[str], str | None]
    named: Callable[[list[str]], Mapping[str, Named]]
    draw: Callable[[Asked], str]
    show: Callable[[list[Result]], str]
    explain: Callable[[NotDone], str]
    fault_texts: Mapping[str, str]


def answer(listed: List, tasks: Mapping[str, Task]) -> str | tuple[str, int]:
    """Carry out the chosen one of `tasks` for each row that was ticked, at most MOST."""
    sent = (listed.key(text) for text in request.form.getlist("ticked")[: 2 * MOST])
    ticked = tuple(dict.fromkeys(key for key in sent if key is not None))[:MOST]
    do = request.form.get("do", "")
    if not ticked or do not in tasks:
        fault = _("Tick the rows and choose what to do with them first.")
        return listed.draw(Asked(ticked, do if do in tasks else "", {"do": fault})), 422
    try:
        command = tasks[do]()
    except BadInput as refusal:
        faults = {str(fault.column): _sentence(listed, fault) for fault in refusal.faults}
        return listed.draw(Asked(ticked, do, faults)), 422
    # Named first: what is done may take a row out of the list.
    named = listed.named(list(ticked))
    return listed.show([_result(listed, item, named) for item in each(ticked, command)])


def _result(listed: List, item: Item, named: Mapping[str, Named]) -> Result:
    row = named.get(item.key, Named("–"))
    if item.refused is None:
        return Result(row, True, _("Done"))
    if isinstance(item.refused, BadInput):
        return Result(row, False, " ".join(_sentence(listed, fault) for fault in item.refused.faults))
    if item.code in ABSENT or item.key not in named:
        return Result(row, False, _("There is nothing here to change."))
    return Result(row, False, listed.explain(item.refused))


def _sentence(listed: List, fault: Fault) -> str:
    """What is wrong, without the name of the field beside which it stands."""
    return fault_sentence(
        Fault(fault.code, params=fault.params), translator(web.language()), listed.fault_texts
    )


def id_of(text: str) -> str | None:
    """The key of a row that has a UUID."""
    try:
        return text if str(uuid.UUID(text)) == text else None
    except ValueError:
        return None


def number_of(text: str) -> str | None:
    """The key of a row that has a number."""
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) < 18 else None


def sourced(*sources: str) -> Callable[[str], str | None]:
    """The key of a row in a list of several kinds, as "kind id"."""

    def key(text: str) -> str | None:
        source, _space, of = text.partition(" ")
        found = number_of(of) or id_of(of)
        return f"{source} {found}" if source in sources and found else None

    return key
