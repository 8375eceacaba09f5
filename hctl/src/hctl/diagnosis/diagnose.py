"""Diagnoses one request for `hctl diagnose`, the assistant and the MCP tool: fetch, derive and describe the verdict."""

from collections.abc import Callable

import msgspec

from hctl.cluster.transport import ClusterReader
from hctl.dump.collect import collect
from hctl.explain.derive import explain
from hctl.reading.views import RequestView

from .conclude import Diagnosis, conclude
from .gather import gather, gather_events
from .orders import Orders

__all__ = ["diagnose_request"]


def diagnose_request(
    transport: ClusterReader,
    orders: Orders,
    view: RequestView,
    raw: object,
    say: Callable[[str], None] = lambda _: None,
) -> Diagnosis:
    """Collect the objects behind the verdict, derive the verdict as the sidecar would now, and describe it.

    Args:
        transport: The API server.
        orders: Builds the commands.
        view: The request.
        raw: The request, as JSON.
        say: Called with a description of each step, to show progress.

    Raises:
        UsageError: The request has no name.
    """
    case = collect(transport, view, raw, say)
    evidence = gather(transport, explain(case), case, say)
    diagnosis = conclude(evidence, orders)
    say("events")
    return msgspec.structs.replace(diagnosis, events=gather_events(transport, evidence, diagnosis.cause))
