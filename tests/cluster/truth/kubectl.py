"""A real kubectl of the API server's version, as a user runs it."""

import subprocess
from pathlib import Path

from localplane.clusters import Cluster

__all__ = ["Kubectl"]

_PATIENCE = 60.0


class Kubectl:
    """Runs kubectl against one cluster, in one namespace or in those that the commands name."""

    def __init__(self, binary: Path, cluster: Cluster, namespace: str | None, folder: Path) -> None:
        """Prepare.

        Args:
            binary: kubectl.
            cluster: What it talks to, as the administrator.
            namespace: The namespace of every command; None leaves it to the command.
            folder: For its cache of what the server offers.
        """
        self._command = [
            str(binary),
            f"--kubeconfig={cluster.kubeconfig}",
            f"--cache-dir={folder}",
            *([f"--namespace={namespace}"] if namespace else []),
        ]

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command; whoever starts it ends it with `end`."""
        return subprocess.Popen(  # noqa: S603 - the kubectl that we built
            [*self._command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def end(self, running: "subprocess.Popen[str]") -> tuple[int, str]:
        """Wait for the end of a command; return its exit code and all that it said."""
        try:
            said, _ = running.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()
            raise
        return running.returncode, said

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end."""
        return self.end(self.start(*arguments))
