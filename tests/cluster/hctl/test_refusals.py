"""Before a new policy is applied: which requests of the cluster would it refuse?"""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from localplane.clusters import Cluster
from localplane.plane import ControlPlane

from .world import Place, hctl

pytestmark = pytest.mark.cluster

PROMISE = Path(__file__).parents[3] / "promise"
STRICT, FREE = str(PROMISE / "platform.yaml"), str(PROMISE / "platform-single-tenant.yaml")


def test_the_requests_that_a_new_policy_refuses_are_named_with_the_rule(place: Place) -> None:
    mine = f"{place.namespace}--x"
    place.put("within", "Ready", spec_name=mine)
    place.put("beyond", "Ready", spec_name=place.unique("short"))
    place.put("leaving", "Deleting", spec_name=place.unique("gone"))
    ended = place.run("validate", "--policy", STRICT, "-A")
    assert ended.returncode == 1, ended.stderr
    ours = [line for line in ended.stdout.splitlines() if f" {place.namespace}/" in line]
    (line,) = ours
    assert line.startswith(f"VClusterOrchestratorV2 {place.namespace}/beyond: spec.name: found ")
    assert f"expected {place.namespace}--x" in line
    assert "of the platform's policy strict; ask" in line
    assert "the policy strict would refuse" in ended.stdout.splitlines()[-1]

    report = place.asked("validate", "--policy", STRICT, "-A")
    schema = json.loads(place.run("schema", "validation").stdout)
    jsonschema.Draft202012Validator(schema).validate(report)
    assert f"VClusterOrchestratorV2 {place.namespace}/beyond" in {entry["file"] for entry in report["findings"]}
    assert report["summary"]["documents"] >= 2

    free = place.run("validate", "--policy", FREE, "-A")
    assert (free.returncode, "would refuse 0" in free.stdout) == (0, True), free.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-A",), "--policy FILE"),
        ((), "give files"),
        (("-A", "--policy", STRICT, "x.yaml"), "not both"),
        (("-A", "--policy", STRICT, "-o", "sarif"), "expected table, json or legacy-names"),
    ],
)
def test_wrong_usage_is_said(place: Place, words: tuple[str, ...], said: str) -> None:
    ended = place.run("validate", *words)
    assert ended.returncode == 2
    assert said in ended.stderr


def test_who_may_not_list_all_requests_is_told_and_gets_no_half_answer(kinds: Cluster, place: Place) -> None:
    assert isinstance(kinds, ControlPlane)
    ended = hctl(kinds.kubeconfig_for(place.unique("jane")), "validate", "--policy", STRICT, "-A")
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert "cannot list resource" in ended.stderr


def test_the_names_that_are_older_than_a_policy_are_written_as_its_list(place: Place, tmp_path: Path) -> None:
    short, both = place.unique("short"), place.unique("both")
    place.put("within", "Ready", spec_name=f"{place.namespace}--x")
    place.put("older", "Ready", spec_name=short)
    place.put("one", "Ready", spec_name=both)
    elsewhere = place.unique("elsewhere")
    place.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": elsewhere}})
    place.put("two", "Ready", spec_name=both, namespace=elsewhere)
    words = ("validate", "--policy", STRICT, "-A", "-o", "legacy-names")
    ended = place.run(*words)
    assert ended.returncode == 1
    assert f"{both} is the name of requests in" in ended.stderr
    listed = yaml.safe_load(ended.stdout)["legacyNames"]
    ours = [entry for entry in listed if entry["namespace"] == place.namespace]
    assert ours == [{"namespace": place.namespace, "name": short}]

    # With that list the same requests are refused no more, but for the name that two have.
    policy = yaml.safe_load(Path(STRICT).read_text())
    policy["spec"]["names"]["legacyNames"] = listed
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump(policy))
    refused = place.run("validate", "--policy", str(tmp_path / "ours.yaml"), "-A").stdout
    assert f"{place.namespace}/one: spec.name" in refused
    assert f"{place.namespace}/older" not in refused
