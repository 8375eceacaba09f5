"""What `hctl validate` passes the real API server accepts; what we refuse beyond it we refuse for a known reason."""

import os
from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hctl.validation.check import SourceFile, check
from hctl.validation.findings import Finding, Severity
from platform_status_contract.policy.read import shipped_policy
from tests.golden.mistakes import mistakes

from .made import requests_by_schema, requests_with_a_mistake
from .server import Server

FREE = shipped_policy("single-tenant")

pytestmark = pytest.mark.cluster

STRICTER = {
    place.rule
    for case in mistakes("request")
    if case.expected.server == "accepts"
    for place in case.expected.findings
    if place.rule not in ("schema", "typo")
}
"""Rules by which we refuse what the server accepts; each has a case that says why."""

_AT_LEAST = 10
"""Of each verdict, or the property would say little."""


def errors_in(text: str) -> list[Finding] | None:
    """What is wrong with a request; None if it is of no kind that we know, which is no promise about it."""
    report = check([SourceFile("made.yaml", text.encode())], policy=FREE)
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    known = report.documents and all(finding.rule != "unknown-kind" for finding in report.findings)
    return errors if known else None


@pytest.mark.parametrize(
    ("strategy", "examples"),
    [(requests_by_schema, 100), (requests_with_a_mistake, 250)],
    ids=["made-by-the-schema", "with-a-mistake"],
)
def test_what_passes_is_accepted_and_what_is_refused_beyond_that_has_a_reason(
    server: Server, strategy: st.SearchStrategy[dict[str, Any]], examples: int
) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize="EXPLORE"
        not in os.environ,  # a check says the same twice; EXPLORE=1 looks for what it has not seen
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def agree(request: dict[str, Any]) -> None:
        text = server.moved(yaml.safe_dump(request, sort_keys=False))
        errors = errors_in(text)
        refusal = server.request(text)
        seen["passed" if errors == [] else "refused"] += 1
        seen["accepted" if not refusal else "not accepted"] += 1
        if errors == []:
            assert not refusal, f"{refusal}\n{text}"
        elif errors is None:
            assert refusal, text
        elif not refusal:
            assert {finding.rule for finding in errors} <= STRICTER, [finding.message for finding in errors]

    agree()
    assert seen["passed"] >= _AT_LEAST, seen
    assert seen["refused"] >= _AT_LEAST, seen
    assert seen["accepted"] >= _AT_LEAST, seen
    assert seen["not accepted"] >= _AT_LEAST, seen
