"""The requirements of a node, and a sentence on what a machine lacks."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from localnode import cgroups

__all__ = ["TOOLS", "why_not"]

TOOLS = ("unshare", "nsenter", "ip", "mount")
"""Programs of util-linux and iproute2."""

# In temporary namespaces: a bridge, and an overlay with its upper folder where a node's folder would be.
_PROBE = """\
set -e
ip link set lo up
ip link add probe0 type bridge
folder=$(mktemp -d)
mkdir "$folder/upper" "$folder/work" "$folder/merged"
status=0
options="lowerdir=/var/lib,upperdir=$folder/upper,workdir=$folder/work"
mount -t overlay overlay -o "$options" "$folder/merged" || status=$?
[ "$status" != 0 ] || umount "$folder/merged"
rm -rf "$folder"
exit $status
"""
_SECONDS = 30


def why_not(environ: Mapping[str, str] = os.environ, root: Path = cgroups.ROOT) -> str:
    """Return why this machine cannot run a node; empty if it can.

    Args:
        environ: The environment; programs are found on its PATH.
        root: Mount point of cgroups.
    """
    if platform.system() != "Linux":
        return f"a node needs Linux, and this is {platform.system()}"
    if os.geteuid() != 0:
        return "a node needs root, and this is uid " + str(os.geteuid())
    missing = [tool for tool in TOOLS if shutil.which(tool, path=environ.get("PATH", "")) is None]
    if missing:
        return f"a node needs {', '.join(missing)}: install util-linux, iproute2 and mount"
    found = cgroups.hierarchies(root)
    if not found:
        return f"a node needs the cgroup controllers cpu, cpuset, memory and pids below {root}, and not all are there"
    refused = _no_cgroup(root)
    if refused:
        return f"a node needs to make cgroups, which this machine does not allow: {refused}"
    refused = _refused(["unshare", "--pid", "--net", "--mount", "--mount-proc", "--fork", "sh", "-c", _PROBE], environ)
    return (
        f"a node needs namespaces, bridges and overlays, which this machine does not allow: {refused}"
        if refused
        else ""
    )


def _no_cgroup(root: Path) -> str:
    name = f"localnode-probe-{os.getpid()}"
    try:
        cgroups.make(name, root)
    except OSError as error:  # read-only, or not delegated to us
        return str(error)
    finally:
        cgroups.remove(name, root, patience=1)
    return ""


def _refused(command: Sequence[str], environ: Mapping[str, str]) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - programs of the system, no shell between
            command, env=dict(environ), capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = answer.stderr.strip().splitlines()
    return "" if answer.returncode == 0 else (said[-1] if said else f"exit code {answer.returncode}")
