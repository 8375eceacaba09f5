"""The admission policy on a real API server: what it refuses, what it lets pass, and what is older than itself."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from localplane.client import Client, Object
from localplane.crds import install_crds
from localplane.plane import ControlPlane
from platform_status_contract.model.policy import PipelineAccounts
from platform_status_contract.policy.judge import judge
from platform_status_contract.policy.read import shipped_policy
from platform_status_kube.errors import NotFoundError, TransportError
from tests.examples import examples
from tests.unit.pipeline.admitting import PROMISE, Admission
from tests.unit.pipeline.asking import asked
from tests.unit.pipeline.requests import EXAMPLES, ROOT, read

pytestmark = pytest.mark.cluster

KRATIX = "system:serviceaccount:kratix-platform-system:kratix-platform-controller-manager"
_SHIPPED = shipped_policy()
STRICT = replace(_SHIPPED, spec=replace(_SHIPPED.spec, pipeline_accounts=PipelineAccounts((KRATIX,))))
"""The strict policy, with the rule about accounts that a platform takes in by itself."""

API, KIND = "platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2"
REPLICAS = "spec.vcluster.replicas"
BY_POLICY = "ValidatingAdmissionPolicy 'vcluster-orchestrator-v2-bounds'"
HOSTILE = sorted((ROOT / "tests/golden/pipeline").glob("refused-by-policy-*/request.yaml"))
_PATIENCE = 60.0


def namespaces() -> set[str]:
    made = [read(file)["metadata"]["namespace"] for file in (*EXAMPLES, *HOSTILE)]
    return {*made, "old-team", "requests", "vcluster-shop", "team-b", "team-b--x", "vcluster-relic"}


def request(namespace: str, **spec: Any) -> Object:  # noqa: ANN401 - any JSON
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {"name": "relic", "namespace": namespace},
        "spec": {"name": "relic"} | spec,
    }


def project(name: str) -> Object:
    """A sub-request, as the pipeline writes one."""
    return {
        "apiVersion": API,
        "kind": "ArgoCDProject",
        "metadata": {"name": name, "namespace": "team-b"},
        "spec": {
            "name": name,
            "namespace": "argocd",
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
        },
    }


def create(admin: Client, made: Object) -> Object:
    """Create without keeping."""
    path = f"/apis/{API}/namespaces/{made['metadata']['namespace']}/{PROMISE.plural}"
    answer = admin.request("POST", path, query={"dryRun": "All", "fieldValidation": "Strict"}, body=made)
    assert isinstance(answer, dict)
    return answer


@pytest.fixture(scope="module")
def admin() -> Iterator[Client]:
    """A control plane with two requests that are older than the policy, and then the policy."""
    with ControlPlane() as plane:
        install_crds(plane.admin, [ROOT / "promise" / "crds"])
        for name in namespaces():
            if name != "default":
                plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        plane.admin.create(request("vcluster-relic", vcluster={"replicas": 9}))
        plane.admin.create(request("old-team", targetNamespace="openshift-config"))
        plane.admin.create(project("older"))
        for made in Admission(STRICT).objects:
            plane.admin.apply(made)
        until = time.monotonic() + _PATIENCE
        while not refused_by_policy(plane.admin, request("team-b")):
            assert time.monotonic() < until, "the admission policy is not in force"
            time.sleep(0.2)
        yield plane.admin


def answer(admin: Client, made: Object) -> str:
    """What the server says of a request; empty if it takes it."""
    try:
        create(admin, made)
    except TransportError as error:
        return error.said
    return ""


def refused_by_policy(admin: Client, made: Object) -> str:
    """What the admission policy says of a request that the CRD lets pass; empty if it is admitted."""
    said = answer(admin, made)
    assert not said or BY_POLICY in said, said
    return said


def test_the_server_finds_nothing_wrong_with_the_policy(admin: Client) -> None:
    found = admin.get("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "vcluster-orchestrator-v2-bounds")
    assert len(found["spec"]["validations"]) > 90
    assert all(rule["messageExpression"] for rule in found["spec"]["validations"])


@pytest.mark.parametrize("file", HOSTILE, ids=lambda file: str(file.parent.name))
def test_a_hostile_request_is_refused_at_apply(admin: Client, file: Any) -> None:  # noqa: ANN401 - a Path
    assert Admission(STRICT).refusals(read(file))[0] in refused_by_policy(admin, read(file))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.stem))
def test_every_example_is_admitted(admin: Client, file: Any) -> None:  # noqa: ANN401 - a Path
    assert refused_by_policy(admin, read(file)) == ""


def test_a_request_older_than_the_policy_is_labelled_rerun_and_edited_into_the_bounds(admin: Client) -> None:
    def patch(change: dict[str, Any], subresource: str | None = None) -> Object:
        return admin.patch(API, KIND, "relic", change, namespace="vcluster-relic", subresource=subresource)

    rerun = {"kratix.io/manual-reconciliation": "true"}
    patch({"metadata": {"labels": rerun, "annotations": {"kratix.io/trace": "a"}}})
    patch({"metadata": {"labels": dict.fromkeys(rerun)}})
    patch({"metadata": {"finalizers": ["kratix.io/work-cleanup"]}})
    patch({"status": {"phase": "Scheduled", "message": "Pending"}}, "status")
    for outside in (
        {"spec": {"vcluster": {"replicas": 8}}},
        {"spec": {"exposure": {"apiPort": 443}}},
        {"metadata": {"annotations": {"platform.integratn.tech/reconcile-at": "now"}}},
    ):
        with pytest.raises(
            TransportError, match=r"vcluster\.replicas: found [89], expected a whole number from 1 to 5"
        ):
            patch(outside)
    assert patch({"spec": {"vcluster": {"replicas": 3}}})["spec"]["vcluster"]["replicas"] == 3
    patch({"metadata": {"annotations": {"platform.integratn.tech/reconcile-at": "now"}}})


def test_a_request_that_stays_outside_the_policy_is_deleted_with_its_finalizers(admin: Client) -> None:
    admin.patch(API, KIND, "relic", {"metadata": {"finalizers": ["kratix.io/work-cleanup"]}}, namespace="old-team")
    admin.delete(API, KIND, "relic", namespace="old-team")
    admin.patch(API, KIND, "relic", {"metadata": {"labels": {"a": "b"}}}, namespace="old-team")
    admin.patch(API, KIND, "relic", {"metadata": {"finalizers": []}}, namespace="old-team")
    assert admin.find(API, KIND, "relic", namespace="old-team") is None


def test_an_upgrade_of_the_promise_goes_through_beside_a_request_that_its_policy_forbids(admin: Client) -> None:
    """What Kratix does to each request after an edit of the Promise: labels, finalizers, status; never the spec."""
    admin.create(request("vcluster-shop", name="shop", vcluster={"replicas": 5}))
    kinds = tuple(
        replace(
            kind, bounds=tuple(replace(bound, maximum=3) if bound.path == REPLICAS else bound for bound in kind.bounds)
        )
        for kind in STRICT.spec.kinds
    )
    upgraded = Admission(replace(STRICT, spec=replace(STRICT.spec, kinds=kinds)), replace(PROMISE, name="upgraded"))
    another = request("vcluster-shop", name="shop", vcluster={"replicas": 5})
    another["metadata"]["name"] = "another"

    def await_verdict(*, refused: bool) -> None:
        until = time.monotonic() + _PATIENCE
        while bool(answer(admin, another)) is not refused:
            assert time.monotonic() < until
            time.sleep(0.2)

    def patch(change: dict[str, Any], subresource: str | None = None) -> Object:
        return admin.patch(API, KIND, "relic", change, namespace="vcluster-shop", subresource=subresource)

    install_crds(admin, [ROOT / "promise" / "crds"])
    try:
        for made in upgraded.objects:
            admin.apply(made)
        await_verdict(refused=True)
        patch({"metadata": {"labels": {"kratix.io/manual-reconciliation": "true"}, "finalizers": ["kratix.io/a"]}})
        patch({"status": {"phase": "Failed", "message": "replicas", "problems": ["replicas"]}}, "status")
        patch({"metadata": {"labels": {"kratix.io/manual-reconciliation": None}}})
        with pytest.raises(TransportError, match="expected a whole number from 1 to 3"):
            patch({"spec": {"vcluster": {"replicas": 4}}})
        assert patch({"spec": {"vcluster": {"replicas": 3}}})["spec"]["vcluster"]["replicas"] == 3
        admin.delete(API, KIND, "relic", namespace="vcluster-shop")
        patch({"metadata": {"finalizers": []}})
    finally:
        for made in reversed(upgraded.objects):
            admin.delete(made["apiVersion"], made["kind"], made["metadata"]["name"], missing_ok=True)
        await_verdict(refused=False)
    assert admin.find(API, KIND, "relic", namespace="vcluster-shop") is None


def test_a_sub_request_is_made_by_the_accounts_of_gitops_alone(admin: Client) -> None:
    until = time.monotonic() + _PATIENCE
    said = ""
    while "expected to be made by system:serviceaccount:argocd:argocd-application-controller" not in said:
        assert time.monotonic() < until, said
        with contextlib.suppress(NotFoundError):
            admin.delete(API, "ArgoCDProject", "mine", namespace="team-b")
        try:
            admin.create(project("mine"))
        except TransportError as error:
            said = error.said
    admin.patch(API, "ArgoCDProject", "older", {"metadata": {"finalizers": ["kratix.io/a"]}}, namespace="team-b")
    with pytest.raises(TransportError, match="which is the rule subRequests of the platform's policy strict"):
        admin.patch(API, "ArgoCDProject", "older", {"spec": {"description": "x"}}, namespace="team-b")
    admin.delete(API, "ArgoCDProject", "older", namespace="team-b")
    admin.patch(API, "ArgoCDProject", "older", {"metadata": {"finalizers": []}}, namespace="team-b")


def test_a_pod_with_the_account_of_a_pipeline_is_made_by_kratix_alone(admin: Client) -> None:
    def pod(account: str) -> Object:
        return {"serviceAccountName": account, "containers": [{"name": "c", "image": "REGISTRY.invalid/x:1"}]}

    def tried(api_version: str, kind: str, spec: Object) -> str:
        body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}
        try:
            admin.request("POST", admin.collection(api_version, kind, "team-b"), query={"dryRun": "All"}, body=body)
        except TransportError as error:
            return str(error.said)
        return ""

    theirs = "vcluster-orchestrator-v2-resource-configure-configure"
    until = time.monotonic() + _PATIENCE
    while "which is the rule pipelineAccounts" not in tried("v1", "Pod", pod(theirs)):
        assert time.monotonic() < until
        time.sleep(0.2)
    said = tried("batch/v1", "Job", {"template": {"spec": {**pod(theirs), "restartPolicy": "Never"}}})
    assert "which is the rule pipelineAccounts of the platform's policy strict" in said
    assert "rule" not in tried("v1", "Pod", pod("default"))


def test_the_server_and_the_evaluator_agree(admin: Client) -> None:
    """Whatever the CRD lets pass, the policy admits just what the evaluator finds nothing wrong with."""
    bounds = STRICT.bounds_of(PROMISE.group, PROMISE.kind)
    assert bounds is not None
    judged = {True: 0, False: 0}

    @given(made=asked(bounds, strange=False))
    @settings(max_examples=examples(150), deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    def agree(made: Object) -> None:
        said = answer(admin, made)
        if said and BY_POLICY not in said:
            return  # the CRD refuses it
        judged[bool(said)] += 1
        assert bool(judge(STRICT, made)) is bool(said), (made, said)

    agree()
    assert all(judged.values()), judged


def test_values_of_any_shape_in_free_fields_are_judged_without_an_error(admin: Client) -> None:
    stateful: dict[str, Any] = {"controlPlane": {"statefulSet": [{}]}}
    odds: list[dict[str, Any]] = [{}, {"controlPlane": None}, {"controlPlane": "text"}, stateful, {"x": 1}]
    for odd in odds:
        made = request("vcluster-relic", vcluster={"helmOverrides": odd})
        made["metadata"]["name"] = "another"
        said = refused_by_policy(admin, made)
        assert "expression" not in said, said
        assert bool(said) == bool(judge(STRICT, made)), (odd, said)
