"""An image as a container: its own files, user and environment, a read-only root, no privileges.

A runtime needs cgroups, which not every machine that builds may have; namespaces and a changed root are enough to see
what the image brings and what it lacks. The node tests run the same archives by containerd.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_status_images.archives import Archive

Done = subprocess.CompletedProcess[str]

# Mounts of its own, then the program in the image, in one process: a signal reaches it, and so does /proc/PID.
_SCRIPT = """
set -eu
root=$1; user=$2; shift 2
mount --bind "$root" "$root"
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o size=1m,mode=1777 none "$root/tmp"
mount -o remount,ro "$root/tmp"
while [ "$1" != -- ]; do
  case $(realpath -m "$root$2") in "$root"/*) ;; *) echo "$2 leads out of the image" >&2; exit 125;; esac
  mkdir -p "$root$2"
  mount --bind "$1" "$root$2"; shift 2
done
shift
mount -o remount,bind,ro "$root"
cd /
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
"""


class Image:
    """One built image, unpacked.

    Args:
        archive: The archive that was built.
        folder: Where to unpack it.
    """

    def __init__(self, archive: Path, folder: Path) -> None:
        self.archive = Archive(archive)
        self.bill = archive.with_name(f"{archive.stem}.cdx.json")
        self._root = folder
        folder.chmod(0o755)  # its own root: pytest made it for root alone
        self.archive.unpack(folder)

    @property
    def settings(self) -> dict[str, Any]:
        """User, Env, Entrypoint and the like."""
        settings = self.archive.config["config"]
        assert isinstance(settings, dict)
        return settings

    def command(
        self, arguments: Sequence[str], *, mounts: Mapping[str, Path], entrypoint: Sequence[str] | None, network: bool
    ) -> list[str]:
        """The command that runs a program in the image."""
        found = shutil.which("unshare")
        assert found
        unshare = [found, "--mount", "--propagation", "private", *([] if network else ["--net"])]
        pairs = [part for place, source in mounts.items() for part in (str(source), place)]
        program = list(self.settings["Entrypoint"] if entrypoint is None else entrypoint)
        shell = ["sh", "-c", _SCRIPT, "container", str(self._root), str(self.settings["User"])]
        return [*unshare, *shell, *pairs, "--", *program, *arguments]

    def environment(self, further: Mapping[str, str]) -> dict[str, str]:
        """The image's own environment, and nothing of this machine's; the PATH finds the programs of both."""
        own: list[str] = self.settings["Env"]
        return {**dict(entry.split("=", 1) for entry in own), **further}

    def run(
        self,
        *arguments: str,
        mounts: Mapping[str, Path] | None = None,
        entrypoint: Sequence[str] | None = None,
        **environment: str,
    ) -> Done:
        """Run a program to its end, without network."""
        command = self.command(arguments, mounts=mounts or {}, entrypoint=entrypoint, network=False)
        return subprocess.run(  # noqa: S603 - our own
            command,
            env=_runner(self.environment(environment)),
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    def start(
        self, *arguments: str, mounts: Mapping[str, Path], log: Path, **environment: str
    ) -> "subprocess.Popen[bytes]":
        """Start the entry point with the network of this machine."""
        command = self.command(arguments, mounts=mounts, entrypoint=None, network=True)
        with log.open("wb") as stream:
            return subprocess.Popen(command, env=_runner(self.environment(environment)), stderr=stream)  # noqa: S603 - our own

    def python(self, code: str) -> str:
        """Run a piece of Python in the image; returns what it printed."""
        done = self.run(entrypoint=["python3", "-c", code])
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _runner(environment: dict[str, str]) -> dict[str, str]:
    # mount, setpriv and chroot are this machine's
    return environment | {"PATH": f"{environment['PATH']}:/usr/sbin:/sbin"}


def reason_not_to_run() -> str:
    """Why images cannot be built and run here; empty if they can."""
    if os.geteuid() != 0:
        return "images are built and run as root here, and this is not root"
    programs = ("buildah", "mmdebstrap", "unshare", "setpriv", "mount", "chroot")
    missing = [name for name in programs if not shutil.which(name) and not shutil.which(name, path="/usr/sbin:/sbin")]
    if missing:
        return f"not installed: {', '.join(missing)}"
    asked = ["unshare", "--mount", "--pid", "--fork", "true"]
    probe = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - of util-linux
    return f"this machine refuses namespaces: {probe.stderr.strip()}" if probe.returncode else ""
