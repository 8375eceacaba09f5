"""Fixtures: the kinds, and a place for requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.status_schema import treat
from kratix_double.widget import CRDS
from localplane.client import Client
from localplane.clusters import Cluster
from localplane.crds import APPLICATION, fetch_crd, install_crds

from .world import Place

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def kinds(control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The kinds of Kratix, of Argo CD, and the requests as Kratix would install them."""
    crd: dict[str, Any] = yaml.safe_load((ROOT / "promise/crds/vclusterorchestratorv2s.yaml").read_text())
    path = tmp_path_factory.mktemp("crds") / "requests.yaml"
    path.write_text(yaml.safe_dump(treat(crd)))
    install_crds(control_plane.admin, [CRDS, fetch_crd(APPLICATION), path])
    return control_plane


@pytest.fixture
def place(kinds: Cluster, admin: Client, namespace: str) -> Iterator[Place]:
    """A fresh namespace with a Lease that somebody keeps renewing."""
    found = Place(admin, namespace, kinds.kubeconfig)
    found.keep_alive()
    yield found
    found.clear()
