"""The file of rules that the system comes with, read once; what is wrong with it stops whoever asks, with file and line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nt_process.infra.operation import OperationError
from nt_process.introduction_financing import rule_texts
from nt_process.introduction_financing.rules.book import Book
from nt_process.introduction_financing.rules.reader import Read, read
from nt_process.kernel.messages import N_

PATH = Path(__file__).with_name("cost_rules.yaml")


class BrokenRulesError(OperationError):
    """The file has faults, so nothing is told by it."""


def read_file(path: Path) -> Read:
    """The rules of a file, or its faults. Raises OperationError when it cannot be opened."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = error.strerror or ""
        raise OperationError(
            N_("%(file)s cannot be read: %(problem)s."), file=path, problem=problem
        ) from None
    return read(path.name, content)


@cache
def shipped() -> Book:
    """The rules that hold. Raises BrokenRulesError."""
    found = read_file(PATH)
    if found.book is None:
        lines = "\n".join(rule_texts.line_of(fault) for fault in found.faults)
        raise BrokenRulesError(N_("The file of rules has faults:\n%(lines)s"), lines=lines)
    return found.book
