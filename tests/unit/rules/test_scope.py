"""Where a contract may look: every namespace that it names counts, and the policy's patterns decide."""

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_status_contract.model.contract import Contract
from platform_status_contract.policy.names import RequestNames, name_problem, scope_of
from platform_status_contract.policy.read import shipped_policy
from platform_status_contract.rules.scope import out_of_scope, places_in
from tests.examples import examples
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
ROOT = Path(__file__).parents[3]
EXAMPLES = [ROOT / "tests/golden/pipeline" / file.stem for file in sorted((ROOT / "promise/examples").glob("*.yaml"))]
GROUP, KIND = "platform.integratn.tech", "VClusterOrchestratorV2"


def contract(**changed: object) -> Contract:
    return msgspec.convert({**CONTRACT, **changed}, Contract)


def test_every_namespace_and_cluster_of_a_contract_counts() -> None:
    places = [
        *("application:argocd/vcluster-media", "cluster:argocd-apps/media", "cluster:team-a/media"),
        *("data", "vault", "vcluster-media"),
    ]
    assert sorted(places_in(contract())) == places


@pytest.mark.parametrize(
    ("scope", "beyond"),
    [
        (None, ""),
        (("application:argocd/*", "vault", "data", "cluster:argocd-apps/*", "cluster:team-a/*", "{namespace}"), ""),
        (("application:argocd/*", "vault", "data", "cluster:*", "vcluster-{request}"), ""),
        (("application:argocd/*", "data", "cluster:*", "{namespace}"), "namespace vault"),
        (("application:*", "vault", "data", "cluster:argocd/*", "{namespace}"), "cluster argocd-apps/media"),
        (("application:*", "vault", "data", "cluster:argocd-apps/*", "{namespace}"), "cluster team-a/media"),
        ((), "application argocd/vcluster-media"),
    ],
)
def test_a_contract_looks_no_further_than_its_scope(scope: tuple[str, ...] | None, beyond: str) -> None:
    said = out_of_scope(contract(), scope, "vcluster-media", "media")
    assert said == (
        f"it looks at the {beyond}, which the platform's policy lets no request in vcluster-media do" if beyond else ""
    )


@pytest.mark.parametrize(
    ("group", "found", "scope", "beyond"),
    [
        ("", {"object": "vcluster-media"}, ("object:things/{namespace}",), ""),
        ("", {"object": "team-b"}, ("object:things/{namespace}",), "object things/team-b"),
        ("", {"object": "vcluster-media"}, ("{namespace}", "{namespace}--*"), "object things/vcluster-media"),
        ("/a.org", {"object": "x"}, ("object:things/x",), "object things.a.org/x"),
        ("/a.org", {"selector": {"matchLabels": {"a": "b"}}}, ("object:things.a.org/x-*",), "object things.a.org/*"),
        ("/a.org", {"selector": {"matchLabels": {"a": "b"}}}, ("object:things.a.org/*",), ""),
        ("/a.org", {"object": "x"}, None, ""),
    ],
)
def test_an_object_without_a_namespace_is_a_place_too(
    group: str, found: dict[str, object], scope: tuple[str, ...] | None, beyond: str
) -> None:
    version = f"{group.removeprefix('/')}/v1" if group else "v1"
    entry = {"name": "thing", "apiVersion": version, "kind": "Thing", "resource": "things", "scope": "Cluster", **found}
    alone = {"version": "v1", "generation": 1, "displayName": "T", "name": "t", "objects": [entry]}
    said = out_of_scope(msgspec.convert(alone, Contract), scope, "vcluster-media", "media")
    assert said.partition(", which")[0] == (f"it looks at the {beyond}" if beyond else "")


def test_the_scope_is_that_of_the_kind_and_the_targets_of_the_names() -> None:
    strict, free = shipped_policy(), shipped_policy("single-tenant")
    assert scope_of(strict, GROUP, KIND) == (
        *("{namespace}", "{namespace}--*"),
        *(f"application:argocd/vcluster-{name}" for name in ("{name}", "{namespace}--*")),
        *(f"cluster:argocd/{name}" for name in ("{name}", "{namespace}--*", "{name}.*")),
        *(f"cluster:argocd/https://{name}" for name in ("{name}.*", "{namespace}--*")),
        *(f"reserved:{name}" for name in strict.spec.names.reserved),
    )
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
    kinds = [
        {
            "group": GROUP,
            "kind": KIND,
            "bounds": [{"path": "spec", "type": "free"}],
            "observes": ["argocd", "cluster:{name}.x"],
        }
    ]
    made = policy(names=names, kinds=kinds)
    clusters = ("r=cluster:{name}.x", "cluster:{namespace}--*.x", "a=cluster:m.x", "a=cluster:n.x")
    reserved = ("reserved:m", "reserved:n")
    assert scope_of(made, GROUP, KIND) == ("argocd", *clusters, "s", "a=old", "r=vcluster-{name}", *reserved)
    made = policy(names={"shortNames": "Free"}, kinds=kinds)
    assert scope_of(made, GROUP, KIND) == ("argocd", "cluster:*")


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: str(folder.name))
def test_the_contract_of_every_example_stays_inside_and_inside_its_own_only(folder: Path) -> None:
    made, status = (
        yaml.safe_load((folder / file).read_text("utf-8")) for file in ("request.yaml", "expected/metadata/status.yaml")
    )
    own, scope = msgspec.convert(status["contract"], Contract), scope_of(shipped_policy(), GROUP, KIND)
    space, name = made["metadata"]["namespace"], made["metadata"]["name"]
    assert own.sub_applications is not None
    assert out_of_scope(own, scope, space, name) == ""
    assert out_of_scope(own, scope, "team-b", name) != ""


ARGO = {"namespace": "argocd"}


@pytest.mark.parametrize(
    ("namespace", "destination", "beyond"),
    [
        ("vcluster-media", {"server": "https://media.integratn.tech:443", "names": ["media"]}, ""),
        ("vcluster-media", {"server": "https://media.cluster.integratn.tech:6443"}, ""),
        ("vcluster-media", {"server": "https://vcluster-media.integratn.tech"}, ""),
        ("vcluster-media", {"names": ["vcluster-media--x.integratn-tech", "media"]}, ""),
        ("team-b", {"server": "https://team-b--x.integratn.tech:443", "name": "team-b--x"}, ""),
        ("team-b", {"names": ["team-b--x", "media"]}, "media"),
        ("team-b", {"server": "https://media.integratn.tech:443"}, "https://media.integratn.tech:443"),
        ("team-b", {"server": "https://kubernetes.default.svc"}, "https://kubernetes.default.svc"),
        ("team-b", {"name": "in-cluster"}, "in-cluster"),
        ("team-b", {"name": "team-b--x--y"}, "team-b--x--y"),
        ("team-b", {"server": "https://team-b--x--y.integratn.tech"}, "https://team-b--x--y.integratn.tech"),
        ("team-b", {"name": ".integratn-tech"}, ".integratn-tech"),
        ("media", {"name": "media"}, "media"),
        ("media", {"name": "media.integratn.tech"}, "media.integratn.tech"),
        ("vcluster-", {"name": "media"}, "media"),
        ("vcluster-in-cluster", {"name": "in-cluster"}, "in-cluster"),
        ("vcluster-in-cluster", {"name": "vcluster-in-cluster"}, ""),
        ("vcluster-auth-x", {"server": "https://auth-x.integratn.tech"}, "https://auth-x.integratn.tech"),
        ("vcluster-vcluster-a", {"name": "vcluster-a"}, "vcluster-a"),
        ("vcluster-vcluster-a", {"name": "vcluster-vcluster-a"}, ""),
        ("vcluster-a--b", {"name": "a--b"}, "a--b"),
        ("vcluster-a--b", {"server": "https://a--b.integratn.tech"}, "https://a--b.integratn.tech"),
        ("vcluster-a--b", {"name": "vcluster-a--b"}, "vcluster-a--b"),
        ("vcluster-a--b", {"name": "vcluster-a--b--c"}, ""),
        ("vcluster-a", {"name": "vcluster-a--b"}, ""),
        ("team-b", {"name": "team-b---x"}, "team-b---x"),
    ],
)
def test_sub_applications_are_those_of_a_cluster_of_the_request(
    namespace: str, destination: dict[str, object], beyond: str
) -> None:
    made = contract(
        **dict.fromkeys(("application", "workloads", "secrets", "objects")),
        subApplications={**ARGO, "destination": destination},
    )
    said = out_of_scope(made, scope_of(shipped_policy(), GROUP, KIND), namespace, "x")
    assert (f"it looks at the cluster argocd/{beyond}, which" in said) if beyond else said == ""


@pytest.mark.parametrize(
    ("namespace", "place", "allowed"),
    [
        ("a", "a--b", True),
        ("a", "a--b--c", False),  # of the tenant whose namespace is a--b
        ("a", "a---b", False),  # of nobody: no name begins with a dash
        ("a--b", "a--b--c", True),
        ("a", "old", True),
        ("b", "old", False),
        ("a", "a--old", True),  # a target of its own, whatever is called so elsewhere
        ("r", "vcluster-x", True),
        ("b", "vcluster-x", False),
    ],
)
def test_no_place_is_that_of_another_tenant(namespace: str, place: str, *, allowed: bool) -> None:
    scope = ("{namespace}", "{namespace}--*", "a=old", "r=vcluster-{name}", "reserved:a--old")
    made = contract(
        **dict.fromkeys(("application", "subApplications", "secrets", "objects")),
        workloads={"namespace": place, "selector": {"matchLabels": {"a": "b"}}},
    )
    assert (out_of_scope(made, scope, namespace, "x") == "") is allowed


@pytest.mark.parametrize(
    ("namespace", "name", "allowed"),
    [
        ("vcluster-media", "vcluster-media", True),
        ("vcluster-media", "vcluster-vcluster-media", True),
        ("vcluster-in-cluster", "vcluster-in-cluster", False),
        ("vcluster-a--b", "vcluster-a--b", False),
        ("vcluster-vcluster-a", "vcluster-vcluster-a", False),  # of the name vcluster-a, which is that namespace's
        ("vcluster-vcluster-a", "vcluster-vcluster-vcluster-a", True),
        ("team-b", "vcluster-team-b--x", True),
        ("team-b", "vcluster-media", False),
        ("team-b", "vcluster-team-b--x--y", False),
        ("team-b", "platform-root", False),
        ("media", "vcluster-media", False),
    ],
)
def test_the_application_is_one_that_a_request_of_the_namespace_can_have(
    namespace: str, name: str, *, allowed: bool
) -> None:
    made = contract(
        application={**ARGO, "name": name}, **dict.fromkeys(("subApplications", "workloads", "secrets", "objects"))
    )
    assert (out_of_scope(made, scope_of(shipped_policy(), GROUP, KIND), namespace, "x") == "") is allowed


@pytest.mark.parametrize("mode", ["Namespace", "RequestsNamespace"])
@given(data=st.data())
@settings(max_examples=examples(100), deadline=None, database=None)
def test_a_name_is_in_scope_exactly_if_a_request_of_the_namespace_can_have_it(mode: str, data: st.DataObject) -> None:
    part = st.sampled_from(["a", "b", "in-cluster", "auth", "old", "vcluster", "r"])
    text = st.lists(st.tuples(part, st.sampled_from(["", "-", "--"])), min_size=1, max_size=3).map(
        lambda pairs: "".join(map("".join, pairs)).rstrip("-")
    )
    made = policy(
        names={
            "shortNames": mode,
            **({"requestsNamespace": "r"} if mode == "RequestsNamespace" else {}),
            "reserved": ["in-cluster", "auth*"],
            "legacyNames": [{"namespace": "a", "name": "old"}, {"namespace": "b", "name": "a--old"}],
        },
        kinds=[
            {
                "group": GROUP,
                "kind": KIND,
                "bounds": [{"path": "spec", "type": "free"}],
                "observes": ["application:argocd/x-{name}"],
            }
        ],
    )
    namespace, request, name = data.draw(st.just("r") | text), data.draw(text), data.draw(text)
    asked = contract(
        **dict.fromkeys(("subApplications", "workloads", "secrets", "objects")),
        application={"namespace": "argocd", "name": f"x-{name}"},
    )
    told = out_of_scope(asked, scope_of(made, GROUP, KIND), namespace, request)
    problem = name_problem(made.spec.names, RequestNames(name, namespace, request))
    assert (told == "") is (problem == ""), (namespace, request, name, told, problem)


@pytest.mark.parametrize(
    "reaching",
    [
        {"workloads": {**ARGO, "selector": {"matchLabels": {"a": "b"}}}},
        {"secrets": [{"role": "kubeconfig", **ARGO, "name": "cluster-media"}]},
    ],
)
def test_nothing_but_applications_is_looked_at_in_the_namespace_of_argo_cd(reaching: dict[str, object]) -> None:
    nothing = dict.fromkeys(("application", "subApplications", "workloads", "secrets", "objects"))
    made = contract(**{**nothing, **reaching})
    said = out_of_scope(made, scope_of(shipped_policy(), GROUP, KIND), "vcluster-media", "media")
    assert said.startswith("it looks at the namespace argocd, which")
