"""What the platform gives every request: over what is usual, under what a request says."""

from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from platform_status_contract.model.lookup import under
from platform_status_contract.model.policy import Chart, Defaults, MetricsServer, NetworkDefaults
from platform_status_contract.policy.read import read_policy, shipped_policy
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.vcluster.names import Settings
from platform_status_pipeline.vcluster.plan import make_plan

from .chart import values_schema
from .requests import request

Json = dict[str, Any]

FREE = shipped_policy("single-tenant")
ISSUERS = ("integrations", "certManager", "sync", "fromHost", "clusterIssuers", "selector", "labels")


def planned(defaults: Defaults, **spec: Any) -> dict[str, list[Json]]:  # noqa: ANN401 - any JSON
    policy = replace(FREE, spec=replace(FREE.spec, defaults=defaults))
    return make_plan(request(**spec), Settings(), policy).files


def values(given: Json, **spec: Any) -> Json:  # noqa: ANN401 - any JSON
    source = planned(Defaults(helm_values=given), **spec)["argocd-application.yaml"][0]["spec"]["source"]
    found = source["helm"]["valuesObject"]
    jsonschema.Draft202012Validator(values_schema()).validate(found)
    assert isinstance(found, dict)
    return found


def nested(value: object, *path: str) -> Json:
    for key in reversed(path):
        value = {key: value}
    assert isinstance(value, dict)
    return value


# -- Helm values


def test_helm_values_stand_over_what_is_usual_and_under_what_the_request_says() -> None:
    given: Json = {
        "telemetry": {"enabled": False},
        "controlPlane": {
            "coredns": {"enabled": False, "deployment": {"replicas": 9}},
            "statefulSet": {"image": {"repository": "mirror/vcluster"}},
        },
        "integrations": {"externalSecrets": {"enabled": False}},
    }
    found = values(given, vcluster={"coredns": {"replicas": 4}})
    assert found["telemetry"] == {"enabled": False}
    assert found["controlPlane"]["coredns"] == {"enabled": False, "deployment": {"replicas": 4}}
    assert found["controlPlane"]["statefulSet"]["image"] == {"repository": "mirror/vcluster"}
    assert found["integrations"]["externalSecrets"]["enabled"] is False
    assert found["integrations"]["certManager"]["enabled"] is True


def test_helm_overrides_of_the_request_stand_over_the_platforms_values() -> None:
    overrides = {"telemetry": {"enabled": True}}
    assert values({"telemetry": {"enabled": False}}, vcluster={"helmOverrides": overrides})["telemetry"]["enabled"]


def test_a_selector_is_the_requests_or_the_platforms_never_both() -> None:
    ours, theirs = {"example.org/issuer": "ours"}, {"example.org/issuer": "staging", "tier": "x"}
    given = nested(ours, *ISSUERS)
    assert under(values({}), *ISSUERS) == {"integratn.tech/cluster-issuer": "letsencrypt-prod"}
    assert under(values(given), *ISSUERS) == ours
    asked = {"certManager": {"clusterIssuerSelectorLabels": theirs}}
    assert under(values(given, integrations=asked), *ISSUERS) == theirs


def test_the_server_of_a_kubeconfig_reaches_both_secrets() -> None:
    found = values({"exportKubeConfig": {"server": "{server}"}}, exposure={"apiPort": 6443})["exportKubeConfig"]
    assert found["server"] == found["additionalSecrets"][0]["server"] == "https://media.integratn.tech:6443"


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    text = "{name} {namespace} {request} {target} {environment} {hostname} {server} {baseDomain} {baseDomainSanitized}"
    given = nested(
        {"a": f"{text} {{clusterDomain}}", "b": "{ loop } {other}"}, "controlPlane", "serviceMonitor", "labels"
    )
    spec = {
        "vcluster": {"networking": {"clusterDomain": "a.local"}},
        "integrations": {"argocd": {"environment": "lab"}},
    }
    labels = values(given, **spec)["controlPlane"]["serviceMonitor"]["labels"]
    assert labels["a"].split() == [
        *("media", "requests", "media", "vcluster-media", "lab", "media.integratn.tech"),
        *("https://media.integratn.tech:443", "integratn.tech", "integratn-tech", "a.local"),
    ]
    assert labels["b"] == "{ loop } {other}"


@pytest.mark.parametrize(
    "path", [("controlPlane", "backingStore"), ("controlPlane", "statefulSet", "persistence", "volumeClaimTemplates")]
)
def test_what_would_make_the_contract_wrong_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        planned(Defaults(helm_values=nested({"etcd": {}}, *path)))
    assert caught.value.problems[0].field == f"spec.defaults.helmValues.{'.'.join(path)}"


# -- chart, cluster, namespace


def test_the_chart_is_the_requests_the_platforms_or_ours() -> None:
    given = Defaults(chart=Chart(repo_url="https://mirror.example.com", target_revision="0.31.0"))
    files = planned(given, argocdApplication={"targetRevision": "0.30.4"})
    source = files["argocd-application.yaml"][0]["spec"]["source"]
    chart = {key: source[key] for key in ("repoURL", "chart", "targetRevision")}
    assert chart == {"repoURL": "https://mirror.example.com", "chart": "vcluster", "targetRevision": "0.30.4"}


def registered(given: Defaults, **argocd: Any) -> Json:  # noqa: ANN401 - any JSON
    spec = planned(given, integrations={"argocd": argocd})["argocd-cluster-registration.yaml"][0]["spec"]
    assert isinstance(spec, dict)
    return spec


def test_cluster_labels_of_the_platform_stand_under_those_of_the_request() -> None:
    given = Defaults(
        cluster_labels={"cluster_role": "tenant", "environment": "lab", "team": "nobody", "zone": "{target}"}
    )
    assert registered(given, clusterLabels={"team": "a"})["clusterLabels"] == {
        "cluster_name": "media",
        "cluster_role": "tenant",
        "environment": "lab",
        "team": "a",
        "zone": "vcluster-media",
    }
    assert registered(given, environment="production")["clusterLabels"]["environment"] == "production"


@pytest.mark.parametrize(
    ("repo", "url", "path"),
    [
        ({}, "https://git.example.com/platform", "all"),
        ({"path": "mine"}, "https://git.example.com/platform", "mine"),
        ({"url": "https://git.example.com/mine"}, "https://git.example.com/mine", "all"),
    ],
)
def test_workloads_come_from_the_repository_of_the_request_or_of_the_platform(repo: Json, url: str, path: str) -> None:
    given = {"workload_repo_url": "https://git.example.com/platform", "workload_repo_path": "all", "addons": "{name}"}
    assert registered(Defaults(cluster_annotations=given), workloadRepo=repo)["clusterAnnotations"] == {
        "platform.integratn.tech/base-domain": "integratn.tech",
        "workload_repo_url": url,
        "workload_repo_basepath": "",
        "workload_repo_path": path,
        "workload_repo_revision": "main",
        "addons": "media",
    }


def test_a_folder_without_any_repository_is_no_annotation() -> None:
    annotations = registered(Defaults(), workloadRepo={"path": "mine"})["clusterAnnotations"]
    assert list(annotations) == ["platform.integratn.tech/base-domain"]


def test_labels_of_the_namespace_stand_under_ours() -> None:
    given = Defaults(
        namespace_labels={"pod-security.kubernetes.io/enforce": "{environment}", "app.kubernetes.io/name": "x"}
    )
    labels = planned(given)["namespace.yaml"][0]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "development"
    assert labels["app.kubernetes.io/name"] == "media"


# -- network policies


def policies(given: NetworkDefaults, **spec: Any) -> dict[str, Json]:  # noqa: ANN401 - any JSON
    made = planned(Defaults(network_policies=given), **spec).get("network-policies.yaml", [])
    return {policy["metadata"]["name"].removeprefix("vcluster-media-"): policy["spec"] for policy in made}


RULE = {"to": [{"ipBlock": {"cidr": "10.0.1.9/32"}}], "ports": [{"protocol": "TCP", "port": 443}]}
GATEWAY = {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway"}}}]}


def test_the_platform_gives_the_usual_set_to_who_asks_for_none() -> None:
    assert policies(NetworkDefaults()) == {}
    made = policies(NetworkDefaults(always=True, egress=(RULE,)))
    assert list(made) == ["control-plane", "workloads"]
    assert all(policy["policyTypes"] == ["Egress"] and RULE in policy["egress"] for policy in made.values())


def test_default_deny_selects_every_pod_but_kratixs_and_leaves_the_api_reachable() -> None:
    made = policies(NetworkDefaults(default_deny=True, ingress=(GATEWAY,), egress=(RULE,)))
    assert list(made) == ["control-plane", "workloads", "default-deny"]
    inside: Json
    inside, api = {"from": [{"podSelector": {}}]}, {"ports": [{"protocol": "TCP", "port": 8443}]}
    assert {name: policy["ingress"] for name, policy in made.items()} == {
        "control-plane": [inside, GATEWAY, api],
        "workloads": [inside, GATEWAY],
        "default-deny": [inside, GATEWAY],
    }
    denied = made["default-deny"]
    assert denied["policyTypes"] == ["Ingress", "Egress"]
    assert denied["podSelector"] == {
        "matchExpressions": [{"key": "kratix.io/promise-name", "operator": "DoesNotExist"}]
    }
    dns = {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}
    assert denied["egress"] == [dns, {"to": [{"podSelector": {}}]}, RULE]


@pytest.mark.parametrize("enabled", [True, False, None, "true"])
def test_a_control_plane_reaches_metrics_server_where_that_integration_is_on(*, enabled: object) -> None:
    given = NetworkDefaults(always=True, metrics_server=MetricsServer(namespace="metrics", port=4443))
    overrides = nested(enabled, "integrations", "metricsServer", "enabled")
    made = policies(given, vcluster={"helmOverrides": overrides})
    namespace = {"matchLabels": {"kubernetes.io/metadata.name": "metrics"}}
    pods = [{"matchLabels": {label: "metrics-server"}} for label in ("k8s-app", "app.kubernetes.io/name")]
    peers = [{"namespaceSelector": namespace, "podSelector": selector} for selector in pods]
    rule = {"to": peers, "ports": [{"protocol": "TCP", "port": 4443}]}
    assert [rule in made[name]["egress"] for name in ("control-plane", "workloads")] == [enabled is True, False]


# -- certificates of an etcd

DEPLOYED: Json = {"etcd": {"deploy": {"enabled": True, "statefulSet": {"highAvailability": {"replicas": 5}}}}}


def mounting(volume: Json, **vcluster: Any) -> Json:  # noqa: ANN401 - any JSON
    persistence = {"addVolumes": [{"name": "other", "emptyDir": {}}, {"name": "certs", **volume}]}
    overrides = nested(persistence, "controlPlane", "statefulSet", "persistence")
    return {"preset": "prod", "helmOverrides": overrides, **vcluster}


def volumes(given: Defaults, vcluster: Json) -> list[Json]:
    source = planned(given, vcluster=vcluster)["argocd-application.yaml"][0]["spec"]["source"]
    found = under(source["helm"]["valuesObject"], "controlPlane", "statefulSet", "persistence", "addVolumes")
    assert isinstance(found, list)
    return found


def both(part: str) -> list[Json]:
    return [{"key": f"tls.{end}", "path": f"etcd-{part}.{end}"} for end in ("crt", "key")]


@pytest.mark.parametrize("secret", ["media-certs", "media-etcd-certs"])
def test_a_mounted_secret_that_nobody_makes_becomes_a_projection_of_three_that_cert_manager_makes(secret: str) -> None:
    vcluster = mounting({"secret": {"secretName": secret, "defaultMode": 256}}, backingStore=DEPLOYED)
    other, certs = volumes(Defaults(), vcluster)
    assert other == {"name": "other", "emptyDir": {}}
    sources = [
        {"secret": {"name": "media-etcd-ca", "items": [{"key": "tls.crt", "path": "etcd-ca.crt"}]}},
        {"secret": {"name": "media-etcd-server", "items": both("server")}},
        {"secret": {"name": "media-etcd-peer", "items": both("peer")}},
    ]
    assert certs == {"name": "certs", "projected": {"sources": sources, "defaultMode": 256}}
    made = planned(Defaults(), vcluster=vcluster)["etcd-certificates.yaml"]
    (server,) = [document["spec"] for document in made if document["metadata"]["name"] == "media-etcd-server"]
    assert "media-etcd-4.media-etcd-headless.vcluster-media.svc" in server["dnsNames"]
    assert server["issuerRef"] == {"name": "media-etcd-ca", "kind": "Issuer", "group": "cert-manager.io"}


def test_items_of_the_volume_choose_files_and_their_names() -> None:
    items = [{"key": "etcd-ca.crt", "path": "ca.pem"}, {"key": "nothing", "path": "x"}, {"key": ["etcd-peer.crt"]}]
    _, certs = volumes(Defaults(), mounting({"secret": {"secretName": "media-certs", "items": items}}))
    chosen = {"name": "media-etcd-ca", "items": [{"key": "tls.crt", "path": "ca.pem"}]}
    assert certs["projected"] == {"sources": [{"secret": chosen}]}


@pytest.mark.parametrize(
    "volume",
    [
        {"secret": {"secretName": "media-certs", "optional": True}},
        {"secret": {"secretName": "somebodys"}},
        {"secret": {"secretName": ["media-certs"]}},
        {"secret": "media-certs"},
    ],
)
def test_other_volumes_stay_as_they_are_and_need_no_certificate(volume: Json) -> None:
    assert volumes(Defaults(), mounting(volume))[1] == {"name": "certs", **volume}
    assert "etcd-certificates.yaml" not in planned(Defaults(), vcluster=mounting(volume))


def test_a_secret_of_one_certificate_may_be_mounted_as_it_is() -> None:
    volume = {"secret": {"secretName": "media-etcd-server"}}
    assert volumes(Defaults(), mounting(volume))[1] == {"name": "certs", **volume}
    assert len(planned(Defaults(), vcluster=mounting(volume))["etcd-certificates.yaml"]) == 5


def test_the_platform_may_have_certificates_for_every_etcd_or_refuse_who_mounts_them() -> None:
    always, never = Defaults(etcd_certificates="Always"), Defaults(etcd_certificates="Never")
    assert "etcd-certificates.yaml" in planned(always, vcluster={"preset": "prod"})
    assert "etcd-certificates.yaml" not in planned(always)
    assert "etcd-certificates.yaml" not in planned(never, vcluster={"preset": "prod"})
    with pytest.raises(RequestRefusedError) as caught:
        planned(never, vcluster=mounting({"secret": {"secretName": "media-certs"}}))
    (problem,) = caught.value.problems
    assert problem.field == "spec.vcluster.helmOverrides.controlPlane.statefulSet.persistence.addVolumes"


def test_every_key_of_the_defaults_can_be_read_from_a_document() -> None:
    document: Json = {
        "apiVersion": "status.integratn.tech/v1",
        "kind": "PlatformPolicy",
        "metadata": {"name": "ours"},
        "spec": {
            "contact": "us",
            "names": {"shortNames": "Free"},
            "project": {"repositories": ["*"]},
            "kinds": [{"group": "g", "kind": "K", "bounds": [{"path": "spec", "type": "free"}]}],
            "defaults": {
                "helmValues": {"a": 1},
                "chart": {"repoURL": "https://x", "chart": "c", "targetRevision": "1"},
                "clusterLabels": {"a": "b"},
                "clusterAnnotations": {"a": "b"},
                "namespaceLabels": {"a": "b"},
                "networkPolicies": {
                    "always": True,
                    "defaultDeny": True,
                    "ingress": [GATEWAY],
                    "egress": [RULE],
                    "metricsServer": {"namespace": "n", "port": 1},
                },
                "etcdCertificates": "Always",
            },
        },
    }
    found = read_policy(document).spec.defaults
    assert found == Defaults(
        {"a": 1},
        Chart("https://x", "c", "1"),
        {"a": "b"},
        {"a": "b"},
        {"a": "b"},
        NetworkDefaults(True, True, (GATEWAY,), (RULE,), MetricsServer("n", 1)),  # noqa: FBT003 - by position, all of them
        "Always",
    )
