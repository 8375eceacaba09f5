"""Lists a place that a request has begun to observe, while the watch of the whole kind continues."""

import logging
import random
import threading
from functools import partial
from typing import Final
from urllib.parse import quote

import msgspec

from platform_status_contract.observing.interest import Place
from platform_status_kube.errors import ThrottledError, TransportError
from platform_status_kube.transport import Transport
from platform_status_sidecar.clock import TimeSource
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.store import Store
from platform_status_sidecar.workers import LiveThread

from .backoff import Backoff
from .lists import read_pages

__all__ = ["Backfill"]

_RETRY_INTERVAL: Final = 10.0
_IDLE_INTERVAL: Final = 30.0
"""Seconds after which an idle thread reports that it is alive."""


class Backfill(LiveThread):
    """One thread that lists one place after the other; new places are rare."""

    def __init__(
        self,
        due: CoalescingQueue[Place],
        *,
        transport: Transport,
        store: Store,
        clock: TimeSource,
        stop: threading.Event,
    ) -> None:
        super().__init__("backfill", clock)
        self._due = due
        self._transport = transport
        self._store = store
        self._stopping = stop
        self._backoff = Backoff(first=0.5, cap=4, random=random.random)
        self._log = logging.getLogger(__name__)

    def run(self) -> None:
        """List the places that are due until stopped."""
        while not self._stopping.is_set():
            self.beat(_IDLE_INTERVAL)
            key = self._due.take(_IDLE_INTERVAL)
            if key is not None:
                self.fill(key)

    def fill(self, place: Place) -> None:
        """List one place; after a failure it is retried, and stays unread until then."""
        source, namespace, _ = place
        if self._store.is_known(place):
            return
        if self._store.state(source).failure:
            # The list of the whole kind is retried anyway, and will include this place.
            self._due.add(place, _RETRY_INTERVAL)
            return
        try:
            self._list(place)
        except (TransportError, msgspec.DecodeError, RecursionError) as error:
            at_least = error.retry_after if isinstance(error, ThrottledError) else None
            told = {"source": source, "namespace": namespace, "cause": str(error)}
            self._log.debug("Cannot list a namespace yet", extra=told)
            self._due.add(place, self._backoff.delay(at_least))
            return
        self._backoff.reset()
        self._store.note_listed(place)

    def _list(self, place: Place) -> None:
        source, namespace, name = place
        kind = self._store.kinds[source]
        path = kind.path(quote(namespace))
        fields = f"metadata.name={name}" if name else ""

        def put(raw: msgspec.Raw) -> None:
            record = kind.decode(raw)
            if record:
                self._store.put(source, record)

        ask = partial(self._transport.list_page, path, selector=kind.watch_selector, fields=fields)
        read_pages(ask, kind.page, put=put, beat=self.beat, stopped=self._stopping.is_set)
