"""Fixtures: the kinds as Kratix would install them, and somebody to ask."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from kratix_double.status_schema import treat
from localplane.client import Client
from localplane.clusters import Cluster
from localplane.crds import install_crds

from .server import Server

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def installed(control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The API server with the kind; once per module, because other tests may install the untreated CRD."""
    crd: dict[str, Any] = yaml.safe_load((ROOT / "promise/crds/vclusterorchestratorv2s.yaml").read_text())
    path = tmp_path_factory.mktemp("crds") / "requests.yaml"
    path.write_text(yaml.safe_dump(treat(crd)))
    install_crds(control_plane.admin, [path])
    return control_plane


@pytest.fixture
def server(installed: Cluster, admin: Client, namespace: str) -> Server:
    """Whom to ask, in a namespace of its own."""
    del installed
    return Server(admin, namespace)
