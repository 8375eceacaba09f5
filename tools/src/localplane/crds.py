"""CustomResourceDefinitions: foreign ones from the Go module cache, and the installation of any.

Those of Argo CD and the Prometheus operator are downloaded, checked against a pinned hash and cached; none is part of
this repository.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import yaml

from localplane.caches import cache_folder, exclusive
from localplane.client import Client, Object
from localplane.errors import BuildError, WaitError
from localplane.gomodules import pinned
from localplane.gotoolchains import find_go, go_environment
from localplane.kubeconfigs import write_private
from localplane.versions import ARGO_CD, FLUX, GoTool
from platform_status_kube.errors import NotFoundError, UnansweredError

__all__ = [
    "APPLICATION",
    "APPLICATION_SET",
    "APP_PROJECT",
    "ARGO_CD_CRDS",
    "FLUX_CRDS",
    "FOREIGN",
    "ForeignCrd",
    "fetch_crd",
    "install_crds",
    "module_folder",
]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C if it is there: in Python the CRD of ApplicationSets alone takes 7 s."""

_API = "apiextensions.k8s.io/v1"
_KIND = "CustomResourceDefinition"
_USE_TIMEOUT = 30.0
"""Seconds to wait until a CRD can be used."""


@dataclass(frozen=True)
class ForeignCrd:
    """A CRD in a Go module.

    Attributes:
        name: Its name on the command line.
        module: Path of the module.
        version: Version of the module, with its leading ``v``.
        path: The file in the module.
        sha256: Hash of the file.
        toolchain: As in ``versions.GoTool``.
    """

    name: str
    module: str
    version: str
    path: str
    sha256: str
    toolchain: str = ""


# The newest version whose go.mod requires Go 1.26; v3.6 requires 1.27.
_ARGO_CD = ("github.com/argoproj/argo-cd/v3", "v3.5.7")
_PROMETHEUS_OPERATOR = ("github.com/prometheus-operator/prometheus-operator", "v0.85.0")

APPLICATION = ForeignCrd(
    "application",
    *_ARGO_CD,
    "manifests/crds/application-crd.yaml",
    "5dde0e229249b6b707beb98674c1deae3949d5c319a6c45b9f5a80c99618e40c",
)
APP_PROJECT = ForeignCrd(
    "appproject",
    *_ARGO_CD,
    "manifests/crds/appproject-crd.yaml",
    "ab225266944322750136f1198d93786e4a79a0e43c8d149abfba44da30a3eac8",
)
SERVICE_MONITOR = ForeignCrd(
    "servicemonitor",
    *_PROMETHEUS_OPERATOR,
    "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    "1dae27b7189b5ce7b9ab764656c18b4c75a45cde1e6f3af6a5e84c4317628919",
)
PROMETHEUS_RULE = ForeignCrd(
    "prometheusrule",
    *_PROMETHEUS_OPERATOR,
    "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    "98fd16c9ab79fba8dcd6ef62c957c98cd6546ab74ce0a4ecf09ddf2fda03020e",
)


def _of_argo_cd(name: str, sha256: str) -> ForeignCrd:
    path = f"manifests/crds/{name}-crd.yaml"
    return ForeignCrd(name, ARGO_CD.module, ARGO_CD.version, path, sha256, ARGO_CD.toolchain)


ARGO_CD_CRDS = (
    _of_argo_cd("application", "9fd0da3e7097ad6d1af614fabd5c960bc7ddb00d768c3ef485a2fda6e9460df8"),
    _of_argo_cd("appproject", "084150a2feccd188a1dee09cd8a3a259dfacecdfb7e10037df78900f60816482"),
)
"""The CRDs of the Argo CD that ``localargocd`` starts."""
APPLICATION_SET = _of_argo_cd("applicationset", "980128848a8d2152b946aec6a11cdd1174b38b04587f4fba94537c040fd84202")
"""The CRD of its ApplicationSet controller, which is started on request."""
FLUX_CRDS = tuple(
    ForeignCrd(name, tool.module, tool.version, f"config/crd/bases/{group}.toolkit.fluxcd.io_{name}.yaml", sha256)
    for tool, group, name, sha256 in (
        (FLUX[0], "source", "buckets", "7be598fad94f7b81d99c196a649f55c70edf5b4ab9de32c13e8eda31c14f46ef"),
        (FLUX[0], "source", "externalartifacts", "f4939240c967e4da1208c7203cd8edd0cd1ff62cabc9a767e7293dedd2f50b91"),
        (FLUX[0], "source", "gitrepositories", "bd0c08183287b2eea0d885751fc686bc4b2b583e919de6bd57859170b8d1727f"),
        (FLUX[0], "source", "helmcharts", "413fe7367bdb81324b978091abc9081fe2241bb49e3aabf06aff83c86c95a4e3"),
        (FLUX[0], "source", "helmrepositories", "0f3c34df4a25c88c7ad7825ada26d696aa53d92ec2c0ca540e1f9a05db247fa9"),
        (FLUX[0], "source", "ocirepositories", "80c7c6e5c8de0764cc83acd4de5c74bea8e51186085304d22cecc5f2eb35500e"),
        (FLUX[1], "kustomize", "kustomizations", "da23ca0e6b4c80d3d26a91583137491e147ef4ef1e2208aece0d0af4ef851974"),
    )
)
"""The CRDs of the Flux that ``localflux`` starts; source-controller requires all of its own."""

FOREIGN = {crd.name: crd for crd in (APPLICATION, APP_PROJECT, SERVICE_MONITOR, PROMETHEUS_RULE)}


def fetch_crd(crd: ForeignCrd, environ: Mapping[str, str] | None = None, stream: TextIO | None = None) -> Path:
    """Return the file of a CRD; its module is downloaded if it is not cached.

    Args:
        crd: The CRD.
        environ: The environment, with the cache and Go's proxy; None: that of this process.
        stream: Stream for progress; None: standard error.

    Raises:
        BuildError: The module cannot be downloaded, or the file does not have the pinned hash.
        ToolchainError: There is no Go.
    """
    chosen = os.environ if environ is None else environ
    output = stream or sys.stderr
    cache = cache_folder(chosen)
    kept = cache / "crds" / f"{crd.name}-{crd.version}-{crd.sha256[:12]}.yaml"
    if kept.exists():
        return kept
    with exclusive(cache / "locks" / "crds.lock", lambda: None):
        if not kept.exists():
            output.write(f"localplane: downloading {crd.module}@{crd.version} for its CRD {crd.name}\n")
            output.flush()
            content = (_downloaded(crd, find_go(cache, chosen, output), chosen) / crd.path).read_bytes()
            found = hashlib.sha256(content).hexdigest()
            if found != crd.sha256:
                raise BuildError(f"{crd.module}@{crd.version} {crd.path}: SHA-256 {found}, expected {crd.sha256}")
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_private(kept, content)
    return kept


def install_crds(client: Client, paths: Iterable[Path]) -> list[str]:
    """Apply all CRDs in some YAML files and wait until each can be used.

    Args:
        client: A client that may create CRDs.
        paths: Files with CRDs, and folders with such ``*.yaml`` files; other documents in them are skipped.

    Returns:
        Names of the CRDs, such as ``applications.argoproj.io``.

    Raises:
        ValueError: A path contains no CRD.
        WaitError: A CRD is not established in time; the text has its conditions.
    """
    found = [crd for path in paths for crd in _read(path)]
    for crd in found:
        client.apply(crd)
    for crd in found:
        _await_use(client, crd, _USE_TIMEOUT)
    return [crd["metadata"]["name"] for crd in found]


def _read(path: Path) -> list[Object]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    documents = [document for file in files for document in yaml.load_all(file.read_text(), _LOADER)]
    crds = [document for document in documents if document and document.get("kind") == _KIND]
    if not crds:
        raise ValueError(f"{path}: holds no {_KIND}")
    return crds


def _await_use(client: Client, crd: Object, timeout: float) -> None:
    name, deadline = crd["metadata"]["name"], time.monotonic() + timeout
    client.wait_for(_API, _KIND, name, _established, timeout=timeout, until="it is Established")
    # Established means that the storage is ready; the handler and discovery follow later.
    for version in crd["spec"]["versions"]:
        if not version["served"]:
            continue
        api_version = f"{crd['spec']['group']}/{version['name']}"
        while not _served(client, api_version, crd["spec"]["names"]["kind"]):
            if time.monotonic() > deadline:
                raise WaitError(f"{name}: Established, but {api_version} is not served after {timeout:g} s")
            time.sleep(0.05)


def _established(crd: Object) -> bool:
    # A new CRD has "conditions: null" for a moment.
    conditions: list[dict[str, Any]] = crd.get("status", {}).get("conditions") or []
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


def _served(client: Client, api_version: str, kind: str) -> bool:
    try:
        client.request("GET", client.collection(api_version, kind), query={"limit": "1"})
    except NotFoundError:
        return False
    except UnansweredError as error:
        if error.status == 503:  # noqa: PLR2004 - the storage of a new CRD is not ready yet
            return False
        raise
    return True


def module_folder(tool: GoTool, environ: Mapping[str, str]) -> Path:
    """Return the folder of the module that a tool is built from, as the go.sum of its build pins it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in pinned(tool).items():
            (Path(folder) / name).write_bytes(content)
        return _downloaded(tool, find_go(cache_folder(environ), environ, sys.stderr), environ, folder)


def _downloaded(wanted: ForeignCrd | GoTool, go: Path, environ: Mapping[str, str], beside: str = "/") -> Path:
    """Download a module; by default where there is no go.mod, because go would change the go.sum beside it."""
    module = f"{wanted.module}@{wanted.version}"
    answer = subprocess.run(  # noqa: S603 - go, no shell
        [str(go), "mod", "download", "-json", module],
        env=go_environment(environ, wanted.toolchain),
        cwd=beside,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        told = json.loads(answer.stdout)
    except ValueError:
        told = {}
    if answer.returncode != 0 or "Dir" not in told:
        raise BuildError(f"{module}: go mod download failed: {told.get('Error') or answer.stderr.strip()[-2000:]}")
    return Path(told["Dir"])
