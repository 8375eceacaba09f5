"""A dump holds what the rules read and nothing else: the same verdict, and none of the secrets that were planted."""

import copy
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.documents.explanations import explanation_report
from hctl.dump.case import Case, document_of, parse_case, spell_case
from hctl.dump.keep import keep
from hctl.explain.derive import explain
from hctl.texts import masked
from platform_status_contract.observing.sources import Source
from tests.golden.cases import Case as GoldenCase
from tests.golden.cases import cases_in
from tests.golden.folders import SOURCE_FOLDERS
from tests.unit.hctl.settings import quick
from tests.unit.observing.test_decode import ANY_JSON, PLACES, with_rubbish
from tests.unit.sidecar.support import DECODERS

from .dumps import golden_dumps
from .spelling import dump_of
from .test_dump import hostile_cases, loaded

CASES: Final = [
    pytest.param(case, id=f"{folder}/{case.name}") for folder in (*SOURCE_FOLDERS, "table") for case in cases_in(folder)
]
DUMPS: Final = [pytest.param(path, id=name) for name, path in golden_dumps().items()]
_HEADS: Final = {
    Source.APPLICATIONS: ("argoproj.io/v1alpha1", "Application"),
    Source.PODS: ("v1", "Pod"),
    Source.WORKS: ("platform.kratix.io/v1alpha1", "Work"),
    Source.WORK_PLACEMENTS: ("platform.kratix.io/v1alpha1", "WorkPlacement"),
    Source.STATEFUL_SETS: ("apps/v1", "StatefulSet"),
    Source.DEPLOYMENTS: ("apps/v1", "Deployment"),
    Source.SECRETS: ("v1", "Secret"),
}


def _report(case: Case) -> dict[str, Any]:
    """What explain says, without what it repeats from the status for people alone."""
    report = explanation_report(explain(case))
    report["status"]["conditions"] = [entry for entry in report["status"]["conditions"] if entry["owned"]]
    return {**report, "status": {**report["status"], "endpoints": {}, "credentials": {}}}


def _through_text(case: Case) -> Case:
    return parse_case(spell_case(keep(case)))


@pytest.mark.parametrize("path", DUMPS)
def test_a_dump_leads_to_what_the_whole_objects_lead_to(path: Path) -> None:
    case = parse_case(path.read_text(encoding="utf-8"))
    assert case.full
    kept = _through_text(case)
    assert _report(kept) == _report(case)
    assert not kept.full
    assert document_of(keep(kept)) == document_of(kept), "there is nothing more to leave out"


@pytest.mark.parametrize("case", CASES)
def test_every_case_of_every_source_is_explained_by_its_dump_as_by_its_objects(case: GoldenCase) -> None:
    whole = dump_of(case)
    assert _report(_through_text(whole)) == _report(whole)


def test_the_cases_are_spelled_as_the_rules_were_shown_them() -> None:
    """But for what no object can say, such as a time since when nobody answers."""
    same, cases = 0, [(SOURCE_FOLDERS[folder], case) for folder in SOURCE_FOLDERS for case in cases_in(folder)]
    for source, case in cases:
        told = {entry.assessment.source: entry.assessment for entry in explain(dump_of(case)).sources}
        found = (told[source].verdict.name.lower(), told[source].reason) if source in told else None
        same += found == (case.expect["verdict"], case.expect["reason"])
    assert same > 0.8 * len(cases), f"{same} of {len(cases)}"


@quick
@given(hostile_cases())
def test_whatever_stands_in_a_field_the_verdict_is_the_same(case: Case) -> None:
    found, kept = explain(case), explain(keep(case))
    assert (found.projection.phase, found.projection.row) == (kept.projection.phase, kept.projection.row)
    assert [entry.assessment for entry in found.sources] == [entry.assessment for entry in kept.sources]


@quick
@given(st.sampled_from([spot for spot in PLACES if spot[0] in _HEADS]), ANY_JSON)
def test_rubbish_in_a_field_is_as_wrong_in_a_dump(spot: tuple[Source, tuple[object, ...]], rubbish: object) -> None:
    source, place = spot
    version, kind = _HEADS[source]
    whole = {**with_rubbish(source, place, rubbish), "apiVersion": version, "kind": kind}
    (kept,) = keep(msgspec.structs.replace(loaded("ready"), objects=(whole,))).objects
    before, after = (DECODERS[source](msgspec.json.encode(item)) for item in (whole, kept))
    assert before is not None
    assert after is not None
    chosen = {name: () for name in ("labels", "numbers") if hasattr(before, name)}
    assert msgspec.structs.replace(after, **chosen) == msgspec.structs.replace(before, **chosen)


# -- secrets

_ANYWHERE: Final = ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
PLANTED: Final[list[tuple[str, tuple[str | int, ...]]]] = [
    ("request", _ANYWHERE),
    ("request", ("metadata", "annotations", "team.example.org/token")),
    ("request", ("metadata", "labels", "team.example.org/key")),
    ("request", ("metadata", "finalizers", 0)),
    ("request", ("metadata", "managedFields", 0, "manager")),
    ("request", ("spec", "helmOverrides", "auth", "password")),
    ("request", ("spec", "integrations", "argocd", "clusterLabels", "key")),
    ("request", ("spec", "env", 0, "value")),
    ("request", ("status", "endpoints", "api")),
    ("request", ("status", "credentials", "admin")),
    ("request", ("status", "ownKey")),
    ("request", ("status", "health", "since", "planted")),
    ("request", ("status", "contract", "annotations", "note")),
    ("request", ("status", "kratix", "workflows", "state", "key")),
    ("Application", _ANYWHERE),
    ("Application", ("metadata", "labels", "team.example.org/key")),
    ("Application", ("spec", "source", "helm", "values")),
    ("Application", ("spec", "source", "helm", "valuesObject", "auth", "password")),
    ("Application", ("spec", "source", "helm", "parameters", 0, "value")),
    ("Application", ("spec", "source", "plugin", "env", 0, "value")),
    ("Application", ("status", "sync", "comparedTo", "source", "helm", "values")),
    ("Application", ("status", "history", 0, "source", "helm", "values")),
    ("Application", ("status", "operationState", "operation", "sync", "source", "helm", "values")),
    ("Application", ("status", "operationState", "syncResult", "source", "helm", "values")),
    ("Application", ("status", "summary", "images", 0)),
    ("Application", ("operation", "info", 0, "value")),
    ("Pod", _ANYWHERE),
    ("Pod", ("metadata", "labels", "team.example.org/key")),
    ("Pod", ("spec", "containers", 0, "env", 0, "value")),
    ("Pod", ("spec", "containers", 0, "args", 0)),
    ("Pod", ("spec", "containers", 0, "command", 0)),
    ("Pod", ("spec", "initContainers", 0, "env", 0, "value")),
    ("Pod", ("status", "containerStatuses", 0, "lastState", "terminated", "message")),
    ("Work", _ANYWHERE),
    ("Work", ("spec", "workloadGroups", 0, "workloads", 0, "content")),
    ("WorkPlacement", ("spec", "workloads", 0, "content")),
    ("StatefulSet", _ANYWHERE),
    ("Secret", _ANYWHERE),
    ("Secret", ("metadata", "labels", "team.example.org/key")),
    ("Secret", ("data", "password")),
    ("Lease", ("spec", "holderIdentity")),
]
"""Where what is planted stands, by the kind of the object and the path in it."""

_URL: Final = "https://robot:{}@git.example.org/team.git"
IN_TEXTS: Final[list[tuple[str, tuple[str | int, ...], str]]] = [
    ("request", ("spec", "name"), _URL),
    ("request", ("status", "message"), "cannot reach " + _URL),
    ("request", ("status", "problems", 0), "spec.repository: found " + _URL),
    ("request", ("status", "conditions", 0, "message"), "login failed: password={}"),
    ("Application", ("status", "health", "message"), "Get " + _URL + ": 403"),
    ("Application", ("status", "operationState", "message"), "token: {}"),
    ("Application", ("status", "conditions", 0, "message"), "failed to list refs of " + _URL),
    ("Work", ("status", "conditions", 0, "message"), "authorization: Bearer {}"),
    ("WorkPlacement", ("status", "conditions", 0, "message"), "push to https://{}@git.example.org/x failed"),
]
"""Texts that the rules show, with a credential in each."""


def _plant(value: Any, path: tuple[str | int, ...], secret: str) -> None:  # noqa: ANN401 - JSON
    for key, following in zip(path, (*path[1:], None), strict=True):
        inner: Any = secret if following is None else [] if isinstance(following, int) else {}
        if isinstance(key, int) and len(value) <= key:
            value.append(inner)
        elif isinstance(key, str) and (following is None or not isinstance(value.get(key), dict | list)):
            value[key] = inner
        elif following is None:
            value[key] = secret
        value = value[key]


def _sown(secrets: dict[str, str]) -> Case:
    case = copy.deepcopy(loaded("ready"))
    for kind, path, text, secret in (
        *((kind, path, "{}", secrets[f"{kind} {path}"]) for kind, path in PLANTED),
        *((kind, path, text, secrets[f"{kind} {path}"]) for kind, path, text in IN_TEXTS),
    ):
        for item in [case.request] if kind == "request" else case.objects:
            if kind in ("request", item["kind"]):
                _plant(item, path, text.format(secret))
    return case


def test_no_secret_that_was_planted_is_in_a_dump_and_every_one_is_in_a_full_one() -> None:
    places = [f"{kind} {path}" for kind, path in PLANTED] + [f"{kind} {path}" for kind, path, _ in IN_TEXTS]
    secrets = {place: f"planted{number:03d}hunter2" for number, place in enumerate(places)}
    assert len(secrets) == len(places) >= 30
    case = _sown(secrets)
    kept, full = spell_case(keep(case)), spell_case(case)
    assert [place for place, secret in secrets.items() if secret in kept] == []
    assert [place for place, secret in secrets.items() if secret not in full] == []
    assert "planted" not in kept
    found, whole = explain(parse_case(kept)), explain(case)
    assert (found.projection.phase, found.projection.row) == (whole.projection.phase, whole.projection.row)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cannot reach https://robot:hunter2@git.example.org/a", "cannot reach https://redacted@git.example.org/a"),
        ("cannot reach https://ghp_0123456789@git.example.org", "cannot reach https://redacted@git.example.org"),
        ("https://git.example.org/?access_token=0123456789&a=b", "https://git.example.org/?access_token=redacted&a=b"),
        ("DB_PASSWORD='a b c d e f'; exit", "DB_PASSWORD=redacted; exit"),
        ("password: pw", "password: re"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: redacted"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "redacted"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n", "redacted"),
        ("Secret vcluster-media/token does not exist", "Secret vcluster-media/token does not exist"),
        ("eyelash-operator.controllers-a", "eyelash-operator.controllers-a"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str, expected: str) -> None:
    assert masked(text, 1000) == expected
    assert masked(expected, 1000) == expected


@quick
@given(st.text(max_size=200), st.integers(0, 100))
def test_a_mask_never_makes_a_text_longer(text: str, limit: int) -> None:
    assert len(masked(text, limit)) <= min(len(text), limit)
