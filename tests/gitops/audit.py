"""Who wrote what, as the API server logged it: statuses of an engine's objects, and statuses of requests."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Audit", "Audited"]


@dataclass(frozen=True)
class Audited:
    """What the API server logs.

    Attributes:
        sidecar: Who the sidecar is.
        group: Group of the requests.
        requests: Plural of the requests.
        objects: Plurals of the engine's objects, by group.
    """

    sidecar: str
    group: str
    requests: str
    objects: Mapping[str, tuple[str, ...]]

    def flags(self, folder: Path) -> tuple[str, ...]:
        """Write the policy, and return the flags of the API server.

        Args:
            folder: Where policy and log lie.
        """
        requests = {"group": self.group, "resources": [f"{self.requests}/status"]}
        objects = [
            {"group": group, "resources": [name for plural in plurals for name in (plural, f"{plural}/status")]}
            for group, plurals in self.objects.items()
        ]
        policy = {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived", "Panic"],
            "rules": [
                {"level": "RequestResponse", "users": [self.sidecar], "verbs": ["patch"], "resources": [requests]},
                {"level": "Request", "verbs": ["create", "update", "patch"], "resources": objects},
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
        authors: By object of the engine, as ``plural/namespace/name``, who wrote its status how often.
    """

    phases: dict[str, list[str]] = field(default_factory=dict)
    writes: dict[str, int] = field(default_factory=dict)
    authors: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, audited: Audited, ends: Mapping[str, datetime]) -> "Audit":
        """Read the log.

        Args:
            folder: Where it lies.
            audited: What is in it.
            ends: By life, when it ended; its request stays until the lane ends, and what the sidecar writes then is
                no part of the life: a request that was left Progressing becomes Degraded when its deadline passes.
        """
        found = cls()
        for event in _answered(folder):
            about, user = event["objectRef"], event["user"]["username"]
            if about["resource"] == audited.requests:
                end = ends.get(about["name"])
                if end is not None and datetime.fromisoformat(event["requestReceivedTimestamp"]) > end:
                    continue
                found._note_request(about["name"], event["responseObject"]["status"]["phase"])
            elif event["verb"] != "create" and _writes_status(about, event.get("requestObject")):
                key = f"{about['resource']}/{about['namespace']}/{about['name']}"
                authors = found.authors.setdefault(key, {})
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
    """Whether a change sets anything of the status; a JSON patch, which is a list, counts too."""
    if about.get("subresource") == "status" or isinstance(body, list):
        return True
    return isinstance(body, dict) and bool(body.get("status"))


def _log(folder: Path) -> Path:
    return folder / "audit.log"
