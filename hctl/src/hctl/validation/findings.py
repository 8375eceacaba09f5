"""The results of a validation: findings by rule, and their report.

The id of a rule never changes its meaning, because users suppress findings by it.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

__all__ = ["RULES", "STDIN", "Finding", "LeftAlone", "Report", "Severity", "Why"]

RULES: Final[dict[str, str]] = {
    "yaml": "The file is YAML or JSON, in UTF-8, within the limits of size and depth.",
    "duplicate-key": "No key occurs twice in a mapping, because one of the two would be silently ignored.",
    "alias": "No YAML aliases and no merge keys, because a few lines of them can expand to gigabytes.",
    "tag": "No YAML tags, because Kubernetes ignores them.",
    "ambiguous-scalar": "No unquoted text that only some YAML parsers read as a boolean or a number.",
    "schema": "The document has the structure of its schema: types, ranges, patterns, required keys.",
    "typo": "Every key is in the schema; the API server would silently drop an unknown one.",
    "null": "No value is null by accident: the API server would silently drop it, or take the default.",
    "api-version": "The kind exists in that API group and version.",
    "unknown-kind": "The kind of a document in a group of the platform has a known CRD.",
    "metadata": "Names, labels and annotations are valid for the API server.",
    "name-length": "A name, and every name that Kratix derives from it, has at most 63 characters.",
    "vip-in-subnet": "The address of a virtual cluster is inside its subnet.",
    "vip": "The address of a virtual cluster is an IPv4 address.",
    "subnet": "The subnet of a virtual cluster is an IPv4 network, with room for the default address if none is set.",
    "label-keys": "The keys of a mapping that becomes labels or annotations are label names.",
    "cidr": "A destination of network policies is a network in CIDR notation.",
    "crd-rule": "The document meets the CEL rules of its CRD (x-kubernetes-validations).",
    "crd-rule-unknown": "The CEL rules of a CRD can be evaluated offline; the API server evaluates the others.",
    "list-key": "Each item of a list that Kubernetes treats as a map or a set occurs once.",
    "policy": "A request has only values that the platform's policy allows (--policy, that of its Promise, or the "
    "strict one).",
    "policy-bounds": "The bounds of a policy are valid, and none contradicts another.",
    "expression": "Every ${...} of a template is complete, and is CEL with names that exist.",
    "expression-field": "The request can have every field that an expression reads.",
    "expression-null": "Only a whole source of a contract may be null: a selector without its label selects all.",
    "no-source": "A contract observes at least one source; without one it would always be Ready.",
    "object-literal": "An entry of objects names its kind and fields literally: no request decides what is read.",
    "object-name": "Each entry of objects has a condition of its own.",
    "secret-role": "Different roles of Secrets have different conditions; with those of objects there are at most 16.",
    "object-crd": "Version, plural and scope of an entry of objects match its CRD, if that is among the files.",
    "object-applied": "A contract observes more than Flux or Argo CD objects, because applied does not mean healthy.",
    "object-arrival": "A contract with objects observes one that records the generation it was written for.",
    "elsewhere": "The objects that a contract observes are in the cluster of the sidecar.",
    "threshold-order": "failedAfterSeconds is at least degradedAfterSeconds: a tolerated problem is no failure.",
    "threshold-dwell": "failedAfterSeconds is at least 60: a request is Degraded for that long before it is Failed.",
    "threshold-deadline": "progressDeadlineSeconds is at least the waiting times of the rules: 60 s for a source "
    "that does not answer and for pods that restarted, 120 s for Works that fail.",
    "threshold-ratio": "minReadyRatio is above 0, because workloads could never be below a share of 0.",
    "status-generation": "observedGeneration of a status is not above the generation of its object.",
    "condition-twice": "A status has one condition of each type.",
    "condition-time": "A condition of the contract did not change after the last write of the status.",
    "promise-api": "The API of a Promise is a CRD that Kratix accepts: structural, Namespaced, with properties.",
    "promise-version": "A Promise has the label kratix.io/promise-version, which names its revision.",
    "promise-content": "A Promise has an API, dependencies or pipelines; pipelines for requests go with an API.",
    "promise-category": "The CRD of a golden path has the category platform, by which hctl finds it.",
    "promise-dependencies": "A Promise has no spec.dependencies, which make Kratix write in an endless loop.",
    "promise-name-label": "Dependencies of a Promise lack the label kratix.io/promise-name, by which Kratix deletes.",
    "pipeline-name": "The names of Promise, type, action and pipeline fit into the 60 characters of Kratix.",
    "pipeline-twice": "The name of a pipeline is unique in its workflow and action.",
}
"""Id of a rule -> its requirement in one sentence."""


STDIN = "<stdin>"
"""Name of standard input in a finding."""


class Severity(StrEnum):
    """The severity of a finding; a warning fails the run only with ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Struct, frozen=True):
    """One error or warning. Every text in it is inert: one line, only printable characters.

    Attributes:
        file: Path of the file, as given; ``<stdin>`` for standard input.
        line: Line of the offending key or value, from 1.
        column: Its column, from 1.
        document: Index of the document in the file's stream, from 0.
        path: Such as ``spec.exposure.vip``; empty for the document itself.
        rule: An id of `RULES`.
        severity: Its severity.
        found: The found value.
        expected: The expected value.
        suggestion: A fix, such as ``did you mean targetNamespace?``; may be empty.
    """

    file: str
    line: int
    column: int
    document: int
    path: str
    rule: str
    severity: Severity
    found: str
    expected: str
    suggestion: str = ""

    @property
    def message(self) -> str:
        """The finding as one sentence, without file and rule."""
        where = f"{self.path}: " if self.path else ""
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{where}found {self.found}, expected {self.expected}{hint}"


class Why(StrEnum):
    """Why a file in a folder is skipped; the keys of the counts in ``-o json``."""

    CHART = "chartTemplates"
    EXCLUDED = "excluded"
    LINK = "links"
    SPECIAL = "special"
    PATCH = "patches"
    OTHER = "otherSyntax"


class LeftAlone(Struct, frozen=True):
    """A file or folder that is not read, or not validated.

    Attributes:
        file: Its shown path.
        why: Why it is skipped.
    """

    file: str
    why: Why


class Report(Struct, frozen=True):
    """The result of a validation.

    Attributes:
        findings: The findings, in the order of the files, then by place.
        files: Number of files that were read.
        documents: Number of validated documents.
        passed_over: Number of documents of other kinds, which are skipped.
        left: The skipped files and folders.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    passed_over: int
    left: tuple[LeftAlone, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
