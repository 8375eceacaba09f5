"""Checks all files together: finds their documents and kinds, and applies the rules. Pure."""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hctl.texts import inert
from platform_status_contract.model.lookup import mapping
from platform_status_contract.model.policy import Policy
from platform_status_contract.validation.explain import UNKNOWN_KEY
from platform_status_contract.validation.problems import Path, describe, format_path
from platform_status_contract.validation.schemas import Schema

from .crd_rules import rule_findings
from .findings import Finding, LeftAlone, Report, Severity, Why
from .kinds import (
    KRATIX,
    OURS,
    KindId,
    Known,
    RequestKind,
    api_of,
    crd_of,
    groups_meant,
    is_golden_path,
    is_slip,
    kinds_of,
    learn,
    mentions_ours,
    name_of,
    near_kinds,
)
from .located import Located
from .metadata import metadata_findings, namespace_findings
from .openapi import judge
from .policies import Policies, policies_of, policy_findings, refused, refused_as_sub_request
from .promises import crd_findings, promise_findings
from .stored import as_stored, replaced
from .streams import Flaw, read_stream
from .templates import contract_findings, manifests_findings, status_findings, template_findings

__all__ = ["DocumentForm", "SourceFile", "check"]

_KINDS_OF_OURS: Final = ("StatusContract", "Manifests", "PlatformPolicy")
_KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml")
_PATCHES: Final = ("patches", "patchesStrategicMerge", "patchesJson6902")
_STATUS_KEYS: Final = ("contract", "phase", "health")


class DocumentForm(StrEnum):
    """Values of ``--kind``: the form to treat every document as, instead of its own kind."""

    STATUS = "status"
    CONTRACT = "contract"
    STATUS_CONTRACT = "statuscontract"
    REQUEST = "request"


class SourceFile(Struct, frozen=True):
    """A file that was read.

    Attributes:
        file: Its path, as given or below a given folder.
        data: Its content.
        given: Whether it is an argument itself; else it was found in a folder.
    """

    file: str
    data: bytes
    given: bool = True


class _Rules(Struct, frozen=True):
    """The policies for requests: those of Promises, and the one that was given."""

    policies: Policies
    given: Policy | None


class _Read(Struct, frozen=True):
    source: SourceFile
    roots: tuple[Located, ...]
    flaw: Flaw | None


def check(
    sources: Sequence[SourceFile],
    *,
    promises: Sequence[SourceFile] = (),
    form: DocumentForm | None = None,
    policy: Policy | None = None,
) -> Report:
    """Validate files.

    Args:
        sources: The files, in the order of the findings.
        promises: Further Promises or CRDs, for the schemas of requests; they are not validated themselves.
        form: The form to treat every document as; None to derive it from its kind.
        policy: The policy for requests; None for that of their Promise, else the strict policy.
    """
    left: list[LeftAlone] = []
    files = [_read(source) for source in sources]
    if form is None:
        patches = {patch for read in files for patch in _patches(read)}
        files = _kept(files, lambda read: posixpath.normpath(read.source.file) in patches, Why.PATCH, left)
    beside = [_read(source) for source in promises]
    known = learn([read.roots for read in files], [read.roots for read in beside])
    if form is None:
        files = _kept(
            files, lambda read: bool(read.flaw) and not mentions_ours(read.source.data, known), Why.OTHER, left
        )
    rules = _Rules(policies_of([*(read.roots for read in files), *(read.roots for read in beside)]), policy)
    findings: list[Finding] = []
    documents = passed_over = 0
    for read in files:
        found: list[Finding] = []
        for root in read.roots:
            told = _judge(root, known, form, rules, given=read.source.given)
            documents += told is not None
            passed_over += told is None
            found += told or ()
        if read.flaw is not None:
            flaw = read.flaw
            found.append(_flawed(read.source.file, len(read.roots), flaw))
            documents += 1
        findings += sorted(dict.fromkeys(found), key=_order)
    return Report(tuple(findings), len(files), documents, passed_over, tuple(left))


def _kept(files: Sequence[_Read], is_other: Callable[[_Read], bool], why: Why, left: list[LeftAlone]) -> list[_Read]:
    """Return the files without those of a folder that are for other tools, which are added to `left`."""
    kept: list[_Read] = []
    for read in files:
        if not read.source.given and is_other(read):
            left.append(LeftAlone(read.source.file, why))
        else:
            kept.append(read)
    return kept


def _patches(read: _Read) -> Iterator[str]:
    """Yield the files that a kustomization lists as patches, each a part of an object."""
    folder, name = posixpath.split(read.source.file)
    if name in _KUSTOMIZATIONS:
        for root in read.roots:
            for item in (item for key in _PATCHES for item in root.inside(key).items()):
                path = mapping(item.value).get("path", item.value)
                if isinstance(path, str):
                    yield posixpath.normpath(posixpath.join(folder, path))


def _flawed(file: str, index: int, flaw: Flaw) -> Finding:
    texts = (inert(text, 400) for text in (flaw.found, flaw.expected, flaw.suggestion))
    return Finding(file, *flaw.place, index, "", flaw.rule, Severity.ERROR, *texts)


def _order(finding: Finding) -> tuple[int, int, int, str, str]:
    return finding.document, finding.line, finding.column, finding.rule, finding.path


def _read(source: SourceFile) -> _Read:
    documents, flaw = read_stream(source.data, is_json=source.file.endswith(".json"))
    roots = [root for document in documents for root in _objects(Located(source.file, document, document.value))]
    return _Read(source, tuple(roots), flaw)


def _objects(root: Located) -> Iterator[Located]:
    """Yield the objects of a document: itself, or the items of a List, as kubectl does for a list in a list too.

    The depth is limited by that of a document.
    """
    items, value = root.inside("items"), mapping(root.value)
    version, kind = value.get("apiVersion"), str(value.get("kind"))
    if not (isinstance(items.value, list) and isinstance(version, str) and kind.endswith("List")):
        yield root
        return
    for item in items.items():
        if isinstance(item.value, dict) and not item.value.keys() & {"apiVersion", "kind"}:
            # The API server leaves both out of a typed list; kubectl takes them from the kind of the list.
            head = {"apiVersion": version, "kind": kind.removesuffix("List")}
            item = replace(item, value={**head, **item.value})  # noqa: PLW2901 - the same item, completed
        yield from _objects(item)


def _judge(
    root: Located, known: Known, form: DocumentForm | None, rules: _Rules, *, given: bool
) -> list[Finding] | None:
    """Validate one object; None if it is of another kind."""
    if form is None and given and not isinstance(root.value, dict):
        return [*root.flawed(root.document.flaws), root.find((), "schema", describe(root.value), "a mapping")]
    has_tags = any(flaw.rule == "tag" for flaw in root.document.flaws)
    if form is None and has_tags and not given:
        # A document without a kind is the input of another tool, unless its file is an argument itself.
        return None
    found = _by_form(root, known, form, rules) if form is not None else _by_kind(root, known, rules)
    if found is None:
        return None
    # An ambiguous value is reported already, so its wrong type is not reported again.
    ambiguous = {format_path(flaw.path) for flaw in root.document.flaws}
    told = (finding for finding in found if not (finding.rule in ("schema", "null") and finding.path in ambiguous))
    return [*root.flawed(flaw for flaw in root.document.flaws if not _is_shipped(root, flaw)), *told]


def _is_shipped(root: Located, flaw: Flaw) -> bool:
    """Whether a flaw is an ambiguous scalar in a dependency of a Promise, which only kubectl reads, so in one way."""
    group, _, kind = api_of(root)
    shipped = (*root.at, "spec", "dependencies")
    is_inside = (group, kind) == (KRATIX, "Promise") and flaw.path[: len(shipped)] == shipped
    return is_inside and flaw.rule == "ambiguous-scalar"


def _by_form(root: Located, known: Known, form: DocumentForm, rules: _Rules) -> list[Finding]:
    value = mapping(root.value)
    match form:
        case DocumentForm.STATUS:
            holds = isinstance(value.get("status"), dict)
            generation = mapping(value.get("metadata")).get("generation") if holds else None
            return list(status_findings(root.inside("status") if holds else root, generation))
        case DocumentForm.CONTRACT:
            return list(contract_findings(root))
        case DocumentForm.STATUS_CONTRACT:
            return list(template_findings(root, _template_kind(root, known), known.kinds))
    return _request(root, known, rules)


def _by_kind(root: Located, known: Known, rules: _Rules) -> list[Finding] | None:
    group, _, kind = api_of(root)
    crd = crd_of(root)
    if group == OURS:
        return _template(root, kind, known)
    authors = KRATIX if kind == "Promise" else OURS if kind in _KINDS_OF_OURS else ""
    if authors and group != authors and (group in ("", KRATIX, authors.partition(".")[2]) or is_slip(group, [authors])):
        version = "v1alpha1" if authors == KRATIX else "v1"
        return [root.wants(("apiVersion",), "api-version", f"{authors}/{version}")]
    if (group, kind) == (KRATIX, "Promise"):
        kinds = list(kinds_of(crd)) if crd is not None else []
        return list(promise_findings(root, kinds[0] if kinds else None, known.kinds))
    if crd is not None:
        return list(crd_findings(crd, of_promise=False)) if is_golden_path(crd, known) else None
    here = [name.kind for name in known.kinds if name.group == group]
    is_known = bool(here) and (group in known.groups or not kind or bool(near_kinds(kind, here)))
    return _request(root, known, rules) if is_known or groups_meant(root, known) else None


def _template(root: Located, kind: str, known: Known) -> list[Finding]:
    match kind:
        case "StatusContract":
            return list(template_findings(root, _template_kind(root, known), known.kinds))
        case "Manifests":
            return list(manifests_findings(root, _template_kind(root, known)))
        case "PlatformPolicy":
            return list(policy_findings(root))
    return [_unknown(root, kind, _KINDS_OF_OURS, Severity.ERROR)]


def _template_kind(root: Located, known: Known) -> RequestKind | None:
    return known.templates.get(name_of(root)) or known.only


def _request(root: Located, known: Known, rules: _Rules) -> list[Finding]:
    group, version, name = api_of(root)
    kind = known.kinds.get(KindId(group, name))
    by_policy = list(refused_as_sub_request(root, kind.plural if kind else "", rules.policies, rules.given))
    if by_policy:
        return by_policy
    if kind is None:
        return [_stranger(root, group, name, known)]
    if version not in kind.versions:
        expected = " or ".join(f"{group}/{version}" for version in kind.versions)
        found = inert(str(mapping(root.value).get("apiVersion")), 100)
        return [root.find(("apiVersion",), "api-version", found, expected)]
    schema = kind.versions[version]
    stored = replace(root, value=as_stored(root.value, schema))
    findings = list(_by_schema(stored, schema))
    wrong = {finding.path for finding in findings}
    # A value that is invalid is not checked against the policy too.
    findings += (finding for finding in _refused(root, stored, rules) if finding.path not in wrong)
    if "metadata.name" not in wrong:
        findings += namespace_findings(stored, known.manifests.get(kind.name, ()))
    told = {finding.path for finding in findings}
    findings += (finding for finding in _nulls(root, schema) if finding.path not in told)
    status = root.inside("status")
    if any(key in mapping(status.value) for key in _STATUS_KEYS):
        findings += status_findings(status, mapping(mapping(root.value).get("metadata")).get("generation"))
    return findings


def _refused(root: Located, stored: Located, rules: _Rules) -> list[Finding]:
    """Judge a request by the policy: as it is written, for a pipeline may read a file too, and as it is stored."""
    found = list(refused(root, rules.policies, rules.given))
    if stored.value == root.value:
        return found
    known = {finding.path for finding in found}
    return [*found, *(item for item in refused(stored, rules.policies, rules.given) if item.path not in known)]


def _nulls(root: Located, schema: Schema) -> Iterator[Finding]:
    for path, default in replaced(root.value, schema):
        does = "drops the key" if default is None else f"takes the default {describe(default)}"
        expected = f"a value, or no key: the API server {does}"
        yield root.find(path, "null", "null", expected, severity=Severity.WARNING, at_key=True)


def _by_schema(root: Located, schema: Schema) -> Iterator[Finding]:
    """Check a request, as it is stored, against the schema of its version: structure, metadata, rules of the CRD."""
    problems = judge(root.value, schema)
    yield from root.told(problems)
    about_metadata = list(metadata_findings(root))
    yield from about_metadata
    # The API server drops an unknown key before it evaluates rules; any other error makes the rules there useless.
    wrong: set[Path] = {problem.keys for problem in problems if problem.found != UNKNOWN_KEY}
    # If the name has a finding already, the CRD's rule about the name would repeat it.
    if any(told.path in ("metadata.name", "metadata.generateName") for told in about_metadata):
        wrong.add(("metadata", "name"))
    yield from rule_findings(root, schema, frozenset(wrong))


def _stranger(root: Located, group: str, name: str, known: Known) -> Finding:
    """Return the finding for a kind without a CRD: an error if it resembles a known kind, else a warning."""
    here = sorted(kind.kind for kind in known.kinds if kind.group == group)
    same = sorted(kind.group for kind in known.kinds if kind.kind == name)
    if same and not here:
        found = inert(str(mapping(root.value).get("apiVersion")), 100)
        meant = (get_close_matches(group[:64], same, 1, 0.0) or same)[0]
        kind = known.kinds[KindId(meant, name)]
        return root.find(("apiVersion",), "api-version", found, f"{meant}/{list(kind.versions)[-1]}")
    near = near_kinds(name, here)
    # Another group may have two similar kinds, but not two that differ only in case.
    is_sure = bool(near) and (group in known.groups or near[0].lower() == name.lower())
    severity = Severity.ERROR if is_sure or not here or not name else Severity.WARNING
    return _unknown(root, name, here or sorted(kind.kind for kind in known.kinds), severity)


def _unknown(root: Located, name: str, known: Sequence[str], severity: Severity) -> Finding:
    near = near_kinds(name, known)
    hint = f"did you mean {near[0]}?" if near else "or give its Promise with --promise" if name else ""
    found = inert(name, 100) if name else "nothing"
    return root.find(("kind",), "unknown-kind", found, f"one of {', '.join(known)}", hint, severity=severity)
