"""Where a contract may look, in a dump: beyond it the verdict is the sidecar's, InvalidContract."""

import json
from typing import Any

import msgspec
import pytest

from hctl.cluster.connection import NAMESPACE_VARIABLE, sidecar_namespace
from hctl.dump.case import CONFIG_MAPS, Case, parse_case, spell_case
from hctl.dump.keep import keep
from hctl.dump.scopes import scope_in
from hctl.explain.derive import explain
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION, Reason
from platform_status_contract.rules.contracts import read_contract

from .test_dump import loaded
from .test_explain import changed, refused

NOTHING = "which the platform's policy lets no request in"


def config_map(case: Case, data: object, **metadata: str) -> dict[str, Any]:
    """What the Promise ships beside its sidecar."""
    named = {"namespace": "platform-status-system", "name": case.resource, "annotations": {"token": "hunter2"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**named, **metadata}, "data": data}


def limited(data: object, **metadata: str) -> Case:
    """A healthy request, and the ConfigMap of its kind."""
    case = loaded("ready")
    return msgspec.structs.replace(case, objects=(*case.objects, config_map(case, data, **metadata)))


def says(case: Case) -> tuple[str, str, int]:
    """Phase, reason and how many sources were looked at; the same of what a dump keeps."""
    found, kept = explain(case), explain(keep(case))
    assert (found.projection, len(found.sources)) == (kept.projection, len(kept.sources))
    return str(found.projection.phase), str(found.projection.ready.reason), len(found.sources)


@pytest.mark.parametrize(
    "data",
    [
        {"scope": '["argocd"]'},
        {"scope": "[]", "objects": ""},
        {"scope": "*"},
        {"scope": '["*"]', "objects": "rubbish"},
        {"scope": 7},
        {},
        None,
    ],
)
def test_a_contract_that_reaches_beyond_is_invalid_and_so_is_one_before_a_scope_that_cannot_be_read(
    data: object,
) -> None:
    assert says(limited(data)) == ("Unknown", "InvalidContract", 0)


def test_within_the_scope_and_without_one_the_verdict_is_that_of_the_sources() -> None:
    free = says(loaded("ready"))
    assert free[:2] == ("Ready", "AllHealthy")
    assert free[2] > 3
    assert says(limited({"scope": '["*"]'})) == free
    assert says(limited({"scope": "[]"}, name="others.example.org")) == free


def test_the_words_are_those_of_the_sidecar() -> None:
    message = explain(limited({"scope": '["argocd"]'})).projection.ready.message
    assert "status.contract: it looks at the application " in message
    assert NOTHING in message


def test_a_kind_that_the_template_does_not_name_is_beyond_too() -> None:
    entry = {
        "name": "database",
        "apiVersion": "example.org/v1",
        "kind": "Database",
        "resource": "databases",
        "scope": "Namespaced",
        "namespace": "data",
        "object": "media",
    }
    case = limited({"scope": json.dumps(["*"])})
    contract = read_contract({"contract": {**case.request["status"]["contract"], "objects": [entry]}})
    assert isinstance(contract, Contract), contract
    said = scope_in(case.objects, case.resource).beyond(contract, ("team-a", "media"))
    assert said.startswith("it names Database")


def test_a_dump_keeps_of_the_config_map_what_limits_and_nothing_else() -> None:
    kept = keep(limited({"scope": '["*"]', "objects": "", "password": "hunter2"})).objects[-1]
    assert kept["data"] == {"scope": '["*"]', "objects": ""}
    assert "hunter2" not in str(kept)


def test_a_scope_that_may_not_be_read_limits_nothing_and_is_remarked_upon() -> None:
    case = refused(loaded("ready"), CONFIG_MAPS, name="x")
    assert explain(case).projection == explain(loaded("ready")).projection
    assert explain(case).remarks == ("configmaps could not be read from here: you have no permission to read it",)
    assert parse_case(spell_case(case)).unread == case.unread


def test_a_setting_says_where_the_scope_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAMESPACE_VARIABLE, raising=False)
    assert sidecar_namespace() == "platform-status-system"
    monkeypatch.setenv(NAMESPACE_VARIABLE, "elsewhere")
    assert sidecar_namespace() == "elsewhere"


def test_an_application_of_another_request_is_explained_by_its_owner_and_a_dump_keeps_that() -> None:
    case = loaded("ready")
    named = case.request["status"]["contract"]["application"]["name"]

    def theirs(found: dict[str, Any]) -> dict[str, Any]:
        found["metadata"]["annotations"][OWNER_ANNOTATION] = "team-b/theirs"
        found["status"]["health"] = {"status": "Degraded", "message": "of somebody else"}
        return found

    foreign = changed(case, "Application", theirs, name=named)
    assert says(foreign)[:2] == ("Degraded", "NotOurs")
    told = [entry for entry in explain(foreign).sources if entry.assessment.reason is Reason.NOT_OURS]
    assert [entry.inputs[0].says for entry in told] == [f"its annotation {OWNER_ANNOTATION} names another request"] * 2
    assert "of somebody else" not in str(explain(foreign))


def test_a_secret_of_another_request_is_explained_by_its_owner_and_of_its_annotations_a_dump_keeps_that_alone() -> None:
    case = loaded("ready")

    def theirs(found: dict[str, Any]) -> dict[str, Any]:
        annotations = {OWNER_ANNOTATION: "team-b/theirs", "kubectl.kubernetes.io/last-applied-configuration": "hunter2"}
        return {**found, "metadata": {**found["metadata"], "annotations": annotations}}

    kept = keep(changed(case, "Secret", theirs))
    assert "hunter2" not in spell_case(kept)
    assert says(kept)[1] == "NotOurs"
    told = [entry for entry in explain(kept).sources if entry.assessment.reason is Reason.NOT_OURS]
    assert [entry.inputs[0].says for entry in told] == [f"its annotation {OWNER_ANNOTATION} names another request"]
