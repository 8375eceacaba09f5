"""containerd, runc and the CNI plugins: from the machine, else from Debian's packages, unpacked into the cache.

Nothing is installed on the machine, and a running containerd of its own is not touched.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from localnode.errors import NotPossibleError
from localplane.caches import cache_folder, exclusive
from localplane.progress import Progress

__all__ = ["PACKAGES", "Runtime", "find_runtime"]

PACKAGES = ("containerd", "runc", "containernetworking-plugins")
_PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr", "runc")
_PLUGINS = ("bridge", "host-local", "loopback")
_PLUGIN_FOLDERS = ("opt/cni/bin", "usr/lib/cni", "usr/libexec/cni")


@dataclass(frozen=True)
class Runtime:
    """Paths of the programs.

    Attributes:
        containerd: The daemon; it finds its shim on the PATH.
        shim: The shim.
        ctr: Its command line.
        runc: The OCI runtime.
        plugins: Folder of the CNI plugins.
    """

    containerd: Path
    shim: Path
    ctr: Path
    runc: Path
    plugins: Path


def find_runtime(environ: Mapping[str, str], stream: TextIO | None = None) -> Runtime:
    """Find the programs, and fetch Debian's packages if one is missing on the machine.

    Args:
        environ: The environment: PATH is searched first, PLATFORM_STATUS_CACHE is the folder to unpack to.
        stream: Stream for progress; None: standard error.

    Raises:
        NotPossibleError: They are missing and apt-get cannot fetch them.
    """
    machine = _runtime(Path("/"), environ.get("PATH", ""))
    if machine is not None:
        return machine
    output = stream or sys.stderr
    cache = cache_folder(environ)
    target = cache / "debian" / f"{_release()}-{platform.machine()}"

    def waiting() -> None:
        output.write(f"localnode: waiting for another download of {', '.join(PACKAGES)}\n")

    with exclusive(cache / "locks" / "debian.lock", waiting):
        if not target.exists():
            _fetch(target, environ, output)
    unpacked = _runtime(target, f"{target}/usr/bin{os.pathsep}{target}/usr/sbin")
    if unpacked is None:
        raise NotPossibleError(f"{target}: a program of {', '.join(PACKAGES)} is missing; delete it and try again")
    return unpacked


def _runtime(root: Path, path: str) -> Runtime | None:
    programs = [shutil.which(program, path=path) for program in _PROGRAMS]
    folders = [root / folder for folder in _PLUGIN_FOLDERS]
    plugins = next((folder for folder in folders if all((folder / name).exists() for name in _PLUGINS)), None)
    if plugins is None or None in programs:
        return None
    containerd, shim, ctr, runc = (Path(str(program)) for program in programs)
    return Runtime(containerd, shim, ctr, runc, plugins)


def _release() -> str:
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")
    except OSError:
        return "unknown"


def _fetch(target: Path, environ: Mapping[str, str], stream: TextIO) -> None:
    missing = [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool, path=environ.get("PATH", "")) is None]
    if missing:
        raise NotPossibleError(
            f"a node needs {', '.join(PACKAGES)}: install them; without {' and '.join(missing)} they cannot be fetched"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress(f"fetching Debian's {', '.join(PACKAGES)} into the cache", stream)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".debian.") as name:
        folder = Path(name)
        # apt's own user may not write here; this process is root anyway.
        download = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "-qq", *PACKAGES]
        said = _run(download, folder, environ)
        if said and not (said := _run(["apt-get", "update", "-qq"], folder, environ)):
            said = _run(download, folder, environ)
        fresh = folder / "unpacked"
        for package in sorted(folder.glob("*.deb")):
            said = said or _run(["dpkg-deb", "--extract", str(package), str(fresh)], folder, environ)
        if said:
            progress.end("failed")
            raise NotPossibleError(f"a node needs {', '.join(PACKAGES)}, and they cannot be fetched: {said}")
        fresh.chmod(0o755)
        fresh.rename(target)
    progress.end("done")


def _run(command: list[str], folder: Path, environ: Mapping[str, str]) -> str:
    """Run a command; return its error output, empty if it succeeded."""
    answer = subprocess.run(  # noqa: S603 - Debian's own tools, no shell
        command, cwd=folder, env=dict(environ), capture_output=True, text=True, check=False
    )
    return "" if answer.returncode == 0 else answer.stderr.strip()[-1000:] or f"exit code {answer.returncode}"
