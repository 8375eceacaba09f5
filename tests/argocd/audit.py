"""Who wrote what, as the API server logged it: statuses of Applications, and statuses of requests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Audit", "audit_flags"]

_GROUP, _REQUESTS = "platform.integratn.tech", "vclusterorchestratorv2s"


def audit_flags(folder: Path, sidecar: str) -> tuple[str, ...]:
    """Write the policy, and return the flags of the API server.

    Args:
        folder: Where policy and log lie.
        sidecar: Who the sidecar is.
    """
    requests = {"group": _GROUP, "resources": [f"{_REQUESTS}/status"]}
    applications = {"group": "argoproj.io", "resources": ["applications", "applications/status"]}
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "Panic"],
        "rules": [
            {"level": "RequestResponse", "users": [sidecar], "verbs": ["patch"], "resources": [requests]},
            {"level": "Request", "verbs": ["create", "update", "patch"], "resources": [applications]},
            {"level": "None"},
        ],
    }
    file = folder / "policy.json"
    file.write_text(json.dumps(policy))
    return (f"--audit-policy-file={file}", f"--audit-log-path={_log(folder)}")


@dataclass(frozen=True)
class Audit:
    """What was written during the lane.

    Attributes:
        phases: By request, the phases that the sidecar wrote, each once in a row.
        writes: By request, how often the sidecar wrote.
        authors: By Application, as ``namespace/name``, who wrote its status how often.
    """

    phases: dict[str, list[str]] = field(default_factory=dict)
    writes: dict[str, int] = field(default_factory=dict)
    authors: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Audit":
        """Read the log."""
        found = cls()
        for event in _answered(folder):
            about, user = event["objectRef"], event["user"]["username"]
            if about["resource"] == _REQUESTS:
                found._note_request(about["name"], event["responseObject"]["status"]["phase"])
            elif _writes_status(about, event.get("requestObject")):
                authors = found.authors.setdefault(f"{about['namespace']}/{about['name']}", {})
                authors[user] = authors.get(user, 0) + 1
        return found

    def _note_request(self, name: str, phase: str) -> None:
        phases = self.phases.setdefault(name, [])
        if phases[-1:] != [phase]:
            phases.append(phase)
        self.writes[name] = self.writes.get(name, 0) + 1


def _answered(folder: Path) -> Iterator[dict[str, Any]]:
    """Every write that the API server took."""
    with _log(folder).open() as lines:
        for line in lines:
            event = json.loads(line)
            if event["responseStatus"]["code"] < 300:
                yield event


def _writes_status(about: dict[str, Any], body: object) -> bool:
    """Whether a write sets anything of the status; a JSON patch, which is a list, counts too."""
    if about.get("subresource") == "status" or isinstance(body, list):
        return True
    return isinstance(body, dict) and bool(body.get("status"))


def _log(folder: Path) -> Path:
    return folder / "audit.log"
