"""Reading what was typed: every fault is kept, so that all are told together."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from nt_process.kernel.calendar import STOCKHOLM, read_day
from nt_process.kernel.faults import BadInput, Fault

LINE, TEXT = 300, 10_000
_CLOCK = re.compile(r"([01]\d|2[0-3])[:.]([0-5]\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,13}([.,]\d{1,6})?", re.ASCII)


class Reader:
    """Reads fields one by one; `finish` raises BadInput with every fault that was found."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, column: str, code: str, **params: object) -> None:
        self.faults.append(Fault(code, column=column, params=params))

    def text(self, column: str, typed: str, limit: int = TEXT, *, required: bool = False) -> str:
        """Several lines, in composed form, without what no database can hold."""
        found = unicodedata.normalize("NFC", typed).replace("\r\n", "\n").strip()
        if "\x00" in found or any("\ud800" <= letter <= "\udfff" for letter in found):
            self.fault(column, "bad_characters")
            return ""
        if len(found) > limit:
            self.fault(column, "too_long", limit=limit)
            return ""
        if required and not found:
            self.fault(column, "missing")
        return found

    def line(self, column: str, typed: str, *, required: bool = False) -> str:
        return " ".join(self.text(column, typed, LINE, required=required).split())

    def choice(self, column: str, typed: str, choices: tuple[str, ...]) -> str:
        if typed not in choices:
            self.fault(column, "not_a_choice")
            return choices[0]
        return typed

    def day(self, column: str, typed: str, *, required: bool = False) -> date | None:
        written = typed.strip()
        if not written:
            if required:
                self.fault(column, "missing")
            return None
        found = read_day(written)
        if found is None or not 1900 <= found.year < 2200:
            self.fault(column, "not_a_day", value=_shown(written))
            return None
        return found

    def span(self, first: str, last: str, typed: tuple[str, str]) -> tuple[date | None, date | None]:
        """Two days in their order; the last may be left open."""
        start, end = self.day(first, typed[0], required=True), self.day(last, typed[1])
        if start is not None and end is not None and end < start:
            self.fault(last, "ends_before_start", day=start)
        return start, end

    def instant(self, day_column: str, clock_column: str, typed: tuple[str, str]) -> datetime | None:
        """A day and a time of day in Sweden. A time that the clock skips in spring is taken an hour later."""
        day = self.day(day_column, typed[0], required=True)
        written = _CLOCK.fullmatch(typed[1].strip())
        if written is None:
            self.fault(clock_column, "not_a_time", value=_shown(typed[1]))
            return None
        at = time(int(written[1]), int(written[2]))
        return None if day is None else datetime.combine(day, at, STOCKHOLM)

    def number(self, column: str, typed: str, most: Decimal, *, decimals: int = 2) -> Decimal | None:
        """A number from zero upwards, with comma or point; spaces between thousands are left out. Empty is None."""
        written = "".join(typed.split()).replace("\u00a0", "").replace("\u202f", "")
        if not written:
            return None
        try:
            found = Decimal(written.replace(",", ".")) if _NUMBER.fullmatch(written) else None
        except InvalidOperation:
            found = None
        if found is None:
            self.fault(column, "not_a_number", value=_shown(written))
        elif found > most:
            self.fault(column, "too_large", most=format(most, "f"))
        elif found != found.quantize(Decimal(1).scaleb(-decimals)):
            self.fault(column, "too_many_decimals", decimals=decimals)
        else:
            return found
        return None

    def finish(self) -> None:
        if self.faults:
            raise BadInput(*self.faults)


def _shown(text: str) -> str:
    return text[:40] if text[:40].isprintable() else ""
