"""Reads the platform's policy: from a file, from the variable of its Promise, or the strict one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.read import VARIABLE, PolicyError, carried, read_policy, shipped_policy
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.yaml_text import YamlError, load
from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.kratix.folders import read_mapping
from platform_status_pipeline.surroundings import Surroundings

__all__ = ["policy_of", "policy_of_promise", "policy_of_text", "policy_of_variable"]


def policy_of(given: Surroundings, file: Path | None) -> Policy:
    """Read the policy that applies to a request.

    Args:
        given: What the container is given.
        file: File of the policy; None: the text in PLATFORM_POLICY, else the strict one.

    Raises:
        FolderError: The file cannot be read.
        TemplateError: It is not a valid policy: then nothing is written, because the bounds are unknown.
    """
    if file is not None:
        return _read(read_mapping(file))
    return policy_of_variable(given) or shipped_policy()


def policy_of_variable(given: Surroundings) -> Policy | None:
    """Read the policy in PLATFORM_POLICY; None if there is none.

    Raises:
        TemplateError: What is there is none.
    """
    text = given.environment.get(VARIABLE)
    return policy_of_text(text) if text else None


def policy_of_text(text: str) -> Policy:
    """Read the policy that a Promise carries.

    Raises:
        TemplateError: It is none.
    """
    try:
        return _read(load(text))
    except YamlError as error:
        problem = Problem(VARIABLE, f"not the YAML of one object: {error}", "mend the Promise")
        raise TemplateError([problem]) from error


def policy_of_promise(promise: Mapping[str, Any]) -> Policy | None:
    """Read the policy that a Promise carries; None if it carries none: its kind may be another platform's.

    Raises:
        TemplateError: What it carries is none.
    """
    texts = carried(promise)
    return policy_of_text(texts[0]) if texts else None


def _read(document: object) -> Policy:
    try:
        return read_policy(document)
    except PolicyError as error:
        raise TemplateError(
            [Problem(f"{VARIABLE}: {problem.field}", problem.cause, problem.fix) for problem in error.problems]
        ) from error
