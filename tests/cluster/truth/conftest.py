"""Fixtures: the kinds installed as Kratix would, and a fresh place for a request."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from localplane.client import Client
from localplane.clusters import Cluster
from localplane.crds import APPLICATION, fetch_crd, install_crds

from .places import Place
from .sidecars import Sidecar, running_sidecar

ROOT = Path(__file__).parents[3]
KRATIX = CRDS

RunSidecar = Callable[..., AbstractContextManager[Sidecar]]


def request_crd(folder: Path) -> Path:
    """Write the CRD of the requests as Kratix creates it: with its own status schema in the place of the author's."""
    crd: dict[str, Any] = yaml.safe_load((ROOT / "promise/crds/vclusterorchestratorv2s.yaml").read_text())
    path = folder / "requests.yaml"
    path.write_text(yaml.safe_dump(treat(crd)))
    return path


@pytest.fixture(scope="session")
def foreign_kinds(control_plane: Cluster) -> None:
    """Kratix's and Argo CD's kinds; the latter is large, so it is installed once."""
    install_crds(control_plane.admin, [KRATIX, fetch_crd(APPLICATION)])


@pytest.fixture(scope="module")
def installed(control_plane: Cluster, foreign_kinds: None, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The API server with every kind; once per module, because other tests may install the untreated CRD."""
    del foreign_kinds
    install_crds(control_plane.admin, [request_crd(tmp_path_factory.mktemp("crds"))])
    return control_plane


@pytest.fixture
def place(installed: Cluster, admin: Client, namespace: str) -> Iterator[Place]:
    """A fresh namespace for one request; a sidecar that a test runs is stopped before the request goes."""
    del installed
    found = Place(admin, namespace)
    yield found
    found.clear()


@pytest.fixture
def run(installed: Cluster, place: Place) -> RunSidecar:
    """What starts a sidecar with all permissions, for the length of a ``with`` block."""
    return lambda **options: running_sidecar(installed.kubeconfig, place.namespace, **options)
