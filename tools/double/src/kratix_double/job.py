"""One pipeline's Job: reader, user containers, work writer, status writer (kratix.md section 2).

The user containers are callables over three folders; `Command` runs a real program as one. The API writes of Kratix's
own three containers are passed in, so this module only plays the pod: order, retries in place in the same folders, and
the backoff limit, which all containers share.
"""

import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import yaml

from kratix_double.control import WorkflowControl, read_control
from platform_status_kube.errors import ConflictError

__all__ = ["Command", "Container", "ContainerError", "Folders", "Outcome", "Pipeline", "output_files", "run_job"]

_KUBERNETES_BACKOFF_LIMIT = 6
_WORLD_READABLE = 0o004


class ContainerError(Exception):
    """A container of Kratix exited with a code other than 0; the text is its log."""


@dataclass(frozen=True)
class Folders:
    """The three folders of the pod, kept across retries in place."""

    input: Path
    output: Path
    metadata: Path

    @classmethod
    def below(cls, root: Path) -> "Folders":
        """Create the three folders."""
        folders = cls(root / "input", root / "output", root / "metadata")
        for folder in (folders.input, folders.output, folders.metadata):
            folder.mkdir(parents=True)
        return folders


class Container(Protocol):
    """A user container: returns its exit code; returns early, with any code, once `cancelled` is set."""

    def __call__(self, folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
        """Run once in the folders."""
        ...


@dataclass(frozen=True)
class Command:
    """A real program as a user container.

    Attributes:
        argv: Program and arguments; ``{input}``, ``{output}`` and ``{metadata}`` are replaced by the folders.
        env: Environment in addition to Kratix's variables.
        log: File to which its output is appended.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path

    def __call__(self, folders: Folders, env: Mapping[str, str], cancelled: threading.Event) -> int:
        """Run the program; it is killed once `cancelled` is set."""
        where = {"input": folders.input, "output": folders.output, "metadata": folders.metadata}
        argv = [argument.format(**where) for argument in self.argv]
        own = {name: value.format(**where) for name, value in self.env.items()}
        with self.log.open("ab") as log:
            program = subprocess.Popen(  # noqa: S603 - a command from the test, no shell
                argv, env={**own, **env}, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
            while True:
                try:
                    return program.wait(0.02)
                except subprocess.TimeoutExpired:
                    if cancelled.is_set():
                        program.kill()
                except BaseException:
                    program.kill()
                    program.wait()
                    raise


@dataclass(frozen=True)
class Pipeline:
    """One Pipeline of a workflow.

    Attributes:
        name: Its name in the Promise.
        containers: The user containers, in order.
        backoff_limit: Number of restarts, of all containers together, before the Job fails.
    """

    name: str
    containers: Sequence[Container]
    backoff_limit: int = _KUBERNETES_BACKOFF_LIMIT


@dataclass
class Outcome:
    """The result of a Job.

    Attributes:
        succeeded: Whether every container finally exited with 0.
        control: The content of workflow-control.yaml; None without one.
        restarts: Number of container restarts.
        log: The errors of Kratix's containers, in order, without conflicts that a restart got over.
    """

    succeeded: bool = False
    control: WorkflowControl | None = None
    restarts: int = 0
    log: list[str] = field(default_factory=list)


def _require_readable(path: Path) -> None:
    if not path.stat().st_mode & _WORLD_READABLE:
        raise ContainerError(
            f"{path.name}: permission denied: mode {path.stat().st_mode & 0o777:04o}, and Kratix runs as uid 65532;"
            " write it with mode 0644"
        )


def output_files(folders: Folders) -> dict[str, bytes]:
    """Read the output folder after the user containers.

    Returns:
        Path inside the folder -> content.

    Raises:
        ContainerError: A file is not world-readable.
    """
    files: dict[str, bytes] = {}
    for root, _, names in os.walk(folders.output):
        for name in names:
            path = Path(root, name)
            _require_readable(path)
            files[path.relative_to(folders.output).as_posix()] = path.read_bytes()
    return files


def metadata_document(folders: Folders, name: str) -> object:
    """Load a YAML file of the metadata folder; None if it does not exist.

    Raises:
        ContainerError: It is not world-readable, or not YAML.
    """
    path = folders.metadata / name
    if not path.exists():
        return None
    _require_readable(path)
    try:
        return yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise ContainerError(f"{name}: {error}") from error


def _control(folders: Folders) -> WorkflowControl | None:
    path = folders.metadata / "workflow-control.yaml"
    if not path.exists():
        return None
    _require_readable(path)
    try:
        return read_control(path.read_text())
    except (ValueError, yaml.YAMLError) as error:
        raise ContainerError(str(error)) from error


Step = Callable[[Folders, WorkflowControl | None], None]


def run_job(
    pipeline: Pipeline,
    folders: Folders,
    env: Mapping[str, str],
    *,
    work_writer: Step | None,
    status_writer: Step,
    cancelled: threading.Event,
    retry_pause: float,
) -> Outcome:
    """Run the containers after the reader, each until it exits with 0 or the backoff limit is reached.

    Args:
        pipeline: The pipeline.
        folders: Its folders, object.yaml already in `input`.
        env: The variables that Kratix sets in user containers (section 2).
        work_writer: Writes Works; None in a delete workflow, and not called when the workflow stops here.
        status_writer: Writes the status; not called if an earlier container failed for good.
        cancelled: Ends the Job early.
        retry_pause: Seconds between restarts.
    """
    outcome = Outcome()

    def write_works() -> None:
        control = _control(folders)
        if work_writer is not None and not (control and control.stops):
            work_writer(folders, control)

    def write_status() -> None:
        outcome.control = _control(folders)
        status_writer(folders, outcome.control)

    steps: list[Callable[[], None]] = [
        partial(_run_user, container, pipeline, folders, env, cancelled) for container in pipeline.containers
    ]
    outcome.succeeded = all(
        _retried(step, outcome, pipeline.backoff_limit, cancelled, retry_pause)
        for step in (*steps, write_works, write_status)
    )
    return outcome


def _run_user(
    container: Container, pipeline: Pipeline, folders: Folders, env: Mapping[str, str], cancelled: threading.Event
) -> None:
    code = container(folders, env, cancelled)
    if code != 0:
        raise ContainerError(f"user container of pipeline {pipeline.name} ended with {code}")


def _retried(
    step: Callable[[], None], outcome: Outcome, limit: int, cancelled: threading.Event, retry_pause: float
) -> bool:
    """Run one container until it exits with 0; returns False once the Job has failed."""
    while not cancelled.is_set():
        try:
            step()
        except ContainerError as error:
            spent = outcome.restarts >= limit
            # A conflict is redone from a fresh read and is no error, unless it is the one that fails the Job.
            if spent or not isinstance(error.__cause__, ConflictError):
                outcome.log.append(str(error))
            if spent:
                return False
            outcome.restarts += 1
            cancelled.wait(retry_pause)
        else:
            return True
    return False
