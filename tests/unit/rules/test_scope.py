"""Where a contract may look: every namespace that it names counts, and the policy's patterns decide."""

import msgspec
import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.policy.read import shipped_policy
from platform_status_contract.policy.scope import scope_of
from platform_status_contract.rules.scope import namespaces_in, out_of_scope
from tests.unit.schemas.policy.made import policy

CONTRACT = {
    "version": "v1",
    "generation": 1,
    "displayName": "VCluster",
    "name": "media",
    "application": {"namespace": "argocd", "name": "vcluster-media"},
    "subApplications": {"namespace": "argocd-apps", "namespaces": ["team-a"], "destination": {"names": ["media"]}},
    "workloads": {"namespace": "vcluster-media", "selector": {"matchLabels": {"namespace": "no-namespace"}}},
    "secrets": [{"role": "kubeconfig", "namespace": "vault", "name": "kubeconfig"}],
    "objects": [
        {
            "name": "database",
            "apiVersion": "example.org/v1",
            "kind": "Database",
            "resource": "databases",
            "scope": "Namespaced",
            "namespace": "data",
            "object": "media",
        }
    ],
}
GROUP, KIND = "platform.integratn.tech", "VClusterOrchestratorV2"


def contract(**changed: object) -> Contract:
    return msgspec.convert({**CONTRACT, **changed}, Contract)


def test_every_namespace_of_a_contract_counts() -> None:
    assert sorted(namespaces_in(contract())) == ["argocd", "argocd-apps", "data", "team-a", "vault", "vcluster-media"]


@pytest.mark.parametrize(
    ("scope", "beyond"),
    [
        (None, ""),
        (("argocd*", "vault", "data", "team-a", "{namespace}"), ""),
        (("argocd*", "vault", "data", "team-a", "vcluster-{request}"), ""),
        (("argocd*", "data", "team-a", "{namespace}"), "vault"),
        (("argocd", "vault", "data", "team-a", "{namespace}"), "argocd-apps"),
        (("argocd*", "vault", "data", "{namespace}"), "team-a"),
        ((), "argocd"),
    ],
)
def test_a_contract_looks_no_further_than_its_scope(scope: tuple[str, ...] | None, beyond: str) -> None:
    said = out_of_scope(contract(), scope, "vcluster-media", "media")
    assert said == (
        f"it looks at the namespace {beyond}, which the platform's policy lets no request in vcluster-media do"
        if beyond
        else ""
    )


def test_the_scope_is_that_of_the_kind_and_the_targets_of_the_names() -> None:
    strict, free = shipped_policy(), shipped_policy("single-tenant")
    assert scope_of(strict, GROUP, KIND) == ("argocd", "{namespace}", "{namespace}--*")
    assert scope_of(free, GROUP, KIND) is None
    assert scope_of(strict, GROUP, "Widget") is None
    legacy = [{"namespace": "a", "name": "m", "targetNamespace": "old"}, {"namespace": "a", "name": "n"}]
    names = {
        "shortNames": "RequestsNamespace",
        "requestsNamespace": "r",
        "targetNamespaces": ["s"],
        "legacyNames": legacy,
    }
    made = policy(names=names)
    assert scope_of(made, GROUP, KIND) is None
    kinds = [{"group": GROUP, "kind": KIND, "bounds": [{"path": "spec", "type": "free"}], "observes": ["argocd"]}]
    made = policy(names=names, kinds=kinds)
    assert scope_of(made, GROUP, KIND) == ("argocd", "s", "old", "vcluster-{request}")


def test_the_contracts_of_the_examples_stay_inside() -> None:
    scope = scope_of(shipped_policy(), GROUP, KIND)
    own = contract(
        subApplications={"namespace": "argocd", "destination": {"names": ["media"]}},
        secrets=[{"role": "kubeconfig", "namespace": "vcluster-media", "name": "kubeconfig"}],
        objects=[],
    )
    assert out_of_scope(own, scope, "vcluster-media", "media") == ""
    assert "vcluster-media" in out_of_scope(own, scope, "team-b", "media")
