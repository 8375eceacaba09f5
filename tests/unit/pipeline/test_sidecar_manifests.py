"""The sidecar's manifests: what the parts of this repository become, and what a part may do."""

from typing import Any

import pytest

from platform_status_contract.policy.read import shipped_policy
from platform_status_pipeline import __version__
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.promise.facts import read_promise
from platform_status_pipeline.promise.manifests import Document, Parts, SidecarOptions, account_of, render_sidecar
from platform_status_pipeline.vcluster.names import Settings
from platform_status_sidecar.settings import SidecarSettings

from .promises import PARTS, ours, widget

OURS = read_promise(ours())
WIDGET = read_promise(widget())
SHARED = ["Namespace"]
"""Kinds that several Promises ship under the same name."""


def manifests(parts: Parts = PARTS, **options: Any) -> list[Document]:  # noqa: ANN401 - any option
    files = render_sidecar(parts, OURS, SidecarOptions(**options))
    return [document for documents in files.values() for document in documents]


def one(kind: str, **options: Any) -> Document:  # noqa: ANN401 - any option
    [found] = [document for document in manifests(**options) if document["kind"] == kind]
    return found


def container(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - any option
    found: dict[str, Any] = one("Deployment", **options)["spec"]["template"]["spec"]["containers"][0]
    return found


def kinds(**options: Any) -> list[str]:  # noqa: ANN401 - any option
    return sorted(document["kind"] for document in manifests(**options))


EVERYTHING: list[dict[str, Any]] = [
    {},
    {"replicas": 2},
    {"shards": 3},
    {"replicas": 2, "shards": 2, "service_monitor": True, "image_pull_secret": "x", "namespace": "y"},
]


# -- what is made


def test_what_is_made_by_default_and_what_only_if_asked_for() -> None:
    usual = ["ClusterRole", "ClusterRoleBinding", "Deployment", "Namespace", "NetworkPolicy"]
    usual += ["Role", "Role", "RoleBinding", "RoleBinding", "Service", "ServiceAccount"]
    assert kinds() == usual
    assert kinds(replicas=2) == sorted([*usual, "PodDisruptionBudget"])
    assert kinds(service_monitor=True) == sorted([*usual, "ServiceMonitor"])
    assert kinds(skip_namespace=True) == [kind for kind in usual if kind != "Namespace"]
    assert kinds(shards=2) == sorted([*usual, "Deployment"])
    assert kinds(shards=2, replicas=2) == sorted([*usual, "Deployment", *["PodDisruptionBudget"] * 2])


def test_every_object_is_called_after_the_promise_but_for_the_shared_namespace() -> None:
    for options in EVERYTHING:
        for document in manifests(**options):
            name = document["metadata"]["name"]
            assert name.startswith("vcluster-orchestrator-v2-status") == (document["kind"] not in SHARED), name


@pytest.mark.parametrize("options", EVERYTHING)
def test_no_object_has_the_label_by_which_kratix_deletes(options: dict[str, Any]) -> None:
    """Kratix deletes what carries it before the last request is gone (kratix.md section 1)."""
    for document in manifests(**options):
        assert not [key for key in document["metadata"].get("labels", {}) if key.startswith("kratix.io/")]


@pytest.mark.parametrize("options", EVERYTHING)
def test_no_two_promises_write_one_object_in_two_ways(options: dict[str, Any]) -> None:
    def identified(documents: list[Document]) -> dict[tuple[str, str], Document]:
        return {(document["kind"], document["metadata"]["name"]): document for document in documents}

    mine = identified(manifests(**options))
    files = render_sidecar(PARTS, WIDGET, SidecarOptions(**options))
    theirs = identified([document for documents in files.values() for document in documents])
    shared = mine.keys() & theirs.keys()
    assert {kind for kind, _ in shared} == set(SHARED)
    assert [mine[key] for key in shared] == [theirs[key] for key in shared]


def test_the_shared_namespace_is_never_pruned_and_holds_pods_to_the_restricted_standard() -> None:
    metadata = one("Namespace")["metadata"]
    assert metadata["name"] == "platform-status-system"
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert metadata["annotations"] == {
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        "argocd.argoproj.io/sync-wave": "-1",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
    }


def test_another_promise_is_served_without_a_line_of_code() -> None:
    files = render_sidecar(PARTS, WIDGET, SidecarOptions(replicas=2))
    [deployment] = files["deployment.yaml"]
    assert deployment["metadata"]["name"] == "widget-status"
    assert deployment["spec"]["template"]["spec"]["containers"][0]["args"] == [
        "--resource=widgets.v2.example.org",
        "--promise=widget",
        "--lease=platform-status-system/widget",
        "--leader-elect=true",
    ]
    [role] = [document for document in files["rbac.yaml"] if document["kind"] == "ClusterRole"]
    assert role["rules"][:2] == [
        {"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["example.org"], "resources": ["widgets/status"], "verbs": ["patch"]},
    ]
    assert "vcluster" not in str(files)


def test_the_resource_pipeline_gives_the_secret_to_the_account_that_is_made_here() -> None:
    account = one("ServiceAccount")["metadata"]
    assert Settings().sidecar_account == account["name"] == account_of("vcluster-orchestrator-v2")
    assert Settings().sidecar_namespace == account["namespace"]


# -- the Deployment


def test_limits_probes_and_rights_are_those_of_the_plan() -> None:
    found = container()
    assert found["image"] == f"REGISTRY.invalid/platform-status/sidecar:{__version__}"
    assert found["resources"] == {
        "requests": {"cpu": "10m", "memory": "32Mi"},
        "limits": {"cpu": "100m", "memory": "64Mi"},
    }
    paths = {name: found[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert found["securityContext"] == {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    pod = one("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == 65532
    assert pod["terminationGracePeriodSeconds"] >= 10 + 5 + 2 + 5
    assert "imagePullSecrets" not in pod
    private = one("Deployment", image_pull_secret="x")  # noqa: S106 - the name of one
    assert private["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "x"}]


def test_one_replica_is_replaced_before_its_successor_comes_and_does_not_elect() -> None:
    spec = one("Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert "topologySpreadConstraints" not in spec["template"]["spec"]
    assert container()["args"] == [
        "--resource=vclusterorchestratorv2s.v1alpha1.platform.integratn.tech",
        "--promise=vcluster-orchestrator-v2",
        "--lease=platform-status-system/vcluster-orchestrator-v2",
    ]
    assert lease_rule()["verbs"] == ["patch"]


def test_where_contracts_may_look_is_what_the_policy_says() -> None:
    files = render_sidecar(PARTS, OURS, SidecarOptions(), policy=shipped_policy())
    args = files["deployment.yaml"][0]["spec"]["template"]["spec"]["containers"][0]["args"]
    assert args[-1].startswith('--scope=["{namespace}", "{namespace}--*", "application:argocd/vcluster-{name}", ')
    [told] = files["scope.yaml"]
    assert told["metadata"]["name"] == f"{OURS.plural}.{OURS.group}"
    assert told["data"] == {"scope": args[-1].removeprefix("--scope="), "objects": ""}
    free = render_sidecar(PARTS, OURS, SidecarOptions(), policy=shipped_policy("single-tenant"))
    assert "--scope" not in str(free)
    assert "scope.yaml" not in free
    assert "admission.yaml" not in free
    assert "admission.yaml" not in render_sidecar(PARTS, OURS, SidecarOptions(admission=False), policy=shipped_policy())


def test_two_replicas_elect_spread_and_hold_a_drain_back() -> None:
    spec = one("Deployment", replicas=2)["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    assert container(replicas=2)["args"][-1] == "--leader-elect=true"
    assert lease_rule(replicas=2)["verbs"] == ["get", "patch"]
    [constraint] = spec["template"]["spec"]["topologySpreadConstraints"]
    labels = spec["template"]["metadata"]["labels"]
    budget = one("PodDisruptionBudget", replicas=2)["spec"]
    assert budget["maxUnavailable"] == 1
    for selector in (spec["selector"], constraint["labelSelector"], budget["selector"]):
        assert selector["matchLabels"].items() <= labels.items()


def lease_rule(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - any option
    [role] = [
        item for item in manifests(**options) if item["kind"] == "Role" and item["metadata"]["name"].endswith("s")
    ]
    [rule] = [rule for rule in role["rules"] if "resourceNames" in rule]
    assert isinstance(rule, dict)
    return rule


def test_each_shard_has_a_deployment_a_part_and_a_lease_of_its_own() -> None:
    deployments = [item for item in manifests(shards=3, replicas=2) if item["kind"] == "Deployment"]
    assert [item["metadata"]["name"] for item in deployments] == [
        f"vcluster-orchestrator-v2-status-{number}-of-3" for number in (1, 2, 3)
    ]
    assert [item["spec"]["template"]["spec"]["containers"][0]["args"][-1] for item in deployments] == [
        "--shard=1/3",
        "--shard=2/3",
        "--shard=3/3",
    ]
    selectors = [item["spec"]["selector"]["matchLabels"] for item in deployments]
    for own, item in zip(selectors, deployments, strict=True):
        labels = item["spec"]["template"]["metadata"]["labels"]
        assert [selector for selector in selectors if selector.items() <= labels.items()] == [own]
    leases = [f"vcluster-orchestrator-v2-{number}-of-3" for number in (1, 2, 3)]
    assert lease_rule(shards=3)["resourceNames"] == leases
    readers = [item for item in manifests(shards=3) if item["metadata"]["name"].endswith("-lease-reader")]
    assert readers[0]["rules"][0]["resourceNames"] == leases
    assert readers[0]["rules"][0]["verbs"] == ["get"]


def test_whoever_may_read_the_lease_may_read_where_contracts_may_look_and_no_other_config_map() -> None:
    [told] = render_sidecar(PARTS, OURS, SidecarOptions(namespace="y"), policy=shipped_policy())["scope.yaml"]
    assert told["metadata"]["namespace"] == "y"
    role, binding = (item for item in manifests() if item["metadata"]["name"].endswith("-lease-reader"))
    assert role["rules"][1] == {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": [f"{OURS.plural}.{OURS.group}"],
        "verbs": ["get"],
    }
    assert [subject["name"] for subject in binding["subjects"]] == ["system:authenticated"]


# -- the network


def test_one_port_in_and_names_and_api_server_out() -> None:
    spec = one("NetworkPolicy")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == [{"ports": [{"protocol": "TCP", "port": 8080}]}]
    out = {(port["protocol"], port["port"]) for rule in spec["egress"] for port in rule["ports"]}
    assert out == {("UDP", 53), ("TCP", 53), ("TCP", 443), ("TCP", 6443)}
    labels = one("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert spec["podSelector"]["matchLabels"].items() <= labels.items()


def test_who_comes_in_and_where_it_goes_is_the_platforms_to_say() -> None:
    spec = one("NetworkPolicy", scraped_from="monitoring", api_server=("10.0.0.1/32", "fd00::1/128"))["spec"]
    by_name = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    assert spec["ingress"] == [{"from": [{"namespaceSelector": by_name}], "ports": [{"protocol": "TCP", "port": 8080}]}]
    names, server = spec["egress"]
    assert [port["port"] for port in names["ports"]] == [53, 53]
    assert server["to"] == [{"ipBlock": {"cidr": "10.0.0.1/32"}}, {"ipBlock": {"cidr": "fd00::1/128"}}]
    assert "cidr" not in str(one("NetworkPolicy"))


def test_a_receiver_adds_one_way_out_an_argument_and_the_key_and_without_one_there_is_none_of_it() -> None:
    def pod(**options: Any) -> Any:  # noqa: ANN401 - any JSON
        return one("Deployment", **options)["spec"]["template"]["spec"]

    quiet = pod()
    assert "volumes" not in quiet
    assert "volumeMounts" not in quiet["containers"][0]
    assert "notify" not in str(quiet)
    assert len(one("NetworkPolicy")["spec"]["egress"]) == 2
    url = "https://hooks.example.com:8443/requests?team=a"
    told = pod(notify_url=url, notify_secret="keys")  # noqa: S106 - the name of one
    [container] = told["containers"]
    assert [argument for argument in container["args"] if "notify" in argument] == [f"--notify-url={url}"]
    assert told["volumes"] == [{"name": "notify", "secret": {"secretName": "keys", "optional": True}}]
    [mount] = container["volumeMounts"]
    assert mount == {"name": "notify", "mountPath": str(SidecarSettings().notify_folder), "readOnly": True}
    for given, port in ((url, 8443), ("https://hooks.example.com", 443), ("http://hooks.example.com/a", 80)):
        *usual, added = one("NetworkPolicy", notify_url=given)["spec"]["egress"]
        assert usual == one("NetworkPolicy")["spec"]["egress"]
        assert added == {"ports": [{"protocol": "TCP", "port": port}]}


def test_what_prometheus_scrapes_is_the_job_that_the_alerts_of_the_plan_name() -> None:
    monitor, service = one("ServiceMonitor", service_monitor=True), one("Service")
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "platform-status-reconciler"
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    [endpoint] = monitor["spec"]["endpoints"]
    assert endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
    assert (endpoint["path"], endpoint["honorLabels"]) == ("/metrics", True)
    assert service["spec"]["ports"][0]["targetPort"] in [port["name"] for port in container()["ports"]]


# -- what a part may do


def part(**metadata: Any) -> Document:  # noqa: ANN401 - any JSON
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${sidecar.name}", **metadata}}


def refused(*parts: Document) -> list[str]:
    with pytest.raises(RequestRefusedError) as caught:
        render_sidecar({"own.yaml": parts}, OURS, SidecarOptions())
    return [problem.line for problem in caught.value.problems]


def test_a_part_of_ones_own_knows_promise_request_sidecar_and_shards() -> None:
    text = "${promise.name} ${request.kind} ${request.resource} ${sidecar.namespace} ${size(shards)}"
    [made] = manifests({"own.yaml": [{**part(), "data": {"all": text, "none": "${null}"}}]})
    assert made["data"] == {
        "all": "vcluster-orchestrator-v2 VClusterOrchestratorV2 "
        "vclusterorchestratorv2s.v1alpha1.platform.integratn.tech platform-status-system 1"
    }


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (part(labels={"a": "${sidecar.nam}"}), "own.yaml[0] (ConfigMap).metadata.labels.a: ${sidecar.nam}: "),
        (part(labels={"a": "${secrets}"}), "own.yaml[0] (ConfigMap).metadata.labels.a: ${secrets}: "),
        (part(labels={"a": "${sidecar"}), "own.yaml[0] (ConfigMap).metadata.labels.a: the expression at character 1"),
        ({"kind": "ConfigMap"}, 'own.yaml: found kind "ConfigMap", name null, expected apiVersion, kind and'),
        ({}, "own.yaml: found kind null"),
        ({"metadata": 7}, "own.yaml: found kind null"),
        (part(labels={"kratix.io/promise-name": "x"}), "own.yaml: ConfigMap vcluster-orchestrator-v2-status has the"),
    ],
)
def test_what_is_wrong_with_a_part_is_told_with_its_place(document: Document, line: str) -> None:
    assert refused(document)[0].startswith(line), refused(document)


def test_one_object_twice_is_an_error() -> None:
    assert refused(part(), part())[0].startswith("own.yaml: ConfigMap vcluster-orchestrator-v2-status appears twice")


def test_rendering_changes_neither_parts_nor_itself() -> None:
    before = repr(PARTS)
    assert manifests(shards=3, replicas=2) == manifests(shards=3, replicas=2)
    assert repr(PARTS) == before
