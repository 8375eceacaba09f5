"""Looks for one Secret that a request has begun to observe; the watch of all Secrets goes on meanwhile.

By a list with a field selector, which the API server answers like a get: so whoever may list and watch Secrets needs no
other right.
"""

import logging
import random
from typing import Final
from urllib.parse import quote

import msgspec

from platform_status_sidecar.decode.envelope import decode_page
from platform_status_sidecar.decode.secrets import decode_secret
from platform_status_sidecar.errors import ThrottledError, TransportError
from platform_status_sidecar.kinds import Source
from platform_status_sidecar.logs import bind
from platform_status_sidecar.queue import CoalescingQueue
from platform_status_sidecar.store.records import Key
from platform_status_sidecar.store.store import Store
from platform_status_sidecar.transport import Transport

from .backoff import Backoff

__all__ = ["SecretBackfill"]

_AFTER_FAILURE: Final = 10.0


class SecretBackfill:
    """Looks for each Secret that came into view after the list; a `workers.Worker` thread gives it its time."""

    def __init__(self, due: CoalescingQueue[Key], *, transport: Transport, store: Store) -> None:
        self._due = due
        self._transport = transport
        self._store = store
        self._backoff = Backoff(first=0.5, cap=4, random=random.random)
        self._log = bind(logging.getLogger(__name__), source=Source.SECRETS.value)

    def ask(self, key: Key) -> None:
        """Look for one Secret and tell the store; if that fails, it is due again, and stays unknown until then."""
        if self._store.is_secret_known(key):
            return
        if self._store.state(Source.SECRETS).failure:
            # The list of all Secrets is tried again anyway, and will hold this one too.
            self._due.add(key, _AFTER_FAILURE)
            return
        namespace, name = key
        try:
            page = decode_page(
                self._transport.list_page(
                    f"/api/v1/namespaces/{quote(namespace, safe='')}/secrets",
                    limit=1,
                    fields=f"metadata.name={name}",
                    metadata_only=True,
                )
            )
            for item in page.items or ():
                record = decode_secret(item)
                if record:
                    self._store.put_secret_record(record)
        except (TransportError, msgspec.DecodeError, RecursionError) as error:
            at_least = error.retry_after if isinstance(error, ThrottledError) else None
            self._log.debug("Cannot look for a Secret yet", extra={"namespace": namespace, "cause": str(error)})
            self._due.add(key, self._backoff.delay(at_least))
            return
        self._backoff.reset()
        self._store.note_secret_listed(key)
