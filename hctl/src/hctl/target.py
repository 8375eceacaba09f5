"""Which cluster is meant, as whom, and where in it: the options that every command shares with kubectl."""

from typing import NamedTuple

__all__ = ["Target"]


class Target(NamedTuple):
    """Which cluster is meant, as whom, and where in it.

    Attributes:
        context: Context of the kubeconfig; empty for its current one.
        namespace: The only one to look into; empty for all.
        kubeconfig: The file; empty for kubectl's own.
        user: Whom to act as; empty for whom the kubeconfig says.
        groups: Groups to act as; empty for those of the kubeconfig.
        request_timeout: How long one answer may take, such as ``30s``; empty for the usual.
    """

    context: str = ""
    namespace: str = ""
    kubeconfig: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    request_timeout: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that choose the cluster, for the commands that we propose."""
        named = (("--context", self.context), ("--kubeconfig", self.kubeconfig), ("--as", self.user))
        groups = (("--as-group", group) for group in self.groups)
        return tuple(word for flag, value in (*named, *groups) if value for word in (flag, value))
