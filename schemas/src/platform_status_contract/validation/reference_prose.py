"""The prose of the reference page, around the tables that come from the schemas."""

import json

from .schemas import STATUS, STATUS_CONTRACT, load_schema

__all__ = [
    "EXAMPLE",
    "INTRODUCTION",
    "OBJECTS",
    "PLACEHOLDERS",
    "POLICY_INTRODUCTION",
    "TEMPLATE_INTRODUCTION",
    "TEMPLATE_NOTES",
    "WAITING",
]

INTRODUCTION = """
<!-- Generated from schemas/src/platform_status_contract/jsonschema/ by
     python -m platform_status_contract.validation.reference --write docs/contract/v1.md
     Change the schemas, not this page. -->

# The status contract, version 1

Every request of a golden path carries its own truth in `.status`: a phase, conditions with reasons from a closed list,
where to find the thing, how to log in, and live numbers. This page lists every key, who writes it, and every word that
can stand in it. The JSON Schema files are the authority; this page is generated from them.

- **Is it usable?** Condition `Ready` is `True`, and `phase` is `Ready`.
- **Why not?** Look at the reason of `Ready`, then at the conditions that are not `True`; [Reasons](#reasons) says what
  to do.
- **Is the answer fresh?** Look at the Lease that `health.reporter.lease` names:
  `kubectl get lease LEASE -n LEASENAMESPACE -o jsonpath='{.spec.renewTime}'`. `lastReconciled` is the time of the last
  *write*: at rest nothing is written.

A key has one owner, and is absent until its owner has written it. Absent, unreadable and zero are three different
things: a source that could not be read has no numbers. Lists of conditions are read by `type`, never by position.
Unless a unit says otherwise, a time is RFC 3339 in UTC with whole seconds, such as `2026-02-26T10:30:00Z`.
"""

OBJECTS = """
Beside these an entry of `contract.objects` has a condition of its own: `database` has `DatabaseReady`, written
`NAMEReady` below. Secrets of another role than `kubeconfig` have one too: `admin-password` has
`AdminPasswordAvailable`, with the reasons of `KubeconfigAvailable`. A contract has at most 16 such conditions. Which
of them the sidecar wrote stands in `health.conditions`, and it removes no other one.
"""

PLACEHOLDERS = """
The list is closed in v1: a condition of the sidecar carries one of these words, and no other. A reason stands under
the first condition that carries it; `Ready` repeats the reason of the source that decides.

*Verdict* is what the source is worth to the rules. "The first Ready" is the timer `firstReady`: from then on what is
missing is bad, not pending.

In the commands `KIND`, `NAME` and `NAMESPACE` are those of the request, `ARGOCD` and `APPLICATION` stand in
`.status.contract.application`, `WORKLOADS` is a namespace of `.status.contract.workloads`, `SECRET` and
`SECRETNAMESPACE` stand in `.status.contract.secrets`, `RESOURCE` and `OBJECTNAMESPACE` in `.status.contract.objects`;
the message of the condition names the `POD`, the `SUBAPP`, the `OBJECT` or the `WORK`, and a listing before the
command names the `JOB`.
"""

WAITING = """
## Waiting after an edit

Straight after an edit the old `Ready` still stands there. Wait until the status speaks of your generation, then for
Ready:

```sh
kubectl wait KIND/NAME -n NAMESPACE --timeout=2m \\
  --for=jsonpath='{.status.health.observedGeneration}'="$(
    kubectl get KIND NAME -n NAMESPACE -o jsonpath='{.metadata.generation}')"
kubectl wait KIND/NAME -n NAMESPACE --timeout=20m --for=condition=Ready
```

`.status.observedGeneration` is not the one to wait for: it is Kratix's and says that the workflow ran, not that
anything was delivered. From `observedGeneration` on `Ready` is not `True` before the edit is delivered. If somebody
edits again meanwhile, the first command waits in vain: repeat it.
"""


def _fenced(document: object) -> str:
    return f"```json\n{json.dumps(document, indent=2, ensure_ascii=False)}\n```"


EXAMPLE = f"## Example\n\n`.status` of a request that is Ready:\n\n{_fenced(load_schema(STATUS)['examples'][0])}"

TEMPLATE_INTRODUCTION = """
## The template, StatusContract

What a Promise author writes; the pipeline resolves it into `.status.contract`, `.status.endpoints` and
`.status.credentials`. Any text may hold CEL expressions in `${...}`, with `spec`, `metadata` and `variables` to look
at. A text that is one expression takes the expression's value, whatever its type, and null drops the key. Unknown keys
are errors here: a typo would silently observe nothing. The meaning of the parts is that of the contract above.
"""

POLICY_INTRODUCTION = """
## The platform's policy, PlatformPolicy

What every request of a platform gets, and what its author may ask for; [policy.md](../policy.md) explains it. The
Promise carries it in the variable `PLATFORM_POLICY`.
"""

TEMPLATE_NOTES = f"""
{_fenced(load_schema(STATUS_CONTRACT)["examples"][0])}

Validate it before you ship it:

```sh
hctl validate contract.yaml
```
"""
