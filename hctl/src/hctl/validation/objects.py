"""What a StatusContract names under `objects` and `outputs`: it is written out, exists, and tells enough. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from platform_status_contract.model.conditions import MAX_FREE, condition_type, is_free, role_condition
from platform_status_contract.sources.objects.choose import preset_of
from platform_status_contract.sources.objects.declared import DeclaredError, declared_objects
from platform_status_contract.sources.objects.presets import PRESETS
from platform_status_contract.validation.problems import Path, quote

from .findings import Finding, Severity
from .kinds import KindId, RequestKind, split_version
from .located import Located, mapping

__all__ = ["object_findings"]

_ANNOTATION: Final = "generationAnnotation"
_FURTHER: Final = ("workloads", "application", "subApplications")
"""Parts of a contract that look at the health of what was applied."""

_APPLIED: Final = frozenset(preset.name for preset in PRESETS if preset.applied or preset.name == "flux-source")
"""Presets that say nothing about the health of what runs."""


def object_findings(contract: Located, kinds: Mapping[KindId, RequestKind]) -> Iterator[Finding]:
    """Check the entries of a contract; their structure is the schema's business.

    Args:
        contract: `spec.contract` of a template.
        kinds: What the CRDs at hand define.
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
    # the container marks what it lists as outputs
    if entries and not outputs and not any(_ANNOTATION in mapping(part) for part in (*values, rest.get("application"))):
        expected = f"{_ANNOTATION} in one of them: without it nobody sees whether an edit has arrived"
        yield objects.find((), "object-arrival", "none", expected, severity=Severity.WARNING, at_key=True)
    if values and all(_only_applied(value) for value in values) and not any(rest.get(part) for part in _FURTHER):
        found = f"only what Flux or Argo CD applies ({', '.join(sorted({_kind(value) for value in values}))})"
        expected = "what it applies beside it: applied is not healthy"
        owner = objects if entries else contract.inside("outputs")
        yield owner.find((), "object-applied", found, expected, severity=Severity.WARNING, at_key=True)


def _items(owner: Located) -> list[Located]:
    """The mappings of a list."""
    values = owner.value if isinstance(owner.value, list) else []
    return [owner.inside(index) for index, value in enumerate(values) if isinstance(value, dict)]


def _kind(entry: object) -> str:
    """The kind of an entry."""
    return str(mapping(entry).get("kind"))


def _written_out(entry: Located) -> Iterator[Finding]:
    """What is read of objects is known before any request is: rights are made from it."""
    try:
        declared_objects([mapping(entry.value)])
    except DeclaredError as error:
        path: Path = (error.field,) if error.field else ()
        yield entry.find(path, "object-literal", error.found, error.expected)


def _as_defined(entry: Located, kinds: Mapping[KindId, RequestKind]) -> Iterator[Finding]:
    """Hold plural, scope and version against the CRD, if there is one."""
    group, version = split_version(mapping(entry.value).get("apiVersion"))
    kind = kinds.get(KindId(group, _kind(entry.value)))
    if kind is None or not kind.plural:
        return
    if version not in kind.versions:
        served = " or ".join(f"{group}/{served}" for served in kind.versions)
        yield entry.wants(("apiVersion",), "object-crd", f"{served}, as the CRD has it")
    for key, told in (("resource", kind.plural), ("scope", kind.scope)):
        if mapping(entry.value).get(key) != told:
            yield entry.wants((key,), "object-crd", f"{quote(told)}, as the CRD has it")


def _names(entries: Iterable[Located]) -> Iterator[Finding]:
    """Each entry has a condition of its own."""
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
    """Secrets of one role share a condition; those of two do not, and there is room for so many only."""
    seen: dict[str, str] = {}
    for index, secret in enumerate(secrets.value if isinstance(secrets.value, list) else []):
        role = mapping(secret).get("role")
        if isinstance(role, str) and seen.setdefault(role_condition(role[:64]).lower(), role) != role:
            found = f"a second spelling of the condition {quote(role_condition(role[:64]))}"
            yield secrets.find((index, "role"), "secret-role", found, "another role, or the same in the same letters")
    count = entries + sum(is_free(condition) for condition in map(role_condition, seen.values()))
    if seen and count > MAX_FREE:
        yield secrets.find((), "secret-role", f"{count} conditions of objects and roles", f"at most {MAX_FREE}")


def _only_applied(entry: object) -> bool:
    """Whether an entry tells no more than that something was applied: by its preset, unless it says otherwise."""
    given = mapping(entry)
    preset = preset_of(split_version(given.get("apiVersion"))[0], _kind(entry))
    return not given.get("ready") and preset is not None and preset.name in _APPLIED
