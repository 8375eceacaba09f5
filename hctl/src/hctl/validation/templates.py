"""Checks documents of the contract: StatusContract and Manifests, resolved contracts, statuses of a cluster. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from platform_status_contract.model.conditions import MAX_FREE, condition_type, is_free, role_condition
from platform_status_contract.model.contract import Thresholds
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.sources.objects.choose import preset_of
from platform_status_contract.sources.objects.declared import DeclaredError, declared_objects
from platform_status_contract.sources.objects.presets import PRESETS
from platform_status_contract.validation import CONTRACT, STATUS, STATUS_CONTRACT, validate
from platform_status_contract.validation.problems import Path, quote

from .expressions import expression_findings
from .findings import Finding, Severity
from .kinds import KindId, RequestKind, split_version
from .located import Located

__all__ = ["contract_findings", "manifests_findings", "status_findings", "template_findings"]

_ANNOTATION: Final = "generationAnnotation"
_FURTHER: Final = ("workloads", "application", "subApplications")
"""Parts of a contract that observe the health of applied objects."""

_APPLIED: Final = frozenset(preset.name for preset in PRESETS if preset.applied or preset.name == "flux-source")
"""Presets that give no evidence about the health of workloads."""

_GENERATIONS: Final[tuple[Path, ...]] = (
    ("contract", "generation"),
    ("health", "observedGeneration"),
    ("health", "readyGeneration"),
)
_OWNED: Final = frozenset(str(member) for member in ConditionType)


def object_findings(contract: Located, kinds: Mapping[KindId, RequestKind]) -> Iterator[Finding]:
    """Check the entries of a contract; the schema checks their structure.

    Args:
        contract: `spec.contract` of a template.
        kinds: The kinds of the given CRDs.
    """
    objects = contract.inside("objects")
    entries = _items(objects)
    outputs = _items(contract.inside("outputs", "kinds"))
    for here in entries:
        yield from _written_out(here)
    for here in (*entries, *outputs):
        yield from _as_defined(here, kinds)
    yield from _names((*entries, *outputs))
    values = [here.value for here in (*entries, *outputs)]
    yield from _roles(contract.inside("secrets"), len(values))
    rest = mapping(contract.value)
    # The container annotates the objects that it lists as outputs.
    if entries and not outputs and not any(_ANNOTATION in mapping(part) for part in (*values, rest.get("application"))):
        expected = f"{_ANNOTATION} in one of them: without it the sidecar cannot detect whether a change is applied"
        yield objects.find((), "object-arrival", "none", expected, severity=Severity.WARNING, at_key=True)
    if values and all(_only_applied(value) for value in values) and not any(rest.get(part) for part in _FURTHER):
        found = f"only what Flux or Argo CD applies ({', '.join(sorted({_kind(value) for value in values}))})"
        expected = "also the objects that it applies: applied does not mean healthy"
        owner = objects if entries else contract.inside("outputs")
        yield owner.find((), "object-applied", found, expected, severity=Severity.WARNING, at_key=True)


def _items(owner: Located) -> list[Located]:
    """Return the mappings in a list."""
    return [item for item in owner.items() if isinstance(item.value, dict)]


def _kind(entry: object) -> str:
    """Return the kind of an entry."""
    return str(mapping(entry).get("kind"))


def _written_out(entry: Located) -> Iterator[Finding]:
    """Check that kind and fields are literals, because the sidecar's rights are generated from them."""
    try:
        declared_objects([mapping(entry.value)])
    except DeclaredError as error:
        path: Path = (error.field,) if error.field else ()
        yield entry.find(path, "object-literal", error.found, error.expected)


def _as_defined(entry: Located, kinds: Mapping[KindId, RequestKind]) -> Iterator[Finding]:
    """Check plural, scope and version against the CRD, if there is one."""
    group, version = split_version(mapping(entry.value).get("apiVersion"))
    kind = kinds.get(KindId(group, _kind(entry.value)))
    if kind is None or not kind.plural:
        return
    if version not in kind.versions:
        served = " or ".join(f"{group}/{served}" for served in kind.versions)
        yield entry.wants(("apiVersion",), "object-crd", f"{served}, as in the CRD")
    for key, told in (("resource", kind.plural), ("scope", kind.scope)):
        if mapping(entry.value).get(key) != told:
            yield entry.wants((key,), "object-crd", f"{quote(told)}, as in the CRD")


def _names(entries: Iterable[Located]) -> Iterator[Finding]:
    """Check that each entry has a condition of its own."""
    seen: dict[str, str] = {}
    for entry in entries:
        name = mapping(entry.value).get("name")
        if isinstance(name, str):
            word = condition_type(name[:64]).lower()
            if word in seen:
                found = f"a second name of the condition {quote(condition_type(name[:64]))}"
                yield entry.find(("name",), "object-name", found, f"another; see {seen[word]}")
            seen.setdefault(word, f"item {entry.at[-1]} of {entry.at[-2]}")


def _roles(secrets: Located, entries: int) -> Iterator[Finding]:
    """Check that different roles have different conditions, and that their number is within the limit."""
    seen: dict[str, str] = {}
    for index, secret in enumerate(secrets.value if isinstance(secrets.value, list) else []):
        role = mapping(secret).get("role")
        if isinstance(role, str) and seen.setdefault(role_condition(role[:64]).lower(), role) != role:
            found = f"a second spelling of the condition {quote(role_condition(role[:64]))}"
            yield secrets.find((index, "role"), "secret-role", found, "another role, or the same spelling")
    count = entries + sum(is_free(condition) for condition in map(role_condition, seen.values()))
    if seen and count > MAX_FREE:
        yield secrets.find((), "secret-role", f"{count} conditions of objects and roles", f"at most {MAX_FREE}")


def _only_applied(entry: object) -> bool:
    """Whether an entry only shows that something was applied: by its preset, unless the entry overrides it."""
    given = mapping(entry)
    preset = preset_of(split_version(given.get("apiVersion"))[0], _kind(entry))
    return not given.get("ready") and preset is not None and preset.name in _APPLIED


_DEFAULTS: Final = Thresholds()
_DWELL: Final = 60
"""Seconds of Degraded before Failed, and seconds that a source may be unreadable (design.md section 5)."""

_WORKS_DWELL: Final = 120
"""Seconds that Works may fail before they are bad."""


def template_findings(
    root: Located, kind: RequestKind | None, kinds: Mapping[KindId, RequestKind]
) -> Iterator[Finding]:
    """Check a StatusContract.

    Args:
        root: The template.
        kind: The kind of its requests; None to only compile expressions.
        kinds: The kinds of the given CRDs.
    """
    told = root.told(validate(root.value, STATUS_CONTRACT))
    # A misspelt source counts as observed, because the typo is reported already.
    has_typo = any(finding.rule == "typo" and finding.suggestion for finding in told)
    yield from (finding for finding in told if not (finding.rule == "no-source" and has_typo))
    contract: Path = ("spec", "contract")
    part = root.inside(*contract)
    wrong = {finding.path for finding in told}
    yield from (finding for finding in object_findings(part, kinds) if not _is_within(finding.path, wrong))
    sections: tuple[Path, ...] = (contract, ("spec", "endpoints"), ("spec", "credentials"))
    yield from expression_findings(root, sections, kind)
    yield from threshold_findings(root, (*contract, "thresholds"), works=_observes(mapping(part.value).get("works")))


def manifests_findings(root: Located, kind: RequestKind | None) -> Iterator[Finding]:
    """Check the expressions of a template of kind Manifests; the pipeline checks its structure."""
    yield from expression_findings(root, (("spec", "outputs"),), kind, further=("each",))


def _is_within(path: str, wrong: Collection[str]) -> bool:
    """Whether the schema check has a finding at a path or below, so that consequences are not reported."""
    return any(other == path or other.startswith((f"{path}.", f"{path}[")) for other in wrong)


def _observes(source: object) -> bool:
    return source not in (None, False, [], ())


def threshold_findings(root: Located, path: Path, *, works: bool) -> Iterator[Finding]:
    """Check thresholds that are numbers; the schema checks the structure.

    Args:
        root: Template, contract or status.
        path: Path of its thresholds.
        works: Whether Works are observed.
    """
    given = mapping(root.inside(*path).value)
    degraded = _seconds(given, "degradedAfterSeconds", _DEFAULTS.degraded_after_seconds)
    failed = _seconds(given, "failedAfterSeconds", _DEFAULTS.failed_after_seconds)
    deadline = _seconds(given, "progressDeadlineSeconds", _DEFAULTS.progress_deadline_seconds)
    if failed is not None and degraded is not None and failed < degraded:
        key = "failedAfterSeconds" if "failedAfterSeconds" in given else "degradedAfterSeconds"
        found = f"failedAfterSeconds {failed} and degradedAfterSeconds {degraded}"
        expected = "failedAfterSeconds not to be the shorter: a tolerated problem is not a failure"
        yield root.find((*path, key), "threshold-order", found, expected)
    if failed is not None and failed < _DWELL and "failedAfterSeconds" in given:
        expected = f"at least {_DWELL}: a request is Degraded for {_DWELL} seconds before it can be Failed"
        here = (*path, "failedAfterSeconds")
        yield root.find(here, "threshold-dwell", str(failed), expected, severity=Severity.WARNING)
    if deadline is not None and "progressDeadlineSeconds" in given:
        here = (*path, "progressDeadlineSeconds")
        if deadline < _DWELL:
            expected = f"at least {_DWELL}: the rules wait that long for a source that does not answer"
            yield root.find(here, "threshold-deadline", str(deadline), expected)
        elif works and deadline < _WORKS_DWELL:
            expected = f"at least {_WORKS_DWELL}: the rules wait that long for Works that fail"
            yield root.find(here, "threshold-deadline", str(deadline), expected, severity=Severity.WARNING)
    ratio = given.get("minReadyRatio")
    if isinstance(ratio, int | float) and not isinstance(ratio, bool) and ratio == 0:
        expected = "a share above 0, or workloads can never be below it"
        yield root.wants((*path, "minReadyRatio"), "threshold-ratio", expected, severity=Severity.WARNING)


def _seconds(given: object, key: str, default: int) -> int | None:
    """Return a threshold; None if it is an expression or invalid."""
    value = mapping(given).get(key, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def contract_findings(root: Located) -> Iterator[Finding]:
    """Check a resolved contract that is a document of its own."""
    yield from root.told(validate(root.value, CONTRACT))
    yield from threshold_findings(root, ("thresholds",), works=mapping(root.value).get("works") is True)


def status_findings(root: Located, generation: object = None) -> Iterator[Finding]:
    """Check a status.

    Args:
        root: The status.
        generation: `metadata.generation` of its object; None if unknown.
    """
    # The schema cannot report which condition is the second one; `_conditions` does.
    yield from (finding for finding in root.told(validate(root.value, STATUS)) if finding.rule != "condition-twice")
    status = mapping(root.value)
    contract = mapping(status.get("contract"))
    yield from threshold_findings(root, ("contract", "thresholds"), works=contract.get("works") is True)
    for path in _GENERATIONS:
        found = root.inside(*path).value
        if _number(found) and _number(generation) and found > generation:  # type: ignore[operator]  # both are numbers
            expected = f"at most {generation}, the generation of the object"
            yield root.wants(path, "status-generation", expected)
    yield from _conditions(root)


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _conditions(root: Located) -> Iterator[Finding]:
    conditions = root.inside("conditions").value
    written = _time(mapping(root.value).get("lastReconciled"))
    seen: dict[str, int] = {}
    for index, condition in enumerate(conditions if isinstance(conditions, list) else ()):
        kind = mapping(condition).get("type")
        if not isinstance(kind, str):
            continue
        if kind in seen:
            found = f"a second condition {kind}"
            yield root.find(("conditions", index), "condition-twice", found, f"one; see item {seen[kind]}")
        seen.setdefault(kind, index)
        changed = _time(mapping(condition).get("lastTransitionTime"))
        if kind in _OWNED and written and changed and changed > written:
            path = ("conditions", index, "lastTransitionTime")
            expected = "a time that is not after lastReconciled, the time of the last write"
            yield root.wants(path, "condition-time", expected, severity=Severity.WARNING)


def _time(value: object) -> datetime | None:
    return parse_time(value) if isinstance(value, str) else None
