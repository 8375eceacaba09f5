"""The live status of a request: which container writes `problems` there and when, counted before a real API server."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from localplane.client import Client, Object
from localplane.clusters import Cluster
from localplane.crds import install_crds
from platform_status_pipeline.cli import main
from tests.cluster.rights import grant, revoke
from tests.faults.proxy import FaultProxy
from tests.pipeline.kratix_folders import EXAMPLES, ROOT, KratixFolders, as_in_cluster

pytestmark = pytest.mark.cluster

API = "platform.integratn.tech/v1alpha1"
KIND = "VClusterOrchestratorV2"
PLURAL = "vclusterorchestratorv2s"
LEFT_ALONE = (
    "status.problems not written: this is no pod with a ServiceAccount; --live writes it to the cluster of KUBECONFIG"
)
LIVE: dict[str, Any] = {
    "phase": "Ready",
    "message": "VCluster media is fully operational",
    "contract": {"version": "v1"},
    "problems": ["old"],
    "conditions": [{"type": "Reconciled", "status": "True"}],
    "kratix": {"workflows": {"pipelines": []}},
}
BAD_TEMPLATES = {
    "contract": """
        apiVersion: status.integratn.tech/v1
        kind: StatusContract
        metadata: {name: bad}
        spec: {contract: {displayName: X, name: "${spec.nope}", works: true}}
        """,
    "render": """
        apiVersion: status.integratn.tech/v1
        kind: Manifests
        metadata: {name: bad}
        spec: {outputs: [{manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: "${spec.nope}"}}]}]}
        """,
}
WRITERS = ("configure", "contract", "render", "delete")
"""Every container of a resource workflow; each can refuse, so each could write."""


ANYTHING = (ROOT / "promise/platform-single-tenant.yaml").read_text("utf-8")
"""Which problems there are is the business of other tests; here it counts where they go."""


class Desk:
    """The folders of one Job, and the API server behind a proxy that counts every request.

    Attributes:
        proxy: It forwards everything.
        kubeconfig: Of an account that may do what Kratix lets a pipeline do (kratix.md section 2).
        account: Folder with the same account, as the kubelet mounts it.
    """

    def __init__(self, admin: Client, proxy: FaultProxy, folder: Path, token: str, live: Object) -> None:
        self.admin, self.proxy, self.live = admin, proxy, live
        self.folders = KratixFolders(folder / "kratix")
        self.folders.ask(live)
        self.account = folder / "serviceaccount"
        self.account.mkdir()
        (self.account / "token").write_text(token)
        (self.account / "ca.crt").write_bytes(proxy.authority)
        self.kubeconfig = folder / "kubeconfig"
        cluster = {
            "server": f"https://127.0.0.1:{proxy.port}",
            "certificate-authority-data": base64.b64encode(proxy.authority).decode(),
        }
        self.kubeconfig.write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "c",
                    "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
                    "clusters": [{"name": "k", "cluster": cluster}],
                    "users": [{"name": "u", "user": {"token": token}}],
                }
            )
        )

    @property
    def pod(self) -> dict[str, str]:
        """The variables of a pod that lead to the API server."""
        return {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.proxy.port)}

    def by_hand(self, *arguments: str, **environment: str) -> tuple[int, list[str]]:
        """Run a container as a process, with KUBECONFIG set; its exit code and its log."""
        done = self.folders.run(
            *arguments, **{"KUBECONFIG": str(self.kubeconfig), "PLATFORM_POLICY": ANYTHING, **environment}
        )
        return done.returncode, done.stderr.splitlines()

    def in_pod(self, *arguments: str, **environment: str) -> tuple[int, list[str]]:
        """Run a container with a ServiceAccount; its exit code and its log."""
        log = io.StringIO()
        folders = {
            "KRATIX_INPUT_DIR": str(self.folders.input),
            "KRATIX_OUTPUT_DIR": str(self.folders.output),
            "KRATIX_METADATA_DIR": str(self.folders.metadata),
            "SETTLE_SECONDS": "0",
            "PLATFORM_POLICY": ANYTHING,
        }
        code = main(arguments, {**folders, **self.pod, **environment}, log, self.account)
        return code, log.getvalue().splitlines()

    def refused_by(self, command: str) -> list[str]:
        """Make a container refuse; the arguments that run it."""
        if command == "delete":
            (self.folders.metadata / "status.yaml").write_text("kratix: {}\n")
        if command not in BAD_TEMPLATES:
            return [command]
        template = self.folders.input / "template.yaml"
        template.write_text(BAD_TEMPLATES[command])
        return [command, "--template", str(template)]

    @property
    def asked(self) -> list[tuple[str, str, int]]:
        """Verb, path and answer of every request that the pipeline made."""
        return [(seen.verb, urlsplit(seen.path).path, seen.status) for seen in self.proxy.seen()]

    @property
    def path(self) -> str:
        """Path of the request's live status."""
        return f"/apis/{API}/namespaces/{self.live['metadata']['namespace']}/{PLURAL}/media/status"

    @property
    def status(self) -> dict[str, Any]:
        """The live status."""
        found = self.admin.get(API, KIND, "media", namespace=self.live["metadata"]["namespace"])["status"]
        assert isinstance(found, dict)
        return found


@pytest.fixture
def desk(control_plane: Cluster, admin: Client, namespace: str, tmp_path: Path) -> Iterator[Desk]:
    """A request whose change cannot be carried out, although the API server accepts it."""
    install_crds(admin, [ROOT / "promise" / "crds"])
    request = as_in_cluster(EXAMPLES / "media.yaml")
    request["metadata"] = {"name": "media", "namespace": namespace}
    request["spec"]["projectName"] = "default"
    request["spec"]["vcluster"] = {"resources": {"limits": {"cpu": "100m"}}}
    admin.create(request)
    live = admin.patch(API, KIND, "media", {"status": LIVE}, namespace=namespace, subresource="status")
    config = yaml.safe_load(control_plane.kubeconfig.read_text("utf-8"))
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"])
    with FaultProxy(control_plane.server, authority, tmp_path) as proxy:
        yield Desk(admin, proxy, tmp_path, token_of_a_pipeline(admin, namespace), live)


def token_of_a_pipeline(admin: Client, namespace: str) -> str:
    """The token of a ServiceAccount that may do what Kratix lets a pipeline do (kratix.md section 2)."""
    name = "pipeline"
    metadata = {"name": name, "namespace": namespace}
    admin.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    rule = {
        "apiGroups": ["platform.integratn.tech"],
        "resources": [PLURAL, f"{PLURAL}/status"],
        "verbs": ["get", "list", "update", "create", "patch"],
    }
    grant(admin, f"system:serviceaccount:{namespace}:{name}", [rule], namespace)
    answer = admin.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
        body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
    )
    return str(answer["status"]["token"])


# -- who may write


def test_by_hand_a_kubeconfig_alone_asks_the_api_server_nothing(desk: Desk) -> None:
    """Not beside a variable of a pod either, which a shell may have."""
    for environment in ({}, desk.pod):
        code, log = desk.by_hand("configure", **environment)
        assert (code, log[-1]) == (1, LEFT_ALONE)
        assert not log[0].startswith("status.problems")
    assert desk.asked == []
    assert desk.status == LIVE


def test_by_hand_live_writes_the_problems_and_says_where(desk: Desk) -> None:
    desk.folders.ask({**desk.live, "status": {}})
    code, [*problems, last] = desk.by_hand("configure", "--live", KRATIX_CRD_PLURAL=PLURAL)
    assert code == 1
    assert last == f"status.problems written: PATCH {desk.path} of 127.0.0.1:{desk.proxy.port}, by KUBECONFIG"
    assert desk.asked == [("patch", desk.path, 200)]
    assert problems
    assert desk.status == {**LIVE, "problems": problems}


@pytest.mark.parametrize("command", WRITERS)
def test_a_pod_writes_by_its_own_account_whatever_kubeconfig_is_there(desk: Desk, command: str) -> None:
    desk.folders.ask({**desk.live, "status": {}})
    code, [*problems, last] = desk.in_pod(*desk.refused_by(command), KUBECONFIG="/nowhere", KRATIX_CRD_PLURAL=PLURAL)
    assert code == 1
    place = f"{desk.path} of 127.0.0.1:{desk.proxy.port}"
    assert last == f"status.problems written: PATCH {place}, by the ServiceAccount of this pod"
    assert desk.asked == [("patch", desk.path, 200)]
    assert problems
    assert desk.status == {**LIVE, "problems": problems}


def test_a_dry_run_changes_nothing_in_the_cluster(desk: Desk) -> None:
    for command in WRITERS:
        arguments = desk.refused_by(command)
        assert desk.in_pod(*arguments, KRATIX_DRY_RUN="true")[0] == 1, command
        assert desk.by_hand(*arguments, "--live", KRATIX_DRY_RUN="true")[0] == 1, command
    assert desk.asked == []
    assert desk.status == LIVE


def test_the_status_of_a_promise_is_never_written(desk: Desk) -> None:
    promise = yaml.safe_load((ROOT / "promise" / "promise.yaml").read_text("utf-8"))
    promise["metadata"]["namespace"] = "default"
    del promise["spec"]["api"]
    desk.folders.ask(promise)
    arguments = ("sidecar", "--parts", str(ROOT / "promise" / "sidecar"))
    for code, log in (desk.in_pod(*arguments), desk.by_hand(*arguments, "--live"), desk.by_hand(*arguments)):
        assert code == 1
        assert not any(line.startswith("status.problems") for line in log)
    assert desk.asked == []


# -- what is written


def test_the_problems_are_those_of_the_log_and_no_document_is_left(desk: Desk) -> None:
    _, log = desk.in_pod("configure")
    assert [line.split(":")[0] for line in desk.status["problems"]] == [
        "spec.projectName",
        "spec.vcluster.resources.requests.cpu",
    ]
    assert [line for line in log if not line.startswith("status.problems")] == desk.status["problems"]
    assert desk.folders.files == {}


def test_telling_the_same_problems_again_is_no_write(desk: Desk) -> None:
    desk.folders.ask({**desk.live, "status": {}})
    namespace = desk.live["metadata"]["namespace"]
    versions = []
    for _ in range(2):
        assert desk.in_pod("configure")[0] == 1
        versions.append(desk.admin.get(API, KIND, "media", namespace=namespace)["metadata"]["resourceVersion"])
    assert versions[0] == versions[1] != desk.live["metadata"]["resourceVersion"]


@pytest.mark.parametrize("failure", ["request gone", "forbidden"])
def test_a_patch_that_fails_is_told_after_the_problems_and_hides_none(desk: Desk, failure: str) -> None:
    desk.folders.ask({**desk.live, "status": {}})
    namespace = desk.live["metadata"]["namespace"]
    if failure == "request gone":
        desk.admin.delete(API, KIND, "media", namespace=namespace)
        cause = "404 NotFound"
    else:
        revoke(desk.admin, f"system:serviceaccount:{namespace}:pipeline", namespace)
        cause = "403 Forbidden"
    code, (first, second, last) = desk.by_hand("configure", "--live")
    assert code == 1
    assert first.startswith("spec.projectName: ")
    assert second.startswith("spec.vcluster.resources.requests.cpu: ")
    assert last.startswith("status.problems could not be written: ")
    assert cause in last


# -- problems of an earlier run


GOOD = {"name": "media", "targetNamespace": "vcluster-media"}
FIRST = ("configure", "contract", "render")
"""Containers that may come first in a configure workflow."""


def corrected(desk: Desk, command: str) -> list[str]:
    """Correct the request, whose last run was refused; the arguments of a container for it."""
    desk.folders.ask({**desk.live, "spec": GOOD})
    template = {
        "contract": ROOT / "promise" / "contract.yaml",
        "render": desk.folders.input / "manifests.yaml",
    }.get(command)
    if template is None:
        return [command]
    if command == "render":
        template.write_text(BAD_TEMPLATES["render"].replace("spec.nope", "spec.name"))
    return [command, "--template", str(template)]


@pytest.mark.parametrize("command", FIRST)
def test_a_new_run_removes_the_problems_of_the_last_one(desk: Desk, command: str) -> None:
    code, log = desk.in_pod(*corrected(desk, command))
    assert code == 0, log
    assert log[0].startswith(f"status.problems emptied: PATCH {desk.path}")
    assert desk.asked == [("patch", desk.path, 200)]
    assert desk.status == {**LIVE, "problems": []}


@pytest.mark.parametrize("command", FIRST)
def test_a_run_that_breaks_otherwise_does_not_show_the_problems_of_the_last_one(desk: Desk, command: str) -> None:
    """The output folder, the template or a status.yaml of another container is broken: nothing of that is a refusal."""
    arguments = corrected(desk, command)
    if command == "configure":
        desk.folders.output.rmdir()
        desk.folders.output.write_text("a file")
    elif command == "contract":
        (desk.folders.metadata / "status.yaml").write_text("{")
    else:
        arguments[-1] = "/nowhere"
    code, log = desk.in_pod(*arguments)
    assert code == 3
    assert desk.status == {**LIVE, "problems": []}, log


def test_a_run_that_is_refused_again_shows_its_own_problems(desk: Desk) -> None:
    code, _ = desk.in_pod("configure")
    assert code == 1
    assert desk.asked == [("patch", desk.path, 200)] * 2
    assert desk.status["problems"][0].startswith("spec.projectName: ")


def test_whatever_stands_in_the_place_of_problems_is_removed_and_after_a_good_run_nothing_is_asked(desk: Desk) -> None:
    arguments = corrected(desk, "configure")
    for problems, writes in ((None, 0), ([], 0), *((found, 1) for found in ("a text", {}, 0, False, [None], {"a": 1}))):
        desk.folders.ask({**desk.live, "spec": GOOD, "status": {"problems": problems}})
        before = len(desk.asked)
        code, log = desk.in_pod(*arguments)
        assert (code, len(log), len(desk.asked) - before) == (0, 1 + writes, writes), problems
    assert desk.status["problems"] == []


def test_a_failure_to_remove_them_is_told_and_stops_nothing(desk: Desk) -> None:
    arguments = corrected(desk, "configure")
    namespace = desk.live["metadata"]["namespace"]
    revoke(desk.admin, f"system:serviceaccount:{namespace}:pipeline", namespace)
    code, log = desk.in_pod(*arguments)
    assert code == 0
    assert log[0] == "status.problems could not be written: the API server answered 403 Forbidden"
    assert desk.status == LIVE


@pytest.mark.parametrize("command", FIRST)
def test_problems_are_not_removed_by_hand_nor_by_a_dry_run_nor_in_a_delete_workflow(desk: Desk, command: str) -> None:
    arguments = corrected(desk, command)
    assert desk.by_hand(*arguments)[0] == 0
    assert desk.in_pod(*arguments, KRATIX_DRY_RUN="true")[0] == 0
    assert desk.in_pod("delete", KRATIX_WORKFLOW_ACTION="delete")[0] == 0
    if command != "configure":
        assert desk.in_pod(*arguments, KRATIX_WORKFLOW_ACTION="delete")[0] == 0
    assert desk.asked == []
    assert desk.status == LIVE
