"""What else a tenant of team-b may try under the strict policy: each is refused by all three who judge requests.

Siblings of what tests/golden/pipeline/refused-by-policy-* tries: other fields, spellings and shapes for the same ends.
"""

from typing import Any

import pytest

from hctl.validation.check import SourceFile, check
from platform_status_contract.policy.judge import judge
from platform_status_contract.policy.read import shipped_policy
from platform_status_contract.template.yaml_text import dump
from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.promise.facts import read_promise
from platform_status_pipeline.vcluster.names import Settings
from platform_status_pipeline.vcluster.plan import make_plan
from tests.unit.pipeline.admitting import Admission
from tests.unit.pipeline.requests import ROOT, read

Json = dict[str, Any]
STRICT = shipped_policy()
KINDS = {
    "VClusterOrchestratorV2": Admission(STRICT),
    "WebApp": Admission(STRICT, read_promise(read(ROOT / "promise/webapp/promise.yaml"))),
}
WEBAPP = SourceFile("promise.yaml", (ROOT / "promise/webapp/promise.yaml").read_bytes())
GIT = "https://git.example.com"


def request(spec: Any, namespace: str, kind: str, **metadata: Any) -> Json:  # noqa: ANN401 - any JSON
    return {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": kind,
        "metadata": {"name": "x", "namespace": namespace, "generation": 1, "uid": "u-1", **metadata},
        "spec": spec,
    }


def vcluster(namespace: str = "team-b", annotations: Json | None = None, **spec: Any) -> Json:  # noqa: ANN401 - any JSON
    more = {"annotations": annotations} if annotations else {}
    return request({"name": f"{namespace}--x", **spec}, namespace, "VClusterOrchestratorV2", **more)


def webapp(**spec: Any) -> Json:  # noqa: ANN401 - any JSON
    return request({"image": "x", **spec}, "team-b", "WebApp")


def repository(**workload: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"integrations": {"argocd": {"workloadRepo": {"url": f"{GIT}/team-b--x/w", **workload}}}}


def registered(**argocd: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"integrations": {"argocd": argocd}}


def overridden(**values: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"vcluster": {"helmOverrides": values}}


def exported(**values: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"vcluster": {"exportKubeConfig": values}}


def delivered(**application: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"argocdApplication": application}


BASE_DOMAIN = "platform.integratn.tech/base-domain"
TRIED: dict[str, Json] = {
    # Names of others, and of the platform
    "name-short": vcluster(name="media"),
    "name-of-a-namespace-below": vcluster(name="team-b--x--y"),
    "name-with-no-end": vcluster(name="team-b--"),
    "name-below-another": vcluster(name="team-a--x"),
    "name-with-three-dashes": vcluster(name="team-b---x"),
    "name-of-the-domain": vcluster("vcluster-cluster", name="cluster"),
    "name-reserved": vcluster("vcluster-argocd", name="argocd"),
    "name-in-a-namespace-that-is-called-so": vcluster("media", name="media"),
    "name-with-the-prefix-elsewhere": vcluster("media", name="vcluster-media"),
    "name-in-capitals": vcluster(name="team-b--X"),
    "name-with-a-line-break": vcluster(name="team-b--x\n"),
    "name-that-is-a-list": vcluster(name=["team-b--x"]),
    "no-name": request({}, "team-b", "VClusterOrchestratorV2"),
    # Namespaces of others, and of the platform
    "target-of-another": vcluster(targetNamespace="vcluster-media"),
    "target-below-another": vcluster(targetNamespace="team-a--x"),
    "target-two-below": vcluster(targetNamespace="team-b--x--y"),
    "target-that-begins-alike": vcluster(targetNamespace="team-bx"),
    "target-of-kubernetes": vcluster(targetNamespace="kube-system"),
    "target-of-kratix": vcluster(targetNamespace="kratix-platform-system"),
    "target-of-the-sidecar": vcluster(targetNamespace="platform-status-system"),
    "target-of-external-secrets": vcluster(targetNamespace="external-secrets"),
    "target-null": vcluster(targetNamespace=None),
    # Projects
    "project-default": vcluster(projectName="default"),
    "project-of-another": vcluster(projectName="vcluster-media"),
    # Host names
    "domain-upper-case": vcluster(annotations={BASE_DOMAIN: "INTEGRATN.TECH"}),
    "domain-of-another-cluster": vcluster(annotations={BASE_DOMAIN: "media.integratn.tech"}),
    "domain-with-an-expression": vcluster(annotations={BASE_DOMAIN: "{{.kubeconfig}}"}),
    "reconcile-with-an-expression": vcluster(annotations={"platform.integratn.tech/reconcile-at": "{{ now }}"}),
    "host-of-another": vcluster(exposure={"hostname": "media.integratn.tech"}),
    "host-below-another": vcluster(exposure={"hostname": "team-b--x.media.integratn.tech"}),
    "host-of-nobody": vcluster(exposure={"hostname": "team-b--x.integratn.tech.evil.example"}),
    "host-wildcard": vcluster(exposure={"hostname": "*.integratn.tech"}),
    "address-beside": vcluster(exposure={"subnet": "10.0.4.0/24", "vip": "10.0.4.2"}),
    "address-of-all": vcluster(exposure={"subnet": "0.0.0.0/0", "vip": "10.0.4.201"}),
    "port-of-ssh": vcluster(exposure={"apiPort": 22}),
    # Charts and clusters
    "chart-of-another-version": vcluster(**delivered(targetRevision="0.*")),
    "chart-by-oci": vcluster(**delivered(repoURL="oci://attacker.example/charts")),
    "chart-of-a-path-below": vcluster(**delivered(repoURL="https://charts.loft.sh/../evil")),
    "chart-with-a-user": vcluster(**delivered(repoURL="https://charts.loft.sh@attacker.example")),
    "chart-of-a-path": vcluster(**delivered(chart="vcluster/../pwn")),
    "cluster-of-another": vcluster(**delivered(destinationServer="https://media.integratn.tech")),
    "cluster-with-a-slash": vcluster(**delivered(destinationServer="https://kubernetes.default.svc/")),
    "sync-that-replaces": vcluster(**delivered(syncPolicy={"syncOptions": ["Replace=true"]})),
    "sync-that-labels": vcluster(
        **delivered(
            syncPolicy={"managedNamespaceMetadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}
        )
    ),
    "sync-without-end": vcluster(**delivered(syncPolicy={"retry": {"limit": -1}})),
    "sync-that-leaves": vcluster(**delivered(syncPolicy=None)),
    # Helm values
    "image": vcluster(**overridden(controlPlane={"distro": {"k8s": {"image": {"repository": "evil"}}}})),
    "image-of-coredns": vcluster(**overridden(controlPlane={"coredns": {"deployment": {"image": "evil"}}})),
    "manifests-of-coredns": vcluster(**overridden(controlPlane={"coredns": {"overwriteManifests": "kind: Pod"}})),
    "plugin": vcluster(**overridden(plugins={"x": {"image": "evil"}})),
    "plugin-of-old": vcluster(**overridden(plugin={"x": {"image": "evil"}})),
    "node-port": vcluster(**overridden(controlPlane={"service": {"spec": {"type": "NodePort"}}})),
    "annotations-of-the-service": vcluster(
        **overridden(controlPlane={"service": {"annotations": {"external-dns.alpha.kubernetes.io/hostname": "evil"}}})
    ),
    "host-network": vcluster(**overridden(controlPlane={"hostPathMapper": {"enabled": True}})),
    "host-nodes": vcluster(**overridden(sync={"fromHost": {"nodes": {"enabled": True}}})),
    "host-secrets": vcluster(
        **overridden(sync={"fromHost": {"secrets": {"enabled": True, "mappings": {"byName": {"argocd/*": "x/*"}}}}})
    ),
    "host-custom-resources": vcluster(**overridden(sync={"toHost": {"customResources": {"x.y": {"enabled": True}}}})),
    "host-volumes": vcluster(**overridden(sync={"toHost": {"persistentVolumes": {"enabled": True}}})),
    "host-service-accounts": vcluster(**overridden(sync={"toHost": {"serviceAccounts": {"enabled": True}}})),
    "host-ingresses": vcluster(**overridden(sync={"toHost": {"ingresses": {"enabled": True}}})),
    "host-ingress-class-patches": vcluster(
        **overridden(sync={"fromHost": {"ingressClasses": {"enabled": True, "selector": {"labels": {}}}}})
    ),
    "role": vcluster(**overridden(rbac={"role": {"extraRules": [{"apiGroups": ["*"]}]}})),
    "environment-of-the-pod": vcluster(**overridden(controlPlane={"statefulSet": {"env": [{"name": "X"}]}})),
    "arguments-of-the-pod": vcluster(**overridden(controlPlane={"statefulSet": {"args": ["--x"]}})),
    "place-of-the-pod": vcluster(
        **overridden(controlPlane={"statefulSet": {"scheduling": {"nodeSelector": {"a": "b"}}}})
    ),
    "labels-of-the-pod": vcluster(**overridden(controlPlane={"statefulSet": {"labels": {"app": "argocd"}}})),
    "store-of-another": vcluster(
        **overridden(controlPlane={"backingStore": {"etcd": {"external": {"enabled": True}}}})
    ),
    "store-in-a-database": vcluster(
        vcluster={"backingStore": {"database": {"external": {"enabled": True, "dataSource": "mysql://x"}}}}
    ),
    "etcd-of-an-image": vcluster(
        vcluster={
            "backingStore": {"etcd": {"deploy": {"enabled": True, "statefulSet": {"image": {"registry": "evil"}}}}}
        }
    ),
    "policies-off": vcluster(**overridden(policies={"podSecurityStandard": "privileged"})),
    "telemetry": vcluster(**overridden(telemetry={"hostUser": "x"})),
    "memory-by-a-suffix": vcluster(
        **overridden(controlPlane={"statefulSet": {"resources": {"limits": {"memory": "1Pi"}}}})
    ),
    "processor-by-an-exponent": vcluster(vcluster={"resources": {"limits": {"cpu": "1e6"}}}),
    "devices": vcluster(**overridden(controlPlane={"statefulSet": {"resources": {"limits": {"nvidia.com/gpu": 8}}}})),
    "overrides-that-are-a-text": vcluster(**overridden(sync="{{ fail }}")),
    "overrides-of-a-dotted-key": vcluster(**overridden(**{"controlPlane.statefulSet.image": "evil"})),
    "kubeconfig-elsewhere": vcluster(**exported(additionalSecrets=[{"name": "x", "namespace": "argocd"}])),
    "kubeconfig-of-an-account": vcluster(**exported(serviceAccount={"name": "x", "clusterRole": "cluster-admin"})),
    "kubeconfig-of-another-server": vcluster(**exported(server="https://evil.example")),
    "kubeconfig-insecure": vcluster(**exported(insecure=True)),
    "kubeconfig-context-with-an-expression": vcluster(**exported(context="{{.x}}")),
    "kubeconfig-context-that-flux-replaces": vcluster(**exported(context="${secret}")),
    # What a cluster is chosen by
    "label-of-a-team": vcluster(**registered(clusterLabels={"team": "platform"})),
    "label-of-argocd": vcluster(**registered(clusterLabels={"argocd.argoproj.io/secret-type": "repository"})),
    "label-of-kubernetes": vcluster(**registered(clusterLabels={"kubernetes.io/metadata.name": "x"})),
    "labels-that-are-null": vcluster(**registered(clusterLabels=None)),
    "environment-staging": vcluster(**registered(environment="control-plane")),
    "annotation": vcluster(**registered(clusterAnnotations={"argocd.argoproj.io/refresh": "hard"})),
    "repository-of-another": vcluster(**repository(url=f"{GIT}/team-a--x/w")),
    "repository-that-begins-alike": vcluster(**repository(url=f"{GIT}/team-b--xy/w")),
    "repository-above": vcluster(**repository(url=f"{GIT}/team-b--x/../platform/w")),
    "repository-escaped": vcluster(**repository(url=f"{GIT}/team-b--x/%2e%2e/platform")),
    "repository-with-a-user": vcluster(**repository(url="https://git.example.com@evil.example/team-b--x/w")),
    "repository-by-ssh": vcluster(**repository(url="git@git.example.com:team-b--x/w")),
    "repository-without-tls": vcluster(**repository(url="http://git.example.com/team-b--x/w")),
    "repository-with-an-expression": vcluster(**repository(url=f"{GIT}/team-b--x/{{{{.kubeconfig}}}}")),
    "path-above": vcluster(**repository(path="../platform")),
    "path-of-windows": vcluster(**repository(path="..\\platform")),
    "path-that-only-looks-like-it": vcluster(**repository(path="\u2025/platform")),
    "path-with-a-mark-of-direction": vcluster(**repository(path="a\u202eb")),
    "path-that-flux-replaces": vcluster(**repository(basePath="${cluster_secret}")),
    "revision-with-an-expression": vcluster(**repository(revision="{{.kubeconfig}}")),
    # What is shared
    "issuers-all": vcluster(integrations={"certManager": {"clusterIssuerSelectorLabels": {}}}),
    "issuers-of-others": vcluster(integrations={"certManager": {"clusterIssuerSelectorLabels": {"team": "a"}}}),
    "stores-all": vcluster(integrations={"externalSecrets": {"clusterStoreSelectorLabels": {}}}),
    "stores-of-others": vcluster(
        integrations={
            "externalSecrets": {"clusterStoreSelectorLabels": {"integratn.tech/cluster-secret-store": "vault"}}
        }
    ),
    "another-integration": vcluster(integrations={"istio": {"enabled": True}}),
    # What it reaches
    "egress-everywhere": vcluster(networkPolicies={"extraEgress": [{"name": "a", "cidr": "0.0.0.0/0", "port": 443}]}),
    "egress-metadata": vcluster(
        networkPolicies={"extraEgress": [{"name": "a", "cidr": "169.254.169.254/32", "port": 80}]}
    ),
    "egress-wider": vcluster(networkPolicies={"extraEgress": [{"name": "a", "cidr": "10.0.7.0/8", "port": 80}]}),
    "egress-mapped": vcluster(
        networkPolicies={"extraEgress": [{"name": "a", "cidr": "::ffff:10.0.7.0/24", "port": 80}]}
    ),
    "egress-port-zero": vcluster(networkPolicies={"extraEgress": [{"name": "a", "cidr": "10.0.7.0/24", "port": 0}]}),
    # Shapes
    "another-field": vcluster(serviceAccountName="kratix"),
    "spec-that-is-a-list": request(["x"], "team-b", "VClusterOrchestratorV2"),
    "replicas-by-a-text": vcluster(vcluster={"replicas": "3"}),
    # The other golden path
    "webapp-host-of-another": webapp(host="shop.team-a.example.com"),
    "webapp-host-of-the-domain": webapp(host="team-b.example.com"),
    "webapp-host-that-ends-alike": webapp(host="x.team-b.example.com.evil.example"),
    "webapp-host-of-a-longer-name": webapp(host="x.xteam-b.example.com"),
    "webapp-image-with-an-expression": webapp(image="{{ .x }}"),
    "webapp-port-of-root": webapp(port=80),
    "webapp-many": webapp(replicas=10_000),
    "webapp-another-field": webapp(serviceAccountName="default"),
    "webapp-environment-from-elsewhere": webapp(env={"A": {"valueFrom": {"secretKeyRef": {"name": "x"}}}}),
    "webapp-large-environment": webapp(env={"A": "x" * 4097}),
}


@pytest.mark.parametrize("tried", TRIED.values(), ids=TRIED)
def test_what_a_tenant_tries_is_refused_wherever_it_is_judged(tried: Json) -> None:
    assert judge(STRICT, tried)
    assert KINDS[tried["kind"]].refusals(tried)
    report = check([SourceFile("a.yaml", dump(tried).encode())], promises=[WEBAPP])
    assert [finding for finding in report.findings if finding.severity == "error"]
    if tried["kind"] != "WebApp":
        with pytest.raises(RequestRefusedError):
            make_plan(tried, Settings(), STRICT)


@pytest.mark.parametrize(
    "good",
    [
        vcluster(),
        vcluster(**repository(path="a/b", revision="main", basePath="c")),
        vcluster(targetNamespace="team-b--y", projectName="vcluster-team-b--x"),
        vcluster("vcluster-media", name="media", annotations={BASE_DOMAIN: "cluster.integratn.tech"}),
        webapp(host="x.team-b.example.com", env={"A": "{{ .x }} ${x}\n"}),
    ],
)
def test_what_is_the_tenants_own_is_not(good: Json) -> None:
    assert judge(STRICT, good) == ()
    assert KINDS[good["kind"]].refusals(good) == []
    assert check([SourceFile("a.yaml", dump(good).encode())], promises=[WEBAPP]).findings == ()
