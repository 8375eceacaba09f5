"""Requests: structure, metadata, and the rules of their CRD. Pure."""

from collections.abc import Iterator

from platform_status_contract.validation.explain import UNKNOWN_KEY
from platform_status_contract.validation.problems import Path
from platform_status_contract.validation.schemas import Schema

from .crd_rules import rule_findings
from .findings import Finding
from .located import Located
from .metadata import metadata_findings
from .openapi import judge

__all__ = ["request_findings"]


def request_findings(root: Located, schema: Schema) -> Iterator[Finding]:
    """Check a request.

    Args:
        root: The request.
        schema: The schema of its kind and version.
    """
    problems = judge(root.value, schema)
    yield from root.told(problems)
    about_metadata = list(metadata_findings(root))
    yield from about_metadata
    # A key too many is dropped before any rule is asked; everything else makes rules moot where it stands.
    wrong: set[Path] = {problem.keys for problem in problems if problem.found != UNKNOWN_KEY}
    # A rule about the name has nothing to add to what is known of the name.
    if any(told.path in ("metadata.name", "metadata.generateName") for told in about_metadata):
        wrong.add(("metadata", "name"))
    yield from rule_findings(root, schema, frozenset(wrong))
