"""``hctl validate --policy NEW -A``: the requests of a cluster that a changed policy would refuse.

Also lists the names that are older than the policy, as entries for its `legacyNames` that a person reviews.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.text import Text

from hctl.cluster.discovery import Kind
from hctl.cluster.requests import Collection
from hctl.documents.findings import spell_findings
from hctl.documents.outputs import parse_output
from hctl.drawing.consoles import make_console
from hctl.errors import ExitCode, UsageError
from hctl.reading.fields import name_of, text
from hctl.session import Session
from hctl.target import Target
from hctl.texts import count_of, inert
from hctl.validation.findings import Finding, Report, Severity
from platform_status_contract.model.lookup import mapping, under
from platform_status_contract.model.policy import LegacyName, Policy
from platform_status_contract.policy.judge import legacy_name, refusals
from platform_status_contract.validation.problems import format_path

from .answers import Answers
from .validations import policy_of

__all__ = ["validate_cluster"]

_MAX_TEXT: Final = 400
_LEGACY: Final = "legacy-names"


def validate_cluster(target: Target, file: str, output: str) -> ExitCode:
    """Check every request of the kinds in a policy, as the pipeline would at its next run.

    Args:
        target: The cluster.
        file: The policy.
        output: ``table`` or ``json``, because requests of a cluster have no line for the other formats. Or
            ``legacy-names``: the entries of `legacyNames` for names that the policy would refuse.

    Returns:
        READY if the policy refuses none, else NOT_READY; for ``legacy-names``, READY if each name has one request.

    Raises:
        HctlError: The policy is invalid, the cluster cannot be read, or the options contradict each other.
    """
    if output not in ("table", "json", _LEGACY):
        raise UsageError(f"-o {inert(output, 60)}: expected table, json or {_LEGACY} for the requests of a cluster")
    if not file:
        raise UsageError("--all-namespaces requires a policy: --policy FILE")
    policy = policy_of(file)
    session = Session(target)
    session.open()
    answers = Answers(parse_output("table" if output == _LEGACY else output))
    wanted = {(entry.group, entry.kind) for entry in policy.spec.kinds}
    kinds = [kind for kind in session.kinds if (kind.group, kind.kind) in wanted]
    for group, kind in sorted(wanted - {(kind.group, kind.kind) for kind in kinds}):
        answers.note(f"hctl: this cluster has no {kind} of {group}")
    found = [collection for kind in kinds for collection in session.requests_of(kind, session.scope(everywhere=True))]
    if output == _LEGACY:
        return _write_legacy_names(answers, policy, (_whole(kind, request) for kind, request in _requests(found)))
    judged = [list(_refused(policy, kind, request)) for kind, request in _requests(found)]
    findings = tuple(finding for told in judged for finding in told)
    if output == "json":
        sys.stdout.write(spell_findings(Report(findings, 0, len(judged), 0), output))
    else:
        console = make_console(sys.stdout)
        for finding in findings:
            console.print(Text.assemble((f"{finding.file}: ", "bold"), finding.message), soft_wrap=True)
        refused = sum(map(bool, judged))
        name = inert(policy.metadata.name, 253)
        console.print(Text(f"{count_of(len(judged), 'request')}: the policy {name} would refuse {refused}"))
    sys.stdout.flush()
    return ExitCode.NOT_READY if findings else ExitCode.READY


def _requests(collections: Iterable[Collection]) -> Iterator[tuple[Kind, Mapping[str, object]]]:
    """Yield all requests except those in deletion, for which no pipeline runs and admission allows any change."""
    for collection in collections:
        for found in map(mapping, collection.objects):
            if under(found, "metadata", "deletionTimestamp") is None:
                yield collection.kind, found


def _refused(policy: Policy, kind: Kind, request: Mapping[str, object]) -> Iterator[Finding]:
    called = f"{kind.kind} {text(request, 'metadata', 'namespace', limit=253)}/{name_of(request)}"
    for refusal in refusals(policy, _whole(kind, request)):
        yield Finding(
            file=called,
            line=1,
            column=1,
            document=0,
            path=inert(format_path(refusal.path), _MAX_TEXT),
            rule="policy",
            severity=Severity.ERROR,
            found=inert(refusal.found, _MAX_TEXT),
            expected=inert(refusal.told, _MAX_TEXT),
            suggestion=inert(refusal.ask, _MAX_TEXT),
        )


def _whole(kind: Kind, request: Mapping[str, object]) -> dict[str, object]:
    """Add apiVersion and kind, which the items of a list lack."""
    return {**request, "apiVersion": f"{kind.group}/{kind.version}", "kind": kind.kind}


def _write_legacy_names(answers: Answers, policy: Policy, requests: Iterable[Mapping[str, object]]) -> ExitCode:
    """Write the entries; a person must resolve a name with two owners, or with another owner in the policy."""
    entries: dict[str, set[LegacyName]] = defaultdict(set)
    for old in policy.spec.names.legacy_names:
        entries[old.name].add(old)
    for request in requests:
        entry = legacy_name(policy, request)
        if entry is not None:
            entries[entry.name].add(entry)
    shared = {name: found for name, found in entries.items() if len(found) > 1}
    lines = [_entry(found) for name, (found, *_) in sorted(entries.items()) if name not in shared]
    sys.stdout.write("legacyNames:" + ("".join(f"\n  - {line}" for line in lines) or " []") + "\n")
    for name, found in sorted(shared.items()):
        owners = ", ".join(sorted(f"{inert(each.namespace, 63)}" for each in found))
        answers.note(
            f"hctl: {inert(name, 63)} is the name of requests in {owners}; only one can keep it, so none is listed"
        )
    sys.stdout.flush()
    return ExitCode.NOT_READY if shared else ExitCode.READY


def _entry(found: LegacyName) -> str:
    pairs = {"namespace": found.namespace, "name": found.name, "targetNamespace": found.target_namespace}
    return "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in pairs.items() if value is not None) + "}"
