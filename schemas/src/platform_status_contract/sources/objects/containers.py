"""The containers of a pod as one text: the first that is in trouble, and why."""

from collections.abc import Iterable
from typing import Final

from platform_status_contract.observing.decode.lenient import count, text
from platform_status_contract.sources.workloads.pods import ONE_WORD, STARTING

__all__ = ["LOOKED_AT", "in_trouble"]

LOOKED_AT: Final = ("name", "restartCount", "state.waiting.reason", "state.terminated.reason")
"""What is read of a container."""


def in_trouble(containers: Iterable[object]) -> str:
    """Say of the first container in trouble which it is, and why; empty if there is none."""
    for item in containers:
        waits, ended = text(item, "state", "waiting", "reason"), text(item, "state", "terminated", "reason")
        # One that is started again ends and waits by turns: only the waiting is told, or each turn would be a write.
        why = waits if waits not in STARTING else "" if count(item, "restartCount") else ended
        if why not in ("", "Completed"):
            return f"container {text(item, 'name')}: {ONE_WORD.get(why, why)}"
    return ""
