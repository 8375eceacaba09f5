"""Is the sidecar alive, is it ready to be believed, and may it say so? Answers as text, each with its reasons."""

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
    """Alive: every thread runs and none hangs. One that does not cannot be replaced from inside."""
    states = [(thread.name, _state_of(thread)) for thread in threads]
    return HealthAnswer(
        all(state == _RUNNING for _, state in states), tuple(f"{name}: {state}" for name, state in states)
    )


def _state_of(thread: threading.Thread) -> str:
    if not thread.is_alive():
        return "dead"
    return "hung" if isinstance(thread, LiveThread) and thread.is_hung else _RUNNING


def is_informed(store: Store) -> bool:
    """Say whether statuses may be written and vouched for by a Lease.

    The requests can be read, and every other kind that some contract needs was listed, or cannot be, and then the
    statuses say that themselves. So a kind that breaks later makes us unready, but somebody still has to write it down.
    """
    if store.state(Source.REQUESTS).failure:
        return False
    states = [store.state(source) for source in store.sources if store.needed[source].is_set()]
    return all(state.synced or state.failure for state in states)


def readiness(store: Store, role: str = "") -> HealthAnswer:
    """Ready: what the contracts need was listed and is being watched.

    A kind that we may not read, or that is not there, is no reason to be unready: that is how the cluster is, and the
    statuses say so. A watch that is broken is one, and so is anything about the requests themselves.

    Args:
        store: What is known.
        role: What this replica is for, among several; it is as ready to stand by as to lead.
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
