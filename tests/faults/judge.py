"""Measures for how long Ready stood beside what does not work; on purpose it imports nothing of ours.

It watches the raw API and has an opinion of its own, much simpler than the rules: a request does not work if its
Application or a sub-application is not Synced and Healthy, if a pod is not ready that was, or if fewer than half are.
"""

import json
import ssl
import threading
import time
import urllib.request
from typing import Any, NamedTuple

REQUESTS = "/apis/platform.integratn.tech/v1alpha1/vclusterorchestratorv2s"
APPLICATIONS, PODS = "/apis/argoproj.io/v1alpha1/applications", "/api/v1/pods"
WATCH = "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=300"
Key = tuple[str, str]
Json = dict[str, Any]


class Lie(NamedTuple):
    """Ready was said of a request that did not work; times are monotonic seconds."""

    request: Key
    why: str
    began: float
    ended: float


class Judge:
    """Watches from `start` until `end`; then `lies` holds all."""

    def __init__(self, server: str, context: ssl.SSLContext) -> None:
        self._server, self._context = server, context
        self._seen: dict[str, dict[Key, Json]] = {}
        self._were_ready: set[str] = set()
        self._open: dict[Key, tuple[str, float]] = {}
        self._lock, self._ending = threading.Lock(), threading.Event()
        self.lies: list[Lie] = []

    def start(self) -> None:
        """Begin to watch; lies count as soon as all kinds were listed."""
        for kind in (REQUESTS, APPLICATIONS, PODS):
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()

    def end(self) -> None:
        """End; a lie that lasts ends now."""
        with self._lock:
            self._ending.set()
            for key in list(self._open):
                self._note(key, "")

    def _follow(self, kind: str) -> None:
        while not self._ending.wait(0.05):
            known: dict[Key, Json] = {}
            try:
                with urllib.request.urlopen(self._server + kind + WATCH, context=self._context, timeout=90) as stream:  # noqa: S310
                    for event in map(json.loads, stream):
                        with self._lock:
                            self._take(kind, known, event["type"], event["object"])
            except (OSError, ValueError, KeyError):  # the server restarts; what was true before may still be
                continue

    def _take(self, kind: str, known: dict[Key, Json], change: str, item: Json) -> None:
        key = (item["metadata"].get("namespace", ""), item["metadata"].get("name", ""))
        known.pop(key, None)
        if change == "BOOKMARK":
            self._seen[kind] = known  # the list is complete, also of what has gone meanwhile
        elif change != "DELETED":
            known[key] = item
        if kind == PODS and _is_ready(item):
            self._were_ready.add(item["metadata"]["uid"])
        for name, request in self._seen[REQUESTS].items() if len(self._seen) == 3 else ():
            if change == "BOOKMARK" or kind != REQUESTS or key == name:
                self._note(name, self._broken(request) if _is_ready(request) and not self._ending.is_set() else "")

    def _broken(self, request: Json) -> str:
        contract, seen = request["status"]["contract"], self._seen[APPLICATIONS].items()
        named, target = contract.get("application", {}), contract.get("subApplications", {}).get("destination", {})
        apps = {key: app for key, app in seen if target and app["spec"]["destination"]["server"] == target["server"]}
        apps |= {key: app for key, app in seen if named and key == (named["namespace"], named["name"])}
        words = [(app["status"]["sync"]["status"], app["status"]["health"]["status"]) for app in apps.values()]
        if set(words) - {("Synced", "Healthy")} or (named and not apps):
            return "Applications"
        found = [pod for (space, _), pod in self._seen[PODS].items() if space == contract["workloads"]["namespace"]]
        pods = [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]
        fell = any(not _is_ready(pod) and pod["metadata"]["uid"] in self._were_ready for pod in pods)
        return "pods" if fell or sum(map(_is_ready, pods)) * 2 < len(pods) or not pods else ""

    def _note(self, key: Key, why: str) -> None:
        before = self._open.pop(key, None)
        if why:
            self._open[key] = before or (why, time.monotonic())
        elif before:
            self.lies.append(Lie(key, *before, time.monotonic()))


def _is_ready(item: Json) -> bool:
    found = item.get("status", {}).get("conditions", [])
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in found)
