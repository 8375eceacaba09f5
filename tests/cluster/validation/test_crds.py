"""The values of `tests/golden/crd_values.yaml`, told to the real API server."""

import json

import pytest
import yaml

from localplane.client import Client
from localplane.clusters import Cluster
from localplane.crds import install_crds
from platform_status_kube.errors import TransportError
from tests.golden.crd_values import CASES, KIND, VERSION, crd, request

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def tried(control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where objects of the kind are created."""
    path = tmp_path_factory.mktemp("crds") / "tried.yaml"
    path.write_text(yaml.safe_dump(crd()))
    install_crds(control_plane.admin, [path])
    return control_plane.admin.collection(VERSION, KIND, "default")


@pytest.mark.parametrize("name", CASES)
def test_each_value_is_answered_as_its_case_says(tried: str, admin: Client, name: str) -> None:
    def refusal(value: object) -> str:
        body = json.dumps(request(name, value)).encode()
        try:
            admin.http.request("POST", tried, query={"dryRun": "All"}, body=body, content_type="application/json")
        except TransportError as error:
            return error.said or str(error.status)
        return ""

    case = CASES[name]
    assert [(value, refusal(value)) for value in case.accepts if refusal(value)] == []
    assert [value for value in (*case.refuses, *case.passes) if not refusal(value)] == []
