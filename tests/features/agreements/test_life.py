"""The life of an agreement whatever happens in it, against a model of its own: who is bound by what on every day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from nt_process.agreements import reading, rules
from nt_process.agreements.rules import Bound, Version
from tests.features.agreements.world import Deal

DAY_ZERO = date(2026, 6, 1)
REGIONS = ("uppsala", "halland")
DAYS = range(-5, 61)
HASH = "0" * 64


@dataclass(frozen=True)
class Drafted:
    """A new version: its first and last day, counted from day zero."""

    first: int
    last: int | None


@dataclass(frozen=True)
class Signs:
    who: str


@dataclass(frozen=True)
class Ends:
    """Ends after so many more days: for a region, or for all."""

    after: int
    who: str | None


Happening = tuple[int, Drafted | Signs | Ends]


@dataclass
class Model:
    """What is bound, kept day by day and not as spans: region and day to version."""

    versions: list[Drafted] = field(default_factory=list)
    signed: set[tuple[int, str]] = field(default_factory=set)
    bound: dict[tuple[str, int], int] = field(default_factory=dict)
    is_over: bool = False

    def takes(self, happening: Drafted | Signs | Ends) -> bool:
        """Whether it can be done at all."""
        if self.is_over:
            return False
        if isinstance(happening, Drafted):
            return True
        if isinstance(happening, Signs):
            return bool(self.versions) and (len(self.versions), happening.who) not in self.signed
        return bool(self.versions)

    def happen(self, day: int, happening: Drafted | Signs | Ends) -> None:
        if isinstance(happening, Drafted):
            self.versions.append(happening)
        elif isinstance(happening, Ends):
            for region, when in list(self.bound):
                if when > day + happening.after and happening.who in (None, region):
                    del self.bound[region, when]
            self.is_over = happening.who is None
        else:
            self._sign(day, happening.who)

    def _sign(self, day: int, who: str) -> None:
        number = len(self.versions)
        self.signed.add((number, who))
        if (number, "company") not in self.signed:
            return
        version = self.versions[-1]
        # Whoever signs binds only themselves, and the company those who waited for it.
        for region in REGIONS if who == "company" else (who,):
            if (number, region) not in self.signed:
                continue
            start = max(version.first, day)
            if version.last is not None and start > version.last:
                continue
            for when in DAYS:
                if when >= start:
                    self.bound.pop((region, when), None)
                    if version.last is None or when <= version.last:
                        self.bound[region, when] = number


_happening = st.one_of(
    st.builds(
        lambda first, length: Drafted(first, None if length is None else first + length),
        st.integers(0, 25),
        st.none() | st.integers(0, 30),
    ),
    st.sampled_from([Signs("company"), *(Signs(name) for name in REGIONS)]),
    st.sampled_from([Signs("company"), *(Signs(name) for name in REGIONS)]),
    st.builds(Ends, st.integers(0, 20), st.sampled_from([*REGIONS, None])),
)
_life = st.lists(st.tuples(st.integers(0, 5), _happening), min_size=3, max_size=14)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=_life)
def test_who_is_party_on_every_day_is_what_was_signed(deal: Deal, life: Sequence[Happening]) -> None:
    model, day = Model(), 0
    with deal.office.engine.connect() as connection, connection.begin() as transaction:
        agreement = _agreement(connection, deal)
        for later, happening in life:
            day += later
            if model.takes(happening):
                model.happen(day, happening)
                _do(connection, deal, agreement, day, happening)
        bound = reading.bound_of(connection, agreement)
        rows = list(connection.execute(reading.VERSIONS, {"id": agreement}).mappings())
        ends = list(connection.execute(reading.ENDS, {"id": agreement}).mappings())
        transaction.rollback()
    names = {deal.table.organisation(name): name for name in REGIONS}
    for when in DAYS:
        found = rules.parties(bound, DAY_ZERO + timedelta(days=when))
        wanted = {region: version for (region, there), version in model.bound.items() if there == when}
        assert {names[region]: version for region, version in found.items()} == wanted, when
        state = rules.state(
            reading.versions_of(rows), bound, reading.ended_on(ends), DAY_ZERO + timedelta(days=when)
        )
        assert (state == rules.IN_FORCE) == bool(wanted)


def _agreement(connection: Connection, deal: Deal) -> str:
    row = connection.execute(
        sa.text("""
            INSERT INTO agreement (id, negotiation_id, case_id, case_number, company_id, made_by, made_at, sent_at)
            SELECT gen_random_uuid(), id, case_id, case_number, company_id, 'x', :at, :at FROM negotiation WHERE id = :id
            RETURNING id
        """),
        {"id": deal.table.id, "at": _at(0)},
    ).one()
    return str(row.id)


def _do(
    connection: Connection, deal: Deal, agreement: str, day: int, happening: Drafted | Signs | Ends
) -> None:
    given = {"id": agreement, "at": _at(day), "person": deal.office.people["secretary"]}
    if isinstance(happening, Drafted):
        last = None if happening.last is None else DAY_ZERO + timedelta(days=happening.last)
        connection.execute(
            sa.text("""
                INSERT INTO agreement_version (agreement_id, version, negotiation_id, terms_version, terms_commitment,
                    text_commitment, packages, package_names, first_day, last_day, drafted_by, drafted_at, sent_by, sent_at)
                SELECT :id, (SELECT count(*) + 1 FROM agreement_version WHERE agreement_id = :id), :negotiation, 1, :hash,
                       :hash, '{100101,100102}', '{A,B}', :first, :last, 'x', :at, 'x', :at
            """),
            {
                **given, "negotiation": deal.table.id, "hash": HASH, "last": last,
                "first": DAY_ZERO + timedelta(days=happening.first),
            },
        )  # fmt: skip
        for name in ("company", *REGIONS):
            side = "company" if name == "company" else "region"
            connection.execute(
                sa.text("""
                    INSERT INTO agreement_party (agreement_id, version, organisation_id, side, asked_by, asked_at)
                    SELECT :id, max(version), :organisation, :side, 'x', :at FROM agreement_version
                    WHERE agreement_id = :id
                """),
                {**given, "organisation": deal.table.organisation(name), "side": side},
            )
    elif isinstance(happening, Signs):
        connection.execute(
            sa.text("""
                INSERT INTO agreement_signature (agreement_id, version, organisation_id, terms_commitment, text_commitment,
                    person_id, person, capacity, authority, proved_at, second_factor, at)
                SELECT :id, max(version), :organisation, :hash, :hash, :person, 'x', 'x', 'x', :at, true, :at
                FROM agreement_version WHERE agreement_id = :id
            """),
            {**given, "organisation": deal.table.organisation(happening.who), "hash": HASH},
        )
    else:
        region = None if happening.who is None else deal.table.organisation(happening.who)
        connection.execute(
            sa.text("""
                INSERT INTO agreement_end (agreement_id, organisation_id, last_day, reason, person_id, person, organisation,
                    at)
                VALUES (:id, :region, :last, 'x', :person, 'x', 'x', :at)
            """),
            {**given, "region": region, "last": DAY_ZERO + timedelta(days=day + happening.after)},
        )


def _at(day: int) -> datetime:
    return datetime.combine(DAY_ZERO + timedelta(days=day), time(9), UTC)


def test_the_state_of_what_was_never_sent_or_was_withdrawn() -> None:
    draft = Version(1, DAY_ZERO, None, sent=False, withdrawn=False)
    gone = Version(1, DAY_ZERO, None, sent=True, withdrawn=True)
    found = [rules.state(versions, [], None, DAY_ZERO) for versions in ([draft], [gone], [])]
    assert found == [rules.DRAFT, rules.WITHDRAWN, rules.WITHDRAWN]
    bound = [Bound("a", 1, DAY_ZERO, DAY_ZERO)]
    assert rules.state([draft], bound, None, DAY_ZERO + timedelta(days=1)) == rules.EXPIRED
