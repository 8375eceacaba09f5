"""Returns a request as the API server stores it: with defaults, and without null that its schema does not allow. Pure.

The server changes a request before it checks it: so schema, rules of the CRD and policy apply to the result.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from platform_status_contract.model.lookup import mapping
from platform_status_contract.validation.problems import Path
from platform_status_contract.validation.schemas import Schema

__all__ = ["as_stored", "parts", "replaced"]


def parts(value: object, schema: Schema) -> list[tuple[Any, Any, Any]]:
    """Return keys or indexes of a value, each with the value there and its schema."""
    if isinstance(value, dict):
        properties, further = mapping(schema.get("properties")), schema.get("additionalProperties")
        return [(key, item, properties.get(key, further)) for key, item in value.items()]
    if isinstance(value, list):
        return [(index, item, schema.get("items")) for index, item in enumerate(value)]
    return []


def as_stored(value: Any, schema: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a copy of a value as the API server stores it.

    Args:
        value: The value; its paths stay valid, because null in a list stays.
        schema: Its schema, translated.
    """
    if not isinstance(schema, dict) or not isinstance(value, dict | list):
        return value
    found = [(key, _or_default(item, inner), inner) for key, item, inner in parts(value, schema)]
    if isinstance(value, list):
        return [as_stored(item, inner) for _, item, inner in found]
    kept = {key: item for key, item, inner in found if not _is_refused_null(item, inner)}
    for key, inner in mapping(schema.get("properties")).items():
        default = mapping(inner).get("default")
        if key not in kept and default is not None:
            kept[key] = deepcopy(default)
    return {key: as_stored(item, inner) for key, item, inner in parts(kept, schema)}


def replaced(value: object, schema: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield the path of each null that is not stored, and the default that is stored instead; None if there is none."""
    if not isinstance(schema, dict):
        return
    for key, item, inner in parts(value, schema):
        default = mapping(inner).get("default")
        if _is_refused_null(item, inner) and (default is not None or isinstance(value, dict)):
            yield (*path, key), default
        yield from replaced(item, inner, (*path, key))


def _or_default(value: object, schema: object) -> object:
    return deepcopy(mapping(schema).get("default")) if _is_refused_null(value, schema) else value


def _is_refused_null(value: object, schema: object) -> bool:
    """Whether a value is null, but not allowed to be."""
    if value is not None or not isinstance(schema, dict):
        return False
    return not schema.get("nullable") and "null" not in schema.get("type", ())
