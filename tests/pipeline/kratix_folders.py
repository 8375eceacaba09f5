"""A container as Kratix runs it: three folders, an environment, an exit code (kratix.md section 2)."""

import contextlib
import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from platform_status_contract.template.yaml_text import dump, load
from platform_status_pipeline.cli import main

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "promise" / "contract.yaml"
EXAMPLES = ROOT / "promise" / "examples"

Done = subprocess.CompletedProcess[str]


class KratixFolders:
    """The folders of one Job."""

    def __init__(self, folder: Path) -> None:
        self.input, self.output, self.metadata = (folder / name for name in ("input", "output", "metadata"))
        for path in (self.input, self.output, self.metadata):
            path.mkdir(parents=True)

    def ask(self, request: dict[str, Any]) -> None:
        """Write object.yaml."""
        (self.input / "object.yaml").write_text(dump(request), "utf-8")

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run one container, in this process, with an environment and an umask of its own."""
        given = {
            "KRATIX_INPUT_DIR": str(self.input),
            "KRATIX_OUTPUT_DIR": str(self.output),
            "KRATIX_METADATA_DIR": str(self.metadata),
            "SETTLE_SECONDS": "0",
            **environment,
        }
        with told(0o077) as (stdout, stderr):
            code = exit_code(lambda: main(arguments, given, stderr))
        return Done(arguments, code, stdout.getvalue(), stderr.getvalue())

    def configure(self, **environment: str) -> Done:
        """Run configure."""
        return self.run("configure", **environment)

    def contract(self, *arguments: str, **environment: str) -> Done:
        """Run contract with the Promise's template."""
        return self.run("contract", "--template", str(TEMPLATE), *arguments, **environment)

    def delete(self, **environment: str) -> Done:
        """Run delete."""
        return self.run("delete", **environment)

    @property
    def status(self) -> dict[str, Any]:
        """What the status-writer would merge."""
        status = load((self.metadata / "status.yaml").read_text("utf-8"))
        assert isinstance(status, dict)
        return status

    @property
    def files(self) -> dict[str, bytes]:
        """Every file in output and metadata, by its path below both."""
        folder = self.output.parent
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for part in (self.output, self.metadata)
            for path in sorted(part.rglob("*"))
            if path.is_file()
        }


@contextlib.contextmanager
def told(umask: int) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What is printed within, and that under an umask."""
    stdout, stderr = io.StringIO(), io.StringIO()
    before = os.umask(umask)
    try:
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            yield stdout, stderr
    finally:
        os.umask(before)


def exit_code(main: Callable[[], int]) -> int:
    """What a program would end with, also where argparse ends it."""
    try:
        return main()
    except SystemExit as ended:
        return int(ended.code or 0)


def as_in_cluster(file: Path, **status: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Read a request and add what the cluster adds."""
    request = load(file.read_text("utf-8"))
    assert isinstance(request, dict)
    request["metadata"] = {"generation": 1, **request["metadata"]}
    return {**request, "status": status} if status else request
