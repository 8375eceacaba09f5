"""Every program that Argo CD is made of: built once, or the machine's."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from localplane.binaries import Binaries, find_binaries
from localplane.builds import ensure_built
from localplane.caches import cache_folder
from localplane.versions import ARGO_CD, CONTROLLER_MANAGER

__all__ = ["Programs", "find_programs", "why_not"]

_PACKAGES = {"redis-server": "redis-server", "git": "git", "ip": "iproute2", "nsenter": "util-linux"}
_PROBE_TIMEOUT = 30


@dataclass(frozen=True)
class Programs:
    """Where everything is.

    Attributes:
        plane: etcd and the API server.
        controller_manager: kube-controller-manager, so that a Deployment makes pods.
        argocd: Argo CD's servers in one.
        redis: redis-server.
    """

    plane: Binaries
    controller_manager: Path
    argocd: Path
    redis: Path


def why_not(environ: Mapping[str, str] = os.environ) -> str:
    """Say why Argo CD cannot run on this machine; the empty string if it can.

    Args:
        environ: PATH says where programs are.
    """
    if platform.system() != "Linux":
        return f"the real Argo CD needs Linux, and this is {platform.system()}"
    path = environ.get("PATH", "")
    missing = sorted(package for name, package in _PACKAGES.items() if shutil.which(name, path=path) is None)
    if missing:
        return f"the real Argo CD needs {', '.join(missing)}: apt-get install {' '.join(missing)}"
    try:
        answer = subprocess.run(
            ["unshare", "--net", "ip", "link", "set", "lo", "up"],  # noqa: S607 - programs of the system
            env=dict(environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=_PROBE_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the real Argo CD needs a network namespace of its own: {error}"
    if answer.returncode != 0:
        said = answer.stderr.strip() or f"exit code {answer.returncode}"
        return f"the real Argo CD needs a network namespace of its own, for which one is root: {said}"
    return ""


def find_programs(environ: Mapping[str, str], stream: TextIO | None = None) -> Programs:
    """Find everything; what is missing is built, which takes minutes and says so.

    Args:
        environ: As for ``localplane.binaries.find_binaries``.
        stream: Where to show progress; None takes standard error.

    Raises:
        BuildError: If something cannot be built.
        ToolchainError: If there is no Go.
    """
    cache = cache_folder(environ)
    return Programs(
        plane=find_binaries(environ),
        controller_manager=ensure_built(CONTROLLER_MANAGER, cache, environ, stream),
        argocd=ensure_built(ARGO_CD, cache, environ, stream),
        redis=Path(shutil.which("redis-server", path=environ.get("PATH", "")) or "/usr/bin/redis-server"),
    )
