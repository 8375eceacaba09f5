"""What a machine must have for a GitOps engine."""

import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping

__all__ = ["why_not"]

_PACKAGES = {"git": "git", "ip": "iproute2", "nsenter": "util-linux"}
"""Programs that every engine needs, and the packages of Debian that hold them."""

_PROBE_TIMEOUT = 30


def why_not(engine: str, packages: Iterable[str], environ: Mapping[str, str]) -> str:
    """Say why an engine cannot run on this machine; the empty string if it can.

    Args:
        engine: What it is called, such as ``the real Argo CD``.
        packages: Further packages that it needs; each holds a program of its name.
        environ: PATH says where programs are.
    """
    if platform.system() != "Linux":
        return f"{engine} needs Linux, and this is {platform.system()}"
    path = environ.get("PATH", "")
    wanted = [*_PACKAGES.items(), *((package, package) for package in packages)]
    missing = sorted(package for name, package in wanted if shutil.which(name, path=path) is None)
    if missing:
        return f"{engine} needs {', '.join(missing)}: apt-get install {' '.join(missing)}"
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
        return f"{engine} needs a network namespace of its own: {error}"
    if answer.returncode != 0:
        said = answer.stderr.strip() or f"exit code {answer.returncode}"
        return f"{engine} needs a network namespace of its own, for which one is root: {said}"
    return ""
