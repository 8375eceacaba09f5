"""The policy of the Go implementation's platform: our output under it equals theirs but for the listed differences.

homelab.yaml holds theirs as facts. Each difference must be seen in some request, each one seen must be listed, and
docs/upgrade.md shows the list.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from platform_status_contract.policy.read import read_policy
from platform_status_pipeline.vcluster.merge import merge, without
from platform_status_pipeline.vcluster.names import Settings
from platform_status_pipeline.vcluster.plan import Plan, make_plan
from tests.unit.pipeline.chart import values_schema
from tests.unit.pipeline.requests import read

from .kratix_folders import ROOT

FACTS = yaml.safe_load((ROOT / "tests/pipeline/homelab.yaml").read_text("utf-8"))
POLICY = read_policy(read(ROOT / "promise/platform-homelab.yaml"))
DIFFERENCES = {entry["at"]: entry["why"] for entry in FACTS["differences"]}
MOST_DIFFERENCES = 10
ABSENT = "nothing"

Leaves = dict[str, Any]


def planned(name: str) -> Plan:
    """Plan one of their requests under the policy."""
    spec = {"name": name, "targetNamespace": f"vcluster-{name}", **FACTS["requests"][name]["spec"]}
    metadata = {"name": name, "namespace": "platform-requests", "generation": 1}
    kind = {"apiVersion": "platform.integratn.tech/v1alpha1", "kind": "VClusterOrchestratorV2"}
    return make_plan({**kind, "metadata": metadata, "spec": spec}, Settings(), POLICY)


def ours(name: str) -> dict[str, Any]:
    """What we make of it, in the shape of the facts."""
    files = planned(name).files
    (application,), (registration,) = files["argocd-application.yaml"], files["argocd-cluster-registration.yaml"]
    source = dict(application["spec"]["source"])
    values = source.pop("helm")["valuesObject"]
    rest = {key: application["spec"][key] for key in ("destination", "syncPolicy")}
    labels, annotations = (registration["spec"][key] for key in ("clusterLabels", "clusterAnnotations"))
    registered = {"labels": labels, "annotations": annotations}
    return {**values, "application": {"source": source, **rest}, "registration": registered}


def theirs(name: str) -> dict[str, Any]:
    """What they make of it."""
    common = json.loads(json.dumps(FACTS["common"]).replace("NAME", name))
    made = merge(common, without(FACTS["requests"][name], ("spec",)))
    return {**made.pop("values"), **made}


def leaves(value: object, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no mapping, by its path; texts by their words."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, f"{at}.{key}" if at else key)
    else:
        yield at, " ".join(value.split()) if isinstance(value, str) else value


def differing(name: str) -> set[str]:
    """The paths at which the two differ."""
    mine, other = Leaves(leaves(ours(name))), Leaves(leaves(theirs(name)))
    return {path for path in mine.keys() | other.keys() if mine.get(path, ABSENT) != other.get(path, ABSENT)}


def listed(path: str) -> str | None:
    """The difference that a path belongs to."""
    return next((at for at in DIFFERENCES if path == at or path.startswith(f"{at}.")), None)


@pytest.mark.parametrize("name", FACTS["requests"])
def test_what_comes_out_is_theirs_but_for_the_listed_differences(name: str) -> None:
    assert sorted(path for path in differing(name) if listed(path) is None) == []


def test_each_listed_difference_is_one_and_they_are_few() -> None:
    seen = {listed(path) for name in FACTS["requests"] for path in differing(name)}
    assert seen == set(DIFFERENCES)
    assert len(DIFFERENCES) <= MOST_DIFFERENCES


def test_the_docs_show_the_list() -> None:
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs/upgrade.md").read_text("utf-8").splitlines()]
    assert {
        row[0].strip("`"): row[1] for row in rows if len(row) == 2 and row[0].strip("`") in DIFFERENCES
    } == DIFFERENCES


@pytest.mark.parametrize("name", FACTS["requests"])
def test_the_values_are_valid_for_the_chart(name: str) -> None:
    """All but the one that the older chart, whose schema we have, does not know."""
    values = without(ours(name), ("application",), ("registration",))
    validator = jsonschema.Draft202012Validator(values_schema())
    assert ["podDisruptionBudget" in error.message for error in validator.iter_errors(values)] == [True]
    validator.validate(without(values, ("controlPlane", "advanced", "podDisruptionBudget")))


def test_the_certificates_of_every_deployed_etcd_are_made_and_mounted_under_the_names_of_old() -> None:
    assert "etcd-certificates.yaml" not in planned("my-vcluster").files
    made = planned("mounting").files["etcd-certificates.yaml"]
    assert [(document["kind"], document["metadata"]["name"]) for document in made] == [
        ("Issuer", "mounting-etcd-selfsigned"),
        ("Certificate", "mounting-etcd-ca"),
        ("Issuer", "mounting-etcd-ca"),
        ("Certificate", "mounting-etcd-server"),
        ("Certificate", "mounting-etcd-peer"),
    ]
    secrets = {document["spec"]["secretName"] for document in made if document["kind"] == "Certificate"}
    (volume,) = ours("mounting")["controlPlane"]["statefulSet"]["persistence"]["addVolumes"]
    sources = [source["secret"] for source in volume["projected"]["sources"]]
    assert {source["name"] for source in sources} == secrets
    files = ["etcd-ca.crt", "etcd-server.crt", "etcd-server.key", "etcd-peer.crt", "etcd-peer.key"]
    assert [item["path"] for source in sources for item in source["items"]] == files
    assert len(planned("media").files["etcd-certificates.yaml"]) == len(made)
