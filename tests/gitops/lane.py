"""A lane: one control plane, one engine, one sidecar, and all lives beside each other."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from localgitops.engine import Engine
from platform_status_kube.errors import NotFoundError

from .audit import Audit, Audited
from .records import Recorder
from .scene import Scene

__all__ = ["Lane", "Life", "Report", "Result"]

_MAX_LIVES = 16
"""At once; with more of them on 2 cores Argo CD takes longer than 10 s to begin a sync, which is rightly told."""

Flags = tuple[str, ...]
EngineT = TypeVar("EngineT", bound=Engine)
SceneT = TypeVar("SceneT", bound=Scene)


@dataclass(frozen=True)
class Life(Generic[SceneT]):
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
    play: Callable[[SceneT], None]
    alone: bool
    long: bool

    def fits(self, phases: Sequence[str]) -> bool:
        """Say whether these are the phases."""
        pattern = "".join(f"({phase[:-1]} )?" if phase.endswith("?") else f"{phase} " for phase in self.phases)
        return re.fullmatch(pattern, "".join(f"{phase} " for phase in phases)) is not None


@dataclass(frozen=True)
class Result:
    """How a life went.

    Attributes:
        seconds: How long it took.
        ended: When it was over.
        error: Why it ended early; None if it did not.
    """

    seconds: float
    ended: datetime
    error: Exception | None


@dataclass(frozen=True)
class Report:
    """What the lane showed.

    Attributes:
        engine: What the engine is called.
        started: Seconds until engine and control plane were there.
        users: Who the engine's controllers are.
        results: By life.
        audit: What was written.
    """

    engine: str
    started: float
    users: set[str]
    results: dict[str, Result]
    audit: Audit

    def judge(self, life: Life[SceneT]) -> None:
        """Hold a life to what it promises.

        Raises:
            AssertionError: It took other phases, more writes or longer; or what ended it early.
        """
        result = self.results[life.name]
        if result.error is not None:
            raise result.error
        phases, writes = self.audit.phases[life.name], self.audit.writes[life.name]
        assert life.fits(phases), f"phases {phases}, expected {life.phases}"
        assert writes <= life.writes, f"{writes} writes, expected {life.writes} at most"
        assert result.seconds <= life.seconds, f"{result.seconds:.1f} s, expected {life.seconds:g} s at most"

    def judge_authors(self) -> None:
        """Hold the engine's objects to it: nobody else wrote their statuses.

        Raises:
            AssertionError: Somebody did, or nobody wrote any.
        """
        authors = {author for counts in self.audit.authors.values() for author in counts}
        assert authors == self.users, f"{authors} wrote statuses, expected {self.users}"

    def table(self) -> Iterator[str]:
        """Yield a line for each life, the slowest first."""
        yield f"{'life':<34}{'seconds':>8}{'writes':>8}{f'{self.engine} wrote':>15}  phases"
        for name, result in sorted(self.results.items(), key=lambda item: -item[1].seconds):
            wrote = sum(
                count
                for about, authors in self.audit.authors.items()
                for author, count in authors.items()
                if about.endswith(f"/{name}") and author in self.users
            )
            phases = " ".join(self.audit.phases.get(name, []))
            yield f"{name:<34}{result.seconds:>8.1f}{self.audit.writes.get(name, 0):>8}{wrote:>15}  {phases}"
        yield f"control plane and {self.engine} were there after {self.started:.1f} s"


@dataclass(frozen=True)
class Lane(Generic[EngineT, SceneT]):
    """What a lane is made of.

    Attributes:
        engine: The engine.
        version: What recorded objects say that they are from.
        audited: Whose writes count.
        stage: Makes of a running engine, a folder for logs and flags of the sidecar the world of the lives, with a
            sidecar in it; what it yields makes the scene of a life by the engine, its name, its seconds and a recorder.
        long_engine: Flags of the engine where long lives are lived.
        long_sidecar: Flags of the sidecar there.
        lives: Those that were registered.
    """

    engine: type[EngineT]
    version: str
    audited: Audited
    stage: Callable[[EngineT, Path, Flags], AbstractContextManager[Callable[[EngineT, str, float, Recorder], SceneT]]]
    long_engine: Flags = ()
    long_sidecar: Flags = ()
    lives: list[Life[SceneT]] = field(default_factory=list)

    def life(
        self, phases: str, *, writes: int, seconds: float, alone: bool = False, long: bool = False
    ) -> Callable[[Callable[[SceneT], None]], Callable[[SceneT], None]]:
        """Register a life; it bears the name of its function. For the arguments see `Life`."""

        def register(play: Callable[[SceneT], None]) -> Callable[[SceneT], None]:
            name = play.__name__.replace("_", "-")
            self.lives.append(Life(name, tuple(phases.split()), writes, seconds, play, alone, long))
            return play

        return register

    def lived(
        self, lives: Iterable[Life[SceneT]], folder: Path, objects: Path | None, tell: Callable[[str], None]
    ) -> Report:
        """Let lives take place, many at once but for those that want to be alone.

        Args:
            lives: Which.
            folder: For the audit log and the log of the sidecar; empty.
            objects: Where to record objects of the engine; None records none.
            tell: Shows how far it is.
        """
        chosen = list(lives)
        began = time.monotonic()
        results: dict[str, Result] = {}
        recorder = Recorder(objects, self.version)
        long = any(each.long for each in chosen)
        engine_flags, sidecar_flags = (self.long_engine, self.long_sidecar) if long else ((), ())
        with self.engine(apiserver_flags=self.audited.flags(folder), engine_flags=engine_flags) as engine:
            started = time.monotonic() - began
            tell(f"{engine.name} runs after {started:.1f} s")
            with self.stage(engine, folder, sidecar_flags) as scene:

                def live(each: Life[SceneT]) -> tuple[Life[SceneT], Result]:
                    stage = scene(engine, each.name, each.seconds, recorder)
                    result = _live(each, stage, Recorder(engine.logs, self.version))
                    tell(f"{each.name} {'failed' if result.error else 'is over'} after {result.seconds:.1f} s")
                    return each, result

                with ThreadPoolExecutor(max_workers=_MAX_LIVES) as threads:
                    for each, result in threads.map(live, [each for each in chosen if not each.alone]):
                        results[each.name] = result
                for each in chosen:
                    if each.alone:
                        results[each.name] = live(each)[1]
            if any(result.error for result in results.values()):
                tell(f"logs: {engine.keep_logs()}")
            ends = {name: result.ended for name, result in results.items()}
            return Report(engine.name, started, engine.users, results, Audit.read(folder, self.audited, ends))


def _live(each: Life[SceneT], scene: SceneT, failures: Recorder) -> Result:
    began = time.monotonic()
    error: Exception | None = None
    try:
        each.play(scene)
    except Exception as found:  # noqa: BLE001 - it is the outcome of this life, and its test raises it
        error = found
        with suppress(NotFoundError):
            failures.keep(each.name, *scene.engine_objects())
    ended = datetime.now(UTC)
    return Result(time.monotonic() - began, ended, error)
