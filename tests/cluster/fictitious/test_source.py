"""Adding a source takes its folder, a registry line, its key in the contract, and its names: nothing else is touched.

The package is copied and changed as an author would, and everything that iterates over sources runs with the copy
against a real API server: watch, rights, metrics, explain, diagnose and dump.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localplane.client import Client
from localplane.clusters import Cluster
from tests.cluster.sidecar.world import install_requests, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[3]
PACKAGE = "platform_status_contract"
REQUEST = ("platform.integratn.tech/v1alpha1", "VClusterOrchestratorV2")

REFERENCE = '''class IngressReference(Struct, frozen=True, forbid_unknown_fields=True):
    """An Ingress."""

    namespace: Namespace
    name: ObjectName


'''
OBJECTS = "    objects: tuple[Reading[tuple[ObjectSeen, ...]], ...] | None = None\n"
LIST = "SOURCES: Final[tuple[ContractSource, ...]] = (\n"
EDITS = {
    "model/contract.py": [
        ("class SecretReference(", f"{REFERENCE}class SecretReference("),
        ("    works: bool = False\n", "    ingress: IngressReference | None = None\n    works: bool = False\n"),
        ("self.objects, self.works)", "self.objects, self.ingress, self.works)"),
    ],
    "model/vocabulary.py": [
        ('    WORKS_READY = "WorksReady"\n', '    WORKS_READY = "WorksReady"\n    INGRESS_READY = "IngressReady"\n')
    ],
    "rules/timers.py": [
        ('    OBJECTS = "objects"\n', '    OBJECTS = "objects"\n    INGRESS = "ingress"\n'),
        (
            '    SourceName.OBJECTS: "objects",\n',
            '    SourceName.OBJECTS: "objects",\n    SourceName.INGRESS: "Ingress",\n',
        ),
    ],
    "rules/observation.py": [(OBJECTS, f"{OBJECTS}    ingress: Reading[bool] | None = None\n")],
    "sources/registry.py": [
        ("from .objects.assess import", "from .ingresses.source import INGRESSES\nfrom .objects.assess import"),
        (LIST, f"{LIST}    INGRESSES,\n"),
    ],
}
"""What an author changes outside of the new folder; the JSON schemas are generated from it."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with one source more, to be put before the real one on the path of Python."""
    root = tmp_path_factory.mktemp("package")
    target = root / PACKAGE
    shutil.copytree(ROOT / "schemas/src" / PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    folder = target / "sources/ingresses"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""An Ingress that must have an address."""\n')
    for part in ("kinds", "source"):
        shutil.copy(Path(__file__).parent / "ingresses" / f"{part}.txt", folder / f"{part}.py")
    for name, edits in EDITS.items():
        text = (target / name).read_text()
        for before, after in edits:
            assert text.count(before) == 1, (name, before)
            text = text.replace(before, after)
        (target / name).write_text(text)
    return root


def environment(copy: Path, kubeconfig: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return {**kept, "PYTHONPATH": str(copy), "KUBECONFIG": str(kubeconfig), "PYTHONUTF8": "1"}


def run(copy: Path, kubeconfig: Path, *words: str) -> str:
    ended = subprocess.run(  # noqa: S603 - our own
        [sys.executable, *words],
        env=environment(copy, kubeconfig),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.stdout


@contextmanager
def sidecar(copy: Path, kubeconfig: Path, namespace: str) -> Iterator[str]:
    """Run the sidecar with the copy; yields the URL that it serves."""
    words = ("-m", "platform_status_sidecar", "--kubeconfig", str(kubeconfig), "--listen", "127.0.0.1:0")
    with subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, *words, "--lease", f"{namespace}/fictitious", "--write-interval", "0"],
        env=environment(copy, kubeconfig),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            lines = (json.loads(line) for line in process.stderr)
            port = next(line["port"] for line in lines if "port" in line)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def ingress(namespace: str) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"defaultBackend": backend},
    }


def says(admin: Client, namespace: str) -> tuple[str, str]:
    status = admin.get(*REQUEST, "media", namespace=namespace).get("status", {})
    told = {item["type"]: item for item in status.get("conditions", [])}
    return status.get("phase", ""), told.get("IngressReady", {}).get("reason", "")


def test_a_new_source_works_in_everything_that_iterates_over_sources(
    copy: Path, control_plane: Cluster, admin: Client, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    install_requests(control_plane.admin)
    kubeconfig = control_plane.kubeconfig
    contract = {
        "version": "v1",
        "generation": 1,
        "displayName": "Web",
        "name": "media",
        "ingress": {"namespace": namespace, "name": "web"},
    }
    made = {"apiVersion": REQUEST[0], "kind": REQUEST[1], "metadata": {"name": "media", "namespace": namespace}}
    created = admin.create({**made, "spec": {"name": "media"}})
    workflow = {"type": "ConfigureWorkflowCompleted", "status": "True", "reason": "PipelinesExecutedSuccessfully"}
    workflow |= {"message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    admin.replace({**created, "status": {"contract": contract, "conditions": [workflow]}}, subresource="status")
    with sidecar(copy, kubeconfig, namespace) as url:
        until(lambda: says(admin, namespace) == ("Progressing", "ObjectMissing"), "its absence is told")
        admin.create(ingress(namespace))
        until(lambda: says(admin, namespace) == ("Progressing", "ObjectNotReady"), "it is watched")
        address = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}
        admin.patch("networking.k8s.io/v1", "Ingress", "web", address, namespace=namespace, subresource="status")
        until(lambda: says(admin, namespace) == ("Ready", "ObjectsReady"), "its address makes the request Ready")
        with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310 - our own server
            metrics = answer.read().decode()
        assert 'condition="IngressReady"' in metrics
        assert 'source="ingresses"' in metrics
        gone = {"status": {"loadBalancer": None}}
        admin.patch("networking.k8s.io/v1", "Ingress", "web", gone, namespace=namespace, subresource="status")
        until(lambda: says(admin, namespace) == ("Degraded", "ObjectNotReady"), "an address that is lost is missed")
    told = run(copy, kubeconfig, "-m", "hctl", "explain", "media", "-n", namespace)
    assert f"Ingress {namespace}/web" in told
    assert "has no address" in told
    diagnosed = run(copy, kubeconfig, "-m", "hctl", "diagnose", "media", "-n", namespace)
    assert f"kubectl get ingress web -n {namespace}" in diagnosed
    dumped = run(copy, kubeconfig, "-m", "hctl", "dump", "media", "-n", namespace)
    assert "kind: Ingress" in dumped
    assert "defaultBackend" not in dumped, "a dump holds what the decoder reads and nothing else"
    rights = run(
        copy,
        kubeconfig,
        "-c",
        "from platform_status_pipeline.promise.watches import watch_rules; print(watch_rules(()))",
    )
    assert "'networking.k8s.io'" in rights
    with capsys.disabled():
        sys.stdout.write(f"\n{stat(copy)}")


def stat(copy: Path) -> str:
    """How much the copy differs from the package, file by file."""
    ended = subprocess.run(  # noqa: S603 - our own
        ["git", "diff", "--no-index", "--stat=100", str(ROOT / "schemas/src" / PACKAGE), str(copy / PACKAGE)],  # noqa: S607 - whichever is on the path
        capture_output=True,
        text=True,
        check=False,
    )
    return "".join(line for line in ended.stdout.splitlines(keepends=True) if "__pycache__" not in line)


def test_nothing_but_the_folder_the_registry_and_the_names_is_touched(copy: Path) -> None:
    original = ROOT / "schemas/src" / PACKAGE
    changed = {
        str(path.relative_to(copy / PACKAGE))
        for path in (copy / PACKAGE).rglob("*.py")
        if not (found := original / path.relative_to(copy / PACKAGE)).exists()
        or found.read_bytes() != path.read_bytes()
    }
    outside = {name for name in changed if not name.startswith("sources/ingresses/")}
    assert outside == set(EDITS)
    assert len(outside) <= 8
