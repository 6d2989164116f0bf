"""The units of a region, as they are typed: one on each line, its name and, after a semicolon, its code."""

from __future__ import annotations

from dataclasses import dataclass

from nt_process.kernel import typed

MOST, MOST_NAME, MOST_CODE = 60, 200, 60


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by name and the region's own code for it; the code may be missing."""

    name: str
    code: str = ""


def read(text: str) -> tuple[Unit, ...]:
    """Raises Unusable: bad_characters, too_long, unit_without_name, too_many_units."""
    lines = [
        one for one in typed.paragraph(text, MOST * (MOST_NAME + MOST_CODE + 4)).splitlines() if one.strip()
    ]
    if len(lines) > MOST:
        raise typed.Unusable("too_many_units", limit=MOST)
    units = []
    for written in lines:
        name, _semicolon, code = written.rpartition(";") if ";" in written else (written, "", "")
        unit = Unit(typed.line(name, MOST_NAME), typed.line(code, MOST_CODE))
        if not unit.name:
            raise typed.Unusable("unit_without_name", value=typed.shown(written))
        units.append(unit)
    return tuple(units)


def written(units: tuple[Unit, ...]) -> str:
    """As they are typed."""
    return "\n".join(f"{one.name}; {one.code}" if one.code or ";" in one.name else one.name for one in units)
