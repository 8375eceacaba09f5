"""Credentials planted in every text that another program writes: nobody is told them, on any way out."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest

from hctl.diagnosis.conclude import conclude
from hctl.diagnosis.diagnose import warning_in
from hctl.diagnosis.evidence import Container, Events, Evidence, Log
from hctl.diagnosis.orders import Orders
from hctl.documents.diagnoses import diagnosis_report
from hctl.documents.explanations import explanation_report
from hctl.documents.reports import list_report, status_report
from hctl.drawing.dashboard import dashboard
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.drawing.explanations import draw_explanation
from hctl.drawing.tables import Listing, choose_columns, problem_lines
from hctl.dump.case import Case, spell_case
from hctl.dump.keep import keep
from hctl.explain.derive import explain
from hctl.explain.inputs import Input
from hctl.texts import lines_of
from platform_status_assistant.mcp import sentences
from platform_status_contract.model.contract import Contract
from platform_status_contract.observing.decode.requests import decode_request
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.contracts import read_contract
from platform_status_contract.sources.objects.kinds import object_kinds
from platform_status_contract.sources.registry import kinds_for
from platform_status_sidecar import logs
from platform_status_sidecar.events.announcement import of_phase
from tests.unit.hctl import evidences
from tests.unit.hctl.golden import judged, picture

from .line import NOW, Said, say
from .world import QUEUES, encode, healthy

CANARY: Final = "Qz7canaryQz7"
TEXTS: Final = {
    "password in a URL": f"clone https://bot:{CANARY}@git.example.org/x: exit 128",
    "token in a URL": f"clone https://{CANARY}@git.example.org/x: exit 128",
    "password=": f"helm: cannot log in, password={CANARY} was refused",
    "quoted password, cut off": f'{{"password": "two words {CANARY}',
    "token:": f"the registry said: token: {CANARY} expired",
    "Authorization": f"GET x: Authorization: Bearer {CANARY}.{CANARY}",
    "Authorization with a scheme of its own": f"GET x: authorization: Token {CANARY}",
    "AWS key id": f"s3: AKIA{CANARY.upper()}00 is unknown",
    "AWS secret key": f"s3: aws_secret_access_key = {CANARY}/abc+def",
    "AWS session": f"AWS_SESSION_TOKEN={CANARY}",
    "private key": f"parse -----BEGIN RSA PRIVATE KEY-----\nMII{CANARY}\n-----END RSA PRIVATE KEY-----",
    "JWT": f"jwt eyJhbGciOiJSUzI1NiJ9.eyJ{CANARY}.{CANARY}",
    "GitHub": f"remote: ghp_{CANARY}{CANARY} was revoked",
    "hidden from the mask": f"pass\u200bword\ufe0f={CANARY}",
    "across the cut": "x" * 215 + f" https://bot:{CANARY}@git.example.org/x",
    "after a long key": f"-----BEGIN PRIVATE KEY-----{'x' * 700}-----END PRIVATE KEY----- {'y' * 200} "
    f"https://bot:{CANARY * 30}@git.example.org",
}
OBJECTS: Final = [
    {"name": "thing", "kind": "Thing", "resource": "things", "object": "thing", "ready": {"condition": "Working"}},
    {
        "name": "field",
        "kind": "Field",
        "resource": "fields",
        "object": "field",
        "ready": {"field": "status.state", "in": ["up"]},
    },
]


def planted(text: str) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """A virtual cluster of which nothing works and everybody tells the text, and the objects of further kinds."""
    world = healthy()
    del world[QUEUES]  # the contract names others
    objects: dict[str, list[Any]] = {}
    condition = {"status": "False", "reason": text, "message": text, "lastTransitionTime": "2026-02-26T09:00:00Z"}

    def says(*kinds: str) -> list[Any]:
        return [{"type": kind, **condition} for kind in kinds]

    status = world[Source.REQUESTS][0]["status"]
    status["contract"]["objects"] = [
        {"apiVersion": "example.org/v1", "scope": "Namespaced", "namespace": "vcluster-media", **entry}
        for entry in OBJECTS
    ]
    status["health"]["since"] |= {"firstReady": "2026-02-26T09:30:00Z", "worksFailing": "2026-02-26T09:40:00Z"}
    status["conditions"][1]["message"] = text
    status["kratix"]["workflows"]["pipelines"] = [{"name": "a", "phase": "Failed", "message": text}]
    for application in world[Source.APPLICATIONS]:
        operation = {"phase": "Failed", "message": text, "finishedAt": "2026-02-26T09:00:00Z"}
        result = {"kind": "Job", "name": "x", "status": "SyncFailed", "message": text, "hookPhase": "Failed"}
        resource = {
            "kind": "Job",
            "name": "x",
            "status": "OutOfSync",
            "health": {"status": "Degraded", "message": text},
        }
        application["status"] |= {
            "sync": {**application["status"]["sync"], "status": "OutOfSync"},
            "health": {"status": "Degraded", "message": text},
            "operationState": {**operation, "syncResult": {"resources": [result]}},
            "conditions": says("ComparisonError", "SyncError"),
            "resources": [resource],
            "sourceHydrator": {"currentOperation": {"phase": "Failed", "message": text}},
        }
    ended = {"exitCode": 1, "reason": text, "message": text}
    container = {"state": {"waiting": {"reason": text, "message": text}}, "lastState": {"terminated": ended}}
    pod = {"name": "main", "ready": False, "restartCount": 3, **container}
    world[Source.PODS][0]["status"] |= {
        "reason": text,
        "message": text,
        "containerStatuses": [pod],
        "conditions": says("PodScheduled", "Ready", "example.org/gate"),
    }
    world[Source.WORKS][0]["status"]["conditions"] = says("Ready")
    world[Source.WORK_PLACEMENTS][0]["status"]["conditions"] = says("WriteSucceeded", "Ready")
    replicas = [{"type": "ReplicaFailure", **condition, "status": "True"}]
    world[Source.STATEFUL_SETS][0] |= {"spec": {"replicas": 1}, "status": {"conditions": replicas}}
    for entry, plural in zip(OBJECTS, ("things", "fields"), strict=True):
        metadata = {"namespace": "vcluster-media", "name": entry["object"], "finalizers": [text]}
        told = {"conditions": says("Working", "Ready"), "state": text}
        objects[f"{plural}.v1.example.org"] = [{"metadata": {**metadata, "resourceVersion": "7"}, "status": told}]
    return world, objects


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that the sidecar logs, in both forms."""
    stream, root = io.StringIO(), logging.getLogger()
    level, added = root.level, []
    for formatter in (logs.JsonFormatter(), logs.ConsoleFormatter()):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        root.addHandler(handler)
        added.append(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    for handler in added:
        root.removeHandler(handler)


def case_of(world: dict[str, list[Any]], more: dict[str, list[Any]], said: Said) -> Case:
    """What hctl reads of the same cluster, once the sidecar has written."""
    [request] = world[Source.REQUESTS]
    contract = read_contract(request["status"])
    assert isinstance(contract, Contract)
    kinds = kinds_for(contract)
    objects = [
        {"apiVersion": kinds[source].api_version, "kind": kinds[source].kind, **found}
        for source, documents in (*world.items(), *more.items())
        for found in documents
        if source != Source.REQUESTS
    ]
    whole = {"apiVersion": "platform.integratn.tech/v1alpha1", **request, "status": said.after}
    return Case(NOW, "vclusterorchestratorv2s.platform.integratn.tech", whole, tuple(objects))


def told_by_hctl(case: Case, text: str) -> Iterator[tuple[str, str]]:
    """Everything that hctl and the MCP server say of a request, by who says it."""
    found, explanation = judged(case.request), explain(case)
    log = Log(Container("vcluster-media", "media-0", "main", previous=True), lines_of(f"start\n{text}\nend\n", 10))
    job = evidences.job(failed=text)
    diagnosis = conclude(Evidence(explanation, case, (job,), job_log=log, pod_log=log), Orders())
    warning = warning_in({"reason": text, "message": text}, Input("Pod", "vcluster-media", "media-0"))
    diagnosis = msgspec.structs.replace(diagnosis, events=Events(NOW, (warning,)))
    documents = {
        "status": (status_report(found), sentences.of_status),
        "list": (list_report([found]), sentences.of_list),
        "explanation": (explanation_report(explanation), sentences.of_explanation),
        "diagnosis": (diagnosis_report(diagnosis), sentences.of_diagnosis),
    }
    for name, (document, say_it) in documents.items():
        plain = msgspec.to_builtins(document)
        yield f"{name} as JSON", json.dumps(plain, ensure_ascii=False)
        yield f"{name} by MCP", say_it(plain)
    columns = choose_columns("", wide=True, several_kinds=True)
    drawn = {
        "status": dashboard(found, NOW, wide=True),
        "list": Listing([found], columns, NOW, whole=True),
        "explain": draw_explanation(explanation, whole=True),
        "diagnose": draw_diagnosis(diagnosis),
    }
    for name, picture_of in drawn.items():
        yield name, picture(picture_of, 400)
    yield "problems", "\n".join(line.plain for line in problem_lines([found], whole=True))
    yield "dump", spell_case(keep(case))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_nobody_is_told_a_credential(text: str, logged: io.StringIO) -> None:
    world, objects = planted(text)
    contract = read_contract(world[Source.REQUESTS][0]["status"])
    assert isinstance(contract, Contract)
    declared = msgspec.json.encode(object_kinds(contract.objects or ())).decode()
    encoded = {source: [json.dumps(item).encode() for item in found] for source, found in objects.items()}
    said = say({**encode(world), **encoded}, declared=declared)
    record = decode_request(json.dumps(world[Source.REQUESTS][0]).encode())
    assert record is not None
    outlets = {
        # The condition of another writer stands in the status as they wrote it; nobody may drop it.
        "status": json.dumps(said.patches).replace(json.dumps(text)[1:-1], ""),
        "Events": json.dumps([of_phase(record, each, NOW).body("g/v1", "i", "u") for each in said.projections]),
        "metrics": said.metrics,
        "log": logged.getvalue(),
        **dict(told_by_hctl(case_of(world, objects, said), text)),
    }
    for name, words in outlets.items():
        assert words, name
        assert CANARY.casefold() not in words.casefold(), name
    told = {entry["type"]: entry for entry in said.after["conditions"]}
    assert {told[kind]["status"] for kind in ("ArgoSynced", "PodsReady", "WorksReady", "ThingReady")} == {"False"}
