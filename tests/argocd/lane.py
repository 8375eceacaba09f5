"""The lane: one control plane, one Argo CD, one sidecar, and all lives beside each other."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from localargocd.argocd import LocalArgoCD
from platform_status_kube.errors import NotFoundError
from tests.cluster.sidecar import world

from .audit import Audit, audit_flags
from .records import Recorder
from .scene import Scene

__all__ = ["LIVES", "SILENT_AFTER", "Life", "Report", "Result", "life", "lived"]

SIDECAR = "sidecar"
_LEASE = "requests/argocd"
SILENT_AFTER = 60
"""Seconds without a sign of life of Argo CD after which its word counts no more, where long lives are lived."""
_LONG_SIDECAR = ("--argocd-silent-after", str(SILENT_AFTER))
_LONG_CONTROLLER = ("--app-resync=20", "--app-resync-jitter=0")
"""There, Argo CD looks at each Application so often that it is never silent by chance."""
_MAX_LIVES = 16
"""At once; with more of them on 2 cores Argo CD takes longer than 10 s to begin a sync, which is rightly told."""


@dataclass(frozen=True)
class Life:
    """What happens, and what the status says of it.

    Attributes:
        name: Of the request and of everything that belongs to it.
        phases: The phases that the sidecar writes, in order; one with a question mark may be too short to be written.
        writes: So often it may write at most.
        seconds: So long it may take at most.
        play: What happens, and what is waited for.
        alone: Whether it begins when all the others are over, because it is felt by all.
        long: Whether it takes minutes: those are lived by `make test-long`.
    """

    name: str
    phases: tuple[str, ...]
    writes: int
    seconds: float
    play: Callable[[Scene], None]
    alone: bool
    long: bool

    def fits(self, phases: Sequence[str]) -> bool:
        """Say whether these are the phases."""
        pattern = "".join(f"({phase[:-1]} )?" if phase.endswith("?") else f"{phase} " for phase in self.phases)
        return re.fullmatch(pattern, "".join(f"{phase} " for phase in phases)) is not None


LIVES: list[Life] = []


def life(
    phases: str, *, writes: int, seconds: float, alone: bool = False, long: bool = False
) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Register a life; it bears the name of its function. For the arguments see `Life`."""

    def register(play: Callable[[Scene], None]) -> Callable[[Scene], None]:
        name = play.__name__.replace("_", "-")
        LIVES.append(Life(name, tuple(phases.split()), writes, seconds, play, alone, long))
        return play

    return register


@dataclass(frozen=True)
class Result:
    """How a life went.

    Attributes:
        seconds: How long it took.
        error: Why it ended early; None if it did not.
    """

    seconds: float
    error: Exception | None


@dataclass(frozen=True)
class Report:
    """What the lane showed.

    Attributes:
        started: Seconds until Argo CD and the control plane were there.
        argo_user: Who Argo CD's controller is.
        results: By life.
        audit: What was written.
    """

    started: float
    argo_user: str
    results: dict[str, Result]
    audit: Audit

    def table(self) -> Iterator[str]:
        """Yield a line for each life, the slowest first."""
        yield f"{'life':<34}{'seconds':>8}{'writes':>8}{'Argo CD wrote':>15}  phases"
        for name, result in sorted(self.results.items(), key=lambda item: -item[1].seconds):
            wrote = sum(
                authors.get(self.argo_user, 0)
                for application, authors in self.audit.authors.items()
                if application.endswith(f"/{name}")
            )
            phases = " ".join(self.audit.phases.get(name, []))
            yield f"{name:<34}{result.seconds:>8.1f}{self.audit.writes.get(name, 0):>8}{wrote:>15}  {phases}"


def lived(lives: Iterable[Life], folder: Path, recorder: Recorder, tell: Callable[[str], None]) -> Report:
    """Let lives take place, many at once but for those that want to be alone.

    Args:
        lives: Which.
        folder: For the audit log and the log of the sidecar; empty.
        recorder: Keeps objects.
        tell: Shows how far it is.
    """
    chosen = list(lives)
    began = time.monotonic()
    results: dict[str, Result] = {}
    long = any(each.long for each in chosen)
    controller, sidecar = (_LONG_CONTROLLER, _LONG_SIDECAR) if long else ((), ())
    with LocalArgoCD(apiserver_flags=audit_flags(folder, SIDECAR), controller_flags=controller) as argocd:
        started = time.monotonic() - began
        tell(f"Argo CD runs after {started:.1f} s")
        with _sidecar(argocd, folder, sidecar):
            together = [each for each in chosen if not each.alone]
            with ThreadPoolExecutor(max_workers=_MAX_LIVES) as threads:
                for each, result in threads.map(lambda each: _live(each, argocd, recorder, tell), together):
                    results[each.name] = result
            for each in chosen:
                if each.alone:
                    results[each.name] = _live(each, argocd, recorder, tell)[1]
        if any(result.error for result in results.values()):
            tell(f"logs: {argocd.keep_logs()}")
        return Report(started, argocd.user, results, Audit.read(folder))


@contextmanager
def _sidecar(argocd: LocalArgoCD, folder: Path, flags: Sequence[str]) -> Iterator[None]:
    """The sidecar as a process of its own, with rights of its own."""
    admin = argocd.admin
    world.install_requests(admin)
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "requests"}})
    world.allow(admin, SIDECAR, [*world.RULES, world.PODS_RULE, world.LEASE_RULE], SIDECAR)
    with world.running(argocd.plane.kubeconfig_for(SIDECAR), folder, "--lease", _LEASE, *flags):
        yield


def _live(each: Life, argocd: LocalArgoCD, recorder: Recorder, tell: Callable[[str], None]) -> tuple[Life, Result]:
    began = time.monotonic()
    error: Exception | None = None
    scene = Scene(argocd, each.name, each.seconds, recorder)
    try:
        each.play(scene)
    except Exception as found:  # noqa: BLE001 - it is the outcome of this life, and its test raises it
        error = found
        with suppress(NotFoundError):
            Recorder(argocd.logs).keep(each.name, scene.application())
    result = Result(time.monotonic() - began, error)
    tell(f"{each.name} {'failed' if error else 'is over'} after {result.seconds:.1f} s")
    return each, result
