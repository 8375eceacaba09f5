"""A transport that passes everything on, remembers it, and can be told to interfere at one exact moment."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from platform_status_kube.errors import ExpiredError
from platform_status_kube.transport import Transport

__all__ = ["Tap"]


def _nothing(_path: str) -> None:
    """Do not interfere."""


class Tap:
    """A `Transport` around another.

    Attributes:
        calls: Verb and path of every call, in order; a watch that begins with everything there is, is a "stream".
        before_patch: Called with the path just before a patch is passed on: somebody else's chance to be faster.
        watch_seconds: How long a watch may last instead of what was asked for; None leaves it.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._stale: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.before_patch: Callable[[str], None] = _nothing
        self.watch_seconds: int | None = None

    def make_stale(self) -> set[str]:
        """Answer the next watch that goes on from a version, of every path ever watched, with 410; return the paths."""
        watched = {path for verb, path in list(self.calls) if verb in ("watch", "stream")}
        self._stale |= watched
        return watched

    def count(self, verb: str, ending: str) -> int:
        return sum(1 for done, path in list(self.calls) if done == verb and path.endswith(ending))

    def read_again(self, path: str, since: int) -> bool:
        """Say whether all of a path was read after so many calls, and is watched from there."""
        verbs = [verb for verb, called in self.calls[since:] if called == path]
        readings = [position for position, verb in enumerate(verbs) if verb in ("list", "stream")]
        return bool(readings) and "watch" in verbs[readings[0] :]

    def list_page(
        self,
        path: str,
        *,
        limit: int,
        continue_token: str = "",
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
        most: int = 0,
    ) -> bytes:
        self.calls.append(("list", path))
        return self._inner.list_page(
            path,
            limit=limit,
            continue_token=continue_token,
            selector=selector,
            fields=fields,
            metadata_only=metadata_only,
            most=most,
        )

    def watch(
        self,
        path: str,
        *,
        resource_version: str,
        seconds: int,
        selector: str = "",
        metadata_only: bool = False,
        initial: bool = False,
    ) -> AbstractContextManager[Iterator[bytes]]:
        self.calls.append(("stream" if initial else "watch", path))
        # What names no version cannot be told that it is too old.
        if path in self._stale and not initial:
            self._stale.discard(path)
            raise ExpiredError(f"watch {path}: too old resource version", status=410)
        return self._inner.watch(
            path,
            resource_version=resource_version,
            seconds=self.watch_seconds or seconds,
            selector=selector,
            metadata_only=metadata_only,
            initial=initial,
        )

    def get(self, path: str, *, metadata_only: bool = False) -> bytes:
        self.calls.append(("get", path))
        return self._inner.get(path, metadata_only=metadata_only)

    def patch(self, path: str, body: bytes) -> bytes:
        self.before_patch(path)
        self.calls.append(("patch", path))
        return self._inner.patch(path, body)

    def create(self, path: str, body: bytes) -> bytes:
        self.calls.append(("create", path))
        return self._inner.create(path, body)

    def close(self) -> None:
        self._inner.close()
