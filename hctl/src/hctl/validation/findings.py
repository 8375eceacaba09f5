"""What a person, or a program of a CI, is told about files: findings by rules, and the report of all.

The id of a rule, once given out, keeps its meaning: people suppress by it.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

__all__ = ["RULES", "STDIN", "Finding", "LeftAlone", "Report", "Severity", "Why"]

RULES: Final[dict[str, str]] = {
    "yaml": "The file is YAML or JSON, in UTF-8, within the limits of size and depth.",
    "duplicate-key": "No key appears twice in one mapping, where one of the two would silently win.",
    "alias": "No YAML aliases and no merge keys: a few lines of them can stand for gigabytes.",
    "tag": "No YAML tags: Kubernetes knows none, and what is meant would be lost.",
    "ambiguous-scalar": "No text without quotes that only some parsers of YAML take for a boolean or a number.",
    "schema": "The document has the structure that its schema asks for: types, ranges, patterns, required keys.",
    "typo": "Every key is known to the schema; the API server would drop an unknown one without a word.",
    "api-version": "The kind exists in that API group and version.",
    "unknown-kind": "A document of a group of the platform is of a kind whose CRD is known.",
    "metadata": "Names, labels and annotations are such as the API server accepts.",
    "name-length": "A name, and every name that Kratix makes of it, is at most 63 characters.",
    "vip-in-subnet": "The address of a virtual cluster lies inside its subnet.",
    "vip": "The address of a virtual cluster is an IPv4 address.",
    "subnet": "The subnet of a virtual cluster is an IPv4 network, with room for the default address if none is named.",
    "label-keys": "The keys of a mapping that becomes labels or annotations are label names.",
    "cidr": "A destination of network policies is a network in CIDR notation.",
    "crd-rule": "The document keeps the rules in CEL of its CRD (x-kubernetes-validations).",
    "crd-rule-unknown": "The rules in CEL of a CRD can be evaluated offline; what cannot be is left to the API server.",
    "list-key": "Items of a list that Kubernetes treats as a map or a set stand in it once.",
    "policy": "A request asks for nothing but what the platform's policy allows (--policy, that of its Promise, or the "
    "strict one).",
    "policy-bounds": "The bounds of a policy can be read, and none contradicts another.",
    "expression": "Every ${...} of a template is complete, and is CEL with names that exist.",
    "expression-field": "Every field that an expression reads is one that the request can have.",
    "no-source": "A contract observes at least one source; one that observes nothing would be Ready for no reason.",
    "object-literal": "What an entry of objects lets be read is written out; no request decides it.",
    "object-name": "Each entry of objects has a condition of its own.",
    "secret-role": "Roles of Secrets that differ have conditions that do; with those of objects there are at most 16.",
    "object-crd": "Version, plural and scope of an entry of objects are those of the CRD, if that is among the files.",
    "object-applied": "A contract observes more than what Flux or Argo CD has applied: applied is not healthy.",
    "object-arrival": "Something that a contract with objects observes tells which generation it was written for.",
    "elsewhere": "What a contract observes does not go to another cluster than that of the sidecar.",
    "threshold-order": "failedAfterSeconds is at least degradedAfterSeconds: what is tolerated cannot have failed.",
    "threshold-dwell": "failedAfterSeconds is at least 60: a request is Degraded for that long before it is Failed.",
    "threshold-deadline": "progressDeadlineSeconds leaves time for what the rules wait for: 60 s for a source "
    "that does not answer and for pods that restarted, 120 s for Works that fail.",
    "threshold-ratio": "minReadyRatio is above 0: nothing is below a share of 0, so workloads could never be down.",
    "status-generation": "A status does not speak of a generation that its object has not reached.",
    "condition-twice": "A status has one condition of each type.",
    "condition-time": "A condition of the contract did not change after the last write of the status.",
    "promise-api": "The API of a Promise is a CRD that Kratix can take: structural, Namespaced, with properties.",
    "promise-version": "A Promise has the label kratix.io/promise-version, which names its revision.",
    "promise-content": "A Promise has an API, dependencies or pipelines; pipelines for requests go with an API.",
    "promise-category": "The CRD of a golden path is in the category platform, by which hctl finds it.",
    "promise-dependencies": "A Promise has no spec.dependencies, with which Kratix writes without end.",
    "promise-name-label": "Objects that a Promise ships do not carry kratix.io/promise-name, by which Kratix deletes.",
    "pipeline-name": "Promise, type, action and pipeline fit into the 60 characters that Kratix has for them.",
    "pipeline-twice": "A name of a pipeline stands once in its workflow and action.",
}
"""Id -> one sentence."""


STDIN = "<stdin>"
"""What standard input is called in a finding."""


class Severity(StrEnum):
    """Whether a finding fails the run; a warning does so with ``--strict`` only."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Struct, frozen=True):
    """One thing that is wrong. Every text in it is inert: one line, nothing unprintable.

    Attributes:
        file: The file as it was given; ``<stdin>`` for standard input.
        line: Line of the offending key or value, from 1.
        column: Its column, from 1.
        document: Index of the document in the file's stream, from 0.
        path: Such as ``spec.exposure.vip``; empty for the document itself.
        rule: An id of `RULES`.
        severity: How bad.
        found: What stands there.
        expected: What should stand there.
        suggestion: Such as ``did you mean targetNamespace?``; empty if there is none.
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
    """Why a file of a folder is left alone, as ``-o json`` counts it."""

    CHART = "chartTemplates"
    EXCLUDED = "excluded"
    LINK = "links"
    SPECIAL = "special"


class LeftAlone(Struct, frozen=True):
    """A file or folder that is not read.

    Attributes:
        file: As it would have been shown.
        why: Why not.
    """

    file: str
    why: Why


class Report(Struct, frozen=True):
    """What became of all files.

    Attributes:
        findings: By file as given, then by place.
        files: How many files were read.
        documents: How many documents were validated.
        passed_over: How many documents are of kinds that are none of ours.
        left: What was not read.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    passed_over: int
    left: tuple[LeftAlone, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
