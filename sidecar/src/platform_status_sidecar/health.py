"""Liveness, readiness, and whether the Lease may be renewed; each is a text with its reasons."""

import threading
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.sources import Source

from .store import Store
from .workers import LiveThread

__all__ = ["HealthAnswer", "is_informed", "liveness", "readiness"]


_RUNNING: Final = "running"


class HealthAnswer(Struct, frozen=True):
    """A yes or a no, with the reasons as lines of text."""

    ok: bool
    lines: tuple[str, ...]


def liveness(threads: Sequence[threading.Thread]) -> HealthAnswer:
    """Liveness: every thread runs and none hangs. A dead thread cannot be replaced within the process."""
    states = [(thread.name, _state_of(thread)) for thread in threads]
    return HealthAnswer(
        all(state == _RUNNING for _, state in states), tuple(f"{name}: {state}" for name, state in states)
    )


def _state_of(thread: threading.Thread) -> str:
    if not thread.is_alive():
        return "dead"
    return "hung" if isinstance(thread, LiveThread) and thread.is_hung else _RUNNING


def is_informed(store: Store) -> bool:
    """Decide whether statuses may be written, and the Lease renewed.

    The requests must be readable, and the first list of every other kind that a contract needs must have succeeded or
    failed; the statuses report a failure. So a kind that becomes unreadable later makes the sidecar unready, but the
    sidecar goes on writing, because the statuses have to report it.
    """
    if store.state(Source.REQUESTS).failure:
        return False
    states = [store.state(source) for source in store.sources if store.needed[source].is_set()]
    return all(state.synced or state.failure for state in states)


def readiness(store: Store, role: str = "") -> HealthAnswer:
    """Readiness: every kind that the contracts need was listed and is being watched.

    A kind that is forbidden or not installed does not make the sidecar unready: it is the state of the cluster, and
    the statuses report it. A broken watch does, and so does any failure to read the requests themselves.

    Args:
        store: The store.
        role: Whether this replica leads or stands by; either is ready.
    """
    ok = True
    lines = []
    for source in store.sources:
        state = store.state(source)
        if source in store.kinds and not store.kinds[source].watched:
            lines.append(f"{source}: asked for one by one")
        elif not store.needed[source].is_set():
            lines.append(f"{source}: not needed")
        elif state.failure:
            lines.append(f"{source}: unreadable ({state.failure.reason.value}): {state.failure.message}")
            ok = ok and source != Source.REQUESTS and state.failure.reason is not Reason.SOURCE_UNREADABLE
        elif state.synced:
            lines.append(f"{source}: synced")
        else:
            lines.append(f"{source}: first list is not finished")
            ok = False
    if role:
        lines.append(f"lease: {role}")
    return HealthAnswer(ok, tuple(lines))
