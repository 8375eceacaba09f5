"""The options that select cluster, user and namespace, as in kubectl."""

from typing import NamedTuple

__all__ = ["Target"]


class Target(NamedTuple):
    """The cluster, user and namespace of a command.

    Attributes:
        context: Context of the kubeconfig; empty for the current one.
        namespace: The only namespace to read; empty for all.
        kubeconfig: Path of the kubeconfig; empty for kubectl's default.
        user: User to impersonate; empty for that of the kubeconfig.
        groups: Groups to impersonate; empty for those of the kubeconfig.
        request_timeout: Timeout of one response, such as ``30s``; empty for the default.
    """

    context: str = ""
    namespace: str = ""
    kubeconfig: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    request_timeout: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that select the cluster, for proposed commands."""
        named = (("--context", self.context), ("--kubeconfig", self.kubeconfig), ("--as", self.user))
        groups = (("--as-group", group) for group in self.groups)
        return tuple(word for flag, value in (*named, *groups) if value for word in (flag, value))
