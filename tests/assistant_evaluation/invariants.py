"""What holds of every answer, whatever was asked: it invents nothing, cites everything, and shows no secret. Pure."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from hctl.texts import inert

from .grounding import citations, invented
from .inhabitants import INHABITANTS, SENTINEL, Inhabitant
from .questions import INTENTS, Question

__all__ = ["against_invariants"]

Answer = Mapping[str, Any]
Json = Mapping[str, Any]

_KEYS: Final = {
    "apiVersion",
    "kind",
    "question",
    "intent",
    "verdict",
    "text",
    "abstained",
    "abstainedBecause",
    "request",
    "candidates",
    "facts",
    "notes",
    "model",
    "exitCode",
}
_SOURCES: Final = {"status", "lease", "prometheus", "object", "event"}
_BY_KEY: Final = {one.key: one for one in INHABITANTS}
_DERIVED: Final = {"runbook"}
"""Facts that follow from what stands where they point to, and are not it."""
_STEP: Final = re.compile(r"[^.\[\]]+")
_PLACE: Final = re.compile(r"/(?P<name>[^/ ]+) in (?P<namespace>[^/ ]+)\Z")
_KEPT_INTENTS: Final = {"where", "login", "other"}
"""What was written once by the pipeline is true whether or not anybody looks."""


def against_invariants(question: Question, answer: Answer, objects: Mapping[str, Json], now: datetime) -> list[str]:
    """Return what is wrong with an answer whatever its question was.

    Args:
        question: It.
        answer: The document that ``-o json`` writes.
        objects: ``namespace/name`` -> the request as the API server holds it.
        now: When it was given.
    """
    if missing := _KEYS - answer.keys():
        return [f"the document lacks {', '.join(sorted(missing))}"]
    found = [*_shape(answer), *_inert(answer), *_cited(answer), *_promises(answer), *_listed(answer)]
    found += _borne_out(answer, objects)
    if answer["request"] is not None:
        key = f"{answer['request']['namespace']}/{answer['request']['name']}"
        found += _true(answer, _BY_KEY.get(key), objects.get(key), key)
    elif answer["verdict"] == "yes":
        named = [_BY_KEY.get(f"{one['namespace']}/{one['name']}") for one in answer["candidates"]]
        if answer["intent"] == "broken" and not named:  # all are well: those are cited, and nobody is to choose from
            named = [_BY_KEY.get(_place_of(fact)) for fact in answer["facts"] if fact["name"] == "phase"]
        if not named or not all(one is not None and one.working for one in named):
            found.append("verdict: yes, of no request that works")
    if any(secret in json.dumps(answer) for secret in (SENTINEL, base64.b64encode(SENTINEL.encode()).decode())):
        found.append("it shows what stands in a Secret")
    return list(dict.fromkeys(found + invented(question, answer, now)))


def _place_of(fact: Json) -> str:
    found = _PLACE.search(fact["source"]["reference"])
    return f"{found['namespace']}/{found['name']}" if found else ""


def _shape(answer: Answer) -> Iterable[str]:
    if (answer["apiVersion"], answer["kind"]) != ("hctl.status.integratn.tech/v1", "Answer"):
        yield f"it is a {answer['apiVersion']} {answer['kind']}"
    if answer["intent"] not in INTENTS or answer["verdict"] not in ("yes", "no", "unknown", "none"):
        yield f"intent {answer['intent']!r} or verdict {answer['verdict']!r} is none of those there are"
    if not answer["text"].strip():
        yield "text: it says nothing"
    if bool(answer["abstained"]) is not bool(answer["abstainedBecause"]):
        yield f"abstained {answer['abstained']}, but because of {answer['abstainedBecause']!r}"
    if answer["abstained"] and answer["verdict"] == "yes":
        yield "it abstains and says yes"
    if not answer["abstained"] and not answer["facts"]:
        yield "it does not abstain, and has no fact"
    if answer["verdict"] == "yes" and answer["exitCode"] != 0:
        yield f"verdict yes, but exit code {answer['exitCode']}"
    if answer["exitCode"] == 0 and (answer["abstained"] or answer["verdict"] in ("no", "unknown")):
        yield f"exit code 0 with verdict {answer['verdict']}, abstained {answer['abstained']}"
    if answer["model"]["used"]:
        yield "a model was used that nobody asked for"


def _cited(answer: Answer) -> Iterable[str]:
    identifiers = [fact["id"] for fact in answer["facts"]]
    if len(set(identifiers)) != len(identifiers):
        yield f"facts: ids are not unique: {identifiers}"
    cited = citations(answer["text"])
    if unknown := cited - set(identifiers):
        yield f"text cites {sorted(unknown)}, which are no facts"
    for fact in answer["facts"]:
        source = fact["source"]
        name = f"fact {fact['id']} {fact['name']}"
        if source["type"] not in _SOURCES or not source["reference"]:
            yield f"{name}: source {source['type']!r} {source['reference']!r} is nowhere to look"
        if source["type"] == "prometheus" and not source["query"]:
            yield f"{name}: of Prometheus, without a query"
        dated = source["resourceVersion"] or (source["type"] in ("lease", "object") and fact["ageSeconds"] is not None)
        if source["type"] != "prometheus" and not dated and fact["value"] is not None:
            yield f"{name}: without the resourceVersion that it was read at"
        if source["type"] == "status" and not source["key"]:
            yield f"{name}: of a status, without the key"
        if source["type"] in ("lease", "prometheus") and fact["value"] is not None and fact["ageSeconds"] is None:
            yield f"{name}: without its age"


def _promises(answer: Answer) -> Iterable[str]:
    """Yield what contradicts the promise that what is stale is not believed."""
    request = answer["request"]
    if request and request["namespace"] == "quiet" and answer["intent"] not in _KEPT_INTENTS:
        if not answer["abstained"]:
            yield "nobody has looked for five minutes, and it does not abstain"
        if answer["verdict"] == "yes":
            yield "nobody has looked for five minutes, and it says yes"


def _listed(answer: Answer) -> Iterable[str]:
    named = {f"{one['namespace']}/{one['name']}": one["kind"] for one in answer["candidates"]}
    for key, kind in named.items():
        if key not in _BY_KEY or _BY_KEY[key].kind != kind:
            yield f"candidates: there is no {kind} {key}"


def _inert(answer: Answer) -> Iterable[str]:
    for where, text in _strings(answer, ""):
        shown = text.replace("\n", "") if where == ".text" else text
        if not shown.isprintable():
            yield f"{where} holds what does not print: {text!r}"


def _strings(value: object, where: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, f"{where}[{number}]")


# -- the facts are those of the world


def _true(answer: Answer, one: Inhabitant | None, found: Json | None, key: str) -> Iterable[str]:
    if one is None or found is None:
        yield f"request: {key} does not exist"
        return
    if answer["verdict"] == "yes" and not one.working:
        yield f"verdict: yes, but {key} does not work"
    if answer["request"].get("kind") not in (one.kind, None):
        yield f"request: kind {answer['request']['kind']!r}, expected {one.kind}"


def _borne_out(answer: Answer, objects: Mapping[str, Json]) -> Iterable[str]:
    """Follow each citation of a status to where it points, and compare."""
    for fact in answer["facts"]:
        source, name, value = fact["source"], fact["name"], fact["value"]
        key = _place_of(fact)
        if source["type"] != "status" or key not in objects:
            continue
        one, found = _BY_KEY[key], objects[key]
        if source["resourceVersion"] != found["metadata"].get("resourceVersion", source["resourceVersion"]):
            yield f"fact {name}: read at resourceVersion {source['resourceVersion']}, which {key} is not at"
        if name == "ready" and source["key"] == "status":  # what hctl concludes of all of it
            if value is not one.working:
                yield f"fact ready: {value!r}, but {key} {'works' if one.working else 'does not work'}"
            continue
        known = _TRUTH.get(name)
        if known is not None and value != known(found):
            yield f"fact {name}: {value!r} is not what the status of {key} says: {known(found)!r}"
        there = _followed(source["key"], found)
        if isinstance(there, str | int) and not isinstance(value, list) and name not in _DERIVED and value != there:
            yield f"fact {name}: {value!r}, and at {source['key']} of {key} stands {there!r}"


def _followed(path: str, found: Json) -> object:
    """Go where a citation points, such as ``status.conditions[Ready].reason``; None if there is nothing."""
    value: object = found
    for step in _STEP.findall(path):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list):
            value = next((entry for entry in value if isinstance(entry, Mapping) and entry.get("type") == step), None)
        else:
            return None
    return inert(value) if isinstance(value, str) else value


def _condition(found: Json, kind: str) -> Json:
    conditions = found.get("status", {}).get("conditions", [])
    return next((entry for entry in conditions if entry["type"] == kind), {})


def _under(*path: str) -> Callable[[Json], Any]:
    def read(found: Json) -> Any:  # noqa: ANN401 - JSON
        value: Any = found
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return inert(value) if isinstance(value, str) else value

    return read


_TRUTH: Final[Mapping[str, Callable[[Json], Any]]] = {
    "phase": _under("status", "phase"),
    "message": _under("status", "message"),
    "ready": lambda found: _condition(found, "Ready").get("status"),
    "reason": lambda found: inert(_condition(found, "Ready").get("reason")),
    "since": lambda found: _condition(found, "Ready").get("lastTransitionTime"),
    "endpoint.api": _under("status", "endpoints", "api"),
    "credential.kubeconfigSecret": _under("status", "credentials", "kubeconfigSecret"),
    "pods.ready": _under("status", "health", "workloads", "ready"),
    "pods.total": _under("status", "health", "workloads", "total"),
    "argocd.sync": _under("status", "health", "argocd", "syncStatus"),
    "argocd.health": _under("status", "health", "argocd", "healthStatus"),
    "subapps.healthy": _under("status", "health", "subApps", "healthy"),
    "subapps.total": _under("status", "health", "subApps", "total"),
    "generation": _under("metadata", "generation"),
    "observedGeneration": _under("status", "health", "observedGeneration"),
}
"""Name of a fact -> what is true."""
