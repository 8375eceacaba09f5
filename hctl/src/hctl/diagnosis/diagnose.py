"""Fetch and conclude: the same diagnosis for a command, an answer and a tool."""

from collections.abc import Callable

from hctl.cluster.requests import judge_all
from hctl.cluster.transport import Transport
from hctl.reading.views import RequestView

from .conclude import Diagnosis, conclude
from .gather import gather
from .orders import Orders

__all__ = ["diagnose_request"]


def diagnose_request(
    transport: Transport, orders: Orders, view: RequestView, raw: object, say: Callable[[str], None] = lambda _: None
) -> Diagnosis:
    """Fetch what surrounds a request, judge it, and put the looks together.

    Args:
        transport: The API server.
        orders: Spells the commands.
        view: The request.
        raw: The request as the cluster holds it.
        say: Hears what is being looked at, for whoever waits.

    Raises:
        ClusterError: Its Lease cannot be asked for; whatever else cannot be read is a look that says so.
    """
    evidence = gather(transport, view, say)
    judged = judge_all(transport, (view,))[0]
    return conclude(judged, raw, evidence, transport.now(), orders)
