"""Requests of a kind that a CRD defines; `tests/cluster/validation` tells the same to the API server."""

import json

import pytest

from hctl.validation.check import SourceFile, check
from hctl.validation.findings import Finding, Severity
from tests.golden.crd_values import CASES, Case, crd, request

CRD = SourceFile("crd.yaml", json.dumps(crd()).encode())


def found_in(name: str, value: object) -> tuple[Finding, ...]:
    """What is found in an object with a value for the key of a case."""
    return check([SourceFile("request.yaml", json.dumps(request(name, value)).encode())], promises=[CRD]).findings


def is_refused(name: str, value: object) -> bool:
    return any(finding.severity is Severity.ERROR for finding in found_in(name, value))


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=list(CASES))
def test_each_value_is_accepted_or_refused_as_its_case_says(name: str, case: Case) -> None:
    assert [value for value in (*case.accepts, *case.passes) if is_refused(name, value)] == []
    assert [value for value in case.refuses if not is_refused(name, value)] == []


def test_the_crd_of_the_cases_is_valid() -> None:
    assert check([CRD]).findings == ()


@pytest.mark.parametrize(
    ("name", "value", "path", "said"),
    [
        ("null", {"size": None}, "size", "found null, expected a value, or no key: the API server drops the key"),
        (
            "null-for-a-default", {"size": None}, "size",
            'found null, expected a value, or no key: the API server takes the default "small"',
        ),
        ("null-for-a-required-key", {"size": None}, "size", "found nothing, expected a string"),
        ("null-in-a-list", [None], "[0]", "found null, expected a string"),
    ],
)  # fmt: skip
def test_a_finding_says_what_instead(name: str, value: object, path: str, said: str) -> None:
    where = f"spec.{name}{path if path.startswith('[') or not path else f'.{path}'}"
    assert [finding.message for finding in found_in(name, value)] == [f"{where}: {said}"]
