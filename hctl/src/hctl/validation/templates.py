"""Templates that a Promise carries: StatusContract, and the expressions of Manifests. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from platform_status_contract.model.contract import Thresholds
from platform_status_contract.validation import STATUS_CONTRACT, validate
from platform_status_contract.validation.problems import Path

from .expressions import expression_findings
from .findings import Finding, Severity
from .kinds import KindId, RequestKind
from .located import Located, mapping
from .objects import object_findings

__all__ = ["manifests_findings", "template_findings", "threshold_findings"]

_DEFAULTS: Final = Thresholds()
_DWELL: Final = 60
"""Seconds that a request is Degraded before it can be Failed, and that a source may give no answer (design.md 5)."""

_WORKS_DWELL: Final = 120
"""Seconds that Works may fail before that is bad."""


def template_findings(
    root: Located, kind: RequestKind | None, kinds: Mapping[KindId, RequestKind]
) -> Iterator[Finding]:
    """Check a StatusContract.

    Args:
        root: The template.
        kind: The requests that it is for; None: expressions are compiled only.
        kinds: What the CRDs at hand define.
    """
    told = root.told(validate(root.value, STATUS_CONTRACT))
    # A source that is misspelt is observed once it is spelt right.
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
    """Check the expressions of a template of kind Manifests; its shape is the pipeline's business."""
    yield from expression_findings(root, (("spec", "outputs"),), kind, further=("each",))


def _is_within(path: str, wrong: Collection[str]) -> bool:
    """Whether the schema has found something there, or below: what follows from that need not be said."""
    return any(other == path or other.startswith((f"{path}.", f"{path}[")) for other in wrong)


def _observes(source: object) -> bool:
    return source not in (None, False, [], ())


def threshold_findings(root: Located, path: Path, *, works: bool) -> Iterator[Finding]:
    """Check thresholds that are numbers; the structure is the schema's business.

    Args:
        root: Template, contract or status.
        path: Where its thresholds stand.
        works: Whether Works are observed.
    """
    given = mapping(root.inside(*path).value)
    degraded = _seconds(given, "degradedAfterSeconds", _DEFAULTS.degraded_after_seconds)
    failed = _seconds(given, "failedAfterSeconds", _DEFAULTS.failed_after_seconds)
    deadline = _seconds(given, "progressDeadlineSeconds", _DEFAULTS.progress_deadline_seconds)
    if failed is not None and degraded is not None and failed < degraded:
        key = "failedAfterSeconds" if "failedAfterSeconds" in given else "degradedAfterSeconds"
        found = f"failedAfterSeconds {failed} and degradedAfterSeconds {degraded}"
        expected = "failedAfterSeconds not to be the shorter: what is tolerated cannot have failed"
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
        expected = "a share above 0, or workloads can never be down"
        yield root.wants((*path, "minReadyRatio"), "threshold-ratio", expected, severity=Severity.WARNING)


def _seconds(given: object, key: str, default: int) -> int | None:
    """A threshold; None if an expression decides it, or it is nonsense."""
    value = mapping(given).get(key, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
