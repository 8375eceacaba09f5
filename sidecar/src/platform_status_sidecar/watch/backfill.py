"""Lists the pods of one namespace that a request has begun to observe; the watch of all pods goes on meanwhile."""

import logging
import random
import threading
from typing import Final
from urllib.parse import quote

import msgspec

from platform_status_contract.observing.decode.envelope import decode_page
from platform_status_contract.observing.decode.pods import decode_pod
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.clock import Clock
from platform_status_sidecar.errors import ThrottledError, TransportError
from platform_status_sidecar.logs import bind
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.store import Store
from platform_status_sidecar.transport import Transport
from platform_status_sidecar.workers import LiveThread

from .backoff import Backoff

__all__ = ["Backfill"]

_PAGE: Final = 100
_AFTER_FAILURE: Final = 10.0
_PATIENCE: Final = 30.0
"""Seconds after which an idle thread shows that it lives."""


class Backfill(LiveThread):
    """One thread: namespaces come rarely, and one after the other."""

    def __init__(
        self,
        due: CoalescingQueue[tuple[str]],
        *,
        transport: Transport,
        store: Store,
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        super().__init__("backfill-pods", clock)
        self._due = due
        self._transport = transport
        self._store = store
        self._stopping = stop
        self._backoff = Backoff(first=0.5, cap=4, random=random.random)
        self._log = bind(logging.getLogger(__name__), source="pods")

    def run(self) -> None:
        """List what is due until stopped."""
        while not self._stopping.is_set():
            self.beat(_PATIENCE)
            key = self._due.take(_PATIENCE)
            if key is not None:
                self.fill(key[0])

    def fill(self, namespace: str) -> None:
        """List one namespace; if that fails, it is due again, and stays unknown until then."""
        if self._store.is_pods_known(namespace):
            return
        if self._store.state(Source.PODS).failure:
            # The list of all pods is tried again anyway, and will hold this namespace too.
            self._due.add((namespace,), _AFTER_FAILURE)
            return
        try:
            self._list(namespace)
        except (TransportError, msgspec.DecodeError, RecursionError) as error:
            at_least = error.retry_after if isinstance(error, ThrottledError) else None
            self._log.debug("Cannot list a namespace yet", extra={"namespace": namespace, "cause": str(error)})
            self._due.add((namespace,), self._backoff.delay(at_least))
            return
        self._backoff.reset()
        self._store.note_pods_listed(namespace)

    def _list(self, namespace: str) -> None:
        token = ""
        while True:
            self.beat()
            path = f"/api/v1/namespaces/{quote(namespace)}/pods"
            page = decode_page(self._transport.list_page(path, limit=_PAGE, continue_token=token))
            for item in page.items or ():
                record = decode_pod(item)
                if record:
                    self._store.put(Source.PODS, record)
            token = page.metadata.continue_token
            if not token or self._stopping.is_set():
                return
