"""The corpus of mistakes, told to the real API server: each case says what it answers, and that is what it answers."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.binaries import find_kubectl
from localplane.client import Client
from localplane.clusters import Cluster
from tests.cluster.truth.kubectl import Kubectl
from tests.golden.mistakes import Mistake, mistakes

from .server import REQUESTS, Server, documents_of

pytestmark = pytest.mark.cluster

TO_KUBECTL = (
    "anchor-and-alias",
    "good-time-without-quotes",
    "api-version-of-tomorrow",
    "field-misspelt",
    "good-everything",
    "good-json",
    "good-list",
    "good-list-of-its-kind",
    "good-stream",
    "indentation-uneven",
    "item-of-a-list-wrong",
    "key-twice",
    "key-twice-deep-inside",
    "kind-misspelt",
    "list-in-a-list-wrong",
    "list-of-its-kind-wrong",
    "name-that-kubectl-takes-for-true",
    "name-that-yaml-takes-for-true",
    "revision-like-a-float",
    "second-document-wrong",
    "tab",
    "version-that-loses-its-zero",
)
"""What is also said to a real kubectl, which has a parser of its own in front of the server's."""


REQUEST_CASES = mistakes("request")


def verdict(refusals: list[str]) -> str:
    return "refuses" if any(refusals) else "accepts"


def text_of(mistake: Mistake) -> str:
    return mistake.path.read_bytes().decode()


def test_each_request_is_answered_as_its_case_says(server: Server) -> None:
    told = {case.name: [server.request(document) for document in documents_of(text_of(case))] for case in REQUEST_CASES}
    assert all(told.values())
    answers = {name: verdict(refusals) for name, refusals in told.items()}
    assert answers == {case.name: case.expected.server for case in REQUEST_CASES}, told


def test_each_status_is_answered_as_its_case_says(server: Server, admin: Client, namespace: str) -> None:
    api, kind = REQUESTS
    admin.create(
        {
            "apiVersion": api,
            "kind": kind,
            "metadata": {"name": "media", "namespace": namespace},
            "spec": {"name": "media"},
        }
    )
    cases = mistakes("status")
    told = {case.name: server.status(text_of(case)) for case in cases}
    assert {name: verdict([refusal]) for name, refusal in told.items()} == {
        case.name: case.expected.server for case in cases
    }, told


def test_each_promise_brings_a_crd_that_is_answered_as_its_case_says(server: Server) -> None:
    told = {}
    cases = mistakes("promise")
    for case in cases:
        promise: Any = next(yaml.safe_load_all(text_of(case)))
        crd = promise.get("spec", {}).get("api")
        told[case.name] = server.crd(crd) if crd else ""
    assert {name: verdict([refusal]) for name, refusal in told.items()} == {
        case.name: case.expected.server for case in cases
    }, told


@pytest.mark.timeout(900)  # the first run on a machine builds kubectl
@pytest.mark.parametrize("name", TO_KUBECTL)
def test_kubectl_says_the_same_unless_its_case_says_otherwise(
    server: Server, installed: Cluster, namespace: str, tmp_path: Path, name: str
) -> None:
    (case,) = (case for case in REQUEST_CASES if case.path.stem == name)
    file = tmp_path / case.path.name
    file.write_bytes(server.moved(text_of(case)).encode())
    kubectl = Kubectl(find_kubectl(os.environ), installed, namespace, tmp_path / "cache")
    code, said = kubectl.run("apply", "--dry-run=server", "--validate=strict", f"--filename={file}")
    assert ("accepts" if code == 0 else "refuses") == (case.expected.kubectl or case.expected.server), said
