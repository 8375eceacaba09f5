"""The Promise's CRDs on a real API server: what each rule refuses, and that every example is accepted."""

from collections.abc import Iterator
from typing import Any

import pytest

from localplane.client import Client, Object
from localplane.crds import install_crds
from platform_status_kube.errors import TransportError
from tests.unit.pipeline.requests import EXAMPLES, ROOT, read

pytestmark = pytest.mark.cluster

CRDS = ROOT / "promise" / "crds"
API = "platform.integratn.tech/v1alpha1"
KIND = "VClusterOrchestratorV2"
EGRESS = {"name": "db", "cidr": "10.0.7.0/24", "port": 5432}


@pytest.fixture
def crds(admin: Client) -> list[str]:
    return install_crds(admin, [CRDS])


def request(namespace: str, spec: dict[str, Any], name: str = "media") -> Object:
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"name": "media", **spec},
    }


def try_create(admin: Client, made: Object) -> Object:
    """Create an object without keeping it, unknown fields being errors as they are for kubectl."""
    path = f"/apis/{API}/namespaces/{made['metadata']['namespace']}/vclusterorchestratorv2s"
    answer = admin.request("POST", path, query={"dryRun": "All", "fieldValidation": "Strict"}, body=made)
    assert isinstance(answer, dict)
    return answer


def test_all_four_are_established(crds: list[str]) -> None:
    assert crds == [
        "argocdapplications.platform.integratn.tech",
        "argocdclusterregistrations.platform.integratn.tech",
        "argocdprojects.platform.integratn.tech",
        "vclusterorchestratorv2s.platform.integratn.tech",
    ]


@pytest.mark.usefixtures("crds")
@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.stem))
def test_every_example_is_accepted(admin: Client, namespace: str, file: Any) -> None:  # noqa: ANN401 - a Path, untyped by ids
    example = read(file)
    example["metadata"]["namespace"] = namespace
    assert try_create(admin, example)["spec"]["name"] == example["spec"]["name"]


@pytest.mark.usefixtures("crds")
def test_defaults_are_filled_in_where_their_section_is_given(admin: Client, namespace: str) -> None:
    assert try_create(admin, request(namespace, {}))["spec"] == {"name": "media"}
    sections = {"vcluster": {}, "exposure": {}, "argocdApplication": {}, "networkPolicies": {"extraEgress": [EGRESS]}}
    assert try_create(admin, request(namespace, sections))["spec"] == {
        "name": "media",
        "vcluster": {"k8sVersion": "v1.34.3", "preset": "dev", "isolationMode": "standard"},
        "exposure": {"apiPort": 443},
        "argocdApplication": {
            "repoURL": "https://charts.loft.sh",
            "chart": "vcluster",
            "targetRevision": "0.30.4",
            "destinationServer": "https://kubernetes.default.svc",
        },
        "networkPolicies": {"enableNFS": False, "extraEgress": [{**EGRESS, "protocol": "TCP"}]},
    }


@pytest.mark.usefixtures("crds")
def test_free_objects_keep_what_they_hold_null_too(admin: Client, namespace: str) -> None:
    free = {"a": {"b": [1, None, {"c": None}]}, "d": None}
    spec = {"vcluster": {"helmOverrides": free}, "argocdApplication": {"syncPolicy": free}}
    accepted = try_create(admin, request(namespace, spec))["spec"]
    assert accepted["vcluster"]["helmOverrides"] == accepted["argocdApplication"]["syncPolicy"] == free


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "a" * 43}, "spec.name: Too long: may not be more than 42 bytes"),
    ({"name": "1a"}, "spec.name in body should match"),
    ({"name": "Media"}, "spec.name in body should match"),
    ({"targetNamespace": "a.b"}, "spec.targetNamespace in body should match"),
    ({"projectName": "a" * 64}, "spec.projectName: Too long"),
    ({"vcluster": {"k8sVersion": "1.31"}}, 'spec.vcluster.k8sVersion: Unsupported value: "1.31"'),
    ({"vcluster": {"preset": "large"}}, 'spec.vcluster.preset: Unsupported value: "large"'),
    ({"vcluster": {"replicas": 0}}, "spec.vcluster.replicas in body should be greater than or equal to 1"),
    ({"vcluster": {"coredns": {"replicas": 0}}}, "spec.vcluster.coredns.replicas in body should be greater"),
    ({"vcluster": {"isolationMode": "none"}}, 'spec.vcluster.isolationMode: Unsupported value: "none"'),
    ({"vcluster": {"resources": {"limits": {"cpu": "2 cores"}}}}, "spec.vcluster.resources.limits.cpu in body should"),
    ({"vcluster": {"resources": {"limits": {"memory": -1}}}}, "spec.vcluster.resources.limits.memory in body should"),
    ({"vcluster": {"persistence": {"size": "0Gi"}}}, "spec.vcluster.persistence.size in body should match"),
    ({"exposure": {"hostname": "-a.b"}}, "spec.exposure.hostname in body should match"),
    ({"exposure": {"apiPort": 0}}, "spec.exposure.apiPort in body should be greater than or equal to 1"),
    ({"exposure": {"apiPort": 65536}}, "spec.exposure.apiPort in body should be less than or equal to 65535"),
    ({"exposure": {"subnet": "10.0.4.0/33"}}, "spec.exposure.subnet: Invalid value: subnet must be an IPv4 network"),
    ({"exposure": {"vip": "10.0.4.999"}}, "spec.exposure.vip: Invalid value: vip must be an IPv4 address"),
    ({"exposure": {"vip": "10.0.4.010"}}, "spec.exposure.vip: Invalid value: vip must be an IPv4 address"),
    (
        {"exposure": {"subnet": "10.0.4.0/24", "vip": "10.0.5.1"}},
        "spec.exposure.vip: Invalid value: vip must lie inside subnet",
    ),
    ({"exposure": {"subnet": "10.0.4.0/25"}}, "spec.exposure.subnet: Invalid value: subnet is too small"),
    (
        {"integrations": {"argocd": {"clusterLabels": {"bad key": "x"}}}},
        "spec.integrations.argocd.clusterLabels: Invalid value: keys must be label names",
    ),
    (
        {"integrations": {"argocd": {"clusterLabels": {"a": "bad value"}}}},
        "spec.integrations.argocd.clusterLabels.a in body should match",
    ),
    (
        {"argocdApplication": {"destinationServer": "ftp://x"}},
        "spec.argocdApplication.destinationServer in body should",
    ),
    (
        {"networkPolicies": {"extraEgress": [{**EGRESS, "cidr": "10.0.7.0/99"}]}},
        "spec.networkPolicies.extraEgress[0].cidr: Invalid value: cidr must be a network",
    ),
    ({"networkPolicies": {"extraEgress": [EGRESS, EGRESS]}}, "spec.networkPolicies.extraEgress[1]: Duplicate value"),
    (
        {"networkPolicies": {"extraEgress": [{**EGRESS, "protocol": "ICMP"}]}},
        'spec.networkPolicies.extraEgress[0].protocol: Unsupported value: "ICMP"',
    ),
    ({"exposre": {}}, 'unknown field "spec.exposre"'),
    (
        {"integrations": {"argocd": {"clusterAnnotations": {"a": "{{ .kubeconfig }}"}}}},
        "spec.integrations.argocd.clusterAnnotations.a: Invalid value",
    ),
]


@pytest.mark.usefixtures("crds")
@pytest.mark.parametrize(("spec", "message"), REFUSED)
def test_a_wrong_request_is_refused_at_apply_with_field_and_reason(
    admin: Client, namespace: str, spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(TransportError) as caught:
        try_create(admin, request(namespace, spec))
    assert message in caught.value.said


@pytest.mark.usefixtures("crds")
def test_a_name_with_a_dot_is_refused(admin: Client, namespace: str) -> None:
    with pytest.raises(TransportError, match=r"metadata\.name must be a DNS label"):
        try_create(admin, request(namespace, {}, name="a.b"))


IMMUTABLE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"name": "other"}, 'spec.name: Invalid value: "other": name cannot change'),
    (
        {"targetNamespace": "a"},
        {"targetNamespace": "b"},
        'spec.targetNamespace: Invalid value: "b": targetNamespace cannot',
    ),
    ({"targetNamespace": "a"}, {"targetNamespace": None}, "targetNamespace cannot be added or removed later"),
    ({}, {"targetNamespace": "a"}, "targetNamespace cannot be added or removed later"),
]


@pytest.mark.usefixtures("crds")
@pytest.mark.parametrize(("spec", "change", "message"), IMMUTABLE)
def test_what_would_orphan_everything_cannot_change(
    admin: Client, namespace: str, spec: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    admin.create(request(namespace, spec))
    with pytest.raises(TransportError) as caught:
        admin.patch(API, KIND, "media", {"spec": change}, namespace=namespace)
    assert message in caught.value.said
    admin.patch(API, KIND, "media", {"spec": {"vcluster": {"replicas": 2}}}, namespace=namespace)


def test_every_rule_in_cel_has_a_case_here() -> None:
    said = [*(message for _, message in REFUSED), *(message for *_, message in IMMUTABLE)]
    said.append("metadata.name must be a DNS label")
    (version,) = read(CRDS / "vclusterorchestratorv2s.yaml")["spec"]["versions"]
    messages = set(rules(version["schema"]["openAPIV3Schema"]))
    assert len(messages) == 10
    assert [message for message in messages if not any(message.startswith(tail(text)) for text in said)] == []


def tail(text: str) -> str:
    """The part of an expected message that comes from the rule itself."""
    return text.rpartition(": ")[2]


def rules(part: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a schema
    if isinstance(part, dict):
        yield from (rule["message"] for rule in part.get("x-kubernetes-validations", ()))
        for child in part.values():
            yield from rules(child)


@pytest.mark.usefixtures("crds")
def test_the_status_takes_whatever_its_writers_say(admin: Client, namespace: str) -> None:
    admin.create(request(namespace, {}))
    status = {"phase": "Ready", "health": {"since": {"firstReady": "2026-02-26T10:25:00Z"}}, "problems": []}
    patched = admin.patch(API, KIND, "media", {"status": status}, namespace=namespace, subresource="status")
    assert patched["status"] == status
