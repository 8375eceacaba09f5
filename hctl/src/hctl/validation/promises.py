"""Checks Promises and CRDs by the rules of Kratix (docs/kratix.md sections 1 and 2). Pure.

An observed object that the Promise sends to another cluster is a finding too, because its sidecar cannot read it.
Labels select Destinations, but do not identify clusters. So only a contradiction is reported: a label of the sidecar's
Destination with another value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hctl.reading.fields import destinations_of_sidecars
from platform_status_contract.model.lookup import mapping
from platform_status_contract.template.promises import MAX_PIPELINE_NAME, VERSION_LABEL, promise_schema
from platform_status_contract.validation import validate_with, validator_of
from platform_status_contract.validation.problems import Path, quote

from .findings import Finding, Severity
from .kinds import KindId, RequestKind, api_of
from .located import Located, embedded_templates, template_variables
from .openapi import translate
from .policies import policy_findings
from .templates import manifests_findings, template_findings

__all__ = ["crd_findings", "promise_findings"]

_NAME_LABEL: Final = "kratix.io/promise-name"
_VERSION: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z")
"""A version; Kratix names the revision ``<promise>-<version>``, which must be a valid object name."""

_ACTIONS: Final = ("configure", "delete")
_INTERVALS: Final[tuple[Path, ...]] = (
    ("spec", "workflows", "config", "reconciliationInterval"),
    ("metadata", "annotations", "kratix.io/reconciliation-interval"),
)
_TERM: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_MAX_INTERVAL: Final = 64
"""Longest text of an interval."""

_PARTS: Final = ("workloads", "secrets", "objects", "outputs")
_OURS: Final = frozenset({"contract", "delete", "render", "wait"})
"""Containers that send nothing to another cluster, except for the templates of `render`."""


def promise_findings(root: Located, kind: RequestKind | None, kinds: Mapping[KindId, RequestKind]) -> Iterator[Finding]:
    """Check a Promise.

    Args:
        root: The Promise.
        kind: The kind of its API; None if that cannot be read.
        kinds: The kinds of the given CRDs.
    """
    told = root.told(validate_with(root.value, validator_of(promise_schema())))
    yield from told
    metadata = mapping(mapping(root.value).get("metadata"))
    version = mapping(metadata.get("labels")).get(VERSION_LABEL)
    if not (isinstance(version, str) and _VERSION.match(version)):
        expected = "a version such as v1.2.3, which names the revision"
        path: Path = ("metadata", "labels", VERSION_LABEL)
        finding = root.wants(path, "promise-version", expected, severity=Severity.WARNING)
        if finding.path not in {earlier.path for earlier in told}:
            yield finding
    if not told:  # a missing key may be the misspelt one
        yield from _content(root)
    name = metadata.get("name")
    for workflow in ("promise", "resource"):
        for action in _ACTIONS:
            yield from _pipelines(root, name if isinstance(name, str) else "", workflow, action)
    yield from _intervals(root)
    yield from _dependencies(root)
    api = root.inside("spec", "api")
    templates = list(embedded_templates(root))
    if isinstance(api.value, dict):
        yield from crd_findings(api, of_promise=True)
        yield from _category(api, {what for _, what in templates})
    manifests = [template for template, what in templates if what == "Manifests"]
    for template, what in templates:
        yield from template.flawed(template.document.flaws)
        if what == "PlatformPolicy":
            yield from policy_findings(template)
        elif what == "StatusContract":
            yield from template_findings(template, kind, kinds)
            yield from _elsewhere(root, template, manifests)
        else:
            yield from manifests_findings(template, kind)
    yield from _unreadable_templates(root)


def _content(root: Located) -> Iterator[Finding]:
    """Check that a Promise has any effect; Kratix accepts one that has none."""
    spec = mapping(mapping(root.value).get("spec"))
    workflows = mapping(spec.get("workflows"))
    runs = {key: any(mapping(workflows.get(key)).get(action) for action in _ACTIONS) for key in ("promise", "resource")}
    path: Path = ("spec",)
    found, expected = "", ""
    if not (spec.get("api") or spec.get("dependencies") or runs["promise"] or runs["resource"]):
        found, expected = "nothing for Kratix to do", "an api, with workflows for its requests"
    elif runs["resource"] and not spec.get("api"):
        path = ("spec", "workflows", "resource")
        found, expected = "pipelines for requests", "spec.api too: without it there are no requests"
    if found:
        yield root.find(path, "promise-content", found, expected, severity=Severity.WARNING, at_key=True)


def _intervals(root: Located) -> Iterator[Finding]:
    """Check the intervals, which the webhook of Kratix parses as Go does."""
    for path in _INTERVALS:
        text = root.inside(*path).value
        if isinstance(text, str) and not _lasts_a_minute(text.removeprefix("+")):
            yield root.wants(path, "schema", "at least 1m, such as 10m or 1h30m; there is no unit for days")


def _lasts_a_minute(text: str) -> bool:
    terms = _TERM.findall(text[:_MAX_INTERVAL])
    seconds = sum(float(count) * _SECONDS[unit] for count, unit in terms)
    return "".join(map("".join, terms)) == text and seconds >= _SECONDS["m"]


def _pipelines(root: Located, promise: str, workflow: str, action: str) -> Iterator[Finding]:
    path: Path = ("spec", "workflows", workflow, action)
    pipelines = root.inside(*path).value
    seen: dict[str, int] = {}
    for index, pipeline in enumerate(pipelines if isinstance(pipelines, list) else ()):
        name = mapping(mapping(pipeline).get("metadata")).get("name")
        if not isinstance(name, str):
            continue
        here = (*path, index, "metadata", "name")
        if name in seen:
            yield root.find(here, "pipeline-twice", f"a second {quote(name)}", f"the name once; see item {seen[name]}")
        seen.setdefault(name, index)
        whole = f"{promise}-{workflow}-{action}-{name}"
        if len(whole) > MAX_PIPELINE_NAME:
            found = f"{quote(whole, 100)} with {len(whole)} characters, the name that Kratix builds from it"
            hint = "shorten the name of the Promise or of the pipeline"
            yield root.find(here, "pipeline-name", found, f"at most {MAX_PIPELINE_NAME}", hint)


def _dependencies(root: Located) -> Iterator[Finding]:
    path: Path = ("spec", "dependencies")
    dependencies = root.inside(*path).value
    if not isinstance(dependencies, list) or not dependencies:
        return
    found = "1 object" if len(dependencies) == 1 else f"{len(dependencies)} objects"
    expected = "none: with any, Kratix writes in an endless loop"
    hint = "ship them by a promise.configure workflow, see docs/kratix.md 11.6"
    yield root.find(path, "promise-dependencies", found, expected, hint, severity=Severity.WARNING, at_key=True)
    for index, item in enumerate(dependencies):
        if _NAME_LABEL in mapping(mapping(mapping(item).get("metadata")).get("labels")):
            here = (*path, index, "metadata", "labels", _NAME_LABEL)
            expected = "no such label: Kratix deletes objects by it with the Promise"
            yield root.find(here, "promise-name-label", "the label", expected, severity=Severity.WARNING, at_key=True)


def crd_findings(crd: Located, *, of_promise: bool) -> Iterator[Finding]:
    """Check a CRD.

    Args:
        crd: The CRD.
        of_promise: Whether it is the API of a Promise, for which Kratix has further requirements.
    """
    group, _, kind = api_of(crd)
    if (group, kind) != ("apiextensions.k8s.io", "CustomResourceDefinition"):
        key = "apiVersion" if kind == "CustomResourceDefinition" else "kind"
        expected = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}[key]
        yield crd.wants((key,), "promise-api", expected)
        return
    yield from _crd_names(crd)
    spec = mapping(mapping(crd.value).get("spec"))
    if of_promise and spec.get("scope") != "Namespaced":
        yield crd.wants(("spec", "scope"), "promise-api", "Namespaced")
    versions = spec.get("versions")
    if not isinstance(versions, list) or not versions:
        yield crd.wants(("spec", "versions"), "promise-api", "a list with at least one version")
        return
    if sum(mapping(version).get("storage") is True for version in versions) != 1:
        found = "no stored version, or several"
        yield crd.find(("spec", "versions"), "promise-api", found, "one version with storage: true", at_key=True)
    for index in range(len(versions)):
        yield from _crd_schema(crd, ("spec", "versions", index, "schema", "openAPIV3Schema"), of_promise=of_promise)


def _category(crd: Located, templates: set[str]) -> Iterator[Finding]:
    """Require the category, unless the Promise only renders manifests, so that its requests have no status contract."""
    categories = crd.inside("spec", "names", "categories").value
    if templates != {"Manifests"} and not (isinstance(categories, list) and "platform" in categories):
        expected = "the category platform, by which hctl finds golden paths"
        path = ("spec", "names", "categories")
        yield crd.wants(path, "promise-category", expected, severity=Severity.WARNING, at_key=True)


def _crd_names(crd: Located) -> Iterator[Finding]:
    group, plural = crd.inside("spec", "group").value, crd.inside("spec", "names", "plural").value
    for path in (("spec", "group"), ("spec", "names", "kind"), ("spec", "names", "plural")):
        value = crd.inside(*path).value
        if not isinstance(value, str) or not value:
            yield crd.wants(path, "promise-api", "a name")
    name = crd.inside("metadata", "name").value
    if isinstance(group, str) and isinstance(plural, str) and name != f"{plural}.{group}":
        yield crd.wants(("metadata", "name"), "promise-api", f"{plural}.{group}, plural and group")


def _crd_schema(crd: Located, path: Path, *, of_promise: bool) -> Iterator[Finding]:
    schema = crd.inside(*path)
    problems = schema.told(translate(schema.value)[1], "promise-api")
    yield from problems
    if of_promise and not problems and not isinstance(mapping(schema.value).get("properties"), dict):
        expected = "some: Kratix writes its schema of the status into them"
        yield schema.wants(("properties",), "promise-api", expected, severity=Severity.WARNING, at_key=True)


def _unreadable_templates(root: Located) -> Iterator[Finding]:
    for value, what, documents, flaw in template_variables(root):
        if flaw is not None:
            yield value.find((), "yaml", flaw.found, f"the YAML of a {what}")
        elif len(documents) != 1:
            yield value.find((), "yaml", f"{len(documents)} documents", f"one, of kind {what}")


def _elsewhere(root: Located, template: Located, manifests: Sequence[Located]) -> Iterator[Finding]:
    """Check the Destinations of the objects that a contract observes.

    Args:
        root: The Promise.
        template: A StatusContract in it.
        manifests: Its templates of kind Manifests.
    """
    contract = template.inside("spec", "contract")
    here = next(destinations_of_sidecars(root.value), None)
    # The Application itself selects the cluster of the objects that Argo CD delivers.
    if here is None or mapping(contract.value).get("application"):
        return
    selectors = root.inside("spec", "destinationSelectors").items()
    chosen = [mapping(item.inside("matchLabels").value) for item in selectors]
    away = next((labels for labels in chosen if _contradict(labels, here)), None)
    outputs = [output for one in manifests for output in one.inside("spec", "outputs").items()]
    folders = [
        mapping(output.inside("destination").value) for output in outputs if "destination" in mapping(output.value)
    ]
    if away is None or any(not _contradict(labels, here) for labels in folders):
        return
    severity = Severity.ERROR if _all_ours(root) else Severity.WARNING
    for part in _PARTS:
        if mapping(contract.value).get(part):
            found = f"objects that spec.destinationSelectors sends to {_spelled(away)}"
            expected = f"some that go to {_spelled(here)}: the sidecar reads only its own cluster"
            hint = "observe works, and an object in its own cluster, such as the Application that delivers them"
            yield contract.find((part,), "elsewhere", found, expected, hint, severity=severity, at_key=True)


def _all_ours(root: Located) -> bool:
    """Whether no container can send anything to another cluster by a file of its own."""
    pipelines = root.inside("spec", "workflows", "resource", "configure").items()
    containers = (container for pipeline in pipelines for container in pipeline.inside("spec", "containers").items())
    return all(_args(container)[:1] and _args(container)[0] in _OURS for container in containers)


def _args(container: Located) -> list[str]:
    return [str(item.value) for item in container.inside("args").items()]


def _contradict(labels: Mapping[str, object], here: Mapping[str, str]) -> bool:
    """Whether no Destination can have both labels; an expression can have any value."""
    both = {key: str(labels[key]) for key in here if key in labels}
    return any("${" not in value and value != here[key] for key, value in both.items())


def _spelled(labels: Mapping[str, object]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
