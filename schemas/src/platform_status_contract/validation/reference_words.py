"""The words of the reference page: its prose; rows of phases, condition types, reasons, timers; the form of a table."""

import json
from collections.abc import Sequence
from typing import Any

from .reference_keys import Row
from .schemas import STATUS, STATUS_CONTRACT, load_schema

__all__ = [
    "EXAMPLE",
    "FREE",
    "INTRODUCTION",
    "OBJECTS",
    "PLACEHOLDERS",
    "POLICY_INTRODUCTION",
    "TEMPLATE_INTRODUCTION",
    "TEMPLATE_NOTES",
    "WAITING",
    "condition_rows",
    "phase_rows",
    "reason_sections",
    "table",
    "timer_rows",
]

FREE = "NAMEReady"
"""Placeholder for the condition of an entry of objects."""

_ANY = "Any source"
_OF_OBJECTS = f"On `{FREE}`, of an entry of `objects`"

INTRODUCTION = """
<!-- Generated from schemas/src/platform_status_contract/jsonschema/ by
     python -m platform_status_contract.validation.reference --write docs/contract/v1.md
     Change the schemas, not this page. -->

# The status contract, version 1

Every request of a golden path has its state in `.status`: a phase, conditions with reasons from a closed list,
endpoints, credentials, and live numbers. This page lists every key with its owner and its possible values. The JSON
Schema files are the authority; this page is generated from them.

- **Is it usable?** Condition `Ready` is `True`, and `phase` is `Ready`.
- **Why not?** Read the reason of `Ready`, then the conditions that are not `True`; [Reasons](#reasons) lists the
  remedies.
- **Is the answer fresh?** Read the Lease that `health.reporter.lease` names:
  `kubectl get lease LEASE -n LEASENAMESPACE -o jsonpath='{.spec.renewTime}'`. `lastReconciled` is the time of the last
  *write*: at rest nothing is written.

A key has one owner, and is absent until its owner has written it. Absent, unreadable and zero are three different
values: a source that could not be read has no numbers. Read lists of conditions by `type`, never by position.
Unless a unit says otherwise, a time is RFC 3339 in UTC with whole seconds, such as `2026-02-26T10:30:00Z`.
"""

OBJECTS = """
In addition, each entry of `contract.objects` has its own condition: `database` has `DatabaseReady`, written
`NAMEReady` below. So have Secrets of a role other than `kubeconfig`: `admin-password` has
`AdminPasswordAvailable`, with the reasons of `KubeconfigAvailable`. A contract has at most 16 such conditions.
`health.conditions` lists those that the sidecar wrote; it removes no other one.
"""

PLACEHOLDERS = """
The list is closed in v1: a condition of the sidecar has one of these reasons. A reason is listed under the first
condition that can have it; `Ready` repeats the reason of the deciding source.

*Verdict* is the value of the source in the rules. "The first Ready" is the timer `firstReady`: after it a missing
object is bad, not pending.

In the commands `KIND`, `NAME` and `NAMESPACE` are those of the request. `ARGOCD` and `APPLICATION` are in
`.status.contract.application`, `WORKLOADS` is a namespace of `.status.contract.workloads`. `SECRET` and
`SECRETNAMESPACE` are in `.status.contract.secrets`, `RESOURCE` and `OBJECTNAMESPACE` in `.status.contract.objects`.
The message of the condition names the `POD`, the `SUBAPP`, the `OBJECT` or the `WORK`; a listing before the
command names the `JOB`.
"""

WAITING = """
## Waiting after an edit

Right after an edit, `Ready` is still about the previous generation. Wait until the status is about yours, then for
Ready:

```sh
kubectl wait KIND/NAME -n NAMESPACE --timeout=2m \\
  --for=jsonpath='{.status.health.observedGeneration}'="$(
    kubectl get KIND NAME -n NAMESPACE -o jsonpath='{.metadata.generation}')"
kubectl wait KIND/NAME -n NAMESPACE --timeout=20m --for=condition=Ready
```

Do not wait for `.status.observedGeneration`: Kratix sets it when the workflow has run, before anything is delivered.
Once `health.observedGeneration` is yours, `Ready` is `True` only after the edit is delivered. If another edit comes
meanwhile, the first command times out: repeat it.
"""


def _fenced(document: object) -> str:
    return f"```json\n{json.dumps(document, indent=2, ensure_ascii=False)}\n```"


EXAMPLE = f"## Example\n\n`.status` of a request that is Ready:\n\n{_fenced(load_schema(STATUS)['examples'][0])}"

TEMPLATE_INTRODUCTION = """
## The template, StatusContract

A Promise author writes it; the pipeline resolves it into `.status.contract`, `.status.endpoints` and
`.status.credentials`. Any text may contain CEL expressions in `${...}`, with the variables `spec`, `metadata` and
`variables`. A text that is one expression takes the expression's value, of any type. Null drops a whole source,
a controller, an annotation, an endpoint or a credential, and is an error elsewhere: a selector without its label would
select everything. Unknown keys are errors here: with a typo nothing would be observed. The parts have the same meaning
as in the contract above.
"""

POLICY_INTRODUCTION = """
## The platform's policy, PlatformPolicy

The defaults of every request of a platform, and the limits for its author; [policy.md](../policy.md) explains them.
The Promise contains it in the variable `PLATFORM_POLICY`.
"""

TEMPLATE_NOTES = f"""
{_fenced(load_schema(STATUS_CONTRACT)["examples"][0])}

Validate it before you ship it:

```sh
hctl validate contract.yaml
```
"""


def table(heads: Sequence[str], rows: Sequence[Row]) -> str:
    """Write a Markdown table; a pipe in a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def phase_rows() -> list[Row]:
    """Rows of phase, status of Ready, meaning."""
    return [(f"`{word['const']}`", word["x-ready"], word["description"]) for word in _words("phase")]


def condition_rows() -> tuple[list[Row], list[Row]]:
    """Rows for the sidecar's types (type, source, presence, what True means) and for Kratix's (type, meaning)."""
    ours: list[Row] = [
        (f"`{word['const']}`", word["x-source"], word["x-when"], word["description"])
        for word in _words("conditionType")
    ]
    return ours, [(f"`{word['const']}`", word["description"]) for word in _words("kratixConditionType")]


def reason_sections() -> list[tuple[str, list[Row]]]:
    """Reasons grouped by the condition that has them: title, rows of reason, verdict, meaning, what to do."""
    sections: dict[str, list[Row]] = {f"On `{word['const']}`": [] for word in _words("conditionType")}
    sections |= {_OF_OBJECTS: [], _ANY: []}
    for word in _words("reason"):
        first, *others = word["x-conditions"]
        many = ("Ready" not in others and len(others) > 1) or len(others) > 3  # noqa: PLR2004 - more than a family of sources
        title = _OF_OBJECTS if first == FREE else _ANY if many else f"On `{first}`"
        also = [other for other in others if other != "Ready"]
        meaning = word["description"] + (f" Also on {', '.join(also)}." if also and not many else "")
        sections[title].append((f"`{word['const']}`", word.get("x-verdict", ""), meaning, word["x-remedy"]))
    return list(sections.items())


def timer_rows() -> list[Row]:
    """Rows of timer, predicate, removal."""
    since = load_schema(STATUS)["$defs"]["since"]
    timers = since["properties"] | {timer["x-name"]: timer for timer in since["patternProperties"].values()}
    return [(f"`{name}`", timer["description"], timer["x-removed"]) for name, timer in timers.items()]


def _words(name: str) -> list[dict[str, Any]]:
    words: list[dict[str, Any]] = load_schema(STATUS)["$defs"][name]["oneOf"]
    return words
