"""Resolves a StatusContract for a request. Pure, and reports all problems at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.template import StatusContract
from platform_status_contract.model.template_parts import may_be_null
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.walk import Walk, know_variables
from platform_status_contract.validation import CONTRACT, STATUS, validate
from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.template.decode import decode, problem_of

__all__ = ["ROOTS", "Resolved", "check", "read_template", "resolve"]

ROOTS: Final = ("apiVersion", "kind", "metadata", "spec", "variables")
"""The names that an expression may use; not `status`, because the contract must not change with it."""

_FIX = "mend the template of the Promise, or the request"


class Resolved(Struct, frozen=True):
    """The keys that the pipeline writes into `.status`, as JSON values.

    Attributes:
        contract: Valid for the contract's schema, version and generation filled in.
        endpoints: Name -> URL.
        credentials: Name -> name of a Secret or an item.
    """

    contract: dict[str, Any]
    endpoints: dict[str, str]
    credentials: dict[str, str]


def read_template(document: object) -> StatusContract:
    """Decode a template.

    Args:
        document: A JSON value.

    Returns:
        The template.

    Raises:
        TemplateError: It is not a StatusContract; unknown fields are errors.
    """
    return decode(document, StatusContract, fix="see the schema statuscontract/v1")


def check(template: StatusContract) -> tuple[Problem, ...]:
    """Compile every expression of a template without a request.

    Args:
        template: The template.

    Returns:
        What is wrong, in the order of the template; empty if every expression compiles.
    """
    walk = Walk(ROOTS, None, fix=_FIX)
    _sections(walk, template, {})
    return tuple(walk.problems)


def resolve(
    template: StatusContract,
    request: Mapping[str, Any],
    constants: Mapping[str, str] | None = None,
    listed: Sequence[Mapping[str, Any]] = (),
) -> Resolved:
    """Resolve a template for one request.

    Args:
        template: The template.
        request: The request as it stands in the cluster; `metadata.generation` is needed.
        constants: Variables whose value is given from outside instead of by the template.
        listed: What the template's `outputs` became (`listed.list_outputs`).

    Returns:
        Contract, endpoints and credentials.

    Raises:
        TemplateError: Each problem names the path in the template, the expression and the cause.
    """
    walk = Walk(ROOTS, {name: request.get(name) for name in ROOTS if name in request}, fix=_FIX)
    contract, endpoints, credentials = _sections(walk, template, constants or {})
    walk.problems += _missing(walk.dropped)
    metadata = request.get("metadata")
    generation = metadata.get("generation") if isinstance(metadata, Mapping) else None
    if not isinstance(generation, int) or isinstance(generation, bool) or generation < 1:
        walk.problems.append(Problem("metadata.generation", f"found {generation}, expected a number from 1"))
    if walk.problems:
        raise TemplateError(walk.problems)
    if listed:
        contract["objects"] = [*contract.get("objects", ()), *map(dict, listed)]
    contract = {"version": "v1", "generation": generation, **contract}
    walk.problems += _against(CONTRACT, contract, "spec.contract")
    walk.problems += _against(STATUS, {"endpoints": endpoints, "credentials": credentials}, "spec")
    # The model knows what the schema cannot say; both are asked, the schema first because it tells everything.
    walk.problems += [] if walk.problems else _misfits(contract, Contract, "spec.contract")
    if walk.problems:
        raise TemplateError(walk.problems)
    return Resolved(contract, endpoints, credentials)


def _missing(dropped: Mapping[str, str]) -> list[Problem]:
    """Refuse a null that widens what is observed, or lowers what is required, without a word."""
    inside = ((path, path.removeprefix("spec.contract."), source) for path, source in dropped.items())
    return [
        Problem(path, f"${{{source}}} yields null, expected a value: null drops whole sources only", _FIX)
        for path, key, source in inside
        if key != path and not may_be_null(key)
    ]


def _against(schema: str, resolved: Mapping[str, Any], path: str) -> list[Problem]:
    """Hold what came out against its schema, whose sentences say what was expected."""
    return [
        Problem(f"{path}.{problem.path}", f"resolved, but {problem.message.removeprefix(f'{problem.path}: ')}", _FIX)
        for problem in validate(resolved, schema)
    ]


def _misfits(value: object, shape: Any, path: str) -> list[Problem]:  # noqa: ANN401 - a type, or an alias of one
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        return [problem_of(error, path, fix=_FIX)]
    return []


def _sections(
    walk: Walk, template: StatusContract, constants: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Resolve the variables, then the three sections."""
    spec = template.spec
    know_variables(walk, spec.variables, constants)
    contract = msgspec.to_builtins(spec.contract)
    contract.pop("outputs", None)  # literals, which the listed entries stand for
    return (
        walk.mapping(contract, "spec.contract"),
        walk.mapping(spec.endpoints, "spec.endpoints"),
        walk.mapping(spec.credentials, "spec.credentials"),
    )
