"""What a dump asks for, source by source, and what a source says when the contract does not name it."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.selectors import MatchExpression, Selector
from platform_status_contract.model.vocabulary import ConditionType, Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.selectors import label_keys, label_query
from platform_status_contract.rules.assessment import Assessment, Verdict
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Observation
from platform_status_contract.sources.argo.kinds import keep_application
from platform_status_contract.sources.registry import SOURCES
from platform_status_contract.sources.source import Json, ObservedKind
from tests.unit.sidecar import support
from tests.unit.sidecar.support import NOW, watched

REQUEST: Json = {"metadata": {"name": "media", "namespace": "team"}}
NAMES = [source.names[0] for source in SOURCES]


class Fetched:
    """Hears what a dump asks for, and answers it.

    Args:
        objects: By kind; those of another namespace than is asked for are left out.
    """

    def __init__(self, **objects: list[Json]) -> None:
        self._objects = objects
        self.asked: list[tuple[str, str, str, str]] = []
        self.one_by_one: list[tuple[str, Key]] = []
        self.kept: list[str] = []

    def list(self, kind: ObservedKind, namespace: str, *, labels: str = "", fields: str = "") -> list[Json]:
        self.asked.append((kind.kind, namespace, labels, fields))
        found = self._objects.get(kind.kind, [])
        return [item for item in found if namespace in ("", item["metadata"]["namespace"])]

    def one(self, kind: ObservedKind, key: Key) -> None:
        self.one_by_one.append((kind.kind, key))

    def keep(self, found: Iterable[Json]) -> None:
        self.kept += [item["metadata"]["name"] for item in found]


def collected(name: str, contract: Contract, request: Json = REQUEST, **objects: list[Json]) -> Fetched:
    fetched = Fetched(**objects)
    next(source for source in SOURCES if name in source.names).collect(fetched, contract, request)
    return fetched


@pytest.mark.parametrize("name", NAMES)
def test_a_source_that_is_not_named_is_neither_asked_for_nor_read_nor_described(name: str) -> None:
    source = next(source for source in SOURCES if name in source.names)
    other = {"secrets": None, "works": True} if name != "works" else {"works": False}
    nothing = {"application": None, "subApplications": None, "workloads": None}
    contract = support.contract(**nothing, **other)
    fetched = collected(name, contract)
    assert (fetched.asked, fetched.one_by_one) == ([], [])
    store = watched().store
    assert source.read(Observation(), store, contract, ("team", "media")) == Observation()
    found = Assessment(source.names[0], ConditionType.READY, Verdict.BAD, Reason.PODS_NOT_READY, "")
    assert list(source.describe(found, store, contract, ("team", "media"), Clock(NOW))) == []


def test_the_application_is_asked_for_by_a_list_of_one() -> None:
    fetched = collected("argoSync", support.contract(), Application=[support.application()])
    assert fetched.asked == [("Application", "argocd", "", "metadata.name=vcluster-media")]
    assert fetched.kept == ["vcluster-media"]


def test_sub_applications_are_asked_for_by_label_and_kept_by_destination() -> None:
    selector = {"matchLabels": {"tier": "x"}}
    wanted = {"namespace": "argocd", "destination": {"server": "https://media:443"}, "selector": selector}
    apps = [support.application("sub", server="https://media:443/"), support.application("other", server="https://o")]
    fetched = collected("subApps", support.contract(subApplications=wanted), Application=apps)
    assert fetched.asked == [("Application", "argocd", "tier=x", "")]
    assert fetched.kept == ["sub"]


def test_pods_are_asked_for_by_label_unless_a_controller_is_named_whose_pods_count_whatever_theirs_are() -> None:
    selector = {"matchLabels": {"app": "x"}}
    plain = {"namespace": "vcluster-media", "selector": selector}
    assert collected("pods", support.contract(workloads=plain)).asked == [("Pod", "vcluster-media", "app=x", "")]
    named = {**plain, "controllers": [{"kind": "StatefulSet", "name": "vcluster-media"}]}
    pods = [support.pod("a", labels={"app": "x"}), support.pod("b")]
    fetched = collected("pods", support.contract(workloads=named), Pod=pods)
    assert fetched.asked == [("Pod", "vcluster-media", "", "")]
    assert fetched.one_by_one == [("StatefulSet", ("vcluster-media", "vcluster-media"))]
    assert "a" in fetched.kept


def test_of_a_secret_one_object_is_asked_for() -> None:
    fetched = collected("secret", support.contract())
    assert fetched.one_by_one == [("Secret", ("vcluster-media", "kubeconfig"))]


def test_works_are_asked_for_where_the_request_is_and_then_where_they_name_it() -> None:
    seen = {"status": {"conditions": [{"type": "WorksReady", "reason": "WorksWritten"}]}}
    work, placed = support.work(), support.placement()
    work["metadata"]["namespace"] = placed["metadata"]["namespace"] = "pipelines"
    fetched = collected("works", support.contract(), {**REQUEST, **seen}, Work=[work], WorkPlacement=[placed])
    labels = "kratix.io/resource-name=media"
    assert fetched.asked == [
        ("Work", "team", labels, ""),
        ("Work", "", f"{labels},kratix.io/resource-namespace=team", ""),
        ("WorkPlacement", "pipelines", "", ""),
    ]
    assert fetched.kept == ["work", "place"]


@pytest.mark.parametrize(
    "status", [{}, {"conditions": 5}, {"conditions": [{"type": "WorksReady", "reason": "WaitingForWorks"}]}]
)
def test_where_no_works_were_ever_seen_nobody_looks_everywhere(status: Json) -> None:
    fetched = collected("works", support.contract(), {**REQUEST, "status": status})
    assert [namespace for kind, namespace, *_ in fetched.asked if kind == "Work"] == ["team"]


def test_a_request_whose_name_is_no_label_has_no_works() -> None:
    assert collected("works", support.contract(), {"metadata": {"name": "a" * 64, "namespace": "team"}}).asked == []


def test_a_selector_is_spelled_as_the_api_server_takes_it() -> None:
    selector = Selector(
        {"b": "2", "a": "1"},
        (
            MatchExpression("c", "In", ("x", "y")),
            MatchExpression("d", "NotIn", ("z",)),
            MatchExpression("e", "Exists"),
            MatchExpression("f", "DoesNotExist"),
        ),
    )
    assert label_query(selector) == "a=1,b=2,c in (x,y),d notin (z),e,!f"
    assert label_query(None) == ""
    assert sorted(label_keys(selector)) == ["a", "b", "c", "d", "e", "f"]
    assert list(label_keys(None)) == []


def test_of_an_application_a_dump_keeps_what_failed_and_for_which_generation_it_was_written() -> None:
    whole = support.application(annotations={"x.org/generation": "4", "argocd.argoproj.io/skip-reconcile": "true"})
    whole["status"]["conditions"] = [{"type": "ComparisonError", "message": "no"}, {"type": "Other", "message": "y"}, 5]
    whole["status"]["operationState"] = {"syncResult": {"resources": 5}}
    kept: Any = {"metadata": {"annotations": {}}, "status": {"operationState": {}}}
    keep_application(kept, whole, support.contract())
    assert kept["metadata"]["annotations"] == {"x.org/generation": "4", "argocd.argoproj.io/skip-reconcile": "true"}
    assert kept["status"]["conditions"] == [{"type": "ComparisonError", "message": "no"}]
    assert kept["status"]["operationState"] == {"syncResult": {"resources": []}}
    nameless = msgspec.json.decode(msgspec.json.encode(whole)) | {"metadata": {}}
    untouched: Any = {}
    keep_application(untouched, nameless, None)
    assert untouched == {}
