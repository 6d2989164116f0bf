"""What the regions' directors say of a published recommendation: whether it matches their willingness to pay, and whether
they can follow it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.recommendations import service
from nt_process.recommendations.errors import RecommendationError

MATCHES, FOLLOWS = ("yes", "no"), ("yes", "partly", "no")
MOST_COMMENT = 2000

_PUBLISHED = sa.text("SELECT recommendation_id FROM publication WHERE recommendation_id = :id")
_OWN = sa.text("""
    SELECT DISTINCT m.organisation_id FROM membership m WHERE m.person_id = :person AND m.role = 'region_representative'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
      AND (CAST(:region AS uuid) IS NULL OR m.organisation_id = :region)
""")
_ANSWER = sa.text("""
    INSERT INTO recommendation_answer (recommendation_id, organisation_id, willing, follows, comment, person_id, person, at)
    VALUES (:id, :region, :willing, :follows, :comment, :person, :name, :at)
""")
# All regions, each with the answer that holds, if there is one.
_ROWS = sa.text("""
    SELECT o.id, o.name, o.county_code, a.willing, a.follows, a.comment, a.person, a.at
    FROM organisation o
    LEFT JOIN LATERAL (
        SELECT * FROM recommendation_answer x WHERE x.recommendation_id = :id AND x.organisation_id = o.id
        ORDER BY x.id DESC LIMIT 1
    ) a ON true
    WHERE o.kind = 'region' ORDER BY sv_sort(o.name)
""")


def answer(engine: Engine, maker: Maker, recommendation_id: str, typed: Mapping[str, str]) -> None:
    """Keep what a region says; again adds to it, and the last one holds. `region` (an id) for which of several.

    A comment is asked for where it does not match or cannot be followed in full. Raises BadInput, RecommendationError
    (not_found, not_allowed).
    """
    readers: dict[str, fields.Reader] = {
        "willing": fields.one_of(MATCHES),
        "follows": fields.one_of(FOLLOWS),
        "comment": lambda text: fields.paragraph(text, MOST_COMMENT),
    }
    if typed.get("willing") == "no" or typed.get("follows") in ("partly", "no"):
        readers["comment"] = fields.required(lambda text: fields.paragraph(text, MOST_COMMENT))
    found = fields.read(typed, readers)
    with engine.begin() as connection:
        published = connection.scalar(_PUBLISHED, {"id": uuid.UUID(recommendation_id)})
        if published is None:
            raise RecommendationError("not_found")
        region = service.as_id(typed["region"]) if typed.get("region") else None
        own = connection.scalars(
            _OWN, {"person": maker.actor.id, "today": maker.today, "region": region}
        ).all()
        if len(own) != 1:
            raise RecommendationError("not_allowed")
        given = {"id": published, "region": own[0], "person": maker.actor.id, "name": maker.actor.name}
        connection.execute(_ANSWER, {**found, **given, "at": maker.at})


def rows(connection: Connection, recommendation_id: object) -> list[Row]:
    """A row for each region, with its answer where there is one; for the council's side and the regions."""
    return list(connection.execute(_ROWS, {"id": recommendation_id}).mappings())
