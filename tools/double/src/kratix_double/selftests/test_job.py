"""kratix.md section 2: the pod of a workflow."""

import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from kratix_double.control import WorkflowControl
from kratix_double.job import Command, ContainerError, Folders, Outcome, Pipeline, output_files, run_job
from kratix_double.widget import container, pipeline


class _Steps:
    """Kratix's own containers, with a record of their calls."""

    def __init__(self, status_writer_fails: int = 0) -> None:
        self.called: list[str] = []
        self._fails = status_writer_fails

    def work_writer(self, folders: Folders, control: WorkflowControl | None) -> None:
        del folders, control
        self.called.append("work-writer")

    def status_writer(self, folders: Folders, control: WorkflowControl | None) -> None:
        del folders, control
        self.called.append("status-writer")
        if len(self.called) <= self._fails:
            raise ContainerError("conflict")


def _run(made: Pipeline, steps: _Steps, folders: Folders, *, delete: bool = False) -> Outcome:
    return run_job(
        made,
        folders,
        {},
        work_writer=None if delete else steps.work_writer,
        status_writer=steps.status_writer,
        cancelled=threading.Event(),
        retry_pause=0,
    )


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.below(tmp_path)


def test_containers_run_in_order_over_the_same_folders_then_works_then_status(folders: Folders) -> None:
    seen: list[str] = []

    def second(folders: Folders, env: Mapping[str, str]) -> int:
        del env
        seen.extend(sorted(path.name for path in folders.output.iterdir()))
        return 0

    steps = _Steps()
    outcome = _run(pipeline(container(output={"first.yaml": "a: 1"}), container(act=second, output={})), steps, folders)
    assert outcome.succeeded
    assert seen == ["first.yaml"]
    assert steps.called == ["work-writer", "status-writer"]


def test_a_delete_workflow_has_no_work_writer(folders: Folders) -> None:
    steps = _Steps()
    assert _run(pipeline(), steps, folders, delete=True).succeeded
    assert steps.called == ["status-writer"]


def test_a_failed_container_is_retried_in_place_and_finds_its_leftovers(folders: Folders) -> None:
    tries: list[int] = []

    def act(folders: Folders, env: Mapping[str, str]) -> int:
        del env
        tries.append(len(list(folders.output.iterdir())))
        (folders.output / f"{len(tries)}.yaml").write_text("a: 1")
        return 1 if len(tries) < 3 else 0

    outcome = _run(pipeline(container(act=act, output={})), _Steps(), folders)
    assert outcome.succeeded
    assert outcome.restarts == 2
    assert tries == [0, 1, 2]


def test_after_the_backoff_limit_the_job_fails_and_the_status_writer_never_ran(folders: Folders) -> None:
    steps = _Steps()
    outcome = _run(pipeline(container(act=lambda *_: 1), backoff_limit=2), steps, folders)
    assert not outcome.succeeded
    assert outcome.restarts == 2
    assert steps.called == []


def test_a_conflict_of_the_status_writer_burns_the_same_budget(folders: Folders) -> None:
    # The work writer is call 1, so the first two calls of the status writer fail.
    steps = _Steps(status_writer_fails=3)
    outcome = _run(pipeline(backoff_limit=2), steps, folders)
    assert outcome.succeeded
    assert outcome.restarts == 2
    fewer = _run(pipeline(backoff_limit=1), _Steps(status_writer_fails=3), folders)
    assert not fewer.succeeded


def test_a_run_that_suspends_writes_no_work(folders: Folders) -> None:
    steps = _Steps()
    outcome = _run(pipeline(container(metadata={"workflow-control.yaml": "suspend: true"})), steps, folders)
    assert steps.called == ["status-writer"]
    assert outcome.control is not None
    assert outcome.control.suspend


def test_a_file_of_mode_0600_fails_kratixs_container_which_runs_as_another_user(folders: Folders) -> None:
    (folders.output / "app.yaml").write_text("a: 1")
    (folders.output / "app.yaml").chmod(0o600)
    with pytest.raises(ContainerError, match="mode 0600, and Kratix runs as uid 65532"):
        output_files(folders)


def test_a_real_program_runs_as_a_container(folders: Folders, tmp_path: Path) -> None:
    script = "import os,sys,pathlib; pathlib.Path(sys.argv[1], 'a.yaml').write_text(os.environ['KRATIX_OBJECT_NAME'])"
    program = Command([sys.executable, "-c", script, "{output}"], {}, tmp_path / "log")
    assert program(folders, {"KRATIX_OBJECT_NAME": "media"}, threading.Event()) == 0
    assert output_files(folders) == {"a.yaml": b"media"}


def test_a_real_program_is_killed_when_its_job_is_cancelled(folders: Folders, tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    program = Command([sys.executable, "-c", "import time; time.sleep(60)"], {}, tmp_path / "log")
    assert program(folders, {}, cancelled) == -9
