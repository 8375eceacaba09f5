"""The plan for a request: what is made, and what is refused."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from platform_status_contract.model.lookup import under
from platform_status_contract.model.policy import Policy
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION
from platform_status_contract.policy.read import shipped_policy
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.yaml_text import dump
from platform_status_pipeline.errors import RequestRefusedError, TemplateError
from platform_status_pipeline.template.resolve import read_template, resolve
from platform_status_pipeline.vcluster.names import Settings
from platform_status_pipeline.vcluster.plan import FILES, Plan, make_plan
from tests.examples import examples

from .chart import chart_folder, controllers, values_schema, workload_kind
from .requests import EXAMPLES, TEMPLATE, example, in_cluster, read, request, requests

FREE, STRICT = shipped_policy("single-tenant"), shipped_policy()
TEMPLATE_DOCUMENT = read_template(read(TEMPLATE))
TABLES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("plan.yaml").read_text("utf-8"))
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def plan(document: dict[str, Any], policy: Policy = FREE) -> Plan:
    return make_plan(document, Settings(), policy)


def values_of(document: dict[str, Any]) -> dict[str, Any]:
    (application,) = plan(document).files["argocd-application.yaml"]
    values = application["spec"]["source"]["helm"]["valuesObject"]
    assert isinstance(values, dict)
    return values


def spec_of(document: dict[str, Any], file: str, policy: Policy = FREE) -> dict[str, Any]:
    (found,) = plan(document, policy).files[file]
    assert isinstance(found["spec"], dict)
    return found["spec"]


def refusals(document: dict[str, Any]) -> list[str]:
    with pytest.raises(RequestRefusedError) as caught:
        plan(document)
    return [problem.line for problem in caught.value.problems]


# -- presets and fields


@pytest.mark.parametrize(
    ("preset", "replicas", "requests_", "limits", "claim", "coredns"),
    [
        ("dev", 1, ("200m", "768Mi"), ("1000m", "1536Mi"), {"enabled": False}, 1),
        ("prod", 3, ("500m", "1Gi"), ("2", "2Gi"), {"enabled": True, "size": "10Gi"}, 2),
    ],
)
def test_a_preset_decides_what_the_request_leaves_open(
    preset: str,
    replicas: int,
    requests_: tuple[str, str],
    limits: tuple[str, str],
    claim: dict[str, Any],
    coredns: int,
) -> None:
    control_plane = values_of(request(vcluster={"preset": preset}))["controlPlane"]
    stateful_set = control_plane["statefulSet"]
    assert stateful_set["highAvailability"] == {"replicas": replicas}
    assert stateful_set["resources"] == {
        "requests": dict(zip(("cpu", "memory"), requests_, strict=True)),
        "limits": dict(zip(("cpu", "memory"), limits, strict=True)),
    }
    assert stateful_set["persistence"] == {"volumeClaim": claim}
    assert control_plane["coredns"]["deployment"] == {"replicas": coredns}


def test_without_a_preset_it_is_dev() -> None:
    assert values_of(request()) == values_of(request(vcluster={"preset": "dev"}))


def test_each_field_alone_overrides_the_preset() -> None:
    document = request(
        vcluster={
            "preset": "prod",
            "replicas": 1,
            "resources": {"requests": {"cpu": 1}, "limits": {"memory": "4Gi"}},
            "persistence": {"enabled": True, "storageClass": "fast"},
            "coredns": {"replicas": 5},
            "networking": {"clusterDomain": "media.local"},
            "k8sVersion": "1.32",
        }
    )
    values = values_of(document)
    control_plane = values["controlPlane"]
    assert control_plane["statefulSet"] == {
        "highAvailability": {"replicas": 1},
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "4Gi"}},
        "persistence": {"volumeClaim": {"enabled": True, "size": "10Gi", "storageClass": "fast"}},
    }
    assert control_plane["coredns"]["deployment"] == {"replicas": 5}
    assert control_plane["distro"]["k8s"]["image"] == {"tag": "v1.32.1"}
    assert values["networking"]["advanced"]["clusterDomain"] == "media.local"


def test_several_replicas_get_a_deployed_etcd_because_the_embedded_database_allows_one() -> None:
    assert "backingStore" not in values_of(request())["controlPlane"]
    store = values_of(request(vcluster={"replicas": 2}))["controlPlane"]["backingStore"]
    assert under(store, "etcd", "deploy", "enabled") is True
    assert under(store, "etcd", "deploy", "statefulSet", "highAvailability", "replicas") == 3
    assert under(store, "etcd", "deploy", "statefulSet", "persistence", "volumeClaim", "enabled") is False


def test_a_backing_store_of_the_users_own_is_taken_as_it_is() -> None:
    own = {"database": {"external": {"enabled": True, "dataSource": "postgres://x"}}}
    document = request(vcluster={"replicas": 3, "backingStore": own})
    assert values_of(document)["controlPlane"]["backingStore"] == own


def test_strict_isolation_turns_the_charts_policies_on() -> None:
    assert "policies" not in values_of(request(vcluster={"isolationMode": "standard"}))
    assert values_of(request(vcluster={"isolationMode": "strict"}))["policies"] == {
        "resourceQuota": {"enabled": True},
        "limitRange": {"enabled": True},
        "networkPolicy": {"enabled": True},
        "podSecurityStandard": "baseline",
    }


def test_helm_overrides_are_merged_last_and_deeply() -> None:
    overrides = {
        "controlPlane": {
            "service": {"spec": {"type": "ClusterIP"}},
            "statefulSet": {"highAvailability": {"replicas": 2}},
        },
        "telemetry": {"enabled": False},
    }
    values = values_of(request(vcluster={"helmOverrides": overrides}))
    assert values["telemetry"] == {"enabled": False}
    assert values["controlPlane"]["service"]["spec"]["type"] == "ClusterIP"
    assert values["controlPlane"]["service"]["spec"]["ports"][0]["port"] == 443
    assert values["controlPlane"]["statefulSet"]["highAvailability"] == {"replicas": 2}
    assert under(values, "controlPlane", "backingStore", "etcd", "deploy", "enabled") is True


# -- exposure


@pytest.mark.parametrize(
    ("exposure", "annotations", "url", "vip"),
    [
        ({}, {}, "https://media.integratn.tech:443", None),
        (
            {"apiPort": 6443},
            {"platform.integratn.tech/base-domain": "example.com"},
            "https://media.example.com:6443",
            None,
        ),
        ({"hostname": "api.example.com"}, {}, "https://api.example.com:443", None),
        ({"subnet": "10.0.4.0/24"}, {}, "https://media.integratn.tech:443", "10.0.4.200"),
        ({"subnet": "10.0.4.77/16"}, {}, "https://media.integratn.tech:443", "10.0.0.200"),
        ({"subnet": "10.0.4.0/24", "vip": "10.0.4.9"}, {}, "https://media.integratn.tech:443", "10.0.4.9"),
        ({"vip": "10.9.9.9"}, {}, "https://media.integratn.tech:443", "10.9.9.9"),
    ],
)
def test_the_address_is_derived_from_what_is_given(
    exposure: dict[str, Any], annotations: dict[str, str], url: str, vip: str | None
) -> None:
    document = request(exposure=exposure)
    document["metadata"]["annotations"] = annotations
    service = values_of(document)["controlPlane"]["service"]["spec"]
    assert service.get("loadBalancerIP") == vip
    assert {443, int(url.rsplit(":", 1)[1])} == {port["port"] for port in service["ports"]}
    registered = spec_of(document, "argocd-cluster-registration.yaml")
    assert registered["externalServerURL"] == url
    assert resolve(TEMPLATE_DOCUMENT, document).endpoints["api"] == url
    sans = values_of(document)["controlPlane"]["proxy"]["extraSANs"]
    assert sans == [url.removeprefix("https://").rsplit(":", 1)[0], *([vip] if vip else [])]


# -- the promised Secret


def promised(document: dict[str, Any]) -> dict[str, Any]:
    first = values_of(document)["exportKubeConfig"]["additionalSecrets"][0]
    assert isinstance(first, dict)
    return first


def test_the_chart_writes_the_secret_that_the_status_promises() -> None:
    document = request(exposure={"apiPort": 6443})
    result = resolve(TEMPLATE_DOCUMENT, document)
    assert promised(document) == {
        "name": result.credentials["kubeconfigSecret"],
        "namespace": result.contract["secrets"][0]["namespace"],
        "server": result.endpoints["api"],
    }
    registered = spec_of(document, "argocd-cluster-registration.yaml")
    assert registered["kubeconfigSecret"] == result.credentials["kubeconfigSecret"]
    assert registered["kubeconfigKey"] == "config"


def test_settings_beside_the_list_reach_the_promised_secret() -> None:
    export = {"context": "media", "insecure": True, "serviceAccount": {"name": "argocd"}}
    found = promised(request(vcluster={"exportKubeConfig": export}))
    assert {key: found[key] for key in export} == export


def test_further_secrets_of_the_user_stay_behind_the_promised_one() -> None:
    other = {"name": "other", "context": "x"}
    document = request(vcluster={"exportKubeConfig": {"additionalSecrets": [other]}})
    secrets = values_of(document)["exportKubeConfig"]["additionalSecrets"]
    assert [secret["name"] for secret in secrets] == ["vcluster-media-kubeconfig", "other"]
    assert secrets[1] == other


def test_the_users_own_entry_for_the_promised_secret_is_completed_not_doubled() -> None:
    own = {"name": "vcluster-media-kubeconfig", "server": "https://internal:443"}
    document = request(vcluster={"exportKubeConfig": {"additionalSecrets": [own]}})
    assert values_of(document)["exportKubeConfig"]["additionalSecrets"] == [{**own, "namespace": "vcluster-media"}]


def test_helm_overrides_cannot_lose_the_promised_secret() -> None:
    lossy: tuple[dict[str, Any], ...] = (
        {"exportKubeConfig": {"additionalSecrets": [{"name": "mine"}]}},
        {"exportKubeConfig": {"additionalSecrets": []}},
        {"exportKubeConfig": {"additionalSecrets": None}},
    )
    for overrides in lossy:
        assert promised(request(vcluster={"helmOverrides": overrides}))["name"] == "vcluster-media-kubeconfig"


# -- names, sub-requests, RBAC


def test_the_name_of_the_request_and_spec_name_may_differ() -> None:
    document = example("real-life")
    document["metadata"]["name"] = "anything"
    files = plan(document).files
    (application,) = files["argocd-application.yaml"]
    assert application["metadata"]["name"] == application["spec"]["name"] == "vcluster-vcluster-media"
    assert application["spec"]["source"]["helm"]["releaseName"] == "vcluster-media"
    assert application["metadata"]["labels"]["platform.integratn.tech/request"] == "anything"
    contract = resolve(TEMPLATE_DOCUMENT, document).contract
    assert contract["name"] == "vcluster-media"
    assert contract["application"]["name"] == "vcluster-vcluster-media"


def test_the_application_carries_the_generation_that_the_contract_compares() -> None:
    document = request()
    annotations = spec_of(document, "argocd-application.yaml")["annotations"]
    contract = resolve(TEMPLATE_DOCUMENT, document).contract
    assert annotations[contract["application"]["generationAnnotation"]] == "3" == str(contract["generation"])


def test_the_application_names_the_request_that_it_is_written_for() -> None:
    document = request()
    owner = f"{document['metadata']['namespace']}/{document['metadata']['name']}"
    assert spec_of(document, "argocd-application.yaml")["annotations"][OWNER_ANNOTATION] == owner


def test_sync_waves_put_the_project_first() -> None:
    files = plan(request()).files
    waves = {
        file: files[file][0]["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]
        for file in files
        if "argocd" in file
    }
    assert waves == {
        "argocd-project.yaml": "-1",
        "argocd-application.yaml": "0",
        "argocd-cluster-registration.yaml": "0",
    }


def test_the_project_allows_the_target_namespace_and_the_repositories_of_the_policy_only() -> None:
    spec = spec_of(example("real-life"), "argocd-project.yaml", STRICT)
    assert spec["sourceRepos"] == ["https://charts.loft.sh"]
    assert spec["destinations"] == [{"server": "https://kubernetes.default.svc", "namespace": "vcluster-media"}]
    assert not any(
        "*" in kind.values() for kind in spec["clusterResourceWhitelist"] + spec["namespaceResourceWhitelist"]
    )


def test_the_project_allows_every_kind_that_the_chart_makes() -> None:
    made = set()
    for file in (chart_folder() / "templates").glob("*.yaml"):
        made |= set(re.findall(r"^kind: ([A-Za-z]+)$", file.read_text("utf-8"), re.MULTILINE))
    spec = spec_of(example("media"), "argocd-project.yaml", STRICT)
    allowed = {kind["kind"] for kind in spec["clusterResourceWhitelist"] + spec["namespaceResourceWhitelist"]}
    assert made | {"StatefulSet", "Deployment", "PodDisruptionBudget"} <= allowed  # the last from 0.31 on
    assert "ClusterRole" in made


def test_the_policy_alone_lifts_the_limits_of_the_project() -> None:
    assert spec_of(request(argocdApplication={"repoURL": "https://x"}), "argocd-project.yaml")["sourceRepos"] == ["*"]
    assert "namespaceResourceWhitelist" not in spec_of(request(), "argocd-project.yaml")
    overrides = {"experimental": {"deploy": {"host": {"manifests": "x"}}}}
    chart_only = replace(FREE, spec=replace(FREE.spec, project=STRICT.spec.project))
    spec = spec_of(request(vcluster={"helmOverrides": overrides}), "argocd-project.yaml", chart_only)
    assert "Pod" not in [kind["kind"] for kind in spec["namespaceResourceWhitelist"]]


def test_the_sidecar_may_get_one_secret_and_nothing_else() -> None:
    role, binding = make_plan(request(), Settings("argocd", "status", "reader"), FREE).files["kubeconfig-access.yaml"]
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "vcluster-media"
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["vcluster-media-kubeconfig"], "verbs": ["get"]}
    ]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "reader", "namespace": "status"}]


def test_user_values_win_over_the_default_cluster_labels_and_annotations() -> None:
    argocd = {
        "clusterLabels": {"environment": "mine", "team": "x"},
        "clusterAnnotations": {"workload_repo_path": "mine"},
        "workloadRepo": {"url": "https://git.example.com/x", "basePath": "b/"},
    }
    spec = spec_of(request(integrations={"argocd": argocd}), "argocd-cluster-registration.yaml")
    assert spec["clusterLabels"] == {
        "cluster_name": "media",
        "cluster_role": "vcluster",
        "environment": "mine",
        "team": "x",
    }
    assert spec["clusterAnnotations"] == {
        "platform.integratn.tech/base-domain": "integratn.tech",
        "workload_repo_url": "https://git.example.com/x",
        "workload_repo_basepath": "b/",
        "workload_repo_path": "mine",
        "workload_repo_revision": "main",
    }
    assert spec["baseDomainSanitized"] == "integratn-tech"


def test_the_environment_follows_the_preset_unless_given() -> None:
    for preset, argocd, environment in (
        ("dev", {}, "development"),
        ("prod", {}, "production"),
        ("prod", {"environment": "staging"}, "staging"),
    ):
        document = request(vcluster={"preset": preset}, integrations={"argocd": argocd})
        assert spec_of(document, "argocd-cluster-registration.yaml")["environment"] == environment


def test_the_sync_job_gets_a_new_name_with_each_value_of_the_annotation() -> None:
    names = []
    for stamp in (None, "2026-02-26T10:30:00Z", "2026-02-26T10:31:00Z"):
        document = request()
        document["metadata"]["annotations"] = {"platform.integratn.tech/reconcile-at": stamp} if stamp else {}
        names.append(spec_of(document, "argocd-cluster-registration.yaml")["syncJobName"])
    assert names[0] == "media-sync"
    assert len(set(names)) == 3
    assert all(LABEL.fullmatch(name) for name in names)


def test_the_sync_policy_is_merged_over_prune_and_self_heal() -> None:
    spec = spec_of(
        request(argocdApplication={"syncPolicy": {"automated": {"prune": False}, "retry": {"limit": 3}}}),
        "argocd-application.yaml",
    )
    assert spec["syncPolicy"] == {
        "automated": {"prune": False, "selfHeal": True},
        "syncOptions": ["CreateNamespace=true"],
        "retry": {"limit": 3},
    }


def test_network_policies_are_made_when_asked_for_and_select_this_cluster_only() -> None:
    assert "network-policies.yaml" not in plan(request()).files
    rule = {"name": "db", "cidr": "10.0.7.9/24", "port": 5432}
    made = plan(request(networkPolicies={"extraEgress": [rule]})).files["network-policies.yaml"]
    assert [policy["spec"]["podSelector"]["matchLabels"] for policy in made] == [
        {"release": "media"},
        {"vcluster.loft.sh/managed-by": "media"},
    ]
    last = {"to": [{"ipBlock": {"cidr": "10.0.7.0/24"}}], "ports": [{"protocol": "TCP", "port": 5432}]}
    assert all(policy["spec"]["egress"][-1] == last for policy in made)
    assert not re.search("2049", dump(*made))
    assert re.search("2049", dump(*plan(request(networkPolicies={"enableNFS": True})).files["network-policies.yaml"]))


def test_the_namespace_is_never_pruned_and_carries_a_requests_name_only_if_it_is_not_shared() -> None:
    (own,) = plan(request()).files["namespace.yaml"]
    (shared,) = plan(request(targetNamespace="requests")).files["namespace.yaml"]
    for made in (own, shared):
        assert "Prune=false" in made["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
    assert own["metadata"]["labels"]["platform.integratn.tech/request"] == "media"
    assert "platform.integratn.tech/request" not in shared["metadata"]["labels"]


def test_two_requests_in_one_namespace_agree_about_it() -> None:
    first, second = request(targetNamespace="requests"), request(targetNamespace="requests", name="other")
    second["metadata"]["name"] = "second"
    assert plan(first).files["namespace.yaml"] == plan(second).files["namespace.yaml"]


# -- refusals that need the preset or the merge


@pytest.mark.parametrize("case", TABLES["refused"], ids=lambda case: str(case["line"]).partition(":")[0])
def test_a_request_that_cannot_work_is_refused_in_one_line(case: dict[str, Any]) -> None:
    (only,) = refusals(request(**case["spec"]))
    assert only.startswith(case["line"])


def test_a_base_domain_that_is_none_is_refused() -> None:
    document = request()
    document["metadata"]["annotations"] = {"platform.integratn.tech/base-domain": "Not A\nDomain"}
    (line,) = refusals(document)
    assert line.startswith(
        'metadata.annotations[platform.integratn.tech/base-domain]: found "Not A\\nDomain", expected'
    )


def test_everything_that_is_wrong_is_told_at_once_sorted_by_field() -> None:
    lines = refusals(
        request(
            name="Media",
            exposure={"subnet": "10.0.4.0/24", "vip": "10.0.5.1"},
            vcluster={"preset": "prod", "resources": {"requests": {"cpu": 9}}, "replicas": 0},
        )
    )
    assert [line.split(":")[0] for line in lines] == [
        "spec.exposure.vip",
        "spec.name",
        "spec.vcluster.replicas",
        "spec.vcluster.resources.requests.cpu",
    ]


@pytest.mark.parametrize("document", [{}, {"spec": None}, {"spec": []}, {"metadata": 3, "spec": {"name": 4}}])
def test_what_is_no_request_at_all_is_refused(document: dict[str, Any]) -> None:
    assert refusals(document)


# -- properties


def attempt(document: dict[str, Any]) -> tuple[Plan | None, tuple[Problem, ...]]:
    try:
        return plan(document), ()
    except RequestRefusedError as refused:
        return None, refused.problems


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_values_of_every_example_are_valid_for_the_chart(file: Any) -> None:  # noqa: ANN401 - a Path, untyped by ids
    jsonschema.Draft202012Validator(values_schema()).validate(values_of(in_cluster(read(file))))


@pytest.mark.parametrize(
    "spec",
    [
        {"vcluster": {"isolationMode": "strict", "preset": "prod"}},
        {"vcluster": {"exportKubeConfig": {"context": "x", "insecure": True, "serviceAccount": {"name": "y"}}}},
        {"vcluster": {"persistence": {"enabled": True, "size": "1Gi", "storageClass": "x"}, "replicas": 5}},
        {"exposure": {"subnet": "10.0.0.0/8", "apiPort": 6443}},
    ],
)
def test_the_values_of_further_requests_are_valid_for_the_chart(spec: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(values_schema()).validate(values_of(request(**spec)))


@settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(requests())
def test_every_request_that_the_schema_allows_is_planned_or_refused(document: dict[str, Any]) -> None:
    result, problems = attempt(document)
    if result is None:
        assert problems
        assert all("\n" not in problem.line and len(problem.line) <= 1024 for problem in problems)
        return
    assert list(result.files) == [name for name in FILES if name in result.files]
    for written in result.files.values():
        for made in written:
            assert len(made["metadata"]["name"]) <= 63
            assert LABEL.fullmatch(made["metadata"]["name"])
            assert LABEL.fullmatch(made["metadata"].get("namespace", "x"))
    assert plan(document) == result
    try:
        contract = resolve(TEMPLATE_DOCUMENT, document).contract
    except TemplateError as error:
        pytest.fail(f"configure accepts what contract refuses: {error}")
    values = result.files["argocd-application.yaml"][0]["spec"]["source"]["helm"]["valuesObject"]
    assert contract["workloads"]["controllers"] == controllers(values, document["spec"]["name"])


@pytest.mark.parametrize(("kind", "vcluster"), TABLES["kinds"])
def test_the_contract_knows_which_kind_of_workload_the_chart_makes(vcluster: dict[str, Any], kind: str) -> None:
    document = request(vcluster=vcluster)
    values = values_of(document)
    assert workload_kind(values) == kind
    assert resolve(TEMPLATE_DOCUMENT, document).contract["workloads"]["controllers"] == controllers(values, "media")


@pytest.mark.parametrize(("etcd", "vcluster"), TABLES["etcd"])
def test_the_contract_names_the_etcd_that_the_chart_deploys(vcluster: dict[str, Any], *, etcd: bool) -> None:
    document = request(vcluster=vcluster)
    found = resolve(TEMPLATE_DOCUMENT, document).contract["workloads"]["controllers"]
    assert found == controllers(values_of(document), "media")
    assert ({"kind": "StatefulSet", "name": "media-etcd"} in found) is etcd
