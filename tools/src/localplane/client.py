"""A small REST client for tests and the demo: objects are plain dicts, errors are typed, nothing is retried.

Objects are addressed by apiVersion and kind, as in YAML; the plural for the URL is read from the API server once per
group and version.
"""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from typing import Literal, NamedTuple, TypeAlias

from localplane.errors import WaitError
from localplane.transport import Object, Transport
from platform_status_kube.errors import NotFoundError

__all__ = ["Client", "Object", "WatchEvent"]

PatchType: TypeAlias = Literal["merge", "json", "strategic"]

_PAGE = 500
_CONTENT_TYPES: Mapping[PatchType, str] = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}


class WatchEvent(NamedTuple):
    """One event of a watch.

    Attributes:
        type: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.
        object: The object; for ERROR the Status.
    """

    type: str
    object: Object


class Client(Transport):
    """A client of one API server for one user.

    For a namespaced object without a namespace it is ``default``, as in kubectl; a list or watch without one covers all
    namespaces. Every method raises a `platform_status_kube.errors.TransportError` if the API server returns an error or
    does not answer.
    """

    # -- objects

    def get(
        self,
        api_version: str,
        kind: str,
        name: str,
        *,
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> Object:
        """Read one object; raises NotFoundError if it does not exist."""
        found: Object = self.request("GET", self.path(api_version, kind, name, namespace, subresource))
        return found

    def find(self, api_version: str, kind: str, name: str, *, namespace: str | None = None) -> Object | None:
        """Read one object; None if it, or its kind, does not exist."""
        try:
            return self.get(api_version, kind, name, namespace=namespace)
        except NotFoundError:
            return None

    def list(
        self,
        api_version: str,
        kind: str,
        *,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[Object]:
        """Read all objects of a kind, in pages."""
        path = self.collection(api_version, kind, namespace)
        query = {"limit": str(_PAGE), "labelSelector": label_selector, "fieldSelector": field_selector}
        objects: list[Object] = []
        while True:
            page: Object = self.request("GET", path, query=query)
            objects.extend(page.get("items") or [])
            following = page["metadata"].get("continue")
            if not following:
                return objects
            query["continue"] = following

    def create(self, obj: Object, *, namespace: str | None = None) -> Object:
        """Create an object; raises ConflictError if it exists. ``namespace`` is used if the object has none."""
        path = self.collection(*self._kind(obj), self._namespace(obj, namespace) or "default")
        created: Object = self.request("POST", path, body=obj)
        return created

    def apply(
        self,
        obj: Object,
        *,
        namespace: str | None = None,
        field_manager: str = "localplane",
        force: bool = True,
        subresource: str | None = None,
    ) -> Object:
        """Apply an object by server-side apply: create it, or take ownership of its fields.

        Args:
            obj: The object with apiVersion, kind and metadata.name.
            namespace: Used if the object has none.
            field_manager: The field manager.
            force: Take fields from other field managers; else a ConflictError names them.
            subresource: Such as ``status``.
        """
        path = self._object_path(obj, namespace, subresource)
        query = {"fieldManager": field_manager, "force": "true" if force else "false"}
        applied: Object = self.request(
            "PATCH", path, query=query, body=obj, content_type="application/apply-patch+yaml"
        )
        return applied

    def replace(self, obj: Object, *, namespace: str | None = None, subresource: str | None = None) -> Object:
        """Replace an object; if it has a stale resourceVersion, this raises ConflictError."""
        replaced: Object = self.request("PUT", self._object_path(obj, namespace, subresource), body=obj)
        return replaced

    def patch(
        self,
        api_version: str,
        kind: str,
        name: str,
        patch: object,
        *,
        namespace: str | None = None,
        subresource: str | None = None,
        patch_type: PatchType = "merge",
        field_manager: str = "",
    ) -> Object:
        """Patch an object.

        Args:
            api_version: Its apiVersion.
            kind: Its kind.
            name: Its name.
            patch: A dict; for ``json`` a list of operations.
            namespace: Its namespace.
            subresource: Such as ``status``.
            patch_type: The type of the patch. Custom resources do not support ``strategic``.
            field_manager: The field manager.
        """
        path = self.path(api_version, kind, name, namespace, subresource)
        patched: Object = self.request(
            "PATCH",
            path,
            query={"fieldManager": field_manager},
            body=patch,
            content_type=_CONTENT_TYPES[patch_type],
        )
        return patched

    def delete(
        self,
        api_version: str,
        kind: str,
        name: str,
        *,
        namespace: str | None = None,
        missing_ok: bool = False,
    ) -> None:
        """Delete an object. It stays while it has finalizers: use ``wait_gone`` to wait for its end.

        Args:
            api_version: Its apiVersion.
            kind: Its kind.
            name: Its name.
            namespace: Its namespace.
            missing_ok: Do not raise if the object does not exist.
        """
        try:
            self.request("DELETE", self.path(api_version, kind, name, namespace))
        except NotFoundError:
            if not missing_ok:
                raise

    # -- watches

    def watch(
        self,
        api_version: str,
        kind: str,
        *,
        namespace: str | None = None,
        name: str = "",
        label_selector: str = "",
        resource_version: str = "",
        bookmarks: bool = False,
        timeout: float = 30,
    ) -> Generator[WatchEvent, None, None]:
        """Watch objects until the timeout; without a resourceVersion existing ones come first, as ADDED.

        Close the iterator, or wait for the timeout, to release the connection.

        Args:
            api_version: Their apiVersion.
            kind: Their kind.
            namespace: One namespace; None: all.
            name: Only this object.
            label_selector: Such as ``app=web``.
            resource_version: Start after this version.
            bookmarks: Ask for BOOKMARK events.
            timeout: Seconds until the server ends the watch.
        """
        with self.http.watch(
            self.collection(api_version, kind, namespace),
            resource_version=resource_version,
            seconds=max(1, round(timeout)),
            selector=label_selector,
            fields=f"metadata.name={name}" if name else "",
            bookmarks=bookmarks,
        ) as lines:
            for line in lines:
                event = json.loads(line)
                yield WatchEvent(event["type"], event["object"])

    def wait_for(
        self,
        api_version: str,
        kind: str,
        name: str,
        condition: Callable[[Object], object],
        *,
        namespace: str | None = None,
        timeout: float = 10,
        until: str = "the condition holds",
    ) -> Object:
        """Watch one object until a predicate holds, and return that state of it.

        Args:
            api_version: Its apiVersion.
            kind: Its kind.
            name: Its name; it need not exist yet.
            condition: The predicate of the object.
            namespace: Its namespace; needed if the kind is namespaced.
            timeout: Seconds until WaitError.
            until: Description of the predicate, for the error.

        Raises:
            WaitError: It did not hold in time; the text ends with the object's last state.
        """
        last: Object | None = None
        scope = self._scope(api_version, kind, namespace)
        with closing(self.watch(api_version, kind, namespace=scope, name=name, timeout=timeout)) as events:
            for event in events:
                last = event.object
                if event.type in {"ADDED", "MODIFIED"} and condition(last):
                    return last
        where = f"{kind} {scope + '/' if scope else ''}{name}"
        raise WaitError(
            f"{where}: waited {timeout:g} s until {until}; last seen: {json.dumps(last, default=str)[:2000]}"
        )

    def wait_gone(
        self, api_version: str, kind: str, name: str, *, namespace: str | None = None, timeout: float = 10
    ) -> None:
        """Wait until an object is gone; raises WaitError if it stays, for example because of a finalizer."""
        scope = self._scope(api_version, kind, namespace)
        asked = {"fieldSelector": f"metadata.name={name}"}
        listed = self.request("GET", self.collection(api_version, kind, scope), query=asked)
        if not listed["items"]:
            return
        last: Object = listed["items"][0]
        # From the state of the list on: a watch from now on has nothing to tell of what goes before it begins.
        version = listed["metadata"]["resourceVersion"]
        with closing(
            self.watch(api_version, kind, namespace=scope, name=name, resource_version=version, timeout=timeout)
        ) as events:
            for event in events:
                last = event.object
                if event.type == "DELETED":
                    return
        if self.find(api_version, kind, name, namespace=namespace) is not None:
            finalizers = last.get("metadata", {}).get("finalizers", [])
            raise WaitError(f"{kind} {name}: still there after {timeout:g} s; finalizers: {finalizers}")

    # -- internals

    def _object_path(self, obj: Object, namespace: str | None, subresource: str | None) -> str:
        api_version, kind = self._kind(obj)
        return self.path(api_version, kind, obj["metadata"]["name"], self._namespace(obj, namespace), subresource)

    def _scope(self, api_version: str, kind: str, namespace: str | None) -> str | None:
        return (namespace or "default") if self.resource(api_version, kind).namespaced else None

    @staticmethod
    def _kind(obj: Object) -> tuple[str, str]:
        return obj["apiVersion"], obj["kind"]

    @staticmethod
    def _namespace(obj: Object, namespace: str | None) -> str | None:
        return obj["metadata"].get("namespace") or namespace
