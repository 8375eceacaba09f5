"""Which cluster is meant, and where in it: what --context, --namespace and --kubeconfig say."""

from typing import NamedTuple

__all__ = ["Target"]


class Target(NamedTuple):
    """Which cluster is meant, and where in it."""

    context: str = ""
    namespace: str = ""
    kubeconfig: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that choose the cluster, for the commands that we propose."""
        context = ("--context", self.context) if self.context else ()
        return (*context, "--kubeconfig", self.kubeconfig) if self.kubeconfig else context
