"""The entries of a StatusContract under `objects`: what is read is written out, exists, and tells enough. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from platform_status_contract.model.objects import condition_type
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

_OF_FLUX: Final = frozenset(preset.name for preset in PRESETS if preset.applied or preset.name == "flux-source")
"""Presets that say nothing about the health of what runs."""


def object_findings(contract: Located, kinds: Mapping[KindId, RequestKind]) -> Iterator[Finding]:
    """Check the entries of a contract; their structure is the schema's business.

    Args:
        contract: `spec.contract` of a template.
        kinds: What the CRDs at hand define.
    """
    objects = contract.inside("objects")
    entries = objects.value if isinstance(objects.value, list) else []
    readable = [index for index, entry in enumerate(entries) if isinstance(entry, dict)]
    for index in readable:
        here = objects.inside(index)
        yield from _written_out(here)
        yield from _as_defined(here, kinds)
    yield from _names(objects, readable)
    if not entries:
        return
    rest = mapping(contract.value)
    if not any(_ANNOTATION in mapping(part) for part in (*entries, rest.get("application"))):
        expected = f"{_ANNOTATION} in one of them: without it nobody sees whether an edit has arrived"
        yield objects.find((), "object-arrival", "none", expected, severity=Severity.WARNING, at_key=True)
    if all(_only_applied(entry) for entry in entries) and not any(rest.get(part) for part in _FURTHER):
        found = f"only what Flux applies ({', '.join(sorted({_kind(entry) for entry in entries}))})"
        expected = "what it applies beside it: applied is not healthy"
        yield objects.find((), "object-applied", found, expected, severity=Severity.WARNING, at_key=True)


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


def _names(objects: Located, readable: list[int]) -> Iterator[Finding]:
    """Each entry has a condition of its own."""
    seen: dict[str, int] = {}
    for index in readable:
        name = objects.inside(index, "name").value
        if isinstance(name, str):
            word = condition_type(name[:64]).lower()
            if word in seen:
                found = f"a second name of the condition {quote(condition_type(name[:64]))}"
                yield objects.find((index, "name"), "object-name", found, f"another; see item {seen[word]}")
            seen.setdefault(word, index)


def _only_applied(entry: object) -> bool:
    """Whether an entry tells no more than that something was applied: by a preset of Flux, unless it says otherwise."""
    given = mapping(entry)
    preset = preset_of(split_version(given.get("apiVersion"))[0], _kind(entry))
    return not given.get("ready") and preset is not None and preset.name in _OF_FLUX
