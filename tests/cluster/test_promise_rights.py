"""The rights that the Promise ships its sidecar with: each is used in a life, and nothing else is allowed.

Both are asked of the API server: its audit log says what was used, its authorizer what is allowed.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from localplane.client import Client
from localplane.kubeconfigs import write_private
from localplane.plane import ControlPlane
from platform_status_demo import roles
from platform_status_pipeline.promise.manifests import SidecarOptions
from tests.cluster.rights import may
from tests.cluster.sidecar import world
from tests.cluster.sidecar.world import Json, Life, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
TWO = SidecarOptions(replicas=2)
NAMESPACE = "life"
PATIENCE = 90
READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")
RARE = ("impersonate", "bind", "escalate", "approve", "sign", "use", "*")


class Right(NamedTuple):
    """One verb on one resource, such as ``("apps", "deployments", "list")``; a subresource stands behind a slash."""

    group: str
    resource: str
    verb: str


class Place(NamedTuple):
    """A right somewhere: in a namespace, or everywhere if that is empty."""

    right: Right
    namespace: str = ""
    name: str = ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rights")


@pytest.fixture(scope="module")
def plane(folder: Path) -> Iterator[ControlPlane]:
    """It knows no streamed lists, so the sidecar falls back to listing what it otherwise gets from a watch alone."""
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "Panic"],
        "rules": [{"level": "Metadata", "users": [roles.USER]}, {"level": "None"}],
    }
    (folder / "policy.json").write_text(json.dumps(policy))
    audit = (f"--audit-policy-file={folder / 'policy.json'}", f"--audit-log-path={folder / 'audit.log'}")
    with ControlPlane(apiserver_flags=(*audit, "--feature-gates=WatchList=false")) as started:
        world.install_requests(started.admin)
        world.install_argo_cd(started.admin)
        for document in roles.rights(ROOT, TWO):
            started.admin.apply(document)
        for name in ("argocd", NAMESPACE):
            started.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        # what the pipeline ships with each request
        world.allow_secret(started.admin, roles.USER, NAMESPACE, "kubeconfig")
        yield started


def kubeconfig(plane: ControlPlane, folder: Path) -> Path:
    """Credentials of the sidecar's own ServiceAccount."""
    path = f"{plane.admin.path('v1', 'ServiceAccount', roles.ACCOUNT, roles.NAMESPACE)}/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = plane.admin.request("POST", path, body=body)["status"]["token"]
    config = yaml.safe_load(plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    return write_private(folder / "sidecar.kubeconfig", yaml.safe_dump(config).encode())


def shipped_arguments() -> list[str]:
    [deployment] = [item for item in roles.manifests(ROOT, TWO) if item["kind"] == "Deployment"]
    arguments: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return arguments


def granted() -> set[Place]:
    """What the sidecar's own ClusterRole and Role say."""
    places = set()
    for role in roles.rights(ROOT, TWO):
        if role["kind"] not in ("ClusterRole", "Role") or role["metadata"]["name"] != roles.ACCOUNT:
            continue
        namespace = role["metadata"].get("namespace", "")
        for rule in role["rules"]:
            assert "nonResourceURLs" not in rule
            for parts in product(rule["apiGroups"], rule["resources"], rule["verbs"]):
                places |= {Place(Right(*parts), namespace, name) for name in rule.get("resourceNames", [""])}
    return places


def asked(folder: Path) -> list[Json]:
    """Every answered request of the sidecar, as the API server logged it."""
    events = [json.loads(line) for line in (folder / "audit.log").read_text().splitlines()]
    return [event for event in events if "objectRef" in event]


CONTROLLERS = (("StatefulSet", "media"), ("Deployment", "media-coredns"), ("DaemonSet", "media-agent"))
"""One of each kind, none of which wants pods."""


def used(folder: Path) -> set[Right]:
    found = set()
    for event in asked(folder):
        where = event["objectRef"]
        resource = "/".join(part for part in (where["resource"], where.get("subresource")) if part)
        found.add(Right(where.get("apiGroup", ""), resource, event["verb"]))
    return found


def test_a_life_uses_every_right_and_asks_for_no_other(plane: ControlPlane, folder: Path) -> None:
    life, credentials = Life(plane.admin, NAMESPACE), kubeconfig(plane, folder)
    contract = life.contract()
    contract["workloads"]["controllers"] = [
        {"kind": kind, "name": name, "zero": "allowed"} for kind, name in CONTROLLERS
    ]
    create_controllers(life)
    for name in ("first", "second"):
        (folder / name).mkdir()
    with ExitStack() as second:
        with world.running(credentials, folder / "first", *shipped_arguments()):
            until(lambda: holder(plane), "the first leads", PATIENCE)
            leader = holder(plane)
            second.enter_context(world.running(credentials, folder / "second", *shipped_arguments()))
            life.ask(contract, finalizers=["example.org/held"])
            life.deliver()
            until(lambda: life.status.get("phase") == "Ready", "phase Ready", PATIENCE)
            life.set_pod(ready=False)
            until(lambda: life.status.get("phase") == "Degraded", "phase Degraded", PATIENCE)
            pause(life, paused="true")
            plane.admin.delete("v1", "Pod", "p0", namespace=NAMESPACE)
            until(lambda: life.condition("PodsReady").get("reason") == "Paused", "the pods are paused", PATIENCE)
            assert holder(plane) == leader
        until(lambda: holder(plane) not in ("", leader), "the second leads", PATIENCE)
        pause(life, paused="false")
        life.create("v1", "Pod", "p0", {"spec": {"containers": [{"name": "c", "image": "i"}]}})
        life.set_pod(ready=True)
        until(lambda: life.status.get("phase") == "Ready", "phase Ready again", PATIENCE)
        provoke_a_conflict(life, folder)
        plane.admin.delete(*world.REQUEST, "media", namespace=NAMESPACE)
        until(lambda: life.status.get("phase") == "Deleting", "phase Deleting", PATIENCE)
        plane.admin.patch(*world.REQUEST, "media", {"metadata": {"finalizers": []}}, namespace=NAMESPACE)
    rights = {place.right for place in granted()}
    # To ask who one is, every account may: the Lease is owned by the answer.
    who_am_i = Right("authentication.k8s.io", "selfsubjectreviews", "create")
    assert used(folder) == rights | {Right("", "secrets", "get"), who_am_i}
    lease = plane.admin.get("coordination.k8s.io/v1", "Lease", roles.PROMISE, namespace=roles.NAMESPACE)
    account = plane.admin.get("v1", "ServiceAccount", roles.ACCOUNT, namespace=roles.NAMESPACE)["metadata"]
    owner = {"apiVersion": "v1", "kind": "ServiceAccount", "name": roles.ACCOUNT, "uid": account["uid"]}
    assert lease["metadata"]["ownerReferences"] == [owner]
    refused = [event for event in asked(folder) if event.get("responseStatus", {}).get("code") == 403]
    assert refused == []
    secrets = {(item["objectRef"]["namespace"], item["objectRef"]["name"]) for item in asked_for(folder, "secrets")}
    assert secrets == {(NAMESPACE, "kubeconfig")}
    assert {item["objectRef"]["namespace"] for item in asked_for(folder, "leases")} == {roles.NAMESPACE}


def asked_for(folder: Path, resource: str) -> list[Json]:
    return [event for event in asked(folder) if event["objectRef"]["resource"] == resource]


def create_controllers(life: Life) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    extras: dict[str, Json] = {"StatefulSet": {"serviceName": "media", "replicas": 0}, "Deployment": {"replicas": 0}}
    for kind, name in CONTROLLERS:
        life.create("apps/v1", kind, name, {"spec": {**spec, **extras.get(kind, {})}})
    # How many pods a DaemonSet wants stands in its status, so nobody knows before its controller has looked at it.
    counts = dict.fromkeys(("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"), 0)
    life.set_status("apps/v1", "DaemonSet", "media-agent", {"observedGeneration": 1, **counts})


def pause(life: Life, *, paused: str) -> None:
    for kind, name in CONTROLLERS:
        annotations = {"metadata": {"annotations": {"loft.sh/paused": paused}}}
        life.admin.patch("apps/v1", kind, name, annotations, namespace=NAMESPACE)


def holder(plane: ControlPlane) -> str:
    found = plane.admin.get("coordination.k8s.io/v1", "Lease", roles.PROMISE, namespace=roles.NAMESPACE)
    return str(found["spec"].get("holderIdentity", ""))


def provoke_a_conflict(life: Life, folder: Path) -> None:
    """Write the status, together with whatever it is about, until the sidecar has to read a request afresh."""
    read_afresh = Right("platform.integratn.tech", "vclusterorchestratorv2s", "get")
    turn = 0

    def conflicted() -> bool:
        nonlocal turn
        turn += 1
        life.set_pod(ready=turn % 2 == 0)
        for number in range(20):
            life.patch({"unrelated": turn * 100 + number})
        return read_afresh in used(folder)

    until(conflicted, "the sidecar reads a request afresh after a conflict", PATIENCE)


# -- what is refused


def reviewed(admin: Client, place: Place, *, account: str = roles.ACCOUNT, namespace: str = roles.NAMESPACE) -> bool:
    """Ask the authorizer about a ServiceAccount."""
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
    user, right = f"system:serviceaccount:{namespace}:{account}", place.right
    asked_for = {"group": right.group, "namespace": place.namespace, "name": place.name}
    return may(admin, user, right.verb, right.resource, **asked_for, groups=groups)


def served(admin: Client) -> Iterator[tuple[str, str, bool]]:
    """Every resource and subresource that the API server knows: group, name, whether it is namespaced."""
    groups = admin.request("GET", "/apis")["groups"]
    versions = [("", "/api/v1"), *((group["name"], f"/apis/{version_of(group)}") for group in groups)]
    for group, path in versions:
        for resource in admin.request("GET", path)["resources"]:
            yield group, resource["name"], resource["namespaced"]


def version_of(group: Json) -> str:
    return str(group["preferredVersion"]["groupVersion"])


def test_everything_else_is_refused(plane: ControlPlane) -> None:
    """The cross product of what the API server serves, every verb, and namespaces of ours and of others."""
    resources = [*served(plane.admin), ("*", "*", True)]
    assert len(resources) > 100
    assert ("", "secrets", True) in resources
    everywhere, ours, others = "", roles.NAMESPACE, ("kube-system", NAMESPACE)
    places = [
        Place(Right(group, resource, verb), namespace)
        for group, resource, namespaced in resources
        for verb in (*READ, *WRITE, *RARE)
        for namespace in ((everywhere, ours, *others) if namespaced else (everywhere,))
    ]
    with ThreadPoolExecutor(4) as threads:
        answers = dict(zip(places, threads.map(lambda place: reviewed(plane.admin, place), places), strict=True))
    allowed = {place for place, answer in answers.items() if answer}
    # what every ServiceAccount may do, such as asking what it may do
    common = {place for place in allowed if reviewed(plane.admin, place, account="nobody")}
    assert {place.right.resource.partition("/")[0] for place in common} <= {
        "selfsubjectaccessreviews",
        "selfsubjectrulesreviews",
        "selfsubjectreviews",
    }
    unnamed = {place for place in granted() if not place.name}
    expected = {place for place in places if any(covers(grant, place) for grant in unnamed)}
    assert allowed - common == expected
    assert not [place for place in allowed if place.right.resource.startswith("secrets")]


def covers(grant: Place, place: Place) -> bool:
    return grant.right == place.right and grant.namespace in ("", place.namespace)


@pytest.mark.parametrize("verb", [*READ, *WRITE])
def test_of_what_is_named_only_that_name_is_allowed(plane: ControlPlane, verb: str) -> None:
    lease, secret = Right("coordination.k8s.io", "leases", verb), Right("", "secrets", verb)
    cases = [
        # a name is not known to who authorizes a create, so that one is for any name of the namespace
        (Place(lease, roles.NAMESPACE, roles.PROMISE), verb in {"get", "patch", "create"}),
        (Place(lease, roles.NAMESPACE, "another-promise"), verb == "create"),
        (Place(lease, NAMESPACE, roles.PROMISE), False),
        (Place(secret, NAMESPACE, "kubeconfig"), verb == "get"),
        (Place(secret, NAMESPACE, "kubeconfig-2"), False),
        (Place(secret, "kube-system", "kubeconfig"), False),
        (Place(secret, roles.NAMESPACE, "kubeconfig"), False),
    ]
    assert [(place, reviewed(plane.admin, place)) for place, _ in cases] == cases


def test_of_a_sharded_sidecar_each_shard_has_its_lease_and_no_other(plane: ControlPlane) -> None:
    """In a namespace of its own: the ClusterRole is the same, and its binding stays with the other one."""
    sharded = "sharded"
    for document in roles.rights(ROOT, SidecarOptions(namespace=sharded, shards=2)):
        if not document["kind"].startswith("Cluster"):
            plane.admin.apply(document)
    names = [f"{roles.PROMISE}-1-of-2", f"{roles.PROMISE}-2-of-2", f"{roles.PROMISE}-1-of-3", roles.PROMISE]
    patches = [Place(Right("coordination.k8s.io", "leases", "patch"), sharded, name) for name in names]

    def allowed() -> list[bool]:
        return [reviewed(plane.admin, place, namespace=sharded) for place in patches]

    # the authorizer learns of the Roles from its informers, some time after they were made
    until(lambda: allowed()[:2] == [True, True], "each shard may write its own Lease")
    assert allowed()[2:] == [False, False]


def test_anybody_with_an_account_may_look_at_the_lease_and_change_nothing(plane: ControlPlane) -> None:
    lease = {verb: Place(Right("coordination.k8s.io", "leases", verb), roles.NAMESPACE, roles.PROMISE) for verb in READ}
    assert [reviewed(plane.admin, lease[verb], account="nobody") for verb in READ] == [True, False, False]
    patch = Place(Right("coordination.k8s.io", "leases", "patch"), roles.NAMESPACE, roles.PROMISE)
    assert not reviewed(plane.admin, patch, account="nobody")


def test_no_manifest_of_any_form_speaks_of_secrets_or_of_everything() -> None:
    for options in (TWO, SidecarOptions(), SidecarOptions(shards=3, service_monitor=True)):
        for role in roles.rights(ROOT, options):
            for rule in role.get("rules", ()):
                values = [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]
                assert not {"*", "secrets", "update", "delete"} & set(values)
