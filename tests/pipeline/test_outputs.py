"""`contract` with `outputs`, after another container: entries, marks, and what is refused."""

import json
import stat
from pathlib import Path
from typing import Any, Final

import pytest

from platform_status_contract.template.yaml_text import dump, load_all
from platform_status_contract.validation import CONTRACT, validate

from .kratix_folders import ROOT, Done, KratixFolders
from .promise_containers import containers
from .test_authors import promise

STORE: Final = """\
# made by a container of the author's own
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: films-store
  namespace: team-a
spec:
  replicas: 02
"""

TEMPLATE: Final[dict[str, Any]] = {
    "apiVersion": "status.integratn.tech/v1",
    "kind": "StatusContract",
    "metadata": {"name": "queue"},
    "spec": {
        "contract": {
            "displayName": "Queue",
            "name": "${metadata.name}",
            "objects": [
                {
                    "name": "broker",
                    "apiVersion": "rabbitmq.com/v1beta1",
                    "kind": "RabbitmqCluster",
                    "resource": "rabbitmqclusters",
                    "scope": "Namespaced",
                    "namespace": "team-a",
                    "object": "films",
                }
            ],
            "outputs": {
                "kinds": [
                    {
                        "name": "store",
                        "apiVersion": "apps/v1",
                        "kind": "StatefulSet",
                        "resource": "statefulsets",
                        "scope": "Namespaced",
                    }
                ]
            },
        }
    },
}


@pytest.fixture
def kratix(tmp_path: Path) -> KratixFolders:
    folders = KratixFolders(tmp_path / "kratix")
    metadata = {"name": "films", "namespace": "team-a", "generation": 3}
    folders.ask({"apiVersion": "example.org/v1", "kind": "Queue", "metadata": metadata, "spec": {}})
    (folders.output / "store.yaml").write_text(STORE)
    return folders


def run(kratix: KratixFolders, **environment: str) -> Done:
    given = {"KRATIX_PROMISE_NAME": "queue", "STATUS_CONTRACT": json.dumps(TEMPLATE), **environment}
    return kratix.run("contract", **given)


def test_what_was_put_out_is_listed_and_marked_and_says_what_it_said(kratix: KratixFolders) -> None:
    (kratix.output / "far").mkdir()
    (kratix.output / "far" / "store.json").write_text(json.dumps(load_all(STORE)[0]))
    (kratix.metadata / "destination-selectors.yaml").write_text("[{directory: far, matchLabels: {environment: far}}]")
    (kratix.output / "README.md").write_text("kind: Secret")
    done = run(kratix)
    assert (done.returncode, done.stderr) == (0, "resolved STATUS_CONTRACT for generation 3\n")
    contract = kratix.status["contract"]
    assert validate(contract, CONTRACT) == ()
    assert [(entry["name"], entry["object"]) for entry in contract["objects"]] == [
        ("broker", "films"),
        ("store", "films-store"),
        ("store-2", "films-store"),
    ]
    first = kratix.files
    text = first["output/store.yaml"].decode()
    assert [line for line in text.splitlines() if "status.integratn.tech" not in line] == STORE.splitlines()
    assert '"status.integratn.tech/request-generation": "3"' in text
    assert stat.S_IMODE((kratix.output / "store.yaml").stat().st_mode) == 0o644
    assert json.loads(first["output/far/store.json"])["metadata"]["labels"]["status.integratn.tech/promise"] == "queue"
    assert run(kratix).returncode == 0
    assert kratix.files == first, "a second attempt gives the same bytes"


def test_a_document_that_could_not_be_found_again_fails_the_workflow_and_changes_nothing(kratix: KratixFolders) -> None:
    (kratix.output / "other.yaml").write_text(dump({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}))
    before = kratix.files
    done = run(kratix)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("output other.yaml: found a Secret")
    assert kratix.files == before


def test_an_output_that_is_not_ours_to_write_says_what_to_do(kratix: KratixFolders) -> None:
    (kratix.output / ".store.yaml.partial").mkdir()
    done = run(kratix)
    assert done.returncode == 1
    assert "let this container run as the user that wrote it" in done.stderr
    assert not (kratix.metadata / "status.yaml").exists()


def test_an_output_that_cannot_be_read_is_said(kratix: KratixFolders) -> None:
    (kratix.output / "store.yaml").write_bytes(b"\xff")
    done = run(kratix)
    assert done.returncode == 3
    assert "store.yaml" in done.stderr


def test_the_sidecar_may_watch_what_is_put_out(tmp_path: Path) -> None:
    template = json.dumps(TEMPLATE)
    made = sidecar_of(tmp_path / "good", template)
    roles = [item for item in made if isinstance(item, dict) and item["kind"] == "ClusterRole"]
    found = [rule for role in roles for rule in role["rules"] if "statefulsets" in rule["resources"]]
    assert found
    assert all(set(rule["verbs"]) == {"list", "watch"} for rule in found)
    (deployment,) = (item for item in made if isinstance(item, dict) and item["kind"] == "Deployment")
    (told,) = (
        argument
        for argument in deployment["spec"]["template"]["spec"]["containers"][0]["args"]
        if argument.startswith("--objects=")
    )
    kinds = {kind["kind"]: kind for kind in json.loads(told.removeprefix("--objects="))}
    assert set(kinds) == {"RabbitmqCluster", "StatefulSet"}
    assert kinds["StatefulSet"]["wanted"]["annotations"] == ["status.integratn.tech/request-generation"]
    refused = sidecar_of(tmp_path / "bad", template.replace('"scope": "Namespaced"}', '"scope": "Everywhere"}'))
    assert refused == [], "a kind that cannot be read leaves no manifest behind"


def sidecar_of(folder: Path, template: str) -> list[object]:
    """What the container `sidecar` makes for a Promise with this template; nothing if it refuses."""
    document = promise()
    for pipeline in document["spec"]["workflows"]["resource"]["configure"]:
        for container in pipeline["spec"]["containers"]:
            for variable in container.get("env", ()):
                variable["value"] = template
    kratix = KratixFolders(folder)
    kratix.ask(document)
    (sidecar,) = containers(document, "promise")
    done = sidecar.run(kratix, SIDECAR_PARTS=str(ROOT / "promise" / "sidecar"), KRATIX_WORKFLOW_TYPE="promise")
    if done.returncode:
        assert "outputs.kinds[0]" in done.stderr
        return []
    return [
        item for name, content in kratix.files.items() if "/platform/" in name for item in load_all(content.decode())
    ]
