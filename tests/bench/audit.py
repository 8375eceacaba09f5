"""What the sidecar asks of the API server, counted by the API server itself: its audit log, one line a request."""

import json
from collections import Counter
from pathlib import Path

from platform_status_demo import roles

__all__ = ["audit_flags", "requests_since"]


def audit_flags(folder: Path) -> tuple[str, ...]:
    """Write the policy, and return the API server's flags: only the sidecar, only that it asked."""
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["ResponseStarted", "ResponseComplete", "Panic"],
        "rules": [{"level": "Metadata", "users": [roles.USER]}, {"level": "None"}],
    }
    file = folder / "audit-policy.json"
    file.write_text(json.dumps(policy))
    return (f"--audit-policy-file={file}", f"--audit-log-path={_log(folder)}")


def requests_since(folder: Path, skip: int = 0) -> tuple[int, Counter[str]]:
    """Count the requests.

    Args:
        folder: As given to `audit_flags`.
        skip: Lines already counted.

    Returns:
        How many lines there are now, and the new ones by ``verb resource``.
    """
    lines = _log(folder).read_text().splitlines() if _log(folder).exists() else []
    counts: Counter[str] = Counter()
    for line in lines[skip:]:
        event = json.loads(line)
        counts[f"{event['verb']} {event.get('objectRef', {}).get('resource', '')}"] += 1
    return len(lines), counts


def _log(folder: Path) -> Path:
    return folder / "audit.log"
