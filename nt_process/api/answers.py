"""The refusals that the API's document promises for every operation, in the form they come in."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from nt_process.api import schemas
from nt_process.web import problems


def refused(model: type[BaseModel], description: str) -> dict[str, Any]:
    """A refusal as problem+json of this model."""
    return {"description": description, "content": {problems.MEDIA_TYPE: {"schema": _inlined(model)}}}


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema in one piece: a reference to a part of it would lead nowhere in a larger document."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            named = str(value.get("$ref", "")).rpartition("/")[2]
            return filled(parts[named]) if named else {key: filled(one) for key, one in value.items()}
        return [filled(one) for one in value] if isinstance(value, list) else value

    return dict(filled(schema))


EVERYWHERE: dict[Any, Any] = {
    400: refused(schemas.Problem, "The request cannot be read"),
    401: refused(schemas.Problem, "No valid token"),
    404: refused(schemas.Problem, "No such thing"),
    422: refused(schemas.Faulty, "Something must be corrected"),
}
NOT_FOR_ALL: dict[Any, Any] = EVERYWHERE | {403: refused(schemas.Problem, "Not for this role")}
