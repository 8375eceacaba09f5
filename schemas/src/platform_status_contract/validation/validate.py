"""Validating a document against one of the schemas."""

import re
from itertools import islice
from typing import Any

import msgspec
from jsonschema.protocols import Validator

from platform_status_contract.rules.contracts import MAX_CONTRACT, is_too_large
from platform_status_contract.rules.masking import masked

from .explain import explain
from .problems import Path, SchemaProblem, describe
from .schemas import CONTRACT, STATUS, SchemaName, resolve_name, validator
from .values import foreign_values

__all__ = ["MAX_PROBLEMS", "validate", "validate_with"]

MAX_PROBLEMS = 50
"""Maximum number of listed problems; one more line has the number of the others."""

_MAX_ERRORS = 1000
_HOST = re.compile("[^:]*://[^/?#]*")


def validate(document: object, schema: SchemaName) -> tuple[SchemaProblem, ...]:
    """Validate a document.

    Args:
        document: Decoded JSON or YAML; any value is allowed.
        schema: ``status-v1``, ``contract-v1``, ``statuscontract-v1`` or another of `schema_names`; the version may be
            omitted while there is only one.

    Returns:
        Empty if the document is valid; else its problems without duplicates, sorted by path, in a stable order.

    Raises:
        UnknownSchemaError: There is no such schema.
    """
    name = resolve_name(schema)
    return validate_with(document, validator(name)) or _too_large(document, name) or _revealing(document, name)


def _too_large(document: Any, name: str) -> tuple[SchemaProblem, ...]:  # noqa: ANN401 - any JSON
    """Check the size limit, which a schema cannot express: readers keep contracts in memory and ignore larger ones."""
    path: Path = ("contract",) if name == STATUS else ()
    contract = document.get("contract") if path else document
    if name not in (CONTRACT, STATUS) or not is_too_large(contract):
        return ()
    told = f"{len(msgspec.json.encode(contract))} bytes of compact JSON"
    return (
        SchemaProblem.at(path, told, f"at most {MAX_CONTRACT}: shorten annotations, selectors and lists of values"),
    )


def _revealing(document: Any, name: str) -> tuple[SchemaProblem, ...]:  # noqa: ANN401 - any JSON
    """Check the endpoints of a status for what is masked in the texts of others: everybody who reads it sees them."""
    endpoints = document.get("endpoints", {}) if name == STATUS else {}
    # The schema forbids a password before the host; a host itself may have a name such as my-secret:8443.
    behind = {key: _HOST.sub("", url, count=1) for key, url in endpoints.items()}
    expected = "an address without a password, key or token in it"
    hint = "put that into a Secret, and name the Secret under credentials"
    return tuple(
        SchemaProblem.at(("endpoints", key), describe(endpoints[key]), expected, hint)
        for key, rest in sorted(behind.items())
        if masked(rest, len(rest)) != rest
    )


def validate_with(document: object, judge: Validator) -> tuple[SchemaProblem, ...]:
    """Validate a document with a validator of `schemas`, for a schema without references.

    Args:
        document: Decoded JSON or YAML; any value is allowed.
        judge: The validator.

    Returns:
        As `validate` does.
    """
    candidate: Any = document
    problems = foreign_values(document)
    if not problems:
        errors = islice(judge.iter_errors(candidate), _MAX_ERRORS)
        problems = tuple(problem for error in errors for problem in explain(error))
    distinct = sorted({problem.message: problem for problem in problems}.values(), key=_order)
    rest = len(distinct) - MAX_PROBLEMS
    left_out = (SchemaProblem.at((), f"{rest} more problems", "none; correct the first ones and validate again"),)
    return tuple(distinct[:MAX_PROBLEMS]) + (left_out if rest > 0 else ())


def _order(problem: SchemaProblem) -> tuple[list[str | int], str]:
    """Sort key: by path, indexes as numbers; digits are every other part, so that only like types are compared."""
    parts = re.split(r"([0-9]{1,9})", problem.path)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], problem.message
