"""The kind cluster as the journey wants to see it."""

from collections.abc import Mapping
from pathlib import Path

from localnode.sampler import Measured
from localplane.client import Client
from localplane.clusters import from_kubeconfig
from platform_status_kind import commands
from platform_status_kind.programs import CommandError, KindError, Run, run

__all__ = ["KindCluster"]


class KindCluster:
    """A cluster that kind has made.

    Args:
        kubeconfig: The way in.
        runs: Runs commands.
    """

    def __init__(self, kubeconfig: Path, runs: Run = run) -> None:
        if not kubeconfig.exists():
            raise KindError(f"{kubeconfig}: not there, so there is no cluster; `make kind-up` makes one")
        self._run = runs
        self._admin = Client(from_kubeconfig(kubeconfig))

    @property
    def admin(self) -> Client:
        """The administrator that kind has made."""
        return self._admin

    def load(self, *archives: Path) -> None:
        """Have the images of some archives on every node."""
        for archive in archives:
            self._run(commands.load(archive))

    def kill(self, container: str) -> None:
        """Send SIGKILL to the first process of a container, on whatever node it runs."""
        refusals = []
        for node in self._run(commands.nodes()).split():
            try:
                self._run(commands.kill(node, container))
            except CommandError as error:  # it runs on another one
                refusals.append(str(error))
            else:
                return
        raise KindError(f"container {container}: no node could kill it: {'; '.join(refusals) or 'there is no node'}")

    def measured(self) -> Mapping[str, Measured]:
        """Return nothing: the nodes' cgroups are inside Docker's machine, and may be another computer's."""
        return {}
