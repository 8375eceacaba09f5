"""Builds a binary from its Go module into the cache, once per version.

The go.mod and go.sum are from ``modules/``, so every module is pinned by hash. A finished binary is renamed into place,
so an existing one is complete. Parallel builds of one tool wait for each other.
"""

import platform
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TextIO

from localplane.caches import digest, exclusive
from localplane.errors import BuildError
from localplane.gomodules import pinned
from localplane.gotoolchains import find_go, go_environment
from localplane.progress import Progress
from localplane.versions import GoTool

__all__ = ["binary_path", "build_arguments", "ensure_built"]

_LAST_LINES = 20


def build_arguments(tool: GoTool, output: Path) -> list[str]:
    """Return the arguments of go for a small, static and reproducible build of a tool."""
    stamps = " ".join(f"-X {variable}={tool.version}" for variable in tool.stamps)
    linker = f"-s -w {stamps}".rstrip()
    # -v prints each package that is compiled, for the progress. No -buildvcs: there is no repository.
    return [
        "build",
        "-v",
        "-mod=readonly",
        "-trimpath",
        "-buildvcs=false",
        f"-ldflags={linker}",
        "-o",
        str(output),
        tool.package,
    ]


def binary_path(tool: GoTool, cache: Path) -> Path:
    """Return the path of a tool's binary; the name is derived from all inputs of the build.

    Except the version of Go: a new Go on the machine should not cause a build of minutes.
    """
    recipe = " ".join(build_arguments(tool, Path("binary"))).encode()
    key = digest([recipe, *(content for _, content in sorted(pinned(tool).items()))])
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return cache / "bin" / f"{tool.name}-{tool.version}-{machine}-{key}"


def ensure_built(tool: GoTool, cache: Path, environ: Mapping[str, str], stream: TextIO | None = None) -> Path:
    """Return a tool's binary; a missing one is built.

    Args:
        tool: The tool.
        cache: The cache folder.
        environ: The environment, with Go, its proxy and its caches.
        stream: Stream for progress; None: standard error.

    Raises:
        BuildError: go failed; the text ends with its last lines and the path of the log.
        ToolchainError: There is no Go.
    """
    output = stream or sys.stderr
    binary = binary_path(tool, cache)
    if binary.exists():
        return binary

    def waiting() -> None:
        output.write(f"localplane: waiting for another build of {tool.name} {tool.version}\n")
        output.flush()

    with exclusive(cache / "locks" / f"{tool.name}.lock", waiting):
        if not binary.exists():  # else the other build has finished it
            _build(tool, binary, find_go(cache, environ, output), environ, output)
    return binary


def _build(tool: GoTool, binary: Path, go: Path, environ: Mapping[str, str], stream: TextIO) -> None:
    binary.parent.mkdir(parents=True, exist_ok=True)
    log = binary.parent / f"{binary.name}.log"
    with tempfile.TemporaryDirectory(dir=binary.parent, prefix=f".{tool.name}.") as folder:
        for name, content in pinned(tool).items():
            (Path(folder) / name).write_bytes(content)
        fresh = Path(folder) / tool.name
        progress = Progress(f"building {tool.name} {tool.version} (once; minutes on two cores)", stream)
        environment = go_environment(environ, tool.toolchain)
        code = _run_logged([str(go), *build_arguments(tool, fresh)], Path(folder), log, environment, progress)
        if code != 0:
            progress.end("failed")
            last = "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
            raise BuildError(
                f"{tool.name} {tool.version}: go build ended with exit code {code}\nlog: {log}\nits last lines:\n{last}"
            )
        fresh.rename(binary)
    progress.end("done")
    log.unlink()


def _run_logged(command: Sequence[str], folder: Path, log: Path, environ: Mapping[str, str], progress: Progress) -> int:
    """Run a command with its output in a log, updating the progress at least five times a second."""
    lines = 0

    def copy(source: IO[bytes]) -> None:
        nonlocal lines
        with log.open("wb") as target:
            for line in source:
                target.write(line)
                target.flush()
                lines += 1

    with subprocess.Popen(  # noqa: S603 - go, no shell
        command, cwd=folder, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        if running.stdout is None:
            raise BuildError(f"{command[0]}: no output to read")
        reader = threading.Thread(target=copy, args=(running.stdout,), daemon=True)
        reader.start()
        try:
            while True:
                try:
                    running.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    progress.tick(f"{lines} packages compiled or fetched")
        except BaseException:
            # Ctrl-C: on SIGTERM go stops its compilers.
            running.terminate()
            raise
        reader.join()
        return running.returncode
